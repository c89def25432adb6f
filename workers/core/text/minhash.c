/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sketch is the MINHASH_MAX least members ("bottom k"). Of the least k of two sets' union, which both sketches
 * together always hold, the share that is in both sketches estimates the share of the whole. Members are SipHash-2-4
 * (libsodium's shorthash) of a realm and the bytes.
 */
#include "minhash.h"

#include <sodium.h>
#include <string.h>

enum { MEMBER_BYTES_MAX = 128 };

_Static_assert(MINHASH_KEY_BYTES == crypto_shorthash_KEYBYTES, "members are short hashes");

static uint64_t from_le64(const uint8_t bytes[8])
{
    uint64_t value = 0;
    for (int i = 7; i >= 0; i--)
        value = value << 8 | bytes[i];
    return value;
}

uint64_t minhash_member(const uint8_t key[MINHASH_KEY_BYTES], char realm, const void *bytes, size_t len)
{
    uint8_t all[1 + MEMBER_BYTES_MAX], hash[crypto_shorthash_BYTES];
    len = len < MEMBER_BYTES_MAX ? len : MEMBER_BYTES_MAX;
    all[0] = (uint8_t)realm;
    if (len > 0)
        memcpy(all + 1, bytes, len);
    crypto_shorthash(hash, all, 1 + len, key);
    return from_le64(hash);
}

void minhash_add(struct minhash *set, uint64_t member)
{
    uint32_t value = (uint32_t)member;
    size_t at = set->count;
    while (at > 0 && set->least[at - 1] >= value)
        at--;
    if (at < set->count && set->least[at] == value)
        return;
    if (set->members < UINT8_MAX) /* what is beyond the sketch and comes again is counted again: near enough */
        set->members++;
    if (at == MINHASH_MAX)
        return;
    size_t moved = set->count < MINHASH_MAX ? set->count - at : MINHASH_MAX - 1 - at;
    memmove(&set->least[at + 1], &set->least[at], moved * sizeof set->least[0]);
    set->least[at] = value;
    set->count += set->count < MINHASH_MAX;
}

static bool is_whole(const struct minhash *set)
{
    return set->members == set->count;
}

struct minhash_common minhash_compare(const struct minhash *a, const struct minhash *b)
{
    bool exact = is_whole(a) && is_whole(b);
    unsigned all = 0, both = 0, most = exact ? 2 * MINHASH_MAX : MINHASH_MAX;
    size_t i = 0, k = 0;
    if (a->count == 0 || b->count == 0)
        return (struct minhash_common){0, 0};
    for (; all < most && (i < a->count || k < b->count); all++) {
        bool of_a = k == b->count || (i < a->count && a->least[i] <= b->least[k]);
        bool of_b = i == a->count || (k < b->count && b->least[k] <= a->least[i]);
        both += of_a && of_b;
        i += of_a;
        k += of_b;
    }
    unsigned smaller = a->members < b->members ? a->members : b->members, of_all = (100 * both + all / 2) / all;
    /* J = both / all and all = a + b - both: both = J·(a + b) / (1 + J). */
    unsigned of_smaller =
        exact ? 100 * both / smaller : 100 * both * (unsigned)(a->members + b->members) / ((all + both) * smaller);
    return (struct minhash_common){of_all, of_smaller < 100 ? of_smaller : 100};
}

static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

uint64_t minhash_band(const struct minhash *set, unsigned band, unsigned rows)
{
    uint64_t hash = band;
    for (unsigned row = 0; row < rows; row++) {
        uint64_t least = UINT64_MAX, salt = mix((uint64_t)band << 32 | (row + 1));
        for (size_t i = 0; i < set->count; i++) {
            uint64_t value = mix(set->least[i] ^ salt);
            least = value < least ? value : least;
        }
        hash = mix(hash ^ least);
    }
    return hash;
}
