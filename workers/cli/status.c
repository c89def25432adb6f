/* SPDX-License-Identifier: BSD-2-Clause */
/* The status as tables. Fields that are not there (an older aduand, or none) show as "-". */
#include "status.h"

#include "clock.h"
#include "output.h"

#include <string.h>

static const char *text(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));

    return value ? value : "";
}

static uint64_t number(const json_t *object, const char *name)
{
    json_int_t value = json_integer_value(json_object_get(object, name));

    return value > 0 ? (uint64_t)value : 0;
}

static bool in_service(const char *state)
{
    return strcmp(state, "ready") == 0 || strcmp(state, "running") == 0;
}

bool status_ready(const json_t *status)
{
    const json_t *links = json_object_get(status, "links"), *workers = json_object_get(status, "workers"), *item;
    const char *role;
    size_t i;

    if (strcmp(text(json_object_get(status, "aduand"), "state"), "ready") != 0 || json_array_size(links) == 0)
        return false;
    json_array_foreach(links, i, item) if (!json_is_true(json_object_get(item, "up"))) return false;
    json_array_foreach(json_object_get(status, "processes"), i,
                       item) if (!in_service(text(item, "state"))) return false;
    json_object_foreach((json_t *)workers, role,
                        item) if (number(item, "running") < number(item, "wanted")) return false;
    return true;
}

void status_why_not(const json_t *status, char *out, size_t size)
{
    const json_t *item;
    size_t i;

    out[0] = 0;
    json_array_foreach(json_object_get(status, "processes"), i, item)
    {
        if (!in_service(text(item, "state"))) {
            snprintf(out, size, "%s is %s%s%s", text(item, "name"), text(item, "state"),
                     *text(item, "note") ? ": " : "", text(item, "note"));
            return;
        }
    }
    json_array_foreach(json_object_get(status, "links"), i, item)
    {
        if (!json_is_true(json_object_get(item, "up"))) {
            snprintf(out, size, "the link %s of %s to %s:%llu is down%s%s", text(item, "name"), text(item, "box"),
                     text(item, "host"), (unsigned long long)number(item, "port"), *text(item, "note") ? ": " : "",
                     text(item, "note"));
            return;
        }
    }
}

static const char *span(const json_t *object, const char *name, uint64_t unit_us, char out[CLOCK_ISO_BYTES])
{
    uint64_t value = number(object, name);

    return value ? clock_span(value * unit_us, out) : "-";
}

static enum paint paint_of(const char *state)
{
    if (in_service(state))
        return PAINT_GREEN;
    return strcmp(state, "stopped") == 0 || strcmp(state, "drained") == 0 ? PAINT_DIM : PAINT_YELLOW;
}

static void print_aduand(const struct cli *cli, const json_t *aduand, FILE *out)
{
    char up[CLOCK_ISO_BYTES];

    if (strcmp(text(aduand, "state"), "not_running") == 0) {
        fprintf(out, "%saduand does not run%s; this is what can be seen without it\n\n", paint_on(cli, PAINT_RED),
                paint_off(cli, PAINT_RED));
        return;
    }
    fprintf(out, "aduand %s%s%s, pid %llu, up %s, configuration %s (read %llu times)\n\n",
            paint_on(cli, paint_of(text(aduand, "state"))), text(aduand, "state"),
            paint_off(cli, paint_of(text(aduand, "state"))), (unsigned long long)number(aduand, "pid"),
            span(aduand, "uptime_s", 1000000, up), text(aduand, "config"),
            (unsigned long long)number(aduand, "config_generation"));
}

static void process_row(struct table *table, const json_t *process)
{
    const char *state = text(process, "state"), *note = text(process, "note");
    char up[CLOCK_ISO_BYTES], oldest[CLOCK_ISO_BYTES];

    table_cell(table, PAINT_BOLD, "%s", text(process, "name"));
    if (number(process, "pid"))
        table_cell(table, PAINT_NONE, "%llu", (unsigned long long)number(process, "pid"));
    else
        table_cell(table, PAINT_NONE, "-");
    table_cell(table, paint_of(state), "%s", state);
    table_cell(table, PAINT_NONE, "%s", span(process, "uptime_s", 1000000, up));
    table_cell(table, PAINT_NONE, "%.1f", json_number_value(json_object_get(process, "rate_per_s")));
    table_cell(table, PAINT_NONE, "%llu", (unsigned long long)number(process, "done"));
    table_cell(table, PAINT_NONE, "%llu", (unsigned long long)number(process, "backlog"));
    table_cell(table, PAINT_NONE, "%s", span(process, "oldest_ms", 1000, oldest));
    table_cell(table, number(process, "restarts") ? PAINT_YELLOW : PAINT_NONE, "%llu",
               (unsigned long long)number(process, "restarts"));
    table_cell(table, strcmp(state, "stopped") == 0 ? PAINT_DIM : PAINT_RED, "%s", note);
}

static void print_processes(const struct cli *cli, const json_t *processes, FILE *out)
{
    static const char *const headers[] = {"PROCESS", "PID",     "STATE",  "UPTIME",   "RATE/S",
                                          "DONE",    "BACKLOG", "OLDEST", "RESTARTS", "NOTE"};
    static const enum align align[] = {LEFT, RIGHT, LEFT, RIGHT, RIGHT, RIGHT, RIGHT, RIGHT, RIGHT, LEFT};
    struct table *table = table_new(10, headers, align);
    const json_t *process;
    size_t i;

    json_array_foreach(processes, i, process) process_row(table, process);
    if (i)
        table_print(table, cli, out);
    else
        fputs("no process runs\n", out);
    table_free(table);
}

static void print_links(const struct cli *cli, const json_t *links, FILE *out)
{
    static const char *const headers[] = {"LINK", "BEARERBOX", "STATE", "SINCE", "WINDOW", "NOTE"};
    static const enum align align[] = {LEFT, LEFT, LEFT, RIGHT, RIGHT, LEFT};
    struct table *table = table_new(6, headers, align);
    const json_t *link;
    size_t i;

    json_array_foreach(links, i, link)
    {
        bool up = json_is_true(json_object_get(link, "up"));
        bool full = json_is_true(json_object_get(link, "window_warning"));
        char since[CLOCK_ISO_BYTES];

        table_cell(table, PAINT_BOLD, "%s/%s", text(link, "box"), text(link, "name"));
        table_cell(table, PAINT_NONE, "%s:%llu", text(link, "host"), (unsigned long long)number(link, "port"));
        table_cell(table, up ? PAINT_GREEN : PAINT_RED, "%s", up ? "up" : "down");
        table_cell(table, PAINT_NONE, "%s", span(link, "since_s", 1000000, since));
        table_cell(table, full ? PAINT_RED : PAINT_NONE, "%llu", (unsigned long long)number(link, "window"));
        table_cell(table, PAINT_RED, "%s",
                   *text(link, "note") ? text(link, "note")
                   : full              ? "many messages wait for their commit: aduan scale classifier=N"
                                       : "");
    }
    if (i) {
        fputc('\n', out);
        table_print(table, cli, out);
    }
    table_free(table);
}

static void print_store(const struct cli *cli, const json_t *store, FILE *out)
{
    char used[32], map[32], disk[32], oldest[CLOCK_ISO_BYTES], waiting[CLOCK_ISO_BYTES];

    if (!json_is_true(json_object_get(store, "available"))) {
        fprintf(out, "\nstore       %s%s%s\n", paint_on(cli, PAINT_RED), text(store, "note"),
                paint_off(cli, PAINT_RED));
        return;
    }
    fprintf(out, "\nstore       %s of %s used, %s free on disk; %llu of %llu readers\n",
            output_bytes(number(store, "used_bytes"), used), output_bytes(number(store, "map_bytes"), map),
            output_bytes(number(store, "disk_free_bytes"), disk), (unsigned long long)number(store, "readers"),
            (unsigned long long)number(store, "readers_max"));
    fprintf(out, "tickets     %llu, %llu open; %llu messages, %llu parts waiting, %llu events\n",
            (unsigned long long)number(store, "tickets"), (unsigned long long)number(store, "tickets_open"),
            (unsigned long long)number(store, "messages"), (unsigned long long)number(store, "parts_waiting"),
            (unsigned long long)number(store, "events"));
    if (number(store, "unclassified"))
        fprintf(out, "peak        %s%llu ticket%s answered, to be classified, the oldest since %s%s\n",
                paint_on(cli, PAINT_YELLOW), (unsigned long long)number(store, "unclassified"),
                number(store, "unclassified") == 1 ? "" : "s", span(store, "oldest_unclassified_ms", 1000, waiting),
                paint_off(cli, PAINT_YELLOW));
    fprintf(out, "replies     %llu, %llu due%s%s\n", (unsigned long long)number(store, "replies"),
            (unsigned long long)number(store, "replies_due"),
            number(store, "oldest_due_ms") ? ", the oldest since " : "",
            number(store, "oldest_due_ms") ? span(store, "oldest_due_ms", 1000, oldest) : "");
    if (number(store, "quarantined"))
        fprintf(out, "quarantine  %s%llu message%s: aduan quarantine list%s\n", paint_on(cli, PAINT_RED),
                (unsigned long long)number(store, "quarantined"), number(store, "quarantined") == 1 ? "" : "s",
                paint_off(cli, PAINT_RED));
    else
        fputs("quarantine  empty\n", out);
}

static void print_workers(const struct cli *cli, const json_t *workers, FILE *out)
{
    const char *role;
    const json_t *item;

    if (json_object_size(workers) == 0)
        return;
    fputs("\nworkers    ", out);
    json_object_foreach((json_t *)workers, role, item)
    {
        bool few = number(item, "running") < number(item, "wanted");

        fprintf(out, " %s%s %llu of %llu%s ", paint_on(cli, few ? PAINT_YELLOW : PAINT_NONE), role,
                (unsigned long long)number(item, "running"), (unsigned long long)number(item, "wanted"),
                paint_off(cli, few ? PAINT_YELLOW : PAINT_NONE));
    }
    fputc('\n', out);
}

void status_print(const struct cli *cli, const json_t *status, FILE *out)
{
    print_aduand(cli, json_object_get(status, "aduand"), out);
    print_processes(cli, json_object_get(status, "processes"), out);
    print_links(cli, json_object_get(status, "links"), out);
    print_workers(cli, json_object_get(status, "workers"), out);
    print_store(cli, json_object_get(status, "store"), out);
}
