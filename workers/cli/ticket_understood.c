/* SPDX-License-Identifier: BSD-2-Clause */
/* How a ticket was understood, from what it keeps of it, in sentences for a clerk: Indonesian, or English as the desk's
 * language is. The forms that are read here are those of ensemble.h. */
#include "ticket_view.h"

#include "output.h"

#include <stdlib.h>
#include <string.h>

static bool english(const struct cli *cli)
{
    return strcmp(cli->config->language, "en") == 0;
}

static void line(const struct cli *cli, FILE *out, const char *name, const char *text)
{
    char *clean = output_clean(text, strlen(text), false);

    fprintf(out, "  %s%-9s%s %s\n", paint_on(cli, PAINT_DIM), name, paint_off(cli, PAINT_DIM), clean);
    free(clean);
}

/* --- what the model thought: "category:jalan=0.93,drainase=0.03;kasar:kasar=0.01" --- */

static int percent(const char *probability)
{
    return probability ? (int)(strtod(probability, NULL) * 100 + 0.5) : 0;
}

/* "jalan=0.93,drainase=0.03" → "jalan 93 % (then drainase 3 %)" */
static void several(FILE *out, char *answers, bool en)
{
    size_t told = 0;

    for (char *rest = answers, *answer; (answer = strsep(&rest, ",")) != NULL; told++) {
        char *label = strsep(&answer, "=");

        fprintf(out, "%s%s %d %%",
                told == 0  ? ""
                : told > 1 ? ", "
                : en       ? " (then "
                           : " (lalu ",
                label, percent(answer));
    }
    fputs(told > 1 ? "). " : ". ", out);
}

/* A flag that is hardly thought of is not told. */
static void applies(FILE *out, const char *head, const char *answer, bool en)
{
    const char *equals = strchr(answer, '=');
    int likely = percent(equals ? equals + 1 : NULL);

    if (strcmp(head, "urgency") == 0)
        fprintf(out, en ? "An emergency with %d %%. " : "Darurat %d %%. ", likely);
    else if (likely >= 10)
        fprintf(out, "%s %d %%. ", head, likely);
}

static char *guessed(const char *guesses, bool en)
{
    char *text = NULL, *copy = strdup(guesses), *rest = copy;
    size_t len;
    FILE *out = open_memstream(&text, &len);

    if (!copy || !out)
        abort();
    for (char *answers; (answers = strsep(&rest, ";")) != NULL;) {
        char *head = strsep(&answers, ":");

        if (!answers || !*answers)
            continue;
        if (strcmp(head, "category") == 0 || strcmp(head, "type") == 0) {
            fputs(strcmp(head, "type") == 0 ? (en ? "Type " : "Jenis ") : en ? "Category " : "Kategori ", out);
            several(out, answers, en);
        } else {
            applies(out, head, answers, en);
        }
    }
    fclose(out);
    free(copy);
    return text;
}

/* --- the rules: "category:jalan berlubang +2; type:pengaduan mohon +1" --- */

/* "“berlubang” for jalan (+2)" */
static void one_rule(FILE *out, char *rule, bool en)
{
    char *weight = strrchr(rule, ' '), *label = strchr(rule, ':'), *word = label ? strchr(label, ' ') : NULL;

    if (!weight || !word || weight <= word)
        return;
    *weight++ = '\0';
    *word++ = '\0';
    fprintf(out, "%s\u201c%s\u201d %s %s (%s)", ftell(out) > 0 ? ", " : "", word,
            *weight == '-' ? (en ? "against" : "melawan") : (en ? "for" : "untuk"), label + 1, weight);
}

static char *fired(const char *rules, bool en)
{
    char *text = NULL, *copy = strdup(rules), *rest = copy;
    size_t len;
    FILE *out = open_memstream(&text, &len);

    if (!copy || !out)
        abort();
    while (rest && *rest) {
        char *end = strstr(rest, "; "), *rule = rest;

        rest = end ? end + 2 : NULL;
        if (end)
            *end = '\0';
        one_rule(out, rule, en);
    }
    fclose(out);
    free(copy);
    return text;
}

/* --- what people said of it --- */

static void corrected(const struct cli *cli, const Aduan__Record__Ticket *ticket, FILE *out)
{
    const Aduan__Record__Correction *first = ticket->n_correction ? ticket->correction[0] : NULL;
    bool en = english(cli);
    char text[256];

    if (!first)
        return;
    if (strcmp(first->category, ticket->category) == 0 && strcmp(first->type, ticket->type) == 0)
        snprintf(text, sizeof text, "%s", en ? "A person confirmed it." : "Dibenarkan oleh petugas.");
    else
        snprintf(text, sizeof text,
                 en ? "A person corrected it; it was taken for %s, %s." : "Dibetulkan petugas; semula %s, %s.",
                 first->type, first->category);
    line(cli, out, en ? "checked" : "diperiksa", text);
}

void ticket_understood(const struct cli *cli, const Aduan__Record__Ticket *ticket, FILE *out)
{
    bool en = english(cli);
    char text[128];

    if (*ticket->guesses) {
        char *thought = guessed(ticket->guesses, en);

        line(cli, out, en ? "thought" : "dugaan", thought);
        free(thought);
    }
    if (*ticket->rules) {
        char *rules = fired(ticket->rules, en);

        line(cli, out, en ? "rules" : "aturan", rules);
        free(rules);
    }
    snprintf(text, sizeof text, "model %s", ticket->model);
    if (*ticket->model)
        line(cli, out, en ? "read by" : "dibaca", text);
    if (*ticket->refused)
        line(cli, out, en ? "refused" : "ditolak", ticket->refused);
    corrected(cli, ticket, out);
}
