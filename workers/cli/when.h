/* SPDX-License-Identifier: BSD-2-Clause */
/* Points in time as people write them. */
#ifndef ADUAN_CLI_WHEN_H
#define ADUAN_CLI_WHEN_H

#include "err.h"

#include <stdint.h>

/* "45s", "30m", "12h", "2d", "1w": so long before now; "2026-11-01", "2026-11-01 08:00", "2026-11-01T08:00:00": local
 * time; the same with a Z behind it: UTC. E_INVALID for anything else. */
MUST_CHECK int when_parse(const char *text, uint64_t now_us, uint64_t *at_us);

#endif
