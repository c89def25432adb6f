/* SPDX-License-Identifier: BSD-2-Clause */
/* What a text costs as SMS: alphabet and segments (3GPP TS 23.038, 23.040 §9.2.3.24). Pure; no allocation. */
#ifndef ADUAN_GSM7_H
#define ADUAN_GSM7_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sms_cost {
    bool ucs2;               /* some character is not in GSM 7-bit (default alphabet + extension table) */
    uint32_t units;          /* septets, or UTF-16 code units */
    uint32_t segments;       /* 160/153 septets or 70/67 units each; an escape or a pair is never split */
    uint32_t first_offender; /* code point that forced UCS-2, 0 if none */
    size_t offender_at;      /* its byte offset */
};

/* Septets a code point takes: 1, 2 (extension), or 0 when it is not in GSM 7-bit. */
unsigned gsm7_septets(uint32_t code_point);
/* The code point of a septet (of the extension table when `extended`), or 0xFFFD. */
uint32_t gsm7_code_point(uint8_t septet, bool extended);
/* text: valid UTF-8. An empty text costs one segment. */
void sms_cost(const char *text, size_t len, struct sms_cost *out);
/* The text's septets are its bytes: it reads the same in GSM 7-bit and UTF-8. */
bool gsm7_same_as_utf8(const uint8_t *text, size_t len);

#endif
