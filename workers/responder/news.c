/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What becomes of replies that went out: results of a SUBMIT, delivery reports, broken lines, leases to renew. All of
 * it is news that the store applies in the order it came, in batches. A report is acked only after the commit of its
 * news; what is not committed when this process dies is told again (reports) or found out again (results).
 */
#include "clock.h"
#include "kill_point.h"
#include "log.h"
#include "responder.h"

#include <stdlib.h>
#include <string.h>

/* NEWS_WAIT_MS: nobody waits for news as a citizen waits for an answer, so that it lets a claim take it along. But
 * bearerbox waits for the acks of its reports, with a window that may be small (smsbox-max-pending). */
enum { NEWS_FIRST_ROOM = 1024, NEWS_WAIT_MS = 25, RENEW_EVERY_MS = 500, PAUSE_MAX_MS = 20, RENEWALS_MAX = 240 };

void news_add(struct worker *worker, const struct news_of *of, enum reply_input input, uint64_t wait_ms,
              const char *cause)
{
    struct responder *responder = worker->role_state;
    if (responder->news_count == responder->news_room) {
        responder->news_room = responder->news_room ? responder->news_room * 2 : NEWS_FIRST_ROOM;
        responder->news = realloc(responder->news, responder->news_room * sizeof *responder->news);
        if (!responder->news)
            abort();
    }
    if (responder->news_count == 0)
        responder->news_ms = clock_mono_ms();
    struct store_reply_input *news = &responder->news[responder->news_count++];
    *news = (struct store_reply_input){.slot = of->slot,
                                       .input = input,
                                       .due_us = clock_now_us() + wait_ms * 1000,
                                       .claim = of->claim,
                                       .cause = cause};
    memcpy(news->id, of->id, UUID_BYTES);
}

/* --- results ------------------------------------------------------------------------------------------------ */

static uint32_t attempts_of(struct worker *worker, uint64_t slot, const struct flight *flight)
{
    Aduan__Record__Reply *reply;
    if (flight)
        return flight->attempts;
    if (store_reply_get(worker->store, slot, &reply) != OK)
        return 1;
    uint32_t attempts = reply->attempts;
    aduan__record__reply__free_unpacked(reply, NULL);
    return attempts;
}

static uint64_t backoff_ms(struct worker *worker, uint64_t slot, const struct flight *flight)
{
    uint32_t attempts = attempts_of(worker, slot, flight);
    return reply_backoff_ms(attempts > 0 ? attempts : 1, worker->config->reply_retry_s);
}

static uint64_t ambiguous_wait_ms(const struct worker *worker)
{
    return (uint64_t)worker->config->reply_ambiguous_s * 1000;
}

/* A result may be of a reply that another responder submitted: all that counts is its id. */
static void on_result(struct worker *worker, const Aduan__Wire__SubmitResult *result)
{
    struct responder *responder = worker->role_state;
    const struct news_of of = {result->reply_id.data, result->slot, result->claim};
    struct flight *flight = flights_find(&responder->flights, of.id);
    switch (result->outcome) {
    case ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_ACCEPTED:
        news_add(worker, &of, REPLY_IN_ACCEPTED, 0, NULL);
        break;
    case ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_BUFFERED:
        news_add(worker, &of, REPLY_IN_ACCEPTED, 0, "buffered");
        break;
    case ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_REJECTED:
        /* No last word: a bearerbox that has only just started refuses all until it has its SMSCs. Where the number
         * is at fault, it says so with a report as well, or the attempts end. */
        news_add(worker, &of, REPLY_IN_REJECTED, backoff_ms(worker, of.slot, flight), "no route or blacklisted");
        break;
    case ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_RETRY:
        news_add(worker, &of, REPLY_IN_RETRY, backoff_ms(worker, of.slot, flight), "bearerbox is busy");
        break;
    case ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_NOT_SENT:
        news_add(worker, &of, REPLY_IN_NOT_SENT, RESPONDER_NOT_SENT_WAIT_MS, "no bearerbox link");
        break;
    case ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_AMBIGUOUS:
        news_add(worker, &of, REPLY_IN_AMBIGUOUS, ambiguous_wait_ms(worker), "the link broke before the MT ack");
        break;
    default:
        worker->refused++;
        return;
    }
    if (flight)
        flights_remove(&responder->flights, flight);
}

void news_results(struct worker *worker, const Aduan__Wire__Results *results)
{
    KILL_POINT("responder", "result_received");
    for (size_t i = 0; i < results->n_result; i++)
        on_result(worker, results->result[i]);
}

/* --- reports ------------------------------------------------------------------------------------------------ */

/* The text of a report quotes the citizen's SMS at some SMSCs: it goes nowhere. */
void news_reports(struct worker *worker, size_t channel, const Aduan__Wire__Reports *reports)
{
    struct responder *responder = worker->role_state;
    KILL_POINT("responder", "report_received");
    for (size_t i = 0; i < reports->n_report; i++) {
        const Aduan__Wire__Report *report = reports->report[i];
        enum reply_input input = reply_input_of_report(report->status);
        if (input == REPLY_IN_END)
            worker->refused++;
        else
            news_add(worker, &(struct news_of){report->reply_id.data, report->slot, 0}, input, 0, NULL);
        acks_add(&responder->uncommitted[channel], report->uuid.data);
    }
}

/* --- lost lines and long waits ------------------------------------------------------------------------------ */

/* A box that is silent may only stand still: until the time to write is over it may still write. */
static uint64_t lost_wait_ms(const struct worker *worker, const struct flight *flight)
{
    uint64_t wait = ambiguous_wait_ms(worker), now_us = clock_now_us();
    uint64_t open = flight->write_until_us > now_us ? (flight->write_until_us - now_us) / 1000 + 1 : 0;
    return wait > open ? wait : open;
}

void news_channel_lost(struct worker *worker, size_t channel)
{
    struct responder *responder = worker->role_state;
    struct flight *flight;
    for (size_t i = 0; (flight = flights_at(&responder->flights, &i));) {
        if (flight->channel != channel) {
            i++;
            continue;
        }
        const struct news_of of = {flight->id, flight->slot, flight->claim};
        news_add(worker, &of, REPLY_IN_AMBIGUOUS, lost_wait_ms(worker, flight), "its aduanbox is gone");
        flights_remove(&responder->flights, flight);
    }
    acks_clear(&responder->uncommitted[channel]);
    acks_clear(&responder->acks[channel]);
}

/* A box answers each SUBMIT, but bearerbox may take its time (suspended, say). Until then the reply stays ours: a lease
 * that ran out would count as one more attempt and bring the reply to another responder. One that a box has forgotten
 * all the same is let go in the end. */
void news_renew_leases(struct worker *worker, uint64_t mono_ms)
{
    struct responder *responder = worker->role_state;
    uint64_t lease_ms = (uint64_t)worker->config->reply_lease_s * 1000;
    struct flight *flight;
    if (mono_ms < responder->renew_ms)
        return;
    responder->renew_ms = mono_ms + RENEW_EVERY_MS;
    responder->oldest_us = 0;
    for (size_t i = 0; (flight = flights_at(&responder->flights, &i));) {
        if (flight->renewals >= RENEWALS_MAX) {
            worker->errors++;
            flights_remove(&responder->flights, flight);
            continue;
        }
        if (mono_ms >= flight->renew_ms) {
            const struct news_of of = {flight->id, flight->slot, flight->claim};
            news_add(worker, &of, REPLY_IN_AMBIGUOUS, lease_ms, "waiting for the MT ack");
            flight->renewals++;
            flight->renew_ms = mono_ms + lease_ms / 2;
        }
        if (responder->oldest_us == 0 || flight->since_us < responder->oldest_us)
            responder->oldest_us = flight->since_us;
        i++;
    }
}

/* --- commit ------------------------------------------------------------------------------------------------- */

static size_t uncommitted_reports(const struct worker *worker)
{
    const struct responder *responder = worker->role_state;
    size_t n = 0;
    for (size_t i = 0; i < worker->channel_count; i++)
        n += responder->uncommitted[i].count;
    return n;
}

static uint64_t due_ms(const struct worker *worker)
{
    const struct responder *responder = worker->role_state;
    if (responder->news_count == 0)
        return uncommitted_reports(worker) > 0 ? 0 : UINT64_MAX;
    bool waits = !responder->news_apart && worker->config->batch_ms < NEWS_WAIT_MS;
    uint64_t due = responder->news_ms + (waits ? NEWS_WAIT_MS : worker->config->batch_ms);
    due = due > responder->commit_ms ? due : responder->commit_ms;
    if (worker->draining || responder->news_count >= worker->config->batch_max)
        due = 0;
    return due > responder->commits.retry_ms ? due : responder->commits.retry_ms;
}

bool news_is_refused(int err)
{
    return err == E_INVALID || err == E_CORRUPT || err == E_STATE;
}

/* The first `count` news need not be told again. A job is done when its end is durable, not when it is heard of. */
static void settle(struct worker *worker, size_t count)
{
    struct responder *responder = worker->role_state;
    for (size_t i = 0; i < count; i++)
        worker->done += responder->news[i].input == REPLY_IN_ACCEPTED;
    responder->news_count -= count;
    memmove(responder->news, responder->news + count, responder->news_count * sizeof *responder->news);
}

/* One of them cannot be applied, ever: each goes alone, and only that one is given up. */
static int apply_singly(struct worker *worker, struct fault *fault)
{
    struct responder *responder = worker->role_state;
    for (size_t i = 0; i < responder->news_count; i++) {
        const struct store_reply_input *news = &responder->news[i];
        int err = store_reply_inputs(worker->store, news, 1, clock_now_us(), NULL, fault);
        if (err && !news_is_refused(err)) {
            settle(worker, i);
            return err;
        }
        if (err) {
            char id[UUID_TEXT_BYTES];
            worker->errors++;
            log_error("responder.news_refused", "reply=%s input=%d cause=%s %s; it is dropped",
                      uuid_format(news->id, id), (int)news->input, err_name(err), fault->text);
        }
    }
    return OK;
}

static int apply(struct worker *worker, struct fault *fault)
{
    struct responder *responder = worker->role_state;
    if (responder->news_count == 0)
        return OK;
    int err = store_reply_inputs(worker->store, responder->news, responder->news_count, clock_now_us(), NULL, fault);
    if (news_is_refused(err))
        err = apply_singly(worker, fault);
    return err;
}

void news_committed(struct worker *worker, size_t count)
{
    struct responder *responder = worker->role_state;
    KILL_POINT("responder", "result_committed");
    settle(worker, count);
    responder->news_apart = false;
    for (size_t c = 0; c < worker->channel_count; c++) {
        for (size_t i = 0; i < responder->uncommitted[c].count; i++)
            acks_add(&responder->acks[c], responder->uncommitted[c].uuids[i]);
        acks_clear(&responder->uncommitted[c]);
    }
}

/* When the next transaction of news alone may begin, after one that began at start_ms: it has half the time. So a busy
 * store is asked less often, for more at once, and an idle one at once. */
static uint64_t pause_until(uint64_t start_ms)
{
    uint64_t now = clock_mono_ms(), took = now - start_ms;
    return now + (took < PAUSE_MAX_MS ? took : PAUSE_MAX_MS);
}

uint64_t news_commit(struct worker *worker, uint64_t mono_ms)
{
    struct responder *responder = worker->role_state;
    struct fault fault = {0};
    if (mono_ms < due_ms(worker))
        return due_ms(worker);
    uint64_t start_ms = clock_mono_ms();
    int err = apply(worker, &fault);
    if (err) {
        responder_back_off(worker, &responder->commits, err, &fault, "note what became of replies");
        return responder->commits.retry_ms;
    }
    if (responder->news_count > 0)
        responder_store_well(worker, &responder->commits);
    responder->commit_ms = pause_until(start_ms);
    news_committed(worker, responder->news_count);
    return UINT64_MAX;
}
