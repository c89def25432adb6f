/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A piece of a pattern is known exactly (these are all the strings it can match: "jln|jalan" behind an optional "di"),
 * or by what must be in whatever it matches, or not at all. Pieces in a row multiply while they are exact and few;
 * alternatives add up. Anything out of the ordinary gives up: a need too many would lose a match, one too few only
 * time.
 */
#include "pattern_needs.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { DEPTH_MAX = 16, CLASS_MAX = 8 };

struct piece {
    bool exact;          /* strings: all it can match, "" among them where it can match nothing */
    struct need strings; /* not exact: one of them is in what it matches; none: nothing is known */
};

struct reader {
    const char *at;
    bool lost; /* met what is not understood */
    size_t depth;
};

/* All needs of a pattern, or only the one that tells most. */
struct needs {
    struct need *items;
    size_t count, room;
};

/* --- sets of strings ---------------------------------------------------------------------------------------------- */

static bool strings_add(struct need *set, const char *string, size_t len)
{
    if (len >= NEED_STRING_BYTES)
        return false;
    for (size_t i = 0; i < set->count; i++)
        if (strlen(set->strings[i]) == len && memcmp(set->strings[i], string, len) == 0)
            return true;
    if (set->count == NEED_STRINGS_MAX)
        return false;
    memcpy(set->strings[set->count], string, len);
    set->strings[set->count++][len] = '\0';
    return true;
}

/* 0: one is empty, or there is none. */
static size_t shortest(const struct need *set)
{
    size_t least = set->count > 0 ? SIZE_MAX : 0;
    for (size_t i = 0; i < set->count; i++)
        least = strlen(set->strings[i]) < least ? strlen(set->strings[i]) : least;
    return least;
}

/* Every string of one followed by every string of the other; false: they are too many or too long. */
static bool multiply(struct need *set, const struct need *by)
{
    struct need product = {0};
    char both[2 * NEED_STRING_BYTES];
    for (size_t i = 0; i < set->count; i++)
        for (size_t k = 0; k < by->count; k++) {
            size_t left = strlen(set->strings[i]), right = strlen(by->strings[k]);
            memcpy(both, set->strings[i], left);
            memcpy(both + left, by->strings[k], right);
            if (!strings_add(&product, both, left + right))
                return false;
        }
    *set = product;
    return true;
}

static bool unite(struct need *set, const struct need *with)
{
    for (size_t i = 0; i < with->count; i++)
        if (!strings_add(set, with->strings[i], strlen(with->strings[i])))
            return false;
    return true;
}

/* A set with longer strings is in fewer texts. */
static bool tells_more(const struct need *set, const struct need *than)
{
    size_t one = shortest(set), other = shortest(than);
    return one != other ? one > other : set->count < than->count;
}

static void needs_take(struct needs *needs, const struct need *set)
{
    if (shortest(set) == 0)
        return;
    if (needs->count < needs->room) {
        needs->items[needs->count++] = *set;
        return;
    }
    size_t least = 0;
    for (size_t i = 1; i < needs->count; i++)
        if (tells_more(&needs->items[least], &needs->items[i]))
            least = i;
    if (tells_more(set, &needs->items[least]))
        needs->items[least] = *set;
}

static struct piece unknown(void)
{
    return (struct piece){.exact = false};
}

/* One string of at most a few bytes; "" of what takes no room, as \b. */
static struct piece exactly(const char *string, size_t len)
{
    struct piece piece = {.exact = true};
    strings_add(&piece.strings, string, len);
    return piece;
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static struct piece alternatives(struct reader *reader);

static struct piece lost(struct reader *reader)
{
    reader->lost = true;
    return unknown();
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char small(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Behind the backslash. What may take arguments is not understood. */
static struct piece escape(struct reader *reader)
{
    char c = *reader->at;
    if (!c)
        return lost(reader);
    reader->at++;
    if (c > ' ' && c < 0x7F && !is_letter(c) && !is_digit(c))
        return exactly(&c, 1);
    if (strchr("bBAzZGK", c))
        return exactly("", 0);
    return strchr("dDwWsShHvVRXnrtf", c) ? unknown() : lost(reader);
}

/* Where "[:alpha:]" ends, at its last byte; NULL: none begins here. *doubtful: one may. */
static const char *named_class(const char *at, bool *doubtful)
{
    if (at[0] != '[' || at[1] != ':')
        return NULL;
    const char *c = at + 2;
    c += *c == '^';
    while (is_letter(*c))
        c++;
    *doubtful = c[0] != ':' || c[1] != ']';
    return *doubtful ? NULL : c + 1;
}

/* Behind "[": "[eo]" is two strings, of all others nothing is said but where they end. */
static struct piece class(struct reader *reader)
{
    struct piece few = {.exact = true};
    const char *first = reader->at + (*reader->at == '^');
    bool plain = true, doubtful = false;
    for (const char *c = reader->at; *c && !doubtful; c++) {
        if (*c == ']' && c > first) {
            reader->at = c + 1;
            return plain && few.strings.count <= CLASS_MAX ? few : unknown();
        }
        const char *named = named_class(c, &doubtful);
        char letter = small(*c);
        plain = plain && (is_letter(*c) || is_digit(*c)) && c[1] != '-' && strings_add(&few.strings, &letter, 1);
        if (*c == '\\')
            doubtful = *++c == '\0' || strchr("QEc", *c); /* "\Q…\E", "\c]" */
        c = named ? named : c;
    }
    return lost(reader);
}

/* Behind "(". */
static struct piece group(struct reader *reader)
{
    bool looks = false;
    if (*reader->at == '*' || reader->depth == DEPTH_MAX)
        return lost(reader);
    if (*reader->at == '?') {
        static const char *const kinds[] = {"?:", "?=", "?!", "?<=", "?<!"};
        size_t kind = 0;
        while (kind < 5 && strncmp(reader->at, kinds[kind], strlen(kinds[kind])) != 0)
            kind++;
        if (kind == 5)
            return lost(reader);
        looks = kind > 0;
        reader->at += strlen(kinds[kind]);
    }
    reader->depth++;
    struct piece inside = alternatives(reader);
    reader->depth--;
    if (*reader->at != ')')
        return lost(reader);
    reader->at++;
    return looks ? exactly("", 0) : inside;
}

static struct piece character(struct reader *reader)
{
    char c = small(*reader->at++);
    if (c == '^' || c == '$')
        return exactly("", 0);
    if (c == '.')
        return unknown();
    if (c == '?' || c == '*' || c == '+' || c == '{')
        return lost(reader);
    if (c >= ' ' && c < 0x7F)
        return exactly(&c, 1);
    while (((uint8_t)*reader->at & 0xC0) == 0x80) /* the rest of a character beyond ASCII: quantifiers take all of it */
        reader->at++;
    return unknown();
}

/* The least times of "{2,3}" at reader->at; -1: it is none. */
static int braces(struct reader *reader)
{
    const char *c = reader->at + 1;
    int least = 0;
    if (!is_digit(*c))
        return -1;
    for (; is_digit(*c); c++)
        least = *c != '0' || least > 0;
    c += *c == ',';
    while (is_digit(*c))
        c++;
    if (*c != '}')
        return -1;
    reader->at = c + 1;
    return least;
}

/* What a quantifier makes of a piece. */
static struct piece quantified(struct reader *reader, const struct piece *piece)
{
    struct piece out = *piece;
    char c = *reader->at;
    if (!c || !strchr("?*+{", c))
        return out;
    int least = c == '{' ? braces(reader) : c == '+';
    if (least < 0)
        return lost(reader);
    reader->at += c != '{';
    if (c == '?' && out.exact && strings_add(&out.strings, "", 0))
        out.exact = true;
    else if (least > 0 && shortest(&out.strings) > 0)
        out.exact = false;
    else
        out = unknown();
    reader->at += *reader->at == '?' || *reader->at == '+'; /* lazy, possessive */
    return out;
}

static struct piece next_piece(struct reader *reader)
{
    struct piece piece;
    char c = *reader->at;
    reader->at += c == '\\' || c == '[' || c == '(';
    piece = c == '\\' ? escape(reader) : c == '[' ? class(reader) : c == '(' ? group(reader) : character(reader);
    return reader->lost ? unknown() : quantified(reader, &piece);
}

/* Pieces in a row. needs: gets all that they need. */
static struct piece sequence(struct reader *reader, struct needs *needs)
{
    bool exact = true;
    struct need run = exactly("", 0).strings; /* of the exact pieces in a row that were read last */
    while (!reader->lost && *reader->at && *reader->at != '|' && *reader->at != ')') {
        struct piece piece = next_piece(reader);
        if (piece.exact && multiply(&run, &piece.strings))
            continue;
        exact = false;
        needs_take(needs, &run);
        if (!piece.exact)
            needs_take(needs, &piece.strings);
        run = piece.exact ? piece.strings : exactly("", 0).strings;
    }
    needs_take(needs, &run);
    if (exact)
        return (struct piece){.exact = true, .strings = run};
    return needs->count > 0 ? (struct piece){.strings = needs->items[0]} : unknown();
}

/* A sequence of which only what tells most counts. */
static struct piece alternative(struct reader *reader)
{
    struct need best;
    struct needs only = {.items = &best, .room = 1};
    return sequence(reader, &only);
}

/* Up to ")" or the end. */
static struct piece alternatives(struct reader *reader)
{
    struct piece out = alternative(reader);
    while (!reader->lost && *reader->at == '|') {
        reader->at++;
        struct piece other = alternative(reader);
        bool known = out.strings.count > 0 && other.strings.count > 0;
        out.exact = out.exact && other.exact;
        if (!known || !unite(&out.strings, &other.strings) || (!out.exact && shortest(&out.strings) == 0))
            out = unknown();
    }
    return reader->lost ? unknown() : out;
}

size_t pattern_needs(const char *pattern, struct need out[PATTERN_NEEDS_MAX])
{
    struct reader reader = {.at = pattern};
    struct needs needs = {.items = out, .room = PATTERN_NEEDS_MAX};
    sequence(&reader, &needs);
    if (*reader.at == '|') { /* what one alternative needs the others do not */
        reader = (struct reader){.at = pattern};
        struct piece all = alternatives(&reader);
        needs.count = 0;
        needs_take(&needs, &all.strings);
    }
    return reader.lost || *reader.at ? 0 : needs.count;
}
