/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is let in: with nobody to answer for keys nobody, a registered key, a stranger's not. The sockets are those of
 * the program; only its loop is played here. */
#include "support_store.h"

#include "clock.h"
#include "feed.h"
#include "log.h"
#include "store_integrator.h"

#include <netinet/in.h>
#include <sys/socket.h>

enum { PATIENCE_MS = 20000, QUIET_MS = 700 };

struct scene {
    struct support s;
    struct worker worker;
    struct feed feed;
    struct curve_key server, client;
    void *clients;    /* another context: libzmq must not see its own keys */
    void *subscriber; /* of it; NULL: none yet */
};

static unsigned free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    close(fd);
    return ntohs(address.sin_port);
}

static int setup(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    struct fault fault = {0};
    char path[160], text[1024];
    log_open("test", "", LOG_LEVEL_ERROR);
    support_open(&scene->s);
    snprintf(path, sizeof path, "%s/feed.key", scene->s.dir);
    assert_int_equal(curve_key_create(path, &fault), OK);
    assert_int_equal(curve_key_load(path, &scene->server, &fault), OK);
    assert_int_equal(curve_key_make(&scene->client, &fault), OK);
    snprintf(text, sizeof text,
             "desk: {name: x, shortcodes: [1]}\nrun: {dir: %s}\nboxes: [{name: box1, bearerboxes: [{name: m}]}]\n"
             "feed: {publish: 'tcp://127.0.0.1:%u', replay: 'tcp://127.0.0.1:%u'}\n",
             scene->s.dir, free_port(), free_port());
    struct worker *worker = &scene->worker;
    if (config_parse("aduan.yaml", scene->s.dir, text, strlen(text), &worker->config, &fault))
        fail_msg("%s", fault.text);
    worker->zmq = zmq_ctx_new();
    scene->clients = zmq_ctx_new();
    worker->store = scene->s.store;
    worker->seal = scene->s.seal;
    worker->role_state = &scene->feed;
    views_add(&scene->feed, scene->s.seal, "full", VIEW_FULL, NULL);
    *state = scene;
    return 0;
}

static void hang_up(struct scene *scene)
{
    if (scene->subscriber)
        zmq_close(scene->subscriber);
    scene->subscriber = NULL;
}

static int teardown(void **state)
{
    struct scene *scene = *state;
    hang_up(scene);
    zmq_ctx_term(scene->clients);
    sockets_close(&scene->feed);
    keys_close(&scene->feed);
    views_done(&scene->feed);
    zmq_ctx_term(scene->worker.zmq);
    config_free(scene->worker.config);
    support_close(&scene->s);
    free(scene);
    return 0;
}

static void open_sockets(struct scene *scene)
{
    struct fault fault = {0};
    if (sockets_open(&scene->worker, &fault))
        fail_msg("%s", fault.text);
}

static void register_client(struct scene *scene)
{
    Aduan__Record__Integrator integrator = ADUAN__RECORD__INTEGRATOR__INIT;
    uint8_t key[CURVE_KEY_BYTES];
    struct fault fault;
    integrator.name = "acme";
    integrator.tier = "public";
    assert_int_equal(curve_key_parse(scene->client.public_text, key), OK);
    assert_int_equal(store_integrator_add(scene->s.store, key, &integrator, 1, &fault), OK);
}

static void subscribe(struct scene *scene)
{
    int zero = 0;
    hang_up(scene);
    void *socket = scene->subscriber = zmq_socket(scene->clients, ZMQ_SUB);
    zmq_setsockopt(socket, ZMQ_LINGER, &zero, sizeof zero);
    zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, scene->server.public_text, CURVE_KEY_TEXT_BYTES);
    zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, scene->client.public_text, CURVE_KEY_TEXT_BYTES);
    zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, scene->client.secret_text, CURVE_KEY_TEXT_BYTES);
    zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "v1.acme.", 8);
    assert_int_equal(zmq_connect(socket, scene->worker.config->feed_publish), 0);
}

/* Plays the loop until somebody has subscribed, or for so long. The client's socket is polled too: after a broken
 * connection libzmq subscribes anew only when its socket is used. */
static bool somebody_comes(struct scene *scene, uint64_t wait_ms)
{
    uint64_t give_up = clock_mono_ms() + wait_ms;
    for (uint64_t now = clock_mono_ms(); now < give_up; now = clock_mono_ms()) {
        zmq_pollitem_t items[] = {{.socket = scene->feed.tcp.publish, .events = ZMQ_POLLIN},
                                  {.socket = scene->subscriber, .events = ZMQ_POLLIN},
                                  {.socket = scene->feed.zap, .events = ZMQ_POLLIN}};
        zmq_poll(items, scene->feed.zap ? 3 : 2, (long)(give_up - now));
        if (items[0].revents)
            return true;
        keys_turn(&scene->worker, scene->feed.zap && items[2].revents, now);
    }
    return false;
}

static void with_nobody_to_ask_nobody_gets_in(void **state)
{
    struct scene *scene = *state;
    struct fault fault = {0};
    register_client(scene);
    open_sockets(scene);
    subscribe(scene);
    assert_false(somebody_comes(scene, QUIET_MS));
    /* It was not something else that kept it out: now somebody answers, and the client comes in by itself. */
    assert_int_equal(keys_open(&scene->worker, &fault), OK);
    assert_true(somebody_comes(scene, PATIENCE_MS));
    publish_subscriptions(&scene->worker, &scene->feed.tcp);
    assert_int_equal(scene->feed.view_count, 2);
    assert_true(scene->feed.views[1]->subscribed);
}

static void who_answers_no_more_lets_nobody_in(void **state)
{
    struct scene *scene = *state;
    struct fault fault = {0};
    register_client(scene);
    assert_int_equal(keys_open(&scene->worker, &fault), OK);
    open_sockets(scene);
    keys_close(&scene->feed); /* as a thread that has died */
    scene->feed.zap = NULL;
    subscribe(scene);
    assert_false(somebody_comes(scene, QUIET_MS));
}

static void who_does_not_answer_lets_nobody_in(void **state)
{
    struct scene *scene = *state;
    struct fault fault = {0};
    register_client(scene);
    assert_int_equal(keys_open(&scene->worker, &fault), OK);
    open_sockets(scene);
    void *zap = scene->feed.zap;
    subscribe(scene);
    scene->feed.zap = NULL; /* it is there, and hangs */
    assert_false(somebody_comes(scene, QUIET_MS));
    scene->feed.zap = zap;
    assert_true(somebody_comes(scene, PATIENCE_MS));
}

static void a_stranger_and_a_revoked_key_stay_outside(void **state)
{
    struct scene *scene = *state;
    struct fault fault = {0};
    assert_int_equal(keys_open(&scene->worker, &fault), OK);
    open_sockets(scene);
    subscribe(scene);
    assert_false(somebody_comes(scene, QUIET_MS));
    assert_true(scene->worker.refused > 0);
    register_client(scene);
    subscribe(scene); /* libzmq takes a refusal for final */
    assert_true(somebody_comes(scene, PATIENCE_MS));
    publish_subscriptions(&scene->worker, &scene->feed.tcp);
    assert_int_equal(store_integrator_revoke(scene->s.store, "acme", 2, &fault), OK);
    scene->feed.refresh_ms = 0;
    keys_turn(&scene->worker, false, clock_mono_ms());
    assert_true(scene->feed.views[1]->revoked && scene->feed.parted);
    uint64_t give_up = clock_mono_ms() + PATIENCE_MS;
    while (scene->feed.parted && clock_mono_ms() < give_up)
        (void)sockets_turn(&scene->worker, clock_mono_ms());
    assert_non_null(scene->feed.tcp.publish);
    subscribe(scene);
    assert_false(somebody_comes(scene, QUIET_MS));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(with_nobody_to_ask_nobody_gets_in),
        TEST(who_answers_no_more_lets_nobody_in),
        TEST(who_does_not_answer_lets_nobody_in),
        TEST(a_stranger_and_a_revoked_key_stay_outside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
