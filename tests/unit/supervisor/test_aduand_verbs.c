/* SPDX-License-Identifier: BSD-2-Clause */
/* What must hold before a start is checked with a sentence each; then questions are answered, also over the socket. */
#include "clock.h"
#include "control.h"
#include "log.h"
#include "supervisor.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include <cmocka.h>

enum { PATIENCE_MS = 10000 };
enum { BOX = 3 /* its place among the processes: behind classifier.1, responder.1, feed.1 */ };

struct scene {
    char dir[40], path[64];
    struct supervisor s;
    struct fault fault;
};

static void write_file(const struct scene *scene, const char *name, mode_t mode, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void write_file(const struct scene *scene, const char *name, mode_t mode, const char *format, ...)
{
    char path[96];
    va_list args;
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", scene->dir, name);
    file = fopen(path, "w");
    assert_non_null(file);
    va_start(args, format);
    vfprintf(file, format, args);
    va_end(args);
    fclose(file);
    assert_int_equal(chmod(path, mode), 0);
}

static void write_whole_config(const struct scene *scene, const char *run_dir, const char *port, const char *replies,
                               const char *extra)
{
    write_file(scene, "aduan.yaml", 0600,
               "desk: {name: x, shortcodes: [1], categories: %s/categories.yaml, agencies: %s/agencies.yaml, "
               "replies: %s}\n"
               "store: {dir: store, map_bytes: 64 MiB}\nrun: {dir: %s, log_level: error}\n"
               "boxes: [{name: box1, bearerboxes: [{name: m, port: %s}]}]\n%s",
               ADUAN_ETC_DIR, ADUAN_ETC_DIR, replies, run_dir, port, extra);
}

static void write_config(const struct scene *scene, const char *port, const char *replies, const char *extra)
{
    write_whole_config(scene, "run", port, replies, extra);
}

static int setup(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    char key[96];

    log_open("test", "", LOG_LEVEL_ERROR);
    strcpy(scene->dir, "/tmp/aduan-verbs.XXXXXX");
    assert_non_null(mkdtemp(scene->dir));
    snprintf(scene->path, sizeof scene->path, "%s/aduan.yaml", scene->dir);
    snprintf(key, sizeof key, "%s/store.key", scene->dir);
    assert_int_equal(key_file_create(key, NULL), OK);
    write_config(scene, "13001", ADUAN_ETC_DIR "/replies", "");
    for (enum role r = 0; r < ROLE_END; r++)
        write_file(scene, role_program(r), 0700, "#!/bin/sh\nexec sleep 1000\n");
    setenv("ADUAN_LIBEXEC_DIR", scene->dir, 1);
    *state = scene;
    return 0;
}

static int teardown(void **state)
{
    struct scene *scene = *state;
    char command[96];

    snprintf(command, sizeof command, "rm -rf %s", scene->dir);
    assert_int_equal(system(command), 0);
    free(scene);
    return 0;
}

static int setup_started(void **state)
{
    setup(state);
    struct scene *scene = *state;
    if (startup(&scene->s, scene->path, &scene->fault))
        fail_msg("%s", scene->fault.text);
    (void)fleet_reconcile(&scene->s.fleet, clock_mono_ms());
    return 0;
}

static int teardown_started(void **state)
{
    struct scene *scene = *state;

    fleet_kill(&scene->s.fleet);
    for (size_t i = 0; i < scene->s.fleet.count; i++) {
        struct process *p = scene->s.fleet.items[i];
        if (p->pid && poll(&(struct pollfd){p->pidfd, POLLIN, 0}, 1, PATIENCE_MS) == 1)
            fleet_ended(&scene->s.fleet, p, clock_mono_ms());
    }
    startup_undo(&scene->s);
    return teardown(state);
}

/* --- before the start ------------------------------------------------------------------------------------------- */

static void refuse_start(struct scene *scene, int code, const char *sentence)
{
    struct supervisor s;

    assert_int_equal(startup(&s, scene->path, &scene->fault), code);
    startup_undo(&s);
    if (!strstr(scene->fault.text, sentence))
        fail_msg("expected \"%s\" in \"%s\"", sentence, scene->fault.text);
}

static void each_missing_thing_is_a_sentence(void **state)
{
    struct scene *scene = *state;
    char path[96];

    write_config(scene, "0", ADUAN_ETC_DIR "/replies", "");
    refuse_start(scene, 1, "expected a whole number from 1 to 65535, found '0'");
    write_config(scene, "1", "/nowhere", "");
    refuse_start(scene, 1, "/nowhere");
    write_config(scene, "1", ADUAN_ETC_DIR "/replies", "");
    snprintf(path, sizeof path, "%s/aduanbox", scene->dir);
    assert_int_equal(unlink(path), 0);
    refuse_start(scene, 1, "aduanbox is not in ");
    write_file(scene, "aduanbox", 0700, "#!/bin/sh\n");
    snprintf(path, sizeof path, "%s/store.key", scene->dir);
    assert_int_equal(unlink(path), 0);
    refuse_start(scene, 1, "aduan keygen");
    assert_int_equal(key_file_create(path, NULL), OK);
    write_file(scene, "store", 0600, "a file");
    refuse_start(scene, 1, "store");
}

static void run_dir_must_be_ours_and_closed(void **state)
{
    struct scene *scene = *state;
    struct supervisor s;
    char path[96];
    struct stat st;

    write_file(scene, "run", 0600, "a file");
    refuse_start(scene, 1, "run.dir");
    snprintf(path, sizeof path, "%s/run", scene->dir);
    assert_int_equal(unlink(path), 0);
    for (mode_t bit = 01; bit < 0100; bit <<= 1) {
        assert_int_equal(mkdir(path, 0700), 0);
        assert_int_equal(chmod(path, 0700 | bit), 0);
        refuse_start(scene, 1, "chmod 0700");
        assert_int_equal(rmdir(path), 0);
    }
    assert_int_equal(startup(&s, scene->path, &scene->fault), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    startup_undo(&s);
}

static void a_second_aduand_is_told_about_the_first(void **state)
{
    struct scene *scene = *state;

    refuse_start(scene, EXIT_ELSEWHERE, "already runs as process");
    refuse_start(scene, EXIT_ELSEWHERE, "aduan stop");
}

static void one_store_has_one_aduand_whatever_the_run_dir(void **state)
{
    struct scene *scene = *state;

    write_whole_config(scene, "run2", "1", ADUAN_ETC_DIR "/replies", "");
    refuse_start(scene, EXIT_ELSEWHERE, "store/aduand.lock");
    refuse_start(scene, EXIT_ELSEWHERE, "another aduand has this store: point store.dir elsewhere");
}

/* --- questions -------------------------------------------------------------------------------------------------- */

static json_t *ask(struct scene *scene, const char *question)
{
    json_t *json = json_loads(question, JSON_DECODE_ANY, NULL), *answer = verbs_answer(&scene->s, json);

    json_decref(json);
    assert_true(json_is_object(answer));
    return answer;
}

static void refuse(struct scene *scene, const char *question, const char *code, const char *sentence)
{
    json_t *answer = ask(scene, question);

    assert_true(json_is_false(json_object_get(answer, "ok")));
    if (!strstr(json_string_value(json_object_get(answer, "error")), sentence))
        fail_msg("expected \"%s\" in \"%s\"", sentence, json_string_value(json_object_get(answer, "error")));
    assert_string_equal(json_string_value(json_object_get(answer, "code")), code);
    json_decref(answer);
}

static void accept(struct scene *scene, const char *question)
{
    json_t *answer = ask(scene, question);

    if (!json_is_true(json_object_get(answer, "ok")))
        fail_msg("%s", json_string_value(json_object_get(answer, "error")));
    assert_true(json_is_object(json_object_get(answer, "result")));
    json_decref(answer);
}

static void what_is_no_question_is_refused(void **state)
{
    struct scene *scene = *state;

    refuse(scene, "[]", "invalid", "a question is");
    refuse(scene, "5", "invalid", "a question is");
    refuse(scene, "{}", "invalid", "a question is");
    refuse(scene, "{\"v\":1,\"verb\":5}", "invalid", "a question is");
    refuse(scene, "{\"verb\":\"ping\"}", "version", "version 1");
    refuse(scene, "{\"v\":2,\"verb\":\"ping\"}", "version", "version 1");
    refuse(scene, "{\"v\":1,\"verb\":\"ping\",\"args\":[]}", "invalid", "args must be an object");
    refuse(scene, "{\"v\":1,\"verb\":\"sacle\"}", "invalid", "did you mean 'scale'?");
    refuse(scene, "{\"v\":1,\"verb\":\"elephants\"}", "invalid", "unknown verb 'elephants'");
}

static void scale_takes_all_or_nothing(void **state)
{
    struct scene *scene = *state;

    accept(scene, "{\"v\":1,\"verb\":\"scale\",\"args\":{\"classifier\":3}}");
    assert_int_equal(scene->s.fleet.scale.count[ROLE_CLASSIFIER], 3);
    refuse(scene, "{\"v\":1,\"verb\":\"scale\"}", "invalid", "how many of what");
    refuse(scene, "{\"v\":1,\"verb\":\"scale\",\"args\":{\"classifier\":1,\"box\":2}}", "invalid",
           "'box' is not a role");
    refuse(scene, "{\"v\":1,\"verb\":\"scale\",\"args\":{\"classifier\":1,\"responder\":33}}", "invalid",
           "responder: expected a whole number from 0 to 32");
    refuse(scene, "{\"v\":1,\"verb\":\"scale\",\"args\":{\"classifier\":-1}}", "invalid", "from 0 to 32");
    refuse(scene, "{\"v\":1,\"verb\":\"scale\",\"args\":{\"classifier\":1.5}}", "invalid", "from 0 to 32");
    assert_int_equal(scene->s.fleet.scale.count[ROLE_CLASSIFIER], 3);
    assert_int_equal(scene->s.fleet.scale.count[ROLE_RESPONDER], 1);
}

static void drain_and_resume_take_names_roles_and_all(void **state)
{
    struct scene *scene = *state;

    accept(scene, "{\"v\":1,\"verb\":\"drain\",\"args\":{\"target\":\"classifier.1\"}}");
    accept(scene, "{\"v\":1,\"verb\":\"drain\",\"args\":{\"target\":\"classifier.1\"}}");
    assert_true(scale_is_held(&scene->s.fleet.scale, ROLE_CLASSIFIER, "classifier.1"));
    refuse(scene, "{\"v\":1,\"verb\":\"drain\",\"args\":{\"target\":\"sieve\"}}", "invalid", "'sieve' is no process");
    refuse(scene, "{\"v\":1,\"verb\":\"drain\",\"args\":{\"target\":5}}", "invalid", "is no process");
    refuse(scene, "{\"v\":1,\"verb\":\"resume\",\"args\":{\"target\":\"box\"}}", "state", "box is not held");
    refuse(scene, "{\"v\":1,\"verb\":\"resume\",\"args\":{\"target\":\"sieve\"}}", "invalid", "no process");
    accept(scene, "{\"v\":1,\"verb\":\"resume\",\"args\":{\"target\":\"classifier.1\"}}");
    accept(scene, "{\"v\":1,\"verb\":\"drain\"}");
    assert_true(scale_is_held(&scene->s.fleet.scale, ROLE_END, "all"));
    accept(scene, "{\"v\":1,\"verb\":\"resume\"}");
    assert_int_equal(scene->s.fleet.scale.held_count, 0);
    for (int i = 0; i < HELD_MAX; i++) {
        char name[SLOT_NAME_BYTES];
        slot_name(ROLE_CLASSIFIER, (unsigned)i + 100, name);
        assert_int_equal(scale_hold(&scene->s.fleet.scale, name), OK);
    }
    refuse(scene, "{\"v\":1,\"verb\":\"drain\",\"args\":{\"target\":\"box\"}}", "invalid", "too much is held");
}

static void a_reload_is_all_or_nothing(void **state)
{
    struct scene *scene = *state;
    static const char reload[] = "{\"v\":1,\"verb\":\"reload\"}";

    write_config(scene, "13001", ADUAN_ETC_DIR "/replies", "workers: {classifier: 2}\n");
    refuse(scene, reload, "config", "did you mean 'classifiers'?");
    write_config(scene, "13002", ADUAN_ETC_DIR "/replies", "workers: {classifiers: 2}\n");
    refuse(scene, reload, "config", "boxes changed");
    write_config(scene, "13001", scene->dir, "workers: {classifiers: 2}\n");
    assert_int_equal(scene->s.generation, 1);
    json_decref(ask(scene, reload));
    assert_int_equal(scene->s.fleet.scale.count[ROLE_CLASSIFIER], 1);
    write_config(scene, "13001", ADUAN_ETC_DIR "/replies", "workers: {classifiers: 2}\n");
    accept(scene, reload);
    accept(scene, reload);
    assert_int_equal(scene->s.generation, 3);
    assert_int_equal(scene->s.fleet.scale.count[ROLE_CLASSIFIER], 2);
}

static struct config *parse(const char *boxes, const char *rest)
{
    struct config *config = NULL;
    struct fault fault;
    char text[512];

    snprintf(text, sizeof text, "desk: {name: x, shortcodes: [1]}\nboxes: [%s]\n%s\n", boxes, rest);
    if (config_parse("a", "/", text, strlen(text), &config, &fault))
        fail_msg("%s", fault.text);
    return config;
}

static void what_takes_a_restart_is_named(void **state)
{
    static const char box[] = "{name: b, bearerboxes: [{name: m}]}";
    static const struct {
        const char *boxes, *rest, *changes;
    } cases[] = {
        {box, "", ""},
        {box, "replies: {rate: 3}", ""},
        {box, "store: {dir: /x, map_bytes: 1 GiB}", "store.dir, store.map_bytes"},
        {box, "run: {dir: /x}", "run.dir"},
        {box, "workers: {credit: 5}", "workers.credit"},
        {"{name: c, bearerboxes: [{name: m}]}", "", "boxes"},
        {"{name: b, bearerboxes: [{name: n}]}", "", "boxes"},
        {"{name: b, bearerboxes: [{name: m, host: h}]}", "", "boxes"},
        {"{name: b, bearerboxes: [{name: m, smsbox_id: h}]}", "", "boxes"},
        {"{name: b, bearerboxes: [{name: m, tls: yes}]}", "", "boxes"},
        {"{name: b, bearerboxes: [{name: m, tls: yes, tls_ca: x}]}", "", "boxes"},
        {"{name: b, bearerboxes: [{name: m, tls: yes, tls_ca: x, tls_name: y}]}", "", "boxes"},
        {"{name: b, bearerboxes: [{name: m}, {name: n}]}", "", "boxes"},
        {"{name: b, bearerboxes: [{name: m}]}, {name: c, bearerboxes: [{name: n}]}", "", "boxes"},
    };
    struct config *first = parse(box, "");

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct config *second = parse(cases[i].boxes, cases[i].rest);
        char *changes = reload_fixed_changes(first, second);
        assert_string_equal(changes, cases[i].changes);
        free(changes);
        config_free(second);
    }
    config_free(first);
}

static json_t *status_of(struct scene *scene)
{
    json_t *answer = ask(scene, "{\"v\":1,\"verb\":\"status\"}"), *result = json_object_get(answer, "result");

    json_incref(result);
    json_decref(answer);
    return result;
}

static const char *process_field(const json_t *status, size_t i, const char *field)
{
    return json_string_value(json_object_get(json_array_get(json_object_get(status, "processes"), i), field));
}

static void hear(struct scene *scene, size_t i, Aduan__Wire__Status__State said)
{
    Aduan__Wire__Link link = ADUAN__WIRE__LINK__INIT, *links[] = {&link};
    Aduan__Wire__Status status = ADUAN__WIRE__STATUS__INIT;

    link.name = (char *)"m";
    link.window = 2000;
    status.name = scene->s.fleet.items[i]->name;
    status.pid = (uint32_t)scene->s.fleet.items[i]->pid;
    status.state = said;
    status.started_us = clock_now_us() - 5000000;
    status.link = links;
    status.n_link = 1;
    assert_true(fleet_heard(&scene->s.fleet, &status, clock_mono_ms()));
}

static void status_tells_of_each_process_and_the_store(void **state)
{
    struct scene *scene = *state;
    json_t *status;

    hear(scene, 0, ADUAN__WIRE__STATUS__STATE__RUNNING);
    hear(scene, BOX, ADUAN__WIRE__STATUS__STATE__DEGRADED);
    status = status_of(scene);
    assert_int_equal(json_array_size(json_object_get(status, "processes")), 4);
    assert_string_equal(process_field(status, 0, "state"), "running");
    assert_string_equal(process_field(status, 1, "state"), "starting");
    assert_string_equal(process_field(status, BOX, "state"), "degraded");
    assert_string_equal(process_field(status, BOX, "role"), "box");
    assert_true(json_is_true(json_object_get(json_array_get(json_object_get(status, "links"), 0), "window_warning")));
    assert_true(json_is_true(json_object_get(json_object_get(status, "store"), "available")));
    assert_string_equal(json_string_value(json_object_get(json_object_get(status, "aduand"), "state")), "starting");
    json_decref(status);
}

static void status_tells_of_the_held_the_dead_and_the_silent(void **state)
{
    struct scene *scene = *state;
    struct fleet *fleet = &scene->s.fleet;
    uint64_t now_ms = clock_mono_ms();
    json_t *status;

    hear(scene, BOX, ADUAN__WIRE__STATUS__STATE__READY);
    fleet->items[BOX]->figures.heard_ms -= FIGURES_SILENT_MS + 1000;
    process_signal(fleet->items[0], SIGKILL);
    assert_int_equal(poll(&(struct pollfd){fleet->items[0]->pidfd, POLLIN, 0}, 1, PATIENCE_MS), 1);
    fleet_ended(fleet, fleet->items[0], now_ms);
    accept(scene, "{\"v\":1,\"verb\":\"drain\",\"args\":{\"target\":\"responder\"}}");
    (void)fleet_reconcile(fleet, now_ms);
    status = status_of(scene);
    assert_string_equal(process_field(status, 0, "state"), "restarting");
    assert_non_null(strstr(process_field(status, 0, "note"), "died: signal 9 (Killed); starts again in"));
    assert_string_equal(process_field(status, 1, "state"), "draining");
    assert_non_null(strstr(process_field(status, BOX, "note"), "has said nothing for"));
    json_decref(status);
    assert_int_equal(poll(&(struct pollfd){fleet->items[1]->pidfd, POLLIN, 0}, 1, PATIENCE_MS), 1);
    fleet_ended(fleet, fleet->items[1], now_ms);
    (void)fleet_reconcile(fleet, now_ms);
    status = status_of(scene);
    assert_string_equal(process_field(status, 1, "state"), "stopped");
    assert_string_equal(
        json_string_value(json_array_get(json_object_get(json_object_get(status, "aduand"), "held"), 0)), "responder");
    json_decref(status);
}

static void a_store_that_cannot_be_read_is_said_to_be_so(void **state)
{
    struct scene *scene = *state;
    char from[96], to[96];
    json_t *status, *store;

    snprintf(from, sizeof from, "%s/store", scene->dir);
    snprintf(to, sizeof to, "%s/gone", scene->dir);
    assert_int_equal(rename(from, to), 0);
    status = status_of(scene);
    store = json_object_get(status, "store");
    assert_true(json_is_false(json_object_get(store, "available")));
    assert_non_null(json_string_value(json_object_get(store, "note")));
    json_decref(status);
}

static void a_stop_refuses_changes_and_still_answers(void **state)
{
    struct scene *scene = *state;
    json_t *status;

    accept(scene, "{\"v\":1,\"verb\":\"stop\"}");
    accept(scene, "{\"v\":1,\"verb\":\"stop\"}");
    refuse(scene, "{\"v\":1,\"verb\":\"scale\",\"args\":{\"classifier\":1}}", "busy", "stopping");
    status = status_of(scene);
    assert_string_equal(json_string_value(json_object_get(json_object_get(status, "aduand"), "state")), "stopping");
    json_decref(status);
    accept(scene, "{\"v\":1,\"verb\":\"ping\"}");
}

static void texts_that_are_not_utf8_are_still_json(void **state)
{
    json_t *text = report_text("a\xff b");

    (void)state;
    assert_string_equal(json_string_value(text), "a? b");
    json_decref(text);
}

/* --- the socket ------------------------------------------------------------------------------------------------- */

static void *client(struct scene *scene, int type)
{
    char endpoint[CONFIG_ENDPOINT_BYTES];
    int patience = PATIENCE_MS, linger = 0;
    void *socket = zmq_socket(scene->s.zmq, type);

    assert_int_equal(config_endpoint(scene->s.boot, "control", endpoint), OK);
    zmq_setsockopt(socket, ZMQ_RCVTIMEO, &patience, sizeof patience);
    zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger);
    assert_int_equal(zmq_connect(socket, endpoint), 0);
    return socket;
}

static void serve_one(struct scene *scene)
{
    zmq_pollitem_t item = {scene->s.control, 0, ZMQ_POLLIN, 0};

    assert_int_equal(zmq_poll(&item, 1, PATIENCE_MS), 1);
    control_server_run(&scene->s);
}

static void questions_come_and_go_by_the_socket(void **state)
{
    struct scene *scene = *state;
    void *socket = client(scene, ZMQ_REQ);
    char text[512] = "";

    assert_true(zmq_send_const(socket, "{\"v\":1,\"verb\":\"ping\"}", 21, 0) > 0);
    serve_one(scene);
    assert_true(zmq_recv(socket, text, sizeof text - 1, 0) > 0);
    assert_non_null(strstr(text, "\"ok\":true"));
    assert_true(zmq_send_const(socket, "garbage", 7, 0) > 0);
    serve_one(scene);
    assert_true(zmq_recv(socket, text, sizeof text - 1, 0) > 0);
    assert_non_null(strstr(text, "a question is"));
    assert_int_equal(scene->s.refused, 1);
    zmq_close(socket);
}

static void garbage_on_the_socket_is_counted_and_dropped(void **state)
{
    struct scene *scene = *state;
    void *socket = client(scene, ZMQ_DEALER);
    char text[512] = "";

    assert_true(zmq_send(socket, "no envelope", 11, 0) > 0);
    serve_one(scene);
    assert_true(zmq_send(socket, "not empty", 9, ZMQ_SNDMORE) > 0);
    assert_true(zmq_send(socket, "{}", 2, 0) > 0);
    serve_one(scene);
    for (int i = 0; i < 9; i++)
        assert_true(zmq_send(socket, "part", 4, i < 8 ? ZMQ_SNDMORE : 0) > 0);
    serve_one(scene);
    assert_int_equal(scene->s.refused, 3);
    assert_int_equal(zmq_send(socket, "", 0, ZMQ_SNDMORE), 0);
    assert_true(zmq_send(socket, "{\"v\":1,\"verb\":\"ping\"}", 21, 0) > 0);
    serve_one(scene);
    assert_int_equal(zmq_recv(socket, text, sizeof text, 0), 0);
    assert_true(zmq_recv(socket, text, sizeof text - 1, 0) > 0);
    assert_non_null(strstr(text, "\"ok\":true"));
    zmq_close(socket);
}

static void the_manager_is_told_without_one(void **state)
{
    struct scene *scene = *state;

    for (size_t i = 0; i < scene->s.fleet.count; i++)
        hear(scene, i, ADUAN__WIRE__STATUS__STATE__READY);
    notify_tick(&scene->s, clock_mono_ms());
    assert_true(scene->s.ready_said);
    notify_tick(&scene->s, clock_mono_ms());
    notify_stopping();
}

#define STARTED(test) cmocka_unit_test_setup_teardown(test, setup_started, teardown_started)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_missing_thing_is_a_sentence, setup, teardown),
        cmocka_unit_test_setup_teardown(run_dir_must_be_ours_and_closed, setup, teardown),
        STARTED(a_second_aduand_is_told_about_the_first),
        STARTED(one_store_has_one_aduand_whatever_the_run_dir),
        STARTED(what_is_no_question_is_refused),
        STARTED(scale_takes_all_or_nothing),
        STARTED(drain_and_resume_take_names_roles_and_all),
        STARTED(a_reload_is_all_or_nothing),
        cmocka_unit_test(what_takes_a_restart_is_named),
        STARTED(status_tells_of_each_process_and_the_store),
        STARTED(status_tells_of_the_held_the_dead_and_the_silent),
        STARTED(a_store_that_cannot_be_read_is_said_to_be_so),
        STARTED(a_stop_refuses_changes_and_still_answers),
        cmocka_unit_test(texts_that_are_not_utf8_are_still_json),
        STARTED(questions_come_and_go_by_the_socket),
        STARTED(garbage_on_the_socket_is_counted_and_dropped),
        STARTED(the_manager_is_told_without_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
