/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * E-mail addresses, plain and disguised: "budi@gmail.com", "budi (at) gmail dot com", "budi 77 @ gmail . com".
 * Names of accounts elsewhere, behind the word that says where: "line id: rina_88".
 * An at counts when what follows can be a domain: a known provider, or a label, a dot and something behind.
 */
#include "redact_priv.h"

#include <string.h>

/* Bounds beyond which nothing is an address; they keep the search linear. */
enum { LOCAL_WORDS_MAX = 5, FILL_MAX = 4, LABEL_TOKENS_MAX = 16, LABELS_MAX = 8 };

/* The at that begins at token t: how many tokens; 0 for none. `said` when it is a word, or in brackets. */
static size_t at_sign(const struct scan *scan, size_t t, bool *said)
{
    bool bracket = scan_sign(scan, t, "([{<");
    size_t in = t + bracket;
    bool word = scan_word(scan, in, WORD_AT) || (bracket && scan_is(scan, in, "a"));
    *said = bracket || word;
    if (!word && !scan_sign(scan, in, "@"))
        return 0;
    if (!bracket)
        return 1;
    return scan_sign(scan, in + 1, ")]}>") ? 3 : 0;
}

static size_t dot_sign(const struct scan *scan, size_t t)
{
    bool bracket = scan_sign(scan, t, "([{<");
    size_t in = t + bracket;
    if (!scan_sign(scan, in, ".") && !scan_word(scan, in, WORD_DOT))
        return 0;
    if (!bracket)
        return 1;
    return scan_sign(scan, in + 1, ")]}>") ? 3 : 0;
}

static bool name_token(const struct scan *scan, size_t t, const char *signs)
{
    return scan_kind(scan, t, TOKEN_WORD) || scan_kind(scan, t, TOKEN_NUMBER) || scan_sign(scan, t, signs);
}

/* The end of the label at token t: letters, digits and dashes without a space. */
static size_t label_end(const struct scan *scan, size_t t)
{
    size_t end = t;
    while (end < t + LABEL_TOKENS_MAX && name_token(scan, end, "-_") && (end == t || scan_tight(scan, end)))
        end++;
    return end;
}

/* The end of a domain at token t, 0 when it is none. */
static size_t domain_end(const struct scan *scan, size_t t, bool loose)
{
    size_t end = label_end(scan, t);
    bool provider = scan_word(scan, t, WORD_PROVIDER), good = provider;
    if (end == t)
        return 0;
    for (int labels = 0; labels < LABELS_MAX && dot_sign(scan, end) > 0; labels++) {
        size_t label = end + dot_sign(scan, end);
        bool spaced = !scan_tight(scan, end) || !scan_tight(scan, label);
        if (label_end(scan, label) == label || (spaced && !scan_word(scan, label, WORD_TLD)))
            break;
        good = good || !loose || scan_word(scan, label, WORD_TLD);
        end = label_end(scan, label);
    }
    if (provider && scan_word(scan, end, WORD_TLD))
        end++; /* "gmail com" */
    return good ? end : 0;
}

/* "Email budi santoso 77 @ …": the words before belong to it when the word for e-mail is before them. */
static size_t said_from(const struct scan *scan, size_t from)
{
    size_t t = from, fill = 0;
    for (size_t words = 0; t > 0 && words < LOCAL_WORDS_MAX && name_token(scan, t - 1, "._-"); words++) {
        if (scan_common(scan, t - 1) || scan_word(scan, t - 1, WORD_MAIL))
            break;
        t--;
    }
    size_t start = t;
    while (t > 0 && fill++ < FILL_MAX && (scan_word(scan, t - 1, WORD_PHONE_FILL) || scan_sign(scan, t - 1, ":=.,")))
        t--;
    return t > 0 && scan_word(scan, t - 1, WORD_MAIL) ? start : from;
}

/* "ig: @budi_s", "line id rina88": an account is one word, and looks like no other. */
static void account(struct scan *scan, size_t t)
{
    size_t from = t + 1, fill = 0;
    bool odd = false;
    while (fill++ < FILL_MAX && (scan_word(scan, from, WORD_ACCOUNT_FILL) || scan_sign(scan, from, ":=@")))
        from++;
    size_t end = from;
    while (end < from + LABEL_TOKENS_MAX && name_token(scan, end, "._") && (end == from || scan_tight(scan, end))) {
        odd = odd || !scan_kind(scan, end, TOKEN_WORD);
        end++;
    }
    while (end > from && scan_sign(scan, end - 1, "."))
        end--;
    if (odd && end > from + 1 && scan_kind(scan, from, TOKEN_WORD))
        scan_found(scan, from, end, REDACT_EMAIL);
}

/* "viviatgmaildotcom": a word that a provider is only a part of. */
static bool glued(const struct scan *scan, size_t t)
{
    static const char *const providers[] = {"gmail", "yahoo", "hotmail"};
    const struct token *token = &scan->token[t];
    for (size_t i = 0; token->kind == TOKEN_WORD && i < sizeof providers / sizeof *providers; i++) {
        size_t len = strlen(providers[i]), same = 0;
        for (size_t c = token->from + 2; c < token->to && same < len; c++)
            same = scan->cell[c].c == providers[i][same] ? same + 1 : scan->cell[c].c == providers[i][0];
        if (same == len)
            return true;
    }
    return false;
}

/* "t.me/rina_88", "https://instagram.com/rina": where an account's name is the path. */
static void page(struct scan *scan, size_t t)
{
    static const char *const hosts[] = {"t", "wa", "fb", "facebook", "instagram", "ig", "tiktok", "twitter", "x"};
    size_t from = t + 4;
    bool host = false;
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
        host = host || scan_is(scan, t, hosts[i]);
    if (!host || !scan_sign(scan, t + 1, ".") || !scan_word(scan, t + 2, WORD_TLD) || !scan_sign(scan, t + 3, "/"))
        return;
    from += scan_sign(scan, from, "@");
    size_t end = from;
    while (end < from + LABEL_TOKENS_MAX && scan_tight(scan, end) && name_token(scan, end, "._-"))
        end++;
    if (end > from)
        scan_found(scan, from, end, REDACT_EMAIL);
}

void redact_find_mail(struct scan *scan)
{
    for (size_t t = 0; t < scan->tokens; t++) {
        bool said;
        size_t at = at_sign(scan, t, &said), from = t;
        if (scan_word(scan, t, WORD_ACCOUNT))
            account(scan, t);
        page(scan, t);
        if (glued(scan, t)) {
            while (scan_tight(scan, from) && name_token(scan, from - 1, "._-+"))
                from--;
            scan_found(scan, from, t + 1, REDACT_EMAIL);
            continue;
        }
        if (at == 0 || t == 0 || !name_token(scan, t - 1, "._-+"))
            continue;
        bool loose = said || scan->token[t].space || !scan_tight(scan, t + at);
        size_t end = domain_end(scan, t + at, loose);
        if (end == 0)
            continue;
        do
            from--;
        while (from > 0 && scan_tight(scan, from) && name_token(scan, from - 1, "._-+%"));
        scan_found(scan, said_from(scan, from), end, REDACT_EMAIL);
        t = end - 1;
    }
}
