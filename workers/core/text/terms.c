/* SPDX-License-Identifier: BSD-2-Clause */
/* The vocabulary is a hash table with open addressing; terms are sorted by their words and found by the first. */
#include "terms.h"

#include "word.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS_FIRST = 64 };

/* Most words of a text are in no term: the hash is here, so that they are told apart without a look at any spelling. */
struct bucket {
    uint32_t hash;
    uint32_t number; /* the word's, plus one; 0: empty */
};

struct spelling {
    uint8_t len;
    char text[WORD_BYTES_MAX];
};

struct terms {
    struct spelling *words;
    size_t word_count, word_room;
    struct bucket *buckets;
    size_t bucket_count;
    struct term *terms;
    size_t term_count, term_room;
    size_t *first; /* by word: its first term; word_count + 1 of them */
};

static void *must(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

struct terms *terms_new(void)
{
    struct terms *terms = must(calloc(1, sizeof *terms));
    terms->bucket_count = BUCKETS_FIRST;
    terms->buckets = must(calloc(terms->bucket_count, sizeof *terms->buckets));
    return terms;
}

void terms_free(struct terms *terms)
{
    if (!terms)
        return;
    for (size_t i = 0; i < terms->term_count; i++)
        free((uint32_t *)terms->terms[i].words);
    free(terms->terms);
    free(terms->first);
    free(terms->buckets);
    free(terms->words);
    free(terms);
}

/* --- the vocabulary ----------------------------------------------------------------------------------------------- */

/* The bucket that has the word, or the empty one where it would go. */
static struct bucket *bucket_of(const struct terms *terms, const char *word, size_t len, uint32_t hash)
{
    size_t mask = terms->bucket_count - 1;
    for (size_t at = hash & mask;; at = (at + 1) & mask) {
        struct bucket *bucket = &terms->buckets[at];
        if (bucket->number == 0)
            return bucket;
        const struct spelling *known = &terms->words[bucket->number - 1];
        if (bucket->hash == hash && known->len == len && memcmp(known->text, word, len) == 0)
            return bucket;
    }
}

uint32_t terms_word_hashed(const struct terms *terms, const char *folded, size_t len, uint32_t hash)
{
    if (len == 0 || len > WORD_BYTES_MAX)
        return TERMS_NONE;
    uint32_t number = bucket_of(terms, folded, len, hash)->number;
    return number > 0 ? number - 1 : TERMS_NONE;
}

uint32_t terms_word(const struct terms *terms, const char *folded, size_t len)
{
    return terms_word_hashed(terms, folded, len, word_hash(folded, len));
}

void terms_prefetch(const struct terms *terms, uint32_t hash)
{
    __builtin_prefetch(&terms->buckets[hash & (terms->bucket_count - 1)]);
}

size_t terms_word_count(const struct terms *terms)
{
    return terms->word_count;
}

static void bucket_take(struct terms *terms, uint32_t word)
{
    const struct spelling *spelling = &terms->words[word];
    uint32_t hash = word_hash(spelling->text, spelling->len);
    *bucket_of(terms, spelling->text, spelling->len, hash) = (struct bucket){hash, word + 1};
}

static void buckets_double(struct terms *terms)
{
    free(terms->buckets);
    terms->bucket_count *= 2;
    terms->buckets = must(calloc(terms->bucket_count, sizeof *terms->buckets));
    for (size_t i = 0; i < terms->word_count; i++)
        bucket_take(terms, (uint32_t)i);
}

static uint32_t word_add(struct terms *terms, const char *folded, size_t len)
{
    uint32_t known = terms_word(terms, folded, len);
    if (known != TERMS_NONE)
        return known;
    if (terms->word_count == terms->word_room) {
        terms->word_room = terms->word_room ? 2 * terms->word_room : BUCKETS_FIRST;
        terms->words = must(reallocarray(terms->words, terms->word_room, sizeof *terms->words));
    }
    struct spelling *word = &terms->words[terms->word_count];
    *word = (struct spelling){.len = (uint8_t)len};
    memcpy(word->text, folded, len);
    bucket_take(terms, (uint32_t)terms->word_count++);
    if (2 * terms->word_count > terms->bucket_count)
        buckets_double(terms);
    return (uint32_t)terms->word_count - 1;
}

/* --- terms -------------------------------------------------------------------------------------------------------- */

int terms_add(struct terms *terms, const char *text, size_t len, uint32_t what)
{
    struct word folded[TERM_WORDS_MAX + 1];
    size_t count = 0;
    bool valid = true;
    for (size_t at = 0; count <= TERM_WORDS_MAX && word_next(text, len, &at, &folded[count], &valid); count++)
        if (folded[count].folded[0] == '\0')
            return E_INVALID;
    if (count == 0 || count > TERM_WORDS_MAX || !valid)
        return E_INVALID;
    uint32_t *words = must(calloc(count, sizeof *words));
    for (size_t i = 0; i < count; i++)
        words[i] = word_add(terms, folded[i].folded, strlen(folded[i].folded));
    if (terms->term_count == terms->term_room) {
        terms->term_room = terms->term_room ? 2 * terms->term_room : BUCKETS_FIRST;
        terms->terms = must(reallocarray(terms->terms, terms->term_room, sizeof *terms->terms));
    }
    terms->terms[terms->term_count++] = (struct term){words, (uint32_t)count, what};
    return OK;
}

/* By words, then by what they mean to the caller: one order, whatever qsort does. */
static int order(const void *left, const void *right)
{
    const struct term *a = left, *b = right;
    for (size_t i = 0; i < a->count && i < b->count; i++)
        if (a->words[i] != b->words[i])
            return a->words[i] < b->words[i] ? -1 : 1;
    if (a->count != b->count)
        return a->count < b->count ? -1 : 1;
    return a->what < b->what ? -1 : a->what > b->what;
}

void terms_index(struct terms *terms)
{
    if (terms->term_count > 0)
        qsort(terms->terms, terms->term_count, sizeof *terms->terms, order);
    terms->first = must(calloc(terms->word_count + 1, sizeof *terms->first));
    for (size_t word = 0, term = 0; word <= terms->word_count; word++) {
        while (term < terms->term_count && terms->terms[term].words[0] < word)
            term++;
        terms->first[word] = term;
    }
}

const struct term *terms_of(const struct terms *terms, uint32_t first, size_t *count)
{
    *count = terms->first[first + 1] - terms->first[first];
    return terms->terms + terms->first[first];
}
