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
static char plain_char(uint8_t byte)
{
    if (byte >= 'A' && byte <= 'Z')
        return (char)(byte - 'A' + 'a');
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') ? (char)byte : 0;
}

/* Where a letter begins that stands three times or more; the word's length when none does. */
static size_t first_run(const char *word)
{
    size_t i = 0;
    while (word[i] && (word[i] != word[i + 1] || word[i] != word[i + 2] || word[i] < 'a' || word[i] > 'z'))
        i++;
    return i;
}

/* "tolonggg" → "tolong". Digits stay: they are numbers. */
static void collapse_runs(char *word)
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
}

/* Beyond ASCII: compatibility forms, case and marks by Unicode's tables. What grows too long is no known word. */
static void fold_unicode(char *word)
{
    utf8proc_uint8_t *folded = NULL;
    utf8proc_ssize_t len = utf8proc_map((const utf8proc_uint8_t *)word, 0, &folded,
                                        UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE |
                                            UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK | UTF8PROC_IGNORE);
    word[0] = '\0';
    if (len >= 0 && len <= WORD_BYTES_MAX)
        memcpy(word, folded, (size_t)len + 1);
    free(folded);
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

bool word_next(const char *text, size_t len, size_t *at, struct word *out, bool *valid)
{
    size_t i = *at, skip, used = 0;
    bool ascii = true;
    while (i < len && !plain_char((uint8_t)text[i]) && !word_char(text, len, i, &skip, valid))
        i += skip;
    *at = i;
    if (i == len)
        return false;
    out->at = i;
    while (i < len) {
        char plain = plain_char((uint8_t)text[i]);
        if (plain && used < WORD_BYTES_MAX) { /* nearly all there is */
            out->folded[used++] = plain;
            i++;
            continue;
        }
        size_t n = word_char(text, len, i, &skip, valid), apostrophe = n ? 0 : inner_apostrophe(text, len, i);
        if (!n && !apostrophe)
            break;
        if (n)
            used = fold_append(out->folded, used, text + i, n);
        ascii = ascii && n <= 1;
        i += n + apostrophe;
    }
    out->len = i - out->at;
    out->folded[used > WORD_BYTES_MAX ? 0 : used] = '\0';
    if (!ascii)
        fold_unicode(out->folded);
    collapse_runs(out->folded);
    *at = i;
    return true;
}
