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
/* The label of a text that is only known not to have the one at this place. */
#define CORPUS_DENIED(place) (int16_t)(-2 - (place))

/* Where a text is from. Models are compared by what they make of the texts at their base. */
enum corpus_origin {
    CORPUS_BASE,
    CORPUS_MORE,  /* the operator's own, written to be learnt from */
    CORPUS_TICKET /* what a citizen wrote: no word of it may be read in the model */
};

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
    int16_t label[MODEL_HEADS_MAX]; /* place in the head's labels; 0 or 1 of a flag; below 0: not known, see above */
    unsigned fold;
    enum corpus_origin origin;
    unsigned weight; /* it counts as so many texts */
};

struct corpus {
    struct corpus_head heads[MODEL_HEADS_MAX];
    size_t head_count;
    struct corpus_text *texts;
    size_t count, room;
    unsigned folds;
    /* set by who fills it */
    enum corpus_origin origin; /* of the texts added next */
    unsigned weight;           /* theirs; 0: 1 */
    uint64_t seed;             /* another one deals the texts into other folds */
};

struct corpus *corpus_new(void);
void corpus_free(struct corpus *corpus);
/* label: of a flag, what applies; NULL for a head whose labels come with the texts. */
void corpus_head_add(struct corpus *corpus, const char *name, const char *label);
/* The flag added last is dire: in what its threshold is chosen by, a miss counts twice. */
void corpus_head_dire(struct corpus *corpus);
/* labels: one a head; NULL: not known. Of a flag "" says that it does not apply, anything else that it does. */
void corpus_add(struct corpus *corpus, const char *text, size_t len, const char *const *labels);
/* The text added last does not have this label, whichever it has: for a head that is one of several. */
void corpus_deny(struct corpus *corpus, size_t head, const char *label);
/* Knows a label that no text may have. */
void corpus_label_add(struct corpus *corpus, size_t head, const char *label);
void corpus_finish(struct corpus *corpus, unsigned folds);
/* SIZE_MAX: it has none of that name. */
size_t corpus_head_find(const struct corpus *corpus, const char *name);

/* The heads of a desk: type, category, urgency, and a flag for each reason to hold a text back. */
void corpus_desk_heads(struct corpus *corpus);
/* Spam, and what is nobody's business here ("lainnya"), are no reports: they have no category, whatever a file says. */
bool corpus_is_report(const char *type);
/* Adds every text of one file in the form of etc/training: "#" lines, a header "text type category urgency flags
 * language", tabs. Needs the desk's heads. E_IO, E_CONFIG with file:line. */
MUST_CHECK int corpus_read(struct corpus *corpus, const char *path, struct fault *fault);
/* Every *.tsv in a directory, by name. */
MUST_CHECK int corpus_read_dir(struct corpus *corpus, const char *dir, struct fault *fault);

#endif
