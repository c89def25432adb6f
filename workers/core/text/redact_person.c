/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * People whom a text names without saying "nama": "Pak Tukiman", "pasien Bu Warsiti", "kades Purwanto", "Dewi Lestari",
 * "Fahmi (7 th)", and those joined to a name that was found. What is called after a person (a street, a mosque, a
 * stadium) is no person. Dates of birth are found here too, since they say who somebody is.
 */
#include "redact_priv.h"

#include <string.h>

enum {
    OBJECT_WORDS_MAX = 4,
    ROLES_MAX = 3,
    JOINED_MAX = 6,
    BIRTH_TOKENS_MAX = 8,
    BESIDE_WORDS_MAX = 3,
    YEAR_DIGITS = 4
};

/* "Jl. Jenderal …", "masjid Al …": whether what begins at t is the name of a place. */
static bool of_a_place(const struct scan *scan, size_t t)
{
    for (int words = 0; words < OBJECT_WORDS_MAX && t > 0; words++) {
        t--;
        t -= t > 0 && scan_sign(scan, t, ".");
        if (!scan_kind(scan, t, TOKEN_WORD))
            return false;
        bool of_a_role = t > 0 && scan_word(scan, t - 1, WORD_ROLE); /* "kepala dusun …" */
        if (scan_word(scan, t, WORD_PUBLIC) || (scan_word(scan, t, WORD_STREET) && !scan_word(scan, t, WORD_NUMBERED)))
            return !of_a_role;
        bool part = scan_word(scan, t, WORD_TITLE) || scan_word(scan, t, WORD_PLACE) || !scan_common(scan, t);
        if (!part)
            return false;
    }
    return false;
}

/* "rt", "lurah", "guru": what somebody is, between a title and a name. */
static size_t skip_roles(const struct scan *scan, size_t t)
{
    for (int i = 0;
         i < ROLES_MAX && (scan_word(scan, t, WORD_ROLE) || scan_is(scan, t, "rt") || scan_is(scan, t, "rw")); i++)
        t++;
    return t;
}

/* Words of other meanings too: "mbok dibangun", "neng njero", "om". What follows has to be known, or to look so. */
static bool doubtful_title(const struct scan *scan, size_t t)
{
    static const char *const words[] = {"mbok", "cak", "neng", "lik", "lek", "mang", "om", "bang", "abang", "dokter",
                                        "kang", "cik", "ko",   "ir",  "rm",  "rr",   "ms", "mr",   "kh"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (scan_is(scan, t, words[i]))
            return true;
    return false;
}

/* "dr" is more often "dari"; "h" without a dot is anything. */
static bool clear_title(const struct scan *scan, size_t t)
{
    if (!scan_kind(scan, t, TOKEN_WORD))
        return false;
    if (scan_is(scan, t, "dr"))
        return scan_sign(scan, t + 1, ".") && scan_tight(scan, t + 1);
    bool initial = token_len(&scan->token[t]) == 1;
    return scan_word(scan, t, WORD_TITLE) && (!initial || (scan->token[t].capital && scan_sign(scan, t + 1, ".")));
}

static void titled(struct scan *scan, size_t t)
{
    bool many = scan_sign(scan, t + 1, "-2") || (t > 1 && scan_sign(scan, t - 1, "-") && scan_tight(scan, t));
    if (many || !clear_title(scan, t) || (t > 0 && scan_word(scan, t - 1, WORD_TITLE)) || of_a_place(scan, t))
        return;
    size_t end = redact_name_at(scan, t, doubtful_title(scan, t) ? TRUST_KNOWN : TRUST_LOOKS);
    size_t behind = t + 1 + (size_t)scan_sign(scan, t + 1, ".");
    size_t roles = skip_roles(scan, behind);
    if (end == 0 && roles > behind)
        (void)redact_name_at(scan, roles, scan_word(scan, roles, WORD_TITLE) ? TRUST_LOOKS : TRUST_KNOWN);
}

/* "istri saya bernama …", "saksi: …", "pemilik (…": what somebody is, then who. */
static void in_a_role(struct scan *scan, size_t t)
{
    bool sign = false;
    size_t at = skip_roles(scan, t);
    if (at == t)
        return;
    for (int i = 0; i < ROLES_MAX; i++) {
        bool own = scan_word(scan, at, WORD_OWN) || scan_is(scan, at, "yg") || scan_is(scan, at, "yang") ||
                   scan_word(scan, at, WORD_NAME_FILL);
        bool mark = scan_sign(scan, at, ":=(");
        sign = sign || mark;
        at += own || mark;
    }
    (void)redact_name_at(scan, at, sign ? TRUST_LOOKS : TRUST_KNOWN);
}

/* Two names in a row are somebody's. */
static void pair(struct scan *scan, size_t t)
{
    bool first = t == 0 || !scan_word(scan, t - 1, WORD_GIVEN);
    if (!first || !scan_word(scan, t, WORD_GIVEN) || of_a_place(scan, t))
        return;
    if (scan_word(scan, t + 1, WORD_GIVEN) || scan_word(scan, t + 1, WORD_GIVEN_TOO))
        (void)redact_name_at(scan, t, TRUST_KNOWN);
}

/* "Fahmi (7 th)", "Sumi umur 80 tahun" */
static void aged(struct scan *scan, size_t t)
{
    static const char *const years[] = {"th", "thn", "tahun", "tn", "bln", "bulan"};
    bool counted = false, said = false;
    for (size_t i = 0; i < sizeof years / sizeof *years; i++)
        counted = counted || scan_is(scan, t + 1, years[i]);
    if (!scan_kind(scan, t, TOKEN_NUMBER) || token_len(&scan->token[t]) >= YEAR_DIGITS || !counted)
        return;
    size_t end = t;
    for (; end > 0; end--) {
        bool age = scan_is(scan, end - 1, "umur") || scan_is(scan, end - 1, "usia") || scan_is(scan, end - 1, "umure");
        said = said || age || scan_sign(scan, end - 1, "(");
        if (!age && !scan_sign(scan, end - 1, "(,:"))
            break;
    }
    redact_name_before(scan, end, said ? TRUST_LOOKS : TRUST_KNOWN);
}

/* "Budi & istri Dewi", "Sobirin/Munawaroh", "Tono, Tini, Toni": those that stand with a name. */
static void joined(struct scan *scan, const struct span *name)
{
    size_t at = name->to;
    for (int i = 0; i < JOINED_MAX; i++) {
        bool close = scan_sign(scan, at, "&/+") || scan_is(scan, at, "dan") || scan_is(scan, at, "sama");
        if (!close && !scan_sign(scan, at, ","))
            return;
        size_t end = redact_name_at(scan, skip_roles(scan, at + 1), close ? TRUST_LOOKS : TRUST_KNOWN);
        if (end == 0)
            return;
        at = end;
    }
}

static bool is_month(const struct scan *scan, size_t t)
{
    static const char *const months[] = {"januari", "februari", "maret",     "april",   "mei",      "juni",
                                         "juli",    "agustus",  "september", "oktober", "november", "desember"};
    enum { MONTH_MIN = 3 };
    if (!scan_kind(scan, t, TOKEN_WORD) || token_len(&scan->token[t]) < MONTH_MIN)
        return false;
    for (size_t i = 0; i < sizeof months / sizeof *months; i++) {
        size_t len = token_len(&scan->token[t]), same = 0;
        while (same < len && scan->cell[scan->token[t].from + same].c == months[i][same])
            same++;
        if (same == len)
            return true;
    }
    return scan_is(scan, t, "agt") || scan_is(scan, t, "ags") || scan_is(scan, t, "pebruari") ||
           scan_is(scan, t, "nopember");
}

/* "17-08-1979", "5 maret 1988": its end, or 0. */
static size_t date_end(const struct scan *scan, size_t t)
{
    bool sign = scan_sign(scan, t + 1, "-/.") && scan_kind(scan, t + 2, TOKEN_NUMBER);
    bool spaced = scan_kind(scan, t + 1, TOKEN_NUMBER) && scan_kind(scan, t + 2, TOKEN_NUMBER);
    bool whole = token_len(&scan->token[t]) == 2 * YEAR_DIGITS;
    size_t end = t + (whole ? 1 : spaced ? 2 : 3);
    if (!whole && !sign && !spaced && !is_month(scan, t + 1))
        return 0;
    if (!whole && scan_sign(scan, end, "-/.") && scan_kind(scan, end + 1, TOKEN_NUMBER))
        end++;
    end += !whole && scan_kind(scan, end, TOKEN_NUMBER);
    bool month = !whole && !sign && !spaced;
    return month && !scan_kind(scan, end - 1, TOKEN_NUMBER) ? end - 1 : end;
}

static void born(struct scan *scan, size_t t)
{
    if (!scan_word(scan, t, WORD_BORN))
        return;
    for (size_t at = t + 1; at < t + BIRTH_TOKENS_MAX && at < scan->tokens; at++) {
        if (!scan_kind(scan, at, TOKEN_NUMBER))
            continue;
        size_t end = date_end(scan, at);
        if (end > 0)
            scan_found(scan, at, end, REDACT_NIK);
        return;
    }
}

void redact_find_persons(struct scan *scan)
{
    for (size_t t = 0; t < scan->tokens; t++) {
        titled(scan, t);
        in_a_role(scan, t);
        pair(scan, t);
        aged(scan, t);
        born(scan, t);
    }
    for (size_t i = 0, names = scan->spans; i < names; i++) {
        struct span span = scan->span[i];
        if (span.kind == REDACT_NAME)
            joined(scan, &span);
    }
}
