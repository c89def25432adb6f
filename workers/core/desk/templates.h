/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reply templates: replies_dir/<language>.yaml maps a template's name to its text with {fields}; a [section] is left
 * out when a field in it is empty; {{ }} [[ ]] are the signs themselves. An unknown field, a field of a ticket where
 * there is none, an unknown template name, a missing one, bad UTF-8, or a text that may cost more than the allowed
 * segments is refused at load. Immutable once loaded; a reload loads anew and swaps, so a bad file leaves the old ones.
 */
#ifndef ADUAN_TEMPLATES_H
#define ADUAN_TEMPLATES_H

#include "err.h"
#include "gsm7.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct templates;

/* What a template may name. NULL renders as empty. */
struct template_fields {
    const char *desk;     /* {desk} */
    const char *ticket;   /* {ticket} "1916449" */
    const char *category; /* {category} name for people */
    const char *agency;   /* {agency} name for people */
    const char *reason;   /* {reason} the word that decided, for the citizen */
    const char *state;    /* {state} in the language of the template */
    const char *date;     /* {date} 21-11-2026 */
    const char *text;     /* {text} what a person wrote (staff answers) */
};

/* Names every language must have: "received", "received_incomplete", "emergency", "empty", "unreadable", "staff". */
MUST_CHECK int templates_load(const char *dir, uint32_t segments_max, struct templates **out, struct fault *fault);
void templates_free(struct templates *templates);
/* Renders into a fresh string (free()). Falls back to "id" when the language has none. E_NOT_FOUND, E_MEMORY. */
MUST_CHECK int templates_render(const struct templates *templates, const char *name, const char *language,
                                const struct template_fields *fields, char **out, size_t *out_len,
                                struct sms_cost *cost);
bool templates_has(const struct templates *templates, const char *name);
/* One line a template: language, name, alphabet, segments with typical and with longest fields, and the character
 * that forces UCS-2 if one does. Returns how many templates need UCS-2. */
int templates_lint(const struct templates *templates, FILE *out);

#endif
