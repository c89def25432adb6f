/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers that point to a person: identity cards, family cards, phones, and whatever else has so many digits.
 * A run is groups of digits with only separators between them. What is harmless in it is set aside; the rest is
 * judged by how many digits it has, how it begins, and by the words before it.
 */
#include "redact_digits.h"

#include <stdlib.h>
#include <string.h>

enum {
    DIGITS_MANY = 9,    /* as many as these are somebody's */
    DIGITS_SPELLED = 7, /* nobody counts so far in words */
    DIGITS_APART = 6,   /* "4 2 1 9 0 6" */
    DIGITS_PHONE = 6,   /* after "telp": a landline */
    DIGITS_ID = 7,      /* after "KTP", "paspor" */
    DIGITS_NIK = 16,
    DIGITS_NIK_MIN = 14, /* a slip of the finger is a NIK still */
    MOBILE_MIN = 10,
    MOBILE_MAX = 13,
    SLASHED_HEAD_MIN = 4,
    YEAR_FIRST = 1900,
    YEAR_LAST = 2099,
    MASKED_MIN = 2,
    MASKED_DIGITS_MIN = 7,
    LEADING_GROUP_MAX = 3,
    LEADING_DIGITS_MAX = 6
};

static unsigned digits_of(const struct group *g, size_t n)
{
    unsigned digits = 0;
    for (size_t i = 0; i < n; i++)
        digits += g[i].digits;
    return digits;
}

/* Whether the digits from g[0] on begin so, however they are grouped. */
static bool begins(const struct group *g, size_t n, const char *head)
{
    size_t matched = 0, want = strlen(head);
    for (size_t i = 0; i < n && matched < want; i++)
        for (unsigned d = 0; d < g[i].digits && d < GROUP_HEAD && matched < want; d++)
            if (g[i].head[d] != head[matched++])
                return false;
    return matched == want;
}

static bool begins_phone(const struct group *g, size_t n)
{
    return begins(g, n, "08") || begins(g, n, "628");
}

/* Emergency and service numbers are nobody's. */
static bool is_service(const struct group *g, size_t n)
{
    return begins(g, n, "150") && digits_of(g, n) == 7;
}

static void found(struct scan *scan, const struct group *g, size_t n, enum about about)
{
    size_t from = g[0].from, to = g[n - 1].to;
    unsigned digits = digits_of(g, n);
    bool id = about == ABOUT_ID || (digits >= DIGITS_NIK_MIN && !begins_phone(g, n));
    while (from > 0 && scan_sign(scan, from - 1, "+(") && scan_tight(scan, from))
        from--;
    scan_found(scan, from, to, id ? REDACT_NIK : REDACT_PHONE);
}

/* --- a stretch: groups that belong together, nothing harmless among them ------------------------------------- */

/* A group that is a whole number by itself, with the groups that may be its tail: how many; 0 for none. */
static size_t whole_number(const struct group *g, size_t n)
{
    if (g[0].spelled)
        return 0;
    if (g[0].digits == DIGITS_NIK)
        return 1;
    if (!begins_phone(g, 1) || g[0].digits < MOBILE_MIN || g[0].digits > MOBILE_MAX)
        return 0;
    size_t groups = 1;
    while (groups < n && digits_of(g, groups + 1) <= MOBILE_MAX)
        groups++;
    return groups;
}

static bool is_secret(const struct group *g, size_t n, enum about about)
{
    unsigned digits = digits_of(g, n), enough = digits == n ? DIGITS_APART : DIGITS_MANY;
    for (size_t i = 0; i < n; i++)
        if (g[i].spelled)
            enough = DIGITS_SPELLED;
    if (about == ABOUT_PHONE && !is_service(g, n))
        enough = DIGITS_PHONE;
    if (about == ABOUT_ID)
        enough = DIGITS_ID;
    return digits >= enough;
}

/* "RT 3 0812…": how many small groups stand before a phone number. */
static size_t leading(const struct group *g, size_t n)
{
    unsigned before = 0;
    if (g[0].spelled || begins(g, n, "0") || begins(g, n, "628") || digits_of(g, n) == DIGITS_NIK)
        return 0;
    for (size_t i = 0; i < n && before <= LEADING_DIGITS_MAX; i++) {
        if (begins_phone(g + i, n - i) && digits_of(g + i, n - i) >= DIGITS_MANY)
            return i;
        if (g[i].digits > LEADING_GROUP_MAX)
            return 0;
        before += g[i].digits;
    }
    return 0;
}

static void judge_plain(struct scan *scan, const struct group *g, size_t n)
{
    enum about about = redact_about(scan, g[0].from);
    size_t i = about == ABOUT_ID ? 0 : leading(g, n);
    while (i < n) {
        size_t whole = whole_number(g + i, n - i), end = i + (whole ? whole : 1);
        while (!whole && end < n && !whole_number(g + end, n - end))
            end++;
        if (whole || is_secret(g + i, end - i, about))
            found(scan, g + i, end - i, about);
        about = ABOUT_NOTHING;
        i = end;
    }
}

/* "0812 xxxx 3456": what is left of it is a hint all the same. */
static bool judge_hidden(struct scan *scan, const struct group *g, size_t n)
{
    unsigned masked = 0, digits = digits_of(g, n);
    enum about about = redact_about(scan, g[0].from);
    for (size_t i = 0; i < n; i++)
        masked += g[i].masked;
    if (masked < MASKED_MIN || digits < MASKED_MIN || masked + digits < MASKED_DIGITS_MIN)
        return false;
    if (about == ABOUT_NOTHING && !begins_phone(g, n))
        return false;
    found(scan, g, n, about);
    return true;
}

static void judge(struct scan *scan, const struct group *g, size_t n)
{
    if (judge_hidden(scan, g, n))
        return;
    for (size_t i = 0, end; i < n; i = end + 1) {
        for (end = i; end < n && g[end].masked == 0;)
            end++;
        if (end > i)
            judge_plain(scan, g + i, end - i);
    }
}

/* --- a run --------------------------------------------------------------------------------------------------- */

/* "0813/2765/4431"; not "085/1234/2026", which is a letter's. */
static bool slashed_phone(const struct group *g, size_t n)
{
    unsigned last = g[n - 1].value, digits = digits_of(g, n);
    return begins_phone(g, n) && g[0].digits >= SLASHED_HEAD_MIN && digits >= MOBILE_MIN && digits <= MOBILE_MAX &&
           !(g[n - 1].digits == 4 && last >= YEAR_FIRST && last <= YEAR_LAST);
}

/* A slash is between two things, such as a letter's number and its year, unless they are pieces of one long number. */
static bool slashes_join(const struct scan *scan, const struct group *g, size_t n)
{
    return slashed_phone(g, n) || redact_about(scan, g[0].from) != ABOUT_NOTHING || digits_of(g, n) >= DIGITS_NIK_MIN;
}

static void judge_run(struct scan *scan, struct group *g, size_t n)
{
    redact_figures(scan, g, n);
    unsigned breaks = slashes_join(scan, g, n) ? 0 : GAP_SLASH;
    for (size_t i = 0, end; i < n; i = end) {
        end = i + 1;
        if (g[i].harmless)
            continue;
        while (end < n && !g[end].harmless && !(g[end].gap & breaks))
            end++;
        judge(scan, g + i, end - i);
    }
}

void redact_find_numbers(struct scan *scan)
{
    struct group *g = malloc((scan->tokens + 1) * sizeof *g);
    if (!g) {
        scan->no_memory = true;
        return;
    }
    size_t n = redact_groups(scan, g);
    for (size_t i = 0, end; i < n; i = end) {
        end = i + 1;
        while (end < n && !(g[end].gap & GAP_BREAK))
            end++;
        judge_run(scan, g + i, end - i);
    }
    free(g);
}
