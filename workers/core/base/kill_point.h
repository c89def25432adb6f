/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Named places where a test may have a process killed, as kill -9 would: ADUAN_FAULT="classifier:after_commit:3" kills
 * a classifier at its third passage of KILL_POINT("classifier", "after_commit"). Behind the number may stand ":stop":
 * then it is stopped there (SIGSTOP), once. With ADUAN_FAULT_ONCE=PATH it happens only once among all processes that
 * have that order, and leaves the file as proof. KILL_POINT_TEXT is passed only by what contains ADUAN_FAULT_TEXT.
 * Compiled only with ADUAN_FAULT_POINTS (the debug, tsan and coverage presets); a release knows neither the points nor
 * the variables.
 */
#ifndef ADUAN_KILL_POINT_H
#define ADUAN_KILL_POINT_H

#include <stddef.h>

#ifdef ADUAN_FAULT_POINTS
void kill_point(const char *role, const char *point);
void kill_point_text(const char *role, const char *point, const void *text, size_t len);
#define KILL_POINT(role, point) kill_point(role, point)
#define KILL_POINT_TEXT(role, point, text, len) kill_point_text(role, point, text, len)
#else
#define KILL_POINT(role, point) ((void)0)
#define KILL_POINT_TEXT(role, point, text, len) ((void)0)
#endif

#endif
