/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the bytes of an SMS to NFC UTF-8. Never fails on content: what is broken becomes U+FFFD and is said so.
 * What Kannel hands over: coding 0 is text bearerbox has converted (UTF-8; raw bytes where its conversion failed),
 * 1 is 8-bit data, 2 is UTF-16BE; -1 is undefined and treated as 0. `charset` (may be empty) names another one.
 */
#ifndef ADUAN_TEXT_H
#define ADUAN_TEXT_H

#include "err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TEXT_CODING_UNDEFINED = -1, TEXT_CODING_7BIT = 0, TEXT_CODING_8BIT = 1, TEXT_CODING_UCS2 = 2 };

struct text {
    char *utf8;    /* owned; NUL-terminated for convenience; a NUL of the body has become U+FFFD */
    size_t len;    /* without that NUL */
    bool repaired; /* something did not decode */
    bool binary;   /* 8-bit content that is no text: too many control bytes; utf8 is then "" */
    bool empty;    /* nothing but white space, control characters and U+FFFD */
};

/* Decodes one body. coding 8-bit: UTF-8 if valid, else Latin-1, `binary` if it is no text.
 * coding 7-bit: UTF-8 if valid; else the named charset; else, repaired, UTF-8 with U+FFFD where most of its bytes
 * beyond ASCII are UTF-8, Latin-1 (Windows-1252 for 0x80–0x9F) where they are not.
 * charset "GSM"/"GSM-7"/"gsm-03.38": unpacked GSM 03.38 septets with the extension table. UCS-2 accepts UTF-16
 * pairs, a byte order mark, an odd last byte (repaired). More than 30 combining marks in a row are left as they came,
 * not normalised (repaired). Errors: E_MEMORY only. */
MUST_CHECK int text_decode(int coding, const void *charset, size_t charset_len, const void *body, size_t body_len,
                           struct text *out);
void text_done(struct text *text);

/* UTF-8 of the GSM 03.38 septets in `septets` (one a byte). Shared with the segment counter's tests. */
MUST_CHECK int text_from_gsm7(const uint8_t *septets, size_t len, struct text *out);

#endif
