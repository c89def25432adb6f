/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An SMS or a delivery report as it waits for a worker: packed once, when it comes, into one piece of memory; it goes
 * out as it lies there, as an item of a list. dispatch.c is its only caller.
 */
#ifndef ADUANBOX_PARCEL_H
#define ADUANBOX_PARCEL_H

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>
#include <stdint.h>

struct parcel {
    uint32_t len;      /* of the message and its marks */
    uint32_t unmarked; /* of the message alone */
    uint8_t room[];    /* for the length in front of an item, the message, its marks */
};

enum { PARCEL_MARKS_MAX = 12 };

/* What the parcel of this message takes, in bytes. */
size_t parcel_size(const ProtobufCMessage *message);
/* Into memory of parcel_size(). */
void parcel_pack(struct parcel *parcel, const ProtobufCMessage *message);
/* Says of the message what was not known when it came: the fields of `marks`, of the same type and PARCEL_MARKS_MAX
 * bytes at most. Those of an earlier call are forgotten. */
void parcel_mark(struct parcel *parcel, const ProtobufCMessage *marks);
/* As an item of a repeated field; it points into the parcel. */
ProtobufCMessageUnknownField parcel_item(struct parcel *parcel, uint32_t field);

#endif
