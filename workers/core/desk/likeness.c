/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making and comparing what is kept of a report. At rest: version, category (8 bytes), number of words, number of
 * those in the sketch and each of them (4 bytes), number of names, each its phrase with a bit for streets and its word,
 * number of areas, each its level and hash.
 */
#include "likeness.h"

#include "matter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    VERSION = 1,
    /* "banjir" in a street is a report; "jalan rusak" somewhere is not enough to tell it from another one */
    WORDS_WITH_NAME_MIN = 1,
    WORDS_WITH_AREA_MIN = 2,
    WORDS_MIN = 4,
    BANDS = LIKENESS_NEAR_MAX,
    BAND_ROWS = 4, /* a band of texts that are alike by 80 of 100 agrees 2 times in 5; one of four 7 times in 8 */
    WORD_BYTES = 4,
    ENTRY_BYTES = 1 + LIKENESS_HASH_BYTES,
    STREET_BIT = 0x80
};

/* Realms of the hashes. */
enum { REALM_WORD = 'w', REALM_NAME = 'n', REALM_AREA = 'a', REALM_RW = 'r', REALM_CATEGORY = 'c' };

/* --- names of streets and landmarks ------------------------------------------------------------------------- */

struct making {
    const uint8_t *key;
    const struct likeness_report *report;
    struct likeness *out;
    uint8_t phrases;
};

static bool is_inside(const struct norm_word *word, const struct place *place)
{
    return word->at >= place->at && word->at + word->span <= place->at + place->len;
}

static void add_name(struct making *making, const struct norm_word *word, bool street)
{
    struct likeness *out = making->out;
    const char *text = word->text;
    size_t len = word->len;
    for (; word->number && len > 1 && *text == '0'; len--) /* "gang 03" */
        text++;
    uint64_t hash = minhash_member(making->key, REALM_NAME, text, len);
    for (size_t i = 0; i < out->name_count; i++)
        if (out->names[i].phrase == making->phrases && out->names[i].word == hash)
            return;
    if (out->name_count < LIKENESS_NAMES_MAX)
        out->names[out->name_count++] = (struct likeness_name){making->phrases, street, hash};
}

/* The words of a name. First those that say which one it is; where only a number does ("gang 5", "SD 2") or nothing
 * ("depan pasar"), what sort of place it is goes with it. */
static bool add_words(struct making *making, const struct place *place, bool sorts)
{
    const struct normalised *words = making->report->words;
    bool street = place->kind == PLACE_STREET, named = false, house = false;
    size_t before = making->out->name_count;
    for (size_t i = 0; i < words->count; i++) {
        const struct norm_word *word = &words->words[i];
        if (!is_inside(word, place))
            continue;
        enum place_word what = places_word(making->report->places, word->text, word->len);
        bool counts = word->number ? !house : what == PLACE_WORD_NAME || (sorts && what == PLACE_WORD_SORT);
        named = named || (!word->number && what == PLACE_WORD_NAME);
        house = what == PLACE_WORD_NUMBER;
        if (counts)
            add_name(making, word, street);
    }
    if (!named && !sorts)
        making->out->name_count = before;
    return named || (sorts && making->out->name_count > before);
}

static void add_phrase(struct making *making, const struct place *place)
{
    if (add_words(making, place, false) || add_words(making, place, true))
        making->phrases++;
}

/* --- areas -------------------------------------------------------------------------------------------------- */

static void add_area(struct making *making, enum likeness_level level, char realm, const char *text, size_t len)
{
    struct likeness *out = making->out;
    uint64_t hash = minhash_member(making->key, realm, text, len);
    for (size_t i = 0; i < out->area_count; i++)
        if (out->areas[i].level == level && out->areas[i].hash == hash)
            return;
    if (out->area_count < LIKENESS_AREAS_MAX)
        out->areas[out->area_count++] = (struct likeness_area){(uint8_t)level, hash};
}

/* A code tells what it lies in too: "33.75.01.1002" is in kecamatan "33.75.01" of "33.75". */
static void add_code(struct making *making, const char *code)
{
    static const size_t ends[] = {
        [LIKENESS_REGENCY] = 5, [LIKENESS_KECAMATAN] = 8, [LIKENESS_KELURAHAN] = PLACE_CODE_BYTES - 1};
    size_t len = strlen(code);
    for (size_t level = LIKENESS_REGENCY; level <= LIKENESS_KELURAHAN && len >= ends[level]; level++)
        add_area(making, (enum likeness_level)level, REALM_AREA, code, ends[level]);
}

/* Neighbours of one RW have one street lamp, one drain: the RT is finer than a problem. */
static void add_rw(struct making *making, const struct place *place)
{
    char text[16];
    if (place->rw > 0)
        add_area(making, LIKENESS_RW, REALM_RW, text, (size_t)snprintf(text, sizeof text, "%u", (unsigned)place->rw));
}

static void add_places(struct making *making)
{
    const struct places_found *found = making->report->found;
    for (size_t i = 0; making->report->places && i < found->count; i++) {
        const struct place *place = &found->places[i];
        if (place->kind == PLACE_STREET || place->kind == PLACE_LANDMARK)
            add_phrase(making, place);
        else if (place->kind == PLACE_RT_RW)
            add_rw(making, place);
        else
            add_code(making, place->code);
    }
}

/* --- words -------------------------------------------------------------------------------------------------- */

/* The names of places are compared as such: among the words they would make any two problems of a street alike. */
static bool is_of_place(const struct making *making, const struct norm_word *word)
{
    const struct places_found *found = making->report->found;
    for (size_t i = 0; making->report->places && i < found->count; i++)
        if (is_inside(word, &found->places[i]))
            return true;
    return false;
}

struct matter {
    enum { MATTER_UNKNOWN, MATTER_NOT, MATTER_IS } is;
    uint32_t member; /* what minhash_add() looks at of it */
};

struct likeness_memo {
    uint64_t era;
    struct matter of[NORM_MEMO_MAX + 1]; /* by norm_word.memo */
};

struct likeness_memo *likeness_memo_new(void)
{
    struct likeness_memo *memo = calloc(1, sizeof *memo);
    if (!memo)
        abort();
    return memo;
}

void likeness_memo_free(struct likeness_memo *memo)
{
    free(memo);
}

static struct matter matter_of(const struct making *making, const struct norm_word *word)
{
    if (!word_matters(word))
        return (struct matter){.is = MATTER_NOT};
    return (struct matter){MATTER_IS, (uint32_t)minhash_member(making->key, REALM_WORD, word->stem, word->stem_len)};
}

/* As it was found before, or for the first time: the list of what does not matter is searched twice a word. */
static struct matter matter_remembered(const struct making *making, const struct norm_word *word)
{
    struct likeness_memo *memo = making->report->memo;
    if (!memo || word->memo == 0)
        return matter_of(making, word);
    if (memo->of[word->memo].is == MATTER_UNKNOWN)
        memo->of[word->memo] = matter_of(making, word);
    return memo->of[word->memo];
}

static void add_matter(struct making *making)
{
    const struct normalised *words = making->report->words;
    struct likeness_memo *memo = making->report->memo;
    if (memo && memo->era != words->era) {
        memset(memo->of, 0, sizeof memo->of);
        memo->era = words->era;
    }
    for (size_t i = 0; i < words->count; i++) {
        const struct matter matter = matter_remembered(making, &words->words[i]);
        if (matter.is == MATTER_IS && !is_of_place(making, &words->words[i]))
            minhash_add(&making->out->words, matter.member);
    }
}

/* One that is narrow enough to be found by. */
static bool has_area(const struct likeness *likeness)
{
    for (size_t i = 0; i < likeness->area_count; i++)
        if (likeness->areas[i].level == LIKENESS_KECAMATAN || likeness->areas[i].level == LIKENESS_KELURAHAN)
            return true;
    return false;
}

void likeness_make(const uint8_t key[MINHASH_KEY_BYTES], const struct likeness_report *report, struct likeness *out)
{
    struct making making = {.key = key, .report = report, .out = out};
    memset(out, 0, sizeof *out);
    out->category = minhash_member(key, REALM_CATEGORY, report->category, strlen(report->category));
    add_places(&making);
    add_matter(&making);
    int least = out->name_count > 0 ? WORDS_WITH_NAME_MIN : has_area(out) ? WORDS_WITH_AREA_MIN : WORDS_MIN;
    if (out->words.members < least)
        out->words = (struct minhash){.count = 0};
}

/* --- at rest ------------------------------------------------------------------------------------------------ */

static uint8_t *put_number(uint8_t *at, uint64_t number, int bytes)
{
    for (int i = 0; i < bytes; i++)
        at[i] = (uint8_t)(number >> 8 * (bytes - 1 - i));
    return at + bytes;
}

static uint64_t get_number(const uint8_t *at, int bytes)
{
    uint64_t number = 0;
    for (int i = 0; i < bytes; i++)
        number = number << 8 | at[i];
    return number;
}

size_t likeness_pack(const struct likeness *likeness, uint8_t *out)
{
    uint8_t *at = out;
    *at++ = VERSION;
    at = put_number(at, likeness->category, LIKENESS_HASH_BYTES);
    *at++ = likeness->words.members;
    *at++ = likeness->words.count;
    for (size_t i = 0; i < likeness->words.count; i++)
        at = put_number(at, likeness->words.least[i], WORD_BYTES);
    *at++ = (uint8_t)likeness->name_count;
    for (size_t i = 0; i < likeness->name_count; i++) {
        *at++ = (uint8_t)(likeness->names[i].phrase | (likeness->names[i].street ? STREET_BIT : 0));
        at = put_number(at, likeness->names[i].word, LIKENESS_HASH_BYTES);
    }
    *at++ = (uint8_t)likeness->area_count;
    for (size_t i = 0; i < likeness->area_count; i++) {
        *at++ = likeness->areas[i].level;
        at = put_number(at, likeness->areas[i].hash, LIKENESS_HASH_BYTES);
    }
    return (size_t)(at - out);
}

/* What is behind the words; NULL when they are none. */
static const uint8_t *words_of(const uint8_t *at, const uint8_t *end, struct minhash *words)
{
    if (end - at < 2 || at[1] > MINHASH_MAX || at[0] < at[1] || end - at - 2 < at[1] * WORD_BYTES)
        return NULL;
    words->members = at[0];
    words->count = at[1];
    at += 2;
    for (size_t i = 0; i < words->count; i++, at += WORD_BYTES)
        words->least[i] = (uint32_t)get_number(at, WORD_BYTES);
    return at;
}

/* Entries of a byte and a hash behind their number, which must be at most `max`; NULL when they are not there. */
static const uint8_t *entries(const uint8_t *at, const uint8_t *end, size_t max, size_t *count)
{
    if (at == NULL || at == end || *at > max || (size_t)(end - at - 1) < *at * (size_t)ENTRY_BYTES)
        return NULL;
    *count = *at;
    return at + 1;
}

int likeness_unpack(const uint8_t *bytes, size_t len, struct likeness *out)
{
    const uint8_t *at, *end = bytes + len;
    struct likeness got = {0};
    if (len > 0 && bytes[0] != VERSION)
        return E_VERSION;
    if (len < 1 + LIKENESS_HASH_BYTES)
        return E_CORRUPT;
    got.category = get_number(bytes + 1, LIKENESS_HASH_BYTES);
    at = words_of(bytes + 1 + LIKENESS_HASH_BYTES, end, &got.words);
    at = entries(at, end, LIKENESS_NAMES_MAX, &got.name_count);
    for (size_t i = 0; at && i < got.name_count; i++, at += ENTRY_BYTES)
        got.names[i] = (struct likeness_name){(uint8_t)(at[0] & ~STREET_BIT), (at[0] & STREET_BIT) != 0,
                                              get_number(at + 1, LIKENESS_HASH_BYTES)};
    at = entries(at, end, LIKENESS_AREAS_MAX, &got.area_count);
    for (size_t i = 0; at && i < got.area_count; i++, at += ENTRY_BYTES)
        got.areas[i] = (struct likeness_area){at[0], get_number(at + 1, LIKENESS_HASH_BYTES)};
    if (at != end || at == NULL)
        return E_CORRUPT;
    *out = got;
    return OK;
}

/* --- keys --------------------------------------------------------------------------------------------------- */

struct keys {
    uint64_t *out;
    size_t count, max;
};

/* Hashes already: one of another category is another key. */
static void add_key(struct keys *keys, uint64_t hash, const struct likeness *likeness)
{
    uint64_t key = hash ^ likeness->category;
    for (size_t i = 0; i < keys->count; i++)
        if (keys->out[i] == key)
            return;
    if (keys->count < keys->max)
        keys->out[keys->count++] = key;
}

/* The least of a name's words: names that are the same have the same. */
static void add_least_words(struct keys *keys, const struct likeness *likeness)
{
    for (size_t i = 0; i < likeness->name_count;) {
        uint8_t phrase = likeness->names[i].phrase;
        uint64_t least = likeness->names[i].word;
        for (; i < likeness->name_count && likeness->names[i].phrase == phrase; i++)
            least = likeness->names[i].word < least ? likeness->names[i].word : least;
        add_key(keys, least, likeness);
    }
}

/* The kelurahan; where there is none, the kecamatan. What is wider is no place. */
static void add_area_keys(struct keys *keys, const struct likeness *likeness)
{
    bool finest = false;
    for (size_t i = 0; i < likeness->area_count; i++)
        finest = finest || likeness->areas[i].level == LIKENESS_KELURAHAN;
    for (size_t i = 0; i < likeness->area_count; i++)
        if (likeness->areas[i].level == (finest ? LIKENESS_KELURAHAN : LIKENESS_KECAMATAN))
            add_key(keys, likeness->areas[i].hash, likeness);
}

static void add_bands(struct keys *keys, const struct likeness *likeness)
{
    for (unsigned band = 0; band < BANDS; band++)
        add_key(keys, minhash_band(&likeness->words, band, BAND_ROWS), likeness);
}

size_t likeness_near(const struct likeness *likeness, uint64_t out[LIKENESS_NEAR_MAX])
{
    struct keys keys = {.out = out, .max = LIKENESS_NEAR_MAX};
    if (likeness->words.count == 0)
        return 0;
    add_least_words(&keys, likeness);
    add_area_keys(&keys, likeness);
    if (keys.count == 0)
        add_bands(&keys, likeness);
    return keys.count;
}

size_t likeness_ask(const struct likeness *likeness, uint64_t out[LIKENESS_ASK_MAX])
{
    struct keys keys = {.out = out, .count = likeness_near(likeness, out), .max = LIKENESS_ASK_MAX};
    for (size_t i = 0; keys.count > 0 && i < likeness->name_count; i++)
        add_key(&keys, likeness->names[i].word, likeness);
    return keys.count;
}

/* --- comparing ---------------------------------------------------------------------------------------------- */

/* What both say of a level. */
enum agreement { SILENT, AGREES, DIFFERS };

static enum agreement areas_agree(const struct likeness *a, const struct likeness *b, enum likeness_level level)
{
    bool both = false;
    for (size_t i = 0; i < a->area_count; i++)
        for (size_t k = 0; a->areas[i].level == level && k < b->area_count; k++) {
            if (b->areas[k].level != level)
                continue;
            if (a->areas[i].hash == b->areas[k].hash)
                return AGREES;
            both = true;
        }
    return both ? DIFFERS : SILENT;
}

static bool has_word(const struct likeness *likeness, uint64_t word)
{
    for (size_t i = 0; i < likeness->name_count; i++)
        if (likeness->names[i].word == word)
            return true;
    return false;
}

/* Whether some name of a, a street when `streets`, stands whole in the names of b: citizens leave words out ("Jl.
 * Sudirman"), and put a street's name behind its market ("pasar hayam wuruk"). */
static bool name_stands_in(const struct likeness *a, const struct likeness *b, bool streets)
{
    for (size_t i = 0; i < a->name_count;) {
        uint8_t phrase = a->names[i].phrase;
        bool whole = a->names[i].street || !streets;
        for (; i < a->name_count && a->names[i].phrase == phrase; i++)
            whole = whole && has_word(b, a->names[i].word);
        if (whole)
            return true;
    }
    return false;
}

static bool has_street(const struct likeness *likeness)
{
    for (size_t i = 0; i < likeness->name_count; i++)
        if (likeness->names[i].street)
            return true;
    return false;
}

static enum agreement streets_agree(const struct likeness *a, const struct likeness *b)
{
    if (!has_street(a) || !has_street(b))
        return SILENT;
    return name_stands_in(a, b, true) || name_stands_in(b, a, true) ? AGREES : DIFFERS;
}

unsigned likeness_compare(const struct likeness *a, const struct likeness *b, const struct likeness_bounds *bounds)
{
    enum agreement level[LIKENESS_LEVEL_END];
    if (a->words.count == 0 || b->words.count == 0 || a->category != b->category || streets_agree(a, b) == DIFFERS)
        return 0;
    for (int i = 0; i < LIKENESS_LEVEL_END; i++) {
        level[i] = areas_agree(a, b, (enum likeness_level)i);
        if (level[i] == DIFFERS)
            return 0;
    }
    const struct minhash_common common = minhash_compare(&a->words, &b->words);
    unsigned least = bounds->no_place;
    if (name_stands_in(a, b, false) || name_stands_in(b, a, false))
        return common.of_smaller >= bounds->same_place ? common.of_all : 0;
    if (a->name_count > 0 && b->name_count > 0)
        return 0;
    if (level[LIKENESS_KELURAHAN] == AGREES || level[LIKENESS_KECAMATAN] == AGREES)
        least = (bounds->same_place + bounds->no_place) / 2;
    return common.of_all >= least ? common.of_all : 0;
}
