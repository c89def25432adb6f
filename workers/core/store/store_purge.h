/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Retention: what is sealed of tickets that ended long ago goes, with the numbers of their senders. What stays tells of
 * nobody: category, agency, type, times, states, the events and their sequence. In batches, a write transaction each;
 * what was purged is passed over by the next run, so that a run may end anywhere.
 */
#ifndef ADUAN_STORE_PURGE_H
#define ADUAN_STORE_PURGE_H

#include "store.h"

enum { STORE_PURGE_PHASES = 5, STORE_PURGE_KEY_MAX = 32 };

/* What ended, or came, before this goes; 0: nothing does. category NULL: SMS that opened no ticket. */
struct store_retention {
    void *ctx;
    uint64_t (*before_us)(void *ctx, const char *category);
};

/* A run: zeroed by the caller, moved on by each step. */
struct store_purge {
    bool dry_run; /* set by the caller: only counts */
    bool finished;
    uint64_t tickets, messages, replies, identities; /* purged, or to be */
    uint64_t held;                                   /* old enough, but a reply is on its way still */
    uint64_t looked_at;
    unsigned phase;
    uint8_t last[STORE_PURGE_KEY_MAX];
    size_t last_len;
};

/* The next `max` rows. *purge is written on OK only. */
MUST_CHECK int store_purge_step(struct store *store, const struct store_retention *retention, uint64_t now_us,
                                size_t max, struct store_purge *purge, struct fault *fault);

#endif
