/* SPDX-License-Identifier: BSD-2-Clause */
/* Widths, harmless copies, tables and JSON texts. */
#include "output.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static void widths_are_columns_not_bytes(void **state)
{
    (void)state;
    assert_int_equal(output_width("abc"), 3);
    assert_int_equal(output_width("\xC3\xA9t\xC3\xA9"), 3);
    assert_int_equal(output_width("e\xCC\x81"), 1);
    assert_int_equal(output_width("\xE6\xBC\xA2"), 2);
    assert_int_equal(output_width("\xF0\x9F\x99\x8F"), 2);
    assert_int_equal(output_width("a\xFF"), 2);
}

static void assert_clean(const char *text, size_t len, bool lines, const char *expected)
{
    char *clean = output_clean(text, len, lines);

    assert_string_equal(clean, expected);
    free(clean);
}

static void strangers_cannot_steer_the_terminal(void **state)
{
    (void)state;
    assert_clean("a\033[2Jb\0c", 8, false, "a?[2Jb?c");
    assert_clean("a\nb\tc\rd", 7, false, "a b c d");
    assert_clean("a\nb", 3, true, "a\nb");
    assert_clean("\xC2\x9B"
                 "31m",
                 5, true, "?31m");
    assert_clean("x\xE2\x80\xAEy", 5, true, "x?y");
    assert_clean("\xEA\xA6\xA5\xE2\x80\x8D", 6, true, "\xEA\xA6\xA5\xE2\x80\x8D");
    assert_clean("\xFF", 1, true, "\xEF\xBF\xBD");
}

static void assert_cut(const char *text, size_t columns, const char *expected)
{
    char *cut = output_cut(text, strlen(text), columns);

    assert_string_equal(cut, expected);
    free(cut);
}

static void what_is_too_long_ends_in_an_ellipsis(void **state)
{
    (void)state;
    assert_cut("abcdef", 6, "abcdef");
    assert_cut("abcdef", 4, "abc\xE2\x80\xA6");
    assert_cut("\xE6\xBC\xA2\xE6\xBC\xA2\xE6\xBC\xA2", 4, "\xE6\xBC\xA2\xE2\x80\xA6");
    assert_cut("abc", 1, "\xE2\x80\xA6");
    assert_cut("abc", 0, "");
}

static void tables_align(void **state)
{
    static const char *const headers[] = {"N", "NAME", "TEXT"};
    static const enum align align[] = {RIGHT, LEFT, LEFT};
    struct cli cli = {.color = false};
    struct table *table = table_new(3, headers, align);
    char *text;
    size_t len;
    FILE *out = open_memstream(&text, &len);

    (void)state;
    for (int i = 9; i <= 10; i++) {
        table_cell(table, PAINT_RED, "%d", i);
        table_cell(table, PAINT_NONE, "%s", i == 9 ? "\xC3\xA9" : "long");
        table_cell(table, PAINT_NONE, "t%d", i);
    }
    table_print(table, &cli, out);
    fclose(out);
    assert_string_equal(text, " N  NAME  TEXT\n 9  \xC3\xA9     t9\n10  long  t10\n");
    free(text);
    table_free(table);
    table_free(NULL);
}

static void colour_only_when_wanted(void **state)
{
    struct cli cli = {.color = true};

    (void)state;
    assert_string_equal(paint_on(&cli, PAINT_RED), "\033[31m");
    assert_string_equal(paint_off(&cli, PAINT_RED), "\033[0m");
    assert_string_equal(paint_off(&cli, PAINT_NONE), "");
    cli.color = false;
    assert_string_equal(paint_on(&cli, PAINT_RED), "");
    assert_string_equal(paint_off(&cli, PAINT_RED), "");
}

static void json_takes_any_bytes(void **state)
{
    json_t *text = json_text("a\xFF", 2);

    (void)state;
    assert_string_equal(json_string_value(text), "a\xC3\xBF");
    json_decref(text);
    text = json_text(NULL, 0);
    assert_string_equal(json_string_value(text), "");
    json_decref(text);
    text = json_text("a\0b", 3);
    assert_int_equal(json_string_length(text), 3);
    json_decref(text);
    text = json_hex("\x01\xAB", 2);
    assert_string_equal(json_string_value(text), "01ab");
    json_decref(text);
    assert_true(json_is_null(json_time(0)));
    assert_true(json_is_null(json_uuid("short", 5)));
    text = json_time(1700000000000000);
    assert_string_equal(json_string_value(text), "2023-11-14T22:13:20Z");
    json_decref(text);
}

static void sizes_read_well(void **state)
{
    char out[32];

    (void)state;
    assert_string_equal(output_bytes(0, out), "0 B");
    assert_string_equal(output_bytes(1023, out), "1023 B");
    assert_string_equal(output_bytes(1536, out), "1.5 KiB");
    assert_string_equal(output_bytes((uint64_t)16 << 30, out), "16.0 GiB");
    assert_string_equal(output_bytes(UINT64_MAX, out), "16777216.0 TiB");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(widths_are_columns_not_bytes),
        cmocka_unit_test(strangers_cannot_steer_the_terminal),
        cmocka_unit_test(what_is_too_long_ends_in_an_ellipsis),
        cmocka_unit_test(tables_align),
        cmocka_unit_test(colour_only_when_wanted),
        cmocka_unit_test(json_takes_any_bytes),
        cmocka_unit_test(sizes_read_well),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
