/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Many strings looked for in a text at once, whatever the case of its letters a to z: one step a byte, however many
 * there are (Aho-Corasick). Strings are known by a number below 64 that several may share. Immutable once ready.
 */
#ifndef ADUAN_NEEDLES_H
#define ADUAN_NEEDLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NEEDLES_NUMBERS_MAX = 64 };

struct needles;
struct needles *needles_new(void);
void needles_free(struct needles *needles);
/* text: any bytes, in small letters, not empty. False: there is no room for more, and nothing was added. Exhausted
 * memory aborts. */
bool needles_add(struct needles *needles, const char *text, size_t len, unsigned number);
/* Once, when all are added. */
void needles_index(struct needles *needles);
/* A bit for each number of which a string is in the text. */
uint64_t needles_find(const struct needles *needles, const char *text, size_t len);

#endif
