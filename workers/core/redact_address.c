/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the citizen lives: what follows "alamat", "tinggal di", "rumah saya di". The place of a problem has no such
 * word before it, and stays. An address is pieces ("jl", "gang", "rt", "no" with what belongs to each) and numbers;
 * a place without any of these is a part of town, and stays too.
 */
#include "redact_priv.h"

enum { FILL_MAX = 7, PLACE_WORDS_MAX = 5, STREET_WORDS_MAX = 4 };

/* A word of a name of a street or a village. */
static bool place_word(const struct scan *scan, size_t t)
{
    return scan_kind(scan, t, TOKEN_WORD) && !scan_word(scan, t, WORD_STREET) &&
           (!scan_common(scan, t) || scan_word(scan, t, WORD_PLACE));
}

/* "3", "05", "C2", "23a", "03/05", "II": the end, or t. */
static size_t number_end(const struct scan *scan, size_t t)
{
    size_t end = t;
    bool letter = scan_kind(scan, t, TOKEN_WORD) && token_len(&scan->token[t]) == 1;
    if (!scan_kind(scan, t, TOKEN_NUMBER) && !(letter && scan_kind(scan, t + 1, TOKEN_NUMBER)))
        return t;
    do
        end++;
    while ((scan_tight(scan, end) && (scan_kind(scan, end, TOKEN_NUMBER) || scan_sign(scan, end, "/-") ||
                                      (scan_kind(scan, end, TOKEN_WORD) && token_len(&scan->token[end]) == 1))) ||
           (end == t + 1 && letter));
    if (scan_sign(scan, end - 1, "/-"))
        end--;
    bool suffix = scan_kind(scan, end, TOKEN_WORD) && token_len(&scan->token[end]) == 1;
    return end + suffix; /* "112 A" */
}

/* A piece: a word such as "jl" and what it names. The end, or t. */
static size_t piece_end(const struct scan *scan, size_t t)
{
    if (!scan_word(scan, t, WORD_STREET))
        return number_end(scan, t);
    size_t end = t + 1;
    while (scan_sign(scan, end, ".:"))
        end++;
    size_t name = end;
    if (scan_word(scan, t, WORD_NUMBERED))
        return number_end(scan, end) > end ? number_end(scan, end) : t;
    for (int words = 0; words < STREET_WORDS_MAX; words++) {
        size_t number = number_end(scan, end);
        bool word = place_word(scan, end) || scan_word(scan, end, WORD_TITLE) ||
                    (end == name && scan_kind(scan, end, TOKEN_WORD) && !scan_word(scan, end, WORD_STREET));
        if (number > end || !word)
            break;
        end++;
        end +=
            scan_sign(scan, end, ".") && scan_kind(scan, end + 1, TOKEN_WORD) && token_len(&scan->token[end - 1]) <= 3;
    }
    return number_end(scan, end);
}

/* The end of an address at token t: pieces with commas and the like between; t when there is no piece. */
static size_t address_end(const struct scan *scan, size_t t)
{
    size_t end = t, at = t;
    for (;;) {
        size_t next = piece_end(scan, at);
        if (next == at)
            return end;
        end = at = next;
        while (scan_sign(scan, at, ",./-&"))
            at++;
        if (at == end && scan_kind(scan, at, TOKEN_WORD) && scan_word(scan, at + 1, WORD_STREET) &&
            piece_end(scan, at + 1) > at + 2)
            at++; /* "rt 2 bendan kel …" */
    }
}

/* Behind the words that open an address: at most five words of a place, then pieces. */
static void found_address(struct scan *scan, size_t t, bool surely)
{
    for (int i = 0; i < FILL_MAX && (scan_word(scan, t, WORD_ADDRESS_FILL) || scan_sign(scan, t, ":=.,-")) &&
                    !(scan_word(scan, t, WORD_STREET) && piece_end(scan, t) > t + 1);
         i++)
        t++;
    size_t at = t;
    for (int words = 0; words < PLACE_WORDS_MAX && place_word(scan, at); words++) {
        if (number_end(scan, at) > at)
            break;
        at++;
        at += scan_sign(scan, at, ",");
    }
    bool number = at == t && !scan_word(scan, at, WORD_STREET); /* "tinggal di 3 tempat" */
    size_t end = number ? at : address_end(scan, at);
    if (end > at)
        scan_found(scan, t, end, REDACT_ADDRESS);
    else if (surely && at > t)
        scan_found(scan, t, scan_sign(scan, at - 1, ",") ? at - 1 : at, REDACT_ADDRESS);
}

void redact_find_addresses(struct scan *scan)
{
    for (size_t t = 0; t < scan->tokens; t++) {
        bool near = scan_is(scan, t + 1, "di") || scan_is(scan, t + 1, "at") || scan_is(scan, t + 1, "in");
        if (scan_word(scan, t, WORD_ADDRESS))
            found_address(scan, t + 1, true);
        else if (scan_word(scan, t, WORD_HOME_OWN))
            found_address(scan, t + 1, false);
        else if (scan_word(scan, t, WORD_HOME) && scan_word(scan, t + 1, WORD_OWN))
            found_address(scan, t + 2, false);
        else if (scan_word(scan, t, WORD_STAY) &&
                 (near || scan_word(scan, t + 1, WORD_OWN) || scan_sign(scan, t + 1, ":")))
            found_address(scan, t + 1, false);
    }
}
