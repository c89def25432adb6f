/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the network says about replies that went out: MT acks and delivery reports, applied through reply_next() in
 * the order given, each change with its event. Late, repeated and unknown ones are counted and change nothing.
 */
#include "arena.h"
#include "record_fields.h"
#include "store_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef Aduan__Record__Reply Reply;

/* The first word of Reply.cause, by input: stable, for people and programs. The caller's own cause follows it. */
static const char *const cause_words[REPLY_IN_END] = {
    [REPLY_IN_REJECTED] = "rejected",       [REPLY_IN_RETRY] = "retry",
    [REPLY_IN_NOT_SENT] = "not_sent",       [REPLY_IN_AMBIGUOUS] = "ambiguous",
    [REPLY_IN_HELD] = "ambiguous",          [REPLY_IN_EXHAUSTED] = "attempts",
    [REPLY_IN_UNDELIVERED] = "undelivered", [REPLY_IN_SMSC_REFUSED] = "smsc_refused",
};

enum { CAUSE_MAX = 160, ARENA_BLOCK_BYTES = 64 * 1024 };

static char *no_text(void)
{
    return (char *)protobuf_c_empty_string;
}

static void set_cause(struct arena *arena, Reply *reply, const struct store_reply_input *input)
{
    char cause[CAUSE_MAX];
    const char *word = cause_words[input->input];
    if (word && input->cause && *input->cause && strcmp(input->cause, word) != 0)
        snprintf(cause, sizeof cause, "%s: %s", word, input->cause);
    else
        snprintf(cause, sizeof cause, "%s", word ? word : "");
    reply->cause = *cause ? arena_copy(arena, cause, strlen(cause)) : no_text();
}

/* Times only ever fill up: what a report has overtaken happened no later than the report. */
static void set_times(Reply *reply, uint64_t now_us)
{
    if (reply->accepted_us == 0)
        reply->accepted_us = now_us;
    if (reply->sent_us == 0 && reply->state != REPLY_STATE(ACCEPTED))
        reply->sent_us = now_us;
    if (reply->state == REPLY_STATE(DELIVERED))
        reply->delivered_us = now_us;
}

static Aduan__Record__Event__Kind kind_of(Aduan__Record__ReplyState state)
{
    switch (state) {
    case REPLY_STATE(ACCEPTED):
        return EVENT_KIND(REPLY_ACCEPTED);
    case REPLY_STATE(SENT):
        return EVENT_KIND(REPLY_SENT);
    case REPLY_STATE(DELIVERED):
        return EVENT_KIND(REPLY_DELIVERED);
    case REPLY_STATE(FAILED):
        return EVENT_KIND(REPLY_FAILED);
    default:
        return EVENT_KIND(KIND_NONE); /* waiting again is nobody's news */
    }
}

static int put_event(struct store_txn *txn, const Reply *reply, Aduan__Record__Event__Kind kind)
{
    Aduan__Record__Event event = ADUAN__RECORD__EVENT__INIT;
    if (kind == EVENT_KIND(KIND_NONE))
        return OK;
    event.kind = kind;
    event.ticket = reply->ticket;
    event.message_key = reply->message_key;
    event.reply = reply->slot;
    event.shortcode = reply->shortcode;
    event.actor = reply->actor;
    event.detail = reply->cause;
    return txn_event(txn, &event);
}

int txn_reply_event(struct store_txn *txn, const Reply *reply)
{
    return put_event(txn, reply, kind_of(reply->state));
}

/* A report often overtakes the MT ack, and one report another: a step that was skipped is told with the one that proves
 * it, so that each reply that went out is accepted, then sent, then delivered, each told once. */
static int tell(struct store_txn *txn, const Reply *reply, bool was_accepted, bool was_sent)
{
    int rc = OK;
    if (!was_accepted && reply->accepted_us != 0 && reply->state != REPLY_STATE(ACCEPTED))
        rc = put_event(txn, reply, EVENT_KIND(REPLY_ACCEPTED));
    if (rc == OK && !was_sent && reply->sent_us != 0 && reply->state != REPLY_STATE(SENT))
        rc = put_event(txn, reply, EVENT_KIND(REPLY_SENT));
    return rc == OK ? txn_reply_event(txn, reply) : rc;
}

/* "The SMSC has it" after "the handset never got it" is only a report that comes late. */
static bool stale(const Reply *reply, enum reply_input input)
{
    const char *word = cause_words[REPLY_IN_UNDELIVERED];
    return input == REPLY_IN_SMSC_ACCEPTED && reply->state == REPLY_STATE(FAILED) &&
           strncmp(reply->cause, word, strlen(word)) == 0;
}

/* Only the claim that is on now may say that the reply was not taken: a worker or box that stood still past its lease
 * speaks of a claim that another one has taken over since. That a reply went out is true whoever says so. */
static bool superseded(const Reply *reply, const struct store_reply_input *input)
{
    switch (input->input) {
    case REPLY_IN_RETRY:
    case REPLY_IN_NOT_SENT:
    case REPLY_IN_AMBIGUOUS:
    case REPLY_IN_HELD:
    case REPLY_IN_REJECTED:
        return input->claim != 0 && input->claim != reply->claims;
    default:
        return false;
    }
}

/* The reply as it is after the input, in memory; its state has been decided. */
static void change(struct arena *arena, Reply *reply, const struct store_reply_input *input,
                   Aduan__Record__ReplyState next, uint64_t now_us)
{
    reply->state = next;
    reply->changed_us = now_us;
    set_cause(arena, reply, input);
    if (next == REPLY_STATE(READY) || next == REPLY_STATE(SENDING)) {
        reply->due_us = input->due_us > now_us ? input->due_us : now_us;
        if (input->input == REPLY_IN_NOT_SENT && reply->attempts > 0)
            reply->attempts--; /* nothing was attempted */
        reply->maybe_written |= input->input == REPLY_IN_AMBIGUOUS || input->input == REPLY_IN_HELD;
    } else {
        reply->due_us = 0;
    }
    if (next != REPLY_STATE(SENDING))
        reply->holder_life = (ProtobufCBinaryData){0};
    if (next != REPLY_STATE(SENDING) || input->input == REPLY_IN_HELD)
        reply->unknown_since_us = 0;
    if (next >= REPLY_STATE(ACCEPTED) && next <= REPLY_STATE(DELIVERED))
        set_times(reply, now_us);
}

/* --- a batch ------------------------------------------------------------------------------------------------ */

/* The replies that a batch tells of. Each is read once and put once, however much is told of it: an MT ack and its
 * reports often come together. */
struct batch {
    struct store_txn *txn;
    struct arena *arena; /* what the replies point into */
    struct opened {
        Reply reply;
        uint64_t due_before; /* as the index has it */
        bool changed;
    } * opened;
    size_t count, ignored;
    uint32_t *places; /* by slot: 1 + where in `opened`, 0: free */
    size_t mask;
};

static void batch_init(struct batch *batch, size_t n)
{
    size_t room = 2;
    while (room < 2 * n)
        room *= 2;
    batch->arena = arena_new(ARENA_BLOCK_BYTES);
    batch->opened = record_alloc(n * sizeof *batch->opened);
    batch->places = record_alloc(room * sizeof *batch->places);
    memset(batch->places, 0, room * sizeof *batch->places);
    batch->mask = room - 1;
}

static void batch_done(struct batch *batch)
{
    arena_free(batch->arena);
    free(batch->opened);
    free(batch->places);
}

/* Slots of one batch lie near one another: their last bits spread well. E_NOT_FOUND: no reply of that id is there. */
static int batch_open(struct batch *batch, const struct store_reply_input *input, struct opened **out)
{
    size_t at = input->slot & batch->mask;
    for (; batch->places[at] != 0; at = (at + 1) & batch->mask) {
        struct opened *opened = &batch->opened[batch->places[at] - 1];
        if (opened->reply.slot == input->slot) {
            *out = opened;
            return memcmp(opened->reply.id.data, input->id, STORE_REPLY_ID_BYTES) == 0 ? OK : E_NOT_FOUND;
        }
    }
    struct opened *opened = &batch->opened[batch->count];
    const Reply *reply = &opened->reply;
    int rc = txn_scan_reply(batch->txn, batch->arena, input->slot, false, &opened->reply);
    if (rc != OK)
        return rc;
    if (memcmp(reply->id.data, input->id, STORE_REPLY_ID_BYTES) != 0)
        return E_NOT_FOUND;
    bool waits = reply->state == REPLY_STATE(READY) || reply->state == REPLY_STATE(SENDING);
    opened->due_before = waits ? reply->due_us : 0;
    opened->changed = false;
    *out = opened;
    batch->places[at] = (uint32_t)++batch->count;
    return OK;
}

static int apply(struct batch *batch, const struct store_reply_input *input)
{
    Aduan__Record__ReplyState next;
    struct opened *opened;

    int rc = batch_open(batch, input, &opened);
    if (rc != OK) {
        batch->ignored += rc == E_NOT_FOUND;
        return rc == E_NOT_FOUND ? OK : rc;
    }
    Reply *reply = &opened->reply;
    if (stale(reply, input->input) || superseded(reply, input) || reply_next(reply->state, input->input, &next) != OK) {
        batch->ignored++;
        return OK;
    }
    bool was_accepted = reply->accepted_us != 0, was_sent = reply->sent_us != 0;
    change(batch->arena, reply, input, next, batch->txn->now_us);
    opened->changed = true;
    return tell(batch->txn, reply, was_accepted, was_sent);
}

static int batch_put(struct batch *batch)
{
    int rc = OK;
    for (size_t i = 0; i < batch->count && rc == OK; i++) {
        struct opened *opened = &batch->opened[i];
        if (opened->changed)
            rc = txn_put_reply(batch->txn, &opened->reply, opened->due_before);
    }
    return rc;
}

static size_t first_not_news(const struct store_reply_input *inputs, size_t n)
{
    size_t i = 0;
    while (i < n && inputs[i].input != REPLY_IN_CLAIM && (unsigned)inputs[i].input < REPLY_IN_END)
        i++;
    return i;
}

int txn_reply_inputs(struct store_txn *txn, const struct store_reply_input *inputs, size_t n, size_t *ignored)
{
    if (first_not_news(inputs, n) < n)
        return E_INVALID;
    struct batch batch = {.txn = txn};
    int rc = OK;
    batch_init(&batch, n);
    for (size_t i = 0; i < n && rc == OK; i++)
        rc = apply(&batch, &inputs[i]);
    if (rc == OK)
        rc = batch_put(&batch);
    *ignored = batch.ignored;
    batch_done(&batch);
    return rc;
}

int store_reply_inputs(struct store *store, const struct store_reply_input *inputs, size_t n, uint64_t now_us,
                       size_t *ignored, struct fault *fault)
{
    static const char doing[] = "noting what became of replies";
    struct store_txn txn;
    size_t unused;

    ignored = ignored ? ignored : &unused;
    *ignored = 0;
    if (n == 0)
        return OK;
    size_t bad = first_not_news(inputs, n);
    if (bad < n)
        return fault_set(fault, E_INVALID, "input %u of a reply is no news of the network", inputs[bad].input);
    int rc = txn_begin(store, true, now_us, &txn);
    if (rc != OK)
        return txn_fault(store, fault, rc, doing);
    rc = txn_reply_inputs(&txn, inputs, n, ignored);
    if (rc == OK)
        rc = txn_commit(&txn);
    else
        txn_abort(&txn);
    return rc == OK ? OK : txn_fault(store, fault, rc, doing);
}
