/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Wakes whoever waits for others' commits, without asking the store again and again: the kernel tells of each write to
 * its file, and the last write of a commit is the one that makes it true. It also wakes for the writes before that, so
 * being woken only means that it is time to look; and whoever waits looks now and then all the same.
 */
#ifndef ADUAN_STORE_WATCH_H
#define ADUAN_STORE_WATCH_H

#include "store.h"

struct store_watch;

/* NULL when the kernel has no watch left: look on a timer. */
struct store_watch *store_watch_open(const struct store *store);
void store_watch_close(struct store_watch *watch);
/* Readable after a write. */
int store_watch_fd(const struct store_watch *watch);
/* Before a look: what is written after this makes the fd readable again. True when something was written since the
 * last time. A commit is seen by readers a moment after its last write: look again soon. Accepts NULL. */
bool store_watch_clear(const struct store_watch *watch);

#endif
