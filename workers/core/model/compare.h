/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether a new model may take the place of the running one: class by class, on texts that were held out from both.
 * Worse is a class whose F1 (of a dire flag its recall too) has fallen by more than the tolerance, and by more than one
 * text makes; classes of fewer than COMPARE_MIN texts are told and not judged, since there chance decides. Pure.
 */
#ifndef ADUAN_COMPARE_H
#define ADUAN_COMPARE_H

#include "evaluate.h"

enum { COMPARE_MIN = 10 };

struct compare_row {
    const char *head, *label; /* borrowed from the models or the corpus; label "": all of the head, by accuracy */
    const char *measure;      /* "F1", "recall" or "accuracy" */
    uint64_t texts;
    double before, after;
    bool judged, worse;
};

struct comparison {
    struct compare_row *rows;
    size_t count, room;
    size_t worse; /* rows */
};
void comparison_done(struct comparison *comparison);

/* By the figures that the models keep of their training: false, and no rows, when those are not of the same texts. A
 * class that the new model lacks is worse. Rows are added. */
MUST_CHECK bool compare_figures(const struct model *before, const struct model *after, double tolerance,
                                struct comparison *out);
/* By what both made of one corpus. Rows are added. */
void compare_evaluations(const struct evaluation *before, const struct evaluation *after, double tolerance,
                         struct comparison *out);

#endif
