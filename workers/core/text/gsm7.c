/* SPDX-License-Identifier: BSD-2-Clause */
/* The two tables of 3GPP TS 23.038 §6.2.1 and what follows from them: septets of a character, segments of a text. */
#include "gsm7.h"

#include <utf8proc.h>

enum {
    SEPTETS_ALONE = 160, /* 140 octets */
    SEPTETS_PART = 153,  /* less 6 octets of concatenation header and its fill bits */
    UNITS_ALONE = 70,
    UNITS_PART = 67,
    REPLACEMENT = 0xFFFD,
    NOT_A_CHARACTER = 0 /* the place of the escape; U+0000 itself is in neither table */
};

static const uint16_t basic[128] = {
    '@',    0x00A3, '$',    0x00A5,
    0x00E8, 0x00E9, 0x00F9, 0x00EC, /* 00 */
    0x00F2, 0x00C7, '\n',   0x00D8,
    0x00F8, '\r',   0x00C5, 0x00E5, /* 08 */
    0x0394, '_',    0x03A6, 0x0393,
    0x039B, 0x03A9, 0x03A0, 0x03A8, /* 10 */
    0x03A3, 0x0398, 0x039E, NOT_A_CHARACTER,
    0x00C6, 0x00E6, 0x00DF, 0x00C9, /* 18 */
    ' ',    '!',    '"',    '#',
    0x00A4, '%',    '&',    '\'', /* 20 */
    '(',    ')',    '*',    '+',
    ',',    '-',    '.',    '/', /* 28 */
    '0',    '1',    '2',    '3',
    '4',    '5',    '6',    '7', /* 30 */
    '8',    '9',    ':',    ';',
    '<',    '=',    '>',    '?', /* 38 */
    0x00A1, 'A',    'B',    'C',
    'D',    'E',    'F',    'G', /* 40 */
    'H',    'I',    'J',    'K',
    'L',    'M',    'N',    'O', /* 48 */
    'P',    'Q',    'R',    'S',
    'T',    'U',    'V',    'W', /* 50 */
    'X',    'Y',    'Z',    0x00C4,
    0x00D6, 0x00D1, 0x00DC, 0x00A7, /* 58 */
    0x00BF, 'a',    'b',    'c',
    'd',    'e',    'f',    'g', /* 60 */
    'h',    'i',    'j',    'k',
    'l',    'm',    'n',    'o', /* 68 */
    'p',    'q',    'r',    's',
    't',    'u',    'v',    'w', /* 70 */
    'x',    'y',    'z',    0x00E4,
    0x00F6, 0x00F1, 0x00FC, 0x00E0, /* 78 */
};

/* Reached through the escape septet 0x1B. */
static const struct {
    uint8_t septet;
    uint16_t code_point;
} extension[] = {{0x0A, '\f'}, {0x14, '^'}, {0x28, '{'}, {0x29, '}'}, {0x2F, '\\'},
                 {0x3C, '['},  {0x3D, '~'}, {0x3E, ']'}, {0x40, '|'}, {0x65, 0x20AC}};

enum { EXTENSION_COUNT = sizeof extension / sizeof extension[0] };

unsigned gsm7_septets(uint32_t code_point)
{
    if (code_point == NOT_A_CHARACTER)
        return 0;
    if (code_point < 128 && basic[code_point] == code_point)
        return 1;
    for (size_t i = 0; i < 128; i++)
        if (basic[i] == code_point)
            return 1;
    for (size_t i = 0; i < EXTENSION_COUNT; i++)
        if (extension[i].code_point == code_point)
            return 2;
    return 0;
}

uint32_t gsm7_code_point(uint8_t septet, bool extended)
{
    if (extended) {
        for (size_t i = 0; i < EXTENSION_COUNT; i++)
            if (extension[i].septet == septet)
                return extension[i].code_point;
        return REPLACEMENT;
    }
    if (septet >= 128 || basic[septet] == NOT_A_CHARACTER)
        return REPLACEMENT;
    return basic[septet];
}

/* Counts units and the parts they fill when no character may be cut. */
struct counter {
    uint32_t units, parts, in_part, part_max;
};

static void counter_add(struct counter *counter, unsigned units)
{
    counter->units += units;
    counter->in_part += units;
    if (counter->in_part > counter->part_max) {
        counter->parts++;
        counter->in_part = units;
    }
}

void sms_cost(const char *text, size_t len, struct sms_cost *out)
{
    struct counter septets = {.parts = 1, .part_max = SEPTETS_PART};
    struct counter wide = {.parts = 1, .part_max = UNITS_PART};
    struct sms_cost cost = {0};
    size_t at = 0;
    while (at < len) {
        utf8proc_int32_t c = (uint8_t)text[at];
        utf8proc_ssize_t used = 1;
        if (c >= 128) /* most are not */
            used = utf8proc_iterate((const utf8proc_uint8_t *)text + at, (utf8proc_ssize_t)(len - at), &c);
        if (used <= 0) {
            used = 1;
            c = REPLACEMENT;
        }
        unsigned n = gsm7_septets((uint32_t)c);
        if (n == 0 && !cost.ucs2) {
            cost.ucs2 = true;
            cost.first_offender = (uint32_t)c;
            cost.offender_at = at;
        }
        counter_add(&septets, n);
        counter_add(&wide, c > 0xFFFF ? 2 : 1);
        at += (size_t)used;
    }
    const struct counter *counter = cost.ucs2 ? &wide : &septets;
    cost.units = counter->units;
    cost.segments = cost.units <= (cost.ucs2 ? UNITS_ALONE : SEPTETS_ALONE) ? 1 : counter->parts;
    *out = cost;
}

bool gsm7_same_as_utf8(const uint8_t *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] >= sizeof basic / sizeof basic[0] || basic[text[i]] != text[i] || text[i] == NOT_A_CHARACTER)
            return false;
    }
    return true;
}
