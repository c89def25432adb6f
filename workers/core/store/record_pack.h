/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packing records into the wire format of Protocol Buffers, byte for byte as protobuf-c does, in one pass: the store
 * packs ten records for each SMS, and most of their fields are empty. Driven by the generated descriptors.
 */
#ifndef ADUAN_RECORD_PACK_H
#define ADUAN_RECORD_PACK_H

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>
#include <stdint.h>

enum { RECORD_BYTES_FIRST = 1536, RECORD_VARINT_MAX = 10 };

/* Bytes that grow as they are needed, in the struct itself at first; memory that runs out ends the process. */
struct record_bytes {
    uint8_t *data;
    size_t len, room;
    uint8_t first[RECORD_BYTES_FIRST];
};

void record_bytes_init(struct record_bytes *bytes);
/* Room for so many more. */
void record_bytes_reserve(struct record_bytes *bytes, size_t more);
/* What is in `from` in the place of what is in `bytes`. */
void record_bytes_take(struct record_bytes *bytes, const struct record_bytes *from);
/* Overwrites what is in it with zeros. */
void record_bytes_done(struct record_bytes *bytes);

/* Appends the fields of a record whose places in its descriptor (0, 1, …) are bits of `fields`. Types have at most 64
 * fields, of the kinds that record.proto uses: any other ends the process. */
void record_pack(struct record_bytes *out, const ProtobufCMessage *record, uint64_t fields);
/* At most RECORD_VARINT_MAX bytes; returns where it ends. */
uint8_t *record_put_varint(uint8_t *at, uint64_t value);

#endif
