/* SPDX-License-Identifier: BSD-2-Clause */
#include "citizen.h"

#include <ctype.h>
#include <string.h>

int citizen_read(const struct cli *cli, struct citizen *out)
{
    const struct config *config = cli->config;
    const char *from = cli_option(cli, "from"), *to = cli_option(cli, "to"), *host = cli_option(cli, "host");
    uint64_t port;
    int code = cli_option_count(cli, "port", 1, 65535, config->smoke_port, &port);

    if (code == CLI_OK)
        code = cli_option_count(cli, "timeout", 1, 3600, 20, &out->timeout_s);
    if (code != CLI_OK)
        return code;
    out->from = from ? from : config->smoke_sender;
    out->to = to ? to : config->shortcodes[0];
    out->host = host ? host : config->smoke_host;
    out->port = (uint32_t)port;
    if (port == 0)
        return cli_fail(cli, CLI_CONFIG,
                        "%s has no smoke.port: set it to the port of bearerbox's fake SMSC link, or say --port",
                        config->path);
    if (strlen(out->from) >= FAKE_NUMBER_BYTES || !*out->from || strchr(out->from, ' '))
        return cli_fail(cli, CLI_USAGE, "--from wants a number without spaces, at most %d characters",
                        FAKE_NUMBER_BYTES - 1);
    return CLI_OK;
}

void citizen_number(const struct citizen *citizen, size_t i, char out[FAKE_NUMBER_BYTES])
{
    size_t at = strlen(citizen->from);

    snprintf(out, FAKE_NUMBER_BYTES, "%s", citizen->from);
    while (i && at > 0 && isdigit((unsigned char)out[at - 1])) {
        size_t digit = (size_t)(out[--at] - '0') + i % 10;

        out[at] = (char)('0' + digit % 10);
        i = i / 10 + digit / 10;
    }
}
