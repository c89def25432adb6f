/* SPDX-License-Identifier: BSD-2-Clause */
/* The key file, and sealing anew with another key. */
#include "clock.h"
#include "commands.h"
#include "output.h"
#include "store_rekey.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* --- keygen --- */

static int key_path(struct cli *cli, const char **out)
{
    int code = CLI_OK;

    if (cli->operand_count > 0) {
        *out = cli->operands[0];
        return CLI_OK;
    }
    code = session_open(cli, NEED_CONFIG);
    if (code == CLI_OK)
        *out = cli->config->key_path;
    return code;
}

static int create(struct cli *cli, const char *path)
{
    struct fault fault = {0};
    int err = key_file_create(path, &fault);

    if (err)
        return cli_fail_fault(cli, err, &fault);
    if (cli->json)
        return output_json(json_pack("{s:i,s:s,s:i}", "v", 1, "key_file", path, "created", 1));
    printf("%s is made; keep a copy of it apart from the store: without it no number and no text can be read\n", path);
    return CLI_OK;
}

static int add(struct cli *cli, const char *path)
{
    struct fault fault = {0};
    uint16_t id;
    int err = key_file_add(path, &id, &fault);

    if (err)
        return cli_fail_fault(cli, err, &fault);
    if (cli->json)
        return output_json(json_pack("{s:i,s:s,s:i}", "v", 1, "key_file", path, "added", (int)id));
    printf("%s has key %u now; keep a copy of it, then seal everything with it: aduan rekey\n", path, id);
    return CLI_OK;
}

static uint64_t values_of(const struct store_key_counts *counts, uint16_t key)
{
    for (size_t i = 0; i < counts->n; i++)
        if (counts->by[i].key == key)
            return counts->by[i].values;
    return 0;
}

/* A key may go only when nothing is sealed with it, and nothing will be. */
static int may_drop(struct cli *cli, uint16_t id)
{
    struct store_key_counts counts;
    struct store_rekey state;
    int code = session_open(cli, NEED_CONFIG | NEED_SEAL | NEED_STORE), err;

    if (code != CLI_OK)
        return code;
    err = store_rekey_state(cli->store, &state);
    if (!err)
        err = store_sealed_counts(cli->store, &counts);
    if (err)
        return cli_fail(cli, CLI_STORE, "the store cannot be read (%s); try: aduan verify", err_name(err));
    if (state.key == id || values_of(&counts, id) > 0)
        return cli_fail(cli, CLI_NOT_ALLOWED,
                        "%llu values of the store %s are sealed with key %u%s; seal them with the newest first: aduan "
                        "rekey",
                        (unsigned long long)values_of(&counts, id), cli->config->store_dir, id,
                        state.key == id ? ", and new ones are too" : "");
    return CLI_OK;
}

static int drop(struct cli *cli, const char *path)
{
    struct fault fault = {0};
    uint64_t id;
    int err, code = cli_option_count(cli, "drop", 1, KEY_ID_MAX, 0, &id);

    if (code != CLI_OK)
        return code;
    if (cli->operand_count > 0)
        return cli_fail(cli, CLI_USAGE, "a key is dropped from store.key only: its store is looked at first");
    code = may_drop(cli, (uint16_t)id);
    if (code != CLI_OK)
        return code;
    err = key_file_drop(path, (uint16_t)id, &fault);
    if (err)
        return cli_fail_fault(cli, err, &fault);
    if (cli->json)
        return output_json(json_pack("{s:i,s:s,s:i}", "v", 1, "key_file", path, "dropped", (int)id));
    printf("key %llu is gone from %s; a backup made before `aduan rekey` needs it still\n", (unsigned long long)id,
           path);
    return CLI_OK;
}

static int list(struct cli *cli, const char *path)
{
    struct fault fault = {0};
    struct key_file keys;
    int err = key_file_read(path, &keys, &fault);
    json_t *ids = json_array();

    if (err) {
        json_decref(ids);
        return cli_fail_fault(cli, err, &fault);
    }
    for (size_t i = 0; i < keys.count; i++) {
        json_array_append_new(ids, json_integer(keys.seal[i].id));
        if (!cli->json)
            printf("%u%s\n", keys.seal[i].id, i + 1 == keys.count ? "  the newest" : "");
    }
    key_file_wipe(&keys);
    if (cli->json)
        output_json(json_pack("{s:i,s:s,s:O}", "v", 1, "key_file", path, "keys", ids));
    json_decref(ids);
    return CLI_OK;
}

int cmd_keygen(struct cli *cli)
{
    const char *path;
    int code, asked = cli_flag(cli, "add") + cli_flag(cli, "drop") + cli_flag(cli, "list");

    if (asked > 1)
        return cli_fail(cli, CLI_USAGE, "give one of --add, --drop and --list");
    code = key_path(cli, &path);
    if (code != CLI_OK)
        return code;
    if (cli_flag(cli, "add"))
        return add(cli, path);
    if (cli_flag(cli, "drop"))
        return drop(cli, path);
    return cli_flag(cli, "list") ? list(cli, path) : create(cli, path);
}

/* --- rekey --- */

enum { BATCH_DEFAULT = 256, BATCH_MAX = 10000, PROGRESS_MS = 1000 };

static int begin(struct cli *cli, struct store_rekey *state)
{
    struct fault fault = {0};
    uint16_t newest = seal_newest(cli->seal);
    int err = store_rekey_state(cli->store, state);

    if (err)
        return cli_fail(cli, CLI_STORE, "the store cannot be read (%s); try: aduan verify", err_name(err));
    if (state->key == newest)
        return CLI_OK;
    err = store_rekey_begin(cli->store, newest, &fault);
    if (!err)
        err = store_rekey_state(cli->store, state);
    return err ? cli_fail_fault(cli, err, &fault) : CLI_OK;
}

void cli_give_way(uint64_t took_ms)
{
    struct timespec pause = {(time_t)(took_ms / 1000), (long)(took_ms % 1000) * 1000000L};

    while (nanosleep(&pause, &pause) != 0 && errno == EINTR)
        ;
}

static void progress(const struct store_rekey *state, uint64_t *told_ms)
{
    uint64_t now_ms = clock_mono_ms();

    if (*told_ms && now_ms - *told_ms < PROGRESS_MS)
        return;
    *told_ms = now_ms;
    fprintf(stderr, "%llu of %llu values looked at, %llu sealed anew\n", (unsigned long long)state->looked_at,
            (unsigned long long)state->total, (unsigned long long)state->resealed);
}

static int seal_anew(struct cli *cli, size_t batch, struct store_rekey *state)
{
    uint64_t told_ms = 0;

    while (state->going_on) {
        struct fault fault = {0};
        uint64_t began_ms = clock_mono_ms();
        int err = store_rekey_step(cli->store, batch, state, &fault);

        if (err)
            return cli_fail_fault(cli, err, &fault);
        if (state->going_on) {
            progress(state, &told_ms);
            cli_give_way(clock_mono_ms() - began_ms);
        }
    }
    return CLI_OK;
}

static int tell(const struct cli *cli, const struct store_rekey *state)
{
    bool whole = state->unopened == 0;

    if (cli->json)
        output_json(json_pack("{s:i,s:b,s:i,s:I,s:I,s:I}", "v", 1, "ok", whole, "key", (int)state->key, "looked_at",
                              (json_int_t)state->looked_at, "resealed", (json_int_t)state->resealed, "unopened",
                              (json_int_t)state->unopened));
    else if (whole)
        printf(
            "everything is sealed with key %u (%llu values sealed anew); older keys may go: aduan keygen --drop ID\n",
            state->key, (unsigned long long)state->resealed);
    if (whole)
        return CLI_OK;
    return cli_fail(cli, CLI_FAILED,
                    "%llu values did not open and are left as they were; see: aduan verify. Keep the older keys",
                    (unsigned long long)state->unopened);
}

int cmd_rekey(struct cli *cli)
{
    struct store_rekey state;
    uint64_t batch;
    int code = cli_option_count(cli, "batch", 1, BATCH_MAX, BATCH_DEFAULT, &batch);

    if (code == CLI_OK)
        code = begin(cli, &state);
    if (code == CLI_OK)
        code = seal_anew(cli, (size_t)batch, &state);
    return code == CLI_OK ? tell(cli, &state) : code;
}
