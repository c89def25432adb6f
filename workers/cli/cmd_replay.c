/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `aduan replay`: the tickets of the last weeks read again, by the running model and by another one, beside the same
 * rules: whom each would have gone to. Nothing is changed. The store is read in short slices; what is kept of a ticket
 * is what the two differ in.
 */
#include "clock.h"
#include "commands.h"
#include "desk.h"
#include "output.h"
#include "when.h"

#include <stdlib.h>
#include <string.h>

enum { DAYS = 30, LISTED = 100, TEXT_COLUMNS = 60 };

/* What becomes of a text. Strings are borrowed from the rules. */
struct route {
    const char *agency, *category, *type, *urgency;
    bool unsure;
};

struct move {
    const char *from, *to;
    size_t count;
};

struct replay {
    const struct cli *cli;
    struct rules *rules;
    struct model *running, *other; /* running NULL: the rules alone */
    struct ensemble *now, *then;
    uint64_t listed_max;
    json_t *listed;
    size_t tickets, textless, routed, category, type, alarms, missed, person_now, person_then;
    size_t corrected, right_now, right_then; /* whose category a person set */
    struct move *moves;
    size_t move_count;
};

static struct route read_by(struct ensemble *ensemble, const Aduan__Record__Ticket *ticket)
{
    struct understanding reading;

    if (ensemble_read(ensemble, (const char *)ticket->text.data, ticket->text.len, &reading) != OK)
        abort(); /* memory */
    return (struct route){.agency = reading.found.agency,
                          .category = reading.found.category,
                          .type = reading.found.type,
                          .urgency = reading.found.urgency,
                          .unsure = reading.unsure};
}

static bool differ(const char *a, const char *b)
{
    return strcmp(a, b) != 0;
}

/* The category that a person set; NULL: nobody did. */
static const char *set_by_person(const Aduan__Record__Ticket *ticket)
{
    for (size_t i = 0; i < ticket->n_correction; i++)
        if (strncmp(ticket->correction[i]->heads, "category", strlen("category")) == 0)
            return ticket->category;
    return NULL;
}

static void add_move(struct replay *replay, const char *from, const char *to)
{
    size_t i = 0;

    while (i < replay->move_count && (differ(replay->moves[i].from, from) || differ(replay->moves[i].to, to)))
        i++;
    if (i == replay->move_count) {
        replay->moves = realloc(replay->moves, (i + 1) * sizeof *replay->moves);
        if (!replay->moves)
            abort();
        replay->moves[replay->move_count++] = (struct move){.from = from, .to = to};
    }
    replay->moves[i].count++;
}

static json_t *route_json(const struct route *route)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:b}", "agency", route->agency, "category", route->category, "type", route->type,
                     "urgency", route->urgency, "sure", !route->unsure);
}

static void list(struct replay *replay, const Aduan__Record__Ticket *ticket, const struct route *now,
                 const struct route *then)
{
    const char *person = set_by_person(ticket);
    json_t *object;

    if (json_array_size(replay->listed) >= replay->listed_max)
        return;
    object = json_pack("{s:I,s:o,s:o,s:o,s:o}", "id", (json_int_t)ticket->id, "opened", json_time(ticket->opened_us),
                       "running", route_json(now), "model", route_json(then), "person",
                       person ? json_text(person, strlen(person)) : json_null());
    if (!replay->cli->json)
        json_object_set_new(object, "text", json_text(ticket->text.data, ticket->text.len));
    json_array_append_new(replay->listed, object);
}

static int replay_ticket(void *ctx, const Aduan__Record__Ticket *ticket)
{
    struct replay *replay = ctx;
    const char *person = set_by_person(ticket);

    if (ticket->text.len == 0) {
        replay->textless++;
        return 0;
    }
    struct route now = read_by(replay->now, ticket), then = read_by(replay->then, ticket);
    bool emergency_now = !differ(now.urgency, "emergency"), emergency_then = !differ(then.urgency, "emergency");
    bool routed = differ(now.agency, then.agency), category = differ(now.category, then.category);
    bool type = differ(now.type, then.type);

    replay->tickets++;
    replay->routed += routed;
    replay->category += category;
    replay->type += type;
    replay->alarms += !emergency_now && emergency_then;
    replay->missed += emergency_now && !emergency_then;
    replay->person_now += now.unsure;
    replay->person_then += then.unsure;
    replay->corrected += person != NULL;
    replay->right_now += person && !differ(person, now.category);
    replay->right_then += person && !differ(person, then.category);
    if (routed)
        add_move(replay, now.agency, then.agency);
    if (routed || category || type || emergency_now != emergency_then)
        list(replay, ticket, &now, &then);
    return 0;
}

/* --- telling --- */

static int by_count(const void *left, const void *right)
{
    const struct move *a = left, *b = right;

    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return differ(a->from, b->from) ? strcmp(a->from, b->from) : strcmp(a->to, b->to);
}

static json_t *replay_json(struct replay *replay, uint64_t since_us, uint64_t until_us)
{
    json_t *moves = json_array();

    for (size_t i = 0; i < replay->move_count; i++)
        json_array_append_new(moves, json_pack("{s:s,s:s,s:I}", "from", replay->moves[i].from, "to",
                                               replay->moves[i].to, "tickets", (json_int_t)replay->moves[i].count));
    return json_pack("{s:i,s:s,s:o,s:o,s:o,s:I,s:I,s:{s:I,s:I,s:I,s:I,s:I},s:{s:I,s:I},s:{s:I,s:I,s:I},s:o,s:O}", "v",
                     1, "model", model_id(replay->other), "running",
                     replay->running ? json_string(model_id(replay->running)) : json_null(), "since",
                     json_time(since_us), "until", json_time(until_us), "tickets", (json_int_t)replay->tickets,
                     "without_text", (json_int_t)replay->textless, "differ", "agency", (json_int_t)replay->routed,
                     "category", (json_int_t)replay->category, "type", (json_int_t)replay->type, "emergencies_more",
                     (json_int_t)replay->alarms, "emergencies_less", (json_int_t)replay->missed, "for_a_person",
                     "running", (json_int_t)replay->person_now, "model", (json_int_t)replay->person_then, "corrected",
                     "tickets", (json_int_t)replay->corrected, "running_right", (json_int_t)replay->right_now,
                     "model_right", (json_int_t)replay->right_then, "moves", moves, "listed", replay->listed);
}

static void print_moves(const struct cli *cli, const struct replay *replay)
{
    static const char *const headers[] = {"FROM", "TO", "TICKETS"};
    static const enum align align[] = {LEFT, LEFT, RIGHT};
    struct table *table = table_new(3, headers, align);

    for (size_t i = 0; i < replay->move_count; i++) {
        table_cell(table, PAINT_NONE, "%s", replay->moves[i].from);
        table_cell(table, PAINT_CYAN, "%s", replay->moves[i].to);
        table_cell(table, PAINT_NONE, "%zu", replay->moves[i].count);
    }
    if (replay->move_count)
        table_print(table, cli, stdout);
    table_free(table);
}

static const char *field(const json_t *object, const char *route, const char *name)
{
    const char *value = json_string_value(json_object_get(json_object_get(object, route), name));

    return value ? value : "";
}

static void print_listed(const struct cli *cli, const struct replay *replay)
{
    static const char *const headers[] = {"TICKET", "RUNNING", "NEW", "PERSON", "TEXT"};
    static const enum align align[] = {RIGHT, LEFT, LEFT, LEFT, LEFT};
    struct table *table = table_new(5, headers, align);
    const json_t *ticket;
    size_t i;

    json_array_foreach(replay->listed, i, ticket)
    {
        static const char *const routes[] = {"running", "model"};
        const char *person = json_string_value(json_object_get(ticket, "person"));
        const json_t *words = json_object_get(ticket, "text");
        char *text = output_cut(json_string_value(words), json_string_length(words), TEXT_COLUMNS);

        table_cell(table, PAINT_BOLD, "%lld", (long long)json_integer_value(json_object_get(ticket, "id")));
        for (size_t r = 0; r < 2; r++) {
            bool emergency = !differ(field(ticket, routes[r], "urgency"), "emergency");

            table_cell(table, emergency ? PAINT_RED : PAINT_NONE, "%s · %s · %s", field(ticket, routes[r], "agency"),
                       field(ticket, routes[r], "type"), field(ticket, routes[r], "category"));
        }
        table_cell(table, PAINT_NONE, "%s", person ? person : "");
        table_cell(table, PAINT_NONE, "%s", text);
        free(text);
    }
    if (i)
        table_print(table, cli, stdout);
    table_free(table);
}

static void print(const struct cli *cli, const struct replay *replay)
{
    printf("%zu tickets read again; %zu would have gone to another agency\n", replay->tickets, replay->routed);
    printf("other category %zu, other type %zu; emergencies: %zu more, %zu fewer\n", replay->category, replay->type,
           replay->alarms, replay->missed);
    printf("for a person first: %zu now, %zu with the new model\n", replay->person_now, replay->person_then);
    if (replay->corrected)
        printf("of %zu whose category a person set: %zu right now, %zu with the new model\n", replay->corrected,
               replay->right_now, replay->right_then);
    if (replay->textless)
        printf("%zu have no text any more\n", replay->textless);
    print_moves(cli, replay);
    print_listed(cli, replay);
}

/* --- the command --- */

static int since_when(const struct cli *cli, uint64_t now_us, uint64_t *since_us)
{
    const char *text = cli_option(cli, "since");
    uint64_t days = 0;
    int code = cli_option_count(cli, "days", 1, 36500, DAYS, &days);

    if (code != CLI_OK)
        return code;
    if (text && cli_option(cli, "days"))
        return cli_fail(cli, CLI_USAGE, "--since and --days say the same: give one of them");
    *since_us = now_us - days * 86400u * 1000000u;
    if (!text || when_parse(text, now_us, since_us) == OK)
        return CLI_OK;
    return cli_fail(cli, CLI_USAGE, "--since wants a time such as 2d, 12h, 2026-11-01, not \"%s\"", text);
}

static int open_both(const struct cli *cli, struct replay *replay)
{
    const char *path = cli_option(cli, "model");
    struct fault fault = {0};

    if (!path)
        return cli_fail(cli, CLI_USAGE, "say which model: --model FILE");
    if (model_open(path, &replay->other, &fault) != OK ||
        rules_load(cli->config->categories_path, cli->config->agencies_path, &replay->rules, &fault) != OK)
        return cli_fail_fault(cli, fault.code, &fault);
    if (desk_model_open(cli->config, &replay->running, &fault) != OK)
        cli_remark(cli, "now the rules decide alone: %s", fault.text);
    replay->now = ensemble_new(replay->rules, replay->running);
    replay->then = ensemble_new(replay->rules, replay->other);
    return CLI_OK;
}

static void replay_done(struct replay *replay)
{
    ensemble_free(replay->now);
    ensemble_free(replay->then);
    model_close(replay->running);
    model_close(replay->other);
    rules_free(replay->rules);
    json_decref(replay->listed);
    free(replay->moves);
}

static int run(const struct cli *cli, struct replay *replay, uint64_t since_us, uint64_t until_us)
{
    struct store_ticket_filter filter = {.since_us = since_us, .until_us = until_us};
    bool more;
    int err = store_tickets(cli->store, &filter, replay_ticket, replay, &more);

    if (err != OK)
        return cli_fail(cli, CLI_STORE, "the store cannot be read (%s); try: aduan verify", err_name(err));
    if (replay->move_count)
        qsort(replay->moves, replay->move_count, sizeof *replay->moves, by_count);
    if (cli->json)
        return output_json(replay_json(replay, since_us, until_us));
    print(cli, replay);
    return CLI_OK;
}

int cmd_replay(struct cli *cli)
{
    struct replay replay = {.cli = cli, .listed = json_array()};
    uint64_t now_us = clock_now_us(), since_us = 0;
    int code = since_when(cli, now_us, &since_us);

    if (code == CLI_OK)
        code = cli_option_count(cli, "limit", 0, 100000, LISTED, &replay.listed_max);
    if (code == CLI_OK)
        code = open_both(cli, &replay);
    if (code == CLI_OK)
        code = run(cli, &replay, since_us, now_us);
    replay_done(&replay);
    return code;
}
