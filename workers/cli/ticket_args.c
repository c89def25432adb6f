/* SPDX-License-Identifier: BSD-2-Clause */
#include "ticket_args.h"

#include "output.h"
#include "preview.h"
#include "ticket_id.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int ticket_arg_id(const struct cli *cli, const char *text, uint64_t *id)
{
    *id = ticket_id_parse(text, strlen(text));
    if (*id)
        return CLI_OK;
    return cli_fail(cli, CLI_USAGE,
                    "\"%s\" is no ticket number: its check digit does not fit. Look at the digits again", text);
}

int incident_arg_id(const struct cli *cli, const char *text, uint64_t *id)
{
    char *end;

    errno = 0;
    *id = strtoull(text, &end, 10);
    if (*text >= '0' && *text <= '9' && !*end && !errno && *id)
        return CLI_OK;
    return cli_fail(cli, CLI_USAGE, "\"%s\" is no incident's number; see: aduan incidents", text);
}

int ticket_arg_get(const struct cli *cli, uint64_t id, Aduan__Record__Ticket **out)
{
    int err = store_ticket_get(cli->store, id, out);

    if (err == E_NOT_FOUND)
        return cli_fail(cli, CLI_NOT_FOUND, "there is no ticket %llu", (unsigned long long)id);
    if (err)
        return cli_fail(cli, CLI_STORE, "ticket %llu cannot be read (%s); try: aduan verify", (unsigned long long)id,
                        err_name(err));
    return CLI_OK;
}

int ticket_arg_text(const struct cli *cli, const char *text, bool must)
{
    json_t *probe;

    if (!text)
        return CLI_OK;
    if (must && !text[strspn(text, " \t\r\n")])
        return cli_fail(cli, CLI_USAGE, "the text is empty");
    probe = json_string(text);
    if (!probe)
        return cli_fail(cli, CLI_USAGE, "the text is no UTF-8; look at your terminal's locale");
    json_decref(probe);
    return CLI_OK;
}

int ticket_tell_cost(const struct cli *cli, const struct rules *rules, uint64_t id, const char *words)
{
    struct preview preview = {0};
    struct preview_of of = {.template_name = "staff", .words = words};
    struct fault fault = {0};
    Aduan__Record__Ticket *ticket;
    char cost[96];
    int err, code = ticket_arg_get(cli, id, &ticket);

    if (code != CLI_OK)
        return code;
    of.ticket = ticket;
    of.language = *ticket->language ? ticket->language : cli->config->language;
    err = preview_reply(cli->config, rules, &of, &preview, &fault);
    if (err)
        code = cli_fail_fault(cli, err, &fault);
    else
        cli_remark(cli, "%s", preview_cost(&preview.cost, cost));
    preview_done(&preview);
    aduan__record__ticket__free_unpacked(ticket, NULL);
    return code;
}
