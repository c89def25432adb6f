/* SPDX-License-Identifier: BSD-2-Clause */
/* What is claimed, what it becomes, and that ids and texts never change. */
#include "support_outbox.h"

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

/* One claim that tells what became of the first SMS' reply; its fate. */
static int claim_with_news(struct support *s, struct pen *pen, enum reply_input what, struct store_replies *out)
{
    struct store_reply_input news = {.input = what, .due_us = s->now_us + 5};
    struct store_claim how = claim_of(s, pen);
    struct fault fault;
    support_about(s, 1, &news);
    how.news = &news;
    how.news_count = 1;
    return store_claim_replies(s->store, &how, out, &fault);
}

static void a_claim_takes_news_along(void **state)
{
    struct support *s = *state;
    struct pen pen = {0};
    struct store_replies out;
    support_sms(s, &(struct support_sms){.n = 1});
    assert_int_equal(claim_count(s, &pen), 1);
    assert_int_equal(claim_with_news(s, &pen, REPLY_IN_ACCEPTED, &out), OK); /* nothing is due: no transaction */
    assert_false(out.told);
    check_state(s, 1, REPLY_STATE(SENDING), "");
    support_sms(s, &(struct support_sms){.n = 2});
    assert_int_equal(claim_with_news(s, &pen, REPLY_IN_ACCEPTED, &out), OK);
    assert_true(out.told);
    assert_int_equal(out.count, 1);
    store_replies_free(&out);
    check_state(s, 1, REPLY_STATE(ACCEPTED), "");
    check_state(s, 2, REPLY_STATE(SENDING), "");
}

static void a_claim_sees_what_its_news_changed(void **state)
{
    struct support *s = *state;
    struct pen pen = {0};
    struct store_replies out;
    support_sms(s, &(struct support_sms){.n = 1});
    assert_int_equal(claim_count(s, &pen), 1);
    s->now_us += LEASE_US; /* it is due again, and what is told of it just now says that it waits */
    assert_int_equal(claim_with_news(s, &pen, REPLY_IN_RETRY, &out), OK);
    assert_true(out.told);
    assert_int_equal(out.count, 0);
    store_replies_free(&out);
    check_state(s, 1, REPLY_STATE(READY), "retry");
}

static void a_claim_whose_news_is_refused_changes_nothing(void **state)
{
    struct support *s = *state;
    struct pen pen = {0};
    struct store_replies out;
    support_sms(s, &(struct support_sms){.n = 1});
    assert_int_equal(claim_with_news(s, &pen, REPLY_IN_CLAIM, &out), E_INVALID);
    check_state(s, 1, REPLY_STATE(READY), "");
    assert_int_equal(pen.calls, 0);
    assert_int_equal(claim_count(s, &pen), 1);
}

static size_t claim_asking(struct support *s, struct pen *pen)
{
    struct store_claim how = claim_of(s, pen);
    struct store_replies out;
    struct fault fault;
    how.asks_first = true;
    how.attempts_max = 1;
    assert_int_equal(store_claim_replies(s->store, &how, &out, &fault), OK);
    size_t count = out.count;
    for (size_t i = 0; i < count; i++)
        assert_int_equal(out.items[i].was_sending, out.items[i].reply->claims > 1);
    store_replies_free(&out);
    return count;
}

static void assert_unknown_since(struct support *s, uint64_t since_us)
{
    Reply *reply = get(s, 1, 0);
    assert_true(reply->unknown_since_us == since_us);
    aduan__record__reply__free_unpacked(reply, NULL);
}

static void asking_what_became_of_it_is_no_attempt(void **state)
{
    struct support *s = *state;
    struct pen pen = {0};
    support_sms(s, &(struct support_sms){.n = 1});
    assert_int_equal(claim_asking(s, &pen), 1);
    uint64_t asked_us = s->now_us + LEASE_US;
    for (int i = 0; i < 5; i++) {
        s->now_us += LEASE_US;
        assert_int_equal(claim_asking(s, &pen), 1);
    }
    Reply *reply = get(s, 1, 0);
    assert_int_equal(reply->attempts, 1);
    assert_int_equal(reply->claims, 6);
    aduan__record__reply__free_unpacked(reply, NULL);
    assert_unknown_since(s, asked_us);
    assert_false(input(s, 1, REPLY_IN_AMBIGUOUS, 0, NULL)); /* it told nothing: still the same silence */
    assert_unknown_since(s, asked_us);
    assert_false(input(s, 1, REPLY_IN_HELD, 0, NULL));
    assert_unknown_since(s, 0);
    assert_int_equal(claim_asking(s, &pen), 1);
    assert_unknown_since(s, s->now_us);
    assert_false(input(s, 1, REPLY_IN_RETRY, 0, NULL));
    assert_unknown_since(s, 0);
    assert_int_equal(claim_asking(s, &pen), 0); /* it would be sent again, and that was its only attempt */
    check_state(s, 1, REPLY_STATE(FAILED), "attempts: retry");
}

static void a_clock_that_is_set_back_holds_nothing_up(void **state)
{
    struct support *s = *state;
    struct pen pen = {0};
    const uint64_t day = 86400000000u, longest = 400000000u;
    support_sms(s, &(struct support_sms){.n = 1});
    s->now_us -= day;
    support_sms(s, &(struct support_sms){.n = 2});
    for (int round = 0; round < 2; round++) { /* what is due in the usual way comes first */
        struct store_claim how = claim_of(s, &pen);
        struct store_replies out;
        struct fault fault;
        how.max = 1;
        how.wait_max_us = longest;
        assert_int_equal(store_claim_replies(s->store, &how, &out, &fault), OK);
        assert_int_equal(out.count, 1);
        assert_int_equal(out.items[0].reply->attempts, 1);
        assert_true(out.items[0].reply->due_us == s->now_us + LEASE_US);
        assert_int_equal(out.items[0].reply->queued_us > s->now_us, round == 1);
        store_replies_free(&out);
    }
    /* Leases are within what a reply may wait, and are left alone. */
    struct store_claim how = claim_of(s, &pen);
    struct store_replies out;
    struct fault fault;
    how.wait_max_us = longest;
    assert_int_equal(store_claim_replies(s->store, &how, &out, &fault), OK);
    assert_int_equal(out.count, 0);
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

/* bearerbox refuses all until it has its SMSCs: a refusal is no last word, and the last of them is told. */
static void what_is_refused_is_tried_again(void **state)
{
    struct support *s = *state;
    struct pen pen = {0};
    struct fault fault;
    support_sms(s, &(struct support_sms){.n = 1});
    for (int i = 0; i < 3; i++) {
        struct store_reply_input in = {.input = REPLY_IN_REJECTED, .due_us = s->now_us + 7, .cause = "no route"};
        assert_int_equal(claim_count(s, &pen), 1);
        support_about(s, 1, &in);
        assert_int_equal(store_reply_inputs(s->store, &in, 1, s->now_us, NULL, &fault), OK);
        check_state(s, 1, REPLY_STATE(READY), "rejected: no route");
        assert_int_equal(claim_count(s, &pen), 0);
        s->now_us += 7;
    }
    assert_int_equal(claim_count(s, &pen), 0);
    check_state(s, 1, REPLY_STATE(FAILED), "attempts: rejected: no route");
    assert_string_equal(support_events(s, 1).kinds, "ROUf");
    assert_string_equal(support_events(s, 1).detail, "attempts: rejected: no route");
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
    uint8_t id[SEAL_ID_BYTES], bytes[64];
    static const char *const numbers[] = {"+6281", "+6282", "+6283", "+6284", "+6285"};
    for (uint32_t n = 0; n < 5; n++)
        support_sms(s, &(struct support_sms){.n = n, .number = numbers[n]});
    /* none; no record; sealed with another key; too long; nothing sealed */
    seal_sender_id(s->seal, numbers[0], 5, id);
    put_raw(s, T_IDENTITY, id, sizeof id, NULL);
    seal_sender_id(s->seal, numbers[1], 5, id);
    put_raw(s, T_IDENTITY, id, sizeof id, "\xff\xff");
    Aduan__Record__Identity identity = ADUAN__RECORD__IDENTITY__INIT;
    struct store_txn txn = support_write(s);
    identity.version = RECORD_VERSION;
    memset(bytes, 1, sizeof bytes);
    bytes[0] = 0;
    identity.sealed = support_bytes(bytes, 50);
    seal_sender_id(s->seal, numbers[2], 5, id);
    assert_int_equal(txn_put_record(&txn, T_IDENTITY, id, sizeof id, &identity.base), OK);
    identity.sealed.len = 0;
    identity.number = support_bytes(bytes, 33);
    seal_sender_id(s->seal, numbers[3], 5, id);
    assert_int_equal(txn_put_record(&txn, T_IDENTITY, id, sizeof id, &identity.base), OK);
    identity.number.len = 0;
    seal_sender_id(s->seal, numbers[4], 5, id);
    assert_int_equal(txn_put_record(&txn, T_IDENTITY, id, sizeof id, &identity.base), OK);
    support_commit(&txn);
    assert_int_equal(claim_count(s, &pen), 0);
    for (uint32_t n = 0; n < 5; n++)
        check_state(s, n, REPLY_STATE(FAILED), "no_identity");
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
    uint8_t key[DUE_REPLY_KEY_BYTES] = {0}, slot[SLOT_BYTES];
    for (uint32_t n = 1; n <= 5; n++)
        support_sms(s, &(struct support_sms){.n = n});
    put_be64(key, 5);
    put_raw(s, T_OUTBOX_DUE, key, sizeof key, ""); /* no such reply */
    put_be64(slot, support_slot_of(s, 1, 0));
    put_raw(s, T_REPLY, slot, sizeof slot, "\xff\xff"); /* a reply that is no record */
    put_be64(slot, support_slot_of(s, 5, 0));
    put_raw(s, T_REPLY, slot, sizeof slot, NULL); /* a reply that is gone */
    put_be64(key + 8, support_slot_of(s, 2, 0));
    put_raw(s, T_OUTBOX_DUE, key, sizeof key, ""); /* a second row, of another time */
    put_be64(slot, support_slot_of(s, 3, 0));
    Reply *other = get(s, 4, 0); /* another one's record */
    struct store_txn txn = support_write(s);
    assert_int_equal(txn_put_record(&txn, T_REPLY, slot, sizeof slot, &other->base), OK);
    support_commit(&txn);
    aduan__record__reply__free_unpacked(other, NULL);

    assert_int_equal(claim_count(s, &pen), 2); /* 2 and 4 */
    check_state(s, 2, REPLY_STATE(SENDING), "");
    check_state(s, 4, REPLY_STATE(SENDING), "");
    assert_int_equal(support_count(s, T_OUTBOX_DUE), 2);
    /* a final reply with a row left behind: the row goes, the reply stays */
    assert_false(input(s, 2, REPLY_IN_ACCEPTED, 0, NULL));
    put_be64(key + 8, support_slot_of(s, 2, 0));
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
    uint8_t id[16], slot[SLOT_BYTES];
    support_sms(s, &(struct support_sms){.n = 1});
    support_reply_id(1, 0, id);
    support_slot(s, id, slot);
    put_raw(s, T_REPLY, slot, sizeof slot, "\x08\x09"); /* version 9 */
    struct store_claim c = claim_of(s, &pen);
    struct store_replies out;
    assert_int_equal(store_claim_replies(s->store, &c, &out, &fault), E_VERSION);
    assert_non_null(strstr(fault.text, "claiming replies"));
    Reply *reply;
    assert_int_equal(store_reply_get(s->store, get_be64(slot), &reply), E_VERSION);
    struct store_reply_input in = {.input = REPLY_IN_ACCEPTED, .slot = get_be64(slot)};
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
    seal_sender_id(s->seal, "+6281", 5, id);
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
    support_about(s, 1, &in);
    assert_int_equal(store_reply_inputs(s->store, &in, 1, s->now_us, NULL, &fault), E_FULL);
    store_commit_hook = mdb_txn_commit;
    check_state(s, 1, REPLY_STATE(READY), "");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(an_idle_outbox_takes_no_write_lock),
        T(a_claim_leases_renders_and_unseals),
        T(a_lease_that_ran_out_resends_the_same_id_and_text),
        T(oldest_first_and_no_more_than_asked),
        T(a_claim_takes_news_along),
        T(a_claim_sees_what_its_news_changed),
        T(a_claim_whose_news_is_refused_changes_nothing),
        T(asking_what_became_of_it_is_no_attempt),
        T(a_clock_that_is_set_back_holds_nothing_up),
        T(too_many_attempts_fail),
        T(what_is_refused_is_tried_again),
        T(what_cannot_be_rendered_fails_and_the_rest_goes_on),
        T(a_receiver_that_cannot_be_known_fails),
        T(a_reply_without_what_it_speaks_of_fails),
        T(rows_that_lead_nowhere_do_not_block_the_line),
        T(a_newer_record_stops_the_claim_with_a_sentence),
        T(a_newer_ticket_or_identity_stops_the_claim),
        T(a_malformed_index_is_told),
        T(a_claim_needs_bounds),
        T(a_failed_commit_claims_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
