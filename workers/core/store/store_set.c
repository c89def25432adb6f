/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A set of parts at rest: its header and a row a part in table part, its deadline in part_due. When it is finished its
 * rows stay a while, so that late copies are known as such, and go when part_due says so.
 */
#include "store_set.h"

#include <string.h>

void set_key(const struct seal *seal, const struct sender *sender, ProtobufCBinaryData receiver,
             const struct udh_concat *concat, uint8_t out[SET_KEY_BYTES])
{
    uint8_t hash[SEAL_ID_BYTES];
    seal_id(seal, receiver.data, receiver.len, hash);
    memcpy(out, sender->id, SEAL_ID_BYTES);
    memcpy(out + SEAL_ID_BYTES, hash, 8);
    put_be16(out + SEAL_ID_BYTES + 8, concat->reference);
    out[SEAL_ID_BYTES + 10] = concat->total;
}

bool set_finished(const struct set *set)
{
    return set->header.whole.len > 0;
}

static void keep_key(ProtobufCBinaryData *field, uint8_t own[STORE_KEY_MESSAGE_BYTES])
{
    if (field->len == STORE_KEY_MESSAGE_BYTES)
        memcpy(own, field->data, STORE_KEY_MESSAGE_BYTES);
    *field = (ProtobufCBinaryData){field->len == STORE_KEY_MESSAGE_BYTES ? STORE_KEY_MESSAGE_BYTES : 0, own};
}

int set_read(struct ingest *in, struct set *set)
{
    ProtobufCMessage *record;
    aduan__record__part_set__init(&set->header);
    set->exists = false;
    set->due_us = 0;
    int err = txn_get_record(&in->txn, T_PART, set->key, SET_KEY_BYTES, &aduan__record__part_set__descriptor, &record);
    if (err == E_NOT_FOUND || err == E_CORRUPT)
        return OK;
    if (err != OK)
        return err;
    Aduan__Record__PartSet *row = (Aduan__Record__PartSet *)record;
    set->header = *row;
    keep_key(&set->header.first_key, set->first_key);
    keep_key(&set->header.whole, set->whole_key);
    set->exists = true;
    set->due_us = set_finished(set) ? row->forget_us : row->deadline_us;
    aduan__record__part_set__free_unpacked(row, NULL);
    return OK;
}

int set_due_del(struct ingest *in, uint64_t due_us, const uint8_t set_key_bytes[SET_KEY_BYTES])
{
    uint8_t key[DUE_SET_KEY_BYTES];
    put_be64(key, due_us);
    memcpy(key + 8, set_key_bytes, SET_KEY_BYTES);
    int err = txn_del(&in->txn, T_PART_DUE, key, sizeof key);
    return err == E_NOT_FOUND ? OK : err;
}

int set_write(struct ingest *in, struct set *set)
{
    uint8_t key[DUE_SET_KEY_BYTES];
    uint64_t due_us = set_finished(set) ? set->header.forget_us : set->header.deadline_us;
    int err = OK;
    if (due_us != set->due_us) {
        if (set->due_us != 0)
            err = set_due_del(in, set->due_us, set->key);
        put_be64(key, due_us);
        memcpy(key + 8, set->key, SET_KEY_BYTES);
        if (err == OK)
            err = txn_put(&in->txn, T_PART_DUE, key, sizeof key, "", 0);
        set->due_us = due_us;
    }
    set->header.version = RECORD_VERSION;
    return err == OK ? txn_put_record(&in->txn, T_PART, set->key, SET_KEY_BYTES, &set->header.base) : err;
}

void set_part_key(const struct set *set, uint8_t index, uint8_t out[PART_KEY_BYTES])
{
    memcpy(out, set->key, SET_KEY_BYTES);
    out[SET_KEY_BYTES] = index;
}

int set_wipe(struct ingest *in, const struct set *set)
{
    unsigned total = set->key[SET_KEY_BYTES - 1];
    int err = OK;
    for (unsigned index = 1; err == OK && index <= total; index++) {
        uint8_t key[PART_KEY_BYTES];
        set_part_key(set, (uint8_t)index, key);
        err = txn_del(&in->txn, T_PART, key, sizeof key);
        if (err == E_NOT_FOUND)
            err = OK;
    }
    return err;
}

int set_forget(struct ingest *in, const struct set *set)
{
    int err = set_wipe(in, set);
    if (err == OK)
        err = txn_del(&in->txn, T_PART, set->key, SET_KEY_BYTES);
    return err == OK ? set_due_del(in, set->due_us, set->key) : err;
}
