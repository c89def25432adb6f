/* SPDX-License-Identifier: BSD-2-Clause */
/* Opens what a command needs, in order: configuration, seal, store. Only what it needs, so that `config check` works
 * without a store and `classify` without a key. */
#include "cli.h"

#include <stdlib.h>

static int open_config(struct cli *cli)
{
    struct fault fault = {0};
    int err = config_load(cli->config_path, &cli->config, &fault);

    if (err == E_CONFIG)
        return cli_fail_fault(cli, err, &fault);
    if (err)
        return cli_fail(cli, CLI_CONFIG, "%s (another file: --config FILE or ADUAN_CONFIG)",
                        fault.text[0] ? fault.text : err_name(err));
    return CLI_OK;
}

static int open_seal(struct cli *cli)
{
    struct fault fault = {0};
    int err = seal_open(cli->config->key_path, &cli->seal, &fault);

    return err ? cli_fail(cli, CLI_STORE, "%s", fault.text) : CLI_OK;
}

static int open_store(struct cli *cli, bool write)
{
    struct store_options options = {
        .dir = cli->config->store_dir,
        .map_bytes = cli->config->store_map_bytes,
        .seal = cli->seal,
        .create = false,
        .read_only = !write,
    };
    struct fault fault = {0};
    int err = store_open(&options, &cli->store, &fault);

    if (err == E_BUSY)
        return cli_fail_fault(cli, err, &fault);
    if (err)
        return cli_fail(cli, CLI_STORE, "%s", fault.text[0] ? fault.text : err_name(err));
    return CLI_OK;
}

int session_open(struct cli *cli, unsigned needs)
{
    bool store = needs & (NEED_STORE | NEED_STORE_WRITE);
    int code = CLI_OK;

    if ((needs || store) && !cli->config)
        code = open_config(cli);
    if (code == CLI_OK && (store || needs & NEED_SEAL) && !cli->seal)
        code = open_seal(cli);
    if (code == CLI_OK && store && !cli->store)
        code = open_store(cli, needs & NEED_STORE_WRITE);
    return code;
}

void session_close(struct cli *cli)
{
    store_close(cli->store);
    seal_close(cli->seal);
    config_free(cli->config);
    cli->store = NULL;
    cli->seal = NULL;
    cli->config = NULL;
}
