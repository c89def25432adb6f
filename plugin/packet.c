/* SPDX-License-Identifier: BSD-2-Clause */
#include "packet.h"

#include <string.h>

/* --- numbers and uuids --------------------------------------------------------------------------------------- */

static bool dash_before(size_t byte)
{
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

void packet_uuid_format(const uint8_t uuid[PACKET_UUID_BYTES], char text[PACKET_UUID_TEXT])
{
    static const char hex[] = "0123456789abcdef";
    for (size_t i = 0; i < PACKET_UUID_BYTES; i++) {
        if (dash_before(i))
            *text++ = '-';
        *text++ = hex[uuid[i] >> 4];
        *text++ = hex[uuid[i] & 15];
    }
}

/* A hexadecimal digit's value and one; 0: it is none. */
static const uint8_t digits[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16};

bool packet_uuid_parse(struct packet_bytes text, uint8_t out[PACKET_UUID_BYTES])
{
    const uint8_t *at = text.data;
    if (text.len != PACKET_UUID_TEXT)
        return false;
    for (size_t i = 0; i < PACKET_UUID_BYTES; i++) {
        if (dash_before(i) && *at++ != '-')
            return false;
        unsigned high = digits[at[0]], low = digits[at[1]];
        if (high == 0 || low == 0)
            return false;
        out[i] = (uint8_t)((high - 1) << 4 | (low - 1));
        at += 2;
    }
    return true;
}

void packet_init(struct packet *packet, enum packet_type type)
{
    *packet = (struct packet){.type = type};
    switch (type) {
#define INTEGER(name) fields->name = PACKET_UNDEFINED;
#define OCTSTR(name)
#define UUID(name)
#define VOID(name)
#define MSG(type_name, all)                                                                                            \
    case PACKET_##type_name: {                                                                                         \
        struct packet_##type_name *fields = &packet->type_name;                                                        \
        all                                                                                                            \
    } break;
#include <gw/msg-decl.h>
    case PACKET_TYPE_END:
        break;
    }
}

/* --- in ------------------------------------------------------------------------------------------------------ */

struct cursor {
    const uint8_t *at, *end;
};

static bool take_integer(struct cursor *cursor, int32_t *out)
{
    const uint8_t *p = cursor->at;
    if (cursor->end - p < 4)
        return false;
    *out = (int32_t)((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]);
    cursor->at += 4;
    return true;
}

/* A length of -1 is a field that is not there. */
static bool take_string(struct cursor *cursor, struct packet_bytes *out)
{
    int32_t len;
    *out = (struct packet_bytes){0};
    if (!take_integer(cursor, &len) || len < -1)
        return false;
    if (len < 0)
        return true;
    if (cursor->end - cursor->at < len)
        return false;
    *out = (struct packet_bytes){cursor->at, (size_t)len};
    cursor->at += len;
    return true;
}

static bool take_uuid(struct cursor *cursor, uint8_t out[PACKET_UUID_BYTES])
{
    struct packet_bytes text;
    return take_string(cursor, &text) && packet_uuid_parse(text, out);
}

bool packet_unpack(const uint8_t *data, size_t len, struct packet *out)
{
    struct cursor cursor = {data, data + len};
    int32_t type;
    bool sound = true;
    if (!take_integer(&cursor, &type))
        return false;
    switch (type) {
#define INTEGER(name) sound = sound && take_integer(&cursor, &fields->name);
#define OCTSTR(name) sound = sound && take_string(&cursor, &fields->name);
#define UUID(name) sound = sound && take_uuid(&cursor, fields->name);
#define VOID(name)
#define MSG(type_name, all)                                                                                            \
    case PACKET_##type_name: {                                                                                         \
        struct packet_##type_name *fields = &out->type_name;                                                           \
        all                                                                                                            \
    } break;
#include <gw/msg-decl.h>
    default:
        return false;
    }
    out->type = (enum packet_type)type;
    return sound;
}

/* --- out ----------------------------------------------------------------------------------------------------- */

static size_t packed_len(const struct packet *packet)
{
    size_t len = 4;
    switch (packet->type) {
#define INTEGER(name) len += sizeof fields->name;
#define OCTSTR(name) len += 4 + (fields->name.data ? fields->name.len : 0);
#define UUID(name) len += 4 + PACKET_UUID_TEXT;
#define VOID(name)
#define MSG(type_name, all)                                                                                            \
    case PACKET_##type_name: {                                                                                         \
        const struct packet_##type_name *fields = &packet->type_name;                                                  \
        all                                                                                                            \
    } break;
#include <gw/msg-decl.h>
    case PACKET_TYPE_END:
        break;
    }
    return len;
}

static uint8_t *put_integer(uint8_t *at, int32_t value)
{
    uint32_t v = (uint32_t)value;
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(v >> (24 - 8 * i));
    return at + 4;
}

static uint8_t *put_string(uint8_t *at, struct packet_bytes string)
{
    if (!string.data)
        return put_integer(at, -1);
    at = put_integer(at, (int32_t)string.len);
    memcpy(at, string.data, string.len);
    return at + string.len;
}

static uint8_t *put_uuid(uint8_t *at, const uint8_t uuid[PACKET_UUID_BYTES])
{
    at = put_integer(at, PACKET_UUID_TEXT);
    packet_uuid_format(uuid, (char *)at);
    return at + PACKET_UUID_TEXT;
}

bool packet_pack(const struct packet *packet, struct bytes *out)
{
    size_t len = packed_len(packet);
    if (len > INT32_MAX || !bytes_reserve(out, 4 + len))
        return false;
    uint8_t *at = put_integer(out->data + out->end, (int32_t)len);
    out->end += 4 + len;
    at = put_integer(at, (int32_t)packet->type);
    switch (packet->type) {
#define INTEGER(name) at = put_integer(at, fields->name);
#define OCTSTR(name) at = put_string(at, fields->name);
#define UUID(name) at = put_uuid(at, fields->name);
#define VOID(name)
#define MSG(type_name, all)                                                                                            \
    case PACKET_##type_name: {                                                                                         \
        const struct packet_##type_name *fields = &packet->type_name;                                                  \
        all                                                                                                            \
    } break;
#include <gw/msg-decl.h>
    case PACKET_TYPE_END:
        break;
    }
    return true;
}
