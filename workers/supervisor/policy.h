/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When a process that died is started again. Pure: no clock, no processes.
 * A life is good when it did a job or lasted; one that ended before its first job says that the service itself is
 * broken (a bad file, a missing library), and starting it over and over helps nobody: it is throttled harder.
 */
#ifndef ADUAND_POLICY_H
#define ADUAND_POLICY_H

#include <stdbool.h>
#include <stdint.h>

/* POLICY_SETTLED_MS: a life this long was good even without a job, and one with jobs forgets earlier deaths. */
enum { POLICY_SETTLED_MS = 10000, POLICY_UNBORN_FIRST_MS = 1000 };

struct policy_limits {
    uint32_t first_ms, max_ms;
};

struct policy_life {
    bool asked;  /* we told it to stop */
    bool served; /* it has finished at least one job */
    uint64_t lived_ms;
};

/* One for each process; starts zeroed. */
struct policy {
    uint32_t early;  /* deaths in a row soon after a job */
    uint32_t unborn; /* deaths in a row before the first job */
};

/* Records the end of a life; returns how long to wait before the next one. */
uint64_t policy_died(struct policy *policy, const struct policy_limits *limits, const struct policy_life *life);

#endif
