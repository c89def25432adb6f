/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How much two sets of words have in common, told from two small sketches (MinHash: the least members of each). Members
 * are keyed hashes: without the key a sketch says nothing of the words it was made from, and two of them say only how
 * alike their texts are. A set of up to MINHASH_MAX members, which is nearly every SMS, is its own sketch, and what is
 * told of it is exact; of larger ones it is an estimate (standard deviation below 9 points).
 */
#ifndef ADUAN_MINHASH_H
#define ADUAN_MINHASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MINHASH_MAX = 32, MINHASH_KEY_BYTES = 16 };

struct minhash {
    uint32_t least[MINHASH_MAX]; /* ascending, none twice */
    uint8_t count;
    uint8_t members; /* of the whole set, at most 255; more than count: it is a sketch */
};

/* A member: keyed hash of any bytes. `realm` keeps words of one sort apart from those of another. */
uint64_t minhash_member(const uint8_t key[MINHASH_KEY_BYTES], char realm, const void *bytes, size_t len);

/* Adds a member (its lower half) to a set, which begins as zeroes. One that comes again changes nothing. */
void minhash_add(struct minhash *set, uint64_t member);

struct minhash_common {
    unsigned of_all;     /* percent of the members of either that are in both (Jaccard) */
    unsigned of_smaller; /* percent of the smaller set's members that are in the other one */
};
/* Of an empty set: nothing. */
struct minhash_common minhash_compare(const struct minhash *a, const struct minhash *b);

/* A hash that two sets have in common with probability J^rows, where J is what they have in common of all. Other bands
 * are independent. */
uint64_t minhash_band(const struct minhash *set, unsigned band, unsigned rows);

#endif
