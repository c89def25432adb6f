/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of the tables, and what is called a kecamatan, kelurahan or desa and is in none. The longest name counts; all
 * areas of that name are candidates. A name that is also a word asks for more around it than one that is not.
 */
#include "places_priv.h"

#include <string.h>

enum {
    SCORE_KIND = 95,
    SCORE_PREFIX = 90,
    SCORE_CAPITALS = 80, /* the SMS begins with a name in capitals */
    SCORE_DISTRICT = 80, /* of the own area, by its name alone */
    SCORE_OTHER_KIND = 70,
    SCORE_NAME = 65,
    SCORE_MARKED = 60,
    SCORE_UNKNOWN = 60,
    SCORE_NEAR = 10,
    SCORE_KOTA = 1, /* of a kota and a kabupaten of one name people mean the kota, if anything tells nothing */
    SCORE_OWN = 12,
    SCORE_NOT_OWN = 20,
    SCORE_MAX = 99,
    CANDIDATES_MAX = 8,
    UNKNOWN_WORDS_MAX = 3,
    KIND_SHORT_MAX = 3 /* "kec", "ds": nobody writes these before anything else */
};

struct candidate {
    uint32_t area;
    enum place_why why;
    int score;
};

struct mention {
    size_t from, end; /* tokens of the name */
    struct candidate candidates[CANDIDATES_MAX];
    size_t count;
};

/* What stands around the name. */
struct around {
    bool start; /* the SMS begins with it */
    bool near;  /* "di", "warga", "stasiun" before it */
    bool person, goods, matter;
    const struct area *province; /* said right behind it */
};

static const struct area *area_of(const struct scan_places *scan, const struct term *term)
{
    return &scan->places->areas[scan->places->names[term->what].area];
}

/* --- around a name ------------------------------------------------------------------------------------------------ */

static bool is_start(const struct scan_places *scan, size_t i)
{
    while (i > 0 && place_cue(scan, i - 1, CUE_COMMAND))
        i--;
    return i == 0;
}

/* The province whose name begins at token i. */
static const struct area *province_at(const struct scan_places *scan, size_t i)
{
    size_t count, end;
    i += place_cue(scan, i, CUE_PROVINCE);
    if (!place_known(scan, i, &end))
        return NULL;
    const struct term *terms = terms_of(scan->places->terms, scan->tokens[i].word, &count);
    for (size_t t = 0; t < count; t++)
        if (terms[t].what != TERM_OF_CUE && terms[t].count == end - i && place_term_here(scan, &terms[t], i) &&
            area_of(scan, &terms[t])->kind == PLACE_PROVINCE)
            return area_of(scan, &terms[t]);
    return NULL;
}

static struct around look_around(const struct scan_places *scan, size_t from, size_t end)
{
    const struct place_token *first = &scan->tokens[from];
    uint32_t before = from > 0 && !first->pause ? scan->tokens[from - 1].cues : 0;
    uint32_t behind = end < scan->count && !scan->tokens[end].pause ? scan->tokens[end].cues : 0;
    bool own_words = !(before & CUE_KINDS);
    return (struct around){.start = is_start(scan, from),
                           .near = first->joined || (before & (CUE_AT | CUE_SITE)),
                           .person = own_words && (before & CUE_PERSON),
                           .goods = own_words && (before & CUE_GOODS) && !(before & CUE_SITE),
                           .matter = behind & CUE_MATTER,
                           .province = province_at(scan, end)};
}

static bool lies_in(const struct area *area, const struct area *province)
{
    return province && area->kind != PLACE_PROVINCE && strncmp(area->code, province->code, 2) == 0;
}

/* Whether a name alone is meant as a place's. */
static bool is_meant(const struct scan_places *scan, const struct mention *mention, const struct around *around,
                     const struct area_name *name)
{
    const struct place_token *first = &scan->tokens[mention->from];
    bool capital = first->capital && !first->opens, near = around->near && (!first->joined || capital);
    if (lies_in(&scan->places->areas[name->area], around->province))
        return true;
    if (around->goods)
        return false;
    if (name->mark == MARK_NONE)
        return true;
    if (around->person || around->matter)
        return false;
    return name->mark == MARK_NEAR ? near || capital : near && capital;
}

/* "BDG isi aduan", "BATU jalan rusak". */
static bool is_prefix(const struct scan_places *scan, const struct mention *mention, const struct around *around,
                      const struct area_name *name)
{
    const struct place_token *first = &scan->tokens[mention->from];
    if (!around->start || mention->end == scan->count || around->matter ||
        scan->tokens[mention->end].number != NO_NUMBER)
        return false;
    return first->upper || (name->prefix && name->mark == MARK_NONE);
}

/* --- candidates --------------------------------------------------------------------------------------------------- */

/* Each area once, by what is surest of it. */
static void add(struct mention *mention, uint32_t area, enum place_why why, int score)
{
    for (size_t i = 0; i < mention->count; i++)
        if (mention->candidates[i].area == area) {
            if (mention->candidates[i].score < score)
                mention->candidates[i] = (struct candidate){area, why, score};
            return;
        }
    if (mention->count < CANDIDATES_MAX)
        mention->candidates[mention->count++] = (struct candidate){area, why, score};
}

static void weigh(const struct scan_places *scan, struct mention *mention, const struct around *around,
                  const struct area_name *name)
{
    const struct area *area = &scan->places->areas[name->area];
    if (name->with_kind) {
        add(mention, name->area, PLACE_WHY_KIND, SCORE_KIND);
    } else if (is_prefix(scan, mention, around, name)) {
        add(mention, name->area, PLACE_WHY_PREFIX, name->prefix ? SCORE_PREFIX : SCORE_CAPITALS);
    } else if (!name->prefix && is_meant(scan, mention, around, name)) {
        bool district = area->kind >= PLACE_KECAMATAN && (area->own || !scan->places->own[0]);
        int score = name->mark != MARK_NONE ? SCORE_MARKED : district ? SCORE_DISTRICT : SCORE_NAME;
        score += around->near || lies_in(area, around->province) ? SCORE_NEAR : 0;
        score += area->kind == PLACE_KOTA ? SCORE_KOTA : 0;
        add(mention, name->area, district ? PLACE_WHY_OWN : PLACE_WHY_NAME, score);
    }
}

/* Where one candidate is the deployment's own, it is meant rather than the others. */
static void prefer_own(const struct scan_places *scan, struct mention *mention)
{
    bool any = false, all = true;
    for (size_t i = 0; i < mention->count; i++) {
        bool own = scan->places->areas[mention->candidates[i].area].own;
        any = any || own;
        all = all && own;
    }
    for (size_t i = 0; i < mention->count && any; i++) {
        struct candidate *candidate = &mention->candidates[i];
        bool own = scan->places->areas[candidate->area].own;
        candidate->score += own ? SCORE_OWN : all ? 0 : -SCORE_NOT_OWN;
        candidate->score = candidate->score > SCORE_MAX ? SCORE_MAX : candidate->score;
    }
}

static void tell(struct scan_places *scan, struct mention *mention, size_t from)
{
    prefer_own(scan, mention);
    for (size_t told = 0; told < mention->count; told++) {
        size_t best = told;
        for (size_t i = told + 1; i < mention->count; i++)
            if (mention->candidates[i].score > mention->candidates[best].score)
                best = i;
        const struct candidate candidate = mention->candidates[best];
        memmove(&mention->candidates[told + 1], &mention->candidates[told],
                (best - told) * sizeof *mention->candidates);
        struct place *place = place_add(scan, from, mention->end);
        if (!place)
            return;
        const struct area *area = &scan->places->areas[candidate.area];
        place->kind = area->kind;
        place->why = candidate.why;
        place->code = area->code;
        place->name = area->name;
        place->score = (uint8_t)candidate.score;
    }
}

/* --- a name alone ------------------------------------------------------------------------------------------------- */

/* The areas called by the `words` tokens from mention->from on, each that may be meant here. */
static void names_of_length(const struct scan_places *scan, struct mention *mention, size_t words)
{
    size_t count;
    const struct term *terms = terms_of(scan->places->terms, scan->tokens[mention->from].word, &count);
    mention->end = mention->from + words;
    const struct around around = look_around(scan, mention->from, mention->end);
    for (size_t t = 0; t < count; t++)
        if (terms[t].count == words && terms[t].what != TERM_OF_CUE && place_term_here(scan, &terms[t], mention->from))
            weigh(scan, mention, &around, &scan->places->names[terms[t].what]);
}

static size_t longest_at(const struct scan_places *scan, size_t i)
{
    size_t count, longest = 0;
    if (scan->tokens[i].word == TERMS_NONE)
        return 0;
    const struct term *terms = terms_of(scan->places->terms, scan->tokens[i].word, &count);
    for (size_t t = 0; t < count; t++)
        if (terms[t].what != TERM_OF_CUE && terms[t].count > longest && place_term_here(scan, &terms[t], i))
            longest = terms[t].count;
    return longest;
}

static size_t find_alone(struct scan_places *scan, size_t i)
{
    struct mention mention = {.from = i};
    for (size_t words = longest_at(scan, i); words > 0 && mention.count == 0; words--)
        names_of_length(scan, &mention, words);
    if (mention.count == 0)
        return i;
    tell(scan, &mention, i);
    return mention.end;
}

/* --- a name behind its kind --------------------------------------------------------------------------------------- */

static uint32_t cue_of_kind(enum place_kind kind)
{
    static const uint32_t cues[] = {
        [PLACE_PROVINCE] = CUE_PROVINCE,   [PLACE_KOTA] = CUE_KOTA,           [PLACE_KABUPATEN] = CUE_KABUPATEN,
        [PLACE_KECAMATAN] = CUE_KECAMATAN, [PLACE_KELURAHAN] = CUE_KELURAHAN, [PLACE_DESA] = CUE_DESA};
    return cues[kind];
}

/* People say "kota Batang" of a kabupaten, and "desa" of a kelurahan. */
static uint32_t alike(uint32_t kinds)
{
    const uint32_t regencies = CUE_KOTA | CUE_KABUPATEN, villages = CUE_KELURAHAN | CUE_DESA;
    return (kinds & regencies ? regencies : 0) | (kinds & villages ? villages : 0) | kinds;
}

static void names_of_kind(const struct scan_places *scan, struct mention *mention, size_t words, uint32_t kinds,
                          int score)
{
    size_t count;
    const struct term *terms = terms_of(scan->places->terms, scan->tokens[mention->from].word, &count);
    for (size_t t = 0; t < count; t++) {
        if (terms[t].what == TERM_OF_CUE || terms[t].count != words || !place_term_here(scan, &terms[t], mention->from))
            continue;
        const struct area_name *name = &scan->places->names[terms[t].what];
        if (cue_of_kind(scan->places->areas[name->area].kind) & kinds)
            add(mention, name->area, PLACE_WHY_KIND, score);
    }
    mention->end = mention->from + words;
}

static bool known_of_kind(struct scan_places *scan, size_t from, size_t name, uint32_t kinds, size_t *end)
{
    struct mention mention = {.from = name};
    size_t longest = longest_at(scan, name);
    for (size_t words = longest; words > 0 && mention.count == 0; words--)
        names_of_kind(scan, &mention, words, kinds, SCORE_KIND);
    for (size_t words = longest; words > 0 && mention.count == 0; words--)
        names_of_kind(scan, &mention, words, alike(kinds), SCORE_OTHER_KIND);
    if (mention.count == 0)
        return false;
    tell(scan, &mention, from);
    *end = mention.end;
    return true;
}

/* "kec. timur": part of a name that is not all there. */
static bool is_direction(const struct scan_places *scan, size_t i)
{
    static const char *const directions[] = {"barat", "timur", "utara", "selatan", "tengah", "pusat", "lain", "baru"};
    for (size_t d = 0; d < sizeof directions / sizeof *directions; d++)
        if (place_token_is(scan, i, directions[d]))
            return true;
    return false;
}

/* "desa Karangjati": of no table, and said to be one. In small letters "desa" may be followed by anything. */
static bool unknown_of_kind(struct scan_places *scan, size_t from, size_t name, enum place_kind kind, size_t *end)
{
    size_t to = name;
    bool capital = name < scan->count && scan->tokens[name].capital;
    bool short_kind = scan->tokens[from].len <= KIND_SHORT_MAX, near = from > 0 && place_cue(scan, from - 1, CUE_AT);
    if ((!capital && !short_kind && !near) || is_direction(scan, name))
        return false;
    while (to < name + (capital ? UNKNOWN_WORDS_MAX : 1) && place_name_word(scan, to) &&
           !place_cue(scan, to, CUE_ROAD | CUE_SITE) &&
           (to == name || (!scan->tokens[to].pause && scan->tokens[to].capital == capital)))
        to++;
    struct place *place = to > name ? place_add(scan, from, to) : NULL;
    if (!place)
        return false;
    place->kind = kind;
    place->why = PLACE_WHY_KIND;
    place->score = SCORE_UNKNOWN;
    *end = to;
    return true;
}

static size_t find_behind_kind(struct scan_places *scan, size_t i)
{
    uint32_t cues = scan->tokens[i].cues, kinds = cues & CUE_KINDS;
    size_t name = i + 1, end;
    name += place_token_is(scan, name, "administrasi") || place_token_is(scan, name, "adm");
    if (!place_goes_on(scan, name))
        return i;
    size_t from = cues & CUE_OFFICE ? name : i;
    if (known_of_kind(scan, from, name, kinds, &end))
        return end;
    for (enum place_kind kind = PLACE_KECAMATAN; kind <= PLACE_DESA && !(cues & CUE_OFFICE); kind++)
        if ((kinds & cue_of_kind(kind)) && unknown_of_kind(scan, from, name, kind, &end))
            return end;
    return i;
}

size_t place_find_named(struct scan_places *scan, size_t i)
{
    size_t next = scan->tokens[i].cues & CUE_KINDS ? find_behind_kind(scan, i) : i;
    return next > i ? next : find_alone(scan, i);
}
