/* SPDX-License-Identifier: BSD-2-Clause */
/* libprotobuf-c writes a field that it does not know as the bytes it was given: that is how an item which is packed
 * already gets into its list. Marks are appended: of a field that is there twice the last one counts. */
#include "parcel.h"

#include <string.h>

enum { LENGTH_MAX = 5 };

size_t parcel_size(const ProtobufCMessage *message)
{
    return sizeof(struct parcel) + LENGTH_MAX + protobuf_c_message_get_packed_size(message) + PARCEL_MARKS_MAX;
}

void parcel_pack(struct parcel *parcel, const ProtobufCMessage *message)
{
    parcel->unmarked = (uint32_t)protobuf_c_message_pack(message, parcel->room + LENGTH_MAX);
    parcel->len = parcel->unmarked;
}

void parcel_mark(struct parcel *parcel, const ProtobufCMessage *marks)
{
    size_t len = protobuf_c_message_get_packed_size(marks);
    parcel->len = parcel->unmarked;
    if (len <= PARCEL_MARKS_MAX)
        parcel->len += (uint32_t)protobuf_c_message_pack(marks, parcel->room + LENGTH_MAX + parcel->unmarked);
}

ProtobufCMessageUnknownField parcel_item(struct parcel *parcel, uint32_t field)
{
    uint8_t length[LENGTH_MAX];
    size_t count = 0;
    uint32_t left = parcel->len;
    for (; left >= 0x80; left >>= 7)
        length[count++] = (uint8_t)(left | 0x80);
    length[count++] = (uint8_t)left;
    uint8_t *start = parcel->room + LENGTH_MAX - count;
    memcpy(start, length, count);
    return (ProtobufCMessageUnknownField){field, PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED, count + parcel->len, start};
}
