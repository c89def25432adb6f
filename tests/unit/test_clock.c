/* SPDX-License-Identifier: BSD-2-Clause */
/* The clocks, and times as people read them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "clock.h"

static void clocks_run(void **state)
{
    (void)state;
    uint64_t wall = clock_now_us(), mono = clock_mono_ms();
    assert_true(wall > 1700000000ull * 1000000); /* µs, and after 2023 */
    assert_true(clock_mono_ms() >= mono);
    while (clock_mono_ms() == mono)
        continue; /* it does move */
}

static void seconds_come_together(void **state)
{
    (void)state;
    assert_int_equal(clock_next_second_ms(5000), 6020);
    assert_int_equal(clock_next_second_ms(5020), 6020);
    assert_int_equal(clock_next_second_ms(5949), 6020);
    assert_int_equal(clock_next_second_ms(5971), 7020); /* done early, it is not done again at once */
    assert_true(clock_second_is_due(6000, 6020));
    assert_false(clock_second_is_due(5969, 6020));
    assert_true(clock_second_is_due(5970, 6020));
}

static void iso(void **state)
{
    (void)state;
    char out[CLOCK_ISO_BYTES];
    assert_string_equal(clock_iso(0, out), "1970-01-01T00:00:00Z");
    assert_string_equal(clock_iso(1795289760ull * 1000000 + 999999, out), "2026-11-21T19:36:00Z");
    clock_iso(UINT64_MAX, out); /* far away, but inside the buffer */
}

static void spans(void **state)
{
    (void)state;
    static const struct {
        uint64_t us;
        const char *text;
    } cases[] = {
        {0, "0 ms"},
        {850999, "850 ms"},
        {1000000, "1 s"},
        {59999999, "59 s"},
        {200000000, "3 m 20 s"},
        {7500000000, "2 h 5 m"},
        {(4 * 86400ull + 3 * 3600 + 59) * 1000000, "4 d 3 h"},
    };
    char out[CLOCK_ISO_BYTES];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(clock_span(cases[i].us, out), cases[i].text);
    clock_span(UINT64_MAX, out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(clocks_run), cmocka_unit_test(seconds_come_together),
                                       cmocka_unit_test(iso), cmocka_unit_test(spans)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
