/* SPDX-License-Identifier: BSD-2-Clause */
/* One text: its words, then what begins at each of them. A street, a landmark and an RT keep what they took. */
#include "places_priv.h"

#include <stdlib.h>

const char *place_kind_name(enum place_kind kind)
{
    static const char *const names[PLACE_KIND_END] = {
        [PLACE_PROVINCE] = "provinsi",   [PLACE_KOTA] = "kota",           [PLACE_KABUPATEN] = "kabupaten",
        [PLACE_KECAMATAN] = "kecamatan", [PLACE_KELURAHAN] = "kelurahan", [PLACE_DESA] = "desa",
        [PLACE_STREET] = "street",       [PLACE_RT_RW] = "rt_rw",         [PLACE_LANDMARK] = "landmark",
    };
    return names[kind];
}

const char *place_why_name(enum place_why why)
{
    static const char *const names[PLACE_WHY_END] = {
        [PLACE_WHY_PREFIX] = "prefix",     [PLACE_WHY_KIND] = "kind",     [PLACE_WHY_NAME] = "name",
        [PLACE_WHY_OWN] = "own",           [PLACE_WHY_STREET] = "street", [PLACE_WHY_RT_RW] = "rt_rw",
        [PLACE_WHY_LANDMARK] = "landmark",
    };
    return names[why];
}

enum place_word places_word(const struct places *places, const char *word, size_t len)
{
    const uint32_t lead = CUE_AT | CUE_KINDS | CUE_STREET | CUE_RT | CUE_RW | CUE_BESIDE | CUE_RANK | CUE_ROAD;
    uint32_t number = terms_word(places->terms, word, len);
    uint32_t cues = number == TERMS_NONE ? 0 : places->cues[number];
    if (cues & CUE_NAMED)
        return PLACE_WORD_NAME;
    if (cues & CUE_NUMBER)
        return PLACE_WORD_NUMBER;
    if (cues & (CUE_SITE | CUE_SETTLEMENT | CUE_GANG))
        return PLACE_WORD_SORT;
    return cues & lead ? PLACE_WORD_LEAD : PLACE_WORD_NAME;
}

static void find(struct scan_places *scan)
{
    struct place_token tokens[PLACES_WORDS_MAX];
    static size_t (*const finders[])(struct scan_places *, size_t) = {place_find_rt_rw, place_find_street,
                                                                      place_find_named, place_find_landmark};
    scan->found->count = 0;
    scan->tokens = tokens;
    place_tokens(scan);
    for (size_t i = 0; i < scan->count && scan->found->count < PLACES_MAX;) {
        size_t next = i;
        for (size_t f = 0; f < sizeof finders / sizeof *finders && next == i; f++)
            next = finders[f](scan, i);
        i = next > i ? next : i + 1;
    }
}

void places_find(const struct places *places, const char *text, size_t len, struct places_found *out)
{
    struct scan_places scan = {.places = places, .text = text, .len = len, .found = out};
    find(&scan);
}

void places_find_words(const struct places *places, const char *text, size_t len, const struct text_words *words,
                       struct places_found *out)
{
    struct scan_places scan = {.places = places, .text = text, .len = len, .words = words, .found = out};
    for (size_t i = 0; i < words->count && i < PLACES_WORDS_MAX; i++)
        terms_prefetch(places->terms, words->items[i].hash);
    find(&scan);
}
