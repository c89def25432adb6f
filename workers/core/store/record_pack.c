/* SPDX-License-Identifier: BSD-2-Clause */
/* Fields are in the order of their numbers, as in the descriptor. What is 0 or empty is left out, as proto3 has it. */
#include "record_pack.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { WIRE_VARINT = 0, WIRE_BYTES = 2 };

void record_bytes_init(struct record_bytes *bytes)
{
    bytes->data = bytes->first;
    bytes->len = 0;
    bytes->room = sizeof bytes->first;
}

void record_bytes_done(struct record_bytes *bytes)
{
    sodium_memzero(bytes->data, bytes->len);
    if (bytes->data != bytes->first)
        free(bytes->data);
    record_bytes_init(bytes);
}

static void grow(struct record_bytes *out, size_t more)
{
    size_t room = out->room;
    while (room - out->len < more)
        room *= 2;
    uint8_t *data = malloc(room);
    if (!data)
        abort();
    size_t len = out->len;
    memcpy(data, out->data, len);
    record_bytes_done(out);
    out->data = data;
    out->len = len;
    out->room = room;
}

void record_bytes_reserve(struct record_bytes *out, size_t more)
{
    if (out->room - out->len < more)
        grow(out, more);
}

void record_bytes_take(struct record_bytes *bytes, const struct record_bytes *from)
{
    record_bytes_done(bytes);
    record_bytes_reserve(bytes, from->len);
    memcpy(bytes->data, from->data, from->len);
    bytes->len = from->len;
}

uint8_t *record_put_varint(uint8_t *at, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        *at++ = (uint8_t)(value | 0x80);
    *at++ = (uint8_t)value;
    return at;
}

/* The caller has made room. */
static void add_varint(struct record_bytes *out, uint64_t value)
{
    out->len = (size_t)(record_put_varint(out->data + out->len, value) - out->data);
}

static void add_number(struct record_bytes *out, uint32_t id, uint64_t value)
{
    if (value == 0)
        return;
    record_bytes_reserve(out, 2 * RECORD_VARINT_MAX);
    add_varint(out, (uint64_t)id << 3 | WIRE_VARINT);
    add_varint(out, value);
}

/* The tag and length of what follows; there is room for it then. */
static void begin_bytes(struct record_bytes *out, uint32_t id, size_t len)
{
    record_bytes_reserve(out, 2 * RECORD_VARINT_MAX + len);
    add_varint(out, (uint64_t)id << 3 | WIRE_BYTES);
    add_varint(out, len);
}

static void add_bytes(struct record_bytes *out, uint32_t id, const void *data, size_t len)
{
    if (len == 0)
        return;
    begin_bytes(out, id, len);
    memcpy(out->data + out->len, data, len);
    out->len += len;
}

static void add_messages(struct record_bytes *out, uint32_t id, ProtobufCMessage *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        begin_bytes(out, id, protobuf_c_message_get_packed_size(list[i]));
        out->len += protobuf_c_message_pack(list[i], out->data + out->len);
    }
}

static void add_numbers(struct record_bytes *out, uint32_t id, const uint64_t *list, size_t count)
{
    uint8_t number[RECORD_VARINT_MAX];
    size_t len = 0;
    if (count == 0)
        return;
    for (size_t i = 0; i < count; i++)
        len += (size_t)(record_put_varint(number, list[i]) - number);
    begin_bytes(out, id, len);
    for (size_t i = 0; i < count; i++)
        add_varint(out, list[i]);
}

static void add_repeated(struct record_bytes *out, const ProtobufCFieldDescriptor *field,
                         const ProtobufCMessage *record)
{
    const char *base = (const char *)record;
    const void *list;
    size_t count;
    memcpy(&list, base + field->offset, sizeof list);
    memcpy(&count, base + field->quantifier_offset, sizeof count);
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        add_messages(out, field->id, list, count);
    else if (field->type == PROTOBUF_C_TYPE_UINT64)
        add_numbers(out, field->id, list, count);
    else
        abort();
}

static uint64_t zigzag(int32_t value)
{
    return ((uint32_t)value << 1) ^ (uint32_t)(value >> 31);
}

static void add_one(struct record_bytes *out, const ProtobufCFieldDescriptor *field, const void *member)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_UINT64:
        add_number(out, field->id, *(const uint64_t *)member);
        return;
    case PROTOBUF_C_TYPE_UINT32:
        add_number(out, field->id, *(const uint32_t *)member);
        return;
    case PROTOBUF_C_TYPE_ENUM: /* negative ones are no values of ours */
        add_number(out, field->id, *(const uint32_t *)member);
        return;
    case PROTOBUF_C_TYPE_BOOL:
        add_number(out, field->id, *(const protobuf_c_boolean *)member != 0);
        return;
    case PROTOBUF_C_TYPE_SINT32:
        add_number(out, field->id, zigzag(*(const int32_t *)member));
        return;
    case PROTOBUF_C_TYPE_STRING: {
        const char *string = *(char *const *)member;
        if (string && *string)
            add_bytes(out, field->id, string, strlen(string));
        return;
    }
    case PROTOBUF_C_TYPE_BYTES: {
        const ProtobufCBinaryData *bytes = member;
        add_bytes(out, field->id, bytes->data, bytes->len);
        return;
    }
    default:
        abort();
    }
}

void record_pack(struct record_bytes *out, const ProtobufCMessage *record, uint64_t fields)
{
    const ProtobufCMessageDescriptor *type = record->descriptor;
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        if (!(fields >> i & 1))
            continue;
        if (field->label == PROTOBUF_C_LABEL_REPEATED)
            add_repeated(out, field, record);
        else
            add_one(out, field, (const char *)record + field->offset);
    }
}
