/* SPDX-License-Identifier: BSD-2-Clause */
/* The reference of aduan.yaml, from the table the parser uses: Markdown for README.md, mdoc items for the man page. */
#include "config_priv.h"

#include <string.h>

static const char *fallback_of(const struct config_row *row)
{
    if (!row->fallback)
        return "required";
    return *row->fallback ? row->fallback : "none";
}

void config_reference_markdown(FILE *out)
{
    size_t count;
    const struct config_row *rows = config_rows(&count);
    char expected[192];

    fprintf(out, "| key | value | default | reload | meaning |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < count; i++) {
        config_expectation(&rows[i], expected, sizeof expected);
        fprintf(out, "| `%s` | %s | %s | %s | %s |\n", rows[i].key, expected, fallback_of(&rows[i]),
                rows[i].live ? "live" : "restart", rows[i].help);
    }
}

/* mdoc wants each sentence on a line of its own. */
static void print_sentences(const char *text, FILE *out)
{
    for (const char *end; (end = strstr(text, ". ")); text = end + 2)
        fprintf(out, "%.*s\n", (int)(end + 1 - text), text);
    fprintf(out, "%s\n", text);
}

void config_reference_mdoc(FILE *out)
{
    size_t count;
    const struct config_row *rows = config_rows(&count);
    char expected[192];

    fprintf(out, ".Bl -tag -width Ds\n");
    for (size_t i = 0; i < count; i++) {
        config_expectation(&rows[i], expected, sizeof expected);
        fprintf(out, ".It Cm %s\n", rows[i].key);
        print_sentences(rows[i].help, out);
        fprintf(out, "Expects %s; default: %s; %s.\n", expected, fallback_of(&rows[i]),
                rows[i].live ? "a reload takes it up" : "takes a restart of the processes concerned");
    }
    fprintf(out, ".El\n");
}
