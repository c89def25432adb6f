/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a corpus to a model: liblinear learns one weight vector a label over the hashed features; folds give the scores
 * that probabilities and thresholds are fitted on. Same corpus, lexicon and rules: the same bytes.
 * One thread of a process may train at a time (liblinear draws from rand()). Exhausted memory aborts.
 */
#ifndef ADUAN_TRAIN_H
#define ADUAN_TRAIN_H

#include "corpus.h"

/* How to learn. train_recipe_default() is what the shipped model is made with. */
struct train_recipe {
    double group_weight[FEATURE_GROUPS];
    bool counts;              /* a feature that comes twice weighs more */
    unsigned feature_min;     /* texts that a feature must be in */
    unsigned word_min;        /* how often a word must come to be known to the normaliser */
    double log_ratio;         /* features are scaled by |log of the odds ratio of the label| to this power; 0: not */
    double smoothing;         /* of those odds */
    double cost;              /* of an error against the length of the weights: liblinear's C */
    double balance;           /* 0: every text counts the same; 1: every label does */
    double trust;             /* threshold of a head: the answers above it are right this often */
    const char *lexicon_path; /* NULL: none */
    struct rules *rules;      /* borrowed; NULL: without */
};
struct train_recipe train_recipe_default(void);

/* Scores of texts by a model that has not seen them: [text × outputs + output], outputs being the labels of all heads
 * in order. */
struct train_scores {
    double *values;
    size_t outputs;
};
/* Learns on all folds but one, for each fold. E_CONFIG, E_IO of the lexicon. free() the values. */
MUST_CHECK int train_folds(const struct corpus *corpus, const struct train_recipe *recipe, struct train_scores *out,
                           struct fault *fault);

/* By head: what makes probabilities of scores; and by label what its scores are raised by, when it is rare. */
struct train_fit;
struct train_fit *train_fit_new(const struct corpus *corpus, const struct train_scores *scores, double trust);
/* The same from the scores of all folds but one: what it answers of that fold, it has not seen in any way. */
struct train_fit *train_fit_without(const struct corpus *corpus, const struct train_scores *scores, double trust,
                                    unsigned fold);
void train_fit_free(struct train_fit *fit);
/* What a model with this fit would have answered, given the scores of one text. */
void train_answer(const struct train_fit *fit, const double *scores, struct prediction *out);

/* Learns on all texts. *bytes is free()d by the caller, aligned to 8. fit may be NULL: raw scores only. */
MUST_CHECK int train_model(const struct corpus *corpus, const struct train_recipe *recipe, const struct train_fit *fit,
                           void **bytes, size_t *len, struct fault *fault);
/* Writes it beside `path` and puts it in place in one step. */
MUST_CHECK int train_save(const char *path, const void *bytes, size_t len, struct fault *fault);

#endif
