/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The outbox: replies on their way out. Owns the replies, the outbox table that finds them by id, and the index
 * outbox_due, in which a reply stands exactly while it is READY or SENDING, under the time it is to be taken up
 * (again). store_claim.c takes them out.
 * What must never happen here: a reply that goes backwards (reply.h), or one that is due and in no index.
 */
#include "record_fields.h"
#include "store_ingest.h"
#include "uuid.h"

#include <string.h>

typedef Aduan__Record__Reply Reply;

static bool waits(const Reply *reply)
{
    return reply->state == REPLY_STATE(READY) || reply->state == REPLY_STATE(SENDING);
}

static void due_key(uint64_t due_us, const uint8_t *id, uint8_t key[DUE_REPLY_KEY_BYTES])
{
    put_be64(key, due_us);
    memcpy(key + 8, id, STORE_REPLY_ID_BYTES);
}

static int get_reply(struct store_txn *txn, const uint8_t id[STORE_REPLY_ID_BYTES], bool open, Reply **out)
{
    ProtobufCMessage *record;
    MDB_val slot;
    int rc = txn_get(txn, T_OUTBOX, id, STORE_REPLY_ID_BYTES, &slot);
    if (rc != OK)
        return rc;
    if (slot.mv_size != SLOT_BYTES)
        return E_CORRUPT;
    rc = (open ? txn_get_record : txn_get_closed)(txn, T_REPLY, slot.mv_data, slot.mv_size,
                                                  &aduan__record__reply__descriptor, &record);
    if (rc == OK)
        *out = (Reply *)record;
    return rc == E_NOT_FOUND ? E_CORRUPT : rc;
}

int txn_get_reply(struct store_txn *txn, const uint8_t id[STORE_REPLY_ID_BYTES], Reply **out)
{
    return get_reply(txn, id, true, out);
}

int txn_get_reply_closed(struct store_txn *txn, const uint8_t id[STORE_REPLY_ID_BYTES], Reply **out)
{
    return get_reply(txn, id, false, out);
}

/* A new reply's place, from which its id leads to it. */
static int give_slot(struct store_txn *txn, Reply *reply)
{
    uint8_t slot[SLOT_BYTES];
    reply->slot = txn->next_sequence;
    put_be64(slot, reply->slot);
    return txn_put_new(txn, T_OUTBOX, reply->id.data, reply->id.len, slot, sizeof slot);
}

int txn_put_reply(struct store_txn *txn, Reply *reply, uint64_t due_before)
{
    uint64_t due = waits(reply) ? reply->due_us : 0;
    uint8_t key[DUE_REPLY_KEY_BYTES];
    int rc = OK;

    if (reply->id.len != STORE_REPLY_ID_BYTES || (waits(reply) && due == 0))
        return E_INVALID;
    if (due_before != 0 && due_before != due) {
        due_key(due_before, reply->id.data, key);
        rc = txn_del(txn, T_OUTBOX_DUE, key, sizeof key);
    }
    if (rc != OK && rc != E_NOT_FOUND) /* an index row that was missing is missed no more */
        return rc;
    if (due != 0) {
        due_key(due, reply->id.data, key);
        rc = txn_put(txn, T_OUTBOX_DUE, key, sizeof key, "", 0);
        if (rc != OK)
            return rc;
    }
    if (reply->slot == 0)
        rc = give_slot(txn, reply);
    if (rc != OK && rc != E_NOT_FOUND)
        return rc;
    uint8_t slot[SLOT_BYTES];
    put_be64(slot, reply->slot);
    reply->version = RECORD_VERSION;
    return txn_put_record(txn, T_REPLY, slot, sizeof slot, &reply->base);
}

static int queued_event(struct store_txn *txn, const Reply *reply, const Aduan__Record__Ticket *ticket)
{
    Aduan__Record__Event event = ADUAN__RECORD__EVENT__INIT;
    event.kind = EVENT_KIND(REPLY_QUEUED);
    event.ticket = reply->ticket;
    event.message_key = reply->message_key;
    event.reply_id = reply->id;
    event.shortcode = reply->shortcode;
    event.actor = reply->actor;
    event.detail = reply->template_;
    if (ticket) {
        event.type = ticket->type;
        event.category = ticket->category;
        event.agency = ticket->agency;
        event.state = ticket->state;
    }
    return txn_event(txn, &event);
}

static char *borrowed(const char *text)
{
    return (char *)(text ? text : protobuf_c_empty_string);
}

int txn_queue_reply(struct store_txn *txn, const Aduan__Record__Message *message, Aduan__Record__Ticket *ticket,
                    const struct reply_intent *intent)
{
    Reply reply = ADUAN__RECORD__REPLY__INIT;
    uint8_t id[STORE_REPLY_ID_BYTES], key[STORE_KEY_MESSAGE_BYTES];
    char shortcode[SHORTCODE_TEXT_BYTES];
    MDB_val existing;

    if (message->uuid.len != UUID_BYTES || message->sender_id.len != SEAL_ID_BYTES)
        return E_INVALID;
    bool reminds = intent->interval_s > 0;
    uuid_reply(message->uuid.data, ticket && !reminds ? ticket->replies : 0, id);
    int rc = txn_get(txn, T_OUTBOX, id, sizeof id, &existing);
    if (rc != E_NOT_FOUND)
        return rc == OK ? E_EXISTS : rc;
    put_be32(key, message->time);
    memcpy(key + 4, message->uuid.data, UUID_BYTES);
    shortcode_text(message, shortcode);

    reply.id = (ProtobufCBinaryData){sizeof id, id};
    reply.state = REPLY_STATE(READY);
    reply.queued_us = reply.due_us = reply.changed_us = txn->now_us;
    reply.ticket = ticket ? ticket->id : 0;
    reply.message_key = (ProtobufCBinaryData){sizeof key, key};
    reply.sender_id = message->sender_id;
    reply.shortcode = shortcode;
    reply.smsc_id = message->smsc_id;
    reply.service = message->service;
    reply.account = message->account;
    reply.bearerbox = message->bearerbox;
    reply.template_ = borrowed(intent->template_name);
    reply.language = borrowed(intent->language);
    reply.actor = borrowed(intent->actor);
    reply.interval_s = intent->interval_s;
    reply.words = (ProtobufCBinaryData){intent->text ? intent->text_len : 0, (uint8_t *)intent->text};

    rc = txn_put_reply(txn, &reply, 0);
    if (rc == OK)
        rc = queued_event(txn, &reply, ticket);
    if (rc == OK && ticket) {
        record_add_bytes(&ticket->reply, &ticket->n_reply, id, sizeof id);
        ticket->replies += !reminds;
    }
    return rc;
}

int store_next_due(struct store *store, uint64_t *due_us)
{
    struct store_txn txn;
    MDB_cursor *cursor = NULL;
    MDB_val key, val;
    uint64_t due = 0;

    int rc = txn_begin(store, false, 0, &txn);
    if (rc != OK)
        return rc;
    rc = txn_cursor(&txn, T_OUTBOX_DUE, &cursor);
    if (rc == OK)
        rc = cursor_get(store, cursor, &key, &val, MDB_FIRST);
    if (rc == OK)
        due = get_be64(key.mv_data);
    mdb_cursor_close(cursor);
    txn_abort(&txn);
    if (rc != OK && rc != E_NOT_FOUND)
        return rc;
    *due_us = due;
    return OK;
}

int store_reply_get(struct store *store, const uint8_t id[STORE_REPLY_ID_BYTES], Reply **out)
{
    struct store_txn txn;
    int rc = txn_begin(store, false, 0, &txn);
    if (rc != OK)
        return rc;
    rc = txn_get_reply(&txn, id, out);
    txn_abort(&txn);
    return rc;
}
