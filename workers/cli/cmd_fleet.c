/* SPDX-License-Identifier: BSD-2-Clause */
/* What operators change on a running line. aduand decides; this asks, shows what it said, and waits if told to. */
#include "clock.h"
#include "commands.h"
#include "lockfile.h"
#include "output.h"
#include "status.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

/* Loading a large model takes a busy machine a moment. */
enum { RELOAD_ANSWER_S = 15 };

/* The result as JSON, with the version in front. */
static int print_result(json_t *result)
{
    json_t *object = json_pack("{s:i}", "v", 1);

    json_object_update(object, result);
    return output_json(object);
}

static int wait_seconds(const struct cli *cli, uint64_t *seconds)
{
    return cli_option_count(cli, "timeout", 1, 86400, 60, seconds);
}

static int wait_for(const struct cli *cli, status_fn done, const void *ctx, uint64_t seconds)
{
    json_t *last = NULL;
    char why[512] = "";
    int code;

    if (!cli_flag(cli, "wait"))
        return CLI_OK;
    code = line_wait(cli, done, ctx, seconds, &last);
    if (last && code != CLI_OK)
        status_why_not(last, why, sizeof why);
    json_decref(last);
    if (code == CLI_NOT_RUNNING)
        return cli_fail(cli, code, "aduand went away while waiting");
    return code == CLI_OK
               ? CLI_OK
               : cli_fail(cli, code, "not so after %llu s%s%s", (unsigned long long)seconds, *why ? ": " : "", why);
}

/* --- scale --- */

/* "classifier=4" into the object. */
static int parse_count(const struct cli *cli, const char *word, json_t *counts)
{
    const char *equals = strchr(word, '=');
    char role[32], *end;
    unsigned long count;

    if (!equals || equals == word || (size_t)(equals - word) >= sizeof role)
        return cli_fail(cli, CLI_USAGE, "\"%s\": expected ROLE=N, such as classifier=4", word);
    snprintf(role, sizeof role, "%.*s", (int)(equals - word), word);
    errno = 0;
    count = strtoul(equals + 1, &end, 10);
    if (equals[1] < '0' || equals[1] > '9' || *end || errno || count > 100000)
        return cli_fail(cli, CLI_USAGE, "\"%s\": expected a whole number behind \"=\"", word);
    if (json_object_set_new(counts, role, json_integer((json_int_t)count)) != 0)
        return cli_fail(cli, CLI_USAGE, "\"%s\" is no UTF-8", word);
    return CLI_OK;
}

/* Each asked role has as many processes as asked for, and they are past their start. */
static bool is_scaled(const json_t *status, const void *ctx)
{
    const json_t *asked = ctx, *value, *process;
    const char *role;
    size_t i;

    json_object_foreach((json_t *)asked, role, value)
    {
        json_int_t alive = 0, serving = 0;

        json_array_foreach(json_object_get(status, "processes"), i, process)
        {
            const char *its = json_string_value(json_object_get(process, "role"));
            const char *state = json_string_value(json_object_get(process, "state"));

            if (!its || !state || strcmp(its, role) != 0)
                continue;
            alive += json_integer_value(json_object_get(process, "pid")) != 0;
            serving += strcmp(state, "ready") == 0 || strcmp(state, "running") == 0;
        }
        if (alive != json_integer_value(value) || serving != alive)
            return false;
    }
    return true;
}

static void print_scaled(const json_t *before, const json_t *after)
{
    const char *role;
    const json_t *value;

    json_object_foreach((json_t *)after, role, value)
    {
        const json_t *old = json_object_get(json_object_get(json_object_get(before, "workers"), role), "wanted");
        long long now = (long long)json_integer_value(value), was = (long long)json_integer_value(old);

        if (was == now)
            printf("%s %lld, as before\n", role, now);
        else
            printf("%s %lld → %lld\n", role, was, now);
    }
    fflush(stdout);
}

static int scale(struct cli *cli, json_t *counts, uint64_t seconds)
{
    json_t *before = NULL, *result = NULL;
    int code = line_ask(cli, "status", NULL, &before);

    if (code == CLI_OK)
        code = line_ask(cli, "scale", json_deep_copy(counts), &result);
    if (code == CLI_OK && cli->json)
        code = print_result(result);
    else if (code == CLI_OK)
        print_scaled(before, json_object_get(result, "workers"));
    if (code == CLI_OK)
        code = wait_for(cli, is_scaled, counts, seconds);
    json_decref(before);
    json_decref(result);
    return code;
}

int cmd_scale(struct cli *cli)
{
    json_t *counts = json_object();
    uint64_t seconds;
    int code = wait_seconds(cli, &seconds);

    for (size_t i = 0; i < cli->operand_count && code == CLI_OK; i++)
        code = parse_count(cli, cli->operands[i], counts);
    if (code == CLI_OK)
        code = scale(cli, counts, seconds);
    json_decref(counts);
    return code;
}

/* --- drain, resume --- */

static const char *text(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));

    return value ? value : "";
}

/* Nothing that the target names lives. */
static bool is_drained(const json_t *status, const void *ctx)
{
    const char *target = ctx;
    const json_t *process;
    size_t i;

    json_array_foreach(json_object_get(status, "processes"), i, process)
    {
        bool named = strcmp(target, "all") == 0 || strcmp(text(process, "name"), target) == 0 ||
                     strcmp(text(process, "role"), target) == 0;

        if (named && json_integer_value(json_object_get(process, "pid")) != 0)
            return false;
    }
    return true;
}

static void print_held(const json_t *result)
{
    const json_t *held = json_object_get(result, "held"), *word;
    size_t i;

    json_array_foreach(held, i, word) printf("%s%s", i ? ", " : "held: ", json_string_value(word));
    puts(i ? "" : "nothing is held");
    fflush(stdout);
}

static int hold(struct cli *cli, const char *target)
{
    json_t *result = NULL;
    int code = line_ask(cli, cli->command->words, json_pack("{s:s}", "target", target), &result);

    if (code == CLI_OK && cli->json)
        code = print_result(result);
    else if (code == CLI_OK)
        print_held(result);
    json_decref(result);
    return code;
}

int cmd_drain(struct cli *cli)
{
    const char *target = cli->operand_count ? cli->operands[0] : "all";
    uint64_t seconds;
    int code = wait_seconds(cli, &seconds);

    if (code == CLI_OK)
        code = hold(cli, target);
    return code == CLI_OK ? wait_for(cli, is_drained, target, seconds) : code;
}

int cmd_resume(struct cli *cli)
{
    return hold(cli, cli->operand_count ? cli->operands[0] : "all");
}

/* --- reload, stop --- */

/* What a worker says after it was told to load its files again. A box has none of them. */
static bool may_answer(const json_t *process)
{
    return strcmp(text(process, "role"), "box") != 0 && json_integer_value(json_object_get(process, "pid")) != 0 &&
           strcmp(text(process, "state"), "starting") != 0;
}

static const json_t *process_find(const json_t *status, const json_t *wanted)
{
    const json_t *process;
    size_t i;

    json_array_foreach(json_object_get(status, "processes"), i, process)
    {
        if (strcmp(text(process, "name"), text(wanted, "name")) == 0 &&
            json_equal(json_object_get(process, "pid"), json_object_get(wanted, "pid")))
            return process;
    }
    return NULL;
}

/* One that has ended meanwhile is not waited for: the next life reads the files by itself. */
static bool has_answered(const json_t *before, const json_t *after)
{
    const json_t *process = process_find(after, before);

    return !may_answer(before) || !process ||
           json_integer_value(json_object_get(process, "reloads")) >
               json_integer_value(json_object_get(before, "reloads"));
}

static bool all_answered(const json_t *after, const void *ctx)
{
    const json_t *before = ctx, *process;
    size_t i;

    json_array_foreach(json_object_get(before, "processes"), i, process)
    {
        if (!has_answered(process, after))
            return false;
    }
    return true;
}

/* Who refused, and who has not said; into the answer of the control line. */
static void add_answers(json_t *result, const json_t *before, const json_t *after)
{
    json_t *refused = json_array(), *silent = json_array();
    const json_t *process;
    size_t i;

    json_array_foreach(json_object_get(before, "processes"), i, process)
    {
        const json_t *now = process_find(after, process);

        if (!has_answered(process, after))
            json_array_append(silent, json_object_get(process, "name"));
        else if (now && may_answer(process) && *text(now, "reload_refused"))
            json_array_append_new(
                refused, json_pack("{s:s,s:s}", "process", text(now, "name"), "cause", text(now, "reload_refused")));
    }
    json_object_set_new(result, "refused", refused);
    json_object_set_new(result, "silent", silent);
}

static int tell_reload(const struct cli *cli, json_t *result)
{
    const json_t *refused = json_object_get(result, "refused"), *silent = json_object_get(result, "silent"), *item;
    int code = json_array_size(refused) > 0 ? CLI_FAILED : CLI_OK;
    size_t i;

    json_array_foreach(refused, i, item)
    {
        cli_remark(cli, "%s keeps what it had: %s", text(item, "process"), text(item, "cause"));
    }
    json_array_foreach(silent, i, item)
    {
        cli_remark(cli, "%s has not said yet whether it took it; see: aduan status", json_string_value(item));
    }
    if (cli->json) {
        int printed = print_result(result);
        return code == CLI_OK ? printed : code;
    }
    printf("read again (configuration %lld); %lld processes told\n",
           (long long)json_integer_value(json_object_get(result, "config_generation")),
           (long long)json_integer_value(json_object_get(result, "told")));
    return code;
}

int cmd_reload(struct cli *cli)
{
    json_t *before = NULL, *after = NULL, *result = NULL;
    int code = line_ask(cli, "status", NULL, &before);

    if (code == CLI_OK)
        code = line_ask(cli, "reload", NULL, &result);
    if (code == CLI_OK) {
        (void)!line_wait(cli, all_answered, before, RELOAD_ANSWER_S, &after);
        add_answers(result, before, after);
        code = tell_reload(cli, result);
    }
    json_decref(before);
    json_decref(after);
    json_decref(result);
    return code;
}

/* aduand itself goes last, so its lock tells. */
static int wait_gone(const struct cli *cli, uint64_t seconds)
{
    enum { GONE_POLL_MS = 100 };
    uint64_t deadline_ms = clock_mono_ms() + seconds * 1000;
    pid_t pid;

    while ((pid = lockfile_holder(cli->config->run_dir, "aduand"))) {
        if (clock_mono_ms() > deadline_ms)
            return cli_fail(cli, CLI_FAILED, "aduand (pid %d) still runs after %llu s", (int)pid,
                            (unsigned long long)seconds);
        poll(NULL, 0, GONE_POLL_MS);
    }
    return CLI_OK;
}

int cmd_stop(struct cli *cli)
{
    json_t *result = NULL;
    uint64_t seconds;
    int code = wait_seconds(cli, &seconds);

    if (code == CLI_OK)
        code = line_ask(cli, "stop", NULL, &result);
    if (code == CLI_OK && cli->json)
        code = print_result(result);
    else if (code == CLI_OK)
        printf("stopping; processes have %lld s to finish\n",
               (long long)json_integer_value(json_object_get(result, "drain_s")));
    json_decref(result);
    fflush(stdout);
    return code == CLI_OK && cli_flag(cli, "wait") ? wait_gone(cli, seconds) : code;
}
