/* SPDX-License-Identifier: BSD-2-Clause */
/* What must hold before anything is started, in the order in which an operator would want to hear of it. The store is
 * opened once to prove it and closed again: children are forked later. */
#include "clock.h"
#include "desk.h"
#include "log.h"
#include "privileges.h"
#include "rules.h"
#include "signals.h"
#include "store.h"
#include "supervisor.h"
#include "templates.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

enum { STATUS_FRAME_MAX_BYTES = 256 * 1024, CONTROL_FRAME_MAX_BYTES = 1024 * 1024 };

static int make_run_dir(const char *dir, struct fault *fault)
{
    struct stat st;

    if (mkdir(dir, 0700) && errno != EEXIST)
        return fault_set(fault, E_IO, "run.dir %s cannot be made: %s; make its parent, or set run.dir elsewhere", dir,
                         strerror(errno));
    if (stat(dir, &st) || !S_ISDIR(st.st_mode))
        return fault_set(fault, E_IO, "run.dir %s is not a directory", dir);
    if (st.st_uid != geteuid())
        return fault_set(fault, E_IO, "run.dir %s belongs to user %u, aduand runs as %u: who owns it controls the desk",
                         dir, (unsigned)st.st_uid, (unsigned)geteuid());
    return privileges_check_dir("run.dir", dir, fault);
}

int startup_check_desk(const struct config *config, struct fault *fault)
{
    struct rules *rules;
    struct templates *templates;
    int err = rules_load(config->categories_path, config->agencies_path, &rules, fault);

    if (err)
        return err;
    rules_free(rules);
    err = templates_load(config->replies_dir, config->reply_segments_max, &templates, fault);
    if (!err)
        templates_free(templates);
    return err;
}

int startup_check_places(const struct config *config, struct fault *fault)
{
    bool named = strcmp(config->places_path, CONFIG_DEFAULT_PLACES) != 0 || config->districts_path;
    struct places *places = NULL;
    int err = desk_places_open(config, &places, fault);

    places_free(places);
    return err == E_IO && !named ? OK : err;
}

static bool has_programs(const char *dir)
{
    char path[PATH_MAX];
    int len = snprintf(path, sizeof path, "%s/%s", dir, role_program(ROLE_CLASSIFIER));

    return len < (int)sizeof path && access(path, X_OK) == 0;
}

/* $ADUAN_LIBEXEC_DIR, else our own directory when they are there (a build tree), else where they are installed. */
static void find_libexec(char out[4096])
{
    const char *told = getenv("ADUAN_LIBEXEC_DIR");
    char self[4096] = "";
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);

    if (told && *told) {
        snprintf(out, 4096, "%s", told);
        return;
    }
    if (len > 0) {
        self[len] = '\0';
        *strrchr(self, '/') = '\0';
    }
    snprintf(out, 4096, "%s", has_programs(self) ? self : ADUAN_LIBEXEC_DIR);
}

static int check_programs(const struct config *config, const char *dir, struct fault *fault)
{
    for (enum role r = 0; r < ROLE_END; r++) {
        char path[PATH_MAX];
        int len = snprintf(path, sizeof path, "%s/%s", dir, role_program(r));
        if (r == ROLE_FEED && !config->feed_enabled)
            continue;
        if (len >= (int)sizeof path || access(path, X_OK))
            return fault_set(fault, E_NOT_FOUND,
                             "%s is not in %s: install it, or name its directory in $ADUAN_LIBEXEC_DIR",
                             role_program(r), dir);
    }
    return OK;
}

/* E_BUSY says what to do about the other one. */
static int take_lock(const char *dir, const char *advice, struct lockfile **out, struct fault *fault)
{
    struct fault held;
    int err = lockfile_take(dir, "aduand", out, &held);

    if (err == E_BUSY)
        return fault_set(fault, E_BUSY, "%.600s: %s", held.text, advice);
    return err ? fault_set(fault, err, "%s", held.text) : OK;
}

/* The lock is for aduand alone: workers and the command line share a store, but two supervisors would each start a
 * line on it. Its file lies inside the store, so that it holds whatever run.dir the other one has. */
static int prove_store(struct supervisor *s, struct fault *fault)
{
    struct store_options options = {.dir = s->boot->store_dir, .map_bytes = s->boot->store_map_bytes, .create = true};
    struct store *store;
    int err = seal_open(s->boot->key_path, &s->seal, fault);

    if (err)
        return err;
    options.seal = s->seal;
    err = store_open(&options, &store, fault);
    if (err)
        return err;
    store_close(store);
    return take_lock(s->boot->store_dir, "another aduand has this store: point store.dir elsewhere, or end that one",
                     &s->store_lock, fault);
}

static int bind_router(struct supervisor *s, const char *name, int64_t most_bytes, void **out, struct fault *fault)
{
    char endpoint[CONFIG_ENDPOINT_BYTES];
    int linger = 0;

    if (config_endpoint(s->boot, name, endpoint))
        return fault_set(fault, E_INVALID, "run.dir %s is too long for a socket", s->boot->run_dir);
    *out = zmq_socket(s->zmq, ZMQ_ROUTER);
    if (!*out || zmq_setsockopt(*out, ZMQ_LINGER, &linger, sizeof linger) ||
        zmq_setsockopt(*out, ZMQ_MAXMSGSIZE, &most_bytes, sizeof most_bytes) || zmq_bind(*out, endpoint))
        return fault_set(fault, E_IO, "%s: %s", endpoint, zmq_strerror(zmq_errno()));
    return OK;
}

static int open_sockets(struct supervisor *s, struct fault *fault)
{
    int err;

    s->zmq = zmq_ctx_new();
    if (!s->zmq)
        return fault_set(fault, E_IO, "ZeroMQ cannot begin: %s", zmq_strerror(zmq_errno()));
    err = bind_router(s, "control", CONTROL_FRAME_MAX_BYTES, &s->control, fault);
    if (!err)
        err = bind_router(s, "status", STATUS_FRAME_MAX_BYTES, &s->status, fault);
    return err;
}

static int prepare(struct supervisor *s, struct fault *fault)
{
    int err = startup_check_desk(s->boot, fault);

    if (!err)
        err = check_programs(s->boot, s->libexec_dir, fault);
    if (!err)
        err = prove_store(s, fault);
    if (!err)
        err = signals_open(&s->signal_fd, fault);
    if (!err)
        err = open_sockets(s, fault);
    return err;
}

static void set_log_level(const struct config *config)
{
    static const enum log_level levels[] = {[CONFIG_LOG_ERROR] = LOG_LEVEL_ERROR,
                                            [CONFIG_LOG_WARNING] = LOG_LEVEL_WARNING,
                                            [CONFIG_LOG_INFO] = LOG_LEVEL_INFO,
                                            [CONFIG_LOG_DEBUG] = LOG_LEVEL_DEBUG};
    log_threshold(levels[config->log_level]);
}

int startup(struct supervisor *s, const char *config_path, struct fault *fault)
{
    int err;

    memset(s, 0, sizeof *s);
    s->signal_fd = -1;
    s->generation = 1;
    s->started_ms = clock_mono_ms();
    s->started_us = clock_now_us();
    if (config_load(config_path, &s->boot, fault))
        return EXIT_FAILURE;
    s->live = s->boot;
    set_log_level(s->live);
    if (make_run_dir(s->boot->run_dir, fault))
        return EXIT_FAILURE;
    err = take_lock(s->boot->run_dir, "ask it with `aduan status`, or end it with `aduan stop` first", &s->lock, fault);
    if (!err) {
        find_libexec(s->libexec_dir);
        fleet_init(&s->fleet, s->boot, s->libexec_dir);
        err = prepare(s, fault);
    }
    return err == OK ? EXIT_SUCCESS : err == E_BUSY ? EXIT_ELSEWHERE : EXIT_FAILURE;
}

void startup_undo(struct supervisor *s)
{
    if (s->control)
        zmq_close(s->control);
    if (s->status)
        zmq_close(s->status);
    if (s->zmq)
        zmq_ctx_term(s->zmq);
    if (s->signal_fd >= 0)
        close(s->signal_fd);
    fleet_done(&s->fleet);
    json_decref(s->store_figures);
    seal_close(s->seal);
    lockfile_release(s->store_lock);
    lockfile_release(s->lock);
    if (s->live != s->boot)
        config_free(s->live);
    config_free(s->boot);
}
