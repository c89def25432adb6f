/* SPDX-License-Identifier: BSD-2-Clause */
/* When a new model is worse: by the figures of two trainings, and by two evaluations of one corpus. */
#include "compare.h"
#include "model_priv.h"
#include "support_model.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void *bytes, *other_bytes;
static size_t len;

static int setup(void **state)
{
    struct train_recipe recipe = train_recipe_default();
    (void)state;
    small_model(&recipe, &bytes, &len);
    other_bytes = malloc(len);
    memcpy(other_bytes, bytes, len);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    free(bytes);
    free(other_bytes);
    return 0;
}

/* The small model with other figures: jalan, sampah, kasar. */
static struct model *model_with(void *into, const struct model_figures figures[3])
{
    struct model_file *file = into;
    struct model_output_record *outputs = (void *)((char *)into + file->outputs_at);
    struct model *model = NULL;
    struct fault fault;
    for (size_t i = 0; i < 3; i++)
        outputs[i].figures = figures[i];
    model_hash(file, len, file->hash);
    if (model_from_memory("changed", into, len, &model, &fault) != OK)
        fail_msg("%s", fault.text);
    return model;
}

static const struct compare_row *row_of(const struct comparison *comparison, const char *label, const char *measure)
{
    for (size_t i = 0; i < comparison->count; i++)
        if (strcmp(comparison->rows[i].label, label) == 0 && strcmp(comparison->rows[i].measure, measure) == 0)
            return &comparison->rows[i];
    fail_msg("no row of %s, %s", label, measure);
    return NULL;
}

static void the_training_keeps_its_figures(void **state)
{
    struct model *model;
    struct fault fault;
    struct corpus *corpus = small_corpus(4);
    (void)state;
    assert_int_equal(model_from_memory("small", bytes, len, &model, &fault), OK);
    size_t support[2] = {0};
    for (size_t k = 0; k < 2; k++)
        support[k] = model_figures(model, 0, k).support;
    assert_int_equal(support[0] + support[1], corpus->count);
    assert_int_equal(model_figures(model, 0, 0).said + model_figures(model, 0, 1).said, corpus->count);
    size_t rude = 0;
    for (size_t i = 0; i < corpus->count; i++)
        rude += corpus->texts[i].label[1] == 1;
    assert_int_equal(model_figures(model, 1, 0).support, rude);
    assert_true(model_figures(model, 0, 0).hits * 10 >= support[0] * 9);
    model_close(model);
    corpus_free(corpus);
}

static void what_fell_by_more_than_the_tolerance_is_worse(void **state)
{
    struct comparison comparison = {0};
    (void)state;
    /* F1: jalan 2×80/200 = 0.8 → 2×75/200 = 0.75; sampah 0.8 → 2×74/200 = 0.74; kasar has too few texts. */
    struct model *before = model_with(bytes, (struct model_figures[]){{100, 100, 80}, {100, 100, 80}, {9, 9, 9}});
    struct model *after = model_with(other_bytes, (struct model_figures[]){{100, 100, 75}, {100, 100, 74}, {9, 9, 0}});
    assert_true(compare_figures(before, after, 0.05, &comparison));
    assert_int_equal(comparison.count, 4);
    assert_int_equal(comparison.worse, 2);
    assert_float_equal(row_of(&comparison, "jalan", "F1")->before, 0.8, 1e-12);
    assert_float_equal(row_of(&comparison, "jalan", "F1")->after, 0.75, 1e-12);
    assert_false(row_of(&comparison, "jalan", "F1")->worse);
    assert_true(row_of(&comparison, "sampah", "F1")->worse);
    assert_false(row_of(&comparison, "kasar", "F1")->judged);
    assert_false(row_of(&comparison, "kasar", "F1")->worse);
    /* accuracy 160 of 200 → 149 of 200 */
    assert_float_equal(row_of(&comparison, "", "accuracy")->after, 0.745, 1e-12);
    assert_true(row_of(&comparison, "", "accuracy")->worse);
    comparison_done(&comparison);
    assert_true(compare_figures(before, before, 0, &comparison));
    assert_int_equal(comparison.worse, 0);
    comparison_done(&comparison);
    model_close(before);
    model_close(after);
}

static void of_what_is_dire_the_recall_counts_too(void **state)
{
    struct comparison comparison = {0};
    struct model_file *file = bytes;
    struct model_head_record *heads = (void *)((char *)bytes + file->heads_at);
    (void)state;
    heads[1].dire = 1;
    /* It is found less often and raised in vain less often: the same F1, 2×40/100, and yet worse. */
    struct model *before = model_with(bytes, (struct model_figures[]){{0}, {0}, {50, 50, 40}});
    struct model *after = model_with(other_bytes, (struct model_figures[]){{0}, {0}, {50, 38, 35}});
    assert_true(compare_figures(before, after, 0.05, &comparison));
    assert_false(row_of(&comparison, "kasar", "F1")->worse);
    assert_float_equal(row_of(&comparison, "kasar", "recall")->before, 0.8, 1e-12);
    assert_float_equal(row_of(&comparison, "kasar", "recall")->after, 0.7, 1e-12);
    assert_true(row_of(&comparison, "kasar", "recall")->worse);
    comparison_done(&comparison);
    model_close(before);
    model_close(after);
}

static void one_text_of_a_small_class_is_chance(void **state)
{
    struct comparison comparison = {0};
    (void)state;
    struct model *before = model_with(bytes, (struct model_figures[]){{10, 10, 10}, {10, 10, 10}, {0}});
    struct model *after = model_with(other_bytes, (struct model_figures[]){{10, 9, 9}, {10, 11, 10}, {0}});
    assert_true(compare_figures(before, after, 0.03, &comparison));
    assert_float_equal(row_of(&comparison, "jalan", "F1")->after, 18.0 / 19, 1e-12);
    assert_int_equal(comparison.worse, 0);
    comparison_done(&comparison);
    model_close(after);
    after = model_with(other_bytes, (struct model_figures[]){{10, 8, 8}, {10, 12, 10}, {0}});
    assert_true(compare_figures(before, after, 0.03, &comparison));
    assert_true(row_of(&comparison, "jalan", "F1")->worse);
    assert_true(row_of(&comparison, "", "accuracy")->worse);
    comparison_done(&comparison);
    model_close(before);
    model_close(after);
}

static void a_class_that_has_gone_is_worse(void **state)
{
    struct comparison comparison = {0};
    (void)state;
    struct model *before = model_with(bytes, (struct model_figures[]){{40, 40, 30}, {40, 40, 30}, {0}});
    struct model_output_record *outputs =
        (void *)((char *)other_bytes + ((struct model_file *)other_bytes)->outputs_at);
    strcpy(outputs[1].label, "lain");
    struct model *after = model_with(other_bytes, (struct model_figures[]){{40, 40, 30}, {40, 40, 30}, {0}});
    assert_true(compare_figures(before, after, 0.05, &comparison));
    assert_true(row_of(&comparison, "sampah", "F1")->worse);
    comparison_done(&comparison);
    model_close(after);
    strcpy(outputs[1].label, "sampah");
    model_close(before);
}

static void figures_of_other_texts_are_not_compared(void **state)
{
    struct comparison comparison = {0};
    (void)state;
    struct model *before = model_with(bytes, (struct model_figures[]){{40, 40, 30}, {40, 40, 30}, {0}});
    ((struct model_file *)other_bytes)->base[0] ^= 1;
    struct model *after = model_with(other_bytes, (struct model_figures[]){{40, 40, 30}, {40, 40, 30}, {0}});
    assert_false(compare_figures(before, after, 0.05, &comparison));
    assert_int_equal(comparison.count, 0);
    ((struct model_file *)other_bytes)->base[0] ^= 1;
    model_close(before);
    model_close(after);
    before = model_with(bytes, (struct model_figures[]){{0}, {0}, {0}}); /* trained without keeping any */
    after = model_with(other_bytes, (struct model_figures[]){{40, 40, 30}, {40, 40, 30}, {0}});
    assert_false(compare_figures(before, after, 0.05, &comparison));
    model_close(before);
    model_close(after);
}

/* Fills an evaluation of two labels and a dire flag by hand. */
static void fill(struct evaluation *evaluation, const struct corpus *corpus, size_t right, size_t found)
{
    *evaluation = (struct evaluation){.corpus = corpus};
    metrics_init(&evaluation->heads[0], 2);
    metrics_init(&evaluation->heads[1], 2);
    for (size_t i = 0; i < 20; i++) {
        metrics_add(&evaluation->heads[0], &(struct metrics_answer){.truth = 1, .said = i < right});
        metrics_add(&evaluation->heads[1], &(struct metrics_answer){.truth = 1, .said = i < found});
    }
}

static void evaluations_are_compared_class_by_class(void **state)
{
    struct corpus *corpus = corpus_new();
    struct evaluation before, after;
    struct comparison comparison = {0};
    (void)state;
    corpus_head_add(corpus, "category", NULL);
    corpus_head_add(corpus, "urgency", "emergency");
    corpus_head_dire(corpus);
    corpus_label_add(corpus, 0, "sampah");
    corpus_label_add(corpus, 0, "jalan");
    corpus_finish(corpus, 2);
    fill(&before, corpus, 20, 20);
    fill(&after, corpus, 17, 20);
    compare_evaluations(&before, &after, 0.1, &comparison);
    /* jalan never occurs; sampah by F1 1 → 34/37, all by accuracy 1 → 0.85 */
    assert_int_equal(comparison.count, 4);
    assert_int_equal(comparison.worse, 1);
    assert_float_equal(row_of(&comparison, "sampah", "F1")->after, 34.0 / 37, 1e-12);
    assert_true(row_of(&comparison, "", "accuracy")->worse);
    assert_string_equal(row_of(&comparison, "emergency", "recall")->head, "urgency");
    comparison_done(&comparison);
    evaluation_done(&after);
    fill(&after, corpus, 20, 20);
    metrics_done(&after.heads[1]);
    metrics_init(&after.heads[1], 2); /* a model without that head */
    compare_evaluations(&before, &after, 0.1, &comparison);
    assert_true(row_of(&comparison, "emergency", "recall")->worse);
    comparison_done(&comparison);
    evaluation_done(&before);
    evaluation_done(&after);
    corpus_free(corpus);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_training_keeps_its_figures),
        cmocka_unit_test(what_fell_by_more_than_the_tolerance_is_worse),
        cmocka_unit_test(one_text_of_a_small_class_is_chance),
        cmocka_unit_test(a_class_that_has_gone_is_worse),
        cmocka_unit_test(of_what_is_dire_the_recall_counts_too),
        cmocka_unit_test(figures_of_other_texts_are_not_compared),
        cmocka_unit_test(evaluations_are_compared_class_by_class),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
