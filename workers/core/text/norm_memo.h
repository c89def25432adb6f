/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What words were normalised to, remembered by the number that a reader of words gives them: a folded word means the
 * same in every text. It holds for one era of the reader. One thread.
 */
#ifndef ADUAN_NORM_MEMO_H
#define ADUAN_NORM_MEMO_H

#include "normalise.h"

struct norm_memo;
struct norm_memo *norm_memo_new(void);
void norm_memo_free(struct norm_memo *memo);

/* Forgets what is of another era. Then what was returned before holds no more. */
void norm_memo_begin(struct norm_memo *memo, uint64_t era);
/* The words that word number `number` stands for, without their places in a text. NULL: they are not remembered. */
const struct norm_word *norm_memo_find(const struct norm_memo *memo, uint16_t number, size_t *count);
/* Remembers what is not yet, if there is room, and tells it by words[].memo. */
void norm_memo_add(struct norm_memo *memo, uint16_t number, struct norm_word *words, size_t count);

#endif
