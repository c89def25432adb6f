/* SPDX-License-Identifier: BSD-2-Clause */
/* The words that tell redact() what a number or a name is: Indonesian as it is texted, some Javanese, Sundanese and
 * English. Lower case, a to z. */
#ifndef ADUAN_REDACT_WORDS_H
#define ADUAN_REDACT_WORDS_H

#include <stdbool.h>
#include <stddef.h>

enum word_class {
    WORD_COMMON,       /* no one is called that */
    WORD_GIVEN,        /* a name, and hardly anything else */
    WORD_GIVEN_TOO,    /* a name that is also a word */
    WORD_TITLE,        /* before a name: pak, ibu, h */
    WORD_TITLE_WHOLE,  /* those that are no abbreviation: a dot behind ends the sentence */
    WORD_ROLE,         /* what somebody is: pasien, ketua, istri */
    WORD_PUBLIC,       /* before a name that is a place's: masjid, stadion */
    WORD_BORN,         /* lahir: a date of birth follows */
    WORD_LANDMARK,     /* between a home and its street: depan, belakang */
    WORD_NAME,         /* a name follows: nama, ttd */
    WORD_NAME_FILL,    /* between such a word and the name */
    WORD_SELF,         /* saya: a name may follow */
    WORD_FROM,         /* dari: the same */
    WORD_CLOSING,      /* salam: a name may follow, and end the text */
    WORD_DOC,          /* ktp: before "an", which then means "in the name of" */
    WORD_JOIN,         /* inside a name: bin */
    WORD_PHONE,        /* hp, hubungi: a number follows */
    WORD_PHONE_FILL,   /* between such a word and the number */
    WORD_ID,           /* nik, ktp: an identity number follows */
    WORD_TICKET,       /* status, tiket: a ticket's number follows */
    WORD_MAIL,         /* email: an address follows */
    WORD_PROVIDER,     /* gmail */
    WORD_TLD,          /* com */
    WORD_DOT,          /* titik */
    WORD_AT,           /* "budi at gmail" */
    WORD_ACCOUNT,      /* ig, line: the name of an account follows */
    WORD_ACCOUNT_FILL, /* between such a word and the name */
    WORD_ADDRESS,      /* alamat: an address follows */
    WORD_HOME,         /* rumah: with a word of WORD_OWN the same */
    WORD_HOME_OWN,     /* rumahku */
    WORD_STAY,         /* tinggal: with "di" the same */
    WORD_OWN,          /* saya, kami */
    WORD_ADDRESS_FILL, /* between such a word and the address */
    WORD_STREET,       /* jl, gang, rt, no: a piece of an address */
    WORD_NUMBERED,     /* those of WORD_STREET that only a number makes so: no, rt */
    WORD_PLACE,        /* common words that names of streets are made of: barat, baru */
    WORD_UNIT,         /* rupiah: what was counted before it */
    WORD_SKIP,         /* between digits: dobel */
    WORD_CLASS_END
};

/* WORD_COMMON's list: redact_words_common.c. */
const char *const *redact_words_common(size_t *count);
bool redact_word_is(enum word_class class, const char *word, size_t len);
/* The list of a class, sorted. */
const char *const *redact_words(enum word_class class, size_t *count);

#endif
