/* SPDX-License-Identifier: BSD-2-Clause */
/* Strings looked for all at once are those that are there, however they overlap. */
#include "needles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

static uint64_t found(const struct needles *needles, const char *text)
{
    return needles_find(needles, text, strlen(text));
}

static void strings_that_overlap_are_all_found(void **state)
{
    static const char *const strings[] = {"he", "she", "his", "hers", "ushers"};
    struct needles *needles = needles_new();
    (void)state;
    for (unsigned i = 0; i < 5; i++)
        assert_true(needles_add(needles, strings[i], strlen(strings[i]), i));
    needles_index(needles);
    assert_int_equal(found(needles, "ushers"), 1u << 0 | 1u << 1 | 1u << 3 | 1u << 4);
    assert_int_equal(found(needles, "this"), 1u << 2);
    assert_int_equal(found(needles, "h e s h"), 0);
    assert_int_equal(found(needles, ""), 0);
    needles_free(needles);
}

static void case_does_not_matter_and_a_number_may_be_shared(void **state)
{
    struct needles *needles = needles_new();
    (void)state;
    assert_true(needles_add(needles, "jalan", 5, 63));
    assert_true(needles_add(needles, "jln", 3, 63));
    assert_true(needles_add(needles, "\xC5\xBF", 2, 0));
    needles_index(needles);
    assert_true(found(needles, "di JLN itu") == UINT64_C(1) << 63);
    assert_true(found(needles, "di Jalan itu") == UINT64_C(1) << 63);
    assert_true(found(needles, "jal an \xC5 \xBF") == 0);
    assert_true(found(needles, "\xC5\xBF") == 1);
    assert_true(needles_find(needles, "jl\0jln", 6) == UINT64_C(1) << 63);
    needles_free(needles);
}

/* Long texts are read in parts: wherever a string stands, across their ends too. */
static void strings_are_found_wherever_they_stand(void **state)
{
    struct needles *needles = needles_new();
    char text[96];
    (void)state;
    assert_true(needles_add(needles, "darurat", 7, 1));
    assert_true(needles_add(needles, "rat", 3, 2));
    needles_index(needles);
    for (size_t len = 7; len <= sizeof text; len++)
        for (size_t at = 0; at + 7 <= len; at++) {
            memset(text, 'r', sizeof text);
            assert_true(needles_find(needles, text, len) == 0);
            memcpy(text + at, "darurat", 7);
            assert_true(needles_find(needles, text, len) == 6);
            assert_true(needles_find(needles, text, at + 6) == 0);
        }
    needles_free(needles);
}

static void nothing_is_found_where_nothing_is_looked_for(void **state)
{
    struct needles *needles = needles_new();
    (void)state;
    needles_index(needles);
    assert_int_equal(found(needles, "anything"), 0);
    needles_free(needles);
    needles_free(NULL);
}

static void there_is_an_end_to_how_many(void **state)
{
    struct needles *needles = needles_new();
    char text[24];
    int added = 0;
    (void)state;
    for (; added < 100000; added++) {
        int len = snprintf(text, sizeof text, "%08x", (unsigned)added * 2654435761u);
        if (!needles_add(needles, text, (size_t)len, (unsigned)added % NEEDLES_NUMBERS_MAX))
            break;
    }
    assert_in_range(added, 500, 10000);
    needles_index(needles);
    assert_true(found(needles, "00000000") & 1);
    needles_free(needles);
}

/* The same by looking for one after another. */
static void the_same_as_one_by_one(void **state)
{
    (void)state;
    srand(1708);
    for (int round = 0; round < 300; round++) {
        struct needles *needles = needles_new();
        char strings[40][8], text[80];
        for (unsigned i = 0; i < 40; i++) {
            size_t len = 1 + (size_t)rand() % 6;
            for (size_t k = 0; k < len; k++)
                strings[i][k] = "abc"[rand() % 3];
            strings[i][len] = '\0';
            assert_true(needles_add(needles, strings[i], len, i));
        }
        needles_index(needles);
        for (size_t k = 0; k < sizeof text - 1; k++)
            text[k] = "aabBcC d"[rand() % 8];
        text[sizeof text - 1] = '\0';
        for (unsigned i = 0; i < 40; i++)
            assert_int_equal(found(needles, text) >> i & 1, strcasestr(text, strings[i]) != NULL);
        needles_free(needles);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_that_overlap_are_all_found),
        cmocka_unit_test(case_does_not_matter_and_a_number_may_be_shared),
        cmocka_unit_test(strings_are_found_wherever_they_stand),
        cmocka_unit_test(nothing_is_found_where_nothing_is_looked_for),
        cmocka_unit_test(there_is_an_end_to_how_many),
        cmocka_unit_test(the_same_as_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
