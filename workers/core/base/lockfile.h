/* SPDX-License-Identifier: BSD-2-Clause */
/* One living process a name: flock(2) on run_dir/<name>.lock with the pid inside. The kernel drops it with the
 * process, so a lock that is held is the proof of life, and aduand finds orphans by it. */
#ifndef ADUAN_LOCKFILE_H
#define ADUAN_LOCKFILE_H

#include "err.h"

#include <sys/types.h>

struct lockfile;

/* E_BUSY with the holder's pid in the fault's sentence. */
MUST_CHECK int lockfile_take(const char *dir, const char *name, struct lockfile **out, struct fault *fault);
void lockfile_release(struct lockfile *lock); /* also unlinks */
/* The pid of the living holder, 0 when nobody holds it. */
pid_t lockfile_holder(const char *dir, const char *name);

#endif
