/* SPDX-License-Identifier: BSD-2-Clause */
/* The figures of an evaluation, against ones worked out by hand. */
#include "metrics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void add(struct metrics *metrics, size_t truth, size_t said, double probability, bool sure)
{
    metrics_add(
        metrics,
        &(struct metrics_answer){
            .truth = truth, .said = said, .probability = probability, .came_true = truth == said, .sure = sure});
}

/* Three classes, ten texts:
 *            said a  said b  said c
 *   is a        3       1       0
 *   is b        1       2       1
 *   is c        0       0       2  */
static void ten_texts(struct metrics *metrics)
{
    static const size_t texts[10][2] = {{0, 0}, {0, 0}, {0, 0}, {0, 1}, {1, 0}, {1, 1}, {1, 1}, {1, 2}, {2, 2}, {2, 2}};
    metrics_init(metrics, 3);
    for (size_t i = 0; i < 10; i++)
        add(metrics, texts[i][0], texts[i][1], 0.5, i < 4);
}

static void near(double figure, double wanted)
{
    assert_float_equal(figure, wanted, 1e-12);
}

static void counts_are_kept_as_they_came(void **state)
{
    struct metrics metrics;
    (void)state;
    ten_texts(&metrics);
    assert_int_equal(metrics.count, 10);
    assert_int_equal(metrics.hits, 7);
    assert_int_equal(metrics.sure, 4);
    assert_int_equal(metrics.sure_hits, 3);
    assert_int_equal(metrics_cell(&metrics, 1, 0), 1);
    assert_int_equal(metrics_cell(&metrics, 2, 0), 0);
    assert_int_equal(metrics_support(&metrics, 0), 4);
    assert_int_equal(metrics_support(&metrics, 2), 2);
    assert_int_equal(metrics_said(&metrics, 0), 4);
    assert_int_equal(metrics_said(&metrics, 1), 3);
    assert_int_equal(metrics_said(&metrics, 2), 3);
    metrics_done(&metrics);
    assert_null(metrics.confusion);
}

static void shares_are_as_worked_out_by_hand(void **state)
{
    struct metrics metrics;
    (void)state;
    ten_texts(&metrics);
    near(metrics_accuracy(&metrics), 0.7);
    near(metrics_precision(&metrics, 0), 3.0 / 4);
    near(metrics_recall(&metrics, 0), 3.0 / 4);
    near(metrics_f1(&metrics, 0), 0.75);
    near(metrics_precision(&metrics, 1), 2.0 / 3);
    near(metrics_recall(&metrics, 1), 2.0 / 4);
    near(metrics_f1(&metrics, 1), 4.0 / 7);
    near(metrics_precision(&metrics, 2), 2.0 / 3);
    near(metrics_recall(&metrics, 2), 1);
    near(metrics_f1(&metrics, 2), 0.8);
    near(metrics_macro_f1(&metrics), (0.75 + 4.0 / 7 + 0.8) / 3);
    near(metrics_f1_of(3, 4, 4), 0.75);
    near(metrics_f1_of(0, 0, 0), 0);
    metrics_done(&metrics);
}

static void a_class_that_does_not_occur_is_not_in_the_mean(void **state)
{
    struct metrics metrics;
    (void)state;
    metrics_init(&metrics, 4);
    near(metrics_accuracy(&metrics), 0);
    near(metrics_macro_f1(&metrics), 0);
    near(metrics_calibration_error(&metrics), 0);
    add(&metrics, 0, 0, 1, true);
    add(&metrics, 1, 2, 0, false); /* 1 is missed, 2 is said in vain: both count as 0; 3 never occurs */
    near(metrics_macro_f1(&metrics), 1.0 / 3);
    near(metrics_precision(&metrics, 3), 0);
    near(metrics_recall(&metrics, 3), 0);
    near(metrics_recall(&metrics, 2), 0);
    metrics_done(&metrics);
}

static void the_calibration_error_is_the_mean_distance_of_the_bins(void **state)
{
    struct metrics metrics;
    (void)state;
    metrics_init(&metrics, 2);
    /* Bin 14 (from 0.9333): 0.95, 0.97, 1.0, of which two came true; bin 9 (0.6 to 0.6667): 0.61, 0.65, of which one.
     * 3/5 × |2.92/3 − 2/3| + 2/5 × |1.26/2 − 1/2| = (0.92 + 0.26) / 5 */
    add(&metrics, 0, 0, 0.95, true);
    add(&metrics, 1, 1, 0.97, true);
    add(&metrics, 0, 1, 1.0, true);
    add(&metrics, 0, 0, 0.61, false);
    add(&metrics, 1, 0, 0.65, false);
    assert_int_equal(metrics.bins[14].count, 3);
    assert_int_equal(metrics.bins[14].true_count, 2);
    assert_int_equal(metrics.bins[9].count, 2);
    near(metrics.bins[9].probability, 1.26);
    near(metrics_calibration_error(&metrics), 1.18 / 5);
    metrics_done(&metrics);
}

static void the_borders_of_the_bins(void **state)
{
    struct metrics metrics;
    (void)state;
    metrics_init(&metrics, 2);
    add(&metrics, 0, 0, 0, false);
    add(&metrics, 0, 0, 1.0 / 3, false); /* the lower border of bin 5 */
    add(&metrics, 0, 0, 1, false);
    assert_int_equal(metrics.bins[0].count, 1);
    assert_int_equal(metrics.bins[5].count, 1);
    assert_int_equal(metrics.bins[METRICS_BINS - 1].count, 1);
    metrics_done(&metrics);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_kept_as_they_came),
        cmocka_unit_test(shares_are_as_worked_out_by_hand),
        cmocka_unit_test(a_class_that_does_not_occur_is_not_in_the_mean),
        cmocka_unit_test(the_calibration_error_is_the_mean_distance_of_the_bins),
        cmocka_unit_test(the_borders_of_the_bins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
