/* SPDX-License-Identifier: BSD-2-Clause */
/* The dictionary of record_compress.h, in the format of RFC 8878 section 5. Its id is 1. Stores hold what only these
 * very bytes can read: never change them; a better dictionary is another one, with the next id. */
#ifndef ADUAN_RECORD_WORDS_H
#define ADUAN_RECORD_WORDS_H

#include <stddef.h>
#include <stdint.h>

extern const uint8_t record_words[];
extern const size_t record_words_len;

#endif
