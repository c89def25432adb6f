/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine's hand: what joins, what does not, in one transaction with the ticket, in bounded work; and what is left
 * when tickets end, move, are purged or come in a peak. */
#include "support_incident.h"

#include "store_purge.h"

static const char hole[] = "jalan: jalan berlubang di jl. Hayam Wuruk depan pasar";
static const char same_hole[] = "jalan: lubang besar depan pasar hayam wuruk, mohon diperbaiki";
static const char other_hole[] = "jalan: lubang besar di jl. Gajah Mada, mohon diperbaiki";

static void reports_of_one_problem_join(void **state)
{
    struct support *s = *state;
    uint64_t first = report(s, 1, hole);
    assert_int_equal(incident_of(s, first), 0);
    assert_int_equal(support_count(s, T_INCIDENT), 0);
    uint64_t second = report(s, 2, same_hole), elsewhere = report(s, 3, other_hole);
    uint64_t third = report(s, 4, "jalan: jl hayam wuruk lubang dalam, ada yg jatuh");
    assert_int_equal(incident_of(s, first), 1);
    assert_int_equal(incident_of(s, second), 1);
    assert_int_equal(incident_of(s, third), 1);
    assert_int_equal(incident_of(s, elsewhere), 0);
    assert_int_equal(incident_of(s, report(s, 5, "drainase: lubang got di jl. Hayam Wuruk depan pasar")), 0);
    check_incident_counts(s, 1, 3, 3, 0);
    assert_int_equal(incident_of(s, report(s, 6, other_hole)), 2);
    struct store_proof proof = town_is_sound(s);
    assert_int_equal(proof.incidents, 2);
    assert_int_equal(proof.incident_tickets, 5);
}

/* Joining changes nothing of a ticket but that it has joined: its events, its receipt, its urgency are as ever. */
static int count_event(void *ctx, const Aduan__Record__Event *event)
{
    unsigned *counts = ctx;
    counts[event->kind]++;
    if (event->kind == EVENT_KIND(INCIDENT_JOINED)) {
        assert_int_equal(event->incident, 1);
        assert_int_equal(event->tickets, counts[event->kind]);
        assert_string_equal(event->category, "kebencanaan");
        assert_string_equal(event->shortcode, "1708");
        assert_true(event->ticket > 0);
    }
    return 0;
}

static void an_emergency_keeps_its_own_alarm(void **state)
{
    struct support *s = *state;
    unsigned counts[32] = {0};
    (void)report(s, 1, "kebencanaan: asap tebal dan api di pasar banyurip");
    uint64_t fire = report(s, 2, "!kebencanaan: kebakaran! api besar dekat pasar banyurip");
    uint64_t again = report(s, 3, "!kebencanaan: api besar di dekat pasar banyurip tolong");
    assert_int_equal(store_events(s->store, 1, 1000, count_event, counts), OK);
    assert_int_equal(counts[EVENT_KIND(TICKET_OPENED)], 3);
    assert_int_equal(counts[EVENT_KIND(TICKET_CLASSIFIED)], 3);
    assert_int_equal(counts[EVENT_KIND(REPLY_QUEUED)], 3);
    assert_int_equal(incident_of(s, fire), incident_of(s, again));
    assert_true(incident_of(s, again) > 0);
    Aduan__Record__Ticket *ticket = ticket_now(s, again);
    assert_string_equal(ticket->urgency, "emergency");
    assert_int_equal(ticket->state, TICKET_STATE(RECEIVED));
    assert_int_equal(ticket->n_reply, 1);
    aduan__record__ticket__free_unpacked(ticket, NULL);
    Aduan__Record__Incident *incident;
    assert_int_equal(store_incident_get(s->store, 1, &incident), OK);
    assert_int_equal(incident->emergencies, 2);
    aduan__record__incident__free_unpacked(incident, NULL);
    s->now_us += 7 * hour_us;
    assert_int_equal(incident_of(s, report(s, 4, "!kebencanaan: api besar dekat pasar banyurip")), 0);
    town_is_sound(s);
}

static void what_is_over_is_joined_by_nothing(void **state)
{
    struct support *s = *state;
    static const enum ticket_verb ends[] = {TICKET_HOLD, TICKET_ARCHIVE, TICKET_CORRECT};
    for (uint32_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char text[64];
        snprintf(text, sizeof text, "jalan: lubang besar di gang %u", (unsigned)i + 1);
        uint64_t first = report(s, 10 * i, text);
        change_ticket(s, first, ends[i]);
        assert_int_equal(incident_of(s, report(s, 10 * i + 1, text)), 0);
    }
    report(s, 100, hole);
    s->now_us += 72 * hour_us;
    assert_int_equal(incident_of(s, report(s, 101, hole)), 0);
    s->now_us -= 80 * hour_us; /* the clock was set back */
    assert_int_equal(incident_of(s, report(s, 102, hole)), 1);
    town_is_sound(s);
}

static void an_incident_counts_its_tickets_as_they_are(void **state)
{
    struct support *s = *state;
    uint64_t first = report(s, 1, hole), second = report(s, 2, same_hole);
    check_incident_counts(s, 1, 2, 2, 0);
    change_ticket(s, first, TICKET_ASSIGN);
    change_ticket(s, first, TICKET_CLOSE);
    check_incident_counts(s, 1, 2, 1, 0);
    town_is_sound(s);
    change_ticket(s, first, TICKET_REOPEN);
    change_ticket(s, second, TICKET_ARCHIVE);
    check_incident_counts(s, 1, 2, 1, 0);
    struct store_ticket_change fire = {
        .verb = TICKET_CORRECT, .actor = "sari", .type = "darurat", .urgency = "emergency"};
    struct fault fault = {0};
    assert_int_equal(store_ticket_change(s->store, first, &fire, s->now_us, &fault), OK);
    check_incident_counts(s, 1, 2, 1, 1);
    town_is_sound(s);
}

static void a_failed_commit_leaves_nothing(void **state)
{
    struct support *s = *state;
    struct store_policy policy = town_policy();
    struct store_outcome out = {0};
    struct fault fault = {0};
    struct wire wire;
    uint64_t first = report(s, 1, hole);
    const struct mo mo = {.n = 2, .number = "+6281322222222", .body = same_hole};
    wire_init(&wire, &mo);
    const struct store_item item = {.sms = &wire.sms};
    int (*commit)(MDB_txn *) = store_commit_hook;
    uint64_t near = support_count(s, T_INCIDENT_NEAR), events = support_count(s, T_EVENT);
    store_commit_hook = support_commit_fails;
    assert_int_equal(store_ingest(s->store, &policy, &item, 1, s->now_us, &out, &fault), E_FULL);
    store_commit_hook = commit;
    assert_int_equal(support_count(s, T_INCIDENT), 0);
    assert_int_equal(support_count(s, T_INCIDENT_TICKET), 0);
    assert_int_equal(support_count(s, T_INCIDENT_NEAR), near);
    assert_int_equal(support_count(s, T_EVENT), events);
    assert_int_equal(incident_of(s, first), 0);
    town_is_sound(s);
    assert_int_equal(store_ingest(s->store, &policy, &item, 1, s->now_us, &out, &fault), OK);
    assert_int_equal(incident_of(s, out.ticket), 1);
    assert_int_equal(store_ingest(s->store, &policy, &item, 1, s->now_us, &out, &fault), OK); /* it comes again */
    check_incident_counts(s, 1, 2, 2, 0);
    town_is_sound(s);
}

/* What was received in a peak joins when it gets its class; a person may have been quicker. */
static void classify_later(struct support *s, const char *const *texts, size_t n)
{
    struct store_unclassified taken[8];
    const struct store_joining joining = town_policy().joining;
    struct store_unclassified_claim claim = {.now_us = s->now_us, .lease_us = 1000000, .max = 8, .claims_max = 3};
    struct verdict verdicts[8];
    size_t count, given_up, settled;
    struct fault fault = {0};
    assert_int_equal(store_unclassified_claim(s->store, &claim, taken, &count, &given_up, &fault), OK);
    assert_int_equal(count, n);
    for (size_t i = 0; i < n; i++) {
        verdicts[i] = (struct verdict){.type = ""};
        town_reads(texts[i], strlen(texts[i]), &verdicts[i]);
    }
    int err = store_unclassified_settle(s->store, &joining, taken, verdicts, count, s->now_us, &settled, &fault);
    assert_int_equal(err, OK);
    assert_int_equal(settled, n);
    store_unclassified_done(taken, count);
}

static void in_a_peak_it_joins_with_its_class(void **state)
{
    struct support *s = *state;
    static const char *const texts[] = {same_hole, "jalan: lubang di jl hayam wuruk"};
    uint64_t first = report(s, 1, hole), later = town_sms(s, 2, NULL, same_hole, true);
    uint64_t taken = town_sms(s, 3, NULL, texts[1], true), incident;
    assert_int_equal(incident_of(s, later), 0);
    const struct store_incident_change change = {.tickets = &taken, .count = 1, .actor = "sari"};
    struct fault fault = {0};
    assert_int_equal(store_incident_join(s->store, &change, s->now_us, &incident, &fault), OK);
    town_is_sound(s);
    classify_later(s, texts, 2);
    assert_int_equal(incident_of(s, taken), incident);
    assert_true(incident_of(s, later) != incident);
    assert_int_equal(incident_of(s, later), incident_of(s, first));
    assert_true(incident_of(s, first) > 0);
    town_is_sound(s);
}

/* A flood of one problem: few rows are kept of it, each SMS looks at few of them, and the incident ends nowhere. */
static void a_flood_is_bounded(void **state)
{
    struct support *s = *state;
    char text[120];
    for (uint32_t i = 0; i < 60; i++)
        report(s, i, "drainase: banjir di jl seruni, air masuk rumah");
    check_incident_counts(s, 1, 60, 60, 0);
    assert_int_equal(support_count(s, T_INCIDENT_NEAR), 1);
    for (uint32_t i = 0; i < 60; i++) { /* each in words of its own */
        snprintf(text, sizeof text, "drainase: banjir jl seruni, %c%ca%c%co parah %c%ci", 'b' + i % 5, 'a' + i % 3,
                 'd' + i % 7, 'e' + i % 11, 'k' + i % 6, 'o' + i % 4);
        assert_int_equal(incident_of(s, report(s, 100 + i, text)), 1);
    }
    assert_in_range(support_count(s, T_INCIDENT_NEAR), 2, 2 * INCIDENT_NEAR_ROWS);
    town_is_sound(s);
}

static uint64_t everything(void *ctx, const char *category)
{
    (void)category;
    return *(uint64_t *)ctx;
}

static void purging_takes_what_it_was_found_by(void **state)
{
    struct support *s = *state;
    uint64_t first = report(s, 1, hole), second = report(s, 2, same_hole), before;
    struct store_retention retention = {&before, everything};
    struct store_purge purge = {0};
    struct fault fault = {0};
    struct store_claim claim = {.life = (const uint8_t *)"0123456789abcdef", .max = 10, .attempts_max = 0};
    struct store_replies replies;
    claim.now_us = s->now_us, claim.lease_us = 1000;
    assert_int_equal(store_claim_replies(s->store, &claim, &replies, &fault), OK); /* all fail: none is on its way */
    store_replies_free(&replies);
    change_ticket(s, first, TICKET_ARCHIVE);
    s->now_us += 100 * hour_us;
    before = s->now_us;
    while (!purge.finished)
        assert_int_equal(store_purge_step(s->store, &retention, s->now_us, 10, &purge, &fault), OK);
    assert_int_equal(purge.tickets, 1);
    Aduan__Record__Ticket *ticket = ticket_now(s, first);
    assert_int_equal(support_count(s, T_INCIDENT_LIKE), 1);
    assert_int_equal(ticket->incident, 1);
    aduan__record__ticket__free_unpacked(ticket, NULL);
    check_incident_counts(s, 1, 2, 1, 0);
    assert_int_equal(incident_of(s, second), 1);
    struct store_proof proof = town_is_sound(s);
    assert_int_equal(proof.incidents, 1);
}

static void without_a_window_nothing_joins(void **state)
{
    struct support *s = *state;
    struct config config = {
        .incidents = true, .incident_window_h = 72, .incident_similarity = 20, .incident_similarity_no_place = 75};
    struct store_joining joining = store_joining_of(&config);
    assert_true(joining.window_us == 72 * hour_us);
    assert_int_equal(joining.bounds.same_place, 20);
    assert_int_equal(joining.bounds.no_place, 75);
    config.incidents = false;
    joining = store_joining_of(&config);
    assert_true(joining.window_us == 0);
    struct store_txn txn = support_write(s);
    Aduan__Record__Ticket ticket = ADUAN__RECORD__TICKET__INIT;
    const struct verdict verdict = {.likeness_len = 1};
    assert_int_equal(incident_find(&txn, &joining, &verdict, &ticket), OK);
    txn_abort(&txn);
    assert_int_equal(support_count(s, T_INCIDENT_NEAR), 0);
}

/* What cannot be read is joined by nobody, and keeps no ticket from being opened. */
static void damage_keeps_no_ticket_out(void **state)
{
    struct support *s = *state;
    uint8_t key[8];
    uint64_t first = report(s, 1, hole);
    report(s, 2, same_hole);
    struct store_txn txn = support_write(s);
    put_be64(key, 1);
    assert_int_equal(txn_put(&txn, T_INCIDENT, key, sizeof key, "\xff", 1), OK);
    support_commit(&txn);
    uint64_t third = report(s, 3, hole);
    assert_true(third > 0);
    assert_int_equal(incident_of(s, third), 0);
    txn = support_write(s);
    put_be64(key, first);
    assert_int_equal(txn_put(&txn, T_TICKET, key, sizeof key, "\xff", 1), OK);
    assert_int_equal(txn_del(&txn, T_INCIDENT, (put_be64(key, 1), key), sizeof key), OK);
    support_commit(&txn);
    assert_true(report(s, 4, hole) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reports_of_one_problem_join, town_setup, town_teardown),
        cmocka_unit_test_setup_teardown(an_emergency_keeps_its_own_alarm, town_setup, town_teardown),
        cmocka_unit_test_setup_teardown(what_is_over_is_joined_by_nothing, town_setup, town_teardown),
        cmocka_unit_test_setup_teardown(an_incident_counts_its_tickets_as_they_are, town_setup, town_teardown),
        cmocka_unit_test_setup_teardown(a_failed_commit_leaves_nothing, town_setup, town_teardown),
        cmocka_unit_test_setup_teardown(in_a_peak_it_joins_with_its_class, town_setup, town_teardown),
        cmocka_unit_test_setup_teardown(a_flood_is_bounded, town_setup, town_teardown),
        cmocka_unit_test_setup_teardown(purging_takes_what_it_was_found_by, town_setup, town_teardown),
        cmocka_unit_test_setup_teardown(without_a_window_nothing_joins, town_setup, town_teardown),
        cmocka_unit_test_setup_teardown(damage_keeps_no_ticket_out, town_setup, town_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
