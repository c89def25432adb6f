/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A worker's line to one aduanbox: a DEALER that says HELLO, keeps the heartbeat and knows whether the box lives.
 * The worker polls channel_socket() and calls channel_recv() until it says E_AGAIN, and channel_tick() each second.
 * One thread. Never blocks. Garbage is dropped and counted.
 */
#ifndef ADUAN_CHANNEL_H
#define ADUAN_CHANNEL_H

#include "err.h"
#include "frame.h"

#include <stdbool.h>
#include <stdint.h>

struct channel;

struct channel_options {
    const char *endpoint;
    const char *role, *name; /* for HELLO */
    const uint8_t *life;     /* 16 bytes: HELLO's in the first session; a session after a silence derives its own */
    uint32_t credit;
};

enum { CHANNEL_PING_MS = 1000, CHANNEL_SILENCE_MS = 5000 };

MUST_CHECK int channel_open(void *zmq_context, const struct channel_options *options, struct channel **out);
void channel_close(struct channel *channel);
/* Another one after a silence: ask before each poll. */
void *channel_socket(struct channel *channel);
/* The box answered our HELLO and is not silent. */
bool channel_alive(const struct channel *channel);
bool channel_links_up(const struct channel *channel);   /* alive, and its box has a bearerbox link */
const char *channel_box(const struct channel *channel); /* its name, "" before the first WELCOME */
/* How many lives of the box this channel has seen: a change means that what was outstanding there is lost. */
uint32_t channel_generation(const struct channel *channel);
uint64_t channel_refused(const struct channel *channel);

/* The next frame that is the worker's business (BATCH, RESULTS, REPORTS, BYE); the rest is handled inside.
 * OK: release with frame_done(). E_AGAIN: none. */
MUST_CHECK int channel_recv(struct channel *channel, struct frame *out);
/* E_AGAIN when the box does not keep up, E_GONE when it is not alive. */
MUST_CHECK int channel_send(struct channel *channel, enum frame_type type, const ProtobufCMessage *body);
/* Sends HELLO and pings when due, notices silence. Returns the monotonic ms when it wants to be called again. */
uint64_t channel_tick(struct channel *channel, uint64_t mono_ms);

#endif
