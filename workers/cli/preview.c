/* SPDX-License-Identifier: BSD-2-Clause */
#include "preview.h"

#include "clock.h"
#include "templates.h"
#include "ticket.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

struct words {
    char number[24], date[16], reason[128];
};

static void fill(const struct rules *rules, const struct preview_of *of, struct words *words,
                 struct template_fields *fields)
{
    const Aduan__Record__Ticket *ticket = of->ticket;
    const char *category = rules_category_name(rules, ticket->category, of->language);
    const char *agency = rules_agency_name(rules, ticket->agency);

    snprintf(words->number, sizeof words->number, "%llu", (unsigned long long)ticket->id);
    rules_reason(ticket->why, ticket->category, words->reason, sizeof words->reason);
    fields->ticket = words->number;
    fields->category = category ? category : ticket->category;
    fields->agency = agency ? agency : ticket->agency;
    fields->reason = words->reason[0] ? words->reason : fields->category;
    fields->state = ticket_state_label(ticket->state, of->language);
}

static void wall_date(uint64_t at_us, char out[16])
{
    time_t seconds = (time_t)(at_us / 1000000);
    struct tm day;

    if (!localtime_r(&seconds, &day) || strftime(out, 16, "%d-%m-%Y", &day) == 0)
        out[0] = 0;
}

int preview_reply(const struct config *config, const struct rules *rules, const struct preview_of *of,
                  struct preview *out, struct fault *fault)
{
    struct template_fields fields = {.desk = config->desk_name, .text = of->words};
    struct templates *templates;
    struct words words;
    int err = templates_load(config->replies_dir, config->reply_segments_max, &templates, fault);

    if (err)
        return err;
    wall_date(of->ticket ? of->ticket->opened_us : clock_now_us(), words.date);
    fields.date = words.date;
    if (of->ticket)
        fill(rules, of, &words, &fields);
    err = templates_render(templates, of->template_name, of->language, &fields, &out->text, &out->len, &out->cost);
    templates_free(templates);
    if (err)
        return fault_set(fault, (enum err)err, "the reply \"%s\" cannot be made (%s); see: aduan replies lint",
                         of->template_name, err_name(err));
    return OK;
}

void preview_done(struct preview *preview)
{
    free(preview->text);
    preview->text = NULL;
}

const char *preview_cost(const struct sms_cost *cost, char out[96])
{
    int used = snprintf(out, 96, "%u segment%s, %s", cost->segments, cost->segments == 1 ? "" : "s",
                        cost->ucs2 ? "UCS-2" : "GSM-7");

    if (cost->ucs2 && cost->first_offender)
        snprintf(out + used, 96 - (size_t)used, " because of U+%04X at byte %zu", cost->first_offender,
                 cost->offender_at);
    return out;
}
