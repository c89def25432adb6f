/* SPDX-License-Identifier: BSD-2-Clause */
/* What MT acks and delivery reports make of a reply, in any order they come. */
#include "support_outbox.h"

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
    assert_int_equal(reply->holder_life.len, 0);
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
    assert_string_equal(support_events(s, 1).kinds, "ROUas");
    assert_int_equal(next_due(s), 0);
}

/* Whatever comes first: accepted, sent and delivered are told, in this order, each once. */
static void a_step_that_was_overtaken_is_told_with_what_proves_it(void **state)
{
    struct support *s = *state;
    struct pen pen = {0};
    support_sms(s, &(struct support_sms){.n = 1});
    assert_int_equal(claim_count(s, &pen), 1);
    assert_false(input(s, 1, REPLY_IN_DELIVERED, 0, NULL));
    assert_string_equal(support_events(s, 1).kinds, "ROUasd");
    assert_true(input(s, 1, REPLY_IN_SMSC_ACCEPTED, 0, NULL));
    assert_true(input(s, 1, REPLY_IN_ACCEPTED, 0, NULL));
    assert_string_equal(support_events(s, 1).kinds, "ROUasd");
}

static void a_step_before_a_failure_is_not_told_again(void **state)
{
    struct support *s = *state;
    struct pen pen = {0};
    support_sms(s, &(struct support_sms){.n = 1});
    assert_int_equal(claim_count(s, &pen), 1);
    assert_false(input(s, 1, REPLY_IN_ACCEPTED, 0, NULL));
    assert_false(input(s, 1, REPLY_IN_UNDELIVERED, 0, NULL));
    assert_false(input(s, 1, REPLY_IN_DELIVERED, 0, NULL));
    assert_string_equal(support_events(s, 1).kinds, "ROUafsd");
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

static bool input_of(struct support *s, uint64_t claim, enum reply_input what)
{
    struct store_reply_input news = {.input = what, .due_us = s->now_us + 5, .claim = claim};
    struct fault fault;
    size_t ignored = 0;
    support_about(s, 1, &news);
    assert_int_equal(store_reply_inputs(s->store, &news, 1, s->now_us, &ignored, &fault), OK);
    return ignored == 1;
}

static void only_the_claim_that_is_on_may_say_it_was_not_taken(void **state)
{
    struct support *s = *state;
    struct pen pen = {0};
    support_sms(s, &(struct support_sms){.n = 1});
    assert_int_equal(claim_count(s, &pen), 1);
    s->now_us += LEASE_US; /* its holder stands still, and another one claims it */
    assert_int_equal(claim_count(s, &pen), 1);
    assert_true(input_of(s, 1, REPLY_IN_NOT_SENT));
    assert_true(input_of(s, 1, REPLY_IN_RETRY));
    assert_true(input_of(s, 1, REPLY_IN_AMBIGUOUS));
    assert_true(input_of(s, 1, REPLY_IN_REJECTED));
    check_state(s, 1, REPLY_STATE(SENDING), "");
    assert_false(input_of(s, 2, REPLY_IN_AMBIGUOUS));
    Reply *reply = get(s, 1, 0);
    assert_int_equal(reply->attempts, 2);
    assert_int_equal(reply->claims, 2);
    aduan__record__reply__free_unpacked(reply, NULL);
    assert_false(input_of(s, 1, REPLY_IN_ACCEPTED)); /* that it was taken is true whoever says so */
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
    assert_memory_equal(reply->holder_life.data, life, sizeof life);
    assert_true(reply->maybe_written);
    aduan__record__reply__free_unpacked(reply, NULL);
    s->now_us += 99;
    assert_int_equal(claim_count(s, &pen), 1);
}

static void only_what_may_have_been_written_is_said_to_be_so(void **state)
{
    struct support *s = *state;
    struct pen pen = {0};
    for (uint32_t n = 1; n <= 2; n++)
        support_sms(s, &(struct support_sms){.n = n});
    assert_int_equal(claim_count(s, &pen), 2);
    assert_false(input(s, 1, REPLY_IN_NOT_SENT, s->now_us + 1, NULL));
    s->now_us += LEASE_US; /* the second one's holder is never heard of again */
    assert_int_equal(claim_count(s, &pen), 2);
    Reply *one = get(s, 1, 0), *two = get(s, 2, 0);
    assert_false(one->maybe_written);
    assert_true(two->maybe_written);
    aduan__record__reply__free_unpacked(one, NULL);
    aduan__record__reply__free_unpacked(two, NULL);
}

static void refusals_are_final_until_evidence_says_otherwise(void **state)
{
    struct support *s = *state;
    struct pen pen = {0};
    for (uint32_t n = 1; n <= 4; n++)
        support_sms(s, &(struct support_sms){.n = n});
    assert_int_equal(claim_count(s, &pen), 4);
    assert_false(input(s, 1, REPLY_IN_EXHAUSTED, 0, ""));
    check_state(s, 1, REPLY_STATE(FAILED), "attempts");
    assert_string_equal(support_events(s, 1).detail, "attempts");
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
        support_about(s, 1, &in[i]);
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
    Reply *reply;
    assert_int_equal(store_reply_get(s->store, 77, &reply), E_NOT_FOUND);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(from_accepted_to_delivered),
        T(a_report_may_overtake_the_ack),
        T(a_step_that_was_overtaken_is_told_with_what_proves_it),
        T(a_step_before_a_failure_is_not_told_again),
        T(retry_and_not_sent_wait_and_count_right),
        T(only_the_claim_that_is_on_may_say_it_was_not_taken),
        T(attempts_never_go_below_none),
        T(ambiguous_stays_sending_and_is_taken_up_later),
        T(only_what_may_have_been_written_is_said_to_be_so),
        T(refusals_are_final_until_evidence_says_otherwise),
        T(a_batch_is_applied_in_order_and_counts_what_it_ignores),
        T(nothing_is_written_to_a_store_that_is_only_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
