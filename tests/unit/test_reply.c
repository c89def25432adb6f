/* SPDX-License-Identifier: BSD-2-Clause */
/* Every input in every state of a reply; who is a sender that can be answered. */
#include "reply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

typedef Aduan__Record__ReplyState State;

/* A letter a state: Ready, SEnding 'G', Accepted, Sent, Delivered, Failed; '-' changes nothing. Columns in the order
 * of enum reply_input: claim accepted rejected retry not_sent ambiguous held exhausted smsc_accepted delivered
 * undelivered smsc_refused smsc_buffered. */
static const char letters[] = "-RGASDF";
static const char *const expected[7] = {
    "-------------", /* none */
    "GA-----FSDFF-", /* ready */
    "GARRRGGFSDFF-", /* sending */
    "--------SDFF-", /* accepted */
    "---------DF--", /* sent */
    "-------------", /* delivered: final */
    "--------SD---", /* failed: evidence wins */
};

static void every_input_in_every_state(void **unused)
{
    (void)unused;
    for (int state = 0; state < 7; state++) {
        for (int input = 0; input < REPLY_IN_END; input++) {
            State next = 77;
            int rc = reply_next((State)state, (enum reply_input)input, &next);
            char want = expected[state][input];
            assert_int_equal(rc, want == '-' ? E_STATE : OK);
            assert_int_equal(next == 77 ? '-' : letters[next], want);
        }
    }
}

static void the_unknown_changes_nothing(void **unused)
{
    (void)unused;
    State next = 77;
    assert_int_equal(reply_next(7, REPLY_IN_DELIVERED, &next), E_STATE);
    assert_int_equal(reply_next((State)-1, REPLY_IN_DELIVERED, &next), E_STATE);
    assert_int_equal(reply_next(2, REPLY_IN_END, &next), E_STATE);
    assert_int_equal(reply_next(2, (enum reply_input) - 1, &next), E_STATE);
    assert_int_equal(next, 77);
}

/* Any shuffle of what may happen to one sent reply ends where the handset's own word says. */
static void reports_in_any_order_end_delivered(void **unused)
{
    (void)unused;
    const enum reply_input in[3] = {REPLY_IN_ACCEPTED, REPLY_IN_SMSC_ACCEPTED, REPLY_IN_DELIVERED};
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (int i = 0; i < 6; i++) {
        State state = ADUAN__RECORD__REPLY_STATE__SENDING;
        for (int j = 0; j < 3; j++) {
            State next;
            if (reply_next(state, in[orders[i][j]], &next) == OK) {
                assert_true(next > state);
                state = next;
            }
        }
        assert_int_equal(state, ADUAN__RECORD__REPLY_STATE__DELIVERED);
    }
}

static void names(void **unused)
{
    (void)unused;
    static const char *const want[] = {"?", "ready", "sending", "accepted", "sent", "delivered", "failed", "?"};
    for (int state = 0; state < 8; state++)
        assert_string_equal(reply_state_name((State)state), want[state]);
}

static void reports_are_bits(void **unused)
{
    (void)unused;
    for (uint32_t status = 0; status < 70; status++) {
        enum reply_input want = status == 1    ? REPLY_IN_DELIVERED
                                : status == 2  ? REPLY_IN_UNDELIVERED
                                : status == 4  ? REPLY_IN_SMSC_BUFFERED
                                : status == 8  ? REPLY_IN_SMSC_ACCEPTED
                                : status == 16 ? REPLY_IN_SMSC_REFUSED
                                               : REPLY_IN_END;
        assert_int_equal(reply_input_of_report(status), want);
    }
}

static void backoff_doubles_to_64_times(void **unused)
{
    (void)unused;
    assert_int_equal(reply_backoff_ms(0, 5), 5000);
    for (uint32_t n = 1; n <= 7; n++)
        assert_int_equal(reply_backoff_ms(n, 5), 5000u << (n - 1));
    assert_int_equal(reply_backoff_ms(8, 5), 320000);
    assert_int_equal(reply_backoff_ms(UINT32_MAX, 5), 320000);
    assert_true(reply_backoff_ms(UINT32_MAX, UINT32_MAX) == (uint64_t)UINT32_MAX * 64000);
}

static void senders(void **unused)
{
    (void)unused;
    static const struct {
        const char *sender;
        size_t len; /* 0: strlen */
        enum sender_kind kind;
    } cases[] = {
        {"+628123456789", 0, SENDER_NUMBER},
        {"08123456789", 0, SENDER_NUMBER},
        {"1234567", 0, SENDER_NUMBER},
        {"+123456", 0, SENDER_NUMBER},
        {"12345678901234567890", 0, SENDER_NUMBER},
        {"+1234567890123456789", 0, SENDER_NUMBER},
        {"", 0, SENDER_NONE},
        {"TELKOMSEL", 0, SENDER_ALPHA},
        {"BANK-24", 0, SENDER_ALPHA},
        {"62a812345678", 0, SENDER_ALPHA},
        {"1708", 0, SENDER_SHORT},
        {"123456", 0, SENDER_SHORT},
        {"+12345", 0, SENDER_SHORT},
        {"123456789012345678901", 0, SENDER_TOO_LONG},
        {"ABCDEFGHIJKLMNOPQRSTU", 0, SENDER_TOO_LONG},
        {"0812 345 6789", 0, SENDER_TOO_LONG},
        {"081234567+89", 0, SENDER_TOO_LONG},
        {"++6281234567", 0, SENDER_TOO_LONG},
        {"+", 0, SENDER_TOO_LONG},
        {"-", 0, SENDER_TOO_LONG},
        {"0812345\0"
         "789",
         11, SENDER_TOO_LONG},
        {"\xc3\xa9tat", 0, SENDER_TOO_LONG},
        {"123456\x7f", 0, SENDER_TOO_LONG},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t len = cases[i].len ? cases[i].len : strlen(cases[i].sender);
        assert_int_equal(reply_sender_kind(cases[i].sender, len, 6), cases[i].kind);
    }
    assert_int_equal(reply_sender_kind("12345678", 8, 8), SENDER_SHORT);
    assert_int_equal(reply_sender_kind("123456789", 9, 8), SENDER_NUMBER);
    assert_int_equal(reply_sender_kind("+12345678", 9, 8), SENDER_NUMBER);
}

static void reasons(void **unused)
{
    (void)unused;
    assert_null(sender_kind_reason(SENDER_NUMBER));
    assert_null(sender_kind_reason((enum sender_kind)99));
    assert_string_equal(sender_kind_reason(SENDER_NONE), "no_sender");
    assert_string_equal(sender_kind_reason(SENDER_ALPHA), "sender_alphanumeric");
    assert_string_equal(sender_kind_reason(SENDER_SHORT), "sender_shortcode");
    assert_string_equal(sender_kind_reason(SENDER_TOO_LONG), "bad_sender");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_input_in_every_state),
        cmocka_unit_test(the_unknown_changes_nothing),
        cmocka_unit_test(reports_in_any_order_end_delivered),
        cmocka_unit_test(names),
        cmocka_unit_test(reports_are_bits),
        cmocka_unit_test(backoff_doubles_to_64_times),
        cmocka_unit_test(senders),
        cmocka_unit_test(reasons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
