/* SPDX-License-Identifier: BSD-2-Clause */
#include "now.h"

#include <time.h>

uint64_t now_mono_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t now_mono_ms(void)
{
    return now_mono_us() / 1000;
}

uint64_t now_wall_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}
