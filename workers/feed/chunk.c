/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Protocol Buffers by hand for the frame around the events: a length stands before what it measures, so the head is
 * written backwards, into room left for it. Tags are those of feed.proto; a test unpacks what comes out.
 */
#include "chunk.h"

#include <stdlib.h>
#include <string.h>

enum {
    VARINT_MAX = 10,
    HEAD_ROOM = 64, /* Response.version, .id, and the tag and length of .chunk */
    TAIL_ROOM = 64, /* Chunk.epoch, .through and .last */
    TAG_VERSION = 1 << 3,
    TAG_ID = 2 << 3 | 2,
    TAG_CHUNK = 4 << 3 | 2,
    TAG_EPOCH = 1 << 3 | 2,
    TAG_EVENT = 2 << 3 | 2,
    TAG_THROUGH = 3 << 3,
    TAG_LAST = 4 << 3,
    RESPONSE_VERSION = 1
};

static size_t put_varint(uint8_t *out, uint64_t value)
{
    size_t len = 0;
    for (; value >= 0x80; value >>= 7)
        out[len++] = (uint8_t)(value | 0x80);
    out[len++] = (uint8_t)value;
    return len;
}

static size_t room_for(size_t event_bytes)
{
    size_t least = HEAD_ROOM + TAIL_ROOM + 1 + VARINT_MAX + event_bytes;
    return least > CHUNK_BYTES ? least : CHUNK_BYTES;
}

static void begin(struct chunk *chunk, size_t event_bytes)
{
    chunk->bytes = malloc(room_for(event_bytes));
    if (!chunk->bytes)
        abort();
    chunk->len = 0;
    chunk->events = 0;
}

bool chunk_add(struct chunk *chunk, const Aduan__Feed__V1__Event *event)
{
    size_t size = aduan__feed__v1__event__get_packed_size(event);
    if (chunk->bytes && chunk->events > 0 &&
        (chunk->events == CHUNK_EVENTS || HEAD_ROOM + chunk->len + 1 + VARINT_MAX + size + TAIL_ROOM > CHUNK_BYTES))
        return false;
    if (!chunk->bytes)
        begin(chunk, size);
    uint8_t *at = chunk->bytes + HEAD_ROOM + chunk->len;
    *at++ = TAG_EVENT;
    at += put_varint(at, size);
    at += aduan__feed__v1__event__pack(event, at);
    chunk->len = (size_t)(at - chunk->bytes) - HEAD_ROOM;
    chunk->events++;
    return true;
}

static size_t put_bytes(uint8_t *out, uint8_t tag, const uint8_t *bytes, size_t len)
{
    size_t at = 0;
    out[at++] = tag;
    at += put_varint(out + at, len);
    memcpy(out + at, bytes, len);
    return at + len;
}

static void free_bytes(void *data, void *hint)
{
    (void)data;
    free(hint);
}

void chunk_finish(struct chunk *chunk, const struct chunk_end *end, zmq_msg_t *out)
{
    if (!chunk->bytes)
        begin(chunk, 0);
    uint8_t *body = chunk->bytes + HEAD_ROOM, *at = body + chunk->len, head[HEAD_ROOM];
    at += put_bytes(at, TAG_EPOCH, end->epoch, CHUNK_EPOCH_BYTES);
    *at++ = TAG_THROUGH;
    at += put_varint(at, end->through);
    if (end->last) {
        *at++ = TAG_LAST;
        *at++ = 1;
    }
    size_t len = 0;
    head[len++] = TAG_VERSION;
    head[len++] = RESPONSE_VERSION;
    len += put_bytes(head + len, TAG_ID, end->id, end->id_len);
    head[len++] = TAG_CHUNK;
    len += put_varint(head + len, (uint64_t)(at - body));
    memcpy(body - len, head, len);
    if (zmq_msg_init_data(out, body - len, len + (size_t)(at - body), free_bytes, chunk->bytes))
        abort();
    *chunk = (struct chunk){0};
}

void chunk_done(struct chunk *chunk)
{
    free(chunk->bytes);
    *chunk = (struct chunk){0};
}
