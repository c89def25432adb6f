/* SPDX-License-Identifier: BSD-2-Clause */
#include "norm_memo.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES = 512 * 1024 };
_Static_assert(NORM_MEMO_MAX <= UINT16_MAX, "a range names every word");

struct range {
    uint16_t first, count; /* count 0: not remembered */
};

struct norm_memo {
    uint64_t era;
    struct range ranges[WORD_NUMBER_MAX + 1]; /* by the number of a word as it was read */
    struct norm_word words[NORM_MEMO_MAX];
    char text[TEXT_BYTES];
    size_t word_count, text_bytes;
};

struct norm_memo *norm_memo_new(void)
{
    struct norm_memo *memo = calloc(1, sizeof *memo);
    if (!memo)
        abort();
    return memo;
}

void norm_memo_free(struct norm_memo *memo)
{
    free(memo);
}

void norm_memo_begin(struct norm_memo *memo, uint64_t era)
{
    if (memo->era == era)
        return;
    memset(memo->ranges, 0, sizeof memo->ranges);
    memo->word_count = memo->text_bytes = 0;
    memo->era = era;
}

const struct norm_word *norm_memo_find(const struct norm_memo *memo, uint16_t number, size_t *count)
{
    *count = memo->ranges[number].count;
    return *count > 0 ? &memo->words[memo->ranges[number].first] : NULL;
}

static const char *keep(struct norm_memo *memo, const char *text, size_t len)
{
    char *copy = memcpy(memo->text + memo->text_bytes, text, len);
    memo->text_bytes += len;
    return copy;
}

void norm_memo_add(struct norm_memo *memo, uint16_t number, struct norm_word *words, size_t count)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += words[i].len + words[i].stem_len;
    if (number == 0 || count > NORM_MEMO_MAX - memo->word_count || bytes > TEXT_BYTES - memo->text_bytes)
        return;
    memo->ranges[number] = (struct range){(uint16_t)memo->word_count, (uint16_t)count};
    for (size_t i = 0; i < count; i++) {
        struct norm_word *word = &memo->words[memo->word_count++];
        words[i].memo = (uint32_t)memo->word_count;
        *word = words[i];
        word->text = keep(memo, words[i].text, words[i].len);
        word->stem = keep(memo, words[i].stem, words[i].stem_len);
    }
}
