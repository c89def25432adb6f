/* SPDX-License-Identifier: BSD-2-Clause */
#include "word_rows.h"

#include <stdlib.h>
#include <string.h>

enum { VALUES_KEPT_MAX = 256 * 1024 };

struct word_rows_memo {
    const struct model *model;
    uint64_t era;
    struct word_rows known[NORM_MEMO_MAX + 1]; /* by the word's number; first is 0: not known */
    uint32_t *values;                          /* from 1 on; behind `kept` those of this text only */
    uint32_t kept, count, room;
    struct features features;
};

struct word_rows_memo *word_rows_new(const struct model *model)
{
    struct word_rows_memo *memo = calloc(1, sizeof *memo);
    if (!memo)
        abort();
    memo->model = model;
    memo->kept = memo->count = 1;
    return memo;
}

void word_rows_free(struct word_rows_memo *memo)
{
    if (!memo)
        return;
    features_done(&memo->features);
    free(memo->values);
    free(memo);
}

void word_rows_begin(struct word_rows_memo *memo, uint64_t era)
{
    if (memo->era != era) {
        memset(memo->known, 0, sizeof memo->known);
        memo->kept = 1;
        memo->era = era;
    }
    memo->count = memo->kept;
}

static void reserve(struct word_rows_memo *memo, size_t more)
{
    if (memo->room - memo->count >= more && memo->values)
        return;
    size_t room = 2 * ((size_t)memo->count + more);
    memo->values = realloc(memo->values, room * sizeof *memo->values);
    if (!memo->values)
        abort();
    memo->room = (uint32_t)room;
}

/* Appends the values of features from..to; how many there are. */
static uint16_t put_values(struct word_rows_memo *memo, size_t from, size_t to)
{
    uint32_t before = memo->count;
    for (size_t i = from; i < to; i++) {
        uint32_t value = model_value(memo->model, memo->features.items[i].id);
        memo->values[memo->count] = value;
        memo->count += value != MODEL_EMPTY;
    }
    return (uint16_t)(memo->count - before);
}

static struct word_rows find(struct word_rows_memo *memo, const struct norm_word *word)
{
    struct features *features = &memo->features;
    features->count = 0;
    features_of_word(features, word, 0);
    size_t of_word = features->count;
    features_inside(features, word, 0);
    for (size_t i = 0; i < features->count; i++)
        model_prefetch(memo->model, features->items[i].id);
    reserve(memo, features->count + 1);
    struct word_rows rows = {.hash = feature_word_hash(word),
                             .first = memo->count,
                             .negated = model_value(memo->model, feature_negated(word))};
    rows.word = put_values(memo, 0, of_word);
    rows.inside = put_values(memo, of_word, features->count);
    return rows;
}

struct word_rows word_rows_of(struct word_rows_memo *memo, const struct norm_word *word)
{
    if (word->memo && memo->known[word->memo].first) {
        struct word_rows known = memo->known[word->memo];
        for (unsigned i = 0; i < known.word + known.inside; i += MODEL_ALIGN / sizeof *memo->values)
            __builtin_prefetch(&memo->values[known.first + i]);
        return known;
    }
    /* What is remembered lies in a row: behind what is not nothing can be. */
    bool remember = word->memo && memo->count == memo->kept && memo->kept < VALUES_KEPT_MAX;
    struct word_rows rows = find(memo, word);
    if (remember) {
        memo->known[word->memo] = rows;
        memo->kept = memo->count;
    }
    return rows;
}

const uint32_t *word_rows_values(const struct word_rows_memo *memo)
{
    return memo->values;
}
