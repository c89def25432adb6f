/* SPDX-License-Identifier: BSD-2-Clause */
/* The alphabet of 3GPP TS 23.038 and what a text costs in parts. */
#include "gsm7.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#include <utf8proc.h>

static struct sms_cost cost_of(const char *text)
{
    struct sms_cost cost;
    sms_cost(text, strlen(text), &cost);
    return cost;
}

/* n times `unit`. */
static const char *repeat(const char *unit, size_t n)
{
    static char text[4096];
    text[0] = '\0';
    for (size_t i = 0; i < n; i++)
        strcat(text, unit);
    return text;
}

static void every_septet_goes_there_and_back(void **state)
{
    (void)state;
    size_t characters = 0;
    for (unsigned septet = 0; septet < 256; septet++) {
        uint32_t c = gsm7_code_point((uint8_t)septet, false);
        if (c != 0xFFFD) {
            characters++;
            assert_int_equal(gsm7_septets(c), 1);
        }
        c = gsm7_code_point((uint8_t)septet, true);
        if (c != 0xFFFD)
            assert_int_equal(gsm7_septets(c), 2);
    }
    assert_int_equal(characters, 127);
}

static void the_alphabet_has_137_characters(void **state)
{
    (void)state;
    size_t single = 0, twin = 0;
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        unsigned n = gsm7_septets(c);
        single += n == 1;
        twin += n == 2;
    }
    assert_int_equal(single, 127);
    assert_int_equal(twin, 10);
    assert_int_equal(gsm7_septets(0x20AC), 2);
    assert_int_equal(gsm7_septets('@'), 1);
    assert_int_equal(gsm7_septets('`'), 0);
    assert_int_equal(gsm7_septets(0xE7), 0); /* ç: only the capital is there */
    assert_int_equal(gsm7_septets(0xFFFD), 0);
}

static void known_places(void **state)
{
    (void)state;
    assert_int_equal(gsm7_code_point(0x00, false), '@');
    assert_int_equal(gsm7_code_point(0x09, false), 0xC7);
    assert_int_equal(gsm7_code_point(0x1B, false), 0xFFFD);
    assert_int_equal(gsm7_code_point(0x24, false), 0xA4);
    assert_int_equal(gsm7_code_point(0x7F, false), 0xE0);
    assert_int_equal(gsm7_code_point(0x80, false), 0xFFFD);
    assert_int_equal(gsm7_code_point(0x65, true), 0x20AC);
    assert_int_equal(gsm7_code_point(0x2F, true), '\\');
    assert_int_equal(gsm7_code_point('A', true), 0xFFFD);
}

static void gsm_segments(void **state)
{
    (void)state;
    assert_int_equal(cost_of("").segments, 1);
    assert_int_equal(cost_of("").units, 0);
    assert_int_equal(cost_of(repeat("a", 160)).segments, 1);
    assert_int_equal(cost_of(repeat("a", 161)).segments, 2);
    assert_int_equal(cost_of(repeat("a", 306)).segments, 2);
    assert_int_equal(cost_of(repeat("a", 307)).segments, 3);
    assert_int_equal(cost_of(repeat("€", 80)).segments, 1);
    assert_int_equal(cost_of(repeat("€", 80)).units, 160);
    /* 76 escapes fit in 153 septets: one septet stays free in each part. */
    assert_int_equal(cost_of(repeat("€", 81)).segments, 2);
    assert_int_equal(cost_of(repeat("€", 152)).segments, 2);
    assert_int_equal(cost_of(repeat("€", 153)).segments, 3);
    assert_false(cost_of(repeat("€", 3)).ucs2);
    assert_int_equal(cost_of("jalan").first_offender, 0);
}

static void ucs2_segments(void **state)
{
    (void)state;
    assert_int_equal(cost_of(repeat("ꦲ", 70)).segments, 1);
    assert_int_equal(cost_of(repeat("ꦲ", 71)).segments, 2);
    assert_int_equal(cost_of(repeat("ꦲ", 134)).segments, 2);
    assert_int_equal(cost_of(repeat("ꦲ", 135)).segments, 3);
    assert_int_equal(cost_of(repeat("🙏", 35)).segments, 1);
    assert_int_equal(cost_of(repeat("🙏", 35)).units, 70);
    /* 33 pairs fit in 67 units. */
    assert_int_equal(cost_of(repeat("🙏", 66)).segments, 2);
    assert_int_equal(cost_of(repeat("🙏", 67)).segments, 3);
}

static void the_offender_is_named(void **state)
{
    (void)state;
    struct sms_cost cost = cost_of("jalan “rusak”");
    assert_true(cost.ucs2);
    assert_int_equal(cost.first_offender, 0x201C);
    assert_int_equal(cost.offender_at, 6);
    assert_int_equal(cost.units, 13);
}

static void broken_input_is_counted_not_read_past(void **state)
{
    (void)state;
    struct sms_cost cost;
    sms_cost("a\xE2\x82", 3, &cost);
    assert_true(cost.ucs2);
    assert_int_equal(cost.units, 3);
}

static bool same(const char *text)
{
    return gsm7_same_as_utf8((const uint8_t *)text, strlen(text));
}

static void what_is_the_same_in_both(void **state)
{
    (void)state;
    assert_true(same("Laporan 1000015 (karena: jalan berlubang), 50% & \"x\" * / + - . ; < = > ? ! # '\n\r"));
    assert_true(same(""));
    const char *others[] = {"a@b", "$1", "a_b", "`",  "[a]", "\\",   "^",        "{",
                            "|",   "}",  "~",   "\f", "\t",  "\x1B", "\xC3\xA9", "\xE2\x82\xAC"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(same(others[i]));
    assert_false(gsm7_same_as_utf8((const uint8_t *)"\0", 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_septet_goes_there_and_back),
        cmocka_unit_test(the_alphabet_has_137_characters),
        cmocka_unit_test(known_places),
        cmocka_unit_test(gsm_segments),
        cmocka_unit_test(ucs2_segments),
        cmocka_unit_test(the_offender_is_named),
        cmocka_unit_test(broken_input_is_counted_not_read_past),
        cmocka_unit_test(what_is_the_same_in_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
