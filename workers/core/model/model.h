/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A trained model as it lies in its file: mapped read-only, shared by all workers, never changed. It carries its
 * lexicon, the weights of every hashed feature for every label, and what turns scores into probabilities. Scores are
 * whole numbers until the last step, so that the same text and model give the same labels on every machine.
 *   model      the file                                 one a process
 *   predictor  the scratch that reading a text needs    one a thread
 */
#ifndef ADUAN_MODEL_H
#define ADUAN_MODEL_H

#include "feature.h"

enum {
    MODEL_BYTES_MAX = 32 * 1024 * 1024,
    MODEL_ID_BYTES = 17, /* 16 hex digits and NUL */
    MODEL_HEADS_MAX = 16,
    MODEL_OUTPUTS_MAX = 511, /* labels of all heads together */
    MODEL_BASE_BYTES = 16,
    MODEL_GUESSES = 3
};

struct model;

/* E_NOT_FOUND, E_IO, E_VERSION (another version of file or features), E_CORRUPT. */
MUST_CHECK int model_open(const char *path, struct model **out, struct fault *fault);
/* From memory that stays, aligned to 8 bytes; `name` is what messages call it. */
MUST_CHECK int model_from_memory(const char *name, const void *bytes, size_t len, struct model **out,
                                 struct fault *fault);
void model_close(struct model *model);

/* The first hex digits of the hash of all it holds. */
const char *model_id(const struct model *model);
size_t model_bytes(const struct model *model);
/* Whether it was trained with what the rules found; then predictor_read() must be given it. */
bool model_uses_rules(const struct model *model);

struct model_head {
    const char *name; /* "category" */
    bool flag;        /* one label that applies or does not; else exactly one of `labels` */
    bool dire;        /* of a flag: to miss it is worse than to raise it in vain */
    size_t label_count;
    double threshold; /* from this probability on the answer is to be trusted */
};
size_t model_head_count(const struct model *model);
struct model_head model_head(const struct model *model, size_t head);
const char *model_label(const struct model *model, size_t head, size_t label);
/* SIZE_MAX: it has none of that name. */
size_t model_head_find(const struct model *model, const char *name);
size_t model_label_find(const struct model *model, size_t head, const char *label);

/* How well a label was told when the model was trained, on texts held out in turn: each was answered by a model that
 * had not learnt it. All 0: the training kept none. */
struct model_figures {
    uint32_t support, said, hits; /* texts that have the label, that were said to have it, both */
};
struct model_figures model_figures(const struct model *model, size_t head, size_t label);
/* Figures of two models are of the same texts with the same labels when these MODEL_BASE_BYTES are the same. */
const uint8_t *model_base(const struct model *model);

/* --- reading a text --------------------------------------------------------------------------------------------- */

struct model_guess {
    size_t label;
    double probability;
};

/* What one head says. A flag has one guess, of its label, that applies when its probability is `threshold` or more; one
 * that is a label of another head too (spam is a type) is judged by the scores of that head's labels. */
struct model_answer {
    struct model_guess best[MODEL_GUESSES]; /* the likeliest first */
    size_t count;
    bool sure; /* best[0] passes the head's threshold */
};

struct prediction {
    struct model_answer heads[MODEL_HEADS_MAX];
};

struct predictor;
/* Borrows the model. */
struct predictor *predictor_new(const struct model *model);
void predictor_free(struct predictor *predictor);
/* found: what the rules say of the text; NULL for a model that does not use rules. */
void predictor_read(struct predictor *predictor, const char *text, size_t len, const struct classification *found,
                    struct prediction *out);
/* The same of the text whose words these are. */
void predictor_read_words(struct predictor *predictor, const char *text, size_t len, const struct text_words *words,
                          const struct classification *found, struct prediction *out);
/* The raw score of every label of a head, for the text read last; label_count of them. */
void predictor_scores(const struct predictor *predictor, size_t head, double *scores);

/* A word of the text read last, and how much it spoke for a label (negative: against). */
struct spoke {
    size_t at, len; /* bytes of the text */
    double weight;
};
/* The weightiest for `label` first, at most `max`; how many. What is of no word is left out. */
size_t predictor_why(struct predictor *predictor, size_t head, size_t label, struct spoke *out, size_t max);
/* The words of the text read last. */
const struct normalised *predictor_words(const struct predictor *predictor);

#endif
