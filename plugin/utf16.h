/* SPDX-License-Identifier: BSD-2-Clause */
/* UTF-8 to UTF-16BE: what a box hands to bearerbox as DC_UCS2. What is not UTF-8 becomes U+FFFD. */
#ifndef ADUANBOX_UTF16_H
#define ADUANBOX_UTF16_H

#include <stddef.h>
#include <stdint.h>

/* Takes one character at *at (moved behind it); writes 2 or 4 bytes and says how many. *at < len. */
size_t utf16be_next(const uint8_t *text, size_t len, size_t *at, uint8_t out[4]);

#endif
