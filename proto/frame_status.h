/* SPDX-License-Identifier: BSD-2-Clause */
/* STATUS frames: what a process tells aduand of itself. At rest nothing changes, and then nobody is woken for it. */
#ifndef FRAME_STATUS_H
#define FRAME_STATUS_H

#include "frame.h"
#include "wire.pb-c.h"

/* Nothing new for so long is told all the same: a process that says nothing at all has a fault. */
enum { FRAME_STATUS_STILL_MS = 3000 };

/* What was last sent. Begins as {0}; frame_status_forget() at the end. */
struct frame_status {
    uint8_t *told;
    size_t len;
    uint64_t at_ms;
};

/* Sends it on a DEALER, unless the same was sent less than FRAME_STATUS_STILL_MS ago. As frame_send(); what could not
 * be sent counts as never told. */
int frame_status_tell(struct frame_status *last, void *socket, const Aduan__Wire__Status *status, uint64_t mono_ms);
void frame_status_forget(struct frame_status *last);

#endif
