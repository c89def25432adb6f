/* SPDX-License-Identifier: BSD-2-Clause */
/* Staff's commands about incidents: list them, look at one, join and split, answer all who reported it. */
#include "clock.h"
#include "commands.h"
#include "incident_view.h"
#include "output.h"
#include "store_incident.h"
#include "ticket_args.h"

#include <stdlib.h>
#include <string.h>

/* --- list --- */

struct list {
    Aduan__Record__Incident **items;
    size_t count, room;
    bool open, by_count;
    const char *category, *agency;
};

static void keep(struct list *list, Aduan__Record__Incident *incident)
{
    if (list->count == list->room) {
        list->room = list->room ? 2 * list->room : 256;
        list->items = realloc(list->items, list->room * sizeof *list->items);
        if (!list->items)
            abort();
    }
    list->items[list->count++] = incident;
}

static bool is_wanted(const struct cli *cli, const struct list *list, const Aduan__Record__Incident *incident)
{
    if (list->open && incident->open == 0)
        return false;
    if (!list->category && !list->agency)
        return true;
    Aduan__Record__Ticket *lead = incident_lead(cli, incident->id);
    bool wanted = lead && (!list->category || strcmp(list->category, lead->category) == 0) &&
                  (!list->agency || strcmp(list->agency, lead->agency) == 0);
    if (lead)
        aduan__record__ticket__free_unpacked(lead, NULL);
    return wanted;
}

static int gather(struct cli *cli, struct list *list)
{
    enum { CHUNK = 256 };
    Aduan__Record__Incident *some[CHUNK];
    uint64_t before = UINT64_MAX;
    size_t count;

    do {
        int err = store_incidents(cli->store, &before, CHUNK, some, &count);
        if (err)
            return cli_fail(cli, CLI_STORE, "the store cannot be read (%s); try: aduan verify", err_name(err));
        for (size_t i = 0; i < count; i++) {
            if (is_wanted(cli, list, some[i]))
                keep(list, some[i]);
            else
                aduan__record__incident__free_unpacked(some[i], NULL);
        }
    } while (count == CHUNK);
    return CLI_OK;
}

static int newer(const Aduan__Record__Incident *a, const Aduan__Record__Incident *b)
{
    if (a->changed_us != b->changed_us)
        return a->changed_us > b->changed_us ? -1 : 1;
    return a->id > b->id ? -1 : a->id < b->id;
}

static int by_latest(const void *a, const void *b)
{
    return newer(*(Aduan__Record__Incident *const *)a, *(Aduan__Record__Incident *const *)b);
}

static int by_count(const void *a, const void *b)
{
    const Aduan__Record__Incident *x = *(Aduan__Record__Incident *const *)a, *y = *(Aduan__Record__Incident *const *)b;

    if (x->tickets != y->tickets)
        return x->tickets > y->tickets ? -1 : 1;
    return newer(x, y);
}

static void print_table(const struct cli *cli, const json_t *rows)
{
    static const char *const headers[] = {"INCIDENT", "TICKETS", "OPEN", "CATEGORY", "AGENCY", "CHANGED", "FIRST TEXT"};
    static const enum align align[] = {RIGHT, RIGHT, RIGHT, LEFT, LEFT, LEFT, LEFT};
    struct table *table = table_new(7, headers, align);
    size_t i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        const json_t *text = json_object_get(row, "text");
        const char *category = json_string_value(json_object_get(row, "category"));
        const char *agency = json_string_value(json_object_get(row, "agency"));
        char *line = output_clean(json_string_value(text), json_string_length(text), false);
        bool urgent = json_integer_value(json_object_get(row, "emergencies")) > 0;

        table_cell(table, PAINT_BOLD, "%lld", (long long)json_integer_value(json_object_get(row, "id")));
        table_cell(table, PAINT_NONE, "%lld", (long long)json_integer_value(json_object_get(row, "count")));
        table_cell(table, urgent ? PAINT_RED : PAINT_NONE, "%lld",
                   (long long)json_integer_value(json_object_get(row, "open")));
        table_cell(table, PAINT_NONE, "%s", category ? category : "");
        table_cell(table, PAINT_NONE, "%s", agency ? agency : "");
        table_cell(table, PAINT_NONE, "%.16s", json_string_value(json_object_get(row, "changed")));
        table_cell(table, PAINT_NONE, "%s", line);
        free(line);
    }
    if (json_array_size(rows))
        table_print(table, cli, stdout);
    else
        fputs("no incidents\n", stderr);
    table_free(table);
}

static int print_list(const struct cli *cli, const struct list *list, size_t skip, size_t limit)
{
    json_t *rows = json_array(), *object;
    size_t end = skip + limit < list->count ? skip + limit : list->count;
    bool more = end < list->count;

    for (size_t i = skip; i < end; i++) {
        Aduan__Record__Ticket *lead = incident_lead(cli, list->items[i]->id);
        json_array_append_new(rows, incident_json(list->items[i], lead));
        if (lead)
            aduan__record__ticket__free_unpacked(lead, NULL);
    }
    if (cli->json) {
        object = json_object();
        json_object_set_new(object, "v", json_integer(1));
        json_object_set_new(object, "incidents", rows);
        json_object_set_new(object, "more", json_boolean(more));
        json_object_set_new(object, "skip", more ? json_integer((json_int_t)end) : json_null());
        return output_json(object);
    }
    print_table(cli, rows);
    if (more)
        fprintf(stderr, "more: add --skip %zu\n", end);
    json_decref(rows);
    return CLI_OK;
}

int cmd_incidents(struct cli *cli)
{
    struct list list = {
        .open = cli_flag(cli, "open"), .category = cli_option(cli, "category"), .agency = cli_option(cli, "agency")};
    const char *sort = cli_option(cli, "sort");
    uint64_t limit = 0, skip = 0;
    int code = cli_option_count(cli, "limit", 1, 100000, 20, &limit);

    if (code == CLI_OK)
        code = cli_option_count(cli, "skip", 0, UINT32_MAX, 0, &skip);
    list.by_count = sort && strcmp(sort, "count") == 0;
    if (code == CLI_OK && sort && !list.by_count && strcmp(sort, "latest") != 0)
        code = cli_fail(cli, CLI_USAGE, "--sort wants latest or count, not \"%s\"", sort);
    if (code == CLI_OK)
        code = gather(cli, &list);
    if (code == CLI_OK && list.count > 0)
        qsort(list.items, list.count, sizeof *list.items, list.by_count ? by_count : by_latest);
    if (code == CLI_OK)
        code = print_list(cli, &list, skip, limit);
    for (size_t i = 0; i < list.count; i++)
        aduan__record__incident__free_unpacked(list.items[i], NULL);
    free(list.items);
    return code;
}

/* --- show, join, split --- */

int cmd_incident_show(struct cli *cli)
{
    uint64_t id;
    int code = incident_arg_id(cli, cli->operands[0], &id);

    return code == CLI_OK ? incident_show(cli, id) : code;
}

/* The incident and the tickets of the command line. */
static int parse_change(const struct cli *cli, bool may_be_new, uint64_t tickets[CLI_OPERANDS_MAX],
                        struct store_incident_change *change)
{
    int code = CLI_OK;

    *change = (struct store_incident_change){.tickets = tickets, .actor = cli->actor};
    if (!may_be_new || strcmp(cli->operands[0], "new") != 0)
        code = incident_arg_id(cli, cli->operands[0], &change->incident);
    for (size_t i = 1; code == CLI_OK && i < cli->operand_count; i++)
        code = ticket_arg_id(cli, cli->operands[i], &tickets[change->count++]);
    return code;
}

int cmd_incident_join(struct cli *cli)
{
    struct store_incident_change change;
    struct fault fault = {0};
    uint64_t tickets[CLI_OPERANDS_MAX], incident;
    int code = parse_change(cli, true, tickets, &change);

    if (code != CLI_OK)
        return code;
    if (store_incident_join(cli->store, &change, clock_now_us(), &incident, &fault) != OK)
        return cli_fail_fault(cli, fault.code, &fault);
    return incident_show(cli, incident);
}

int cmd_incident_split(struct cli *cli)
{
    struct store_incident_change change;
    struct fault fault = {0};
    uint64_t tickets[CLI_OPERANDS_MAX];
    int code = parse_change(cli, false, tickets, &change);

    if (code != CLI_OK)
        return code;
    if (store_incident_split(cli->store, &change, clock_now_us(), &fault) != OK)
        return cli_fail_fault(cli, fault.code, &fault);
    Aduan__Record__Incident *left;
    if (store_incident_get(cli->store, change.incident, &left) == OK) {
        aduan__record__incident__free_unpacked(left, NULL);
        return incident_show(cli, change.incident);
    }
    left = &(Aduan__Record__Incident)ADUAN__RECORD__INCIDENT__INIT;
    left->id = change.incident;
    cli_remark(cli, "incident %llu has ended: it has no tickets any more", (unsigned long long)change.incident);
    json_t *object = cli->json ? incident_json(left, NULL) : NULL;
    if (!object)
        return CLI_OK;
    json_object_set_new(object, "v", json_integer(1));
    json_object_set_new(object, "tickets", json_array());
    json_object_set_new(object, "more", json_false());
    return output_json(object);
}

/* --- reply --- */

/* What it will cost each of them, from the first one's. */
static int tell_cost(const struct cli *cli, uint64_t incident, const char *text)
{
    struct rules *rules;
    struct fault fault = {0};
    Aduan__Record__Ticket *lead = incident_lead(cli, incident);

    if (!lead)
        return cli_fail(cli, CLI_NOT_FOUND, "there is no incident %llu", (unsigned long long)incident);
    uint64_t id = lead->id;
    aduan__record__ticket__free_unpacked(lead, NULL);
    if (rules_load(cli->config->categories_path, cli->config->agencies_path, &rules, &fault) != OK)
        return cli_fail_fault(cli, fault.code, &fault);
    int code = ticket_tell_cost(cli, rules, id, text);
    rules_free(rules);
    return code;
}

static int print_told(const struct cli *cli, uint64_t incident, const struct store_incident_told *told)
{
    if (cli->json)
        return output_json(json_pack("{s:i,s:I,s:I,s:I,s:I,s:I,s:I}", "v", 1, "incident", (json_int_t)incident,
                                     "answered", (json_int_t)told->answered, "sms", (json_int_t)told->sms,
                                     "same_person", (json_int_t)told->same_person, "unreachable",
                                     (json_int_t)told->unreachable, "passed_over", (json_int_t)told->passed_over));
    printf("incident %llu: %zu tickets answered, %zu SMS\n", (unsigned long long)incident, told->answered, told->sms);
    if (told->same_person)
        printf("  %zu of people who have it with another of their tickets\n", told->same_person);
    if (told->unreachable)
        printf("  %zu left as they are: no SMS reaches their sender\n", told->unreachable);
    if (told->passed_over)
        printf("  %zu passed over: on hold, refused, ended, or answered before\n", told->passed_over);
    return CLI_OK;
}

int cmd_incident_reply(struct cli *cli)
{
    struct store_incident_answer answer = {.actor = cli->actor,
                                           .text = cli->operands[1],
                                           .text_len = strlen(cli->operands[1]),
                                           .close = cli_flag(cli, "close"),
                                           .unanswered = cli_flag(cli, "unanswered")};
    struct store_incident_told told;
    struct fault fault = {0};
    int code = incident_arg_id(cli, cli->operands[0], &answer.incident);

    if (code == CLI_OK)
        code = ticket_arg_text(cli, answer.text, true);
    if (code == CLI_OK)
        code = tell_cost(cli, answer.incident, answer.text);
    if (code != CLI_OK)
        return code;
    if (store_incident_reply(cli->store, &answer, clock_now_us(), &told, &fault) != OK)
        return cli_fail_fault(cli, fault.code, &fault);
    return print_told(cli, answer.incident, &told);
}
