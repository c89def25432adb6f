/* SPDX-License-Identifier: BSD-2-Clause */
#include "asked.h"

#include <string.h>
#include <strings.h>

enum { TICKET_DIGITS_MIN = 5 };

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

struct letters {
    const char *at;
    size_t len;
};

/* The next run of letters from *at. */
static struct letters next_letters(const char *text, size_t len, size_t *at)
{
    while (*at < len && !is_letter(text[*at]))
        ++*at;
    size_t start = *at;
    while (*at < len && is_letter(text[*at]))
        ++*at;
    return (struct letters){text + start, *at - start};
}

static bool is(struct letters word, const char *wanted)
{
    return word.len == strlen(wanted) && strncasecmp(word.at, wanted, word.len) == 0;
}

/* Behind the word comes what a command is about: a ticket's number, or with DATA a "#". */
static bool is_command(struct letters word, const char *rest, size_t rest_len)
{
    static const char *const of_ticket[] = {"status", "cek", "tambah", "cabut", "puas", "tidak", "nilai"};
    if (is(word, "data"))
        return memchr(rest, '#', rest_len) != NULL;
    bool known = false;
    for (size_t i = 0; i < sizeof of_ticket / sizeof *of_ticket; i++)
        known = known || is(word, of_ticket[i]);
    size_t at = 0;
    while (at < rest_len && (rest[at] == ' ' || rest[at] == '#' || rest[at] == ':'))
        at++;
    size_t digits = 0;
    while (at + digits < rest_len && rest[at + digits] >= '0' && rest[at + digits] <= '9')
        digits++;
    return known && at > 0 && digits >= TICKET_DIGITS_MIN; /* "TIDAK 3 hari" is none */
}

enum asked asked_by(const char *text, size_t len)
{
    bool command = false;
    size_t at = 0;
    for (int i = 0; i < 2; i++) {
        struct letters word = next_letters(text, len, &at);
        if (is(word, "rahasia"))
            return ASKED_CONFIDENTIAL;
        if (is(word, "anonim"))
            return ASKED_ANONYMOUS;
        command = command || (i == 0 && word.len > 0 && is_command(word, text + at, len - at));
    }
    return command ? ASKED_COMMAND : ASKED_NOTHING;
}
