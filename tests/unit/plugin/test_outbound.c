/* SPDX-License-Identifier: BSD-2-Clause */
#include "support_roster.h"

enum { LINKS = 2, MEMORY = 64 };
enum {
    ACCEPTED = ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_ACCEPTED,
    BUFFERED = ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_BUFFERED,
    REJECTED = ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_REJECTED,
    RETRY = ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_RETRY,
    NOT_SENT = ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_NOT_SENT,
    AMBIGUOUS = ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_AMBIGUOUS
};

static uint64_t stage_now_us, submit_claim, submit_slot, submit_until_us;

static struct {
    bool up[LINKS], full;
    size_t written[LINKS];
    uint64_t end[LINKS];
} fake_links;

static bool on_up(void *ctx, uint32_t link)
{
    (void)ctx;
    return fake_links.up[link];
}

static const char *on_name(void *ctx, uint32_t link)
{
    (void)ctx;
    return link == 0 ? "main" : "second";
}

static bool on_submit(void *ctx, uint32_t link, const Aduan__Wire__Mt *mt, uint64_t *end)
{
    (void)ctx;
    assert_int_equal(mt->reply_id.len, ID_BYTES);
    if (fake_links.full)
        return false;
    fake_links.written[link]++;
    *end = fake_links.end[link] += 100;
    return true;
}

static void open_with(size_t memory)
{
    const struct outbound_hooks hooks = {NULL, LINKS, on_up, on_name, on_submit};
    stage_open();
    stage.roster.role = "responder";
    stage_now_us = 1000;
    submit_claim = submit_slot = submit_until_us = 0;
    memset(&fake_links, 0, sizeof fake_links);
    fake_links.up[0] = fake_links.up[1] = true;
    stage.outbound = outbound_new(memory, 7, &hooks);
    assert_non_null(stage.outbound);
    stage_hello_as('r', "responder", "r.1", 'r', 10);
}

static int setup(void **state)
{
    (void)state;
    open_with(MEMORY);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    stage_close();
    return 0;
}

static void id_of(unsigned n, uint8_t out[ID_BYTES])
{
    memset(out, 0x55, ID_BYTES);
    out[0] = (uint8_t)(n >> 16);
    out[1] = (uint8_t)(n >> 8);
    out[2] = (uint8_t)n;
}

static void submit_to(char from, unsigned n, const char *link, const char *receiver)
{
    uint8_t id[ID_BYTES];
    Aduan__Wire__Mt mt = ADUAN__WIRE__MT__INIT, *list = &mt;
    Aduan__Wire__Submit submit = ADUAN__WIRE__SUBMIT__INIT;
    id_of(n, id);
    mt.reply_id = (ProtobufCBinaryData){ID_BYTES, id};
    mt.sender = (ProtobufCBinaryData){4, (uint8_t *)"1708"};
    mt.receiver = (ProtobufCBinaryData){strlen(receiver), (uint8_t *)receiver};
    mt.body = (ProtobufCBinaryData){2, (uint8_t *)"ya"};
    mt.bearerbox = (char *)link;
    mt.claim = submit_claim;
    mt.slot = submit_slot;
    mt.write_until_us = submit_until_us;
    submit.n_mt = 1;
    submit.mt = &list;
    stage_hear(from, FRAME_SUBMIT, &submit.base);
}

static void submit(unsigned n)
{
    submit_to('r', n, "main", "628123");
}

static void pump(void)
{
    outbound_pump(stage.outbound, &stage.roster, stage_now_us);
}

static void mt_ack(uint32_t link, unsigned n, int outcome)
{
    uint8_t id[ID_BYTES];
    id_of(n, id);
    outbound_mt_ack(stage.outbound, link, id, (Aduan__Wire__SubmitOutcome)outcome);
}

static struct outbound_figures figures(void)
{
    struct outbound_figures out;
    outbound_figures(stage.outbound, &out);
    return out;
}

/* The count-th outcome that peer was told of that reply; -1: there is none. */
static int told(char to, unsigned n, size_t count)
{
    uint8_t id[ID_BYTES];
    id_of(n, id);
    for (size_t i = 0; i < stage.sent_count; i++) {
        if (stage.sent[i].to != to || stage.sent[i].type != FRAME_RESULTS)
            continue;
        const Aduan__Wire__Results *results = (const Aduan__Wire__Results *)stage.sent[i].body;
        for (size_t k = 0; k < results->n_result; k++)
            if (memcmp(results->result[k]->reply_id.data, id, ID_BYTES) == 0 && --count == 0)
                return (int)results->result[k]->outcome;
    }
    return -1;
}

/* --- the promises -------------------------------------------------------------------------------------------- */

static uint64_t claim_told(char to, unsigned n)
{
    uint8_t id[ID_BYTES];
    uint64_t claim = 0;
    id_of(n, id);
    for (size_t i = 0; i < stage.sent_count; i++) {
        if (stage.sent[i].to != to || stage.sent[i].type != FRAME_RESULTS)
            continue;
        const Aduan__Wire__Results *results = (const Aduan__Wire__Results *)stage.sent[i].body;
        for (size_t k = 0; k < results->n_result; k++)
            if (memcmp(results->result[k]->reply_id.data, id, ID_BYTES) == 0)
                claim = results->result[k]->claim;
    }
    return claim;
}

static void past_its_time_it_is_not_written(void **state)
{
    (void)state;
    submit_claim = 7;
    submit_until_us = 1500;
    submit(1);
    stage_now_us = 1500; /* the box stood still meanwhile */
    pump();
    assert_int_equal(fake_links.written[0], 0);
    assert_int_equal(told('r', 1, 1), NOT_SENT);
    assert_int_equal(claim_told('r', 1), 7);
    assert_int_equal(figures().late, 1);
}

static void a_newer_claim_gives_it_more_time(void **state)
{
    (void)state;
    submit_claim = 7;
    submit_until_us = 1500;
    submit(1);
    submit_claim = 8;
    submit_until_us = 2500;
    submit(1);
    submit_claim = 6; /* an old one, late, takes none away */
    submit_until_us = 100;
    submit(1);
    stage_now_us = 2000;
    pump();
    assert_int_equal(fake_links.written[0], 1);
    submit_claim = 9;
    submit(1); /* it is written already: only its result is asked for */
    pump();
    mt_ack(0, 1, ACCEPTED);
    pump();
    assert_int_equal(fake_links.written[0], 1);
    assert_int_equal(told('r', 1, 1), ACCEPTED);
    assert_int_equal(claim_told('r', 1), 9);
}

static void an_id_is_written_once(void **state)
{
    (void)state;
    submit(1);
    submit(1); /* queued */
    pump();
    submit(1); /* in flight */
    pump();
    assert_int_equal(fake_links.written[0], 1);
    assert_int_equal(told('r', 1, 1), -1);
    mt_ack(0, 1, ACCEPTED);
    pump();
    assert_int_equal(told('r', 1, 1), ACCEPTED);
    submit(1); /* known */
    pump();
    assert_int_equal(told('r', 1, 2), ACCEPTED);
    assert_int_equal(fake_links.written[0], 1);
    assert_int_equal(figures().repeated, 3);
    assert_int_equal(stage_peer('r')->submits_open, 0);
}

/* Two messages of one uuid have replies of one id, in two slots. */
static void another_slot_waits_for_the_end_of_the_first(void **state)
{
    (void)state;
    submit_slot = 17;
    submit(1);
    pump();
    submit_slot = 18;
    submit(1); /* not while the first one is out */
    pump();
    assert_int_equal(fake_links.written[0], 1);
    mt_ack(0, 1, ACCEPTED);
    pump();
    assert_int_equal(told('r', 1, 1), ACCEPTED);
    submit(1);
    pump();
    assert_int_equal(fake_links.written[0], 2);
    mt_ack(0, 1, REJECTED);
    pump();
    assert_int_equal(told('r', 1, 2), REJECTED);
    const Aduan__Wire__Results *last = (const Aduan__Wire__Results *)stage.sent[stage.sent_count - 1].body;
    assert_true(last->result[0]->slot == 18);
}

static void every_ack_has_its_outcome(void **state)
{
    (void)state;
    const int outcomes[] = {ACCEPTED, BUFFERED, REJECTED, RETRY, AMBIGUOUS};
    for (unsigned i = 0; i < 5; i++)
        submit(i);
    pump();
    for (unsigned i = 0; i < 5; i++)
        mt_ack(0, i, outcomes[i]);
    pump();
    assert_int_equal(stage_sent('r', FRAME_RESULTS, NULL), 1);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(told('r', i, 1), outcomes[i]);
    for (unsigned i = 0; i < 5; i++)
        submit(i);
    pump();
    assert_int_equal(fake_links.written[0], 8); /* what bearerbox has must not be written again */
}

static void a_stray_ack_changes_nothing(void **state)
{
    (void)state;
    submit(1);
    mt_ack(0, 1, ACCEPTED); /* not written yet */
    pump();
    mt_ack(1, 1, ACCEPTED); /* another link's */
    mt_ack(0, 2, ACCEPTED);
    mt_ack(0, 1, 0);
    assert_int_equal(figures().stray_acks, 4);
    assert_int_equal(figures().in_flight, 1);
}

static void no_link_is_not_sent(void **state)
{
    (void)state;
    fake_links.up[0] = fake_links.up[1] = false;
    submit(1);
    pump();
    assert_int_equal(told('r', 1, 1), NOT_SENT);
    fake_links.up[0] = true;
    submit(1);
    pump();
    assert_int_equal(fake_links.written[0], 1);
}

static void the_link_asked_for_else_another(void **state)
{
    (void)state;
    submit_to('r', 1, "second", "62");
    submit_to('r', 2, "nowhere", "62");
    submit_to('r', 3, "nowhere", "62");
    pump();
    assert_int_equal(fake_links.written[0], 2); /* the one with less to do, the first among equals */
    assert_int_equal(fake_links.written[1], 1);
    fake_links.up[1] = false;
    submit_to('r', 4, "second", "62");
    pump();
    assert_int_equal(fake_links.written[0], 3);
}

static void a_lost_link_is_ambiguous_for_what_left(void **state)
{
    (void)state;
    submit(1);
    submit(2);
    submit(3);
    pump();
    fake_links.up[0] = fake_links.up[1] = false;
    outbound_link_down(stage.outbound, 0, 250); /* the third one's last byte is the 300th */
    pump();
    assert_int_equal(told('r', 1, 1), AMBIGUOUS);
    assert_int_equal(told('r', 2, 1), AMBIGUOUS);
    assert_int_equal(told('r', 3, 1), NOT_SENT);
    assert_true(outbound_idle(stage.outbound));
}

static void what_waits_for_a_lost_link_moves(void **state)
{
    (void)state;
    submit(1);
    fake_links.up[0] = false; /* before it was written */
    pump();
    assert_int_equal(fake_links.written[0], 0);
    assert_int_equal(fake_links.written[1], 1);
    submit_to('r', 2, "second", "62");
    fake_links.up[1] = false;
    pump();
    assert_int_equal(told('r', 2, 1), NOT_SENT);
}

static void windows_are_bounded(void **state)
{
    (void)state;
    stage_close();
    open_with(OUTBOUND_MEMORY);
    for (unsigned i = 0; i < OUTBOUND_WINDOW + 10; i++)
        submit(i);
    pump();
    assert_int_equal(figures().in_flight, OUTBOUND_WINDOW);
    assert_int_equal(figures().queued, 10);
    assert_int_equal(fake_links.written[1], 0);
    mt_ack(0, 0, ACCEPTED);
    pump();
    assert_int_equal(figures().queued, 9);
}

static void the_queue_is_bounded(void **state)
{
    (void)state;
    stage_close();
    open_with(OUTBOUND_MEMORY);
    for (unsigned i = 0; i < OUTBOUND_QUEUE_MAX + 1; i++)
        submit(i);
    assert_int_equal(figures().outcomes[RETRY], 1);
    assert_int_equal(figures().queued, OUTBOUND_QUEUE_MAX);
}

static void memory_is_bounded(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3 * MEMORY; i++) {
        submit(i);
        pump();
        mt_ack(0, i, ACCEPTED);
        pump();
    }
    stage_forget_sent();
    submit(3 * MEMORY - 1); /* remembered */
    submit(0);              /* forgotten long ago */
    pump();
    assert_int_equal(told('r', 3 * MEMORY - 1, 1), ACCEPTED);
    assert_int_equal(told('r', 0, 1), -1);
    assert_int_equal(fake_links.written[0], 3 * MEMORY + 1);
}

static void when_all_is_open_more_is_refused(void **state)
{
    (void)state;
    for (unsigned i = 0; i < MEMORY; i++)
        submit(i);
    submit(MEMORY);
    assert_int_equal(figures().overflowed, 1);
    assert_int_equal(stage.roster.refused, 1);
    assert_int_equal(stage_sent('r', FRAME_REFUSED, NULL), 1);
}

static void an_mt_to_nobody_is_rejected(void **state)
{
    (void)state;
    submit_to('r', 1, "main", "");
    pump();
    assert_int_equal(told('r', 1, 1), REJECTED);
    assert_int_equal(fake_links.written[0], 0);
}

static void a_link_without_memory_is_tried_later(void **state)
{
    (void)state;
    fake_links.full = true;
    submit(1);
    pump();
    assert_int_equal(told('r', 1, 1), RETRY);
}

static void results_go_to_who_lives(void **state)
{
    (void)state;
    submit(1);
    pump();
    stage_peer('r')->gone = true;
    roster_sweep(&stage.roster, stage.now_ms);
    mt_ack(0, 1, ACCEPTED);
    pump(); /* nobody: it waits */
    assert_int_equal(figures().owed, 1);
    stage_hello_as('s', "responder", "r.2", 's', 10);
    pump();
    assert_int_equal(told('s', 1, 1), ACCEPTED);
    assert_int_equal(figures().owed, 0);
}

static void each_hears_its_own(void **state)
{
    (void)state;
    stage_hello_as('s', "responder", "r.2", 's', 10);
    submit(1);
    submit_to('s', 2, "main", "62");
    submit_to('s', 1, "main", "628123"); /* asked again by another one: it is the one to tell */
    pump();
    mt_ack(0, 1, ACCEPTED);
    mt_ack(0, 2, BUFFERED);
    pump();
    assert_int_equal(told('s', 1, 1), ACCEPTED);
    assert_int_equal(told('s', 2, 1), BUFFERED);
    assert_int_equal(stage_sent('r', FRAME_RESULTS, NULL), 0);
    assert_int_equal(stage_peer('r')->submits_open, 0);
    assert_int_equal(stage_peer('s')->submits_open, 0);
}

static void a_choked_responder_hears_later(void **state)
{
    (void)state;
    submit(1);
    pump();
    mt_ack(0, 1, ACCEPTED);
    stage.answer['r'] = FRAME_E_AGAIN;
    pump();
    pump();
    assert_int_equal(figures().owed, 1);
    stage.answer['r'] = FRAME_OK;
    roster_sweep(&stage.roster, stage.now_ms);
    pump();
    assert_int_equal(told('r', 1, 1), ACCEPTED);
}

static void many_results_are_several_frames(void **state)
{
    (void)state;
    stage_close();
    open_with(OUTBOUND_MEMORY);
    for (unsigned i = 0; i < 600; i++)
        submit(i);
    pump();
    for (unsigned i = 0; i < 600; i++)
        mt_ack(0, i, ACCEPTED);
    pump();
    assert_int_equal(stage_sent('r', FRAME_RESULTS, NULL), 2);
    assert_int_equal(told('r', 599, 1), ACCEPTED);
}

static void a_drain_takes_nothing_new(void **state)
{
    (void)state;
    submit(1);
    pump();
    outbound_refuse_new(stage.outbound);
    submit(2);
    pump();
    assert_int_equal(told('r', 2, 1), RETRY);
    assert_false(outbound_idle(stage.outbound));
    mt_ack(0, 1, ACCEPTED);
    assert_true(outbound_idle(stage.outbound));
}

static void the_end_decides_all(void **state)
{
    (void)state;
    submit(1);
    pump();
    submit(2);
    outbound_close(stage.outbound);
    pump();
    assert_int_equal(told('r', 1, 1), AMBIGUOUS);
    assert_int_equal(told('r', 2, 1), NOT_SENT);
    assert_true(outbound_idle(stage.outbound));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(an_id_is_written_once),
        TEST(past_its_time_it_is_not_written),
        TEST(a_newer_claim_gives_it_more_time),
        TEST(another_slot_waits_for_the_end_of_the_first),
        TEST(every_ack_has_its_outcome),
        TEST(a_stray_ack_changes_nothing),
        TEST(no_link_is_not_sent),
        TEST(the_link_asked_for_else_another),
        TEST(a_lost_link_is_ambiguous_for_what_left),
        TEST(what_waits_for_a_lost_link_moves),
        TEST(windows_are_bounded),
        TEST(the_queue_is_bounded),
        TEST(memory_is_bounded),
        TEST(when_all_is_open_more_is_refused),
        TEST(an_mt_to_nobody_is_rejected),
        TEST(a_link_without_memory_is_tried_later),
        TEST(results_go_to_who_lives),
        TEST(each_hears_its_own),
        TEST(a_choked_responder_hears_later),
        TEST(many_results_are_several_frames),
        TEST(a_drain_takes_nothing_new),
        TEST(the_end_decides_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
