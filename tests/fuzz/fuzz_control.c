/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer target: aduand's end of the control line, through a socket. The first byte gives the shape of the message
 * around the question; every question of the right shape has an answer, which its client can read. Shape 4 is what a
 * process says of itself on the status socket. */
#include "fuzz.h"

#include "control_answer.h"
#include "figures.h"
#include "frame.h"
#include "log.h"
#include "supervisor.h"

#include <zmq.h>

enum { SHAPE_ASKED, SHAPE_BARE, SHAPE_MORE, SHAPE_NOT_EMPTY, SHAPE_STATUS, SHAPES };

static const char config_text[] = "desk: {name: x, shortcodes: [1708]}\nrun: {dir: run}\n"
                                  "boxes: [{name: box1, bearerboxes: [{name: m}]}]\n";

static struct supervisor *the_supervisor(void **asker)
{
    static struct supervisor s;
    static void *socket;
    static const uint8_t key[SEAL_KEY_BYTES] = {1};
    struct fault fault;
    if (!s.zmq) {
        log_open("fuzz", "", LOG_LEVEL_ERROR);
        fuzz_must(config_parse("fuzz.yaml", fuzz_dir(), config_text, strlen(config_text), &s.boot, &fault) == OK);
        fuzz_must(mkdir(s.boot->run_dir, 0700) == 0 && seal_from_bytes(key, &s.seal) == OK);
        s.live = s.boot;
        s.zmq = zmq_ctx_new();
        s.control = zmq_socket(s.zmq, ZMQ_ROUTER);
        socket = zmq_socket(s.zmq, ZMQ_DEALER);
        fuzz_must(zmq_bind(s.control, "inproc://control") == 0 && zmq_connect(socket, "inproc://control") == 0);
    }
    fleet_init(&s.fleet, s.boot, "/nonexistent");
    s.refused = 0;
    *asker = socket;
    return &s;
}

static void ask(void *socket, unsigned shape, const uint8_t *data, size_t size)
{
    if (shape != SHAPE_BARE)
        zmq_send(socket, "x", shape == SHAPE_NOT_EMPTY, ZMQ_SNDMORE | ZMQ_DONTWAIT);
    zmq_send(socket, data, size, (shape == SHAPE_MORE ? ZMQ_SNDMORE : 0) | ZMQ_DONTWAIT);
    if (shape == SHAPE_MORE)
        zmq_send(socket, "more", 4, ZMQ_DONTWAIT);
}

/* False: there is none. */
static bool read_answer(void *socket)
{
    zmq_msg_t part;
    struct fault fault = {0};
    json_t *result = NULL;
    zmq_msg_init(&part);
    bool any = zmq_msg_recv(&part, socket, ZMQ_DONTWAIT) >= 0;
    if (any) {
        fuzz_must(zmq_msg_size(&part) == 0 && zmq_msg_more(&part));
        fuzz_must(zmq_msg_recv(&part, socket, ZMQ_DONTWAIT) >= 0 && !zmq_msg_more(&part));
        if (control_answer_read(zmq_msg_data(&part), zmq_msg_size(&part), &result, &fault) != OK)
            fuzz_must(fault.text[0] != '\0');
        json_decref(result);
    }
    zmq_msg_close(&part);
    return any;
}

static void status(const uint8_t *data, size_t size)
{
    static struct figures figures;
    ProtobufCMessage *body;
    figures_reset(&figures);
    if (frame_decode(FRAME_STATUS, data, size, &body) != FRAME_OK)
        return;
    for (uint64_t now_ms = 1000; now_ms < 4000; now_ms += 1000) {
        figures_take(&figures, (const Aduan__Wire__Status *)body, now_ms);
        fuzz_must(figures_rate(&figures, now_ms) >= 0);
    }
    fuzz_must(figures.link_count <= FIGURES_LINKS_MAX && figures.counter_count <= FIGURES_COUNTERS_MAX);
    frame_body_free(body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *asker;
    if (size == 0)
        return 0;
    unsigned shape = data[0] % SHAPES;
    if (shape == SHAPE_STATUS) {
        status(data + 1, size - 1);
        return 0;
    }
    struct supervisor *s = the_supervisor(&asker);
    ask(asker, shape, data + 1, size - 1);
    control_server_run(s);
    fuzz_must(read_answer(asker) == (shape == SHAPE_ASKED));
    fuzz_must(shape == SHAPE_ASKED || s->refused == 1);
    fleet_done(&s->fleet);
    return 0;
}
