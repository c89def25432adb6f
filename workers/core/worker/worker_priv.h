/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside the worker skeleton: one run of it. Included by worker*.c only. */
#ifndef ADUAN_WORKER_PRIV_H
#define ADUAN_WORKER_PRIV_H

#include "frame_status.h"
#include "lockfile.h"
#include "worker.h"

/* What the skeleton knows of one channel beside the channel itself. */
struct worker_line {
    uint32_t generation; /* the last one the role was told of */
    bool alive;
    bool bye_said, bye_heard;
};

enum { WORKER_LACKS_BYTES = 2 * (sizeof((struct fault *)0)->text + 64) };

struct worker_run {
    struct worker worker;
    const struct worker_role *role;
    const char *config_path;
    void *zmq, *status_socket;
    int signal_fd;
    struct lockfile *lock;
    struct worker_line *lines; /* one a channel */
    uint64_t started_us, started_ms, drain_until_ms;
    uint64_t status_ms, reader_check_ms; /* when they are due */
    Aduan__Wire__Status__State state;    /* as last told */
    struct frame_status told;
    uint32_t config_generation, reloads;
    char lacks[WORKER_LACKS_BYTES];
    char reload_refused[WORKER_LACKS_BYTES]; /* why the last reload changed nothing; "": it did */
    bool ever_alive, drained, exit_now, first_job_told;
};

/* worker_load.c: configuration, rules, model, places and templates are loaded together, and taken together or not at
 * all. */
MUST_CHECK int worker_load(struct worker_run *run, struct fault *fault);
/* A bad file is logged with its fault and everything stays as it was. */
void worker_reload(struct worker_run *run);
void worker_unload(struct worker_run *run);

/* worker_status.c */
MUST_CHECK int worker_status_open(struct worker_run *run, struct fault *fault);
/* Tells aduand what is new of each second, and at once when the state has changed or the first job is done; losing it
 * is fine. Returns when it is due again. */
uint64_t worker_status_tick(struct worker_run *run, uint64_t mono_ms);
/* The last word of a life. */
void worker_status_close(struct worker_run *run);

#endif
