/* SPDX-License-Identifier: BSD-2-Clause */
/* Stretches of the log with their tickets, the log by time, and its end that is trimmed. */
#include "support_verify.h"

#include "store_feed.h"

struct scene {
    struct support s;
    struct store_feed *feed;
    const struct store_feed_item *items;
    size_t count;
};

static int setup(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    support_open(&scene->s);
    scene->feed = store_feed_new();
    *state = scene;
    return 0;
}

static int teardown(void **state)
{
    struct scene *scene = *state;
    store_feed_free(scene->feed);
    store_feed_free(NULL);
    support_close(&scene->s);
    free(scene);
    return 0;
}

static void read_from(struct scene *scene, uint64_t from, size_t max, bool numbers)
{
    assert_int_equal(store_feed_read(scene->s.store, scene->feed, from, max,
                                     STORE_FEED_TEXTS | (numbers ? STORE_FEED_NUMBERS : 0), &scene->items,
                                     &scene->count),
                     OK);
}

static uint64_t last(struct scene *scene)
{
    struct store_head head;
    assert_int_equal(store_head(scene->s.store, &head), OK);
    return head.last;
}

/* Opening is what costs: without STORE_FEED_TEXTS only the events that tell of a text pay for it. */
static void tickets_are_opened_where_they_are_asked_for(void **state)
{
    struct scene *scene = *state;
    support_sms(&scene->s, &(struct support_sms){.n = 1, .text = "lampu mati", .category = "lampu"});
    for (unsigned texts = 0; texts <= STORE_FEED_TEXTS; texts += STORE_FEED_TEXTS) {
        assert_int_equal(store_feed_read(scene->s.store, scene->feed, 1, 100, texts, &scene->items, &scene->count), OK);
        for (size_t i = 0; i < scene->count; i++) {
            const Aduan__Record__Event *event = scene->items[i].event;
            bool tells = event->kind == EVENT_KIND(TICKET_OPENED) || event->kind == EVENT_KIND(TICKET_CLASSIFIED);
            assert_string_equal(scene->items[i].ticket->category, "lampu");
            if (texts || tells)
                assert_int_equal(scene->items[i].ticket->text.len, 10);
            else if (i == 0) /* a later event of the stretch may have opened it */
                assert_int_equal(scene->items[i].ticket->text.len, 0);
            assert_null(scene->items[i].number);
        }
    }
}

static void events_come_with_their_tickets(void **state)
{
    struct scene *scene = *state;
    uint64_t ticket = support_sms(&scene->s, &(struct support_sms){.n = 1, .text = "lampu mati", .category = "lampu"});
    support_sms(&scene->s, &(struct support_sms){.n = 2, .no_ticket = "empty"});
    read_from(scene, 1, 100, true);
    assert_int_equal(scene->count, 4);
    for (size_t i = 0; i < 3; i++) {
        assert_true(scene->items[i].event->sequence == i + 1 && scene->items[i].event->ticket == ticket);
        assert_ptr_equal(scene->items[i].ticket, scene->items[0].ticket);
        assert_string_equal(scene->items[i].ticket->category, "lampu");
        assert_true(!scene->items[i].number == (i != 1));
    }
    assert_string_equal(scene->items[1].number, "+628100000001");
    assert_null(scene->items[3].ticket);
    read_from(scene, 2, 1, false);
    assert_int_equal(scene->count, 1);
    assert_null(scene->items[0].number);
    assert_memory_equal(scene->items[0].ticket->text.data, "lampu mati", 10);
    read_from(scene, 5, 100, true);
    assert_int_equal(scene->count, 0);
}

static void a_stretch_is_bounded(void **state)
{
    struct scene *scene = *state;
    struct store_txn txn = support_write(&scene->s);
    char *text = malloc(100001);
    memset(text, 'x', 100000);
    text[100000] = '\0';
    for (uint32_t n = 0; n < 1200; n++)
        support_take(&txn, &(struct support_sms){.n = n, .no_reply = "x"});
    support_commit(&txn);
    read_from(scene, 1, 5000, false);
    assert_int_equal(scene->count, STORE_FEED_MAX);
    assert_true(scene->items[999].event->sequence == 1000);
    uint64_t from = last(scene) + 1;
    txn = support_write(&scene->s);
    for (uint32_t n = 0; n < 60; n++)
        support_take(&txn, &(struct support_sms){.n = 2000 + n, .text = text, .no_reply = "x"});
    support_commit(&txn);
    read_from(scene, from, 5000, false); /* 60 texts of 100 kB are more than it holds at a time */
    assert_true(scene->count > 20 && scene->count < 120);
    read_from(scene, from + scene->count, 5000, false);
    assert_true(scene->count > 0);
    free(text);
}

static void what_cannot_be_read_is_left_out(void **state)
{
    struct scene *scene = *state;
    struct support *s = &scene->s;
    uint8_t key[8], sender[SEAL_ID_BYTES];
    uint64_t one = support_sms(s, &(struct support_sms){.n = 1}), two = support_sms(s, &(struct support_sms){.n = 2}),
             three = support_sms(s, &(struct support_sms){.n = 3});
    struct store_txn txn = support_write(s);
    Aduan__Record__Identity identity = ADUAN__RECORD__IDENTITY__INIT;
    identity.version = RECORD_VERSION;
    put_be64(key, one);
    assert_int_equal(txn_put(&txn, T_TICKET, key, sizeof key, "\xff", 1), OK);
    seal_sender_id(s->seal, "+628100000002", 13, sender);
    assert_int_equal(txn_put_record(&txn, T_IDENTITY, sender, sizeof sender, &identity.base), OK);
    seal_sender_id(s->seal, "+628100000003", 13, sender);
    identity.number = support_bytes("0123456789012345678901234567890123456789012345678", 48);
    assert_int_equal(txn_put_record(&txn, T_IDENTITY, sender, sizeof sender, &identity.base), OK);
    support_commit(&txn);
    read_from(scene, 1, 100, true);
    assert_int_equal(scene->count, 9);
    assert_null(scene->items[0].ticket);
    assert_null(scene->items[2].ticket);
    assert_true(scene->items[4].ticket->id == two && scene->items[7].ticket->id == three);
    assert_null(scene->items[4].number);
    assert_null(scene->items[7].number);
    txn = support_write(s);
    assert_int_equal(txn_del(&txn, T_IDENTITY, sender, sizeof sender), OK);
    put_be64(key, 5);
    assert_int_equal(txn_put(&txn, T_EVENT, key, sizeof key, "\xff", 1), OK);
    support_commit(&txn);
    read_from(scene, 1, 100, true); /* up to the damage; then the damage is told */
    assert_int_equal(scene->count, 4);
    assert_int_equal(store_feed_read(s->store, scene->feed, 5, 10, STORE_FEED_NUMBERS, &scene->items, &scene->count),
                     E_CORRUPT);
    read_from(scene, 6, 100, true);
    assert_int_equal(scene->count, 4);
}

/* --- time and trimming -------------------------------------------------------------------------------------- */

static const uint64_t second_us = 1000000;

/* Event n is committed n seconds after the scene's beginning. */
static void add_events(struct scene *scene, int n)
{
    uint8_t key[STORE_KEY_MESSAGE_BYTES] = {0};
    for (int i = 0; i < n; i++) {
        scene->s.now_us += second_us;
        struct store_txn txn = support_write(&scene->s);
        support_event(&txn, EVENT_KIND(SMS_RECEIVED), 0, key);
        support_commit(&txn);
    }
}

static uint64_t since(struct scene *scene, uint64_t at_us)
{
    uint64_t sequence;
    assert_int_equal(store_event_since(scene->s.store, at_us, &sequence), OK);
    return sequence;
}

static void the_log_by_time(void **state)
{
    struct scene *scene = *state;
    uint64_t t0 = support_t0;
    assert_true(since(scene, t0) == 1);
    add_events(scene, 20);
    assert_true(since(scene, 0) == 1);
    assert_true(since(scene, t0 + second_us) == 1);
    assert_true(since(scene, t0 + second_us + 1) == 2);
    assert_true(since(scene, t0 + 7 * second_us) == 7);
    assert_true(since(scene, t0 + 20 * second_us) == 20);
    assert_true(since(scene, t0 + 21 * second_us) == 21);
    assert_true(since(scene, UINT64_MAX) == 21);
    /* Another process's commit, whose time was taken a little earlier. */
    scene->s.now_us = t0 + 19 * second_us + 500000;
    add_events(scene, 1);
    assert_true(since(scene, t0 + 20 * second_us) == 20);
}

static size_t trim(struct scene *scene, uint64_t before_us, size_t max)
{
    struct fault fault = {0};
    size_t trimmed;
    if (store_events_trim(scene->s.store, before_us, max, &trimmed, &fault) != OK)
        fail_msg("%s", fault.text);
    return trimmed;
}

static void old_events_go_a_few_at_a_time(void **state)
{
    struct scene *scene = *state;
    uint64_t t0 = support_t0;
    struct store_head head;
    assert_int_equal(trim(scene, UINT64_MAX, 10), 0);
    add_events(scene, 20);
    assert_int_equal(trim(scene, t0 + second_us, 10), 0);
    assert_int_equal(trim(scene, t0 + 13 * second_us, 10), 10);
    assert_int_equal(trim(scene, t0 + 13 * second_us, 10), 2);
    assert_int_equal(trim(scene, t0 + 13 * second_us, 10), 0);
    assert_int_equal(store_head(scene->s.store, &head), OK);
    assert_true(head.first == 13 && head.last == 20);
    assert_true(since(scene, 0) == 13);
    read_from(scene, 1, 10, false);
    assert_true(scene->count == 8 && scene->items[0].event->sequence == 13);
    assert_int_equal(trim(scene, UINT64_MAX, 100), 8);
    assert_int_equal(store_head(scene->s.store, &head), OK);
    assert_true(head.first == 21 && head.last == 20);
    add_events(scene, 1);
    assert_int_equal(store_head(scene->s.store, &head), OK);
    assert_true(head.first == 21 && head.last == 21);
}

static void a_trimmed_log_is_proved(void **state)
{
    struct scene *scene = *state;
    struct breaks breaks;
    fill(&scene->s);
    assert_true(prove(&scene->s, &breaks).breaks == 0);
    assert_int_equal(trim(scene, UINT64_MAX, 5), 5);
    if (prove(&scene->s, &breaks).breaks != 0)
        fail_msg("%s", breaks.ids);
    trim(scene, UINT64_MAX, 1000);
    if (prove(&scene->s, &breaks).breaks != 0)
        fail_msg("%s", breaks.ids);
}

static void a_trim_that_fails_takes_nothing(void **state)
{
    struct scene *scene = *state;
    struct fault fault;
    size_t trimmed;
    add_events(scene, 5);
    store_commit_hook = support_commit_fails;
    assert_int_equal(store_events_trim(scene->s.store, UINT64_MAX, 3, &trimmed, &fault), E_FULL);
    store_commit_hook = mdb_txn_commit;
    assert_int_equal(trimmed, 0);
    read_from(scene, 1, 10, false);
    assert_int_equal(scene->count, 5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tickets_are_opened_where_they_are_asked_for),
        TEST(a_stretch_is_bounded),
        TEST(events_come_with_their_tickets),
        TEST(a_stretch_is_bounded),
        TEST(what_cannot_be_read_is_left_out),
        TEST(the_log_by_time),
        TEST(old_events_go_a_few_at_a_time),
        TEST(a_trimmed_log_is_proved),
        TEST(a_trim_that_fails_takes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
