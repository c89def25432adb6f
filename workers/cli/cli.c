/* SPDX-License-Identifier: BSD-2-Clause */
/* What every command shares: exit codes, messages, reading its options. Nothing here touches stdout. */
#include "cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const struct cli_exit_row exits[] = {
    {CLI_OK, "done"},
    {CLI_FAILED, "it was tried and did not work out: verify found breaks, no answer came"},
    {CLI_USAGE, "the command line is wrong"},
    {CLI_CONFIG, "the configuration is wrong: the message has file:line:column"},
    {CLI_NOT_RUNNING, "aduand does not run or does not answer"},
    {CLI_STORE, "the store cannot be used: missing, full, another key, a newer version"},
    {CLI_NOT_FOUND, "no such ticket, agency, process or file"},
    {CLI_NOT_ALLOWED, "not allowed in the state it is in"},
    {CLI_BUSY, "somebody else holds it; try again"},
};

const struct cli_exit_row *cli_exits(size_t *count)
{
    *count = sizeof exits / sizeof exits[0];
    return exits;
}

enum cli_exit cli_exit_of(int err)
{
    switch (err) {
    case OK:
        return CLI_OK;
    case E_CONFIG:
        return CLI_CONFIG;
    case E_GONE:
        return CLI_NOT_RUNNING;
    case E_NOT_FOUND:
        return CLI_NOT_FOUND;
    case E_STATE:
    case E_EXISTS:
        return CLI_NOT_ALLOWED;
    case E_BUSY:
    case E_AGAIN:
        return CLI_BUSY;
    case E_INVALID:
        return CLI_USAGE;
    case E_FULL:
    case E_KEY:
    case E_VERSION:
    case E_CORRUPT:
        return CLI_STORE;
    default:
        return CLI_FAILED;
    }
}

static void say(const struct cli *cli, const char *format, va_list list) __attribute__((format(printf, 2, 0)));

static void say(const struct cli *cli, const char *format, va_list list)
{
    if (cli->command)
        fprintf(stderr, "aduan %s: ", cli->command->words);
    else
        fputs("aduan: ", stderr);
    vfprintf(stderr, format, list);
    fputc('\n', stderr);
}

int cli_fail(const struct cli *cli, enum cli_exit code, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    say(cli, format, list);
    va_end(list);
    return code;
}

int cli_fail_fault(const struct cli *cli, int err, const struct fault *fault)
{
    return cli_fail(cli, cli_exit_of(err), "%s", fault->text[0] ? fault->text : err_name(err));
}

void cli_remark(const struct cli *cli, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    say(cli, format, list);
    va_end(list);
}

const char *cli_option(const struct cli *cli, const char *name)
{
    const struct option_row *rows = cli->command->options;

    for (size_t i = 0; rows && rows[i].name; i++)
        if (strcmp(rows[i].name, name) == 0)
            return cli->options[i];
    abort();
}

int cli_option_count(const struct cli *cli, const char *name, uint64_t min, uint64_t max, uint64_t fallback,
                     uint64_t *out)
{
    const char *text = cli_option(cli, name);
    char *end;
    uint64_t value;

    if (!text) {
        *out = fallback;
        return CLI_OK;
    }
    errno = 0;
    value = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end || errno || value < min || value > max)
        return cli_fail(cli, CLI_USAGE, "--%s wants a number from %llu to %llu, not \"%s\"", name,
                        (unsigned long long)min, (unsigned long long)max, text);
    *out = value;
    return CLI_OK;
}
