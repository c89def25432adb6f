/* SPDX-License-Identifier: BSD-2-Clause */
#include "idmap.h"

#include <stdlib.h>
#include <string.h>

bool idmap_init(struct idmap *map, size_t expected, uint64_t seed)
{
    size_t size = 64;
    while (size < expected)
        size *= 2;
    *map = (struct idmap){.buckets = calloc(size, sizeof map->buckets[0]), .mask = size - 1, .seed = seed | 1};
    return map->buckets != NULL;
}

void idmap_done(struct idmap *map)
{
    free(map->buckets);
    *map = (struct idmap){0};
}

static struct idmap_node **bucket(const struct idmap *map, const uint8_t id[ID_BYTES])
{
    uint64_t a, b;
    memcpy(&a, id, sizeof a);
    memcpy(&b, id + sizeof a, sizeof b);
    uint64_t h = (a ^ map->seed) * UINT64_C(0x9E3779B97F4A7C15);
    h = (h ^ (h >> 29) ^ b) * (map->seed ^ UINT64_C(0xBF58476D1CE4E5B9));
    /* Ids may differ in their last bytes only (uuids made from a clock and a counter do): those are the high bits. */
    h = (h ^ (h >> 32)) * UINT64_C(0x94D049BB133111EB);
    return &map->buckets[(h >> 32) & map->mask];
}

struct idmap_node *idmap_find(const struct idmap *map, const uint8_t id[ID_BYTES])
{
    struct idmap_node *node = *bucket(map, id);
    while (node && memcmp(node->id, id, ID_BYTES) != 0)
        node = node->next;
    return node;
}

void idmap_announce(const struct idmap *map, const uint8_t id[ID_BYTES])
{
    __builtin_prefetch(bucket(map, id));
}

void idmap_make_ready(const struct idmap *map, const uint8_t id[ID_BYTES])
{
    __builtin_prefetch(*bucket(map, id));
}

void idmap_put(struct idmap *map, struct idmap_node *node)
{
    struct idmap_node **head = bucket(map, node->id);
    node->next = *head;
    *head = node;
    map->count++;
}

void idmap_remove(struct idmap *map, struct idmap_node *node)
{
    for (struct idmap_node **at = bucket(map, node->id); *at; at = &(*at)->next)
        if (*at == node) {
            *at = node->next;
            map->count--;
            return;
        }
}
