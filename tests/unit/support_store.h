/* SPDX-License-Identifier: BSD-2-Clause */
/* A store in a directory of its own, with messages and tickets put there by the store's inner helpers, so that a test
 * of one verb does not lean on another one. */
#ifndef ADUAN_TESTS_SUPPORT_STORE_H
#define ADUAN_TESTS_SUPPORT_STORE_H

#include "record_fields.h"
#include "store_priv.h"
#include "ticket_id.h"
#include "uuid.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { SUPPORT_MAP_BYTES = 64 << 20 };
static const uint64_t support_t0 = 1800000000000000u; /* µs */

struct support {
    char dir[64], path[96];
    struct seal *seal;
    struct store *store;
    uint64_t now_us;
};

static inline struct store_options support_options(const struct support *s)
{
    return (struct store_options){.dir = s->path, .map_bytes = SUPPORT_MAP_BYTES, .seal = s->seal, .create = true};
}

static inline void support_open(struct support *s)
{
    static const uint8_t key[SEAL_KEY_BYTES] = {1, 2, 3};
    struct fault fault = {0};
    *s = (struct support){.now_us = support_t0};
    strcpy(s->dir, "/tmp/aduan-store-XXXXXX");
    assert_non_null(mkdtemp(s->dir));
    snprintf(s->path, sizeof s->path, "%s/store", s->dir);
    assert_int_equal(seal_from_bytes(key, &s->seal), OK);
    struct store_options options = support_options(s);
    if (store_open(&options, &s->store, &fault) != OK)
        fail_msg("%s", fault.text);
}

static inline void support_close(struct support *s)
{
    char command[128];
    store_close(s->store);
    seal_close(s->seal);
    snprintf(command, sizeof command, "rm -rf '%s'", s->dir);
    assert_int_equal(system(command), 0);
}

static inline struct store_txn support_write(struct support *s)
{
    struct store_txn txn;
    assert_int_equal(txn_begin(s->store, true, s->now_us, &txn), OK);
    return txn;
}

static inline void support_commit(struct store_txn *txn)
{
    assert_int_equal(txn_commit(txn), OK);
}

static inline int support_commit_fails(MDB_txn *txn)
{
    mdb_txn_abort(txn);
    return ENOSPC;
}

static inline ProtobufCBinaryData support_bytes(const void *data, size_t len)
{
    return (ProtobufCBinaryData){len, (uint8_t *)data};
}

/* One citizen's SMS as it came. */
struct support_sms {
    const char *number; /* NULL: "+6281234567" and n */
    const char *text;
    uint32_t n;            /* makes uuid and time */
    const char *no_ticket; /* a reason: no ticket */
    const char *no_reply;  /* a reason: a ticket without automatic reply */
    const char *category, *agency, *type, *shortcode;
};

static inline void support_uuid(uint32_t n, uint8_t uuid[UUID_BYTES])
{
    memset(uuid, 0x5a, UUID_BYTES);
    put_be32(uuid + 12, n);
}

static inline void support_key(uint32_t n, uint8_t key[STORE_KEY_MESSAGE_BYTES])
{
    put_be32(key, 1800000000u + n);
    support_uuid(n, key + 4);
}

static inline void support_identity(struct store_txn *txn, const char *number, uint8_t id[SEAL_ID_BYTES])
{
    Aduan__Record__Identity identity = ADUAN__RECORD__IDENTITY__INIT;
    MDB_val there;
    seal_sender_id(txn->store->seal, number, strlen(number), id);
    txn->identities += txn_get(txn, T_IDENTITY, id, SEAL_ID_BYTES, &there) == E_NOT_FOUND;
    identity.version = RECORD_VERSION;
    identity.number = support_bytes(number, strlen(number));
    identity.first_us = identity.last_us = txn->now_us;
    identity.messages = 1;
    assert_int_equal(txn_put_record(txn, T_IDENTITY, id, SEAL_ID_BYTES, &identity.base), OK);
}

static inline void support_event(struct store_txn *txn, Aduan__Record__Event__Kind kind, uint64_t ticket,
                                 const uint8_t *key)
{
    Aduan__Record__Event event = ADUAN__RECORD__EVENT__INIT;
    event.kind = kind;
    event.ticket = ticket;
    event.message_key = support_bytes(key, STORE_KEY_MESSAGE_BYTES);
    assert_int_equal(txn_event(txn, &event), OK);
}

static inline void support_ticket(struct store_txn *txn, const struct support_sms *sms, Aduan__Record__Message *message,
                                  const uint8_t *key)
{
    Aduan__Record__Ticket ticket = ADUAN__RECORD__TICKET__INIT;
    const struct reply_intent intent = {.template_name = "received", .language = "id"};
    ticket.id = message->ticket;
    ticket.state = TICKET_STATE(RECEIVED);
    ticket.opened_us = ticket.changed_us = txn->now_us;
    ticket.message_key = support_bytes(key, STORE_KEY_MESSAGE_BYTES);
    ticket.sender_id = message->sender_id;
    ticket.shortcode = (char *)(sms->shortcode ? sms->shortcode : "1708");
    ticket.category = (char *)(sms->category ? sms->category : "jalan");
    ticket.agency = (char *)(sms->agency ? sms->agency : "dpupr");
    ticket.type = (char *)(sms->type ? sms->type : "pengaduan");
    ticket.language = "id";
    ticket.text = message->text;
    support_event(txn, EVENT_KIND(TICKET_OPENED), ticket.id, key);
    if (sms->no_reply == NULL)
        assert_int_equal(txn_queue_reply(txn, message, &ticket, &intent), OK);
    assert_int_equal(txn_put_ticket(txn, &ticket, TICKET_STATE(TICKET_STATE_NONE)), OK);
    free(ticket.reply);
}

/* Puts the message and what follows from it; the ticket's id, 0 for none. */
static inline uint64_t support_take(struct store_txn *txn, const struct support_sms *sms)
{
    Aduan__Record__Message message = ADUAN__RECORD__MESSAGE__INIT;
    uint8_t sender[SEAL_ID_BYTES], key[STORE_KEY_MESSAGE_BYTES];
    char number[32];

    snprintf(number, sizeof number, "+6281%08u", sms->n);
    support_identity(txn, sms->number ? sms->number : number, sender);
    support_key(sms->n, key);
    message.version = RECORD_VERSION;
    message.uuid = support_bytes(key + 4, UUID_BYTES);
    message.time = get_be32(key);
    message.committed_us = txn->now_us;
    message.sender_id = support_bytes(sender, sizeof sender);
    message.receiver = support_bytes("1708", 4);
    message.smsc_id = support_bytes("tsel", 4);
    message.service = support_bytes("svc", 3);
    message.account = support_bytes("acc", 3);
    message.bearerbox = "main";
    message.text = support_bytes(sms->text ? sms->text : "jalan rusak", strlen(sms->text ? sms->text : "jalan rusak"));
    message.body = message.text;
    message.no_reply_reason = (char *)(sms->no_reply ? sms->no_reply : "");
    if (sms->no_ticket) {
        message.fate = MESSAGE_FATE(NO_TICKET);
        message.reason = (char *)sms->no_ticket;
    } else {
        message.fate = MESSAGE_FATE(TICKET);
        message.ticket = ticket_id_make(txn->next_serial++);
    }
    support_event(txn, EVENT_KIND(SMS_RECEIVED), message.ticket, key);
    if (!sms->no_ticket)
        support_ticket(txn, sms, &message, key);
    assert_int_equal(txn_put_record(txn, T_MESSAGE, key, sizeof key, &message.base), OK);
    return message.ticket;
}

/* The same in a transaction of its own. */
static inline uint64_t support_sms(struct support *s, const struct support_sms *sms)
{
    struct store_txn txn = support_write(s);
    uint64_t ticket = support_take(&txn, sms);
    support_commit(&txn);
    return ticket;
}

/* The id of the n-th reply to message `sms`. */
static inline void support_reply_id(uint32_t sms, uint32_t n, uint8_t id[STORE_REPLY_ID_BYTES])
{
    uint8_t uuid[UUID_BYTES];
    support_uuid(sms, uuid);
    uuid_reply(uuid, n, id);
}

/* Where the last reply of that id rests; 0: nowhere. */
static inline uint64_t support_find(struct support *s, const uint8_t id[STORE_REPLY_ID_BYTES])
{
    struct store_txn txn;
    MDB_cursor *cursor;
    MDB_val key, val;
    ProtobufCMessage *record;
    uint64_t slot = 0;
    assert_int_equal(txn_begin(s->store, false, 0, &txn), OK);
    assert_int_equal(txn_cursor(&txn, T_REPLY, &cursor), OK);
    while (cursor_get(s->store, cursor, &key, &val, MDB_NEXT) == OK) {
        if (record_unpack(&aduan__record__reply__descriptor, &val, &record) != OK)
            continue;
        const Aduan__Record__Reply *reply = (const Aduan__Record__Reply *)record;
        if (reply->id.len == STORE_REPLY_ID_BYTES && memcmp(reply->id.data, id, STORE_REPLY_ID_BYTES) == 0)
            slot = get_be64(key.mv_data);
        protobuf_c_message_free_unpacked(record, NULL);
    }
    mdb_cursor_close(cursor);
    txn_abort(&txn);
    return slot;
}

/* The slot of the n-th reply to message `sms`, which is there. */
static inline uint64_t support_slot_of(struct support *s, uint32_t sms, uint32_t n)
{
    uint8_t id[STORE_REPLY_ID_BYTES];
    support_reply_id(sms, n, id);
    uint64_t slot = support_find(s, id);
    assert_true(slot > 0);
    return slot;
}

/* News about the first reply to message `sms`. */
static inline void support_about(struct support *s, uint32_t sms, struct store_reply_input *news)
{
    support_reply_id(sms, 0, news->id);
    news->slot = support_find(s, news->id);
}

/* Where the reply of that id rests, as a key. */
static inline void support_slot(struct support *s, const uint8_t id[STORE_REPLY_ID_BYTES], uint8_t slot[SLOT_BYTES])
{
    uint64_t found = support_find(s, id);
    assert_true(found > 0);
    put_be64(slot, found);
}

/* What a cursor has found becomes what the table has under its own keys; false: two kinds of rows share one table, and
 * this is one of the other kind. `outer` is where a key is made. */
static inline bool support_is_row(struct store_txn *txn, enum store_table table, MDB_val *key, MDB_val *val,
                                  uint8_t outer[TICKET_SENDER_KEY_BYTES])
{
    if (table == T_IDENTITY)
        return sender_row_identity(key, val) || key->mv_size != TICKET_SENDER_ROW_BYTES;
    if (table != T_TICKET_BY_SENDER)
        return true;
    if (key->mv_size != TICKET_SENDER_ROW_BYTES || txn_sender_id(txn, key->mv_data, outer) != OK)
        return false;
    memcpy(outer + SEAL_ID_BYTES, (const uint8_t *)key->mv_data + SENDER_ROW_BYTES, 8);
    *key = (MDB_val){TICKET_SENDER_KEY_BYTES, outer};
    return true;
}

static inline uint64_t support_count(struct support *s, enum store_table table)
{
    struct store_txn txn;
    uint64_t count;
    assert_int_equal(txn_begin(s->store, false, 0, &txn), OK);
    assert_int_equal(txn_count(&txn, table, &count), OK);
    if (table == T_IDENTITY || table == T_TICKET_BY_SENDER) {
        MDB_cursor *cursor;
        MDB_val key, val;
        uint8_t outer[TICKET_SENDER_KEY_BYTES];
        assert_int_equal(txn_cursor(&txn, table, &cursor), OK);
        for (count = 0; cursor_get(s->store, cursor, &key, &val, MDB_NEXT) == OK;)
            count += support_is_row(&txn, table, &key, &val, outer);
        mdb_cursor_close(cursor);
    }
    txn_abort(&txn);
    return count;
}

/* The last n kinds of the event log as a string of letters, see support_kinds. */
struct support_events {
    char kinds[512];
    size_t count;
    char detail[160]; /* of the last one */
};

static inline int support_add_event(void *ctx, const Aduan__Record__Event *event)
{
    /* sms Received, Opened, Classified, State, Assigned, Note, reply queUed, Accepted 'a', sent 's', delivered 'd',
     * failed 'f', Quarantined, Joined, corrected 'K' */
    static const char letters[] = "?ROCSANUasdfQJK";
    struct support_events *events = ctx;
    events->kinds[events->count++] = letters[event->kind];
    events->kinds[events->count] = '\0';
    snprintf(events->detail, sizeof events->detail, "%s", event->detail);
    return 0;
}

static inline struct support_events support_events(struct support *s, uint64_t from)
{
    struct support_events events = {0};
    assert_int_equal(store_events(s->store, from, 500, support_add_event, &events), OK);
    return events;
}

#endif
