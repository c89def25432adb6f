/* SPDX-License-Identifier: BSD-2-Clause */
/* What the life of an SMS costs in sealing and opening: a value is sealed once, at its commit, and opened once where it
 * is read. What only moves on is not touched. */
#include "store_feed.h"
#include "support_ingest.h"

static struct seal_count last;

static int open_store(void **state)
{
    struct support *s = calloc(1, sizeof *s);
    support_open(s);
    last = seal_counts(s->seal);
    *state = s;
    return 0;
}

static int close_store(void **state)
{
    support_close(*state);
    free(*state);
    return 0;
}

/* Since the last time it was asked. */
static void costs(struct support *s, unsigned sealed, unsigned opened)
{
    struct seal_count now = seal_counts(s->seal);
    assert_int_equal(now.sealed - last.sealed, sealed);
    assert_int_equal(now.opened - last.opened, opened);
    last = now;
}

static int render(void *ctx, const Aduan__Record__Reply *reply, const Aduan__Record__Ticket *ticket, char **text,
                  size_t *len, bool *ucs2, uint32_t *segments)
{
    (void)ctx, (void)reply;
    assert_true(strlen(ticket->why) > 0);
    *text = strdup("Terima kasih");
    *len = strlen(*text);
    *ucs2 = false;
    *segments = 1;
    return OK;
}

static size_t claim(struct support *s)
{
    static const uint8_t life[16] = {7};
    const struct store_claim claim = {
        .life = life, .now_us = s->now_us, .lease_us = 30000000, .max = 10, .attempts_max = 3, .render = render};
    struct store_replies replies;
    assert_int_equal(store_claim_replies(s->store, &claim, &replies, NULL), OK);
    size_t count = replies.count;
    store_replies_free(&replies);
    return count;
}

static void tell(struct support *s, uint32_t sms, enum reply_input what)
{
    struct store_reply_input input = {.input = what};
    support_about(s, sms, &input);
    assert_int_equal(store_reply_inputs(s->store, &input, 1, s->now_us, NULL, NULL), OK);
}

static void the_life_of_an_sms(void **state)
{
    struct support *s = *state;
    struct desk desk = {0};
    ingest_ok(s, &desk, &(struct mo){.n = 1, .body = "Jalan berlubang"});
    costs(s, 2, 0); /* the ticket's text, which is the message's bytes; the number of a new sender */
    assert_int_equal(claim(s), 1);
    costs(s, 1, 2); /* the reply's text; the ticket and the number are read */
    tell(s, 1, REPLY_IN_ACCEPTED);
    tell(s, 1, REPLY_IN_SMSC_ACCEPTED);
    tell(s, 1, REPLY_IN_DELIVERED);
    costs(s, 0, 0);
    ingest_ok(s, &desk, &(struct mo){.n = 2, .body = "Jalan berlubang lagi"});
    costs(s, 1, 0); /* the sender is known: its box is kept as it is */
    assert_int_equal(ingest_ok(s, &desk, &(struct mo){.n = 2, .body = "Jalan berlubang lagi"}).kind, STORE_DUPLICATE);
    costs(s, 0, 0); /* a redelivery */
}

static void a_stretch_of_the_feed_opens_each_ticket_once(void **state)
{
    struct support *s = *state;
    struct desk desk = {0};
    struct store_feed *feed = store_feed_new();
    const struct store_feed_item *items;
    size_t count;
    for (uint32_t n = 1; n <= 3; n++)
        ingest_ok(s, &desk, &(struct mo){.n = n, .body = "Jalan berlubang"});
    last = seal_counts(s->seal);
    assert_int_equal(store_feed_read(s->store, feed, 1, 100, false, &items, &count), OK);
    assert_int_equal(count, 12);
    costs(s, 0, 3);
    store_feed_free(feed);
}

static void parts_are_opened_once_to_be_joined(void **state)
{
    struct support *s = *state;
    struct desk desk = {0};
    ingest_ok(s, &desk, &(struct mo){.n = 1, .body = "Jalan ", .part = 1, .total = 2});
    costs(s, 2, 0);
    ingest_ok(s, &desk, &(struct mo){.n = 2, .body = "berlubang", .part = 2, .total = 2});
    costs(s, 2, 1); /* the second part and the ticket; the first part is written back in its box */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_store, close_store)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_life_of_an_sms),
        TEST(a_stretch_of_the_feed_opens_each_ticket_once),
        TEST(parts_are_opened_once_to_be_joined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
