/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Secret fields are compressed before they are sealed: Zstandard (RFC 8878) with a dictionary of what tickets and
 * replies say again and again (record_words.c), so that the 600 bytes of a ticket's text and of why it was understood
 * so rest in 200. A frame without its magic number, which is always the same, and with the dictionary's id: a program
 * that comes to have a better dictionary keeps the old one, for what rests in it.
 * Any thread may call; each has a context of its own until it ends.
 */
#ifndef ADUAN_RECORD_COMPRESS_H
#define ADUAN_RECORD_COMPRESS_H

#include "err.h"

#include <stddef.h>
#include <stdint.h>

enum {
    RECORD_COMPRESS_MIN = 32,       /* bytes; fewer rest as they are */
    RECORD_PLAIN_MAX = 16 * 1048576 /* what says that it was more is no record */
};

/* Room that record_compress() needs for len bytes. */
size_t record_compress_room(size_t len);
/* How many bytes it wrote; 0: it is no shorter so, and rests as it is. */
size_t record_compress(const uint8_t *plain, size_t len, uint8_t *out);
/* Exactly plain_len bytes. E_CORRUPT: that is not what was compressed. */
MUST_CHECK int record_decompress(const uint8_t *frame, size_t len, uint8_t *plain, size_t plain_len);

#endif
