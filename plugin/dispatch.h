/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages between bearerbox and the workers of one roster: held until a worker says that they are durable, given out
 * by credit, given out again when a worker dies, alone when they are suspected of having killed one.
 * One of these serves MO to classifiers, another one delivery reports to responders. What must never happen here: a
 * message acked that no worker acked.
 *
 *   add ──▶ pending ──batch──▶ held by a peer ──ack──▶ done (bearerbox is told)
 *              ▲                     │ the peer died: deaths + 1
 *              └───── suspects ◀─────┘
 *
 * No gwlib, no clock and no socket in here.
 */
#ifndef ADUANBOX_DISPATCH_H
#define ADUANBOX_DISPATCH_H

#include "idmap.h"
#include "roster.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DISPATCH_DEATHS_MAX = 3, DISPATCH_BATCH_MAX = 512 };

struct dispatch;

struct dispatch_hooks {
    void *ctx;
    /* The message may now be acked to the connection it came over; false when that is gone. */
    bool (*ack)(void *ctx, uint32_t link, uint32_t generation, const uint8_t uuid[ID_BYTES], uint32_t time);
};

struct dispatch_figures {
    uint64_t taken, acked, redelivered, redispatched, quarantined, given_up, stray_acks;
    uint32_t backlog;   /* messages held here */
    uint64_t oldest_us; /* when the oldest of them came, 0 if none */
};

/* When either is reached it is full, until both have fallen to three quarters: what waits outside then comes in gulps.
 */
struct dispatch_limits {
    size_t messages, bytes;
};

/* NULL: out of memory. */
struct dispatch *dispatch_new(const struct dispatch_limits *limits, uint64_t seed, const struct dispatch_hooks *hooks);
void dispatch_free(struct dispatch *dispatch);
/* A full one still takes all that is added. Only acks of workers (and lost links) make room again. */
bool dispatch_has_room(const struct dispatch *dispatch);

/* Takes a copy of one message; false: memory is short. A message that is already here (bearerbox sent it again) only
 * learns its new way back. */
bool dispatch_add_sms(struct dispatch *dispatch, uint32_t link, uint32_t generation, const Aduan__Wire__Sms *sms,
                      uint64_t now_us);
bool dispatch_add_report(struct dispatch *dispatch, uint32_t link, uint32_t generation,
                         const Aduan__Wire__Report *report, uint64_t now_us);
/* Gives out what can be given out. */
void dispatch_pump(struct dispatch *dispatch, struct roster *roster);
/* A worker says that these are durable. */
void dispatch_ack(struct dispatch *dispatch, struct peer *peer, const Aduan__Wire__Ack *ack);
/* A worker is gone: its messages are suspects now. */
void dispatch_lost(struct dispatch *dispatch, struct peer *peer);
/* A connection is gone: what came over it and waits is forgotten (it will come again), what a worker holds goes on. */
void dispatch_link_down(struct dispatch *dispatch, uint32_t link);
/* Drain: forgets all that no worker holds. Nothing may be added after this. */
void dispatch_forget_pending(struct dispatch *dispatch);
size_t dispatch_outstanding(const struct dispatch *dispatch); /* held by workers */
void dispatch_figures(const struct dispatch *dispatch, struct dispatch_figures *out);

#endif
