/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory of one unpacked body: taken piece by piece, given back all at once, and never more than was allowed. It
 * belongs to all who keep it. Inside frame.c only; one thread. */
#ifndef ADUAN_PROTO_FRAME_MEMORY_H
#define ADUAN_PROTO_FRAME_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

struct frame_memory;

/* first_bytes: what will do in most cases; limit: bytes of all pieces together. Kept once; NULL: memory is short. */
struct frame_memory *frame_memory_new(size_t first_bytes, size_t limit);
/* Not cleared, aligned for whatever a message holds. NULL: memory is short or the limit is reached. */
void *frame_memory_take(struct frame_memory *memory, size_t size);
/* The limit was in the way. */
bool frame_memory_exhausted(const struct frame_memory *memory);
/* The memory whose first piece this is. */
struct frame_memory *frame_memory_of(void *first_piece);
bool frame_memory_begins_with(const struct frame_memory *memory, const void *piece);
void frame_memory_keep(struct frame_memory *memory);
/* The last one frees it. */
void frame_memory_drop(struct frame_memory *memory);

#endif
