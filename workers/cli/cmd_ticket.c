/* SPDX-License-Identifier: BSD-2-Clause */
/* Staff's commands: list tickets, show one, and change one. Every change goes through store_ticket_change(), which
 * knows what is allowed; a row of the table of commands names the verb. */
#include "clock.h"
#include "commands.h"
#include "output.h"
#include "rules.h"
#include "ticket.h"
#include "ticket_args.h"
#include "ticket_view.h"
#include "when.h"
#include "yaml_doc.h"

#include <stdlib.h>
#include <string.h>

/* --- list --- */

struct page {
    json_t *tickets; /* as JSON in either case: nothing is printed while the store is being read */
    uint64_t last;
};

static int add_ticket(void *ctx, const Aduan__Record__Ticket *ticket)
{
    struct page *page = ctx;

    json_array_append_new(page->tickets, ticket_json(ticket));
    page->last = ticket->id;
    return 0;
}

static int parse_state(const struct cli *cli, Aduan__Record__TicketState *out)
{
    const char *names[16], *near, *asked = cli_option(cli, "state");
    size_t count = 0;

    *out = ADUAN__RECORD__TICKET_STATE__TICKET_STATE_NONE;
    if (!asked)
        return CLI_OK;
    *out = ticket_state_parse(asked);
    if (*out != ADUAN__RECORD__TICKET_STATE__TICKET_STATE_NONE)
        return CLI_OK;
    for (int state = ADUAN__RECORD__TICKET_STATE__RECEIVED; state <= ADUAN__RECORD__TICKET_STATE__REFUSED_BY_AGENCY;
         state++)
        names[count++] = ticket_state_name((Aduan__Record__TicketState)state);
    near = yaml_nearest(asked, names, count);
    return cli_fail(cli, CLI_USAGE, "there is no state \"%s\"%s%s%s", asked, near ? "; did you mean \"" : "",
                    near ? near : "", near ? "\"?" : "; see: aduan help tickets");
}

static int parse_when(const struct cli *cli, const char *option, uint64_t *at_us)
{
    const char *text = cli_option(cli, option);

    *at_us = 0;
    if (!text || when_parse(text, clock_now_us(), at_us) == OK)
        return CLI_OK;
    return cli_fail(cli, CLI_USAGE, "--%s wants a time such as 2d, 12h, 2026-11-01 or 2026-11-01T08:00:00Z, not \"%s\"",
                    option, text);
}

static int parse_filter(const struct cli *cli, struct store_ticket_filter *filter, uint8_t sender_id[SEAL_ID_BYTES])
{
    const char *sender = cli_option(cli, "sender"), *after = cli_option(cli, "after");
    const char *incident = cli_option(cli, "incident");
    uint64_t limit = 0;
    int code = parse_state(cli, &filter->state);

    if (code == CLI_OK)
        code = parse_when(cli, "since", &filter->since_us);
    if (code == CLI_OK)
        code = parse_when(cli, "until", &filter->until_us);
    if (code == CLI_OK)
        code = cli_option_count(cli, "limit", 1, 100000, 20, &limit);
    if (code == CLI_OK && incident)
        code = incident_arg_id(cli, incident, &filter->incident);
    if (code == CLI_OK && after)
        code = ticket_arg_id(cli, after, &filter->after_id);
    if (code != CLI_OK)
        return code;
    if (sender && !*sender)
        return cli_fail(cli, CLI_USAGE, "--sender wants a number");
    if (sender) {
        seal_sender_id(cli->seal, sender, strlen(sender), sender_id);
        filter->sender_id = sender_id;
    }
    filter->limit = limit;
    filter->category = cli_option(cli, "category");
    filter->agency = cli_option(cli, "agency");
    filter->type = cli_option(cli, "type");
    filter->shortcode = cli_option(cli, "shortcode");
    return CLI_OK;
}

static const char *field(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));

    return value ? value : "";
}

static enum paint paint_of(const json_t *ticket)
{
    const char *state = field(ticket, "state");

    if (strcmp(field(ticket, "urgency"), "emergency") == 0)
        return PAINT_RED;
    if (strcmp(state, "received") == 0)
        return PAINT_YELLOW;
    return strcmp(state, "closed") == 0 || strcmp(state, "archived") == 0 ? PAINT_DIM : PAINT_NONE;
}

static void print_list(const struct cli *cli, const struct page *page, bool more)
{
    static const char *const headers[] = {"TICKET", "STATE", "TYPE", "CATEGORY", "AGENCY", "OPENED", "TEXT"};
    static const enum align align[] = {RIGHT, LEFT, LEFT, LEFT, LEFT, LEFT, LEFT};
    struct table *table = table_new(7, headers, align);
    size_t i;
    json_t *ticket;

    json_array_foreach(page->tickets, i, ticket)
    {
        const json_t *text = json_object_get(ticket, "text");
        char *line = output_clean(json_string_value(text), json_string_length(text), false);
        uint64_t opened_us = 0;
        char at[32];

        if (when_parse(field(ticket, "opened"), 0, &opened_us) != OK)
            opened_us = 0;
        table_cell(table, PAINT_BOLD, "%lld", (long long)json_integer_value(json_object_get(ticket, "id")));
        table_cell(table, paint_of(ticket), "%s", field(ticket, "state"));
        table_cell(table, PAINT_NONE, "%s", field(ticket, "type"));
        table_cell(table, PAINT_NONE, "%s", field(ticket, "category"));
        table_cell(table, PAINT_NONE, "%s", field(ticket, "agency"));
        table_cell(table, PAINT_NONE, "%.16s", output_time(opened_us, at));
        table_cell(table, PAINT_NONE, "%s", line);
        free(line);
    }
    if (json_array_size(page->tickets))
        table_print(table, cli, stdout);
    else
        fputs("no tickets\n", stderr);
    if (more)
        fprintf(stderr, "more: add --after %llu\n", (unsigned long long)page->last);
    table_free(table);
}

static int print_list_json(const struct page *page, bool more)
{
    json_t *object = json_object();

    json_object_set_new(object, "v", json_integer(1));
    json_object_set(object, "tickets", page->tickets);
    json_object_set_new(object, "more", json_boolean(more));
    json_object_set_new(object, "after", more ? json_integer((json_int_t)page->last) : json_null());
    return output_json(object);
}

int cmd_tickets(struct cli *cli)
{
    struct store_ticket_filter filter = {0};
    uint8_t sender_id[SEAL_ID_BYTES];
    struct page page = {0};
    bool more = false;
    int code = parse_filter(cli, &filter, sender_id), err;

    if (code != CLI_OK)
        return code;
    page.tickets = json_array();
    err = store_tickets(cli->store, &filter, add_ticket, &page, &more);
    if (err)
        code = cli_fail(cli, CLI_STORE, "the store cannot be read (%s); try: aduan verify", err_name(err));
    else if (cli->json)
        code = print_list_json(&page, more);
    else
        print_list(cli, &page, more);
    json_decref(page.tickets);
    return code;
}

/* --- show --- */

/* The citizen's number, after the ticket has a note of who looked. */
static int reveal(const struct cli *cli, const Aduan__Record__Ticket *ticket, char number[40])
{
    static const char text[] = "reveal: the citizen's number was shown";
    struct store_ticket_change change = {
        .verb = TICKET_NOTE, .actor = cli->actor, .text = text, .text_len = sizeof text - 1};
    struct fault fault = {0};
    uint8_t bytes[32];
    size_t len;
    int err;

    if (ticket->sender_id.len != SEAL_ID_BYTES)
        return cli_fail(cli, CLI_NOT_FOUND, "ticket %llu has no number", (unsigned long long)ticket->id);
    err = store_ticket_change(cli->store, ticket->id, &change, clock_now_us(), &fault);
    if (err)
        return cli_fail_fault(cli, err, &fault);
    err = store_sender_number(cli->store, ticket->sender_id.data, bytes, &len);
    if (err)
        return cli_fail(cli, CLI_STORE, "the number cannot be read (%s)", err_name(err));
    memcpy(number, bytes, len);
    number[len] = 0;
    return CLI_OK;
}

static int show(struct cli *cli, const Aduan__Record__Ticket *ticket, const char *number)
{
    struct ticket_file file;
    int err = ticket_file_load(cli, ticket, &file);

    if (err)
        return cli_fail(cli, CLI_STORE, "ticket %llu cannot be read whole (%s); try: aduan verify",
                        (unsigned long long)ticket->id, err_name(err));
    file.number = number;
    if (cli->json)
        err = output_json(ticket_file_json(&file));
    else
        ticket_file_print(cli, &file, stdout);
    ticket_file_done(&file);
    return err;
}

int cmd_ticket_show(struct cli *cli)
{
    Aduan__Record__Ticket *ticket = NULL;
    char number[40];
    uint64_t id;
    bool asked = cli_flag(cli, "reveal");
    int code = ticket_arg_id(cli, cli->operands[0], &id);

    if (code == CLI_OK)
        code = session_open(cli, asked ? NEED_STORE_WRITE : NEED_STORE);
    if (code == CLI_OK)
        code = ticket_arg_get(cli, id, &ticket);
    if (code == CLI_OK && asked) {
        code = reveal(cli, ticket, number);
        aduan__record__ticket__free_unpacked(ticket, NULL);
        ticket = NULL;
        if (code == CLI_OK)
            code = ticket_arg_get(cli, id, &ticket);
        if (code == CLI_OK)
            cli_remark(cli, "the ticket keeps a note that %s saw the number", cli->actor);
    }
    if (code == CLI_OK)
        code = show(cli, ticket, asked ? number : NULL);
    if (ticket)
        aduan__record__ticket__free_unpacked(ticket, NULL);
    return code;
}

/* --- change --- */

/* One of what `at` enumerates, or a refusal with the nearest of them. */
static int check_label(const struct cli *cli, const struct rules *rules,
                       const char *(*at)(const struct rules *rules, size_t i), const char *what, const char *label)
{
    enum { LABELS_MAX = 512 };
    const char *names[LABELS_MAX], *name;
    size_t count = 0;

    while (count < LABELS_MAX && (name = at(rules, count))) {
        if (strcmp(name, label) == 0)
            return CLI_OK;
        names[count++] = name;
    }
    name = yaml_nearest(label, names, count);
    return cli_fail(cli, CLI_NOT_FOUND, "%s has no %s \"%s\"%s%s%s",
                    at == rules_agency_at ? cli->config->agencies_path : cli->config->categories_path, what, label,
                    name ? "; did you mean \"" : "", name ? name : "", name ? "\"?" : "");
}

/* What needs the rules: an agency must be one, and a reply is rendered to tell its cost. */
static int check_with_rules(const struct cli *cli, const struct store_ticket_change *change, uint64_t id)
{
    struct rules *rules;
    struct fault fault = {0};
    int code, err = rules_load(cli->config->categories_path, cli->config->agencies_path, &rules, &fault);

    if (err)
        return cli_fail_fault(cli, err, &fault);
    if (change->verb == TICKET_ASSIGN)
        code = check_label(cli, rules, rules_agency_at, "agency", change->agency);
    else
        code = ticket_tell_cost(cli, rules, id, change->text);
    rules_free(rules);
    return code;
}

static int report_change(struct cli *cli, uint64_t id)
{
    Aduan__Record__Ticket *ticket;
    int code = ticket_arg_get(cli, id, &ticket);

    if (code != CLI_OK)
        return code;
    if (cli->json)
        code = show(cli, ticket, NULL);
    else
        printf("#%llu %s%s%s\n", (unsigned long long)id, ticket_state_name(ticket->state), *ticket->agency ? " · " : "",
               ticket->agency);
    aduan__record__ticket__free_unpacked(ticket, NULL);
    return code;
}

int cmd_ticket_change(struct cli *cli)
{
    struct store_ticket_change change = {.verb = (enum ticket_verb)cli->command->detail, .actor = cli->actor};
    bool assign = change.verb == TICKET_ASSIGN, must = cli->command->operands_min == 2 && !assign;
    struct fault fault = {0};
    uint64_t id;
    int err, code = ticket_arg_id(cli, cli->operands[0], &id);

    change.agency = assign ? cli->operands[1] : NULL;
    change.text = cli->operands[assign ? 2 : 1];
    change.text_len = change.text ? strlen(change.text) : 0;
    if (code == CLI_OK)
        code = ticket_arg_text(cli, change.text, must);
    if (code == CLI_OK && (assign || change.verb == TICKET_ANSWER))
        code = check_with_rules(cli, &change, id);
    if (code != CLI_OK)
        return code;
    err = store_ticket_change(cli->store, id, &change, clock_now_us(), &fault);
    if (err)
        return cli_fail_fault(cli, err, &fault);
    return report_change(cli, id);
}

/* --- correct --- */

/* What the citizen's words are about, as a person reads them. The urgency follows from the type. */
static int correct(struct cli *cli, const struct rules *rules, struct store_ticket_change *change, uint64_t id)
{
    Aduan__Record__Ticket *ticket = NULL;
    struct fault fault = {0};
    const char *agency;
    int code = CLI_OK;

    if (change->category)
        code = check_label(cli, rules, rules_category_at, "category", change->category);
    if (code == CLI_OK && change->type)
        code = check_label(cli, rules, rules_type_at, "type", change->type);
    if (code != CLI_OK)
        return code;
    change->urgency = change->type ? rules_type_urgency(rules, change->type) : NULL;
    if (store_ticket_change(cli->store, id, change, clock_now_us(), &fault) != OK)
        return cli_fail_fault(cli, fault.code, &fault);
    code = ticket_arg_get(cli, id, &ticket);
    if (code != CLI_OK)
        return code;
    agency = rules_category_agency(rules, ticket->category);
    if (ticket_is_open(ticket->state) && agency && strcmp(agency, ticket->agency) != 0)
        cli_remark(cli, "it stays with %s; %s takes %s: aduan ticket assign %llu %s",
                   *ticket->agency ? ticket->agency : "nobody", agency, ticket->category, (unsigned long long)id,
                   agency);
    if (cli->json)
        code = show(cli, ticket, NULL);
    else
        printf("#%llu %s · %s\n", (unsigned long long)id, ticket->type, ticket->category);
    aduan__record__ticket__free_unpacked(ticket, NULL);
    return code;
}

int cmd_ticket_correct(struct cli *cli)
{
    struct store_ticket_change change = {.verb = TICKET_CORRECT,
                                         .actor = cli->actor,
                                         .category = cli_option(cli, "category"),
                                         .type = cli_option(cli, "type"),
                                         .text = cli->operands[1]};
    struct rules *rules;
    struct fault fault = {0};
    uint64_t id;
    int code = ticket_arg_id(cli, cli->operands[0], &id);

    change.text_len = change.text ? strlen(change.text) : 0;
    if (code == CLI_OK && !change.category && !change.type)
        code = cli_fail(cli, CLI_USAGE, "say what it is: --category NAME, --type NAME, or both");
    if (code == CLI_OK)
        code = ticket_arg_text(cli, change.text, false);
    if (code != CLI_OK)
        return code;
    if (rules_load(cli->config->categories_path, cli->config->agencies_path, &rules, &fault) != OK)
        return cli_fail_fault(cli, fault.code, &fault);
    code = correct(cli, rules, &change, id);
    rules_free(rules);
    return code;
}
