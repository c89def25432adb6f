/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules and model together: who wins, when a person is asked, and what is told about it. */
#include "ensemble.h"
#include "model_priv.h"
#include "support_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

#define CATEGORIES                                                                                                     \
    "defaults: {category: lainnya, type: lainnya, type_with_category: pengaduan}\n"                                    \
    "category:\n"                                                                                                      \
    "  jalan: {name: {id: jalan, en: roads}, agency: pu, words: {4: [berlubang], 100: [bdgjalan]}}\n"                  \
    "  sampah: {name: {id: sampah, en: waste}, agency: dlh, words: {4: [sampah]}}\n"                                   \
    "  lainnya: {name: {id: lainnya, en: other}}\n"                                                                    \
    "type:\n"                                                                                                          \
    "  pengaduan: {}\n"                                                                                                \
    "  informasi: {words: {100: [tanyahumas]}}\n"                                                                      \
    "  darurat: {}\n"                                                                                                  \
    "  lainnya: {words: {100: [bukanlaporan]}}\n"                                                                      \
    "  kasar: {words: {100: [jeniskasar]}}\n"                                                                          \
    "urgency:\n"                                                                                                       \
    "  emergency: {threshold: 3, type: darurat, words: {4: [kebakaran], 100: [darurat], -100: [latihan]}}\n"           \
    "language: {en: {words: {2: [please]}}, id: {words: {2: [mohon]}}}\n"
#define AGENCIES                                                                                                       \
    "fallback: humas\n"                                                                                                \
    "agencies:\n"                                                                                                      \
    "  humas: {name: {id: Humas, en: Press}}\n"                                                                        \
    "  pu: {name: {id: PU, en: Works}}\n"                                                                              \
    "  dlh: {name: {id: DLH, en: Environment}}\n"                                                                      \
    "  pdam: {name: {id: PDAM, en: Water}, categories: [jalan], words: {3: [pipa], 100: [pdamkota]}}\n"

static struct rules *rules;
static struct model *model, *shy, *bold; /* shy: is never sure; bold: of a category always, of a type hardly */
static struct ensemble *both, *alone;
static void *bytes, *shy_bytes, *bold_bytes;

static void put(const char *path, const char *text)
{
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

/* The same model with another threshold of the category, and flatter probabilities of the type. */
static void *changed(size_t len, double threshold, double flatter, struct model **out)
{
    struct model_file *file = malloc(len);
    struct fault fault;
    assert_non_null(file);
    memcpy(file, bytes, len);
    struct model_head_record *heads = (struct model_head_record *)((char *)file + file->heads_at);
    heads[0].slope *= flatter;
    heads[1].threshold = threshold;
    model_hash(file, len, file->hash);
    assert_int_equal(model_from_memory("another desk", file, len, out, &fault), OK);
    return file;
}

/* Learns category, type and urgency from a few texts in the words of roads, waste and fire. */
static void learn(void)
{
    struct train_recipe recipe = train_recipe_default();
    struct corpus *corpus = corpus_new();
    struct train_scores scores;
    struct fault fault;
    size_t len;
    corpus_head_add(corpus, "type", NULL);
    corpus_head_add(corpus, "category", NULL);
    corpus_head_add(corpus, "urgency", "emergency");
    corpus_head_add(corpus, "kasar", "kasar");
    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k < 8; k++) {
            char text[128];
            const char *rude = (i + k) % 3 == 0 ? " bodoh" : "";
            snprintf(text, sizeof text, "%s %s%s", small_roads[i], small_places[k], rude);
            corpus_add(corpus, text, strlen(text), (const char *const[]){"pengaduan", "jalan", "", rude});
            snprintf(text, sizeof text, "%s %s%s", small_waste[i], small_places[k], rude);
            corpus_add(corpus, text, strlen(text), (const char *const[]){"pengaduan", "sampah", "", rude});
            snprintf(text, sizeof text, "tolong api besar membakar rumah %s%s", small_places[k], i % 2 ? " cepat" : "");
            corpus_add(corpus, text, strlen(text), (const char *const[]){"darurat", "bencana", "emergency", ""});
            snprintf(text, sizeof text, "kapan %s %s dibersihkan", i % 2 ? "jalan" : "sampah", small_places[k]);
            corpus_add(corpus, text, strlen(text),
                       (const char *const[]){"informasi", i % 2 ? "jalan" : "sampah", "", ""});
            snprintf(text, sizeof text, "diskon pulsa kuota murah %u rb dekat %s", 10 * (unsigned)i, small_places[k]);
            corpus_add(corpus, text, strlen(text), (const char *const[]){"lainnya", NULL, "", ""});
        }
    corpus_finish(corpus, 4);
    assert_int_equal(train_folds(corpus, &recipe, &scores, &fault), OK);
    struct train_fit *fit = train_fit_new(corpus, &scores, 0.9);
    assert_int_equal(train_model(corpus, &recipe, fit, &bytes, &len, &fault), OK);
    assert_int_equal(model_from_memory("a desk", bytes, len, &model, &fault), OK);
    shy_bytes = changed(len, 1.5, 1, &shy);
    bold_bytes = changed(len, 0, 0.02, &bold);
    train_fit_free(fit);
    free(scores.values);
    corpus_free(corpus);
}

static int setup(void **state)
{
    char dir[] = "/tmp/aduan-ensemble.XXXXXX", categories[64], agencies[64];
    struct fault fault;
    (void)state;
    if (!mkdtemp(dir))
        return -1;
    snprintf(categories, sizeof categories, "%s/c.yaml", dir);
    snprintf(agencies, sizeof agencies, "%s/a.yaml", dir);
    put(categories, CATEGORIES);
    put(agencies, AGENCIES);
    int err = rules_load(categories, agencies, &rules, &fault);
    unlink(categories);
    unlink(agencies);
    rmdir(dir);
    if (err != OK)
        return err;
    learn();
    both = ensemble_new(rules, model);
    alone = ensemble_new(rules, NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    ensemble_free(both);
    ensemble_free(alone);
    ensemble_free(NULL);
    model_close(model);
    model_close(shy);
    model_close(bold);
    rules_free(rules);
    free(bytes);
    free(shy_bytes);
    free(bold_bytes);
    return 0;
}

static struct understanding ask(struct ensemble *ensemble, const char *text)
{
    struct understanding out;
    assert_int_equal(ensemble_read(ensemble, text, strlen(text), &out), OK);
    return out;
}

static void the_model_decides_where_no_hard_rule_does(void **state)
{
    struct understanding out = ask(both, "aspal rusak parah di jalan depan sekolah");
    (void)state;
    assert_true(out.modelled);
    assert_false(out.unsure);
    assert_int_equal(out.category_by, BY_MODEL);
    assert_string_equal(out.found.category, "jalan");
    assert_string_equal(out.found.agency, "pu");
    assert_string_equal(out.found.type, "pengaduan");
    assert_string_equal(out.found.urgency, "normal");
    out = ask(both, "kapan sampah pasar lama dibersihkan");
    assert_string_equal(out.found.category, "sampah");
    assert_string_equal(out.found.type, "informasi");
    assert_ptr_equal(ensemble_model(both), model);
}

static void a_hard_rule_stands_whatever_the_model_thinks(void **state)
{
    struct understanding out = ask(both, "bdgjalan bau sampah busuk di pasar lama, sampah menumpuk");
    (void)state;
    assert_int_equal(out.category_by, BY_HARD_RULE);
    assert_string_equal(out.found.category, "jalan");
    assert_false(out.unsure);
    out = ask(both, "darurat sampah menumpuk di pasar lama");
    assert_int_equal(out.urgency_by, BY_HARD_RULE);
    assert_string_equal(out.found.urgency, "emergency");
    assert_string_equal(out.found.type, "darurat");
    out = ask(both, "tanyahumas sampah menumpuk di pasar lama");
    assert_int_equal(out.type_by, BY_HARD_RULE);
    assert_string_equal(out.found.type, "informasi");
    /* An agency's own keyword reaches it out of any category. */
    out = ask(both, "pdamkota sampah menumpuk di pasar lama");
    assert_string_equal(out.found.category, "sampah");
    assert_string_equal(out.found.agency, "pdam");
    assert_string_equal(rules_hard(&out.found, "agency")->rule, "pdamkota");
    /* A rule that is not hard counts in its categories only. */
    assert_string_equal(ask(both, "pipa, sampah menumpuk di pasar lama").found.agency, "dlh");
    assert_string_equal(ask(both, "pipa di jalan berlubang depan sekolah").found.agency, "pdam");
}

static void what_the_rules_take_for_an_emergency_the_model_may_not(void **state)
{
    struct understanding out = ask(both, "kebakaran jalan berlubang di pasar lama jalan rusak parah");
    (void)state;
    assert_int_equal(out.urgency_by, BY_MODEL);
    assert_string_equal(out.found.urgency, "normal");
    assert_string_not_equal(out.found.type, "darurat");
    out = ask(both, "tolong api besar membakar rumah dekat stasiun cepat");
    assert_string_equal(out.found.urgency, "emergency");
    assert_string_equal(out.found.type, "darurat");
    /* "bencana" is a category that this desk lacks: the rules' word stands. */
    assert_int_equal(out.category_by, BY_RULES);
    assert_string_equal(out.found.category, "lainnya");
}

static void what_is_surely_no_report_has_no_category(void **state)
{
    struct understanding out = ask(both, "diskon pulsa kuota murah 20 rb dekat sampah pasar lama");
    char why[128];
    (void)state;
    assert_int_equal(out.category_by, BY_TYPE);
    assert_string_equal(out.found.category, "lainnya");
    assert_string_equal(out.found.type, "lainnya");
    assert_string_equal(out.found.agency, "humas");
    assert_false(out.unsure);
    understanding_explain(both, &out, why, sizeof why);
    assert_non_null(strstr(why, "model: lainnya"));
    out = ask(both, "bukanlaporan aspal rusak parah di jalan depan sekolah");
    assert_int_equal(out.type_by, BY_HARD_RULE);
    assert_int_equal(out.category_by, BY_TYPE);
    /* An agency that is named in so many words gets it. */
    out = ask(both, "pdamkota diskon pulsa kuota murah 20 rb dekat pasar lama");
    assert_string_equal(out.found.agency, "pdam");
    out = ask(both, "darurat diskon pulsa kuota murah 20 rb dekat pasar lama");
    assert_string_equal(out.found.type, "darurat");
    assert_int_not_equal(out.category_by, BY_TYPE);
}

static void a_type_that_is_a_flag_sets_it(void **state)
{
    struct understanding out = ask(both, "jeniskasar sampah menumpuk di pasar lama");
    char flags[32];
    (void)state;
    assert_string_equal(out.found.type, "kasar");
    assert_false(out.guesses.heads[3].sure);
    assert_true(understanding_flagged(both, &out, "kasar"));
    understanding_flags(both, &out, flags, sizeof flags);
    assert_string_equal(flags, "kasar");
}

/* The best guess of the type is no report, but far from sure; the category is sure. */
static void what_may_be_a_report_is_one(void **state)
{
    struct ensemble *daring = ensemble_new(rules, bold);
    struct understanding out = ask(daring, "diskon pulsa kuota murah 20 rb dekat sampah pasar lama");
    const struct model_answer *type = &out.guesses.heads[0];
    (void)state;
    assert_string_equal(model_label(bold, 0, type->best[0].label), "lainnya");
    assert_true(type->best[0].probability < 0.9);
    assert_string_equal(out.found.type, model_label(bold, 0, type->best[1].label));
    assert_int_equal(out.category_by, BY_MODEL);
    assert_string_not_equal(out.found.category, "lainnya");
    ensemble_free(daring);
}

static void a_hard_rule_may_say_that_it_is_no_emergency(void **state)
{
    struct understanding out = ask(both, "latihan: tolong api besar membakar rumah dekat stasiun cepat");
    (void)state;
    assert_int_equal(out.urgency_by, BY_HARD_RULE);
    assert_string_equal(out.found.urgency, "normal");
    assert_string_not_equal(out.found.type, "darurat");
    assert_string_equal(rules_hard_against(&out.found, "urgency", "emergency")->rule, "latihan");
    assert_null(rules_hard_against(&out.found, "category", "jalan"));
    /* One hard word for it outweighs those against it. */
    out = ask(both, "darurat! bukan latihan, api besar");
    assert_string_equal(out.found.urgency, "emergency");
    assert_string_equal(ask(alone, "darurat! bukan latihan").found.urgency, "emergency");
    assert_string_equal(ask(alone, "kebakaran, hanya latihan").found.urgency, "normal");
}

static void a_person_is_asked_when_the_model_is_not_sure(void **state)
{
    struct ensemble *unsure = ensemble_new(rules, shy);
    struct understanding out = ask(unsure, "kapan sampah pasar lama dibersihkan");
    char why[256];
    (void)state;
    assert_true(out.unsure);
    assert_string_equal(out.found.agency, "humas");
    assert_string_equal(out.found.agency_name, "Humas");
    assert_string_equal(out.found.category, "sampah");
    understanding_explain(unsure, &out, why, sizeof why);
    assert_non_null(strstr(why, "not sure: for a person"));
    /* Neither an emergency nor what is addressed to an agency waits for a reader. */
    out = ask(unsure, "please pdamkota sampah menumpuk di pasar lama");
    assert_false(out.unsure);
    assert_string_equal(out.found.agency, "pdam");
    out = ask(unsure, "darurat sampah menumpuk di pasar lama");
    assert_false(out.unsure);
    assert_string_equal(out.found.agency, "dlh");
    assert_string_equal(ask(unsure, "please, sampah").found.agency_name, "Press");
    ensemble_free(unsure);
}

static void every_rule_that_fired_is_told(void **state)
{
    struct understanding out = ask(both, "kebakaran sampah bodoh");
    char text[512], cut[24];
    (void)state;
    understanding_rules(&out, text, sizeof text);
    size_t items = 1;
    for (const char *at = text; (at = strstr(at, "; ")); at++)
        items++;
    assert_int_equal(items, out.found.hit_count);
    assert_non_null(strstr(text, "category:sampah sampah +"));
    assert_non_null(strstr(text, "urgency:emergency kebakaran +"));
    understanding_rules(&out, cut, sizeof cut);
    assert_true(strlen(cut) < sizeof cut && strncmp(text, cut, strlen(cut)) == 0);
    assert_true(cut[0] == '\0' || text[strlen(cut)] == ';');
    out = ask(both, "xyzzy");
    understanding_rules(&out, text, sizeof text);
    assert_string_equal(text, "");
}

static void rules_alone_decide_without_a_model(void **state)
{
    struct understanding out = ask(alone, "kebakaran sampah bodoh");
    char text[64] = "x";
    struct spoke spoke;
    (void)state;
    assert_null(ensemble_model(alone));
    assert_false(out.modelled);
    assert_string_equal(out.found.category, "sampah");
    assert_string_equal(out.found.urgency, "emergency");
    assert_int_equal(out.urgency_by, BY_RULES);
    assert_false(understanding_flagged(alone, &out, "kasar"));
    understanding_flags(alone, &out, text, sizeof text);
    assert_string_equal(text, "");
    understanding_guesses(alone, &out, text, sizeof text);
    assert_string_equal(text, "");
    understanding_explain(alone, &out, text, sizeof text);
    assert_null(strstr(text, "model"));
    assert_int_equal(ensemble_why(alone, 0, 0, &spoke, 1), 0);
}

static void what_it_thinks_is_told_in_short_and_in_whole_pieces(void **state)
{
    struct understanding out = ask(both, "jalan berlubang di pasar lama dasar bodoh bodoh");
    char text[512], little[24];
    struct spoke spoke;
    (void)state;
    assert_true(understanding_flagged(both, &out, "kasar"));
    assert_false(understanding_flagged(both, &out, "category"));
    assert_false(understanding_flagged(both, &out, "nothing"));
    understanding_flags(both, &out, text, sizeof text);
    assert_string_equal(text, "kasar");
    understanding_flags(both, &out, little, 3);
    assert_string_equal(little, "");
    understanding_guesses(both, &out, text, sizeof text);
    assert_memory_equal(text, "type:pengaduan=", 15);
    assert_non_null(strstr(text, ";category:jalan="));
    assert_non_null(strstr(text, ";kasar:kasar="));
    char cut[60];
    understanding_guesses(both, &out, cut, sizeof cut);
    assert_int_equal(strncmp(text, cut, strlen(cut)), 0);
    assert_int_equal(text[strlen(cut)], ';');
    understanding_explain(both, &out, text, sizeof text);
    assert_memory_equal(text, "jalan \xE2\x86\x90 berlubang +4; model: jalan ", 36);
    understanding_explain(both, &out, little, sizeof little);
    assert_string_equal(little, "jalan \xE2\x86\x90 berlubang +4");
    assert_int_equal(ensemble_why(both, 1, model_label_find(model, 1, "jalan"), &spoke, 1), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_model_decides_where_no_hard_rule_does),
        cmocka_unit_test(a_hard_rule_stands_whatever_the_model_thinks),
        cmocka_unit_test(what_the_rules_take_for_an_emergency_the_model_may_not),
        cmocka_unit_test(what_is_surely_no_report_has_no_category),
        cmocka_unit_test(what_may_be_a_report_is_one),
        cmocka_unit_test(a_type_that_is_a_flag_sets_it),
        cmocka_unit_test(a_hard_rule_may_say_that_it_is_no_emergency),
        cmocka_unit_test(a_person_is_asked_when_the_model_is_not_sure),
        cmocka_unit_test(every_rule_that_fired_is_told),
        cmocka_unit_test(rules_alone_decide_without_a_model),
        cmocka_unit_test(what_it_thinks_is_told_in_short_and_in_whole_pieces),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
