/* SPDX-License-Identifier: BSD-2-Clause */
/* Sketches: exact for small sets, near the truth for large ones, and bands that agree as often as they should. */
#include "minhash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t key[MINHASH_KEY_BYTES] = {1, 2, 3};

static uint64_t word(int i)
{
    char text[16];
    return minhash_member(key, 'w', text, (size_t)snprintf(text, sizeof text, "kata%d", i));
}

/* The numbers from `from` to `to`, less one. */
static struct minhash set_of(int from, int to)
{
    struct minhash set = {.count = 0};
    for (int i = from; i < to; i++)
        minhash_add(&set, word(i));
    return set;
}

static void equal_sets_are_alike_in_any_order(void **state)
{
    struct minhash one = {.count = 0}, other = {.count = 0};
    (void)state;
    for (int i = 0; i < 60; i++) {
        minhash_add(&one, word(i * 37 % 60));
        minhash_add(&other, word(59 - i));
    }
    assert_memory_equal(one.least, other.least, sizeof one.least);
    assert_int_equal(one.count, MINHASH_MAX);
    assert_int_equal(one.members, 60);
    for (size_t i = 1; i < one.count; i++)
        assert_true(one.least[i - 1] < one.least[i]);
    minhash_add(&one, one.least[5]);
    assert_int_equal(one.members, 60);
    assert_int_equal(minhash_compare(&one, &other).of_all, 100);
    assert_int_equal(minhash_compare(&one, &other).of_smaller, 100);
}

static void of_small_sets_it_is_exact(void **state)
{
    static const struct {
        int a, both, b; /* in the first alone, in both, in the second alone */
        unsigned of_all, of_smaller;
    } cases[] = {
        {10, 0, 7, 0, 0},   {4, 1, 4, 11, 20}, {3, 3, 0, 50, 100},  {0, 5, 15, 25, 100},
        {2, 30, 2, 88, 93}, {32, 0, 32, 0, 0}, {0, 1, 0, 100, 100}, {0, 0, 5, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int a = cases[i].a, both = cases[i].both, b = cases[i].b;
        struct minhash one = set_of(0, a + both), other = set_of(a, a + both + b);
        struct minhash_common there = minhash_compare(&one, &other), back = minhash_compare(&other, &one);
        assert_int_equal(there.of_all, cases[i].of_all);
        assert_int_equal(there.of_smaller, cases[i].of_smaller);
        assert_memory_equal(&there, &back, sizeof there);
    }
}

/* Over many pairs with a known overlap the mean is near the truth, and each is within four deviations. */
static void of_large_sets_it_is_an_estimate(void **state)
{
    static const struct {
        int a, both, b;
    } cases[] = {{100, 0, 100}, {40, 20, 40}, {10, 60, 20}, {5, 20, 100}, {0, 120, 0}};
    enum { ROUNDS = 200 };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int a = cases[i].a, both = cases[i].both, b = cases[i].b, of_all = 0, of_smaller = 0;
        int smaller = a < b ? a + both : b + both, truth = 100 * both / (a + both + b), share = 100 * both / smaller;
        for (int round = 0; round < ROUNDS; round++) {
            int from = round * 1000;
            struct minhash one = set_of(from, from + a + both), other = set_of(from + a, from + a + both + b);
            struct minhash_common told = minhash_compare(&one, &other);
            assert_true(abs((int)told.of_all - truth) <= 36);
            of_all += (int)told.of_all;
            of_smaller += (int)told.of_smaller;
        }
        assert_true(abs(of_all / ROUNDS - truth) <= 3);
        assert_true(abs(of_smaller / ROUNDS - share) <= 8); /* what is above 100 is cut */
    }
}

/* Four of 80 percent: a band of four agrees with 0.41; of nothing in common never. */
static void bands_agree_as_often_as_they_should(void **state)
{
    enum { ROUNDS = 1000 };
    int agree = 0, apart = 0, both_bands = 0;
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        int from = round * 100;
        struct minhash one = set_of(from, from + 18), other = set_of(from + 2, from + 20),
                       third = set_of(from + 50, from + 60);
        bool first = minhash_band(&one, 0, 4) == minhash_band(&other, 0, 4);
        agree += first;
        both_bands += first && minhash_band(&one, 1, 4) == minhash_band(&other, 1, 4);
        apart += minhash_band(&one, 0, 4) == minhash_band(&third, 0, 4);
        assert_true(minhash_band(&one, 0, 4) != minhash_band(&one, 1, 4));
    }
    assert_in_range(agree, 350, 470);
    assert_in_range(both_bands, 110, 230);
    assert_int_equal(apart, 0);
}

static void realms_keys_and_long_words(void **state)
{
    static const uint8_t other[MINHASH_KEY_BYTES] = {9};
    char text[300];
    (void)state;
    memset(text, 'a', sizeof text);
    assert_true(minhash_member(key, 'w', "kauman", 6) == minhash_member(key, 'w', "kauman", 6));
    assert_true(minhash_member(key, 'w', "kauman", 6) != minhash_member(key, 'n', "kauman", 6));
    assert_true(minhash_member(key, 'w', "kauman", 6) != minhash_member(other, 'w', "kauman", 6));
    assert_true(minhash_member(key, 'w', text, 300) == minhash_member(key, 'w', text, 200));
    assert_true(minhash_member(key, 'w', NULL, 0) != 0);
    struct minhash many = set_of(0, 400);
    assert_int_equal(many.members, 255);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_sets_are_alike_in_any_order), cmocka_unit_test(of_small_sets_it_is_exact),
        cmocka_unit_test(of_large_sets_it_is_an_estimate),   cmocka_unit_test(bands_agree_as_often_as_they_should),
        cmocka_unit_test(realms_keys_and_long_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
