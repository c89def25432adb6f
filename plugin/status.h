/* SPDX-License-Identifier: BSD-2-Clause */
/* What the box tells aduand about itself. */
#ifndef ADUANBOX_STATUS_H
#define ADUANBOX_STATUS_H

#include "box.h"

/* Sends a status frame when `due`, or when the state has changed since the last one. Losing one is fine. */
void status_send(struct box *box, bool due);

#endif
