/* SPDX-License-Identifier: BSD-2-Clause */
/* What people do with incidents: join, split, answer all who reported it, each once; and that a refused change has
 * changed nothing. */
#include "support_incident.h"

static const char hole[] = "jalan: jalan berlubang di jl. Hayam Wuruk depan pasar";
static const char answer_text[] = "Lubang sudah ditambal.";

static int join(struct support *s, uint64_t incident, const uint64_t *tickets, size_t n, uint64_t *out)
{
    const struct store_incident_change change = {incident, tickets, n, "sari"};
    struct fault fault = {0};
    int err = store_incident_join(s->store, &change, ++s->now_us, out, &fault);
    assert_true(err == OK || strlen(fault.text) > 10);
    return err;
}

static int split(struct support *s, uint64_t incident, uint64_t ticket)
{
    const struct store_incident_change change = {incident, &ticket, 1, "sari"};
    struct fault fault = {0};
    int err = store_incident_split(s->store, &change, ++s->now_us, &fault);
    assert_true(err == OK || strlen(fault.text) > 10);
    return err;
}

static int answer(struct support *s, const struct store_incident_answer *how, struct store_incident_told *told)
{
    struct fault fault = {0};
    struct store_incident_answer answer = *how;
    answer.actor = answer.actor ? answer.actor : "sari";
    answer.text = answer.text ? answer.text : answer_text;
    answer.text_len = strlen(answer.text);
    s->now_us += 1000000;
    int err = store_incident_reply(s->store, &answer, s->now_us, told, &fault);
    assert_true(err == OK || strlen(fault.text) > 10);
    return err;
}

static void people_join_and_split(void **state)
{
    struct support *s = *state;
    uint64_t a = report(s, 1, hole), b = report(s, 2, hole), other = report(s, 3, "jalan: aspal rusak di gang 7");
    uint64_t third = report(s, 4, "jalan: trotoar pecah di jl. Mawar"), id = 0;
    const uint64_t two[] = {other, third};
    assert_int_equal(join(s, 1, &other, 1, &id), OK);
    assert_int_equal(id, 1);
    check_incident_counts(s, 1, 3, 3, 0);
    assert_int_equal(join(s, 1, &other, 1, &id), OK); /* it is there already */
    check_incident_counts(s, 1, 3, 3, 0);
    assert_int_equal(join(s, 0, two, 2, &id), OK); /* a new one; the other one leaves the first */
    assert_int_equal(id, 2);
    check_incident_counts(s, 1, 2, 2, 0);
    check_incident_counts(s, 2, 2, 2, 0);
    town_is_sound(s);
    assert_int_equal(split(s, 1, a), OK);
    assert_int_equal(incident_of(s, a), 0);
    check_incident_counts(s, 1, 1, 1, 0);
    assert_int_equal(incident_of(s, report(s, 5, hole)), 1); /* found by what is in it, not by what was split off */
    assert_int_equal(split(s, 1, b), OK);
    assert_int_equal(split(s, 2, other), OK);
    assert_int_equal(split(s, 2, third), OK);
    Aduan__Record__Incident *gone;
    assert_int_equal(store_incident_get(s->store, 2, &gone), E_NOT_FOUND);
    struct store_proof proof = town_is_sound(s);
    assert_int_equal(proof.incidents, 1);
    assert_int_equal(join(s, 0, &third, 1, &id), OK);
    assert_int_equal(id, 3); /* a number is never given again */
    town_is_sound(s);
}

static void what_was_split_off_is_joined_by_nothing(void **state)
{
    struct support *s = *state;
    uint64_t a = report(s, 1, hole), b = report(s, 2, hole), id;
    assert_int_equal(split(s, 1, a), OK);
    assert_int_equal(split(s, 1, b), OK);
    assert_int_equal(support_count(s, T_INCIDENT_NEAR), 0);
    assert_int_equal(incident_of(s, report(s, 3, hole)), 0);
    assert_int_equal(incident_of(s, a), 0);
    assert_int_equal(join(s, 0, &a, 1, &id), OK); /* a person may */
    town_is_sound(s);
}

static void what_cannot_be_is_refused_and_changes_nothing(void **state)
{
    struct support *s = *state;
    uint64_t a = report(s, 1, hole), b = report(s, 2, hole), alone = report(s, 3, "jalan: aspal rusak di gang 7"), id;
    const uint64_t half[] = {alone, 9999999};
    struct store_incident_told told;
    struct fault fault = {0};
    uint64_t events = support_count(s, T_EVENT);
    assert_int_equal(join(s, 77, &alone, 1, &id), E_NOT_FOUND);
    assert_int_equal(join(s, 0, half, 2, &id), E_NOT_FOUND);
    assert_int_equal(join(s, 1, NULL, 0, &id), E_INVALID);
    assert_int_equal(split(s, 1, alone), E_STATE);
    assert_int_equal(split(s, 77, a), E_NOT_FOUND);
    assert_int_equal(split(s, 0, a), E_NOT_FOUND);
    assert_int_equal(split(s, 1, 9999999), E_NOT_FOUND);
    const struct store_incident_change nobody = {1, &b, 1, ""};
    assert_int_equal(store_incident_join(s->store, &nobody, s->now_us, &id, &fault), E_INVALID);
    assert_int_equal(store_incident_split(s->store, &nobody, s->now_us, &fault), E_INVALID);
    assert_int_equal(answer(s, &(struct store_incident_answer){.incident = 77}, &told), E_NOT_FOUND);
    assert_int_equal(answer(s, &(struct store_incident_answer){.incident = 1, .text = " "}, &told), E_INVALID);
    int (*commit)(MDB_txn *) = store_commit_hook;
    store_commit_hook = support_commit_fails;
    assert_int_equal(join(s, 1, &alone, 1, &id), E_FULL);
    assert_int_equal(split(s, 1, a), E_FULL);
    assert_int_equal(answer(s, &(struct store_incident_answer){.incident = 1}, &told), E_FULL);
    store_commit_hook = commit;
    assert_int_equal(support_count(s, T_EVENT), events);
    assert_int_equal(support_count(s, T_INCIDENT), 1);
    check_incident_counts(s, 1, 2, 2, 0);
    town_is_sound(s);
}

/* The replies of a ticket that people wrote. */
static size_t staff_replies(struct support *s, uint64_t id)
{
    Aduan__Record__Ticket *ticket = ticket_now(s, id);
    size_t n = 0;
    for (size_t i = 0; i < ticket->n_reply; i++) {
        Aduan__Record__Reply *reply;
        assert_int_equal(store_reply_get(s->store, ticket->reply[i], &reply), OK);
        if (*reply->actor) {
            assert_string_equal(reply->template_, "staff");
            assert_true(reply->ticket == id);
            assert_memory_equal(reply->words.data, answer_text, reply->words.len);
            n++;
        }
        aduan__record__reply__free_unpacked(reply, NULL);
    }
    aduan__record__ticket__free_unpacked(ticket, NULL);
    return n;
}

static Aduan__Record__TicketState state_of(struct support *s, uint64_t id)
{
    Aduan__Record__Ticket *ticket = ticket_now(s, id);
    Aduan__Record__TicketState state = ticket->state;
    aduan__record__ticket__free_unpacked(ticket, NULL);
    return state;
}

static void one_answer_reaches_each_once(void **state)
{
    struct support *s = *state;
    struct store_incident_told told;
    uint64_t a = report(s, 1, hole), b = report(s, 2, hole), held = report(s, 3, hole);
    uint64_t again = town_sms(s, 4, "+6281300000001", "jalan: lubang jl hayam wuruk tambah besar", false);
    uint64_t unreachable = town_sms(s, 5, "PEMKOT", hole, false);
    change_ticket(s, held, TICKET_HOLD);
    check_incident_counts(s, 1, 5, 5, 0);
    assert_int_equal(answer(s, &(struct store_incident_answer){.incident = 1}, &told), OK);
    assert_int_equal(told.answered, 3);
    assert_int_equal(told.sms, 2);
    assert_int_equal(told.same_person, 1);
    assert_int_equal(told.unreachable, 1);
    assert_int_equal(told.passed_over, 1);
    assert_int_equal(staff_replies(s, a), 1);
    assert_int_equal(staff_replies(s, b), 1);
    assert_int_equal(staff_replies(s, again), 0);
    assert_int_equal(staff_replies(s, held), 0);
    assert_int_equal(staff_replies(s, unreachable), 0);
    assert_int_equal(state_of(s, again), TICKET_STATE(ANSWERED));
    assert_int_equal(state_of(s, held), TICKET_STATE(HELD));
    assert_int_equal(state_of(s, unreachable), TICKET_STATE(RECEIVED));
    Aduan__Record__Incident *incident;
    assert_int_equal(store_incident_get(s->store, 1, &incident), OK);
    assert_int_equal(incident->answers, 1);
    assert_true(incident->answered_us == s->now_us);
    aduan__record__incident__free_unpacked(incident, NULL);
    town_is_sound(s);
    /* Who comes later is answered without the others. */
    uint64_t late = report(s, 6, hole);
    const struct store_incident_answer rest = {.incident = 1, .unanswered = true, .close = true};
    assert_int_equal(answer(s, &rest, &told), OK);
    assert_int_equal(told.answered, 1);
    assert_int_equal(told.passed_over, 4);
    assert_int_equal(staff_replies(s, late), 1);
    assert_int_equal(staff_replies(s, a), 1);
    assert_int_equal(state_of(s, late), TICKET_STATE(CLOSED));
    check_incident_counts(s, 1, 6, 5, 0);
    const struct store_incident_answer all = {.incident = 1, .close = true};
    assert_int_equal(answer(s, &all, &told), OK);
    assert_int_equal(told.answered, 3);
    check_incident_counts(s, 1, 6, 2, 0);
    town_is_sound(s);
    assert_int_equal(answer(s, &rest, &told), E_STATE); /* on hold, closed or unreachable */
    town_is_sound(s);
}

static int collect(void *ctx, const Aduan__Record__Ticket *ticket)
{
    uint64_t *sum = ctx;
    *sum += ticket->id;
    return 0;
}

static void they_are_listed(void **state)
{
    struct support *s = *state;
    uint64_t before = UINT64_MAX, sum = 0, a = 0, b = 0, some[2];
    size_t count;
    bool more;
    Aduan__Record__Incident *page[3];
    for (uint32_t i = 0; i < 5; i++) {
        char text[64];
        snprintf(text, sizeof text, "jalan: lubang besar di gang %u", (unsigned)i + 1);
        a = report(s, 10 * i, text);
        b = report(s, 10 * i + 1, text);
    }
    const uint64_t want[] = {5, 4, 3, 2, 1};
    size_t seen = 0;
    do {
        assert_int_equal(store_incidents(s->store, &before, 3, page, &count), OK);
        for (size_t i = 0; i < count; i++) {
            assert_true(page[i]->id == want[seen++]);
            aduan__record__incident__free_unpacked(page[i], NULL);
        }
    } while (count > 0);
    assert_int_equal(seen, 5);
    const struct store_ticket_filter filter = {.incident = 5};
    assert_int_equal(store_tickets(s->store, &filter, collect, &sum, &more), OK);
    assert_true(sum == a + b);
    assert_int_equal(store_incident_tickets(s->store, 5, a, 2, some, &count), OK);
    assert_int_equal(count, 1);
    assert_true(some[0] == b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(people_join_and_split, town_setup, town_teardown),
        cmocka_unit_test_setup_teardown(what_was_split_off_is_joined_by_nothing, town_setup, town_teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_is_refused_and_changes_nothing, town_setup, town_teardown),
        cmocka_unit_test_setup_teardown(one_answer_reaches_each_once, town_setup, town_teardown),
        cmocka_unit_test_setup_teardown(they_are_listed, town_setup, town_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
