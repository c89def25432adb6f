/* SPDX-License-Identifier: BSD-2-Clause */
#include "bytes.h"

#include <stdlib.h>
#include <string.h>

enum { SMALLEST = 4096 };

void bytes_done(struct bytes *bytes)
{
    free(bytes->data);
    *bytes = (struct bytes){0};
}

size_t bytes_len(const struct bytes *bytes)
{
    return bytes->end - bytes->start;
}

const uint8_t *bytes_at(const struct bytes *bytes)
{
    return bytes->data + bytes->start;
}

bool bytes_reserve(struct bytes *bytes, size_t extra)
{
    if (bytes->capacity - bytes->end >= extra)
        return true;
    size_t held = bytes_len(bytes);
    if (extra > SIZE_MAX / 4 - held)
        return false;
    /* Moving is worth it only while it frees at least as much as it moves. */
    if (bytes->start >= held && bytes->capacity >= held + extra) {
        if (held > 0)
            memmove(bytes->data, bytes->data + bytes->start, held);
        bytes->start = 0;
        bytes->end = held;
        return true;
    }
    size_t capacity = bytes->capacity > SMALLEST ? bytes->capacity : SMALLEST;
    while (capacity < held + extra)
        capacity *= 2;
    if (bytes->capacity - bytes->start < held + extra && capacity == bytes->capacity)
        capacity *= 2;
    uint8_t *data = malloc(capacity);
    if (!data)
        return false;
    if (held > 0)
        memcpy(data, bytes->data + bytes->start, held);
    free(bytes->data);
    *bytes = (struct bytes){.data = data, .end = held, .capacity = capacity};
    return true;
}

bool bytes_append(struct bytes *bytes, const void *data, size_t len)
{
    if (!bytes_reserve(bytes, len))
        return false;
    if (len > 0)
        memcpy(bytes->data + bytes->end, data, len);
    bytes->end += len;
    return true;
}

void bytes_consume(struct bytes *bytes, size_t len)
{
    bytes->start += len;
    if (bytes->start == bytes->end)
        bytes->start = bytes->end = 0;
}

void bytes_truncate(struct bytes *bytes, size_t len)
{
    bytes->end = bytes->start + len;
}
