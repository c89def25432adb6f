/* SPDX-License-Identifier: BSD-2-Clause */
/* The fake SMSC's lines, both ways. */
#include "fake_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static void assert_line(const char *text, const char *expected)
{
    char *line;
    size_t len;

    assert_int_equal(fake_line_make("62811", "1708", text, strlen(text), &line, &len), OK);
    assert_int_equal(len, strlen(expected));
    assert_memory_equal(line, expected, len);
    free(line);
}

static void an_mo_goes_raw_when_gsm7_carries_it(void **state)
{
    (void)state;
    assert_line("Jalan rusak + 100%", "62811 1708 text Jalan rusak + 100%\n");
    assert_line("", "62811 1708 text \n");
    assert_line("\xC3\xA9t\xC3\xA9 {}", "62811 1708 text \xC3\xA9t\xC3\xA9 {}\n");
}

static void an_mo_goes_as_ucs2_when_it_does_not(void **state)
{
    (void)state;
    assert_line("a\xE2\x80\xA6", "62811 1708 ucs2 %00%61%20%26\n");
    assert_line("\xF0\x9F\x99\x8F", "62811 1708 ucs2 %D8%3D%DE%4F\n");
    assert_line("a\nb", "62811 1708 ucs2 %00%61%00%0A%00%62\n");
}

static void an_mo_that_no_line_can_hold_is_refused(void **state)
{
    char *line = NULL;
    size_t len;

    (void)state;
    assert_int_equal(fake_line_make("", "1708", "x", 1, &line, &len), E_INVALID);
    assert_int_equal(fake_line_make("62 811", "1708", "x", 1, &line, &len), E_INVALID);
    assert_int_equal(fake_line_make("62811", "17\n08", "x", 1, &line, &len), E_INVALID);
    assert_int_equal(fake_line_make("62811", "1708", "\xFF", 1, &line, &len), E_INVALID);
    assert_int_equal(fake_line_make("12345678901234567890123456789012", "1", "x", 1, &line, &len), E_INVALID);
    assert_null(line);
}

static void assert_read(struct fake_parts *parts, const char *line, const char *text, uint32_t segments)
{
    struct fake_sms sms;

    assert_true(fake_line_read(parts, line, strlen(line), &sms));
    assert_string_equal(sms.from, "1708");
    assert_string_equal(sms.to, "62811");
    assert_string_equal(sms.text, text);
    assert_int_equal(sms.segments, segments);
    free(sms.text);
}

static void an_mt_comes_in_each_form(void **state)
{
    struct fake_parts *parts = fake_parts_new();

    (void)state;
    assert_read(parts, "1708 62811 text Terima kasih + 100%", "Terima kasih + 100%", 1);
    assert_read(parts, "1708 62811 text dua\nbaris\r", "dua\nbaris", 1);
    assert_read(parts, "1708 62811 text ", "", 1);
    assert_read(parts, "1708 62811 ucs-2 %00a%20%26", "a\xE2\x80\xA6", 1);
    assert_read(parts, "1708 62811 data Terima+kasih%21", "Terima kasih!", 1);
    assert_read(parts, "1708 62811 data 100%", "100%", 1);
    assert_read(parts, "1708 62811 data 100%zz%2", "100%zz%2", 1);
    assert_read(parts, "1708 62811 udh %06%05%04%0B%84%23%F0 data port", "port", 1);
    fake_parts_free(parts);
}

static void parts_are_joined_in_any_order(void **state)
{
    static const char *const lines[] = {
        "1708 62811 udh %05%00%03%07%03%03 data +tiga", "1708 62811 udh %05%00%03%07%03%01 data satu",
        "1708 62811 udh %05%00%03%07%03%01 data twice", "1708 62812 udh %05%00%03%07%03%02 data other",
        "1708 62811 udh %05%00%03%08%03%02 data other",
    };
    struct fake_parts *parts = fake_parts_new();
    struct fake_sms sms;

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        assert_false(fake_line_read(parts, lines[i], strlen(lines[i]), &sms));
    assert_read(parts, "1708 62811 udh %05%00%03%07%03%02 data +dua", "satu dua tiga", 3);
    fake_parts_free(parts);
}

static void joined_ucs2_is_known_by_its_bytes(void **state)
{
    struct fake_parts *parts = fake_parts_new();
    struct fake_sms sms;
    static const char first[] = "1708 62811 udh %05%00%03%09%02%01 data %00a%D8%3D";

    (void)state;
    assert_false(fake_line_read(parts, first, sizeof first - 1, &sms));
    assert_read(parts, "1708 62811 udh %05%00%03%09%02%02 data %DE%4F", "a\xF0\x9F\x99\x8F", 2);
    fake_parts_free(parts);
}

static void what_is_no_line_is_no_sms(void **state)
{
    static const char *const bad[] = {
        "",
        "x",
        "1708 62811",
        "1708 62811 text",
        "1708 62811 smoke x",
        " 62811 text x",
        "1708  text x",
        "1708 62811 udh %05%00%03%07%03%02",
        "1708 62811 udh %05%00%03%07%03%02 text x",
        "12345678901234567890123456789012 62811 text x",
        "1708 12345678901234567890123456789012 text x",
    };
    struct fake_parts *parts = fake_parts_new();
    struct fake_sms sms;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(fake_line_read(parts, bad[i], strlen(bad[i]), &sms));
    assert_false(fake_line_read(parts, "\0 62811 text x", 14, &sms));
    assert_false(fake_line_read(parts, "1708 6\0 text x", 14, &sms));
    assert_true(fake_line_begins("1708 62811 text x", 17));
    assert_false(fake_line_begins("goes on here", 12));
    fake_parts_free(parts);
    fake_parts_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_mo_goes_raw_when_gsm7_carries_it),
        cmocka_unit_test(an_mo_goes_as_ucs2_when_it_does_not),
        cmocka_unit_test(an_mo_that_no_line_can_hold_is_refused),
        cmocka_unit_test(an_mt_comes_in_each_form),
        cmocka_unit_test(parts_are_joined_in_any_order),
        cmocka_unit_test(joined_ucs2_is_known_by_its_bytes),
        cmocka_unit_test(what_is_no_line_is_no_sms),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
