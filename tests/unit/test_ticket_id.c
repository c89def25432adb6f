/* SPDX-License-Identifier: BSD-2-Clause */
/* Ticket numbers: what a person mistypes is noticed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ticket_id.h"

#include <stdio.h>
#include <string.h>

static void known_check_digits(void **state)
{
    (void)state;
    assert_int_equal(ticket_id_make(572), 5724); /* the example of Damm's check that everyone gives */
    assert_int_equal(ticket_id_make(0), 0);
    assert_false(ticket_id_valid(5724)); /* right, but below the first ticket there is */
    assert_false(ticket_id_valid(0));
    uint64_t first = ticket_id_make(TICKET_SERIAL_FIRST);
    assert_true(first >= 1000010 && first <= 1000019);
    assert_true(ticket_id_valid(first));
}

/* Every single wrong digit and every swap of neighbours, for many numbers. */
static void mistypings_are_noticed(void **state)
{
    (void)state;
    for (uint64_t serial = TICKET_SERIAL_FIRST; serial < TICKET_SERIAL_FIRST + 2000; serial++) {
        char right[32];
        int len = snprintf(right, sizeof right, "%llu", (unsigned long long)ticket_id_make(serial));
        assert_true(ticket_id_parse(right, (size_t)len) != 0);
        for (int i = 0; i < len; i++) {
            for (char c = '0'; c <= '9'; c++) {
                char wrong[32];
                strcpy(wrong, right);
                wrong[i] = c;
                if (c != right[i])
                    assert_int_equal(ticket_id_parse(wrong, (size_t)len), 0);
            }
            if (i + 1 < len && right[i] != right[i + 1]) {
                char wrong[32];
                strcpy(wrong, right);
                wrong[i] = right[i + 1];
                wrong[i + 1] = right[i];
                assert_int_equal(ticket_id_parse(wrong, (size_t)len), 0);
            }
        }
    }
}

static uint64_t parse(const char *text)
{
    return ticket_id_parse(text, strlen(text));
}

static void as_people_type_it(void **state)
{
    (void)state;
    char text[64];
    uint64_t id = ticket_id_make(191644);
    unsigned last = (unsigned)(id % 10);
    static const char *const good[] = {"191644%u", "#191644%u", "1916 44%u", " # 19 16 44 %u ", "0191644%u"};
    static const char *const bad[] = {"##191644%u", "1#91644%u", "191644%ux", "-191644%u", "191644%u#", "19164%u"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        char *at = strcpy(text, good[i]);
        snprintf(strchr(at, '%'), 40, "%u%s", last, strchr(good[i], '%') + 2);
        assert_int_equal(parse(text), id);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char *at = strcpy(text, bad[i]);
        snprintf(strchr(at, '%'), 40, "%u%s", last, strchr(bad[i], '%') + 2);
        assert_int_equal(parse(text), 0);
    }
    assert_int_equal(parse(""), 0);
    assert_int_equal(parse("#"), 0);
    assert_int_equal(parse("99999999999999999999999"), 0); /* no wrap-around */
    assert_int_equal(ticket_id_parse("\0001000013", 8), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_check_digits),
        cmocka_unit_test(mistypings_are_noticed),
        cmocka_unit_test(as_people_type_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
