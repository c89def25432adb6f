/* SPDX-License-Identifier: BSD-2-Clause */
/* Breaks planted in tickets, replies and their indexes, each reported by its id. */
#include "support_verify.h"

static void ticket_lost(struct support *s)
{
    uint8_t key[8];
    put_be64(key, ticket_of(s, PLAIN));
    del(s, T_TICKET, key, sizeof key);
}

static void ticket_other_id(struct support *s)
{
    EDIT_TICKET(PLAIN, r->id++);
}

static void ticket_wrong_digit(struct support *s)
{
    uint8_t key[8];
    struct row row = row_at(s, T_TICKET, 0);
    put_be64(key, get_be64(row.key) / 10 * 10 + (get_be64(row.key) + 1) % 10);
    put_elsewhere(s, T_TICKET, &row, &aduan__record__ticket__descriptor, key);
}

/* The bytes of one ticket under the key of another: nobody's words become somebody else's. */
static void ticket_swapped(struct support *s)
{
    struct row one = row_at(s, T_TICKET, 0), two = row_at(s, T_TICKET, 1);
    put(s, T_TICKET, one.key, one.key_len, two.val, two.val_len);
}

static void ticket_stateless(struct support *s)
{
    EDIT_TICKET(PLAIN, r->state = 0);
}

static void ticket_other_state(struct support *s)
{
    EDIT_TICKET(PLAIN, r->state = TICKET_STATE(CLOSED));
}

static void ticket_other_sender(struct support *s)
{
    EDIT_TICKET(PLAIN, r->sender_id.data[0]++);
}

static void ticket_no_sender(struct support *s)
{
    EDIT_TICKET(PLAIN, record_set_bytes(&r->sender_id, NULL, 0));
}

static void ticket_lost_message(struct support *s)
{
    EDIT_TICKET(PLAIN, r->message_key.data[0]++);
}

static void ticket_other_message(struct support *s)
{
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    support_key(EMPTY, key);
    EDIT_TICKET(PLAIN, record_set_bytes(&r->message_key, key, sizeof key));
}

static void ticket_lost_reply(struct support *s)
{
    uint8_t slot[SLOT_BYTES];
    put_be64(slot, support_slot_of(s, PLAIN, 0));
    del(s, T_REPLY, slot, sizeof slot);
}

static void ticket_replyless(struct support *s)
{
    EDIT_TICKET(PLAIN, r->n_reply = 0);
}

static void ticket_reason_lost(struct support *s)
{
    EDIT_MESSAGE(LIMITED_3, record_set_string(&r->no_reply_reason, NULL));
}

static void ticket_reason_too_many(struct support *s)
{
    EDIT_MESSAGE(PLAIN, record_set_string(&r->no_reply_reason, "whim"));
}

static void ticket_two_automatic(struct support *s)
{
    EDIT_REPLY(ANSWERED, 1, record_set_string(&r->actor, NULL));
}

static void ticket_reply_of_another(struct support *s)
{
    EDIT_REPLY(PLAIN, 0, r->ticket = ticket_of(s, ANSWERED));
}

static void ticket_reply_uncounted(struct support *s)
{
    EDIT_TICKET(ANSWERED, r->replies = 1);
}

static void ticket_reply_id_made_up(struct support *s)
{
    EDIT_TICKET(PLAIN, r->reply[0] = support_slot_of(s, EMPTY, 0));
}

static void ticket_state_stray(struct support *s)
{
    struct row row = row_at(s, T_TICKET_BY_STATE, 0);
    row.key[0] = TICKET_STATE(HELD);
    put(s, T_TICKET_BY_STATE, row.key, row.key_len, "", 0);
}

static void ticket_state_of_none(struct support *s)
{
    struct row row = row_at(s, T_TICKET_BY_STATE, 0);
    row.key[3]++;
    put(s, T_TICKET_BY_STATE, row.key, row.key_len, "", 0);
}

static void ticket_sender_stray(struct support *s)
{
    struct row row = row_at(s, T_TICKET_BY_SENDER, 0);
    row.key[0]++;
    put(s, T_TICKET_BY_SENDER, row.key, row.key_len, "", 0);
}

static void ticket_sender_says_else(struct support *s)
{
    struct row row = row_at(s, T_TICKET_BY_SENDER, 0);
    const uint8_t other[SEAL_ID_BYTES] = {1};
    put(s, T_TICKET_BY_SENDER, row.key, row.key_len, other, sizeof other);
}

static void ticket_sender_of_none(struct support *s)
{
    struct row row = row_at(s, T_TICKET_BY_SENDER, 0);
    row.key[18]++;
    put(s, T_TICKET_BY_SENDER, row.key, row.key_len, "", 0);
}

static void reply_stateless(struct support *s)
{
    EDIT_REPLY(PLAIN, 0, r->state = 0);
}

static void reply_sent_empty(struct support *s)
{
    EDIT_REPLY(PLAIN, 0, r->state = REPLY_STATE(SENT));
}

static void reply_other_due(struct support *s)
{
    EDIT_REPLY(PLAIN, 0, r->due_us++);
}

static void reply_due_but_done(struct support *s)
{
    EDIT_REPLY(PLAIN, 0, r->state = REPLY_STATE(FAILED));
}

static void reply_due_of_none(struct support *s)
{
    struct row row = row_at(s, T_OUTBOX_DUE, 0);
    row.key[12]++;
    put(s, T_OUTBOX_DUE, row.key, row.key_len, "", 0);
}

static void reply_due_twice(struct support *s)
{
    struct row row = row_at(s, T_OUTBOX_DUE, 0);
    row.key[0]++;
    put(s, T_OUTBOX_DUE, row.key, row.key_len, "", 0);
}

static void reply_due_odd(struct support *s)
{
    put(s, T_OUTBOX_DUE, "odd", 3, "", 0);
}

static void reply_other_key(struct support *s)
{
    EDIT_REPLY(PLAIN, 0, r->slot++);
}

static void reply_other_id(struct support *s)
{
    EDIT_REPLY(PLAIN, 0, r->id.data[0]++);
}

static void reply_short_id(struct support *s)
{
    EDIT_REPLY(PLAIN, 0, record_set_bytes(&r->id, "short", 5));
}

static void reply_lost(struct support *s)
{
    struct row row = row_at(s, T_REPLY, 0);
    del(s, T_REPLY, row.key, row.key_len);
}

static void reply_lost_ticket(struct support *s)
{
    EDIT_REPLY(PLAIN, 0, r->ticket = 7);
}

static void reply_lost_message(struct support *s)
{
    EDIT_REPLY(EMPTY, 0, r->message_key.data[0]++);
}

static void reply_no_message(struct support *s)
{
    EDIT_REPLY(EMPTY, 0, record_set_bytes(&r->message_key, NULL, 0));
}

static void reply_of_no_ticket(struct support *s)
{
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    support_key(PLAIN, key);
    EDIT_REPLY(PLAIN, 0, r->ticket = 0; record_set_bytes(&r->message_key, key, sizeof key));
}

static void reply_id_made_up(struct support *s)
{
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    support_key(COPY, key);
    EDIT_REPLY(EMPTY, 0, record_set_bytes(&r->message_key, key, sizeof key));
}

static void reply_unknown_receiver(struct support *s)
{
    EDIT_REPLY(PLAIN, 0, r->sender_id.data[0]++);
}

static void reply_extra(struct support *s)
{
    struct row row = row_at(s, T_REPLY, 0);
    row.key[0]++;
    put(s, T_REPLY, row.key, row.key_len, row.val, row.val_len);
}

static const struct plant plants[] = {
    {ticket_lost, "message.ticket_missing"},
    {ticket_lost, "ticket.gap"},
    {ticket_lost, "ticket_by_state.stray"},
    {ticket_lost, "ticket_by_sender.stray"},
    {ticket_lost, "reply.ticket_missing"},
    {ticket_lost, "event.ticket_missing"},
    {ticket_other_id, "ticket.key"},
    {ticket_wrong_digit, "ticket.check_digit"},
    {ticket_swapped, "ticket.sealed"},
    {ticket_stateless, "ticket.state"},
    {ticket_other_state, "ticket.state_row_missing"},
    {ticket_other_state, "ticket_by_state.stray"},
    {ticket_other_sender, "ticket.sender_row_missing"},
    {ticket_other_sender, "ticket.sender"},
    {ticket_other_sender, "ticket_by_sender.stray"},
    {ticket_no_sender, "ticket.sender"},
    {ticket_lost_message, "ticket.message_missing"},
    {ticket_other_message, "ticket.message_points_elsewhere"},
    {ticket_lost_reply, "ticket.reply_missing"},
    {ticket_lost_reply, "event.reply_missing"},
    {ticket_lost_reply, "outbox_due.stray"},
    {ticket_replyless, "ticket.no_reply"},
    {ticket_replyless, "reply.orphan"},
    {ticket_reason_lost, "ticket.no_reply"},
    {ticket_reason_too_many, "ticket.reply_and_reason"},
    {ticket_two_automatic, "ticket.two_replies"},
    {ticket_reply_of_another, "ticket.reply_points_elsewhere"},
    {ticket_reply_of_another, "reply.orphan"},
    {ticket_reply_uncounted, "ticket.replies"},
    {ticket_reply_id_made_up, "ticket.reply_id"},
    {ticket_reply_id_made_up, "ticket.reply_points_elsewhere"},
    {ticket_state_stray, "ticket_by_state.stray"},
    {ticket_state_of_none, "ticket_by_state.stray"},
    {ticket_sender_says_else, "ticket.sender_row_wrong"},
    {ticket_sender_stray, "ticket_by_sender.stray"},
    {ticket_sender_of_none, "ticket_by_sender.stray"},
    {reply_stateless, "reply.state"},
    {reply_sent_empty, "reply.no_text"},
    {reply_other_due, "outbox_due.missing"},
    {reply_other_due, "outbox_due.stray"},
    {reply_due_but_done, "outbox_due.stray"},
    {reply_due_of_none, "outbox_due.stray"},
    {reply_due_twice, "outbox_due.stray"},
    {reply_due_odd, "outbox_due.unreadable"},
    {reply_other_key, "reply.key"},
    {reply_other_id, "ticket.reply_id"},
    {reply_short_id, "reply.id"},
    {reply_lost, "event.reply_missing"},
    {reply_lost, "outbox_due.stray"},
    {reply_lost, "ticket.reply_missing"},
    {reply_lost_ticket, "reply.ticket_missing"},
    {reply_lost_message, "reply.message_missing"},
    {reply_no_message, "reply.message_missing"},
    {reply_of_no_ticket, "reply.orphan"},
    {reply_id_made_up, "reply.id"},
    {reply_unknown_receiver, "reply.identity_missing"},
    {reply_extra, "reply.key"},
    {reply_extra, "reply.not_queued"},
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
