/* SPDX-License-Identifier: BSD-2-Clause */
/* Reports as the desk reads them, with the shipped lexicon and places, and no model: a test says the category. */
#ifndef ADUAN_TESTS_SUPPORT_LIKENESS_H
#define ADUAN_TESTS_SUPPORT_LIKENESS_H

#include "lexicon.h"
#include "likeness.h"
#include "normalise.h"
#include "places.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#ifndef ADUAN_ETC_DIR
#define ADUAN_ETC_DIR "etc"
#endif

static const uint8_t likeness_key[MINHASH_KEY_BYTES] = {4, 7, 1, 1};
static const struct likeness_bounds likeness_bounds = {.same_place = 20, .no_place = 75};

static struct likeness_reader {
    void *block;
    struct lexicon lexicon;
    struct normaliser *normaliser;
    struct places *places;
} reader;

static inline void reader_open(void)
{
    static const struct places_files files = {.regencies = ADUAN_ETC_DIR "/places/regencies.tsv",
                                              .districts = ADUAN_ETC_DIR "/places/pekalongan.tsv",
                                              .own = "33.75"};
    struct lexicon_maker *maker = lexicon_maker_new();
    struct fault fault = {0};
    size_t bytes;
    if (lexicon_maker_read(maker, ADUAN_ETC_DIR "/lexicon.tsv", &fault) != OK ||
        places_load(&files, &reader.places, &fault) != OK)
        fail_msg("%s", fault.text);
    lexicon_maker_compile(maker, &reader.block, &bytes);
    lexicon_maker_free(maker);
    assert_int_equal(lexicon_open(reader.block, bytes, &reader.lexicon), OK);
    reader.normaliser = normaliser_new(&reader.lexicon);
}

static inline void reader_close(void)
{
    normaliser_free(reader.normaliser);
    places_free(reader.places);
    free(reader.block);
}

static inline struct likeness liken(const char *category, const char *text)
{
    struct normalised words;
    struct places_found found;
    struct likeness out;
    normalise(reader.normaliser, text, strlen(text), &words);
    places_find(reader.places, text, strlen(text), &found);
    const struct likeness_report report = {
        .words = &words, .places = reader.places, .found = &found, .category = category};
    likeness_make(likeness_key, &report, &out);
    return out;
}

/* Whether the second of two reports finds the first and joins it. */
static inline bool likeness_joins(const struct likeness *first, const struct likeness *second)
{
    uint64_t near[LIKENESS_NEAR_MAX], ask[LIKENESS_ASK_MAX];
    size_t near_count = likeness_near(first, near), ask_count = likeness_ask(second, ask);
    bool found = false;
    for (size_t i = 0; i < near_count; i++)
        for (size_t k = 0; k < ask_count; k++)
            found = found || near[i] == ask[k];
    return found && likeness_compare(first, second, &likeness_bounds) > 0;
}

#endif
