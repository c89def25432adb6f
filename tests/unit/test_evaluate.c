/* SPDX-License-Identifier: BSD-2-Clause */
/* Evaluations of the small desk: by folds nothing is known by heart, and by a model labels go by their names. */
#include "evaluate.h"
#include "support_model.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* Texts that all say the same, with labels that have nothing to do with it. */
static struct corpus *corpus_of_chance(void)
{
    struct corpus *corpus = corpus_new();
    corpus_head_add(corpus, "category", NULL);
    for (int i = 0; i < 80; i++) {
        char text[64];
        snprintf(text, sizeof text, "kata%c%c lain%c%c", 'a' + i % 26, 'a' + i / 26, 'a' + i % 20, 'a' + i / 20);
        corpus_add(corpus, text, strlen(text),
                   (const char *const[]){(unsigned)i * 2654435761u >> 16 & 1 ? "kiri" : "kanan"});
    }
    corpus_finish(corpus, 4);
    return corpus;
}

static void folds_answer_what_they_have_not_learnt(void **state)
{
    struct train_recipe recipe = train_recipe_default();
    struct corpus *corpus = small_corpus(4);
    struct evaluation evaluation;
    struct fault fault;
    (void)state;
    assert_int_equal(evaluate_folds(corpus, &recipe, &evaluation, &fault), OK);
    assert_int_equal(evaluation.heads[0].count, corpus->count);
    assert_int_equal(evaluation.heads[0].classes, 2);
    assert_true(metrics_accuracy(&evaluation.heads[0]) > 0.9);
    assert_int_equal(evaluation.heads[1].classes, 2);
    assert_true(metrics_f1(&evaluation.heads[1], 1) > 0.9);
    assert_string_equal(evaluation_class(&evaluation, 0, 1), "sampah");
    assert_string_equal(evaluation_class(&evaluation, 1, 0), "-");
    assert_string_equal(evaluation_class(&evaluation, 1, 1), "kasar");
    evaluation_done(&evaluation);
    evaluation_done(&evaluation);
    corpus_free(corpus);

    corpus = corpus_of_chance();
    assert_int_equal(evaluate_folds(corpus, &recipe, &evaluation, &fault), OK);
    assert_true(metrics_accuracy(&evaluation.heads[0]) < 0.75);
    evaluation_done(&evaluation);
    recipe.lexicon_path = "/nowhere/lexicon.tsv";
    assert_int_equal(evaluate_folds(corpus, &recipe, &evaluation, &fault), E_IO);
    corpus_free(corpus);
}

static void another_seed_deals_other_folds_and_the_same_one_the_same(void **state)
{
    struct corpus *first = small_corpus(4), *again = small_corpus(4);
    size_t moved = 0, sizes[4] = {0};
    (void)state;
    again->seed = 7;
    corpus_finish(again, 4);
    for (size_t i = 0; i < first->count; i++) {
        moved += first->texts[i].fold != again->texts[i].fold;
        sizes[again->texts[i].fold]++;
    }
    assert_true(moved > first->count / 4);
    for (size_t fold = 0; fold < 4; fold++)
        assert_in_range(sizes[fold], 8, 24);
    again->seed = 0;
    corpus_finish(again, 4);
    for (size_t i = 0; i < first->count; i++)
        assert_int_equal(first->texts[i].fold, again->texts[i].fold);
    corpus_free(first);
    corpus_free(again);
}

static void a_model_is_asked_by_the_names_of_its_labels(void **state)
{
    struct train_recipe recipe = train_recipe_default();
    struct corpus *corpus = corpus_new();
    struct evaluation evaluation;
    struct fault fault;
    struct model *model;
    void *bytes;
    size_t len;
    (void)state;
    small_model(&recipe, &bytes, &len);
    assert_int_equal(model_from_memory("small", bytes, len, &model, &fault), OK);
    /* Other labels, in another order, a head that it lacks, and one that is a flag here and none there. */
    corpus_head_add(corpus, "bahasa", NULL);
    corpus_head_add(corpus, "kasar", NULL);
    corpus_head_add(corpus, "category", NULL);
    static const char *const texts[][2] = {{"sampah menumpuk bau di pasar", "sampah"},
                                           {"aspal jalan berlubang rusak", "jalan"},
                                           {"pipa air bocor", "air"},
                                           {"lubang besar di jalan", NULL}};
    for (size_t i = 0; i < 4; i++)
        corpus_add(corpus, texts[i][0], strlen(texts[i][0]), (const char *const[]){"id", "ya", texts[i][1]});
    evaluate_prepare(corpus, model);
    corpus_finish(corpus, 2);
    evaluate_model(corpus, NULL, model, &evaluation);
    assert_int_equal(evaluation.heads[0].count, 0);
    assert_int_equal(evaluation.heads[1].count, 0);
    assert_int_equal(evaluation.heads[2].count, 3);
    assert_int_equal(evaluation.heads[2].hits, 2);
    assert_string_equal(evaluation_class(&evaluation, 2, 0), "air");
    assert_int_equal(metrics_cell(&evaluation.heads[2], 0, 0), 0);
    evaluation_done(&evaluation);
    model_close(model);
    free(bytes);
    corpus_free(corpus);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folds_answer_what_they_have_not_learnt),
        cmocka_unit_test(another_seed_deals_other_folds_and_the_same_one_the_same),
        cmocka_unit_test(a_model_is_asked_by_the_names_of_its_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
