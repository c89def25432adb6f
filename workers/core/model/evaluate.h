/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How well texts are told apart, head by head: by folds, each answered by a model that has learnt none of it,
 * thresholds and probabilities included; or by a model there is. A head of several labels is asked whether its best
 * answer is the right one, a flag whether it applies.
 */
#ifndef ADUAN_EVALUATE_H
#define ADUAN_EVALUATE_H

#include "metrics.h"
#include "train.h"

/* By head of the corpus, its classes being the corpus's labels; of a flag 0 (does not apply) and 1 (applies). */
struct evaluation {
    const struct corpus *corpus; /* borrowed */
    struct metrics heads[MODEL_HEADS_MAX];
};

/* E_CONFIG, E_IO as of train_folds(). */
MUST_CHECK int evaluate_folds(const struct corpus *corpus, const struct train_recipe *recipe, struct evaluation *out,
                              struct fault *fault);
/* Every text of the corpus read by this model; rules: what it is asked beside, if it uses them. A head that the model
 * does not have stays empty. Before the corpus is finished, evaluate_prepare() has to add what the model may say. */
void evaluate_prepare(struct corpus *corpus, const struct model *model);
void evaluate_model(const struct corpus *corpus, struct rules *rules, const struct model *model,
                    struct evaluation *out);
void evaluation_done(struct evaluation *evaluation);

/* The name of a class: a label; of a flag "-" for what does not apply. */
const char *evaluation_class(const struct evaluation *evaluation, size_t head, size_t class_);

#endif
