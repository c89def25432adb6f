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

/* Signs are units as they are. */
enum { UNIT_CASE = 1 << 8, UNIT_NONE = (1 << FEATURE_UNIT_BITS) - 1, UPPER_MAX = 2, DIGITS_MAX = 5 };

static bool is_upper(uint8_t c)
{
    return (uint8_t)(c - 'A') < 26;
}

static bool is_lower(uint8_t c)
{
    return (uint8_t)(c - 'a') < 26;
}

static bool is_digit(uint8_t c)
{
    return (uint8_t)(c - '0') < 10;
}

/* The shape of the letters and digits from *at on, *at behind them; UNIT_NONE: there are none. */
static uint16_t unit_of_letters(const char *text, size_t len, size_t *at)
{
    size_t upper = 0, lower = 0, digits = 0, i = *at;
    for (; i < len; i++) {
        uint8_t c = (uint8_t)text[i];
        bool of_upper = is_upper(c), of_lower = is_lower(c), of_digits = is_digit(c);
        if (!(of_upper | of_lower | of_digits))
            break;
        upper += of_upper;
        lower += of_lower;
        digits += of_digits;
    }
    bool none = i == *at;
    *at = i;
    upper = upper > UPPER_MAX ? UPPER_MAX : upper;
    digits = digits > DIGITS_MAX ? DIGITS_MAX : digits;
    return none ? UNIT_NONE : (uint16_t)(UNIT_CASE | upper << 4 | (lower > 0) << 3 | digits);
}

void feature_units_take(struct feature_units *units, const char *text, size_t len)
{
    size_t most = len + FEATURE_UNITS_BEFORE, count = 0;
    if (units->room < most) {
        free(units->items);
        units->room = 2 * most;
        units->items = malloc(units->room * sizeof *units->items);
        if (!units->items)
            abort();
    }
    while (count < FEATURE_UNITS_BEFORE)
        units->items[count++] = UNIT_NONE;
    for (size_t i = 0; i < len; i++) {
        uint16_t letters = unit_of_letters(text, len, &i);
        units->items[count] = letters;
        count += letters != UNIT_NONE;
        if (i == len)
            break;
        units->items[count] = (uint8_t)text[i];
        count += text[i] != ' ';
    }
    units->count = count;
}

void feature_units_done(struct feature_units *units)
{
    free(units->items);
    *units = (struct feature_units){0};
}

static uint64_t unit_hash(uint16_t unit)
{
    return unit == UNIT_NONE ? 0 : hash_byte(unit & UNIT_CASE ? KIND_CASE : KIND_SIGN, (uint8_t)unit);
}

/* "2/2/4" is a date, "*3#" a code to dial. */
void features_of_unit(const uint16_t *unit, uint32_t ids[FEATURES_OF_UNIT])
{
    uint64_t hash = unit_hash(unit[0]), two = (unit_hash(unit[-1]) * 31 ^ hash) * 31;
    ids[0] = finish(hash);
    ids[1] = finish(hash_byte(two, KIND_SHAPES));
    ids[2] = finish(hash_byte(two ^ unit_hash(unit[-2]), KIND_SHAPES));
}

static unsigned log2_of(size_t n)
{
    unsigned log = 0;
    while (n >>= 1)
        log++;
    return log;
}

static void put_rules(struct features *features, const struct classification *found)
{
    const char *const decided[] = {found->category, found->type, found->urgency};
    const struct rule_hit *before = NULL;
    uint64_t hash = 0;
    reserve(features, found->hit_count + sizeof decided / sizeof decided[0]);
    for (size_t i = 0; i < sizeof decided / sizeof decided[0]; i++)
        put(features, hash_bytes(hash_byte(KIND_RULE, (uint8_t)i), decided[i], strlen(decided[i])), FEATURE_NO_WORD,
            FEATURE_RULE);
    for (size_t i = 0; i < found->hit_count; i++) {
        const struct rule_hit *hit = &found->hits[i];
        if (!before || hit->head != before->head || hit->label != before->label) { /* those of a label stand together */
            hash = hash_bytes(hash_byte(KIND_RULE, 'h'), hit->head, strlen(hit->head));
            hash = hash_bytes(hash, hit->label, strlen(hit->label));
        }
        put(features, hash, FEATURE_NO_WORD, FEATURE_RULE);
        before = hit;
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

void features_aside(struct features *features, size_t len, const struct classification *found)
{
    reserve(features, 1);
    put(features, hash_byte(KIND_LENGTH, (uint8_t)log2_of(len + 1)), FEATURE_NO_WORD, FEATURE_SHAPE);
    if (found)
        put_rules(features, found);
}

void features_around(struct features *features, const char *text, size_t len, const struct classification *found)
{
    struct feature_units units = {0};
    feature_units_take(&units, text, len);
    for (size_t i = FEATURE_UNITS_BEFORE; i < units.count; i++) {
        uint32_t ids[FEATURES_OF_UNIT];
        features_of_unit(&units.items[i], ids);
        for (unsigned k = 0; k < FEATURES_OF_UNIT; k++)
            put_id(features, ids[k], FEATURE_NO_WORD, k == 0 ? FEATURE_SHAPE : FEATURE_RUN);
    }
    features_aside(features, len, found);
    feature_units_done(&units);
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
