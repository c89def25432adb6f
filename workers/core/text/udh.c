/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the concatenation element of a user data header; trusts no length in it. */
#include "udh.h"

#include "err.h"

#include <stdbool.h>

enum { ELEMENT_CONCAT_8 = 0x00, ELEMENT_CONCAT_16 = 0x08 };

/* One element. True when it is well formed; *found says that *out now holds a concatenation. */
static bool element_read(uint8_t id, const uint8_t *data, size_t len, struct udh_concat *out, bool *found)
{
    if (id == ELEMENT_CONCAT_8) {
        if (len != 3)
            return false;
        *out = (struct udh_concat){.reference = data[0], .total = data[1], .index = data[2]};
        *found = true;
    } else if (id == ELEMENT_CONCAT_16) {
        if (len != 4)
            return false;
        *out = (struct udh_concat){.reference = (uint16_t)(data[0] << 8 | data[1]), .total = data[2], .index = data[3]};
        *found = true;
    }
    return true;
}

int udh_parse_concat(const uint8_t *udh, size_t len, struct udh_concat *out)
{
    if (len == 0)
        return 0;
    if ((size_t)udh[0] + 1 != len)
        return E_INVALID;
    /* The two elements exclude each other and neither repeats; where a sender does so anyway, the last one counts. */
    struct udh_concat concat = {0};
    bool found = false;
    for (size_t at = 1; at < len;) {
        if (len - at < 2 || len - at - 2 < udh[at + 1])
            return E_INVALID;
        if (!element_read(udh[at], udh + at + 2, udh[at + 1], &concat, &found))
            return E_INVALID;
        at += 2 + (size_t)udh[at + 1];
    }
    if (!found)
        return 0;
    if (concat.total == 0 || concat.index == 0 || concat.index > concat.total)
        return E_INVALID;
    if (concat.total == 1)
        return 0;
    *out = concat;
    return 1;
}
