/* SPDX-License-Identifier: BSD-2-Clause */
/* flock(2) on a file, with our pid inside: one living process a name, and one owner of an ipc path (a second bind
 * on one silently steals it). The kernel drops the lock with the process. */
#ifndef ADUANBOX_LOCK_H
#define ADUANBOX_LOCK_H

#include <stdbool.h>
#include <stddef.h>

/* The open file, or -1 with a sentence in `why`; *busy says that somebody else holds it. */
int lock_take(const char *path, bool *busy, char *why, size_t why_size);
/* Takes path.lock beside an ipc:// endpoint; 0 (nothing to lock) for any other transport. */
int lock_endpoint(const char *endpoint, bool *busy, char *why, size_t why_size);

#endif
