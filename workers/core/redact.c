/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds what must not leave the house in a citizen's text, and puts REDACT_MARK there. */
#include "redact.h"

#include <stdlib.h>
#include <string.h>

enum { LONG_DIGITS = 9, NIK_DIGITS = 14 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Bytes of the run of digits, single spaces, dots and dashes at text; *digits is how many of them are digits. */
static size_t run_of(const char *text, size_t len, size_t *digits)
{
    size_t end = 0;
    *digits = 0;
    for (size_t i = 0; i < len && (is_digit(text[i]) || strchr(" .-", text[i])); i++)
        if (is_digit(text[i])) {
            (*digits)++;
            end = i + 1;
        }
    return end;
}

int redact(const char *text, size_t len, struct redaction *out)
{
    const size_t mark = strlen(REDACT_MARK);
    *out = (struct redaction){.text = malloc(len + 1)};
    if (!out->text)
        return E_MEMORY;
    for (size_t at = 0, digits; at < len;) {
        size_t run = is_digit(text[at]) ? run_of(text + at, len - at, &digits) : 0;
        size_t n = run ? run : 1;
        bool found = run && digits >= LONG_DIGITS;
        memcpy(out->text + out->len, found ? REDACT_MARK : text + at, found ? mark : n);
        out->len += found ? mark : n;
        if (found)
            out->found[digits >= NIK_DIGITS ? REDACT_NIK : REDACT_PHONE]++;
        at += n;
    }
    out->text[out->len] = '\0';
    return OK;
}

void redaction_done(struct redaction *redaction)
{
    free(redaction->text);
    redaction->text = NULL;
}

const char *redact_kind_name(enum redact_kind kind)
{
    static const char *const names[REDACT_KIND_END] = {
        [REDACT_NIK] = "nik",   [REDACT_PHONE] = "phone",     [REDACT_EMAIL] = "email",
        [REDACT_NAME] = "name", [REDACT_ADDRESS] = "address",
    };
    return names[kind];
}
