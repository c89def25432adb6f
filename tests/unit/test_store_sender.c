/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each sender is found by its id and is one: while it is known to memory alone, while it is being indexed and after;
 * by every process, whichever made the row; behind a transaction that failed.
 */
#include "support_ingest.h"

enum { GENERATION = 8 };

struct fixture {
    struct support s;
    struct desk desk;
    struct store *other; /* as another process has it: with a memory of its own */
    uint32_t n;
    bool damaged;
};

static int open_fixture(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    support_open(&f->s);
    f->other = store_share(f->s.store);
    store_senders_a_generation = GENERATION;
    *state = f;
    return 0;
}

static int close_fixture(void **state)
{
    struct fixture *f = *state;
    store_commit_hook = mdb_txn_commit;
    if (!f->damaged)
        assert_verified(&f->s);
    store_close(f->other);
    support_close(&f->s);
    free(f);
    return 0;
}

/* --- tools -------------------------------------------------------------------------------------------------- */

static struct store_outcome write_one(struct fixture *f, struct store *store, uint32_t citizen)
{
    struct store *ours = f->s.store;
    char number[16];
    snprintf(number, sizeof number, "+628%07u", citizen);
    f->s.store = store;
    struct store_outcome out =
        ingest_ok(&f->s, &f->desk, &(struct mo){.n = ++f->n, .number = number, .body = "Jalan berlubang"});
    f->s.store = ours;
    return out;
}

static void id_of(struct fixture *f, uint32_t citizen, uint8_t id[SEAL_ID_BYTES])
{
    char number[16];
    snprintf(number, sizeof number, "+628%07u", citizen);
    seal_sender_id(f->s.store->seal, number, strlen(number), id);
}

/* SMS of one citizen so far, by its identity; 0: it has none. */
static uint64_t messages_of(struct fixture *f, struct store *store, uint32_t citizen)
{
    struct store_txn txn;
    ProtobufCMessage *record;
    uint8_t id[SEAL_ID_BYTES];
    uint64_t messages = 0;
    id_of(f, citizen, id);
    assert_int_equal(txn_begin(store, false, 0, &txn), OK);
    int err = txn_get_record(&txn, T_IDENTITY, id, sizeof id, &aduan__record__identity__descriptor, &record);
    assert_true(err == OK || err == E_NOT_FOUND);
    if (err == OK) {
        messages = ((const Aduan__Record__Identity *)record)->messages;
        aduan__record__identity__free_unpacked((Aduan__Record__Identity *)record, NULL);
    }
    txn_abort(&txn);
    return messages;
}

static uint64_t meta(struct fixture *f, const char *name)
{
    struct store_txn txn;
    uint64_t number;
    assert_int_equal(txn_begin(f->s.store, false, 0, &txn), OK);
    assert_int_equal(txn_meta_number(&txn, name, &number), OK);
    txn_abort(&txn);
    return number;
}

static size_t tickets_of(struct fixture *f, struct store *store, uint32_t citizen)
{
    struct store_txn txn;
    MDB_cursor *cursor;
    MDB_val key, val;
    uint8_t id[SEAL_ID_BYTES], row[SENDER_ROW_BYTES];
    size_t count = 0;
    id_of(f, citizen, id);
    assert_int_equal(txn_begin(store, false, 0, &txn), OK);
    assert_int_equal(txn_sender_row(&txn, id, row), OK);
    assert_int_equal(txn_cursor(&txn, T_TICKET_BY_SENDER, &cursor), OK);
    while (cursor_get(store, cursor, &key, &val, MDB_NEXT) == OK)
        count += key.mv_size == TICKET_SENDER_ROW_BYTES && memcmp(key.mv_data, row, sizeof row) == 0;
    mdb_cursor_close(cursor);
    txn_abort(&txn);
    return count;
}

/* --- tests -------------------------------------------------------------------------------------------------- */

static void the_first_generation_is_in_memory_alone(void **state)
{
    struct fixture *f = *state;
    for (uint32_t citizen = 0; citizen < GENERATION - 1; citizen++)
        write_one(f, f->s.store, citizen);
    assert_int_equal(support_count(&f->s, T_SENDER_INDEX), 0);
    assert_int_equal(meta(f, "senders_to"), 1);
    for (uint32_t citizen = 0; citizen < GENERATION - 1; citizen++) {
        assert_int_equal(messages_of(f, f->s.store, citizen), 1);
        assert_int_equal(messages_of(f, f->other, citizen), 1);
    }
    assert_int_equal(messages_of(f, f->s.store, GENERATION), 0);
}

static void generations_are_indexed_one_after_the_other(void **state)
{
    struct fixture *f = *state;
    enum { CITIZENS = 20 * GENERATION };
    uint64_t from = 1;
    size_t moves = 0;
    for (uint32_t citizen = 0; citizen < CITIZENS; citizen++) {
        write_one(f, f->s.store, citizen);
        moves += meta(f, "senders_from") != from;
        from = meta(f, "senders_from");
        assert_verified(&f->s);
    }
    assert_true(moves > 5);
    assert_true(from > 1 && from <= CITIZENS);
    assert_true(support_count(&f->s, T_SENDER_INDEX) >= from - 1);
    for (uint32_t citizen = 0; citizen < CITIZENS; citizen++)
        write_one(f, f->s.store, citizen);
    for (uint32_t citizen = 0; citizen < CITIZENS; citizen++) {
        assert_int_equal(messages_of(f, f->s.store, citizen), 2);
        assert_int_equal(messages_of(f, f->other, citizen), 2);
        assert_int_equal(tickets_of(f, f->other, citizen), 2);
    }
    assert_int_equal(support_count(&f->s, T_IDENTITY), CITIZENS);
    assert_int_equal(meta(f, "next_sender"), CITIZENS + 1);
}

static void two_processes_make_no_sender_twice(void **state)
{
    struct fixture *f = *state;
    enum { ROUNDS = 300, CITIZENS = 60 };
    for (uint32_t i = 0; i < ROUNDS; i++)
        write_one(f, i % 7 < 3 ? f->s.store : f->other, i * 37 % CITIZENS);
    assert_int_equal(support_count(&f->s, T_IDENTITY), CITIZENS);
    uint64_t messages = 0;
    for (uint32_t citizen = 0; citizen < CITIZENS; citizen++) {
        uint64_t here = messages_of(f, f->s.store, citizen);
        assert_int_equal(here, messages_of(f, f->other, citizen));
        messages += here;
    }
    assert_int_equal(messages, ROUNDS);
    assert_true(meta(f, "senders_from") > GENERATION);
}

/* One that was idle while generations came and went. */
static void who_has_slept_long_finds_all(void **state)
{
    struct fixture *f = *state;
    write_one(f, f->other, 0);
    for (uint32_t citizen = 1; citizen < 10 * GENERATION; citizen++)
        write_one(f, f->s.store, citizen);
    for (uint32_t citizen = 0; citizen < 10 * GENERATION; citizen++)
        assert_int_equal(messages_of(f, f->other, citizen), 1);
    write_one(f, f->other, 3);
    assert_int_equal(messages_of(f, f->s.store, 3), 2);
}

static void a_failed_batch_leaves_nothing_behind(void **state)
{
    struct fixture *f = *state;
    struct store_outcome out;
    struct fault fault;
    uint32_t citizen = 0;
    for (uint32_t round = 0; round < 12; round++) {
        for (uint32_t i = 0; i < 3; i++)
            write_one(f, f->s.store, citizen++);
        store_commit_hook = support_commit_fails;
        for (uint32_t i = 0; i < 3; i++) {
            char number[16];
            snprintf(number, sizeof number, "+629%07u", round * 3 + i);
            const struct mo mo = {.n = 5000 + round * 3 + i, .number = number, .body = "Jalan"};
            assert_int_not_equal(ingest_one(&f->s, &f->desk, &mo, &out, &fault), OK);
        }
        store_commit_hook = mdb_txn_commit;
        /* The other one gets the rows that were given in vain. */
        for (uint32_t i = 0; i < round % 4; i++)
            write_one(f, f->other, citizen++);
        for (uint32_t i = 0; i < citizen; i++)
            assert_int_equal(messages_of(f, f->s.store, i), 1);
    }
    for (uint32_t i = 0; i < citizen; i++)
        write_one(f, f->s.store, i);
    assert_int_equal(support_count(&f->s, T_IDENTITY), citizen);
}

static void put_identity(struct fixture *f, const uint8_t id[SEAL_ID_BYTES], uint64_t messages)
{
    struct store_txn txn = support_write(&f->s);
    Aduan__Record__Identity identity = ADUAN__RECORD__IDENTITY__INIT;
    identity.version = RECORD_VERSION;
    identity.number = support_bytes("1", 1);
    identity.messages = messages;
    assert_int_equal(txn_put_record(&txn, T_IDENTITY, id, SEAL_ID_BYTES, &identity.base), OK);
    assert_int_equal(txn_index_senders(&txn), OK);
    support_commit(&txn);
}

static uint64_t messages_at(struct store *store, const uint8_t id[SEAL_ID_BYTES])
{
    struct store_txn txn;
    ProtobufCMessage *record;
    assert_int_equal(txn_begin(store, false, 0, &txn), OK);
    assert_int_equal(txn_get_record(&txn, T_IDENTITY, id, SEAL_ID_BYTES, &aduan__record__identity__descriptor, &record),
                     OK);
    uint64_t messages = ((const Aduan__Record__Identity *)record)->messages;
    aduan__record__identity__free_unpacked((Aduan__Record__Identity *)record, NULL);
    txn_abort(&txn);
    return messages;
}

/* Ids that agree in what the maps and the index keep of them. */
static void those_who_look_alike_are_told_apart(void **state)
{
    struct fixture *f = *state;
    enum { ALIKE = 100 };
    uint8_t id[SEAL_ID_BYTES] = "\x80same...";
    f->damaged = true;
    store_senders_a_generation = ALIKE;
    for (uint8_t i = 0; i < ALIKE; i++) {
        id[SEAL_ID_BYTES - 1] = i;
        put_identity(f, id, 100 + i);
    }
    for (uint32_t citizen = 0; citizen < ALIKE / 2; citizen++)
        write_one(f, f->s.store, citizen);
    assert_int_equal(support_count(&f->s, T_SENDER_INDEX), ALIKE);
    assert_int_equal(meta(f, "senders_from"), ALIKE + 1);
    for (uint8_t i = 0; i < ALIKE; i++) {
        id[SEAL_ID_BYTES - 1] = i;
        assert_int_equal(messages_at(f->s.store, id), 100 + i);
        assert_int_equal(messages_at(f->other, id), 100 + i);
    }
}

static void count_index_breaks(void *ctx, const char *id, const char *sentence)
{
    (void)sentence;
    *(size_t *)ctx += strncmp(id, "sender_index", strlen("sender_index")) == 0;
}

static void forget(struct fixture *f, struct store *store, uint32_t citizen)
{
    struct store_txn txn;
    uint8_t id[SEAL_ID_BYTES];
    id_of(f, citizen, id);
    assert_int_equal(txn_begin(store, true, f->s.now_us, &txn), OK);
    assert_int_equal(txn_del(&txn, T_IDENTITY, id, sizeof id), OK);
    assert_int_equal(txn_del(&txn, T_IDENTITY, id, sizeof id), E_NOT_FOUND);
    txn.identities--;
    support_commit(&txn);
}

static void who_was_forgotten_comes_anew(void **state)
{
    struct fixture *f = *state;
    enum { CITIZENS = 5 * GENERATION };
    f->damaged = true; /* their tickets stay */
    for (uint32_t citizen = 0; citizen < CITIZENS; citizen++) {
        write_one(f, f->s.store, citizen);
        if (citizen % 3 == 2) /* not indexed yet, or just so */
            forget(f, f->other, citizen - 1);
    }
    for (uint32_t citizen = 0; citizen < CITIZENS; citizen += 3) /* most have been */
        forget(f, f->s.store, citizen);
    for (uint32_t citizen = 0; citizen < CITIZENS; citizen++)
        assert_int_equal(messages_of(f, citizen % 2 ? f->s.store : f->other, citizen), citizen % 3 == 2);
    struct store_proof proof;
    size_t index_breaks = 0;
    assert_int_equal(store_verify(f->s.store, count_index_breaks, &index_breaks, &proof), OK);
    assert_int_equal(index_breaks, 0);
    for (uint32_t citizen = 0; citizen < CITIZENS; citizen++)
        write_one(f, citizen % 2 ? f->s.store : f->other, citizen);
    for (uint32_t citizen = 0; citizen < CITIZENS; citizen++)
        assert_int_equal(messages_of(f, f->s.store, citizen), 1 + (citizen % 3 == 2));
    assert_int_equal(support_count(&f->s, T_IDENTITY), CITIZENS);
}

static void a_page_holds_no_gaps(void **state)
{
    struct fixture *f = *state;
    MDB_stat stat;
    store_senders_a_generation = 1000000;
    for (uint32_t citizen = 0; citizen < 400; citizen++)
        write_one(f, f->s.store, citizen);
    struct store_txn txn;
    assert_int_equal(txn_begin(f->s.store, false, 0, &txn), OK);
    assert_int_equal(mdb_stat(txn.txn, f->s.store->table[T_IDENTITY], &stat), 0);
    txn_abort(&txn);
    assert_int_equal(stat.ms_entries, 800);
    /* Of 4,096 bytes a page, at most 200 a sender: with half of each page empty it would be twice as many. */
    assert_true(stat.ms_leaf_pages * stat.ms_psize <= 200 * 400);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_fixture, close_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_first_generation_is_in_memory_alone),
        TEST(generations_are_indexed_one_after_the_other),
        TEST(two_processes_make_no_sender_twice),
        TEST(who_has_slept_long_finds_all),
        TEST(a_failed_batch_leaves_nothing_behind),
        TEST(those_who_look_alike_are_told_apart),
        TEST(who_was_forgotten_comes_anew),
        TEST(a_page_holds_no_gaps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
