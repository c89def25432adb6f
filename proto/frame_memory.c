/* SPDX-License-Identifier: BSD-2-Clause */
/* A first block that is as large as most bodies need, and a list of further ones. What is not taken is poisoned under
 * AddressSanitizer, as is a gap behind each piece: a field that is read past its end shows there as one of malloc's. */
#include "frame_memory.h"

#include <stdint.h>
#include <stdlib.h>

#include <sanitizer/asan_interface.h>

enum { ALIGN = 8, BLOCK_BYTES = 32 * 1024 };
#if defined(__SANITIZE_ADDRESS__)
enum { GAP = ALIGN };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { GAP = ALIGN };
#else
enum { GAP = 0 };
#endif
#else
enum { GAP = 0 };
#endif

struct block {
    struct block *next;
    _Alignas(ALIGN) uint8_t bytes[];
};

struct frame_memory {
    size_t keepers, left; /* left: of the limit */
    bool exhausted;
    uint8_t *at, *end; /* of the block that is being filled */
    struct block *more;
    _Alignas(ALIGN) uint8_t first[];
};

static void fill_next(struct frame_memory *memory, uint8_t *bytes, size_t size)
{
    memory->at = bytes;
    memory->end = bytes + size;
    ASAN_POISON_MEMORY_REGION(bytes, size);
}

struct frame_memory *frame_memory_new(size_t first_bytes, size_t limit)
{
    struct frame_memory *memory = malloc(sizeof *memory + first_bytes);
    if (!memory)
        return NULL;
    *memory = (struct frame_memory){.keepers = 1, .left = limit};
    fill_next(memory, memory->first, first_bytes);
    return memory;
}

static bool add_block(struct frame_memory *memory, size_t at_least)
{
    size_t size = at_least > BLOCK_BYTES ? at_least : BLOCK_BYTES;
    struct block *block = malloc(sizeof *block + size);
    if (!block)
        return false;
    block->next = memory->more;
    memory->more = block;
    fill_next(memory, block->bytes, size);
    return true;
}

void *frame_memory_take(struct frame_memory *memory, size_t size)
{
    if (size > memory->left) {
        memory->exhausted = true;
        return NULL;
    }
    memory->left -= size;
    size_t room = (size + ALIGN - 1) / ALIGN * ALIGN + GAP;
    if ((size_t)(memory->end - memory->at) < room && !add_block(memory, room))
        return NULL;
    void *piece = memory->at;
    memory->at += room;
    ASAN_UNPOISON_MEMORY_REGION(piece, size);
    return piece;
}

bool frame_memory_exhausted(const struct frame_memory *memory)
{
    return memory->exhausted;
}

struct frame_memory *frame_memory_of(void *first_piece)
{
    return (struct frame_memory *)(void *)((uint8_t *)first_piece - offsetof(struct frame_memory, first));
}

bool frame_memory_begins_with(const struct frame_memory *memory, const void *piece)
{
    return piece == memory->first;
}

void frame_memory_keep(struct frame_memory *memory)
{
    memory->keepers++;
}

void frame_memory_drop(struct frame_memory *memory)
{
    if (--memory->keepers > 0)
        return;
    for (struct block *block = memory->more, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    free(memory);
}
