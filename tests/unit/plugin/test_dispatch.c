/* SPDX-License-Identifier: BSD-2-Clause */
#include "support_roster.h"

enum { ACKED_MAX = 1024, HELD = 1000, HELD_BYTES = 4 * 1024 * 1024, LARGE_BYTES = 1024 * 1024 };

static struct {
    uint8_t uuid[ID_BYTES];
    uint32_t link, generation, time;
} acked[ACKED_MAX];
static size_t acked_count;
static bool link_lives;

static bool on_ack(void *ctx, uint32_t link, uint32_t generation, const uint8_t uuid[ID_BYTES], uint32_t time)
{
    (void)ctx;
    if (!link_lives)
        return false;
    memcpy(acked[acked_count].uuid, uuid, ID_BYTES);
    acked[acked_count].link = link;
    acked[acked_count].generation = generation;
    acked[acked_count++].time = time;
    return true;
}

static void stage_hello(char from, uint32_t credit)
{
    char name[] = {'w', from, '\0'};
    stage_hello_as(from, "classifier", name, from, credit);
}

static int setup(void **state)
{
    (void)state;
    const struct dispatch_hooks hooks = {NULL, on_ack};
    const struct dispatch_limits limits = {.messages = HELD, .bytes = HELD_BYTES};
    stage_open();
    stage.dispatch = dispatch_new(&limits, 42, &hooks);
    acked_count = 0;
    link_lives = true;
    return stage.dispatch ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    stage_close();
    return 0;
}

static void id_of(unsigned n, uint8_t out[ID_BYTES])
{
    memset(out, 0, ID_BYTES);
    out[0] = (uint8_t)(n >> 8);
    out[1] = (uint8_t)n;
}

static void add_urgent(unsigned n, uint32_t link, int32_t priority)
{
    uint8_t id[ID_BYTES];
    Aduan__Wire__Sms sms = ADUAN__WIRE__SMS__INIT;
    id_of(n, id);
    sms.uuid = (ProtobufCBinaryData){ID_BYTES, id};
    sms.body = (ProtobufCBinaryData){4, (uint8_t *)"halo"};
    sms.time = 1000 + n;
    sms.priority = priority;
    assert_true(dispatch_add_sms(stage.dispatch, link, 1, &sms, 5000 + n));
}

static void add_large(unsigned n)
{
    static uint8_t body[LARGE_BYTES];
    uint8_t id[ID_BYTES];
    Aduan__Wire__Sms sms = ADUAN__WIRE__SMS__INIT;
    id_of(n, id);
    sms.uuid = (ProtobufCBinaryData){ID_BYTES, id};
    sms.body = (ProtobufCBinaryData){sizeof body, body};
    assert_true(dispatch_add_sms(stage.dispatch, 0, 1, &sms, 1));
}

static void add(unsigned n)
{
    add_urgent(n, 0, -1);
}

static void add_report(unsigned n)
{
    uint8_t id[ID_BYTES];
    Aduan__Wire__Report report = ADUAN__WIRE__REPORT__INIT;
    id_of(n, id);
    report.uuid = report.reply_id = (ProtobufCBinaryData){ID_BYTES, id};
    report.status = 8;
    assert_true(dispatch_add_report(stage.dispatch, 0, 1, &report, 1));
}

static void pump(void)
{
    dispatch_pump(stage.dispatch, &stage.roster);
}

static void ack(char from, unsigned n)
{
    uint8_t id[ID_BYTES];
    ProtobufCBinaryData uuid = {ID_BYTES, id};
    Aduan__Wire__Ack body = ADUAN__WIRE__ACK__INIT;
    id_of(n, id);
    body.n_uuid = 1;
    body.uuid = &uuid;
    stage_hear(from, FRAME_ACK, &body.base);
}

static void die(char from)
{
    stage_peer(from)->gone = true;
    roster_sweep(&stage.roster, stage.now_ms);
}

static const Aduan__Wire__Batch *last_batch(char to)
{
    ProtobufCMessage *last = NULL;
    assert_true(stage_sent(to, FRAME_BATCH, &last) > 0);
    return (const Aduan__Wire__Batch *)last;
}

static struct dispatch_figures figures(void)
{
    struct dispatch_figures out;
    dispatch_figures(stage.dispatch, &out);
    return out;
}

/* --- the promises -------------------------------------------------------------------------------------------- */

static void acked_only_after_a_worker_acked(void **state)
{
    (void)state;
    add(1);
    pump();
    assert_int_equal(acked_count, 0);
    stage_hello('a', 10);
    pump();
    assert_int_equal(acked_count, 0);
    assert_int_equal(figures().backlog, 1);
    assert_int_equal(figures().oldest_us, 5001);
    ack('a', 1);
    assert_int_equal(acked_count, 1);
    assert_int_equal(acked[0].uuid[1], 1);
    assert_int_equal(acked[0].time, 1001);
    assert_int_equal(figures().backlog, 0);
    assert_int_equal(figures().oldest_us, 0);
    assert_int_equal(figures().acked, 1);
    ack('a', 1); /* twice */
    assert_int_equal(acked_count, 1);
    assert_int_equal(figures().stray_acks, 1);
}

static void only_the_holder_can_ack(void **state)
{
    (void)state;
    stage_hello('a', 10);
    add(1);
    pump();
    stage_hello('b', 10);
    ack('b', 1);
    add(2); /* pending: nobody holds it */
    ack('a', 2);
    ack('a', 99);
    assert_int_equal(acked_count, 0);
    assert_int_equal(figures().stray_acks, 3);
}

static void one_batch_up_to_credit(void **state)
{
    (void)state;
    stage_hello('a', 7);
    for (unsigned i = 0; i < 10; i++)
        add(i);
    pump();
    assert_int_equal(stage_sent('a', FRAME_BATCH, NULL), 1);
    assert_int_equal(last_batch('a')->n_sms, 7);
    for (unsigned i = 0; i < 7; i++)
        assert_int_equal(last_batch('a')->sms[i]->uuid.data[1], i);
    pump();
    assert_int_equal(stage_sent('a', FRAME_BATCH, NULL), 1);
    ack('a', 0);
    ack('a', 1);
    pump();
    assert_int_equal(last_batch('a')->n_sms, 2);
    assert_int_equal(dispatch_outstanding(stage.dispatch), 7);
}

static void batches_are_bounded(void **state)
{
    (void)state;
    stage_hello('a', 1000);
    for (unsigned i = 0; i < 600; i++)
        add(i);
    pump();
    assert_int_equal(stage_sent('a', FRAME_BATCH, NULL), 2);
    assert_int_equal(dispatch_outstanding(stage.dispatch), 600);
}

static void batches_are_bounded_in_bytes(void **state)
{
    (void)state;
    stage_hello('a', 100);
    for (unsigned i = 0; i < 5; i++)
        add_large(i);
    pump();
    assert_int_equal(stage_sent('a', FRAME_BATCH, NULL), 5);
    assert_int_equal(dispatch_outstanding(stage.dispatch), 5);
}

static void work_is_shared(void **state)
{
    (void)state;
    stage_hello('a', 100);
    stage_hello('b', 100);
    stage_hello('c', 100);
    for (unsigned i = 0; i < 150; i++)
        add(i);
    pump();
    assert_int_equal(stage_peer('a')->held, 50);
    assert_int_equal(stage_peer('b')->held, 50);
    assert_int_equal(stage_peer('c')->held, 50);
}

static void idle_workers_take_turns(void **state)
{
    (void)state;
    stage_hello('a', 100);
    stage_hello('b', 100);
    for (unsigned i = 0; i < 4; i++) {
        add(i);
        pump();
        ack(i % 2 ? 'b' : 'a', i);
    }
    assert_int_equal(stage_sent('a', FRAME_BATCH, NULL), 2);
    assert_int_equal(stage_sent('b', FRAME_BATCH, NULL), 2);
    assert_int_equal(acked_count, 4);
}

static void urgent_ones_go_first(void **state)
{
    (void)state;
    add_urgent(1, 0, 0);
    add_urgent(2, 0, 3);
    add_urgent(3, 0, 99);
    add_urgent(4, 0, 1);
    stage_hello('a', 100);
    pump();
    const unsigned order[] = {2, 3, 4, 1};
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(last_batch('a')->sms[i]->uuid.data[1], order[i]);
}

static void a_dead_worker_leaves_suspects(void **state)
{
    (void)state;
    stage_hello('a', 100);
    for (unsigned i = 0; i < 3; i++)
        add(i);
    pump();
    die('a');
    assert_int_equal(figures().redispatched, 3);
    stage_hello('b', 100);
    add(10);
    pump(); /* the only worker is empty: it gets one suspect and nothing else */
    assert_int_equal(last_batch('b')->n_sms, 1);
    assert_int_equal(last_batch('b')->sms[0]->uuid.data[1], 0); /* their order stays */
    assert_int_equal(last_batch('b')->sms[0]->deaths, 1);
    assert_int_equal(stage_sent('b', FRAME_BATCH, NULL), 1);
    stage_hello('c', 100);
    pump(); /* the others are at work meanwhile, with what is no suspect */
    assert_int_equal(last_batch('c')->n_sms, 1);
    assert_int_equal(last_batch('c')->sms[0]->uuid.data[1], 10);
    ack('b', 0);
    pump();
    assert_int_equal(last_batch('b')->sms[0]->uuid.data[1], 1);
    ack('b', 1);
    pump();
    ack('b', 2);
    ack('c', 10);
    assert_int_equal(acked_count, 4);
}

static void a_suspect_waits_for_an_empty_worker(void **state)
{
    (void)state;
    stage_hello('a', 100);
    add(1);
    pump();
    stage_hello('b', 100);
    add(2);
    pump();
    die('a');
    add(3);
    pump(); /* b holds 2: it is spared, so 3 waits as well */
    assert_int_equal(stage_sent('b', FRAME_BATCH, NULL), 1);
    ack('b', 2);
    pump();
    assert_int_equal(last_batch('b')->sms[0]->uuid.data[1], 1);
    ack('b', 1);
    pump();
    assert_int_equal(last_batch('b')->sms[0]->uuid.data[1], 3);
}

static void three_deaths_are_quarantine(void **state)
{
    (void)state;
    add(1);
    for (int i = 0; i <= DISPATCH_DEATHS_MAX; i++) {
        stage_hello('a', 10);
        pump();
        assert_int_equal(last_batch('a')->sms[0]->deaths, i);
        assert_int_equal(last_batch('a')->sms[0]->quarantine, i == DISPATCH_DEATHS_MAX);
        if (i < DISPATCH_DEATHS_MAX)
            die('a');
    }
    ack('a', 1);
    assert_int_equal(acked_count, 1);
    assert_int_equal(figures().quarantined, 1);
}

static void a_bye_is_no_death(void **state)
{
    (void)state;
    Aduan__Wire__Bye bye = ADUAN__WIRE__BYE__INIT;
    stage_hello('a', 10);
    add(1);
    pump();
    stage_hear('a', FRAME_BYE, &bye.base);
    add(2);
    pump();
    assert_int_equal(stage_peer('a')->held, 1); /* no more for who leaves */
    ack('a', 1);
    roster_sweep(&stage.roster, stage.now_ms);
    assert_null(stage_peer('a'));
    assert_int_equal(figures().redispatched, 0);
    stage_hello('b', 10);
    pump();
    assert_int_equal(last_batch('b')->sms[0]->deaths, 0);
}

static void a_message_that_comes_again_is_the_same(void **state)
{
    (void)state;
    add_urgent(1, 0, 0);
    add_urgent(1, 2, 0); /* pending: it learns its new way back */
    stage_hello('a', 10);
    pump();
    assert_int_equal(last_batch('a')->n_sms, 1);
    add_urgent(1, 3, 0); /* held: the same */
    pump();
    assert_int_equal(stage_sent('a', FRAME_BATCH, NULL), 1);
    ack('a', 1);
    assert_int_equal(acked_count, 1);
    assert_int_equal(acked[0].link, 3);
    assert_int_equal(figures().redelivered, 2);
    assert_int_equal(figures().taken, 1);
}

static void a_lost_link_forgets_what_waits(void **state)
{
    (void)state;
    stage_hello('a', 1);
    add_urgent(1, 0, 0);
    pump();
    add_urgent(2, 0, 0);
    add_urgent(3, 1, 0);
    dispatch_link_down(stage.dispatch, 0);
    assert_int_equal(figures().backlog, 2); /* 1 is held, 3 came over another link */
    ack('a', 1);
    assert_int_equal(acked_count, 0);
    pump();
    ack('a', 3);
    assert_int_equal(acked_count, 1);
    assert_int_equal(acked[0].uuid[1], 3);
}

/* One that stands still would die with it, and it would be blamed. */
static void a_suspect_goes_to_who_was_just_heard_of(void **state)
{
    (void)state;
    Aduan__Wire__Ping ping = ADUAN__WIRE__PING__INIT;
    stage_hello('a', 100);
    stage_hello('b', 100);
    stage_hello('c', 100);
    pump();
    add(1);
    pump();
    assert_int_equal(stage_sent('a', FRAME_BATCH, NULL), 1);
    die('a');
    pump(); /* b and c are idle, but were they still there? */
    assert_int_equal(dispatch_outstanding(stage.dispatch), 0);
    add(2);
    pump(); /* one of them is kept free for it */
    assert_int_equal(stage_sent('b', FRAME_BATCH, NULL) + stage_sent('c', FRAME_BATCH, NULL), 1);
    char fed = stage_sent('b', FRAME_BATCH, NULL) ? 'b' : 'c', spared = fed == 'b' ? 'c' : 'b';
    ack(fed, 2); /* it has emptied, and was just heard of */
    pump();
    assert_int_equal(last_batch(fed)->sms[0]->uuid.data[1], 1);
    die(fed);
    pump();
    assert_int_equal(dispatch_outstanding(stage.dispatch), 0);
    stage_hear(spared, FRAME_PING, &ping.base);
    pump();
    assert_int_equal(last_batch(spared)->sms[0]->uuid.data[1], 1);
    assert_int_equal(last_batch(spared)->sms[0]->deaths, 2);
}

static void a_lost_link_does_not_wash_a_suspect(void **state)
{
    (void)state;
    stage_hello('a', 1);
    add(1);
    pump();
    die('a');
    dispatch_link_down(stage.dispatch, 0);
    assert_int_equal(figures().backlog, 1);
    add(1); /* bearerbox sends it again */
    stage_hello('b', 1);
    pump();
    assert_int_equal(last_batch('b')->sms[0]->deaths, 1);
    ack('b', 1);
    assert_int_equal(acked_count, 1);
}

static void an_ack_that_cannot_be_passed_on_is_not_counted(void **state)
{
    (void)state;
    stage_hello('a', 1);
    add(1);
    pump();
    link_lives = false;
    ack('a', 1);
    assert_int_equal(figures().acked, 0);
    assert_int_equal(figures().backlog, 0);
}

static void a_choked_worker_loses_nothing(void **state)
{
    (void)state;
    const int troubles[] = {FRAME_E_AGAIN, FRAME_E_MEMORY};
    stage_hello('a', 10);
    for (unsigned i = 0; i < 2; i++) {
        stage.answer['a'] = troubles[i];
        add(i);
        pump();
        assert_int_equal(dispatch_outstanding(stage.dispatch), 0);
        roster_sweep(&stage.roster, stage.now_ms);
    }
    stage.answer['a'] = FRAME_OK;
    pump();
    assert_int_equal(last_batch('a')->n_sms, 2);
}

static void a_suspect_that_cannot_be_sent_waits(void **state)
{
    (void)state;
    stage_hello('a', 10);
    add(1);
    pump();
    die('a');
    stage_hello('b', 10);
    stage.answer['b'] = FRAME_E_GONE;
    pump();
    assert_int_equal(dispatch_outstanding(stage.dispatch), 0);
    roster_sweep(&stage.roster, stage.now_ms);
    stage.answer['b'] = FRAME_OK;
    stage_hello('c', 10);
    pump();
    assert_int_equal(last_batch('c')->sms[0]->deaths, 1);
}

/* Full at the limit, and until a quarter of it is free: only acks free it. */
static void there_is_a_bound(void **state)
{
    (void)state;
    stage_hello('a', HELD);
    for (unsigned i = 0; i < HELD; i++) {
        assert_true(dispatch_has_room(stage.dispatch));
        add(i);
    }
    assert_false(dispatch_has_room(stage.dispatch));
    pump();
    assert_false(dispatch_has_room(stage.dispatch));
    for (unsigned i = 0; i < HELD / 4; i++) {
        assert_false(dispatch_has_room(stage.dispatch));
        ack('a', i);
    }
    assert_true(dispatch_has_room(stage.dispatch));
    assert_int_equal(acked_count, HELD / 4);
}

static void there_is_a_bound_in_bytes(void **state)
{
    (void)state;
    stage_hello('a', HELD);
    for (unsigned i = 0; i < HELD_BYTES / LARGE_BYTES; i++) {
        assert_true(dispatch_has_room(stage.dispatch));
        add_large(i);
    }
    assert_false(dispatch_has_room(stage.dispatch));
    pump();
    ack('a', 0);
    assert_false(dispatch_has_room(stage.dispatch)); /* three quarters, and what goes with each */
    ack('a', 1);
    assert_true(dispatch_has_room(stage.dispatch));
    dispatch_link_down(stage.dispatch, 0);
    assert_true(dispatch_has_room(stage.dispatch));
}

/* What is taken in goes out the same, and a suspect with one thing more. */
static void a_message_is_handed_on_whole(void **state)
{
    (void)state;
    uint8_t id[ID_BYTES], body[300];
    Aduan__Wire__Sms sms = ADUAN__WIRE__SMS__INIT;
    id_of(7, id);
    memset(body, 'x', sizeof body);
    sms.uuid = (ProtobufCBinaryData){ID_BYTES, id};
    sms.body = (ProtobufCBinaryData){sizeof body, body};
    sms.coding = -1;
    sms.bearerbox = (char *)"main";
    assert_true(dispatch_add_sms(stage.dispatch, 0, 1, &sms, 1));
    memset(body, 'y', sizeof body); /* it was copied */
    for (unsigned deaths = 0; deaths < 5; deaths++) {
        stage_hello('a', 10);
        pump();
        const Aduan__Wire__Batch *batch = last_batch('a');
        assert_int_equal(batch->n_sms, 1);
        assert_int_equal(batch->base.n_unknown_fields, 0);
        assert_int_equal(batch->sms[0]->body.len, sizeof body);
        assert_int_equal(batch->sms[0]->body.data[299], 'x');
        assert_int_equal(batch->sms[0]->coding, -1);
        assert_string_equal(batch->sms[0]->bearerbox, "main");
        assert_int_equal(batch->sms[0]->deaths, deaths);
        assert_int_equal(batch->sms[0]->quarantine, deaths >= DISPATCH_DEATHS_MAX);
        die('a');
    }
    assert_int_equal(figures().quarantined, 1);
}

static void drain_keeps_what_is_held(void **state)
{
    (void)state;
    stage_hello('a', 1);
    add(1);
    pump();
    add(2);
    dispatch_forget_pending(stage.dispatch);
    assert_int_equal(figures().backlog, 1);
    assert_int_equal(dispatch_outstanding(stage.dispatch), 1);
    ack('a', 1);
    assert_int_equal(acked_count, 1);
}

static void reports_go_the_same_way(void **state)
{
    (void)state;
    ProtobufCMessage *last = NULL;
    stage_hello('a', 10);
    add_report(1);
    add_report(2);
    add_report(2);
    pump();
    assert_int_equal(stage_sent('a', FRAME_REPORTS, &last), 1);
    assert_int_equal(((Aduan__Wire__Reports *)last)->n_report, 2);
    ack('a', 1);
    assert_int_equal(acked_count, 1);
    for (int i = 0; i < DISPATCH_DEATHS_MAX; i++) {
        die('a');
        stage_hello('a', 10);
        pump();
    }
    assert_int_equal(figures().given_up, 1); /* it may not block the line for ever */
    assert_int_equal(acked_count, 2);
    assert_int_equal(figures().backlog, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(acked_only_after_a_worker_acked),
        TEST(only_the_holder_can_ack),
        TEST(one_batch_up_to_credit),
        TEST(batches_are_bounded),
        TEST(batches_are_bounded_in_bytes),
        TEST(work_is_shared),
        TEST(idle_workers_take_turns),
        TEST(urgent_ones_go_first),
        TEST(a_dead_worker_leaves_suspects),
        TEST(a_suspect_waits_for_an_empty_worker),
        TEST(three_deaths_are_quarantine),
        TEST(a_bye_is_no_death),
        TEST(a_message_that_comes_again_is_the_same),
        TEST(a_lost_link_forgets_what_waits),
        TEST(a_suspect_goes_to_who_was_just_heard_of),
        TEST(a_lost_link_does_not_wash_a_suspect),
        TEST(an_ack_that_cannot_be_passed_on_is_not_counted),
        TEST(a_choked_worker_loses_nothing),
        TEST(a_suspect_that_cannot_be_sent_waits),
        TEST(there_is_a_bound),
        TEST(there_is_a_bound_in_bytes),
        TEST(a_message_is_handed_on_whole),
        TEST(drain_keeps_what_is_held),
        TEST(reports_go_the_same_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
