/* SPDX-License-Identifier: BSD-2-Clause */
/* Every verb in every state, against the diagram of PROTOCOL.md written out a second time. */
#include "ticket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

typedef Aduan__Record__TicketState State;

/* A letter a state, in the order of the schema: Received Verified aSsigned in_Progress aNswered Closed Held
 * arcHived:'A' reFused:'F'; '-' a refusal. held_from is in_progress. */
static const char letters[] = "-RVSPNCHAF";
static const struct {
    const char *verb, *after; /* after[i]: from the state i + 1 */
} expected[TICKET_VERB_END] = {
    [TICKET_VERIFY] = {"verify", "V-------V"}, [TICKET_ASSIGN] = {"assign", "SSSSS---S"},
    [TICKET_START] = {"start", "--P-P----"},   [TICKET_ANSWER] = {"answer", "NNNNN----"},
    [TICKET_CLOSE] = {"close", "-CCCC----"},   [TICKET_HOLD] = {"hold", "HHHH-----"},
    [TICKET_RESUME] = {"resume", "------P--"}, [TICKET_ARCHIVE] = {"archive", "AA----A-A"},
    [TICKET_REFUSE] = {"refuse", "--FF-----"}, [TICKET_REOPEN] = {"reopen", "-----V-V-"},
    [TICKET_NOTE] = {"note", "RVSPNCHAF"},     [TICKET_CORRECT] = {"correct", "RVSPNCHAF"},
};

static void every_verb_in_every_state(void **unused)
{
    (void)unused;
    for (int verb = 0; verb < TICKET_VERB_END; verb++) {
        for (int state = 1; state <= 9; state++) {
            State next = 77;
            int rc = ticket_next((State)state, (enum ticket_verb)verb, ADUAN__RECORD__TICKET_STATE__IN_PROGRESS, &next);
            char want = expected[verb].after[state - 1];
            if (want == '-') {
                assert_int_equal(rc, E_STATE);
                assert_int_equal(next, 77);
            } else {
                assert_int_equal(rc, OK);
                assert_int_equal(letters[next], want);
            }
        }
    }
}

static void nothing_leads_from_or_by_the_unknown(void **unused)
{
    (void)unused;
    State next = 77;
    for (int verb = 0; verb < TICKET_VERB_END; verb++) {
        assert_int_equal(ticket_next(0, (enum ticket_verb)verb, 1, &next), E_STATE);
        assert_int_equal(ticket_next(10, (enum ticket_verb)verb, 1, &next), E_STATE);
        assert_int_equal(ticket_next((State)-1, (enum ticket_verb)verb, 1, &next), E_STATE);
    }
    assert_int_equal(ticket_next(1, TICKET_VERB_END, 1, &next), E_STATE);
    assert_int_equal(ticket_next(1, (enum ticket_verb) - 1, 1, &next), E_STATE);
    assert_int_equal(next, 77);
}

static void a_held_ticket_goes_back_to_where_it_was(void **unused)
{
    (void)unused;
    for (int from = -1; from <= 10; from++) {
        State next = 0;
        assert_int_equal(ticket_next(ADUAN__RECORD__TICKET_STATE__HELD, TICKET_RESUME, (State)from, &next), OK);
        assert_int_equal(next, from >= 1 && from <= 4 ? from : ADUAN__RECORD__TICKET_STATE__RECEIVED);
    }
}

static void every_state_can_be_reached_and_left(void **unused)
{
    (void)unused;
    bool reached[10] = {[1] = true};
    for (int round = 0; round < 10; round++) {
        for (int state = 1; state <= 9; state++) {
            for (int verb = 0; reached[state] && verb < TICKET_VERB_END; verb++) {
                State next;
                if (ticket_next((State)state, (enum ticket_verb)verb, 0, &next) == OK)
                    reached[next] = true;
            }
        }
    }
    for (int state = 1; state <= 9; state++)
        assert_true(reached[state]);
}

static void names_go_both_ways(void **unused)
{
    (void)unused;
    for (int state = 1; state <= 9; state++) {
        assert_int_equal(ticket_state_parse(ticket_state_name((State)state)), state);
        assert_int_equal(ticket_state_parse(ticket_state_label((State)state, "id")), state);
    }
    for (int verb = 0; verb < TICKET_VERB_END; verb++) {
        assert_string_equal(ticket_verb_name((enum ticket_verb)verb), expected[verb].verb);
        assert_int_equal(ticket_verb_parse(expected[verb].verb), verb);
    }
    assert_int_equal(ticket_state_parse("DITERIMA"), ADUAN__RECORD__TICKET_STATE__RECEIVED);
    assert_int_equal(ticket_state_parse("?"), ADUAN__RECORD__TICKET_STATE__TICKET_STATE_NONE);
    assert_int_equal(ticket_state_parse(""), ADUAN__RECORD__TICKET_STATE__TICKET_STATE_NONE);
    assert_int_equal(ticket_verb_parse("Close"), TICKET_CLOSE);
    assert_int_equal(ticket_verb_parse("explode"), TICKET_VERB_END);
    assert_string_equal(ticket_verb_name(TICKET_VERB_END), "?");
    assert_string_equal(ticket_state_name(0), "?");
    assert_string_equal(ticket_state_name(42), "?");
}

static void labels_speak_the_language(void **unused)
{
    (void)unused;
    assert_string_equal(ticket_state_label(ADUAN__RECORD__TICKET_STATE__ASSIGNED, "id"), "didisposisikan");
    assert_string_equal(ticket_state_label(ADUAN__RECORD__TICKET_STATE__ASSIGNED, "en"), "assigned to an agency");
    assert_string_equal(ticket_state_label(ADUAN__RECORD__TICKET_STATE__CLOSED, "jv"), "selesai");
    assert_string_equal(ticket_state_label(ADUAN__RECORD__TICKET_STATE__CLOSED, NULL), "selesai");
    assert_string_equal(ticket_state_label(99, "en"), "?");
}

static void open_until_closed_or_archived(void **unused)
{
    (void)unused;
    for (int state = 1; state <= 9; state++)
        assert_int_equal(ticket_is_open((State)state), letters[state] != 'C' && letters[state] != 'A');
    assert_false(ticket_is_open(0));
    assert_false(ticket_is_open(10));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verb_in_every_state),
        cmocka_unit_test(nothing_leads_from_or_by_the_unknown),
        cmocka_unit_test(a_held_ticket_goes_back_to_where_it_was),
        cmocka_unit_test(every_state_can_be_reached_and_left),
        cmocka_unit_test(names_go_both_ways),
        cmocka_unit_test(labels_speak_the_language),
        cmocka_unit_test(open_until_closed_or_archived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
