/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A text as a reader sees it: cells without accents, widths and what is invisible, then tokens. Every disguise that
 * Unicode offers ends here, so that the finders know ASCII only. What is left as it came never passes through here.
 */
#include "redact_priv.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

enum {
    FOLD_MAX = 8,
    SHOUTING_PERCENT = 60,
    FIRST_SPANS = 16,
    SUFFIX_STEM_MIN = 2,
    DIGITS_OF_A_SCRIPT = 10,
    BULLET = 0x2022,
    MIDDLE_DOT = 0xB7,
    IDEOGRAPHIC_STOP = 0x3002,
    RIGHT_QUOTE = 0x2019,
    LEFT_QUOTES = 0x201C,
    RIGHT_QUOTES = 0x201D,
    REPLACEMENT = 0xFFFD /* what did not decode: not seen, so that it parts nothing */
};

/* What a code point is not: a cell. */
enum { FOLD_NOTHING = -1, FOLD_SPACE = ' ' };

/* The zeros of scripts whose digits Unicode does not fold by itself: Arabic, Persian, Devanagari, Thai, Balinese,
 * Sundanese, Javanese. */
static const utf8proc_int32_t zeros[] = {0x660, 0x6F0, 0x966, 0xE50, 0x1B50, 0x1BB0, 0xA9D0};

static int fold_digit(utf8proc_int32_t cp)
{
    for (size_t i = 0; i < sizeof zeros / sizeof *zeros; i++)
        if (cp >= zeros[i] && cp < zeros[i] + DIGITS_OF_A_SCRIPT)
            return '0' + (int)(cp - zeros[i]);
    return FOLD_NOTHING;
}

static int fold_sign(utf8proc_int32_t cp)
{
    switch (cp) {
    case BULLET:
        return '*';
    case MIDDLE_DOT:
    case IDEOGRAPHIC_STOP:
        return '.';
    case RIGHT_QUOTE:
        return '\'';
    case LEFT_QUOTES:
    case RIGHT_QUOTES:
        return FOLD_SPACE;
    default:
        return CELL_SIGN;
    }
}

/* An é is an e, ０ is 0, ① is 1; FOLD_NOTHING where there is no such one letter. */
static int fold_compatible(utf8proc_int32_t cp)
{
    utf8proc_int32_t out[FOLD_MAX];
    int last = 0;
    utf8proc_option_t how = UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_STRIPMARK | UTF8PROC_CASEFOLD;
    utf8proc_ssize_t n = utf8proc_decompose_char(cp, out, FOLD_MAX, how, &last);
    return n == 1 && out[0] >= ' ' && out[0] < 0x7F ? (int)out[0] : FOLD_NOTHING;
}

static int fold_wide(utf8proc_int32_t cp)
{
    int digit = fold_digit(cp), folded = fold_compatible(cp);
    if (cp == REPLACEMENT)
        return FOLD_NOTHING;
    if (digit != FOLD_NOTHING)
        return digit;
    switch (utf8proc_category(cp)) {
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
        return FOLD_NOTHING;
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC:
        return FOLD_SPACE;
    case UTF8PROC_CATEGORY_PD:
        return '-';
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MC:
        return folded != FOLD_NOTHING ? folded : CELL_LETTER;
    default:
        return folded != FOLD_NOTHING ? folded : fold_sign(cp);
    }
}

static int fold(utf8proc_int32_t cp)
{
    if (cp >= 0x7F)
        return fold_wide(cp);
    if (cp >= 'A' && cp <= 'Z')
        return (int)cp - 'A' + 'a';
    return cp > ' ' && cp != '"' ? (int)cp : FOLD_SPACE; /* words stand in quotes as they stand without */
}

static enum token_kind kind_of(char c)
{
    if ((c >= 'a' && c <= 'z') || c == CELL_LETTER)
        return TOKEN_WORD;
    if (c >= '0' && c <= '9')
        return TOKEN_NUMBER;
    return c == CELL_MARK ? TOKEN_MARK : TOKEN_SIGN;
}

/* Adds a cell to the token it belongs to, or begins one. */
static void add_cell(struct scan *scan, const struct cell *cell, bool space)
{
    enum token_kind kind = kind_of(cell->c);
    struct token *last = scan->tokens > 0 ? &scan->token[scan->tokens - 1] : NULL;
    if (last && last->kind == kind && !space && kind != TOKEN_SIGN && kind != TOKEN_MARK)
        last->to++;
    else
        scan->token[scan->tokens++] = (struct token){.from = scan->cells,
                                                     .to = scan->cells + 1,
                                                     .kind = kind,
                                                     .c = cell->c,
                                                     .space = space,
                                                     .capital = cell->capital};
    scan->cell[scan->cells++] = *cell;
}

/* The code point at `at`; a broken byte is a U+FFFD. */
static size_t next_point(const struct scan *scan, size_t at, utf8proc_int32_t *cp)
{
    const utf8proc_uint8_t *text = (const utf8proc_uint8_t *)scan->text;
    utf8proc_ssize_t n = utf8proc_iterate(text + at, (utf8proc_ssize_t)(scan->len - at), cp);
    if (n > 0)
        return (size_t)n;
    *cp = REPLACEMENT;
    return 1;
}

static void read_text(struct scan *scan)
{
    const size_t mark = sizeof REDACT_MARK - 1;
    size_t letters = 0, capitals = 0;
    bool space = false;
    for (size_t at = 0, n; at < scan->len; at += n) {
        utf8proc_int32_t cp;
        bool marked = scan->len - at >= mark && memcmp(scan->text + at, REDACT_MARK, mark) == 0;
        n = marked ? mark : next_point(scan, at, &cp);
        int c = marked ? CELL_MARK : fold(cp);
        if (c == FOLD_NOTHING)
            continue;
        if (c == FOLD_SPACE) {
            space = true;
            continue;
        }
        bool capital = !marked && utf8proc_category(cp) == UTF8PROC_CATEGORY_LU;
        letters += kind_of((char)c) == TOKEN_WORD;
        capitals += capital;
        add_cell(scan, &(struct cell){.c = (char)c, .capital = capital, .from = at, .to = at + n}, space);
        space = false;
    }
    scan->whispering = capitals == 0;
    scan->shouting = capitals * 100 > letters * SHOUTING_PERCENT;
}

int scan_init(struct scan *scan, const char *text, size_t len)
{
    *scan = (struct scan){.text = text, .len = len};
    if (len > SIZE_MAX / sizeof(struct token) - 1)
        return E_MEMORY;
    scan->cell = malloc((len + 1) * sizeof *scan->cell);
    scan->token = malloc((len + 1) * sizeof *scan->token);
    if (!scan->cell || !scan->token) {
        scan_done(scan);
        return E_MEMORY;
    }
    read_text(scan);
    return OK;
}

void scan_done(struct scan *scan)
{
    free(scan->cell);
    free(scan->token);
    free(scan->span);
    *scan = (struct scan){0};
}

void scan_found(struct scan *scan, size_t from, size_t to, enum redact_kind kind)
{
    if (scan->spans == scan->span_room) {
        size_t room = scan->span_room ? scan->span_room * 2 : FIRST_SPANS;
        struct span *more = realloc(scan->span, room * sizeof *more);
        if (!more) {
            scan->no_memory = true;
            return;
        }
        scan->span = more;
        scan->span_room = room;
    }
    scan->span[scan->spans++] = (struct span){.from = from, .to = to, .kind = kind};
}

/* --- questions ---------------------------------------------------------------------------------------------- */

enum { WORD_LONGEST = 24, VERB_MIN = 7 };

/* The letters of word t in `out`; 0 when it is no word of a length that lists have. */
static size_t letters_of(const struct scan *scan, size_t t, char out[WORD_LONGEST])
{
    if (!scan_kind(scan, t, TOKEN_WORD) || token_len(&scan->token[t]) > WORD_LONGEST)
        return 0;
    size_t len = token_len(&scan->token[t]);
    for (size_t i = 0; i < len; i++)
        out[i] = scan->cell[scan->token[t].from + i].c;
    return len;
}

bool scan_word(const struct scan *scan, size_t t, enum word_class class)
{
    char word[WORD_LONGEST];
    size_t len = letters_of(scan, t, word);
    return len > 0 && redact_word_is(class, word, len);
}

bool scan_is(const struct scan *scan, size_t t, const char *word)
{
    char letters[WORD_LONGEST];
    size_t len = letters_of(scan, t, letters);
    return len == strlen(word) && memcmp(letters, word, len) == 0;
}

bool scan_sign(const struct scan *scan, size_t t, const char *signs)
{
    return scan_kind(scan, t, TOKEN_SIGN) && strchr(signs, scan->token[t].c);
}

static bool begins_as(const char *word, size_t len, const char *const *heads, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t head = strlen(heads[i]);
        if (len >= head && memcmp(word, heads[i], head) == 0)
            return true;
    }
    return false;
}

static bool ends_as(const char *word, size_t len, const char *tail)
{
    size_t most = strlen(tail);
    return len >= most && memcmp(word + len - most, tail, most) == 0;
}

/* By what verbs begin with, save where names do too. */
bool scan_verb(const struct scan *scan, size_t t)
{
    static const char *const active[] = {"mem", "men", "ber", "ter", "pem", "pen"}, *const names[] = {"bern",  "bert",
                                                                                                      "berl",  "tere",
                                                                                                      "menik", "mendr"},
                             *const passive[] = {"di"}, *const di_names[] = {"dirm", "dirg", "diya", "dian",
                                                                             "dimy", "dima", "dina", "dind",
                                                                             "didi", "dieg", "dipo"};
    enum { PASSIVE_MIN = 6 };
    char word[WORD_LONGEST];
    size_t len = letters_of(scan, t, word);
    if (len >= VERB_MIN - 1 && (ends_as(word, len, "kan") || ends_as(word, len, "ake")))
        return true;
    if (len >= PASSIVE_MIN && begins_as(word, len, passive, 1))
        return !begins_as(word, len, di_names, sizeof di_names / sizeof *di_names);
    return len >= VERB_MIN && begins_as(word, len, active, sizeof active / sizeof *active) &&
           !begins_as(word, len, names, sizeof names / sizeof *names);
}

/* "tggl", "blkg": texted short. Nobody is called so. */
static bool without_vowel(const char *word, size_t len)
{
    enum { SHORT_MIN = 2, SHORT_MAX = 6 };
    for (size_t i = 0; i < len; i++)
        if (strchr("aeiouy", word[i]))
            return false;
    return len >= SHORT_MIN && len <= SHORT_MAX;
}

bool scan_common(const struct scan *scan, size_t t)
{
    static const char *const suffixes[] = {"nya", "lah", "kah", "pun", "ku", "mu"};
    char word[WORD_LONGEST];
    size_t len = letters_of(scan, t, word);
    if (len == 0)
        return false;
    if (redact_word_is(WORD_COMMON, word, len) || without_vowel(word, len))
        return true;
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        size_t tail = strlen(suffixes[i]);
        if (len >= tail + SUFFIX_STEM_MIN && memcmp(word + len - tail, suffixes[i], tail) == 0 &&
            redact_word_is(WORD_COMMON, word, len - tail))
            return true;
    }
    return false;
}
