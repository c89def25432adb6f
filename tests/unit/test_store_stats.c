/* SPDX-License-Identifier: BSD-2-Clause */
/* Figures, the quarantine and single messages, as status lines and staff see them. */
#include "support_ingest.h"

struct fixture {
    struct support s;
    struct desk desk;
};

static int open_fixture(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    support_open(&f->s);
    *state = f;
    return 0;
}

static int close_fixture(void **state)
{
    struct fixture *f = *state;
    support_close(&f->s);
    free(f);
    return 0;
}

static void an_empty_store_has_figures(void **state)
{
    struct fixture *f = *state;
    struct store_stats stats;
    assert_int_equal(store_stats(f->s.store, &stats), OK);
    assert_int_equal(stats.messages + stats.tickets + stats.replies + stats.events + stats.identities, 0);
    assert_int_equal(stats.oldest_due_us, 0);
    assert_int_equal(stats.version, STORE_VERSION);
    assert_int_equal(stats.map_bytes, SUPPORT_MAP_BYTES);
    assert_true(stats.used_bytes > 0 && stats.used_bytes < stats.map_bytes);
    assert_true(stats.disk_free_bytes > 0);
    assert_int_equal(stats.readers_max, 512);
    store_reader_check(f->s.store);
}

static void change(struct fixture *f, uint64_t ticket, enum ticket_verb verb)
{
    struct fault fault = {0};
    const struct store_ticket_change change = {.verb = verb, .actor = "staf", .agency = "dpupr"};
    if (store_ticket_change(f->s.store, ticket, &change, f->s.now_us, &fault) != OK)
        fail_msg("%s", fault.text);
}

static void what_is_in_the_store_is_counted(void **state)
{
    struct fixture *f = *state;
    struct store_stats stats;
    uint64_t tickets[3], first_us = f->s.now_us;
    for (uint32_t n = 1; n <= 3; n++) {
        tickets[n - 1] = ingest_ok(&f->s, &f->desk, &(struct mo){.n = n, .body = "halo"}).ticket;
        f->s.now_us += 1000;
    }
    ingest_ok(&f->s, &f->desk, &(struct mo){.n = 4, .body = "promo", .number = "+62813"});
    ingest_ok(&f->s, &f->desk, &(struct mo){.n = 5, .body = "x", .part = 1, .total = 3});
    ingest_ok(&f->s, &f->desk, &(struct mo){.n = 6, .body = "x", .part = 3, .total = 3});
    ingest_ok(&f->s, &f->desk, &(struct mo){.n = 7, .quarantine = true});
    change(f, tickets[0], TICKET_VERIFY);
    change(f, tickets[1], TICKET_ASSIGN);
    change(f, tickets[2], TICKET_ARCHIVE);
    assert_int_equal(store_stats(f->s.store, &stats), OK);
    assert_int_equal(stats.messages, 7);
    assert_int_equal(stats.parts_waiting, 2);
    assert_int_equal(stats.tickets, 3);
    assert_int_equal(stats.tickets_open, 2);
    assert_int_equal(stats.replies, 3);
    assert_int_equal(stats.replies_due, 3);
    assert_true(stats.oldest_due_us == first_us);
    assert_int_equal(stats.identities, 2);
    assert_int_equal(stats.quarantined, 1);
    struct store_head head;
    assert_int_equal(store_head(f->s.store, &head), OK);
    assert_int_equal(head.first, 1);
    assert_int_equal(head.last, stats.events);
}

static void a_message_is_found_by_its_key_only(void **state)
{
    struct fixture *f = *state;
    Aduan__Record__Message *message;
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    support_key(1, key);
    assert_int_equal(store_message_get(f->s.store, key, sizeof key, &message), E_NOT_FOUND);
    ingest_ok(&f->s, &f->desk, &(struct mo){.n = 1, .body = "halo"});
    assert_int_equal(store_message_get(f->s.store, key, sizeof key - 1, &message), E_NOT_FOUND);
    assert_int_equal(store_message_get(f->s.store, key, sizeof key, &message), OK);
    assert_bytes(message->body, "halo");
    message_free(message);
}

struct parked {
    unsigned count, without_message, stop_after;
    uint32_t deaths;
};

static int see_parked(void *ctx, const uint8_t *key, size_t key_len, const Aduan__Record__Quarantine *q,
                      const Aduan__Record__Message *message)
{
    struct parked *parked = ctx;
    assert_int_equal(key_len, STORE_KEY_MESSAGE_BYTES);
    if (message)
        assert_memory_equal(key + 4, message->uuid.data, UUID_BYTES);
    else
        parked->without_message++;
    parked->deaths = q->deaths;
    return ++parked->count == parked->stop_after;
}

static void the_quarantine_is_shown_with_its_messages(void **state)
{
    struct fixture *f = *state;
    struct parked parked = {0};
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    assert_int_equal(store_quarantined(f->s.store, see_parked, &parked), OK);
    assert_int_equal(parked.count, 0);
    for (uint32_t n = 1; n <= 3; n++)
        ingest_ok(&f->s, &f->desk, &(struct mo){.n = n, .quarantine = true, .body = "x"});
    assert_int_equal(store_quarantined(f->s.store, see_parked, &parked), OK);
    assert_int_equal(parked.count, 3);
    assert_int_equal(parked.deaths, 3);
    parked = (struct parked){.stop_after = 2};
    assert_int_equal(store_quarantined(f->s.store, see_parked, &parked), OK);
    assert_int_equal(parked.count, 2);
    /* Damage: a row whose message is gone is shown, a message that cannot be read is an error. */
    struct store_txn txn = support_write(&f->s);
    support_key(1, key);
    assert_int_equal(txn_del(&txn, T_MESSAGE, key, sizeof key), OK);
    support_commit(&txn);
    parked = (struct parked){0};
    assert_int_equal(store_quarantined(f->s.store, see_parked, &parked), OK);
    assert_int_equal(parked.without_message, 1);
    txn = support_write(&f->s);
    assert_int_equal(txn_put(&txn, T_MESSAGE, key, sizeof key, "\xff", 1), OK);
    support_commit(&txn);
    assert_int_equal(store_quarantined(f->s.store, see_parked, &parked), E_CORRUPT);
    txn = support_write(&f->s);
    assert_int_equal(txn_put(&txn, T_QUARANTINE, key, sizeof key, "\xff", 1), OK);
    assert_int_equal(txn_del(&txn, T_META, "parts_waiting", 13), OK);
    txn.parts_waiting = txn.read_counters[2];
    support_commit(&txn);
    assert_int_equal(store_quarantined(f->s.store, see_parked, &parked), E_CORRUPT);
    struct store_stats stats;
    assert_int_equal(store_stats(f->s.store, &stats), E_CORRUPT);
}

static void with_every_reader_slot_taken_all_verbs_say_busy(void **state)
{
    struct fixture *f = *state;
    static struct store_txn txns[512];
    struct store_stats stats;
    struct parked parked = {0};
    Aduan__Record__Message *message;
    uint8_t key[STORE_KEY_MESSAGE_BYTES] = {0}, number[32];
    size_t len, done;
    uint64_t next;
    struct fault fault = {0};
    struct store_policy policy = desk_policy(&f->desk);
    for (size_t i = 0; i < 512; i++)
        assert_int_equal(txn_begin(f->s.store, false, 0, &txns[i]), OK);
    assert_int_equal(store_stats(f->s.store, &stats), E_BUSY);
    assert_int_equal(store_quarantined(f->s.store, see_parked, &parked), E_BUSY);
    assert_int_equal(store_message_get(f->s.store, key, sizeof key, &message), E_BUSY);
    assert_int_equal(store_sender_number(f->s.store, key, number, &len), E_BUSY);
    assert_int_equal(store_parts_expire(f->s.store, &policy, 1, 1, &done, &next, &fault), E_BUSY);
    assert_non_null(strstr(fault.text, "readers"));
    for (size_t i = 0; i < 512; i++)
        txn_abort(&txns[i]);
    assert_int_equal(store_stats(f->s.store, &stats), OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_fixture, close_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_empty_store_has_figures),
        TEST(what_is_in_the_store_is_counted),
        TEST(a_message_is_found_by_its_key_only),
        TEST(the_quarantine_is_shown_with_its_messages),
        TEST(with_every_reader_slot_taken_all_verbs_say_busy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
