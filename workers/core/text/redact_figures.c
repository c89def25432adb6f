/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The numbers that a complaint is made of, and that stay: dates, times, amounts, tickets, coordinates, lists. A shape
 * that a piece of a phone number could have too ("08.12") counts only where nothing longer stands beside it.
 */
#include "redact_digits.h"

enum {
    WEAK_REST_MAX = 5, /* digits beside weak shapes that make no secret with them */
    YEAR_FIRST = 1900,
    YEAR_LAST = 2099,
    YEARS_MAX = 6,
    LIST_MIN = 4,
    LIST_DIGITS_MAX = 3,
    TICKET_DIGITS = 7,
    AMOUNT_DIGITS_MAX = 15,
    THOUSANDS_DIGITS_MAX = 12,
    MOBILE_DIGITS_MIN = 9,
    MOBILE_FIRST = 800, /* "812.345.678" is no amount */
    COUNTED_DIGITS_MIN = 7,
    LATITUDE_MAX = 11, /* Indonesia: 11° south to 6° north, 95° to 141° east */
    LONGITUDE_MIN = 95,
    LONGITUDE_MAX = 141,
    DECIMALS_MIN = 3,
    DECIMALS_MAX = 8
};

/* A shape at g[0]: how many groups it is, 0 for none. */
struct shape {
    size_t groups;
    bool weak;
};

/* g[i] follows the one before with exactly this between them. */
static bool follows(const struct group *g, size_t n, size_t i, unsigned gap)
{
    return i < n && g[i].gap == gap;
}

static bool plain(const struct group *g, unsigned min, unsigned max)
{
    return !g->spelled && g->masked == 0 && g->digits >= min && g->digits <= max;
}

static bool year(const struct group *g)
{
    return plain(g, 4, 4) && g->value >= YEAR_FIRST && g->value <= YEAR_LAST;
}

static bool between(const struct group *g, unsigned min, unsigned max)
{
    return plain(g, 1, 2) && g->value >= min && g->value <= max;
}

/* 12-11-2026, 12/11/26, 2026-11-12 */
static struct shape date_at(const struct group *g, size_t n)
{
    unsigned gap = n > 1 ? g[1].gap : 0;
    bool sign = gap == GAP_DOT || gap == GAP_DASH || gap == GAP_SLASH;
    if (!sign || !follows(g, n, 2, gap) || follows(g, n, 3, gap) || !between(&g[1], 1, 12))
        return (struct shape){0};
    if (between(&g[0], 1, 31) && year(&g[2]))
        return (struct shape){.groups = 3};
    if (year(&g[0]) && between(&g[2], 1, 31))
        return (struct shape){.groups = 3};
    if (between(&g[0], 1, 31) && plain(&g[2], 2, 2))
        return (struct shape){.groups = 3, .weak = gap != GAP_SLASH};
    return (struct shape){0};
}

/* 19.30, 10:15:00 */
static size_t clock_at(const struct group *g, size_t n)
{
    size_t groups = 2;
    if (!(follows(g, n, 1, GAP_DOT) || follows(g, n, 1, GAP_COLON)) || !between(&g[0], 0, 24) ||
        !between(&g[1], 0, 59) || g[1].digits != 2)
        return 0;
    if (follows(g, n, 1, GAP_COLON) && follows(g, n, 2, GAP_COLON) && between(&g[2], 0, 59))
        groups = 3;
    return follows(g, n, groups, GAP_DOT) || follows(g, n, groups, GAP_COLON) ? 0 : groups;
}

static struct shape time_at(const struct group *g, size_t n)
{
    size_t groups = clock_at(g, n);
    if (groups == 0)
        return (struct shape){0};
    bool mobile = g[0].head[0] == '0' && g[0].value == 8;
    bool runs_on = follows(g, n, groups, GAP_DASH) && clock_at(g + groups, n - groups) == 0;
    return (struct shape){.groups = groups, .weak = mobile || runs_on};
}

/* 1.500.000: how many groups, 1 for a number without dots. */
static size_t thousands(const struct group *g, size_t n, unsigned *digits)
{
    size_t groups = 1;
    *digits = g[0].digits;
    while (g[0].digits <= 3 && follows(g, n, groups, GAP_DOT) && plain(&g[groups], 3, 3))
        *digits += g[groups++].digits;
    return groups;
}

static bool money_before(const struct scan *scan, size_t t)
{
    if (t > 0 && scan_sign(scan, t - 1, "."))
        t--;
    return t > 0 && (scan_is(scan, t - 1, "rp") || scan_is(scan, t - 1, "idr"));
}

static struct shape amount_at(const struct scan *scan, const struct group *g, size_t n)
{
    unsigned digits;
    size_t groups = thousands(g, n, &digits);
    if (!plain(&g[0], 1, AMOUNT_DIGITS_MAX))
        return (struct shape){0};
    if (money_before(scan, g[0].from))
        return (struct shape){.groups = groups};
    if (plain(&g[0], COUNTED_DIGITS_MIN, AMOUNT_DIGITS_MAX) && scan_word(scan, g[0].to, WORD_UNIT))
        return (struct shape){.groups = 1};
    bool mobile = g[0].value >= MOBILE_FIRST && digits >= MOBILE_DIGITS_MIN;
    bool runs_on = follows(g, n, groups, GAP_DOT) || follows(g, n, groups, GAP_DASH);
    if (groups == 1 || mobile || runs_on || g[0].head[0] == '0' || digits > THOUSANDS_DIGITS_MAX)
        return (struct shape){0};
    return (struct shape){.groups = groups};
}

/* #1916449, STATUS 1916449, tiket no. 1916449 */
static struct shape ticket_at(const struct scan *scan, const struct group *g)
{
    size_t t = g[0].from;
    while (t > 0 && (scan_sign(scan, t - 1, ".:") || scan_is(scan, t - 1, "no") || scan_is(scan, t - 1, "nomor")))
        t--;
    bool named = t > 0 && (scan_sign(scan, t - 1, "#") || scan_word(scan, t - 1, WORD_TICKET));
    return (struct shape){.groups = named && plain(g, TICKET_DIGITS, TICKET_DIGITS) ? 1 : 0};
}

static bool degrees(const struct group *g, size_t n, unsigned min, unsigned max)
{
    return plain(&g[0], 1, 3) && g[0].value >= min && g[0].value <= max && follows(g, n, 1, GAP_DOT) &&
           plain(&g[1], DECIMALS_MIN, DECIMALS_MAX) && !follows(g, n, 2, GAP_DOT);
}

/* -6.8887 109.6683, and each half of it */
static struct shape coordinate_at(const struct scan *scan, const struct group *g, size_t n)
{
    bool south = g[0].from > 0 && scan_sign(scan, g[0].from - 1, "-") && scan_tight(scan, g[0].from);
    if (degrees(g, n, LONGITUDE_MIN, LONGITUDE_MAX))
        return (struct shape){.groups = 2};
    if (degrees(g, n, 0, LATITUDE_MAX) && (south || (n > 2 && degrees(g + 2, n - 2, LONGITUDE_MIN, LONGITUDE_MAX))))
        return (struct shape){.groups = 2};
    return (struct shape){0};
}

static struct shape shape_at(const struct scan *scan, const struct group *g, size_t n)
{
    struct shape shape = ticket_at(scan, g);
    if (shape.groups == 0)
        shape = date_at(g, n);
    if (shape.groups == 0)
        shape = amount_at(scan, g, n);
    if (shape.groups == 0)
        shape = coordinate_at(scan, g, n);
    if (shape.groups == 0)
        shape = time_at(g, n);
    return shape;
}

/* 2019 2020 2021, or 1 2 3 4 5 6: as long as they like. */
static bool is_list(const struct group *g, size_t n)
{
    bool years = n <= YEARS_MAX, rising = n >= LIST_MIN;
    for (size_t i = 0; i < n; i++) {
        years = years && year(&g[i]);
        rising =
            rising && g[i].masked == 0 && g[i].digits <= LIST_DIGITS_MAX && (i == 0 || g[i].value > g[i - 1].value);
    }
    return years || rising;
}

static void set_harmless(struct group *g, size_t n)
{
    for (size_t i = 0; i < n; i++)
        g[i].harmless = true;
}

/* Shapes from the left; weak ones too where asked. How many digits are in no shape of either sort. */
static unsigned mark_shapes(const struct scan *scan, struct group *g, size_t n, bool weak_too)
{
    unsigned rest = 0;
    for (size_t i = 0; i < n;) {
        bool tight = g[i].gap == GAP_DOT || g[i].gap == GAP_COLON || g[i].gap == GAP_DASH;
        bool inside = i > 0 && tight && !g[i - 1].harmless;
        struct shape shape = inside ? (struct shape){0} : shape_at(scan, g + i, n - i);
        if (shape.groups > 0 && (weak_too || !shape.weak))
            set_harmless(g + i, shape.groups);
        if (shape.groups == 0)
            rest += g[i].digits + g[i].masked;
        i += shape.groups > 0 ? shape.groups : 1;
    }
    return rest;
}

void redact_figures(const struct scan *scan, struct group *g, size_t n)
{
    if (is_list(g, n)) {
        set_harmless(g, n);
        return;
    }
    if (redact_about(scan, g[0].from) == ABOUT_ID)
        return;
    if (mark_shapes(scan, g, n, false) <= WEAK_REST_MAX)
        (void)mark_shapes(scan, g, n, true);
}
