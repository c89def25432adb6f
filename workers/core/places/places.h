/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a text says that something is: provinces, kota and kabupaten of a table of facts, the kecamatan and kelurahan
 * of a deployment's own file, and, of no table, streets, RT/RW and what something is beside ("depan pasar Grogolan").
 * What may be more than one place is told as all of them, the likeliest first: "Pekalongan" is a kota and a kabupaten.
 * Formats: the heads of etc/places/regencies.tsv and etc/places/pekalongan.tsv. Immutable once loaded: any thread.
 */
#ifndef ADUAN_PLACES_H
#define ADUAN_PLACES_H

#include "err.h"
#include "words.h"

#include <stddef.h>
#include <stdint.h>

enum {
    PLACES_MAX = 16,         /* told of one text: those that come first in it */
    PLACES_WORDS_MAX = 1024, /* of a text are looked at */
    PLACE_CODE_BYTES = 14    /* "33.75.01.1002" and NUL */
};

enum place_kind {
    PLACE_PROVINCE,
    PLACE_KOTA,
    PLACE_KABUPATEN,
    PLACE_KECAMATAN,
    PLACE_KELURAHAN,
    PLACE_DESA,
    PLACE_STREET,
    PLACE_RT_RW,
    PLACE_LANDMARK,
    PLACE_KIND_END
};

/* What in the text says so. */
enum place_why {
    PLACE_WHY_PREFIX,   /* the SMS begins with it: "BDG isi aduan" */
    PLACE_WHY_KIND,     /* its kind stands before it: "kota X", "kec. X" */
    PLACE_WHY_NAME,     /* its name alone */
    PLACE_WHY_OWN,      /* the name of a district of the deployment's own area */
    PLACE_WHY_STREET,   /* "jl", "gang" */
    PLACE_WHY_RT_RW,    /* "RT 03 RW 05" */
    PLACE_WHY_LANDMARK, /* "depan", "samping" … or the name of a settlement */
    PLACE_WHY_END
};

struct place {
    enum place_kind kind;
    enum place_why why;
    const char *code; /* Kemendagri, "33.75"; "" when it is in no table. Borrowed from the places */
    const char *name; /* "Kota Pekalongan"; "" when it is in no table: then the words of the text are its name */
    uint32_t at, len; /* bytes of the text; alternatives have the same */
    uint16_t rt, rw;  /* of PLACE_RT_RW; 0: not said */
    uint8_t score;    /* 1 to 99: how likely this place is meant */
};

struct places_found {
    struct place places[PLACES_MAX]; /* in the order of the text, alternatives by score */
    size_t count;
};

struct places;

struct places_files {
    const char *regencies; /* the table of facts */
    const char *districts; /* of this deployment; NULL or "": none */
    const char *own;       /* code of this deployment's own kota, kabupaten or province; NULL or "": none */
};
/* E_CONFIG with file:line:column, E_IO. */
MUST_CHECK int places_load(const struct places_files *files, struct places **out, struct fault *fault);
void places_free(struct places *places);
/* How many of a kind the tables have. */
size_t places_count(const struct places *places, enum place_kind kind);

/* Any bytes; in time linear in the text, without allocation. */
void places_find(const struct places *places, const char *text, size_t len, struct places_found *out);
/* The same of the text whose words these are. */
void places_find_words(const struct places *places, const char *text, size_t len, const struct text_words *words,
                       struct places_found *out);

/* What a word of a place's name tells: which one it is ("wuruk"), of what sort ("pasar", "gang"), or only that a name
 * follows ("di", "depan", "jalan"), or a house's number ("no"). word: folded. */
enum place_word { PLACE_WORD_NAME, PLACE_WORD_SORT, PLACE_WORD_LEAD, PLACE_WORD_NUMBER };
enum place_word places_word(const struct places *places, const char *word, size_t len);

/* "kota", "street" …; "prefix", "kind" …: as in JSON and in the store. */
const char *place_kind_name(enum place_kind kind);
const char *place_why_name(enum place_why why);

#endif
