/* SPDX-License-Identifier: BSD-2-Clause */
/* What `aduan train` and `aduan evaluate` learn from, as their options say: labelled texts, spellings and rules. */
#ifndef ADUAN_CLI_LEARNING_H
#define ADUAN_CLI_LEARNING_H

#include "cli.h"
#include "train.h"

struct learning {
    struct corpus *corpus;      /* finished */
    struct train_recipe recipe; /* with its rules, owned */
};

/* Reads --texts, --corpus, --lexicon, --categories and --agencies. folds, seed: as corpus_finish() has them; also: a
 * model whose labels the corpus is to know, NULL for none. CLI_OK or an exit code, with the message printed. */
MUST_CHECK int learning_open(struct cli *cli, unsigned folds, uint64_t seed, const struct model *also,
                             struct learning *out);
void learning_close(struct learning *learning);

#endif
