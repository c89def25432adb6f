/* SPDX-License-Identifier: BSD-2-Clause */
/* The store as a whole: proof, figures, quarantine, copies. */
#include "clock.h"
#include "commands.h"
#include "lockfile.h"
#include "output.h"

#include <stdlib.h>
#include <string.h>

/* --- verify --- */

struct breaks {
    const struct cli *cli;
    json_t *list;
};

static void broken(void *ctx, const char *id, const char *sentence)
{
    struct breaks *breaks = ctx;
    const struct cli *cli = breaks->cli;

    if (cli->json)
        json_array_append_new(breaks->list, json_pack("{s:s,s:s}", "id", id, "sentence", sentence));
    else
        printf("%s%s%s  %s\n", paint_on(cli, PAINT_RED), id, paint_off(cli, PAINT_RED), sentence);
}

static const struct {
    const char *name, *label;
    size_t offset;
} figures[] = {
#define FIGURE(field, label)                                                                                           \
    {                                                                                                                  \
#field, label, offsetof(struct store_proof, field)                                                             \
    }
    FIGURE(messages, "messages"),
    FIGURE(wholes, "  whole, put together from parts"),
    FIGURE(parts, "  parts of long SMS"),
    FIGURE(no_ticket, "  without a ticket, with the reason"),
    FIGURE(resent, "  said again, joined to their ticket"),
    FIGURE(quarantined, "  in quarantine"),
    FIGURE(tickets, "tickets"),
    FIGURE(tickets_without_reply, "  without a reply, with the reason"),
    FIGURE(tickets_unclassified, "  received, to be classified"),
    FIGURE(incidents, "incidents"),
    FIGURE(incident_tickets, "  tickets in them"),
    FIGURE(replies, "replies"),
    FIGURE(reminders, "  to SMS that said it again"),
    FIGURE(replies_open, "  on their way"),
    FIGURE(replies_sent, "  taken by the network"),
    FIGURE(replies_delivered, "  delivered"),
    FIGURE(replies_failed, "  failed"),
    FIGURE(identities, "senders"),
    FIGURE(events, "events"),
    FIGURE(breaks, "breaks"),
#undef FIGURE
};

static uint64_t figure(const struct store_proof *proof, size_t i)
{
    return *(const uint64_t *)(const void *)((const char *)proof + figures[i].offset);
}

static json_t *sealed_json(const struct store_key_counts *counts)
{
    json_t *list = json_array();

    for (size_t i = 0; i < counts->n; i++)
        json_array_append_new(
            list, json_pack("{s:i,s:I}", "key", (int)counts->by[i].key, "values", (json_int_t)counts->by[i].values));
    return list;
}

static int verify_json(const struct store_proof *proof, json_t *list)
{
    json_t *object = json_object(), *values = json_object();

    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
        json_object_set_new(values, figures[i].name, json_integer((json_int_t)figure(proof, i)));
    json_object_set_new(object, "v", json_integer(1));
    json_object_set_new(object, "ok", json_boolean(proof->breaks == 0));
    json_object_set_new(object, "figures", values);
    json_object_set_new(object, "sealed", sealed_json(&proof->sealed));
    json_object_set(object, "breaks", list);
    return output_json(object);
}

static void verify_print(const struct cli *cli, const struct store_proof *proof)
{
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
        printf("%-38s %12llu\n", figures[i].label, (unsigned long long)figure(proof, i));
    for (size_t i = 0; i < proof->sealed.n; i++)
        printf("sealed with key %-22u %12llu\n", proof->sealed.by[i].key,
               (unsigned long long)proof->sealed.by[i].values);
    if (proof->breaks == 0)
        printf("%sthe store holds its promises%s\n", paint_on(cli, PAINT_GREEN), paint_off(cli, PAINT_GREEN));
    else
        printf("%s%llu promise%s broken%s: keep a backup (aduan backup DIR) before anything else\n",
               paint_on(cli, PAINT_RED), (unsigned long long)proof->breaks, proof->breaks == 1 ? " is" : "s are",
               paint_off(cli, PAINT_RED));
}

int cmd_verify(struct cli *cli)
{
    struct breaks breaks = {cli, json_array()};
    struct store_proof proof = {0};
    int code = CLI_OK, err = store_verify(cli->store, broken, &breaks, &proof);

    if (err)
        code = cli_fail(cli, CLI_STORE, "the walk through the store broke off (%s); what was found stands above",
                        err_name(err));
    else if (cli->json)
        code = verify_json(&proof, breaks.list);
    else
        verify_print(cli, &proof);
    json_decref(breaks.list);
    return code == CLI_OK && proof.breaks ? CLI_FAILED : code;
}

/* --- figures --- */

static int stats_json(const struct store_stats *stats)
{
    return output_json(
        json_pack("{s:i,s:I,s:I,s:I,s:o,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:o,s:I,s:I,s:I,s:i,s:i,s:i}", "v", 1,
                  "messages", (json_int_t)stats->messages, "resent", (json_int_t)stats->resent, "unclassified",
                  (json_int_t)stats->unclassified, "oldest_unclassified", json_time(stats->oldest_unclassified_us),
                  "parts_waiting", (json_int_t)stats->parts_waiting, "tickets", (json_int_t)stats->tickets,
                  "tickets_open", (json_int_t)stats->tickets_open, "replies", (json_int_t)stats->replies, "replies_due",
                  (json_int_t)stats->replies_due, "events", (json_int_t)stats->events, "identities",
                  (json_int_t)stats->identities, "quarantined", (json_int_t)stats->quarantined, "oldest_due",
                  json_time(stats->oldest_due_us), "map_bytes", (json_int_t)stats->map_bytes, "used_bytes",
                  (json_int_t)stats->used_bytes, "disk_free_bytes", (json_int_t)stats->disk_free_bytes, "readers",
                  (int)stats->readers, "readers_max", (int)stats->readers_max, "version", (int)stats->version));
}

static void count(const char *label, uint64_t value)
{
    printf("%-28s %12llu\n", label, (unsigned long long)value);
}

static void size(const char *label, uint64_t bytes)
{
    char text[32];

    printf("%-28s %12s\n", label, output_bytes(bytes, text));
}

int cmd_stats(struct cli *cli)
{
    struct store_stats stats;
    char span[CLOCK_ISO_BYTES];
    uint64_t now_us = clock_now_us();
    int err = store_stats(cli->store, &stats);

    if (err)
        return cli_fail(cli, CLI_STORE, "the store cannot be read (%s)", err_name(err));
    if (cli->json)
        return stats_json(&stats);
    count("messages", stats.messages);
    count("parts waiting", stats.parts_waiting);
    count("said again", stats.resent);
    count("tickets", stats.tickets);
    count("  open", stats.tickets_open);
    count("  to be classified", stats.unclassified);
    count("replies", stats.replies);
    count("  due", stats.replies_due);
    if (stats.oldest_due_us && stats.oldest_due_us < now_us)
        printf("%-28s %12s\n", "  oldest waiting since", clock_span(now_us - stats.oldest_due_us, span));
    count("events", stats.events);
    count("senders", stats.identities);
    count("in quarantine", stats.quarantined);
    size("used", stats.used_bytes);
    size("of (store.map_bytes)", stats.map_bytes);
    size("disk free", stats.disk_free_bytes);
    printf("%-28s %12s\n", "directory", cli->config->store_dir);
    return CLI_OK;
}

/* --- quarantine --- */

static int add_quarantined(void *ctx, const uint8_t *key, size_t key_len, const Aduan__Record__Quarantine *q,
                           const Aduan__Record__Message *message)
{
    json_t *object = json_object();

    json_object_set_new(object, "key", json_hex(key, key_len));
    json_object_set_new(object, "at", json_time(q->at_us));
    json_object_set_new(object, "deaths", json_integer(q->deaths));
    json_object_set_new(object, "reason", message ? json_string(message->reason) : json_null());
    json_object_set_new(object, "receiver",
                        message ? json_text(message->receiver.data, message->receiver.len) : json_null());
    json_object_set_new(object, "bearerbox", message ? json_string(message->bearerbox) : json_null());
    json_object_set_new(object, "coding", message ? json_integer(message->coding) : json_null());
    json_object_set_new(object, "body_hex", message ? json_hex(message->body.data, message->body.len) : json_null());
    json_array_append_new(ctx, object);
    return 0;
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text ? text : "";
}

static void quarantine_print(const struct cli *cli, const json_t *list)
{
    static const char *const headers[] = {"PARKED (UTC)", "DEATHS", "TO", "BEARERBOX", "KEY", "BODY (HEX)"};
    static const enum align align[] = {LEFT, RIGHT, LEFT, LEFT, LEFT, LEFT};
    struct table *table = table_new(6, headers, align);
    size_t i;
    json_t *object;

    json_array_foreach(list, i, object)
    {
        const char *to = text_of(object, "receiver");
        char *receiver = output_cut(to, strlen(to), 20);

        table_cell(table, PAINT_NONE, "%s", text_of(object, "at"));
        table_cell(table, PAINT_NONE, "%lld", (long long)json_integer_value(json_object_get(object, "deaths")));
        table_cell(table, PAINT_NONE, "%s", receiver);
        table_cell(table, PAINT_NONE, "%s", text_of(object, "bearerbox"));
        table_cell(table, PAINT_NONE, "%s", text_of(object, "key"));
        table_cell(table, PAINT_NONE, "%s", text_of(object, "body_hex"));
        free(receiver);
    }
    if (i)
        table_print(table, cli, stdout);
    else
        fputs("quarantine is empty\n", stderr);
    table_free(table);
}

int cmd_quarantine_list(struct cli *cli)
{
    json_t *list = json_array();
    int code = CLI_OK, err = store_quarantined(cli->store, add_quarantined, list);

    if (err)
        code = cli_fail(cli, CLI_STORE, "the store cannot be read (%s); try: aduan verify", err_name(err));
    else if (cli->json)
        code = output_json(json_pack("{s:i,s:O}", "v", 1, "quarantine", list));
    else
        quarantine_print(cli, list);
    json_decref(list);
    return code;
}

/* --- copies --- */

int cmd_backup(struct cli *cli)
{
    const char *dir = cli->operands[0];
    struct fault fault = {0};
    int err = store_backup(cli->store, dir, &fault);

    if (err)
        return cli_fail_fault(cli, err, &fault);
    if (cli->json)
        return output_json(json_pack("{s:i,s:s}", "v", 1, "backup", dir));
    printf("the store is copied to %s; its key (%s) is not in there: keep a copy of it elsewhere\n", dir,
           cli->config->key_path);
    return CLI_OK;
}

int cmd_restore(struct cli *cli)
{
    const char *dir = cli->operands[0];
    struct fault fault = {0};
    pid_t pid = lockfile_holder(cli->config->run_dir, "aduand");
    int err;

    if (!pid)
        pid = lockfile_holder(cli->config->store_dir, "aduand"); /* one with another run.dir */
    if (pid)
        return cli_fail(cli, CLI_BUSY, "aduand runs (pid %d); stop the line first: aduan stop --wait", (int)pid);
    err = store_restore(dir, cli->config->store_dir, cli->config->store_map_bytes, cli->seal, &fault);
    if (err)
        return cli_fail_fault(cli, err, &fault);
    if (cli->json)
        return output_json(json_pack("{s:i,s:s,s:s}", "v", 1, "restored", cli->config->store_dir, "from", dir));
    printf("%s holds what %s held, under a new epoch; prove it with: aduan verify\n", cli->config->store_dir, dir);
    return CLI_OK;
}
