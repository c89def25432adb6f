/* SPDX-License-Identifier: BSD-2-Clause */
#include "utf16.h"

enum { REPLACEMENT = 0xFFFD };

/* One scalar value; broken bytes give U+FFFD, one for each maximal part that could still have become a character. */
static uint32_t utf8_next(const uint8_t *text, size_t len, size_t *at)
{
    uint8_t lead = text[(*at)++];
    if (lead < 0x80)
        return lead;
    if (lead < 0xC2 || lead > 0xF4)
        return REPLACEMENT;
    unsigned more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    uint32_t value = lead & (0x3Fu >> more);
    /* The second byte's bounds keep out overlong forms, surrogates and what lies beyond U+10FFFF. */
    uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    for (; more > 0; more--, low = 0x80, high = 0xBF) {
        if (*at == len || text[*at] < low || text[*at] > high)
            return REPLACEMENT;
        value = value << 6 | (text[(*at)++] & 0x3Fu);
    }
    return value;
}

size_t utf16be_next(const uint8_t *text, size_t len, size_t *at, uint8_t out[4])
{
    uint32_t value = utf8_next(text, len, at), high = value;
    size_t made = 0;
    if (value > 0xFFFF) {
        high = 0xD800 + ((value - 0x10000) >> 10);
        out[made++] = (uint8_t)(high >> 8);
        out[made++] = (uint8_t)high;
        value = 0xDC00 + ((value - 0x10000) & 0x3FF);
    }
    out[made++] = (uint8_t)(value >> 8);
    out[made++] = (uint8_t)value;
    return made;
}
