/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where senders rest: rows in the order of their first SMS, each followed by its tickets, and an index of sender_ids
 * that lags behind. A sender_id is a hash: indexed at once, each new sender would touch a page of its own, and a batch
 * of 512 would write 512 of them. So the newest rows are known to the memory of each process (store_sender_fresh.c),
 * and a generation of them is indexed at a time, in the order of the index, a slice in each batch: with 1,000,000
 * senders a page of the index takes a dozen of a generation, with 10,000,000 still more than one.
 *
 * For everybody else T_IDENTITY and T_TICKET_BY_SENDER are tables with the keys that store_priv.h tells; only cursors
 * see rows. Called by store_txn.c; what is named sender_ returns LMDB's codes.
 */
#include "store_sender.h"

#include <string.h>

enum {
    INDEX_KEY_BYTES = 8 + 5, /* of a sender_id, and of a row */
    INDEX_ROW_BYTES = 5,
    ROOM_BYTES = 88, /* of the Identity of one who has written once, and is answered */
    SLICE_MIN = 16
};

#ifdef ADUAN_FAULT_POINTS
uint64_t store_senders_a_generation = 64; /* so that whatever a test does passes through all of this */
#else
uint64_t store_senders_a_generation = 195000; /* so that the map of one (store_sender_fresh.c) has 262,144 slots */
#endif

static void index_key(const uint8_t id[SEAL_ID_BYTES], uint64_t row, uint8_t out[INDEX_KEY_BYTES])
{
    uint8_t be[8];
    put_be64(be, row);
    memcpy(out, id, INDEX_KEY_BYTES - INDEX_ROW_BYTES);
    memcpy(out + INDEX_KEY_BYTES - INDEX_ROW_BYTES, be + sizeof be - INDEX_ROW_BYTES, INDEX_ROW_BYTES);
}

static uint64_t row_of_index_key(const uint8_t key[INDEX_KEY_BYTES])
{
    uint8_t be[8] = {0};
    memcpy(be + sizeof be - INDEX_ROW_BYTES, key + INDEX_KEY_BYTES - INDEX_ROW_BYTES, INDEX_ROW_BYTES);
    return get_be64(be);
}

bool sender_row_identity(MDB_val *key, MDB_val *val)
{
    if (key->mv_size != SENDER_ROW_BYTES || val->mv_size < SEAL_ID_BYTES)
        return false;
    *key = (MDB_val){SEAL_ID_BYTES, val->mv_data};
    *val = (MDB_val){val->mv_size - SEAL_ID_BYTES, (uint8_t *)val->mv_data + SEAL_ID_BYTES};
    return true;
}

/* --- finding ------------------------------------------------------------------------------------------------ */

static int get_row(struct store_txn *txn, uint64_t row, MDB_val *val)
{
    uint8_t bytes[SENDER_ROW_BYTES];
    MDB_val key = {sizeof bytes, bytes};
    put_be64(bytes, row);
    return mdb_get(txn->txn, txn->store->table[T_IDENTITY], &key, val);
}

/* MDB_NOTFOUND: another one's, or nobody's. */
static int look_at_row(struct store_txn *txn, uint64_t row, const uint8_t id[SEAL_ID_BYTES], MDB_val *val)
{
    int rc = get_row(txn, row, val);
    if (rc != MDB_SUCCESS)
        return rc;
    return val->mv_size >= SEAL_ID_BYTES && memcmp(val->mv_data, id, SEAL_ID_BYTES) == 0 ? MDB_SUCCESS : MDB_NOTFOUND;
}

static int find_fresh(struct store_txn *txn, const uint8_t id[SEAL_ID_BYTES], uint64_t *row, MDB_val *val)
{
    size_t probe = 0;
    int rc = senders_refresh(txn);
    while (rc == MDB_SUCCESS) {
        *row = senders_probe(txn->store->senders, sender_tag(id), &probe);
        if (*row == 0)
            return MDB_NOTFOUND;
        int found = look_at_row(txn, *row, id, val);
        if (found != MDB_NOTFOUND)
            return found;
    }
    return rc;
}

static int find_indexed(struct store_txn *txn, const uint8_t id[SEAL_ID_BYTES], uint64_t *row, MDB_val *val)
{
    uint8_t start[INDEX_KEY_BYTES];
    MDB_val key = {sizeof start, start}, none;
    MDB_cursor *cursor;
    if (txn->senders_to <= 1)
        return MDB_NOTFOUND; /* nothing has ever been indexed */
    index_key(id, 0, start);
    int rc = mdb_cursor_open(txn->txn, txn->store->table[T_SENDER_INDEX], &cursor);
    if (rc != MDB_SUCCESS)
        return rc;
    rc = mdb_cursor_get(cursor, &key, &none, MDB_SET_RANGE);
    while (rc == MDB_SUCCESS) {
        if (key.mv_size != INDEX_KEY_BYTES || memcmp(key.mv_data, start, INDEX_KEY_BYTES - INDEX_ROW_BYTES) != 0) {
            rc = MDB_NOTFOUND;
            break;
        }
        *row = row_of_index_key(key.mv_data);
        rc = look_at_row(txn, *row, id, val);
        if (rc != MDB_NOTFOUND)
            break;
        rc = mdb_cursor_get(cursor, &key, &none, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    return rc;
}

/* One SMS asks for its sender several times. */
static int find(struct store_txn *txn, const uint8_t id[SEAL_ID_BYTES], uint64_t *row, MDB_val *val)
{
    if (txn->sender_known && memcmp(txn->sender_id, id, SEAL_ID_BYTES) == 0) {
        *row = txn->sender_row;
        return *row == 0 ? MDB_NOTFOUND : look_at_row(txn, *row, id, val);
    }
    int rc = find_fresh(txn, id, row, val);
    if (rc == MDB_NOTFOUND)
        rc = find_indexed(txn, id, row, val);
    if (rc == MDB_SUCCESS || rc == MDB_NOTFOUND) {
        memcpy(txn->sender_id, id, SEAL_ID_BYTES);
        txn->sender_row = rc == MDB_SUCCESS ? *row : 0;
        txn->sender_known = true;
    }
    return rc;
}

static int known_numbers(struct store_txn *txn)
{
    if (txn->next_sender != 0)
        return MDB_SUCCESS;
    int err = txn_sender_numbers(txn);
    return err == OK ? MDB_SUCCESS : txn->store->lmdb_code != MDB_SUCCESS ? txn->store->lmdb_code : MDB_CORRUPTED;
}

/* --- rows --------------------------------------------------------------------------------------------------- */

static void ticket_row_key(uint64_t row, const uint8_t ticket[8], uint8_t out[TICKET_SENDER_ROW_BYTES])
{
    put_be64(out, row);
    memcpy(out + SENDER_ROW_BYTES, ticket, 8);
}

static bool is_translated(enum store_table table, const MDB_val *key)
{
    return key->mv_size == (table == T_IDENTITY ? (size_t)SEAL_ID_BYTES : (size_t)TICKET_SENDER_KEY_BYTES);
}

/* Leaves val->mv_data where the record is to be written. */
static int reserve_identity(struct store_txn *txn, const uint8_t id[SEAL_ID_BYTES], uint64_t row, MDB_val *val)
{
    uint8_t bytes[SENDER_ROW_BYTES];
    MDB_val key = {sizeof bytes, bytes}, whole = {SEAL_ID_BYTES + val->mv_size, NULL};
    put_be64(bytes, row);
    int rc = mdb_put(txn->txn, txn->store->table[T_IDENTITY], &key, &whole, MDB_RESERVE);
    if (rc != MDB_SUCCESS)
        return rc;
    memcpy(whole.mv_data, id, SEAL_ID_BYTES);
    val->mv_data = (uint8_t *)whole.mv_data + SEAL_ID_BYTES;
    return MDB_SUCCESS;
}

static uint64_t new_row(struct store_txn *txn, const uint8_t id[SEAL_ID_BYTES])
{
    txn->sender_row = txn->next_sender++;
    senders_add(txn->store->senders, sender_tag(id), txn->sender_row);
    return txn->sender_row;
}

static int put_identity(struct store_txn *txn, MDB_val *key, MDB_val *val, unsigned flags)
{
    MDB_val found, record = *val;
    uint64_t row;
    int rc = find(txn, key->mv_data, &row, &found);
    if (rc == MDB_SUCCESS && flags & MDB_NOOVERWRITE)
        return MDB_KEYEXIST;
    if (rc == MDB_NOTFOUND)
        row = new_row(txn, key->mv_data);
    else if (rc != MDB_SUCCESS)
        return rc;
    rc = reserve_identity(txn, key->mv_data, row, &record);
    if (rc != MDB_SUCCESS)
        return rc;
    if (flags & MDB_RESERVE)
        val->mv_data = record.mv_data;
    else if (val->mv_size > 0)
        memcpy(record.mv_data, val->mv_data, val->mv_size);
    return MDB_SUCCESS;
}

/* The first ticket of a sender comes before its identity is written: that one finds its room made. */
static int put_ticket_row(struct store_txn *txn, MDB_val *key, MDB_val *val, unsigned flags)
{
    const uint8_t *outer = key->mv_data;
    uint8_t bytes[TICKET_SENDER_ROW_BYTES];
    MDB_val inner = {sizeof bytes, bytes}, found, room = {ROOM_BYTES, NULL};
    uint64_t row;
    int rc = find(txn, outer, &row, &found);
    if (rc == MDB_NOTFOUND) {
        row = new_row(txn, outer);
        rc = reserve_identity(txn, outer, row, &room);
        if (rc == MDB_SUCCESS)
            memset(room.mv_data, 0, room.mv_size);
    }
    if (rc != MDB_SUCCESS)
        return rc;
    ticket_row_key(row, outer + SEAL_ID_BYTES, bytes);
    return mdb_put(txn->txn, txn->store->table[T_TICKET_BY_SENDER], &inner, val, flags);
}

int sender_get(struct store_txn *txn, enum store_table table, MDB_val *key, MDB_val *val)
{
    uint64_t row;
    if (!is_translated(table, key))
        return mdb_get(txn->txn, txn->store->table[table], key, val);
    int rc = known_numbers(txn);
    if (rc == MDB_SUCCESS)
        rc = find(txn, key->mv_data, &row, val);
    if (rc != MDB_SUCCESS)
        return rc;
    if (table == T_IDENTITY) {
        *val = (MDB_val){val->mv_size - SEAL_ID_BYTES, (uint8_t *)val->mv_data + SEAL_ID_BYTES};
        return MDB_SUCCESS;
    }
    uint8_t bytes[TICKET_SENDER_ROW_BYTES];
    MDB_val inner = {sizeof bytes, bytes};
    ticket_row_key(row, (const uint8_t *)key->mv_data + SEAL_ID_BYTES, bytes);
    return mdb_get(txn->txn, txn->store->table[table], &inner, val);
}

int sender_put(struct store_txn *txn, enum store_table table, MDB_val *key, MDB_val *val, unsigned flags)
{
    if (!is_translated(table, key))
        return mdb_put(txn->txn, txn->store->table[table], key, val, flags);
    return table == T_IDENTITY ? put_identity(txn, key, val, flags) : put_ticket_row(txn, key, val, flags);
}

static int del_identity(struct store_txn *txn, const uint8_t id[SEAL_ID_BYTES], uint64_t row)
{
    uint8_t bytes[SENDER_ROW_BYTES], index[INDEX_KEY_BYTES];
    MDB_val key = {sizeof bytes, bytes}, index_row = {sizeof index, index};
    put_be64(bytes, row);
    index_key(id, row, index);
    int rc = mdb_del(txn->txn, txn->store->table[T_IDENTITY], &key, NULL);
    if (rc == MDB_SUCCESS)
        rc = mdb_del(txn->txn, txn->store->table[T_SENDER_INDEX], &index_row, NULL);
    return rc == MDB_NOTFOUND ? MDB_SUCCESS : rc; /* one that is not indexed yet will never be */
}

int sender_del(struct store_txn *txn, enum store_table table, MDB_val *key)
{
    uint8_t bytes[TICKET_SENDER_ROW_BYTES];
    MDB_val inner = {sizeof bytes, bytes}, found;
    uint64_t row;
    if (!is_translated(table, key))
        return mdb_del(txn->txn, txn->store->table[table], key, NULL);
    int rc = find(txn, key->mv_data, &row, &found);
    if (rc != MDB_SUCCESS)
        return rc;
    if (table == T_IDENTITY) {
        uint8_t id[SEAL_ID_BYTES];
        memcpy(id, key->mv_data, sizeof id);
        return del_identity(txn, id, row);
    }
    ticket_row_key(row, (const uint8_t *)key->mv_data + SEAL_ID_BYTES, bytes);
    return mdb_del(txn->txn, txn->store->table[table], &inner, NULL);
}

int sender_row_of(struct store_txn *txn, const uint8_t id[SEAL_ID_BYTES], uint8_t out[SENDER_ROW_BYTES])
{
    MDB_val val;
    uint64_t row;
    int rc = known_numbers(txn);
    if (rc == MDB_SUCCESS)
        rc = find(txn, id, &row, &val);
    if (rc == MDB_SUCCESS)
        put_be64(out, row);
    return rc;
}

int sender_id_of(struct store_txn *txn, const uint8_t row[SENDER_ROW_BYTES], uint8_t out[SEAL_ID_BYTES])
{
    MDB_val val;
    int rc = get_row(txn, get_be64(row), &val);
    if (rc == MDB_SUCCESS && val.mv_size < SEAL_ID_BYTES)
        rc = MDB_NOTFOUND;
    if (rc == MDB_SUCCESS)
        memcpy(out, val.mv_data, SEAL_ID_BYTES);
    return rc;
}

int sender_indexed(struct store_txn *txn, const uint8_t id[SEAL_ID_BYTES], uint64_t row, bool *due, bool *there)
{
    uint8_t bytes[INDEX_KEY_BYTES];
    MDB_val key = {sizeof bytes, bytes}, val;
    index_key(id, row, bytes);
    int rc = known_numbers(txn);
    if (rc == MDB_SUCCESS)
        rc = mdb_get(txn->txn, txn->store->table[T_SENDER_INDEX], &key, &val);
    *due = row < txn->senders_from || (row < txn->senders_to && sender_tag(id) < txn->senders_tag);
    *there = rc == MDB_SUCCESS;
    return rc == MDB_NOTFOUND ? MDB_SUCCESS : rc;
}

/* --- the index ---------------------------------------------------------------------------------------------- */

/* What the map says of a row may come from an aborted transaction, or the sender is gone. */
static int index_one(struct store_txn *txn, uint64_t row, uint32_t tag)
{
    uint8_t bytes[INDEX_KEY_BYTES];
    MDB_val key = {sizeof bytes, bytes}, val, none = {0, ""};
    int rc = get_row(txn, row, &val);
    if (rc != MDB_SUCCESS || val.mv_size < SEAL_ID_BYTES || sender_tag(val.mv_data) != tag)
        return rc == MDB_NOTFOUND ? MDB_SUCCESS : rc;
    index_key(val.mv_data, row, bytes);
    return mdb_put(txn->txn, txn->store->table[T_SENDER_INDEX], &key, &none, 0);
}

static size_t first_from(const struct sender_slot *sorted, size_t count, uint64_t tag)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sorted[middle].tag < tag)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int index_slice(struct store_txn *txn, size_t max)
{
    size_t count;
    int rc = senders_refresh(txn);
    if (rc != MDB_SUCCESS)
        return rc;
    const struct sender_slot *sorted = senders_sorted(txn->store->senders, &count);
    size_t at = first_from(sorted, count, txn->senders_tag), end = count - at > max ? at + max : count;
    while (end > at && end < count && sorted[end].tag == sorted[end - 1].tag)
        end++;
    for (; rc == MDB_SUCCESS && at < end; at++)
        rc = index_one(txn, txn->senders_from + sorted[at].at - 1, sorted[at].tag);
    txn->senders_tag = at < count ? sorted[at].tag : 0;
    if (at == count)
        txn->senders_from = txn->senders_to;
    return rc;
}

int sender_index_some(struct store_txn *txn)
{
    uint64_t made = txn->next_sender - txn->senders_at_begin;
    if (txn->senders_from < txn->senders_to)
        return index_slice(txn, made + made / 4 + SLICE_MIN);
    if (txn->next_sender - txn->senders_from >= store_senders_a_generation)
        txn->senders_to = txn->next_sender;
    return MDB_SUCCESS;
}
