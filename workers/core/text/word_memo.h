/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What words were normalised to, remembered: a folded word means the same in every text, and most words of a text were
 * in another one before. Bounded; whoever fills it empties it when it is full. One thread.
 */
#ifndef ADUAN_WORD_MEMO_H
#define ADUAN_WORD_MEMO_H

#include "normalise.h"

struct word_memo;
struct word_memo *word_memo_new(void);
void word_memo_free(struct word_memo *memo);

/* The words that a folded word stands for, without their places in a text. They stay until word_memo_clear(). NULL: it
 * is not known. */
const struct norm_word *word_memo_find(const struct word_memo *memo, const char *folded, size_t len, size_t *count);
/* Remembers what is not known yet, and numbers words[].memo; without room for it that stays 0. False: it is full. */
bool word_memo_add(struct word_memo *memo, const char *folded, size_t len, struct norm_word *words, size_t count);
void word_memo_clear(struct word_memo *memo);

#endif
