/* SPDX-License-Identifier: BSD-2-Clause */
/* Concatenation headers, and headers that lie. */
#include "udh.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Parses from an exact heap copy, so that one byte read too far is seen. */
static int parse(const uint8_t *udh, size_t len, struct udh_concat *out)
{
    uint8_t *copy = malloc(len ? len : 1);
    memcpy(copy, udh, len);
    int result = udh_parse_concat(copy, len, out);
    free(copy);
    return result;
}

#define PARSE(out, ...) parse((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}), out)

static void eight_and_sixteen_bit_references(void **state)
{
    (void)state;
    struct udh_concat concat;
    assert_int_equal(PARSE(&concat, 5, 0, 3, 0xAB, 5, 2), 1);
    assert_int_equal(concat.reference, 0xAB);
    assert_int_equal(concat.total, 5);
    assert_int_equal(concat.index, 2);
    assert_int_equal(PARSE(&concat, 6, 8, 4, 0x12, 0x34, 255, 255), 1);
    assert_int_equal(concat.reference, 0x1234);
    assert_int_equal(concat.total, 255);
    assert_int_equal(concat.index, 255);
}

static void other_elements_are_passed_over(void **state)
{
    (void)state;
    struct udh_concat concat;
    assert_int_equal(PARSE(&concat, 11, 5, 4, 0x0B, 0x84, 0x23, 0xF0, 0, 3, 7, 3, 1), 1);
    assert_int_equal(concat.reference, 7);
    assert_int_equal(PARSE(&concat, 6, 5, 4, 0x0B, 0x84, 0x23, 0xF0), 0);
    assert_int_equal(PARSE(&concat, 2, 0x24, 0), 0);
    assert_int_equal(PARSE(&concat, 0), 0);
    assert_int_equal(udh_parse_concat(NULL, 0, &concat), 0);
}

static void the_last_of_two_counts(void **state)
{
    (void)state;
    struct udh_concat concat;
    assert_int_equal(PARSE(&concat, 11, 0, 3, 1, 2, 1, 8, 4, 0, 9, 3, 2), 1);
    assert_int_equal(concat.reference, 9);
    assert_int_equal(concat.total, 3);
}

static void one_of_one_is_no_concatenation(void **state)
{
    (void)state;
    struct udh_concat concat;
    assert_int_equal(PARSE(&concat, 5, 0, 3, 1, 1, 1), 0);
    assert_true(PARSE(&concat, 5, 0, 3, 1, 1, 2) < 0);
}

static void lies_are_refused(void **state)
{
    (void)state;
    struct udh_concat concat;
    assert_true(PARSE(&concat, 5, 0, 3, 1, 0, 0) < 0);    /* total 0 */
    assert_true(PARSE(&concat, 5, 0, 3, 1, 2, 0) < 0);    /* index 0 */
    assert_true(PARSE(&concat, 5, 0, 3, 1, 2, 3) < 0);    /* index above total */
    assert_true(PARSE(&concat, 6, 0, 3, 1, 2, 1) < 0);    /* UDHL above what is there */
    assert_true(PARSE(&concat, 4, 0, 3, 1, 2, 1) < 0);    /* UDHL below */
    assert_true(PARSE(&concat, 5, 0, 9, 1, 2, 1) < 0);    /* element beyond the end */
    assert_true(PARSE(&concat, 6, 0, 3, 1, 2, 1, 0) < 0); /* an element id without its length */
    assert_true(PARSE(&concat, 4, 0, 2, 1, 2) < 0);       /* concatenation of the wrong size */
    assert_true(PARSE(&concat, 5, 8, 3, 1, 2, 1) < 0);
}

static void no_header_of_up_to_three_bytes_is_misread(void **state)
{
    (void)state;
    struct udh_concat concat;
    for (uint32_t v = 0; v < 1u << 24; v += 7) {
        uint8_t udh[3] = {(uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};
        for (size_t len = 1; len <= 3; len++)
            assert_true(udh_parse_concat(udh, len, &concat) <= 0);
    }
}

static void random_headers_never_read_past_their_end(void **state)
{
    (void)state;
    srand(1708);
    for (int round = 0; round < 200000; round++) {
        uint8_t udh[24];
        size_t len = (size_t)rand() % sizeof udh;
        for (size_t i = 0; i < len; i++)
            udh[i] = rand() % 3 ? (uint8_t)(rand() % 10) : (uint8_t)rand();
        if (len > 0 && rand() % 4)
            udh[0] = (uint8_t)(len - 1);
        struct udh_concat concat = {0};
        if (parse(udh, len, &concat) == 1) {
            assert_true(concat.total >= 2);
            assert_true(concat.index >= 1 && concat.index <= concat.total);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eight_and_sixteen_bit_references),
        cmocka_unit_test(other_elements_are_passed_over),
        cmocka_unit_test(the_last_of_two_counts),
        cmocka_unit_test(one_of_one_is_no_concatenation),
        cmocka_unit_test(lies_are_refused),
        cmocka_unit_test(no_header_of_up_to_three_bytes_is_misread),
        cmocka_unit_test(random_headers_never_read_past_their_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
