/* SPDX-License-Identifier: BSD-2-Clause */
/* The wire format of Protocol Buffers, as far as record.proto uses it. Driven by the generated descriptors, so that a
 * field added there is read here. */
#include "record_scan.h"

#include <string.h>

enum { WIRE_VARINT = 0, WIRE_BYTES = 2 };

struct scan {
    uint8_t *at, *end;
    uint8_t *nul; /* the byte behind the string read last */
};

static bool varint(struct scan *scan, uint64_t *out)
{
    uint64_t value = 0;
    for (unsigned shift = 0; scan->at < scan->end && shift < 64; shift += 7) {
        uint8_t byte = *scan->at++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *out = value;
            return true;
        }
    }
    return false;
}

static const ProtobufCFieldDescriptor *field_of(const ProtobufCMessageDescriptor *type, uint64_t number)
{
    if (number >= 1 && number <= type->n_fields && type->fields[number - 1].id == number)
        return &type->fields[number - 1];
    return protobuf_c_message_descriptor_get_field(type, (unsigned)number);
}

static bool put_number(const ProtobufCFieldDescriptor *field, uint64_t value, void *member)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_UINT64:
        memcpy(member, &value, sizeof value);
        return true;
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_ENUM:
        memcpy(member, &(uint32_t){(uint32_t)value}, sizeof(uint32_t));
        return true;
    case PROTOBUF_C_TYPE_BOOL:
        memcpy(member, &(protobuf_c_boolean){value != 0}, sizeof(protobuf_c_boolean));
        return true;
    default:
        return false;
    }
}

static bool put_bytes(const ProtobufCFieldDescriptor *field, uint8_t *bytes, size_t len, void *member, uint8_t **nul)
{
    if (field->type == PROTOBUF_C_TYPE_BYTES) {
        memcpy(member, &(ProtobufCBinaryData){len, bytes}, sizeof(ProtobufCBinaryData));
        return true;
    }
    if (field->type != PROTOBUF_C_TYPE_STRING)
        return false;
    memcpy(member, &bytes, sizeof bytes);
    *nul = bytes + len;
    return true;
}

static bool next_field(struct scan *scan, ProtobufCMessage *out)
{
    uint64_t tag, value;
    uint8_t *bytes = NULL;
    if (!varint(scan, &tag))
        return false;
    if (scan->nul)
        *scan->nul = 0;
    scan->nul = NULL;
    unsigned wire = tag & 7;
    if ((wire != WIRE_VARINT && wire != WIRE_BYTES) || !varint(scan, &value))
        return false;
    if (wire == WIRE_BYTES) {
        if (value > (size_t)(scan->end - scan->at))
            return false;
        bytes = scan->at;
        scan->at += value;
    }
    const ProtobufCFieldDescriptor *field = field_of(out->descriptor, tag >> 3);
    if (!field || field->label == PROTOBUF_C_LABEL_REPEATED || field->type == PROTOBUF_C_TYPE_MESSAGE)
        return true;
    void *member = (char *)out + field->offset;
    return bytes ? put_bytes(field, bytes, value, member, &scan->nul) : put_number(field, value, member);
}

bool record_scan(uint8_t *bytes, size_t len, ProtobufCMessage *out)
{
    struct scan scan = {.at = bytes, .end = bytes + len};
    bool good = true;
    while (good && scan.at < scan.end)
        good = next_field(&scan, out);
    if (scan.nul)
        *scan.nul = 0;
    return good;
}
