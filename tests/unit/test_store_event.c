/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading the event log: in order, from anywhere, as much as is asked for. */
#include "support_store.h"

static int setup(void **state)
{
    struct support *s = malloc(sizeof *s);
    support_open(s);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    support_close(*state);
    free(*state);
    return 0;
}

static void add_events(struct support *s, int n)
{
    uint8_t key[STORE_KEY_MESSAGE_BYTES] = {0};
    struct store_txn txn = support_write(s);
    for (int i = 0; i < n; i++)
        support_event(&txn, EVENT_KIND(SMS_RECEIVED), 0, key);
    support_commit(&txn);
}

struct seen {
    uint64_t first, last;
    size_t count, stop_at;
};

static int see(void *ctx, const Aduan__Record__Event *event)
{
    struct seen *seen = ctx;
    if (seen->count++ == 0)
        seen->first = event->sequence;
    else
        assert_true(event->sequence == seen->last + 1);
    seen->last = event->sequence;
    return seen->count == seen->stop_at;
}

static struct seen from(struct support *s, uint64_t sequence, size_t max)
{
    struct seen seen = {0};
    assert_int_equal(store_events(s->store, sequence, max, see, &seen), OK);
    return seen;
}

static void an_empty_log_has_a_head(void **state)
{
    struct support *s = *state;
    struct store_head head;
    assert_int_equal(store_head(s->store, &head), OK);
    assert_true(head.first == 1 && head.last == 0);
    assert_memory_equal(head.epoch, s->store->epoch, STORE_EPOCH_BYTES);
    assert_int_equal(from(s, 0, 10).count, 0);
}

static void a_stretch_from_anywhere(void **state)
{
    struct support *s = *state;
    struct store_head head;
    add_events(s, 1000);
    assert_int_equal(store_head(s->store, &head), OK);
    assert_true(head.first == 1 && head.last == 1000);
    static const struct {
        uint64_t from;
        size_t max, count;
    } cases[] = {{0, 5000, 1000},  {1, 1000, 1000}, {1, 256, 256}, {1, 257, 257},      {1, 512, 512},
                 {700, 5000, 301}, {1000, 1, 1},    {1001, 1, 0},  {UINT64_MAX, 1, 0}, {1, 0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct seen seen = from(s, cases[i].from, cases[i].max);
        assert_int_equal(seen.count, cases[i].count);
        if (seen.count > 0)
            assert_true(seen.first == (cases[i].from ? cases[i].from : 1));
    }
}

static void whoever_has_enough_stops(void **state)
{
    struct support *s = *state;
    struct seen seen = {.stop_at = 3};
    add_events(s, 300);
    assert_int_equal(store_events(s->store, 1, 300, see, &seen), OK);
    assert_int_equal(seen.count, 3);
}

static void history_may_begin_later(void **state)
{
    struct support *s = *state;
    struct store_head head;
    uint8_t key[8];
    add_events(s, 10);
    struct store_txn txn = support_write(s);
    for (uint64_t sequence = 1; sequence <= 4; sequence++) {
        put_be64(key, sequence);
        assert_int_equal(txn_del(&txn, T_EVENT, key, sizeof key), OK);
    }
    support_commit(&txn);
    assert_int_equal(store_head(s->store, &head), OK);
    assert_true(head.first == 5 && head.last == 10);
    assert_true(from(s, 1, 100).first == 5);
    txn = support_write(s);
    for (uint64_t sequence = 5; sequence <= 10; sequence++) {
        put_be64(key, sequence);
        assert_int_equal(txn_del(&txn, T_EVENT, key, sizeof key), OK);
    }
    support_commit(&txn);
    assert_int_equal(store_head(s->store, &head), OK);
    assert_true(head.first == 11 && head.last == 10);
}

static void a_damaged_event_ends_the_stretch_before_it(void **state)
{
    struct support *s = *state;
    struct seen seen = {0};
    uint8_t key[8];
    add_events(s, 10);
    put_be64(key, 4);
    struct store_txn txn = support_write(s);
    assert_int_equal(txn_put(&txn, T_EVENT, key, sizeof key, "\xff", 1), OK);
    support_commit(&txn);
    assert_int_equal(store_events(s->store, 1, 100, see, &seen), E_CORRUPT);
    assert_int_equal(seen.count, 3);
    txn = support_write(s);
    assert_int_equal(txn_put(&txn, T_EVENT, key, sizeof key, "\x08\x09", 2), OK);
    support_commit(&txn);
    assert_int_equal(store_events(s->store, 4, 100, see, &seen), E_VERSION);
}

static void damage_meta(struct support *s, const char *name, bool cut)
{
    struct store_txn txn;
    assert_int_equal(txn_begin(s->store, true, 0, &txn), OK);
    if (cut)
        assert_int_equal(txn_put(&txn, T_META, name, strlen(name), "x", 1), OK);
    else
        assert_int_equal(txn_del(&txn, T_META, name, strlen(name)), OK);
    assert_int_equal(mdb_txn_commit(txn.txn), MDB_SUCCESS);
}

static void a_damaged_meta_is_told(void **state)
{
    struct support *s = *state;
    struct store_head head = {.first = 77};
    damage_meta(s, "next_sequence", true);
    assert_int_equal(store_head(s->store, &head), E_CORRUPT);
    struct store_txn txn = {.store = s->store};
    assert_int_equal(mdb_txn_begin(s->store->env, NULL, 0, &txn.txn), 0);
    assert_int_equal(txn_del(&txn, T_META, "next_sequence", 13), OK);
    assert_int_equal(txn_put(&txn, T_META, "epoch", 5, "x", 1), OK);
    assert_int_equal(mdb_txn_commit(txn.txn), 0);
    assert_int_equal(store_head(s->store, &head), E_CORRUPT);
    assert_int_equal(mdb_txn_begin(s->store->env, NULL, 0, &txn.txn), 0);
    uint8_t epoch[STORE_EPOCH_BYTES] = {0};
    assert_int_equal(txn_put(&txn, T_META, "epoch", 5, epoch, sizeof epoch), OK);
    assert_int_equal(mdb_txn_commit(txn.txn), 0);
    assert_int_equal(store_head(s->store, &head), E_CORRUPT);
    assert_true(head.first == 77);
}

static void an_epoch_that_is_gone_is_told(void **state)
{
    struct support *s = *state;
    struct store_head head;
    damage_meta(s, "epoch", false);
    assert_int_equal(store_head(s->store, &head), E_CORRUPT);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(an_empty_log_has_a_head),
        T(a_stretch_from_anywhere),
        T(whoever_has_enough_stops),
        T(history_may_begin_later),
        T(a_damaged_event_ends_the_stretch_before_it),
        T(a_damaged_meta_is_told),
        T(an_epoch_that_is_gone_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
