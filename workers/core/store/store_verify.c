/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The proof: walks the whole store in one read snapshot and holds it against the promises. This file owns the
 * snapshot, the helpers of the walks, and meta; the walks live in store_verify_*.c, one for each kind of thing.
 * Indexes are compared both ways, without holding a table in memory: every record must find its row, and where there
 * are more rows than that, the strays are looked for.
 */
#include "store_verify.h"

#include "kill_point.h"
#include "store_rekey.h"
#include "uuid.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void verify_broken(struct verify *v, const char *id, const char *format, ...)
{
    char sentence[256];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    v->proof.breaks++;
    if (v->broken)
        v->broken(v->ctx, id, sentence);
}

const char *verify_name(const void *key, size_t len)
{
    static _Thread_local char texts[4][UUID_TEXT_BYTES];
    static _Thread_local unsigned next;
    if (len != STORE_KEY_MESSAGE_BYTES)
        return "(no key)";
    return uuid_format((const uint8_t *)key + 4, texts[next++ % 4]);
}

/* --- looking ------------------------------------------------------------------------------------------------ */

static void unreadable(struct verify *v, enum store_table table, const char *what)
{
    char id[48];
    snprintf(id, sizeof id, "%s.unreadable", store_table_name(table));
    verify_broken(v, id, "a row of table %s has %s", store_table_name(table), what);
}

static bool lookup(struct verify *v, enum store_table table, const void *key, size_t key_len, MDB_val *val)
{
    if (v->rc != OK || key_len == 0 || key_len > 64)
        return false;
    int rc = txn_get(&v->txn, table, key, key_len, val);
    if (rc != OK && rc != E_NOT_FOUND)
        v->rc = rc;
    return rc == OK;
}

bool verify_has(struct verify *v, enum store_table table, const void *key, size_t key_len)
{
    MDB_val val;
    return lookup(v, table, key, key_len, &val);
}

void *verify_get(struct verify *v, enum store_table table, const void *key, size_t key_len,
                 const ProtobufCMessageDescriptor *type)
{
    ProtobufCMessage *record = NULL;
    MDB_val val;
    if (!lookup(v, table, key, key_len, &val) || record_unpack(type, &val, &record) != OK)
        return NULL; /* what cannot be read is told by the walk over its table */
    return record;
}

Aduan__Record__Ticket *verify_ticket(struct verify *v, uint64_t id)
{
    uint8_t key[8];
    put_be64(key, id);
    return verify_get(v, T_TICKET, key, sizeof key, &aduan__record__ticket__descriptor);
}

Aduan__Record__Reply *verify_reply(struct verify *v, uint64_t slot)
{
    uint8_t key[SLOT_BYTES];
    put_be64(key, slot);
    return verify_get(v, T_REPLY, key, sizeof key, &aduan__record__reply__descriptor);
}

void verify_done(void *record)
{
    if (record)
        protobuf_c_message_free_unpacked(record, NULL);
}

uint64_t verify_count(struct verify *v, enum store_table table)
{
    uint64_t count = 0;
    if (v->rc == OK)
        v->rc = txn_count(&v->txn, table, &count);
    return count;
}

/* --- walking ------------------------------------------------------------------------------------------------ */

struct visitor {
    enum store_table table;
    size_t key_len;
    const ProtobufCMessageDescriptor *type; /* NULL: an index */
    verify_fn fn;
    verify_row_fn row_fn;
};

/* `record` as it is with what was sealed; a break when it does not open, and then it is gone. */
static bool open_record(struct verify *v, const struct visitor *visitor, const MDB_val *key, const MDB_val *val,
                        ProtobufCMessage **record)
{
    const struct record_place place = {visitor->type, key->mv_data, key->mv_size};
    if (!record_is_sealed(&place, val->mv_data, val->mv_size))
        return true;
    char id[48];
    uint16_t seal_key = record_key_of(&place, val->mv_data, val->mv_size);
    store_key_count_add(&v->proof.sealed, seal_key);
    verify_done(*record);
    int rc = record_unpack_opened(v->txn.store->seal, visitor->type, key, val, record);
    if (rc == OK)
        return true;
    snprintf(id, sizeof id, "%s.sealed", store_table_name(visitor->table));
    if (rc == E_KEY)
        verify_broken(v, id, "a row of table %s is sealed with key %u, which the key file does not hold",
                      store_table_name(visitor->table), seal_key);
    else
        verify_broken(v, id, "a row of table %s does not open: what is sealed in it was not put there by this store",
                      store_table_name(visitor->table));
    return false;
}

static void visit(struct verify *v, const struct visitor *visitor, const MDB_val *key, MDB_val *val)
{
    ProtobufCMessage *record;
    if (visitor->table == T_IDENTITY && key->mv_size == SEAL_ID_BYTES)
        verify_sender(v, key->mv_data);
    if (key->mv_size != visitor->key_len) {
        unreadable(v, visitor->table, "a key of another length");
    } else if (visitor->type == NULL) {
        visitor->row_fn(v, key->mv_data);
    } else if (record_unpack(visitor->type, val, &record) != OK) {
        unreadable(v, visitor->table, "a record that is not what was written");
    } else if (open_record(v, visitor, key, val, &record)) {
        visitor->fn(v, key->mv_data, record);
        verify_done(record);
    }
}

/* The rows of a sender are of two kinds, and an identity is one under its sender_id. */
static bool is_of_another_kind(struct verify *v, const struct visitor *visitor, MDB_val *key, MDB_val *val)
{
    if (visitor->table == T_TICKET_BY_SENDER)
        return key->mv_size == SENDER_ROW_BYTES;
    if (visitor->table != T_IDENTITY)
        return false;
    if (key->mv_size == TICKET_SENDER_ROW_BYTES)
        return true;
    v->sender_row = key->mv_size == SENDER_ROW_BYTES ? get_be64(key->mv_data) : 0;
    v->identity_rows += sender_row_identity(key, val);
    return false;
}

static void walk(struct verify *v, const struct visitor *visitor)
{
    MDB_cursor *cursor = NULL;
    MDB_val key, val;

    if (v->rc != OK)
        return;
    v->rc = txn_cursor(&v->txn, visitor->table, &cursor);
    while (v->rc == OK) {
        int rc = cursor_get(v->txn.store, cursor, &key, &val, MDB_NEXT);
        if (rc == E_NOT_FOUND)
            break;
        if (rc != OK)
            v->rc = rc;
        else if (!is_of_another_kind(v, visitor, &key, &val))
            visit(v, visitor, &key, &val);
    }
    mdb_cursor_close(cursor);
}

void verify_walk(struct verify *v, enum store_table table, size_t key_len, const ProtobufCMessageDescriptor *type,
                 verify_fn fn)
{
    walk(v, &(struct visitor){.table = table, .key_len = key_len, .type = type, .fn = fn});
}

void verify_rows(struct verify *v, enum store_table table, size_t key_len, verify_row_fn fn)
{
    walk(v, &(struct visitor){.table = table, .key_len = key_len, .row_fn = fn});
}

/* --- meta --------------------------------------------------------------------------------------------------- */

static void verify_meta(struct verify *v)
{
    const struct {
        const char *name;
        size_t len;
        uint64_t *number;
    } rows[] = {{"version", 4, NULL},
                {"epoch", STORE_EPOCH_BYTES, NULL},
                {"key_check", SEAL_CHECK_BYTES, NULL},
                {"next_serial", 8, &v->next_serial},
                {"next_sequence", 8, &v->next_sequence},
                {"parts_waiting", 8, &v->parts_waiting},
                {"identities", 8, &v->identities},
                {"tickets_open", 8, &v->tickets_open},
                {"next_sender", 8, NULL},
                {"senders_from", 8, NULL},
                {"senders_to", 8, NULL},
                {"senders_tag", 8, NULL},
                {"seal_key", 2, NULL}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        MDB_val val;
        if (!lookup(v, T_META, rows[i].name, strlen(rows[i].name), &val) || val.mv_size != rows[i].len)
            verify_broken(v, "meta.missing", "meta has no %s, or one of another length", rows[i].name);
        else if (rows[i].number)
            *rows[i].number = get_be64(val.mv_data);
        else if (i == 0 && get_be32(val.mv_data) != STORE_VERSION)
            verify_broken(v, "meta.version", "the store says it is of version %u", get_be32(val.mv_data));
    }
}

int store_verify(struct store *store, store_broken_fn broken, void *ctx, struct store_proof *out)
{
    struct verify v = {.broken = broken, .ctx = ctx};
    int rc = txn_begin(store, false, 0, &v.txn);
    if (rc != OK)
        return rc;
    KILL_POINT("store", "snapshot_open");
    verify_meta(&v);
    verify_messages(&v);
    verify_parts(&v);
    verify_tickets(&v);
    verify_storm(&v);
    verify_incidents(&v);
    verify_replies(&v);
    verify_events(&v);
    verify_feed(&v);
    txn_abort(&v.txn);
    free(v.opened);
    free(v.classified);
    if (v.rc == OK)
        *out = v.proof;
    return v.rc;
}
