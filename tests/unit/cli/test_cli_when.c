/* SPDX-License-Identifier: BSD-2-Clause */
/* Times as people write them. */
#include "when.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <time.h>

static const uint64_t now_us = 1700000000000000;

static void spans_are_taken_off_now(void **state)
{
    static const struct {
        const char *text;
        uint64_t seconds;
    } rows[] = {{"45s", 45}, {"30m", 1800}, {"12h", 43200}, {"2d", 172800}, {"1w", 604800}, {"0s", 0}};
    uint64_t at_us;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(when_parse(rows[i].text, now_us, &at_us), OK);
        assert_int_equal(at_us, now_us - rows[i].seconds * 1000000);
    }
    assert_int_equal(when_parse("99999w", now_us, &at_us), OK);
    assert_int_equal(at_us, 0);
}

static void dates_are_local_and_utc_with_z(void **state)
{
    uint64_t at_us;

    (void)state;
    setenv("TZ", "Asia/Jakarta", 1);
    tzset();
    assert_int_equal(when_parse("2023-11-14T22:13:20Z", now_us, &at_us), OK);
    assert_int_equal(at_us, now_us);
    assert_int_equal(when_parse("2023-11-15 05:13:20", now_us, &at_us), OK);
    assert_int_equal(at_us, now_us);
    assert_int_equal(when_parse("2023-11-15T05:13", now_us, &at_us), OK);
    assert_int_equal(at_us, now_us - 20 * 1000000);
    assert_int_equal(when_parse("2023-11-15", now_us, &at_us), OK);
    assert_int_equal(at_us, 1699981200000000);
}

static void anything_else_is_refused(void **state)
{
    static const char *const bad[] = {"",    "d",          "2",           "2x",      "2dd",        "-2d",
                                      "now", "2023-13-01", "2023-11-14x", "100001d", "1950-01-01Z"};
    uint64_t at_us = 7;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(when_parse(bad[i], now_us, &at_us), E_INVALID);
    assert_int_equal(at_us, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_are_taken_off_now),
        cmocka_unit_test(dates_are_local_and_utc_with_z),
        cmocka_unit_test(anything_else_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
