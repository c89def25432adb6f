/* SPDX-License-Identifier: BSD-2-Clause */
#include "dispatch.h"
#include "fault_point.h"
#include "journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PRIORITIES = 4,               /* Kannel's 0 … 3, 3 first */
    CHUNK = 32,                   /* a batch smaller than this is not worth splitting: each costs a commit */
    BATCH_BYTES = 2 * 1024 * 1024 /* well under FRAME_BODY_MAX_BYTES */
};

static const uint32_t NO_LINK = UINT32_MAX;

struct job {
    struct idmap_node node; /* first: the map finds jobs by it */
    TAILQ_ENTRY(job) in_age;
    TAILQ_ENTRY(job) in_list; /* of `list` */
    struct job_list *list;    /* pending, suspects, or the holder's */
    struct peer *holder;
    Aduan__Wire__Sms *sms; /* one of the two */
    Aduan__Wire__Report *report;
    uint32_t link, generation, time, deaths;
    uint64_t arrived_us;
};

struct dispatch {
    struct dispatch_hooks hooks;
    struct idmap jobs;
    size_t max, outstanding, waiting; /* waiting: in pending, without suspects */
    struct job_list by_age;
    struct job_list pending[PRIORITIES];
    struct job_list suspects;
    uint64_t batches;
    struct dispatch_figures figures;
};

struct dispatch *dispatch_new(size_t max, uint64_t seed, const struct dispatch_hooks *hooks)
{
    struct dispatch *dispatch = calloc(1, sizeof *dispatch);
    if (!dispatch)
        return NULL;
    if (!idmap_init(&dispatch->jobs, max, seed)) {
        free(dispatch);
        return NULL;
    }
    dispatch->hooks = *hooks;
    dispatch->max = max;
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
    int32_t priority = job->sms ? job->sms->priority : 0;
    if (job->deaths > 0) {
        job->list = &dispatch->suspects;
    } else {
        job->list = &dispatch->pending[priority < 0 ? 0 : priority >= PRIORITIES ? PRIORITIES - 1 : priority];
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
    if (job->sms)
        aduan__wire__sms__free_unpacked(job->sms, NULL);
    if (job->report)
        aduan__wire__report__free_unpacked(job->report, NULL);
    free(job);
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
    return dispatch->jobs.count < dispatch->max;
}

/* The job of this id, fresh (with nothing in it) when it was not here. NULL: memory is short. */
static struct job *job_for(struct dispatch *dispatch, const uint8_t *uuid, uint32_t link, uint32_t generation)
{
    struct job *job = (struct job *)idmap_find(&dispatch->jobs, uuid);
    if (job)
        dispatch->figures.redelivered++;
    else
        job = calloc(1, sizeof *job);
    if (job) {
        job->link = link;
        job->generation = generation;
    }
    return job;
}

static void admit(struct dispatch *dispatch, struct job *job, const uint8_t *uuid, uint32_t time, uint64_t now_us)
{
    memcpy(job->node.id, uuid, ID_BYTES);
    job->time = time;
    job->arrived_us = now_us;
    idmap_put(&dispatch->jobs, &job->node);
    TAILQ_INSERT_TAIL(&dispatch->by_age, job, in_age);
    enlist(dispatch, job, false);
    dispatch->figures.taken++;
}

bool dispatch_add_sms(struct dispatch *dispatch, uint32_t link, uint32_t generation, Aduan__Wire__Sms *sms,
                      uint64_t now_us)
{
    struct job *job = job_for(dispatch, sms->uuid.data, link, generation);
    if (!job || job->list) {
        aduan__wire__sms__free_unpacked(sms, NULL);
        return job != NULL;
    }
    job->sms = sms;
    admit(dispatch, job, sms->uuid.data, sms->time, now_us);
    return true;
}

bool dispatch_add_report(struct dispatch *dispatch, uint32_t link, uint32_t generation, Aduan__Wire__Report *report,
                         uint64_t now_us)
{
    struct job *job = job_for(dispatch, report->uuid.data, link, generation);
    if (!job || job->list) {
        aduan__wire__report__free_unpacked(report, NULL);
        return job != NULL;
    }
    job->report = report;
    admit(dispatch, job, report->uuid.data, report->time, now_us);
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

static size_t bytes_of(const struct job *job)
{
    return job->sms ? aduan__wire__sms__get_packed_size(job->sms) : aduan__wire__report__get_packed_size(job->report);
}

static int send_jobs(struct roster *roster, struct peer *peer, struct job **jobs, size_t count)
{
    union {
        Aduan__Wire__Sms *sms[DISPATCH_BATCH_MAX];
        Aduan__Wire__Report *reports[DISPATCH_BATCH_MAX];
    } list;
    if (jobs[0]->sms) {
        Aduan__Wire__Batch batch = ADUAN__WIRE__BATCH__INIT;
        for (size_t i = 0; i < count; i++)
            list.sms[i] = jobs[i]->sms;
        batch.n_sms = count;
        batch.sms = list.sms;
        return roster_send(roster, peer, FRAME_BATCH, &batch.base);
    }
    Aduan__Wire__Reports reports = ADUAN__WIRE__REPORTS__INIT;
    for (size_t i = 0; i < count; i++)
        list.reports[i] = jobs[i]->report;
    reports.n_report = count;
    reports.report = list.reports;
    return roster_send(roster, peer, FRAME_REPORTS, &reports.base);
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
            bytes += bytes_of(job);
            if (count == max || (count > 0 && bytes > BATCH_BYTES))
                return count;
            jobs[count++] = job;
        }
    }
    return count;
}

/* One suspect at a time goes alone to a worker that holds nothing; the others stay at work. When every worker holds
 * something, the one that holds least is returned: it is not to be fed until it has emptied. */
static struct peer *pump_suspects(struct dispatch *dispatch, struct roster *roster)
{
    struct job *job = TAILQ_FIRST(&dispatch->suspects);
    size_t eligible;
    for (size_t i = 0; i < roster->count; i++)
        if (roster->peers[i]->alone)
            return NULL;
    struct peer *peer = job ? least_loaded(roster, NULL, &eligible) : NULL;
    if (!peer || peer->held > 0)
        return peer;
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

void dispatch_ack(struct dispatch *dispatch, struct peer *peer, const Aduan__Wire__Ack *ack)
{
    FAULT_POINT("ack_received");
    for (size_t i = 0; i < ack->n_uuid; i++) {
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

void dispatch_lost(struct dispatch *dispatch, struct peer *peer)
{
    struct job *job;
    while ((job = TAILQ_LAST(&peer->jobs, job_list)) != NULL) {
        unlist(dispatch, job);
        job->deaths++;
        dispatch->figures.redispatched++;
        if (job->sms) {
            job->sms->deaths = job->deaths;
            if (job->deaths == DISPATCH_DEATHS_MAX) {
                job->sms->quarantine = true;
                dispatch->figures.quarantined++;
                journal(JOURNAL_ERROR, "message.quarantined",
                        "a message has killed its classifier %u times; it will be parked unread", job->deaths);
            }
        }
        enlist(dispatch, job, true); /* from the last to the first, each in front: their order stays */
        if (job->report && job->deaths >= DISPATCH_DEATHS_MAX)
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
