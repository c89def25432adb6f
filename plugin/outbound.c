/* SPDX-License-Identifier: BSD-2-Clause */
#include "outbound.h"
#include "fault_point.h"

#include <stdlib.h>
#include <string.h>

enum {
    UNKNOWN = ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_UNKNOWN,
    ACCEPTED = ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_ACCEPTED,
    BUFFERED = ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_BUFFERED,
    REJECTED = ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_REJECTED,
    RETRY = ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_RETRY,
    NOT_SENT = ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_NOT_SENT,
    AMBIGUOUS = ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_AMBIGUOUS
};

TAILQ_HEAD(reply_list, reply);

/* One reply id. It is in one list: a link's queue or flight, owed (decided, nobody told yet), or known. */
struct reply {
    struct idmap_node node; /* first: the map finds replies by it */
    TAILQ_ENTRY(reply) in_list;
    enum { FRESH, QUEUED, FLYING, OWED, KNOWN } state;
    uint32_t link;
    uint64_t submitter;        /* a peer's serial */
    uint64_t end;              /* FLYING: the place of its last byte */
    uint64_t claim;            /* the newest one that it was submitted under */
    uint64_t slot;             /* its place in the store, told with each result */
    const Aduan__Wire__Mt *mt; /* until it is written */
    ProtobufCMessage *submit;  /* which it is a part of; kept for it */
    int outcome;
};

struct outbound {
    struct outbound_hooks hooks;
    struct idmap replies;
    size_t memory;
    struct {
        struct reply_list queue, flight;
        uint32_t queued, flying;
    } links[OUTBOUND_LINKS_MAX];
    struct reply_list owed, known; /* known: oldest first */
    uint32_t queued;
    bool closing;
    struct outbound_figures figures;
};

struct outbound *outbound_new(size_t memory, uint64_t seed, const struct outbound_hooks *hooks)
{
    struct outbound *outbound = calloc(1, sizeof *outbound);
    if (!outbound)
        return NULL;
    if (!idmap_init(&outbound->replies, memory, seed)) {
        free(outbound);
        return NULL;
    }
    outbound->hooks = *hooks;
    outbound->memory = memory;
    TAILQ_INIT(&outbound->owed);
    TAILQ_INIT(&outbound->known);
    for (size_t i = 0; i < OUTBOUND_LINKS_MAX; i++) {
        TAILQ_INIT(&outbound->links[i].queue);
        TAILQ_INIT(&outbound->links[i].flight);
    }
    return outbound;
}

/* --- one reply ----------------------------------------------------------------------------------------------- */

static void drop_mt(struct reply *reply)
{
    frame_body_free(reply->submit);
    reply->mt = NULL;
    reply->submit = NULL;
}

static void keep_mt(struct reply *reply, ProtobufCMessage *submit, const Aduan__Wire__Mt *mt)
{
    frame_body_keep(submit);
    reply->mt = mt;
    reply->submit = submit;
}

/* Out of whatever list it is in. */
static void leave(struct outbound *outbound, struct reply *reply)
{
    switch (reply->state) {
    case QUEUED:
        TAILQ_REMOVE(&outbound->links[reply->link].queue, reply, in_list);
        outbound->links[reply->link].queued--;
        outbound->queued--;
        break;
    case FLYING:
        TAILQ_REMOVE(&outbound->links[reply->link].flight, reply, in_list);
        outbound->links[reply->link].flying--;
        outbound->figures.in_flight--;
        break;
    case OWED:
        TAILQ_REMOVE(&outbound->owed, reply, in_list);
        outbound->figures.owed--;
        break;
    case KNOWN:
        TAILQ_REMOVE(&outbound->known, reply, in_list);
        break;
    default:
        break;
    }
    reply->state = FRESH;
}

static void enqueue(struct outbound *outbound, struct reply *reply, uint32_t link)
{
    leave(outbound, reply);
    reply->state = QUEUED;
    reply->link = link;
    TAILQ_INSERT_TAIL(&outbound->links[link].queue, reply, in_list);
    outbound->links[link].queued++;
    outbound->queued++;
}

static void owe(struct outbound *outbound, struct reply *reply)
{
    leave(outbound, reply);
    reply->state = OWED;
    TAILQ_INSERT_TAIL(&outbound->owed, reply, in_list);
    outbound->figures.owed++;
}

static void decide(struct outbound *outbound, struct reply *reply, int outcome)
{
    drop_mt(reply);
    reply->outcome = outcome;
    outbound->figures.outcomes[outcome]++;
    owe(outbound, reply);
}

static void forget(struct outbound *outbound, struct reply *reply)
{
    leave(outbound, reply);
    idmap_remove(&outbound->replies, &reply->node);
    drop_mt(reply);
    free(reply);
}

static bool is_final(const struct reply *reply)
{
    return reply->outcome == ACCEPTED || reply->outcome == BUFFERED;
}

/* The submitter has been told. */
static void settle(struct outbound *outbound, struct reply *reply)
{
    if (!is_final(reply)) {
        forget(outbound, reply);
        return;
    }
    leave(outbound, reply);
    reply->state = KNOWN;
    TAILQ_INSERT_TAIL(&outbound->known, reply, in_list);
}

static void free_list(struct outbound *outbound, struct reply_list *list)
{
    struct reply *reply;
    while ((reply = TAILQ_FIRST(list)) != NULL)
        forget(outbound, reply);
}

void outbound_free(struct outbound *outbound)
{
    if (!outbound)
        return;
    for (size_t i = 0; i < OUTBOUND_LINKS_MAX; i++) {
        free_list(outbound, &outbound->links[i].queue);
        free_list(outbound, &outbound->links[i].flight);
    }
    free_list(outbound, &outbound->owed);
    free_list(outbound, &outbound->known);
    idmap_done(&outbound->replies);
    free(outbound);
}

/* --- submits ------------------------------------------------------------------------------------------------- */

/* The link it asks for when that is up, else the one with the least to do; negative: none is up. */
static int choose_link(const struct outbound *outbound, const char *wanted)
{
    int best = -1;
    uint32_t least = UINT32_MAX;
    for (uint32_t i = 0; i < outbound->hooks.links; i++) {
        if (!outbound->hooks.up(outbound->hooks.ctx, i))
            continue;
        if (strcmp(outbound->hooks.name(outbound->hooks.ctx, i), wanted) == 0)
            return (int)i;
        uint32_t load = outbound->links[i].flying + outbound->links[i].queued;
        if (load < least) {
            least = load;
            best = (int)i;
        }
    }
    return best;
}

/* Queued on a link that is up, or decided. */
static void place(struct outbound *outbound, struct reply *reply)
{
    int link = choose_link(outbound, reply->mt->bearerbox);
    if (reply->mt->receiver.len == 0 || reply->mt->sender.len == 0)
        decide(outbound, reply, REJECTED);
    else if (outbound->closing || (link >= 0 && outbound->queued >= OUTBOUND_QUEUE_MAX))
        decide(outbound, reply, RETRY);
    else if (link < 0)
        decide(outbound, reply, NOT_SENT);
    else
        enqueue(outbound, reply, (uint32_t)link);
}

/* A new one, at the cost of the oldest known one when memory is full. NULL: all that is remembered is still open. */
static struct reply *remember(struct outbound *outbound, const uint8_t id[ID_BYTES])
{
    struct reply *oldest = TAILQ_FIRST(&outbound->known);
    if (outbound->replies.count >= outbound->memory) {
        if (!oldest)
            return NULL;
        forget(outbound, oldest);
    }
    struct reply *reply = calloc(1, sizeof *reply);
    if (!reply)
        return NULL;
    memcpy(reply->node.id, id, ID_BYTES);
    idmap_put(&outbound->replies, &reply->node);
    return reply;
}

/* A known one is asked for again, perhaps under a newer claim: while it is not written, that one's time counts. */
static void repeat(struct outbound *outbound, struct reply *reply, ProtobufCMessage *submit, const Aduan__Wire__Mt *mt)
{
    outbound->figures.repeated++;
    if (mt->claim > reply->claim) {
        reply->claim = mt->claim;
        if (reply->state == QUEUED) {
            drop_mt(reply);
            keep_mt(reply, submit, mt);
        }
    }
    if (reply->state == KNOWN)
        owe(outbound, reply);
}

/* What is remembered of it. Two messages of one uuid share their reply ids: one of the two goes out at a time, so the
 * other one's must be told before it is forgotten here, and until then is in the way. */
static struct reply *find(struct outbound *outbound, const Aduan__Wire__Mt *mt)
{
    struct reply *reply = (struct reply *)idmap_find(&outbound->replies, mt->reply_id.data);
    if (!reply || reply->slot == mt->slot || reply->state != KNOWN)
        return reply;
    forget(outbound, reply);
    return NULL;
}

/* The submitter changes hands: a reply may be asked for again by another responder, or by another life of the same. */
static void submitted_by(struct roster *roster, struct reply *reply, struct peer *peer)
{
    struct peer *before = roster_by_serial(roster, reply->submitter);
    if (before)
        before->submits_open -= before->submits_open > 0;
    reply->submitter = peer->serial;
    peer->submits_open++;
}

/* All that is remembered does not fit into a cache. */
static void look_ahead(const struct outbound *outbound, const Aduan__Wire__Submit *submit, size_t i)
{
    if (i + IDMAP_ANNOUNCE < submit->n_mt && submit->mt[i + IDMAP_ANNOUNCE]->reply_id.len == ID_BYTES)
        idmap_announce(&outbound->replies, submit->mt[i + IDMAP_ANNOUNCE]->reply_id.data);
    if (i + IDMAP_READY < submit->n_mt && submit->mt[i + IDMAP_READY]->reply_id.len == ID_BYTES)
        idmap_make_ready(&outbound->replies, submit->mt[i + IDMAP_READY]->reply_id.data);
}

bool outbound_submit(struct outbound *outbound, struct roster *roster, struct peer *from, Aduan__Wire__Submit *submit)
{
    bool all = true;
    for (size_t i = 0; i < submit->n_mt; i++) {
        look_ahead(outbound, submit, i);
        const Aduan__Wire__Mt *mt = submit->mt[i];
        if (mt->reply_id.len != ID_BYTES) {
            all = false;
            continue;
        }
        struct reply *reply = find(outbound, mt);
        if (reply && reply->slot != mt->slot) {
            all = false;
            continue;
        }
        if (reply) {
            repeat(outbound, reply, &submit->base, mt);
        } else if ((reply = remember(outbound, mt->reply_id.data)) != NULL) {
            outbound->figures.submitted++;
            reply->claim = mt->claim;
            reply->slot = mt->slot;
            keep_mt(reply, &submit->base, mt);
            place(outbound, reply);
        } else {
            outbound->figures.overflowed++;
            all = false;
            continue;
        }
        submitted_by(roster, reply, from);
    }
    FAULT_POINT("submit_received");
    return all;
}

/* --- links --------------------------------------------------------------------------------------------------- */

/* Past its time the reply may have been given to another box: whoever stood still must not write it too. */
static bool is_late(const Aduan__Wire__Mt *mt, uint64_t now_us)
{
    return mt->write_until_us > 0 && now_us >= mt->write_until_us;
}

static void write_out(struct outbound *outbound, uint32_t link, uint64_t now_us)
{
    struct reply *reply;
    while ((reply = TAILQ_FIRST(&outbound->links[link].queue)) != NULL &&
           outbound->links[link].flying < OUTBOUND_WINDOW && outbound->hooks.up(outbound->hooks.ctx, link)) {
        uint64_t end;
        if (is_late(reply->mt, now_us)) {
            outbound->figures.late++;
            decide(outbound, reply, NOT_SENT);
            continue;
        }
        if (!outbound->hooks.submit(outbound->hooks.ctx, link, reply->mt, &end)) {
            decide(outbound, reply, RETRY);
            continue;
        }
        leave(outbound, reply);
        drop_mt(reply);
        reply->state = FLYING;
        reply->end = end;
        TAILQ_INSERT_TAIL(&outbound->links[link].flight, reply, in_list);
        outbound->links[link].flying++;
        outbound->figures.in_flight++;
    }
}

void outbound_mt_ack(struct outbound *outbound, uint32_t link, const uint8_t reply_id[ID_BYTES],
                     Aduan__Wire__SubmitOutcome outcome)
{
    FAULT_POINT("mt_ack_received");
    struct reply *reply = (struct reply *)idmap_find(&outbound->replies, reply_id);
    if (!reply || reply->state != FLYING || reply->link != link || (int)outcome == UNKNOWN) {
        outbound->figures.stray_acks++;
        return;
    }
    decide(outbound, reply, (int)outcome);
}

/* What waits for a link that cannot be written to finds another one, or is decided. */
static void replace_queue(struct outbound *outbound, uint32_t link)
{
    struct reply_list waiting = TAILQ_HEAD_INITIALIZER(waiting);
    struct reply *reply;
    TAILQ_CONCAT(&waiting, &outbound->links[link].queue, in_list);
    outbound->queued -= outbound->links[link].queued;
    outbound->links[link].queued = 0;
    while ((reply = TAILQ_FIRST(&waiting)) != NULL) {
        TAILQ_REMOVE(&waiting, reply, in_list);
        reply->state = FRESH;
        place(outbound, reply);
    }
}

void outbound_link_down(struct outbound *outbound, uint32_t link, uint64_t sent)
{
    struct reply *reply;
    while ((reply = TAILQ_FIRST(&outbound->links[link].flight)) != NULL)
        decide(outbound, reply, reply->end <= sent ? AMBIGUOUS : NOT_SENT);
}

/* --- results ------------------------------------------------------------------------------------------------- */

/* Whom to tell: the one who asked, else any responder that lives. */
static struct peer *addressee(const struct roster *roster, const struct reply *reply)
{
    struct peer *peer = roster_by_serial(roster, reply->submitter);
    for (size_t i = 0; !peer && i < roster->count; i++)
        if (!roster->peers[i]->gone)
            peer = roster->peers[i];
    return peer;
}

/* One frame to one peer, with all that is owed to it and fits. False: it cannot take it now. */
static bool tell(struct outbound *outbound, struct roster *roster, struct peer *peer)
{
    Aduan__Wire__SubmitResult results[OUTBOUND_RESULTS_MAX], *list[OUTBOUND_RESULTS_MAX];
    struct reply *told[OUTBOUND_RESULTS_MAX], *reply;
    size_t count = 0;
    TAILQ_FOREACH(reply, &outbound->owed, in_list)
    {
        if (count == OUTBOUND_RESULTS_MAX)
            break;
        if (addressee(roster, reply) != peer)
            continue;
        aduan__wire__submit_result__init(&results[count]);
        results[count].reply_id = (ProtobufCBinaryData){ID_BYTES, reply->node.id};
        results[count].claim = reply->claim;
        results[count].slot = reply->slot;
        results[count].outcome = (Aduan__Wire__SubmitOutcome)reply->outcome;
        list[count] = &results[count];
        told[count++] = reply;
    }
    Aduan__Wire__Results body = ADUAN__WIRE__RESULTS__INIT;
    body.n_result = count;
    body.result = list;
    if (roster_send(roster, peer, FRAME_RESULTS, &body.base) != FRAME_OK) {
        peer->choked = true;
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        struct peer *submitter = roster_by_serial(roster, told[i]->submitter);
        if (submitter)
            submitter->submits_open -= submitter->submits_open > 0;
        told[i]->submitter = 0;
        settle(outbound, told[i]);
    }
    FAULT_POINT("result_told");
    return true;
}

void outbound_pump(struct outbound *outbound, struct roster *roster, uint64_t now_us)
{
    struct reply *reply, *next;
    for (uint32_t i = 0; i < outbound->hooks.links; i++)
        if (!outbound->hooks.up(outbound->hooks.ctx, i) && outbound->links[i].queued > 0)
            replace_queue(outbound, i);
    for (uint32_t i = 0; i < outbound->hooks.links; i++)
        write_out(outbound, i, now_us);
    for (reply = TAILQ_FIRST(&outbound->owed); reply; reply = next) {
        struct peer *peer = addressee(roster, reply);
        next = TAILQ_NEXT(reply, in_list);
        if (!peer || peer->choked)
            continue;
        if (tell(outbound, roster, peer))
            next = TAILQ_FIRST(&outbound->owed);
    }
}

/* --- the end ------------------------------------------------------------------------------------------------- */

void outbound_refuse_new(struct outbound *outbound)
{
    outbound->closing = true;
}

void outbound_close(struct outbound *outbound)
{
    outbound->closing = true;
    for (uint32_t i = 0; i < outbound->hooks.links; i++) {
        struct reply *reply;
        while ((reply = TAILQ_FIRST(&outbound->links[i].queue)) != NULL)
            decide(outbound, reply, NOT_SENT);
        while ((reply = TAILQ_FIRST(&outbound->links[i].flight)) != NULL)
            decide(outbound, reply, AMBIGUOUS);
    }
}

bool outbound_idle(const struct outbound *outbound)
{
    return outbound->queued == 0 && outbound->figures.in_flight == 0;
}

void outbound_figures(const struct outbound *outbound, struct outbound_figures *out)
{
    *out = outbound->figures;
    out->queued = outbound->queued;
}
