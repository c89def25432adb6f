/* SPDX-License-Identifier: BSD-2-Clause */
/* Exponential backoff of two speeds. */
#include "policy.h"

/* first · 2^steps, held at max; never overflows. */
static uint64_t backoff(uint64_t first_ms, uint64_t max_ms, uint32_t steps)
{
    uint64_t delay = first_ms;

    while (steps-- > 0 && delay < max_ms)
        delay *= 2;
    return delay < max_ms ? delay : max_ms;
}

uint64_t policy_died(struct policy *policy, const struct policy_limits *limits, const struct policy_life *life)
{
    bool settled = life->lived_ms >= POLICY_SETTLED_MS;

    if (life->asked || settled) {
        *policy = (struct policy){0};
        return life->asked ? 0 : limits->first_ms;
    }
    if (life->served) {
        policy->unborn = 0;
        return backoff(limits->first_ms, limits->max_ms, policy->early++);
    }
    policy->unborn++;
    uint64_t first_ms = limits->first_ms > POLICY_UNBORN_FIRST_MS ? limits->first_ms : POLICY_UNBORN_FIRST_MS;
    return backoff(first_ms, limits->max_ms, 2 * (policy->unborn - 1));
}
