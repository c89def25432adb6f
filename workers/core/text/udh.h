/* SPDX-License-Identifier: BSD-2-Clause */
/* User data headers (3GPP TS 23.040 §9.2.3.24): only concatenation is read; everything else is kept and ignored. */
#ifndef ADUAN_UDH_H
#define ADUAN_UDH_H

#include <stddef.h>
#include <stdint.h>

struct udh_concat {
    uint16_t reference; /* 8- or 16-bit */
    uint8_t total;      /* ≥ 2 */
    uint8_t index;      /* 1 … total */
};

/* 1: *out filled. 0: no concatenation (also total = 1). Negative: malformed (lengths that lie, total 0, index 0 or
 * above total). udh starts with its length byte (UDHL), as Kannel hands it over. */
int udh_parse_concat(const uint8_t *udh, size_t len, struct udh_concat *out);

#endif
