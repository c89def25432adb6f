/* SPDX-License-Identifier: BSD-2-Clause */
/* The inner loop of prediction: rows of weights, added up column by column. Whole numbers: any order, same sum. */
#ifndef ADUAN_ROW_SUM_H
#define ADUAN_ROW_SUM_H

#include <stddef.h>
#include <stdint.h>

struct weighed_row {
    const int16_t *row;
    int32_t weight; /* 0 to 255 */
};

/* sums: `items` of them, a multiple of MODEL_ROW_MULTIPLE; what was in them is lost. */
void row_sum(const struct weighed_row *rows, size_t count, size_t items, int64_t *sums);

#endif
