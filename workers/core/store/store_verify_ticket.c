/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Proof of the tickets and of the replies: ids run on without a gap, each ticket has its message and either one
 * automatic reply or a reason, each reply belongs to what it answers, and the indexes say the same as the records.
 */
#include "store_verify.h"

#include "record_fields.h"
#include "ticket_id.h"
#include "uuid.h"

#include <inttypes.h>
#include <string.h>

typedef Aduan__Record__Message Message;
typedef Aduan__Record__Ticket Ticket;
typedef Aduan__Record__Reply Reply;

static bool same(ProtobufCBinaryData a, ProtobufCBinaryData b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static Message *message_of(struct verify *v, ProtobufCBinaryData key)
{
    return verify_get(v, T_MESSAGE, key.data, key.len, &aduan__record__message__descriptor);
}

/* --- tickets ------------------------------------------------------------------------------------------------ */

static void check_id(struct verify *v, uint64_t id, const Ticket *ticket)
{
    uint64_t serial = id / 10;
    if (ticket->id != id)
        verify_broken(v, "ticket.key", "ticket %" PRIu64 " rests under the key of %" PRIu64, ticket->id, id);
    if (!ticket_id_valid(id))
        verify_broken(v, "ticket.check_digit", "ticket %" PRIu64 " has a wrong check digit", id);
    if (serial != v->expected_serial)
        verify_broken(v, "ticket.gap", "ticket %" PRIu64 " follows where %" PRIu64 " was to come", id,
                      ticket_id_make(v->expected_serial));
    v->expected_serial = serial + 1;
}

/* By its value resends find the ticket. */
static void check_sender_value(struct verify *v, const Ticket *ticket, const uint8_t key[TICKET_SENDER_KEY_BYTES])
{
    MDB_val row;
    if (!verify_has(v, T_TICKET_BY_SENDER, key, TICKET_SENDER_KEY_BYTES) ||
        txn_get(&v->txn, T_TICKET_BY_SENDER, key, TICKET_SENDER_KEY_BYTES, &row) != OK) {
        verify_broken(v, "ticket.sender_row_missing", "ticket %" PRIu64 " is not in the index under its sender",
                      ticket->id);
        return;
    }
    v->sender_rows++;
    size_t len = ticket->report.len < REPORT_ROW_BYTES ? ticket->report.len : REPORT_ROW_BYTES;
    if (row.mv_size != len || (len > 0 && memcmp(row.mv_data, ticket->report.data, len) != 0))
        verify_broken(v, "ticket.sender_row_wrong",
                      "the index says that ticket %" PRIu64 " reports something else: a resend would open another",
                      ticket->id);
}

static void check_index_rows(struct verify *v, const Ticket *ticket)
{
    uint8_t state[TICKET_STATE_KEY_BYTES], sender[TICKET_SENDER_KEY_BYTES];
    state[0] = (uint8_t)ticket->state;
    put_be64(state + 1, ticket->id);
    v->open_tickets += ticket_is_open(ticket->state);
    if (strcmp(ticket_state_name(ticket->state), "?") == 0)
        verify_broken(v, "ticket.state", "ticket %" PRIu64 " is in no known state", ticket->id);
    if (verify_has(v, T_TICKET_BY_STATE, state, sizeof state))
        v->state_rows++;
    else
        verify_broken(v, "ticket.state_row_missing", "ticket %" PRIu64 " is not in the index under its state",
                      ticket->id);
    if (ticket->sender_id.len != SEAL_ID_BYTES)
        return;
    memcpy(sender, ticket->sender_id.data, SEAL_ID_BYTES);
    put_be64(sender + SEAL_ID_BYTES, ticket->id);
    check_sender_value(v, ticket, sender);
}

/* What the replies of a ticket's list add up to. */
struct told {
    unsigned automatic; /* replies by the line itself, without reminders */
    uint64_t last_us;   /* the last of them, reminders included; 0: none */
    uint32_t made;      /* to the ticket's own SMS: the n of the next one's id */
};

static void check_made(struct verify *v, const Ticket *ticket, const Message *message, const Reply *reply,
                       struct told *told)
{
    uint8_t made[STORE_REPLY_ID_BYTES];
    if (message->uuid.len != UUID_BYTES)
        return; /* told by the walk over the messages */
    uuid_reply(message->uuid.data, told->made++, made);
    if (reply->id.len != sizeof made || memcmp(reply->id.data, made, sizeof made) != 0)
        verify_broken(v, "ticket.reply_id",
                      "the id of reply %" PRIu32 " of ticket %" PRIu64 " is not made from its message", told->made - 1,
                      ticket->id);
}

static void check_listed(struct verify *v, const Ticket *ticket, const Message *message, size_t i, struct told *told)
{
    Reply *reply = verify_reply(v, ticket->reply[i]);
    if (reply == NULL) {
        verify_broken(v, "ticket.reply_missing", "reply %zu of ticket %" PRIu64 " is not in the outbox", i, ticket->id);
        return;
    }
    if (reply->ticket != ticket->id)
        verify_broken(v, "ticket.reply_points_elsewhere",
                      "reply %zu of ticket %" PRIu64 " says it belongs to ticket %" PRIu64, i, ticket->id,
                      reply->ticket);
    bool reminder = reply->interval_s > 0;
    if (reminder)
        verify_reminder(v, ticket, reply, told->last_us);
    else
        check_made(v, ticket, message, reply, told);
    if (*reply->actor == '\0') {
        told->automatic += !reminder;
        told->last_us = reply->queued_us;
    }
    verify_done(reply);
}

static void check_replies_of(struct verify *v, const Ticket *ticket, const Message *message)
{
    struct told told = {0};
    for (size_t i = 0; i < ticket->n_reply; i++)
        check_listed(v, ticket, message, i, &told);
    unsigned automatic = told.automatic;
    if (told.made != ticket->replies)
        verify_broken(v, "ticket.replies", "ticket %" PRIu64 " counts %" PRIu32 " replies; there are %" PRIu32,
                      ticket->id, ticket->replies, told.made);
    if (told.last_us != ticket->told_us && ticket->told_us > 0)
        verify_broken(v, "ticket.told", "ticket %" PRIu64 " has another time for its last automatic reply", ticket->id);
    bool reason = *message->no_reply_reason != '\0';
    v->proof.tickets_without_reply += automatic == 0;
    if (automatic == 0 && !reason)
        verify_broken(v, "ticket.no_reply", "ticket %" PRIu64 " got no automatic reply and there is no reason",
                      ticket->id);
    if (automatic > 1)
        verify_broken(v, "ticket.two_replies", "ticket %" PRIu64 " got %u automatic replies", ticket->id, automatic);
    if (automatic > 0 && reason)
        verify_broken(v, "ticket.reply_and_reason", "ticket %" PRIu64 " got a reply and a reason for none", ticket->id);
}

static void check_ticket(struct verify *v, const uint8_t *key, const ProtobufCMessage *record)
{
    const Ticket *ticket = (const Ticket *)record;
    Message *message = message_of(v, ticket->message_key);

    v->proof.tickets++;
    check_id(v, get_be64(key), ticket);
    check_index_rows(v, ticket);
    if (message == NULL) {
        verify_broken(v, "ticket.message_missing", "the message of ticket %" PRIu64 " is not there", ticket->id);
        return;
    }
    if (message->fate != MESSAGE_FATE(TICKET) || message->ticket != ticket->id)
        verify_broken(v, "ticket.message_points_elsewhere", "the message of ticket %" PRIu64 " does not say so",
                      ticket->id);
    if (!same(message->sender_id, ticket->sender_id))
        verify_broken(v, "ticket.sender", "ticket %" PRIu64 " has another sender than its message", ticket->id);
    if (ticket->purged_us != 0 && (ticket->sender_id.len > 0 || ticket->sealed.len > 0))
        verify_broken(v, "ticket.not_purged", "ticket %" PRIu64 " was purged, yet something of it is left", ticket->id);
    check_replies_of(v, ticket, message);
    verify_storm_of(v, ticket);
    verify_incident_of(v, ticket);
    verify_done(message);
}

static void check_state_row(struct verify *v, const uint8_t *key)
{
    Ticket *ticket = verify_ticket(v, get_be64(key + 1));
    if (ticket == NULL || (uint8_t)ticket->state != key[0])
        verify_broken(v, "ticket_by_state.stray", "the index has ticket %" PRIu64 " as %s, which it is not",
                      get_be64(key + 1), ticket_state_name((Aduan__Record__TicketState)key[0]));
    verify_done(ticket);
}

static void check_sender_row(struct verify *v, const uint8_t *key)
{
    uint8_t id[SEAL_ID_BYTES] = {0};
    const ProtobufCBinaryData sender = {sizeof id, id};
    uint64_t number = get_be64(key + SENDER_ROW_BYTES);
    Ticket *ticket = verify_ticket(v, number);
    int err = txn_sender_id(&v->txn, key, id);
    if (err != OK && err != E_NOT_FOUND)
        v->rc = err;
    if (ticket == NULL || err != OK || !same(ticket->sender_id, sender))
        verify_broken(v, "ticket_by_sender.stray", "the index has ticket %" PRIu64 " under a sender that is not its",
                      number);
    verify_done(ticket);
}

void verify_tickets(struct verify *v)
{
    v->expected_serial = TICKET_SERIAL_FIRST;
    verify_walk(v, T_TICKET, 8, &aduan__record__ticket__descriptor, check_ticket);
    if (v->next_serial != v->expected_serial)
        verify_broken(v, "meta.next_serial", "the next ticket would be %" PRIu64 "; it should be %" PRIu64,
                      ticket_id_make(v->next_serial), ticket_id_make(v->expected_serial));
    if (v->tickets_open != v->open_tickets)
        verify_broken(v, "meta.tickets_open", "meta counts %" PRIu64 " open tickets; there are %" PRIu64,
                      v->tickets_open, v->open_tickets);
    if (verify_count(v, T_TICKET_BY_STATE) != v->state_rows)
        verify_rows(v, T_TICKET_BY_STATE, TICKET_STATE_KEY_BYTES, check_state_row);
    if (verify_count(v, T_TICKET_BY_SENDER) != v->sender_rows + v->identity_rows)
        verify_rows(v, T_TICKET_BY_SENDER, TICKET_SENDER_ROW_BYTES, check_sender_row);
}

/* --- replies ------------------------------------------------------------------------------------------------ */

static bool waits(const Reply *reply)
{
    return reply->state == REPLY_STATE(READY) || reply->state == REPLY_STATE(SENDING);
}

static void count_state(struct verify *v, const Reply *reply, const char *name)
{
    switch (reply->state) {
    case REPLY_STATE(READY):
    case REPLY_STATE(SENDING):
    case REPLY_STATE(ACCEPTED):
        v->proof.replies_open++;
        break;
    case REPLY_STATE(SENT):
        v->proof.replies_sent++;
        break;
    case REPLY_STATE(DELIVERED):
        v->proof.replies_delivered++;
        break;
    case REPLY_STATE(FAILED):
        v->proof.replies_failed++;
        break;
    default:
        verify_broken(v, "reply.state", "reply %s is in no known state", name);
    }
    /* A READY reply may not have been rendered yet, a FAILED one never. */
    if (reply->state > REPLY_STATE(READY) && reply->state < REPLY_STATE(FAILED) && reply->text.len == 0 &&
        reply->purged_us == 0)
        verify_broken(v, "reply.no_text", "reply %s is %s without a text", name, reply_state_name(reply->state));
}

static void check_due_row(struct verify *v, uint64_t slot, const Reply *reply, const char *name)
{
    uint8_t key[DUE_REPLY_KEY_BYTES];
    if (!waits(reply))
        return;
    put_be64(key, reply->due_us);
    put_be64(key + 8, slot);
    if (verify_has(v, T_OUTBOX_DUE, key, sizeof key))
        v->due_rows++;
    else
        verify_broken(v, "outbox_due.missing", "reply %s is %s and in no index: nobody will send it", name,
                      reply_state_name(reply->state));
}

static void check_owner(struct verify *v, uint64_t slot, const Reply *reply, const char *name)
{
    Ticket *ticket = verify_ticket(v, reply->ticket);
    bool listed = false;
    for (size_t i = 0; ticket && !listed && i < ticket->n_reply; i++)
        listed = ticket->reply[i] == slot;
    if (ticket == NULL)
        verify_broken(v, "reply.ticket_missing", "reply %s speaks of ticket %" PRIu64 ", which is not there", name,
                      reply->ticket);
    else if (!listed)
        verify_broken(v, "reply.orphan", "reply %s is not among those of ticket %" PRIu64, name, reply->ticket);
    verify_done(ticket);
}

/* A reply to a message that opened no ticket has the number 0. */
static void check_ticketless(struct verify *v, uint64_t slot, const uint8_t *id, const Message *message,
                             const char *name)
{
    uint8_t made[STORE_REPLY_ID_BYTES];
    if (message->fate != MESSAGE_FATE(NO_TICKET))
        verify_broken(v, "reply.orphan", "reply %s names no ticket, yet its message opened one", name);
    else if (message->reply != slot)
        verify_broken(v, "reply.orphan", "reply %s is not the one that its message names", name);
    if (message->uuid.len != UUID_BYTES)
        return; /* told by the walk over the messages */
    uuid_reply(message->uuid.data, 0, made);
    if (memcmp(made, id, sizeof made) != 0)
        verify_broken(v, "reply.id", "the id of reply %s is not made from its message", name);
}

/* The message that it answers, which it names when that is not its ticket's. */
static Message *answered_by(struct verify *v, const Reply *reply)
{
    if (reply->message_key.len > 0 || reply->ticket == 0)
        return message_of(v, reply->message_key);
    Ticket *ticket = verify_ticket(v, reply->ticket);
    Message *message = ticket ? message_of(v, ticket->message_key) : NULL;
    verify_done(ticket);
    return message;
}

static void check_reply(struct verify *v, const uint8_t *key, const ProtobufCMessage *record)
{
    const Reply *reply = (const Reply *)record;
    const uint8_t *id = reply->id.data;
    uint64_t slot = get_be64(key);
    char name[UUID_TEXT_BYTES];

    v->proof.replies++;
    if (reply->id.len != STORE_REPLY_ID_BYTES) {
        verify_broken(v, "reply.id", "reply %" PRIu64 " has no id", slot);
        return;
    }
    Message *message = answered_by(v, reply);
    uuid_format(id, name);
    if (reply->slot != slot)
        verify_broken(v, "reply.key", "reply %s rests under another one's key", name);
    count_state(v, reply, name);
    check_due_row(v, slot, reply, name);
    if (reply->purged_us != 0 && (reply->sender_id.len > 0 || reply->sealed.len > 0))
        verify_broken(v, "reply.not_purged", "reply %s was purged, yet something of it is left", name);
    if (reply->purged_us == 0 && !verify_has(v, T_IDENTITY, reply->sender_id.data, reply->sender_id.len))
        verify_broken(v, "reply.identity_missing", "whom reply %s goes to is not among the identities", name);
    if (message == NULL)
        verify_broken(v, "reply.message_missing", "the message that reply %s answers is not there", name);
    if (reply->ticket != 0)
        check_owner(v, slot, reply, name);
    else if (message)
        check_ticketless(v, slot, id, message, name);
    verify_done(message);
}

static void check_stray_due(struct verify *v, const uint8_t *key)
{
    Reply *reply = verify_reply(v, get_be64(key + 8));
    if (reply == NULL || !waits(reply) || reply->due_us != get_be64(key))
        verify_broken(v, "outbox_due.stray", "the index has reply %" PRIu64 " as due, which it is not at that time",
                      get_be64(key + 8));
    verify_done(reply);
}

void verify_replies(struct verify *v)
{
    verify_walk(v, T_REPLY, SLOT_BYTES, &aduan__record__reply__descriptor, check_reply);
    if (verify_count(v, T_OUTBOX_DUE) != v->due_rows)
        verify_rows(v, T_OUTBOX_DUE, DUE_REPLY_KEY_BYTES, check_stray_due);
}
