/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One process from start to reap. Its pidfd is how it is signalled and how its end is seen, so that a pid used again by
 * the kernel is never hit, and a process that an earlier aduand started is watched as well as a child of our own.
 */
#ifndef ADUAND_PROCESS_H
#define ADUAND_PROCESS_H

#include "err.h"
#include "figures.h"
#include "policy.h"
#include "roles.h"

#include <sys/types.h>

struct process {
    char name[SLOT_NAME_BYTES];
    enum role role;
    unsigned number; /* of a slot; a box has its place in the configuration */
    bool wanted;
    /* a life: pid is 0 between two */
    pid_t pid;
    int pidfd;
    bool adopted; /* not our child: how it ended stays unknown */
    uint64_t started_ms, started_us;
    uint64_t kill_at_ms; /* told to stop; killed then. 0: not told */
    bool killed;
    struct figures figures;
    /* over all lives */
    uint64_t start_at_ms; /* not before */
    uint32_t restarts;
    struct policy policy;
    char note[FIGURES_NOTE_BYTES]; /* how the last life ended */
};

struct process_end {
    bool known; /* false: it was adopted */
    int code;   /* exit code, -1 when a signal ended it */
    int signal; /* 0 when it exited */
};

/* fork + exec in a session of its own, all other descriptors closed. argv[0] is the program's path. */
MUST_CHECK int process_start(struct process *process, char *const argv[], struct fault *fault);
/* Takes over a living process. E_GONE: it has just died. */
MUST_CHECK int process_adopt(struct process *process, pid_t pid, struct fault *fault);
void process_signal(const struct process *process, int signal);
/* After its pidfd became readable: forgets the pid, says how it ended. */
void process_reap(struct process *process, struct process_end *out);
/* "exit code 1", "signal 9 (Killed)", "unknown cause". */
const char *process_end_text(const struct process_end *end, char *out, size_t size);

#endif
