/* SPDX-License-Identifier: BSD-2-Clause */
/* Things found by their 16-byte id. The node lives inside the thing, so putting one in cannot fail. */
#ifndef ADUANBOX_IDMAP_H
#define ADUANBOX_IDMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ID_BYTES = 16 };

struct idmap_node {
    uint8_t id[ID_BYTES];
    struct idmap_node *next;
};

struct idmap {
    struct idmap_node **buckets;
    size_t mask, count;
    uint64_t seed; /* ids come from outside: where they land must not be foreseen */
};

/* Buckets for about `expected` things, made once: a full map gets slower, never larger. */
bool idmap_init(struct idmap *map, size_t expected, uint64_t seed);
void idmap_done(struct idmap *map);
struct idmap_node *idmap_find(const struct idmap *map, const uint8_t id[ID_BYTES]);
/* For who is about to look for many: some places ahead of idmap_find() a find is announced (its bucket is fetched), and
 * half as many ahead it is made ready (what stands first in the bucket is). */
enum { IDMAP_ANNOUNCE = 16, IDMAP_READY = 8 };
void idmap_announce(const struct idmap *map, const uint8_t id[ID_BYTES]);
void idmap_make_ready(const struct idmap *map, const uint8_t id[ID_BYTES]);
/* The id must not be in the map yet. */
void idmap_put(struct idmap *map, struct idmap_node *node);
void idmap_remove(struct idmap *map, struct idmap_node *node);

#endif
