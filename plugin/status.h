/* SPDX-License-Identifier: BSD-2-Clause */
/* What the box tells aduand about itself. */
#ifndef ADUANBOX_STATUS_H
#define ADUANBOX_STATUS_H

#include "box.h"

/* Sends a status frame when `due` and there is something new, or when the state has changed. Losing one is fine. */
void status_send(struct box *box, bool due, uint64_t now_ms);

#endif
