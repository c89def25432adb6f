/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Named places where a test may have the box killed or stopped; the same orders as workers/core/base/kill_point.h,
 * which a box does not link: ADUAN_FAULT="box:mt_written:1" or "box:mt_written:1:stop", once with
 * ADUAN_FAULT_ONCE=PATH. Compiled only with ADUAN_FAULT_POINTS.
 */
#ifndef ADUANBOX_FAULT_POINT_H
#define ADUANBOX_FAULT_POINT_H

#ifdef ADUAN_FAULT_POINTS
void fault_point(const char *point);
#define FAULT_POINT(point) fault_point(point)
#else
#define FAULT_POINT(point) ((void)0)
#endif

#endif
