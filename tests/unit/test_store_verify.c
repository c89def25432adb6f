/* SPDX-License-Identifier: BSD-2-Clause */
/* A store that the verbs have filled is proved clean, whatever was in it and however it was worked on. */
#include "support_verify.h"

static int setup(void **state)
{
    struct support *s = malloc(sizeof *s);
    support_open(s);
    fill(s);
    *state = s;
    return 0;
}

static int setup_empty(void **state)
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

static void what_the_verbs_made_is_clean_and_counted(void **state)
{
    struct support *s = *state;
    struct breaks breaks;
    struct store_proof proof = prove(s, &breaks);
    assert_string_equal(breaks.ids, "");
    assert_int_equal(proof.messages, LAST - 1 + 1); /* and the whole */
    assert_int_equal(proof.wholes, 1);
    assert_int_equal(proof.parts, 3);
    assert_int_equal(proof.tickets, 6);
    assert_int_equal(proof.no_ticket, 3);
    assert_int_equal(proof.quarantined, 1);
    assert_int_equal(proof.replies, 7); /* 5 tickets, one of them twice; the empty one */
    assert_int_equal(proof.replies_open, 7);
    assert_int_equal(proof.tickets_without_reply, 1);
    assert_int_equal(proof.identities, 6);
    assert_int_equal(proof.events, support_count(s, T_EVENT));
    assert_int_equal(proof.breaks, 0);
}

static void an_empty_store_is_clean(void **state)
{
    clean(*state);
}

static int render(void *ctx, const Reply *reply, const Ticket *ticket, char **text, size_t *len, bool *ucs2,
                  uint32_t *segments)
{
    (void)ctx;
    (void)ticket;
    if (strcmp(reply->template_, "empty") == 0)
        return E_NOT_FOUND;
    *text = strdup("Terima kasih");
    *len = strlen(*text);
    *ucs2 = false;
    *segments = 1;
    return OK;
}

static void it_stays_clean_through_delivery_and_time(void **state)
{
    struct support *s = *state;
    struct store_replies replies;
    struct fault fault = {0};
    const struct store_claim claim = {.life = (const uint8_t[16]){1},
                                      .now_us = s->now_us,
                                      .lease_us = 1000,
                                      .max = 100,
                                      .attempts_max = 5,
                                      .render = render};
    assert_int_equal(store_claim_replies(s->store, &claim, &replies, &fault), OK);
    assert_int_equal(replies.count, 6); /* the empty one has failed */
    clean(s);
    static const enum reply_input inputs[] = {REPLY_IN_ACCEPTED, REPLY_IN_DELIVERED, REPLY_IN_REJECTED,
                                              REPLY_IN_RETRY,    REPLY_IN_AMBIGUOUS, REPLY_IN_SMSC_ACCEPTED};
    for (size_t i = 0; i < replies.count; i++) {
        struct store_reply_input in = {.input = inputs[i], .due_us = s->now_us + 50};
        in.slot = replies.items[i].reply->slot;
        memcpy(in.id, replies.items[i].reply->id.data, sizeof in.id);
        assert_int_equal(store_reply_inputs(s->store, &in, 1, s->now_us, NULL, &fault), OK);
    }
    store_replies_free(&replies);
    struct breaks breaks;
    struct store_proof proof = prove(s, &breaks);
    assert_string_equal(breaks.ids, "");
    assert_int_equal(proof.replies_open, 4);
    assert_int_equal(proof.replies_sent, 1);
    assert_int_equal(proof.replies_delivered, 1);
    assert_int_equal(proof.replies_failed, 1);
    /* the waiting set is delivered as what there is, then both are forgotten */
    size_t done;
    uint64_t next;
    s->now_us += 2000000;
    assert_int_equal(store_parts_expire(s->store, &policy, s->now_us, 10, &done, &next, &fault), OK);
    assert_int_equal(done, 1);
    clean(s);
    s->now_us += 2000000000;
    assert_int_equal(store_parts_expire(s->store, &policy, s->now_us, 10, &done, &next, &fault), OK);
    assert_int_equal(done, 2);
    assert_int_equal(support_count(s, T_PART), 0);
    clean(s);
}

/* Odd senders, sets of theirs, a reference used again, and one uuid at two times. */
static void odd_messages_are_clean_too(void **state)
{
    struct support *s = *state;
    uint32_t n = LAST;
    char longest[200];
    memset(longest, 'x', sizeof longest);
    longest[199] = '\0';
    const char *const senders[] = {"", "TELKOMSEL", "123456789012345678901", "1708", "\xff\xfe", longest};
    for (size_t i = 0; i < sizeof senders / sizeof senders[0]; i++) {
        take(s, &(struct incoming){.n = n++, .sender = senders[i], .body = "halo"});
        take(s,
             &(struct incoming){.n = n++, .sender = senders[i], .body = "a", .reference = 3, .total = 2, .index = 1});
        clean(s);
        take(s,
             &(struct incoming){.n = n++, .sender = senders[i], .body = "b", .reference = 3, .total = 2, .index = 2});
        take(s,
             &(struct incoming){.n = n++, .sender = senders[i], .body = "c", .reference = 3, .total = 2, .index = 1});
        clean(s);
        take(s, &(struct incoming){
                    .n = n++, .sender = senders[i], .body = "x", .total = 1, .index = 2}); /* a header that lies */
        take(s, &(struct incoming){.n = n++, .sender = senders[i], .body = "q", .quarantine = true});
        clean(s);
    }
}

static void history_may_begin_later(void **state)
{
    struct support *s = *state;
    uint8_t key[8];
    for (uint64_t sequence = 1; sequence <= 6; sequence++) {
        put_be64(key, sequence);
        del(s, T_EVENT, key, sizeof key);
    }
    clean(s);
}

static void a_table_that_cannot_be_read_is_an_error(void **state)
{
    struct support *s = *state;
    struct store_proof proof = {.messages = 77};
    MDB_dbi table = s->store->table[T_TICKET];
    s->store->table[T_TICKET] = 99;
    assert_int_not_equal(store_verify(s->store, NULL, NULL, &proof), OK);
    s->store->table[T_TICKET] = table;
    assert_int_equal(proof.messages, 77);
    table = s->store->table[T_PART];
    s->store->table[T_PART] = 99;
    assert_int_not_equal(store_verify(s->store, NULL, NULL, &proof), OK);
    s->store->table[T_PART] = table;
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define T_EMPTY(f) cmocka_unit_test_setup_teardown(f, setup_empty, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(what_the_verbs_made_is_clean_and_counted),
        T_EMPTY(an_empty_store_is_clean),
        T(it_stays_clean_through_delivery_and_time),
        T(odd_messages_are_clean_too),
        T(history_may_begin_later),
        T(a_table_that_cannot_be_read_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
