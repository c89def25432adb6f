/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * meta "seal_key" is what writers seal with, meta "rekey" how far a pass is: BE64 looked at, resealed, unopened; the
 * table's place in `tables`; the key of the last row looked at. Its row is missing when no pass goes on. A row that a
 * writer puts behind the pass's back is sealed with the new key already, since the writer's transaction comes after
 * the commit that began the pass.
 */
#include "store_rekey.h"

#include "kill_point.h"
#include "store_priv.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    enum store_table table;
    const ProtobufCMessageDescriptor *type;
} tables[] = {
    {T_IDENTITY, &aduan__record__identity__descriptor},
    {T_MESSAGE, &aduan__record__message__descriptor},
    {T_TICKET, &aduan__record__ticket__descriptor},
    {T_REPLY, &aduan__record__reply__descriptor},
};
enum { TABLES = sizeof tables / sizeof tables[0], PASS_MAX = 3 * 8 + 1 + RECORD_KEY_MAX };
static const char pass_name[] = "rekey", key_name[] = "seal_key";

struct pass {
    bool going_on;
    uint64_t looked_at, resealed, unopened;
    uint8_t at; /* in `tables` */
    uint8_t last[RECORD_KEY_MAX];
    size_t last_len;
};

/* --- the pass at rest --------------------------------------------------------------------------------------- */

static int pass_read(struct store_txn *txn, struct pass *pass)
{
    MDB_val val;
    *pass = (struct pass){0};
    int rc = txn_get(txn, T_META, pass_name, strlen(pass_name), &val);
    if (rc == E_NOT_FOUND)
        return OK;
    if (rc == OK && (val.mv_size < 25 || val.mv_size > PASS_MAX))
        return E_CORRUPT;
    if (rc != OK)
        return rc;
    const uint8_t *bytes = val.mv_data;
    pass->looked_at = get_be64(bytes);
    pass->resealed = get_be64(bytes + 8);
    pass->unopened = get_be64(bytes + 16);
    pass->at = bytes[24];
    pass->last_len = val.mv_size - 25;
    memcpy(pass->last, bytes + 25, pass->last_len);
    pass->going_on = true;
    return pass->at < TABLES ? OK : E_CORRUPT;
}

static int pass_write(struct store_txn *txn, const struct pass *pass)
{
    uint8_t bytes[PASS_MAX];
    if (!pass->going_on) {
        int rc = txn_del(txn, T_META, pass_name, strlen(pass_name));
        return rc == E_NOT_FOUND ? OK : rc;
    }
    put_be64(bytes, pass->looked_at);
    put_be64(bytes + 8, pass->resealed);
    put_be64(bytes + 16, pass->unopened);
    bytes[24] = pass->at;
    memcpy(bytes + 25, pass->last, pass->last_len);
    return txn_put(txn, T_META, pass_name, strlen(pass_name), bytes, 25 + pass->last_len);
}

static int state_of(struct store_txn *txn, const struct pass *pass, struct store_rekey *out)
{
    MDB_val val;
    struct store_rekey state = {.going_on = pass->going_on,
                                .looked_at = pass->looked_at,
                                .resealed = pass->resealed,
                                .unopened = pass->unopened};
    int rc = txn_get(txn, T_META, key_name, strlen(key_name), &val);
    if (rc == OK && val.mv_size != 2)
        rc = E_CORRUPT;
    if (rc == OK)
        state.key = (uint16_t)(((const uint8_t *)val.mv_data)[0] << 8 | ((const uint8_t *)val.mv_data)[1]);
    for (size_t i = 0; rc == OK && i < TABLES; i++) {
        uint64_t count;
        if (tables[i].table == T_IDENTITY)
            rc = txn_meta_number(txn, "identities", &count);
        else
            rc = txn_count(txn, tables[i].table, &count);
        if (rc == OK)
            state.total += count;
    }
    if (rc == OK)
        *out = state;
    return rc;
}

int store_rekey_state(struct store *store, struct store_rekey *out)
{
    struct store_txn txn;
    struct pass pass;
    int rc = txn_begin(store, false, 0, &txn);
    if (rc != OK)
        return rc;
    rc = pass_read(&txn, &pass);
    if (rc == OK)
        rc = state_of(&txn, &pass, out);
    txn_abort(&txn);
    return rc;
}

int store_rekey_begin(struct store *store, uint16_t key, struct fault *fault)
{
    static const char doing[] = "beginning to seal anew";
    const struct pass pass = {.going_on = true};
    struct store_txn txn;
    uint8_t be[2];
    if (!seal_has(store->seal, key))
        return fault_set(fault, E_KEY, "the key file has no key %u", key);
    int rc = txn_begin(store, true, 0, &txn);
    if (rc != OK)
        return txn_fault(store, fault, rc, doing);
    put_be16(be, key);
    rc = txn_put(&txn, T_META, key_name, strlen(key_name), be, sizeof be);
    if (rc == OK)
        rc = pass_write(&txn, &pass);
    if (rc == OK)
        rc = txn_commit(&txn);
    else
        txn_abort(&txn);
    return rc == OK ? OK : txn_fault(store, fault, rc, doing);
}

/* --- one batch ---------------------------------------------------------------------------------------------- */

/* key, val: as the table has them for everybody but a cursor. */
static int reseal(struct store_txn *txn, struct pass *pass, const MDB_val *key, const MDB_val *val)
{
    uint8_t where[RECORD_KEY_MAX]; /* a write may move the row */
    const struct record_place place = {tables[pass->at].type, where, key->mv_size};
    const struct store *store = txn->store;
    memcpy(where, key->mv_data, key->mv_size);
    if (!record_is_sealed(&place, val->mv_data, val->mv_size) ||
        record_key_of(&place, val->mv_data, val->mv_size) == txn->seal_key)
        return OK;
    uint8_t *copy = malloc(val->mv_size);
    if (!copy)
        abort();
    memcpy(copy, val->mv_data, val->mv_size);
    int rc = record_rekey(store->seal, txn->seal_key, &place, copy, val->mv_size);
    if (rc == OK) {
        rc = txn_put(txn, tables[pass->at].table, where, place.key_len, copy, val->mv_size);
        pass->resealed += rc == OK;
    } else {
        pass->unopened++;
        rc = OK;
    }
    free(copy);
    return rc;
}

/* What a cursor has found, as its table has it; false: a row of the other kind that its table holds. */
static bool is_record(enum store_table table, MDB_val *key, MDB_val *val)
{
    return table != T_IDENTITY || sender_row_identity(key, val);
}

/* Up to *left rows of the pass's table. E_NOT_FOUND at its end. */
static int reseal_rows(struct store_txn *txn, struct pass *pass, size_t *left)
{
    MDB_cursor *cursor = NULL;
    MDB_val key = {pass->last_len, pass->last}, val;
    int rc = txn_cursor(txn, tables[pass->at].table, &cursor);
    if (rc == OK)
        rc = cursor_get(txn->store, cursor, &key, &val, pass->last_len > 0 ? MDB_SET_RANGE : MDB_FIRST);
    if (rc == OK && key.mv_size == pass->last_len && memcmp(key.mv_data, pass->last, pass->last_len) == 0)
        rc = cursor_get(txn->store, cursor, &key, &val, MDB_NEXT);
    while (rc == OK && *left > 0) {
        if (key.mv_size > RECORD_KEY_MAX) {
            rc = E_CORRUPT;
            break;
        }
        memcpy(pass->last, key.mv_data, key.mv_size);
        pass->last_len = key.mv_size;
        if (is_record(tables[pass->at].table, &key, &val)) {
            pass->looked_at++;
            rc = reseal(txn, pass, &key, &val);
            --*left;
        }
        if (rc == OK && *left > 0)
            rc = cursor_get(txn->store, cursor, &key, &val, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    return rc;
}

static int step(struct store_txn *txn, struct pass *pass, size_t max)
{
    int rc = OK;
    while (rc == OK && max > 0 && pass->going_on) {
        rc = reseal_rows(txn, pass, &max);
        if (rc != E_NOT_FOUND)
            continue;
        rc = OK;
        pass->last_len = 0;
        pass->going_on = ++pass->at < TABLES;
    }
    return rc;
}

int store_rekey_step(struct store *store, size_t max, struct store_rekey *out, struct fault *fault)
{
    static const char doing[] = "sealing anew";
    struct store_rekey state;
    struct store_txn txn;
    struct pass pass;
    int rc = store_rekey_state(store, &state);
    if (rc != OK)
        return txn_fault(store, fault, rc, doing);
    if (!state.going_on) {
        *out = state;
        return OK;
    }
    rc = txn_begin(store, true, 0, &txn);
    if (rc != OK)
        return txn_fault(store, fault, rc, doing);
    rc = pass_read(&txn, &pass);
    if (rc == OK)
        rc = step(&txn, &pass, max);
    if (rc == OK)
        rc = pass_write(&txn, &pass);
    if (rc == OK)
        rc = state_of(&txn, &pass, &state);
    KILL_POINT("store", "rekey_uncommitted");
    if (rc == OK)
        rc = txn_commit(&txn);
    else
        txn_abort(&txn);
    if (rc != OK)
        return txn_fault(store, fault, rc, doing);
    *out = state;
    return OK;
}

/* --- counting ----------------------------------------------------------------------------------------------- */

void store_key_count_add(struct store_key_counts *counts, uint16_t key)
{
    size_t at = 0;
    while (at < counts->n && counts->by[at].key < key)
        at++;
    if (at == counts->n || counts->by[at].key != key) {
        if (counts->n == KEY_FILE_KEYS_MAX) {
            counts->other++;
            return;
        }
        memmove(&counts->by[at + 1], &counts->by[at], (counts->n - at) * sizeof counts->by[0]);
        counts->n++;
        counts->by[at].key = key;
        counts->by[at].values = 0;
    }
    counts->by[at].values++;
}

static int count_table(struct store_txn *txn, size_t at, struct store_key_counts *counts)
{
    MDB_cursor *cursor = NULL;
    MDB_val key, val;
    int rc = txn_cursor(txn, tables[at].table, &cursor);
    while (rc == OK && (rc = cursor_get(txn->store, cursor, &key, &val, MDB_NEXT)) == OK) {
        bool record = is_record(tables[at].table, &key, &val);
        const struct record_place place = {tables[at].type, key.mv_data, key.mv_size};
        if (record && record_is_sealed(&place, val.mv_data, val.mv_size))
            store_key_count_add(counts, record_key_of(&place, val.mv_data, val.mv_size));
    }
    mdb_cursor_close(cursor);
    return rc == E_NOT_FOUND ? OK : rc;
}

int store_sealed_counts(struct store *store, struct store_key_counts *out)
{
    struct store_key_counts counts = {0};
    struct store_txn txn;
    int rc = txn_begin(store, false, 0, &txn);
    if (rc != OK)
        return rc;
    for (size_t i = 0; rc == OK && i < TABLES; i++)
        rc = count_table(&txn, i, &counts);
    txn_abort(&txn);
    if (rc == OK)
        *out = counts;
    return rc;
}
