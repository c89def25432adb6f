/* SPDX-License-Identifier: BSD-2-Clause */
/* What a rules file may hold: each thing wrong is refused with its place and what was expected. */
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

/* want begins with ":line:column: "; in which of the two files. */
static void refused(const char *categories, const char *agencies, const char *file, const char *want)
{
    struct rules *rules;
    struct fault fault = {0};
    char sentence[600];
    put(categories_path, categories);
    put(agencies_path, agencies);
    assert_int_equal(rules_load(categories_path, agencies_path, &rules, &fault), E_CONFIG);
    snprintf(sentence, sizeof sentence, "%s:%s", file, want);
    assert_string_equal(fault.text, sentence);
    assert_int_equal(fault.code, E_CONFIG);
}

/* line 3 of categories.yaml is `line`, inside "category". */
static void refused_category(const char *line, const char *want)
{
    char text[1024];
    snprintf(text, sizeof text, DEFAULTS "category:\n%s\n" OTHERS TYPES, line);
    refused(text, AGENCIES, categories_path, want);
}

static void keys_and_kinds(void **state)
{
    (void)state;
    refused("", AGENCIES, categories_path, "1:1: categories.yaml is empty");
    refused("- a\n", AGENCIES, categories_path, "1:1: categories.yaml: expected a mapping, found a list");
    refused(DEFAULTS "categorys: {}\n", AGENCIES, categories_path,
            "2:1: categories.yaml has no key \"categorys\"; did you mean \"category\"?");
    refused(DEFAULTS "xxxxxxxxxx: {}\n", AGENCIES, categories_path, "2:1: categories.yaml has no key \"xxxxxxxxxx\"");
    refused(DEFAULTS "category: {}\n", AGENCIES, categories_path, "1:1: categories.yaml lacks the key \"type\"");
    refused("defaults: [a]\n", AGENCIES, categories_path, "1:11: defaults: expected a mapping, found a list");
    refused("defaults: {}\ncategory: {}\n" TYPES, AGENCIES, categories_path,
            "1:11: defaults lacks the key \"category\"");
    refused_category("  jalan: x", "3:10: jalan: expected a mapping, found a text");
    refused_category("  jalan: {agency: pu}", "3:10: jalan lacks the key \"name\"");
    refused_category("  jalan: {name: {id: jalan}}", "3:17: name lacks the key \"en\"");
    refused_category("  jalan: {name: {id: a, en: b}, wrods: {1: [a]}}",
                     "3:33: jalan has no key \"wrods\"; did you mean \"words\"?");
    refused_category("  ? [a]\n  : {}", "3:5: a key must be a plain word");
    refused_category("  jalan raya: {}", "3:3: expected a label under category: a word without spaces");
    refused_category("  jalan: {? [a] : b}", "3:13: a key must be a plain word");
}

static void duplicates(void **state)
{
    (void)state;
    struct rules *rules;
    struct fault fault;
    put(categories_path, DEFAULTS "category:\n" OTHERS OTHERS TYPES);
    put(agencies_path, AGENCIES);
    assert_int_not_equal(rules_load(categories_path, agencies_path, &rules, &fault), OK);
    assert_non_null(strstr(fault.text, "categories.yaml:4:3: "));
    refused_category("  jalan: {name: {id: a, en: b}, words: {1: [rusak], 2: [lubang, RUSAK]}}",
                     "3:65: category \"jalan\" has \"RUSAK\" twice (the other time \"rusak\")");
}

static void names_that_name_nothing(void **state)
{
    (void)state;
    refused_category("  jalan: {name: {id: a, en: b}, agency: ph}",
                     "3:41: there is no agency \"ph\"; did you mean \"pu\"?");
    refused_category("  jalan: {name: {id: a, en: b}, agency: qqqqqq}", "3:41: there is no agency \"qqqqqq\"");
    refused("defaults: {category: jalam, type: lainnya, type_with_category: lainnya}\ncategory:\n"
            "  jalan: {name: {id: a, en: b}}\n" TYPES,
            AGENCIES, categories_path, "1:22: there is no category \"jalam\"; did you mean \"jalan\"?");
    refused("defaults: {category: lainnya, type: x, type_with_category: lainnya}\ncategory:\n" OTHERS TYPES, AGENCIES,
            categories_path, "1:37: there is no type \"x\"");
    refused("defaults: {category: lainnya, type: lainnya, type_with_category: y}\ncategory:\n" OTHERS TYPES, AGENCIES,
            categories_path, "1:66: there is no type \"y\"");
    refused(DEFAULTS "category:\n" OTHERS TYPES "urgency: {emergency: {threshold: 1, type: z}}\n", AGENCIES,
            categories_path, "5:43: there is no type \"z\"");
    refused(DEFAULTS "category:\n" OTHERS TYPES "urgency: {emergency: {threshold: 1, category: z}}\n", AGENCIES,
            categories_path, "5:47: there is no category \"z\"");
    refused(DEFAULTS "category:\n" OTHERS TYPES, "fallback: hums\nagencies:\n  humas: {name: {id: Humas, en: Press}}\n",
            agencies_path, "1:11: there is no agency \"hums\"; did you mean \"humas\"?");
    refused(DEFAULTS "category:\n" OTHERS TYPES,
            "fallback: a\nagencies:\n  a: {name: {id: A, en: A}, categories: [lainnya, jalan]}\n", agencies_path,
            "3:51: there is no category \"jalan\"");
    refused(DEFAULTS "category:\n" OTHERS TYPES,
            "fallback: a\nagencies:\n  a: {name: {id: A, en: A}, categories: [[jalan]]}\n", agencies_path,
            "3:42: there is no category \"\"");
    refused(DEFAULTS "category:\n" OTHERS TYPES, "fallback: a\n", agencies_path,
            "1:1: agencies.yaml lacks the key \"agencies\"");
}

static void heads_with_fixed_labels(void **state)
{
    (void)state;
    refused(DEFAULTS "category:\n" OTHERS TYPES "urgency: {emergncy: {threshold: 1}}\n", AGENCIES, categories_path,
            "5:11: urgency has no label \"emergncy\"; did you mean \"emergency\"?");
    refused(DEFAULTS "category:\n" OTHERS TYPES "language: {javanese: {}}\n", AGENCIES, categories_path,
            "5:12: language has no label \"javanese\"; did you mean \"id\"?");
    refused(DEFAULTS "category:\n" OTHERS TYPES "refusal: {auto_reply: {}}\n", AGENCIES, categories_path,
            "5:23: auto_reply lacks the key \"threshold\"");
    refused(DEFAULTS "category:\n" OTHERS TYPES "refusal: {auto_reply: {threshold: many}}\n", AGENCIES, categories_path,
            "5:35: threshold: expected a number above 0, found \"many\"");
    refused(DEFAULTS "category:\n" OTHERS TYPES "refusal: {auto_reply: {threshold: -1}}\n", AGENCIES, categories_path,
            "5:35: threshold: expected a number above 0, found \"-1\"");
    refused(DEFAULTS "category:\n" OTHERS TYPES "refusal: {auto_reply: {threshold: 1x}}\n", AGENCIES, categories_path,
            "5:35: threshold: expected a number above 0, found \"1x\"");
    refused(DEFAULTS "category:\n" OTHERS TYPES "refusal: {auto_reply: {threshold: inf}}\n", AGENCIES, categories_path,
            "5:35: threshold: expected a number above 0, found \"inf\"");
}

#define JALAN(rest) "  jalan: {name: {id: a, en: b}, " rest "}"

static void weights_and_terms(void **state)
{
    (void)state;
    static const char *const bad[] = {"heavy", "0", "101", "-101", "1x", "nan"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char line[256], want[256];
        snprintf(line, sizeof line, JALAN("words: {%s: [a]}"), bad[i]);
        snprintf(want, sizeof want,
                 "3:41: expected a weight, a number from -100 to 100 but not 0, with the rules that weigh so much; "
                 "found \"%s\"",
                 bad[i]);
        refused_category(line, want);
    }
    refused_category(JALAN("words: {1: a}"), "3:44: expected a list of words");
    refused_category(JALAN("phrases: {1: a b}"), "3:46: expected a list of phrases");
    refused_category(JALAN("patterns: {1: [a]}"), "3:47: expected a mapping from a name for people to a pattern");
    refused_category(JALAN("words: {1: [[a]]}"), "3:45: expected a text, found a list or a mapping");
    refused_category(JALAN("words: {1: ['a,']}"), "3:45: \"a,\" may not hold a comma or a semicolon");
    refused_category(JALAN("words: {1: [jalan rusak]}"),
                     "3:45: \"jalan rusak\" is not one word; several words belong under phrases");
    refused_category(JALAN("words: {1: ['-']}"), "3:45: \"-\" is not one word; several words belong under phrases");
    refused_category(JALAN("phrases: {1: [rusak]}"),
                     "3:47: \"rusak\" is not several words; one word belongs under words");
    refused_category(JALAN("phrases: {1: [a b c d e f g h i j k l m]}"),
                     "3:47: \"a b c d e f g h i j k l m\" is too long: at most 12 words of 64 bytes");
    refused_category(JALAN("words: {1: [abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdef]}"),
                     "3:45: \"abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdef\" is too long: at "
                     "most 12 words of 64 bytes");
}

static void patterns_that_do_not_compile(void **state)
{
    (void)state;
    refused_category(JALAN("patterns: {1: {x: 'a(b'}}"),
                     "3:51: pattern \"x\": missing closing parenthesis (at its character 4)");
    refused_category(JALAN("patterns: {1: {x: 'a*'}}"),
                     "3:51: pattern \"x\" matches the empty text, that is, every text");
    refused_category(JALAN("patterns: {1: {x: '\\C'}}"),
                     "3:51: pattern \"x\": using \\C is disabled by the application (at its character 3)");
    refused_category(JALAN("patterns: {1: {x: [a]}}"), "3:51: expected a pattern, found a list or a mapping");
    refused_category(JALAN("patterns: {1: {'x;': a}}"), "3:48: \"x;\" may not hold a comma or a semicolon");
}

static void files_that_are_not_there(void **state)
{
    (void)state;
    struct rules *rules;
    struct fault fault = {0};
    assert_int_not_equal(rules_load(categories_path, agencies_path, &rules, &fault), OK);
    assert_non_null(strstr(fault.text, "agencies.yaml"));
    put(agencies_path, AGENCIES);
    assert_int_not_equal(rules_load(categories_path, agencies_path, &rules, &fault), OK);
    assert_non_null(strstr(fault.text, "categories.yaml"));
    rules_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keys_and_kinds, setup, teardown),
        cmocka_unit_test_setup_teardown(duplicates, setup, teardown),
        cmocka_unit_test_setup_teardown(names_that_name_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(heads_with_fixed_labels, setup, teardown),
        cmocka_unit_test_setup_teardown(weights_and_terms, setup, teardown),
        cmocka_unit_test_setup_teardown(patterns_that_do_not_compile, setup, teardown),
        cmocka_unit_test_setup_teardown(files_that_are_not_there, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
