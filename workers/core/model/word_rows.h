/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which rows of a model single words touch, whatever stands around them: found once, and remembered as long as the
 * normaliser remembers the word. One thread. Slots are as in model_priv.h: a value is a row and its rarity.
 */
#ifndef ADUAN_WORD_ROWS_H
#define ADUAN_WORD_ROWS_H

#include "model_priv.h"

struct word_rows {
    uint64_t hash;         /* feature_word_hash() */
    uint32_t first;        /* of its values: those of the word, then those from inside it */
    uint32_t negated;      /* the value that it has when it is negated; MODEL_EMPTY: none */
    uint16_t word, inside; /* how many values */
};

struct word_rows_memo;
/* Borrows the model. */
struct word_rows_memo *word_rows_new(const struct model *model);
void word_rows_free(struct word_rows_memo *memo);
/* A new text. What was remembered in another era is forgotten. */
void word_rows_begin(struct word_rows_memo *memo, uint64_t era);
struct word_rows word_rows_of(struct word_rows_memo *memo, const struct norm_word *word);
/* All values; word_rows_of() may move them. */
const uint32_t *word_rows_values(const struct word_rows_memo *memo);

#endif
