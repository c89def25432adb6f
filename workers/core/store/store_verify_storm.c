/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Proof of what a storm leaves behind: every SMS that joined a ticket is on it, reminders kept their distance, and what
 * waits for its class is in the table of what waits.
 */
#include "store_verify.h"

#include "record_fields.h"
#include "uuid.h"

#include <inttypes.h>
#include <string.h>

typedef Aduan__Record__Message Message;
typedef Aduan__Record__Ticket Ticket;
typedef Aduan__Record__Reply Reply;

static bool same(ProtobufCBinaryData a, const void *b, size_t len)
{
    return a.len == len && (len == 0 || memcmp(a.data, b, len) == 0);
}

/* --- resends ------------------------------------------------------------------------------------------------ */

void verify_resent(struct verify *v, const uint8_t *key, const Message *message)
{
    const char *name = verify_name(key, STORE_KEY_MESSAGE_BYTES);
    uint8_t row[RESENT_KEY_BYTES];
    Ticket *ticket = verify_ticket(v, message->ticket);
    v->proof.resent++;
    if (ticket == NULL)
        verify_broken(v, "message.ticket_missing", "message %s says it joined ticket %" PRIu64 ", which is not there",
                      name, message->ticket);
    else if (!same(message->sender_id, ticket->sender_id.data, ticket->sender_id.len))
        verify_broken(v, "resent.sender", "message %s joined ticket %" PRIu64 " of another sender", name,
                      message->ticket);
    verify_done(ticket);
    put_be64(row, message->ticket);
    memcpy(row + 8, key, STORE_KEY_MESSAGE_BYTES);
    if (verify_has(v, T_RESENT, row, sizeof row))
        v->resent_rows++;
    else
        verify_broken(v, "resent.missing", "message %s joined ticket %" PRIu64 ", whose list lacks it", name,
                      message->ticket);
    if (*message->no_reply_reason)
        return;
    Reply *reminder = message->reply ? verify_reply(v, message->reply) : NULL;
    if (reminder == NULL)
        verify_broken(v, "resent.no_reply", "message %s got no reminder and there is no reason", name);
    verify_done(reminder);
}

void verify_reminder(struct verify *v, const Ticket *ticket, const Reply *reply, uint64_t before_us)
{
    Message *message =
        verify_get(v, T_MESSAGE, reply->message_key.data, reply->message_key.len, &aduan__record__message__descriptor);
    uint8_t made[STORE_REPLY_ID_BYTES];
    v->proof.reminders++;
    if (before_us > 0 && reply->queued_us < before_us + (uint64_t)reply->interval_s * 1000000)
        verify_broken(v, "reminder.early",
                      "a reminder of ticket %" PRIu64 " came within %" PRIu32 " s of the reply before", ticket->id,
                      reply->interval_s);
    if (message == NULL || message->fate != MESSAGE_FATE(RESENT) || message->ticket != ticket->id ||
        message->reply != reply->slot) {
        verify_broken(v, "reminder.stray", "a reminder of ticket %" PRIu64 " answers no SMS that joined it",
                      ticket->id);
    } else if (message->uuid.len == UUID_BYTES) {
        uuid_reply(message->uuid.data, 0, made);
        if (!same(reply->id, made, sizeof made))
            verify_broken(v, "ticket.reply_id",
                          "the id of a reminder of ticket %" PRIu64 " is not made from its message", ticket->id);
    }
    verify_done(message);
}

/* --- tickets ------------------------------------------------------------------------------------------------ */

void verify_storm_of(struct verify *v, const Ticket *ticket)
{
    uint8_t key[8];
    put_be64(key, ticket->id);
    v->resends_want += ticket->resends;
    if (!ticket->unclassified)
        return;
    v->proof.tickets_unclassified++;
    if (verify_has(v, T_UNCLASSIFIED, key, sizeof key))
        v->unclassified_rows++;
    else
        verify_broken(v, "unclassified.missing", "ticket %" PRIu64 " has no class and nobody will give it one",
                      ticket->id);
}

/* --- strays ------------------------------------------------------------------------------------------------- */

static void check_resent_row(struct verify *v, const uint8_t *row)
{
    const uint8_t *key = row + 8;
    Message *message = verify_get(v, T_MESSAGE, key, STORE_KEY_MESSAGE_BYTES, &aduan__record__message__descriptor);
    if (message == NULL || message->fate != MESSAGE_FATE(RESENT) || message->ticket != get_be64(row))
        verify_broken(v, "resent.stray", "ticket %" PRIu64 " lists message %s, which did not join it", get_be64(row),
                      verify_name(key, STORE_KEY_MESSAGE_BYTES));
    verify_done(message);
}

static void check_unclassified_row(struct verify *v, const uint8_t *key)
{
    Ticket *ticket = verify_ticket(v, get_be64(key));
    if (ticket == NULL || !ticket->unclassified)
        verify_broken(v, "unclassified.stray", "ticket %" PRIu64 " is to be classified, and needs no class",
                      get_be64(key));
    verify_done(ticket);
}

void verify_storm(struct verify *v)
{
    if (v->resends_want != v->proof.resent)
        verify_broken(v, "resent.count", "tickets count %" PRIu64 " SMS that joined them; there are %" PRIu64,
                      v->resends_want, v->proof.resent);
    if (verify_count(v, T_RESENT) != v->resent_rows)
        verify_rows(v, T_RESENT, RESENT_KEY_BYTES, check_resent_row);
    if (verify_count(v, T_UNCLASSIFIED) != v->unclassified_rows)
        verify_rows(v, T_UNCLASSIFIED, 8, check_unclassified_row);
}
