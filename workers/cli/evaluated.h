/* SPDX-License-Identifier: BSD-2-Clause */
/* The forms of an evaluation: a report for a person, JSON (proto/schema/evaluation.json), a picture. */
#ifndef ADUAN_CLI_EVALUATED_H
#define ADUAN_CLI_EVALUATED_H

#include "cli.h"
#include "evaluate.h"

/* How it was measured. */
struct evaluated {
    const struct evaluation *evaluation;
    const struct model *model; /* NULL: by folds */
    unsigned folds;
    uint64_t seed;
    size_t texts;
};

void evaluated_print(const struct cli *cli, const struct evaluated *evaluated, FILE *out);
json_t *evaluated_json(const struct evaluated *evaluated);
/* By head the confusion matrix as a heat map, and the reliability of its probabilities. E_IO. */
MUST_CHECK int evaluated_svg(const struct evaluated *evaluated, const char *path, struct fault *fault);

#endif
