/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that is taken piece by piece and given back all at once: for what lives as long as one batch. What is taken is
 * aligned for any type and not cleared; memory that runs out ends the process. */
#ifndef ADUAN_ARENA_H
#define ADUAN_ARENA_H

#include <stddef.h>

struct arena;

/* block_bytes: how much is asked of the system at a time. */
struct arena *arena_new(size_t block_bytes);
void arena_free(struct arena *arena); /* accepts NULL */
/* Good until the next reset. */
void *arena_take(struct arena *arena, size_t size);
/* A copy with a NUL behind it. */
char *arena_copy(struct arena *arena, const void *data, size_t len);
/* Everything that was taken is gone; the first block stays for what comes next. */
void arena_reset(struct arena *arena);
/* Bytes taken since the last reset. */
size_t arena_total(const struct arena *arena);

#endif
