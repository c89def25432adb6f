/* SPDX-License-Identifier: BSD-2-Clause */
#include "word.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

/* Length of the character at `at` when it belongs to a word (letters, marks, digits), 0 when it separates; `skip` is
 * how far to go in either case. */
static size_t word_char(const char *text, size_t len, size_t at, size_t *skip, bool *valid)
{
    uint8_t byte = (uint8_t)text[at];
    *skip = 1;
    if (byte < 0x80)
        return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
    utf8proc_int32_t c;
    utf8proc_ssize_t used = utf8proc_iterate((const uint8_t *)text + at, (utf8proc_ssize_t)(len - at), &c);
    if (used <= 0) {
        *valid = false;
        return 0;
    }
    *skip = (size_t)used;
    utf8proc_category_t category = utf8proc_category(c);
    return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO ? *skip : 0;
}

/* Bytes of an apostrophe at `at` with a word before and after it ("jum'at"), else 0. */
static size_t inner_apostrophe(const char *text, size_t len, size_t at)
{
    static const char curly[] = "\xE2\x80\x99";
    size_t n = text[at] == '\'' ? 1 : len - at >= 3 && memcmp(text + at, curly, 3) == 0 ? 3 : 0;
    bool valid = true;
    size_t skip;
    return n && at + n < len && word_char(text, len, at + n, &skip, &valid) ? n : 0;
}

/* A letter or digit of ASCII in lower case; 0: anything else. */
static const char plain_chars[256] = {
    ['0'] = '0', ['1'] = '1', ['2'] = '2', ['3'] = '3', ['4'] = '4', ['5'] = '5', ['6'] = '6', ['7'] = '7', ['8'] = '8',
    ['9'] = '9', ['a'] = 'a', ['b'] = 'b', ['c'] = 'c', ['d'] = 'd', ['e'] = 'e', ['f'] = 'f', ['g'] = 'g', ['h'] = 'h',
    ['i'] = 'i', ['j'] = 'j', ['k'] = 'k', ['l'] = 'l', ['m'] = 'm', ['n'] = 'n', ['o'] = 'o', ['p'] = 'p', ['q'] = 'q',
    ['r'] = 'r', ['s'] = 's', ['t'] = 't', ['u'] = 'u', ['v'] = 'v', ['w'] = 'w', ['x'] = 'x', ['y'] = 'y', ['z'] = 'z',
    ['A'] = 'a', ['B'] = 'b', ['C'] = 'c', ['D'] = 'd', ['E'] = 'e', ['F'] = 'f', ['G'] = 'g', ['H'] = 'h', ['I'] = 'i',
    ['J'] = 'j', ['K'] = 'k', ['L'] = 'l', ['M'] = 'm', ['N'] = 'n', ['O'] = 'o', ['P'] = 'p', ['Q'] = 'q', ['R'] = 'r',
    ['S'] = 's', ['T'] = 't', ['U'] = 'u', ['V'] = 'v', ['W'] = 'w', ['X'] = 'x', ['Y'] = 'y', ['Z'] = 'z'};

static inline char plain_char(char byte)
{
    return plain_chars[(uint8_t)byte];
}

/* Nothing of a word, nor of what may stand inside one, whatever is around it. */
static inline bool separates(char byte)
{
    return (uint8_t)byte < 0x80 && byte != '\'' && !plain_char(byte);
}

/* Where a letter begins that stands three times or more; the word's length when none does. */
static size_t first_run(const char *word)
{
    size_t i = 0;
    while (word[i] && (word[i] != word[i + 1] || word[i] != word[i + 2] || word[i] < 'a' || word[i] > 'z'))
        i++;
    return i;
}

static bool has_run(const char *word, size_t len)
{
    bool run = false;
    for (size_t i = 2; i < len; i++)
        run |= (word[i] == word[i - 1]) & (word[i] == word[i - 2]);
    return run;
}

/* "tolonggg" → "tolong". Digits stay: they are numbers. The length that is left. */
static size_t collapse_runs(char *word)
{
    size_t out = first_run(word);
    for (size_t i = out; word[i];) {
        size_t run = 1;
        while (word[i + run] == word[i])
            run++;
        bool letter = word[i] >= 'a' && word[i] <= 'z';
        size_t keep = letter && run >= 3 ? 1 : run;
        memset(word + out, word[i], keep);
        out += keep;
        i += run;
    }
    word[out] = '\0';
    return out;
}

/* Beyond ASCII: compatibility forms, case and marks by Unicode's tables. What grows too long is no known word. */
static size_t fold_unicode(char *word)
{
    utf8proc_uint8_t *folded = NULL;
    utf8proc_ssize_t len = utf8proc_map((const utf8proc_uint8_t *)word, 0, &folded,
                                        UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE |
                                            UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK | UTF8PROC_IGNORE);
    word[0] = '\0';
    if (len < 0 || len > WORD_BYTES_MAX)
        len = 0;
    else
        memcpy(word, folded, (size_t)len + 1);
    free(folded);
    return strlen(word);
}

/* Appends n bytes in lower case while they fit; longer words end as "". */
static size_t fold_append(char *folded, size_t used, const char *bytes, size_t n)
{
    if (used > WORD_BYTES_MAX || n > WORD_BYTES_MAX - used)
        return WORD_BYTES_MAX + 1;
    for (size_t i = 0; i < n; i++) {
        char c = bytes[i];
        folded[used + i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return used + n;
}

/* What is left of a word that is not of plain letters and digits alone, from i on; `used` bytes of it are folded. */
static size_t fold_rest(const char *text, size_t len, size_t *i, char *folded, size_t used, bool *valid)
{
    bool ascii = true;
    size_t skip;
    while (*i < len) {
        size_t n = word_char(text, len, *i, &skip, valid), apostrophe = n ? 0 : inner_apostrophe(text, len, *i);
        if (!n && !apostrophe)
            break;
        if (n)
            used = fold_append(folded, used, text + *i, n);
        ascii = ascii && n <= 1;
        *i += n + apostrophe;
    }
    used = used > WORD_BYTES_MAX ? 0 : used;
    folded[used] = '\0';
    return ascii ? used : fold_unicode(folded);
}

bool word_next_to(const char *text, size_t len, size_t *at, char *folded, struct word_span *out, bool *valid)
{
    size_t i = *at, skip, used = 0;
    while (i < len && !plain_char(text[i])) {
        if (separates(text[i]))
            skip = 1;
        else if (word_char(text, len, i, &skip, valid))
            break;
        i += skip;
    }
    *at = i;
    if (i == len)
        return false;
    out->at = i;
    for (char plain; i < len && used < WORD_BYTES_MAX && (plain = plain_char(text[i])); i++)
        folded[used++] = plain;
    folded[used] = '\0';
    if (i < len && !separates(text[i]))
        used = fold_rest(text, len, &i, folded, used, valid);
    out->len = i - out->at;
    out->folded_len = has_run(folded, used) ? collapse_runs(folded) : used;
    *at = i;
    return true;
}

bool word_next(const char *text, size_t len, size_t *at, struct word *out, bool *valid)
{
    struct word_span span;
    if (!word_next_to(text, len, at, out->folded, &span, valid))
        return false;
    out->at = span.at;
    out->len = span.len;
    return true;
}
