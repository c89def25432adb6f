/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether two reports are of one problem: the same category, the same place as far as their texts tell, and words in
 * common. Words and places are keyed hashes (seal_word_key): what is kept of a report can be compared with another
 * one's and not be read. Two citizens write of one hole in their own words ("jalan berlubang di jl. Hayam Wuruk depan
 * pasar", "lubang besar depan pasar hayam wuruk, mohon diperbaiki"), so it is the set of their words that is compared,
 * in no order, without those that any report has (matter.h) and without the names of places, which are compared as
 * such.
 *
 * Places. What a street or a landmark is called tells the place: reports that share such a name are of one place,
 * unless each names a street and those differ; two that name such places and share none are of different ones, and so
 * are two that name different kota, kecamatan, kelurahan or RW. A kelurahan or a kecamatan alone is an area, wider than
 * a place: there the words must be more alike. When one names a street and the other only a kelurahan nobody can tell
 * (no table says which streets are where): they are compared as if there were no place. Reports without a place have to
 * say nearly the same. Pure.
 */
#ifndef ADUAN_LIKENESS_H
#define ADUAN_LIKENESS_H

#include "minhash.h"
#include "normalise.h"
#include "places.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LIKENESS_NAMES_MAX = 8, /* words of streets and landmarks */
    LIKENESS_AREAS_MAX = 8,
    LIKENESS_NEAR_MAX = 4, /* keys that it is found by */
    LIKENESS_ASK_MAX = LIKENESS_NAMES_MAX + LIKENESS_NEAR_MAX,
    LIKENESS_HASH_BYTES = 8,
    LIKENESS_BYTES_MAX = 1 + LIKENESS_HASH_BYTES + 2 + 4 * MINHASH_MAX + 2 +
                         (LIKENESS_NAMES_MAX + LIKENESS_AREAS_MAX) * (1 + LIKENESS_HASH_BYTES)
};

enum likeness_level { LIKENESS_REGENCY, LIKENESS_KECAMATAN, LIKENESS_KELURAHAN, LIKENESS_RW, LIKENESS_LEVEL_END };

struct likeness {
    uint64_t category;
    struct minhash words; /* none: it is like nothing */
    struct likeness_name {
        uint8_t phrase; /* words of one name have the same */
        bool street;
        uint64_t word;
    } names[LIKENESS_NAMES_MAX];
    size_t name_count;
    struct likeness_area {
        uint8_t level;
        uint64_t hash;
    } areas[LIKENESS_AREAS_MAX];
    size_t area_count;
};

/* What words add to a likeness, remembered as long as the normaliser remembers the words: of one key and one
 * normaliser. It holds nothing but keyed hashes. One thread. */
struct likeness_memo;
struct likeness_memo *likeness_memo_new(void);
void likeness_memo_free(struct likeness_memo *memo);

/* What a report is made known by. */
struct likeness_report {
    const struct normalised *words; /* of its text, which `found` is of too */
    struct likeness_memo *memo;     /* NULL: nothing is remembered */
    const struct places *places;    /* NULL: none were looked for */
    const struct places_found *found;
    const char *category;
};

/* It has no words afterwards when there is too little in it to compare. */
void likeness_make(const uint8_t key[MINHASH_KEY_BYTES], const struct likeness_report *report, struct likeness *out);

/* At rest: version, lengths and hashes. out holds LIKENESS_BYTES_MAX; the length. */
size_t likeness_pack(const struct likeness *likeness, uint8_t *out);
/* E_CORRUPT: it is none; E_VERSION. */
MUST_CHECK int likeness_unpack(const uint8_t *bytes, size_t len, struct likeness *out);

/* The keys that others find it by, at most LIKENESS_NEAR_MAX, without doubles: of each name one word; its area; without
 * a place hashes of several words. */
size_t likeness_near(const struct likeness *likeness, uint64_t out[LIKENESS_NEAR_MAX]);
/* The keys that it looks under for others: those, and the other words of its names. At most LIKENESS_ASK_MAX. */
size_t likeness_ask(const struct likeness *likeness, uint64_t out[LIKENESS_ASK_MAX]);

/* From how many points of a hundred on two texts are alike enough. Of one place: how much of the shorter text's words
 * the other one has, since one citizen writes five words and another one fifty; else how much they have in common of
 * all their words. At least 1. */
struct likeness_bounds {
    unsigned same_place, no_place; /* of one area: half-way between */
};
/* Their similarity in percent when they are of one problem, else 0. */
unsigned likeness_compare(const struct likeness *a, const struct likeness *b, const struct likeness_bounds *bounds);

#endif
