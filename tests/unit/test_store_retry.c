/* SPDX-License-Identifier: BSD-2-Clause */
/* An SMS comes out of quarantine as what it should have been, or not at all. */
#include "store_ingest.h"
#include "support_ingest.h"

struct fixture {
    struct support s;
    struct desk desk;
    bool damaged;
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

static int retry(struct fixture *f, uint32_t n, struct store_outcome *out)
{
    struct store_policy policy = desk_policy(&f->desk);
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    struct fault fault = {0};
    support_key(n, key);
    int err = store_quarantine_retry(f->s.store, &policy, key, sizeof key, "siti", f->s.now_us, out, &fault);
    assert_int_equal(err == OK, *fault.text == '\0');
    return err;
}

static void it_becomes_a_ticket_with_its_reply(void **state)
{
    struct fixture *f = *state;
    struct store_outcome out = {0};
    ingest_ok(&f->s, &f->desk, &(struct mo){.n = 1, .body = "Jalan berlubang", .quarantine = true});
    assert_int_equal(support_count(&f->s, T_QUARANTINE), 1);
    assert_verified(&f->s);
    assert_int_equal(retry(f, 1, &out), OK);
    assert_int_equal(out.kind, STORE_TICKET);
    assert_string_equal(f->desk.text, "Jalan berlubang");
    assert_string_equal(f->desk.sender, "+62812000");
    assert_int_equal(support_count(&f->s, T_QUARANTINE), 0);
    assert_int_equal(support_count(&f->s, T_MESSAGE), 1);
    assert_int_equal(support_count(&f->s, T_REPLY), 1);
    assert_int_equal(support_count(&f->s, T_IDENTITY), 1);
    Aduan__Record__Message *message = message_of(&f->s, 1);
    assert_int_equal(message->fate, MESSAGE_FATE(TICKET));
    assert_string_equal(message->reason, "");
    message_free(message);
    assert_string_equal(support_events(&f->s, 1).kinds, "QROCU");
    assert_int_equal(retry(f, 1, &out), E_NOT_FOUND);
    /* bearerbox may still send it again */
    assert_int_equal(ingest_ok(&f->s, &f->desk, &(struct mo){.n = 1, .body = "Jalan berlubang"}).kind, STORE_DUPLICATE);
}

static void a_part_joins_its_set(void **state)
{
    struct fixture *f = *state;
    struct store_outcome out = {0};
    ingest_ok(&f->s, &f->desk, &(struct mo){.n = 1, .body = "Jalan ", .total = 2, .part = 1});
    ingest_ok(&f->s, &f->desk, &(struct mo){.n = 2, .body = "rusak", .total = 2, .part = 2, .quarantine = true});
    assert_int_equal(retry(f, 2, &out), OK);
    assert_true(out.ticket != 0);
    assert_string_equal(f->desk.text, "Jalan rusak");
}

static void one_without_a_sender(void **state)
{
    struct fixture *f = *state;
    struct store_outcome out = {0};
    ingest_ok(&f->s, &f->desk, &(struct mo){.n = 1, .number = "", .body = "promo", .quarantine = true});
    assert_int_equal(retry(f, 1, &out), OK);
    assert_int_equal(out.kind, STORE_NO_TICKET);
    assert_string_equal(f->desk.sender, "");
}

static int commit_fails(MDB_txn *txn)
{
    mdb_txn_abort(txn);
    return ENOSPC;
}

static void what_cannot_be_done_changes_nothing(void **state)
{
    struct fixture *f = *state;
    struct store_outcome out = {0};
    struct fault fault = {0};
    struct store_policy policy = desk_policy(&f->desk);
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    support_key(1, key);
    assert_int_equal(retry(f, 1, &out), E_NOT_FOUND);
    ingest_ok(&f->s, &f->desk, &(struct mo){.n = 2, .body = "halo"});
    assert_int_equal(retry(f, 2, &out), E_NOT_FOUND); /* a message, but not parked */
    ingest_ok(&f->s, &f->desk, &(struct mo){.n = 1, .body = "Jalan", .quarantine = true});
    assert_int_equal(store_quarantine_retry(f->s.store, &policy, key, 19, "siti", 1, &out, &fault), E_INVALID);
    assert_int_equal(store_quarantine_retry(f->s.store, &policy, key, sizeof key, "", 1, &out, &fault), E_INVALID);
    f->desk.fails = E_INVALID;
    assert_int_equal(retry(f, 1, &out), E_INVALID);
    f->desk.fails = OK;
    store_commit_hook = commit_fails;
    assert_int_equal(retry(f, 1, &out), E_FULL);
    store_commit_hook = mdb_txn_commit;
    assert_int_equal(support_count(&f->s, T_QUARANTINE), 1);
    assert_verified(&f->s);
    assert_int_equal(retry(f, 1, &out), OK);
}

static void what_does_not_open_is_refused(void **state)
{
    struct fixture *f = *state;
    struct store_outcome out = {0};
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    ProtobufCMessage *record;
    f->damaged = true;
    ingest_ok(&f->s, &f->desk, &(struct mo){.n = 1, .body = "Jalan", .quarantine = true});
    support_key(1, key);
    struct store_txn txn = support_write(&f->s);
    assert_int_equal(txn_get_closed(&txn, T_MESSAGE, key, sizeof key, &aduan__record__message__descriptor, &record),
                     OK);
    ((Aduan__Record__Message *)record)->sealed.data[30]++;
    assert_int_equal(txn_put_record(&txn, T_MESSAGE, key, sizeof key, record), OK);
    support_commit(&txn);
    protobuf_c_message_free_unpacked(record, NULL);
    assert_int_equal(retry(f, 1, &out), E_CORRUPT);
    assert_int_equal(support_count(&f->s, T_QUARANTINE), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_fixture, close_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_becomes_a_ticket_with_its_reply),  TEST(a_part_joins_its_set),          TEST(one_without_a_sender),
        TEST(what_cannot_be_done_changes_nothing), TEST(what_does_not_open_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
