/* SPDX-License-Identifier: BSD-2-Clause */
/* From claims to boxes, and what becomes of a reply whose fate is unknown, with a store and a box that are made up. */
#include "arena.h"
#include "channel.h"
#include "clock.h"
#include "store.h"
#include "store_watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int injected_claim(struct store *store, const struct store_claim *claim, struct store_replies *out,
                          struct fault *fault);
static int injected_next_due(struct store *store, uint64_t *due_us);
static int injected_inputs(struct store *store, const struct store_reply_input *inputs, size_t n, uint64_t now_us,
                           size_t *ignored, struct fault *fault);
static int injected_send(struct channel *channel, enum frame_type type, const ProtobufCMessage *body);
#define store_claim_replies injected_claim
#define store_next_due injected_next_due
#define store_reply_inputs injected_inputs
#define store_watch_open(store) NULL
#define channel_send injected_send
#define channel_links_up(channel) ((void)(channel), true)
#define channel_alive(channel) ((void)(channel), true)
#define channel_box(channel) ((void)(channel), "box1")
#include "../../workers/responder/flights.c"
#include "../../workers/responder/inquiry.c"
#include "../../workers/responder/news.c"
#include "../../workers/responder/responder.c"
#include "../../workers/responder/store_status.c"
#include "../../workers/responder/store_status_page.c"
#include "../../workers/responder/submit.c"

enum { WINDOW = 3, SILENCE_S = 60 };

static struct worker worker;
static struct config config;
static struct config_box boxes[1];
static struct config_bearerbox links[1];
static int claim_refuses_news; /* an error, 0: no */
static struct {
    uint8_t id;
    bool was_sending;
    uint64_t unknown_since_us;
} due[8];
static size_t due_count, claims, claimed_max, told_news, sent;

int responder_render(void *ctx, const Aduan__Record__Reply *reply, const Aduan__Record__Ticket *ticket, char **text,
                     size_t *len, bool *ucs2, uint32_t *segments)
{
    (void)ctx, (void)reply, (void)ticket, (void)text, (void)len, (void)ucs2, (void)segments;
    return E_INVALID;
}

static Aduan__Record__Reply *reply_of(struct arena *arena, size_t i)
{
    Aduan__Record__Reply *reply = arena_take(arena, sizeof *reply);
    aduan__record__reply__init(reply);
    const uint8_t id[UUID_BYTES] = {due[i].id};
    reply->id = (ProtobufCBinaryData){UUID_BYTES, (uint8_t *)arena_copy(arena, id, sizeof id)};
    reply->slot = due[i].id;
    reply->claims = 7;
    reply->due_us = clock_now_us() + 1000000;
    reply->unknown_since_us = due[i].unknown_since_us;
    return reply;
}

static int injected_claim(struct store *store, const struct store_claim *claim, struct store_replies *out,
                          struct fault *fault)
{
    (void)store;
    claims++;
    if (claim->news_count > 0 && claim_refuses_news)
        return fault_set(fault, (enum err)claim_refuses_news, "refused");
    claimed_max = claim->max;
    out->told = claim->news_count > 0;
    told_news += claim->news_count;
    out->arena = arena_new(4096);
    out->items = calloc(due_count ? due_count : 1, sizeof *out->items);
    assert_non_null(out->items);
    while (out->count < due_count && out->count < claim->max) {
        out->items[out->count] =
            (struct store_reply){.reply = reply_of(out->arena, out->count), .was_sending = due[out->count].was_sending};
        out->count++;
    }
    due_count = 0;
    return OK;
}

static int injected_next_due(struct store *store, uint64_t *due_us)
{
    (void)store;
    *due_us = 0;
    return OK;
}

static int injected_inputs(struct store *store, const struct store_reply_input *inputs, size_t n, uint64_t now_us,
                           size_t *ignored, struct fault *fault)
{
    (void)store, (void)inputs, (void)n, (void)now_us, (void)ignored, (void)fault;
    return OK;
}

static int injected_send(struct channel *channel, enum frame_type type, const ProtobufCMessage *body)
{
    (void)channel;
    assert_int_equal(type, FRAME_SUBMIT);
    sent += ((const Aduan__Wire__Submit *)body)->n_mt;
    return OK;
}

static struct responder *responder(void)
{
    return worker.role_state;
}

static int set_up(void **state)
{
    static struct channel *channels[1];
    struct fault fault;
    (void)state;
    links[0] =
        (struct config_bearerbox){.name = (char *)"main", .status_url = (char *)"http://127.0.0.1:1/store-status.txt"};
    boxes[0] = (struct config_box){.name = (char *)"box1", .bearerboxes = links, .bearerbox_count = 1};
    config = (struct config){.batch_max = 512,
                             .reply_lease_s = 30,
                             .reply_ambiguous_s = 20,
                             .reply_silence_s = SILENCE_S,
                             .reply_retry_s = 5,
                             .reply_window = WINDOW,
                             .boxes = boxes,
                             .box_count = 1};
    worker = (struct worker){.config = &config, .channels = channels, .channel_count = 1};
    assert_int_equal(responder_role.start(&worker, &fault), OK);
    claim_refuses_news = 0;
    due_count = claims = claimed_max = told_news = sent = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    worker.draining = true; /* what is asked about is given back */
    responder_role.stop(&worker);
    return 0;
}

static void falls_due(uint8_t id, bool was_sending, uint64_t unknown_since_us)
{
    due[due_count].id = id;
    due[due_count].was_sending = was_sending;
    due[due_count++].unknown_since_us = unknown_since_us;
}

static void what_was_sent_before_is_asked_about(void **state)
{
    (void)state;
    falls_due(1, false, 0);
    falls_due(2, true, clock_now_us());
    submit_due(&worker, 1000);
    assert_int_equal(sent, 1);
    assert_int_equal(responder()->inquiry->waiting.count, 1);
    assert_int_equal(responder()->inquiry->waiting.items[0].id[0], 2);
    assert_int_equal(responder()->flights.count, 2);
}

static void what_is_asked_about_takes_no_place(void **state)
{
    (void)state;
    for (uint8_t id = 1; id <= WINDOW; id++)
        falls_due(id, true, clock_now_us());
    submit_due(&worker, 1000);
    assert_int_equal(sent, 0);
    for (uint8_t id = 11; id <= 10 + WINDOW; id++)
        falls_due(id, false, 0);
    submit_due(&worker, 2000);
    assert_int_equal(claimed_max, WINDOW);
    assert_int_equal(sent, WINDOW);
    size_t before = claims;
    submit_due(&worker, 3000);
    assert_int_equal(claims, before); /* now all places are taken */
}

static void each_verdict_is_its_input(void **state)
{
    const uint64_t now_us = clock_now_us(), long_ago_us = now_us - (SILENCE_S + 1) * 1000000ull;
    const struct {
        uint64_t since_us;
        enum inquiry_verdict verdict;
        bool draining;
        enum reply_input want;
        bool at_once;
    } cases[] = {
        {now_us, INQUIRY_HELD, false, REPLY_IN_HELD, false},
        {long_ago_us, INQUIRY_HELD, false, REPLY_IN_HELD, false},
        {now_us, INQUIRY_ABSENT, false, REPLY_IN_RETRY, true},
        {now_us, INQUIRY_UNKNOWN, false, REPLY_IN_AMBIGUOUS, false},
        {long_ago_us, INQUIRY_UNKNOWN, false, REPLY_IN_RETRY, true},
        {long_ago_us, INQUIRY_UNKNOWN, true, REPLY_IN_AMBIGUOUS, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t id[UUID_BYTES] = {(uint8_t)(50 + i)};
        responder()->news_count = 0;
        falls_due(id[0], true, cases[i].since_us);
        submit_due(&worker, 1000 * (i + 1));
        worker.draining = cases[i].draining;
        submit_verdict(&worker, id, cases[i].verdict);
        worker.draining = false;
        assert_int_equal(responder()->news_count, 1);
        const struct store_reply_input *news = &responder()->news[0];
        assert_int_equal(news->input, cases[i].want);
        assert_int_equal(news->claim, 7);
        assert_int_equal(news->due_us < clock_now_us() + 10000000, cases[i].at_once);
        assert_null(flights_find(&responder()->flights, id));
    }
}

static void a_claim_whose_news_is_refused_goes_without_it(void **state)
{
    const uint8_t id[UUID_BYTES] = {9};
    (void)state;
    news_add(&worker, &(struct news_of){id, 1, 1}, REPLY_IN_NOT_SENT, 0, NULL);
    falls_due(1, false, 0);
    claim_refuses_news = E_CORRUPT;
    submit_due(&worker, 1000);
    assert_int_equal(claims, 2);
    assert_int_equal(sent, 1);
    assert_int_equal(told_news, 0);
    assert_true(responder()->news_apart);
    assert_int_equal(responder()->news_count, 1); /* news_commit() has them one by one */
}

static void news_is_told_with_a_claim(void **state)
{
    const uint8_t id[UUID_BYTES] = {9};
    (void)state;
    news_add(&worker, &(struct news_of){id, 1, 1}, REPLY_IN_NOT_SENT, 0, NULL);
    falls_due(1, false, 0);
    submit_due(&worker, 1000);
    assert_int_equal(claims, 1);
    assert_int_equal(told_news, 1);
    assert_int_equal(responder()->news_count, 0);
}

#define T(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(what_was_sent_before_is_asked_about), T(what_is_asked_about_takes_no_place),
        T(each_verdict_is_its_input),           T(a_claim_whose_news_is_refused_goes_without_it),
        T(news_is_told_with_a_claim),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
