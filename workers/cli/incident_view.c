/* SPDX-License-Identifier: BSD-2-Clause */
#include "incident_view.h"

#include "output.h"
#include "store_incident.h"
#include "ticket.h"
#include "ticket_view.h"

#include <stdlib.h>
#include <string.h>

enum { SHOWN_MAX = 100 };

Aduan__Record__Ticket *incident_lead(const struct cli *cli, uint64_t id)
{
    Aduan__Record__Ticket *lead;
    uint64_t ticket;
    size_t count;

    if (store_incident_tickets(cli->store, id, 0, 1, &ticket, &count) != OK || count == 0)
        return NULL;
    return store_ticket_get(cli->store, ticket, &lead) == OK ? lead : NULL;
}

json_t *incident_json(const Aduan__Record__Incident *incident, const Aduan__Record__Ticket *lead)
{
    json_t *object = json_object();

    json_object_set_new(object, "id", json_integer((json_int_t)incident->id));
    json_object_set_new(object, "count", json_integer(incident->tickets));
    json_object_set_new(object, "open", json_integer(incident->open));
    json_object_set_new(object, "emergencies", json_integer(incident->emergencies));
    json_object_set_new(object, "opened", json_time(incident->opened_us));
    json_object_set_new(object, "changed", json_time(incident->changed_us));
    json_object_set_new(object, "answers", json_integer(incident->answers));
    json_object_set_new(object, "answered", json_time(incident->answered_us));
    json_object_set_new(object, "category", lead ? json_text(lead->category, strlen(lead->category)) : json_null());
    json_object_set_new(object, "agency", lead ? json_text(lead->agency, strlen(lead->agency)) : json_null());
    json_object_set_new(object, "first", lead ? json_integer((json_int_t)lead->id) : json_null());
    json_object_set_new(object, "text", lead ? json_text(lead->text.data, lead->text.len) : json_null());
    return object;
}

/* The first of its tickets; what cannot be read is left out. */
static size_t load(const struct cli *cli, uint64_t id, Aduan__Record__Ticket **tickets)
{
    uint64_t ids[SHOWN_MAX];
    size_t count, loaded = 0;

    if (store_incident_tickets(cli->store, id, 0, SHOWN_MAX, ids, &count) != OK)
        return 0;
    for (size_t i = 0; i < count; i++)
        loaded += store_ticket_get(cli->store, ids[i], &tickets[loaded]) == OK;
    return loaded;
}

static int print_json(const Aduan__Record__Incident *incident, Aduan__Record__Ticket *const *tickets, size_t count)
{
    json_t *object = json_object(), *list = json_array();
    json_t *fields = incident_json(incident, count ? tickets[0] : NULL);

    json_object_set_new(object, "v", json_integer(1));
    json_object_update(object, fields);
    json_decref(fields);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, ticket_json(tickets[i]));
    json_object_set_new(object, "tickets", list);
    json_object_set_new(object, "more", json_boolean(incident->tickets > count));
    return output_json(object);
}

static void print_tickets(const struct cli *cli, Aduan__Record__Ticket *const *tickets, size_t count)
{
    static const char *const headers[] = {"TICKET", "STATE", "AGENCY", "OPENED", "TEXT"};
    static const enum align align[] = {RIGHT, LEFT, LEFT, LEFT, LEFT};
    struct table *table = table_new(5, headers, align);

    for (size_t i = 0; i < count; i++) {
        const Aduan__Record__Ticket *ticket = tickets[i];
        char *line = output_clean(ticket->text.data, ticket->text.len, false), at[32];
        bool emergency = strcmp(ticket->urgency, "emergency") == 0;

        table_cell(table, PAINT_BOLD, "%llu", (unsigned long long)ticket->id);
        table_cell(table, emergency ? PAINT_RED : PAINT_NONE, "%s", ticket_state_name(ticket->state));
        table_cell(table, PAINT_NONE, "%s", ticket->agency);
        table_cell(table, PAINT_NONE, "%.16s", output_time(ticket->opened_us, at));
        table_cell(table, PAINT_NONE, "%s", line);
        free(line);
    }
    table_print(table, cli, stdout);
    table_free(table);
}

static void print_card(const struct cli *cli, const Aduan__Record__Incident *incident,
                       Aduan__Record__Ticket *const *tickets, size_t count)
{
    char at[32];

    printf("%sincident %llu%s  %u tickets, %u open%s", paint_on(cli, PAINT_BOLD), (unsigned long long)incident->id,
           paint_off(cli, PAINT_BOLD), incident->tickets, incident->open, count ? " · " : "");
    printf("%s", count ? tickets[0]->category : "");
    if (incident->emergencies)
        printf("%s  %u EMERGENCIES%s", paint_on(cli, PAINT_RED), incident->emergencies, paint_off(cli, PAINT_RED));
    printf("\n  since %s", output_time(incident->opened_us, at));
    if (incident->answers)
        printf(", answered at once %u times, last %s", incident->answers, output_time(incident->answered_us, at));
    putchar('\n');
    print_tickets(cli, tickets, count);
    if (incident->tickets > count)
        fprintf(stderr, "more: aduan tickets --incident %llu\n", (unsigned long long)incident->id);
}

int incident_show(struct cli *cli, uint64_t id)
{
    Aduan__Record__Ticket *tickets[SHOWN_MAX];
    Aduan__Record__Incident *incident;
    int code = CLI_OK, err = store_incident_get(cli->store, id, &incident);

    if (err == E_NOT_FOUND)
        return cli_fail(cli, CLI_NOT_FOUND, "there is no incident %llu", (unsigned long long)id);
    if (err)
        return cli_fail(cli, CLI_STORE, "incident %llu cannot be read (%s); try: aduan verify", (unsigned long long)id,
                        err_name(err));
    size_t count = load(cli, id, tickets);
    if (cli->json)
        code = print_json(incident, tickets, count);
    else
        print_card(cli, incident, tickets, count);
    for (size_t i = 0; i < count; i++)
        aduan__record__ticket__free_unpacked(tickets[i], NULL);
    aduan__record__incident__free_unpacked(incident, NULL);
    return code;
}
