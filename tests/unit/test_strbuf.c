/* SPDX-License-Identifier: BSD-2-Clause */
/* Words and figures put together: the figures as printf writes them, and nothing cut in the middle. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "strbuf.h"

#include <stdio.h>
#include <string.h>

static void words(void **state)
{
    char text[16];
    (void)state;
    struct strbuf buf = strbuf_over(text, sizeof text);
    assert_string_equal(text, "");
    strbuf_add(&buf, "jalan");
    strbuf_add(&buf, "");
    strbuf_add(&buf, ", air");
    assert_string_equal(text, "jalan, air");
    assert_int_equal(buf.used, 10);
    strbuf_cut(&buf, 5);
    assert_string_equal(text, "jalan");
    strbuf_add_bytes(&buf, " +2 and more", 3);
    assert_string_equal(text, "jalan +2");
}

static void what_does_not_fit_is_left_out(void **state)
{
    char text[8] = "xxxxxxx";
    (void)state;
    struct strbuf buf = strbuf_over(text, 7);
    strbuf_add(&buf, "jalan ");
    assert_false(buf.full);
    strbuf_add(&buf, "a");
    assert_true(buf.full);
    strbuf_add(&buf, ""); /* and nothing comes behind what was left out */
    strbuf_add_bytes(&buf, "b", 1);
    assert_string_equal(text, "jalan ");
    assert_int_equal(text[7], '\0');
    buf = strbuf_over(text, 1);
    strbuf_add(&buf, "");
    assert_false(buf.full);
    strbuf_add_share(&buf, 1);
    assert_true(buf.full);
    assert_string_equal(text, "");
}

static void shares_as_printf_writes_them(void **state)
{
    char text[16], expected[16];
    (void)state;
    for (int i = 0; i <= 4000; i++) {
        double share = i / 4000.0 + 1e-7; /* never halfway between two */
        struct strbuf buf = strbuf_over(text, sizeof text);
        strbuf_add_share(&buf, share);
        snprintf(expected, sizeof expected, "%.2f", share);
        assert_string_equal(text, expected);
        buf = strbuf_over(text, sizeof text);
        strbuf_add_percent(&buf, share);
        snprintf(expected, sizeof expected, "%.0f", 100 * share);
        assert_string_equal(text, expected);
    }
}

static void shares_out_of_bounds(void **state)
{
    static const double shares[] = {-0.5, 1.5, 0.0 / 0.0};
    static const char *const expected[] = {"0.00", "1.00", "0.00"};
    char text[16];
    (void)state;
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        struct strbuf buf = strbuf_over(text, sizeof text);
        strbuf_add_share(&buf, shares[i]);
        assert_string_equal(text, expected[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words),
        cmocka_unit_test(what_does_not_fit_is_left_out),
        cmocka_unit_test(shares_as_printf_writes_them),
        cmocka_unit_test(shares_out_of_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
