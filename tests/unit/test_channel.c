/* SPDX-License-Identifier: BSD-2-Clause */
/* A worker's line to a box, with a real ROUTER playing the box and a clock that the test turns. */
#include "channel.h"

#include "uuid.h"
#include "wire.pb-c.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include <cmocka.h>

enum { PATIENCE_MS = 10000, CREDIT = 77 };

struct stage {
    char dir[64], endpoint[128];
    void *box_context, *worker_context, *router;
    struct channel *channel;
    uint8_t life[UUID_BYTES], box_life[UUID_BYTES];
    uint8_t routing[FRAME_ROUTING_MAX]; /* of the frame the box read last */
    size_t routing_len;
    uint64_t now;
};

static void *bind_router(struct stage *stage)
{
    void *router = zmq_socket(stage->box_context, ZMQ_ROUTER);
    int zero = 0, one = 1;
    zmq_setsockopt(router, ZMQ_LINGER, &zero, sizeof zero);
    zmq_setsockopt(router, ZMQ_ROUTER_MANDATORY, &one, sizeof one);
    assert_int_equal(zmq_bind(router, stage->endpoint), 0);
    return router;
}

static int stage_open(void **state)
{
    struct stage *stage = calloc(1, sizeof *stage);
    assert_non_null(stage);
    strcpy(stage->dir, "/tmp/aduan-channel-XXXXXX");
    assert_non_null(mkdtemp(stage->dir));
    snprintf(stage->endpoint, sizeof stage->endpoint, "ipc://%s/box1.in", stage->dir);
    stage->box_context = zmq_ctx_new();
    stage->worker_context = zmq_ctx_new();
    stage->router = bind_router(stage);
    uuid_random(stage->life);
    uuid_random(stage->box_life);
    stage->now = 1000000;
    struct channel_options options = {.endpoint = stage->endpoint,
                                      .role = "classifier",
                                      .name = "classifier.1",
                                      .life = stage->life,
                                      .credit = CREDIT};
    assert_int_equal(channel_open(stage->worker_context, &options, &stage->channel), OK);
    *state = stage;
    return 0;
}

static int stage_close(void **state)
{
    struct stage *stage = *state;
    channel_close(stage->channel);
    zmq_ctx_term(stage->worker_context);
    if (stage->router)
        zmq_close(stage->router);
    zmq_ctx_term(stage->box_context);
    unlink(strchr(stage->endpoint, '/') + 2);
    rmdir(stage->dir);
    free(stage);
    return 0;
}

static bool readable(void *socket, long ms)
{
    zmq_pollitem_t item = {.socket = socket, .events = ZMQ_POLLIN};
    return zmq_poll(&item, 1, ms) == 1;
}

/* The next frame of that type at the box; others are passed over. The channel is ticked meanwhile, `step` at a time. */
static struct frame box_hears(struct stage *stage, enum frame_type type, uint64_t step)
{
    for (int waited = 0; waited < PATIENCE_MS; waited += 10) {
        channel_tick(stage->channel, stage->now);
        while (readable(stage->router, 10)) {
            struct frame frame;
            assert_int_equal(frame_recv(stage->router, true, &frame), FRAME_OK);
            stage->routing_len = frame.routing_len;
            memcpy(stage->routing, frame.routing, frame.routing_len);
            if (frame.type == type)
                return frame;
            frame_done(&frame);
        }
        stage->now += step;
    }
    fail_msg("the box heard no %s", frame_type_name(type));
    abort();
}

static void box_says(struct stage *stage, enum frame_type type, const ProtobufCMessage *body)
{
    assert_int_equal(frame_send(stage->router, stage->routing, stage->routing_len, type, body), FRAME_OK);
}

static void box_says_raw(struct stage *stage, const void *first, size_t first_len, const void *second, size_t len)
{
    zmq_send(stage->router, stage->routing, stage->routing_len, ZMQ_SNDMORE);
    zmq_send(stage->router, first, first_len, second ? ZMQ_SNDMORE : 0);
    if (second)
        zmq_send(stage->router, second, len, 0);
}

static void box_welcomes(struct stage *stage, bool links_up)
{
    Aduan__Wire__Welcome welcome = ADUAN__WIRE__WELCOME__INIT;
    welcome.box = (char *)"box1";
    welcome.life = (ProtobufCBinaryData){.data = stage->box_life, .len = UUID_BYTES};
    welcome.links_up = links_up;
    box_says(stage, FRAME_WELCOME, &welcome.base);
}

static void box_pings(struct stage *stage, bool links_up)
{
    Aduan__Wire__Ping ping = ADUAN__WIRE__PING__INIT;
    ping.links_up = links_up;
    box_says(stage, FRAME_PING, &ping.base);
}

/* Lets the channel read what the box said last; nothing of it is the worker's business. */
static void channel_reads(struct stage *stage)
{
    struct frame frame;
    assert_true(readable(channel_socket(stage->channel), PATIENCE_MS));
    assert_int_equal(channel_recv(stage->channel, &frame), E_AGAIN);
}

static struct frame channel_gets(struct stage *stage, enum frame_type type)
{
    struct frame frame;
    int err;
    do
        assert_true(readable(channel_socket(stage->channel), PATIENCE_MS));
    while ((err = channel_recv(stage->channel, &frame)) == E_AGAIN);
    assert_int_equal(err, OK);
    assert_int_equal(frame.type, type);
    return frame;
}

static void meet(struct stage *stage, uint8_t life[UUID_BYTES])
{
    struct frame hello = box_hears(stage, FRAME_HELLO, 10);
    if (life)
        memcpy(life, ((Aduan__Wire__Hello *)hello.body)->life.data, UUID_BYTES);
    frame_done(&hello);
    box_welcomes(stage, true);
    channel_reads(stage);
    channel_tick(stage->channel, stage->now);
    assert_true(channel_alive(stage->channel));
}

static void batch_of_one(struct stage *stage, uint8_t uuid[UUID_BYTES])
{
    Aduan__Wire__Sms sms = ADUAN__WIRE__SMS__INIT, *one = &sms;
    Aduan__Wire__Batch batch = ADUAN__WIRE__BATCH__INIT;
    sms.uuid = (ProtobufCBinaryData){.data = uuid, .len = UUID_BYTES};
    batch.sms = &one;
    batch.n_sms = 1;
    box_says(stage, FRAME_BATCH, &batch.base);
}

/* --- promises ------------------------------------------------------------------------------------------------ */

static void hello_tells_who_and_welcome_makes_alive(void **state)
{
    struct stage *stage = *state;
    Aduan__Wire__Ping ping = ADUAN__WIRE__PING__INIT;
    assert_false(channel_alive(stage->channel));
    assert_int_equal(channel_send(stage->channel, FRAME_PING, &ping.base), E_GONE);
    struct frame frame = box_hears(stage, FRAME_HELLO, 10);
    const Aduan__Wire__Hello *hello = (const Aduan__Wire__Hello *)frame.body;
    assert_string_equal(hello->role, "classifier");
    assert_string_equal(hello->name, "classifier.1");
    assert_int_equal(hello->pid, getpid());
    assert_int_equal(hello->credit, CREDIT);
    assert_memory_equal(hello->life.data, stage->life, UUID_BYTES);
    frame_done(&frame);
    assert_string_equal(channel_box(stage->channel), "");

    box_welcomes(stage, false);
    channel_reads(stage);
    assert_true(channel_alive(stage->channel));
    assert_false(channel_links_up(stage->channel));
    assert_string_equal(channel_box(stage->channel), "box1");
    assert_int_equal(channel_generation(stage->channel), 1);
    assert_int_equal(channel_send(stage->channel, FRAME_PING, &ping.base), OK);
}

static void hello_is_said_again_until_it_is_answered(void **state)
{
    struct stage *stage = *state;
    struct frame frame = box_hears(stage, FRAME_HELLO, 10);
    frame_done(&frame);
    uint64_t next = channel_tick(stage->channel, stage->now);
    assert_in_range(next, stage->now + 1, stage->now + CHANNEL_PING_MS);
    stage->now = next;
    frame = box_hears(stage, FRAME_HELLO, 0);
    assert_memory_equal(((Aduan__Wire__Hello *)frame.body)->life.data, stage->life, UUID_BYTES);
    frame_done(&frame);
    box_welcomes(stage, true);
    channel_reads(stage);
    box_welcomes(stage, true); /* the second answer is no new life */
    channel_reads(stage);
    assert_int_equal(channel_generation(stage->channel), 1);
}

static void pings_go_each_second_and_carry_the_links(void **state)
{
    struct stage *stage = *state;
    meet(stage, NULL);
    for (int i = 0; i < 10; i++) {
        stage->now = channel_tick(stage->channel, stage->now);
        struct frame frame = box_hears(stage, FRAME_PING, 0);
        frame_done(&frame);
        box_pings(stage, i % 2 == 0);
        channel_reads(stage);
        assert_int_equal(channel_links_up(stage->channel), i % 2 == 0);
    }
    channel_tick(stage->channel, stage->now);
    assert_true(channel_alive(stage->channel));
    assert_int_equal(channel_generation(stage->channel), 1);
}

static void silence_ends_the_session_and_a_new_life_begins(void **state)
{
    struct stage *stage = *state;
    uint8_t first[UUID_BYTES], second[UUID_BYTES], uuid[UUID_BYTES] = {1}, routing[FRAME_ROUTING_MAX];
    meet(stage, first);
    size_t routing_len = stage->routing_len;
    memcpy(routing, stage->routing, routing_len);
    batch_of_one(stage, uuid); /* waits unread: it belongs to the session that is about to end */
    uint64_t heard = stage->now;
    for (; stage->now < heard + CHANNEL_SILENCE_MS; stage->now += CHANNEL_PING_MS) {
        channel_tick(stage->channel, stage->now);
        assert_true(channel_alive(stage->channel));
    }
    channel_tick(stage->channel, stage->now);
    assert_false(channel_alive(stage->channel));
    assert_false(channel_links_up(stage->channel));
    assert_int_equal(channel_generation(stage->channel), 1);
    meet(stage, second);
    assert_int_equal(channel_generation(stage->channel), 2);
    assert_memory_not_equal(first, second, UUID_BYTES);
    assert_true(routing_len == stage->routing_len && memcmp(routing, stage->routing, routing_len) != 0);
    struct frame frame;
    assert_int_equal(channel_recv(stage->channel, &frame), E_AGAIN);
}

static void a_box_that_lives_anew_is_a_new_generation(void **state)
{
    struct stage *stage = *state;
    meet(stage, NULL);
    uuid_random(stage->box_life);
    box_welcomes(stage, true);
    channel_reads(stage);
    assert_true(channel_alive(stage->channel));
    assert_int_equal(channel_generation(stage->channel), 2);
}

static void a_box_that_does_not_know_us_hears_hello_at_once(void **state)
{
    struct stage *stage = *state;
    uint8_t first[UUID_BYTES], second[UUID_BYTES];
    const uint32_t codes[] = {(uint32_t)FRAME_E_GONE, (uint32_t)-FRAME_E_GONE};
    for (size_t i = 0; i < 2; i++) {
        meet(stage, first);
        Aduan__Wire__Refused refused = ADUAN__WIRE__REFUSED__INIT;
        refused.reason = (char *)"who are you?";
        refused.code = (uint32_t)FRAME_E_BODY; /* this one is only counted */
        box_says(stage, FRAME_REFUSED, &refused.base);
        channel_reads(stage);
        channel_tick(stage->channel, stage->now);
        assert_true(channel_alive(stage->channel));
        refused.code = codes[i];
        box_says(stage, FRAME_REFUSED, &refused.base);
        channel_reads(stage);
        channel_tick(stage->channel, stage->now);
        assert_false(channel_alive(stage->channel));
        assert_int_equal(channel_refused(stage->channel), 2 * (i + 1));
    }
    meet(stage, second);
    assert_memory_not_equal(first, second, UUID_BYTES);
    assert_int_equal(channel_generation(stage->channel), 3);
}

static void the_workers_frames_reach_it(void **state)
{
    struct stage *stage = *state;
    uint8_t uuid[UUID_BYTES] = {9};
    Aduan__Wire__Results results = ADUAN__WIRE__RESULTS__INIT;
    Aduan__Wire__Reports reports = ADUAN__WIRE__REPORTS__INIT;
    Aduan__Wire__Bye bye = ADUAN__WIRE__BYE__INIT;
    meet(stage, NULL);
    batch_of_one(stage, uuid);
    box_says(stage, FRAME_RESULTS, &results.base);
    box_says(stage, FRAME_REPORTS, &reports.base);
    box_says(stage, FRAME_BYE, &bye.base);
    struct frame frame = channel_gets(stage, FRAME_BATCH);
    assert_memory_equal(((Aduan__Wire__Batch *)frame.body)->sms[0]->uuid.data, uuid, UUID_BYTES);
    frame_done(&frame);
    const enum frame_type rest[] = {FRAME_RESULTS, FRAME_REPORTS, FRAME_BYE};
    for (size_t i = 0; i < 3; i++) {
        frame = channel_gets(stage, rest[i]);
        frame_done(&frame);
    }
    assert_int_equal(channel_refused(stage->channel), 0);
}

static void work_before_the_welcome_is_refused(void **state)
{
    struct stage *stage = *state;
    uint8_t uuid[UUID_BYTES] = {9};
    struct frame frame = box_hears(stage, FRAME_HELLO, 10);
    frame_done(&frame);
    batch_of_one(stage, uuid);
    channel_reads(stage);
    Aduan__Wire__Refused refused = ADUAN__WIRE__REFUSED__INIT;
    refused.code = (uint32_t)FRAME_E_GONE; /* means nothing to a channel that nobody has welcomed */
    refused.reason = (char *)"";
    box_says(stage, FRAME_REFUSED, &refused.base);
    channel_reads(stage);
    assert_int_equal(channel_refused(stage->channel), 2);
    box_welcomes(stage, true);
    channel_reads(stage);
    channel_tick(stage->channel, stage->now);
    assert_true(channel_alive(stage->channel));
}

static void garbage_is_refused_and_counted(void **state)
{
    struct stage *stage = *state;
    uint8_t header[FRAME_HEADER_BYTES], other_version[FRAME_HEADER_BYTES], lie[64];
    meet(stage, NULL);
    frame_header(FRAME_BATCH, header);
    frame_header(FRAME_BATCH, other_version);
    other_version[1]++;
    memset(lie, 0xFF, sizeof lie);
    box_says_raw(stage, "garbage", 7, NULL, 0);
    box_says_raw(stage, "", 0, "", 0);
    box_says_raw(stage, header, sizeof header, NULL, 0);
    box_says_raw(stage, header, sizeof header, lie, sizeof lie);
    box_says_raw(stage, other_version, sizeof other_version, "", 0);
    Aduan__Wire__Bye bye = ADUAN__WIRE__BYE__INIT; /* a sound frame behind it still arrives */
    Aduan__Wire__Ack ack = ADUAN__WIRE__ACK__INIT; /* a type that no box sends */
    box_says(stage, FRAME_ACK, &ack.base);
    box_says(stage, FRAME_BYE, &bye.base);
    struct frame frame = channel_gets(stage, FRAME_BYE);
    frame_done(&frame);
    assert_int_equal(channel_refused(stage->channel), 6);
    channel_tick(stage->channel, stage->now);
    assert_true(channel_alive(stage->channel));
}

static void standing_still_too_long_ends_the_session(void **state)
{
    struct stage *stage = *state;
    meet(stage, NULL);
    box_pings(stage, true); /* even with a word of the box waiting: it gave us up long ago */
    stage->now += CHANNEL_SILENCE_MS;
    channel_reads(stage);
    channel_tick(stage->channel, stage->now);
    assert_false(channel_alive(stage->channel));
    meet(stage, NULL);
    assert_int_equal(channel_generation(stage->channel), 2);
}

static void a_closed_box_is_noticed_at_the_next_ping(void **state)
{
    struct stage *stage = *state;
    meet(stage, NULL);
    void *monitor = zmq_socket(stage->worker_context, ZMQ_PAIR);
    zmq_socket_monitor(channel_socket(stage->channel), "inproc://monitor", ZMQ_EVENT_DISCONNECTED);
    zmq_connect(monitor, "inproc://monitor");
    zmq_close(stage->router);
    assert_true(readable(monitor, PATIENCE_MS));
    zmq_close(monitor);
    for (uint64_t i = 1; i < CHANNEL_SILENCE_MS / CHANNEL_PING_MS && channel_alive(stage->channel); i++) {
        readable(channel_socket(stage->channel), 50); /* lets the socket hear of it too */
        stage->now += CHANNEL_PING_MS;
        channel_tick(stage->channel, stage->now);
    }
    assert_false(channel_alive(stage->channel));
    stage->router = bind_router(stage);
    meet(stage, NULL);
    assert_int_equal(channel_generation(stage->channel), 2);
}

/* A box that died and lives again at once: what the old session sends reaches nobody, and its sender is told. */
static void a_session_never_reaches_the_next_life_of_the_box(void **state)
{
    struct stage *stage = *state;
    Aduan__Wire__Bye bye = ADUAN__WIRE__BYE__INIT;
    meet(stage, NULL);
    void *before = channel_socket(stage->channel);
    zmq_close(stage->router);
    /* The end of the connection is noticed by a thread of libzmq's. */
    for (int waited = 0; channel_send(stage->channel, FRAME_BYE, &bye.base) != E_AGAIN; waited++) {
        assert_true(waited < PATIENCE_MS);
        (void)readable(channel_socket(stage->channel), 1);
    }
    stage->router = bind_router(stage);
    assert_false(readable(stage->router, 200));
    assert_int_equal(channel_send(stage->channel, FRAME_BYE, &bye.base), E_AGAIN);
    stage->now += CHANNEL_PING_MS;
    uuid_random(stage->box_life);
    meet(stage, NULL);
    assert_ptr_not_equal(channel_socket(stage->channel), before);
    assert_int_equal(channel_generation(stage->channel), 2);
}

static void sends_say_why_they_fail(void **state)
{
    struct stage *stage = *state;
    enum { MANY = 500000 };
    static ProtobufCBinaryData uuids[MANY];
    uint8_t uuid[UUID_BYTES] = {1};
    Aduan__Wire__Ack ack = ADUAN__WIRE__ACK__INIT;
    for (size_t i = 0; i < MANY; i++)
        uuids[i] = (ProtobufCBinaryData){.data = uuid, .len = UUID_BYTES};
    ack.uuid = uuids;
    ack.n_uuid = MANY;
    meet(stage, NULL);
    assert_int_equal(channel_send(stage->channel, FRAME_ACK, &ack.base), E_INVALID);
    int err = OK;
    ack.n_uuid = 1000;
    for (int i = 0; i < 100000 && err == OK; i++)
        err = channel_send(stage->channel, FRAME_ACK, &ack.base);
    assert_int_equal(err, E_AGAIN); /* the box reads nothing */
    zmq_ctx_shutdown(stage->worker_context);
    struct frame frame;
    /* libzmq looks at its commands every millisecond or so. */
    while ((err = channel_send(stage->channel, FRAME_ACK, &ack.base)) == E_AGAIN)
        ;
    assert_int_equal(err, E_GONE);
    assert_int_equal(channel_recv(stage->channel, &frame), E_IO);
}

static void without_a_new_socket_the_old_one_goes_on(void **state)
{
    struct stage *stage = *state;
    uint8_t first[UUID_BYTES], second[UUID_BYTES];
    void *small = zmq_ctx_new();
    zmq_ctx_set(small, ZMQ_MAX_SOCKETS, 1);
    channel_close(stage->channel);
    stage->life[0] ^= 1; /* a ROUTER ignores a second peer of one routing id, and the first may not have left yet */
    struct channel_options options = {
        .endpoint = stage->endpoint, .role = "responder", .name = "responder.1", .life = stage->life, .credit = 1};
    assert_int_equal(channel_open(small, &options, &stage->channel), OK);
    struct channel *another;
    assert_int_equal(channel_open(small, &options, &another), E_IO);
    meet(stage, first);
    void *socket = channel_socket(stage->channel);
    stage->now += CHANNEL_SILENCE_MS;
    channel_tick(stage->channel, stage->now);
    assert_false(channel_alive(stage->channel));
    assert_ptr_equal(channel_socket(stage->channel), socket);
    meet(stage, second);
    assert_memory_not_equal(first, second, UUID_BYTES);
    channel_close(stage->channel);
    stage->channel = NULL;
    zmq_ctx_term(small);
}

static void open_refuses_what_is_no_endpoint(void **state)
{
    struct stage *stage = *state;
    struct channel *channel = NULL;
    struct channel_options options = {
        .endpoint = "nonsense", .role = "classifier", .name = "c", .life = stage->life, .credit = 1};
    assert_int_equal(channel_open(stage->worker_context, &options, &channel), E_INVALID);
    assert_null(channel);
    channel_close(NULL);
}

static void hello_waits_longer_where_no_box_is(void **state)
{
    struct stage *stage = *state;
    zmq_close(stage->router);
    stage->router = NULL;
    struct channel_options options = {
        .endpoint = "ipc:///nonexistent/box.in", .role = "classifier", .name = "c", .life = stage->life, .credit = 1};
    channel_close(stage->channel);
    assert_int_equal(channel_open(stage->worker_context, &options, &stage->channel), OK);
    uint64_t last = 0;
    for (int i = 0; i < 12; i++) {
        uint64_t next = channel_tick(stage->channel, stage->now);
        assert_true(next - stage->now >= last && next - stage->now <= 2 * CHANNEL_PING_MS);
        last = next - stage->now;
        stage->now = next;
    }
    assert_true(last >= CHANNEL_PING_MS);
}

#define ON_STAGE(test) cmocka_unit_test_setup_teardown(test, stage_open, stage_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_STAGE(hello_tells_who_and_welcome_makes_alive),
        ON_STAGE(hello_is_said_again_until_it_is_answered),
        ON_STAGE(pings_go_each_second_and_carry_the_links),
        ON_STAGE(silence_ends_the_session_and_a_new_life_begins),
        ON_STAGE(a_box_that_lives_anew_is_a_new_generation),
        ON_STAGE(a_box_that_does_not_know_us_hears_hello_at_once),
        ON_STAGE(the_workers_frames_reach_it),
        ON_STAGE(work_before_the_welcome_is_refused),
        ON_STAGE(garbage_is_refused_and_counted),
        ON_STAGE(standing_still_too_long_ends_the_session),
        ON_STAGE(a_closed_box_is_noticed_at_the_next_ping),
        ON_STAGE(a_session_never_reaches_the_next_life_of_the_box),
        ON_STAGE(sends_say_why_they_fail),
        ON_STAGE(without_a_new_socket_the_old_one_goes_on),
        ON_STAGE(open_refuses_what_is_no_endpoint),
        ON_STAGE(hello_waits_longer_where_no_box_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
