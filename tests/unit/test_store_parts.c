/* SPDX-License-Identifier: BSD-2-Clause */
/* Parts of long SMS: in any order, twice, across a restart, never all there, and with a reference used again. */
#include "support_ingest.h"

struct fixture {
    struct support s;
    struct desk desk;
    bool damaged; /* on purpose: not verified at the end */
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
    store_commit_hook = mdb_txn_commit;
    if (!f->damaged)
        assert_verified(&f->s);
    support_close(&f->s);
    free(f);
    return 0;
}

static void reopen(struct fixture *f)
{
    struct fault fault;
    struct store_options options = support_options(&f->s);
    store_close(f->s.store);
    assert_int_equal(store_open(&options, &f->s.store, &fault), OK);
}

static size_t expire(struct fixture *f, uint64_t *next_us)
{
    struct store_policy policy = desk_policy(&f->desk);
    struct fault fault = {0};
    size_t done = 77;
    if (store_parts_expire(f->s.store, &policy, f->s.now_us, 100, &done, next_us, &fault) != OK)
        fail_msg("%s", fault.text);
    return done;
}

static uint64_t waiting(struct fixture *f)
{
    struct store_stats stats;
    assert_int_equal(store_stats(f->s.store, &stats), OK);
    return stats.parts_waiting;
}

/* The key of the whole that a set became whose part `first` came first. */
static void whole_key(uint32_t first, uint8_t key[STORE_KEY_MESSAGE_BYTES])
{
    uint8_t uuid[UUID_BYTES];
    support_key(first, key);
    support_uuid(first, uuid);
    uuid_whole(uuid, key + 4);
}

static Aduan__Record__Message *whole_of(struct fixture *f, uint32_t first)
{
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    whole_key(first, key);
    return message_at(&f->s, key);
}

static void assert_joined(struct fixture *f, uint32_t n, uint32_t first)
{
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    whole_key(first, key);
    Aduan__Record__Message *message = message_of(&f->s, n);
    assert_int_equal(message->fate, MESSAGE_FATE(PART_JOINED));
    assert_int_equal(message->whole.len, sizeof key);
    assert_memory_equal(message->whole.data, key, sizeof key);
    message_free(message);
}

static struct store_outcome part(struct fixture *f, uint32_t n, uint8_t index, uint8_t total, const char *body)
{
    return ingest_ok(&f->s, &f->desk,
                     &(struct mo){.n = n, .part = index, .total = total, .reference = 7, .body = body});
}

static void five_parts_in_disorder_with_a_copy_across_restarts(void **state)
{
    struct fixture *f = *state;
    static const char *const bodies[] = {"Jalan ", "berlubang ", "di depan ", "pasar ", "Grogolan"};
    static const uint8_t order[] = {3, 1, 5, 2, 2, 4};
    struct store_outcome out;
    for (uint32_t i = 0; i < sizeof order; i++) {
        out = part(f, i + 1, order[i], 5, bodies[order[i] - 1]);
        assert_int_equal(out.kind, i == 4 ? STORE_NO_TICKET : STORE_PART);
        assert_int_equal(out.ticket != 0, i == 5);
        reopen(f);
        assert_int_equal(waiting(f), i < 4 ? i + 1 : i == 4 ? 4 : 0);
    }
    assert_int_equal(f->desk.asked, 1);
    assert_string_equal(f->desk.text, "Jalan berlubang di depan pasar Grogolan");
    assert_string_equal(f->desk.sender, "+62812000");

    Aduan__Record__Message *whole = whole_of(f, 1);
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    whole_key(1, key);
    assert_memory_equal(whole->uuid.data, key + 4, UUID_BYTES);
    assert_int_equal(whole->fate, MESSAGE_FATE(TICKET));
    assert_int_equal(whole->ticket, out.ticket);
    assert_bytes(whole->text, "Jalan berlubang di depan pasar Grogolan");
    assert_bytes(whole->body, "Jalan berlubang di depan pasar Grogolan");
    assert_bytes(whole->receiver, "1708");
    assert_int_equal(whole->parts_total, 5);
    assert_int_equal(whole->parts_have, 5);
    assert_int_equal(whole->udh.len, 0);
    assert_false(whole->incomplete);
    message_free(whole);

    Aduan__Record__Ticket *ticket = ticket_of(&f->s, out.ticket);
    assert_memory_equal(ticket->message_key.data, key, sizeof key);
    assert_int_equal(ticket->n_reply, 1);
    ticket_free(ticket);
    const uint32_t parts[] = {1, 2, 3, 4, 6};
    for (size_t i = 0; i < 5; i++)
        assert_joined(f, parts[i], 1);
    Aduan__Record__Message *copy = message_of(&f->s, 5);
    assert_int_equal(copy->fate, MESSAGE_FATE(NO_TICKET));
    assert_string_equal(copy->reason, "duplicate_part");
    assert_int_equal(copy->whole.len, 0);
    message_free(copy);
    assert_int_equal(support_count(&f->s, T_REPLY), 1);
    assert_string_equal(support_events(&f->s, 1).kinds, "RRRRRROCU");
}

static void a_redelivered_part_is_a_duplicate_before_and_after(void **state)
{
    struct fixture *f = *state;
    part(f, 1, 1, 2, "satu ");
    assert_int_equal(part(f, 1, 1, 2, "satu ").kind, STORE_DUPLICATE);
    part(f, 2, 2, 2, "dua");
    assert_int_equal(part(f, 1, 1, 2, "satu ").kind, STORE_DUPLICATE);
    assert_int_equal(part(f, 2, 2, 2, "dua").kind, STORE_DUPLICATE);
    assert_int_equal(support_count(&f->s, T_TICKET), 1);
    /* Another copy by the network, after the whole exists, points to it. */
    assert_int_equal(part(f, 3, 2, 2, "dua").kind, STORE_NO_TICKET);
    Aduan__Record__Message *copy = message_of(&f->s, 3);
    assert_int_equal(copy->whole.len, STORE_KEY_MESSAGE_BYTES);
    message_free(copy);
}

static void both_parts_in_one_batch(void **state)
{
    struct fixture *f = *state;
    struct store_policy policy = desk_policy(&f->desk);
    struct wire wire[2];
    struct store_outcome outs[2];
    wire_init(&wire[0], &(struct mo){.n = 1, .part = 2, .total = 2, .body = "dua"});
    wire_init(&wire[1], &(struct mo){.n = 2, .part = 1, .total = 2, .body = "satu "});
    const struct store_item items[] = {{.sms = &wire[0].sms}, {.sms = &wire[1].sms}};
    assert_int_equal(store_ingest(f->s.store, &policy, items, 2, f->s.now_us, outs, NULL), OK);
    assert_int_equal(outs[0].ticket, 0);
    assert_int_not_equal(outs[1].ticket, 0);
    assert_string_equal(f->desk.text, "satu dua");
}

static void what_is_cut_at_a_join_survives(void **state)
{
    struct fixture *f = *state;
    /* U+1F600 is D83D DE00: its pair is cut in two. */
    ingest_ok(&f->s, &f->desk,
              &(struct mo){.n = 1, .part = 1, .total = 2, .coding = 2, .body = "\0H\xd8\x3d", .body_len = 4});
    struct store_outcome out =
        ingest_ok(&f->s, &f->desk,
                  &(struct mo){.n = 2, .part = 2, .total = 2, .coding = 2, .body = "\xde\x00\0i", .body_len = 4});
    assert_string_equal(f->desk.text, "H\xf0\x9f\x98\x80i");
    assert_false(out.repaired);
    Aduan__Record__Message *whole = whole_of(f, 1);
    assert_int_equal(whole->body.len, 8);
    message_free(whole);
    /* e + combining acute, cut, is one letter in NFC. */
    part(f, 3, 1, 2,
         "caf"
         "e");
    part(f, 4, 2, 2, "\xcc\x81");
    assert_string_equal(f->desk.text, "caf\xc3\xa9");
}

static void parts_of_different_coding_are_decoded_apart(void **state)
{
    struct fixture *f = *state;
    ingest_ok(&f->s, &f->desk, &(struct mo){.n = 1, .part = 1, .total = 3, .coding = -1, .body = "abc"});
    ingest_ok(&f->s, &f->desk, &(struct mo){.n = 2, .part = 2, .total = 3, .coding = 0, .body = "def"});
    ingest_ok(&f->s, &f->desk,
              &(struct mo){.n = 3, .part = 3, .total = 3, .coding = 2, .body = "\0g\0h", .body_len = 4});
    assert_string_equal(f->desk.text, "abcdefgh");
    Aduan__Record__Message *whole = whole_of(f, 1);
    assert_int_equal(whole->body.len, 0);
    message_free(whole);
    /* So are parts with an odd length in UCS-2, which would shift all behind them, and other charsets. */
    ingest_ok(&f->s, &f->desk,
              &(struct mo){.n = 4, .part = 1, .total = 2, .coding = 2, .body = "\0a\0", .body_len = 3});
    struct store_outcome out = ingest_ok(
        &f->s, &f->desk, &(struct mo){.n = 5, .part = 2, .total = 2, .coding = 2, .body = "\0b", .body_len = 2});
    assert_string_equal(f->desk.text, "a\xef\xbf\xbd"
                                      "b");
    assert_true(out.repaired);
    ingest_ok(&f->s, &f->desk, &(struct mo){.n = 6, .part = 1, .total = 2, .charset = "GSM", .body = "\x02"});
    ingest_ok(&f->s, &f->desk, &(struct mo){.n = 7, .part = 2, .total = 2, .charset = "UTF-8", .body = "5"});
    assert_string_equal(f->desk.text, "$5");
}

static void binary_parts_stay_binary(void **state)
{
    struct fixture *f = *state;
    for (uint8_t i = 1; i <= 2; i++)
        ingest_ok(&f->s, &f->desk,
                  &(struct mo){.n = i, .part = i, .total = 2, .coding = 1, .body = "\x00\x01\x02\xff", .body_len = 4});
    assert_true(f->desk.binary);
}

static void an_empty_long_sms_gets_its_reason(void **state)
{
    struct fixture *f = *state;
    part(f, 1, 1, 2, " ");
    struct store_outcome out = part(f, 2, 2, 2, "");
    assert_int_equal(out.kind, STORE_PART);
    assert_int_equal(out.ticket, 0);
    Aduan__Record__Message *whole = whole_of(f, 1);
    assert_int_equal(whole->fate, MESSAGE_FATE(NO_TICKET));
    assert_string_equal(whole->reason, "empty");
    message_free(whole);
    struct support_events events = support_events(&f->s, 1);
    assert_string_equal(events.kinds, "RRRU");
}

static void sets_differ_by_sender_receiver_reference_and_total(void **state)
{
    struct fixture *f = *state;
    static const struct mo rows[] = {
        {.number = "+62811", .reference = 1, .total = 2},
        {.number = "+62812", .reference = 1, .total = 2},
        {.number = "+62811", .reference = 2, .total = 2},
        {.number = "+62811", .reference = 1, .total = 3},
        {.number = "+62811", .reference = 1, .total = 2, .receiver = "1709"},
        {.number = "", .reference = 1, .total = 2},
        {.number = "a sender that is so long that no identity row of the store will ever be made for it",
         .reference = 1,
         .total = 2},
    };
    for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct mo mo = rows[i];
        mo.n = i + 1;
        mo.part = 1;
        mo.body = "x";
        ingest_ok(&f->s, &f->desk, &mo);
    }
    assert_int_equal(waiting(f), 7);
    assert_int_equal(support_count(&f->s, T_PART_DUE), 7);
    /* When their time is over each is delivered, with the sender as far as it is known. */
    uint64_t next;
    f->s.now_us += 600 * 1000000ull;
    assert_int_equal(expire(f, &next), 7);
    assert_int_equal(waiting(f), 0);
    assert_int_equal(support_count(&f->s, T_TICKET), 7);
    Aduan__Record__Message *whole = whole_of(f, 6);
    assert_string_equal(whole->no_reply_reason, "no_sender");
    message_free(whole);
    whole = whole_of(f, 7);
    assert_string_equal(whole->no_reply_reason, "bad_sender");
    message_free(whole);
}

static void an_incomplete_set_is_delivered_as_what_there_is(void **state)
{
    struct fixture *f = *state;
    uint64_t next, start = f->s.now_us;
    assert_int_equal(expire(f, &next), 0);
    assert_int_equal(next, 0);
    part(f, 1, 4, 6, "pasar");
    f->s.now_us += 1000000;
    part(f, 2, 2, 6, "Jalan");
    part(f, 3, 3, 6, " depan ");
    f->s.now_us = start + 599 * 1000000ull;
    assert_int_equal(expire(f, &next), 0);
    assert_int_equal(next, start + 600 * 1000000ull);
    f->s.now_us = next;
    assert_int_equal(expire(f, &next), 1);
    assert_int_equal(next, f->s.now_us + 3600 * 1000000ull);
    assert_string_equal(f->desk.text, "[...] Jalan depan pasar [...]");
    assert_true(f->desk.incomplete);
    assert_string_equal(f->desk.sender, "+62812000");
    Aduan__Record__Message *whole = whole_of(f, 1);
    assert_true(whole->incomplete);
    assert_int_equal(whole->parts_have, 3);
    assert_int_equal(whole->parts_total, 6);
    assert_int_equal(whole->body.len, 0);
    Aduan__Record__Ticket *ticket = ticket_of(&f->s, whole->ticket);
    assert_true(ticket->incomplete);
    ticket_free(ticket);
    message_free(whole);
    for (uint32_t n = 1; n <= 3; n++)
        assert_joined(f, n, 1);
    assert_int_equal(support_count(&f->s, T_REPLY), 1);
    /* A part that comes after all begins again: nothing is thrown away. */
    assert_int_equal(part(f, 4, 1, 6, "Lubang").kind, STORE_PART);
    assert_int_equal(waiting(f), 1);
    f->s.now_us += 600 * 1000000ull;
    assert_int_equal(expire(f, &next), 1);
    assert_string_equal(f->desk.text, "Lubang [...]");
}

static void a_hole_inside_is_marked(void **state)
{
    struct fixture *f = *state;
    uint64_t next;
    part(f, 1, 1, 5, "Jalan");
    part(f, 2, 4, 5, "rusak");
    part(f, 3, 5, 5, " sekali");
    f->s.now_us += 600 * 1000000ull;
    expire(f, &next);
    assert_string_equal(f->desk.text, "Jalan [...] rusak sekali");
}

static void a_finished_set_is_forgotten_in_time(void **state)
{
    struct fixture *f = *state;
    uint64_t next;
    part(f, 1, 1, 2, "satu ");
    part(f, 2, 2, 2, "dua");
    assert_int_equal(support_count(&f->s, T_PART), 3);
    assert_int_equal(support_count(&f->s, T_PART_DUE), 1);
    assert_int_equal(expire(f, &next), 0);
    assert_int_equal(next, f->s.now_us + 3600 * 1000000ull);
    f->s.now_us = next;
    assert_int_equal(expire(f, &next), 1);
    assert_int_equal(next, 0);
    assert_int_equal(support_count(&f->s, T_PART), 0);
    assert_int_equal(support_count(&f->s, T_PART_DUE), 0);
    assert_int_equal(support_count(&f->s, T_TICKET), 1);
    /* The same bodies under the same reference are then a message of their own. */
    part(f, 3, 1, 2, "satu ");
    part(f, 4, 2, 2, "dua");
    assert_int_equal(support_count(&f->s, T_TICKET), 2);
}

static void a_reference_used_again_begins_a_new_set(void **state)
{
    struct fixture *f = *state;
    part(f, 1, 1, 2, "lama satu ");
    struct store_outcome out = part(f, 2, 1, 2, "baru satu ");
    assert_int_equal(out.kind, STORE_PART);
    assert_int_not_equal(out.ticket, 0);
    assert_string_equal(f->desk.text, "lama satu [...]");
    assert_joined(f, 1, 1);
    assert_int_equal(waiting(f), 1);
    out = part(f, 3, 2, 2, "baru dua");
    assert_string_equal(f->desk.text, "baru satu baru dua");
    assert_joined(f, 2, 2);
    assert_joined(f, 3, 2);
    /* And again where the set before was finished. */
    part(f, 4, 2, 2, "lagi dua");
    part(f, 5, 1, 2, "lagi satu ");
    assert_string_equal(f->desk.text, "lagi satu lagi dua");
    assert_int_equal(support_count(&f->s, T_TICKET), 3);
    assert_int_equal(support_count(&f->s, T_PART_DUE), 1);
    assert_int_equal(waiting(f), 0);
}

static void two_hundred_and_fifty_five_parts(void **state)
{
    struct fixture *f = *state;
    char body[134] = {0};
    struct store_outcome out = {0};
    for (uint32_t i = 255; i >= 1; i--) {
        memset(body, 'a' + (char)(i % 26), sizeof body - 1);
        assert_int_equal(out.ticket, 0);
        out = part(f, i, (uint8_t)i, 255, body);
    }
    assert_int_not_equal(out.ticket, 0);
    assert_int_equal(f->desk.text_len, 255 * 133);
    assert_int_equal(f->desk.text[0], 'b');
    assert_int_equal(f->desk.text[254 * 133], 'a' + 255 % 26);
    assert_int_equal(waiting(f), 0);
    /* A second long one that never gets its last part. */
    uint64_t next;
    for (uint32_t i = 1; i <= 254; i++)
        ingest_ok(&f->s, &f->desk,
                  &(struct mo){.n = 1000 + i, .part = (uint8_t)i, .total = 255, .reference = 9, .body = "z"});
    f->s.now_us += 600 * 1000000ull;
    assert_int_equal(expire(f, &next), 1);
    assert_int_equal(f->desk.text_len, 254 + 6);
}

static void a_failed_commit_keeps_the_set_as_it_was(void **state)
{
    struct fixture *f = *state;
    struct store_outcome out;
    struct store_policy policy = desk_policy(&f->desk);
    struct fault fault;
    size_t done = 77;
    uint64_t next = 77;
    part(f, 1, 1, 2, "satu ");
    const struct mo last = {.n = 2, .part = 2, .total = 2, .reference = 7, .body = "dua"};
    store_commit_hook = support_commit_fails;
    assert_int_equal(ingest_one(&f->s, &f->desk, &last, &out, &fault), E_FULL);
    f->s.now_us += 600 * 1000000ull;
    assert_int_equal(store_parts_expire(f->s.store, &policy, f->s.now_us, 1, &done, &next, &fault), E_FULL);
    assert_int_equal(done, 77);
    store_commit_hook = mdb_txn_commit;
    f->desk.fails = E_MEMORY;
    assert_int_equal(store_parts_expire(f->s.store, &policy, f->s.now_us, 1, &done, &next, &fault), E_MEMORY);
    assert_int_equal(ingest_one(&f->s, &f->desk, &last, &out, &fault), E_MEMORY);
    f->desk.fails = OK;
    assert_int_equal(waiting(f), 1);
    assert_int_equal(support_count(&f->s, T_TICKET), 0);
    out = part(f, 2, 2, 2, "dua");
    assert_int_not_equal(out.ticket, 0);
    assert_string_equal(f->desk.text, "satu dua");
}

static void no_more_sets_at_once_than_asked_for(void **state)
{
    struct fixture *f = *state;
    struct store_policy policy = desk_policy(&f->desk);
    size_t done;
    uint64_t next;
    for (uint32_t n = 1; n <= 5; n++)
        ingest_ok(&f->s, &f->desk, &(struct mo){.n = n, .part = 1, .total = 2, .reference = (uint8_t)n, .body = "x"});
    f->s.now_us += 600 * 1000000ull;
    assert_int_equal(store_parts_expire(f->s.store, &policy, f->s.now_us, 3, &done, &next, NULL), OK);
    assert_int_equal(done, 3);
    assert_int_equal(next, f->s.now_us);
    assert_int_equal(store_parts_expire(f->s.store, &policy, f->s.now_us, 3, &done, &next, NULL), OK);
    assert_int_equal(done, 2);
    assert_true(next > f->s.now_us);
}

/* --- damage: what is left is delivered, and the line goes on ------------------------------------------------- */

/* Calls fn on each row of the table whose key has this length. */
static void each_row(struct fixture *f, enum store_table table, size_t key_len,
                     void (*fn)(struct store_txn *txn, enum store_table table, const uint8_t *key, size_t key_len))
{
    struct store_txn txn = support_write(&f->s);
    MDB_cursor *cursor;
    MDB_val key, val;
    uint8_t keys[16][64], outer[TICKET_SENDER_KEY_BYTES];
    size_t count = 0;
    assert_int_equal(txn_cursor(&txn, table, &cursor), OK);
    while (cursor_get(f->s.store, cursor, &key, &val, MDB_NEXT) == OK)
        if (support_is_row(&txn, table, &key, &val, outer) && key.mv_size == key_len && count < 16)
            memcpy(keys[count++], key.mv_data, key_len);
    mdb_cursor_close(cursor);
    for (size_t i = 0; i < count; i++)
        fn(&txn, table, keys[i], key_len);
    support_commit(&txn);
}

static void garble(struct store_txn *txn, enum store_table table, const uint8_t *key, size_t key_len)
{
    assert_int_equal(txn_put(txn, table, key, key_len, "\xff", 1), OK);
}

static void from_the_future(struct store_txn *txn, enum store_table table, const uint8_t *key, size_t key_len)
{
    assert_int_equal(txn_put(txn, table, key, key_len, "\x08\x63", 2), OK);
}

static void empty_record(struct store_txn *txn, enum store_table table, const uint8_t *key, size_t key_len)
{
    assert_int_equal(txn_put(txn, table, key, key_len, "\x08\x01", 2), OK);
}

static void drop(struct store_txn *txn, enum store_table table, const uint8_t *key, size_t key_len)
{
    assert_int_equal(txn_del(txn, table, key, key_len), OK);
}

static void a_damaged_header_lets_the_next_part_begin_anew(void **state)
{
    struct fixture *f = *state;
    f->damaged = true;
    uint64_t next;
    part(f, 1, 1, 2, "satu ");
    each_row(f, T_PART, SET_KEY_BYTES, garble);
    f->s.now_us += 1;
    part(f, 2, 1, 2, "satu ");
    part(f, 3, 2, 2, "dua");
    assert_string_equal(f->desk.text, "satu dua");
    assert_joined(f, 2, 2);
    /* The index row of the lost header goes when its time comes. */
    assert_int_equal(support_count(&f->s, T_PART_DUE), 2);
    f->s.now_us += 600 * 1000000ull;
    assert_int_equal(expire(f, &next), 1);
    assert_int_equal(support_count(&f->s, T_PART_DUE), 1);
}

static void a_damaged_part_is_missed_alone(void **state)
{
    struct fixture *f = *state;
    f->damaged = true;
    uint64_t next;
    static void (*const damages[])(struct store_txn *, enum store_table, const uint8_t *,
                                   size_t) = {garble, empty_record, drop};
    for (uint32_t i = 0; i < 3; i++) {
        part(f, 10 * i + 1, 1, 3, "satu ");
        each_row(f, T_PART, PART_KEY_BYTES, damages[i]);
        part(f, 10 * i + 2, 2, 3, "dua ");
        f->s.now_us += 600 * 1000000ull;
        assert_int_equal(expire(f, &next), 1);
        assert_string_equal(f->desk.text, "[...] dua [...]");
        f->s.now_us = next;
        expire(f, &next);
    }
    /* Its message gone: the same. */
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    part(f, 50, 1, 3, "satu ");
    part(f, 51, 2, 3, "dua ");
    support_key(50, key);
    struct store_txn txn = support_write(&f->s);
    drop(&txn, T_MESSAGE, key, sizeof key);
    support_commit(&txn);
    f->s.now_us += 600 * 1000000ull;
    assert_int_equal(expire(f, &next), 1);
    assert_string_equal(f->desk.text, "[...] dua [...]");
}

static void a_set_without_any_part_left_ends_quietly(void **state)
{
    struct fixture *f = *state;
    f->damaged = true;
    uint64_t next;
    part(f, 1, 1, 2, "satu ");
    each_row(f, T_PART, PART_KEY_BYTES, drop);
    f->s.now_us += 600 * 1000000ull;
    assert_int_equal(expire(f, &next), 1);
    assert_int_equal(next, 0);
    assert_int_equal(support_count(&f->s, T_TICKET), 0);
    assert_int_equal(support_count(&f->s, T_PART), 0);
}

static void an_unknown_sender_does_not_hold_a_set_back(void **state)
{
    struct fixture *f = *state;
    f->damaged = true;
    uint64_t next;
    part(f, 1, 1, 2, "satu ");
    each_row(f, T_IDENTITY, SEAL_ID_BYTES, drop);
    f->s.now_us += 600 * 1000000ull;
    assert_int_equal(expire(f, &next), 1);
    Aduan__Record__Message *whole = whole_of(f, 1);
    assert_int_equal(whole->fate, MESSAGE_FATE(TICKET));
    assert_string_equal(whole->no_reply_reason, "no_sender");
    message_free(whole);
}

static void records_of_a_newer_version_stop_the_line(void **state)
{
    struct fixture *f = *state;
    f->damaged = true;
    struct store_policy policy = desk_policy(&f->desk);
    struct store_outcome out;
    struct fault fault;
    size_t done;
    uint64_t next;
    const struct mo last = {.n = 2, .part = 2, .total = 2, .reference = 7, .body = "dua"};
    part(f, 1, 1, 2, "satu ");
    each_row(f, T_IDENTITY, SEAL_ID_BYTES, from_the_future);
    f->s.now_us += 600 * 1000000ull;
    assert_int_equal(store_parts_expire(f->s.store, &policy, f->s.now_us, 1, &done, &next, &fault), E_VERSION);
    each_row(f, T_IDENTITY, SEAL_ID_BYTES, drop);
    each_row(f, T_PART, PART_KEY_BYTES, from_the_future);
    assert_int_equal(store_parts_expire(f->s.store, &policy, f->s.now_us, 1, &done, &next, &fault), E_VERSION);
    assert_int_equal(ingest_one(&f->s, &f->desk, &last, &out, &fault), E_VERSION);
    const struct mo copy = {.n = 3, .part = 1, .total = 2, .reference = 7, .body = "satu "};
    assert_int_equal(ingest_one(&f->s, &f->desk, &copy, &out, &fault), E_VERSION);
    each_row(f, T_PART, SET_KEY_BYTES, from_the_future);
    assert_int_equal(ingest_one(&f->s, &f->desk, &last, &out, &fault), E_VERSION);
    assert_int_equal(store_parts_expire(f->s.store, &policy, f->s.now_us, 1, &done, &next, &fault), E_VERSION);
    assert_non_null(strstr(fault.text, "upgrade"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_fixture, close_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(five_parts_in_disorder_with_a_copy_across_restarts),
        TEST(a_redelivered_part_is_a_duplicate_before_and_after),
        TEST(both_parts_in_one_batch),
        TEST(what_is_cut_at_a_join_survives),
        TEST(parts_of_different_coding_are_decoded_apart),
        TEST(binary_parts_stay_binary),
        TEST(an_empty_long_sms_gets_its_reason),
        TEST(sets_differ_by_sender_receiver_reference_and_total),
        TEST(an_incomplete_set_is_delivered_as_what_there_is),
        TEST(a_hole_inside_is_marked),
        TEST(a_finished_set_is_forgotten_in_time),
        TEST(a_reference_used_again_begins_a_new_set),
        TEST(two_hundred_and_fifty_five_parts),
        TEST(a_failed_commit_keeps_the_set_as_it_was),
        TEST(no_more_sets_at_once_than_asked_for),
        TEST(a_damaged_header_lets_the_next_part_begin_anew),
        TEST(a_damaged_part_is_missed_alone),
        TEST(a_set_without_any_part_left_ends_quietly),
        TEST(an_unknown_sender_does_not_hold_a_set_back),
        TEST(records_of_a_newer_version_stop_the_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
