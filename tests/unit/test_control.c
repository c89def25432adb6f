/* SPDX-License-Identifier: BSD-2-Clause */
/* The client of the control line believes nothing: each answer that is not one is a sentence. */
#include "control.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <zmq.h>

#include <cmocka.h>

enum { PATIENCE_MS = 5000, SHORT_MS = 50 };

struct server {
    char dir[32], path[64], endpoint[80];
    void *context, *socket;
    const char *answer, *second; /* second: another part behind it */
    char heard[256];
    pthread_t thread;
};

static void *serve_once(void *arg)
{
    struct server *server = arg;
    int got = zmq_recv(server->socket, server->heard, sizeof server->heard - 1, 0);

    if (got >= 0 && server->answer) {
        zmq_send(server->socket, server->answer, strlen(server->answer), server->second ? ZMQ_SNDMORE : 0);
        if (server->second)
            zmq_send(server->socket, server->second, strlen(server->second), 0);
    }
    return NULL;
}

static int setup(void **state)
{
    struct server *server = calloc(1, sizeof *server);
    int patience = PATIENCE_MS;

    strcpy(server->dir, "/tmp/aduan-control.XXXXXX");
    assert_non_null(mkdtemp(server->dir));
    snprintf(server->path, sizeof server->path, "%s/control", server->dir);
    snprintf(server->endpoint, sizeof server->endpoint, "ipc://%s", server->path);
    server->context = zmq_ctx_new();
    server->socket = zmq_socket(server->context, ZMQ_REP);
    zmq_setsockopt(server->socket, ZMQ_RCVTIMEO, &patience, sizeof patience);
    assert_int_equal(zmq_bind(server->socket, server->endpoint), 0);
    *state = server;
    return 0;
}

static int teardown(void **state)
{
    struct server *server = *state;

    zmq_close(server->socket);
    zmq_ctx_term(server->context);
    unlink(server->path);
    rmdir(server->dir);
    free(server);
    return 0;
}

static int call(struct server *server, const char *answer, const char *second, json_t **result, struct fault *fault)
{
    int err;

    server->answer = answer;
    server->second = second;
    memset(server->heard, 0, sizeof server->heard);
    assert_int_equal(pthread_create(&server->thread, NULL, serve_once, server), 0);
    err = control_call(server->endpoint, "scale", json_pack("{s:i}", "classifier", 4), PATIENCE_MS, result, fault);
    pthread_join(server->thread, NULL);
    return err;
}

static void a_good_answer_is_handed_out(void **state)
{
    struct server *server = *state;
    json_t *result = NULL;
    struct fault fault;

    assert_int_equal(call(server, "{\"v\":1,\"ok\":true,\"result\":{\"x\":5}}", NULL, &result, &fault), OK);
    assert_int_equal(json_integer_value(json_object_get(result, "x")), 5);
    json_decref(result);
    assert_string_equal(server->heard, "{\"v\":1,\"verb\":\"scale\",\"args\":{\"classifier\":4}}");
}

static void a_refusal_brings_its_sentence_and_its_code(void **state)
{
    static const struct {
        const char *answer, *sentence;
        int err;
    } cases[] = {
        {"{\"v\":1,\"ok\":false,\"error\":\"stopping\",\"code\":\"busy\"}", "stopping", E_BUSY},
        {"{\"v\":1,\"ok\":false,\"error\":\"bad file\",\"code\":\"config\"}", "bad file", E_CONFIG},
        {"{\"v\":1,\"ok\":false,\"error\":\"odd\",\"code\":\"no such word\"}", "odd", E_STATE},
        {"{\"v\":1,\"ok\":false}", "aduand refuses without a reason", E_STATE},
    };
    struct server *server = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *result = NULL;
        struct fault fault;
        assert_int_equal(call(server, cases[i].answer, NULL, &result, &fault), cases[i].err);
        assert_string_equal(fault.text, cases[i].sentence);
        assert_null(result);
    }
}

static void what_is_no_answer_is_refused(void **state)
{
    static const struct {
        const char *answer, *second;
        int err;
    } cases[] = {
        {"", NULL, E_INVALID},
        {"not json", NULL, E_INVALID},
        {"[1]", NULL, E_INVALID},
        {"{\"v\":1}", NULL, E_INVALID},
        {"{\"v\":\"1\",\"ok\":true}", NULL, E_INVALID},
        {"{\"v\":1,\"ok\":true}", NULL, E_INVALID},
        {"{\"v\":1,\"ok\":true,\"result\":[]}", NULL, E_INVALID},
        {"{\"v\":2,\"ok\":true,\"result\":{}}", NULL, E_VERSION},
        {"{\"v\":1,\"ok\":true,\"ok\":true,\"result\":{}}", NULL, E_INVALID},
        {"{\"v\":1,\"ok\":true,\"result\":{}}", "more", E_INVALID},
    };
    struct server *server = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *result = NULL;
        struct fault fault;
        assert_int_equal(call(server, cases[i].answer, cases[i].second, &result, &fault), cases[i].err);
        assert_null(result);
    }
}

static void silence_ends_with_the_timeout(void **state)
{
    struct server *server = *state;
    json_t *result = NULL;
    struct fault fault;

    assert_int_equal(control_call(server->endpoint, "ping", NULL, SHORT_MS, &result, &fault), E_GONE);
    assert_non_null(strstr(fault.text, "does not answer within 50 ms"));
}

static void nobody_there_is_said_at_once(void **state)
{
    struct server *server = *state;
    json_t *result = NULL;
    struct fault fault;
    char endpoint[96];

    snprintf(endpoint, sizeof endpoint, "ipc://%s/none", server->dir);
    assert_int_equal(control_call(endpoint, "ping", NULL, PATIENCE_MS, &result, &fault), E_GONE);
    assert_non_null(strstr(fault.text, "not running"));
}

static void a_peer_that_is_no_zeromq_takes_no_question(void **state)
{
    json_t *result = NULL;
    struct fault fault;

    (void)state;
    /* Nothing listens on port 1 of the loopback: the question is queued, the answer never comes. */
    assert_int_equal(control_call("tcp://127.0.0.1:1", "ping", NULL, SHORT_MS, &result, &fault), E_GONE);
    assert_int_equal(control_call("nonsense", "ping", NULL, SHORT_MS, &result, &fault), E_INVALID);
}

static void a_question_has_bounds(void **state)
{
    struct server *server = *state;
    json_t *result = NULL;
    struct fault fault;
    char *big = calloc(1, CONTROL_MAX_BYTES + 1), endpoint[256] = "ipc://";

    memset(big, 'x', CONTROL_MAX_BYTES);
    assert_int_equal(control_call(server->endpoint, "ping", json_pack("{s:s}", "x", big), SHORT_MS, &result, &fault),
                     E_INVALID);
    memset(endpoint + 6, 'p', 200);
    assert_int_equal(control_call(endpoint, "ping", NULL, SHORT_MS, &result, &fault), E_INVALID);
    free(big);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_good_answer_is_handed_out, setup, teardown),
        cmocka_unit_test_setup_teardown(a_refusal_brings_its_sentence_and_its_code, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_answer_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(silence_ends_with_the_timeout, setup, teardown),
        cmocka_unit_test_setup_teardown(nobody_there_is_said_at_once, setup, teardown),
        cmocka_unit_test(a_peer_that_is_no_zeromq_takes_no_question),
        cmocka_unit_test_setup_teardown(a_question_has_bounds, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
