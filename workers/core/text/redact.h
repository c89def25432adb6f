/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What must not leave the house in a citizen's text: NIK, KK and whatever else has nine digits or more, phone numbers,
 * e-mail addresses and accounts, names of people, where the citizen lives, dates of birth, however citizens write them
 * (spaces, dots, dashes, digits as words, letters as digits, "WA sy 0812 xxxx"). No list of names is whole: of texts it
 * has never seen, about one in nine keeps something, mostly a rare name with no word before it that announces one.
 * What stays: house numbers of a problem's place, RT/RW, ticket ids, dates, times, amounts, counts, years, lists,
 * coordinates, service numbers (112, 1708, 1500-567), number plates, offices ("pak lurah"), and what is called after
 * people: streets, mosques, schools.
 * Where it is unclear, it goes. Pure; deterministic; linear; one thread.
 */
#ifndef ADUAN_REDACT_H
#define ADUAN_REDACT_H

#include "err.h"

#include <stdbool.h>
#include <stddef.h>

/* What replaces each finding: "[…]" (UTF-8). */
#define REDACT_MARK "[\xe2\x80\xa6]"

enum redact_kind { REDACT_NIK, REDACT_PHONE, REDACT_EMAIL, REDACT_NAME, REDACT_ADDRESS, REDACT_KIND_END };

struct redaction {
    char *text; /* owned; NUL-terminated */
    size_t len;
    unsigned found[REDACT_KIND_END]; /* how many of each */
};

/* text: valid UTF-8. E_MEMORY only. */
MUST_CHECK int redact(const char *text, size_t len, struct redaction *out);
void redaction_done(struct redaction *redaction);
static inline bool redaction_any(const struct redaction *r)
{
    for (int i = 0; i < REDACT_KIND_END; i++)
        if (r->found[i])
            return true;
    return false;
}
const char *redact_kind_name(enum redact_kind kind); /* "nik", "phone", … */

#endif
