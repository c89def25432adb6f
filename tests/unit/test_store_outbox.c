/* SPDX-License-Identifier: BSD-2-Clause */
/* Replies as they are queued, and an outbox that cannot be read. */
#include "support_outbox.h"

static void a_reply_goes_back_the_way_its_message_came(void **state)
{
    struct support *s = *state;
    uint64_t id = support_sms(s, &(struct support_sms){.n = 1});
    Reply *reply = get(s, 1, 0);
    assert_int_equal(reply->state, REPLY_STATE(READY));
    assert_int_equal(reply->ticket, id);
    assert_true(reply->due_us == s->now_us && reply->queued_us == s->now_us);
    assert_string_equal(reply->shortcode, "1708");
    assert_memory_equal(reply->smsc_id.data, "tsel", 4);
    assert_memory_equal(reply->service.data, "svc", 3);
    assert_memory_equal(reply->account.data, "acc", 3);
    assert_string_equal(reply->bearerbox, "main");
    assert_string_equal(reply->template_, "received");
    assert_int_equal(reply->message_key.len, 0); /* its ticket's */
    aduan__record__reply__free_unpacked(reply, NULL);
    assert_string_equal(support_events(s, 1).kinds, "ROU");

    Aduan__Record__Ticket *ticket;
    uint8_t want[STORE_REPLY_ID_BYTES];
    assert_int_equal(store_ticket_get(s->store, id, &ticket), OK);
    support_reply_id(1, 0, want);
    assert_int_equal(ticket->n_reply, 1);
    assert_int_equal(ticket->replies, 1);
    assert_true(ticket->reply[0] == support_find(s, want));
    aduan__record__ticket__free_unpacked(ticket, NULL);
}

static void a_message_without_a_ticket_can_be_answered(void **state)
{
    struct support *s = *state;
    uint8_t key[STORE_KEY_MESSAGE_BYTES], sender[SEAL_ID_BYTES] = {1};
    Aduan__Record__Message message = message_of(key, sender);
    const struct reply_intent intent = {.template_name = "empty", .text = "x", .text_len = 1};
    struct store_txn txn = support_write(s);
    assert_int_equal(txn_queue_reply(&txn, &message, NULL, &intent), OK);
    uint64_t slot = message.reply;
    assert_true(slot > 0);
    message.uuid.len = 15;
    assert_int_equal(txn_queue_reply(&txn, &message, NULL, &intent), E_INVALID);
    message.uuid.len = UUID_BYTES;
    message.sender_id.len = 0;
    assert_int_equal(txn_queue_reply(&txn, &message, NULL, &intent), E_INVALID);
    support_commit(&txn);
    Reply *reply = get(s, 5, 0);
    assert_string_equal(reply->shortcode, "1708");
    assert_int_equal(reply->ticket, 0);
    assert_memory_equal(reply->words.data, "x", 1);
    assert_memory_equal(reply->message_key.data, key, sizeof key);
    assert_true(reply->slot == slot);
    aduan__record__reply__free_unpacked(reply, NULL);
}

static void a_waiting_reply_needs_an_id_and_a_time(void **state)
{
    struct support *s = *state;
    uint8_t id[16] = {1};
    Reply reply = ADUAN__RECORD__REPLY__INIT;
    struct store_txn txn = support_write(s);
    reply.state = REPLY_STATE(READY);
    reply.id = support_bytes(id, 16);
    assert_int_equal(txn_put_reply(&txn, &reply, 0), E_INVALID);
    reply.due_us = 5;
    reply.id.len = 3;
    assert_int_equal(txn_put_reply(&txn, &reply, 0), E_INVALID);
    txn_abort(&txn);
}

/* A table that LMDB refuses ends the verb with an error, and nothing of it has happened. */
static void a_table_that_fails_changes_nothing(void **state)
{
    struct support *s = *state;
    struct pen pen = {0};
    struct store_claim c = claim_of(s, &pen);
    struct store_replies out;
    struct store_reply_input in = {.input = REPLY_IN_SMSC_ACCEPTED};
    uint8_t key[STORE_KEY_MESSAGE_BYTES], sender[SEAL_ID_BYTES] = {1};
    uint64_t due;
    Aduan__Record__Message message = message_of(key, sender);
    const struct reply_intent intent = {.template_name = "empty"};
    static const enum store_table tables[] = {T_REPLY, T_OUTBOX_DUE, T_EVENT};
    support_sms(s, &(struct support_sms){.n = 1});
    support_about(s, 1, &in);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        MDB_dbi table = s->store->table[tables[i]];
        s->store->table[tables[i]] = 99;
        struct store_txn txn = support_write(s);
        assert_true(txn_queue_reply(&txn, &message, NULL, &intent) < 0);
        txn_abort(&txn);
        assert_true(store_reply_inputs(s->store, &in, 1, s->now_us, NULL, NULL) < 0);
        if (tables[i] == T_OUTBOX_DUE)
            assert_true(store_next_due(s->store, &due) < 0);
        if (tables[i] != T_EVENT)
            assert_true(store_claim_replies(s->store, &c, &out, NULL) < 0);
        s->store->table[tables[i]] = table;
    }
    check_state(s, 1, REPLY_STATE(READY), "");
    assert_string_equal(support_events(s, 1).kinds, "ROU");
}

static void without_a_reader_slot_nothing_is_read(void **state)
{
    struct support *s = *state;
    struct pen pen = {0};
    struct store_claim c = claim_of(s, &pen);
    struct store_replies out;
    static MDB_txn *readers[2000];
    uint64_t due;
    Reply *reply;
    size_t n = 0;
    while (n < 2000 && mdb_txn_begin(s->store->env, NULL, MDB_RDONLY, &readers[n]) == 0)
        n++;
    assert_int_equal(store_next_due(s->store, &due), E_BUSY);
    assert_int_equal(store_reply_get(s->store, 1, &reply), E_BUSY);
    assert_int_equal(store_claim_replies(s->store, &c, &out, NULL), E_BUSY);
    while (n > 0)
        mdb_txn_abort(readers[--n]);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_reply_goes_back_the_way_its_message_came), T(a_message_without_a_ticket_can_be_answered),
        T(a_waiting_reply_needs_an_id_and_a_time),     T(a_table_that_fails_changes_nothing),
        T(without_a_reader_slot_nothing_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
