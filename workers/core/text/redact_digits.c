/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads groups of digits: as digits, with letters that look like them, hidden behind x, or in the words of four
 * languages, joined or apart ("nol8satu2", "noldelapansatu").
 */
#include "redact_digits.h"

#include <string.h>

enum { GAP_TOKENS_MAX = 5, ABOUT_TOKENS_MAX = 10, MASKS_ALONE = 2 };

static const struct spelled {
    const char *word;
    char digit;
} spellings[] = {
    {"nol", '0'},   {"nul", '0'},      {"kosong", '0'}, {"satu", '1'},  {"dua", '2'},     {"tiga", '3'},
    {"empat", '4'}, {"lima", '5'},     {"enam", '6'},   {"tujuh", '7'}, {"delapan", '8'}, {"dlapan", '8'},
    {"lapan", '8'}, {"sembilan", '9'}, {"siji", '1'},   {"loro", '2'},  {"telu", '3'},    {"papat", '4'},
    {"limo", '5'},  {"enem", '6'},     {"pitu", '7'},   {"wolu", '8'},  {"songo", '9'},   {"sanga", '9'},
    {"hiji", '1'},  {"tilu", '3'},     {"opat", '4'},   {"genep", '6'}, {"dalapan", '8'}, {"salapan", '9'},
    {"zero", '0'},  {"oh", '0'},       {"one", '1'},    {"two", '2'},   {"three", '3'},   {"four", '4'},
    {"five", '5'},  {"six", '6'},      {"seven", '7'},  {"eight", '8'}, {"nine", '9'},
};

static void add_digit(struct group *g, char digit)
{
    if (g->digits < GROUP_HEAD)
        g->head[g->digits] = digit;
    g->digits++;
    g->value = g->digits <= GROUP_VALUE_DIGITS ? g->value * 10 + (uint32_t)(digit - '0') : UINT32_MAX;
}

/* The digit word at the cell `at`, no longer than up to `end`. */
static const struct spelled *spelled_at(const struct scan *scan, size_t at, size_t end)
{
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        size_t len = strlen(spellings[i].word), same = 0;
        while (same < len && at + same < end && scan->cell[at + same].c == spellings[i].word[same])
            same++;
        if (same == len)
            return &spellings[i];
    }
    return NULL;
}

/* A word that is digit words and nothing else. */
static bool read_spelled(const struct scan *scan, size_t t, struct group *out)
{
    const struct token *token = &scan->token[t];
    struct group g = {.from = t, .to = t + 1, .spelled = true};
    for (size_t at = token->from; at < token->to;) {
        const struct spelled *found = spelled_at(scan, at, token->to);
        if (!found)
            return false;
        add_digit(&g, found->digit);
        at += strlen(found->word);
    }
    *out = g;
    return true;
}

/* Whether token t may be part of a group written in digits: digits, letters like digits, masks. */
static bool digit_like(const struct scan *scan, size_t t)
{
    if (scan_sign(scan, t, "*") || scan_kind(scan, t, TOKEN_NUMBER))
        return true;
    if (!scan_kind(scan, t, TOKEN_WORD))
        return false;
    for (size_t i = scan->token[t].from; i < scan->token[t].to; i++)
        if (scan->cell[i].c == '\0' || !strchr("olix", scan->cell[i].c))
            return false;
    return true;
}

static void add_cell(struct group *g, char c)
{
    if (c == 'x' || c == '*')
        g->masked++;
    else
        add_digit(g, c == 'o' ? '0' : c == 'l' || c == 'i' ? '1' : c);
}

static bool read_figures(const struct scan *scan, size_t t, struct group *out)
{
    struct group g = {.from = t, .to = t};
    bool number = false;
    while (digit_like(scan, g.to) && (g.to == t || scan_tight(scan, g.to))) {
        number = number || scan_kind(scan, g.to, TOKEN_NUMBER);
        for (size_t i = scan->token[g.to].from; i < scan->token[g.to].to; i++)
            add_cell(&g, scan->cell[i].c);
        g.to++;
    }
    if (!number && (g.digits > 0 || g.masked < MASKS_ALONE))
        return false;
    *out = g;
    return true;
}

static unsigned gap_of_sign(char c)
{
    static const struct {
        char sign;
        unsigned gap;
    } gaps[] = {{'.', GAP_DOT},   {'-', GAP_DASH},  {'/', GAP_SLASH}, {':', GAP_COLON},
                {',', GAP_COMMA}, {'(', GAP_OPEN},  {')', GAP_OTHER}, {'+', GAP_OTHER},
                {'_', GAP_OTHER}, {'~', GAP_OTHER}, {'=', GAP_OTHER}, {'|', GAP_OTHER}};
    for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++)
        if (gaps[i].sign == c)
            return gaps[i].gap;
    return GAP_BREAK;
}

/* A comma is between numbers, and inside one only where it is spelled; a bracket behind a space opens inside one only
 * after what may be the code of a country or a town. */
static bool parts(unsigned gap, const struct group *before, const struct group *g)
{
    bool code = before->head[0] == '0' || (before->head[0] == '6' && before->head[1] == '2');
    return ((gap & GAP_COMMA) && !(g->spelled && before->spelled)) || ((gap & GAP_OPEN) && (gap & GAP_SPACE) && !code);
}

/* What is between the tokens `from` and `to`, where a group begins. */
static unsigned gap_between(const struct scan *scan, size_t from, size_t to)
{
    unsigned gap = scan->token[to].space ? GAP_SPACE : 0;
    if (to - from > GAP_TOKENS_MAX)
        return GAP_BREAK;
    for (size_t t = from; t < to; t++) {
        gap |= scan->token[t].space ? GAP_SPACE : 0;
        if (scan_word(scan, t, WORD_SKIP))
            gap |= GAP_OTHER;
        else
            gap |= scan_kind(scan, t, TOKEN_SIGN) ? gap_of_sign(scan->token[t].c) : GAP_BREAK;
    }
    return to - from > 1 ? gap | GAP_OTHER : gap;
}

size_t redact_groups(const struct scan *scan, struct group *out)
{
    size_t n = 0;
    for (size_t t = 0; t < scan->tokens;) {
        struct group *g = &out[n];
        bool word = scan_kind(scan, t, TOKEN_WORD);
        if (!(word && read_spelled(scan, t, g)) && !read_figures(scan, t, g)) {
            t++;
            continue;
        }
        g->gap = n > 0 ? gap_between(scan, g[-1].to, t) : GAP_BREAK;
        if (n > 0 && parts(g->gap, &g[-1], g))
            g->gap |= GAP_BREAK;
        t = g->to;
        n++;
    }
    return n;
}

enum about redact_about(const struct scan *scan, size_t t)
{
    bool other = false; /* another number is between: the words were about that one, or about both */
    for (size_t back = 1; back <= t && back <= ABOUT_TOKENS_MAX; back++) {
        size_t at = t - back;
        if (back == 1 && scan_tight(scan, t) && token_len(&scan->token[at]) == 1 && scan_kind(scan, at, TOKEN_WORD))
            continue; /* "paspor C8812345" */
        if (at > 0 && (scan_is(scan, at, "pdam") || scan_is(scan, at, "pln")) && scan_word(scan, at - 1, WORD_ID))
            continue; /* "pelanggan PDAM 01040567" */
        if (scan_word(scan, at, WORD_PHONE))
            return ABOUT_PHONE;
        if (scan_word(scan, at, WORD_ID))
            return other ? ABOUT_NOTHING : ABOUT_ID;
        if (scan_kind(scan, at, TOKEN_MARK) || scan_kind(scan, at, TOKEN_NUMBER))
            other = true;
        else if (!scan_word(scan, at, WORD_PHONE_FILL) && !scan_sign(scan, at, ".:=(+-/,*'\"&_"))
            return ABOUT_NOTHING;
    }
    return ABOUT_NOTHING;
}
