/* SPDX-License-Identifier: BSD-2-Clause */
/* A ticket received in a peak is answered at once, and classified once, later. */
#include "support_storm.h"

enum { LEASE_S = 10, MAX = 4 };

static struct desk desk;
static struct store_unclassified taken[MAX];
static size_t count, given_up;

static int setup(void **state)
{
    struct support *s = malloc(sizeof *s);
    support_open(s);
    desk = (struct desk){0};
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    assert_verified(*state);
    support_close(*state);
    free(*state);
    return 0;
}

static const struct verdict road = {.open_ticket = true,
                                    .type = "pengaduan",
                                    .category = "jalan",
                                    .agency = "dpupr",
                                    .urgency = "emergency",
                                    .language = "en",
                                    .why = "jalan"};
static const struct verdict machine = {
    .reason = "auto_reply", .type = "", .category = "", .agency = "", .urgency = "", .language = "id"};

static uint64_t receive(struct support *s, uint32_t n)
{
    char text[] = "laporan 00";
    text[8] = (char)('0' + n / 10);
    text[9] = (char)('0' + n % 10);
    char number[] = "+628120000";
    number[8] = text[8];
    number[9] = text[9];
    return storm_sms(s, &desk, &(struct mo){.n = n, .body = text, .number = number}, true).ticket;
}

static size_t claim(struct support *s, size_t max)
{
    const struct store_unclassified_claim how = {
        .now_us = s->now_us, .lease_us = LEASE_S * 1000000ull, .max = max, .claims_max = 3};
    struct fault fault = {0};
    if (store_unclassified_claim(s->store, &how, taken, &count, &given_up, &fault) != OK)
        fail_msg("%s", fault.text);
    return count;
}

static size_t settle(struct support *s, const struct verdict *verdict)
{
    struct verdict verdicts[MAX];
    struct fault fault = {0};
    size_t settled = 99;
    for (size_t i = 0; i < count; i++)
        verdicts[i] = *verdict;
    if (store_unclassified_settle(s->store, &no_joining, taken, verdicts, count, s->now_us, &settled, &fault) != OK)
        fail_msg("%s", fault.text);
    return settled;
}

static void drop(void)
{
    store_unclassified_done(taken, count);
    count = 0;
}

static void a_ticket_is_answered_first_and_classified_later(void **state)
{
    struct support *s = *state;
    uint64_t id = receive(s, 1);
    struct store_stats stats;
    assert_int_equal(desk.asked, 0);
    assert_string_equal(support_events(s, 1).kinds, "RU");
    assert_int_equal(store_stats(s->store, &stats), OK);
    assert_int_equal(stats.unclassified, 1);
    assert_true(stats.oldest_unclassified_us == s->now_us);
    assert_verified(s);
    assert_int_equal(claim(s, MAX), 1);
    assert_int_equal(taken[0].ticket, id);
    assert_string_equal(taken[0].text, "laporan 01");
    assert_verified(s);
    assert_int_equal(settle(s, &road), 1);
    drop();
    assert_string_equal(support_events(s, 1).kinds, "RUOC");
    Aduan__Record__Ticket *ticket = ticket_of(s, id);
    assert_false(ticket->unclassified);
    assert_string_equal(ticket->category, "jalan");
    assert_string_equal(ticket->agency, "dpupr");
    assert_string_equal(ticket->urgency, "emergency");
    assert_string_equal(ticket->language, "en");
    assert_int_equal(ticket->opened_sequence, 3);
    assert_int_equal(ticket->n_reply, 1); /* no second answer */
    ticket_free(ticket);
    assert_int_equal(claim(s, MAX), 0);
}

static void two_who_claim_get_different_tickets(void **state)
{
    struct support *s = *state;
    for (uint32_t n = 1; n <= 3; n++)
        (void)receive(s, n);
    assert_int_equal(claim(s, 2), 2);
    uint64_t first = taken[0].ticket;
    drop();
    assert_int_equal(claim(s, 2), 1);
    assert_true(taken[0].ticket > first);
    (void)settle(s, &road);
    drop();
    assert_int_equal(claim(s, 2), 0); /* leased */
    storm_wait(s, LEASE_S);
    assert_int_equal(claim(s, MAX), 1); /* one that was claimed before comes alone */
    assert_int_equal(taken[0].ticket, first);
    drop();
}

static void what_another_one_has_settled_stays(void **state)
{
    struct support *s = *state;
    struct store_unclassified mine[MAX];
    uint64_t id = receive(s, 1);
    assert_int_equal(claim(s, 1), 1);
    mine[0] = taken[0]; /* and then its classifier stands still past its lease */
    storm_wait(s, LEASE_S);
    assert_int_equal(claim(s, 1), 1);
    assert_int_equal(settle(s, &road), 1);
    drop();
    taken[0] = mine[0];
    count = 1;
    assert_int_equal(settle(s, &machine), 0);
    drop();
    Aduan__Record__Ticket *ticket = ticket_of(s, id);
    assert_int_equal(ticket->state, TICKET_STATE(RECEIVED));
    assert_string_equal(ticket->category, "jalan");
    ticket_free(ticket);
    assert_string_equal(support_events(s, 1).kinds, "RUOC");
}

static void what_ends_each_classifier_is_given_up(void **state)
{
    struct support *s = *state;
    uint64_t poison = receive(s, 1);
    for (int death = 0; death < 3; death++) {
        assert_int_equal(claim(s, MAX), 1);
        assert_int_equal(given_up, 0);
        drop();
        storm_wait(s, LEASE_S);
        if (death == 0)
            (void)receive(s, 2);
    }
    /* The other one was not claimed with it. */
    assert_int_equal(claim(s, MAX), 0);
    assert_int_equal(given_up, 1);
    assert_int_equal(claim(s, MAX), 1);
    (void)settle(s, &road);
    drop();
    Aduan__Record__Ticket *ticket = ticket_of(s, poison);
    assert_false(ticket->unclassified);
    assert_string_equal(ticket->category, "");
    assert_true(strlen(ticket->why) > 10);
    ticket_free(ticket);
}

static void what_should_have_opened_no_ticket_is_archived(void **state)
{
    struct support *s = *state;
    uint64_t id = receive(s, 1);
    assert_int_equal(claim(s, 1), 1);
    assert_int_equal(settle(s, &machine), 1);
    drop();
    Aduan__Record__Ticket *ticket = ticket_of(s, id);
    assert_int_equal(ticket->state, TICKET_STATE(ARCHIVED));
    assert_int_equal(ticket->n_note, 1);
    assert_bytes(ticket->note[0]->text, "auto_reply");
    ticket_free(ticket);
    assert_string_equal(support_events(s, 1).kinds, "RUOCS");
}

static void what_people_did_meanwhile_stays(void **state)
{
    struct support *s = *state;
    struct fault fault = {0};
    uint64_t id = receive(s, 1);
    const struct store_ticket_change assign = {.verb = TICKET_ASSIGN, .actor = "sari", .agency = "bpbd"};
    assert_int_equal(store_ticket_change(s->store, id, &assign, s->now_us, &fault), OK);
    assert_int_equal(claim(s, 1), 1);
    assert_int_equal(settle(s, &machine), 1);
    drop();
    Aduan__Record__Ticket *ticket = ticket_of(s, id);
    assert_int_equal(ticket->state, TICKET_STATE(ASSIGNED));
    assert_string_equal(ticket->agency, "bpbd");
    ticket_free(ticket);
}

static void resends_join_what_is_not_classified_yet(void **state)
{
    struct support *s = *state;
    uint64_t id = storm_sms(s, &desk, &(struct mo){.n = 1, .body = "banjir"}, true).ticket;
    assert_int_equal(storm_sms(s, &desk, &(struct mo){.n = 2, .body = "Banjir!"}, true).ticket, id);
    assert_int_equal(storm_sms(s, &desk, &(struct mo){.n = 3, .body = "BANJIR"}, false).ticket, id);
    assert_int_equal(desk.asked, 0);
    assert_int_equal(support_count(s, T_UNCLASSIFIED), 1);
}

static void parts_are_left_unread_in_a_peak_too(void **state)
{
    struct support *s = *state;
    for (uint8_t part = 1; part <= 2; part++)
        (void)storm_sms(s, &desk, &(struct mo){.n = part, .body = "jalan", .part = part, .total = 2, .reference = 7},
                        true);
    assert_int_equal(desk.asked, 0);
    assert_int_equal(support_count(s, T_UNCLASSIFIED), 1);
    assert_int_equal(claim(s, 1), 1);
    assert_int_equal(settle(s, &road), 1);
    drop();
}

static void a_lease_from_before_the_clock_was_set_back_is_over(void **state)
{
    struct support *s = *state;
    (void)receive(s, 1);
    assert_int_equal(claim(s, 1), 1);
    drop();
    s->now_us -= 86400 * 1000000ull;
    assert_int_equal(claim(s, 1), 1);
    drop();
}

static void a_store_that_is_full_changes_nothing(void **state)
{
    struct support *s = *state;
    const struct store_unclassified_claim how = {
        .now_us = s->now_us, .lease_us = LEASE_S * 1000000ull, .max = 1, .claims_max = 3};
    struct fault fault = {0};
    size_t settled;
    (void)receive(s, 1);
    int (*commit)(MDB_txn * txn) = store_commit_hook;
    store_commit_hook = support_commit_fails;
    assert_int_equal(store_unclassified_claim(s->store, &how, taken, &count, &given_up, &fault), E_FULL);
    assert_int_equal(count, 0);
    store_commit_hook = commit;
    assert_int_equal(claim(s, 1), 1);
    store_commit_hook = support_commit_fails;
    assert_int_equal(store_unclassified_settle(s->store, &no_joining, taken, &road, 1, s->now_us, &settled, &fault),
                     E_FULL);
    store_commit_hook = commit;
    assert_string_equal(support_events(s, 1).kinds, "RU");
    assert_int_equal(settle(s, &road), 1);
    drop();
}

static void a_row_that_leads_nowhere_blocks_nobody(void **state)
{
    struct support *s = *state;
    uint8_t key[8], val[UNCLASSIFIED_ROW_BYTES] = {0};
    struct store_txn txn = support_write(s);
    put_be64(key, 7);
    assert_int_equal(txn_put(&txn, T_UNCLASSIFIED, key, sizeof key, val, sizeof val), OK);
    support_commit(&txn);
    (void)receive(s, 1);
    assert_int_equal(claim(s, MAX), 1);
    (void)settle(s, &road);
    drop();
    assert_int_equal(support_count(s, T_UNCLASSIFIED), 0);
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(a_ticket_is_answered_first_and_classified_later),
        WITH_STORE(two_who_claim_get_different_tickets),
        WITH_STORE(what_another_one_has_settled_stays),
        WITH_STORE(what_ends_each_classifier_is_given_up),
        WITH_STORE(what_should_have_opened_no_ticket_is_archived),
        WITH_STORE(what_people_did_meanwhile_stays),
        WITH_STORE(resends_join_what_is_not_classified_yet),
        WITH_STORE(parts_are_left_unread_in_a_peak_too),
        WITH_STORE(a_lease_from_before_the_clock_was_set_back_is_over),
        WITH_STORE(a_store_that_is_full_changes_nothing),
        WITH_STORE(a_row_that_leads_nowhere_blocks_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
