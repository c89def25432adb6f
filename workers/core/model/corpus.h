/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Texts with their labels, to learn from and to be measured on. Heads are named first, then texts are added, then
 * corpus_finish() sorts the labels and deals the texts into folds: each label evenly, and what is nearly the same text
 * into one fold, so that no fold is measured on what it has learnt by heart. Order in, order out: the same input gives
 * the same corpus.
 */
#ifndef ADUAN_CORPUS_H
#define ADUAN_CORPUS_H

#include "model.h"

enum { CORPUS_FOLDS_MAX = 20, CORPUS_UNKNOWN = -1 };

struct corpus_head {
    char *name;
    bool flag;     /* labels[0] applies (1) or does not (0); else exactly one of labels */
    bool dire;     /* of a flag: to miss it is worse than to raise it in vain */
    char **labels; /* sorted once finished */
    size_t label_count;
};

struct corpus_text {
    char *text;
    size_t len;
    int16_t label[MODEL_HEADS_MAX]; /* place in the head's labels; 0 or 1 of a flag; or CORPUS_UNKNOWN */
    unsigned fold;
};

struct corpus {
    struct corpus_head heads[MODEL_HEADS_MAX];
    size_t head_count;
    struct corpus_text *texts;
    size_t count, room;
    unsigned folds;
};

struct corpus *corpus_new(void);
void corpus_free(struct corpus *corpus);
/* label: of a flag, what applies; NULL for a head whose labels come with the texts. */
void corpus_head_add(struct corpus *corpus, const char *name, const char *label);
/* The flag added last is dire: in what its threshold is chosen by, a miss counts twice. */
void corpus_head_dire(struct corpus *corpus);
/* labels: one a head; NULL: not known. Of a flag "" says that it does not apply, anything else that it does. */
void corpus_add(struct corpus *corpus, const char *text, size_t len, const char *const *labels);
void corpus_finish(struct corpus *corpus, unsigned folds);

/* The heads of a desk: type, category, urgency, and a flag for each reason to hold a text back. */
void corpus_desk_heads(struct corpus *corpus);
/* Adds every text of one file in the form of etc/training: "#" lines, a header "text type category urgency flags
 * language", tabs. Needs the desk's heads. E_IO, E_CONFIG with file:line. */
MUST_CHECK int corpus_read(struct corpus *corpus, const char *path, struct fault *fault);
/* Every *.tsv in a directory, by name. */
MUST_CHECK int corpus_read_dir(struct corpus *corpus, const char *dir, struct fault *fault);

#endif
