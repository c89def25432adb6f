/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the citizen lives: what follows "alamat", "tinggal di", "rumah saya di". The place of a problem has no such
 * word before it, and stays. An address is pieces ("jl", "gang", "rt", "no" with what belongs to each) and numbers;
 * a place without any of these is a part of town, and stays too.
 */
#include "redact_priv.h"

enum {
    FILL_MAX = 7,
    PLACE_WORDS_MAX = 5,
    STREET_WORDS_MAX = 4,
    BETWEEN_WORDS_MAX = 3,
    PIECES_MAX = 12,
    LANDMARK_TOKENS_MAX = 7,
    AGE_TOKENS_MAX = 6
};

/* A word of a name of a street or a village. */
static bool place_word(const struct scan *scan, size_t t)
{
    return scan_kind(scan, t, TOKEN_WORD) && !scan_word(scan, t, WORD_STREET) &&
           (!scan_common(scan, t) || scan_word(scan, t, WORD_PLACE));
}

/* "3", "05", "C2", "A-12", "23a", "03/05": the end, or t. */
static size_t number_end(const struct scan *scan, size_t t)
{
    size_t end = t;
    bool letter = scan_kind(scan, t, TOKEN_WORD) && token_len(&scan->token[t]) == 1;
    if (letter && scan_sign(scan, t + 1, "-/") && scan_kind(scan, t + 2, TOKEN_NUMBER))
        end += 2;
    else if (letter && scan_kind(scan, t + 1, TOKEN_NUMBER))
        end++;
    if (!scan_kind(scan, end, TOKEN_NUMBER))
        return t;
    do
        end++;
    while (scan_tight(scan, end) && (scan_kind(scan, end, TOKEN_NUMBER) || scan_sign(scan, end, "/-") ||
                                     (scan_kind(scan, end, TOKEN_WORD) && token_len(&scan->token[end]) == 1)));
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

/* "rt 2 bendan ngisor kel …": behind the words that stand between two pieces without a comma; t when none does. */
static size_t behind_place(const struct scan *scan, size_t t)
{
    for (size_t at = t; at < t + BETWEEN_WORDS_MAX && scan_kind(scan, at, TOKEN_WORD); at++) {
        if (at > t && !place_word(scan, at))
            return t;
        if (scan_word(scan, at + 1, WORD_STREET) && piece_end(scan, at + 1) > at + 2)
            return at + 1;
    }
    return t;
}

/* The end of an address at token t: pieces with commas and the like between; t when there is no piece. So many pieces
 * no address has: the search stays linear. */
static size_t address_end(const struct scan *scan, size_t t)
{
    size_t end = t, at = t;
    for (int pieces = 0; pieces < PIECES_MAX; pieces++) {
        size_t next = piece_end(scan, at);
        if (next == at)
            return end;
        end = at = next;
        while (scan_sign(scan, at, ",./-&"))
            at++;
        if (at == end)
            at = behind_place(scan, at);
    }
    return end;
}

static bool has_number(const struct scan *scan, size_t from, size_t to)
{
    while (from < to && !scan_kind(scan, from, TOKEN_NUMBER))
        from++;
    return from < to;
}

/* "depan SD Keputran 2 jl maninjau 31": the piece behind what the home is near to; t when there is none. */
static size_t behind_landmark(const struct scan *scan, size_t t)
{
    if (!scan_word(scan, t, WORD_LANDMARK))
        return t;
    for (size_t at = t + 1; at < t + LANDMARK_TOKENS_MAX; at++) {
        if (scan_word(scan, at, WORD_STREET) && piece_end(scan, at) > at + 1)
            return at;
        if (!scan_kind(scan, at, TOKEN_WORD) && !scan_kind(scan, at, TOKEN_NUMBER) && !scan_sign(scan, at, "."))
            return t;
    }
    return t;
}

/* Behind the words that open an address: at most five words of a place, then pieces. Where to look on. */
static size_t found_address(struct scan *scan, size_t t, bool surely)
{
    for (int i = 0; i < FILL_MAX && (scan_word(scan, t, WORD_ADDRESS_FILL) || scan_sign(scan, t, ":=.,-")) &&
                    !(scan_word(scan, t, WORD_STREET) && piece_end(scan, t) > t + 1);
         i++)
        t++;
    t = behind_landmark(scan, t);
    size_t at = t;
    for (int words = 0; words < PLACE_WORDS_MAX && place_word(scan, at); words++) {
        if (number_end(scan, at) > at)
            break;
        at++;
        at += scan_sign(scan, at, ",");
    }
    bool number = at == t && !scan_word(scan, at, WORD_STREET); /* "tinggal di 3 tempat" */
    size_t end = number ? at : address_end(scan, at);
    if (end == at && surely && at > t)
        end = at -= scan_sign(scan, at - 1, ",");
    else if (end == at)
        return t;
    scan_found(scan, t, end, REDACT_ADDRESS);
    return end;
}

/* The token behind the words at t that open an address; t when there are none. *surely: whatever follows is one. */
static size_t opened(const struct scan *scan, size_t t, bool *surely)
{
    bool near = scan_is(scan, t + 1, "di") || scan_is(scan, t + 1, "d") || scan_is(scan, t + 1, "dk") ||
                scan_is(scan, t + 1, "nang") || scan_is(scan, t + 1, "at") || scan_is(scan, t + 1, "in");
    bool own = scan_word(scan, t + 1, WORD_OWN);
    *surely = scan_word(scan, t, WORD_ADDRESS) || (scan_is(scan, t, "alm") && scan_sign(scan, t + 1, ":="));
    if (*surely || scan_word(scan, t, WORD_HOME_OWN))
        return t + 1;
    if (own && scan_word(scan, t, WORD_HOME))
        return t + 2;
    return scan_word(scan, t, WORD_STAY) && (near || own || scan_sign(scan, t + 1, ":")) ? t + 1 : t;
}

/* "jl melur 3 itu rumah saya", "jl. jawa no 21 rumah ibu saya" */
static void whose_home(struct scan *scan, size_t t)
{
    size_t end = scan_word(scan, t, WORD_STREET) ? address_end(scan, t) : t, at = end;
    if (end <= t + 1 || !has_number(scan, t, end))
        return;
    at += scan_sign(scan, at, ",(");
    at += scan_is(scan, at, "itu") || scan_is(scan, at, "adalah");
    if (!scan_word(scan, at, WORD_HOME))
        return;
    at += 1 + (size_t)(scan_word(scan, at + 1, WORD_TITLE) || scan_word(scan, at + 1, WORD_ROLE));
    if (scan_word(scan, at, WORD_OWN) || scan_word(scan, at - 1, WORD_HOME_OWN))
        scan_found(scan, t, end, REDACT_ADDRESS);
}

/* "Hesti, 34 th, jl pelajar 77": where the one who was named lives, with the number of the house. */
static void beside_name(struct scan *scan, size_t t)
{
    size_t from = t;
    while (from < t + AGE_TOKENS_MAX && !scan_word(scan, from, WORD_STREET) &&
           (scan_sign(scan, from, ",;/-(") || scan_kind(scan, from, TOKEN_NUMBER) || scan_is(scan, from, "th") ||
            scan_is(scan, from, "thn") || scan_is(scan, from, "tahun") || scan_is(scan, from, "umur") ||
            scan_is(scan, from, "usia")))
        from++;
    size_t end = scan_word(scan, from, WORD_STREET) ? address_end(scan, from) : from;
    if (end > from + 1 && has_number(scan, from, end) && !scan_word(scan, from, WORD_NUMBERED))
        scan_found(scan, from, end, REDACT_ADDRESS);
}

/* The findings of redact_find_names() and redact_find_persons() are there. */
void redact_find_addresses(struct scan *scan)
{
    for (size_t i = 0, found = scan->spans; i < found; i++) {
        if (scan->span[i].kind == REDACT_NAME)
            beside_name(scan, scan->span[i].to);
    }
    for (size_t t = 0; t < scan->tokens; t++)
        whose_home(scan, t);
    for (size_t t = 0, next; t < scan->tokens; t = next) {
        bool surely;
        size_t behind = opened(scan, t, &surely);
        next = behind > t ? found_address(scan, behind, surely) : t + 1;
    }
}
