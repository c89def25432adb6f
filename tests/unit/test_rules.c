/* SPDX-License-Identifier: BSD-2-Clause */
/* The classifier's machinery: how words meet, who wins, and how it is told. What its files may hold: test_rules_load.c;
 * the shipped ones: test_rules_shipped.c. */
#include "rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[64], categories_path[128], agencies_path[128];

static void put(const char *path, const char *text)
{
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

static int setup(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/aduan-rules.XXXXXX");
    if (!mkdtemp(dir))
        return -1;
    snprintf(categories_path, sizeof categories_path, "%s/categories.yaml", dir);
    snprintf(agencies_path, sizeof agencies_path, "%s/agencies.yaml", dir);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    unlink(categories_path);
    unlink(agencies_path);
    return rmdir(dir);
}

#define AGENCIES                                                                                                       \
    "fallback: humas\nagencies:\n  humas: {name: {id: Humas, en: Press}}\n  pu: {name: {id: PU, en: Works}}\n"
#define DEFAULTS "defaults: {category: lainnya, type: lainnya, type_with_category: pengaduan}\n"
#define OTHERS "  lainnya: {name: {id: lainnya, en: other}}\n"
#define TYPES "type: {pengaduan: {}, lainnya: {}}\n"

#define JALAN(rest) "  jalan: {name: {id: a, en: b}, " rest "}"

static struct rules *load(const char *categories, const char *agencies)
{
    struct rules *rules = NULL;
    struct fault fault = {0};
    put(categories_path, categories);
    put(agencies_path, agencies);
    if (rules_load(categories_path, agencies_path, &rules, &fault) != OK)
        fail_msg("%s", fault.text);
    return rules;
}

#define CITY                                                                                                           \
    DEFAULTS                                                                                                           \
    "category:\n"                                                                                                      \
    "  jalan: {name: {id: jalan, en: roads}, agency: pu, words: {2: [lubang, rusak], 1: [jalan]},\n"                   \
    "          phrases: {4: [jalan rusak parah]}, patterns: {3: {aspal hancur: 'aspal.{0,20}hancur'}}}\n"              \
    "  air: {name: {id: air, en: water}, words: {2: [jumat, keruh], 1: [pipa], -3: [gambar]}}\n" OTHERS                \
    "type:\n  pengaduan: {words: {1: [tolong]}}\n  aspirasi: {threshold: 3, words: {2: [usul], 1: [saran]}}\n"         \
    "  darurat: {}\n  lainnya: {}\n"                                                                                   \
    "urgency: {emergency: {threshold: 3, type: darurat, category: air, words: {3: [api], -2: [kemarin]}}}\n"           \
    "language: {id: {words: {1: [yang, di]}}, en: {words: {1: [the, is]}}}\n"                                          \
    "refusal: {auto_reply: {threshold: 2, words: {2: [otomatis], 1: [sibuk]}}}\n"

#define OFFICES                                                                                                        \
    "fallback: humas\nagencies:\n  humas: {name: {id: Humas, en: Press}}\n  pu: {name: {id: PU, en: Works}}\n"         \
    "  damkar: {name: {id: Damkar, en: Fire Brigade}, categories: [air], words: {1: [api]}}\n"                         \
    "  pln: {name: {id: PLN, en: Power}, words: {5: [listrik]}}\n"                                                     \
    "  pln2: {name: {id: PLN2, en: Power2}, words: {5: [listrik], 1: [padam]}}\n"

static struct rules *city;

static int setup_city(void **state)
{
    int err = setup(state);
    if (err == 0)
        city = load(CITY, OFFICES);
    return err;
}

static int teardown_city(void **state)
{
    rules_free(city);
    return teardown(state);
}

static struct classification classify(const char *text)
{
    struct classification found;
    assert_int_equal(rules_classify(city, text, strlen(text), &found), OK);
    return found;
}

static void in_category(const char *text, const char *category, double score)
{
    struct classification found = classify(text);
    assert_string_equal(found.category, category);
    assert_true(found.score == score);
}

static void words_meet_however_they_are_written(void **state)
{
    (void)state;
    in_category("lubang", "jalan", 2);
    in_category("LUBANG!!!", "jalan", 2);
    in_category("lubaaaaang", "jalan", 2);
    in_category("lubangnya", "jalan", 2);
    in_category("lubang2", "jalan", 2);
    in_category("lubang2nya", "jalan", 2);
    in_category("lubangkah", "jalan", 2);
    in_category("lúbàng", "jalan", 2);
    in_category("ｌｕｂａｎｇ", "jalan", 2);
    in_category("𝐥𝐮𝐛𝐚𝐧𝐠", "jalan", 2);
    in_category("lu\u200Dbang", "lainnya", 0);
    in_category("jum'at", "air", 2);
    in_category("Jum’at", "air", 2);
    in_category("'lubang'", "jalan", 2);
    in_category("’lubang’ ", "jalan", 2);
    in_category("ada,lubang.di", "jalan", 2);
    in_category("(lubang)", "jalan", 2);
    in_category("lubang\xE2\x80\x94yes", "jalan", 2);
    in_category("sublubang", "lainnya", 0);
    in_category("lubang1", "lainnya", 0);
    in_category("", "lainnya", 0);
    in_category("nya", "lainnya", 0);
    in_category("ꦲꦤꦕꦫꦏ", "lainnya", 0);
}

static void a_rule_counts_once(void **state)
{
    (void)state;
    in_category("lubang lubang lubang lubang2", "jalan", 2);
    in_category("jalan lubang rusak", "jalan", 5);
}

static void phrases(void **state)
{
    (void)state;
    in_category("jalan rusak parah", "jalan", 7);
    in_category("JALAN, rusak - parah!", "jalan", 7);
    in_category("jalannya rusak parah", "jalan", 7);
    in_category("jalan rusak", "jalan", 3);
    in_category("jalan rusak agak parah", "jalan", 3);
}

static void patterns(void **state)
{
    (void)state;
    in_category("ASPALnya sudah\nhancur", "jalan", 3);
    in_category("aspal", "lainnya", 0);
    /* Text that is no UTF-8 (a caller's mistake) is still read as words; patterns pass it over. */
    in_category("aspal \xFF hancur lubang", "jalan", 2);
}

static void who_wins(void **state)
{
    (void)state;
    /* A tie goes to the first in the file; what speaks against counts. */
    in_category("keruh lubang", "jalan", 2);
    in_category("keruh pipa lubang", "air", 3);
    in_category("keruh pipa gambar", "lainnya", 0);
    assert_string_equal(classify("lubang").type, "pengaduan");
    assert_string_equal(classify("halo").type, "lainnya");
    assert_string_equal(classify("tolong").type, "pengaduan");
    assert_string_equal(classify("usul lubang").type, "pengaduan");
    assert_string_equal(classify("saran dan usul lubang").type, "aspirasi");
}

static void routing(void **state)
{
    (void)state;
    assert_string_equal(classify("lubang").agency, "pu");
    assert_string_equal(classify("keruh").agency, "humas");
    assert_string_equal(classify("halo").agency, "humas");
    assert_string_equal(classify("keruh api kemarin").agency, "damkar");
    assert_string_equal(classify("lubang api kemarin").agency, "pu");
    assert_string_equal(classify("lubang listrik").agency, "pln");
    assert_string_equal(classify("lubang listrik padam").agency, "pln2");
    assert_string_equal(classify("lubang").agency_name, "PU");
    assert_string_equal(classify("the lubang is").agency_name, "Works");
    assert_string_equal(classify("the lubang is").category_name, "roads");
}

static void urgency_language_refusal(void **state)
{
    (void)state;
    struct classification found = classify("api");
    assert_string_equal(found.urgency, "emergency");
    assert_string_equal(found.type, "darurat");
    assert_string_equal(found.category, "air");
    assert_string_equal(classify("api lubang").category, "jalan");
    assert_string_equal(classify("api kemarin").urgency, "normal");
    assert_string_equal(classify("yang the").language, "id");
    assert_string_equal(classify("the is di").language, "en");
    assert_string_equal(classify("xyzzy").language, "");
    assert_null(classify("sibuk").refusal);
    assert_string_equal(classify("sibuk otomatis").refusal, "auto_reply");
}

static void an_urgency_without_consequences(void **state)
{
    (void)state;
    struct classification found;
    struct rules *rules =
        load(DEFAULTS "category:\n" OTHERS TYPES "urgency: {emergency: {threshold: 1, words: {1: [api]}}}\n", AGENCIES);
    assert_int_equal(rules_classify(rules, "api", 3, &found), OK);
    assert_string_equal(found.urgency, "emergency");
    assert_string_equal(found.type, "lainnya");
    assert_string_equal(found.category, "lainnya");
    rules_free(rules);
}

static void hits_say_where(void **state)
{
    (void)state;
    const char *text = "Tolong, JALAN Rusak  parah di aspal hancur";
    struct classification found = classify(text);
    assert_string_equal(found.hits[0].rule, "jalan rusak parah");
    assert_string_equal(found.hits[0].head, "category");
    assert_string_equal(found.hits[0].label, "jalan");
    assert_int_equal(found.hits[0].at, 8);
    assert_int_equal(found.hits[0].len, 18);
    assert_string_equal(found.hits[1].rule, "aspal hancur");
    assert_int_equal(found.hits[1].at, 30);
    assert_int_equal(found.hits[1].len, 12);
    for (size_t i = 0; i < found.hit_count; i++)
        assert_true(found.hits[i].at + found.hits[i].len <= strlen(text));
}

static void explained(const char *text, const char *want, const char *reason)
{
    char why[512], word[64];
    struct classification found = classify(text);
    rules_explain(&found, why, sizeof why);
    assert_string_equal(why, want);
    rules_reason(why, found.category, word, sizeof word);
    assert_string_equal(word, reason);
}

#define ARROW " \xE2\x86\x90 "

static void explanations(void **state)
{
    (void)state;
    explained("tolong jalan di sini lubang", "jalan" ARROW "lubang +2, jalan +1; pengaduan" ARROW "tolong +1",
              "lubang");
    explained("lubang keruh", "jalan" ARROW "lubang +2", "lubang");
    explained("tolong", "pengaduan" ARROW "tolong +1", "");
    explained("api", "damkar" ARROW "api +1; emergency" ARROW "api +3", "");
    explained("keruh pipa gambar jumat", "air" ARROW "keruh +2, jumat +2, pipa +1, gambar -3", "keruh");
    explained("otomatis", "auto_reply" ARROW "otomatis +2", "");
    explained("xyzzy", "", "");
    explained("keruh pipa gambar", "", "");
}

static void explanations_in_small_places(void **state)
{
    (void)state;
    struct classification found = classify("tolong jalan lubang");
    char whole[128], part[128];
    rules_explain(&found, whole, sizeof whole);
    for (size_t size = 1; size <= strlen(whole) + 1; size++) {
        memset(part, 'x', sizeof part);
        rules_explain(&found, part, size);
        assert_true(strlen(part) < size);
        assert_memory_equal(part, whole, strlen(part));
        size_t len = strlen(part);
        assert_true(len == 0 || (part[len - 1] >= '0' && part[len - 1] <= '9'));
    }
    strcpy(part, "same");
    rules_explain(&found, part, 0);
    rules_reason(whole, "jalan", part, 0);
    assert_string_equal(part, "same");
    rules_reason(whole, "jalan", part, 6);
    assert_string_equal(part, "");
    rules_reason(whole, "jalan", part, 7);
    assert_string_equal(part, "lubang");
    rules_reason("jalan" ARROW "gambar -3", "jalan", part, sizeof part);
    assert_string_equal(part, "");
    rules_reason("jalan" ARROW, "jalan", part, sizeof part);
    assert_string_equal(part, "");
    rules_reason("jalanan" ARROW "x +1", "jalan", part, sizeof part);
    assert_string_equal(part, "");
}

static void asking_the_rules(void **state)
{
    (void)state;
    assert_string_equal(rules_agency_name(city, "pu"), "PU");
    assert_null(rules_agency_name(city, "nope"));
    assert_string_equal(rules_category_name(city, "jalan", "id"), "jalan");
    assert_string_equal(rules_category_name(city, "jalan", "en"), "roads");
    assert_string_equal(rules_category_name(city, "jalan", ""), "jalan");
    assert_null(rules_category_name(city, "nope", "id"));
    assert_true(rules_has_category(city, "air"));
    assert_false(rules_has_category(city, "aspirasi"));
    assert_string_equal(rules_agency_at(city, 0), "humas");
    assert_string_equal(rules_agency_at(city, 4), "pln2");
    assert_null(rules_agency_at(city, 5));
    for (size_t i = 0; rules_category_at(city, i); i++)
        assert_non_null(rules_agency_name(city, rules_category_agency(city, rules_category_at(city, i))));
    assert_null(rules_category_agency(city, "aspirasi"));
    assert_null(rules_type_urgency(city, "air"));
    for (size_t i = 0; rules_type_at(city, i); i++)
        assert_string_equal(rules_type_urgency(city, rules_type_at(city, i)),
                            strcmp(rules_type_at(city, i), "darurat") == 0 ? "emergency" : "normal");
}

static void a_pattern_that_runs_away_is_given_up(void **state)
{
    (void)state;
    struct classification found;
    struct rules *rules =
        load(DEFAULTS "category:\n" JALAN("words: {1: [rusak]}, patterns: {5: {x: '(?:a+a+)+b'}}") "\n" OTHERS TYPES,
             AGENCIES);
    const char *text = "rusak aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa cb";
    assert_int_equal(rules_limit_hits(rules), 0);
    assert_int_equal(rules_classify(rules, text, strlen(text), &found), OK);
    assert_string_equal(found.category, "jalan");
    assert_true(found.score == 1);
    assert_int_equal(rules_limit_hits(rules), 1);
    rules_free(rules);
}

static void a_match_whose_start_was_moved(void **state)
{
    (void)state;
    struct classification found;
    struct rules *rules =
        load(DEFAULTS "category:\n" JALAN("patterns: {5: {x: 'lu\\Kbang'}}") "\n" OTHERS TYPES, AGENCIES);
    assert_int_equal(rules_classify(rules, "lubang", 6, &found), OK);
    assert_int_equal(found.hits[0].at, 2);
    assert_int_equal(found.hits[0].len, 4);
    rules_free(rules);
}

/* The Kelvin sign is a k, and the long s an s, to a pattern that minds no case. */
static void a_letter_beyond_ascii_in_another_case(void **state)
{
    (void)state;
    struct classification found;
    struct rules *rules =
        load(DEFAULTS "category:\n" JALAN("patterns: {5: {x: '\\bkerusakan\\b'}}") "\n" OTHERS TYPES, AGENCIES);
    static const char *const texts[] = {"ada KERUSAKAN",
                                        "ada \xE2\x84\xAA"
                                        "erusa\xE2\x84\xAA"
                                        "an",
                                        "ada keru\xC5\xBF"
                                        "akan"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_int_equal(rules_classify(rules, texts[i], strlen(texts[i]), &found), OK);
        assert_string_equal(found.category, "jalan");
        assert_int_equal(found.hits[0].at, 4);
    }
    assert_int_equal(rules_classify(rules, "ada yang rusa", 13, &found), OK);
    assert_int_equal(found.hit_count, 0);
    rules_free(rules);
}

static void more_hits_than_there_is_room_for(void **state)
{
    (void)state;
    char yaml[4096] = DEFAULTS "category:\n  jalan:\n    name: {id: a, en: b}\n    words:\n      1: [", text[1024] = "";
    for (int i = 0; i < 60; i++) {
        char word[16];
        snprintf(word, sizeof word, "kata%c%c ", 'a' + i / 10, 'a' + i % 10);
        strcat(text, word);
        word[6] = ',';
        strcat(yaml, word);
    }
    yaml[strlen(yaml) - 1] = ']';
    strcat(yaml, "\n" OTHERS TYPES);
    struct classification found;
    struct rules *rules = load(yaml, AGENCIES);
    assert_int_equal(rules_classify(rules, text, strlen(text), &found), OK);
    assert_int_equal(found.hit_count, RULES_HITS_MAX);
    assert_true(found.score == 60);
    rules_free(rules);
}

static void rules_without_rules(void **state)
{
    (void)state;
    struct classification found;
    struct rules *rules = load(DEFAULTS "category:\n" OTHERS TYPES, AGENCIES);
    assert_int_equal(rules_classify(rules, "jalan rusak", 11, &found), OK);
    assert_string_equal(found.category, "lainnya");
    assert_int_equal(found.hit_count, 0);
    rules_free(rules);
}

static void any_bytes_are_classified(void **state)
{
    (void)state;
    srand(1708);
    for (int round = 0; round < 20000; round++) {
        struct classification found;
        size_t len = (size_t)rand() % 120;
        char *text = malloc(len + 1);
        for (size_t i = 0; i < len; i++)
            text[i] = rand() % 3 ? "lubang api'2\xE2\x80\x99\xCC\x81 nya"[rand() % 20] : (char)rand();
        assert_int_equal(rules_classify(city, text, len, &found), OK);
        for (size_t i = 0; i < found.hit_count; i++)
            assert_true(found.hits[i].at + found.hits[i].len <= len);
        free(text);
    }
    char *wall = malloc(300000);
    memset(wall, 'a', 300000);
    in_category("", "lainnya", 0);
    struct classification found;
    assert_int_equal(rules_classify(city, wall, 300000, &found), OK);
    for (size_t i = 1; i < 300000; i += 2)
        wall[i] = ' ';
    assert_int_equal(rules_classify(city, wall, 300000, &found), OK);
    free(wall);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(words_meet_however_they_are_written, setup_city, teardown_city),
        cmocka_unit_test_setup_teardown(a_rule_counts_once, setup_city, teardown_city),
        cmocka_unit_test_setup_teardown(phrases, setup_city, teardown_city),
        cmocka_unit_test_setup_teardown(patterns, setup_city, teardown_city),
        cmocka_unit_test_setup_teardown(who_wins, setup_city, teardown_city),
        cmocka_unit_test_setup_teardown(routing, setup_city, teardown_city),
        cmocka_unit_test_setup_teardown(urgency_language_refusal, setup_city, teardown_city),
        cmocka_unit_test_setup_teardown(an_urgency_without_consequences, setup, teardown),
        cmocka_unit_test_setup_teardown(hits_say_where, setup_city, teardown_city),
        cmocka_unit_test_setup_teardown(explanations, setup_city, teardown_city),
        cmocka_unit_test_setup_teardown(explanations_in_small_places, setup_city, teardown_city),
        cmocka_unit_test_setup_teardown(asking_the_rules, setup_city, teardown_city),
        cmocka_unit_test_setup_teardown(a_pattern_that_runs_away_is_given_up, setup, teardown),
        cmocka_unit_test_setup_teardown(a_match_whose_start_was_moved, setup, teardown),
        cmocka_unit_test_setup_teardown(a_letter_beyond_ascii_in_another_case, setup, teardown),
        cmocka_unit_test_setup_teardown(more_hits_than_there_is_room_for, setup, teardown),
        cmocka_unit_test_setup_teardown(rules_without_rules, setup, teardown),
        cmocka_unit_test_setup_teardown(any_bytes_are_classified, setup_city, teardown_city),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
