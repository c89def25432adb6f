/* SPDX-License-Identifier: BSD-2-Clause */
#include "ensemble.h"

#include "corpus.h"
#include "strbuf.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* How likely it must be that a text is no report. */
static const double NO_REPORT_MIN = 0.9;

struct ensemble {
    struct rules *rules;
    struct word_reader *reader;
    const struct model *model;
    const struct places *places;    /* NULL: none are looked for */
    struct predictor *predictor;    /* NULL without a model */
    size_t category, type, urgency; /* heads; SIZE_MAX: the model has none */
    bool compares;
    uint8_t word_key[MINHASH_KEY_BYTES];
    struct likeness_memo *likened; /* with that key */
    /* Without a model words are told apart without a lexicon: its block has none. */
    void *no_words;
    struct lexicon no_lexicon;
    struct normaliser *normaliser;
};

struct ensemble *ensemble_new(struct rules *rules, const struct model *model)
{
    struct ensemble *ensemble = calloc(1, sizeof *ensemble);
    if (!ensemble)
        abort();
    ensemble->rules = rules;
    ensemble->reader = word_reader_new();
    ensemble->model = model;
    if (model) {
        ensemble->predictor = predictor_new(model);
        ensemble->category = model_head_find(model, "category");
        ensemble->type = model_head_find(model, "type");
        ensemble->urgency = model_head_find(model, "urgency");
    }
    return ensemble;
}

void ensemble_free(struct ensemble *ensemble)
{
    if (!ensemble)
        return;
    predictor_free(ensemble->predictor);
    word_reader_free(ensemble->reader);
    normaliser_free(ensemble->normaliser);
    likeness_memo_free(ensemble->likened);
    free(ensemble->no_words);
    sodium_memzero(ensemble->word_key, sizeof ensemble->word_key);
    free(ensemble);
}

void ensemble_use_places(struct ensemble *ensemble, const struct places *places)
{
    ensemble->places = places;
}

static void read_without_model(struct ensemble *ensemble)
{
    struct lexicon_maker *maker = lexicon_maker_new();
    size_t bytes;
    lexicon_maker_compile(maker, &ensemble->no_words, &bytes);
    lexicon_maker_free(maker);
    if (lexicon_open(ensemble->no_words, bytes, &ensemble->no_lexicon) != OK)
        abort();
    ensemble->normaliser = normaliser_new(&ensemble->no_lexicon);
}

void ensemble_compare_with(struct ensemble *ensemble, const uint8_t key[MINHASH_KEY_BYTES])
{
    memcpy(ensemble->word_key, key, sizeof ensemble->word_key);
    likeness_memo_free(ensemble->likened);
    ensemble->likened = likeness_memo_new();
    ensemble->compares = true;
    if (!ensemble->predictor && !ensemble->normaliser)
        read_without_model(ensemble);
}

const struct model *ensemble_model(const struct ensemble *ensemble)
{
    return ensemble->model;
}

/* --- deciding ----------------------------------------------------------------------------------------------------- */

static bool is(const char *one, const char *other)
{
    return *one == *other && strcmp(one, other) == 0;
}

static const char *best_of(const struct ensemble *ensemble, const struct understanding *reading, size_t head)
{
    return model_label(ensemble->model, head, reading->guesses.heads[head].best[0].label);
}

/* Nobody reads what is no report: one that is taken for none by mistake is lost, so that it takes more than a guess. */
static bool is_report(const struct ensemble *ensemble, const struct understanding *reading)
{
    if (rules_hard(&reading->found, "type"))
        return corpus_is_report(reading->found.type);
    const struct model_answer *answer = ensemble->type == SIZE_MAX ? NULL : &reading->guesses.heads[ensemble->type];
    double none = 0;
    for (size_t i = 0; answer && i < answer->count; i++) {
        if (!corpus_is_report(model_label(ensemble->model, ensemble->type, answer->best[i].label)))
            none += answer->best[i].probability;
    }
    return none < NO_REPORT_MIN;
}

/* Emergencies and their type go together, and so do a category and a type of reports: a type that contradicts gives way
 * to the next guess. */
static const char *type_of(const struct ensemble *ensemble, const struct understanding *reading, bool emergency)
{
    const struct model_answer *answer = &reading->guesses.heads[ensemble->type];
    bool report = ensemble->category != SIZE_MAX && reading->guesses.heads[ensemble->category].sure &&
                  is_report(ensemble, reading);
    for (size_t i = 0; i < answer->count && !emergency; i++) {
        const char *label = model_label(ensemble->model, ensemble->type, answer->best[i].label);
        if (!is(label, "darurat") && (!report || corpus_is_report(label)))
            return label;
    }
    return emergency ? "darurat" : NULL;
}

static void urgency_decide(const struct ensemble *ensemble, struct understanding *reading)
{
    if (rules_hard(&reading->found, "urgency") || rules_hard_against(&reading->found, "urgency", "emergency"))
        reading->urgency_by = BY_HARD_RULE;
    else if (ensemble->urgency != SIZE_MAX)
        reading->urgency_by = BY_MODEL;
    if (reading->urgency_by != BY_MODEL)
        return;
    bool emergency = reading->guesses.heads[ensemble->urgency].sure;
    rules_overrule(ensemble->rules, NULL, NULL, emergency ? "emergency" : "normal", &reading->found);
}

static void type_decide(const struct ensemble *ensemble, struct understanding *reading)
{
    bool emergency = is(reading->found.urgency, "emergency");
    if (rules_hard(&reading->found, "type"))
        reading->type_by = BY_HARD_RULE;
    else if (ensemble->type != SIZE_MAX)
        reading->type_by = BY_MODEL;
    if (reading->type_by == BY_MODEL)
        rules_overrule(ensemble->rules, NULL, type_of(ensemble, reading, emergency), NULL, &reading->found);
}

static void category_decide(const struct ensemble *ensemble, struct understanding *reading)
{
    if (rules_hard(&reading->found, "category")) {
        reading->category_by = BY_HARD_RULE;
        return;
    }
    if (ensemble->category == SIZE_MAX)
        return;
    if (!is(reading->found.urgency, "emergency") && !is_report(ensemble, reading)) {
        reading->category_by = BY_TYPE;
        rules_overrule(ensemble->rules, rules_default_category(ensemble->rules), NULL, NULL, &reading->found);
        return;
    }
    const char *best = best_of(ensemble, reading, ensemble->category);
    /* A category that this desk does not have is nothing it can decide for. */
    if (!rules_has_category(ensemble->rules, best))
        return;
    reading->category_by = BY_MODEL;
    rules_overrule(ensemble->rules, best, NULL, NULL, &reading->found);
    /* An emergency waits for no reader, and an agency that is named in so many words needs none. */
    reading->unsure = !reading->guesses.heads[ensemble->category].sure && !is(reading->found.urgency, "emergency") &&
                      !rules_hard(&reading->found, "agency");
    if (reading->unsure)
        rules_to_fallback(ensemble->rules, &reading->found);
}

static void liken(struct ensemble *ensemble, const char *text, size_t len, struct understanding *reading)
{
    struct normalised words;
    struct likeness_report report = {
        .words = &words, .memo = ensemble->likened, .places = ensemble->places, .found = &reading->places};
    if (ensemble->predictor)
        report.words = predictor_words(ensemble->predictor);
    else
        normalise(ensemble->normaliser, text, len, &words);
    report.category = reading->found.category;
    likeness_make(ensemble->word_key, &report, &reading->likeness);
}

/* What is behind the rules, with nothing in it yet. It is some kilobytes, of which few are looked at. */
static void begin(struct understanding *out)
{
    out->category_by = out->type_by = out->urgency_by = BY_RULES;
    out->unsure = out->modelled = false;
    out->places.count = 0;
    out->likeness = (struct likeness){.category = 0};
}

int ensemble_read(struct ensemble *ensemble, const char *text, size_t len, struct understanding *out)
{
    struct text_words words;
    words_read(ensemble->reader, text, len, &words);
    int err = rules_classify_words(ensemble->rules, text, len, &words, &out->found);
    if (err != OK)
        return err;
    begin(out);
    if (ensemble->predictor) {
        bool with_rules = model_uses_rules(ensemble->model);
        predictor_read_words(ensemble->predictor, text, len, &words, with_rules ? &out->found : NULL, &out->guesses);
        out->modelled = true;
        urgency_decide(ensemble, out);
        type_decide(ensemble, out);
        category_decide(ensemble, out);
    }
    if (ensemble->places)
        places_find_words(ensemble->places, text, len, &words, &out->places);
    if (ensemble->compares)
        liken(ensemble, text, len, out);
    return OK;
}

/* --- telling ------------------------------------------------------------------------------------------------------ */

/* A text whose type is that of a flag has the flag: one cannot be without the other. */
static bool applies(const struct ensemble *ensemble, const struct understanding *reading, size_t head)
{
    bool typed = reading->type_by != BY_RULES && is(reading->found.type, model_head(ensemble->model, head).name);
    return typed || reading->guesses.heads[head].sure;
}

bool understanding_flagged(const struct ensemble *ensemble, const struct understanding *reading, const char *flag)
{
    size_t head = reading->modelled ? model_head_find(ensemble->model, flag) : SIZE_MAX;
    return head != SIZE_MAX && model_head(ensemble->model, head).flag && applies(ensemble, reading, head);
}

static bool is_flag(const struct ensemble *ensemble, size_t head)
{
    return head != ensemble->urgency && model_head(ensemble->model, head).flag;
}

void understanding_flags(const struct ensemble *ensemble, const struct understanding *reading, char *out, size_t size)
{
    struct strbuf buf = strbuf_over(out, size);
    for (size_t head = 0; reading->modelled && head < model_head_count(ensemble->model); head++) {
        size_t before = buf.used;
        if (!is_flag(ensemble, head) || !applies(ensemble, reading, head))
            continue;
        strbuf_add(&buf, before ? "," : "");
        strbuf_add(&buf, model_head(ensemble->model, head).name);
        if (buf.full) {
            strbuf_cut(&buf, before);
            return;
        }
    }
}

/* What would be told as 0 % says nothing. */
static size_t tellable(const struct model_answer *answer)
{
    size_t count = 0;
    while (count < answer->count && answer->best[count].probability >= 0.005)
        count++;
    return count;
}

/* "category:jalan=0.81,drainase=0.12" */
static void add_guesses(const struct ensemble *ensemble, const struct understanding *reading, size_t head, size_t count,
                        struct strbuf *buf)
{
    const struct model_answer *answer = &reading->guesses.heads[head];
    strbuf_add(buf, model_head(ensemble->model, head).name);
    for (size_t i = 0; i < count; i++) {
        strbuf_add(buf, i == 0 ? ":" : ",");
        strbuf_add(buf, model_label(ensemble->model, head, answer->best[i].label));
        strbuf_add(buf, "=");
        strbuf_add_share(buf, answer->best[i].probability);
    }
}

void understanding_guesses(const struct ensemble *ensemble, const struct understanding *reading, char *out, size_t size)
{
    struct strbuf buf = strbuf_over(out, size);
    for (size_t head = 0; reading->modelled && head < model_head_count(ensemble->model); head++) {
        size_t before = buf.used, count = tellable(&reading->guesses.heads[head]);
        if (count == 0)
            continue;
        strbuf_add(&buf, before ? ";" : "");
        add_guesses(ensemble, reading, head, count, &buf);
        if (buf.full) {
            strbuf_cut(&buf, before);
            return;
        }
    }
}

void understanding_rules(const struct understanding *reading, char *out, size_t size)
{
    struct strbuf buf = strbuf_over(out, size);
    for (size_t i = 0; i < reading->found.hit_count; i++) {
        const struct rule_hit *hit = &reading->found.hits[i];
        size_t before = buf.used;
        strbuf_add(&buf, before ? "; " : "");
        strbuf_add_bytes(&buf, hit->said, hit->said_len);
        if (buf.full) {
            strbuf_cut(&buf, before);
            return;
        }
    }
}

void understanding_explain(const struct ensemble *ensemble, const struct understanding *reading, char *out, size_t size)
{
    size_t head = reading->category_by == BY_TYPE ? ensemble->type : ensemble->category;
    rules_explain(&reading->found, out, size);
    if (!reading->modelled || head == SIZE_MAX)
        return;
    const struct model_answer *answer = &reading->guesses.heads[head];
    struct strbuf buf = {.text = out, .size = size, .used = strlen(out)};
    size_t before = buf.used, count = tellable(answer);
    for (size_t i = 0; i < count; i++) {
        strbuf_add(&buf, i ? ", " : before ? "; model: " : "model: ");
        strbuf_add(&buf, model_label(ensemble->model, head, answer->best[i].label));
        strbuf_add(&buf, " ");
        strbuf_add_percent(&buf, answer->best[i].probability);
        strbuf_add(&buf, "%");
    }
    if (buf.full) {
        strbuf_cut(&buf, before);
        return;
    }
    before = buf.used;
    strbuf_add(&buf, reading->unsure ? ", not sure: for a person" : "");
    if (buf.full)
        strbuf_cut(&buf, before);
}

size_t ensemble_why(struct ensemble *ensemble, size_t head, size_t label, struct spoke *out, size_t max)
{
    return ensemble->predictor ? predictor_why(ensemble->predictor, head, label, out, max) : 0;
}
