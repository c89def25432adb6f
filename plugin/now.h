/* SPDX-License-Identifier: BSD-2-Clause */
/* The two clocks: deadlines run on the monotonic one, what people read on the other. */
#ifndef ADUANBOX_NOW_H
#define ADUANBOX_NOW_H

#include <stdint.h>

uint64_t now_mono_ms(void);
uint64_t now_mono_us(void);
uint64_t now_wall_us(void);

#endif
