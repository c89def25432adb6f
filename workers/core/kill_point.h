/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Named places where a test may have a process killed, as kill -9 would: ADUAN_FAULT="classifier:after_commit:3" kills
 * a classifier at its third passage of KILL_POINT("classifier", "after_commit"). Compiled only with
 * ADUAN_FAULT_POINTS (the debug, tsan and coverage presets); a release knows neither the points nor the variable.
 */
#ifndef ADUAN_KILL_POINT_H
#define ADUAN_KILL_POINT_H

#ifdef ADUAN_FAULT_POINTS
void kill_point(const char *role, const char *point);
#define KILL_POINT(role, point) kill_point(role, point)
#else
#define KILL_POINT(role, point) ((void)0)
#endif

#endif
