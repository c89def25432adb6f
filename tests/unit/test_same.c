/* SPDX-License-Identifier: BSD-2-Clause */
/* Which texts say the same, and which do not. */
#include "same.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static bool same(const char *a, const char *b)
{
    uint8_t of_a[SAME_BYTES], of_b[SAME_BYTES];
    assert_true(same_text(a, strlen(a), of_a));
    assert_true(same_text(b, strlen(b), of_b));
    return memcmp(of_a, of_b, SAME_BYTES) == 0;
}

static void how_it_is_typed_does_not_count(void **state)
{
    (void)state;
    static const char plain[] = "jalan rusak di depan pasar";
    static const char *const others[] = {
        "Jalan rusak di depan pasar",
        "JALAN RUSAK DI DEPAN PASAR!!!",
        "  jalan   rusak\ndi depan\tpasar ",
        "jalan, rusak... di depan pasar",
        "jalaaaan rusakkkk di depan pasar",
        "j\xC3\xA1lan rusak di depan pasar?",
        "\xEF\xBD\x8A\xEF\xBD\x81lan rusak \xF0\x9F\x98\xA1 di depan pasar",
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_true(same(plain, others[i]));
}

static void what_is_said_counts(void **state)
{
    (void)state;
    static const char plain[] = "lampu mati di rt 02";
    static const char *const others[] = {
        "lampu mati di rt 03",      "lampu mati di rt 2", "lampu mati di rt",          "mati lampu di rt 02",
        "lampu mati di rt 02 lagi", "lampumati di rt 02", "lampu tidak mati di rt 02",
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(same(plain, others[i]));
}

static void words_beyond_any_length_count_as_they_stand(void **state)
{
    (void)state;
    char a[200], b[200];
    memset(a, 'x', sizeof a);
    memset(b, 'x', sizeof b);
    for (size_t i = 0; i < sizeof a; i += 2)
        a[i] = b[i] = 'y';
    a[sizeof a - 1] = b[sizeof b - 1] = '\0';
    assert_true(same(a, b));
    b[100] = 'z';
    assert_false(same(a, b));
}

static void signs_alone_count_too(void **state)
{
    (void)state;
    uint8_t out[SAME_BYTES];
    assert_true(same("\xF0\x9F\x94\xA5", " \xF0\x9F\x94\xA5\n"));
    assert_false(same("\xF0\x9F\x94\xA5", "\xF0\x9F\x98\xA1"));
    assert_false(same("??", "?"));
    assert_false(same_text("", 0, out));
    assert_false(same_text(" \t\r\n", 4, out));
    assert_true(same_text("\xff", 1, out)); /* no UTF-8: a sign */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(how_it_is_typed_does_not_count),
        cmocka_unit_test(what_is_said_counts),
        cmocka_unit_test(words_beyond_any_length_count_as_they_stand),
        cmocka_unit_test(signs_alone_count_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
