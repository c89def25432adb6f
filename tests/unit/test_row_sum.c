/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows add up to the same as one by one, whatever their number and width. */
#include "row_sum.h"

#include "model_priv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ITEMS_MAX = 512, ROWS_MAX = 2100 };

static void check(size_t items, size_t count, bool extreme)
{
    int16_t *weights = malloc(count * items * sizeof *weights + 1);
    struct weighed_row *rows = calloc(count + 1, sizeof *rows);
    int64_t *sums = malloc(items * sizeof *sums), *expected = calloc(items, sizeof *expected);
    memset(sums, 0x5A, items * sizeof *sums);
    for (size_t i = 0; i < count; i++) {
        rows[i] = (struct weighed_row){weights + i * items, extreme ? UINT8_MAX : rand() % 256};
        for (size_t k = 0; k < items; k++) {
            weights[i * items + k] = (int16_t)(extreme ? (k % 2 ? -MODEL_WEIGHT_MAX : MODEL_WEIGHT_MAX)
                                                       : rand() % (2 * MODEL_WEIGHT_MAX + 1) - MODEL_WEIGHT_MAX);
            expected[k] += (int64_t)weights[i * items + k] * rows[i].weight;
        }
    }
    row_sum(rows, count, items, sums);
    assert_memory_equal(sums, expected, items * sizeof *sums);
    free(weights);
    free(rows);
    free(sums);
    free(expected);
}

static void rows_of_any_number_and_width(void **state)
{
    static const size_t counts[] = {0, 1, 2, 3, 17, 1023, 1024, 1025, ROWS_MAX};
    (void)state;
    srand(1708);
    for (size_t items = MODEL_ROW_MULTIPLE; items <= 80; items += MODEL_ROW_MULTIPLE)
        for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
            check(items, counts[i], false);
    check(ITEMS_MAX, ROWS_MAX, false);
}

static void the_largest_weights_do_not_overflow(void **state)
{
    (void)state;
    check(40, ROWS_MAX, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_any_number_and_width),
        cmocka_unit_test(the_largest_weights_do_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
