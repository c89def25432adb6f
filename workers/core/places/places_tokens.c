/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A text as the finders read it. Words are looked up as they stand; of those that are not known, what SMS do to them is
 * undone: "rt03rw05" is two words with a number each, "didepan" and "dibatang" are written with what stands before
 * them.
 */
#include "places_priv.h"

#include "redact_words.h"

#include <string.h>

enum {
    HOUSE_LETTER_LAST = 'f' /* "45A" */,
    JOINED_REST_MIN = 4,
    VERB_MIN = 6,
    PASSIVE_MIN = 5,
    NAME_LETTERS_MIN = 3,
    SHORT_MAX = 3,
    ROMAN_MAX = 5,
    NUMBER_DIGITS_MAX = 4
};

/* --- how the text is written -------------------------------------------------------------------------------------- */

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Capitals mean something where there are few of them. */
static bool capitals_tell(const char *text, size_t len)
{
    size_t upper = 0, lower = 0;
    for (size_t i = 0; i < len; i++) {
        upper += is_upper(text[i]);
        lower += is_lower(text[i]);
    }
    return lower > upper;
}

static void look_between(const struct scan_places *scan, size_t from, struct place_token *token)
{
    const char *text = scan->text;
    if (scan->count > 0 && token->at - from == 1 && text[from] == ' ')
        return;
    bool space = false, dot = false, hard = false, sentence = scan->count == 0;
    for (size_t i = from; i < token->at; i++) {
        char c = text[i];
        space = space || c == ' ' || c == '\n' || c == '\t';
        dot = dot || c == '.' || c == '-';
        token->slash = token->slash || c == '/';
        token->pause = token->pause || (c && strchr(".,;:!?()\n\"", c));
        hard = hard || (c && strchr(",;!?()\n\"", c));
        sentence = sentence || (c && strchr(".!?\n", c));
    }
    token->soft = token->pause && !hard;
    token->dot = dot && !space && token->at - from == 1;
    token->opens = sentence;
}

/* --- one word ----------------------------------------------------------------------------------------------------- */

static void look_up(const struct scan_places *scan, const char *word, size_t len, uint32_t hash,
                    struct place_token *token)
{
    token->word = terms_word_hashed(scan->places->terms, word, len, hash);
    token->cues = token->word == TERMS_NONE ? 0 : scan->places->cues[token->word];
}

static uint16_t number_of(const char *digits, size_t len)
{
    unsigned value = 0;
    if (len == 0 || len > NUMBER_DIGITS_MAX)
        return NO_NUMBER;
    for (size_t i = 0; i < len; i++)
        value = value * 10 + (unsigned)(digits[i] - '0');
    return (uint16_t)value;
}

static void put(struct scan_places *scan, const struct place_token *token)
{
    if (scan->count < PLACES_WORDS_MAX)
        scan->tokens[scan->count++] = *token;
}

static size_t run(const char *word, size_t len, size_t from, bool digits)
{
    size_t to = from;
    while (to < len && is_digit(word[to]) == digits)
        to++;
    return to;
}

/* "rt03rw05", "gg5", "jl2": letters and digits by turns. What is in the text as many bytes long keeps its place. */
static bool put_numbered(struct scan_places *scan, const char *word, size_t len, struct place_token token)
{
    bool exact = token.len == len;
    uint32_t at = token.at;
    size_t letters = run(word, len, 0, false);
    if (letters == 0 || letters == len)
        return false;
    look_up(scan, word, letters, word_hash(word, letters), &token);
    if (token.word == TERMS_NONE)
        return false;
    for (size_t from = 0; from < len;) {
        size_t digits = run(word, len, from, false), to = run(word, len, digits, true);
        if (from > 0)
            token.pause = token.dot = token.slash = token.opens = false;
        look_up(scan, word + from, digits - from, word_hash(word + from, digits - from), &token);
        token.number = number_of(word + digits, to - digits);
        if (exact) {
            token.at = at + (uint32_t)from;
            token.len = (uint32_t)(to - from);
        }
        put(scan, &token);
        from = to;
    }
    return true;
}

/* "didepan", "dikotapekalongan", "kejl". */
static bool put_joined(struct scan_places *scan, const char *word, size_t len, struct place_token token)
{
    bool joined =
        len >= 2 + JOINED_REST_MIN && ((word[0] == 'd' && word[1] == 'i') || (word[0] == 'k' && word[1] == 'e'));
    if (!joined || token.len != len)
        return false;
    look_up(scan, word + 2, len - 2, word_hash(word + 2, len - 2), &token);
    if (token.word == TERMS_NONE)
        return false;
    token.at += 2;
    token.len -= 2;
    token.joined = true;
    token.opens = false;
    token.capital = token.capital || (is_upper(scan->text[token.at]) && is_lower(scan->text[token.at + 1]));
    if (word[0] == 'k' && token.cues == 0 && !token.capital)
        return false; /* "ketuban" */
    put(scan, &token);
    return true;
}

static void put_word(struct scan_places *scan, const char *word, size_t len, uint32_t hash, struct place_token *token)
{
    look_up(scan, word, len, hash, token);
    size_t digits = run(word, len, 0, true);
    if (digits > 0 && (digits == len || (digits + 1 == len && word[digits] <= HOUSE_LETTER_LAST)))
        token->number = number_of(word, digits);
    else if (token->word == TERMS_NONE &&
             (put_numbered(scan, word, len, *token) || put_joined(scan, word, len, *token)))
        return;
    put(scan, token);
}

/* from: where the word before ended. */
static void take_word(struct scan_places *scan, const struct text_word *word, size_t from, bool capitals_tell)
{
    struct place_token token = {.at = word->at, .len = word->span, .number = NO_NUMBER};
    const char *written = scan->text + word->at;
    token.capital = capitals_tell && is_upper(written[0]);
    token.upper = token.capital && (word->span == 1 || is_upper(written[1]));
    look_between(scan, from, &token);
    put_word(scan, word->folded, word->len, word->hash, &token);
}

/* The words that the text's reader left, or the text word by word where nobody has read it yet. */
static bool next_word(const struct scan_places *scan, size_t *at, struct word *room, struct text_word *out)
{
    bool valid = true;
    if (scan->words) {
        if (*at == scan->words->count)
            return false;
        *out = scan->words->items[(*at)++];
        return true;
    }
    if (!word_next(scan->text, scan->len, at, room, &valid))
        return false;
    size_t len = strlen(room->folded);
    *out = (struct text_word){.folded = room->folded,
                              .at = (uint32_t)room->at,
                              .span = (uint32_t)room->len,
                              .hash = word_hash(room->folded, len),
                              .len = (uint8_t)len};
    return true;
}

void place_tokens(struct scan_places *scan)
{
    bool telling = capitals_tell(scan->text, scan->len);
    struct text_word word;
    struct word room;
    size_t behind = 0;
    for (size_t at = 0; scan->count < PLACES_WORDS_MAX && next_word(scan, &at, &room, &word);) {
        take_word(scan, &word, behind, telling);
        behind = word.at + word.span;
    }
}

/* --- questions ---------------------------------------------------------------------------------------------------- */

static bool begins(const char *word, size_t len, const char *prefix)
{
    size_t n = strlen(prefix);
    return len >= n && memcmp(word, prefix, n) == 0;
}

static bool ends(const char *word, size_t len, const char *suffix)
{
    size_t n = strlen(suffix);
    return len > n && memcmp(word + len - n, suffix, n) == 0;
}

/* "berlubang", "diperbaiki", "dibersihkan". */
static bool is_verb(const char *word, size_t len)
{
    static const char *const prefixes[] = {"mem", "men", "meng", "ber", "ter", "nge"};
    if (len >= VERB_MIN && (ends(word, len, "kan") || ends(word, len, "nya")))
        return true;
    if (len >= PASSIVE_MIN && begins(word, len, "di") && !begins(word, len, "dip") && !begins(word, len, "dieng"))
        return true;
    for (size_t i = 0; len >= VERB_MIN && i < sizeof prefixes / sizeof *prefixes; i++)
        if (begins(word, len, prefixes[i]))
            return true;
    return false;
}

static bool is_common(const char *word, size_t len)
{
    static const char *const endings[] = {"nya", "lah", "kah", "pun", "ku", "mu", "e"};
    if (redact_word_is(WORD_PLACE, word, len))
        return false;
    if (redact_word_is(WORD_COMMON, word, len))
        return true;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (ends(word, len, endings[i]) && redact_word_is(WORD_COMMON, word, len - strlen(endings[i])))
            return true;
    return false;
}

bool place_name_word(const struct scan_places *scan, size_t i)
{
    const uint32_t part = CUE_SITE | CUE_GOODS | CUE_MATTER | CUE_RANK | CUE_ROAD | CUE_NAMED;
    struct word word;
    bool valid = true;
    if (i >= scan->count || (scan->tokens[i].cues & ~part) || scan->tokens[i].number != NO_NUMBER)
        return false;
    size_t at = scan->tokens[i].at;
    if (!word_next(scan->text, scan->len, &at, &word, &valid) || !valid)
        return false;
    size_t len = strlen(word.folded);
    if (len < NAME_LETTERS_MIN || !is_lower(word.folded[0]))
        return false;
    return scan->tokens[i].capital || (scan->tokens[i].cues & (CUE_RANK | CUE_ROAD | CUE_NAMED)) ||
           (!is_common(word.folded, len) && !is_verb(word.folded, len));
}

bool place_part_word(const struct scan_places *scan, size_t i)
{
    struct word word;
    bool valid = true;
    size_t at = i < scan->count ? scan->tokens[i].at : scan->len;
    return word_next(scan->text, scan->len, &at, &word, &valid) &&
           redact_word_is(WORD_PLACE, word.folded, strlen(word.folded));
}

bool place_roman(const struct scan_places *scan, size_t i)
{
    if (i >= scan->count || scan->tokens[i].len > ROMAN_MAX)
        return false;
    for (uint32_t k = 0; k < scan->tokens[i].len; k++)
        if (!strchr("IVX", scan->text[scan->tokens[i].at + k]) || scan->text[scan->tokens[i].at + k] == '\0')
            return false;
    return true;
}

bool place_token_is(const struct scan_places *scan, size_t i, const char *word)
{
    struct word folded;
    bool valid = true;
    if (i >= scan->count)
        return false;
    size_t at = scan->tokens[i].at;
    /* Most are told apart by their first letter. */
    if (scan->text[at] != word[0] && scan->text[at] != word[0] - 'a' + 'A')
        return false;
    if (scan->tokens[i].len < strlen(word))
        return false;
    return word_next(scan->text, scan->len, &at, &folded, &valid) && strcmp(folded.folded, word) == 0;
}

bool place_goes_on(const struct scan_places *scan, size_t i)
{
    if (i == 0 || i >= scan->count)
        return false;
    const struct place_token *token = &scan->tokens[i];
    return !token->pause || token->dot || (token->soft && token[-1].len <= SHORT_MAX);
}

bool place_term_here(const struct scan_places *scan, const struct term *term, size_t i)
{
    if (term->count > scan->count - i)
        return false;
    for (uint32_t k = 1; k < term->count; k++)
        if (scan->tokens[i + k].word != term->words[k] || !place_goes_on(scan, i + k))
            return false;
    return true;
}

/* In this place a name that is marked is a name. */
static bool is_certain(const struct scan_places *scan, const struct area_name *name, size_t i)
{
    const struct place_token *token = &scan->tokens[i];
    return !name->prefix && (name->mark == MARK_NONE || (token->capital && !token->opens));
}

bool place_known(const struct scan_places *scan, size_t i, size_t *end)
{
    size_t count, longest = 0;
    if (i >= scan->count || scan->tokens[i].word == TERMS_NONE)
        return false;
    const struct term *terms = terms_of(scan->places->terms, scan->tokens[i].word, &count);
    for (size_t t = 0; t < count; t++)
        if (terms[t].what != TERM_OF_CUE && is_certain(scan, &scan->places->names[terms[t].what], i) &&
            terms[t].count > longest && place_term_here(scan, &terms[t], i))
            longest = terms[t].count;
    *end = i + longest;
    return longest > 0;
}

struct place *place_add(struct scan_places *scan, size_t from, size_t to)
{
    struct places_found *found = scan->found;
    const struct place_token *first = &scan->tokens[from], *last = &scan->tokens[to - 1];
    if (found->count == PLACES_MAX)
        return NULL;
    struct place *place = &found->places[found->count++];
    *place = (struct place){.code = "", .name = "", .at = first->at, .len = last->at + last->len - first->at};
    return place;
}
