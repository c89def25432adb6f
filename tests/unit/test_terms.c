/* SPDX-License-Identifier: BSD-2-Clause */
/* Terms: the vocabulary, and which of them begin with a word. */
#include "terms.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void put(struct terms *terms, const char *text, uint32_t what)
{
    assert_int_equal(terms_add(terms, text, strlen(text), what), OK);
}

static uint32_t word(const struct terms *terms, const char *folded)
{
    return terms_word(terms, folded, strlen(folded));
}

static void terms_are_found_by_their_first_word(void **state)
{
    (void)state;
    struct terms *terms = terms_new();
    put(terms, "Padang Panjang", 2);
    put(terms, "PADANG", 1);
    put(terms, "padang, panjang!", 0);
    put(terms, "panjang", 3);
    terms_index(terms);
    assert_int_equal(terms_word_count(terms), 2);
    size_t count;
    const struct term *found = terms_of(terms, word(terms, "padang"), &count);
    assert_int_equal(count, 3);
    assert_int_equal(found[0].count, 1);
    assert_int_equal(found[0].what, 1);
    assert_int_equal(found[1].count, 2);
    assert_int_equal(found[1].what, 0);
    assert_int_equal(found[2].what, 2);
    assert_int_equal(found[1].words[1], word(terms, "panjang"));
    found = terms_of(terms, word(terms, "panjang"), &count);
    assert_int_equal(count, 1);
    assert_int_equal(found[0].what, 3);
    terms_free(terms);
}

static void what_is_no_term_is_not_added(void **state)
{
    (void)state;
    struct terms *terms = terms_new();
    char longest[80];
    memset(longest, 'a', sizeof longest);
    for (size_t i = 1; i < sizeof longest; i += 2)
        longest[i] = 'b';
    assert_int_equal(terms_add(terms, "", 0, 1), E_INVALID);
    assert_int_equal(terms_add(terms, " - ", 3, 1), E_INVALID);
    assert_int_equal(terms_add(terms, longest, sizeof longest, 1), E_INVALID);
    assert_int_equal(terms_add(terms, "a\xFF", 2, 1), E_INVALID);
    assert_int_equal(terms_add(terms, "1 2 3 4 5 6 7 8 9 10 11 12 13", 29, 1), E_INVALID);
    assert_int_equal(terms_add(terms, "1 2 3 4 5 6 7 8 9 10 11 12", 26, 1), OK);
    terms_index(terms);
    assert_int_equal(terms_word_count(terms), 12);
    terms_free(terms);
    terms_free(NULL);
}

static void many_words_are_all_known(void **state)
{
    (void)state;
    enum { WORDS = 3000 };
    struct terms *terms = terms_new();
    char text[16];
    for (unsigned i = 0; i < WORDS; i++) {
        snprintf(text, sizeof text, "w%u", i);
        put(terms, text, i);
    }
    terms_index(terms);
    assert_int_equal(terms_word_count(terms), WORDS);
    for (unsigned i = 0; i < WORDS; i++) {
        size_t count;
        snprintf(text, sizeof text, "w%u", i);
        assert_int_equal(terms_of(terms, word(terms, text), &count)->what, i);
        assert_int_equal(count, 1);
    }
    assert_true(word(terms, "w") == TERMS_NONE);
    assert_true(word(terms, "") == TERMS_NONE);
    terms_free(terms);
}

static void nothing_in_it(void **state)
{
    (void)state;
    struct terms *terms = terms_new();
    terms_index(terms);
    assert_true(word(terms, "a") == TERMS_NONE);
    terms_free(terms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terms_are_found_by_their_first_word),
        cmocka_unit_test(what_is_no_term_is_not_added),
        cmocka_unit_test(many_words_are_all_known),
        cmocka_unit_test(nothing_in_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
