/* SPDX-License-Identifier: BSD-2-Clause */
/* Words as citizens write them, folded so that "JALAAAN" and "ｊａｌａｎ" meet "jalan". Rules and model read the same
 * words. */
#ifndef ADUAN_WORD_H
#define ADUAN_WORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WORD_BYTES_MAX = 64 };

/* One word of a text, folded for comparison: compatibility and case folding, marks dropped, apostrophes dropped,
 * three or more of one letter made one. folded is "" for a word too long to be known. */
struct word {
    char folded[WORD_BYTES_MAX + 1];
    size_t at, len; /* bytes in the text given */
};
/* The next word from *at; false at the end. *valid becomes false at a byte that is not UTF-8. */
bool word_next(const char *text, size_t len, size_t *at, struct word *out, bool *valid);

/* The same, folded to where the caller keeps it: WORD_BYTES_MAX + 1 bytes. */
struct word_span {
    size_t at, len;    /* bytes in the text given */
    size_t folded_len; /* as strlen() has it */
};
bool word_next_to(const char *text, size_t len, size_t *at, char *folded, struct word_span *out, bool *valid);

/* Of a folded word; compiled lexicons lie in files, so it stays as it is. */
static inline uint32_t word_hash(const char *folded, size_t len)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (uint8_t)folded[i]) * 16777619u;
    return hash ^ hash >> 15;
}

#endif
