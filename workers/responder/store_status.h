/* SPDX-License-Identifier: BSD-2-Clause */
/* One GET of bearerbox's store-status, line by line, without blocking. Made new for each; inquiry.c is its caller. */
#ifndef ADUAN_STORE_STATUS_H
#define ADUAN_STORE_STATUS_H

#include "store_status_page.h"

#include <stdint.h>

struct store_status;

enum store_status_progress { STORE_STATUS_FAILED = -1, STORE_STATUS_WAITING = 0, STORE_STATUS_DONE = 1 };

/* NULL: not a url, or no socket to be had. The url is not kept. */
struct store_status *store_status_new(const char *url, uint64_t mono_ms);
void store_status_free(struct store_status *status);
enum store_status_progress store_status_work(struct store_status *status, uint64_t mono_ms, store_status_fn row,
                                             void *ctx);
/* Why it failed. */
const char *store_status_cause(const struct store_status *status);

#endif
