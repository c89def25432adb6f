/* SPDX-License-Identifier: BSD-2-Clause */
/* Features and what is learnt from them: the same texts give the same bytes, probabilities are those of texts that
 * were not learnt from, and what cannot be learnt says so. */
#include "support_model.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct rules *rules;

static int setup(void **state)
{
    struct fault fault;
    (void)state;
    return rules_load(ADUAN_ETC_DIR "/categories.yaml", ADUAN_ETC_DIR "/agencies.yaml", &rules, &fault);
}

static int teardown(void **state)
{
    (void)state;
    rules_free(rules);
    return 0;
}

/* --- features ----------------------------------------------------------------------------------------------------- */

static struct lexicon *empty_lexicon(void **block)
{
    static struct lexicon lexicon;
    struct lexicon_maker *maker = lexicon_maker_new();
    size_t bytes;
    lexicon_maker_compile(maker, block, &bytes);
    lexicon_maker_free(maker);
    assert_int_equal(lexicon_open(*block, bytes, &lexicon), OK);
    return &lexicon;
}

static size_t count_of(const struct features *features, enum feature_group group)
{
    size_t count = 0;
    for (size_t i = 0; i < features->count; i++)
        count += features->items[i].group == group;
    return count;
}

static void features_are_the_same_each_time(void **state)
{
    static const char text[] = "TIDAK ada perbaikan, jalan 12 rusak!";
    struct features one = {0}, two = {0};
    struct normalised words;
    struct classification found;
    void *block;
    (void)state;
    struct normaliser *normaliser = normaliser_new(empty_lexicon(&block));
    assert_int_equal(rules_classify(rules, text, strlen(text), &found), OK);
    normalise(normaliser, text, strlen(text), &words);
    features_take(&one, text, strlen(text), &words, &found);
    normalise(normaliser, "lain", 4, &words);
    features_take(&two, "lain", 4, &words, NULL);
    assert_int_equal(count_of(&two, FEATURE_RULE), 0);
    assert_int_equal(count_of(&two, FEATURE_PAIR), 0);
    normalise(normaliser, text, strlen(text), &words);
    features_take(&two, text, strlen(text), &words, &found);
    assert_int_equal(one.count, two.count);
    for (size_t i = 0; i < one.count; i++) {
        assert_int_equal(one.items[i].id, two.items[i].id);
        assert_int_equal(one.items[i].word, two.items[i].word);
        assert_int_equal(one.items[i].group, two.items[i].group);
    }
    /* Five pairs, four skips; six words, a number, a stem, two negated. */
    assert_int_equal(count_of(&one, FEATURE_PAIR), 9);
    assert_int_equal(count_of(&one, FEATURE_WORD), 10);
    assert_int_equal(count_of(&one, FEATURE_RULE), 3 + found.hit_count);
    features_done(&one);
    features_done(&two);
    normaliser_free(normaliser);
    free(block);
    for (int group = 0; group < FEATURE_GROUPS; group++)
        assert_true(strlen(feature_group_name((enum feature_group)group)) > 0);
}

/* --- learning ----------------------------------------------------------------------------------------------------- */

static void the_same_texts_give_the_same_bytes(void **state)
{
    struct train_recipe recipe = train_recipe_default();
    void *one, *two;
    size_t one_len, two_len;
    (void)state;
    recipe.rules = rules;
    recipe.lexicon_path = ADUAN_ETC_DIR "/lexicon.tsv";
    small_model(&recipe, &one, &one_len);
    srand(4711);
    (void)setlocale(LC_ALL, "C.UTF-8");
    small_model(&recipe, &two, &two_len);
    assert_int_equal(one_len, two_len);
    assert_memory_equal(one, two, one_len);
    struct model *model;
    struct fault fault;
    assert_int_equal(model_from_memory("rules", one, one_len, &model, &fault), OK);
    assert_true(model_uses_rules(model));
    model_close(model);
    free(one);
    free(two);
}

static void folds_are_answered_by_models_that_have_not_seen_them(void **state)
{
    struct train_recipe recipe = train_recipe_default();
    struct corpus *corpus = small_corpus(4);
    struct train_scores scores;
    struct fault fault;
    size_t right = 0, sure = 0, sure_right = 0;
    (void)state;
    recipe.rules = rules;
    assert_int_equal(train_folds(corpus, &recipe, &scores, &fault), OK);
    assert_int_equal(scores.outputs, 3);
    struct train_fit *fit = train_fit_new(corpus, &scores, 0.9);
    for (size_t i = 0; i < corpus->count; i++) {
        struct prediction prediction;
        train_answer(fit, scores.values + i * scores.outputs, &prediction);
        bool hit = prediction.heads[0].best[0].label == (size_t)corpus->texts[i].label[0];
        right += hit;
        sure += prediction.heads[0].sure;
        sure_right += prediction.heads[0].sure && hit;
    }
    assert_true(right * 10 >= corpus->count * 9);
    assert_true(sure > 0 && sure_right * 10 >= sure * 9);
    train_fit_free(fit);
    free(scores.values);
    corpus_free(corpus);
}

static void labels_that_say_nothing_are_learnt_as_such(void **state)
{
    struct train_recipe recipe = train_recipe_default();
    struct corpus *corpus = corpus_new();
    struct train_scores scores;
    struct fault fault;
    struct model *model;
    void *bytes;
    size_t len;
    (void)state;
    corpus_head_add(corpus, "only", NULL);
    corpus_head_add(corpus, "never", "never");
    corpus_head_add(corpus, "chance", NULL);
    for (int i = 0; i < 60; i++) {
        char text[64];
        snprintf(text, sizeof text, "kata%c sama a1 %c%c", 'a' + i % 3, 'b' + i % 7, 'c' + i / 20);
        corpus_add(corpus, text, strlen(text),
                   (const char *const[]){i % 5 ? "satu" : NULL, "", i * 7919 % 13 % 2 ? "kiri" : "kanan"});
    }
    corpus_finish(corpus, 3);
    assert_int_equal(train_folds(corpus, &recipe, &scores, &fault), OK);
    struct train_fit *fit = train_fit_new(corpus, &scores, 1.0);
    assert_int_equal(train_model(corpus, &recipe, fit, &bytes, &len, &fault), OK);
    assert_int_equal(model_from_memory("poor", bytes, len, &model, &fault), OK);
    struct predictor *predictor = predictor_new(model);
    struct prediction prediction;
    predictor_read(predictor, "kata", 4, NULL, &prediction);
    assert_true(prediction.heads[0].best[0].probability > 0.99);
    assert_true(prediction.heads[1].best[0].probability < 0.5);
    assert_true(prediction.heads[2].best[0].probability < 0.9);
    predictor_free(predictor);
    model_close(model);
    free(bytes);
    train_fit_free(fit);
    free(scores.values);
    corpus_free(corpus);
}

/* The small corpus and what a citizen wrote, as often as `weight` says, with a label, or as not being of it. */
static struct model *taught(const char *text, const char *label, const char *denied, unsigned weight, void **bytes)
{
    struct train_recipe recipe = train_recipe_default();
    struct corpus *corpus = small_corpus(4);
    struct model *model;
    struct fault fault;
    size_t len;
    corpus->origin = CORPUS_TICKET;
    corpus->weight = weight;
    for (int i = 0; weight > 0 && i < 4; i++) {
        char varied[128];
        snprintf(varied, sizeof varied, "%s %c%c%c", text, 'p' + i, 'a' + i, 'k' + i);
        corpus_add(corpus, varied, strlen(varied), (const char *const[]){label, NULL});
        if (denied)
            corpus_deny(corpus, 0, denied);
    }
    corpus_finish(corpus, 4);
    assert_int_equal(train_model(corpus, &recipe, NULL, bytes, &len, &fault), OK);
    assert_int_equal(model_from_memory("taught", *bytes, len, &model, &fault), OK);
    /* Its words are in the model as hashes alone. */
    assert_null(memmem(*bytes, len, "sukirman", strlen("sukirman")));
    assert_non_null(memmem(*bytes, len, "menumpuk", strlen("menumpuk")));
    corpus_free(corpus);
    return model;
}

/* How much more the score of jalan is than that of sampah. */
static double lead(struct model *model, const char *text)
{
    struct predictor *predictor = predictor_new(model);
    struct prediction prediction;
    double scores[2];
    predictor_read(predictor, text, strlen(text), NULL, &prediction);
    predictor_scores(predictor, 0, scores);
    predictor_free(predictor);
    return scores[0] - scores[1];
}

static void what_weighs_more_teaches_more_and_its_words_stay_secret(void **state)
{
    static const char text[] = "sukirman sukirman bilang trotoar pecah";
    static const struct {
        const char *label, *denied;
        unsigned weight;
    } lessons[] = {{NULL, NULL, 0}, {"jalan", NULL, 1}, {"jalan", NULL, 5}, {NULL, "sampah", 5}};
    double leads[4];
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        void *bytes;
        struct model *model = taught(text, lessons[i].label, lessons[i].denied, lessons[i].weight, &bytes);
        leads[i] = lead(model, text);
        model_close(model);
        free(bytes);
    }
    assert_true(leads[1] > leads[0] + 0.1);
    assert_true(leads[2] > leads[1] + 0.1);
    /* That it is not one of the two speaks against that one. */
    assert_true(leads[3] > leads[0] + 0.1);
}

/* Is what may apply or may not raised? */
static bool raised_in_doubt(bool dire)
{
    struct corpus *corpus = corpus_new();
    struct train_scores scores = {.outputs = 1};
    struct prediction prediction;
    corpus_head_add(corpus, "urgency", "emergency");
    if (dire)
        corpus_head_dire(corpus);
    /* Of a hundred, forty apply: half of them surely, half of them like many that do not. */
    scores.values = calloc(100, sizeof *scores.values);
    for (int i = 0; i < 100; i++) {
        corpus_add(corpus, "x", 1, (const char *const[]){i < 40 ? "emergency" : ""});
        scores.values[i] = i < 20 ? 2 : i < 70 ? 0 : -2;
    }
    corpus_finish(corpus, 2);
    struct train_fit *fit = train_fit_new(corpus, &scores, 0.8);
    double doubtful = 0, lowest = -2;
    train_answer(fit, &doubtful, &prediction);
    bool raised = prediction.heads[0].sure;
    train_answer(fit, &lowest, &prediction);
    assert_false(prediction.heads[0].sure);
    train_fit_free(fit);
    free(scores.values);
    corpus_free(corpus);
    return raised;
}

static void what_is_dire_is_raised_in_doubt(void **state)
{
    (void)state;
    assert_true(raised_in_doubt(true));
    assert_false(raised_in_doubt(false));
}

enum { COMMON = 180, RARE = 20 };

/* Twenty texts in two hundred are of a label that learning leaves a little behind the common one; of a third label
 * there is none. */
static struct corpus *lopsided(struct train_scores *scores)
{
    struct corpus *corpus = corpus_new();
    corpus_head_add(corpus, "category", NULL);
    corpus_label_add(corpus, 0, "pungli");
    scores->outputs = 3;
    scores->values = calloc((COMMON + RARE) * 3, sizeof *scores->values);
    for (size_t i = 0; i < COMMON + RARE; i++) {
        char text[64];
        const char *label = i < COMMON ? "jalan" : "listrik";
        snprintf(text, sizeof text, "%s %s", i < COMMON ? "lubang di" : "padam lagi", small_places[i % 8]);
        corpus_add(corpus, text, strlen(text), &label);
        memcpy(&scores->values[3 * i], i < COMMON ? (double[]){1, -1, -1} : (double[]){0, -0.2, -1},
               3 * sizeof(double));
    }
    corpus_finish(corpus, 4);
    return corpus;
}

static void a_rare_label_gets_back_what_its_few_texts_cost_it(void **state)
{
    struct train_scores scores;
    struct corpus *corpus = lopsided(&scores);
    size_t said[3] = {0};
    (void)state;
    assert_string_equal(corpus->heads[0].labels[2], "pungli");
    struct train_fit *fit = train_fit_new(corpus, &scores, 0.8);
    for (size_t i = 0; i < corpus->count; i++) {
        struct prediction prediction;
        train_answer(fit, scores.values + 3 * i, &prediction);
        said[prediction.heads[0].best[0].label]++;
    }
    assert_int_equal(said[0], COMMON);
    assert_int_equal(said[1], RARE);
    assert_int_equal(said[2], 0); /* nobody had it: nothing is given back */
    train_fit_free(fit);
    free(scores.values);
    corpus_free(corpus);
}

static void what_the_fit_found_is_in_the_model(void **state)
{
    static const char text[] = "lubang di jalan, padam lagi";
    struct train_recipe recipe = train_recipe_default();
    struct train_scores scores;
    struct corpus *corpus = lopsided(&scores);
    struct prediction fitted, told;
    struct model *models[2];
    struct fault fault;
    void *bytes[2];
    double raw[3], raised[3];
    size_t len;
    (void)state;
    struct train_fit *fit = train_fit_new(corpus, &scores, 0.8);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(train_model(corpus, &recipe, i ? fit : NULL, &bytes[i], &len, &fault), OK);
        assert_int_equal(model_from_memory("lopsided", bytes[i], len, &models[i], &fault), OK);
        struct predictor *predictor = predictor_new(models[i]);
        predictor_read(predictor, text, strlen(text), NULL, &told);
        predictor_scores(predictor, 0, i ? raised : raw);
        predictor_free(predictor);
    }
    assert_true(raised[1] - raised[0] > raw[1] - raw[0] + 0.1);
    train_answer(fit, raw, &fitted);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(told.heads[0].best[i].label, fitted.heads[0].best[i].label);
        assert_true(fabs(told.heads[0].best[i].probability - fitted.heads[0].best[i].probability) < 1e-9);
    }
    for (int i = 0; i < 2; i++) {
        model_close(models[i]);
        free(bytes[i]);
    }
    train_fit_free(fit);
    free(scores.values);
    corpus_free(corpus);
}

static void a_lexicon_that_is_not_there_ends_the_training(void **state)
{
    struct train_recipe recipe = train_recipe_default();
    struct corpus *corpus = small_corpus(2);
    struct train_scores scores;
    struct fault fault;
    void *bytes;
    size_t len;
    (void)state;
    recipe.lexicon_path = "/nowhere/lexicon.tsv";
    assert_int_equal(train_folds(corpus, &recipe, &scores, &fault), E_IO);
    assert_int_equal(train_model(corpus, &recipe, NULL, &bytes, &len, &fault), E_IO);
    assert_non_null(strstr(fault.text, "/nowhere/lexicon.tsv"));
    recipe.lexicon_path = NULL;
    assert_int_equal(train_model(corpus, &recipe, NULL, &bytes, &len, &fault), OK);
    free(bytes);
    corpus_free(corpus);
}

static void a_model_is_put_in_place_in_one_step(void **state)
{
    char dir[64] = "/tmp/aduan-train.XXXXXX", path[128], beside[128], read_back[8];
    struct fault fault;
    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/model.bin", dir);
    snprintf(beside, sizeof beside, "%s/model.bin.new", dir);
    assert_int_equal(train_save(path, "first", 5, &fault), OK);
    assert_int_equal(train_save(path, "second", 6, &fault), OK);
    FILE *in = fopen(path, "r");
    assert_non_null(in);
    assert_int_equal(fread(read_back, 1, sizeof read_back, in), 6);
    fclose(in);
    assert_int_equal(access(beside, F_OK), -1);
    /* What is in the way stays, and nothing is left beside it. */
    unlink(path);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(train_save(path, "third", 5, &fault), E_IO);
    assert_non_null(strstr(fault.text, path));
    assert_int_equal(access(beside, F_OK), -1);
    rmdir(path);
    rmdir(dir);
    assert_int_equal(train_save(path, "fourth", 6, &fault), E_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(features_are_the_same_each_time),
        cmocka_unit_test(the_same_texts_give_the_same_bytes),
        cmocka_unit_test(folds_are_answered_by_models_that_have_not_seen_them),
        cmocka_unit_test(labels_that_say_nothing_are_learnt_as_such),
        cmocka_unit_test(what_weighs_more_teaches_more_and_its_words_stay_secret),
        cmocka_unit_test(what_is_dire_is_raised_in_doubt),
        cmocka_unit_test(a_rare_label_gets_back_what_its_few_texts_cost_it),
        cmocka_unit_test(what_the_fit_found_is_in_the_model),
        cmocka_unit_test(a_lexicon_that_is_not_there_ends_the_training),
        cmocka_unit_test(a_model_is_put_in_place_in_one_step),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
