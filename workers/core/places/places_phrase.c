/* SPDX-License-Identifier: BSD-2-Clause */
/* Places of no table: streets, RT and RW, what something is beside. A word that is said of streets ends a street's
 * name, and one that begins something else does too. */
#include "places_priv.h"

enum {
    SCORE_RT_RW = 90,
    SCORE_STREET = 85,
    SCORE_STREET_IN_FULL = 65, /* "jalan" is a word as well */
    SCORE_STREET_OR_TOWN = 40, /* "jalan Pekalongan": the street, or the streets of */
    SCORE_LANDMARK = 75,
    SCORE_SITE = 55, /* "depan pasar": which one? */
    STREET_WORDS_MAX = 4,
    LOWER_WORDS_MAX = 3,
    SITE_WORDS_MAX = 4,
    NUMBER_MAX = 999
};

static bool has_number(const struct scan_places *scan, size_t i)
{
    return i < scan->count && scan->tokens[i].number != NO_NUMBER && scan->tokens[i].number <= NUMBER_MAX;
}

/* "no 12", "no. 12 A": behind it, or i. */
static size_t behind_house_number(const struct scan_places *scan, size_t i)
{
    if (place_cue(scan, i, CUE_NUMBER) && has_number(scan, i + 1) && place_goes_on(scan, i + 1))
        return i + 2;
    return place_cue(scan, i, CUE_NUMBER) && has_number(scan, i) ? i + 1 : i;
}

/* The number of the RT, RW or gang at token i, 0: none; *end behind it. */
static uint16_t count_at(const struct scan_places *scan, size_t i, size_t *end)
{
    static const char *const words[] = {"satu", "dua",   "tiga",    "empat",    "lima",
                                        "enam", "tujuh", "delapan", "sembilan", "sepuluh"},
                             *const romans[] = {"i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"};
    *end = i + 1;
    if (has_number(scan, i))
        return scan->tokens[i].number;
    if (!place_goes_on(scan, i + 1))
        return 0;
    *end = i + 2;
    if (has_number(scan, i + 1))
        return scan->tokens[i + 1].number;
    for (uint16_t n = 0; n < sizeof words / sizeof *words; n++)
        if (place_token_is(scan, i + 1, words[n]) || place_token_is(scan, i + 1, romans[n]))
            return (uint16_t)(n + 1);
    return 0;
}

/* --- names, as long as they go ------------------------------------------------------------------------------------ */

struct name_run {
    size_t end;
    unsigned words; /* that are names, not what sort of thing it is */
    bool place;     /* the first one is the name of a town */
};

/* "Jend.", "dr. Wahidin" (but "dr pasar" is "dari pasar"), an initial. */
static bool is_rank(const struct scan_places *scan, size_t i)
{
    if (scan->tokens[i].len == 1)
        return !has_number(scan, i);
    return place_cue(scan, i, CUE_RANK) &&
           (!place_cue(scan, i, CUE_AT) || (i + 1 < scan->count && scan->tokens[i + 1].soft));
}

static bool ends_name(const struct scan_places *scan, size_t i)
{
    return place_cue(scan, i,
                     CUE_KINDS | CUE_AT | CUE_STREET | CUE_GANG | CUE_RT | CUE_RW | CUE_NUMBER | CUE_BESIDE |
                         CUE_SETTLEMENT | CUE_PERSON | CUE_ORDINARY);
}

/* Token `at` is of a name that began at `from`, as far as what stands between them tells. */
static bool reaches(const struct scan_places *scan, size_t from, size_t at, bool rank)
{
    return at < scan->count && (at == from || place_goes_on(scan, at) || (rank && scan->tokens[at].soft));
}

/* Words of a name are of one writing, few in small letters, and a town's name is none of them but the first. */
static bool is_next_word(const struct scan_places *scan, const struct name_run *run, size_t at, unsigned words_max)
{
    const struct place_token *token = &scan->tokens[at];
    size_t known;
    if (has_number(scan, at) || run->words == words_max || ends_name(scan, at) ||
        (run->words > 0 && place_roman(scan, at)))
        return false;
    if (run->words > 0 && run->words < LOWER_WORDS_MAX && place_part_word(scan, at))
        return true;
    if (run->words > 0 &&
        (token->capital != scan->tokens[at - 1].capital || place_known(scan, at, &known) ||
         (!token->capital && (run->words >= LOWER_WORDS_MAX || place_cue(scan, at, CUE_SITE | CUE_ROAD)))))
        return false;
    return place_name_word(scan, at);
}

/* What a street or a site is called, from token i on. What only leads to the name counts when a name follows. */
static struct name_run name_at(const struct scan_places *scan, size_t i, unsigned words_max)
{
    struct name_run run = {.end = i};
    size_t known;
    bool rank = false, road = false;
    for (size_t at = i; reaches(scan, i, at, rank); at++) {
        bool titled = rank && place_cue(scan, at, CUE_PERSON); /* "K.H. Mas Mansyur" */
        rank = is_rank(scan, at) || titled;
        if (run.words == 0 && (rank || place_cue(scan, at, CUE_ROAD))) {
            if (!rank && ends_name(scan, at))
                break;
            road = road || !rank;
            continue;
        }
        bool town = run.words == 0 && place_known(scan, at, &known);
        if ((town && road) || (!town && !is_next_word(scan, &run, at, words_max)))
            break;
        run.place = run.place || town;
        run.words++;
        run.end = at + 1;
    }
    return run;
}

/* --- streets ------------------------------------------------------------------------------------------------------ */

static struct place *put(struct scan_places *scan, size_t from, size_t to, enum place_kind kind, enum place_why why,
                         int score)
{
    struct place *place = place_add(scan, from, to);
    if (place) {
        place->kind = kind;
        place->why = why;
        place->score = (uint8_t)score;
    }
    return place;
}

/* "gang 5", "gg3", "gg. III". */
static size_t find_numbered_gang(struct scan_places *scan, size_t i)
{
    size_t end;
    if (count_at(scan, i, &end) == 0)
        return i;
    return put(scan, i, end, PLACE_STREET, PLACE_WHY_STREET, SCORE_STREET) ? end : i;
}

size_t place_find_street(struct scan_places *scan, size_t i)
{
    bool gang = place_cue(scan, i, CUE_GANG);
    if (!gang && (!place_cue(scan, i, CUE_STREET) || has_number(scan, i)))
        return i;
    size_t end = gang ? find_numbered_gang(scan, i) : i;
    if (end > i)
        return end;
    if (!place_goes_on(scan, i + 1))
        return i;
    struct name_run run = name_at(scan, i + 1, STREET_WORDS_MAX);
    if (run.words == 0)
        return i;
    bool in_full = scan->tokens[i].len > 4;
    end = run.end;
    end += place_goes_on(scan, end) && (has_number(scan, end) || place_roman(scan, end));
    end = behind_house_number(scan, end);
    bool town = in_full && run.place && run.words == 1 && end == run.end;
    int score = town ? SCORE_STREET_OR_TOWN : in_full ? SCORE_STREET_IN_FULL : SCORE_STREET;
    if (!put(scan, i, end, PLACE_STREET, PLACE_WHY_STREET, score))
        return i;
    return town ? run.end - 1 : end;
}

/* --- RT and RW ---------------------------------------------------------------------------------------------------- */

size_t place_find_rt_rw(struct scan_places *scan, size_t i)
{
    bool rt_first = place_cue(scan, i, CUE_RT);
    size_t end = i, second;
    if (!rt_first && !place_cue(scan, i, CUE_RW))
        return i;
    uint16_t first = count_at(scan, i, &end), other = 0;
    if (first == 0)
        return i;
    if (place_cue(scan, end, rt_first ? CUE_RW : CUE_RT)) {
        other = count_at(scan, end, &second);
        end = other > 0 ? second : end;
    } else if (rt_first && end < scan->count && scan->tokens[end].slash && has_number(scan, end)) {
        other = scan->tokens[end++].number;
    }
    struct place *place = put(scan, i, end, PLACE_RT_RW, PLACE_WHY_RT_RW, SCORE_RT_RW);
    if (!place)
        return i;
    place->rt = rt_first ? first : other;
    place->rw = rt_first ? other : first;
    return end;
}

/* --- landmarks ---------------------------------------------------------------------------------------------------- */

/* Behind what sort of site begins at token i; i: none does. Some are two words of which neither tells. */
static size_t behind_site(const struct scan_places *scan, size_t i)
{
    static const char *const pairs[][2] = {
        {"rumah", "sakit"},      {"rumah", "makan"},   {"rumah", "pompa"},  {"pom", "bensin"},
        {"lampu", "merah"},      {"bang", "jo"},       {"balai", "kota"},   {"balai", "desa"},
        {"balai", "kelurahan"},  {"kantor", "pos"},    {"kantor", "lurah"}, {"kantor", "kelurahan"},
        {"kantor", "kecamatan"}, {"kantor", "camat"},  {"kantor", "desa"},  {"kantor", "bupati"},
        {"kantor", "walikota"},  {"kantor", "polisi"}, {"pos", "ronda"},    {"pos", "polisi"},
        {"pos", "kamling"},      {"pintu", "air"},     {"pintu", "tol"},    {"rel", "kereta"},
        {"tempat", "sampah"},    {"gedung", "dprd"},   {"kantor", "dprd"},  {"sekolah", "dasar"},
        {"warung", "makan"}};
    for (size_t p = 0; p < sizeof pairs / sizeof *pairs; p++)
        if (place_token_is(scan, i, pairs[p][0]) && place_token_is(scan, i + 1, pairs[p][1]))
            return i + 2;
    return place_cue(scan, i, CUE_SITE) ? i + 1 : i;
}

/* Where a name of the tables begins in these tokens: it is a place too, and is looked at again. */
static size_t first_known(const struct scan_places *scan, size_t from, size_t end)
{
    size_t known;
    while (from < end && !place_known(scan, from, &known))
        from++;
    return from;
}

static size_t find_settlement(struct scan_places *scan, size_t i)
{
    size_t name = i + 1;
    while (place_cue(scan, name, CUE_SETTLEMENT) && place_goes_on(scan, name)) /* "perum griya" */
        name++;
    if (!place_goes_on(scan, name) || (place_cue(scan, i, CUE_CAPITAL) && !scan->tokens[name].capital))
        return i;
    struct name_run run = name_at(scan, name, SITE_WORDS_MAX);
    if (run.words == 0 || !put(scan, i, run.end, PLACE_LANDMARK, PLACE_WHY_LANDMARK, SCORE_LANDMARK))
        return i;
    return first_known(scan, name, run.end);
}

size_t place_find_landmark(struct scan_places *scan, size_t i)
{
    if (place_cue(scan, i, CUE_SETTLEMENT))
        return find_settlement(scan, i);
    if (!place_cue(scan, i, CUE_BESIDE))
        return i;
    size_t site = i + 1;
    site += place_token_is(scan, site, "di") || place_token_is(scan, site, "dari");
    size_t end = place_goes_on(scan, site) ? behind_site(scan, site) : site, next;
    if (end == site)
        return i;
    while (place_goes_on(scan, end) && (next = behind_site(scan, end)) > end)
        end = next;
    struct name_run run = {.end = end};
    bool number = place_goes_on(scan, end) && has_number(scan, end);
    if (place_goes_on(scan, end) && !number)
        run = name_at(scan, end, SITE_WORDS_MAX);
    run.end = run.words > 0 ? run.end : end;
    number = number || (run.words > 0 && place_goes_on(scan, run.end) && has_number(scan, run.end));
    run.end += number;
    if (!put(scan, i, run.end, PLACE_LANDMARK, PLACE_WHY_LANDMARK, run.words || number ? SCORE_LANDMARK : SCORE_SITE))
        return i;
    return first_known(scan, end, run.end);
}
