/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The workers on one ROUTER: who said HELLO, who is alive, who leaves. It knows no message; dispatch.c and outbound.c
 * hang theirs on a peer. Garbage from
 * whoever has not said HELLO gets no answer; a well-made frame is told to say HELLO, at a bounded rate.
 * No gwlib, no clock and no socket in here: the caller passes both.
 */
#ifndef ADUANBOX_ROSTER_H
#define ADUANBOX_ROSTER_H

#include "frame.h"
#include "wire.pb-c.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

enum { ROSTER_MAX = 1000, ROSTER_SILENCE_MS = 5000, ROSTER_BYE_MS = 5000 };

struct job;
TAILQ_HEAD(job_list, job);

struct peer {
    uint8_t routing[FRAME_ROUTING_MAX];
    size_t routing_len;
    char name[65];
    uint8_t life[16];
    uint32_t pid, credit;
    uint64_t serial; /* never used twice: outlives the peer in what still points at it */
    uint64_t heard_ms;
    bool heard; /* since dispatch_pump() last looked */
    bool leaving, gone;
    uint64_t bye_ms;
    bool choked; /* its pipe is full: nothing more in this round */
    /* dispatch.c's */
    struct job_list jobs;
    uint32_t held;
    bool alone;   /* holds a suspect */
    uint64_t fed; /* when it was last given something, as a count of batches */
    /* outbound.c's */
    uint32_t submits_open;
};

struct roster_hooks {
    void *ctx;
    /* frame_send()'s result. */
    int (*send)(void *ctx, const uint8_t *routing, size_t routing_len, enum frame_type type,
                const ProtobufCMessage *body);
    bool (*links_up)(void *ctx);
    /* It died, or lives anew: take back what it holds. The peer is freed after this. */
    void (*lost)(void *ctx, struct peer *peer);
    /* A frame that is not the roster's business, from a peer that said HELLO. False: refuse it. */
    bool (*frame)(void *ctx, struct peer *peer, const struct frame *frame);
};

struct roster {
    const char *role, *box;
    uint8_t life[16];
    struct roster_hooks hooks;
    struct peer *peers[ROSTER_MAX];
    size_t count;
    uint64_t serial, lost, refused;
    uint64_t ticked_ms;
    uint32_t refusals_left, strangers_left; /* until the next tick */
};

/* box, role: must outlive the roster. */
void roster_init(struct roster *roster, const char *role, const char *box, const uint8_t life[16],
                 const struct roster_hooks *hooks);
void roster_done(struct roster *roster);
/* err: what frame_recv() said of it. */
void roster_frame(struct roster *roster, int err, const struct frame *frame, uint64_t mono_ms);
/* Each second: pings, notices silence. */
void roster_tick(struct roster *roster, uint64_t mono_ms);
/* After each round: says BYE to those who leave and hold nothing, forgets those who are gone. */
void roster_sweep(struct roster *roster, uint64_t mono_ms);
/* Some peer was found gone: sweep again soon. */
bool roster_has_gone(const struct roster *roster);
/* Tells every peer now that links_up has changed. */
void roster_ping(struct roster *roster);
struct peer *roster_by_serial(const struct roster *roster, uint64_t serial);
/* Sends; on a peer that is gone it is marked so, and on one that does not keep up choked. */
int roster_send(struct roster *roster, struct peer *peer, enum frame_type type, const ProtobufCMessage *body);

#endif
