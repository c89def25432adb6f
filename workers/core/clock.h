/* SPDX-License-Identifier: BSD-2-Clause */
/* Time: wall clock in µs since 1970 for what is stored, monotonic ms for deadlines. Neither ever fails. */
#ifndef ADUAN_CLOCK_H
#define ADUAN_CLOCK_H

#include <stddef.h>
#include <stdint.h>

uint64_t clock_now_us(void);  /* CLOCK_REALTIME */
uint64_t clock_mono_ms(void); /* CLOCK_MONOTONIC */
/* "2026-11-21T19:36:00Z"; out holds at least CLOCK_ISO_BYTES. */
enum { CLOCK_ISO_BYTES = 32 };
const char *clock_iso(uint64_t at_us, char out[CLOCK_ISO_BYTES]);
/* "850 ms", "12 s", "3 m 20 s", "2 h 5 m", "4 d 3 h"; out holds at least CLOCK_ISO_BYTES. */
const char *clock_span(uint64_t span_us, char out[CLOCK_ISO_BYTES]);

#endif
