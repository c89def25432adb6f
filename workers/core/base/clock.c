/* SPDX-License-Identifier: BSD-2-Clause */
/* The two clocks and how times are shown to people. */
#include "clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

/* clock_gettime() of these two clocks cannot fail on Linux: both always exist, and the pointer is ours. */
static struct timespec read_clock(clockid_t id)
{
    struct timespec now = {0};
    (void)clock_gettime(id, &now);
    return now;
}

uint64_t clock_now_us(void)
{
    struct timespec now = read_clock(CLOCK_REALTIME);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

uint64_t clock_mono_us(void)
{
    struct timespec now = read_clock(CLOCK_MONOTONIC);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

uint64_t clock_mono_ms(void)
{
    struct timespec now = read_clock(CLOCK_MONOTONIC);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

uint64_t clock_next_second_ms(uint64_t mono_ms)
{
    return ((mono_ms + CLOCK_SECOND_EARLY_MS) / 1000 + 1) * 1000 + CLOCK_SECOND_AFTER_MS;
}

bool clock_second_is_due(uint64_t mono_ms, uint64_t due_ms)
{
    return mono_ms + CLOCK_SECOND_EARLY_MS >= due_ms;
}

const char *clock_iso(uint64_t at_us, char out[CLOCK_ISO_BYTES])
{
    time_t seconds = (time_t)(at_us / 1000000u);
    struct tm tm = {0};
    gmtime_r(&seconds, &tm);
    strftime(out, CLOCK_ISO_BYTES, "%Y-%m-%dT%H:%M:%SZ", &tm);
    return out;
}

const char *clock_span(uint64_t span_us, char out[CLOCK_ISO_BYTES])
{
    uint64_t s = span_us / 1000000u;
    if (s == 0)
        snprintf(out, CLOCK_ISO_BYTES, "%" PRIu64 " ms", span_us / 1000u);
    else if (s < 60)
        snprintf(out, CLOCK_ISO_BYTES, "%" PRIu64 " s", s);
    else if (s < 3600)
        snprintf(out, CLOCK_ISO_BYTES, "%" PRIu64 " m %" PRIu64 " s", s / 60, s % 60);
    else if (s < 86400)
        snprintf(out, CLOCK_ISO_BYTES, "%" PRIu64 " h %" PRIu64 " m", s / 3600, s / 60 % 60);
    else
        snprintf(out, CLOCK_ISO_BYTES, "%" PRIu64 " d %" PRIu64 " h", s / 86400, s / 3600 % 24);
    return out;
}
