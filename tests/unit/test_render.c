/* SPDX-License-Identifier: BSD-2-Clause */
/* A reply's words: its date is the day of the desk's clock on the wall, as strftime writes it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../workers/responder/render.c"

static void day_of(uint64_t at_us)
{
    char date[16], expected[32];
    time_t seconds = (time_t)(at_us / 1000000);
    struct tm day;
    assert_non_null(localtime_r(&seconds, &day));
    strftime(expected, sizeof expected, "%d-%m-%Y", &day);
    format_date(at_us, date);
    assert_string_equal(date, expected);
}

static void dates_as_strftime_writes_them(void **state)
{
    enum { DAYS = 150 * 366 };
    static const char *const zones[] = {"Asia/Jakarta", "Asia/Jayapura", "UTC", "America/Caracas"};
    const uint64_t half_day_us = UINT64_C(43200000000);
    (void)state;
    for (size_t z = 0; z < sizeof zones / sizeof *zones; z++) {
        setenv("TZ", zones[z], 1);
        tzset();
        for (uint64_t i = 2; i < 2 * DAYS; i += 3) {
            day_of(i * half_day_us);
            day_of(i * half_day_us - 1);
        }
    }
}

static void no_such_day_is_nothing(void **state)
{
    char date[16] = "x";
    (void)state;
    format_date(UINT64_MAX, date);
    assert_string_equal(date, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_as_strftime_writes_them),
        cmocka_unit_test(no_such_day_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
