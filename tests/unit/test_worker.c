/* SPDX-License-Identifier: BSD-2-Clause */
/* The worker skeleton: worker_main() with a role of the test's own, whose work() also plays the box and aduand. */
#include "worker.h"

#include "acks.h"
#include "clock.h"
#include "lockfile.h"
#include "log.h"
#include "uuid.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include <cmocka.h>

enum { PATIENCE_MS = 20000, TURN_MS = 5 };

static struct stage {
    char dir[64], config[96];
    void *context, *box, *aduand;
    uint8_t box_life[UUID_BYTES], routing[FRAME_ROUTING_MAX];
    size_t routing_len;
    bool box_answers; /* plays the box at all */
    bool box_says_bye;
    unsigned hellos, byes, acked;
    /* what the role saw */
    unsigned frames, losses, reloads, turns;
    bool busy, started, stopped, sent; /* sent: the script's one batch is on its way */
    int start_error;
    uint64_t began_ms;
    unsigned states_seen; /* a bit a state, as aduand was told */
    char note[128];
    uint32_t generation_told;
    uint64_t done_told;
    unsigned job_turn; /* when the first job was done */
    struct worker *worker;
    void (*script)(struct worker *worker);
} stage;

/* --- the box and aduand --------------------------------------------------------------------------------------- */

static void *bind_router(const char *name)
{
    char endpoint[128];
    int zero = 0;
    void *router = zmq_socket(stage.context, ZMQ_ROUTER);
    snprintf(endpoint, sizeof endpoint, "ipc://%s/run/%s", stage.dir, name);
    zmq_setsockopt(router, ZMQ_LINGER, &zero, sizeof zero);
    assert_int_equal(zmq_bind(router, endpoint), 0);
    return router;
}

static void box_says(enum frame_type type, const ProtobufCMessage *body)
{
    assert_int_equal(frame_send(stage.box, stage.routing, stage.routing_len, type, body), FRAME_OK);
}

static void box_welcomes(void)
{
    Aduan__Wire__Welcome welcome = ADUAN__WIRE__WELCOME__INIT;
    welcome.box = (char *)"box1";
    welcome.life = (ProtobufCBinaryData){.data = stage.box_life, .len = UUID_BYTES};
    welcome.links_up = true;
    box_says(FRAME_WELCOME, &welcome.base);
}

static void play_box(void)
{
    struct frame frame;
    Aduan__Wire__Bye bye = ADUAN__WIRE__BYE__INIT;
    while (frame_recv(stage.box, true, &frame) == FRAME_OK) {
        stage.routing_len = frame.routing_len;
        memcpy(stage.routing, frame.routing, frame.routing_len);
        if (frame.type == FRAME_HELLO && ++stage.hellos && stage.box_answers)
            box_welcomes();
        if (frame.type == FRAME_BYE && ++stage.byes && stage.box_says_bye)
            box_says(FRAME_BYE, &bye.base);
        if (frame.type == FRAME_ACK)
            stage.acked += (unsigned)((Aduan__Wire__Ack *)frame.body)->n_uuid;
        frame_done(&frame);
    }
}

static void play_aduand(void)
{
    struct frame frame;
    Aduan__Wire__Ping ping = ADUAN__WIRE__PING__INIT;
    while (frame_recv(stage.aduand, true, &frame) == FRAME_OK) {
        const Aduan__Wire__Status *status = (const Aduan__Wire__Status *)frame.body;
        assert_int_equal(frame.type, FRAME_STATUS);
        assert_string_equal(status->role, "tester");
        assert_string_equal(status->name, "tester.1");
        assert_int_equal(status->pid, getpid());
        stage.states_seen |= 1u << status->state;
        stage.generation_told = status->config_generation;
        stage.done_told = status->done;
        if (status->note[0])
            snprintf(stage.note, sizeof stage.note, "%s", status->note);
        /* An answer nobody asked for, and garbage: neither may do harm. */
        frame_send(stage.aduand, frame.routing, frame.routing_len, FRAME_PING, &ping.base);
        zmq_send(stage.aduand, frame.routing, frame.routing_len, ZMQ_SNDMORE);
        zmq_send(stage.aduand, "?", 1, 0);
        frame_done(&frame);
    }
}

static bool saw(Aduan__Wire__Status__State state)
{
    return (stage.states_seen & 1u << state) != 0;
}

/* --- the role ------------------------------------------------------------------------------------------------- */

static uint32_t credit(const struct config *config)
{
    return config->credit;
}

static int start(struct worker *worker, struct fault *fault)
{
    stage.worker = worker;
    if (stage.start_error)
        return fault_set(fault, (enum err)stage.start_error, "the role cannot start");
    stage.started = true;
    return OK;
}

static void on_frame(struct worker *worker, size_t channel, const struct frame *frame)
{
    assert_true(channel < worker->channel_count);
    if (frame->type == FRAME_BATCH)
        stage.frames++;
}

static void on_box_lost(struct worker *worker, size_t channel)
{
    assert_true(channel < worker->channel_count);
    stage.losses++;
}

static void on_reloaded(struct worker *worker)
{
    assert_non_null(worker->config);
    stage.reloads++;
}

static uint64_t work(struct worker *worker, uint64_t mono_ms)
{
    stage.turns++;
    if (clock_mono_ms() - stage.began_ms > PATIENCE_MS) {
        fprintf(stderr, "the test waited too long\n");
        abort();
    }
    if (stage.box)
        play_box();
    if (stage.aduand)
        play_aduand();
    if (stage.script)
        stage.script(worker);
    return mono_ms + TURN_MS;
}

static bool idle(const struct worker *worker)
{
    (void)worker;
    return !stage.busy;
}

static void stop(struct worker *worker)
{
    (void)worker;
    stage.stopped = true;
}

static const struct worker_role tester = {.program = "aduan-tester",
                                          .role = "tester",
                                          .socket_suffix = ".in",
                                          .credit = credit,
                                          .start = start,
                                          .frame = on_frame,
                                          .work = work,
                                          .box_lost = on_box_lost,
                                          .reloaded = on_reloaded,
                                          .idle = idle,
                                          .stop = stop};

/* --- the scene ------------------------------------------------------------------------------------------------ */

static void write_config(const char *desk, unsigned drain_s, const char *run_dir)
{
    FILE *file = fopen(stage.config, "w");
    assert_non_null(file);
    fprintf(file,
            "desk: {name: %s, shortcodes: ['1708'], categories: %s/categories.yaml, agencies: %s/agencies.yaml, "
            "replies: replies}\n"
            "store: {dir: store, map_bytes: 16 MiB, key: store.key}\n"
            "run: {dir: %s, log_level: error}\n"
            "boxes: [{name: box1, bearerboxes: [{name: main}]}]\n"
            "supervision: {drain_s: %u}\n",
            desk, ADUAN_ETC_DIR, ADUAN_ETC_DIR, run_dir, drain_s);
    assert_int_equal(fclose(file), 0);
}

/* In the test's directory. */
static void shell(const char *command)
{
    char line[512];
    snprintf(line, sizeof line, "cd '%s' && %s", stage.dir, command);
    assert_int_equal(system(line), 0);
}

static int set_up(void **state)
{
    (void)state;
    char path[128];
    struct fault fault = {0};
    stage = (struct stage){.box_answers = true, .box_says_bye = true};
    strcpy(stage.dir, "/tmp/aduan-worker-XXXXXX");
    assert_non_null(mkdtemp(stage.dir));
    snprintf(stage.config, sizeof stage.config, "%s/aduan.yaml", stage.dir);
    write_config("Kota Uji", 30, "run");
    snprintf(path, sizeof path, "%s/store.key", stage.dir);
    assert_int_equal(key_file_create(path, &fault), OK);
    snprintf(path, sizeof path, "%s/run", stage.dir);
    assert_int_equal(mkdir(path, 0700), 0);
    shell("cp -r " ADUAN_ETC_DIR "/replies replies");
    uuid_random(stage.box_life);
    stage.context = zmq_ctx_new();
    stage.box = bind_router("box1.in");
    stage.aduand = bind_router("status");
    return 0;
}

/* A signal that the last life did not read would be the next one's first. */
static void forget_signals(void)
{
    const struct timespec none = {0};
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    while (sigtimedwait(&set, NULL, &none) > 0)
        ;
}

static int tear_down(void **state)
{
    (void)state;
    forget_signals();
    if (stage.box)
        zmq_close(stage.box);
    if (stage.aduand)
        zmq_close(stage.aduand);
    zmq_ctx_term(stage.context);
    shell("rm -rf \"$PWD\"");
    return 0;
}

static int run_as(const char *name)
{
    char *argv[] = {(char *)"aduan-tester", (char *)"--config", stage.config, (char *)"--name", (char *)name, NULL};
    stage.began_ms = clock_mono_ms();
    return worker_main(&tester, 5, argv);
}

static int run(void)
{
    return run_as("tester.1");
}

static void drain(void)
{
    kill(getpid(), SIGTERM);
}

static bool alive(const struct worker *worker)
{
    return channel_alive(worker->channels[0]);
}

/* --- arguments and start --------------------------------------------------------------------------------------- */

static void wrong_arguments_are_usage(void **state)
{
    (void)state;
    char program[] = "aduan-tester", config[] = "--config", file[] = "x.yaml", name[] = "--name", good[] = "a.1",
         slash[] = "../a", hidden[] = ".a", empty[] = "", unknown[] = "--frobnicate", extra[] = "extra";
    char longest[80] = {0};
    memset(longest, 'a', sizeof longest - 1);
    char *bad[][6] = {{program, NULL},
                      {program, config, file, NULL},
                      {program, name, good, NULL},
                      {program, config, file, name, slash, NULL},
                      {program, config, file, name, hidden, NULL},
                      {program, config, file, name, empty, NULL},
                      {program, config, file, name, longest, NULL},
                      {program, unknown, NULL},
                      {program, config, NULL}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int argc = 0;
        while (bad[i][argc])
            argc++;
        assert_int_equal(worker_main(&tester, argc, bad[i]), 2);
    }
    char *more[] = {program, config, file, name, good, extra, NULL};
    assert_int_equal(worker_main(&tester, 6, more), 2);
    char help[] = "--help", version[] = "--version", *asked[][3] = {{program, help, NULL}, {program, version, NULL}};
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(worker_main(&tester, 2, asked[i]), 0);
    assert_false(stage.started);
}

static void nothing_starts_without_its_files(void **state)
{
    (void)state;
    static const char *const missing[] = {"rm store.key", "rm -r replies", "rm aduan.yaml"};
    for (size_t i = 0; i < 3; i++) {
        shell(missing[i]);
        assert_int_equal(run(), 1);
        assert_false(stage.started);
        assert_false(stage.stopped);
    }
}

static void nothing_starts_without_a_run_dir(void **state)
{
    (void)state;
    write_config("Kota Uji", 30, "store.key/run");
    assert_int_equal(run(), 1);
    assert_false(stage.started);
}

static void a_role_that_cannot_start_ends_the_process(void **state)
{
    (void)state;
    stage.start_error = E_IO;
    assert_int_equal(run(), 1);
    assert_false(stage.stopped);
    stage.start_error = E_BUSY; /* is no second instance */
    assert_int_equal(run(), 1);
}

static void one_living_process_a_name(void **state)
{
    (void)state;
    char dir[96];
    struct lockfile *lock;
    struct fault fault;
    snprintf(dir, sizeof dir, "%s/run", stage.dir);
    assert_int_equal(lockfile_take(dir, "tester.1", &lock, &fault), OK);
    assert_int_equal(run(), 75);
    assert_false(stage.started);
    lockfile_release(lock);
}

/* --- life ------------------------------------------------------------------------------------------------------ */

static void work_then_drain(struct worker *worker)
{
    Aduan__Wire__Batch batch = ADUAN__WIRE__BATCH__INIT;
    static struct acks acks;
    if (worker->draining || !alive(worker))
        return;
    if (!stage.sent && saw(ADUAN__WIRE__STATUS__STATE__READY)) {
        box_says(FRAME_BATCH, &batch.base);
        stage.sent = true;
    } else if (stage.frames > 0 && worker->done == 0) {
        uint8_t uuid[UUID_BYTES] = {0};
        for (unsigned i = 0; i < 3000; i++) {
            memcpy(uuid, &i, sizeof i);
            acks_add(&acks, uuid);
        }
        assert_int_equal(acks_send(&acks, worker->channels[0]), OK);
        acks_done(&acks);
        worker->done = 3000;
    } else if (stage.acked == 3000 && saw(ADUAN__WIRE__STATUS__STATE__RUNNING)) {
        drain();
    }
}

static void a_worker_lives_works_and_drains(void **state)
{
    (void)state;
    stage.script = work_then_drain;
    assert_int_equal(run(), 0);
    assert_true(stage.stopped);
    assert_int_equal(stage.frames, 1);
    assert_int_equal(stage.byes, 1);
    assert_int_equal(stage.losses, 0);
    zmq_pollitem_t item = {.socket = stage.aduand, .events = ZMQ_POLLIN};
    while (!saw(ADUAN__WIRE__STATUS__STATE__DRAINED) && zmq_poll(&item, 1, PATIENCE_MS) == 1)
        play_aduand();
    assert_true(saw(ADUAN__WIRE__STATUS__STATE__DRAINED));
    assert_true(saw(ADUAN__WIRE__STATUS__STATE__DRAINING));
    assert_int_equal(stage.generation_told, 1);
    char dir[96];
    snprintf(dir, sizeof dir, "%s/run", stage.dir);
    assert_int_equal(lockfile_holder(dir, "tester.1"), 0);
}

static void drain_when_alive(struct worker *worker)
{
    if (!worker->draining && (alive(worker) || !stage.box_answers))
        drain();
}

static void a_drain_without_a_box_ends_at_once(void **state)
{
    (void)state;
    stage.box_answers = false;
    stage.script = drain_when_alive;
    assert_int_equal(run(), 0);
    assert_int_equal(stage.byes, 0);
}

static void a_drain_waits_for_the_boxs_bye(void **state)
{
    (void)state;
    write_config("Kota Uji", 1, "run");
    stage.box_says_bye = false;
    stage.script = drain_when_alive;
    assert_int_equal(run(), 1);
    assert_int_equal(stage.byes, 1);
    assert_true(stage.stopped);
}

static void a_drain_waits_for_the_role(void **state)
{
    (void)state;
    write_config("Kota Uji", 1, "run");
    stage.busy = true;
    stage.script = drain_when_alive;
    assert_int_equal(run(), 1);
}

static void drain_twice(struct worker *worker)
{
    static unsigned drained_at;
    if (!worker->draining && alive(worker)) {
        drain();
        drained_at = stage.turns;
    } else if (worker->draining && stage.turns > drained_at + 1) {
        drain();
    }
}

static void a_second_signal_ends_it_at_once(void **state)
{
    (void)state;
    stage.busy = true;
    stage.script = drain_twice;
    assert_int_equal(run(), 1);
    assert_true(clock_mono_ms() - stage.began_ms < PATIENCE_MS / 2);
    assert_true(stage.stopped);
}

static void renew_box(struct worker *worker)
{
    if (!alive(worker))
        return;
    if (stage.losses == 0) {
        uuid_random(stage.box_life);
        box_welcomes();
    } else if (!worker->draining) {
        drain();
    }
}

static void the_role_hears_that_its_box_lives_anew(void **state)
{
    (void)state;
    stage.script = renew_box;
    assert_int_equal(run(), 0);
    assert_int_equal(stage.losses, 1);
}

static void close_box(struct worker *worker)
{
    if (alive(worker) && stage.box && stage.turns > 3) {
        zmq_close(stage.box);
        stage.box = NULL;
    }
    if (!stage.box && stage.losses == 1 && strcmp(stage.note, "no aduanbox answers") == 0 && !worker->draining)
        drain();
}

static void a_box_that_goes_is_lost_and_missed(void **state)
{
    (void)state;
    stage.script = close_box;
    assert_int_equal(run(), 0);
    assert_true(saw(ADUAN__WIRE__STATUS__STATE__DEGRADED));
}

static void complain(struct worker *worker)
{
    if (!worker->degraded) {
        worker->degraded = "the store is full";
    } else if (saw(ADUAN__WIRE__STATUS__STATE__DEGRADED) && !worker->draining) {
        drain();
    }
}

static void finish_a_job(struct worker *worker)
{
    enum { SOON_TURNS = 60 }; /* of TURN_MS each: far from the second that passes between two statuses */
    if (worker->draining || !saw(ADUAN__WIRE__STATUS__STATE__READY))
        return;
    if (stage.done_told) {
        assert_true(stage.turns - stage.job_turn < SOON_TURNS);
        drain();
    } else if (!saw(ADUAN__WIRE__STATUS__STATE__RUNNING)) {
        worker->backlog = 1;
    } else if (!stage.job_turn) {
        worker->backlog = 0;
        worker->done = 1;
        stage.job_turn = stage.turns;
    }
}

static void the_first_job_is_told_at_once(void **state)
{
    (void)state;
    stage.script = finish_a_job;
    assert_int_equal(run(), 0);
    assert_int_equal(stage.done_told, 1);
}

static void a_degraded_worker_says_why(void **state)
{
    (void)state;
    stage.script = complain;
    assert_int_equal(run(), 0);
    assert_string_equal(stage.note, "the store is full");
}

/* --- reload ---------------------------------------------------------------------------------------------------- */

static void reload_once(struct worker *worker)
{
    if (!alive(worker) || worker->draining)
        return;
    if (stage.reloads == 0 && strcmp(worker->config->desk_name, "Kota Uji") == 0) {
        write_config("Kota Baru", 30, "run");
        kill(getpid(), SIGHUP);
    } else if (stage.generation_told == 2) {
        assert_string_equal(worker->config->desk_name, "Kota Baru");
        drain();
    }
}

static void a_reload_swaps_everything(void **state)
{
    (void)state;
    stage.script = reload_once;
    assert_int_equal(run(), 0);
    assert_int_equal(stage.reloads, 1);
}

static void reload_badly(struct worker *worker)
{
    static const struct templates *templates;
    static unsigned asked_at;
    if (!alive(worker) || worker->draining)
        return;
    if (!asked_at) {
        templates = worker->templates;
        asked_at = stage.turns;
        write_config("Kota Baru", 30, "run");
        shell("echo 'received: \"{nonsense}\"' > replies/id.yaml");
        kill(getpid(), SIGHUP);
    } else if (stage.turns > asked_at + 2) {
        assert_ptr_equal(worker->templates, templates);
        assert_string_equal(worker->config->desk_name, "Kota Uji");
        drain();
    }
}

static void a_bad_template_leaves_everything_as_it_was(void **state)
{
    (void)state;
    stage.script = reload_badly;
    assert_int_equal(run(), 0);
    assert_int_equal(stage.reloads, 0);
    assert_int_equal(stage.generation_told, 1);
}

/* --- acks ------------------------------------------------------------------------------------------------------ */

static void acks_of_a_lost_box_are_forgotten(void **state)
{
    (void)state;
    struct acks acks = {0};
    uint8_t uuid[UUID_BYTES] = {1};
    struct channel *channel;
    struct channel_options options = {
        .endpoint = "ipc:///nonexistent/box", .role = "tester", .name = "tester.1", .life = uuid, .credit = 1};
    assert_int_equal(channel_open(stage.context, &options, &channel), OK);
    assert_int_equal(acks_send(&acks, channel), OK);
    acks_add(&acks, uuid);
    assert_int_equal(acks_send(&acks, channel), E_GONE);
    assert_int_equal(acks.count, 0);
    channel_close(channel);
    acks_done(&acks);
}

static void fill_the_line(struct worker *worker)
{
    static struct acks acks;
    uint8_t uuid[UUID_BYTES] = {1};
    if (!alive(worker) || worker->draining)
        return;
    int err = OK;
    for (unsigned frames = 0; err == OK && frames < 1000000; frames++) {
        for (unsigned i = 0; i < 1000; i++)
            acks_add(&acks, uuid);
        err = acks_send(&acks, worker->channels[0]); /* nobody reads while we are in here */
    }
    assert_int_equal(err, E_AGAIN);
    assert_int_equal(acks.count, 1000);
    acks_done(&acks);
    drain();
    drain();
}

static void acks_wait_for_a_box_that_does_not_keep_up(void **state)
{
    (void)state;
    stage.script = fill_the_line;
    int code = run();
    assert_true(code == 0 || code == 1);
}

#define ON_STAGE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_arguments_are_usage),
        ON_STAGE(nothing_starts_without_its_files),
        ON_STAGE(nothing_starts_without_a_run_dir),
        ON_STAGE(a_role_that_cannot_start_ends_the_process),
        ON_STAGE(one_living_process_a_name),
        ON_STAGE(a_worker_lives_works_and_drains),
        ON_STAGE(a_drain_without_a_box_ends_at_once),
        ON_STAGE(a_drain_waits_for_the_boxs_bye),
        ON_STAGE(a_drain_waits_for_the_role),
        ON_STAGE(a_second_signal_ends_it_at_once),
        ON_STAGE(the_role_hears_that_its_box_lives_anew),
        ON_STAGE(a_box_that_goes_is_lost_and_missed),
        ON_STAGE(the_first_job_is_told_at_once),
        ON_STAGE(a_degraded_worker_says_why),
        ON_STAGE(a_reload_swaps_everything),
        ON_STAGE(a_bad_template_leaves_everything_as_it_was),
        ON_STAGE(acks_of_a_lost_box_are_forgotten),
        ON_STAGE(acks_wait_for_a_box_that_does_not_keep_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
