/* SPDX-License-Identifier: BSD-2-Clause */
/* aduand as a whole: what main.c's loop owns and the verbs work on. One thread. */
#ifndef ADUAND_SUPERVISOR_H
#define ADUAND_SUPERVISOR_H

#include "config.h"
#include "fleet.h"
#include "lockfile.h"
#include "seal.h"

#include <jansson.h>

enum { EXIT_USAGE = 2, EXIT_ELSEWHERE = 75 };

struct supervisor {
    struct config *boot; /* as at start, for what a reload cannot change */
    struct config *live; /* as last loaded; may be the same object */
    struct fleet fleet;
    struct seal *seal;
    struct lockfile *lock, *store_lock; /* of run.dir and of store.dir */
    char libexec_dir[4096];
    void *zmq, *control, *status;
    int signal_fd;
    uint64_t started_ms, started_us;
    uint32_t generation; /* loads of the configuration, this one included */
    uint64_t refused;    /* frames and questions that were not ours */
    bool ready_said;
    json_t *store_figures; /* as of store_read_ms */
    uint64_t store_read_ms;
};

/* startup.c: everything before the first process. The fault says what to do; the return value is the exit code. */
MUST_CHECK int startup(struct supervisor *s, const char *config_path, struct fault *fault);
void startup_undo(struct supervisor *s);
/* Rules and templates as this configuration names them can be loaded. */
MUST_CHECK int startup_check_desk(const struct config *config, struct fault *fault);
/* The tables of places, for a reload: a line starts without them and says so. Those that came with the program may be
 * missing. */
MUST_CHECK int startup_check_places(const struct config *config, struct fault *fault);

/* reload.c: takes the file anew, or says why not and changes nothing. */
MUST_CHECK int supervisor_reload(struct supervisor *s, size_t *told, struct fault *fault);
/* Keys that differ and need a restart, "store.dir, boxes"; fresh, empty when there is none. */
char *reload_fixed_changes(const struct config *a, const struct config *b);

/* report.c: the answer to `status` (proto/schema/status.json). */
json_t *report_make(struct supervisor *s, uint64_t now_ms);
/* A JSON text even of bytes that are not UTF-8 (a path, a text cut in the middle of a character). */
json_t *report_text(const char *text);

/* verbs.c: one question as JSON → one answer as JSON (a new reference). */
json_t *verbs_answer(struct supervisor *s, const json_t *question);

/* control_server.c: reads all there is at the socket and answers. */
void control_server_run(struct supervisor *s);

/* notify.c: what the service manager is told. */
void notify_tick(struct supervisor *s, uint64_t now_ms);
void notify_reloading(void);
void notify_reloaded(void);
void notify_stopping(void);

#endif
