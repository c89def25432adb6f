/* SPDX-License-Identifier: BSD-2-Clause */
#include "feature.h"

#include <stdlib.h>
#include <string.h>

enum { CHARS_MIN = 3, CHARS_MAX = 5, WORD_ROOM = 80 };

/* What precedes the content in the hash. */
enum kind {
    KIND_WORD = 1,
    KIND_STEM,
    KIND_NEGATED,
    KIND_NUMBER,
    KIND_PAIR,
    KIND_SKIP,
    KIND_CHARS,
    KIND_CASE,
    KIND_SIGN,
    KIND_SHAPES,
    KIND_LENGTH,
    KIND_RULE
};

#define HASH_PRIME 0x9E3779B97F4A7C15ull

static inline uint64_t hash_byte(uint64_t hash, uint8_t byte)
{
    return (hash ^ byte) * HASH_PRIME;
}

static uint64_t hash_bytes(uint64_t hash, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        hash = hash_byte(hash, (uint8_t)bytes[i]);
        hash ^= hash >> 29;
    }
    return hash;
}

static inline uint32_t finish(uint64_t hash)
{
    hash ^= hash >> 32;
    hash *= 0xD6E8FEB86659FD93ull;
    return (uint32_t)(hash >> 32);
}

/* Room for `more` features that follow. */
static void reserve(struct features *features, size_t more)
{
    if (features->room - features->count >= more)
        return;
    size_t room = 2 * features->room > features->count + more ? 2 * features->room : features->count + more;
    struct feature *items = realloc(features->items, room * sizeof *items);
    if (!items)
        abort();
    features->items = items;
    features->room = room;
}

static inline void put(struct features *features, uint64_t hash, uint32_t word, enum feature_group group)
{
    features->items[features->count++] = (struct feature){.id = finish(hash), .word = word, .group = (uint8_t)group};
}

uint64_t feature_word_hash(const struct norm_word *word)
{
    return hash_bytes(KIND_WORD, word->text, word->len);
}

/* --- groups ----------------------------------------------------------------------------------------------------- */

void features_of_word(struct features *features, const struct norm_word *word, uint32_t at)
{
    reserve(features, 3);
    put(features, feature_word_hash(word), at, FEATURE_WORD);
    if (word->number)
        put(features, hash_byte(KIND_NUMBER, word->len), at, FEATURE_WORD);
    if (word->stem_len != word->len)
        put(features, hash_bytes(KIND_STEM, word->stem, word->stem_len), at, FEATURE_WORD);
}

uint32_t feature_negated(const struct norm_word *word)
{
    return finish(hash_bytes(KIND_NEGATED, word->stem, word->stem_len));
}

uint32_t feature_pair(uint64_t before, uint64_t hash, unsigned gap)
{
    return finish((before * 31 ^ hash) * HASH_PRIME + (gap == 1 ? KIND_PAIR : KIND_SKIP));
}

/* Every run of 3 to 5 bytes of " word ". */
void features_inside(struct features *features, const struct norm_word *word, uint32_t at)
{
    char padded[WORD_ROOM];
    size_t len = word->len + 2u;
    reserve(features, (CHARS_MAX - CHARS_MIN + 1) * len);
    padded[0] = ' ';
    memcpy(padded + 1, word->text, word->len);
    padded[len - 1] = ' ';
    for (size_t start = 0; start + CHARS_MIN <= len; start++) {
        uint64_t hash = hash_byte(hash_byte(KIND_CHARS, (uint8_t)padded[start]), (uint8_t)padded[start + 1]);
        for (size_t end = start + CHARS_MIN; end <= len && end <= start + CHARS_MAX; end++) {
            hash = hash_byte(hash, (uint8_t)padded[end - 1]);
            put(features, hash ^ (end - start) << 56, at, FEATURE_CHARS);
        }
    }
}

/* --- how it is written ------------------------------------------------------------------------------------------ */

struct shape {
    unsigned upper, lower, digits;
    uint64_t before[2]; /* the last two shapes and signs */
};

/* By itself, and with what it follows: "2/2/4" is a date, "*3#" a code to dial. */
static void put_unit(struct features *features, struct shape *shape, uint64_t hash)
{
    uint64_t two = (shape->before[0] * 31 ^ hash) * 31;
    put(features, hash, FEATURE_NO_WORD, FEATURE_SHAPE);
    put(features, hash_byte(two, KIND_SHAPES), FEATURE_NO_WORD, FEATURE_RUN);
    put(features, hash_byte(two ^ shape->before[1], KIND_SHAPES), FEATURE_NO_WORD, FEATURE_RUN);
    shape->before[1] = shape->before[0];
    shape->before[0] = hash;
}

static void put_shape(struct features *features, struct shape *shape)
{
    if (shape->upper + shape->lower + shape->digits == 0)
        return;
    unsigned upper = shape->upper > 2 ? 2 : shape->upper, digits = shape->digits > 5 ? 5 : shape->digits;
    put_unit(features, shape, hash_byte(KIND_CASE, (uint8_t)(upper << 4 | (shape->lower > 0) << 3 | digits)));
    shape->upper = shape->lower = shape->digits = 0;
}

static unsigned log2_of(size_t n)
{
    unsigned log = 0;
    while (n >>= 1)
        log++;
    return log;
}

static void put_shapes(struct features *features, const char *text, size_t len)
{
    struct shape shape = {0};
    reserve(features, 3 * (len + 1) + 1);
    for (size_t i = 0; i < len; i++) {
        uint8_t c = (uint8_t)text[i];
        if (c >= 'A' && c <= 'Z') {
            shape.upper++;
        } else if (c >= 'a' && c <= 'z') {
            shape.lower++;
        } else if (c >= '0' && c <= '9') {
            shape.digits++;
        } else {
            put_shape(features, &shape);
            if (c != ' ')
                put_unit(features, &shape, hash_byte(KIND_SIGN, c));
        }
    }
    put_shape(features, &shape);
    put(features, hash_byte(KIND_LENGTH, (uint8_t)log2_of(len + 1)), FEATURE_NO_WORD, FEATURE_SHAPE);
}

static void put_rules(struct features *features, const struct classification *found)
{
    const char *const decided[] = {found->category, found->type, found->urgency};
    reserve(features, found->hit_count + sizeof decided / sizeof decided[0]);
    for (size_t i = 0; i < sizeof decided / sizeof decided[0]; i++)
        put(features, hash_bytes(hash_byte(KIND_RULE, (uint8_t)i), decided[i], strlen(decided[i])), FEATURE_NO_WORD,
            FEATURE_RULE);
    for (size_t i = 0; i < found->hit_count; i++) {
        const struct rule_hit *hit = &found->hits[i];
        uint64_t hash = hash_bytes(hash_byte(KIND_RULE, 'h'), hit->head, strlen(hit->head));
        put(features, hash_bytes(hash, hit->label, strlen(hit->label)), FEATURE_NO_WORD, FEATURE_RULE);
    }
}

/* --- a text ----------------------------------------------------------------------------------------------------- */

static void put_id(struct features *features, uint32_t id, uint32_t at, enum feature_group group)
{
    reserve(features, 1);
    features->items[features->count++] = (struct feature){.id = id, .word = at, .group = (uint8_t)group};
}

void features_of_words(struct features *features, const struct normalised *words)
{
    uint64_t hashes[3] = {0}; /* of this word and the two before */
    for (uint32_t at = 0; at < words->count; at++) {
        const struct norm_word *word = &words->words[at];
        hashes[2] = hashes[1];
        hashes[1] = hashes[0];
        hashes[0] = feature_word_hash(word);
        features_of_word(features, word, at);
        if (word->negated)
            put_id(features, feature_negated(word), at, FEATURE_WORD);
        for (unsigned gap = 1; gap <= 2 && gap <= at; gap++)
            put_id(features, feature_pair(hashes[gap], hashes[0], gap), at, FEATURE_PAIR);
        features_inside(features, word, at);
    }
}

void features_around(struct features *features, const char *text, size_t len, const struct classification *found)
{
    put_shapes(features, text, len);
    if (found)
        put_rules(features, found);
}

void features_take(struct features *features, const char *text, size_t len, const struct normalised *words,
                   const struct classification *found)
{
    features->count = 0;
    features_of_words(features, words);
    features_around(features, text, len, found);
}

void features_done(struct features *features)
{
    free(features->items);
    *features = (struct features){0};
}

const char *feature_group_name(enum feature_group group)
{
    static const char *const names[FEATURE_GROUPS] = {"words", "pairs",           "pieces of words",
                                                      "shape", "shapes in a row", "rules"};
    return names[group];
}
