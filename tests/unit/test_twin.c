/* SPDX-License-Identifier: BSD-2-Clause */
/* A flag that is a label of another head too is as likely as that label, when it is learnt, fitted and read. */
#include "train_priv.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TYPE, SPAM };

static const char *const senders[] = {"ibu guru",  "pak lurah",    "warga blok c",
                                      "adik saya", "toko sebelah", "pemuda rw"};
static const char *const kinds[][2] = {{"jalan rusak kata", "laporan"},
                                       {"sampah bau kata", "laporan"},
                                       {"pinjaman cepat cair kata", "spam"},
                                       {"menang undian hadiah kata", "spam"},
                                       {"terima kasih kata", "pujian"}};

/* Whose flag alone is known teaches as much: `by_flag` leaves the type of spam out. */
static struct corpus *texts(bool by_flag, bool one_type)
{
    struct corpus *corpus = corpus_new();
    corpus_head_add(corpus, "type", NULL);
    corpus_label_add(corpus, TYPE, "spam");
    corpus_head_add(corpus, "spam", "spam");
    for (size_t i = 0; i < 5; i++)
        for (size_t k = 0; k < 6; k++) {
            char text[128];
            const char *type = kinds[i][1];
            bool spam = strcmp(type, "spam") == 0;
            snprintf(text, sizeof text, "%s %s", kinds[i][0], senders[k]);
            const char *said = one_type || (spam && by_flag && k > 0) ? NULL : type;
            corpus_add(corpus, text, strlen(text), (const char *const[]){said, spam ? "spam" : ""});
        }
    corpus_finish(corpus, 3);
    return corpus;
}

struct learnt {
    struct corpus *corpus;
    struct train_scores scores;
    struct train_fit *fit;
    struct model *model;
    struct predictor *predictor;
    void *bytes;
};

static struct learnt learn(struct corpus *corpus)
{
    struct learnt out = {.corpus = corpus};
    struct train_recipe recipe = train_recipe_default();
    struct fault fault;
    size_t len;
    recipe.word_min = 1;
    assert_int_equal(train_folds(corpus, &recipe, &out.scores, &fault), OK);
    out.fit = train_fit_new(corpus, &out.scores, recipe.trust);
    assert_int_equal(train_model(corpus, &recipe, out.fit, &out.bytes, &len, &fault), OK);
    assert_int_equal(model_from_memory("twin", out.bytes, len, &out.model, &fault), OK);
    out.predictor = predictor_new(out.model);
    return out;
}

static void forget(struct learnt *learnt)
{
    predictor_free(learnt->predictor);
    model_close(learnt->model);
    train_fit_free(learnt->fit);
    free(learnt->scores.values);
    free(learnt->bytes);
    corpus_free(learnt->corpus);
}

static struct prediction ask(struct learnt *learnt, const char *text)
{
    struct prediction prediction;
    predictor_read(learnt->predictor, text, strlen(text), NULL, &prediction);
    return prediction;
}

static void it_has_the_log_odds_of_its_label(void **state)
{
    (void)state;
    struct learnt learnt = learn(texts(false, false));
    size_t spam = model_label_find(learnt.model, TYPE, "spam");
    const struct model_head_record *head = &learnt.model->heads[TYPE];
    struct prediction loan = ask(&learnt, "pinjaman cair cepat");
    double types[3], own;
    predictor_scores(learnt.predictor, TYPE, types);
    predictor_scores(learnt.predictor, SPAM, &own);
    double sum = 0;
    for (size_t i = 0; i < 3; i++)
        sum += exp(head->slope * types[i]);
    double p = exp(head->slope * types[spam]) / sum;
    assert_true(fabs(1 / (1 + exp(-own)) - p) < 1e-9);
    assert_true(fabs(loan.heads[TYPE].best[0].probability - p) < 1e-9);
    assert_true(loan.heads[SPAM].sure);
    assert_false(ask(&learnt, "jalan rusak").heads[SPAM].sure);
    forget(&learnt);
}

static void what_is_fitted_is_what_is_read(void **state)
{
    (void)state;
    struct learnt learnt = learn(texts(false, false));
    struct prediction fitted, read = ask(&learnt, "menang undian kata adik saya");
    double scores[4] = {0};
    predictor_scores(learnt.predictor, TYPE, scores);
    for (size_t i = 0; i < 3; i++)
        scores[i] -= learnt.fit->adjustment[i]; /* which the fit adds itself */
    train_answer(learnt.fit, scores, &fitted);
    assert_true(fabs(fitted.heads[SPAM].best[0].probability - read.heads[SPAM].best[0].probability) < 1e-9);
    assert_int_equal(fitted.heads[SPAM].sure, read.heads[SPAM].sure);
    forget(&learnt);
}

static void the_same_words_speak_for_both(void **state)
{
    (void)state;
    struct learnt learnt = learn(texts(false, false));
    struct spoke flag[3], label[3];
    ask(&learnt, "pinjaman cepat kata pak lurah");
    size_t n = predictor_why(learnt.predictor, SPAM, 0, flag, 3);
    assert_int_equal(predictor_why(learnt.predictor, TYPE, model_label_find(learnt.model, TYPE, "spam"), label, 3), n);
    assert_int_equal(n, 3);
    for (size_t i = 0; i < n; i++)
        assert_true(flag[i].at == label[i].at && flag[i].len == label[i].len && flag[i].weight == label[i].weight);
    assert_true(flag[0].weight > 0);
    forget(&learnt);
}

static void who_set_the_flag_has_said_the_label(void **state)
{
    (void)state;
    struct learnt learnt = learn(texts(true, false));
    struct prediction loan = ask(&learnt, "pinjaman cepat cair");
    assert_string_equal(model_label(learnt.model, TYPE, loan.heads[TYPE].best[0].label), "spam");
    assert_true(loan.heads[SPAM].sure);
    forget(&learnt);
}

static void a_flag_without_a_twin_is_learnt_by_itself(void **state)
{
    (void)state;
    struct learnt learnt = learn(texts(false, true));
    assert_int_equal(learnt.model->heads[SPAM].twin_head, 0);
    assert_true(ask(&learnt, "pinjaman cepat cair").heads[SPAM].sure);
    assert_false(ask(&learnt, "jalan rusak").heads[SPAM].sure);
    forget(&learnt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_has_the_log_odds_of_its_label),
        cmocka_unit_test(what_is_fitted_is_what_is_read),
        cmocka_unit_test(the_same_words_speak_for_both),
        cmocka_unit_test(who_set_the_flag_has_said_the_label),
        cmocka_unit_test(a_flag_without_a_twin_is_learnt_by_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
