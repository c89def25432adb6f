/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sealing and opening records, driven by the generated descriptors and one table of secret fields. A type that is not
 * in the table rests as it is.
 */
#include "record_seal.h"

#include "record.pb-c.h"

#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { SEALED_FIELD = 100, SEALED_TAG_BYTES = 2, SECRETS_MAX = 6 };
static const uint8_t sealed_tag[SEALED_TAG_BYTES] = {0xa2, 0x06}; /* 100 << 3 | 2, as a varint */

/* `letter` stands for the table in what a box is bound to: it is at rest, as it were, and never changes. */
struct secret_row {
    const ProtobufCMessageDescriptor *type;
    char letter;
    uint8_t fields[SECRETS_MAX]; /* 0 ends */
};
static const struct secret_row rows[] = {
    {&aduan__record__message__descriptor, 'M', {7, 8, 14, 17, 28}},  /* body, udh, meta_data, text, sender */
    {&aduan__record__ticket__descriptor, 'T', {13, 14, 16, 31, 32}}, /* why, text, note, rules, place */
    {&aduan__record__reply__descriptor, 'R', {17, 28}},              /* text, words */
    {&aduan__record__identity__descriptor, 'I', {2}},                /* number */
};

static const struct secret_row *row_of(const ProtobufCMessageDescriptor *type)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].type == type)
            return &rows[i];
    return NULL;
}

struct bound {
    uint8_t bytes[1 + RECORD_KEY_MAX];
    size_t len;
};

static struct seal_place bind(const struct secret_row *row, const struct record_place *place, struct bound *bound)
{
    bound->bytes[0] = (uint8_t)row->letter;
    bound->len = 1 + (place->key_len <= RECORD_KEY_MAX ? place->key_len : RECORD_KEY_MAX);
    memcpy(bound->bytes + 1, place->key, bound->len - 1);
    return (struct seal_place){bound->bytes, bound->len};
}

/* --- writing ------------------------------------------------------------------------------------------------ */

static ProtobufCBinaryData *box_of(ProtobufCMessage *record)
{
    const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(record->descriptor, SEALED_FIELD);
    return (ProtobufCBinaryData *)(void *)((char *)record + field->offset);
}

/* Bits of the fields' places in the descriptor. */
static uint64_t secret_fields(const struct secret_row *row)
{
    static _Atomic uint64_t known[sizeof rows / sizeof rows[0]]; /* 0: not yet; each is the same whoever works it out */
    _Atomic uint64_t *mask = &known[row - rows];
    uint64_t found = atomic_load_explicit(mask, memory_order_relaxed);
    if (found != 0)
        return found;
    for (unsigned i = 0; i < row->type->n_fields; i++)
        if (memchr(row->fields, (int)row->type->fields[i].id, SECRETS_MAX))
            found |= 1ull << i;
    atomic_store_explicit(mask, found, memory_order_relaxed);
    return found;
}

void record_packing_init(struct record_packing *packing, const ProtobufCMessage *record)
{
    const struct secret_row *row = row_of(record->descriptor);
    uint64_t secret = row ? secret_fields(row) : 0;
    record_bytes_init(&packing->clear);
    record_bytes_init(&packing->plain);
    record_pack(&packing->clear, record, ~secret);
    if (row && box_of((ProtobufCMessage *)record)->len == 0)
        record_pack(&packing->plain, record, secret);
    packing->size = packing->clear.len;
    size_t box_len = packing->plain.len + SEAL_OVERHEAD_BYTES;
    uint8_t length[RECORD_VARINT_MAX];
    if (packing->plain.len > 0)
        packing->size += SEALED_TAG_BYTES + (size_t)(record_put_varint(length, box_len) - length) + box_len;
}

int record_packing_write(struct record_packing *packing, const struct seal *seal, uint16_t seal_key,
                         const struct record_place *place, uint8_t *out)
{
    int err = OK;
    memcpy(out, packing->clear.data, packing->clear.len);
    if (packing->plain.len > 0) {
        struct bound bound;
        uint8_t *tag = out + packing->clear.len;
        memcpy(tag, sealed_tag, SEALED_TAG_BYTES);
        uint8_t *box = record_put_varint(tag + SEALED_TAG_BYTES, packing->plain.len + SEAL_OVERHEAD_BYTES);
        err = seal_wrap(seal, seal_key, bind(row_of(place->type), place, &bound), packing->plain.data,
                        packing->plain.len, box);
    }
    record_packing_done(packing);
    return err;
}

void record_packing_done(struct record_packing *packing)
{
    record_bytes_done(&packing->clear);
    record_bytes_done(&packing->plain);
}

void record_reseal(ProtobufCMessage *record)
{
    if (!row_of(record->descriptor))
        return;
    ProtobufCBinaryData *box = box_of(record);
    free(box->data);
    *box = (ProtobufCBinaryData){0};
}

/* --- reading ------------------------------------------------------------------------------------------------ */

struct walk {
    const uint8_t *at, *end;
};

static bool varint(struct walk *walk, uint64_t *out)
{
    uint64_t value = 0;
    for (unsigned shift = 0; walk->at < walk->end && shift < 64; shift += 7) {
        uint8_t byte = *walk->at++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *out = value;
            return true;
        }
    }
    return false;
}

/* The box of a value: its last field; one that is followed by anything is handed out as an empty one, which never
 * opens. Records have varints and lengths only. */
static bool find_box(const uint8_t *value, size_t len, ProtobufCBinaryData *box)
{
    struct walk walk = {value, value + len};
    uint64_t tag, number;
    while (walk.at < walk.end) {
        if (!varint(&walk, &tag) || (tag & 7) % 2 != 0 || (tag & 7) > 2)
            break;
        if (!varint(&walk, &number))
            return false;
        if ((tag & 7) == 0)
            continue;
        if (number > (size_t)(walk.end - walk.at))
            return false;
        if (tag >> 3 == SEALED_FIELD) {
            *box = (ProtobufCBinaryData){walk.at + number == walk.end ? number : 0, (uint8_t *)walk.at};
            return true;
        }
        walk.at += number;
    }
    return false;
}

static bool sealed_box(const struct record_place *place, const uint8_t *value, size_t len, ProtobufCBinaryData *box)
{
    return row_of(place->type) && find_box(value, len, box);
}

bool record_is_sealed(const struct record_place *place, const uint8_t *value, size_t len)
{
    ProtobufCBinaryData box;
    return sealed_box(place, value, len, &box);
}

size_t record_secret_len(const struct record_place *place, const uint8_t *value, size_t len)
{
    ProtobufCBinaryData box;
    if (!sealed_box(place, value, len, &box) || box.len < SEAL_OVERHEAD_BYTES)
        return 0;
    return box.len - SEAL_OVERHEAD_BYTES;
}

int record_open(const struct seal *seal, const struct record_place *place, uint8_t *value, size_t *len)
{
    ProtobufCBinaryData box;
    struct bound bound;
    if (!sealed_box(place, value, *len, &box))
        return OK;
    int err = seal_unwrap(seal, bind(row_of(place->type), place, &bound), box.data, box.len, value + *len);
    if (err == OK)
        *len += box.len - SEAL_OVERHEAD_BYTES;
    return err;
}

uint16_t record_key_of(const struct record_place *place, const uint8_t *value, size_t len)
{
    ProtobufCBinaryData box;
    return sealed_box(place, value, len, &box) ? seal_key_of(box.data, box.len) : 0;
}

int record_rekey(const struct seal *seal, uint16_t seal_key, const struct record_place *place, uint8_t *value,
                 size_t len)
{
    ProtobufCBinaryData box;
    struct bound bound;
    if (!sealed_box(place, value, len, &box))
        return OK;
    struct seal_place at = bind(row_of(place->type), place, &bound);
    size_t plain_len = record_secret_len(place, value, len);
    uint8_t *plain = malloc(plain_len + 1);
    if (!plain)
        abort();
    int err = seal_unwrap(seal, at, box.data, box.len, plain);
    if (err == OK)
        err = seal_wrap(seal, seal_key, at, plain, plain_len, box.data);
    sodium_memzero(plain, plain_len);
    free(plain);
    return err;
}
