/* SPDX-License-Identifier: BSD-2-Clause */
#include "support_roster.h"

static void stage_hello(char from, uint32_t credit)
{
    char name[] = {'w', from, '\0'};
    stage_hello_as(from, "classifier", name, from, credit);
}

static int setup(void **state)
{
    (void)state;
    stage_open();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    stage_close();
    return 0;
}

static void hello_is_welcomed(void **state)
{
    (void)state;
    ProtobufCMessage *last = NULL;
    stage_hello('a', 10);
    assert_int_equal(stage_sent('a', FRAME_WELCOME, &last), 1);
    const Aduan__Wire__Welcome *welcome = (const Aduan__Wire__Welcome *)last;
    assert_string_equal(welcome->box, "box1");
    assert_true(welcome->links_up);
    assert_memory_equal(welcome->life.data, stage.roster.life, 16);
    stage_hello('a', 20); /* again, before it saw the answer */
    assert_int_equal(stage_sent('a', FRAME_WELCOME, NULL), 2);
    assert_int_equal(stage.roster.count, 1);
    assert_int_equal(stage_peer('a')->credit, 20);
}

static void another_role_is_refused(void **state)
{
    (void)state;
    stage_hello_as('a', "responder", "r", 'a', 1);
    assert_int_equal(stage.roster.count, 0);
    assert_int_equal(stage.roster.refused, 1);
    assert_int_equal(stage.sent_count, 0);
}

static void a_new_life_buries_the_old_one(void **state)
{
    (void)state;
    stage_hello_as('a', "classifier", "c.1", 1, 5);
    stage_hello_as('b', "classifier", "c.1", 2, 5); /* another socket */
    assert_true(roster_has_gone(&stage.roster));
    roster_sweep(&stage.roster, stage.now_ms);
    assert_null(stage_peer('a'));
    stage_hello_as('b', "classifier", "c.1", 3, 5); /* the same socket */
    roster_sweep(&stage.roster, stage.now_ms);
    assert_int_equal(stage.roster.count, 1);
    assert_int_equal(stage.roster.lost, 2);
    assert_int_equal(stage_peer('b')->life[0], 3);
    assert_false(roster_has_gone(&stage.roster));
}

static void a_new_name_on_an_old_socket_is_a_new_worker(void **state)
{
    (void)state;
    stage_hello_as('a', "classifier", "c.1", 1, 5);
    uint64_t serial = stage_peer('a')->serial;
    stage_hello_as('a', "classifier", "c.2", 1, 5);
    roster_sweep(&stage.roster, stage.now_ms);
    assert_null(roster_by_serial(&stage.roster, serial));
    assert_string_equal(stage_peer('a')->name, "c.2");
}

static void silence_is_death(void **state)
{
    (void)state;
    Aduan__Wire__Ping ping = ADUAN__WIRE__PING__INIT;
    stage_hello('a', 1);
    stage_hello('b', 1);
    for (int s = 0; s < 6; s++) {
        stage.now_ms += 1000;
        stage_hear('b', FRAME_PING, &ping.base);
        roster_tick(&stage.roster, stage.now_ms);
        roster_sweep(&stage.roster, stage.now_ms);
    }
    assert_null(stage_peer('a'));
    assert_non_null(stage_peer('b'));
    assert_true(stage_sent('b', FRAME_PING, NULL) == 6);
}

static void our_own_sleep_is_not_their_silence(void **state)
{
    (void)state;
    stage_hello('a', 1);
    roster_tick(&stage.roster, stage.now_ms);
    stage.now_ms += 60000;
    roster_tick(&stage.roster, stage.now_ms);
    roster_sweep(&stage.roster, stage.now_ms);
    assert_non_null(stage_peer('a'));
}

static void strangers_are_told_to_say_hello(void **state)
{
    (void)state;
    ProtobufCMessage *last = NULL;
    Aduan__Wire__Ping ping = ADUAN__WIRE__PING__INIT;
    struct frame junk = {.routing = {'z'}, .routing_len = 1};
    roster_frame(&stage.roster, FRAME_E_MAGIC, &junk, stage.now_ms);
    assert_int_equal(stage.sent_count, 0); /* garbage gets no answer */
    for (int i = 0; i < ROSTER_MAX + 5; i++)
        stage_hear('z', FRAME_PING, &ping.base);
    assert_int_equal(stage_sent('z', FRAME_REFUSED, &last), ROSTER_MAX);
    assert_int_equal(((Aduan__Wire__Refused *)last)->code, -FRAME_E_GONE);
    assert_int_equal(stage.roster.refused, ROSTER_MAX + 6);
}

static void refusals_are_rated(void **state)
{
    (void)state;
    ProtobufCMessage *last = NULL;
    struct frame junk = {.routing = {'a'}, .routing_len = 1};
    Aduan__Wire__Batch wrong = ADUAN__WIRE__BATCH__INIT;
    stage_hello('a', 1);
    stage_hear('a', FRAME_BATCH, &wrong.base); /* a type that no worker sends */
    for (int i = 0; i < 1000; i++)
        roster_frame(&stage.roster, FRAME_E_VERSION, &junk, stage.now_ms);
    assert_int_equal(stage.roster.refused, 1001);
    assert_int_equal(stage_sent('a', FRAME_REFUSED, &last), 10);
    assert_int_equal(((Aduan__Wire__Refused *)last)->code, -FRAME_E_VERSION);
    roster_tick(&stage.roster, stage.now_ms);
    roster_frame(&stage.roster, FRAME_E_VERSION, &junk, stage.now_ms);
    assert_int_equal(stage_sent('a', FRAME_REFUSED, NULL), 11);
}

static void a_thousand_workers_and_no_more(void **state)
{
    (void)state;
    for (int i = 0; i < ROSTER_MAX; i++) {
        stage.roster.peers[i] = calloc(1, sizeof *stage.roster.peers[i]);
        snprintf(stage.roster.peers[i]->name, sizeof stage.roster.peers[i]->name, "c.%d", i);
        TAILQ_INIT(&stage.roster.peers[i]->jobs);
    }
    stage.roster.count = ROSTER_MAX;
    stage_hello('q', 1);
    assert_int_equal(stage.roster.count, ROSTER_MAX);
    assert_int_equal(stage.roster.refused, 1);
    assert_int_equal(stage_sent('q', FRAME_WELCOME, NULL), 0);
}

static void bye_waits_for_what_is_open(void **state)
{
    (void)state;
    Aduan__Wire__Bye bye = ADUAN__WIRE__BYE__INIT;
    stage_hello('a', 1);
    stage_peer('a')->held = 1;
    stage_hear('a', FRAME_BYE, &bye.base);
    stage_hear('a', FRAME_BYE, &bye.base); /* saying it again changes nothing */
    roster_sweep(&stage.roster, stage.now_ms);
    assert_int_equal(stage_sent('a', FRAME_BYE, NULL), 0);
    stage_peer('a')->held = 0;
    stage_peer('a')->submits_open = 1;
    roster_sweep(&stage.roster, stage.now_ms);
    assert_int_equal(stage_sent('a', FRAME_BYE, NULL), 0);
    stage.now_ms += ROSTER_BYE_MS; /* results may take long: another responder will hear them */
    roster_sweep(&stage.roster, stage.now_ms);
    assert_int_equal(stage_sent('a', FRAME_BYE, NULL), 1);
    assert_int_equal(stage.roster.count, 0);
    assert_int_equal(stage.roster.lost, 0);
}

static void bye_waits_for_a_choked_pipe(void **state)
{
    (void)state;
    Aduan__Wire__Bye bye = ADUAN__WIRE__BYE__INIT;
    stage_hello('a', 1);
    stage_hear('a', FRAME_BYE, &bye.base);
    stage.answer['a'] = FRAME_E_AGAIN;
    roster_sweep(&stage.roster, stage.now_ms);
    assert_int_equal(stage.roster.count, 1);
    stage.answer['a'] = FRAME_OK;
    roster_sweep(&stage.roster, stage.now_ms);
    assert_int_equal(stage.roster.count, 0);
}

static void a_peer_that_cannot_be_reached_is_lost(void **state)
{
    (void)state;
    stage_hello('a', 1);
    stage.answer['a'] = FRAME_E_GONE;
    roster_ping(&stage.roster);
    assert_true(roster_has_gone(&stage.roster));
    roster_ping(&stage.roster);
    roster_sweep(&stage.roster, stage.now_ms);
    assert_int_equal(stage.roster.count, 0);
    assert_int_equal(stage.roster.lost, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(hello_is_welcomed, setup, teardown),
        cmocka_unit_test_setup_teardown(another_role_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_new_life_buries_the_old_one, setup, teardown),
        cmocka_unit_test_setup_teardown(a_new_name_on_an_old_socket_is_a_new_worker, setup, teardown),
        cmocka_unit_test_setup_teardown(silence_is_death, setup, teardown),
        cmocka_unit_test_setup_teardown(our_own_sleep_is_not_their_silence, setup, teardown),
        cmocka_unit_test_setup_teardown(strangers_are_told_to_say_hello, setup, teardown),
        cmocka_unit_test_setup_teardown(refusals_are_rated, setup, teardown),
        cmocka_unit_test_setup_teardown(a_thousand_workers_and_no_more, setup, teardown),
        cmocka_unit_test_setup_teardown(bye_waits_for_what_is_open, setup, teardown),
        cmocka_unit_test_setup_teardown(bye_waits_for_a_choked_pipe, setup, teardown),
        cmocka_unit_test_setup_teardown(a_peer_that_cannot_be_reached_is_lost, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
