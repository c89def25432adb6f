/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside training: from texts to numbered features (train_table.c), from those to weights (train_learn.c), from scores
 * to probabilities (train_fit.c), and all of it to a model's bytes (train.c). */
#ifndef ADUAN_TRAIN_PRIV_H
#define ADUAN_TRAIN_PRIV_H

#include "model_priv.h"
#include "train.h"

#include <math.h>

/* liblinear has a struct model of its own. */
#define model linear_model
#include <linear.h>
#undef model

/* The features that count, and every text as a sparse vector of them. */
struct train_table {
    size_t feature_count;
    uint32_t *ids;      /* by feature, the commonest first */
    uint32_t *rarities; /* by feature, as in model_slot */
    size_t text_count;
    const struct corpus_text **texts;
    struct feature_node **vectors; /* by text: index from 1, ends with -1; room for one more before that */
    struct feature_node *nodes;
    size_t node_count;
};

/* Texts of all folds but `without`; CORPUS_FOLDS_MAX: of all. */
void train_table_build(const struct corpus *corpus, unsigned without, const struct train_recipe *recipe,
                       const struct lexicon *lexicon, struct train_table *out);
void train_table_done(struct train_table *table);

/* One label against the rest: texts[i] has it when labels[i] is 1, has it not when 0, and is passed over when < 0.
 * weights: feature_count of them, for features as the table has them but for their idf; *bias apart. */
void train_learn(const struct train_table *table, const int8_t *labels, const struct train_recipe *recipe,
                 double *weights, double *bias);

struct train_fit {
    struct model_head_record heads[MODEL_HEADS_MAX];
    size_t head_count;
    double adjustment[MODEL_OUTPUTS_MAX]; /* by output: what its scores are raised by; ends in its bias */
    struct model_figures *figures;        /* by output; NULL of a fit for one fold */
    uint8_t base[MODEL_BASE_BYTES];       /* of the texts that the figures are of */
};

/* Head records without a fit: names, places, scores taken as they are. */
void train_heads(const struct corpus *corpus, struct model_head_record out[MODEL_HEADS_MAX]);
static inline double train_idf(uint32_t rarity)
{
    return sqrt((double)rarity / MODEL_RARITY_UNIT);
}

void *train_memory(size_t count, size_t bytes);

#endif
