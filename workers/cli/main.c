/* SPDX-License-Identifier: BSD-2-Clause */
/* `aduan`, the command line of operators and staff: reads the command line, opens what the command needs, runs it. */
#include "args.h"
#include "cli.h"
#include "help.h"
#include "privileges.h"

#include <locale.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *login_name(void)
{
    const struct passwd *entry = getpwuid(geteuid());

    return entry ? entry->pw_name : "unknown";
}

static void defaults(struct cli *cli, const char *program)
{
    const char *no_color = getenv("NO_COLOR"), *config = getenv("ADUAN_CONFIG");

    cli->program = program;
    cli->config_path = config && *config ? config : CONFIG_DEFAULT_PATH;
    cli->terminal = isatty(STDOUT_FILENO);
    cli->color = cli->terminal && !(no_color && *no_color);
    cli->actor = login_name();
}

static int run(struct cli *cli)
{
    int code = session_open(cli, cli->command->needs);

    if (code == CLI_OK)
        code = cli->command->run(cli);
    session_close(cli);
    if (fflush(stdout) != 0 || ferror(stdout))
        return code == CLI_OK ? CLI_FAILED : code;
    return code;
}

int main(int argc, char **argv)
{
    struct cli cli = {0};
    enum args_want want;
    int code;

    privileges_drop();
    setlocale(LC_TIME, "C");
    signal(SIGPIPE, SIG_IGN);
    defaults(&cli, argv[0]);
    code = args_parse(&cli, argc, argv, &want);
    if (code != CLI_OK)
        return code;
    switch (want) {
    case ARGS_HELP:
        help_print(&cli, stdout);
        return CLI_OK;
    case ARGS_VERSION:
        puts("aduan " ADUAN_VERSION);
        return CLI_OK;
    case ARGS_NOTHING:
        help_print(&cli, stderr);
        return CLI_USAGE;
    case ARGS_RUN:
        return run(&cli);
    }
    return CLI_USAGE;
}
