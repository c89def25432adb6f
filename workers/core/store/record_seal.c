/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sealing and opening records, driven by the generated descriptors and one table of secret fields. A type that is not
 * in the table rests as it is.
 */
#include "record_seal.h"

#include "record.pb-c.h"
#include "record_compress.h"

#include <ctype.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { PLAIN_FIELD = 98, SEALED_FIELD = 100, TAG_BYTES = 2, SECRETS_MAX = 6 };
static const uint8_t plain_tag[TAG_BYTES] = {0x90, 0x06};  /* 98 << 3 | 0, as a varint */
static const uint8_t sealed_tag[TAG_BYTES] = {0xa2, 0x06}; /* 100 << 3 | 2 */

/* `letter` stands for the table in what a box is bound to: it is at rest, as it were, and never changes. */
struct secret_row {
    const ProtobufCMessageDescriptor *type;
    char letter;
    uint8_t fields[SECRETS_MAX]; /* 0 ends */
};
static const struct secret_row rows[] = {
    {&aduan__record__message__descriptor, 'M', {7, 8, 14, 17, 28}},      /* body, udh, meta_data, text, sender */
    {&aduan__record__ticket__descriptor, 'T', {13, 14, 16, 27, 31, 32}}, /* why, text, note, guesses, rules, place */
    {&aduan__record__reply__descriptor, 'R', {17, 28}},                  /* text, words */
    {&aduan__record__identity__descriptor, 'I', {2}},                    /* number */
};

static const struct secret_row *row_of(const ProtobufCMessageDescriptor *type)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].type == type)
            return &rows[i];
    return NULL;
}

struct bound {
    uint8_t bytes[1 + sizeof(uint64_t) + RECORD_KEY_MAX];
    size_t len;
};

/* What is compressed (plain > 0) is bound to how long it was, too: nobody takes it for what is not. */
static struct seal_place bind(const struct record_place *place, uint64_t plain, struct bound *bound)
{
    char letter = row_of(place->type)->letter;
    size_t key_len = place->key_len <= RECORD_KEY_MAX ? place->key_len : RECORD_KEY_MAX;
    bound->len = 0;
    bound->bytes[bound->len++] = (uint8_t)(plain > 0 ? tolower(letter) : letter);
    for (uint64_t rest = plain; rest > 0; rest >>= 8)
        bound->bytes[bound->len++] = (uint8_t)rest;
    memcpy(bound->bytes + bound->len, place->key, key_len);
    bound->len += key_len;
    return (struct seal_place){bound->bytes, bound->len};
}

/* --- writing ------------------------------------------------------------------------------------------------ */

static ProtobufCBinaryData *box_of(ProtobufCMessage *record)
{
    const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(record->descriptor, SEALED_FIELD);
    return (ProtobufCBinaryData *)(void *)((char *)record + field->offset);
}

/* Bits of the fields' places in the descriptor. */
struct fields {
    uint64_t secret, plain;
};

static struct fields find_fields(const struct secret_row *row)
{
    struct fields found = {0};
    for (unsigned i = 0; i < row->type->n_fields; i++) {
        if (memchr(row->fields, (int)row->type->fields[i].id, SECRETS_MAX))
            found.secret |= 1ull << i;
        if (row->type->fields[i].id == PLAIN_FIELD)
            found.plain = 1ull << i;
    }
    return found;
}

static struct fields fields_of(const struct secret_row *row)
{
    /* 0: not yet; each is the same whoever works it out. */
    static _Atomic uint64_t secret[sizeof rows / sizeof rows[0]], plain[sizeof rows / sizeof rows[0]];
    size_t i = (size_t)(row - rows);
    struct fields known = {.secret = atomic_load_explicit(&secret[i], memory_order_acquire)};
    known.plain = atomic_load_explicit(&plain[i], memory_order_relaxed);
    if (known.secret != 0)
        return known;
    known = find_fields(row);
    atomic_store_explicit(&plain[i], known.plain, memory_order_relaxed);
    atomic_store_explicit(&secret[i], known.secret, memory_order_release);
    return known;
}

static size_t varint_len(uint64_t value)
{
    uint8_t bytes[RECORD_VARINT_MAX];
    return (size_t)(record_put_varint(bytes, value) - bytes);
}

/* What is to be sealed, in the place of the secret fields. */
static void compress(struct record_packing *packing)
{
    struct record_bytes shorter;
    record_bytes_init(&shorter);
    record_bytes_reserve(&shorter, record_compress_room(packing->secret.len));
    shorter.len = record_compress(packing->secret.data, packing->secret.len, shorter.data);
    if (shorter.len > 0) {
        packing->plain = packing->secret.len;
        record_bytes_take(&packing->secret, &shorter);
    }
    record_bytes_done(&shorter);
}

void record_packing_init(struct record_packing *packing, const ProtobufCMessage *record)
{
    const struct secret_row *row = row_of(record->descriptor);
    struct fields fields = row ? fields_of(row) : (struct fields){0};
    bool anew = row && box_of((ProtobufCMessage *)record)->len == 0;
    record_bytes_init(&packing->clear);
    record_bytes_init(&packing->secret);
    packing->plain = 0;
    record_pack(&packing->clear, record, ~(fields.secret | (anew ? fields.plain : 0)));
    if (anew) {
        record_pack(&packing->secret, record, fields.secret);
        if (fields.plain != 0)
            compress(packing);
    }
    size_t box_len = packing->secret.len + SEAL_OVERHEAD_BYTES;
    packing->size = packing->clear.len;
    if (packing->plain > 0)
        packing->size += TAG_BYTES + varint_len(packing->plain);
    if (packing->secret.len > 0)
        packing->size += TAG_BYTES + varint_len(box_len) + box_len;
}

int record_packing_write(struct record_packing *packing, const struct seal *seal, uint16_t seal_key,
                         const struct record_place *place, uint8_t *out)
{
    int err = OK;
    memcpy(out, packing->clear.data, packing->clear.len);
    if (packing->secret.len > 0) {
        struct bound bound;
        uint8_t *at = out + packing->clear.len;
        if (packing->plain > 0) {
            memcpy(at, plain_tag, TAG_BYTES);
            at = record_put_varint(at + TAG_BYTES, packing->plain);
        }
        memcpy(at, sealed_tag, TAG_BYTES);
        uint8_t *box = record_put_varint(at + TAG_BYTES, packing->secret.len + SEAL_OVERHEAD_BYTES);
        err = seal_wrap(seal, seal_key, bind(place, packing->plain, &bound), packing->secret.data, packing->secret.len,
                        box);
    }
    record_packing_done(packing);
    return err;
}

void record_packing_done(struct record_packing *packing)
{
    record_bytes_done(&packing->clear);
    record_bytes_done(&packing->secret);
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

/* What a value keeps sealed. */
struct kept {
    ProtobufCBinaryData box;
    uint64_t plain; /* bytes of the secret fields; 0: as many as the box has */
};

/* The box of a value: its last field; one that is followed by anything is handed out as an empty one, which never
 * opens. Records have varints and lengths only. */
static bool find_kept(const uint8_t *value, size_t len, struct kept *kept)
{
    struct walk walk = {value, value + len};
    uint64_t tag, number;
    kept->plain = 0;
    while (walk.at < walk.end) {
        if (!varint(&walk, &tag) || (tag & 7) % 2 != 0 || (tag & 7) > 2)
            break;
        if (!varint(&walk, &number))
            return false;
        if ((tag & 7) == 0) {
            kept->plain = tag >> 3 == PLAIN_FIELD ? number : kept->plain;
            continue;
        }
        if (number > (size_t)(walk.end - walk.at))
            return false;
        if (tag >> 3 == SEALED_FIELD) {
            kept->box = (ProtobufCBinaryData){walk.at + number == walk.end ? number : 0, (uint8_t *)walk.at};
            return true;
        }
        walk.at += number;
    }
    return false;
}

static bool keeps(const struct record_place *place, const uint8_t *value, size_t len, struct kept *kept)
{
    return row_of(place->type) && find_kept(value, len, kept);
}

bool record_is_sealed(const struct record_place *place, const uint8_t *value, size_t len)
{
    struct kept kept;
    return keeps(place, value, len, &kept);
}

size_t record_secret_len(const struct record_place *place, const uint8_t *value, size_t len)
{
    struct kept kept;
    if (!keeps(place, value, len, &kept) || kept.box.len < SEAL_OVERHEAD_BYTES || kept.plain > RECORD_PLAIN_MAX)
        return 0;
    return kept.plain > 0 ? (size_t)kept.plain : kept.box.len - SEAL_OVERHEAD_BYTES;
}

static int open_compressed(const struct seal *seal, struct seal_place at, const struct kept *kept, uint8_t *out)
{
    if (kept->box.len < SEAL_OVERHEAD_BYTES || kept->plain > RECORD_PLAIN_MAX)
        return E_CORRUPT;
    struct record_bytes frame;
    record_bytes_init(&frame);
    record_bytes_reserve(&frame, kept->box.len - SEAL_OVERHEAD_BYTES);
    frame.len = kept->box.len - SEAL_OVERHEAD_BYTES;
    int err = seal_unwrap(seal, at, kept->box.data, kept->box.len, frame.data);
    if (err == OK)
        err = record_decompress(frame.data, frame.len, out, (size_t)kept->plain);
    record_bytes_done(&frame);
    return err;
}

int record_open(const struct seal *seal, const struct record_place *place, uint8_t *value, size_t *len)
{
    struct kept kept;
    struct bound bound;
    if (!keeps(place, value, *len, &kept))
        return OK;
    struct seal_place at = bind(place, kept.plain, &bound);
    size_t secret_len = record_secret_len(place, value, *len);
    int err = kept.plain > 0 ? open_compressed(seal, at, &kept, value + *len)
                             : seal_unwrap(seal, at, kept.box.data, kept.box.len, value + *len);
    if (err == OK)
        *len += secret_len;
    return err;
}

uint16_t record_key_of(const struct record_place *place, const uint8_t *value, size_t len)
{
    struct kept kept;
    return keeps(place, value, len, &kept) ? seal_key_of(kept.box.data, kept.box.len) : 0;
}

int record_rekey(const struct seal *seal, uint16_t seal_key, const struct record_place *place, uint8_t *value,
                 size_t len)
{
    struct kept kept;
    struct bound bound;
    if (!keeps(place, value, len, &kept))
        return OK;
    struct seal_place at = bind(place, kept.plain, &bound);
    const ProtobufCBinaryData *box = &kept.box;
    size_t secret_len = box->len < SEAL_OVERHEAD_BYTES ? 0 : box->len - SEAL_OVERHEAD_BYTES;
    uint8_t *secret = malloc(secret_len + 1);
    if (!secret)
        abort();
    int err = seal_unwrap(seal, at, box->data, box->len, secret);
    if (err == OK)
        err = seal_wrap(seal, seal_key, at, secret, secret_len, box->data);
    sodium_memzero(secret, secret_len);
    free(secret);
    return err;
}
