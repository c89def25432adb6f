/* SPDX-License-Identifier: BSD-2-Clause */
/* --help and aduan(1), made from the table of commands. */
#ifndef ADUAN_CLI_HELP_H
#define ADUAN_CLI_HELP_H

#include "cli.h"

/* The program's help, a group's (cli->operands[0]), or that of cli->command. */
void help_print(const struct cli *cli, FILE *out);

#endif
