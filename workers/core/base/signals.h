/* SPDX-License-Identifier: BSD-2-Clause */
/* SIGTERM, SIGINT and SIGHUP through a descriptor that a loop can poll; SIGPIPE is ignored. */
#ifndef ADUAN_SIGNALS_H
#define ADUAN_SIGNALS_H

#include "err.h"

/* Before any thread exists, libzmq's included: they inherit the mask, so that none but the loop ever takes a signal.
 * *fd is the caller's: non-blocking, closed on exec. E_IO. */
MUST_CHECK int signals_open(int *fd, struct fault *fault);

#endif
