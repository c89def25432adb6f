/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A Response{chunk} being written: events are packed straight into the message that goes out, and what stands around
 * them (id, lengths, through, last) is written when it is finished. One buffer, never copied.
 */
#ifndef ADUAN_FEED_CHUNK_H
#define ADUAN_FEED_CHUNK_H

#include "feed.pb-c.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zmq.h>

enum { CHUNK_EVENTS = 1000, CHUNK_BYTES = 256 * 1024, CHUNK_ID_MAX = 16, CHUNK_EPOCH_BYTES = 16 };

struct chunk {
    uint8_t *bytes; /* NULL: nothing begun */
    size_t len;     /* of the events */
    uint32_t events;
};

/* False: it is full, nothing was added. An event always fits into an empty chunk. */
bool chunk_add(struct chunk *chunk, const Aduan__Feed__V1__Event *event);
struct chunk_end {
    const uint8_t *id, *epoch;
    size_t id_len;
    uint64_t through;
    bool last;
};
/* The whole Response as a message to send; the chunk is empty again. */
void chunk_finish(struct chunk *chunk, const struct chunk_end *end, zmq_msg_t *out);
void chunk_done(struct chunk *chunk);

#endif
