/* SPDX-License-Identifier: BSD-2-Clause */
/* Who follows the event log is told by the feed that it grew: aduan-feed publishes an event the moment it is committed.
 * What is heard says only that; the store is what is read, so that nothing is missed when the feed is stopped, killed
 * or too quick for a terminal. */
#ifndef ADUAN_CLI_WAKE_H
#define ADUAN_CLI_WAKE_H

#include "config.h"

#include <stdbool.h>

struct wake;

/* Subscribes to the feed's full view in run.dir. NULL without memory or sockets. */
struct wake *wake_new(const struct config *config);
void wake_free(struct wake *wake);

/* Waits until the log may have grown, or fd can be read, and says whether it can. Asks for patience while the feed is
 * heard (a second), for little when it is not (a tenth); with NULL as when it is not. */
bool wake_wait(struct wake *wake, int fd);

#endif
