/* SPDX-License-Identifier: BSD-2-Clause */
/* Breaks planted in the event log, each reported by its id. */
#include "support_verify.h"

static void event_unreadable(struct support *s)
{
    uint8_t key[8];
    put_be64(key, 2);
    put(s, T_EVENT, key, sizeof key, "\xff", 1);
}

static void event_lost(struct support *s)
{
    uint8_t key[8];
    put_be64(key, 2);
    del(s, T_EVENT, key, sizeof key);
}

static void event_kindless(struct support *s)
{
    EDIT_EVENT(3, r->kind = 0);
}

static void event_of_no_message(struct support *s)
{
    EDIT_EVENT(3, r->ticket = 0);
}

static void event_lost_message(struct support *s)
{
    static const uint8_t key[STORE_KEY_MESSAGE_BYTES];
    EDIT_EVENT(3, record_set_bytes(&r->message_key, key, sizeof key));
}

static void event_lost_ticket(struct support *s)
{
    EDIT_EVENT(2, r->ticket = 5);
}

static void event_beyond_tickets(struct support *s)
{
    EDIT_EVENT(2, r->ticket = ticket_id_make(TICKET_SERIAL_FIRST + 1000));
}

static void event_lost_reply(struct support *s)
{
    EDIT_EVENT(4, r->reply = 1);
}

static void event_other_reply(struct support *s)
{
    EDIT_EVENT(4, r->reply = support_slot_of(s, ANSWERED, 0));
}

static void append_event(struct support *s, uint64_t copy_of)
{
    uint8_t key[8];
    put_be64(key, copy_of);
    Event *event = get_record(s, T_EVENT, key, sizeof key, &aduan__record__event__descriptor);
    struct store_txn txn = support_write(s);
    assert_int_equal(txn_event(&txn, event), OK);
    support_commit(&txn);
    aduan__record__event__free_unpacked(event, NULL);
}

static void event_opens_again(struct support *s)
{
    for (int i = 0; i < 4; i++)
        append_event(s, 2);
}

static void event_queues_again(struct support *s)
{
    append_event(s, 4);
}

static void event_receives_again(struct support *s)
{
    append_event(s, 1);
}

static void event_parks_again(struct support *s)
{
    for (uint64_t sequence = 1;; sequence++) {
        uint8_t key[8];
        put_be64(key, sequence);
        Event *event = get_record(s, T_EVENT, key, sizeof key, &aduan__record__event__descriptor);
        bool parked = event->kind == EVENT_KIND(SMS_QUARANTINED);
        aduan__record__event__free_unpacked(event, NULL);
        if (parked) {
            append_event(s, sequence);
            return;
        }
    }
}

static void event_never_opened(struct support *s)
{
    EDIT_EVENT(2, r->kind = EVENT_KIND(TICKET_NOTE));
}

static void event_never_queued(struct support *s)
{
    EDIT_EVENT(4, r->kind = EVENT_KIND(TICKET_NOTE));
}

static const struct plant plants[] = {
    {event_unreadable, "event.unreadable"},
    {event_unreadable, "event.gap"},
    {event_lost, "event.gap"},
    {event_lost, "ticket.not_opened"},
    {event_kindless, "event.kind"},
    {event_of_no_message, "event.message_missing"},
    {event_lost_message, "event.message_missing"},
    {event_lost_ticket, "event.ticket_missing"},
    {event_lost_ticket, "ticket.not_opened"},
    {event_beyond_tickets, "event.ticket_missing"},
    {event_lost_reply, "event.reply_missing"},
    {event_lost_reply, "event.queued"},
    {event_other_reply, "event.queued"},
    {event_opens_again, "event.opened_twice"},
    {event_queues_again, "event.queued"},
    {event_receives_again, "event.received_count"},
    {event_parks_again, "event.quarantined_count"},
    {event_never_opened, "ticket.not_opened"},
    {event_never_queued, "reply.not_queued"},
};

static void each_break_is_reported_by_its_id(void **state)
{
    (void)state;
    plant_all(plants, sizeof plants / sizeof plants[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_break_is_reported_by_its_id)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
