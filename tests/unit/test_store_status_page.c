/* SPDX-License-Identifier: BSD-2-Clause */
/* bearerbox's store-status gives the same rows however it is cut, and what is none is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../workers/responder/store_status_page.c"

#define HEAD "HTTP/1.0 200 OK\r\nServer: Kannel\r\n\r\n[SMS ID] [Type] [Time] [Sender] [Receiver]\r\n"

static char heard[256];

static void on_row(void *ctx, const struct store_status_row *row)
{
    (void)ctx;
    size_t len = strlen(heard);
    snprintf(heard + len, sizeof heard - len, "%s/%s/%s/%s;", row->id, row->type, row->sender, row->receiver);
}

static bool take(struct store_status_page *page, const char *text, size_t step)
{
    bool good = true;
    heard[0] = '\0';
    *page = (struct store_status_page){0};
    for (size_t at = 0, len = strlen(text); good && at < len; at += step)
        good = store_status_page_take(page, text + at, len - at < step ? len - at : step, on_row, NULL);
    return good;
}

static void rows_come_however_it_is_cut(void **state)
{
    (void)state;
    struct store_status_page page;
    for (size_t step = 1; step < 200; step++) {
        assert_true(take(&page, HEAD "[u1] [MT-REPLY] [now] [1708] [+62] [x]\n\n[u2] [DLR-MO] [] [] []\n", step));
        assert_string_equal(heard, "u1/MT-REPLY/1708/+62;u2/DLR-MO//;");
        assert_true(store_status_page_whole(&page));
    }
}

static void what_breaks_off_is_not_whole(void **state)
{
    (void)state;
    struct store_status_page page;
    assert_true(take(&page, HEAD "[u1] [MT", 1000));
    assert_false(store_status_page_whole(&page));
    assert_true(take(&page, "HTTP/1.0 200 OK\n", 1000));
    assert_false(store_status_page_whole(&page));
}

static void another_page_is_refused(void **state)
{
    (void)state;
    struct store_status_page page;
    assert_false(take(&page, "HTTP/1.0 404 no\n", 1000));
    assert_false(take(&page, "HTTP/1.0 200 OK\n\nDenied\n", 1000));
    assert_false(take(&page, HEAD "[u1] [MT-REPLY]\n", 1000));
    assert_false(take(&page, HEAD "u1\n", 1000));
}

static void a_long_line_is_cut(void **state)
{
    (void)state;
    struct store_status_page page;
    char text[2048];
    snprintf(text, sizeof text, "%s[u1] [MT] [t] [s] [r] [%01000d]\n", HEAD, 0);
    assert_true(take(&page, text, 7));
    assert_string_equal(heard, "u1/MT/s/r;");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_however_it_is_cut),
        cmocka_unit_test(what_breaks_off_is_not_whole),
        cmocka_unit_test(another_page_is_refused),
        cmocka_unit_test(a_long_line_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
