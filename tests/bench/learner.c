/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The classifier's learning on any labelled texts, for tests/bench/classifier. Files hold a line a text: label, tab,
 * text. A line of JSON tells how long it took and, over folds, how well it did; labels go to a file, a line a text.
 *
 *   learner folds TRAIN [KEY=VALUE …]            trains on all folds but one and answers that one, for each
 *   learner fit TRAIN TEST LABELS [KEY=VALUE …]  trains on all, answers TEST
 *   learner plain TRAIN TEST LABELS              the same with plain liblinear (plain.c): what ours is compared with
 *   learner speed TRAIN TEXTS [KEY=VALUE …]      µs a text with the labels of TRAIN
 *   learner stages TRAIN TEXTS rules=DIR places=DIR  µs a text of each stage of the same, at the median
 *   learner places TEXTS places=DIR              µs a text for its places alone
 *
 * KEY=VALUE changes the recipe; flag=LABEL makes of two labels a flag, LABEL being the one that applies; rules=DIR
 * reads every text with the rules of DIR too, places=DIR for the places of DIR/places.
 */
#include "learner.h"

#include "model_priv.h"
#include "places.h"
#include "rules.h"
#include "train.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FOLDS = 5, SPEED_ROUNDS = 5 };

static struct options {
    struct train_recipe recipe;
    const char *flag;
    struct places *places;
} options;

_Noreturn void learner_die(const char *what, const char *why)
{
    fprintf(stderr, "learner: %s: %s\n", what, why);
    exit(1);
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void core(int err, const struct fault *fault)
{
    if (err != OK)
        learner_die(err_name(err), fault->text);
}

static struct rules *rules_of(const char *dir)
{
    struct rules *rules;
    struct fault fault;
    char categories[4096], agencies[4096];
    snprintf(categories, sizeof categories, "%s/categories.yaml", dir);
    snprintf(agencies, sizeof agencies, "%s/agencies.yaml", dir);
    core(rules_load(categories, agencies, &rules, &fault), &fault);
    return rules;
}

static struct places *places_of(const char *dir)
{
    struct places *places;
    struct fault fault;
    char regencies[4096], districts[4096];
    const struct places_files files = {.regencies = regencies, .districts = districts, .own = "33.75"};
    snprintf(regencies, sizeof regencies, "%s/places/regencies.tsv", dir);
    snprintf(districts, sizeof districts, "%s/places/pekalongan.tsv", dir);
    core(places_load(&files, &places, &fault), &fault);
    return places;
}

static void option(const char *text)
{
    const struct {
        const char *key;
        double *value;
    } numbers[] = {{"words", &options.recipe.group_weight[FEATURE_WORD]},
                   {"pairs", &options.recipe.group_weight[FEATURE_PAIR]},
                   {"chars", &options.recipe.group_weight[FEATURE_CHARS]},
                   {"shape", &options.recipe.group_weight[FEATURE_SHAPE]},
                   {"runs", &options.recipe.group_weight[FEATURE_RUN]},
                   {"log_ratio", &options.recipe.log_ratio},
                   {"smoothing", &options.recipe.smoothing},
                   {"cost", &options.recipe.cost},
                   {"balance", &options.recipe.balance},
                   {"trust", &options.recipe.trust}};
    const char *value = strchr(text, '=');
    if (!value)
        learner_die(text, "expected KEY=VALUE");
    size_t len = (size_t)(value++ - text);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (strlen(numbers[i].key) == len && strncmp(numbers[i].key, text, len) == 0) {
            *numbers[i].value = strtod(value, NULL);
            return;
        }
    if (strncmp(text, "flag=", 5) == 0)
        options.flag = value;
    else if (strncmp(text, "counts=", 7) == 0)
        options.recipe.counts = atoi(value) != 0;
    else if (strncmp(text, "feature_min=", 12) == 0)
        options.recipe.feature_min = (unsigned)atoi(value);
    else if (strncmp(text, "word_min=", 9) == 0)
        options.recipe.word_min = (unsigned)atoi(value);
    else if (strncmp(text, "rules=", 6) == 0)
        options.recipe.rules = rules_of(value);
    else if (strncmp(text, "places=", 7) == 0)
        options.places = places_of(value);
    else if (strncmp(text, "lexicon=", 8) == 0)
        options.recipe.lexicon_path = value;
    else
        learner_die(text, "no such key");
}

/* --- texts -------------------------------------------------------------------------------------------------------- */

struct learner_texts learner_read(const char *path)
{
    struct learner_texts texts = {0};
    FILE *in = fopen(path, "re");
    char *line = NULL;
    size_t size = 0, room = 0;
    ssize_t len;
    if (!in)
        learner_die(path, "cannot read it");
    while ((len = getline(&line, &size, in)) >= 0) {
        if (len > 0 && line[len - 1] == '\n')
            line[--len] = '\0';
        char *tab = strchr(line, '\t');
        if (!tab)
            learner_die(path, "a line without a tab");
        if (texts.count == room) {
            room = room ? 2 * room : 1024;
            texts.items = realloc(texts.items, room * sizeof *texts.items);
        }
        *tab = '\0';
        texts.items[texts.count++] = (struct learner_text){
            .label = strdup(line), .text = strdup(tab + 1), .len = (size_t)(line + len - tab - 1)};
    }
    free(line);
    fclose(in);
    return texts;
}

static struct corpus *corpus_of(const struct learner_texts *texts)
{
    struct corpus *corpus = corpus_new();
    corpus_head_add(corpus, "label", options.flag);
    for (size_t i = 0; i < texts->count; i++) {
        const char *label = texts->items[i].label;
        if (options.flag && strcmp(label, options.flag) != 0)
            label = "";
        corpus_add(corpus, texts->items[i].text, texts->items[i].len, &label);
    }
    corpus_finish(corpus, FOLDS);
    return corpus;
}

/* --- how well ----------------------------------------------------------------------------------------------------- */

static size_t label_said(const struct model_answer *answer)
{
    return options.flag ? answer->sure : answer->best[0].label;
}

/* Nothing of what answers a fold has seen it: neither weights nor thresholds. */
static void folds_report(const struct corpus *corpus, const struct train_scores *scores)
{
    struct train_fit *fits[FOLDS];
    size_t labels = options.flag ? 2 : corpus->heads[0].label_count, right = 0;
    double macro = 0;
    size_t *hits = calloc(labels, sizeof *hits), *said = calloc(labels, sizeof *said), *is = calloc(labels, sizeof *is);
    for (unsigned fold = 0; fold < FOLDS; fold++)
        fits[fold] = train_fit_without(corpus, scores, options.recipe.trust, fold);
    for (size_t i = 0; i < corpus->count; i++) {
        struct prediction prediction;
        train_answer(fits[corpus->texts[i].fold], scores->values + i * scores->outputs, &prediction);
        size_t answer = label_said(&prediction.heads[0]), truth = (size_t)corpus->texts[i].label[0];
        hits[truth] += answer == truth;
        said[answer]++;
        is[truth]++;
        right += answer == truth;
    }
    for (size_t k = 0; k < labels; k++)
        macro += said[k] + is[k] > 0 ? 2.0 * (double)hits[k] / (double)(said[k] + is[k]) / (double)labels : 0;
    printf("{\"texts\": %zu, \"accuracy\": %.4f, \"macro_f1\": %.4f}\n", corpus->count,
           (double)right / (double)corpus->count, macro);
    for (unsigned fold = 0; fold < FOLDS; fold++)
        train_fit_free(fits[fold]);
    free(hits);
    free(said);
    free(is);
}

static struct train_fit *fit_on_folds(const struct corpus *corpus, bool report)
{
    struct train_scores scores;
    struct fault fault;
    core(train_folds(corpus, &options.recipe, &scores, &fault), &fault);
    struct train_fit *fit = train_fit_new(corpus, &scores, options.recipe.trust);
    if (report)
        folds_report(corpus, &scores);
    free(scores.values);
    return fit;
}

static struct model *model_of(const struct corpus *corpus, void **bytes)
{
    struct model *model;
    struct fault fault;
    size_t len;
    struct train_fit *fit = fit_on_folds(corpus, false);
    core(train_model(corpus, &options.recipe, fit, bytes, &len, &fault), &fault);
    core(model_from_memory("the model", *bytes, len, &model, &fault), &fault);
    train_fit_free(fit);
    return model;
}

/* --- commands ----------------------------------------------------------------------------------------------------- */

static FILE *labels_open(const char *path)
{
    FILE *out = fopen(path, "we");
    if (!out)
        learner_die(path, "cannot write it");
    return out;
}

static void read_text(struct predictor *predictor, const struct learner_text *text, struct prediction *out)
{
    static struct word_reader *reader;
    struct rules *rules = options.recipe.rules;
    struct classification found;
    struct text_words words;
    struct fault fault = {.text = "the rules"};
    if (!reader)
        reader = word_reader_new();
    words_read(reader, text->text, text->len, &words);
    if (rules)
        core(rules_classify_words(rules, text->text, text->len, &words, &found), &fault);
    predictor_read_words(predictor, text->text, text->len, &words, rules ? &found : NULL, out);
    if (options.places) {
        struct places_found places;
        places_find_words(options.places, text->text, text->len, &words, &places);
    }
}

static void fit(char **argv)
{
    struct learner_texts train = learner_read(argv[0]), test = learner_read(argv[1]);
    FILE *out = labels_open(argv[2]);
    void *bytes;
    double start = now_s();
    struct corpus *corpus = corpus_of(&train);
    struct model *model = model_of(corpus, &bytes);
    double trained = now_s();
    struct predictor *predictor = predictor_new(model);
    for (size_t i = 0; i < test.count; i++) {
        struct prediction prediction;
        read_text(predictor, &test.items[i], &prediction);
        const struct model_answer *answer = &prediction.heads[0];
        fprintf(out, "%s\n",
                options.flag ? (answer->sure ? options.flag : "") : model_label(model, 0, answer->best[0].label));
    }
    fclose(out);
    printf("{\"train_s\": %.2f, \"model_bytes\": %zu}\n", trained - start, model_bytes(model));
    predictor_free(predictor);
    model_close(model);
    free(bytes);
    corpus_free(corpus);
}

static void plain(char **argv)
{
    struct learner_texts train = learner_read(argv[0]), test = learner_read(argv[1]);
    FILE *out = labels_open(argv[2]);
    double start = now_s();
    plain_run(&train, &test, out);
    fclose(out);
    printf("{\"s\": %.2f}\n", now_s() - start);
}

static int by_number(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

static void speed(char **argv)
{
    struct learner_texts train = learner_read(argv[0]), texts = learner_read(argv[1]);
    void *bytes;
    struct corpus *corpus = corpus_of(&train);
    struct model *model = model_of(corpus, &bytes);
    struct predictor *predictor = predictor_new(model);
    double *took = calloc(texts.count, sizeof *took), best = 0;
    for (int round = 0; round < SPEED_ROUNDS; round++) {
        double start = now_s();
        for (size_t i = 0; i < texts.count; i++) {
            struct prediction prediction;
            double before = now_s();
            read_text(predictor, &texts.items[i], &prediction);
            double one = now_s() - before;
            took[i] = round == 0 || one < took[i] ? one : took[i];
        }
        double all = now_s() - start;
        best = round == 0 || all < best ? all : best;
    }
    qsort(took, texts.count, sizeof *took, by_number);
    printf("{\"us_median\": %.2f, \"us_mean\": %.2f, \"model_bytes\": %zu}\n", took[texts.count / 2] * 1e6,
           best / (double)texts.count * 1e6, model_bytes(model));
    predictor_free(predictor);
    model_close(model);
    free(bytes);
    corpus_free(corpus);
}

/* --- stage by stage ----------------------------------------------------------------------------------------------- */

enum stage { STAGE_WORDS, STAGE_RULES, STAGE_NORMALISE, STAGE_FEATURES, STAGE_HEADS, STAGE_PLACES, STAGE_END };
static const char *const stage_names[] = {"words", "rules", "normalise", "features", "heads", "places"};

struct staged {
    struct word_reader *reader;
    struct normaliser *normaliser;
    struct predictor *predictor;
};

/* Of the wall: it is read without a call of the kernel, and the least of several rounds is what counts. */
static double wall_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* The predictor normalises for itself, so that its first half is timed with that, and it is taken off again. */
static void stages_of(const struct staged *in, const struct learner_text *text, double took[STAGE_END])
{
    struct text_words words;
    struct classification found;
    struct normalised normalised;
    struct prediction prediction;
    struct places_found places;
    struct fault fault = {.text = "the rules"};
    double at[STAGE_END + 1] = {wall_s()};
    words_read(in->reader, text->text, text->len, &words);
    at[1] = wall_s();
    core(rules_classify_words(options.recipe.rules, text->text, text->len, &words, &found), &fault);
    at[2] = wall_s();
    normalise_words(in->normaliser, text->text, &words, &normalised);
    at[3] = wall_s();
    predictor_find(in->predictor, text->text, text->len, &words, &found);
    at[4] = wall_s();
    predictor_say(in->predictor, &prediction);
    at[5] = wall_s();
    places_find_words(options.places, text->text, text->len, &words, &places);
    at[6] = wall_s();
    for (int stage = 0; stage < STAGE_END; stage++)
        took[stage] = at[stage + 1] - at[stage];
}

static void stages_report(double *least[STAGE_END], size_t count)
{
    for (int stage = 0; stage < STAGE_END; stage++) {
        qsort(least[stage], count, sizeof **least, by_number);
        printf("%s\"%s\": %.2f", stage ? ", " : "{", stage_names[stage], least[stage][count / 2] * 1e6);
        free(least[stage]);
    }
    printf("}\n");
}

static void stages(char **argv)
{
    struct learner_texts train = learner_read(argv[0]), texts = learner_read(argv[1]);
    void *bytes;
    double *least[STAGE_END], took[STAGE_END];
    struct corpus *corpus = corpus_of(&train);
    struct model *model = model_of(corpus, &bytes);
    struct staged in = {word_reader_new(), normaliser_new(&model->lexicon), predictor_new(model)};
    for (int stage = 0; stage < STAGE_END; stage++)
        least[stage] = calloc(texts.count, sizeof **least);
    for (int round = 0; round < SPEED_ROUNDS; round++)
        for (size_t i = 0; i < texts.count; i++) {
            stages_of(&in, &texts.items[i], took);
            took[STAGE_FEATURES] -= took[STAGE_NORMALISE];
            for (int stage = 0; stage < STAGE_END; stage++)
                least[stage][i] = round == 0 || took[stage] < least[stage][i] ? took[stage] : least[stage][i];
        }
    stages_report(least, texts.count);
    predictor_free(in.predictor);
    normaliser_free(in.normaliser);
    word_reader_free(in.reader);
    model_close(model);
    free(bytes);
    corpus_free(corpus);
}

static void places(char **argv)
{
    struct learner_texts texts = learner_read(argv[0]);
    size_t found = 0;
    double best = 0;
    for (int round = 0; round < 5 * SPEED_ROUNDS; round++) {
        double start = now_s();
        found = 0;
        for (size_t i = 0; i < texts.count; i++) {
            struct places_found out;
            places_find(options.places, texts.items[i].text, texts.items[i].len, &out);
            found += out.count;
        }
        double all = now_s() - start;
        best = round == 0 || all < best ? all : best;
    }
    printf("{\"us_mean\": %.2f, \"texts\": %zu, \"places\": %zu}\n", best / (double)texts.count * 1e6, texts.count,
           found);
}

static void folds(char **argv)
{
    struct learner_texts train = learner_read(argv[0]);
    struct corpus *corpus = corpus_of(&train);
    train_fit_free(fit_on_folds(corpus, true));
    corpus_free(corpus);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int operands;
        void (*run)(char **operands);
    } commands[] = {{"folds", 1, folds}, {"fit", 3, fit},       {"plain", 3, plain},
                    {"speed", 2, speed}, {"stages", 2, stages}, {"places", 1, places}};
    options.recipe = train_recipe_default();
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (argc < 2 + commands[i].operands || strcmp(argv[1], commands[i].name) != 0)
            continue;
        for (int k = 2 + commands[i].operands; k < argc; k++)
            option(argv[k]);
        if (commands[i].run == places && !options.places)
            learner_die("places", "expected places=DIR");
        if (commands[i].run == stages && (!options.places || !options.recipe.rules))
            learner_die("stages", "expected rules=DIR and places=DIR");
        commands[i].run(argv + 2);
        return 0;
    }
    learner_die("usage", "see the head of tests/bench/learner.c");
}
