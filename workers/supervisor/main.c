/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * aduand: starts, watches and scales the processes of the line. One thread, one poll over the control line, the
 * status line, signals and a pidfd for each process. Its own death stops no one: the next aduand takes them over.
 */
#include "clock.h"
#include "frame.h"
#include "log.h"
#include "privileges.h"
#include "supervisor.h"

#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <zmq.h>

enum { FIXED_ITEMS = 3, TICK_MS = 1000, TURN_FRAMES = 1000 };

static const char usage[] =
    "usage: aduand [--config FILE]\n"
    "\n"
    "Starts, watches and scales aduanbox, aduan-classifier, aduan-responder and aduan-feed as FILE says\n"
    "(default " CONFIG_DEFAULT_PATH "). It stays in the foreground and logs to stderr.\n"
    "\n"
    "  SIGTERM, SIGINT   drain everything, then exit; a second one kills what is left\n"
    "  SIGHUP            reload the configuration, the rules and the templates\n"
    "  SIGKILL           ends aduand alone: the processes go on, and the next aduand takes them over\n"
    "\n"
    "exit: 0 stopped as told, 1 could not start or run, 2 usage, 75 another aduand has run.dir or the store\n"
    "See also: aduan --help, aduand(8), aduan.yaml(5)\n";

/* Returns -1 to go on, else the exit code. */
static int read_arguments(int argc, char **argv, const char **config_path)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"help", no_argument, NULL, 'h'},
                                            {"version", no_argument, NULL, 'V'},
                                            {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
        if (option == 'c') {
            *config_path = optarg;
        } else if (option == 'h') {
            fputs(usage, stdout);
            return EXIT_SUCCESS;
        } else if (option == 'V') {
            puts("aduand " ADUAN_VERSION);
            return EXIT_SUCCESS;
        } else {
            fputs(usage, stderr);
            return EXIT_USAGE;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "aduand: '%s' is not understood\n%s", argv[optind], usage);
        return EXIT_USAGE;
    }
    return -1;
}

static void reload_by_signal(struct supervisor *s)
{
    json_t *question = json_pack("{s:i, s:s}", "v", 1, "verb", "reload");

    /* Verbs log what comes of it. */
    json_decref(verbs_answer(s, question));
    json_decref(question);
}

static void take_signals(struct supervisor *s)
{
    struct signalfd_siginfo info;

    while (read(s->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGHUP) {
            reload_by_signal(s);
        } else if (s->fleet.stop_at_ms) {
            log_warning("aduand.hurried", "told to stop a second time: everything is killed");
            fleet_kill(&s->fleet);
        } else {
            fleet_stop(&s->fleet, clock_mono_ms());
        }
    }
}

static void take_status(struct supervisor *s)
{
    struct frame frame;
    int err;

    for (int turn = 0; turn < TURN_FRAMES; turn++) {
        err = frame_recv(s->status, true, &frame);
        if (err == FRAME_E_AGAIN || err == FRAME_E_SOCKET)
            return;
        if (err || frame.type != FRAME_STATUS)
            s->refused++;
        else if (!fleet_heard(&s->fleet, (const Aduan__Wire__Status *)frame.body, clock_mono_ms()))
            log_debug("status.stranger", "a status of nobody known was dropped");
        if (!err)
            frame_done(&frame);
    }
}

static zmq_pollitem_t *poll_items(const struct supervisor *s, zmq_pollitem_t *items)
{
    items = reallocarray(items, FIXED_ITEMS + s->fleet.count, sizeof *items);
    if (!items)
        abort();
    items[0] = (zmq_pollitem_t){s->control, 0, ZMQ_POLLIN, 0};
    items[1] = (zmq_pollitem_t){s->status, 0, ZMQ_POLLIN, 0};
    items[2] = (zmq_pollitem_t){NULL, s->signal_fd, ZMQ_POLLIN, 0};
    return items;
}

/* The items of pidfds are in the fleet's order, without those that have no process. */
static void take_ends(struct supervisor *s, const zmq_pollitem_t *items, size_t count)
{
    size_t item = 0;

    for (size_t i = 0; i < s->fleet.count && item < count; i++) {
        struct process *p = s->fleet.items[i];
        if (p->pid == 0)
            continue;
        if (items[item++].revents)
            fleet_ended(&s->fleet, p, clock_mono_ms());
    }
}

/* Polls until something happens or next_ms; then takes what has happened. */
static void wait_and_take(struct supervisor *s, zmq_pollitem_t *items, uint64_t now_ms, uint64_t next_ms)
{
    size_t count = 0;

    for (size_t i = 0; i < s->fleet.count; i++) {
        if (s->fleet.items[i]->pid == 0)
            continue;
        items[FIXED_ITEMS + count] = (zmq_pollitem_t){NULL, s->fleet.items[i]->pidfd, ZMQ_POLLIN, 0};
        count++;
    }
    if (zmq_poll(items, (int)(FIXED_ITEMS + count), next_ms > now_ms ? (long)(next_ms - now_ms) : 0) <= 0)
        return;
    /* Last words first: a status read before the end tells whether that life has served. */
    if (items[1].revents)
        take_status(s);
    take_ends(s, &items[FIXED_ITEMS], count);
    if (items[2].revents)
        take_signals(s);
    if (items[0].revents)
        control_server_run(s);
}

static void run(struct supervisor *s)
{
    zmq_pollitem_t *items = NULL;
    uint64_t tick_ms = 0;
    bool stopping_said = false;

    while (!s->fleet.stop_at_ms || !fleet_empty(&s->fleet)) {
        uint64_t now_ms = clock_mono_ms(), next_ms = fleet_reconcile(&s->fleet, now_ms);
        if (now_ms >= tick_ms) {
            notify_tick(s, now_ms);
            tick_ms = now_ms + TICK_MS;
        }
        if (s->fleet.stop_at_ms && !stopping_said) {
            notify_stopping();
            stopping_said = true;
        }
        items = poll_items(s, items);
        wait_and_take(s, items, now_ms, next_ms < tick_ms ? next_ms : tick_ms);
    }
    free(items);
}

/* Descriptors 0 to 2 are all that a child inherits; input is nobody's. */
static void close_input(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (null >= 0 && dup2(null, STDIN_FILENO) >= 0 && null > STDERR_FILENO)
        close(null);
}

static void restore_scale(struct supervisor *s)
{
    struct fault fault;
    int err = scale_load(&s->fleet.scale, s->fleet.scale_path, s->live, &fault);

    if (err && err != E_NOT_FOUND)
        log_warning("fleet.counts_lost", "%s", fault.text);
}

int main(int argc, char **argv)
{
    const char *config_path = CONFIG_DEFAULT_PATH;
    struct supervisor supervisor;
    struct fault fault;
    int code = read_arguments(argc, argv, &config_path);

    if (code >= 0)
        return code;
    privileges_drop();
    log_open("aduand", "", LOG_LEVEL_INFO);
    close_input();
    code = startup(&supervisor, config_path, &fault);
    if (code) {
        log_error("aduand.not_started", "%s", fault.text);
    } else {
        restore_scale(&supervisor);
        log_info("aduand.started", "pid=%d version=%s config=%s", (int)getpid(), ADUAN_VERSION, config_path);
        fleet_adopt(&supervisor.fleet);
        run(&supervisor);
        log_info("aduand.stopped", "nothing is left running");
    }
    startup_undo(&supervisor);
    return code;
}
