/* SPDX-License-Identifier: BSD-2-Clause */
/* A hash table with open addressing over words that lie in a row, their texts in one block of bytes. */
#include "word_memo.h"

#include "word.h"

#include <stdlib.h>
#include <string.h>

enum { KEYS_MAX = 8191, BUCKETS = 16384, TEXT_BYTES = 256 * 1024 };
_Static_assert(KEYS_MAX < UINT16_MAX && 2 * KEYS_MAX <= BUCKETS, "a bucket names every key, and half are empty");

struct key {
    uint32_t hash, text;
    uint16_t first, count; /* words it stands for */
    uint8_t len;
};

struct word_memo {
    uint16_t buckets[BUCKETS]; /* a key's place plus one; 0: empty */
    struct key keys[KEYS_MAX];
    struct norm_word words[WORD_MEMO_MAX];
    char text[TEXT_BYTES];
    uint32_t key_count, word_count, text_bytes;
};

struct word_memo *word_memo_new(void)
{
    struct word_memo *memo = calloc(1, sizeof *memo);
    if (!memo)
        abort();
    return memo;
}

void word_memo_free(struct word_memo *memo)
{
    free(memo);
}

void word_memo_clear(struct word_memo *memo)
{
    memset(memo->buckets, 0, sizeof memo->buckets);
    memo->key_count = memo->word_count = memo->text_bytes = 0;
}

/* Eight bytes at a time: the words of every text pass through here. */
static uint32_t hash_of(const char *text, size_t len)
{
    uint64_t hash = len, part;
    for (; len >= sizeof part; text += sizeof part, len -= sizeof part) {
        memcpy(&part, text, sizeof part);
        hash = (hash ^ part) * 0x9E3779B97F4A7C15ull;
        hash ^= hash >> 32;
    }
    part = 0;
    memcpy(&part, text, len);
    hash = (hash ^ part) * 0x9E3779B97F4A7C15ull;
    return (uint32_t)(hash >> 32);
}

/* The bucket of this word, or the empty one where it would go. */
static uint16_t *bucket_of(const struct word_memo *memo, const char *folded, size_t len, uint32_t hash)
{
    uint32_t at = hash % BUCKETS;
    for (; memo->buckets[at]; at = (at + 1) % BUCKETS) {
        const struct key *key = &memo->keys[memo->buckets[at] - 1];
        if (key->hash == hash && key->len == len && memcmp(memo->text + key->text, folded, len) == 0)
            break;
    }
    return (uint16_t *)&memo->buckets[at];
}

const struct norm_word *word_memo_find(const struct word_memo *memo, const char *folded, size_t len, size_t *count)
{
    uint16_t number = *bucket_of(memo, folded, len, hash_of(folded, len));
    if (number == 0)
        return NULL;
    *count = memo->keys[number - 1].count;
    return &memo->words[memo->keys[number - 1].first];
}

static const char *keep(struct word_memo *memo, const char *text, size_t len)
{
    char *copy = memcpy(memo->text + memo->text_bytes, text, len);
    memo->text_bytes += (uint32_t)len;
    return copy;
}

bool word_memo_add(struct word_memo *memo, const char *folded, size_t len, struct norm_word *words, size_t count)
{
    size_t bytes = len;
    for (size_t i = 0; i < count; i++)
        bytes += words[i].len + words[i].stem_len;
    if (memo->key_count == KEYS_MAX || count > WORD_MEMO_MAX - memo->word_count ||
        bytes > TEXT_BYTES - memo->text_bytes)
        return false;
    struct key *key = &memo->keys[memo->key_count++];
    *key = (struct key){.hash = hash_of(folded, len),
                        .first = (uint16_t)memo->word_count,
                        .count = (uint16_t)count,
                        .len = (uint8_t)len};
    *bucket_of(memo, folded, len, key->hash) = (uint16_t)memo->key_count;
    key->text = memo->text_bytes;
    keep(memo, folded, len);
    for (size_t i = 0; i < count; i++) {
        struct norm_word *word = &memo->words[memo->word_count++];
        words[i].memo = memo->word_count;
        *word = words[i];
        word->text = keep(memo, words[i].text, words[i].len);
        word->stem = keep(memo, words[i].stem, words[i].stem_len);
    }
    return true;
}
