/* SPDX-License-Identifier: BSD-2-Clause */
/* What the classifier does when the store refuses: the store's verb is replaced by one that refuses to order. */
#include "store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int injected_ingest(struct store *store, const struct store_policy *policy, const struct store_item *items,
                           size_t n, uint64_t now_us, struct store_outcome *outcomes, struct fault *fault);
static int injected_claim(struct store *store, const struct store_unclassified_claim *claim,
                          struct store_unclassified *out, size_t *count, size_t *given_up, struct fault *fault);
static int injected_settle(struct store *store, const struct store_joining *joining,
                           const struct store_unclassified *taken, const struct verdict *verdicts, size_t n,
                           uint64_t now_us, size_t *settled, struct fault *fault);
#define store_ingest injected_ingest
#define store_unclassified_claim(...) injected_claim(__VA_ARGS__) /* there is a struct of that name too */
#define store_unclassified_settle injected_settle
#include "../../workers/classifier/classifier.c"
#include "../../workers/classifier/commit.c"
#include "../../workers/classifier/peak.c"

enum { MESSAGES = 20, POISON = 7 };

static struct worker worker;
static struct config config;
static int (*refuse)(const struct store_item *items, size_t n);
static unsigned commits, committed[MESSAGES], parked[MESSAGES];

static int injected_ingest(struct store *store, const struct store_policy *policy, const struct store_item *items,
                           size_t n, uint64_t now_us, struct store_outcome *outcomes, struct fault *fault)
{
    (void)store, (void)policy, (void)now_us;
    int err = refuse ? refuse(items, n) : OK;
    if (err)
        return fault_set(fault, (enum err)err, "refused");
    commits++;
    for (size_t i = 0; i < n; i++) {
        const Aduan__Wire__Sms *sms = items[i].sms;
        assert_int_equal(items[i].verdict != NULL, !sms->quarantine);
        committed[sms->uuid.data[0]]++;
        parked[sms->uuid.data[0]] += sms->quarantine != 0;
        outcomes[i].kind = sms->quarantine ? STORE_QUARANTINED : STORE_TICKET;
    }
    return OK;
}

/* What is to be classified, and what came of it. */
static unsigned unclassified, gave_up, classes;
static int claim_fails, settle_fails;

static int injected_claim(struct store *store, const struct store_unclassified_claim *claim,
                          struct store_unclassified *out, size_t *count, size_t *given_up, struct fault *fault)
{
    (void)store;
    if (claim_fails)
        return fault_set(fault, (enum err)claim_fails, "refused");
    *given_up = gave_up;
    gave_up = 0;
    for (*count = 0; *count < claim->max && unclassified > 0; unclassified--, (*count)++)
        out[*count] = (struct store_unclassified){.ticket = unclassified, .text = strdup("jalan"), .len = 5};
    return OK;
}

static int injected_settle(struct store *store, const struct store_joining *joining,
                           const struct store_unclassified *taken, const struct verdict *verdicts, size_t n,
                           uint64_t now_us, size_t *settled, struct fault *fault)
{
    (void)store, (void)joining, (void)now_us;
    if (settle_fails)
        return fault_set(fault, (enum err)settle_fails, "refused");
    for (size_t i = 0; i < n; i++)
        assert_true(verdicts[i].open_ticket && taken[i].ticket > 0);
    classes += (unsigned)n;
    *settled = n;
    return OK;
}

static bool has_poison(const struct store_item *items, size_t n, bool quarantined_too)
{
    for (size_t i = 0; i < n; i++) {
        if (items[i].sms->uuid.data[0] == POISON && (quarantined_too || !items[i].sms->quarantine))
            return true;
    }
    return false;
}

static int full(const struct store_item *items, size_t n)
{
    (void)items, (void)n;
    return E_FULL;
}

static int cannot_take_poison(const struct store_item *items, size_t n)
{
    return has_poison(items, n, false) ? E_INVALID : OK;
}

static int cannot_even_park_poison(const struct store_item *items, size_t n)
{
    return has_poison(items, n, true) ? E_CORRUPT : OK;
}

static void arrive(size_t channel, uint8_t first, uint8_t end)
{
    Aduan__Wire__Batch batch = ADUAN__WIRE__BATCH__INIT;
    Aduan__Wire__Sms sms[MESSAGES], *pointers[MESSAGES];
    uint8_t uuids[MESSAGES][UUID_BYTES] = {0}, *data;
    struct frame frame = {.type = FRAME_BATCH};
    size_t len;
    for (uint8_t i = first; i < end; i++) {
        uuids[i][0] = i;
        aduan__wire__sms__init(&sms[i]);
        sms[i].uuid = (ProtobufCBinaryData){.data = uuids[i], .len = UUID_BYTES};
        pointers[i] = &sms[i];
    }
    batch.sms = pointers + first;
    batch.n_sms = (size_t)(end - first);
    assert_int_equal(frame_encode(&batch.base, &data, &len), FRAME_OK);
    assert_int_equal(frame_decode(FRAME_BATCH, data, len, &frame.body), FRAME_OK);
    free(data);
    classifier_role.frame(&worker, channel, &frame);
    frame_done(&frame);
}

static struct classifier *classifier(void)
{
    return worker.role_state;
}

static int set_up(void **state)
{
    (void)state;
    static char *shortcodes[] = {(char *)"1708"};
    struct fault fault;
    config = (struct config){
        .batch_max = 512, .batch_ms = 50, .credit = 100, .shortcodes = shortcodes, .shortcode_count = 1};
    config.language = (char *)"id";
    config.smoke_sender = (char *)"6281200000001";
    unclassified = gave_up = classes = 0;
    claim_fails = settle_fails = OK;
    worker = (struct worker){.config = &config, .channel_count = 2};
    assert_int_equal(
        rules_load(ADUAN_ETC_DIR "/categories.yaml", ADUAN_ETC_DIR "/agencies.yaml", &worker.rules, &fault), OK);
    worker.ensemble = ensemble_new(worker.rules, NULL);
    assert_int_equal(classifier_role.start(&worker, &fault), OK);
    refuse = NULL;
    commits = 0;
    memset(committed, 0, sizeof committed);
    memset(parked, 0, sizeof parked);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    classifier_role.stop(&worker);
    ensemble_free(worker.ensemble);
    rules_free(worker.rules);
    return 0;
}

static void a_commit_is_followed_by_its_acks(void **state)
{
    (void)state;
    config.batch_max = 6;
    arrive(0, 0, 5);
    arrive(1, 5, 8);
    commit_held(&worker);
    assert_int_equal(classifier()->acks[0].count, 5);
    assert_int_equal(classifier()->acks[1].count, 1);
    assert_int_equal(classifier()->acks[1].uuids[0][0], 5);
    commit_held(&worker);
    assert_int_equal(classifier()->acks[1].count, 3);
    assert_int_equal(commits, 2);
    assert_int_equal(worker.done, 8);
    assert_false(classifier_role.idle(&worker)); /* acks are still to be sent */
}

static void a_commit_waits_to_fill_but_not_for_ever(void **state)
{
    (void)state;
    assert_true(commit_due_ms(&worker) == UINT64_MAX);
    arrive(0, 0, 3);
    assert_true(commit_due_ms(&worker) <= clock_mono_ms()); /* an idle line does not wait for company */
    classifier()->done_ms = clock_mono_ms() + 1000;
    assert_int_equal(commit_due_ms(&worker), classifier()->done_ms + config.batch_ms);
    worker.draining = true;
    assert_int_equal(commit_due_ms(&worker), 0);
    worker.draining = false;
    config.batch_max = 3;
    assert_int_equal(commit_due_ms(&worker), 0);
    config.batch_max = 512;
    config.credit = 3; /* nothing more can come */
    assert_int_equal(commit_due_ms(&worker), 0);
    config.credit = 100;
    classifier()->held[0].sms->deaths = 1;
    assert_int_equal(commit_due_ms(&worker), 0);
    classifier()->retry_ms = 77;
    assert_int_equal(commit_due_ms(&worker), 77);
}

static void a_full_store_loses_and_acks_nothing(void **state)
{
    (void)state;
    arrive(0, 0, 10);
    refuse = full;
    uint64_t before = clock_mono_ms(), last = 0;
    for (int i = 0; i < 12; i++) {
        commit_held(&worker);
        assert_int_equal(classifier()->count, 10);
        assert_int_equal(classifier()->acks[0].count, 0);
        assert_non_null(worker.degraded);
        assert_true(classifier()->retry_ms > before && classifier()->retry_ms >= last);
        assert_true(classifier()->retry_ms <= clock_mono_ms() + RETRY_MAX_MS);
        last = classifier()->retry_ms;
    }
    assert_int_equal(worker.errors, 12);
    refuse = NULL;
    commit_held(&worker);
    assert_null(worker.degraded);
    assert_int_equal(classifier()->retry_ms, 0);
    assert_int_equal(classifier()->acks[0].count, 10);
}

static void one_message_does_not_hold_up_the_others(void **state)
{
    (void)state;
    arrive(0, 0, MESSAGES);
    refuse = cannot_take_poison;
    for (int i = 0; i < MESSAGES + 5 && classifier()->count > 0; i++)
        commit_held(&worker);
    assert_int_equal(classifier()->count, 0);
    assert_int_equal(classifier()->acks[0].count, MESSAGES);
    for (int i = 0; i < MESSAGES; i++) {
        assert_int_equal(committed[i], 1);
        assert_int_equal(parked[i], i == POISON);
    }
    assert_null(worker.degraded);
}

static void not_even_one_that_cannot_be_parked(void **state)
{
    (void)state;
    arrive(0, 0, MESSAGES);
    refuse = cannot_even_park_poison;
    for (int i = 0; i < MESSAGES + 5; i++)
        commit_held(&worker);
    assert_int_equal(classifier()->acks[0].count, MESSAGES - 1);
    assert_int_equal(classifier()->count, 1);
    assert_int_equal(classifier()->held[0].sms->uuid.data[0], POISON);
    assert_non_null(worker.degraded);
    assert_true(classifier()->retry_ms > 0);
    refuse = NULL;
    commit_held(&worker);
    assert_int_equal(parked[POISON], 1);
}

static void a_lost_box_takes_its_messages_along(void **state)
{
    (void)state;
    arrive(0, 0, 5);
    arrive(1, 5, 12);
    arrive(0, 12, 15);
    commit_held(&worker); /* all of it */
    arrive(0, 15, 17);
    arrive(1, 17, 20);
    classifier_role.box_lost(&worker, 0);
    assert_int_equal(classifier()->count, 3);
    assert_int_equal(classifier()->acks[0].count, 0);
    assert_int_equal(classifier()->acks[1].count, 7);
    commit_held(&worker);
    assert_int_equal(committed[15] + committed[16], 0);
    assert_int_equal(classifier()->acks[1].count, 10);
}

static void other_frames_are_refused(void **state)
{
    (void)state;
    struct frame frame = {.type = FRAME_RESULTS};
    classifier_role.frame(&worker, 0, &frame);
    assert_int_equal(worker.refused, 1);
    frame.type = FRAME_BYE;
    classifier_role.frame(&worker, 0, &frame);
    assert_int_equal(worker.refused, 1);
    assert_true(classifier_role.idle(&worker));
}

/* What the store was given of the first one. */
static struct store_item first_item;

/* What is held becomes a citizen's report of bearerbox's second `time`. */
static void held_are_reports(uint32_t time)
{
    for (size_t i = 0; i < classifier()->count; i++) {
        Aduan__Wire__Sms *sms = classifier()->held[i].sms;
        ProtobufCBinaryData *fields[] = {&sms->sender, &sms->receiver, &sms->body};
        static const char *const values[] = {"+6281234567890", "1708", "jalan rusak"};
        for (size_t f = 0; f < 3; f++)
            *fields[f] = (ProtobufCBinaryData){strlen(values[f]), (uint8_t *)values[f]};
        sms->time = time;
    }
}

static int remember_first(const struct store_item *items, size_t n)
{
    assert_true(n > 0);
    first_item = items[0];
    return OK;
}

static void what_waited_too_long_is_only_received(void **state)
{
    (void)state;
    refuse = remember_first;
    config.peak_age_s = 2;
    arrive(0, 0, 3);
    held_are_reports(1000); /* a very old backlog */
    commit_held(&worker);
    assert_true(first_item.later);
    config.peak_age_s = 0; /* never */
    arrive(0, 3, 6);
    held_are_reports(1000);
    commit_held(&worker);
    assert_false(first_item.later);
    config.peak_age_s = 3600;
    arrive(0, 6, 9);
    held_are_reports((uint32_t)(clock_now_us() / 1000000));
    commit_held(&worker);
    assert_false(first_item.later);
}

static void what_was_received_is_classified_when_nothing_is_held(void **state)
{
    (void)state;
    unclassified = 5;
    classifier()->expire_ms = UINT64_MAX;
    static struct channel *none[2];
    worker.channels = none;
    arrive(0, 0, 2);
    classifier()->done_ms = clock_mono_ms() + 10000; /* held for company that does not come */
    (void)classifier_role.work(&worker, clock_mono_ms());
    assert_int_equal(classes, 0);
    held_drop(classifier(), 2);
    (void)classifier_role.work(&worker, clock_mono_ms());
    assert_int_equal(classes, 5);
    uint64_t now_ms = clock_mono_ms();
    peak_catch_up(&worker, now_ms);
    assert_true(classifier()->later_ms > now_ms); /* nothing is left: it is looked at on the timer */
    worker.draining = true;
    unclassified = 1;
    (void)classifier_role.work(&worker, clock_mono_ms() + 5000);
    assert_int_equal(unclassified, 1);
    worker.draining = false;
}

static void a_store_that_refuses_classes_is_asked_again_later(void **state)
{
    (void)state;
    uint64_t now_ms = clock_mono_ms();
    claim_fails = E_FULL;
    unclassified = 2;
    peak_catch_up(&worker, now_ms);
    assert_int_equal(classifier()->later_ms, now_ms + RETRY_MS);
    claim_fails = OK;
    settle_fails = E_IO;
    peak_catch_up(&worker, now_ms);
    assert_int_equal(classifier()->later_ms, now_ms + RETRY_MS);
    assert_int_equal(worker.errors, 2);
    settle_fails = OK;
    gave_up = 1;
    peak_catch_up(&worker, now_ms);
    assert_int_equal(classifier()->later_ms, now_ms); /* there may be more */
}

static void a_slice_is_as_large_as_its_time_allows(void **state)
{
    (void)state;
    assert_int_equal(slice(classifier()), SLICE_MAX);
    peak_measure(classifier(), 10000);
    assert_int_equal(classifier()->cost_us, 10000);
    assert_int_equal(slice(classifier()), 10);
    peak_measure(classifier(), 90000);
    assert_int_equal(classifier()->cost_us, 20000);
    classifier()->cost_us = 10 * SLICE_US;
    assert_int_equal(slice(classifier()), 1);
}

#define WITH_CLASSIFIER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    log_open("test_classifier", "classifier.1", LOG_LEVEL_ERROR);
    const struct CMUnitTest tests[] = {
        WITH_CLASSIFIER(a_commit_is_followed_by_its_acks),
        WITH_CLASSIFIER(a_commit_waits_to_fill_but_not_for_ever),
        WITH_CLASSIFIER(a_full_store_loses_and_acks_nothing),
        WITH_CLASSIFIER(one_message_does_not_hold_up_the_others),
        WITH_CLASSIFIER(not_even_one_that_cannot_be_parked),
        WITH_CLASSIFIER(a_lost_box_takes_its_messages_along),
        WITH_CLASSIFIER(other_frames_are_refused),
        WITH_CLASSIFIER(what_waited_too_long_is_only_received),
        WITH_CLASSIFIER(what_was_received_is_classified_when_nothing_is_held),
        WITH_CLASSIFIER(a_store_that_refuses_classes_is_asked_again_later),
        WITH_CLASSIFIER(a_slice_is_as_large_as_its_time_allows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
