/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer target: values of the store that may have a box. The first byte chooses the type, and whether the rest is a
 * value as it is, or clear fields and, behind the length in the second byte, the plaintext of a box that is right, or a
 * frame that says how much it was (the last two bytes): so that what lies behind the seal is reached too. */
#include "record.pb-c.h"
#include "record_scan.h"
#include "record_seal.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BOX_TAG_BYTES = 2, PLAIN_TAG_BYTES = 2, VARINT_MAX = 10, SEALED = 0x80, COMPRESSED = 0x40 };

enum { STRUCT_MAX = 1024 }; /* no record's struct is larger */

static const ProtobufCMessageDescriptor *const types[] = {
    &aduan__record__message__descriptor, &aduan__record__ticket__descriptor, &aduan__record__reply__descriptor,
    &aduan__record__identity__descriptor, &aduan__record__event__descriptor};

static const struct seal *the_seal(void)
{
    static const uint8_t key[SEAL_KEY_BYTES] = {1};
    static struct seal *seal;
    if (!seal && seal_from_bytes(key, &seal) != OK)
        abort();
    return seal;
}

static size_t put_varint(uint8_t *out, size_t value)
{
    size_t len = 0;
    for (; value >= 0x80; value >>= 7)
        out[len++] = (uint8_t)(value | 0x80);
    out[len++] = (uint8_t)value;
    return len;
}

/* Where a box belongs. What `letter` is is the record's business: a wrong one does not open. */
static size_t bind(const struct record_place *place, char letter, size_t plain, uint8_t out[32])
{
    size_t len = 0;
    out[len++] = (uint8_t)(plain > 0 ? tolower(letter) : letter);
    for (; plain > 0; plain >>= 8)
        out[len++] = (uint8_t)plain;
    memcpy(out + len, place->key, place->key_len);
    return len + place->key_len;
}

/* Clear fields, and a box with the rest. */
static uint8_t *sealed(const struct record_place *place, char letter, bool compressed, const uint8_t *data, size_t size,
                       size_t *value_len)
{
    size_t of = compressed && size >= 3 ? (size_t)data[size - 1] << 8 | data[size - 2] : 0;
    size -= of > 0 ? 2 : 0;
    size_t clear = data[0] < size - 1 ? data[0] : size - 1, secret = size - 1 - clear, len = clear;
    uint8_t *value = malloc(size + PLAIN_TAG_BYTES + BOX_TAG_BYTES + 2 * VARINT_MAX + SEAL_OVERHEAD_BYTES);
    uint8_t bound[32];
    memcpy(value, data + 1, clear);
    if (of > 0) {
        value[len++] = 0x90;
        value[len++] = 0x06;
        len += put_varint(value + len, of);
    }
    value[len++] = 0xa2;
    value[len++] = 0x06;
    len += put_varint(value + len, secret + SEAL_OVERHEAD_BYTES);
    if (seal_wrap(the_seal(), 1, (struct seal_place){bound, bind(place, letter, of, bound)}, data + 1 + clear, secret,
                  value + len) != OK)
        abort();
    *value_len = len + secret + SEAL_OVERHEAD_BYTES;
    return value;
}

static void use(const struct record_place *place, const uint8_t *value, size_t value_len)
{
    size_t len = value_len, secret = record_secret_len(place, value, len);
    uint8_t *whole = malloc(len + secret + 1);
    memcpy(whole, value, len);
    (void)record_key_of(place, value, len);
    if (record_open(the_seal(), place, whole, &len) == OK) {
        ProtobufCMessage *record = protobuf_c_message_unpack(place->type, NULL, len, whole);
        if (record) {
            struct record_packing packing;
            record_reseal(record);
            record_packing_init(&packing, record);
            uint8_t *again = malloc(packing.size + 1);
            if (record_packing_write(&packing, the_seal(), 1, place, again) != OK)
                abort(); /* what was read can be written */
            free(again);
            protobuf_c_message_free_unpacked(record, NULL);
        }
        union {
            max_align_t align;
            uint8_t bytes[STRUCT_MAX];
        } out;
        ProtobufCMessage *scanned = (ProtobufCMessage *)(void *)out.bytes;
        if (place->type->sizeof_message <= sizeof out) {
            place->type->message_init(scanned);
            (void)record_scan(whole, len, scanned);
        }
    }
    memcpy(whole, value, value_len);
    int err = record_rekey(the_seal(), 1, place, whole, value_len);
    if (err == OK && record_key_of(place, whole, value_len) != record_key_of(place, value, value_len))
        abort();
    free(whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char letters[] = "MTRIE";
    if (size < 2)
        return 0;
    size_t at = (data[0] & 0x3f) % (sizeof types / sizeof types[0]), len = size - 1;
    const struct record_place place = {types[at], "key", 3};
    uint8_t *value;
    if (data[0] & SEALED) {
        value = sealed(&place, letters[at], data[0] & COMPRESSED, data + 1, size - 1, &len);
    } else {
        value = malloc(len);
        memcpy(value, data + 1, len);
    }
    use(&place, value, len);
    free(value);
    return 0;
}
