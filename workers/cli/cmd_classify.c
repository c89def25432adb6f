/* SPDX-License-Identifier: BSD-2-Clause */
/* `aduan classify`: one text through the same decoding, desk and templates as the line's, with every reason shown. */
#include "clock.h"
#include "commands.h"
#include "output.h"
#include "place_view.h"
#include "preview.h"
#include "ticket_id.h"
#include "understood.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CLASSIFY_INPUT_MAX = 64 * 1024 };

/* Everything known about the text. */
struct shown {
    struct reader *reader;
    struct understood of;
    struct preview reply;
    bool has_reply;
};

/* The operand, or standard input for "-" without its last line break. A fresh buffer. */
static int read_text(const struct cli *cli, char **out, size_t *len)
{
    const char *operand = cli->operands[0];
    size_t used = 0;

    if (strcmp(operand, "-") != 0) {
        *out = strdup(operand);
        *len = strlen(operand);
        return *out ? CLI_OK : CLI_FAILED;
    }
    *out = malloc(CLASSIFY_INPUT_MAX);
    if (!*out)
        abort();
    used = fread(*out, 1, CLASSIFY_INPUT_MAX, stdin);
    if (used == CLASSIFY_INPUT_MAX) {
        free(*out);
        return cli_fail(cli, CLI_USAGE, "standard input is too long for one SMS");
    }
    *len = used && (*out)[used - 1] == '\n' ? used - 1 : used;
    return CLI_OK;
}

/* The reply as it would be for the next ticket; its number is only an example. */
static int render(const struct cli *cli, struct shown *shown, struct fault *fault)
{
    const struct verdict *verdict = &shown->of.verdict;
    Aduan__Record__Ticket ticket = ADUAN__RECORD__TICKET__INIT;
    struct preview_of of = {.template_name = verdict->reply_template, .language = verdict->language};
    int err;

    if (!verdict->reply_template)
        return OK;
    if (verdict->open_ticket) {
        ticket.id = ticket_id_make(TICKET_SERIAL_FIRST);
        ticket.state = ADUAN__RECORD__TICKET_STATE__RECEIVED;
        ticket.opened_us = clock_now_us();
        ticket.category = (char *)verdict->category;
        ticket.agency = (char *)verdict->agency;
        ticket.why = (char *)verdict->why;
        of.ticket = &ticket;
    }
    err = preview_reply(cli->config, shown->reader->rules, &of, &shown->reply, fault);
    shown->has_reply = err == OK;
    return err;
}

static json_t *string_or_null(const char *text)
{
    return text && *text ? json_text(text, strlen(text)) : json_null();
}

static json_t *hits_json(const struct shown *shown)
{
    json_t *hits = json_array();

    for (size_t i = 0; i < shown->of.reading.found.hit_count; i++) {
        const struct rule_hit *hit = &shown->of.reading.found.hits[i];

        json_array_append_new(hits, json_pack("{s:s,s:s,s:o,s:f,s:I,s:I,s:o}", "head", hit->head, "label", hit->label,
                                              "rule", json_text(hit->rule, strlen(hit->rule)), "weight", hit->weight,
                                              "at", (json_int_t)hit->at, "length", (json_int_t)hit->len, "matched",
                                              json_text(shown->of.text.utf8 + hit->at, hit->len)));
    }
    return hits;
}

static json_t *reply_json(const struct shown *shown)
{
    const struct sms_cost *cost = &shown->reply.cost;

    if (!shown->has_reply)
        return json_null();
    return json_pack("{s:s,s:o,s:b,s:i,s:i,s:o}", "template", shown->of.verdict.reply_template, "text",
                     json_text(shown->reply.text, shown->reply.len), "ucs2", cost->ucs2, "units", (int)cost->units,
                     "segments", (int)cost->segments, "offender",
                     cost->first_offender ? json_integer(cost->first_offender) : json_null());
}

static int print_json(const struct shown *shown)
{
    const struct verdict *verdict = &shown->of.verdict;
    json_t *object = understood_json(shown->reader, &shown->of);

    json_object_set_new(object, "text", json_text(shown->of.text.utf8, shown->of.text.len));
    json_object_set_new(object, "repaired", json_boolean(shown->of.text.repaired));
    json_object_set_new(object, "score", json_real(shown->of.reading.found.score));
    json_object_set_new(object, "rules", hits_json(shown));
    json_object_set_new(object, "reply", reply_json(shown));
    json_object_set_new(object, "no_reply_reason", string_or_null(verdict->no_reply_reason));
    return output_json(object);
}

static void line(const struct cli *cli, const char *name, const char *value, const char *people)
{
    if (value && *value)
        printf("%s%-9s%s %s%s%s%s\n", paint_on(cli, PAINT_DIM), name, paint_off(cli, PAINT_DIM), value,
               people && *people ? " (" : "", people ? people : "", people && *people ? ")" : "");
}

static void print_hits(const struct cli *cli, const struct shown *shown)
{
    static const char *const headers[] = {"BYTE", "DECIDES", "FOR", "WEIGHT", "RULE", "IN THE TEXT"};
    static const enum align align[] = {RIGHT, LEFT, LEFT, RIGHT, LEFT, LEFT};
    struct table *table = table_new(6, headers, align);

    for (size_t i = 0; i < shown->of.reading.found.hit_count; i++) {
        const struct rule_hit *hit = &shown->of.reading.found.hits[i];
        char *matched = output_clean(shown->of.text.utf8 + hit->at, hit->len, false);

        table_cell(table, PAINT_NONE, "%zu", hit->at);
        table_cell(table, PAINT_NONE, "%s", hit->head);
        table_cell(table, PAINT_CYAN, "%s", hit->label);
        table_cell(table, PAINT_NONE, "%+g", hit->weight);
        table_cell(table, PAINT_NONE, "%s", hit->rule);
        table_cell(table, PAINT_NONE, "%s", matched);
        free(matched);
    }
    if (shown->of.reading.found.hit_count)
        table_print(table, cli, stdout);
    else
        puts("no rule fired");
    table_free(table);
}

static void print_places(const struct cli *cli, const struct understood *of)
{
    const struct places_found *found = &of->reading.places;

    for (size_t i = 0; i < found->count; i++) {
        const struct place_shown place = place_found(&found->places[i]);
        char *label = place_label(&place, of->text.utf8, of->text.len), score[32];

        snprintf(score, sizeof score, "%s, %u", place.why, place.score);
        line(cli, "place", label, score);
        free(label);
    }
}

static void print_human(const struct cli *cli, const struct shown *shown)
{
    const struct verdict *verdict = &shown->of.verdict;
    char cost[96];

    if (verdict->open_ticket) {
        line(cli, "type", verdict->type, NULL);
        line(cli, "category", verdict->category, shown->of.reading.found.category_name);
        line(cli, "agency", verdict->agency, shown->of.reading.found.agency_name);
        line(cli, "urgency", verdict->urgency, NULL);
        line(cli, "flags", verdict->flags, NULL);
        line(cli, "guesses", verdict->guesses, shown->of.reading.unsure ? "not sure: for a person" : NULL);
    } else {
        line(cli, "no ticket", verdict->reason, NULL);
    }
    print_places(cli, &shown->of);
    line(cli, "language", verdict->language, NULL);
    print_hits(cli, shown);
    if (shown->has_reply) {
        char *text = output_clean(shown->reply.text, shown->reply.len, true);

        line(cli, "reply", verdict->reply_template, preview_cost(&shown->reply.cost, cost));
        printf("  │ %s\n", text);
        free(text);
    } else {
        line(cli, "no reply", verdict->no_reply_reason, NULL);
    }
}

static int show(const struct cli *cli, struct shown *shown)
{
    struct fault fault = {0};
    int err = render(cli, shown, &fault), code = CLI_OK;

    if (err)
        return cli_fail_fault(cli, err, &fault);
    if (cli->json)
        code = print_json(shown);
    else if (cli_flag(cli, "explain"))
        understood_explain(cli, shown->reader, &shown->of, stdout);
    else
        print_human(cli, shown);
    preview_done(&shown->reply);
    return code;
}

static int classify_one(const struct cli *cli, struct reader *reader)
{
    struct shown shown = {.reader = reader};
    char *bytes = NULL;
    size_t len = 0;
    int code = read_text(cli, &bytes, &len);

    if (code != CLI_OK)
        return code;
    if (understand(cli, reader, bytes, len, &shown.of) != OK)
        abort(); /* memory */
    code = show(cli, &shown);
    understood_done(&shown.of);
    free(bytes);
    return code;
}

int cmd_classify(struct cli *cli)
{
    const char *batch = cli_option(cli, "batch");
    struct reader reader;
    struct fault fault = {0};

    if (!batch != (cli->operand_count == 1))
        return cli_fail(cli, CLI_USAGE, "give either a TEXT or --batch FILE");
    if (batch && cli_flag(cli, "explain"))
        return cli_fail(cli, CLI_USAGE, "--explain is for one TEXT");
    int err = reader_open(cli, &reader, &fault);
    if (err)
        return cli_fail_fault(cli, err, &fault);
    int code = batch ? classify_batch(cli, &reader, batch) : classify_one(cli, &reader);
    reader_close(&reader);
    return code;
}
