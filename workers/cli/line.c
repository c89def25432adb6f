/* SPDX-License-Identifier: BSD-2-Clause */
/* Speaking with aduand, and what is left to see when it is not there. */
#include "clock.h"
#include "control.h"
#include "lockfile.h"
#include "status.h"

#include <dirent.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum { ASK_MS = 5000, WAIT_POLL_MS = 200 };

static int ask(const struct cli *cli, const char *verb, json_t *args, json_t **result, struct fault *fault)
{
    char endpoint[CONFIG_ENDPOINT_BYTES];
    int err = config_endpoint(cli->config, "control", endpoint);

    if (err) {
        json_decref(args);
        return fault_set(fault, E_CONFIG, "run.dir (%s) is too long for a socket", cli->config->run_dir);
    }
    return control_call(endpoint, verb, args, ASK_MS, result, fault);
}

int line_ask(const struct cli *cli, const char *verb, json_t *args, json_t **result)
{
    struct fault fault = {0};
    int err = ask(cli, verb, args, result, &fault);

    return err ? cli_fail_fault(cli, err, &fault) : CLI_OK;
}

int line_status(const struct cli *cli, json_t **status, struct fault *fault)
{
    return ask(cli, "status", NULL, status, fault);
}

int line_wait(const struct cli *cli, status_fn done, const void *ctx, uint64_t timeout_s, json_t **last)
{
    uint64_t deadline_ms = clock_mono_ms() + timeout_s * 1000;
    int err;

    *last = NULL;
    do {
        struct fault fault;
        json_t *status;

        err = line_status(cli, &status, &fault);
        if (err == OK) {
            json_decref(*last);
            *last = status;
            if (done(status, ctx))
                return CLI_OK;
        }
        poll(NULL, 0, WAIT_POLL_MS);
    } while (clock_mono_ms() < deadline_ms);
    return err ? CLI_NOT_RUNNING : CLI_FAILED;
}

/* --- without aduand --- */

/* The role of a lock's name; NULL for a lock that is no process's (aduand's own, a socket's). */
static const char *role_of(const struct config *config, const char *name)
{
    if (strncmp(name, "classifier.", 11) == 0)
        return "classifier";
    if (strncmp(name, "responder.", 10) == 0)
        return "responder";
    if (strcmp(name, "feed.1") == 0)
        return "feed";
    for (size_t i = 0; i < config->box_count; i++)
        if (strcmp(config->boxes[i].name, name) == 0)
            return "box";
    return NULL;
}

/* A process whose lock is held; what only aduand knows is 0. */
static void add_holder(const struct cli *cli, json_t *processes, const char *file)
{
    size_t len = strlen(file);
    char name[128];
    const char *role;
    pid_t pid;

    if (len <= 5 || len - 5 >= sizeof name || strcmp(file + len - 5, ".lock") != 0)
        return;
    snprintf(name, sizeof name, "%.*s", (int)(len - 5), file);
    role = role_of(cli->config, name);
    pid = role ? lockfile_holder(cli->config->run_dir, name) : 0;
    if (pid)
        json_array_append_new(processes,
                              json_pack("{s:s,s:s,s:i,s:s,s:i,s:f,s:i,s:i,s:i,s:i,s:i,s:i,s:s}", "name", name, "role",
                                        role, "pid", (int)pid, "state", "running", "uptime_s", 0, "rate_per_s", 0.0,
                                        "done", 0, "backlog", 0, "oldest_ms", 0, "refused", 0, "errors", 0, "restarts",
                                        0, "note", "seen by its lock; nobody watches it"));
}

static json_t *processes_by_locks(const struct cli *cli)
{
    json_t *processes = json_array();
    struct dirent **entries = NULL;
    int count = scandir(cli->config->run_dir, &entries, NULL, alphasort);

    for (int i = 0; i < count; i++) {
        add_holder(cli, processes, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return processes;
}

static json_t *count_workers(const json_t *processes, const char *role, uint32_t wanted)
{
    const json_t *process;
    int running = 0;
    size_t i;

    json_array_foreach(processes, i, process)
    {
        running += strcmp(json_string_value(json_object_get(process, "role")), role) == 0;
    }
    return json_pack("{s:i,s:i}", "wanted", (int)wanted, "running", running);
}

static json_t *absent_aduand(const struct cli *cli)
{
    return json_pack("{s:i,s:s,s:s,s:i,s:s,s:i,s:i,s:[]}", "pid", 0, "version", ADUAN_VERSION, "state", "not_running",
                     "uptime_s", 0, "config", cli->config->path, "config_generation", 0, "refused", 0, "held");
}

static json_t *store_figures(struct cli *cli)
{
    struct store_options options = {
        .dir = cli->config->store_dir, .map_bytes = cli->config->store_map_bytes, .read_only = true};
    struct store_stats s;
    struct fault fault = {0};
    int err = seal_open(cli->config->key_path, &cli->seal, &fault);

    options.seal = cli->seal;
    if (err == OK)
        err = store_open(&options, &cli->store, &fault);
    if (err == OK)
        err = store_stats(cli->store, &s);
    if (err)
        return json_pack("{s:b,s:s}", "available", 0, "note", fault.text[0] ? fault.text : err_name(err));
    uint64_t now_us = clock_now_us();
    uint64_t due_ms = s.oldest_due_us && s.oldest_due_us < now_us ? (now_us - s.oldest_due_us) / 1000 : 0;
    return json_pack("{s:b,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:i,s:i,s:i}", "available", 1,
                     "messages", (json_int_t)s.messages, "parts_waiting", (json_int_t)s.parts_waiting, "tickets",
                     (json_int_t)s.tickets, "tickets_open", (json_int_t)s.tickets_open, "replies",
                     (json_int_t)s.replies, "replies_due", (json_int_t)s.replies_due, "oldest_due_ms",
                     (json_int_t)due_ms, "events", (json_int_t)s.events, "identities", (json_int_t)s.identities,
                     "quarantined", (json_int_t)s.quarantined, "map_bytes", (json_int_t)s.map_bytes, "used_bytes",
                     (json_int_t)s.used_bytes, "disk_free_bytes", (json_int_t)s.disk_free_bytes, "readers",
                     (int)s.readers, "readers_max", (int)s.readers_max, "version", (int)s.version);
}

json_t *line_status_offline(struct cli *cli)
{
    json_t *processes = processes_by_locks(cli);
    json_t *classifiers = count_workers(processes, "classifier", cli->config->classifiers);
    json_t *responders = count_workers(processes, "responder", cli->config->responders);

    return json_pack("{s:i,s:o,s:o,s:[],s:o,s:{s:o,s:o}}", "v", 1, "aduand", absent_aduand(cli), "processes", processes,
                     "links", "store", store_figures(cli), "workers", "classifier", classifiers, "responder",
                     responders);
}
