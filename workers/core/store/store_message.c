/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where messages rest: an index of their keys, and rows in the order of arrival. Called by store_txn.c only, so that
 * for everybody else T_MESSAGE is a table like the others. Returns LMDB's codes.
 */
#include "store_priv.h"

#include <string.h>

int message_row_of(MDB_txn *txn, const struct store *store, MDB_val *val)
{
    MDB_val row = *val;
    int rc = mdb_get(txn, store->table[T_MESSAGE_ROW], &row, val);
    if (rc == MDB_NOTFOUND)
        *val = (MDB_val){0};
    return rc == MDB_NOTFOUND ? MDB_SUCCESS : rc;
}

static int next_row(struct store_txn *txn, uint8_t row[ROW_BYTES])
{
    MDB_cursor *cursor;
    MDB_val key, val;
    if (!txn->rows_known) {
        int rc = mdb_cursor_open(txn->txn, txn->store->table[T_MESSAGE_ROW], &cursor);
        if (rc != MDB_SUCCESS)
            return rc;
        rc = mdb_cursor_get(cursor, &key, &val, MDB_LAST);
        mdb_cursor_close(cursor);
        if (rc != MDB_SUCCESS && rc != MDB_NOTFOUND)
            return rc;
        txn->last_row = rc == MDB_SUCCESS && key.mv_size == ROW_BYTES ? get_be64(key.mv_data) : 0;
        txn->rows_known = true;
    }
    put_be64(row, ++txn->last_row);
    return MDB_SUCCESS;
}

int message_row_put(struct store_txn *txn, MDB_val *key, MDB_val *val, unsigned flags)
{
    uint8_t bytes[ROW_BYTES];
    MDB_val row = {sizeof bytes, bytes}, found;
    int rc = mdb_get(txn->txn, txn->store->table[T_MESSAGE], key, &found);
    if (rc == MDB_SUCCESS && flags & MDB_NOOVERWRITE)
        return MDB_KEYEXIST;
    if (rc == MDB_SUCCESS && found.mv_size == sizeof bytes) {
        memcpy(bytes, found.mv_data, sizeof bytes);
        return mdb_put(txn->txn, txn->store->table[T_MESSAGE_ROW], &row, val, flags);
    }
    if (rc == MDB_SUCCESS || rc == MDB_NOTFOUND)
        rc = next_row(txn, bytes);
    if (rc == MDB_SUCCESS)
        rc = mdb_put(txn->txn, txn->store->table[T_MESSAGE], key, &row, 0);
    if (rc != MDB_SUCCESS)
        return rc;
    return mdb_put(txn->txn, txn->store->table[T_MESSAGE_ROW], &row, val, (flags & MDB_RESERVE) | MDB_APPEND);
}

int message_row_del(struct store_txn *txn, MDB_val *key)
{
    MDB_val row;
    int rc = mdb_get(txn->txn, txn->store->table[T_MESSAGE], key, &row);
    if (rc == MDB_SUCCESS)
        rc = mdb_del(txn->txn, txn->store->table[T_MESSAGE_ROW], &row, NULL);
    txn->rows_known = false;
    return rc;
}
