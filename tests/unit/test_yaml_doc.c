/* SPDX-License-Identifier: BSD-2-Clause */
/* A YAML document is read with places, or refused with one. */
#include "yaml_doc.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct yaml_doc *parse(const char *text)
{
    struct yaml_doc *doc = NULL;
    struct fault fault = {0};

    if (yaml_doc_parse("t.yaml", text, strlen(text), &doc, &fault))
        fail_msg("%s", fault.text);
    return doc;
}

static void refuse_bytes(const char *text, size_t len, const char *expected)
{
    struct yaml_doc *doc = NULL;
    struct fault fault = {0};

    assert_int_equal(yaml_doc_parse("t.yaml", text, len, &doc, &fault), E_CONFIG);
    assert_null(doc);
    if (!strstr(fault.text, expected))
        fail_msg("expected \"%s\" in \"%s\"", expected, fault.text);
}

static void refuse(const char *text, const char *expected)
{
    refuse_bytes(text, strlen(text), expected);
}

static void reads_scalars_lists_and_mappings(void **state)
{
    struct yaml_doc *doc = parse("name: Aduan\nlist: [a, 'b c', \"d\\u00e9\"]\nempty:\n");
    const struct yaml_node *root = yaml_doc_root(doc), *list;

    (void)state;
    assert_int_equal(yaml_node_kind(root), YAML_MAPPING);
    assert_int_equal(yaml_node_count(root), 3);
    assert_string_equal(yaml_node_text(yaml_node_key(root, 0)), "name");
    assert_string_equal(yaml_node_text(yaml_node_value(root, 0)), "Aduan");
    assert_string_equal(yaml_node_text(yaml_node_get(root, "empty")), "");
    list = yaml_node_get(root, "list");
    assert_int_equal(yaml_node_kind(list), YAML_SEQUENCE);
    assert_int_equal(yaml_node_count(list), 3);
    assert_string_equal(yaml_node_text(yaml_node_item(list, 2)), "d\xc3\xa9");
    yaml_doc_free(doc);
}

static void asking_for_what_is_not_there_gives_null(void **state)
{
    struct yaml_doc *doc = parse("a: [x]\n");
    const struct yaml_node *root = yaml_doc_root(doc), *list = yaml_node_get(root, "a"), *x = yaml_node_item(list, 0);

    (void)state;
    assert_null(yaml_node_get(root, "b"));
    assert_null(yaml_node_get(list, "x"));
    assert_null(yaml_node_text(root));
    assert_null(yaml_node_text(list));
    assert_null(yaml_node_item(root, 0));
    assert_null(yaml_node_item(list, 1));
    assert_null(yaml_node_key(list, 0));
    assert_null(yaml_node_key(root, 1));
    assert_null(yaml_node_value(x, 0));
    assert_null(yaml_node_value(root, 1));
    assert_int_equal(yaml_node_count(x), 0);
    yaml_doc_free(doc);
    yaml_doc_free(NULL);
}

static void an_empty_document_has_no_root(void **state)
{
    static const char *const texts[] = {"", "# nothing\n", "\n\n"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct yaml_doc *doc = parse(texts[i]);
        assert_null(yaml_doc_root(doc));
        yaml_doc_free(doc);
    }
}

static void an_alias_stands_for_its_anchor(void **state)
{
    struct yaml_doc *doc = parse("a: &x {k: v}\nb: *x\nc: [*x, *x]\n");
    const struct yaml_node *root = yaml_doc_root(doc);

    (void)state;
    assert_string_equal(yaml_node_text(yaml_node_get(yaml_node_get(root, "b"), "k")), "v");
    assert_ptr_equal(yaml_node_get(root, "a"), yaml_node_item(yaml_node_get(root, "c"), 1));
    yaml_doc_free(doc);
}

static void what_is_wrong_is_refused_with_its_place(void **state)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"a: [\n", "t.yaml:2:1: "},
        {"a: 1\nb: 2\na: 3\n", "t.yaml:3:1: key 'a' is given twice; the first is at line 1"},
        {"{b: 1, a: 1, b: 2, a: 3}", "key 'a' is given twice; the first is at line 1"},
        {"a: &x [*x]\n", "alias of itself"},
        {"? [a]\n: b\n", "t.yaml:1:3: a key must be a plain word"},
        {"a: \"x\\0y\"\n", "t.yaml:1:4: a text must not hold a NUL"},
        {"a:\n  ? \"x\\0y\"\n  : 1\n", "t.yaml:2:5: a text must not hold a NUL"},
        {"- [\"\\0\"]\n", "t.yaml:1:4: a text must not hold a NUL"},
        {"a: 1\n---\nb: 2\n", "t.yaml:3:1: a second document"},
        {"a: 1\n---\nb: [\n", "t.yaml:4:1: "},
        {"a: 1\nb: \xff\n", "t.yaml:2:4: "},
        {"a: *nowhere\n", "t.yaml:1:4: "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        refuse(cases[i].text, cases[i].expected);
}

static void a_deep_nest_is_refused(void **state)
{
    char text[256] = "";

    (void)state;
    memset(text, '[', 40);
    memset(text + 40, ']', 40);
    refuse(text, "nested deeper");
    /* Shallow where it is written, deep once aliases are followed. */
    refuse(
        "a: &a [[[[[[[[[[1]]]]]]]]]]\nb: &b [[[[[[[[[[*a]]]]]]]]]]\nc: &c [[[[[[[[[[*b]]]]]]]]]]\nd: [[[[[[*c]]]]]]\n",
        "nested deeper");
}

static void a_bomb_of_aliases_is_refused(void **state)
{
    char text[2048];
    size_t used = (size_t)snprintf(text, sizeof text, "a0: &a0 [x]\n");

    (void)state;
    for (int i = 1; i < 10; i++)
        used += (size_t)snprintf(text + used, sizeof text - used,
                                 "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i, i - 1, i - 1,
                                 i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    refuse(text, "too many nodes");
}

static void too_large_is_refused_unread(void **state)
{
    char *text = calloc(1, YAML_FILE_MAX_BYTES + 1);

    (void)state;
    refuse_bytes(text, YAML_FILE_MAX_BYTES + 1, "larger than 4194304 bytes");
    free(text);
}

static void no_input_crashes(void **state)
{
    static const char seed[] = "a: &x [1, 'two', {k: v}]\nb: *x\nc: |\n  text\nd: \"\\u00e9\"\n";
    char text[sizeof seed];

    (void)state;
    for (size_t i = 0; i < sizeof seed - 1; i++) {
        for (int bit = 0; bit < 8; bit++) {
            struct yaml_doc *doc = NULL;
            struct fault fault;
            memcpy(text, seed, sizeof seed);
            text[i] = (char)(text[i] ^ 1 << bit);
            if (yaml_doc_parse("t", text, i % 2 ? sizeof seed - 1 : i, &doc, &fault) == OK)
                yaml_doc_free(doc);
            else
                assert_int_equal(fault.code, E_CONFIG);
        }
    }
}

static void files_are_loaded_or_a_sentence_says_why_not(void **state)
{
    char dir[] = "/tmp/aduan-yaml.XXXXXX", path[64], big[64];
    struct yaml_doc *doc = NULL;
    struct fault fault;
    FILE *file;

    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/a.yaml", dir);
    snprintf(big, sizeof big, "%s/big.yaml", dir);
    assert_int_equal(yaml_doc_load(path, &doc, &fault), E_NOT_FOUND);
    assert_non_null(strstr(fault.text, "No such file"));
    assert_int_equal(yaml_doc_load(dir, &doc, &fault), E_IO);
    assert_non_null(strstr(fault.text, "not a regular file"));
    assert_int_equal(yaml_doc_load("/dev/null/x", &doc, &fault), E_IO);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs("a: 1\n", file);
    fclose(file);
    assert_int_equal(yaml_doc_load(path, &doc, &fault), OK);
    assert_string_equal(yaml_node_text(yaml_node_get(yaml_doc_root(doc), "a")), "1");
    yaml_doc_free(doc);
    file = fopen(big, "w");
    assert_non_null(file);
    assert_int_equal(ftruncate(fileno(file), YAML_FILE_MAX_BYTES + 10), 0);
    fclose(file);
    assert_int_equal(yaml_doc_load(big, &doc, &fault), E_CONFIG);
    /* A regular file that refuses to be read: our own memory from address 0. */
    assert_int_equal(yaml_doc_load("/proc/self/mem", &doc, &fault), E_IO);
    assert_non_null(strstr(fault.text, "cannot be read"));
    unlink(path);
    unlink(big);
    rmdir(dir);
}

static void the_nearest_name_is_near(void **state)
{
    static const char *const names[] = {"shortcodes", "name", "language", "replies",
                                        "a-name-so-long-that-no-key-of-ours-comes-near-it-whatever-it-may-be-called"};
    static const struct {
        const char *word, *nearest;
    } cases[] = {
        {"shortcode", "shortcodes"},
        {"SHORTCODES", "shortcodes"},
        {"nmae", "name"},
        {"langauge", "language"},
        {"reply", NULL},
        {"relpies", "replies"},
        {"x", NULL},
        {"", NULL},
        {"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *found = yaml_nearest(cases[i].word, names, sizeof names / sizeof names[0]);
        if (cases[i].nearest)
            assert_string_equal(found, cases[i].nearest);
        else
            assert_null(found);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_scalars_lists_and_mappings),
        cmocka_unit_test(asking_for_what_is_not_there_gives_null),
        cmocka_unit_test(an_empty_document_has_no_root),
        cmocka_unit_test(an_alias_stands_for_its_anchor),
        cmocka_unit_test(what_is_wrong_is_refused_with_its_place),
        cmocka_unit_test(a_deep_nest_is_refused),
        cmocka_unit_test(a_bomb_of_aliases_is_refused),
        cmocka_unit_test(too_large_is_refused_unread),
        cmocka_unit_test(no_input_crashes),
        cmocka_unit_test(files_are_loaded_or_a_sentence_says_why_not),
        cmocka_unit_test(the_nearest_name_is_near),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
