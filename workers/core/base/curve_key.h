/* SPDX-License-Identifier: BSD-2-Clause */
/* CURVE keys in Z85, as ZeroMQ and PROTOCOL.md write them, and the file that holds the feed's own. */
#ifndef ADUAN_CURVE_KEY_H
#define ADUAN_CURVE_KEY_H

#include "err.h"

#include <stdint.h>

enum { CURVE_KEY_BYTES = 32, CURVE_KEY_TEXT_BYTES = 41 /* 40 characters and a NUL */ };

struct curve_key {
    char public_text[CURVE_KEY_TEXT_BYTES], secret_text[CURVE_KEY_TEXT_BYTES];
};

/* A new pair. E_IO: this libzmq has no CURVE. */
MUST_CHECK int curve_key_make(struct curve_key *out, struct fault *fault);
/* Writes a new secret key, mode 0600, never over a file that is there (E_EXISTS). */
MUST_CHECK int curve_key_create(const char *path, struct fault *fault);
/* E_KEY says what to do; a file that others may read is refused. */
MUST_CHECK int curve_key_load(const char *path, struct curve_key *out, struct fault *fault);
void curve_key_wipe(struct curve_key *key);
/* E_INVALID for anything but 40 characters of Z85 that are 32 bytes. */
MUST_CHECK int curve_key_parse(const char *text, uint8_t out[CURVE_KEY_BYTES]);
const char *curve_key_format(const uint8_t key[CURVE_KEY_BYTES], char out[CURVE_KEY_TEXT_BYTES]);

#endif
