/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between the files of redact(): a text as the finders read it, and what they found. redact.c is the only caller of
 * the finders. Everything is counted in tokens; redact_scan.c knows which bytes a token was.
 */
#ifndef ADUAN_REDACT_PRIV_H
#define ADUAN_REDACT_PRIV_H

#include "redact.h"
#include "redact_words.h"

#include <stdint.h>

/* One letter, digit or sign as it reads: lower case, without accents, full width and the like folded to ASCII;
 * what is not seen (zero width, joiners, selectors) is not here. */
struct cell {
    char c;       /* ASCII, CELL_LETTER, CELL_SIGN or CELL_MARK */
    bool capital; /* it was written so */
    size_t from, to;
};
enum { CELL_LETTER = 1, CELL_SIGN = 2, CELL_MARK = 3 }; /* control characters: no text has them as such here */

enum token_kind { TOKEN_WORD, TOKEN_NUMBER, TOKEN_SIGN, TOKEN_MARK };

struct token {
    size_t from, to; /* cells: a run of letters, a run of digits, or one sign */
    enum token_kind kind;
    char c;       /* the first cell's */
    bool space;   /* white space before it */
    bool capital; /* its first letter is one */
};

struct span {
    size_t from, to; /* tokens */
    enum redact_kind kind;
};

struct scan {
    const char *text;
    size_t len;
    struct cell *cell;
    size_t cells;
    struct token *token;
    size_t tokens;
    struct span *span;
    size_t spans, span_room;
    bool shouting;   /* so many capitals that they mean nothing */
    bool whispering; /* none at all: that there is none means nothing */
    bool no_memory;  /* sticky */
};

/* redact_scan.c */
MUST_CHECK int scan_init(struct scan *scan, const char *text, size_t len);
void scan_done(struct scan *scan);
void scan_found(struct scan *scan, size_t from, size_t to, enum redact_kind kind);
/* Questions about token t; false for one behind the end. */
bool scan_word(const struct scan *scan, size_t t, enum word_class class);
bool scan_is(const struct scan *scan, size_t t, const char *word);
bool scan_sign(const struct scan *scan, size_t t, const char *signs);
/* A word that nobody is called: in the list, or one of its words with -nya, -lah and the like. */
bool scan_common(const struct scan *scan, size_t t);
/* A verb by its form: "mengikuti", "gunakan". */
bool scan_verb(const struct scan *scan, size_t t);
static inline bool scan_kind(const struct scan *scan, size_t t, enum token_kind kind)
{
    return t < scan->tokens && scan->token[t].kind == kind;
}
/* No white space between t and the one before. */
static inline bool scan_tight(const struct scan *scan, size_t t)
{
    return t > 0 && t < scan->tokens && !scan->token[t].space;
}
static inline size_t token_len(const struct token *token)
{
    return token->to - token->from;
}

/* redact_name.c */
enum trust {
    TRUST_ANY,   /* any word that is not a common one */
    TRUST_LOOKS, /* a known name, or an unknown word with a capital */
    TRUST_KNOWN  /* a known name */
};
/* Finds the name, with or without titles, that begins at t; its end, or 0. A title makes the next less trusted. */
size_t redact_name_at(struct scan *scan, size_t t, enum trust trust);
/* The name that ends before token `end`. */
void redact_name_before(struct scan *scan, size_t end, enum trust trust);

/* The finders. */
void redact_find_numbers(struct scan *scan);
void redact_find_mail(struct scan *scan);
void redact_find_names(struct scan *scan);
void redact_find_persons(struct scan *scan); /* after the names */
void redact_find_addresses(struct scan *scan);

#endif
