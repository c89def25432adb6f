/* SPDX-License-Identifier: BSD-2-Clause */
/* A list of blocks, the newest first, of which only that one is being filled. */
#include "arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGN = 16 };

struct block {
    struct block *next;
    size_t size;
    _Alignas(ALIGN) uint8_t bytes[];
};

struct arena {
    struct block *blocks;
    size_t block_bytes;
    size_t used; /* of the first one */
    size_t total;
};

static void add_block(struct arena *arena, size_t size)
{
    struct block *block = malloc(sizeof *block + size);
    if (!block)
        abort();
    block->next = arena->blocks;
    block->size = size;
    arena->blocks = block;
    arena->used = 0;
}

static void drop_blocks(struct arena *arena, const struct block *until)
{
    while (arena->blocks != until) {
        struct block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
}

struct arena *arena_new(size_t block_bytes)
{
    struct arena *arena = calloc(1, sizeof *arena);
    if (!arena)
        abort();
    arena->block_bytes = block_bytes;
    add_block(arena, block_bytes);
    return arena;
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    drop_blocks(arena, NULL);
    free(arena);
}

void *arena_take(struct arena *arena, size_t size)
{
    size = (size + ALIGN - 1) / ALIGN * ALIGN;
    if (arena->blocks->size - arena->used < size)
        add_block(arena, size > arena->block_bytes ? size : arena->block_bytes);
    void *bytes = arena->blocks->bytes + arena->used;
    arena->used += size;
    arena->total += size;
    return bytes;
}

char *arena_copy(struct arena *arena, const void *data, size_t len)
{
    char *copy = arena_take(arena, len + 1);
    if (len > 0)
        memcpy(copy, data, len);
    copy[len] = '\0';
    return copy;
}

void arena_reset(struct arena *arena)
{
    const struct block *oldest = arena->blocks;
    while (oldest->next)
        oldest = oldest->next;
    drop_blocks(arena, oldest);
    arena->used = 0;
    arena->total = 0;
}

size_t arena_total(const struct arena *arena)
{
    return arena->total;
}
