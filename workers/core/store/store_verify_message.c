/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Proof of the messages: each has a fate and exactly one consequence that is really there. Also the quarantine and the
 * identities, which hang on messages, and the sets of parts.
 */
#include "store_verify.h"

#include "record_fields.h"
#include "ticket_id.h"
#include "udh.h"
#include "uuid.h"

#include <inttypes.h>
#include <string.h>

typedef Aduan__Record__Message Message;
typedef Aduan__Record__Ticket Ticket;
typedef Aduan__Record__PartSet PartSet;
typedef Aduan__Record__Part Part;

static bool same(ProtobufCBinaryData bytes, const void *other, size_t len)
{
    return bytes.len == len && (len == 0 || memcmp(bytes.data, other, len) == 0);
}

/* --- fates -------------------------------------------------------------------------------------------------- */

static void ticket_of(struct verify *v, const uint8_t *key, const Message *message)
{
    uint8_t id[8];
    put_be64(id, message->ticket);
    Ticket *ticket = verify_get(v, T_TICKET, id, sizeof id, &aduan__record__ticket__descriptor);
    if (ticket == NULL)
        verify_broken(v, "message.ticket_missing", "message %s says it opened ticket %" PRIu64 ", which is not there",
                      verify_name(key, STORE_KEY_MESSAGE_BYTES), message->ticket);
    else if (!same(ticket->message_key, key, STORE_KEY_MESSAGE_BYTES))
        verify_broken(v, "message.ticket_points_elsewhere", "ticket %" PRIu64 " of message %s names another message",
                      message->ticket, verify_name(key, STORE_KEY_MESSAGE_BYTES));
    verify_done(ticket);
}

static void whole_of(struct verify *v, const uint8_t *key, const Message *message)
{
    Message *whole =
        verify_get(v, T_MESSAGE, message->whole.data, message->whole.len, &aduan__record__message__descriptor);
    if (whole == NULL)
        verify_broken(v, "message.whole_missing", "part %s was joined into a message that is not there",
                      verify_name(key, STORE_KEY_MESSAGE_BYTES));
    else if (whole->parts_total == 0)
        verify_broken(v, "message.whole_has_no_parts", "part %s was joined into message %s, which was not put together",
                      verify_name(key, STORE_KEY_MESSAGE_BYTES), verify_name(message->whole.data, message->whole.len));
    verify_done(whole);
    v->joined_parts++;
}

/* The row of its part, found by what the message itself says. */
static bool in_its_set(struct verify *v, const uint8_t *key, const Message *message)
{
    uint8_t part_key[PART_KEY_BYTES] = {0}, hash[SEAL_ID_BYTES];
    struct udh_concat concat;
    if (udh_parse_concat(message->udh.data, message->udh.len, &concat) <= 0)
        return false;
    if (message->sender_id.len == SEAL_ID_BYTES)
        memcpy(part_key, message->sender_id.data, SEAL_ID_BYTES);
    seal_id(v->txn.store->seal, message->receiver.data, message->receiver.len, hash);
    memcpy(part_key + SEAL_ID_BYTES, hash, 8);
    put_be16(part_key + SEAL_ID_BYTES + 8, concat.reference);
    part_key[SEAL_ID_BYTES + 10] = concat.total;
    part_key[SET_KEY_BYTES] = concat.index;
    Part *part = verify_get(v, T_PART, part_key, sizeof part_key, &aduan__record__part__descriptor);
    bool found = part && same(part->message_key, key, STORE_KEY_MESSAGE_BYTES);
    verify_done(part);
    return found;
}

static void waiting(struct verify *v, const uint8_t *key, const Message *message)
{
    v->waiting_parts++;
    /* Senders too long for an identity are known to the set's key only: the count of waiting parts covers them. */
    bool nameless = message->sender_id.len == 0 && message->sender.len > 0;
    if (!nameless && !in_its_set(v, key, message))
        verify_broken(v, "message.part_not_in_set", "message %s waits for a set that does not hold it",
                      verify_name(key, STORE_KEY_MESSAGE_BYTES));
}

static void without_ticket(struct verify *v, const uint8_t *key, const Message *message)
{
    bool parked = strcmp(message->reason, "quarantined") == 0;
    v->proof.no_ticket++;
    if (*message->reason == '\0')
        verify_broken(v, "message.no_reason", "message %s opened no ticket and does not say why",
                      verify_name(key, STORE_KEY_MESSAGE_BYTES));
    if (parked && !verify_has(v, T_QUARANTINE, key, STORE_KEY_MESSAGE_BYTES))
        verify_broken(v, "message.quarantine_missing", "message %s is quarantined but not in the quarantine",
                      verify_name(key, STORE_KEY_MESSAGE_BYTES));
}

/* A joined message that opened a ticket was announced by its parts, a quarantined one by an event of its own. */
static bool announces(const Message *message)
{
    if (message->fate == MESSAGE_FATE(NO_TICKET))
        return strcmp(message->reason, "quarantined") != 0;
    return message->parts_total == 0;
}

static void check_fate(struct verify *v, const uint8_t *key, const Message *message)
{
    switch (message->fate) {
    case MESSAGE_FATE(TICKET):
        ticket_of(v, key, message);
        break;
    case MESSAGE_FATE(PART_WAITING):
        v->proof.parts++;
        waiting(v, key, message);
        break;
    case MESSAGE_FATE(PART_JOINED):
        v->proof.parts++;
        whole_of(v, key, message);
        break;
    case MESSAGE_FATE(NO_TICKET):
        without_ticket(v, key, message);
        break;
    case MESSAGE_FATE(RESENT):
        verify_resent(v, key, message);
        return;
    default:
        verify_broken(v, "message.no_fate", "message %s has no fate", verify_name(key, STORE_KEY_MESSAGE_BYTES));
        return;
    }
    if (message->fate != MESSAGE_FATE(TICKET) && message->ticket != 0)
        verify_broken(v, "message.two_fates", "message %s opened no ticket, yet names ticket %" PRIu64,
                      verify_name(key, STORE_KEY_MESSAGE_BYTES), message->ticket);
}

static void check_message(struct verify *v, const uint8_t *key, const ProtobufCMessage *record)
{
    const Message *message = (const Message *)record;
    v->proof.messages++;
    if (message->parts_total > 0) {
        v->proof.wholes++;
        v->joined_want += message->parts_have;
    }
    if (get_be32(key) != message->time || !same(message->uuid, key + 4, UUID_BYTES))
        verify_broken(v, "message.key", "message %s rests under another one's key",
                      verify_name(key, STORE_KEY_MESSAGE_BYTES));
    if (message->sender_id.len > 0 &&
        (message->sender_id.len != SEAL_ID_BYTES || !verify_has(v, T_IDENTITY, message->sender_id.data, SEAL_ID_BYTES)))
        verify_broken(v, "message.identity_missing", "the sender of message %s is not among the identities",
                      verify_name(key, STORE_KEY_MESSAGE_BYTES));
    if (message->purged_us != 0 && (message->sender_id.len > 0 || message->sealed.len > 0))
        verify_broken(v, "message.not_purged", "message %s was purged, yet something of it is left",
                      verify_name(key, STORE_KEY_MESSAGE_BYTES));
    v->announced += announces(message);
    check_fate(v, key, message);
}

/* --- quarantine and identities ------------------------------------------------------------------------------ */

static void check_quarantine(struct verify *v, const uint8_t *key, const ProtobufCMessage *record)
{
    (void)record;
    Message *message = verify_get(v, T_MESSAGE, key, STORE_KEY_MESSAGE_BYTES, &aduan__record__message__descriptor);
    v->proof.quarantined++;
    if (message == NULL || strcmp(message->reason, "quarantined") != 0)
        verify_broken(v, "quarantine.stray", "the quarantine holds %s, which is no quarantined message",
                      verify_name(key, STORE_KEY_MESSAGE_BYTES));
    verify_done(message);
}

/* Whoever is not found by sender_id is taken for a new one. */
void verify_sender(struct verify *v, const uint8_t id[SEAL_ID_BYTES])
{
    uint8_t row[SENDER_ROW_BYTES];
    bool due = false, there = false;
    int err = txn_sender_row(&v->txn, id, row);
    if (err == OK)
        err = txn_sender_indexed(&v->txn, id, v->sender_row, &due, &there);
    if (err != OK && err != E_NOT_FOUND)
        v->rc = err;
    else if (err == E_NOT_FOUND || get_be64(row) != v->sender_row || (due && !there))
        verify_broken(v, "sender_index.missing", "the index does not lead to the identity of row %" PRIu64,
                      v->sender_row);
    v->indexed_rows += there;
}

static void check_identity(struct verify *v, const uint8_t *key, const ProtobufCMessage *record)
{
    const Aduan__Record__Identity *identity = (const Aduan__Record__Identity *)record;
    uint8_t id[SEAL_ID_BYTES];
    v->proof.identities++;
    if (identity->sealed.len == 0 || identity->number.len == 0) {
        verify_broken(v, "identity.sealed", "an identity has no sealed number");
        return;
    }
    seal_sender_id(v->txn.store->seal, identity->number.data, identity->number.len, id);
    explicit_bzero(identity->number.data, identity->number.len);
    if (memcmp(id, key, SEAL_ID_BYTES) != 0)
        verify_broken(v, "identity.key", "an identity rests under another one's key");
}

void verify_messages(struct verify *v)
{
    verify_walk(v, T_MESSAGE, STORE_KEY_MESSAGE_BYTES, &aduan__record__message__descriptor, check_message);
    verify_walk(v, T_QUARANTINE, STORE_KEY_MESSAGE_BYTES, &aduan__record__quarantine__descriptor, check_quarantine);
    verify_walk(v, T_IDENTITY, SEAL_ID_BYTES, &aduan__record__identity__descriptor, check_identity);
    if (v->identity_rows != v->identities)
        verify_broken(v, "meta.identities", "meta counts %" PRIu64 " identities; there are %" PRIu64, v->identities,
                      v->identity_rows);
    if (verify_count(v, T_SENDER_INDEX) != v->indexed_rows)
        verify_broken(v, "sender_index.stray", "the index of senders has %" PRIu64 " rows; %" PRIu64 " lead somewhere",
                      verify_count(v, T_SENDER_INDEX), v->indexed_rows);
    if (verify_count(v, T_MESSAGE_ROW) != verify_count(v, T_MESSAGE))
        verify_broken(v, "message_row.stray", "there are %" PRIu64 " messages under %" PRIu64 " keys",
                      verify_count(v, T_MESSAGE_ROW), verify_count(v, T_MESSAGE));
    if (v->joined_parts != v->joined_want)
        verify_broken(v, "message.parts_count",
                      "%" PRIu64 " parts say they were joined; the joined messages count %" PRIu64, v->joined_parts,
                      v->joined_want);
}
