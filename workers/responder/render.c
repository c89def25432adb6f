/* SPDX-License-Identifier: BSD-2-Clause */
/* A reply's text from its template. Called once in a reply's life, inside the transaction of its first claim: whoever
 * resends it sends the same words. */
#include "responder.h"

#include "ticket.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { REASON_BYTES = 128 };

struct words {
    char ticket[24], date[16], reason[REASON_BYTES];
    char *text; /* what a person wrote, NUL-terminated */
};

/* The date as the desk's clock on the wall has it, "07-03-2026"; "" for a year of five digits. */
static void format_date(uint64_t at_us, char out[16])
{
    time_t seconds = (time_t)(at_us / 1000000);
    struct tm day;
    out[0] = '\0';
    if (!localtime_r(&seconds, &day) || day.tm_year < -1900 || day.tm_year > 9999 - 1900)
        return;
    unsigned year = (unsigned)(day.tm_year + 1900);
    const unsigned parts[] = {(unsigned)day.tm_mday, (unsigned)day.tm_mon + 1, year / 100, year % 100};
    char *at = out;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        *at++ = (char)('0' + parts[i] / 10);
        *at++ = (char)('0' + parts[i] % 10);
        if (i < 2)
            *at++ = '-';
    }
    *at = '\0';
}

static void fill_from_ticket(const struct worker *worker, const Aduan__Record__Ticket *ticket, const char *language,
                             struct words *words, struct template_fields *fields)
{
    snprintf(words->ticket, sizeof words->ticket, "%" PRIu64, ticket->id);
    format_date(ticket->opened_us, words->date);
    rules_reason(ticket->why, ticket->category, words->reason, sizeof words->reason);
    fields->ticket = words->ticket;
    fields->category = rules_category_name(worker->rules, ticket->category, language);
    if (!fields->category)
        fields->category = ticket->category;
    fields->agency = rules_agency_name(worker->rules, ticket->agency);
    if (!fields->agency)
        fields->agency = ticket->agency;
    fields->reason = words->reason;
    fields->state = ticket_state_label(ticket->state, language);
}

int responder_render(void *ctx, const Aduan__Record__Reply *reply, const Aduan__Record__Ticket *ticket, char **text,
                     size_t *len, bool *ucs2, uint32_t *segments)
{
    const struct worker *worker = ctx;
    struct words words = {0};
    struct template_fields fields = {.desk = worker->config->desk_name};
    const char *language = reply->language[0] ? reply->language : worker->config->language;
    struct sms_cost cost;
    fields.date = words.date;
    if (ticket)
        fill_from_ticket(worker, ticket, language, &words, &fields);
    else
        format_date(reply->queued_us, words.date);
    if (reply->words.len > 0) {
        words.text = strndup((const char *)reply->words.data, reply->words.len);
        if (!words.text)
            return E_MEMORY;
        fields.text = words.text;
    }
    int err = templates_render(worker->templates, reply->template_, language, &fields, text, len, &cost);
    free(words.text);
    if (err)
        return err;
    *ucs2 = cost.ucs2;
    *segments = cost.segments;
    return OK;
}
