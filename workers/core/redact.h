/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What must not leave the house in a citizen's text: NIK and KK (16 digits), phone numbers, e-mail addresses, names
 * after words such as "nama", "saya … bernama", street addresses with a house number after "alamat", however citizens
 * write them (spaces, dots, dashes, digits as words, "WA sy 0812 xxxx"). Harmless numbers stay: house numbers in a
 * report's place, ticket ids, dates, times, amounts, counts, route numbers. Pure; deterministic; one thread.
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
