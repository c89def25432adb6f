/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Terms: sequences of words to be found in a text, as word.h folds them, and the vocabulary that they make. Each word
 * of a text is looked up once; what terms begin with it is then a matter of comparing numbers.
 */
#ifndef ADUAN_TERMS_H
#define ADUAN_TERMS_H

#include "err.h"

#include <stddef.h>
#include <stdint.h>

enum { TERM_WORDS_MAX = 12 };
/* No word of the vocabulary. */
#define TERMS_NONE UINT32_MAX

struct term {
    const uint32_t *words;
    uint32_t count;
    uint32_t what; /* the caller's */
};

struct terms;
struct terms *terms_new(void);
void terms_free(struct terms *terms);
/* The same words may be added more than once. E_INVALID: there is no word in it, more than TERM_WORDS_MAX, one that is
 * too long, or bytes that are not UTF-8; nothing was added. Exhausted memory aborts: terms come from files of people.
 */
MUST_CHECK int terms_add(struct terms *terms, const char *text, size_t len, uint32_t what);
/* Once, when all are added; then terms_of() may be asked. */
void terms_index(struct terms *terms);

/* The number of a folded word, below terms_word_count(); TERMS_NONE when it is in no term. */
uint32_t terms_word(const struct terms *terms, const char *folded, size_t len);
/* The same for whoever has its word_hash() already. */
uint32_t terms_word_hashed(const struct terms *terms, const char *folded, size_t len, uint32_t hash);
/* Brings what terms_word_hashed() will look at first to the cache. */
void terms_prefetch(const struct terms *terms, uint32_t hash);
size_t terms_word_count(const struct terms *terms);
/* The terms that begin with a word: by their words, equal ones by `what`. */
const struct term *terms_of(const struct terms *terms, uint32_t first, size_t *count);

#endif
