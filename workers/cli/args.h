/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line → struct cli: global options anywhere, then the command's words, its operands and options. */
#ifndef ADUAN_CLI_ARGS_H
#define ADUAN_CLI_ARGS_H

#include "cli.h"

/* The global options; the list ends with a NULL name. */
extern const struct option_row args_global[];

/* What the command line asks for. */
enum args_want { ARGS_RUN, ARGS_HELP, ARGS_VERSION, ARGS_NOTHING };

/* Fills cli. ARGS_HELP leaves cli->command NULL when no command was named. CLI_OK or CLI_USAGE with a message. */
MUST_CHECK int args_parse(struct cli *cli, int argc, char **argv, enum args_want *want);

#endif
