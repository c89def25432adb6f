/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is in the store, for status lines, the feed and staff: figures, the quarantine, one message. Read only; each
 * verb is one short transaction.
 */
#include "record_fields.h"
#include "store_priv.h"

#include <string.h>

/* The text of a message that opened a ticket rests there, and with it most bodies. */
static int add_text(struct store_txn *txn, Aduan__Record__Message *message)
{
    ProtobufCMessage *record;
    uint8_t key[8];
    if (message->fate != MESSAGE_FATE(TICKET))
        return OK;
    put_be64(key, message->ticket);
    int err = txn_get_record(txn, T_TICKET, key, sizeof key, &aduan__record__ticket__descriptor, &record);
    if (err != OK)
        return record_forgive(err);
    const Aduan__Record__Ticket *ticket = (const Aduan__Record__Ticket *)record;
    record_set_bytes(&message->text, ticket->text.data, ticket->text.len);
    if (message->body_is_text)
        record_set_bytes(&message->body, ticket->text.data, ticket->text.len);
    protobuf_c_message_free_unpacked(record, NULL);
    return OK;
}

int store_message_get(struct store *store, const uint8_t *key, size_t key_len, Aduan__Record__Message **out)
{
    struct store_txn txn;
    ProtobufCMessage *record;
    if (key_len != STORE_KEY_MESSAGE_BYTES)
        return E_NOT_FOUND;
    int err = txn_begin(store, false, 0, &txn);
    if (err != OK)
        return err;
    err = txn_get_record(&txn, T_MESSAGE, key, key_len, &aduan__record__message__descriptor, &record);
    if (err == OK) {
        err = add_text(&txn, (Aduan__Record__Message *)record);
        if (err == OK)
            *out = (Aduan__Record__Message *)record;
        else
            protobuf_c_message_free_unpacked(record, NULL);
    }
    txn_abort(&txn);
    return err;
}

/* --- quarantine --------------------------------------------------------------------------------------------- */

/* One row and its message (NULL when that is not there). *stop: fn wants no more. */
static int hand_out(struct store_txn *txn, MDB_val *key, MDB_val *val, store_quarantine_fn fn, void *ctx, bool *stop)
{
    ProtobufCMessage *row, *message = NULL;
    int err = record_unpack(&aduan__record__quarantine__descriptor, val, &row);
    if (err != OK)
        return err;
    err = txn_get_record(txn, T_MESSAGE, key->mv_data, key->mv_size, &aduan__record__message__descriptor, &message);
    if (err == OK || err == E_NOT_FOUND) {
        *stop = fn(ctx, key->mv_data, key->mv_size, (const Aduan__Record__Quarantine *)row,
                   (const Aduan__Record__Message *)message) != 0;
        err = OK;
    }
    protobuf_c_message_free_unpacked(row, NULL);
    if (message)
        protobuf_c_message_free_unpacked(message, NULL);
    return err;
}

int store_quarantined(struct store *store, store_quarantine_fn fn, void *ctx)
{
    struct store_txn txn;
    MDB_cursor *cursor = NULL;
    MDB_val key, val;
    bool stop = false;
    int err = txn_begin(store, false, 0, &txn);
    if (err != OK)
        return err;
    err = txn_cursor(&txn, T_QUARANTINE, &cursor);
    while (err == OK && !stop) {
        err = cursor_get(store, cursor, &key, &val, MDB_NEXT);
        if (err == OK)
            err = hand_out(&txn, &key, &val, fn, ctx, &stop);
    }
    mdb_cursor_close(cursor);
    txn_abort(&txn);
    return err == E_NOT_FOUND ? OK : err;
}

/* --- figures ------------------------------------------------------------------------------------------------ */

/* The earliest row of the outbox's index; 0 when it is empty. */
static int oldest_due(struct store_txn *txn, uint64_t *out)
{
    MDB_cursor *cursor;
    MDB_val key, val;
    int err = txn_cursor(txn, T_OUTBOX_DUE, &cursor);
    if (err != OK)
        return err;
    err = cursor_get(txn->store, cursor, &key, &val, MDB_FIRST);
    mdb_cursor_close(cursor);
    *out = err == OK ? get_be64(key.mv_data) : 0;
    return err == E_NOT_FOUND ? OK : err;
}

static int count_peak(struct store_txn *txn, struct store_stats *out)
{
    MDB_cursor *cursor;
    MDB_val key, val;
    int err = txn_count(txn, T_RESENT, &out->resent);
    if (err == OK)
        err = txn_count(txn, T_UNCLASSIFIED, &out->unclassified);
    if (err == OK)
        err = txn_cursor(txn, T_UNCLASSIFIED, &cursor);
    if (err != OK)
        return err;
    err = cursor_get(txn->store, cursor, &key, &val, MDB_FIRST);
    if (err == OK && val.mv_size == UNCLASSIFIED_ROW_BYTES)
        out->oldest_unclassified_us = get_be64(val.mv_data);
    mdb_cursor_close(cursor);
    return err == E_NOT_FOUND ? OK : err;
}

static int count_tables(struct store_txn *txn, struct store_stats *out)
{
    const struct {
        enum store_table table;
        uint64_t *count;
    } rows[] = {{T_MESSAGE, &out->messages},       {T_TICKET, &out->tickets}, {T_REPLY, &out->replies},
                {T_OUTBOX_DUE, &out->replies_due}, {T_EVENT, &out->events},   {T_QUARANTINE, &out->quarantined}};
    int err = OK;
    for (size_t i = 0; err == OK && i < sizeof rows / sizeof rows[0]; i++)
        err = txn_count(txn, rows[i].table, rows[i].count);
    if (err == OK)
        err = txn_meta_number(txn, "identities", &out->identities);
    return err == OK ? txn_meta_number(txn, "tickets_open", &out->tickets_open) : err;
}

static void environment(struct store *store, struct store_stats *out)
{
    MDB_envinfo info;
    MDB_stat stat;
    mdb_env_info(store->env, &info);
    mdb_env_stat(store->env, &stat);
    out->map_bytes = info.me_mapsize;
    out->used_bytes = (info.me_last_pgno + 1) * (uint64_t)stat.ms_psize;
    out->readers = info.me_numreaders;
    out->readers_max = info.me_maxreaders;
    out->disk_free_bytes = store_disk_free_hook(store->dir);
    out->version = STORE_VERSION;
}

int store_stats(struct store *store, struct store_stats *out)
{
    struct store_stats stats = {0};
    struct store_txn txn;
    int err = txn_begin(store, false, 0, &txn);
    if (err != OK)
        return err;
    err = count_tables(&txn, &stats);
    if (err == OK)
        err = txn_meta_number(&txn, "parts_waiting", &stats.parts_waiting);
    if (err == OK)
        err = oldest_due(&txn, &stats.oldest_due_us);
    if (err == OK)
        err = count_peak(&txn, &stats);
    txn_abort(&txn);
    if (err != OK)
        return err;
    environment(store, &stats);
    *out = stats;
    return OK;
}
