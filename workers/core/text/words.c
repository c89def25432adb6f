/* SPDX-License-Identifier: BSD-2-Clause */
/* Words are cut first and numbered then: by then the places of the hash table that they need have come to the cache. */
#include "words.h"

#include "word.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 32768, KEY_BYTES = 24 };
_Static_assert(2 * WORD_NUMBER_MAX <= BUCKETS && WORD_NUMBER_MAX < UINT16_MAX, "half of the buckets are empty");

/* Longer words are rare, and are not remembered. */
struct key {
    uint32_t hash;
    uint8_t len;
    char text[KEY_BYTES];
};

struct word_reader {
    uint16_t buckets[BUCKETS]; /* the number of a word; 0: empty */
    struct key keys[WORD_NUMBER_MAX + 1];
    uint16_t known;
    uint64_t era;
    struct text_word *words;
    size_t count, room;
    char *folded; /* of all words of the text, one after another */
    size_t folded_bytes, folded_room;
};

static void *must(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

static uint64_t next_era(void)
{
    static _Atomic uint64_t eras;
    return ++eras;
}

struct word_reader *word_reader_new(void)
{
    struct word_reader *reader = must(calloc(1, sizeof *reader));
    reader->era = next_era();
    return reader;
}

void word_reader_free(struct word_reader *reader)
{
    if (!reader)
        return;
    free(reader->words);
    free(reader->folded);
    free(reader);
}

/* --- numbers ------------------------------------------------------------------------------------------------------ */

static void forget(struct word_reader *reader)
{
    memset(reader->buckets, 0, sizeof reader->buckets);
    reader->known = 0;
    reader->era = next_era();
}

/* What is met for the first time gets the next number, if there is one. */
static uint16_t number_of(struct word_reader *reader, const struct text_word *word)
{
    uint32_t at = word->hash % BUCKETS;
    if (word->len == 0 || word->len > KEY_BYTES)
        return 0;
    for (; reader->buckets[at]; at = (at + 1) % BUCKETS) {
        const struct key *key = &reader->keys[reader->buckets[at]];
        if (key->hash == word->hash && key->len == word->len && memcmp(key->text, word->folded, word->len) == 0)
            return reader->buckets[at];
    }
    if (reader->known == WORD_NUMBER_MAX)
        return 0;
    struct key *key = &reader->keys[++reader->known];
    key->hash = word->hash;
    key->len = word->len;
    memcpy(key->text, word->folded, word->len);
    return reader->buckets[at] = reader->known;
}

/* --- a text ------------------------------------------------------------------------------------------------------- */

/* Room for one more. */
static void reserve(struct word_reader *reader)
{
    if (reader->count == reader->room) {
        reader->room = reader->room ? 2 * reader->room : 64;
        reader->words = must(reallocarray(reader->words, reader->room, sizeof *reader->words));
    }
    if (reader->folded_room - reader->folded_bytes < WORD_BYTES_MAX + 1) {
        reader->folded_room = 2 * (reader->folded_room + WORD_BYTES_MAX + 1);
        reader->folded = must(realloc(reader->folded, reader->folded_room));
    }
}

/* The words without their numbers; where the folded ones lie is not sure until all are read. */
static void cut(struct word_reader *reader, const char *text, size_t len, bool *valid)
{
    struct word_span word;
    reader->count = reader->folded_bytes = 0;
    reserve(reader);
    for (size_t at = 0; word_next_to(text, len, &at, reader->folded + reader->folded_bytes, &word, valid);) {
        const char *folded = reader->folded + reader->folded_bytes;
        struct text_word *out = &reader->words[reader->count++];
        *out = (struct text_word){.at = (uint32_t)word.at,
                                  .span = (uint32_t)word.len,
                                  .hash = word_hash(folded, word.folded_len),
                                  .len = (uint8_t)word.folded_len};
        __builtin_prefetch(&reader->buckets[out->hash % BUCKETS]);
        reader->folded_bytes += word.folded_len + 1;
        reserve(reader);
    }
}

void words_read(struct word_reader *reader, const char *text, size_t len, struct text_words *out)
{
    bool valid = true;
    if (reader->known == WORD_NUMBER_MAX)
        forget(reader);
    cut(reader, text, len, &valid);
    const char *folded = reader->folded;
    for (size_t i = 0; i < reader->count; i++) {
        struct text_word *word = &reader->words[i];
        word->folded = folded;
        folded += word->len + 1u;
        word->number = number_of(reader, word);
    }
    *out = (struct text_words){reader->words, reader->count, reader->era, valid};
}
