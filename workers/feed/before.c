/* SPDX-License-Identifier: BSD-2-Clause */
/* Open addressing over a hash that grows with the topic, so that one pass over it gives all four prefixes. */
#include "before.h"

#include <stdlib.h>
#include <string.h>

enum { FULL_AT = BEFORE_SLOTS / 4 * 3 };

struct before *before_new(bool whole)
{
    struct before *before = calloc(1, sizeof *before);
    if (!before)
        abort();
    before->whole = whole;
    return before;
}

void before_free(struct before *before)
{
    free(before);
}

/* FNV-1a. */
static uint64_t hash_on(uint64_t hash, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (uint8_t)bytes[i]) * 0x100000001b3u;
    return hash;
}

static struct before_slot *find(struct before *before, uint64_t prefix)
{
    size_t at = (size_t)(prefix ^ prefix >> 32) % BEFORE_SLOTS;
    while (before->slots[at].prefix != 0 && before->slots[at].prefix != prefix)
        at = (at + 1) % BEFORE_SLOTS;
    return &before->slots[at];
}

static uint64_t swap(struct before *before, uint64_t prefix, uint64_t sequence)
{
    struct before_slot *slot = find(before, prefix);
    uint64_t previous = slot->sequence;
    if (slot->prefix == 0) {
        previous = before->whole ? 0 : UINT64_MAX;
        slot->prefix = prefix;
        before->used++;
    }
    slot->sequence = sequence;
    return previous;
}

void before_next(struct before *before, const char *topic, const size_t level[BEFORE_LEVELS], uint64_t sequence,
                 uint64_t out[BEFORE_LEVELS])
{
    uint64_t hash = 0xcbf29ce484222325u;
    size_t at = 0;
    if (before->used + BEFORE_LEVELS > FULL_AT) {
        memset(before, 0, sizeof *before);
    }
    for (int d = 0; d < BEFORE_LEVELS; d++) {
        hash = hash_on(hash, topic + at, level[d] - at);
        at = level[d];
        out[d] = swap(before, hash | 1, sequence);
    }
}
