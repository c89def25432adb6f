/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Transactions of the store: begin, commit, get and put of bytes and records, the counters of meta, and what LMDB's
 * codes mean to a person. Called by store*.c only. A commit is the only place where anything becomes true.
 */
#include "store_priv.h"

#include <errno.h>
#include <sodium.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

int (*store_commit_hook)(MDB_txn *txn) = mdb_txn_commit;

static uint64_t disk_free(const char *path)
{
    struct statvfs fs;
    return statvfs(path, &fs) == 0 ? (uint64_t)fs.f_bavail * fs.f_frsize : UINT64_MAX;
}

uint64_t (*store_disk_free_hook)(const char *path) = disk_free;

/* --- what went wrong ---------------------------------------------------------------------------------------- */

static const struct {
    int lmdb_code;
    enum err err;
    const char *advice;
} faults[] = {
    {MDB_NOTFOUND, E_NOT_FOUND, "nothing is there under that key"},
    {MDB_KEYEXIST, E_EXISTS, "it is there already"},
    {ENOSPC, E_FULL, "the disk is full; free some space on the store's file system, the work goes on by itself"},
    {EDQUOT, E_FULL, "the disk quota is used up; raise it or free some space, the work goes on by itself"},
    {EFBIG, E_FULL, "the store's file may not grow any more; raise the file size limit (ulimit -f, LimitFSIZE)"},
    {MDB_MAP_FULL, E_FULL, "the store's map is full; raise store.map_bytes and restart every process"},
    {MDB_TXN_FULL, E_FULL, "one transaction changed too much; lower workers.batch_max"},
    {MDB_CORRUPTED, E_CORRUPT, "the store's file is damaged; stop everything and restore a backup (aduan restore)"},
    {MDB_PAGE_NOTFOUND, E_CORRUPT, "the store's file is damaged; stop everything and restore a backup (aduan restore)"},
    {MDB_INVALID, E_CORRUPT, "data.mdb is not a store; move it away, or point store.dir elsewhere"},
    {MDB_VERSION_MISMATCH, E_VERSION, "data.mdb was written by another LMDB; upgrade liblmdb"},
    {MDB_READERS_FULL, E_BUSY, "too many readers have it open; stop some, or restart every process"},
    {MDB_MAP_RESIZED, E_CONFIG,
     "another process has a larger store.map_bytes; restart every process with the same one"},
    {MDB_PANIC, E_IO, "a write failed half-way in this process; restart it"},
    {ENOMEM, E_MEMORY, "no memory is left"},
    {EACCES, E_IO, "this user may not read or write the store's files; run as their owner, or chown them"},
    {EPERM, E_IO, "this user may not read or write the store's files; run as their owner, or chown them"},
    {EROFS, E_IO, "the file system is mounted read-only; remount it, or point store.dir elsewhere"},
    {EIO, E_IO, "the disk reports an error; look at the kernel log before anything else"},
};

static size_t fault_row(int lmdb_code)
{
    size_t i = 0;
    while (i < sizeof faults / sizeof faults[0] && faults[i].lmdb_code != lmdb_code)
        i++;
    return i;
}

static int error_of(int lmdb_code)
{
    if (lmdb_code == MDB_SUCCESS)
        return OK;
    size_t row = fault_row(lmdb_code);
    return row < sizeof faults / sizeof faults[0] ? (int)faults[row].err : E_IO;
}

int store_fault(struct fault *fault, int lmdb_code, const char *doing)
{
    size_t row = fault_row(lmdb_code);
    if (row < sizeof faults / sizeof faults[0])
        return fault_set(fault, faults[row].err, "%s: %s", doing, faults[row].advice);
    return fault_set(fault, E_IO, "%s: %s", doing, mdb_strerror(lmdb_code));
}

int txn_fault(struct store *store, struct fault *fault, int err, const char *doing)
{
    if (store->lmdb_code != MDB_SUCCESS && error_of(store->lmdb_code) == err)
        return store_fault(fault, store->lmdb_code, doing);
    switch (err) {
    case E_CORRUPT:
        return fault_set(fault, err, "%s: a record is not what was written; run aduan verify, then restore a backup",
                         doing);
    case E_VERSION:
        return fault_set(fault, err, "%s: a record comes from a newer Aduan; upgrade this one", doing);
    case E_STATE:
        return fault_set(fault, err, "%s: the store is open for reading only", doing);
    case E_KEY:
        return fault_set(fault, err,
                         "%s: the store is sealed with a key that the key file does not hold; put back the key file "
                         "that has it (store.key)",
                         doing);
    default:
        return fault_set(fault, err, "%s: %s", doing, err_name(err));
    }
}

/* Remembers LMDB's word for txn_fault(). */
static int result(struct store *store, int lmdb_code)
{
    if (lmdb_code == MDB_SUCCESS)
        return OK;
    store->lmdb_code = lmdb_code;
    return error_of(lmdb_code);
}

int store_own_fault(struct store *store, int err)
{
    store->lmdb_code = MDB_SUCCESS;
    return err;
}

/* --- numbers in keys ---------------------------------------------------------------------------------------- */

void put_be16(uint8_t *out, uint16_t v)
{
    out[0] = (uint8_t)(v >> 8);
    out[1] = (uint8_t)v;
}

void put_be32(uint8_t *out, uint32_t v)
{
    put_be16(out, (uint16_t)(v >> 16));
    put_be16(out + 2, (uint16_t)v);
}

void put_be64(uint8_t *out, uint64_t v)
{
    put_be32(out, (uint32_t)(v >> 32));
    put_be32(out + 4, (uint32_t)v);
}

uint32_t get_be32(const uint8_t *in)
{
    return (uint32_t)in[0] << 24 | (uint32_t)in[1] << 16 | (uint32_t)in[2] << 8 | in[3];
}

uint64_t get_be64(const uint8_t *in)
{
    return (uint64_t)get_be32(in) << 32 | get_be32(in + 4);
}

/* --- the key to seal with ----------------------------------------------------------------------------------- */

static int read_seal_key(struct store_txn *txn)
{
    MDB_val val;
    int err = txn_get(txn, T_META, "seal_key", strlen("seal_key"), &val);
    if (err == E_NOT_FOUND || (err == OK && val.mv_size != 2))
        return store_own_fault(txn->store, E_CORRUPT);
    if (err != OK)
        return err;
    const uint8_t *be = val.mv_data;
    txn->seal_key = (uint16_t)(be[0] << 8 | be[1]);
    return seal_has(txn->store->seal, txn->seal_key) ? OK : store_own_fault(txn->store, E_KEY);
}

int txn_meta_number(struct store_txn *txn, const char *name, uint64_t *out)
{
    MDB_val val;
    int err = txn_get(txn, T_META, name, strlen(name), &val);
    if (err == E_NOT_FOUND || (err == OK && val.mv_size != 8))
        return store_own_fault(txn->store, E_CORRUPT);
    if (err == OK)
        *out = get_be64(val.mv_data);
    return err;
}

/* --- begin and end ------------------------------------------------------------------------------------------ */

enum { FIRST_OF_SENDERS = 5 };
static const struct counter {
    const char *name;
    size_t offset; /* in struct store_txn */
} counters[TXN_COUNTERS] = {
    {"next_serial", offsetof(struct store_txn, next_serial)},
    {"next_sequence", offsetof(struct store_txn, next_sequence)},
    {"parts_waiting", offsetof(struct store_txn, parts_waiting)},
    {"identities", offsetof(struct store_txn, identities)},
    {"tickets_open", offsetof(struct store_txn, tickets_open)},
    {"next_sender", offsetof(struct store_txn, next_sender)},
    {"senders_from", offsetof(struct store_txn, senders_from)},
    {"senders_to", offsetof(struct store_txn, senders_to)},
    {"senders_tag", offsetof(struct store_txn, senders_tag)},
};

static uint64_t *counter_of(struct store_txn *txn, size_t i)
{
    return (uint64_t *)((char *)txn + counters[i].offset);
}

static int read_counters(struct store_txn *txn, size_t first)
{
    for (size_t i = first; i < TXN_COUNTERS; i++) {
        int err = txn_meta_number(txn, counters[i].name, &txn->read_counters[i]);
        if (err != OK)
            return err;
        *counter_of(txn, i) = txn->read_counters[i];
    }
    txn->senders_at_begin = txn->next_sender;
    return txn->next_sender > 0 ? OK : store_own_fault(txn->store, E_CORRUPT);
}

int txn_sender_numbers(struct store_txn *txn)
{
    return read_counters(txn, FIRST_OF_SENDERS);
}

static int write_counters(struct store_txn *txn)
{
    for (size_t i = 0; i < TXN_COUNTERS; i++) {
        uint64_t now = *counter_of(txn, i);
        if (now == txn->read_counters[i])
            continue;
        uint8_t be[8];
        put_be64(be, now);
        int err = txn_put(txn, T_META, counters[i].name, strlen(counters[i].name), be, sizeof be);
        if (err != OK)
            return err;
    }
    return OK;
}

int txn_begin(struct store *store, bool write, uint64_t now_us, struct store_txn *out)
{
    struct store_txn txn = {.store = store, .write = write, .now_us = now_us};
    *out = txn;
    if (write && store->read_only)
        return store_own_fault(store, E_STATE);
    int rc = mdb_txn_begin(store->env, NULL, write ? 0 : MDB_RDONLY, &txn.txn);
    if (rc == MDB_READERS_FULL) {
        /* The slots of killed processes are free'd here at the latest. */
        int dead;
        mdb_reader_check(store->env, &dead);
        rc = mdb_txn_begin(store->env, NULL, write ? 0 : MDB_RDONLY, &txn.txn);
    }
    if (rc != MDB_SUCCESS)
        return result(store, rc);
    int err = write ? read_counters(&txn, 0) : OK;
    if (err == OK && write)
        err = read_seal_key(&txn);
    if (err != OK) {
        txn_abort(&txn);
        return err;
    }
    *out = txn;
    return OK;
}

/* A disk that fills up in the middle of a write makes it a short one, which LMDB calls an I/O error. */
static int commit_write(struct store *store, MDB_txn *txn)
{
    int rc = store_commit_hook(txn);
    return rc == EIO && store_disk_free_hook(store->dir) < STORE_DISK_FREE_MIN_BYTES ? ENOSPC : rc;
}

int txn_commit(struct store_txn *txn)
{
    int err = txn->write ? write_counters(txn) : OK;
    if (err != OK) {
        txn_abort(txn);
        return err;
    }
    MDB_txn *ending = txn->txn;
    txn->txn = NULL;
    err = result(txn->store, txn->write ? commit_write(txn->store, ending) : mdb_txn_commit(ending));
    if (err != OK)
        senders_undo(txn);
    return err;
}

void txn_abort(struct store_txn *txn)
{
    if (txn->txn) {
        mdb_txn_abort(txn->txn);
        senders_undo(txn);
    }
    txn->txn = NULL;
}

/* --- bytes -------------------------------------------------------------------------------------------------- */

static bool is_of_senders(enum store_table table)
{
    return table == T_IDENTITY || table == T_TICKET_BY_SENDER;
}

static MDB_val key_val(const void *key, size_t len)
{
    return (MDB_val){.mv_size = len, .mv_data = (void *)key};
}

int txn_get(struct store_txn *txn, enum store_table table, const void *key, size_t key_len, MDB_val *val)
{
    MDB_val k = key_val(key, key_len);
    if (is_of_senders(table))
        return result(txn->store, sender_get(txn, table, &k, val));
    int rc = mdb_get(txn->txn, txn->store->table[table], &k, val);
    if (rc == MDB_SUCCESS && table == T_MESSAGE)
        rc = message_row_of(txn->txn, txn->store, val);
    return result(txn->store, rc);
}

static int put_val(struct store_txn *txn, enum store_table table, MDB_val *key, MDB_val *val, unsigned flags)
{
    if (table == T_MESSAGE)
        return message_row_put(txn, key, val, flags);
    if (is_of_senders(table))
        return sender_put(txn, table, key, val, flags);
    return mdb_put(txn->txn, txn->store->table[table], key, val, flags);
}

static int put(struct store_txn *txn, enum store_table table, const void *key, size_t key_len, const void *val,
               size_t len, unsigned flags)
{
    MDB_val k = key_val(key, key_len), v = key_val(val, len);
    return result(txn->store, put_val(txn, table, &k, &v, flags));
}

int txn_put(struct store_txn *txn, enum store_table table, const void *key, size_t key_len, const void *val, size_t len)
{
    return put(txn, table, key, key_len, val, len, 0);
}

int txn_put_new(struct store_txn *txn, enum store_table table, const void *key, size_t key_len, const void *val,
                size_t len)
{
    return put(txn, table, key, key_len, val, len, MDB_NOOVERWRITE);
}

int txn_del(struct store_txn *txn, enum store_table table, const void *key, size_t key_len)
{
    MDB_val k = key_val(key, key_len);
    if (is_of_senders(table))
        return result(txn->store, sender_del(txn, table, &k));
    int rc = table == T_MESSAGE ? message_row_del(txn, &k) : MDB_SUCCESS;
    if (rc == MDB_SUCCESS)
        rc = mdb_del(txn->txn, txn->store->table[table], &k, NULL);
    return result(txn->store, rc);
}

int txn_sender_row(struct store_txn *txn, const uint8_t id[SEAL_ID_BYTES], uint8_t out[SENDER_ROW_BYTES])
{
    return result(txn->store, sender_row_of(txn, id, out));
}

int txn_sender_id(struct store_txn *txn, const uint8_t row[SENDER_ROW_BYTES], uint8_t out[SEAL_ID_BYTES])
{
    return result(txn->store, sender_id_of(txn, row, out));
}

int txn_index_senders(struct store_txn *txn)
{
    return result(txn->store, sender_index_some(txn));
}

int txn_sender_indexed(struct store_txn *txn, const uint8_t id[SEAL_ID_BYTES], uint64_t row, bool *due, bool *there)
{
    return result(txn->store, sender_indexed(txn, id, row, due, there));
}

int txn_count(struct store_txn *txn, enum store_table table, uint64_t *out)
{
    MDB_stat stat;
    int err = result(txn->store, mdb_stat(txn->txn, txn->store->table[table], &stat));
    if (err == OK)
        *out = stat.ms_entries;
    return err;
}

int txn_cursor(struct store_txn *txn, enum store_table table, MDB_cursor **out)
{
    return result(txn->store, mdb_cursor_open(txn->txn, txn->store->table[table], out));
}

int cursor_get(struct store *store, MDB_cursor *cursor, MDB_val *key, MDB_val *val, MDB_cursor_op op)
{
    int rc = mdb_cursor_get(cursor, key, val, op);
    if (rc == MDB_SUCCESS && mdb_cursor_dbi(cursor) == store->table[T_MESSAGE])
        rc = message_row_of(mdb_cursor_txn(cursor), store, val);
    return result(store, rc);
}

int cursor_seek_below(struct store *store, MDB_cursor *cursor, const void *prefix, size_t prefix_len, uint64_t below,
                      MDB_val *key, MDB_val *val)
{
    uint8_t start[SEAL_ID_BYTES + 8];
    memcpy(start, prefix, prefix_len);
    put_be64(start + prefix_len, below);
    *key = (MDB_val){prefix_len + 8, start};
    int rc = cursor_get(store, cursor, key, val, MDB_SET_RANGE);
    if (rc == E_NOT_FOUND)
        return cursor_get(store, cursor, key, val, MDB_LAST);
    return rc == OK ? cursor_get(store, cursor, key, val, MDB_PREV) : rc;
}

int cursor_del(struct store *store, MDB_cursor *cursor)
{
    return result(store, mdb_cursor_del(cursor, 0));
}

/* --- records ------------------------------------------------------------------------------------------------ */

static int put_record(struct store_txn *txn, enum store_table table, const void *key, size_t key_len,
                      const ProtobufCMessage *record, unsigned flags)
{
    const struct record_place place = {record->descriptor, key, key_len};
    struct record_packing packing;
    record_packing_init(&packing, record);
    MDB_val k = key_val(key, key_len);
    MDB_val v = {.mv_size = packing.size, .mv_data = NULL};
    int rc = put_val(txn, table, &k, &v, flags | MDB_RESERVE);
    if (rc != MDB_SUCCESS) {
        record_packing_done(&packing);
        return result(txn->store, rc);
    }
    int err = record_packing_write(&packing, txn->store->seal, txn->seal_key, &place, v.mv_data);
    return err == OK ? OK : store_own_fault(txn->store, err);
}

int txn_put_record(struct store_txn *txn, enum store_table table, const void *key, size_t key_len,
                   const ProtobufCMessage *record)
{
    return put_record(txn, table, key, key_len, record, 0);
}

int txn_put_record_last(struct store_txn *txn, enum store_table table, const void *key, size_t key_len,
                        const ProtobufCMessage *record)
{
    int err = put_record(txn, table, key, key_len, record, MDB_APPEND);
    return err == E_EXISTS ? put_record(txn, table, key, key_len, record, 0) : err;
}

int txn_put_record_new(struct store_txn *txn, enum store_table table, const void *key, size_t key_len,
                       const ProtobufCMessage *record)
{
    return put_record(txn, table, key, key_len, record, MDB_NOOVERWRITE);
}

int txn_event(struct store_txn *txn, Aduan__Record__Event *event)
{
    event->version = RECORD_VERSION;
    event->sequence = txn->next_sequence;
    event->at_us = txn->now_us;
    uint8_t key[8];
    put_be64(key, event->sequence);
    Aduan__Record__Event rest = *event;
    rest.sequence = 0;
    rest.reply_id = (ProtobufCBinaryData){0};
    if (rest.ticket != 0)
        rest.shortcode = (char *)protobuf_c_empty_string;
    /* MDB_APPEND refuses a key that is not the last: a sequence can never be given twice. */
    int err = put_record(txn, T_EVENT, key, sizeof key, &rest.base, MDB_APPEND);
    if (err == OK)
        txn->next_sequence++;
    return err == E_EXISTS ? store_own_fault(txn->store, E_CORRUPT) : err;
}
