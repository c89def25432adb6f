/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One connection to one bearerbox: connects again with backoff, identifies first, reads all that comes, writes acks and
 * MT. What it reads it hands on through link_events; it remembers no message, only how many are open.
 * Whatever bearerbox sends, the worst that happens is a new connection.
 */
#ifndef ADUANBOX_LINK_H
#define ADUANBOX_LINK_H

#include "kannel.h"
#include "options.h"

#include <stdbool.h>
#include <stdint.h>

struct link;

/* `link` is the index it was made with. Called from link_work() only. */
struct link_events {
    void *ctx;
    /* May another message be taken in? When not, nothing is read until it may: see link.c. */
    bool (*room)(void *ctx);
    /* The message lives as long as the call; false: it could not be kept, the connection is given up so that it comes
     * back. */
    bool (*sms)(void *ctx, uint32_t link, uint32_t generation, const Aduan__Wire__Sms *sms);
    bool (*report)(void *ctx, uint32_t link, uint32_t generation, const Aduan__Wire__Report *report);
    void (*mt_ack)(void *ctx, uint32_t link, const uint8_t reply_id[ID_BYTES], Aduan__Wire__SubmitOutcome outcome);
    /* MT can be written again, or no more. */
    void (*changed)(void *ctx, uint32_t link);
    /* The connection is gone: what it had not acked will come again; MT whose last byte was beyond `sent` never left.
     */
    void (*down)(void *ctx, uint32_t link, uint64_t sent);
};

struct link_figures {
    bool up;
    uint64_t since_us; /* up, or down, since then */
    uint32_t window;   /* MO not acked yet */
    const char *cause; /* of the last end, "" if there was none */
    uint64_t connects, garbage, unwanted, acks_dropped;
};

/* NULL with a sentence in `why` (a file of TLS cannot be used). */
struct link *link_new(uint32_t index, const struct link_options *options, const struct link_events *events, char *why,
                      size_t why_size);
void link_free(struct link *link);

/* For poll(): -1 while there is nothing to watch. */
int link_fd(const struct link *link);
short link_poll_events(const struct link *link);
/* Reads, connects, beats: whatever is due. mono_ms: now. May be called at any time. */
void link_work(struct link *link, uint64_t mono_ms);
/* Writes out what was appended; call it once after each round. */
void link_flush(struct link *link);
/* When link_work() wants to be called at the latest; `mono_ms` itself when more can be read at once. */
uint64_t link_deadline(const struct link *link, uint64_t mono_ms);

/* MT can be written: connected, identified, not suspended, not going. */
bool link_up(const struct link *link);
const char *link_name(const struct link *link);
/* False when that connection is gone: bearerbox will send the message again. */
bool link_ack(struct link *link, uint32_t generation, const uint8_t uuid[ID_BYTES], uint32_t time);
/* Appends one MT; *end is the place of its last byte, as `sent` counts. False: memory is short, nothing is written. */
bool link_submit(struct link *link, const Aduan__Wire__Mt *mt, uint64_t *end);
/* The box drains: MO and reports are let go unacked (they come back to the next life), MT acks are still read, and
 * a lost connection is not made again. */
void link_discard(struct link *link);
/* Closes in order: bearerbox gets to read all that was written. Goes on in link_work() until link_is_closed(). */
void link_finish(struct link *link, uint64_t mono_ms);
bool link_is_closed(const struct link *link);
/* Nothing waits to be written. */
bool link_is_flushed(const struct link *link);
void link_figures(const struct link *link, struct link_figures *out);

#endif
