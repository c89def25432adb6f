/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The outbox: replies on their way out. Owns the replies and the index outbox_due, in which a reply stands exactly
 * while it is READY or SENDING, under the time it is to be taken up (again). store_claim.c takes them out.
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

/* What a reply of one part will need beside what it has when it is queued: its sealed text, times and counts. */
enum { ROOM_BYTES = 128 };

static void due_key(uint64_t due_us, uint64_t slot, uint8_t key[DUE_REPLY_KEY_BYTES])
{
    put_be64(key, due_us);
    put_be64(key + 8, slot);
}

static int get_reply(struct store_txn *txn, uint64_t slot, bool open, Reply **out)
{
    ProtobufCMessage *record;
    uint8_t key[SLOT_BYTES];
    put_be64(key, slot);
    int rc = (open ? txn_get_record : txn_get_closed)(txn, T_REPLY, key, sizeof key, &aduan__record__reply__descriptor,
                                                      &record);
    if (rc == OK)
        *out = (Reply *)record;
    return rc;
}

int txn_scan_reply(struct store_txn *txn, struct arena *arena, uint64_t slot, bool opened, Reply *out)
{
    uint8_t key[SLOT_BYTES];
    put_be64(key, slot);
    aduan__record__reply__init(out);
    int rc = txn_scan_record(txn, arena, T_REPLY, key, sizeof key, opened, &out->base);
    return rc == OK && (out->slot != slot || out->id.len != STORE_REPLY_ID_BYTES) ? E_CORRUPT : rc;
}

int txn_get_reply(struct store_txn *txn, uint64_t slot, Reply **out)
{
    return get_reply(txn, slot, true, out);
}

int txn_get_reply_closed(struct store_txn *txn, uint64_t slot, Reply **out)
{
    return get_reply(txn, slot, false, out);
}

int txn_put_reply(struct store_txn *txn, Reply *reply, uint64_t due_before)
{
    uint64_t due = waits(reply) ? reply->due_us : 0;
    uint8_t key[DUE_REPLY_KEY_BYTES];
    int rc = OK;

    if (reply->id.len != STORE_REPLY_ID_BYTES || (waits(reply) && due == 0))
        return E_INVALID;
    bool queued = reply->slot == 0;
    if (queued)
        reply->slot = txn->next_sequence;
    if (due_before != 0 && due_before != due) {
        due_key(due_before, reply->slot, key);
        rc = txn_del(txn, T_OUTBOX_DUE, key, sizeof key);
    }
    if (rc != OK && rc != E_NOT_FOUND) /* an index row that was missing is missed no more */
        return rc;
    if (due != 0) {
        due_key(due, reply->slot, key);
        rc = txn_put(txn, T_OUTBOX_DUE, key, sizeof key, "", 0);
        if (rc != OK)
            return rc;
    }
    uint8_t slot[SLOT_BYTES];
    put_be64(slot, reply->slot);
    reply->version = RECORD_VERSION;
    return (queued ? txn_put_record_last : txn_put_record)(txn, T_REPLY, slot, sizeof slot, &reply->base);
}

static int queued_event(struct store_txn *txn, const Reply *reply)
{
    Aduan__Record__Event event = ADUAN__RECORD__EVENT__INIT;
    event.kind = EVENT_KIND(REPLY_QUEUED);
    event.ticket = reply->ticket;
    event.message_key = reply->message_key;
    event.reply = reply->slot;
    event.shortcode = reply->shortcode;
    event.actor = reply->actor;
    event.detail = reply->template_;
    return txn_event(txn, &event);
}

static char *borrowed(const char *text)
{
    return (char *)(text ? text : protobuf_c_empty_string);
}

int txn_queue_reply(struct store_txn *txn, Aduan__Record__Message *message, Aduan__Record__Ticket *ticket,
                    const struct reply_intent *intent)
{
    static const uint8_t room[ROOM_BYTES];
    Reply reply = ADUAN__RECORD__REPLY__INIT;
    uint8_t id[STORE_REPLY_ID_BYTES], key[STORE_KEY_MESSAGE_BYTES];
    char shortcode[SHORTCODE_TEXT_BYTES];

    if (message->uuid.len != UUID_BYTES || message->sender_id.len != SEAL_ID_BYTES)
        return E_INVALID;
    bool own = ticket && intent->interval_s == 0; /* to the SMS that opened the ticket */
    uuid_reply(message->uuid.data, own ? ticket->replies : 0, id);
    put_be32(key, message->time);
    memcpy(key + 4, message->uuid.data, UUID_BYTES);
    shortcode_text(message, shortcode);

    reply.id = (ProtobufCBinaryData){sizeof id, id};
    reply.state = REPLY_STATE(READY);
    reply.queued_us = reply.due_us = reply.changed_us = txn->now_us;
    reply.ticket = ticket ? ticket->id : 0;
    if (!own)
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

    reply.room = (ProtobufCBinaryData){sizeof room, (uint8_t *)room};

    int rc = txn_put_reply(txn, &reply, 0);
    if (rc == OK)
        rc = queued_event(txn, &reply);
    if (rc == OK && ticket)
        record_add_number(&ticket->reply, &ticket->n_reply, reply.slot);
    if (rc == OK && own)
        ticket->replies++;
    if (rc == OK && !own)
        message->reply = reply.slot;
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

int store_reply_get(struct store *store, uint64_t slot, Reply **out)
{
    struct store_txn txn;
    int rc = txn_begin(store, false, 0, &txn);
    if (rc != OK)
        return rc;
    rc = txn_get_reply(&txn, slot, out);
    txn_abort(&txn);
    return rc;
}
