/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A packed Msg of Kannel's box protocol. Its types, their fields and their order come from Kannel's own declaration, so
 * this follows the version we are built against. gwlib's msg_pack() and msg_unpack() are not used: they trust every
 * length they read, and draw a new random uuid, with system calls, for each Msg that they make room for.
 */
#ifndef ADUANBOX_PACKET_H
#define ADUANBOX_PACKET_H

#include "bytes.h"

enum { PACKET_UUID_BYTES = 16, PACKET_UNDEFINED = -1 };

/* A string as it lies in somebody else's memory; data NULL: the field is not there. */
struct packet_bytes {
    const uint8_t *data;
    size_t len;
};

enum packet_type {
#define MSG(name, fields) PACKET_##name,
#include <gw/msg-decl.h>
    PACKET_TYPE_END
};

#define INTEGER(name) int32_t name;
#define OCTSTR(name) struct packet_bytes name;
#define UUID(name) uint8_t name[PACKET_UUID_BYTES];
#define VOID(name)
#define MSG(name, fields) struct packet_##name fields;
#include <gw/msg-decl.h>

struct packet {
    enum packet_type type;
    union {
#define MSG(name, fields) struct packet_##name name;
#include <gw/msg-decl.h>
    };
};

/* Every number undefined, every string not there. */
void packet_init(struct packet *packet, enum packet_type type);
/* Without its length in front. Strings of *out point into data. False: not a sound Msg; *out means nothing then. */
bool packet_unpack(const uint8_t *data, size_t len, struct packet *out);
/* Appends the packet with its 4-byte length; false when memory is short, and then nothing has changed. */
bool packet_pack(const struct packet *packet, struct bytes *out);

/* 36 characters, lower case, not terminated. */
enum { PACKET_UUID_TEXT = 36 };
void packet_uuid_format(const uint8_t uuid[PACKET_UUID_BYTES], char text[PACKET_UUID_TEXT]);
bool packet_uuid_parse(struct packet_bytes text, uint8_t out[PACKET_UUID_BYTES]);

#endif
