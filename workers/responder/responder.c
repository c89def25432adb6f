/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The responder's role: due replies go out once, and what becomes of each is noted.
 *
 * A reply is SENDING in the store, with a lease and its final text, before any box sees it. If this process dies
 *   before the claim's commit   the reply is READY and nobody has seen it: another responder takes it
 *   after it, before SUBMIT     SENDING, never written: when the lease runs out another responder claims it, and sends
 *                               the same text under the same id
 *   after SUBMIT, no result     as above, but the box has it: the box's memory of ids answers the second SUBMIT with
 *                               the first one's result, or when that comes, and writes nothing twice. If it comes
 *                               earlier it goes to any living responder, which applies it by id
 *   after the result came,      as above: the box still remembers the outcome
 *     before its commit
 *   after that commit           nothing is open
 *   with a report uncommitted   it was not acked: the box gives it to another responder
 * If the box dies with replies out they are AMBIGUOUS: they stay SENDING for reply_ambiguous_s, time for a delivery
 * report to prove that they went out. Their id is also bearerbox's id of the MT, so that a report of either copy finds
 * the reply.
 * Whatever is claimed while SENDING may have gone out. bearerbox is asked first (inquiry.h): while its store has the MT
 * or a report to that citizen the reply waits; when it has neither the reply is READY again, and only then submitted.
 * Where no bearerbox can be asked it is submitted at once.
 * If this process stands still (SIGSTOP, a stuck disk) longer than the lease after a claim, it submits nothing of it; a
 * box that stands still writes nothing of it (Mt.write_until_us); and what either says later of that claim is no news
 * (store_reply_input.claim).
 */
#include "responder.h"

#include "clock.h"
#include "log.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    ACK_RETRY_MS = 5,
    RETRY_FIRST_MS = 250,
    RETRY_MAX_MS = 4000,
    SILENCE_SHOWN_MS = 15000 /* longer than a question takes */
};

void responder_back_off(struct worker *worker, struct backoff *backoff, int err, const struct fault *fault,
                        const char *doing)
{
    if (err == E_MEMORY) {
        log_error("responder.no_memory", "%s; leases bring back what was out", fault->text);
        abort();
    }
    uint64_t wait = (uint64_t)RETRY_FIRST_MS << (backoff->failures < 8 ? backoff->failures : 8);
    wait = wait < RETRY_MAX_MS ? wait : RETRY_MAX_MS;
    backoff->failures++;
    backoff->retry_ms = clock_mono_ms() + wait;
    snprintf(backoff->note, sizeof backoff->note, "the store does not %s: %s", doing, fault->text);
    worker->degraded = backoff->note;
    worker->errors++;
    log_error("responder.store_failed", "cause=%s retry_ms=%llu cannot %s: %s", err_name(err), (unsigned long long)wait,
              doing, fault->text);
}

void responder_store_well(struct worker *worker, struct backoff *backoff)
{
    const struct responder *responder = worker->role_state;
    if (backoff->failures > 0)
        log_info("responder.store_well", "failures=%u", backoff->failures);
    backoff->failures = 0;
    backoff->retry_ms = 0;
    const struct backoff *other = backoff == &responder->claims ? &responder->commits : &responder->claims;
    worker->degraded = other->failures > 0 ? other->note : NULL;
}

static uint32_t credit(const struct config *config)
{
    return config->credit;
}

static int start(struct worker *worker, struct fault *fault)
{
    struct responder *responder = calloc(1, sizeof *responder);
    if (!responder)
        return fault_set(fault, E_MEMORY, "out of memory");
    responder->uncommitted = calloc(worker->channel_count, sizeof *responder->uncommitted);
    responder->acks = calloc(worker->channel_count, sizeof *responder->acks);
    if (!responder->uncommitted || !responder->acks)
        abort();
    responder->inquiry = inquiry_new(submit_verdict, worker);
    responder->watch = store_watch_open(worker->store);
    if (!responder->watch)
        log_warning("responder.no_watch", "the kernel has no inotify watch left; the outbox is looked at on a timer");
    worker->role_state = responder;
    return OK;
}

static size_t poll_items(struct worker *worker, zmq_pollitem_t *items, size_t max)
{
    const struct responder *responder = worker->role_state;
    if (!responder->watch || max == 0)
        return 0;
    items[0] = (zmq_pollitem_t){.fd = store_watch_fd(responder->watch), .events = ZMQ_POLLIN};
    return 1;
}

static void on_frame(struct worker *worker, size_t channel, const struct frame *frame)
{
    switch (frame->type) {
    case FRAME_RESULTS:
        news_results(worker, (const Aduan__Wire__Results *)frame->body);
        break;
    case FRAME_REPORTS:
        news_reports(worker, channel, (const Aduan__Wire__Reports *)frame->body);
        break;
    case FRAME_BYE:
        if (worker->draining)
            news_channel_lost(worker, channel); /* the box knows of nothing more; all results came before it */
        break;
    default:
        worker->refused++;
        break;
    }
}

/* True when a box does not keep up with its acks. */
static bool send_acks(struct worker *worker)
{
    struct responder *responder = worker->role_state;
    bool again = false;
    for (size_t i = 0; i < worker->channel_count; i++)
        again |= acks_send(&responder->acks[i], worker->channels[i]) == E_AGAIN;
    return again;
}

/* Status tells of a bearerbox that does not tell until its replies have been asked about again. What the store refuses
 * comes first. */
static void show_silence(struct worker *worker, uint64_t mono_ms)
{
    struct responder *responder = worker->role_state;
    uint64_t for_ms = SILENCE_SHOWN_MS + (uint64_t)worker->config->reply_ambiguous_s * 1000;
    if (responder->claims.failures == 0 && responder->commits.failures == 0)
        worker->degraded = inquiry_silence(responder->inquiry, mono_ms, for_ms);
}

static uint64_t work(struct worker *worker, uint64_t mono_ms)
{
    struct responder *responder = worker->role_state;
    if (store_watch_clear(responder->watch))
        responder->looks = 0;
    news_renew_leases(worker, mono_ms);
    uint64_t next = submit_due(worker, mono_ms);
    if (worker->draining)
        inquiry_abandon(responder->inquiry);
    uint64_t asked = inquiry_work(responder->inquiry, worker->config, mono_ms);
    uint64_t commit = news_commit(worker, mono_ms);
    show_silence(worker, mono_ms);
    uint64_t idle_until = mono_ms + (send_acks(worker) ? ACK_RETRY_MS : RESPONDER_IDLE_MS);
    worker->backlog = (uint32_t)responder->flights.count;
    worker->oldest_us = responder->flights.count > 0 ? responder->oldest_us : 0;
    next = next < commit ? next : commit;
    next = next < asked ? next : asked;
    return next < idle_until ? next : idle_until;
}

static bool idle(const struct worker *worker)
{
    const struct responder *responder = worker->role_state;
    size_t waiting = responder->flights.count + responder->news_count;
    for (size_t i = 0; i < worker->channel_count; i++)
        waiting += responder->uncommitted[i].count + responder->acks[i].count;
    return waiting == 0;
}

static void stop(struct worker *worker)
{
    struct responder *responder = worker->role_state;
    for (size_t i = 0; i < worker->channel_count; i++) {
        acks_done(&responder->uncommitted[i]);
        acks_done(&responder->acks[i]);
    }
    inquiry_free(responder->inquiry);
    store_watch_close(responder->watch);
    flights_done(&responder->flights);
    free(responder->uncommitted);
    free(responder->acks);
    free(responder->news);
    free(responder);
}

const struct worker_role responder_role = {.program = "aduan-responder",
                                           .role = "responder",
                                           .socket_suffix = ".out",
                                           .credit = credit,
                                           .start = start,
                                           .poll_items = poll_items,
                                           .frame = on_frame,
                                           .work = work,
                                           .box_lost = news_channel_lost,
                                           .idle = idle,
                                           .stop = stop};
