/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From due to submitted: replies are claimed (SENDING in the store, with a lease), then handed to a box. Which box: the
 * one whose bearerbox the citizen's SMS came over. A reply that was claimed before is kept to that box as long as it
 * lives, links or not, since only that box remembers whether it wrote the reply to bearerbox already.
 */
#include "clock.h"
#include "gsm7.h"
#include "kill_point.h"
#include "responder.h"

#include <stdlib.h>
#include <string.h>

enum { LOOK_BLIND_MS = 100, SUBMIT_MAX = 256, CLOCK_SLACK_MS = 60000 };

/* The name of the box that has this bearerbox link; NULL when the configuration has none. */
static const char *box_of_link(const struct config *config, const char *bearerbox)
{
    for (size_t i = 0; i < config->box_count; i++) {
        for (size_t j = 0; j < config->boxes[i].bearerbox_count; j++) {
            if (strcmp(config->boxes[i].bearerboxes[j].name, bearerbox) == 0)
                return config->boxes[i].name;
        }
    }
    return NULL;
}

/* channel_count when no box can take it now. */
static size_t choose_channel(const struct worker *worker, const Aduan__Record__Reply *reply)
{
    const char *box = box_of_link(worker->config, reply->bearerbox);
    size_t other = worker->channel_count;
    for (size_t i = 0; i < worker->channel_count; i++) {
        const struct channel *channel = worker->channels[i];
        bool own = box && strcmp(channel_box(channel), box) == 0;
        if (own && (channel_links_up(channel) || (reply->attempts > 1 && channel_alive(channel))))
            return i;
        if (other == worker->channel_count && channel_links_up(channel))
            other = i;
    }
    return other;
}

static bool some_link_up(const struct worker *worker)
{
    for (size_t i = 0; i < worker->channel_count; i++) {
        if (channel_links_up(worker->channels[i]))
            return true;
    }
    return false;
}

static void fill_mt(const struct worker *worker, const struct store_reply *claimed, Aduan__Wire__Mt *mt)
{
    Aduan__Record__Reply *reply = claimed->reply;
    aduan__wire__mt__init(mt);
    mt->reply_id = reply->id;
    mt->sender = (ProtobufCBinaryData){.data = (uint8_t *)reply->shortcode, .len = strlen(reply->shortcode)};
    mt->receiver = (ProtobufCBinaryData){.data = (uint8_t *)claimed->receiver, .len = claimed->receiver_len};
    mt->body = reply->text;
    mt->ucs2 = reply->ucs2;
    mt->coding_unset = worker->config->reply_unset_coding && gsm7_same_as_utf8(mt->body.data, mt->body.len);
    mt->smsc_id = reply->smsc_id;
    mt->service = reply->service;
    mt->account = reply->account;
    mt->bearerbox = reply->bearerbox;
    mt->dlr_mask = *reply->actor ? worker->config->reply_dlr_mask_staff : worker->config->reply_dlr_mask;
    mt->claim = reply->claims;
    mt->slot = reply->slot;
    mt->write_until_us = reply->due_us; /* when its lease ends */
    mt->maybe_written = reply->maybe_written;
}

static void take_off(struct worker *worker, const struct store_reply *claimed, size_t channel, uint64_t mono_ms)
{
    struct responder *responder = worker->role_state;
    struct flight *flight = flights_add(&responder->flights, claimed->reply->id.data);
    flight->slot = claimed->reply->slot;
    flight->channel = channel;
    flight->attempts = claimed->reply->attempts;
    flight->renewals = 0;
    flight->renew_ms = mono_ms + (uint64_t)worker->config->reply_lease_s * 500;
    flight->since_us = clock_now_us();
    flight->claim = claimed->reply->claims;
    flight->write_until_us = claimed->reply->due_us;
    flight->unknown_since_us = claimed->reply->unknown_since_us;
}

static void not_sent(struct worker *worker, const struct news_of *of, const char *cause)
{
    struct responder *responder = worker->role_state;
    struct flight *flight = flights_find(&responder->flights, of->id);
    if (flight)
        flights_remove(&responder->flights, flight);
    news_add(worker, of, REPLY_IN_NOT_SENT, RESPONDER_NOT_SENT_WAIT_MS, cause);
}

/* --- what may have gone out --------------------------------------------------------------------------------- */

static const size_t ASKED = SIZE_MAX; /* a flight's channel: it is with no box, bearerbox is asked about it */

/* Not about one that is at a box of ours: that box knows. */
static bool must_ask(struct worker *worker, const struct store_reply *claimed)
{
    struct responder *responder = worker->role_state;
    const struct flight *flight = flights_find(&responder->flights, claimed->reply->id.data);
    return claimed->was_sending && (!flight || flight->channel == ASKED) && inquiry_possible(worker->config);
}

static void ask(struct worker *worker, const struct store_reply *claimed, uint64_t mono_ms)
{
    struct responder *responder = worker->role_state;
    const uint8_t *id = claimed->reply->id.data;
    const struct flight *known = flights_find(&responder->flights, id);
    bool asked = known && known->channel == ASKED;
    take_off(worker, claimed, ASKED, mono_ms);
    if (!asked)
        inquiry_ask(responder->inquiry, id, claimed->receiver, claimed->receiver_len);
}

void submit_verdict(void *ctx, const uint8_t id[UUID_BYTES], enum inquiry_verdict verdict)
{
    struct worker *worker = ctx;
    struct responder *responder = worker->role_state;
    const struct config *config = worker->config;
    struct flight *flight = flights_find(&responder->flights, id);
    if (!flight || flight->channel != ASKED)
        return;
    const struct news_of of = {id, flight->slot, flight->claim};
    uint64_t wait_ms = (uint64_t)config->reply_ambiguous_s * 1000;
    bool too_long = clock_now_us() > flight->unknown_since_us + (uint64_t)config->reply_silence_s * 1000000;
    flights_remove(&responder->flights, flight);
    if (worker->draining)
        news_add(worker, &of, REPLY_IN_AMBIGUOUS, 0, "asked by another");
    else if (verdict == INQUIRY_HELD)
        news_add(worker, &of, REPLY_IN_HELD, wait_ms, "bearerbox still has it");
    else if (verdict == INQUIRY_ABSENT)
        news_add(worker, &of, REPLY_IN_RETRY, 0, "bearerbox does not have it");
    else if (too_long)
        news_add(worker, &of, REPLY_IN_RETRY, 0, "bearerbox does not tell for too long");
    else
        news_add(worker, &of, REPLY_IN_AMBIGUOUS, wait_ms, "bearerbox does not tell");
}

/* --- submit ------------------------------------------------------------------------------------------------- */

static void send_submit(struct worker *worker, size_t channel, Aduan__Wire__Mt **mt, size_t n)
{
    Aduan__Wire__Submit submit = ADUAN__WIRE__SUBMIT__INIT;
    submit.mt = mt;
    submit.n_mt = n;
    if (channel_send(worker->channels[channel], FRAME_SUBMIT, &submit.base) == OK)
        return;
    for (size_t i = 0; i < n; i++)
        not_sent(worker, &(struct news_of){mt[i]->reply_id.data, mt[i]->slot, mt[i]->claim},
                 "aduanbox does not take it");
}

/* All that goes to one channel, in frames of SUBMIT_MAX. */
static void submit_to(struct worker *worker, size_t channel, const struct store_replies *claimed,
                      const size_t *channel_of, uint64_t mono_ms)
{
    Aduan__Wire__Mt mts[SUBMIT_MAX], *pointers[SUBMIT_MAX];
    size_t n = 0;
    for (size_t i = 0; i < claimed->count; i++) {
        if (channel_of[i] != channel)
            continue;
        fill_mt(worker, &claimed->items[i], &mts[n]);
        pointers[n] = &mts[n];
        take_off(worker, &claimed->items[i], channel, mono_ms);
        if (++n == SUBMIT_MAX) {
            send_submit(worker, channel, pointers, n);
            n = 0;
        }
    }
    if (n > 0)
        send_submit(worker, channel, pointers, n);
}

/* One that is out already (its lease ran out under us) goes to the same box, which knows it. */
static size_t channel_for(struct worker *worker, const Aduan__Record__Reply *reply)
{
    struct responder *responder = worker->role_state;
    const struct flight *flight = flights_find(&responder->flights, reply->id.data);
    return flight ? flight->channel : choose_channel(worker, reply);
}

static void submit_claimed(struct worker *worker, const struct store_replies *claimed, uint64_t mono_ms)
{
    size_t *channel_of = calloc(claimed->count, sizeof *channel_of);
    if (!channel_of)
        abort();
    for (size_t i = 0; i < claimed->count; i++) {
        const Aduan__Record__Reply *reply = claimed->items[i].reply;
        if (must_ask(worker, &claimed->items[i])) {
            ask(worker, &claimed->items[i], mono_ms);
            channel_of[i] = ASKED;
            continue;
        }
        channel_of[i] = channel_for(worker, reply);
        if (channel_of[i] == worker->channel_count)
            not_sent(worker, &(struct news_of){reply->id.data, reply->slot, reply->claims}, "no aduanbox has a link");
    }
    for (size_t c = 0; c < worker->channel_count; c++)
        submit_to(worker, c, claimed, channel_of, mono_ms);
    free(channel_of);
}

/* What bearerbox is asked about takes no place: its silence must hold up nobody else. */
static uint32_t room(const struct worker *worker)
{
    struct responder *responder = worker->role_state;
    uint32_t window = worker->config->reply_window, out = 0;
    struct flight *flight;
    for (size_t i = 0; (flight = flights_at(&responder->flights, &i)); i++)
        out += flight->channel != ASKED;
    uint32_t free_places = out < window ? window - out : 0;
    return free_places < worker->config->batch_max ? free_places : worker->config->batch_max;
}

/* The longest that a reply is ever made to wait; see store_claim.wait_max_us. */
static uint64_t wait_max_us(const struct config *config)
{
    uint64_t longest_ms = reply_backoff_ms(UINT32_MAX, config->reply_retry_s);
    uint64_t lease_ms = (uint64_t)config->reply_lease_s * 1000,
             ambiguous_ms = (uint64_t)config->reply_ambiguous_s * 1000;
    longest_ms = longest_ms > lease_ms ? longest_ms : lease_ms;
    longest_ms = longest_ms > ambiguous_ms ? longest_ms : ambiguous_ms;
    return (longest_ms + CLOCK_SLACK_MS) * 1000;
}

/* Returns how many were claimed, or an error. */
static int claim(struct worker *worker, uint32_t max, uint64_t mono_ms, struct fault *fault)
{
    struct responder *responder = worker->role_state;
    uint64_t lease_us = (uint64_t)worker->config->reply_lease_s * 1000000;
    struct store_claim how = {.life = worker->life,
                              .now_us = clock_now_us(),
                              .lease_us = lease_us,
                              .max = max,
                              .attempts_max = worker->config->reply_attempts,
                              .asks_first = inquiry_possible(worker->config),
                              .wait_max_us = wait_max_us(worker->config),
                              .ctx = worker,
                              .render = responder_render};
    struct store_replies claimed = {0};
    if (!responder->news_apart) {
        how.news = responder->news;
        how.news_count = responder->news_count;
    }
    int err = store_claim_replies(worker->store, &how, &claimed, fault);
    if (how.news_count > 0 && news_is_refused(err)) {
        responder->news_apart = true;
        how.news_count = 0;
        err = store_claim_replies(worker->store, &how, &claimed, fault);
    }
    if (err)
        return err;
    int count = (int)claimed.count;
    if (count > 0) {
        KILL_POINT("responder", "claimed");
        /* A process that stood still since the claim has lost its lease: what it claimed is somebody else's now. */
        if (clock_now_us() < how.now_us + lease_us)
            submit_claimed(worker, &claimed, mono_ms);
        KILL_POINT("responder", "submitted");
    }
    if (claimed.told)
        news_committed(worker, how.news_count);
    store_replies_free(&claimed);
    return count;
}

/* When to look again, after a look that found nothing that is due. Whoever commits a reply wakes us, though perhaps a
 * little before it can be seen. */
static uint64_t next_look(struct worker *worker, uint64_t mono_ms)
{
    static const uint8_t soon_ms[] = {2, 10, 50};
    struct responder *responder = worker->role_state;
    uint64_t wait = responder->watch ? RESPONDER_IDLE_MS : LOOK_BLIND_MS, due_us = 0, now_us = clock_now_us();
    if (responder->looks < sizeof soon_ms)
        wait = soon_ms[responder->looks++];
    if (store_next_due(worker->store, &due_us) != OK || due_us == 0)
        return mono_ms + wait;
    /* Those that failed in the claim are over, and there may be more. */
    uint64_t due = due_us > now_us ? (due_us - now_us + 999) / 1000 : 1;
    return mono_ms + (due < wait ? due : wait);
}

uint64_t submit_due(struct worker *worker, uint64_t mono_ms)
{
    struct responder *responder = worker->role_state;
    struct fault fault = {0};
    if (mono_ms < responder->claims.retry_ms)
        return responder->claims.retry_ms;
    uint32_t places = worker->draining || !some_link_up(worker) ? 0 : room(worker);
    if (places == 0)
        return mono_ms + RESPONDER_IDLE_MS;             /* a frame or a tick ends each of these */
    int count = claim(worker, places, mono_ms, &fault); /* a read and no more when nothing is due */
    if (count < 0) {
        responder_back_off(worker, &responder->claims, count, &fault, "hand out due replies");
        return responder->claims.retry_ms;
    }
    responder_store_well(worker, &responder->claims);
    return count == 0 ? next_look(worker, mono_ms) : 0; /* meanwhile there may be more */
}
