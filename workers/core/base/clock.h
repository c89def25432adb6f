/* SPDX-License-Identifier: BSD-2-Clause */
/* Time: wall clock in µs since 1970 for what is stored, monotonic ms for deadlines. Neither ever fails. */
#ifndef ADUAN_CLOCK_H
#define ADUAN_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

uint64_t clock_now_us(void);  /* CLOCK_REALTIME */
uint64_t clock_mono_ms(void); /* CLOCK_MONOTONIC */
uint64_t clock_mono_us(void);
/* What is done once a second is due a little after each whole second of the monotonic clock, and may be done so much
 * earlier. The clock is one for all processes, and the boxes speak first, at the whole second: so all wake in the same
 * moment, each once, and in between they sleep. */
enum { CLOCK_SECOND_AFTER_MS = 20, CLOCK_SECOND_EARLY_MS = 50 };
uint64_t clock_next_second_ms(uint64_t mono_ms);
bool clock_second_is_due(uint64_t mono_ms, uint64_t due_ms);
/* "2026-11-21T19:36:00Z"; out holds at least CLOCK_ISO_BYTES. */
enum { CLOCK_ISO_BYTES = 32 };
const char *clock_iso(uint64_t at_us, char out[CLOCK_ISO_BYTES]);
/* "850 ms", "12 s", "3 m 20 s", "2 h 5 m", "4 d 3 h"; out holds at least CLOCK_ISO_BYTES. */
const char *clock_span(uint64_t span_us, char out[CLOCK_ISO_BYTES]);

#endif
