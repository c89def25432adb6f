/* SPDX-License-Identifier: BSD-2-Clause */
/* How texts are written, unit by unit, and that what is remembered of units is what the model has of them. */
#include "unit_rows.h"

#include "support_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void units_are_runs_of_letters_and_signs(void **state)
{
    static const char text[] = "Ab cd12, XYZ  3!";
    struct feature_units units = {0};
    (void)state;
    feature_units_take(&units, text, strlen(text));
    /* "Ab" "cd12" "," "XYZ" "3" "!" behind what stands for nothing before them */
    assert_int_equal(units.count, FEATURE_UNITS_BEFORE + 6);
    const uint16_t *unit = units.items + FEATURE_UNITS_BEFORE;
    assert_int_equal(unit[2], ',');
    assert_int_equal(unit[5], '!');
    assert_true(unit[0] > UINT8_MAX && unit[1] > UINT8_MAX && unit[3] > UINT8_MAX && unit[4] > UINT8_MAX);
    assert_true(unit[0] != unit[1] && unit[1] != unit[3] && unit[3] != unit[4]);
    feature_units_take(&units, "", 0);
    assert_int_equal(units.count, FEATURE_UNITS_BEFORE);
    feature_units_done(&units);
}

/* More sorts of runs than are remembered, each read twice. */
static void what_is_remembered_is_what_the_model_has(void **state)
{
    const struct train_recipe recipe = train_recipe_default();
    struct feature_units units = {0};
    struct model *model;
    struct fault fault;
    void *bytes;
    size_t len, had = 0;
    char text[4096];
    (void)state;
    small_model(&recipe, &bytes, &len);
    assert_int_equal(model_from_memory("small", bytes, len, &model, &fault), OK);
    struct unit_rows_memo *memo = unit_rows_new(model);
    srand(1708);
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = "aaaaaabB  .,12\0\xC3"[rand() % 16];
    feature_units_take(&units, text, sizeof text);
    for (int round = 0; round < 2; round++)
        for (size_t i = FEATURE_UNITS_BEFORE; i < units.count; i++) {
            uint32_t ids[FEATURES_OF_UNIT];
            const uint32_t *values = unit_rows_of(memo, &units.items[i]);
            features_of_unit(&units.items[i], ids);
            for (unsigned k = 0; k < FEATURES_OF_UNIT; k++) {
                assert_int_equal(values[k], model_value(model, ids[k]));
                had += values[k] != MODEL_EMPTY;
            }
        }
    assert_true(had > 0);
    unit_rows_free(memo);
    unit_rows_free(NULL);
    feature_units_done(&units);
    model_close(model);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_are_runs_of_letters_and_signs),
        cmocka_unit_test(what_is_remembered_is_what_the_model_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
