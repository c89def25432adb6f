/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts with labels: the files they come from, the order of labels, and folds that do not leak. */
#include "corpus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[64], path[128];

static int setup(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/aduan-corpus.XXXXXX");
    if (!mkdtemp(dir))
        return -1;
    snprintf(path, sizeof path, "%s/a.tsv", dir);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(dir);
}

static void put(const char *text)
{
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

#define HEADER "# licence\ntext\ttype\tcategory\turgency\tflags\tlanguage\n"

static void a_file_is_read_with_all_its_labels(void **state)
{
    struct corpus *corpus = corpus_new();
    struct fault fault;
    (void)state;
    put(HEADER "jalan rusak\tpengaduan\tjalan\tnormal\t\tid\r\n"
               "\n"
               "kebakaran!\tdarurat\tkebencanaan\temergency\tkasar,data_pribadi\tid\n"
               "promo!\tspam\tlainnya\tnormal\tspam\tid\n");
    corpus_desk_heads(corpus);
    assert_int_equal(corpus_read_dir(corpus, dir, &fault), OK);
    corpus_finish(corpus, 2);
    assert_int_equal(corpus->count, 3);
    assert_string_equal(corpus->texts[1].text, "kebakaran!");
    /* Labels are sorted: darurat before pengaduan, jalan before kebencanaan. */
    assert_int_equal(corpus->texts[0].label[0], 1);
    assert_int_equal(corpus->texts[1].label[0], 0);
    assert_string_equal(corpus->heads[1].labels[0], "jalan");
    assert_int_equal(corpus->texts[0].label[2], 0);
    assert_int_equal(corpus->texts[1].label[2], 1);
    assert_string_equal(corpus->heads[5].name, "kasar");
    assert_int_equal(corpus->texts[1].label[5], 1);
    assert_int_equal(corpus->texts[1].label[7], 1);
    assert_int_equal(corpus->texts[1].label[4], 0);
    /* No report has a category. */
    assert_int_equal(corpus->texts[2].label[1], CORPUS_UNKNOWN);
    assert_int_equal(corpus->texts[2].label[3], 1);
    corpus_free(corpus);
}

static void what_is_wrong_in_a_file_is_told_with_its_place(void **state)
{
    static const struct {
        const char *text, *complaint;
    } cases[] = {
        {"text\ttype\n", ":1: expected the columns"},
        {HEADER "only a text\n", ":3: expected text, type, category"},
        {HEADER "a\t\tjalan\tnormal\t\tid\n", ":3: expected text, type, category"},
        {HEADER "a\tpengaduan\t\tnormal\t\tid\n", ":3: expected text, type, category"},
        {HEADER "a\tpengaduan\tjalan\thigh\t\tid\n", ":3: the urgency is normal or emergency, not \"high\""},
        {HEADER "a\tpengaduan\tjalan\tnormal\trude\tid\n", ":3: a flag is not"},
    };
    struct fault fault;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct corpus *corpus = corpus_new();
        corpus_desk_heads(corpus);
        put(cases[i].text);
        assert_int_equal(corpus_read(corpus, path, &fault), E_CONFIG);
        assert_non_null(strstr(fault.text, cases[i].complaint));
        corpus_free(corpus);
    }
    struct corpus *corpus = corpus_new();
    assert_int_equal(corpus_read(corpus, "/nowhere/a.tsv", &fault), E_IO);
    assert_int_equal(corpus_read_dir(corpus, "/nowhere", &fault), E_IO);
    corpus_free(corpus);
    corpus_free(NULL);
}

static void what_is_nearly_the_same_shares_a_fold(void **state)
{
    struct corpus *corpus = corpus_new();
    (void)state;
    corpus_head_add(corpus, "label", NULL);
    for (int i = 0; i < 40; i++) {
        char text[96];
        snprintf(text, sizeof text, "kata%c%c lain%c%c sekali%c%c", 'a' + i % 26, 'b' + i / 26, 'c' + i % 20,
                 'd' + i / 20, 'e' + i % 15, 'f' + i / 15);
        corpus_add(corpus, text, strlen(text), (const char *const[]){i % 2 ? "ganjil" : "genap"});
    }
    const char *const same[] = {"tagihan 0812 nomor 17", "TAGIHAN 9999 nomor 42", "tagihan 1234 nomor 99"};
    for (int i = 0; i < 3; i++)
        corpus_add(corpus, same[i], strlen(same[i]), (const char *const[]){i == 2 ? NULL : "genap"});
    corpus_finish(corpus, 4);
    assert_int_equal(corpus->texts[40].fold, corpus->texts[41].fold);
    assert_int_equal(corpus->texts[42].label[0], CORPUS_UNKNOWN);
    size_t count[4][2] = {{0}};
    for (size_t i = 0; i < 40; i++)
        count[corpus->texts[i].fold][corpus->texts[i].label[0]]++;
    for (int fold = 0; fold < 4; fold++)
        for (int label = 0; label < 2; label++)
            assert_in_range(count[fold][label], 3, 7);
    corpus_free(corpus);
}

static void what_is_added_leaves_the_folds_of_the_base(void **state)
{
    struct corpus *base = corpus_new(), *more = corpus_new();
    (void)state;
    corpus_head_add(base, "label", NULL);
    corpus_head_add(more, "label", NULL);
    for (int i = 0; i < 40; i++) {
        char text[96];
        snprintf(text, sizeof text, "kata%c%c lain%c%c sekali%c%c", 'a' + i % 26, 'b' + i / 26, 'c' + i % 20,
                 'd' + i / 20, 'e' + i % 15, 'f' + i / 15);
        corpus_add(base, text, strlen(text), (const char *const[]){i % 2 ? "ganjil" : "genap"});
        more->origin = CORPUS_TICKET;
        more->weight = 3;
        if (i % 5 == 0) /* another text, and one that is like one at the base, before it */
            corpus_add(more, i == 0 ? text : "sesuatu yang lain lagi", i == 0 ? strlen(text) : 22,
                       (const char *const[]){"genap"});
        more->origin = CORPUS_BASE;
        more->weight = 0;
        corpus_add(more, text, strlen(text), (const char *const[]){i % 2 ? "ganjil" : "genap"});
    }
    corpus_finish(base, 4);
    corpus_finish(more, 4);
    size_t at = 0;
    for (size_t i = 0; i < more->count; i++)
        if (more->texts[i].origin == CORPUS_BASE) {
            assert_int_equal(more->texts[i].fold, base->texts[at++].fold);
            assert_int_equal(more->texts[i].weight, 1);
        } else {
            assert_int_equal(more->texts[i].weight, 3);
        }
    assert_int_equal(at, 40);
    assert_int_equal(more->texts[0].fold, more->texts[1].fold);
    corpus_free(base);
    corpus_free(more);
}

static void a_text_may_be_known_not_to_have_a_label(void **state)
{
    struct corpus *corpus = corpus_new();
    (void)state;
    corpus_head_add(corpus, "label", NULL);
    corpus_add(corpus, "satu", 4, (const char *const[]){"z"});
    corpus_add(corpus, "dua", 3, (const char *const[]){NULL});
    corpus_deny(corpus, 0, "z");
    corpus_add(corpus, "tiga", 4, (const char *const[]){"a"});
    corpus_label_add(corpus, 0, "m");
    corpus_finish(corpus, 2);
    assert_int_equal(corpus->heads[0].label_count, 3);
    assert_string_equal(corpus->heads[0].labels[2], "z");
    assert_int_equal(corpus->texts[0].label[0], 2);
    assert_int_equal(corpus->texts[1].label[0], CORPUS_DENIED(2));
    assert_int_equal(corpus_head_find(corpus, "label"), 0);
    assert_int_equal(corpus_head_find(corpus, "nothing"), SIZE_MAX);
    corpus_free(corpus);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_read_with_all_its_labels),
        cmocka_unit_test(what_is_wrong_in_a_file_is_told_with_its_place),
        cmocka_unit_test(what_is_nearly_the_same_shares_a_fold),
        cmocka_unit_test(what_is_added_leaves_the_folds_of_the_base),
        cmocka_unit_test(a_text_may_be_known_not_to_have_a_label),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
