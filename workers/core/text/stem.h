/* SPDX-License-Identifier: BSD-2-Clause */
/* Indonesian stems (Snowball): "perbaikannya" → "baik". Words that are not plain letters are their own stem. */
#ifndef ADUAN_STEM_H
#define ADUAN_STEM_H

#include <stddef.h>

struct stemmer;

struct stemmer *stemmer_new(void);
void stemmer_free(struct stemmer *stemmer);
/* Never longer than the word; borrowed from the stemmer until the next call, or the word itself. */
const char *stemmer_stem(struct stemmer *stemmer, const char *word, size_t len, size_t *stem_len);

#endif
