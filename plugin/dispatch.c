/* SPDX-License-Identifier: BSD-2-Clause */
#include "dispatch.h"
#include "fault_point.h"
#include "journal.h"
#include "parcel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PRIORITIES = 4,                /* Kannel's 0 … 3, 3 first */
    CHUNK = 32,                    /* a batch smaller than this is not worth splitting: each costs a commit */
    BATCH_BYTES = 2 * 1024 * 1024, /* well under FRAME_BODY_MAX_BYTES */
    ITEM_BYTES = 8,                /* of a list, beside the message: its field and its length */
    LIST_FIELD = 1                 /* Batch.sms, Reports.report */
};

static const uint32_t NO_LINK = UINT32_MAX;

struct job {
    struct idmap_node node; /* first: the map finds jobs by it */
    TAILQ_ENTRY(job) in_age;
    TAILQ_ENTRY(job) in_list; /* of `list` */
    struct job_list *list;    /* pending, suspects, or the holder's */
    struct peer *holder;
    uint32_t link, generation, time, deaths;
    uint64_t arrived_us;
    uint32_t bytes; /* what it takes here */
    bool is_report;
    uint8_t priority;
    struct parcel parcel; /* last: it is as long as its message */
};

struct dispatch {
    struct dispatch_hooks hooks;
    struct idmap jobs;
    struct dispatch_limits limits;
    size_t bytes, outstanding, waiting; /* waiting: in pending, without suspects */
    bool full;
    struct job_list by_age;
    struct job_list pending[PRIORITIES];
    struct job_list suspects;
    uint64_t batches;
    struct dispatch_figures figures;
};

struct dispatch *dispatch_new(const struct dispatch_limits *limits, uint64_t seed, const struct dispatch_hooks *hooks)
{
    struct dispatch *dispatch = calloc(1, sizeof *dispatch);
    if (!dispatch)
        return NULL;
    if (!idmap_init(&dispatch->jobs, limits->messages, seed)) {
        free(dispatch);
        return NULL;
    }
    dispatch->hooks = *hooks;
    dispatch->limits = *limits;
    TAILQ_INIT(&dispatch->by_age);
    TAILQ_INIT(&dispatch->suspects);
    for (int i = 0; i < PRIORITIES; i++)
        TAILQ_INIT(&dispatch->pending[i]);
    return dispatch;
}

/* --- one job ------------------------------------------------------------------------------------------------- */

static void unlist(struct dispatch *dispatch, struct job *job)
{
    TAILQ_REMOVE(job->list, job, in_list);
    if (job->holder) {
        job->holder->held--;
        job->holder->alone &= job->holder->held > 0;
        dispatch->outstanding--;
    } else if (job->list != &dispatch->suspects) {
        dispatch->waiting--;
    }
    job->holder = NULL;
    job->list = NULL;
}

static void enlist(struct dispatch *dispatch, struct job *job, bool first)
{
    if (job->deaths > 0) {
        job->list = &dispatch->suspects;
    } else {
        job->list = &dispatch->pending[job->priority];
        dispatch->waiting++;
    }
    if (first)
        TAILQ_INSERT_HEAD(job->list, job, in_list);
    else
        TAILQ_INSERT_TAIL(job->list, job, in_list);
}

static void hold(struct dispatch *dispatch, struct job *job, struct peer *peer)
{
    unlist(dispatch, job);
    job->list = &peer->jobs;
    job->holder = peer;
    TAILQ_INSERT_TAIL(job->list, job, in_list);
    peer->held++;
    dispatch->outstanding++;
}

static void forget(struct dispatch *dispatch, struct job *job)
{
    unlist(dispatch, job);
    TAILQ_REMOVE(&dispatch->by_age, job, in_age);
    idmap_remove(&dispatch->jobs, &job->node);
    dispatch->bytes -= job->bytes;
    free(job);
    dispatch->full = dispatch->full && (dispatch->jobs.count > dispatch->limits.messages / 4 * 3 ||
                                        dispatch->bytes > dispatch->limits.bytes / 4 * 3);
}

void dispatch_free(struct dispatch *dispatch)
{
    if (!dispatch)
        return;
    struct job *job;
    while ((job = TAILQ_FIRST(&dispatch->by_age)) != NULL)
        forget(dispatch, job);
    idmap_done(&dispatch->jobs);
    free(dispatch);
}

/* --- in ------------------------------------------------------------------------------------------------------ */

bool dispatch_has_room(const struct dispatch *dispatch)
{
    return !dispatch->full;
}

/* A message that came again: its ack goes where it came from last. */
static bool is_known(struct dispatch *dispatch, const uint8_t *uuid, uint32_t link, uint32_t generation)
{
    struct job *job = (struct job *)idmap_find(&dispatch->jobs, uuid);
    if (!job)
        return false;
    dispatch->figures.redelivered++;
    job->link = link;
    job->generation = generation;
    return true;
}

/* NULL: memory is short. */
static struct job *job_of(const ProtobufCMessage *message, const uint8_t *uuid, uint32_t time)
{
    size_t bytes = offsetof(struct job, parcel) + parcel_size(message);
    struct job *job = malloc(bytes);
    if (!job)
        return NULL;
    *job = (struct job){.time = time, .bytes = (uint32_t)bytes};
    memcpy(job->node.id, uuid, ID_BYTES);
    parcel_pack(&job->parcel, message);
    return job;
}

static void admit(struct dispatch *dispatch, struct job *job, uint32_t link, uint32_t generation, uint64_t now_us)
{
    job->link = link;
    job->generation = generation;
    job->arrived_us = now_us;
    idmap_put(&dispatch->jobs, &job->node);
    TAILQ_INSERT_TAIL(&dispatch->by_age, job, in_age);
    enlist(dispatch, job, false);
    dispatch->bytes += job->bytes;
    dispatch->full |= dispatch->jobs.count >= dispatch->limits.messages || dispatch->bytes >= dispatch->limits.bytes;
    dispatch->figures.taken++;
}

bool dispatch_add_sms(struct dispatch *dispatch, uint32_t link, uint32_t generation, const Aduan__Wire__Sms *sms,
                      uint64_t now_us)
{
    if (is_known(dispatch, sms->uuid.data, link, generation))
        return true;
    struct job *job = job_of(&sms->base, sms->uuid.data, sms->time);
    if (!job)
        return false;
    job->priority = (uint8_t)(sms->priority < 0 ? 0 : sms->priority >= PRIORITIES ? PRIORITIES - 1 : sms->priority);
    admit(dispatch, job, link, generation, now_us);
    return true;
}

bool dispatch_add_report(struct dispatch *dispatch, uint32_t link, uint32_t generation,
                         const Aduan__Wire__Report *report, uint64_t now_us)
{
    if (is_known(dispatch, report->uuid.data, link, generation))
        return true;
    struct job *job = job_of(&report->base, report->uuid.data, report->time);
    if (!job)
        return false;
    job->is_report = true;
    admit(dispatch, job, link, generation, now_us);
    return true;
}

/* --- out ----------------------------------------------------------------------------------------------------- */

static size_t room_of(const struct peer *peer)
{
    if (peer->gone || peer->leaving || peer->choked || peer->alone || peer->held >= peer->credit)
        return 0;
    return peer->credit - peer->held;
}

/* The one with the least to do; among equals the one that was fed longest ago. NULL: nobody has room. */
static struct peer *least_loaded(const struct roster *roster, const struct peer *except, size_t *eligible)
{
    struct peer *best = NULL;
    *eligible = 0;
    for (size_t i = 0; i < roster->count; i++) {
        struct peer *peer = roster->peers[i];
        if (peer == except || room_of(peer) == 0)
            continue;
        ++*eligible;
        if (!best || peer->held < best->held || (peer->held == best->held && peer->fed < best->fed))
            best = peer;
    }
    return best;
}

static int send_jobs(struct roster *roster, struct peer *peer, struct job **jobs, size_t count)
{
    ProtobufCMessageUnknownField items[DISPATCH_BATCH_MAX];
    Aduan__Wire__Batch batch = ADUAN__WIRE__BATCH__INIT;
    Aduan__Wire__Reports reports = ADUAN__WIRE__REPORTS__INIT;
    ProtobufCMessage *list = jobs[0]->is_report ? &reports.base : &batch.base;
    for (size_t i = 0; i < count; i++)
        items[i] = parcel_item(&jobs[i]->parcel, LIST_FIELD);
    list->n_unknown_fields = (unsigned)count;
    list->unknown_fields = items;
    return roster_send(roster, peer, jobs[0]->is_report ? FRAME_REPORTS : FRAME_BATCH, list);
}

/* Gives the jobs to the peer; when they cannot be sent they stay where they are. */
static bool give(struct dispatch *dispatch, struct roster *roster, struct peer *peer, struct job **jobs, size_t count)
{
    FAULT_POINT("before_dispatch");
    int err = send_jobs(roster, peer, jobs, count);
    if (err != FRAME_OK) {
        if (err != FRAME_E_AGAIN && err != FRAME_E_GONE)
            journal(JOURNAL_ERROR, "dispatch.failed", "%s %zu messages: %s; they wait", peer->name, count,
                    frame_strerror(err));
        peer->choked = true;
        return false;
    }
    for (size_t i = 0; i < count; i++)
        hold(dispatch, jobs[i], peer);
    peer->fed = ++dispatch->batches;
    FAULT_POINT("dispatched");
    return true;
}

/* The next jobs in order, at most `max` of them and BATCH_BYTES together. */
static size_t pick(struct dispatch *dispatch, struct job **jobs, size_t max)
{
    size_t count = 0, bytes = 0;
    for (int i = PRIORITIES - 1; i >= 0; i--) {
        struct job *job;
        TAILQ_FOREACH(job, &dispatch->pending[i], in_list)
        {
            bytes += job->parcel.len + ITEM_BYTES;
            if (count == max || (count > 0 && bytes > BATCH_BYTES))
                return count;
            jobs[count++] = job;
        }
    }
    return count;
}

/* Holds nothing, and was heard of in this round. */
static struct peer *proved_idle(const struct roster *roster)
{
    for (size_t i = 0; i < roster->count; i++)
        if (roster->peers[i]->heard && roster->peers[i]->held == 0 && room_of(roster->peers[i]) > 0)
            return roster->peers[i];
    return NULL;
}

/* One suspect at a time goes alone to a worker that holds nothing; the others stay at work. It must be heard of first:
 * the death of one that stood still all the while would be laid to the suspect. When there is none such, the one that
 * holds least is returned: it is not to be fed until it has emptied. */
static struct peer *pump_suspects(struct dispatch *dispatch, struct roster *roster)
{
    struct job *job = TAILQ_FIRST(&dispatch->suspects);
    size_t eligible;
    if (!job)
        return NULL;
    for (size_t i = 0; i < roster->count; i++)
        if (roster->peers[i]->alone)
            return NULL;
    struct peer *peer = proved_idle(roster);
    if (!peer)
        return least_loaded(roster, NULL, &eligible);
    if (give(dispatch, roster, peer, &job, 1))
        peer->alone = true;
    return NULL;
}

void dispatch_pump(struct dispatch *dispatch, struct roster *roster)
{
    struct job *jobs[DISPATCH_BATCH_MAX];
    struct peer *spared = pump_suspects(dispatch, roster), *peer;
    size_t eligible;
    peer = least_loaded(roster, spared, &eligible);
    size_t share = eligible > 0 ? (dispatch->waiting + eligible - 1) / eligible : 0;
    if (share < CHUNK)
        share = CHUNK;
    if (share > DISPATCH_BATCH_MAX)
        share = DISPATCH_BATCH_MAX;
    for (; peer && dispatch->waiting > 0; peer = least_loaded(roster, spared, &eligible)) {
        size_t room = room_of(peer);
        size_t count = pick(dispatch, jobs, share < room ? share : room);
        (void)give(dispatch, roster, peer, jobs, count);
    }
    for (size_t i = 0; i < roster->count; i++)
        roster->peers[i]->heard = false;
}

/* --- back ---------------------------------------------------------------------------------------------------- */

static void done(struct dispatch *dispatch, struct job *job)
{
    /* A connection that is gone needs no ack: bearerbox sends the message again, and the store knows it. */
    if (job->link != NO_LINK &&
        dispatch->hooks.ack(dispatch->hooks.ctx, job->link, job->generation, job->node.id, job->time))
        dispatch->figures.acked++;
    forget(dispatch, job);
}

/* The jobs were made some batches ago: they are fetched while those before them are done. */
static void look_ahead(const struct dispatch *dispatch, const Aduan__Wire__Ack *ack, size_t i)
{
    if (i + IDMAP_ANNOUNCE < ack->n_uuid && ack->uuid[i + IDMAP_ANNOUNCE].len == ID_BYTES)
        idmap_announce(&dispatch->jobs, ack->uuid[i + IDMAP_ANNOUNCE].data);
    if (i + IDMAP_READY < ack->n_uuid && ack->uuid[i + IDMAP_READY].len == ID_BYTES)
        idmap_make_ready(&dispatch->jobs, ack->uuid[i + IDMAP_READY].data);
}

void dispatch_ack(struct dispatch *dispatch, struct peer *peer, const Aduan__Wire__Ack *ack)
{
    FAULT_POINT("ack_received");
    for (size_t i = 0; i < ack->n_uuid; i++) {
        look_ahead(dispatch, ack, i);
        struct job *job =
            ack->uuid[i].len == ID_BYTES ? (struct job *)idmap_find(&dispatch->jobs, ack->uuid[i].data) : NULL;
        if (job && job->holder == peer)
            done(dispatch, job);
        else
            dispatch->figures.stray_acks++;
    }
}

static void give_up_report(struct dispatch *dispatch, struct job *job)
{
    dispatch->figures.given_up++;
    journal(JOURNAL_ERROR, "report.given_up", "a delivery report has killed its responder %u times; acked and dropped",
            job->deaths);
    done(dispatch, job);
}

/* Its next classifier is to know how many it has killed, and the third not to look inside. */
static void suspect(struct dispatch *dispatch, struct job *job)
{
    Aduan__Wire__Sms marks = ADUAN__WIRE__SMS__INIT;
    marks.deaths = job->deaths;
    marks.quarantine = job->deaths >= DISPATCH_DEATHS_MAX;
    parcel_mark(&job->parcel, &marks.base);
    if (job->deaths != DISPATCH_DEATHS_MAX)
        return;
    dispatch->figures.quarantined++;
    journal(JOURNAL_ERROR, "message.quarantined",
            "a message has killed its classifier %u times; it will be parked unread", job->deaths);
}

void dispatch_lost(struct dispatch *dispatch, struct peer *peer)
{
    struct job *job;
    while ((job = TAILQ_LAST(&peer->jobs, job_list)) != NULL) {
        unlist(dispatch, job);
        job->deaths++;
        dispatch->figures.redispatched++;
        if (!job->is_report)
            suspect(dispatch, job);
        enlist(dispatch, job, true); /* from the last to the first, each in front: their order stays */
        if (job->is_report && job->deaths >= DISPATCH_DEATHS_MAX)
            give_up_report(dispatch, job);
    }
}

void dispatch_link_down(struct dispatch *dispatch, uint32_t link)
{
    struct job *job = TAILQ_FIRST(&dispatch->by_age), *next;
    for (; job; job = next) {
        next = TAILQ_NEXT(job, in_age);
        if (job->link != link)
            continue;
        /* What a worker holds, or has died of, is remembered: its deaths must not be forgotten with the line. */
        if (job->holder || job->deaths > 0)
            job->link = NO_LINK;
        else
            forget(dispatch, job);
    }
}

void dispatch_forget_pending(struct dispatch *dispatch)
{
    struct job *job = TAILQ_FIRST(&dispatch->by_age), *next;
    for (; job; job = next) {
        next = TAILQ_NEXT(job, in_age);
        if (!job->holder)
            forget(dispatch, job);
    }
}

size_t dispatch_outstanding(const struct dispatch *dispatch)
{
    return dispatch->outstanding;
}

void dispatch_figures(const struct dispatch *dispatch, struct dispatch_figures *out)
{
    const struct job *oldest = TAILQ_FIRST(&dispatch->by_age);
    *out = dispatch->figures;
    out->backlog = (uint32_t)dispatch->jobs.count;
    out->oldest_us = oldest ? oldest->arrived_us : 0;
}
