/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A text as a stream of hashed features, the same for training and for prediction. A feature that occurs twice comes
 * twice. Groups are weighed apart from each other, so that a text's many pieces of words do not drown its few words.
 * FEATURES_VERSION changes whenever the same text would give another stream: a model of another version is refused.
 */
#ifndef ADUAN_FEATURE_H
#define ADUAN_FEATURE_H

#include "normalise.h"
#include "rules.h"

enum { FEATURES_VERSION = 2 };

enum feature_group {
    FEATURE_WORD,  /* words, their stems, what is negated */
    FEATURE_PAIR,  /* two words in a row, or with one between */
    FEATURE_CHARS, /* 3 to 5 bytes inside a word and its borders */
    FEATURE_SHAPE, /* capitals, digits, signs, length: how it is written */
    FEATURE_RUN,   /* two or three of these in a row */
    FEATURE_RULE,  /* what the rules found */
    FEATURE_GROUPS
};

#define FEATURE_NO_WORD UINT32_MAX

struct feature {
    uint32_t id;   /* hash of group and content */
    uint32_t word; /* place in the normalised words; FEATURE_NO_WORD: of no word */
    uint8_t group;
};

/* Grows as needed, kept from text to text. Zero-initialised before the first use. */
struct features {
    struct feature *items;
    size_t count, room;
};

/* found: what the rules say of this text, NULL to leave them out. Exhausted memory aborts. */
void features_take(struct features *features, const char *text, size_t len, const struct normalised *words,
                   const struct classification *found);
void features_done(struct features *features);

/*
 * The same stream in pieces, for who remembers what single words give. For each word in turn come those of
 * features_of_word(), of feature_negated() when it is, of feature_pair(), of features_inside(); then features_around().
 * They are appended to what is there.
 */
void features_of_words(struct features *features, const struct normalised *words);
/* Of the whole text: features_of_unit() of each of its units, then features_aside(). */
void features_around(struct features *features, const char *text, size_t len, const struct classification *found);
/* The word, its number, its stem. */
void features_of_word(struct features *features, const struct norm_word *word, uint32_t at);
void features_inside(struct features *features, const struct norm_word *word, uint32_t at);
uint64_t feature_word_hash(const struct norm_word *word);
uint32_t feature_negated(const struct norm_word *word);
/* before: the hash of the word that stands `gap` words before, 1 or 2. */
uint32_t feature_pair(uint64_t before, uint64_t hash, unsigned gap);

/* How a text is written, as a row of units: the shape of a run of letters and digits, or a sign. Kept from text to
 * text; zero-initialised before the first use. */
struct feature_units {
    uint16_t *items; /* the first FEATURE_UNITS_BEFORE stand for what is before the text */
    size_t count, room;
};
enum { FEATURE_UNITS_BEFORE = 2, FEATURE_UNIT_BITS = 9, FEATURES_OF_UNIT = 3 };
void feature_units_take(struct feature_units *units, const char *text, size_t len);
void feature_units_done(struct feature_units *units);
/* The unit by itself, a FEATURE_SHAPE; with the one and with the two before it, each a FEATURE_RUN. */
void features_of_unit(const uint16_t *unit, uint32_t ids[FEATURES_OF_UNIT]);
/* The text's length, and what the rules found. */
void features_aside(struct features *features, size_t len, const struct classification *found);

/* "words", "pairs" …: for reports. */
const char *feature_group_name(enum feature_group group);

#endif
