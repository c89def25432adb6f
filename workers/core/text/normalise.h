/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a citizen meant to write, word by word: case, letters drawn out, digits for letters ("s4ya"), abbreviations and
 * slang by the lexicon, the "2" of reduplication, words run together, stems; what a negation reaches is marked. Every
 * word knows where it stood in the text. Immutable lexicon, own scratch: one normaliser a thread.
 */
#ifndef ADUAN_NORMALISE_H
#define ADUAN_NORMALISE_H

#include "lexicon.h"
#include "words.h"

#include <stdbool.h>

enum { NORM_MEMO_MAX = 20480 };

struct norm_word {
    const char *text, *stem; /* not terminated; borrowed until the next call */
    uint8_t len, stem_len;
    bool number;       /* digits only */
    bool negated;      /* "tidak", "belum" … stand shortly before */
    uint32_t at, span; /* bytes of the text given */
    uint32_t memo;     /* 1 to NORM_MEMO_MAX: where it is the same, text, stem and number are; 0: not remembered */
};

struct normalised {
    const struct norm_word *words;
    size_t count;
    uint64_t era; /* what `memo` says holds within one */
};

struct normaliser;
/* Borrows the lexicon. */
struct normaliser *normaliser_new(const struct lexicon *lexicon);
void normaliser_free(struct normaliser *normaliser);
/* Any bytes; those that are no UTF-8 separate words. A text beyond 4 GiB is a bug of the caller. Exhausted memory
 * aborts: what is kept is a small multiple of the text. */
void normalise(struct normaliser *normaliser, const char *text, size_t len, struct normalised *out);
/* The same of the text whose words these are. */
void normalise_words(struct normaliser *normaliser, const char *text, const struct text_words *words,
                     struct normalised *out);

#endif
