/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Replies on their way to bearerbox: each submitted id is written at most once while its outcome is open, and its
 * outcome goes back to the responder that asked, or to any that lives.
 *
 *   SUBMIT ──▶ queued ──written──▶ in flight ──MT ack──▶ decided: ACCEPTED, BUFFERED (remembered)
 *                │                    │ REJECTED, RETRY        or one of the others: told once, then the same id may
 *                │ no link            │ link lost              be submitted again
 *                ▼ NOT_SENT           ▼ AMBIGUOUS, or NOT_SENT when it never left
 *
 * No gwlib, no clock and no socket in here.
 */
#ifndef ADUANBOX_OUTBOUND_H
#define ADUANBOX_OUTBOUND_H

#include "idmap.h"
#include "roster.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    OUTBOUND_LINKS_MAX = 16,
    OUTBOUND_WINDOW = 1000,     /* MT not acked, a link */
    OUTBOUND_QUEUE_MAX = 20000, /* beyond: RETRY */
    OUTBOUND_MEMORY = 131072,   /* ids remembered with their outcome */
    OUTBOUND_RESULTS_MAX = 512  /* in one frame */
};

struct outbound;

struct outbound_hooks {
    void *ctx;
    size_t links;
    /* MT can be written to this link now. */
    bool (*up)(void *ctx, uint32_t link);
    const char *(*name)(void *ctx, uint32_t link);
    /* Writes one; *end is the place of its last byte in what that connection sends. */
    bool (*submit)(void *ctx, uint32_t link, const Aduan__Wire__Mt *mt, uint64_t *end);
};

struct outbound_figures {
    uint64_t submitted, repeated, outcomes[8]; /* outcomes by enum SubmitOutcome */
    uint64_t stray_acks, overflowed, late;
    uint32_t in_flight, queued, owed;
};

struct outbound *outbound_new(size_t memory, uint64_t seed, const struct outbound_hooks *hooks);
void outbound_free(struct outbound *outbound);

/* Takes a SUBMIT, of frame_decode(), and keeps it as long as MTs of it wait to be written. False: it holds more than
 * can be remembered. */
bool outbound_submit(struct outbound *outbound, struct roster *roster, struct peer *from, Aduan__Wire__Submit *submit);
/* Writes what the windows allow and whose time is not over, tells the responders what has been decided. */
void outbound_pump(struct outbound *outbound, struct roster *roster, uint64_t now_us);
void outbound_mt_ack(struct outbound *outbound, uint32_t link, const uint8_t reply_id[ID_BYTES],
                     Aduan__Wire__SubmitOutcome outcome);
/* `sent`: how many bytes of that connection had left. */
void outbound_link_down(struct outbound *outbound, uint32_t link, uint64_t sent);
/* Drain: new submits are answered RETRY. */
void outbound_refuse_new(struct outbound *outbound);
/* The end: what is open is decided as NOT_SENT or AMBIGUOUS. */
void outbound_close(struct outbound *outbound);
/* Nothing queued, nothing in flight. */
bool outbound_idle(const struct outbound *outbound);
void outbound_figures(const struct outbound *outbound, struct outbound_figures *out);

#endif
