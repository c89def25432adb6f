/* SPDX-License-Identifier: BSD-2-Clause */
/* What the two learners of the benchmark share: labelled texts, and an end that says why. */
#ifndef ADUAN_BENCH_LEARNER_H
#define ADUAN_BENCH_LEARNER_H

#include <stddef.h>
#include <stdio.h>

struct learner_text {
    char *label, *text;
    size_t len;
};

struct learner_texts {
    struct learner_text *items;
    size_t count;
};

/* Kept until the program ends. */
struct learner_texts learner_read(const char *path);
_Noreturn void learner_die(const char *what, const char *why);

/* Trains plain liblinear on `train`, and writes the label that it gives each text of `test`, a line each. */
void plain_run(const struct learner_texts *train, const struct learner_texts *test, FILE *labels);

#endif
