/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk_here.h"

#include "ticket.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void die(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

void desk_here_open(struct desk_here *out)
{
    struct fault fault;
    if (config_load(HERE_CONFIG, &out->config, &fault) != OK ||
        rules_load(out->config->categories_path, out->config->agencies_path, &out->rules, &fault) != OK ||
        model_open(HERE_MODEL, &out->model, &fault) != OK ||
        places_load(&(struct places_files){HERE_PLACES, out->config->districts_path, out->config->regency},
                    &out->places, &fault) != OK ||
        templates_load(out->config->replies_dir, out->config->reply_segments_max, &out->templates, &fault) != OK)
        die("desk", fault.text);
    out->ensemble = ensemble_new(out->rules, out->model);
    ensemble_use_places(out->ensemble, out->places);
}

void desk_here_close(struct desk_here *desk)
{
    ensemble_free(desk->ensemble);
    templates_free(desk->templates);
    places_free(desk->places);
    model_close(desk->model);
    rules_free(desk->rules);
    config_free(desk->config);
}

void desk_here_read(struct desk_here *desk, const char *bytes, size_t len, struct text *text, struct verdict *verdict)
{
    static const char sender[] = "+628123456789";
    const struct desk_sms sms = {.sender = (const uint8_t *)sender,
                                 .sender_len = sizeof sender - 1,
                                 .receiver = (const uint8_t *)desk->config->shortcodes[0],
                                 .receiver_len = strlen(desk->config->shortcodes[0]),
                                 .text = text};
    if (text_decode(TEXT_CODING_7BIT, NULL, 0, bytes, len, text) != OK ||
        desk_decide(desk->config, desk->ensemble, &sms, verdict) != OK)
        die("no memory for", bytes);
}

char *desk_here_answer(const struct desk_here *desk, const struct verdict *verdict, uint64_t ticket, size_t *len)
{
    char number[24], reason[128], *text;
    struct sms_cost cost;
    const char *category = rules_category_name(desk->rules, verdict->category, verdict->language);
    const char *agency = rules_agency_name(desk->rules, verdict->agency);
    if (!verdict->reply_template)
        return NULL;
    snprintf(number, sizeof number, "%" PRIu64, ticket);
    rules_reason(verdict->why, verdict->category, reason, sizeof reason);
    const struct template_fields fields = {
        .desk = desk->config->desk_name,
        .ticket = number,
        .category = category,
        .agency = agency,
        .reason = reason,
        .state = ticket_state_label(ADUAN__RECORD__TICKET_STATE__RECEIVED, verdict->language),
        .date = "21-11-2026"};
    int err = templates_render(desk->templates, verdict->reply_template, verdict->language, &fields, &text, len, &cost);
    if (err != OK)
        die("the answer cannot be made", err_name(err));
    return text;
}
