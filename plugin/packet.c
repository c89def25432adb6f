/* SPDX-License-Identifier: BSD-2-Clause */
/* The fields and their order come from Kannel's own declaration, so this follows the version we are built against. */
#include "packet.h"

#include <gw/msg.h>

struct cursor {
    const uint8_t *data;
    size_t len, at;
};

static bool take_integer(struct cursor *cursor, int32_t *out)
{
    if (cursor->len - cursor->at < 4)
        return false;
    const uint8_t *p = cursor->data + cursor->at;
    *out = (int32_t)((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]);
    cursor->at += 4;
    return true;
}

static bool skip_integer(struct cursor *cursor)
{
    int32_t ignored;
    return take_integer(cursor, &ignored);
}

/* A length of -1 is a field that is not there. */
static bool skip_string(struct cursor *cursor)
{
    int32_t len;
    if (!take_integer(cursor, &len) || len < -1)
        return false;
    if (len > 0 && (size_t)len > cursor->len - cursor->at)
        return false;
    cursor->at += len > 0 ? (size_t)len : 0;
    return true;
}

static bool skip_uuid(struct cursor *cursor)
{
    int32_t len;
    struct cursor ahead = *cursor;
    return take_integer(&ahead, &len) && len == UUID_STR_LEN && skip_string(cursor);
}

bool packet_is_sound(const uint8_t *data, size_t len)
{
    struct cursor cursor = {data, len, 0};
    int32_t type;
    bool sound = true;
    if (!take_integer(&cursor, &type))
        return false;
    switch (type) {
#define INTEGER(name) sound = sound && skip_integer(&cursor);
#define OCTSTR(name) sound = sound && skip_string(&cursor);
#define UUID(name) sound = sound && skip_uuid(&cursor);
#define VOID(name)
#define MSG(type_name, fields)                                                                                         \
    case type_name:                                                                                                    \
        fields break;
#include <gw/msg-decl.h>
    default:
        return false;
    }
    return sound;
}
