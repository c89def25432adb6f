/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which fields of a record never rest in clear, and how a record looks at rest: its other fields, packed, and behind
 * them the field `sealed`, a box (seal.h) with the secret ones, packed as a message of the same type, and compressed
 * where the type has the field `plain` and that makes it shorter: then `plain` says how long it was, and goes wherever
 * the box goes. Packed messages concatenate: the value with the secret fields behind it is the whole record. A box is
 * bound to its table and key.
 * A record that was read keeps its box; it is written back with that box, unopened, unless record_reseal() drops it.
 */
#ifndef ADUAN_RECORD_SEAL_H
#define ADUAN_RECORD_SEAL_H

#include "record_pack.h"
#include "seal.h"

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RECORD_KEY_MAX = 64 };

/* Where a record rests: its type stands for the table. */
struct record_place {
    const ProtobufCMessageDescriptor *type;
    const void *key;
    size_t key_len; /* ≤ RECORD_KEY_MAX */
};

/* A record about to be written. */
struct record_packing {
    struct record_bytes clear, secret; /* what is to be sealed; empty when the record has its box, or no secrets */
    size_t plain;                      /* how long that was before it was compressed; 0: it is not */
    size_t size;                       /* of the value */
};
/* Packs; nothing is sealed yet. */
void record_packing_init(struct record_packing *packing, const ProtobufCMessage *record);
/* Not to be written after all. */
void record_packing_done(struct record_packing *packing);
/* Writes packing->size bytes, and is done. E_KEY: the seal has no key of that number. */
MUST_CHECK int record_packing_write(struct record_packing *packing, const struct seal *seal, uint16_t seal_key,
                                    const struct record_place *place, uint8_t *out);

/* The secret fields have changed: the next write seals them anew. All of them must be there (it was read opened). */
void record_reseal(ProtobufCMessage *record);

/* False: nothing in this value is sealed. */
bool record_is_sealed(const struct record_place *place, const uint8_t *value, size_t len);
/* Bytes that opening adds to a value. */
size_t record_secret_len(const struct record_place *place, const uint8_t *value, size_t len);
/* Appends the secret fields to the value at `value`, which has room for record_secret_len() more. *len grows.
 * E_CORRUPT: not what was sealed here. E_KEY: its key is not there. E_MEMORY. */
MUST_CHECK int record_open(const struct seal *seal, const struct record_place *place, uint8_t *value, size_t *len);
/* The number of the key that a value's box was sealed with; 0: it has none. */
uint16_t record_key_of(const struct record_place *place, const uint8_t *value, size_t len);
/* Seals the box of a value anew, in place. Errors as of record_open(). */
MUST_CHECK int record_rekey(const struct seal *seal, uint16_t seal_key, const struct record_place *place,
                            uint8_t *value, size_t len);

#endif
