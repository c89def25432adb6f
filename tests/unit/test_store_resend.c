/* SPDX-License-Identifier: BSD-2-Clause */
/* Who says the same again joins the ticket that is open, is answered once, and reminded now and then. */
#include "support_storm.h"

static struct desk desk;

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

static uint32_t replies_of(struct support *s, uint64_t id)
{
    Aduan__Record__Ticket *ticket = ticket_of(s, id);
    uint32_t count = (uint32_t)ticket->n_reply;
    ticket_free(ticket);
    return count;
}

static uint32_t resends_of(struct support *s, uint64_t id)
{
    Aduan__Record__Ticket *ticket = ticket_of(s, id);
    uint32_t count = ticket->resends;
    ticket_free(ticket);
    return count;
}

static void the_same_again_joins_the_open_ticket(void **state)
{
    struct support *s = *state;
    uint64_t id = storm_sms(s, &desk, &(struct mo){.n = 1, .body = "Jalan rusak di pasar"}, false).ticket;
    assert_true(id > 0);
    struct store_outcome out = storm_sms(s, &desk, &(struct mo){.n = 2, .body = "JALAN RUSAK  di pasar!!"}, false);
    assert_int_equal(out.kind, STORE_RESENT);
    assert_int_equal(out.ticket, id);
    assert_int_equal(resends_of(s, id), 1);
    assert_int_equal(replies_of(s, id), 1);
    Aduan__Record__Message *message = message_of(s, 2);
    assert_int_equal(message->fate, MESSAGE_FATE(RESENT));
    assert_int_equal(message->ticket, id);
    assert_string_equal(message->reason, "resent");
    assert_string_equal(message->no_reply_reason, "answered_already");
    assert_bytes(message->text, "JALAN RUSAK  di pasar!!");
    message_free(message);
    assert_int_equal(desk.asked, 1); /* a resend is not classified */
    assert_string_equal(support_events(s, 1).kinds, "ROCURJ");
}

static void another_text_sender_or_shortcode_is_another_report(void **state)
{
    struct support *s = *state;
    const struct mo mos[] = {
        {.n = 1, .body = "jalan rusak"},
        {.n = 2, .body = "jalan rusak parah"},
        {.n = 3, .body = "jalan rusak", .number = "+62812001"},
        {.n = 4, .body = "jalan rusak", .receiver = "1709"},
    };
    for (size_t i = 0; i < sizeof mos / sizeof mos[0]; i++)
        assert_int_equal(storm_sms(s, &desk, &mos[i], false).kind, STORE_TICKET);
    /* with and without the plus it is one citizen */
    assert_int_equal(storm_sms(s, &desk, &(struct mo){.n = 5, .body = "jalan rusak", .number = "62812001"}, false).kind,
                     STORE_RESENT);
}

static void a_redelivered_resend_is_only_acked(void **state)
{
    struct support *s = *state;
    const struct mo again = {.n = 2, .body = "jalan rusak"};
    uint64_t id = storm_sms(s, &desk, &(struct mo){.n = 1, .body = "jalan rusak"}, false).ticket;
    assert_int_equal(storm_sms(s, &desk, &again, false).kind, STORE_RESENT);
    assert_int_equal(storm_sms(s, &desk, &again, false).kind, STORE_DUPLICATE);
    assert_int_equal(storm_sms(s, &desk, &again, true).kind, STORE_DUPLICATE);
    assert_int_equal(resends_of(s, id), 1);
}

static void one_batch_with_the_same_twice_makes_one_ticket(void **state)
{
    struct support *s = *state;
    struct wire wires[3];
    struct store_item items[3];
    struct store_outcome out[3];
    struct fault fault = {0};
    struct store_policy policy = storm_policy(&desk);
    for (uint32_t i = 0; i < 3; i++) {
        wire_init(&wires[i], &(struct mo){.n = i + 1, .body = "banjir"});
        items[i] = (struct store_item){.sms = &wires[i].sms};
    }
    assert_int_equal(store_ingest(s->store, &policy, items, 3, s->now_us, out, &fault), OK);
    assert_int_equal(out[0].kind, STORE_TICKET);
    assert_int_equal(out[1].kind, STORE_RESENT);
    assert_int_equal(out[2].ticket, out[0].ticket);
    assert_int_equal(support_count(s, T_TICKET), 1);
}

static void a_reminder_comes_once_an_hour(void **state)
{
    struct support *s = *state;
    uint64_t id = storm_sms(s, &desk, &(struct mo){.n = 1, .body = "jalan rusak"}, false).ticket;
    for (uint32_t n = 2; n <= 3 * 360; n++) { /* each ten seconds, for three hours */
        storm_wait(s, 10);
        assert_int_equal(storm_sms(s, &desk, &(struct mo){.n = n, .body = "jalan rusak"}, false).ticket, id);
    }
    assert_int_equal(resends_of(s, id), 3 * 360 - 1);
    assert_int_equal(replies_of(s, id), 1 + 2);
    struct store_proof proof;
    assert_int_equal(store_verify(s->store, print_break, NULL, &proof), OK);
    assert_int_equal(proof.reminders, 2);
    assert_int_equal(proof.resent, 3 * 360 - 1);
    Aduan__Record__Reply *reply;
    uint64_t slot = support_slot_of(s, 361, 0); /* the SMS an hour later brought it */
    assert_int_equal(store_reply_get(s->store, slot, &reply), OK);
    assert_string_equal(reply->template_, "reminder");
    assert_int_equal(reply->ticket, id);
    aduan__record__reply__free_unpacked(reply, NULL);
}

static void a_citizen_who_was_not_answered_yet_is_reminded_at_once(void **state)
{
    struct support *s = *state;
    for (uint32_t n = 1; n <= 3; n++) { /* the rate is three a minute */
        char text[] = "laporan 0";
        text[8] = (char)('0' + n);
        (void)storm_sms(s, &desk, &(struct mo){.n = n, .body = text}, false);
    }
    uint64_t id = storm_sms(s, &desk, &(struct mo){.n = 4, .body = "laporan 4"}, false).ticket;
    assert_int_equal(replies_of(s, id), 0);
    assert_int_equal(storm_sms(s, &desk, &(struct mo){.n = 5, .body = "laporan 4"}, false).ticket, id);
    Aduan__Record__Message *message = message_of(s, 5);
    assert_string_equal(message->no_reply_reason, "rate_limited");
    message_free(message);
    storm_wait(s, 61);
    (void)storm_sms(s, &desk, &(struct mo){.n = 6, .body = "laporan 4"}, false);
    assert_int_equal(replies_of(s, id), 1);
}

static void change(struct support *s, uint64_t id, enum ticket_verb verb)
{
    struct fault fault = {0};
    const struct store_ticket_change change = {
        .verb = verb, .actor = "sari", .agency = "dpupr", .text = "Sudah", .text_len = 5};
    if (store_ticket_change(s->store, id, &change, s->now_us, &fault) != OK)
        fail_msg("%s", fault.text);
}

static void a_ticket_that_is_closed_or_too_old_is_joined_no_more(void **state)
{
    struct support *s = *state;
    const struct mo first = {.n = 1, .body = "sampah"};
    uint64_t id = storm_sms(s, &desk, &first, false).ticket;
    change(s, id, TICKET_ANSWER);
    storm_wait(s, 60);
    assert_int_equal(storm_sms(s, &desk, &(struct mo){.n = 2, .body = "sampah"}, false).ticket, id);
    change(s, id, TICKET_CLOSE);
    struct store_outcome out = storm_sms(s, &desk, &(struct mo){.n = 3, .body = "sampah"}, false);
    assert_int_equal(out.kind, STORE_TICKET);
    storm_wait(s, WINDOW_S - 1);
    assert_int_equal(storm_sms(s, &desk, &(struct mo){.n = 4, .body = "sampah"}, false).ticket, out.ticket);
    storm_wait(s, 1);
    assert_int_equal(storm_sms(s, &desk, &(struct mo){.n = 5, .body = "sampah"}, false).kind, STORE_TICKET);
    s->now_us -= 3 * 86400 * 1000000ull; /* the clock is set back */
    assert_int_equal(storm_sms(s, &desk, &(struct mo){.n = 6, .body = "sampah"}, false).kind, STORE_RESENT);
}

static void a_long_sms_joins_too(void **state)
{
    struct support *s = *state;
    uint64_t id = 0;
    for (uint8_t reference = 1; reference <= 2; reference++) {
        struct store_outcome out;
        out = storm_sms(
            s, &desk,
            &(struct mo){.n = reference * 10u, .body = "jalan ", .part = 1, .total = 2, .reference = reference}, false);
        assert_int_equal(out.ticket, 0);
        out = storm_sms(
            s, &desk,
            &(struct mo){.n = reference * 10u + 1, .body = "rusak", .part = 2, .total = 2, .reference = reference},
            false);
        assert_int_equal(out.kind, STORE_PART);
        assert_true(id == 0 || out.ticket == id);
        id = out.ticket;
    }
    assert_int_equal(resends_of(s, id), 1);
    /* and a short one of the same words */
    assert_int_equal(storm_sms(s, &desk, &(struct mo){.n = 40, .body = "Jalan rusak."}, false).ticket, id);
    assert_int_equal(support_count(s, T_TICKET), 1);
}

static void the_list_of_a_ticket_ends_with_the_newest(void **state)
{
    struct support *s = *state;
    uint8_t keys[4][STORE_KEY_MESSAGE_BYTES], want[STORE_KEY_MESSAGE_BYTES];
    size_t count = 9;
    uint64_t id = storm_sms(s, &desk, &(struct mo){.n = 1, .body = "got"}, false).ticket;
    assert_int_equal(store_ticket_resent(s->store, id, 4, keys, &count), OK);
    assert_int_equal(count, 0);
    for (uint32_t n = 2; n <= 7; n++)
        (void)storm_sms(s, &desk, &(struct mo){.n = n, .body = "got"}, false);
    uint64_t other = storm_sms(s, &desk, &(struct mo){.n = 8, .body = "lampu"}, false).ticket;
    (void)storm_sms(s, &desk, &(struct mo){.n = 9, .body = "lampu"}, false);
    assert_int_equal(store_ticket_resent(s->store, id, 4, keys, &count), OK);
    assert_int_equal(count, 4);
    for (uint32_t i = 0; i < 4; i++) {
        support_key(4 + i, want);
        assert_memory_equal(keys[i], want, sizeof want);
    }
    assert_int_equal(store_ticket_resent(s->store, other, 4, keys, &count), OK);
    assert_int_equal(count, 1);
    support_key(9, want);
    assert_memory_equal(keys[0], want, sizeof want);
}

static void what_will_join_is_known_beforehand(void **state)
{
    struct support *s = *state;
    struct wire wires[3];
    struct store_item items[3];
    struct verdict verdicts[3];
    struct store_policy policy = storm_policy(&desk);
    bool known[3];
    (void)storm_sms(s, &desk, &(struct mo){.n = 1, .body = "jalan rusak"}, false);
    const char *const bodies[3] = {"jalan rusak", "lampu mati", ""};
    for (uint32_t i = 0; i < 3; i++) {
        struct text text = {.utf8 = (char *)(uintptr_t)bodies[i], .len = strlen(bodies[i]), .empty = i == 2};
        const struct desk_sms sms = {.text = &text};
        wire_init(&wires[i], &(struct mo){.n = 10 + i, .body = bodies[i]});
        storm_receives(NULL, &sms, &verdicts[i]);
        items[i] = (struct store_item){.sms = &wires[i].sms, .verdict = &verdicts[i]};
    }
    store_resends_known(s->store, &policy, items, 3, s->now_us, known);
    assert_true(known[0] && !known[1] && !known[2]);
    policy.resend_window_us = 0;
    store_resends_known(s->store, &policy, items, 3, s->now_us, known);
    assert_false(known[0]);
}

static void the_newest_that_says_it_decides(void **state)
{
    struct support *s = *state;
    uint64_t first = storm_sms(s, &desk, &(struct mo){.n = 1, .body = "jalan rusak"}, false).ticket;
    change(s, first, TICKET_ARCHIVE);
    uint64_t second = storm_sms(s, &desk, &(struct mo){.n = 2, .body = "jalan rusak"}, false).ticket;
    assert_int_not_equal(second, first);
    for (uint32_t n = 3; n < 8; n++) {
        char body[32];
        snprintf(body, sizeof body, "lampu %u mati", n);
        assert_int_equal(storm_sms(s, &desk, &(struct mo){.n = n, .body = body}, false).kind, STORE_TICKET);
    }
    assert_int_equal(storm_sms(s, &desk, &(struct mo){.n = 9, .body = "jalan rusak"}, false).ticket, second);
}

static void without_a_window_each_sms_is_a_ticket(void **state)
{
    struct support *s = *state;
    for (uint32_t n = 1; n <= 3; n++)
        assert_int_equal(ingest_ok(s, &desk, &(struct mo){.n = n, .body = "jalan rusak"}).kind, STORE_TICKET);
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(the_same_again_joins_the_open_ticket),
        WITH_STORE(the_newest_that_says_it_decides),
        WITH_STORE(another_text_sender_or_shortcode_is_another_report),
        WITH_STORE(a_redelivered_resend_is_only_acked),
        WITH_STORE(one_batch_with_the_same_twice_makes_one_ticket),
        WITH_STORE(a_reminder_comes_once_an_hour),
        WITH_STORE(a_citizen_who_was_not_answered_yet_is_reminded_at_once),
        WITH_STORE(a_ticket_that_is_closed_or_too_old_is_joined_no_more),
        WITH_STORE(a_long_sms_joins_too),
        WITH_STORE(the_list_of_a_ticket_ends_with_the_newest),
        WITH_STORE(what_will_join_is_known_beforehand),
        WITH_STORE(without_a_window_each_sms_is_a_ticket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
