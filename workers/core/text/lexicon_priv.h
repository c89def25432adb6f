/* SPDX-License-Identifier: BSD-2-Clause */
/* The layout of a compiled lexicon: head, entries sorted by spelling, words, buckets of the hash table, text.
 * A bucket holds an entry's place plus one; a word's is found by linear probing from its word_hash(). */
#ifndef ADUAN_LEXICON_PRIV_H
#define ADUAN_LEXICON_PRIV_H

#include "lexicon.h"

#include <stdbool.h>

#define LEXICON_MAGIC "ALX1"

struct lexicon_head {
    char magic[4];
    uint32_t entry_count, word_count;
    uint32_t bucket_count; /* a power of two */
    uint32_t text_bytes;
    uint32_t reserved;
};

struct lexicon_entry {
    uint32_t text, first_word;
    uint8_t len, count, reserved[2];
};

struct lexicon_word {
    uint32_t text, stem;
    uint8_t len, stem_len, reserved[2];
};

static inline uint64_t lexicon_bytes(uint64_t entries, uint64_t words, uint64_t buckets, uint64_t text)
{
    return sizeof(struct lexicon_head) + entries * sizeof(struct lexicon_entry) + words * sizeof(struct lexicon_word) +
           buckets * sizeof(uint32_t) + text;
}

#endif
