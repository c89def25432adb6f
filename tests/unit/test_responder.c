/* SPDX-License-Identifier: BSD-2-Clause */
/* What the responder makes of results, reports and lost boxes, with a store that records, or refuses to order. */
#include "store.h"
#include "store_watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int injected_inputs(struct store *store, const struct store_reply_input *inputs, size_t n, uint64_t now_us,
                           size_t *ignored, struct fault *fault);
static int injected_get(struct store *store, uint64_t slot, Aduan__Record__Reply **out);
#define store_reply_inputs injected_inputs
#define store_reply_get injected_get
#define store_watch_open(store) NULL
#include "../../workers/responder/flights.c"
#include "../../workers/responder/inquiry.c"
#include "../../workers/responder/news.c"
#include "../../workers/responder/responder.c"
#include "../../workers/responder/store_status.c"
#include "../../workers/responder/store_status_page.c"

enum { TAKEN_MAX = 100 };

static struct worker worker;
static struct config config;
static int (*refuse)(const struct store_reply_input *inputs, size_t n);
static struct store_reply_input taken[TAKEN_MAX];
static size_t taken_count;

static int injected_inputs(struct store *store, const struct store_reply_input *inputs, size_t n, uint64_t now_us,
                           size_t *ignored, struct fault *fault)
{
    (void)store, (void)now_us, (void)ignored;
    int err = refuse ? refuse(inputs, n) : OK;
    if (err)
        return fault_set(fault, (enum err)err, "refused");
    assert_true(taken_count + n <= TAKEN_MAX);
    memcpy(taken + taken_count, inputs, n * sizeof *inputs);
    taken_count += n;
    return OK;
}

/* The store knows what is in slot 200, tried five times. */
static int injected_get(struct store *store, uint64_t slot, Aduan__Record__Reply **out)
{
    (void)store;
    if (slot != 200)
        return E_NOT_FOUND;
    *out = malloc(sizeof **out);
    assert_non_null(*out);
    aduan__record__reply__init(*out);
    (*out)->attempts = 5;
    return OK;
}

void submit_verdict(void *ctx, const uint8_t id[UUID_BYTES], enum inquiry_verdict verdict)
{
    (void)ctx, (void)id, (void)verdict;
}

uint64_t submit_due(struct worker *unused, uint64_t mono_ms)
{
    (void)unused;
    return mono_ms + 1;
}

static int full(const struct store_reply_input *inputs, size_t n)
{
    (void)inputs, (void)n;
    return E_FULL;
}

static int cannot_take_3(const struct store_reply_input *inputs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (inputs[i].id[0] == 3)
            return E_CORRUPT;
    }
    return OK;
}

static int cannot_take_3_and_fills_up(const struct store_reply_input *inputs, size_t n)
{
    int err = cannot_take_3(inputs, n);
    return err ? err : taken_count >= 2 ? E_FULL : OK;
}

static struct responder *responder(void)
{
    return worker.role_state;
}

static int set_up(void **state)
{
    (void)state;
    struct fault fault;
    config = (struct config){.batch_max = 512,
                             .batch_ms = 10,
                             .reply_lease_s = 30,
                             .reply_ambiguous_s = 20,
                             .reply_retry_s = 5,
                             .reply_window = 100};
    worker = (struct worker){.config = &config, .channel_count = 2};
    worker.role_state = NULL;
    assert_int_equal(responder_role.start(&worker, &fault), OK);
    refuse = NULL;
    taken_count = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    responder_role.stop(&worker);
    return 0;
}

static void fly(uint8_t first, size_t channel, uint32_t attempts)
{
    uint8_t id[UUID_BYTES] = {first};
    struct flight *flight = flights_add(&responder()->flights, id);
    flight->channel = channel;
    flight->attempts = attempts;
    flight->renew_ms = UINT64_MAX;
}

static void results(const uint8_t *ids, const Aduan__Wire__SubmitOutcome *outcomes, size_t n)
{
    Aduan__Wire__SubmitResult result[16], *pointers[16];
    Aduan__Wire__Results body = ADUAN__WIRE__RESULTS__INIT;
    uint8_t id[16][UUID_BYTES] = {0};
    struct frame frame = {.type = FRAME_RESULTS, .body = &body.base};
    for (size_t i = 0; i < n; i++) {
        aduan__wire__submit_result__init(&result[i]);
        id[i][0] = ids[i];
        result[i].reply_id = (ProtobufCBinaryData){.data = id[i], .len = UUID_BYTES};
        result[i].outcome = outcomes[i];
        result[i].slot = ids[i];
        pointers[i] = &result[i];
    }
    body.result = pointers;
    body.n_result = n;
    responder_role.frame(&worker, 0, &frame);
}

static void report(size_t channel, uint8_t reply, uint32_t status)
{
    Aduan__Wire__Report one = ADUAN__WIRE__REPORT__INIT, *pointer = &one;
    Aduan__Wire__Reports body = ADUAN__WIRE__REPORTS__INIT;
    uint8_t id[UUID_BYTES] = {reply}, uuid[UUID_BYTES] = {(uint8_t)(100 + reply)};
    struct frame frame = {.type = FRAME_REPORTS, .body = &body.base};
    one.uuid = (ProtobufCBinaryData){.data = uuid, .len = UUID_BYTES};
    one.reply_id = (ProtobufCBinaryData){.data = id, .len = UUID_BYTES};
    one.status = status;
    body.report = &pointer;
    body.n_report = 1;
    responder_role.frame(&worker, channel, &frame);
}

static void commit_now(void)
{
    (void)news_commit(&worker, clock_mono_ms() + NEWS_WAIT_MS + 1);
}

static void each_outcome_is_its_input(void **state)
{
    (void)state;
    const uint8_t ids[] = {1, 2, 3, 4, 5, 6, 7, 8, 200, 99};
    const Aduan__Wire__SubmitOutcome outcomes[] = {1, 2, 3, 4, 5, 6, 0, 42, 4, 4};
    const struct {
        enum reply_input input;
        uint64_t wait_ms;
    } expected[] = {
        {REPLY_IN_ACCEPTED, 0},      {REPLY_IN_ACCEPTED, 0},
        {REPLY_IN_REJECTED, 10000}, /* third attempt would wait 4 · 5 s; this was the second */
        {REPLY_IN_RETRY, 10000},     {REPLY_IN_NOT_SENT, RESPONDER_NOT_SENT_WAIT_MS},
        {REPLY_IN_AMBIGUOUS, 20000}, {REPLY_IN_RETRY, 80000}, /* not ours: the store knows of five attempts */
        {REPLY_IN_RETRY, 5000}};                              /* nobody knows */
    for (uint8_t i = 1; i <= 8; i++)
        fly(i, 0, 2);
    uint64_t before = clock_now_us();
    results(ids, outcomes, 10);
    assert_int_equal(worker.done, 0);
    commit_now();
    assert_int_equal(taken_count, 8);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(taken[i].input, expected[i].input);
        assert_in_range(taken[i].due_us, before + expected[i].wait_ms * 1000,
                        clock_now_us() + expected[i].wait_ms * 1000);
    }
    assert_int_equal(responder()->flights.count, 2); /* the two without a sound outcome are still out */
    assert_int_equal(worker.refused, 2);
    assert_int_equal(worker.done, 2);
}

static void a_report_is_acked_after_its_commit_only(void **state)
{
    (void)state;
    report(0, 1, 8);
    report(1, 2, 1);
    report(1, 3, 77); /* no status of Kannel's */
    assert_int_equal(responder()->acks[0].count + responder()->acks[1].count, 0);
    refuse = full;
    commit_now();
    assert_int_equal(responder()->acks[0].count + responder()->acks[1].count, 0);
    assert_int_equal(responder()->news_count, 2);
    assert_non_null(worker.degraded);
    assert_true(news_commit(&worker, 0) == responder()->commits.retry_ms);
    refuse = NULL;
    (void)news_commit(&worker, responder()->commits.retry_ms + NEWS_WAIT_MS);
    assert_null(worker.degraded);
    assert_int_equal(taken_count, 2);
    assert_int_equal(taken[0].input, REPLY_IN_SMSC_ACCEPTED);
    assert_int_equal(taken[1].input, REPLY_IN_DELIVERED);
    assert_int_equal(responder()->acks[0].count, 1);
    assert_int_equal(responder()->acks[1].count, 2);
    assert_int_equal(worker.refused, 1);
}

static void news_waits_for_a_claim_but_not_long(void **state)
{
    (void)state;
    report(0, 1, 8);
    uint64_t came_ms = responder()->news_ms;
    assert_true(news_commit(&worker, came_ms + config.batch_ms) == came_ms + NEWS_WAIT_MS);
    assert_int_equal(taken_count, 0);
    (void)news_commit(&worker, came_ms + NEWS_WAIT_MS);
    assert_int_equal(taken_count, 1);
    responder()->news_apart = true; /* no claim can take it */
    responder()->commit_ms = 0;
    report(0, 2, 8);
    (void)news_commit(&worker, responder()->news_ms + config.batch_ms);
    assert_int_equal(taken_count, 2);
    assert_false(responder()->news_apart);
}

/* A claim took along what there was; what it sent brought more. */
static void news_behind_the_committed_stays(void **state)
{
    (void)state;
    const uint8_t id[UUID_BYTES] = {9};
    report(0, 1, 8);
    report(1, 2, 8);
    news_add(&worker, &(struct news_of){id, 1, 1}, REPLY_IN_NOT_SENT, 0, NULL);
    news_committed(&worker, 2);
    assert_int_equal(responder()->news_count, 1);
    assert_int_equal(responder()->news[0].id[0], 9);
    assert_int_equal(responder()->acks[0].count, 1);
    assert_int_equal(responder()->acks[1].count, 1);
    commit_now();
    assert_int_equal(taken_count, 1);
}

/* To claim is to read, and readers may have all slots of a store that can be written. */
static void news_is_committed_while_nothing_can_be_claimed(void **state)
{
    (void)state;
    struct fault fault = {.text = "too many readers have it open"};
    report(0, 1, 8);
    responder_back_off(&worker, &responder()->claims, E_BUSY, &fault, "hand out due replies");
    commit_now();
    assert_int_equal(taken_count, 1);
    assert_int_equal(responder()->acks[0].count, 1);
    assert_string_equal(worker.degraded, "the store does not hand out due replies: too many readers have it open");
    responder_store_well(&worker, &responder()->claims);
    assert_null(worker.degraded);
}

static void one_reply_does_not_hold_up_the_news_of_others(void **state)
{
    (void)state;
    for (uint8_t i = 1; i <= 5; i++)
        report(0, i, 8);
    refuse = cannot_take_3;
    commit_now();
    assert_int_equal(taken_count, 4);
    assert_int_equal(responder()->news_count, 0);
    assert_int_equal(responder()->acks[0].count, 5);
    assert_int_equal(worker.errors, 1);
}

static void news_applied_one_by_one_is_not_applied_again(void **state)
{
    (void)state;
    for (uint8_t i = 1; i <= 5; i++)
        report(0, i, 8);
    refuse = cannot_take_3_and_fills_up;
    commit_now();
    assert_int_equal(taken_count, 2);
    assert_int_equal(responder()->news_count, 2); /* 4 and 5 wait; 3 is given up */
    assert_int_equal(responder()->acks[0].count, 0);
    refuse = NULL;
    (void)news_commit(&worker, responder()->commits.retry_ms + NEWS_WAIT_MS);
    assert_int_equal(taken_count, 4);
    assert_int_equal(taken[2].id[0], 4);
    assert_int_equal(responder()->acks[0].count, 5);
}

static void a_lost_box_makes_what_is_out_there_ambiguous(void **state)
{
    (void)state;
    for (uint8_t i = 0; i < 50; i++)
        fly(i, i % 2, 1);
    report(1, 60, 8);
    responder_role.box_lost(&worker, 1);
    assert_int_equal(responder()->flights.count, 25);
    assert_int_equal(responder()->uncommitted[1].count, 0); /* the box gives the report to another one */
    commit_now();
    assert_int_equal(taken_count, 26);
    for (size_t i = 1; i < taken_count; i++) {
        assert_int_equal(taken[i].input, REPLY_IN_AMBIGUOUS);
        assert_int_equal(taken[i].id[0] % 2, 1);
    }
}

static void a_lease_is_renewed_while_the_box_has_the_reply(void **state)
{
    (void)state;
    uint64_t now = clock_mono_ms();
    fly(1, 0, 1);
    fly(2, 0, 1);
    uint8_t id[UUID_BYTES] = {1};
    flights_find(&responder()->flights, id)->renew_ms = now + 15000;
    news_renew_leases(&worker, now + 14000);
    assert_int_equal(responder()->news_count, 0);
    news_renew_leases(&worker, now + 14001); /* too soon to look again */
    for (int i = 0; i < RENEWALS_MAX; i++) {
        now += 15000;
        news_renew_leases(&worker, now);
        assert_int_equal(responder()->news_count, i + 1);
        assert_int_equal(responder()->news[i].input, REPLY_IN_AMBIGUOUS);
    }
    news_renew_leases(&worker, now + 15000); /* the box has forgotten it: let the lease run out */
    assert_int_equal(responder()->flights.count, 1);
    assert_int_equal(worker.errors, 1);
}

static void bye_ends_what_is_out_in_a_drain_only(void **state)
{
    (void)state;
    struct frame bye = {.type = FRAME_BYE}, batch = {.type = FRAME_BATCH};
    fly(1, 0, 1);
    assert_false(responder_role.idle(&worker));
    responder_role.frame(&worker, 0, &bye);
    assert_int_equal(responder()->flights.count, 1);
    worker.draining = true;
    responder_role.frame(&worker, 0, &bye);
    assert_int_equal(responder()->flights.count, 0);
    assert_true(news_commit(&worker, clock_mono_ms()) == UINT64_MAX); /* a drain does not wait to fill */
    assert_int_equal(taken_count, 1);
    assert_true(responder_role.idle(&worker));
    responder_role.frame(&worker, 0, &batch);
    assert_int_equal(worker.refused, 1);
}

#define WITH_RESPONDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static void a_transaction_is_followed_by_as_long_a_pause(void **state)
{
    (void)state;
    uint64_t now = clock_mono_ms(), until = pause_until(now - 7);
    assert_true(until >= now + 7 && until <= clock_mono_ms() + 7 + (clock_mono_ms() - now));
    until = pause_until(now - 10000);
    assert_true(until >= now + PAUSE_MAX_MS && until <= clock_mono_ms() + PAUSE_MAX_MS);
}

int main(void)
{
    log_open("test_responder", "responder.1", LOG_LEVEL_ERROR);
    const struct CMUnitTest tests[] = {
        WITH_RESPONDER(each_outcome_is_its_input),
        WITH_RESPONDER(a_report_is_acked_after_its_commit_only),
        WITH_RESPONDER(news_waits_for_a_claim_but_not_long),
        WITH_RESPONDER(news_behind_the_committed_stays),
        WITH_RESPONDER(news_is_committed_while_nothing_can_be_claimed),
        WITH_RESPONDER(one_reply_does_not_hold_up_the_news_of_others),
        WITH_RESPONDER(news_applied_one_by_one_is_not_applied_again),
        WITH_RESPONDER(a_lost_box_makes_what_is_out_there_ambiguous),
        WITH_RESPONDER(a_lease_is_renewed_while_the_box_has_the_reply),
        WITH_RESPONDER(bye_ends_what_is_out_in_a_drain_only),
        WITH_RESPONDER(a_transaction_is_followed_by_as_long_a_pause),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
