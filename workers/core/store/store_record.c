/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading records: unpacked, so that their fields can be changed one by one (record_fields.h), or scanned into an
 * arena, where a batch of them costs no allocations. Closed, with the box they have, or opened.
 */
#include "arena.h"
#include "record_scan.h"
#include "store_priv.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* Every record of record.proto has `uint32 version = 1`. */
static uint32_t record_version(const ProtobufCMessage *record)
{
    const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(record->descriptor, 1);
    return *(const uint32_t *)((const char *)record + field->offset);
}

int record_unpack(const ProtobufCMessageDescriptor *type, const MDB_val *val, ProtobufCMessage **out)
{
    ProtobufCMessage *record = protobuf_c_message_unpack(type, NULL, val->mv_size, val->mv_data);
    if (!record)
        return E_CORRUPT;
    uint32_t version = record_version(record);
    if (version == RECORD_VERSION) {
        *out = record;
        return OK;
    }
    protobuf_c_message_free_unpacked(record, NULL);
    return version > RECORD_VERSION ? E_VERSION : E_CORRUPT;
}

int record_unpack_opened(const struct seal *seal, const ProtobufCMessageDescriptor *type, const MDB_val *key,
                         const MDB_val *val, ProtobufCMessage **out)
{
    const struct record_place place = {type, key->mv_data, key->mv_size};
    if (!record_is_sealed(&place, val->mv_data, val->mv_size))
        return record_unpack(type, val, out);
    size_t len = val->mv_size, secret_len = record_secret_len(&place, val->mv_data, len);
    uint8_t *whole = malloc(len + secret_len);
    if (!whole)
        abort();
    memcpy(whole, val->mv_data, len);
    int err = record_open(seal, &place, whole, &len);
    if (err == OK)
        err = record_unpack(type, &(MDB_val){len, whole}, out);
    sodium_memzero(whole, val->mv_size + secret_len);
    free(whole);
    return err;
}

int txn_get_closed(struct store_txn *txn, enum store_table table, const void *key, size_t key_len,
                   const ProtobufCMessageDescriptor *type, ProtobufCMessage **out)
{
    MDB_val val;
    int err = txn_get(txn, table, key, key_len, &val);
    if (err != OK)
        return err;
    err = record_unpack(type, &val, out);
    return err == OK ? OK : store_own_fault(txn->store, err);
}

int txn_get_record(struct store_txn *txn, enum store_table table, const void *key, size_t key_len,
                   const ProtobufCMessageDescriptor *type, ProtobufCMessage **out)
{
    MDB_val at = {key_len, (void *)key}, val;
    int err = txn_get(txn, table, key, key_len, &val);
    if (err != OK)
        return err;
    err = record_unpack_opened(txn->store->seal, type, &at, &val, out);
    return err == OK ? OK : store_own_fault(txn->store, err);
}

int record_scan_row(const struct seal *seal, struct arena *arena, const MDB_val *key, const MDB_val *val, bool opened,
                    ProtobufCMessage *record)
{
    const struct record_place place = {record->descriptor, key->mv_data, key->mv_size};
    size_t len = val->mv_size;
    uint8_t *copy = arena_take(arena, len + (opened ? record_secret_len(&place, val->mv_data, len) : 0) + 1);
    memcpy(copy, val->mv_data, len);
    int err = opened ? record_open(seal, &place, copy, &len) : OK;
    if (err != OK)
        return err;
    if (!record_scan(copy, len, record))
        return E_CORRUPT;
    uint32_t version = record_version(record);
    if (version == RECORD_VERSION)
        return OK;
    return version > RECORD_VERSION ? E_VERSION : E_CORRUPT;
}

int txn_scan_record(struct store_txn *txn, struct arena *arena, enum store_table table, const void *key, size_t key_len,
                    bool opened, ProtobufCMessage *record)
{
    MDB_val at = {key_len, (void *)key}, val;
    int err = txn_get(txn, table, key, key_len, &val);
    if (err != OK)
        return err;
    err = record_scan_row(txn->store->seal, arena, &at, &val, opened, record);
    return err == OK ? OK : store_own_fault(txn->store, err);
}

int record_forgive(int err)
{
    return err == E_NOT_FOUND || err == E_CORRUPT || err == E_VERSION ? OK : err;
}
