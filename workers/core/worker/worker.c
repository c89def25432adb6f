/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The worker skeleton: start, loop, drain. Everything happens in one thread around one zmq_poll(); what a role does in
 * its callbacks is all that may take time, and never more than one commit at a go.
 * A drain says BYE to every box, goes on with what is held, and is over when each box has answered BYE (or is gone)
 * and the role is idle. A line that has said its BYE is left alone: another HELLO would bring work again.
 */
#include "clock.h"
#include "desk.h"
#include "log.h"
#include "privileges.h"
#include "signals.h"
#include "uuid.h"
#include "worker_priv.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

enum { EXIT_DRAINED = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_NAME_TAKEN = 75, EXIT_GO_ON = -1 };
enum { NAME_MAX_BYTES = 63, ROLE_POLL_MAX = 16, READER_CHECK_MS = 60 * 1000, POLL_MAX_MS = 1000, RETRY_MS = 20 };

/* --- arguments ---------------------------------------------------------------------------------------------- */

static int usage(FILE *out, const char *program, int code)
{
    fprintf(out,
            "usage: %s --config FILE --name NAME\n"
            "  --config FILE  aduan.yaml\n"
            "  --name NAME    this instance, e.g. classifier.1; one living process a name\n"
            "  --version, --help\n"
            "SIGTERM drains and exits 0; a second one exits at once; SIGHUP reloads.\n"
            "exit: 0 drained, 1 could not start or run, 2 usage, 75 an instance of that name lives\n",
            program);
    return code;
}

static bool name_valid(const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < len; i++) {
        if (!isalnum((unsigned char)name[i]) && !strchr("._-", name[i]))
            return false;
    }
    return len > 0 && len <= NAME_MAX_BYTES && name[0] != '.';
}

/* EXIT_GO_ON, or the code to exit with. */
static int read_arguments(struct worker_run *run, int argc, char **argv)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"name", required_argument, NULL, 'n'},
                                            {"version", no_argument, NULL, 'v'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    optind = 0; /* glibc: start afresh */
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'c')
            run->config_path = optarg;
        else if (option == 'n')
            run->worker.name = optarg;
        else if (option == 'h')
            return usage(stdout, run->role->program, 0);
        else if (option == 'v')
            return printf("%s %s\n", run->role->program, ADUAN_VERSION) < 0;
        else
            return usage(stderr, run->role->program, EXIT_USAGE);
    }
    if (optind != argc || !run->config_path || !run->worker.name || !name_valid(run->worker.name))
        return usage(stderr, run->role->program, EXIT_USAGE);
    return EXIT_GO_ON;
}

/* --- start -------------------------------------------------------------------------------------------------- */

static int make_run_dir(const char *dir, struct fault *fault)
{
    if (mkdir(dir, 0700) && errno != EEXIST)
        return fault_set(fault, E_IO, "cannot make run_dir %s: %s", dir, strerror(errno));
    return privileges_check_dir("run.dir", dir, fault);
}

static int open_store(struct worker *worker, struct fault *fault)
{
    int err = seal_open(worker->config->key_path, &worker->seal, fault);
    if (err)
        return err;
    desk_compare(worker->config, worker->seal, worker->ensemble);
    struct store_options options = {.dir = worker->config->store_dir,
                                    .map_bytes = worker->config->store_map_bytes,
                                    .seal = worker->seal,
                                    .create = true};
    return store_open(&options, &worker->store, fault);
}

static int open_channel(struct worker_run *run, const struct config_box *box, struct fault *fault)
{
    struct worker *worker = &run->worker;
    char socket_name[NAME_MAX_BYTES + 16], endpoint[CONFIG_ENDPOINT_BYTES];
    snprintf(socket_name, sizeof socket_name, "%s%s", box->name, run->role->socket_suffix);
    int err = config_endpoint(worker->config, socket_name, endpoint);
    if (err)
        return fault_set(fault, err, "run_dir %s is too long for a socket's path", worker->config->run_dir);
    struct channel_options options = {.endpoint = endpoint,
                                      .role = run->role->role,
                                      .name = worker->name,
                                      .life = worker->life,
                                      .credit = run->role->credit(worker->config)};
    err = channel_open(run->zmq, &options, &worker->channels[worker->channel_count]);
    if (err)
        return fault_set(fault, err, "cannot open a channel to %s: %s", endpoint, zmq_strerror(zmq_errno()));
    worker->channel_count++;
    return OK;
}

static int open_channels(struct worker_run *run, struct fault *fault)
{
    const struct config *config = run->worker.config;
    if (!run->role->socket_suffix)
        return OK;
    run->worker.channels = calloc(config->box_count, sizeof *run->worker.channels);
    run->lines = calloc(config->box_count, sizeof *run->lines);
    if (!run->worker.channels || !run->lines)
        abort();
    for (size_t i = 0; i < config->box_count; i++) {
        int err = open_channel(run, &config->boxes[i], fault);
        if (err)
            return err;
    }
    return OK;
}

static int start(struct worker_run *run, struct fault *fault)
{
    int err = worker_load(run, fault);
    if (!err)
        err = make_run_dir(run->worker.config->run_dir, fault);
    if (!err)
        err = lockfile_take(run->worker.config->run_dir, run->worker.name, &run->lock, fault);
    if (!err)
        err = signals_open(&run->signal_fd, fault);
    if (!err)
        err = open_store(&run->worker, fault);
    if (!err && !(run->zmq = zmq_ctx_new()))
        err = fault_set(fault, E_IO, "zmq_ctx_new: %s", zmq_strerror(zmq_errno()));
    run->worker.zmq = run->zmq;
    if (!err)
        err = worker_status_open(run, fault);
    if (!err)
        err = open_channels(run, fault);
    if (!err)
        err = run->role->start(&run->worker, fault);
    return err;
}

/* In reverse; accepts a run that got only part of the way. */
static void finish(struct worker_run *run, bool started)
{
    struct worker *worker = &run->worker;
    if (started)
        run->role->stop(worker);
    worker_status_close(run); /* its last word still counts what the channels refused */
    for (size_t i = 0; i < worker->channel_count; i++)
        channel_close(worker->channels[i]);
    free(worker->channels);
    free(run->lines);
    if (run->zmq)
        zmq_ctx_term(run->zmq);
    store_close(worker->store);
    seal_close(worker->seal);
    if (run->signal_fd >= 0)
        close(run->signal_fd);
    lockfile_release(run->lock);
    worker_unload(run);
}

/* --- loop --------------------------------------------------------------------------------------------------- */

static void begin_drain(struct worker_run *run, uint64_t mono_ms)
{
    run->worker.draining = true;
    /* A little before aduand's own patience ends. */
    run->drain_until_ms = mono_ms + (uint64_t)run->worker.config->drain_s * 900;
    log_info("worker.draining", "held=%u", run->worker.backlog);
}

static void read_signals(struct worker_run *run, uint64_t mono_ms)
{
    struct signalfd_siginfo info;
    while (read(run->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGHUP)
            worker_reload(run);
        else if (run->worker.draining)
            run->exit_now = true;
        else
            begin_drain(run, mono_ms);
    }
}

static void wait_for_events(struct worker_run *run, zmq_pollitem_t *items, uint64_t until_ms)
{
    struct worker *worker = &run->worker;
    uint64_t now = clock_mono_ms();
    uint64_t wait = until_ms > now ? until_ms - now : 0;
    for (size_t i = 0; i < worker->channel_count; i++)
        items[i] = (zmq_pollitem_t){.socket = channel_socket(worker->channels[i]), .events = ZMQ_POLLIN};
    size_t count = worker->channel_count;
    items[count++] = (zmq_pollitem_t){.fd = run->signal_fd, .events = ZMQ_POLLIN};
    if (run->role->poll_items)
        count += run->role->poll_items(worker, items + count, ROLE_POLL_MAX);
    (void)zmq_poll(items, (int)count, (long)(wait < POLL_MAX_MS ? wait : POLL_MAX_MS));
}

/* Tells the role, before any frame of a new session, that the one before it is gone. */
static void watch_line(struct worker_run *run, size_t i)
{
    struct channel *channel = run->worker.channels[i];
    struct worker_line *line = &run->lines[i];
    bool alive = channel_alive(channel);
    uint32_t generation = channel_generation(channel);
    if (line->alive && (!alive || generation != line->generation)) {
        log_warning("worker.box_lost", "box=%s consequence=\"what it had outstanding here is redispatched\"",
                    channel_box(channel));
        run->role->box_lost(&run->worker, i);
    }
    if (alive && (!line->alive || generation != line->generation)) {
        log_info("worker.box_alive", "box=%s session=%u", channel_box(channel), generation);
        line->bye_said = line->bye_heard = false;
    }
    line->alive = alive;
    line->generation = generation;
}

static void read_line(struct worker_run *run, size_t i)
{
    struct frame frame;
    while (channel_recv(run->worker.channels[i], &frame) == OK) {
        watch_line(run, i);
        if (frame.type == FRAME_BYE && run->lines[i].bye_said)
            run->lines[i].bye_heard = true;
        run->role->frame(&run->worker, i, &frame);
        frame_done(&frame);
    }
    watch_line(run, i);
}

static void say_bye(struct worker_run *run, size_t i)
{
    Aduan__Wire__Bye bye = ADUAN__WIRE__BYE__INIT;
    if (!run->lines[i].bye_said && channel_alive(run->worker.channels[i]))
        run->lines[i].bye_said = channel_send(run->worker.channels[i], FRAME_BYE, &bye.base) == OK;
}

/* Returns when it wants to run again. In a drain only living lines are kept up: a new HELLO would ask for work. */
static uint64_t tick_line(struct worker_run *run, size_t i, uint64_t mono_ms)
{
    uint64_t next = mono_ms + POLL_MAX_MS;
    if (run->worker.draining) {
        say_bye(run, i);
        if (run->lines[i].bye_heard || !run->lines[i].alive)
            return next;
        next = run->lines[i].bye_said ? next : mono_ms + RETRY_MS;
    }
    uint64_t due = channel_tick(run->worker.channels[i], mono_ms);
    watch_line(run, i);
    return due < next ? due : next;
}

static bool drained(const struct worker_run *run)
{
    if (!run->worker.draining || !run->role->idle(&run->worker))
        return false;
    for (size_t i = 0; i < run->worker.channel_count; i++) {
        if (run->lines[i].alive && !run->lines[i].bye_heard)
            return false;
    }
    return true;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* One turn after the poll. Returns when the next one is due. */
static uint64_t turn(struct worker_run *run)
{
    struct worker *worker = &run->worker;
    uint64_t next = UINT64_MAX;
    read_signals(run, clock_mono_ms());
    for (size_t i = 0; i < worker->channel_count; i++)
        read_line(run, i);
    uint64_t now = clock_mono_ms();
    for (size_t i = 0; i < worker->channel_count; i++)
        next = earlier(next, tick_line(run, i, now));
    next = earlier(next, run->role->work(worker, now));
    now = clock_mono_ms();
    next = earlier(next, worker_status_tick(run, now));
    if (now >= run->reader_check_ms) {
        store_reader_check(worker->store);
        run->reader_check_ms = now + READER_CHECK_MS;
    }
    return next;
}

static int loop(struct worker_run *run)
{
    zmq_pollitem_t *items = calloc(run->worker.channel_count + 1 + ROLE_POLL_MAX, sizeof *items);
    if (!items)
        abort();
    uint64_t next = 0;
    int code = EXIT_GO_ON;
    while (code == EXIT_GO_ON) {
        wait_for_events(run, items, next);
        next = turn(run);
        if (run->exit_now) {
            log_warning("worker.stopped", "cause=second_signal held=%u", run->worker.backlog);
            code = EXIT_FAILED;
        } else if (drained(run)) {
            run->drained = true;
            code = EXIT_DRAINED;
        } else if (run->worker.draining && clock_mono_ms() >= run->drain_until_ms) {
            log_warning("worker.drain_unfinished", "held=%u consequence=\"it is taken up again by others\"",
                        run->worker.backlog);
            code = EXIT_FAILED;
        }
    }
    free(items);
    return code;
}

int worker_main(const struct worker_role *role, int argc, char **argv)
{
    struct worker_run run = {.worker = {.role = role->role}, .role = role, .signal_fd = -1};
    int code = read_arguments(&run, argc, argv);
    if (code != EXIT_GO_ON)
        return code;
    privileges_drop();
    log_open(role->program, run.worker.name, LOG_LEVEL_INFO);
    uuid_random(run.worker.life);
    run.started_us = clock_now_us();
    run.started_ms = clock_mono_ms();
    struct fault fault = {0};
    int err = start(&run, &fault);
    if (err) {
        log_error("worker.not_started", "cause=%s %s", err_name(err), fault.text);
        code = err == E_BUSY && !run.lock ? EXIT_NAME_TAKEN : EXIT_FAILED;
    } else {
        log_info("worker.started", "pid=%d boxes=%zu", (int)getpid(), run.worker.channel_count);
        code = loop(&run);
        log_info("worker.ended", "exit=%d done=%llu", code, (unsigned long long)run.worker.done);
    }
    finish(&run, err == OK);
    return code;
}
