/* SPDX-License-Identifier: BSD-2-Clause */
/* The places as loaded, and a text as the finders read it: between the files places*.c only. */
#ifndef ADUAN_PLACES_PRIV_H
#define ADUAN_PLACES_PRIV_H

#include "places.h"
#include "terms.h"
#include "word.h"

#include <stdbool.h>

/* What a word is to the finders: a set. places_words.c has the words. */
enum {
    CUE_AT = 1u << 0,       /* "di", "dari", "warga": a place follows */
    CUE_PROVINCE = 1u << 1, /* "provinsi": the name of that kind follows; so on */
    CUE_KOTA = 1u << 2,
    CUE_KABUPATEN = 1u << 3,
    CUE_KECAMATAN = 1u << 4,
    CUE_KELURAHAN = 1u << 5,
    CUE_DESA = 1u << 6,
    CUE_OFFICE = 1u << 7, /* with one of these: whose office it is, "walikota", not the place itself */
    CUE_STREET = 1u << 8, /* "jl" */
    CUE_GANG = 1u << 9,   /* "gg": a number may name it */
    CUE_RT = 1u << 10,
    CUE_RW = 1u << 11,
    CUE_NUMBER = 1u << 12,     /* "no": a house's number follows */
    CUE_BESIDE = 1u << 13,     /* "depan": a landmark follows */
    CUE_SITE = 1u << 14,       /* "pasar": what a landmark is */
    CUE_SETTLEMENT = 1u << 15, /* "perum", "dusun": the name of one follows */
    CUE_PERSON = 1u << 16,     /* "pak": a name that follows is somebody's */
    CUE_RANK = 1u << 17,       /* "jend", "kh": in names of streets */
    CUE_GOODS = 1u << 18,      /* "soto": the name that follows is a dish's */
    CUE_MATTER = 1u << 19,     /* "pohon": the word before it is no place */
    CUE_ROAD = 1u << 20,       /* "raya": a sort of street and no name of its own */
    CUE_COMMAND = 1u << 21,    /* "lapor": before the prefix of an area */
    CUE_ORDINARY = 1u << 22,   /* what is said of streets and pasar, and ends their names */
    CUE_CAPITAL = 1u << 23,    /* what it begins counts only when the name is written with a capital */
    CUE_NAMED = 1u << 24,      /* a common word that streets and villages are called after */
    CUE_KINDS = CUE_PROVINCE | CUE_KOTA | CUE_KABUPATEN | CUE_KECAMATAN | CUE_KELURAHAN | CUE_DESA
};

struct cue_words {
    uint32_t cues;
    const char *words; /* with spaces between */
};
/* Ends with .words NULL. A word may stand in several. */
extern const struct cue_words place_cue_words[];

enum name_mark { MARK_NONE, MARK_NEAR /* "~" */, MARK_KIND /* "!" */ };

struct area {
    enum place_kind kind;
    char code[PLACE_CODE_BYTES];
    char *name;  /* with its kind */
    bool own;    /* it is the deployment's own, or lies in it, or that lies in it */
    size_t line; /* where it came from, for messages */
    const char *path;
};

/* One way to name an area; a term's `what` is its number. */
struct area_name {
    uint32_t area;
    enum name_mark mark;
    bool prefix;    /* counts at the beginning of an SMS only */
    bool with_kind; /* "kabpekalongan": says its kind */
};

struct places {
    struct terms *terms;
    uint32_t *cues; /* by word of the vocabulary */
    struct area *areas;
    size_t area_count, area_room;
    struct area_name *names;
    size_t name_count, name_room;
    char *paths[2];
    char own[PLACE_CODE_BYTES]; /* "" : none */
    bool inside;                /* there are districts */
};

/* Not a name's number: the term is of place_cue_words. */
#define TERM_OF_CUE UINT32_MAX

enum { NO_NUMBER = UINT16_MAX };

/* A word of the text; "rt03rw05" is two, and "dibatang" has lost its "di". */
struct place_token {
    uint32_t word; /* TERMS_NONE: not in the vocabulary */
    uint32_t cues;
    uint32_t at, len;
    uint16_t number; /* NO_NUMBER */
    bool pause;      /* a comma, a full stop … stands before it */
    bool soft;       /* a pause of full stops and colons only, as behind an abbreviation */
    bool dot;        /* nothing but a full stop, without space, or a hyphen does: "kep. Aru", "Toli-Toli" */
    bool slash;      /* "03/05" */
    bool capital;    /* written with one, in a text where that means something */
    bool opens;      /* a sentence, so that it means nothing */
    bool upper;      /* in capitals, in a text that is not */
    bool joined;     /* "di" or "ke" was written with it */
};

struct scan_places {
    const struct places *places;
    const char *text;
    size_t len;
    const struct text_words *words; /* NULL: they are read from the text */
    struct place_token *tokens;
    size_t count;
    struct places_found *found;
};

/* places_tokens.c: fills tokens, which has room for PLACES_WORDS_MAX. */
void place_tokens(struct scan_places *scan);
static inline bool place_cue(const struct scan_places *scan, size_t i, uint32_t cues)
{
    return i < scan->count && (scan->tokens[i].cues & cues);
}
/* Token i goes on with what was before it: nothing but space, a hyphen or the full stop of an abbreviation stands
 * between ("Kep. Aru"). A longer word with a full stop ends its sentence. */
bool place_goes_on(const struct scan_places *scan, size_t i);
/* A word that can be part of a name: no cue, and nothing ordinary and no verb unless it has a capital. */
bool place_name_word(const struct scan_places *scan, size_t i);
/* "timur", "baru": of names, however they are written. */
bool place_part_word(const struct scan_places *scan, size_t i);
/* "XII" */
bool place_roman(const struct scan_places *scan, size_t i);
/* word: small letters a to z */
bool place_token_is(const struct scan_places *scan, size_t i, const char *word);
/* The words of a term are those from token i on. */
bool place_term_here(const struct scan_places *scan, const struct term *term, size_t i);
/* True when something of the tables is called what begins at i, and the name is no other word as well;
 * *end is behind the longest such name. */
bool place_known(const struct scan_places *scan, size_t i, size_t *end);

/* The finders: what begins at token i goes to scan->found; the token to go on with, i when there is nothing. */
size_t place_find_named(struct scan_places *scan, size_t i);
size_t place_find_street(struct scan_places *scan, size_t i);
size_t place_find_rt_rw(struct scan_places *scan, size_t i);
size_t place_find_landmark(struct scan_places *scan, size_t i);
/* Tokens from..to-1 as a place; NULL: there is no room. */
struct place *place_add(struct scan_places *scan, size_t from, size_t to);

#endif
