/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `aduan`: what every command shares. A command is a row of the table in commands.c; help, the manual page and shell
 * completion are made from the same rows. Data goes to stdout, everything else to stderr.
 */
#ifndef ADUAN_CLI_H
#define ADUAN_CLI_H

#include "config.h"
#include "seal.h"
#include "store.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Exit codes; cli_exits() describes them for --help and aduan(1). */
enum cli_exit {
    CLI_OK = 0,
    CLI_FAILED = 1,
    CLI_USAGE = 2,
    CLI_CONFIG = 3,
    CLI_NOT_RUNNING = 4,
    CLI_STORE = 5,
    CLI_NOT_FOUND = 6,
    CLI_NOT_ALLOWED = 7,
    CLI_BUSY = 75
};

struct cli_exit_row {
    enum cli_exit code;
    const char *meaning;
};
const struct cli_exit_row *cli_exits(size_t *count);

/* An option of a command: "--name" or "--name VALUE". The list of a command ends with a NULL name. */
struct option_row {
    const char *name;
    const char *value; /* placeholder; NULL: a flag */
    const char *help;
};

/* Whom a command is for; --help is ordered by it. */
enum audience { FOR_OPERATORS, FOR_STAFF, FOR_TRIALS, AUDIENCE_END };

/* What must be there before a command runs. The store comes with configuration and seal. */
enum need { NEED_NOTHING = 0, NEED_CONFIG = 1, NEED_SEAL = 2, NEED_STORE = 4, NEED_STORE_WRITE = 8 };

struct cli;
struct command {
    const char *words; /* "ticket show" */
    const char *alias; /* another spelling, NULL for none */
    enum audience audience;
    const char *operands; /* "ID [TEXT]" */
    size_t operands_min, operands_max;
    const struct option_row *options; /* NULL: none */
    const char *help;                 /* the first sentence is the summary */
    const char *examples[3];
    unsigned needs;
    int (*run)(struct cli *cli);
    int detail; /* a command's own: enum ticket_verb for the rows that share one function */
};

enum { CLI_OPTIONS_MAX = 16, CLI_OPERANDS_MAX = 16 };

struct cli {
    /* global options */
    const char *config_path;
    const char *actor;
    bool json, color, terminal; /* terminal: stdout is one */
    const char *program;        /* argv[0], to run as an example */
    /* the command line */
    const struct command *command;
    const char *options[CLI_OPTIONS_MAX]; /* by row of command->options: the value, "" for a flag, NULL when absent */
    const char *operands[CLI_OPERANDS_MAX];
    size_t operand_count;
    /* what the command needs, opened by session_open() */
    struct config *config;
    struct seal *seal;
    struct store *store;
};

/* The value of an option of this command; NULL when it was not given. A name the command lacks is a bug. */
const char *cli_option(const struct cli *cli, const char *name);
static inline bool cli_flag(const struct cli *cli, const char *name)
{
    return cli_option(cli, name) != NULL;
}
/* A count given as an option, or `fallback`; CLI_USAGE with a message when it is no number in [min, max]. */
MUST_CHECK int cli_option_count(const struct cli *cli, const char *name, uint64_t min, uint64_t max, uint64_t fallback,
                                uint64_t *out);

/* "aduan ticket show: <message>" on stderr. Returns `code`. */
int cli_fail(const struct cli *cli, enum cli_exit code, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The same for an error of core, whose exit code follows from it. */
int cli_fail_fault(const struct cli *cli, int err, const struct fault *fault);
enum cli_exit cli_exit_of(int err);
/* A remark on stderr that is not an error. */
void cli_remark(const struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Between two batches of work on a live store: half of the time belongs to the line's own commits. */
void cli_give_way(uint64_t took_ms);

/* Opens what command->needs names. CLI_OK or an exit code, with the message printed. */
MUST_CHECK int session_open(struct cli *cli, unsigned needs);
void session_close(struct cli *cli);

#endif
