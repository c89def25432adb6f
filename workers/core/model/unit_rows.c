/* SPDX-License-Identifier: BSD-2-Clause */
/* Every run has one place, and the last one that came there has it. */
#include "unit_rows.h"

#include <stdlib.h>

enum { RUN_BITS = 10 };

struct unit_rows {
    uint32_t run; /* the three units, one behind another, plus 1; 0: nothing is here yet */
    uint32_t values[FEATURES_OF_UNIT];
};
_Static_assert((FEATURE_UNITS_BEFORE + 1) * FEATURE_UNIT_BITS < 32, "a run is a number");

struct unit_rows_memo {
    const struct model *model;
    struct unit_rows rows[1 << RUN_BITS];
};

struct unit_rows_memo *unit_rows_new(const struct model *model)
{
    struct unit_rows_memo *memo = calloc(1, sizeof *memo);
    if (!memo)
        abort();
    memo->model = model;
    return memo;
}

void unit_rows_free(struct unit_rows_memo *memo)
{
    free(memo);
}

static void find(const struct unit_rows_memo *memo, const uint16_t *unit, struct unit_rows *rows)
{
    uint32_t ids[FEATURES_OF_UNIT];
    features_of_unit(unit, ids);
    for (unsigned k = 0; k < FEATURES_OF_UNIT; k++)
        rows->values[k] = model_value(memo->model, ids[k]);
}

const uint32_t *unit_rows_of(struct unit_rows_memo *memo, const uint16_t *unit)
{
    uint32_t run =
        (unit[0] | (uint32_t)unit[-1] << FEATURE_UNIT_BITS | (uint32_t)unit[-2] << 2 * FEATURE_UNIT_BITS) + 1;
    struct unit_rows *rows = &memo->rows[run * 2654435769u >> (32 - RUN_BITS)];
    if (rows->run != run) {
        find(memo, unit, rows);
        rows->run = run;
    }
    return rows->values;
}
