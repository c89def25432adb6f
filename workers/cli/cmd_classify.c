/* SPDX-License-Identifier: BSD-2-Clause */
/* `aduan classify`: one text through the same decoding, desk and templates as the line's, with every reason shown. */
#include "clock.h"
#include "commands.h"
#include "desk.h"
#include "output.h"
#include "preview.h"
#include "text.h"
#include "ticket_id.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CLASSIFY_INPUT_MAX = 64 * 1024 };

/* Everything known about the text. */
struct reading {
    struct text text;
    struct rules *rules;
    struct classification class;
    struct verdict verdict;
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
static int render(const struct cli *cli, struct reading *reading, struct fault *fault)
{
    const struct verdict *verdict = &reading->verdict;
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
    err = preview_reply(cli->config, reading->rules, &of, &reading->reply, fault);
    reading->has_reply = err == OK;
    return err;
}

static int understand(const struct cli *cli, const char *bytes, size_t len, struct reading *reading,
                      struct fault *fault)
{
    const char *sender = cli_option(cli, "sender"), *to = cli_option(cli, "to");
    struct desk_sms sms = {.text = &reading->text, .incomplete = cli_flag(cli, "incomplete")};
    int err = rules_load(cli->config->categories_path, cli->config->agencies_path, &reading->rules, fault);

    if (err)
        return err;
    sender = sender ? sender : cli->config->smoke_sender;
    to = to ? to : cli->config->shortcodes[0];
    sms.sender = (const uint8_t *)sender;
    sms.sender_len = strlen(sender);
    sms.receiver = (const uint8_t *)to;
    sms.receiver_len = strlen(to);
    err = text_decode(TEXT_CODING_7BIT, NULL, 0, bytes, len, &reading->text);
    if (err == OK)
        err = rules_classify(reading->rules, reading->text.utf8, reading->text.len, &reading->class);
    if (err == OK)
        err = desk_decide(cli->config, reading->rules, &sms, &reading->verdict);
    return err ? err : render(cli, reading, fault);
}

static json_t *string_or_null(const char *text)
{
    return text && *text ? json_text(text, strlen(text)) : json_null();
}

static json_t *hits_json(const struct reading *reading)
{
    json_t *hits = json_array();

    for (size_t i = 0; i < reading->class.hit_count; i++) {
        const struct rule_hit *hit = &reading->class.hits[i];

        json_array_append_new(hits, json_pack("{s:s,s:s,s:o,s:f,s:I,s:I,s:o}", "head", hit->head, "label", hit->label,
                                              "rule", json_text(hit->rule, strlen(hit->rule)), "weight", hit->weight,
                                              "at", (json_int_t)hit->at, "length", (json_int_t)hit->len, "matched",
                                              json_text(reading->text.utf8 + hit->at, hit->len)));
    }
    return hits;
}

static json_t *reply_json(const struct reading *reading)
{
    const struct sms_cost *cost = &reading->reply.cost;

    if (!reading->has_reply)
        return json_null();
    return json_pack("{s:s,s:o,s:b,s:i,s:i,s:o}", "template", reading->verdict.reply_template, "text",
                     json_text(reading->reply.text, reading->reply.len), "ucs2", cost->ucs2, "units", (int)cost->units,
                     "segments", (int)cost->segments, "offender",
                     cost->first_offender ? json_integer(cost->first_offender) : json_null());
}

static int print_json(const struct reading *reading)
{
    const struct verdict *verdict = &reading->verdict;
    json_t *object = json_object();

    json_object_set_new(object, "v", json_integer(1));
    json_object_set_new(object, "text", json_text(reading->text.utf8, reading->text.len));
    json_object_set_new(object, "repaired", json_boolean(reading->text.repaired));
    json_object_set_new(object, "ticket", json_boolean(verdict->open_ticket));
    json_object_set_new(object, "reason", string_or_null(verdict->reason));
    json_object_set_new(object, "type", string_or_null(verdict->type));
    json_object_set_new(object, "category", string_or_null(verdict->category));
    json_object_set_new(object, "category_name", string_or_null(reading->class.category_name));
    json_object_set_new(object, "agency", string_or_null(verdict->agency));
    json_object_set_new(object, "agency_name", string_or_null(reading->class.agency_name));
    json_object_set_new(object, "urgency", string_or_null(verdict->urgency));
    json_object_set_new(object, "language", string_or_null(verdict->language));
    json_object_set_new(object, "score", json_real(reading->class.score));
    json_object_set_new(object, "why", string_or_null(verdict->why));
    json_object_set_new(object, "rules", hits_json(reading));
    json_object_set_new(object, "reply", reply_json(reading));
    json_object_set_new(object, "no_reply_reason", string_or_null(verdict->no_reply_reason));
    return output_json(object);
}

static void line(const struct cli *cli, const char *name, const char *value, const char *people)
{
    if (value && *value)
        printf("%s%-9s%s %s%s%s%s\n", paint_on(cli, PAINT_DIM), name, paint_off(cli, PAINT_DIM), value,
               people && *people ? " (" : "", people ? people : "", people && *people ? ")" : "");
}

static void print_hits(const struct cli *cli, const struct reading *reading)
{
    static const char *const headers[] = {"BYTE", "DECIDES", "FOR", "WEIGHT", "RULE", "IN THE TEXT"};
    static const enum align align[] = {RIGHT, LEFT, LEFT, RIGHT, LEFT, LEFT};
    struct table *table = table_new(6, headers, align);

    for (size_t i = 0; i < reading->class.hit_count; i++) {
        const struct rule_hit *hit = &reading->class.hits[i];
        char *matched = output_clean(reading->text.utf8 + hit->at, hit->len, false);

        table_cell(table, PAINT_NONE, "%zu", hit->at);
        table_cell(table, PAINT_NONE, "%s", hit->head);
        table_cell(table, PAINT_CYAN, "%s", hit->label);
        table_cell(table, PAINT_NONE, "%+g", hit->weight);
        table_cell(table, PAINT_NONE, "%s", hit->rule);
        table_cell(table, PAINT_NONE, "%s", matched);
        free(matched);
    }
    if (reading->class.hit_count)
        table_print(table, cli, stdout);
    else
        puts("no rule fired");
    table_free(table);
}

static void print_human(const struct cli *cli, const struct reading *reading)
{
    const struct verdict *verdict = &reading->verdict;
    char cost[96];

    if (verdict->open_ticket) {
        line(cli, "type", verdict->type, NULL);
        line(cli, "category", verdict->category, reading->class.category_name);
        line(cli, "agency", verdict->agency, reading->class.agency_name);
        line(cli, "urgency", verdict->urgency, NULL);
    } else {
        line(cli, "no ticket", verdict->reason, NULL);
    }
    line(cli, "language", verdict->language, NULL);
    print_hits(cli, reading);
    if (reading->has_reply) {
        char *text = output_clean(reading->reply.text, reading->reply.len, true);

        line(cli, "reply", verdict->reply_template, preview_cost(&reading->reply.cost, cost));
        printf("  │ %s\n", text);
        free(text);
    } else {
        line(cli, "no reply", verdict->no_reply_reason, NULL);
    }
}

int cmd_classify(struct cli *cli)
{
    struct reading reading = {0};
    struct fault fault = {0};
    char *bytes = NULL;
    size_t len = 0;
    int err, code = read_text(cli, &bytes, &len);

    if (code != CLI_OK)
        return code;
    err = understand(cli, bytes, len, &reading, &fault);
    if (err)
        code = cli_fail_fault(cli, err, &fault);
    else if (cli->json)
        code = print_json(&reading);
    else
        print_human(cli, &reading);
    preview_done(&reading.reply);
    text_done(&reading.text);
    rules_free(reading.rules);
    free(bytes);
    return code;
}
