/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How well one head answers: what it said of texts whose label is known, counted, and the usual figures of it. Counting
 * keeps whole numbers; every figure follows from them when it is asked for. Pure.
 */
#ifndef ADUAN_METRICS_H
#define ADUAN_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { METRICS_BINS = 15 };

/* Answers whose probability lies in [i, i + 1) / METRICS_BINS; the last bin takes 1 as well. */
struct metrics_bin {
    uint64_t count, true_count;
    double probability; /* the sum */
};

/* One answer. */
struct metrics_answer {
    size_t truth, said;
    double probability; /* of what the calibration is asked about … */
    bool came_true;     /* … and whether it was so */
    bool sure;          /* above the head's threshold */
};

struct metrics {
    size_t classes;
    uint64_t *confusion; /* [truth × classes + said] */
    uint64_t count, hits;
    uint64_t sure, sure_hits;
    struct metrics_bin bins[METRICS_BINS];
};

/* Exhausted memory aborts. */
void metrics_init(struct metrics *metrics, size_t classes);
void metrics_done(struct metrics *metrics);
void metrics_add(struct metrics *metrics, const struct metrics_answer *answer);

uint64_t metrics_cell(const struct metrics *metrics, size_t truth, size_t said);
/* Texts of this class; texts that were said to be of it. */
uint64_t metrics_support(const struct metrics *metrics, size_t class_);
uint64_t metrics_said(const struct metrics *metrics, size_t class_);

/* Shares from 0 to 1; 0 where there is nothing to divide by. */
double metrics_accuracy(const struct metrics *metrics);
double metrics_precision(const struct metrics *metrics, size_t class_);
double metrics_recall(const struct metrics *metrics, size_t class_);
double metrics_f1(const struct metrics *metrics, size_t class_);
/* The mean F1 of the classes that occur, in the truth or in what was said. */
double metrics_macro_f1(const struct metrics *metrics);
/* Expected calibration error: how far probabilities lie from what came true, bin by bin, weighed by their texts. */
double metrics_calibration_error(const struct metrics *metrics);

/* The same F1 from counts alone. */
double metrics_f1_of(uint64_t hits, uint64_t support, uint64_t said);

#endif
