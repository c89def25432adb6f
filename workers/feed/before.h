/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Event.before of one view: which sequence each prefix of a topic last had. A table of bounded size: when it is full it
 * forgets everything, and what it does not know is UINT64_MAX, which sends a subscriber to the replay. Prefixes are
 * told apart by a 64-bit hash; two that share one make `before` too high, never too low: again a replay, never a hole.
 */
#ifndef ADUAN_FEED_BEFORE_H
#define ADUAN_FEED_BEFORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BEFORE_LEVELS = 4, BEFORE_SLOTS = 4096 };

struct before {
    struct before_slot {
        uint64_t prefix; /* hash; 0: free */
        uint64_t sequence;
    } slots[BEFORE_SLOTS];
    size_t used;
    bool whole; /* follows the log since its first event: a prefix that is not here has none before */
};

struct before *before_new(bool whole);
void before_free(struct before *before);
/* Fills out[d] for the event of this topic, whose prefix of depth d is level[d] bytes long, and notes the event. */
void before_next(struct before *before, const char *topic, const size_t level[BEFORE_LEVELS], uint64_t sequence,
                 uint64_t out[BEFORE_LEVELS]);

#endif
