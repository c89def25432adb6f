/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The words of a text, read once for all who look at them: rules, model, places. A reader numbers the words that it has
 * met, so that what somebody found out about a word is found again by its number: most words of a text were in another
 * one before. Bounded: when it is full it forgets them all, and a new era begins. One thread.
 */
#ifndef ADUAN_WORDS_H
#define ADUAN_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WORD_NUMBER_MAX = 16383 };

struct text_word {
    const char *folded; /* as word.h folds it, terminated; "" for a word too long to be known */
    uint32_t at, span;  /* bytes of the text */
    uint32_t hash;      /* word_hash() of folded */
    uint16_t number;    /* 1 to WORD_NUMBER_MAX; 0: not remembered */
    uint8_t len;        /* of folded */
};

struct text_words {
    const struct text_word *items; /* borrowed from the reader until it reads again */
    size_t count;
    uint64_t era; /* of the numbers; no two readers share one */
    bool valid;   /* the text is UTF-8 */
};

struct word_reader;
struct word_reader *word_reader_new(void);
void word_reader_free(struct word_reader *reader);
/* Any bytes. A text beyond 4 GiB is a bug of the caller. Exhausted memory aborts: what is kept is a small multiple of
 * the text. */
void words_read(struct word_reader *reader, const char *text, size_t len, struct text_words *out);

#endif
