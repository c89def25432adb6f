/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every process that is or should be: wanted and living are compared, and the difference is acted on. All starts,
 * stops and kills go through fleet_reconcile(); the rest only changes what is wanted or notes what has happened.
 */
#ifndef ADUAND_FLEET_H
#define ADUAND_FLEET_H

#include "config.h"
#include "process.h"
#include "scale.h"

struct fleet {
    const struct config *boot; /* as at start: sockets, store, boxes; never changes */
    const struct config *live; /* as last loaded: counts, supervision */
    const char *libexec_dir;   /* where the programs are */
    struct scale scale;
    char scale_path[4096];
    struct process **items; /* sorted by role, then number */
    size_t count;
    uint64_t stop_at_ms; /* 0: not stopping */
};

void fleet_init(struct fleet *fleet, const struct config *boot, const char *libexec_dir);
/* Forgets them; kills nobody. */
void fleet_done(struct fleet *fleet);

/* Takes over whoever holds a lock in run_dir. Called once, before the first reconcile. */
void fleet_adopt(struct fleet *fleet);
/* Acts; returns the monotonic ms when it wants to be called again (UINT64_MAX: when something happens). */
uint64_t fleet_reconcile(struct fleet *fleet, uint64_t now_ms);
/* The pidfd of this one became readable. */
void fleet_ended(struct fleet *fleet, struct process *process, uint64_t now_ms);
/* A status frame. False when no process of that name and pid is known. */
bool fleet_heard(struct fleet *fleet, const Aduan__Wire__Status *status, uint64_t now_ms);

/* Keeps scale in its file; a failure is logged. */
void fleet_keep(const struct fleet *fleet, bool keep_held);
void fleet_stop(struct fleet *fleet, uint64_t now_ms);
/* SIGKILL to all that live. */
void fleet_kill(struct fleet *fleet);
/* SIGHUP to all that are far enough in their life to take it; returns how many. */
size_t fleet_hup(struct fleet *fleet);
bool fleet_empty(const struct fleet *fleet);
/* Each wanted process has said that it is past STARTING. */
bool fleet_is_up(const struct fleet *fleet);
size_t fleet_running(const struct fleet *fleet, enum role role);
struct process *fleet_find(const struct fleet *fleet, const char *name);

#endif
