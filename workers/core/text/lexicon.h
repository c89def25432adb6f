/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How people spell and what they mean: spelling → standard form (one word or more) with the stems of its words, and the
 * words that are known as they are. Compiled to one block of bytes that holds no pointers, so that a model carries its
 * own and every worker reads it where it lies. The same input gives the same bytes.
 */
#ifndef ADUAN_LEXICON_H
#define ADUAN_LEXICON_H

#include "err.h"

#include <stddef.h>
#include <stdint.h>

enum { LEXICON_WORDS_MAX = 8 }; /* of one standard form */

/* --- making one ----------------------------------------------------------------------------------------------- */

struct lexicon_maker;

struct lexicon_maker *lexicon_maker_new(void);
void lexicon_maker_free(struct lexicon_maker *maker);
/* Lines "spelling TAB standard form"; more columns and "#" lines are passed over, and spellings that are not one word
 * ("wr.wb"): no text yields them as one. E_CONFIG with file:line, E_IO. */
MUST_CHECK int lexicon_maker_read(struct lexicon_maker *maker, const char *path, struct fault *fault);
/* A folded word that stands for itself, unless it is or becomes a spelling of something else. */
void lexicon_maker_know(struct lexicon_maker *maker, const char *word, size_t len);
/* The block, aligned to 8 bytes and a multiple of 8 long; free(). */
void lexicon_maker_compile(const struct lexicon_maker *maker, void **block, size_t *bytes);

/* --- reading one ---------------------------------------------------------------------------------------------- */

struct lexicon {
    const struct lexicon_head *head;
    const struct lexicon_entry *entries;
    const struct lexicon_word *words;
    const uint32_t *buckets;
    const char *text;
};

/* A word of a standard form; the text is not terminated. */
struct lexicon_meaning {
    const char *text, *stem;
    uint8_t len, stem_len;
};

/* Borrows the block, which must be aligned to 8 bytes. E_CORRUPT: lookups in it would not be safe. */
MUST_CHECK int lexicon_open(const void *block, size_t bytes, struct lexicon *out);
/* How many words it stands for, written to out; 0: not known. */
size_t lexicon_find(const struct lexicon *lexicon, const char *word, size_t len,
                    struct lexicon_meaning out[LEXICON_WORDS_MAX]);
/* Sets a bit for every spelling, that of its word_hash() modulo `bits`, a power of two: a word without its bit is not
 * known, and need not be looked for. */
void lexicon_bits(const struct lexicon *lexicon, uint8_t *bitmap, uint32_t bits);
/* How many spellings and known words there are. */
size_t lexicon_count(const struct lexicon *lexicon);

#endif
