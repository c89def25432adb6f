/* SPDX-License-Identifier: BSD-2-Clause */
/* Replies from due to delivered: what is claimed, what it becomes, and that ids and texts never change. */
#include "support_store.h"

typedef Aduan__Record__Reply Reply;

enum { LEASE_US = 30000000 };
static const uint8_t life[16] = {7, 7};

/* The render callback of these tests: counts, and answers what it is told to. */
struct pen {
    int calls;
    int rc;
    bool silent;     /* OK, but no text */
    uint64_t ticket; /* of the last call, 0: none */
    char words[64];
};

static int write_text(void *ctx, const Reply *reply, const Aduan__Record__Ticket *ticket, char **text, size_t *len,
                      bool *ucs2, uint32_t *segments)
{
    struct pen *pen = ctx;
    pen->calls++;
    pen->ticket = ticket ? ticket->id : 0;
    snprintf(pen->words, sizeof pen->words, "%.*s", (int)reply->words.len, (const char *)reply->words.data);
    if (pen->rc != OK || pen->silent)
        return pen->rc;
    *len = (size_t)asprintf(text, "%s %d", reply->template_, pen->calls);
    *ucs2 = pen->calls == 2;
    *segments = 3;
    return OK;
}

static struct store_claim claim_of(struct support *s, struct pen *pen)
{
    return (struct store_claim){.holder = "responder.1",
                                .life = life,
                                .now_us = s->now_us,
                                .lease_us = LEASE_US,
                                .max = 10,
                                .attempts_max = 3,
                                .ctx = pen,
                                .render = write_text};
}

static struct store_replies claim(struct support *s, struct pen *pen)
{
    struct store_claim c = claim_of(s, pen);
    struct store_replies out;
    struct fault fault = {0};
    if (store_claim_replies(s->store, &c, &out, &fault) != OK)
        fail_msg("%s", fault.text);
    return out;
}

/* Claims and gives back nothing but the count. */
static size_t claim_count(struct support *s, struct pen *pen)
{
    struct store_replies replies = claim(s, pen);
    size_t count = replies.count;
    store_replies_free(&replies);
    return count;
}

static Reply *get(struct support *s, uint32_t sms, uint32_t n)
{
    uint8_t id[STORE_REPLY_ID_BYTES];
    Reply *reply = NULL;
    support_reply_id(sms, n, id);
    assert_int_equal(store_reply_get(s->store, id, &reply), OK);
    return reply;
}

static void check_state(struct support *s, uint32_t sms, Aduan__Record__ReplyState state, const char *cause)
{
    Reply *reply = get(s, sms, 0);
    assert_string_equal(reply_state_name(reply->state), reply_state_name(state));
    assert_string_equal(reply->cause, cause);
    aduan__record__reply__free_unpacked(reply, NULL);
}

/* Applies one input to the reply of an SMS; whether it was ignored. */
static bool input(struct support *s, uint32_t sms, enum reply_input what, uint64_t due_us, const char *cause)
{
    struct store_reply_input in = {.input = what, .due_us = due_us, .cause = cause};
    size_t ignored = 9;
    struct fault fault = {0};
    support_reply_id(sms, 0, in.id);
    if (store_reply_inputs(s->store, &in, 1, s->now_us, &ignored, &fault) != OK)
        fail_msg("%s", fault.text);
    return ignored == 1;
}

static uint64_t next_due(struct support *s)
{
    uint64_t due = 1;
    assert_int_equal(store_next_due(s->store, &due), OK);
    return due;
}

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

/* --- queueing ----------------------------------------------------------------------------------------------- */

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
    assert_int_equal(reply->message_key.len, STORE_KEY_MESSAGE_BYTES);
    aduan__record__reply__free_unpacked(reply, NULL);
    assert_string_equal(support_events(s, 1).kinds, "ROU");

    Aduan__Record__Ticket *ticket;
    uint8_t want[STORE_REPLY_ID_BYTES];
    assert_int_equal(store_ticket_get(s->store, id, &ticket), OK);
    support_reply_id(1, 0, want);
    assert_int_equal(ticket->n_reply, 1);
    assert_int_equal(ticket->replies, 1);
    assert_memory_equal(ticket->reply[0].data, want, sizeof want);
    aduan__record__ticket__free_unpacked(ticket, NULL);
}

static Aduan__Record__Message message_of(uint8_t key[STORE_KEY_MESSAGE_BYTES], const uint8_t sender[SEAL_ID_BYTES])
{
    Aduan__Record__Message message = ADUAN__RECORD__MESSAGE__INIT;
    support_key(5, key);
    message.time = get_be32(key);
    message.uuid = support_bytes(key + 4, UUID_BYTES);
    message.sender_id = support_bytes(sender, SEAL_ID_BYTES);
    message.receiver = support_bytes(" 17\x01\xff"
                                     "08\0",
                                     8);
    return message;
}

static void a_message_without_a_ticket_can_be_answered_once(void **state)
{
    struct support *s = *state;
    uint8_t key[STORE_KEY_MESSAGE_BYTES], sender[SEAL_ID_BYTES] = {1};
    Aduan__Record__Message message = message_of(key, sender);
    const struct reply_intent intent = {.template_name = "empty", .text = "x", .text_len = 1};
    struct store_txn txn = support_write(s);
    assert_int_equal(txn_queue_reply(&txn, &message, NULL, &intent), OK);
    assert_int_equal(txn_queue_reply(&txn, &message, NULL, &intent), E_EXISTS);
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

/* --- claiming ----------------------------------------------------------------------------------------------- */

static void an_idle_outbox_takes_no_write_lock(void **state)
{
    struct support *s = *state;
    struct pen pen = {0};
    /* A writer that never ends: whoever wanted the lock would hang here. */
    struct store_txn writer = support_write(s);
    assert_int_equal(claim_count(s, &pen), 0);
    assert_int_equal(next_due(s), 0);
    txn_abort(&writer);
}

static void a_claim_leases_renders_and_unseals(void **state)
{
    struct support *s = *state;
    struct pen pen = {0};
    uint64_t id = support_sms(s, &(struct support_sms){.n = 1, .number = "+628111"});
    assert_int_equal(next_due(s), s->now_us);
    struct store_replies replies = claim(s, &pen);
    assert_int_equal(replies.count, 1);
    assert_int_equal(replies.items[0].receiver_len, 7);
    assert_memory_equal(replies.items[0].receiver, "+628111", 7);
    Reply *reply = replies.items[0].reply;
    assert_int_equal(reply->state, REPLY_STATE(SENDING));
    assert_int_equal(reply->attempts, 1);
    assert_int_equal(reply->segments, 3);
    assert_true(reply->due_us == s->now_us + LEASE_US);
    assert_string_equal(reply->holder, "responder.1");
    assert_memory_equal(reply->holder_life.data, life, 16);
    assert_memory_equal(reply->text.data, "received 1", 10);
    assert_true(pen.ticket == id);
    store_replies_free(&replies);
    assert_int_equal(claim_count(s, &pen), 0);
    assert_int_equal(next_due(s), s->now_us + LEASE_US);
}

static void a_lease_that_ran_out_resends_the_same_id_and_text(void **state)
{
    struct support *s = *state;
    struct pen pen = {0};
    support_sms(s, &(struct support_sms){.n = 1});
    struct store_replies first = claim(s, &pen);
    s->now_us += LEASE_US;
    struct store_replies second = claim(s, &pen);
    assert_int_equal(second.count, 1);
    assert_int_equal(pen.calls, 1);
    assert_int_equal(second.items[0].reply->attempts, 2);
    assert_memory_equal(second.items[0].reply->id.data, first.items[0].reply->id.data, 16);
    assert_int_equal(second.items[0].reply->text.len, first.items[0].reply->text.len);
    assert_memory_equal(second.items[0].reply->text.data, first.items[0].reply->text.data,
                        first.items[0].reply->text.len);
    store_replies_free(&first);
    store_replies_free(&second);
}

static void oldest_first_and_no_more_than_asked(void **state)
{
    struct support *s = *state;
    struct pen pen = {0};
    for (uint32_t n = 5; n > 0; n--) {
        s->now_us += 10;
        support_sms(s, &(struct support_sms){.n = n});
    }
    struct store_claim c = claim_of(s, &pen);
    struct store_replies out;
    c.max = 2;
    assert_int_equal(store_claim_replies(s->store, &c, &out, NULL), OK);
    assert_int_equal(out.count, 2);
    assert_true(out.items[0].reply->queued_us + 10 == out.items[1].reply->queued_us);
    assert_true(out.items[0].reply->queued_us == support_t0 + 10);
    store_replies_free(&out);
    assert_int_equal(claim_count(s, &pen), 3);
}

static void too_many_attempts_fail(void **state)
{
    struct support *s = *state;
    struct pen pen = {0};
    support_sms(s, &(struct support_sms){.n = 1});
    for (int i = 0; i < 3; i++) {
        assert_int_equal(claim_count(s, &pen), 1);
        s->now_us += LEASE_US;
    }
    assert_int_equal(claim_count(s, &pen), 0);
    check_state(s, 1, REPLY_STATE(FAILED), "attempts");
    assert_string_equal(support_events(s, 1).kinds, "ROUf");
    assert_string_equal(support_events(s, 1).detail, "attempts");
    assert_int_equal(next_due(s), 0);
}

static void what_cannot_be_rendered_fails_and_the_rest_goes_on(void **state)
{
    struct support *s = *state;
    struct pen pen = {.rc = E_NOT_FOUND};
    support_sms(s, &(struct support_sms){.n = 1});
    assert_int_equal(claim_count(s, &pen), 0);
    check_state(s, 1, REPLY_STATE(FAILED), "template");
    support_sms(s, &(struct support_sms){.n = 2});
    pen = (struct pen){.silent = true};
    assert_int_equal(claim_count(s, &pen), 0);
    check_state(s, 2, REPLY_STATE(FAILED), "template");
    support_sms(s, &(struct support_sms){.n = 3});
    pen = (struct pen){0};
    assert_int_equal(claim_count(s, &pen), 1);
}

static void put_raw(struct support *s, enum store_table table, const void *key, size_t len, const char *val)
{
    struct store_txn txn = support_write(s);
    assert_int_equal(val ? txn_put(&txn, table, key, len, val, strlen(val)) : txn_del(&txn, table, key, len), OK);
    support_commit(&txn);
}

static void a_receiver_that_cannot_be_known_fails(void **state)
{
    struct support *s = *state;
    struct pen pen = {0};
    uint8_t id[SEAL_ID_BYTES], sealed[64 + SEAL_OVERHEAD_BYTES];
    static const char *const numbers[] = {"+6281", "+6282", "+6283", "+6284", "+6285"};
    for (uint32_t n = 0; n < 5; n++)
        support_sms(s, &(struct support_sms){.n = n, .number = numbers[n]});
    /* none; no record; sealed with another key; too long; nothing sealed */
    seal_id(s->seal, numbers[0], 5, id);
    put_raw(s, T_IDENTITY, id, sizeof id, NULL);
    seal_id(s->seal, numbers[1], 5, id);
    put_raw(s, T_IDENTITY, id, sizeof id, "\xff\xff");
    Aduan__Record__Identity identity = ADUAN__RECORD__IDENTITY__INIT;
    struct store_txn txn = support_write(s);
    identity.version = RECORD_VERSION;
    memset(sealed, 1, sizeof sealed);
    identity.sealed_number = support_bytes(sealed, 50);
    seal_id(s->seal, numbers[2], 5, id);
    assert_int_equal(txn_put_record(&txn, T_IDENTITY, id, sizeof id, &identity.base), OK);
    seal_wrap(s->seal, sealed, 33, sealed);
    identity.sealed_number = support_bytes(sealed, 33 + SEAL_OVERHEAD_BYTES);
    seal_id(s->seal, numbers[3], 5, id);
    assert_int_equal(txn_put_record(&txn, T_IDENTITY, id, sizeof id, &identity.base), OK);
    identity.sealed_number.len = 0;
    seal_id(s->seal, numbers[4], 5, id);
    assert_int_equal(txn_put_record(&txn, T_IDENTITY, id, sizeof id, &identity.base), OK);
    support_commit(&txn);
    assert_int_equal(claim_count(s, &pen), 0);
    for (uint32_t n = 0; n < 5; n++)
        check_state(s, n, REPLY_STATE(FAILED), "no_identity");
}

/* Puts the reply of an SMS as `change` leaves it, index and all. */
static void edit(struct support *s, uint32_t sms, void (*change)(Reply *reply))
{
    Reply *reply = get(s, sms, 0);
    uint64_t due = reply->due_us;
    change(reply);
    struct store_txn txn = support_write(s);
    assert_int_equal(txn_put_reply(&txn, reply, due), OK);
    support_commit(&txn);
    aduan__record__reply__free_unpacked(reply, NULL);
}

static void lose_sender(Reply *reply)
{
    reply->sender_id.len = 0;
}

static void lose_ticket(Reply *reply)
{
    reply->ticket = 99;
}

static void no_ticket(Reply *reply)
{
    reply->ticket = 0;
}

static void a_reply_without_what_it_speaks_of_fails(void **state)
{
    struct support *s = *state;
    struct pen pen = {.ticket = 1};
    for (uint32_t n = 1; n <= 3; n++)
        support_sms(s, &(struct support_sms){.n = n});
    edit(s, 1, lose_sender);
    edit(s, 2, lose_ticket);
    edit(s, 3, no_ticket);
    assert_int_equal(claim_count(s, &pen), 1);
    check_state(s, 1, REPLY_STATE(FAILED), "no_identity");
    check_state(s, 2, REPLY_STATE(FAILED), "no_ticket");
    check_state(s, 3, REPLY_STATE(SENDING), "");
    assert_int_equal(pen.ticket, 0);
}

static void rows_that_lead_nowhere_do_not_block_the_line(void **state)
{
    struct support *s = *state;
    struct pen pen = {0};
    uint8_t key[DUE_REPLY_KEY_BYTES] = {0};
    for (uint32_t n = 1; n <= 4; n++)
        support_sms(s, &(struct support_sms){.n = n});
    put_be64(key, 5);
    put_raw(s, T_OUTBOX_DUE, key, sizeof key, ""); /* no such reply */
    support_reply_id(1, 0, key + 8);
    put_raw(s, T_OUTBOX, key + 8, 16, "\xff\xff"); /* a reply that is no record */
    support_reply_id(2, 0, key + 8);
    put_raw(s, T_OUTBOX_DUE, key, sizeof key, ""); /* a second row, of another time */
    support_reply_id(3, 0, key + 8);
    Reply *other = get(s, 4, 0); /* a record under another's key */
    struct store_txn txn = support_write(s);
    assert_int_equal(txn_put_record(&txn, T_OUTBOX, key + 8, 16, &other->base), OK);
    support_commit(&txn);
    aduan__record__reply__free_unpacked(other, NULL);

    assert_int_equal(claim_count(s, &pen), 2); /* 2 and 4 */
    check_state(s, 2, REPLY_STATE(SENDING), "");
    check_state(s, 4, REPLY_STATE(SENDING), "");
    assert_int_equal(support_count(s, T_OUTBOX_DUE), 2);
    /* a final reply with a row left behind: the row goes, the reply stays */
    assert_false(input(s, 2, REPLY_IN_ACCEPTED, 0, NULL));
    support_reply_id(2, 0, key + 8);
    put_raw(s, T_OUTBOX_DUE, key, sizeof key, "");
    assert_int_equal(claim_count(s, &pen), 0);
    assert_int_equal(support_count(s, T_OUTBOX_DUE), 1);
    check_state(s, 2, REPLY_STATE(ACCEPTED), "");
}

static void a_newer_record_stops_the_claim_with_a_sentence(void **state)
{
    struct support *s = *state;
    struct pen pen = {0};
    struct fault fault = {0};
    uint8_t id[16];
    support_sms(s, &(struct support_sms){.n = 1});
    support_reply_id(1, 0, id);
    put_raw(s, T_OUTBOX, id, sizeof id, "\x08\x09"); /* version 9 */
    struct store_claim c = claim_of(s, &pen);
    struct store_replies out;
    assert_int_equal(store_claim_replies(s->store, &c, &out, &fault), E_VERSION);
    assert_non_null(strstr(fault.text, "claiming replies"));
    Reply *reply;
    assert_int_equal(store_reply_get(s->store, id, &reply), E_VERSION);
    struct store_reply_input in = {.input = REPLY_IN_ACCEPTED};
    memcpy(in.id, id, sizeof id);
    assert_int_equal(store_reply_inputs(s->store, &in, 1, 1, NULL, &fault), E_VERSION);
}

static void a_newer_ticket_or_identity_stops_the_claim(void **state)
{
    struct support *s = *state;
    struct pen pen = {0};
    uint8_t key[8], id[SEAL_ID_BYTES];
    uint64_t ticket = support_sms(s, &(struct support_sms){.n = 1, .number = "+6281"});
    struct store_claim c = claim_of(s, &pen);
    struct store_replies out;
    put_be64(key, ticket);
    put_raw(s, T_TICKET, key, sizeof key, "\x08\x09");
    assert_int_equal(store_claim_replies(s->store, &c, &out, NULL), E_VERSION);
    put_raw(s, T_TICKET, key, sizeof key, "\xff");
    seal_id(s->seal, "+6281", 5, id);
    put_raw(s, T_IDENTITY, id, sizeof id, "\x08\x09");
    assert_int_equal(store_claim_replies(s->store, &c, &out, NULL), E_VERSION);
}

static void a_malformed_index_is_told(void **state)
{
    struct support *s = *state;
    struct pen pen = {0};
    struct store_claim c = claim_of(s, &pen);
    struct store_replies out;
    struct fault fault = {0};
    put_raw(s, T_OUTBOX_DUE, "\0\0", 2, "");
    assert_int_equal(store_claim_replies(s->store, &c, &out, &fault), E_CORRUPT);
}

static void a_claim_needs_bounds(void **state)
{
    struct support *s = *state;
    struct pen pen = {0};
    struct store_claim c = claim_of(s, &pen);
    struct store_replies out;
    c.max = 0;
    assert_int_equal(store_claim_replies(s->store, &c, &out, NULL), E_INVALID);
    c.max = 1;
    c.lease_us = 0;
    assert_int_equal(store_claim_replies(s->store, &c, &out, NULL), E_INVALID);
}

static void a_failed_commit_claims_nothing(void **state)
{
    struct support *s = *state;
    struct pen pen = {0};
    struct fault fault = {0};
    support_sms(s, &(struct support_sms){.n = 1});
    struct store_claim c = claim_of(s, &pen);
    struct store_replies out = {.count = 77};
    store_commit_hook = support_commit_fails;
    assert_int_equal(store_claim_replies(s->store, &c, &out, &fault), E_FULL);
    assert_int_equal(out.count, 77);
    struct store_reply_input in = {.input = REPLY_IN_SMSC_ACCEPTED};
    support_reply_id(1, 0, in.id);
    assert_int_equal(store_reply_inputs(s->store, &in, 1, s->now_us, NULL, &fault), E_FULL);
    store_commit_hook = mdb_txn_commit;
    check_state(s, 1, REPLY_STATE(READY), "");
}

/* --- what became of them ------------------------------------------------------------------------------------ */

static void from_accepted_to_delivered(void **state)
{
    struct support *s = *state;
    struct pen pen = {0};
    support_sms(s, &(struct support_sms){.n = 1});
    assert_int_equal(claim_count(s, &pen), 1);
    s->now_us = support_t0 + 1;
    assert_false(input(s, 1, REPLY_IN_ACCEPTED, 0, NULL));
    assert_true(input(s, 1, REPLY_IN_ACCEPTED, 0, NULL));
    assert_int_equal(next_due(s), 0);
    s->now_us = support_t0 + 2;
    assert_false(input(s, 1, REPLY_IN_SMSC_ACCEPTED, 0, NULL));
    s->now_us = support_t0 + 3;
    assert_true(input(s, 1, REPLY_IN_SMSC_BUFFERED, 0, NULL));
    assert_false(input(s, 1, REPLY_IN_DELIVERED, 0, NULL));
    assert_true(input(s, 1, REPLY_IN_UNDELIVERED, 0, NULL));
    Reply *reply = get(s, 1, 0);
    assert_int_equal(reply->state, REPLY_STATE(DELIVERED));
    assert_true(reply->accepted_us == support_t0 + 1 && reply->sent_us == support_t0 + 2 &&
                reply->delivered_us == support_t0 + 3 && reply->changed_us == support_t0 + 3);
    assert_string_equal(reply->holder, "");
    assert_int_equal(reply->holder_life.len, 0);
    aduan__record__reply__free_unpacked(reply, NULL);
    assert_string_equal(support_events(s, 1).kinds, "ROUasd");
}

static void a_report_may_overtake_the_ack(void **state)
{
    struct support *s = *state;
    struct pen pen = {0};
    support_sms(s, &(struct support_sms){.n = 1});
    assert_int_equal(claim_count(s, &pen), 1);
    assert_false(input(s, 1, REPLY_IN_SMSC_ACCEPTED, 0, NULL));
    assert_true(input(s, 1, REPLY_IN_ACCEPTED, 0, NULL));
    Reply *reply = get(s, 1, 0);
    assert_int_equal(reply->state, REPLY_STATE(SENT));
    assert_true(reply->accepted_us == s->now_us && reply->sent_us == s->now_us && reply->delivered_us == 0);
    aduan__record__reply__free_unpacked(reply, NULL);
    assert_string_equal(support_events(s, 1).kinds, "ROUs");
    assert_int_equal(next_due(s), 0);
}

static void retry_and_not_sent_wait_and_count_right(void **state)
{
    struct support *s = *state;
    struct pen pen = {0};
    support_sms(s, &(struct support_sms){.n = 1});
    assert_int_equal(claim_count(s, &pen), 1);
    assert_false(input(s, 1, REPLY_IN_RETRY, s->now_us + 5, "queue full"));
    check_state(s, 1, REPLY_STATE(READY), "retry: queue full");
    assert_int_equal(next_due(s), s->now_us + 5);
    s->now_us += 5;
    assert_int_equal(claim_count(s, &pen), 1);
    assert_false(input(s, 1, REPLY_IN_NOT_SENT, 0, NULL)); /* a time that has passed: now */
    check_state(s, 1, REPLY_STATE(READY), "not_sent");
    Reply *reply = get(s, 1, 0);
    assert_int_equal(reply->attempts, 1);
    assert_true(reply->due_us == s->now_us);
    aduan__record__reply__free_unpacked(reply, NULL);
    assert_string_equal(support_events(s, 1).kinds, "ROU");
}

static void zero_attempts(Reply *reply)
{
    reply->attempts = 0;
}

static void attempts_never_go_below_none(void **state)
{
    struct support *s = *state;
    struct pen pen = {0};
    support_sms(s, &(struct support_sms){.n = 1});
    assert_int_equal(claim_count(s, &pen), 1);
    edit(s, 1, zero_attempts);
    assert_false(input(s, 1, REPLY_IN_NOT_SENT, 0, NULL));
    Reply *reply = get(s, 1, 0);
    assert_int_equal(reply->attempts, 0);
    aduan__record__reply__free_unpacked(reply, NULL);
}

static void ambiguous_stays_sending_and_is_taken_up_later(void **state)
{
    struct support *s = *state;
    struct pen pen = {0};
    support_sms(s, &(struct support_sms){.n = 1});
    assert_int_equal(claim_count(s, &pen), 1);
    assert_false(input(s, 1, REPLY_IN_AMBIGUOUS, s->now_us + 99, "ambiguous"));
    check_state(s, 1, REPLY_STATE(SENDING), "ambiguous");
    assert_int_equal(next_due(s), s->now_us + 99);
    Reply *reply = get(s, 1, 0);
    assert_string_equal(reply->holder, "responder.1");
    aduan__record__reply__free_unpacked(reply, NULL);
    s->now_us += 99;
    assert_int_equal(claim_count(s, &pen), 1);
}

static void refusals_are_final_until_evidence_says_otherwise(void **state)
{
    struct support *s = *state;
    struct pen pen = {0};
    for (uint32_t n = 1; n <= 4; n++)
        support_sms(s, &(struct support_sms){.n = n});
    assert_int_equal(claim_count(s, &pen), 4);
    assert_false(input(s, 1, REPLY_IN_REJECTED, 0, "no route"));
    check_state(s, 1, REPLY_STATE(FAILED), "rejected: no route");
    assert_string_equal(support_events(s, 1).detail, "rejected: no route");
    assert_true(input(s, 1, REPLY_IN_ACCEPTED, 0, NULL));

    assert_false(input(s, 2, REPLY_IN_EXHAUSTED, 0, NULL));
    check_state(s, 2, REPLY_STATE(FAILED), "attempts");
    assert_false(input(s, 2, REPLY_IN_SMSC_ACCEPTED, 0, NULL));
    check_state(s, 2, REPLY_STATE(SENT), "");

    assert_false(input(s, 3, REPLY_IN_SMSC_REFUSED, 0, ""));
    check_state(s, 3, REPLY_STATE(FAILED), "smsc_refused");
    assert_false(input(s, 3, REPLY_IN_DELIVERED, 0, NULL));
    check_state(s, 3, REPLY_STATE(DELIVERED), "");

    assert_false(input(s, 4, REPLY_IN_UNDELIVERED, 0, "expired"));
    assert_true(input(s, 4, REPLY_IN_SMSC_ACCEPTED, 0, NULL)); /* only late */
    check_state(s, 4, REPLY_STATE(FAILED), "undelivered: expired");
    assert_false(input(s, 4, REPLY_IN_DELIVERED, 0, NULL));
    assert_int_equal(next_due(s), 0);
}

static void a_batch_is_applied_in_order_and_counts_what_it_ignores(void **state)
{
    struct support *s = *state;
    struct pen pen = {0};
    struct store_reply_input in[4] = {{.input = REPLY_IN_ACCEPTED},
                                      {.input = REPLY_IN_SMSC_ACCEPTED},
                                      {.input = REPLY_IN_ACCEPTED},
                                      {.input = REPLY_IN_DELIVERED}};
    size_t ignored = 0;
    support_sms(s, &(struct support_sms){.n = 1});
    assert_int_equal(claim_count(s, &pen), 1);
    for (int i = 0; i < 3; i++)
        support_reply_id(1, 0, in[i].id);
    assert_int_equal(store_reply_inputs(s->store, in, 4, s->now_us, &ignored, NULL), OK); /* the last one: unknown */
    assert_int_equal(ignored, 2);
    assert_string_equal(support_events(s, 1).kinds, "ROUas");
    assert_int_equal(store_reply_inputs(s->store, in, 0, s->now_us, &ignored, NULL), OK);
    assert_int_equal(ignored, 0);
    in[1].input = REPLY_IN_CLAIM;
    assert_int_equal(store_reply_inputs(s->store, in, 4, s->now_us, NULL, NULL), E_INVALID);
    in[1].input = REPLY_IN_END;
    assert_int_equal(store_reply_inputs(s->store, in, 4, s->now_us, NULL, NULL), E_INVALID);
}

static void nothing_is_written_to_a_store_that_is_only_read(void **state)
{
    struct support *s = *state;
    struct pen pen = {0};
    struct fault fault = {0};
    struct store_replies out;
    struct store_reply_input in = {.input = REPLY_IN_ACCEPTED};
    support_sms(s, &(struct support_sms){.n = 1});
    store_close(s->store);
    struct store_options options = support_options(s);
    options.read_only = true;
    assert_int_equal(store_open(&options, &s->store, &fault), OK);
    struct store_claim c = claim_of(s, &pen);
    assert_int_equal(store_claim_replies(s->store, &c, &out, &fault), E_STATE);
    assert_int_equal(store_reply_inputs(s->store, &in, 1, 1, NULL, &fault), E_STATE);
    uint8_t id[16] = {0};
    Reply *reply;
    assert_int_equal(store_reply_get(s->store, id, &reply), E_NOT_FOUND);
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
    static const enum store_table tables[] = {T_OUTBOX, T_OUTBOX_DUE, T_EVENT};
    support_sms(s, &(struct support_sms){.n = 1});
    support_reply_id(1, 0, in.id);
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
    uint8_t id[16] = {0};
    uint64_t due;
    Reply *reply;
    size_t n = 0;
    while (n < 2000 && mdb_txn_begin(s->store->env, NULL, MDB_RDONLY, &readers[n]) == 0)
        n++;
    assert_int_equal(store_next_due(s->store, &due), E_BUSY);
    assert_int_equal(store_reply_get(s->store, id, &reply), E_BUSY);
    assert_int_equal(store_claim_replies(s->store, &c, &out, NULL), E_BUSY);
    while (n > 0)
        mdb_txn_abort(readers[--n]);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_reply_goes_back_the_way_its_message_came),
        T(a_message_without_a_ticket_can_be_answered_once),
        T(a_waiting_reply_needs_an_id_and_a_time),
        T(an_idle_outbox_takes_no_write_lock),
        T(a_claim_leases_renders_and_unseals),
        T(a_lease_that_ran_out_resends_the_same_id_and_text),
        T(oldest_first_and_no_more_than_asked),
        T(too_many_attempts_fail),
        T(what_cannot_be_rendered_fails_and_the_rest_goes_on),
        T(a_receiver_that_cannot_be_known_fails),
        T(a_reply_without_what_it_speaks_of_fails),
        T(rows_that_lead_nowhere_do_not_block_the_line),
        T(a_newer_record_stops_the_claim_with_a_sentence),
        T(a_newer_ticket_or_identity_stops_the_claim),
        T(a_malformed_index_is_told),
        T(a_claim_needs_bounds),
        T(a_failed_commit_claims_nothing),
        T(from_accepted_to_delivered),
        T(a_report_may_overtake_the_ack),
        T(retry_and_not_sent_wait_and_count_right),
        T(attempts_never_go_below_none),
        T(ambiguous_stays_sending_and_is_taken_up_later),
        T(refusals_are_final_until_evidence_says_otherwise),
        T(a_batch_is_applied_in_order_and_counts_what_it_ignores),
        T(a_table_that_fails_changes_nothing),
        T(without_a_reader_slot_nothing_is_read),
        T(nothing_is_written_to_a_store_that_is_only_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
