/* SPDX-License-Identifier: BSD-2-Clause */
/* What aduand is told: each thing once, and at rest a word now and then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "frame_status.h"

#include <zmq.h>

static struct {
    void *zmq, *aduand, *process;
    struct frame_status last;
    Aduan__Wire__Status status;
} stage;

static int begin(void **state)
{
    (void)state;
    int zero = 0, one = 1;
    stage.zmq = zmq_ctx_new();
    stage.aduand = zmq_socket(stage.zmq, ZMQ_ROUTER);
    stage.process = zmq_socket(stage.zmq, ZMQ_DEALER);
    zmq_setsockopt(stage.aduand, ZMQ_LINGER, &zero, sizeof zero);
    zmq_setsockopt(stage.process, ZMQ_LINGER, &zero, sizeof zero);
    zmq_setsockopt(stage.process, ZMQ_IMMEDIATE, &one, sizeof one);
    aduan__wire__status__init(&stage.status);
    stage.status.role = "classifier";
    stage.status.name = "classifier.1";
    stage.status.state = ADUAN__WIRE__STATUS__STATE__READY;
    return 0;
}

static int end(void **state)
{
    (void)state;
    frame_status_forget(&stage.last);
    zmq_close(stage.aduand);
    zmq_close(stage.process);
    zmq_ctx_term(stage.zmq);
    return 0;
}

static void meet(void)
{
    assert_int_equal(zmq_bind(stage.aduand, "inproc://status"), 0);
    assert_int_equal(zmq_connect(stage.process, "inproc://status"), 0);
}

static int tell(uint64_t mono_ms)
{
    return frame_status_tell(&stage.last, stage.process, &stage.status, mono_ms);
}

/* How many frames have come, and that each says `done`. */
static unsigned heard(uint64_t done)
{
    struct frame frame;
    unsigned count = 0;
    while (frame_recv(stage.aduand, true, &frame) == FRAME_OK) {
        assert_int_equal(frame.type, FRAME_STATUS);
        assert_int_equal(((Aduan__Wire__Status *)frame.body)->done, done);
        frame_done(&frame);
        count++;
    }
    return count;
}

static void the_same_is_told_now_and_then(void **state)
{
    (void)state;
    meet();
    assert_int_equal(tell(1000), FRAME_OK);
    assert_int_equal(heard(0), 1);
    for (uint64_t at = 1001; at < 1000 + FRAME_STATUS_STILL_MS; at += 100)
        assert_int_equal(tell(at), FRAME_OK);
    assert_int_equal(heard(0), 0);
    assert_int_equal(tell(1000 + FRAME_STATUS_STILL_MS), FRAME_OK);
    assert_int_equal(heard(0), 1);
    assert_int_equal(tell(1001 + FRAME_STATUS_STILL_MS), FRAME_OK);
    assert_int_equal(heard(0), 0);
}

static void what_is_new_is_told_at_once(void **state)
{
    (void)state;
    meet();
    for (uint64_t done = 0; done < 5; done++) {
        stage.status.done = done;
        assert_int_equal(tell(1000), FRAME_OK);
        assert_int_equal(heard(done), 1);
    }
    stage.status.note = "the store does not commit";
    assert_int_equal(tell(1000), FRAME_OK);
    assert_int_equal(heard(4), 1);
}

static void what_nobody_took_is_told_again(void **state)
{
    (void)state;
    assert_int_equal(tell(1000), FRAME_E_AGAIN);
    assert_int_equal(tell(1001), FRAME_E_AGAIN);
    meet();
    assert_int_equal(tell(1002), FRAME_OK);
    assert_int_equal(heard(0), 1);
    assert_int_equal(tell(1003), FRAME_OK);
    assert_int_equal(heard(0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_same_is_told_now_and_then, begin, end),
        cmocka_unit_test_setup_teardown(what_is_new_is_told_at_once, begin, end),
        cmocka_unit_test_setup_teardown(what_nobody_took_is_told_again, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
