/* SPDX-License-Identifier: BSD-2-Clause */
/* What `aduan train` and `aduan evaluate` learn from, as their options say: labelled texts, spellings and rules. */
#ifndef ADUAN_CLI_LEARNING_H
#define ADUAN_CLI_LEARNING_H

#include "cli.h"
#include "train.h"

struct learning {
    struct corpus *corpus;      /* finished */
    struct train_recipe recipe; /* with its rules, owned */
    size_t tickets, held_out;   /* corrected ones that are in the corpus, and that are not */
};

/* Reads --texts, --corpus, --tickets, --weight, --lexicon, --categories and --agencies. folds, seed: as corpus_finish()
 * has them; also: a model whose labels the corpus is to know, NULL for none. CLI_OK or an exit code, with the message
 * printed. */
MUST_CHECK int learning_open(struct cli *cli, unsigned folds, uint64_t seed, const struct model *also,
                             struct learning *out);
void learning_close(struct learning *learning);

/* The corrected tickets of the store onto a corpus with a desk's heads: those that are held out, or those that may be
 * learnt from. They stay in memory. */
struct learning_tickets {
    const struct rules *rules;
    struct corpus *corpus;
    bool held_out; /* which of them are added */
    size_t added, passed;
};
MUST_CHECK int learning_add_tickets(struct cli *cli, struct learning_tickets *tickets);

#endif
