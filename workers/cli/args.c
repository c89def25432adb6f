/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the command line in two passes: global options wherever they stand, then the command and what belongs to it.
 * Whatever follows "--" is an operand. Every refusal names the word and what was expected. */
#include "args.h"

#include "commands.h"
#include "yaml_doc.h"

#include <stdlib.h>
#include <string.h>

const struct option_row args_global[] = {
    {"config", "FILE", "configuration; default $ADUAN_CONFIG, then " CONFIG_DEFAULT_PATH},
    {"json", NULL, "print data as JSON"},
    {"as", "NAME", "who acts on tickets; default your login name"},
    {"no-color", NULL, "no colours (also: NO_COLOR in the environment, or output that is no terminal)"},
    {"help", NULL, "explain the program or the command"},
    {"version", NULL, "print the version"},
    {NULL, NULL, NULL},
};

/* "--name=value", "--name value" or "--flag" at argv[*i] against one row; *value is "" for a flag. */
enum match { NO_MATCH, MATCH, MATCH_NO_VALUE, MATCH_UNWANTED_VALUE };

static enum match match_option(const struct option_row *row, char **argv, int argc, int *i, const char **value)
{
    const char *word = argv[*i] + 2;
    size_t len = strlen(row->name);

    if (strncmp(word, row->name, len) != 0 || (word[len] && word[len] != '='))
        return NO_MATCH;
    if (!row->value) {
        *value = "";
        return word[len] ? MATCH_UNWANTED_VALUE : MATCH;
    }
    if (word[len] == '=') {
        *value = word + len + 1;
        return MATCH;
    }
    if (*i + 1 >= argc)
        return MATCH_NO_VALUE;
    *value = argv[++*i];
    return MATCH;
}

static bool is_option(const char *word)
{
    return word[0] == '-' && word[1] == '-' && word[2];
}

/* Finds the option among rows: its index, -1 for none. A wrong use is told through *code. */
static int take_option(const struct cli *cli, const struct option_row *rows, char **argv, int argc, int *i,
                       const char **value, int *code)
{
    *code = CLI_OK;
    for (int row = 0; rows && rows[row].name; row++) {
        switch (match_option(&rows[row], argv, argc, i, value)) {
        case NO_MATCH:
            continue;
        case MATCH:
            return row;
        case MATCH_NO_VALUE:
            *code = cli_fail(cli, CLI_USAGE, "--%s wants %s behind it", rows[row].name, rows[row].value);
            return row;
        case MATCH_UNWANTED_VALUE:
            *code = cli_fail(cli, CLI_USAGE, "--%s takes no value", rows[row].name);
            return row;
        }
    }
    return -1;
}

static int unknown_option(const struct cli *cli, const char *word)
{
    const char *names[CLI_OPTIONS_MAX + 8];
    char bare[64];
    size_t count = 0;

    snprintf(bare, sizeof bare, "%.*s", (int)strcspn(word + 2, "="), word + 2);
    for (const struct option_row *row = cli->command ? cli->command->options : NULL; row && row->name; row++)
        names[count++] = row->name;
    for (const struct option_row *row = args_global; row->name; row++)
        names[count++] = row->name;
    const char *near = yaml_nearest(bare, names, count);
    if (near)
        return cli_fail(cli, CLI_USAGE, "there is no option --%s; did you mean --%s?", bare, near);
    return cli_fail(cli, CLI_USAGE, "there is no option --%s; see: aduan %s%s--help", bare,
                    cli->command ? cli->command->words : "", cli->command ? " " : "");
}

/* Takes the global options out of argv; what stays is moved to the front. Returns how many stay, or -1. */
static int take_globals(struct cli *cli, int argc, char **argv, enum args_want *want)
{
    int kept = 0;

    for (int i = 0; i < argc; i++) {
        const char *value = NULL;
        int code = CLI_OK, row = -1;

        if (strcmp(argv[i], "--") == 0) {
            while (i < argc)
                argv[kept++] = argv[i++];
            break;
        }
        if (strcmp(argv[i], "-h") == 0) {
            *want = ARGS_HELP;
            continue;
        }
        if (is_option(argv[i]))
            row = take_option(cli, args_global, argv, argc, &i, &value, &code);
        if (row < 0) {
            argv[kept++] = argv[i];
            continue;
        }
        if (code != CLI_OK)
            return -1;
        if (row == 0)
            cli->config_path = value;
        else if (row == 1)
            cli->json = true;
        else if (row == 2)
            cli->actor = value;
        else if (row == 3)
            cli->color = false;
        else if (row == 4)
            *want = ARGS_HELP;
        else
            *want = ARGS_VERSION;
    }
    return kept;
}

static int unknown_command(const struct cli *cli, const char *const *words, size_t count)
{
    const char *near = commands_nearest(words, count);
    bool group = commands_is_group(words[0]);

    if (group && count == 1)
        return cli_fail(cli, CLI_USAGE, "\"%s\" wants a second word; see: aduan help %s", words[0], words[0]);
    if (near)
        return cli_fail(cli, CLI_USAGE, "there is no command \"%s%s%s\"; did you mean \"aduan %s\"?", words[0],
                        group ? " " : "", group ? words[1] : "", near);
    return cli_fail(cli, CLI_USAGE, "there is no command \"%s\"; aduan --help lists them", words[0]);
}

static int take_rest(struct cli *cli, int argc, char **argv)
{
    bool options = true;

    for (int i = 0; i < argc; i++) {
        const char *value = NULL;
        int code, row;

        if (options && strcmp(argv[i], "--") == 0) {
            options = false;
            continue;
        }
        if (options && is_option(argv[i])) {
            row = take_option(cli, cli->command->options, argv, argc, &i, &value, &code);
            if (row < 0)
                return unknown_option(cli, argv[i]);
            if (code != CLI_OK)
                return code;
            cli->options[row] = value;
            continue;
        }
        if (cli->operand_count == cli->command->operands_max)
            return cli_fail(cli, CLI_USAGE,
                            "\"%s\" is too much (a text of several words needs quotes); usage: aduan %s %s", argv[i],
                            cli->command->words, cli->command->operands);
        cli->operands[cli->operand_count++] = argv[i];
    }
    if (cli->operand_count < cli->command->operands_min)
        return cli_fail(cli, CLI_USAGE, "something is missing; usage: aduan %s %s", cli->command->words,
                        cli->command->operands);
    return CLI_OK;
}

int args_parse(struct cli *cli, int argc, char **argv, enum args_want *want)
{
    const char *words[2];
    size_t count = 0, used = 0;

    *want = ARGS_RUN;
    argc = take_globals(cli, argc - 1, argv + 1, want);
    argv++;
    if (argc < 0)
        return CLI_USAGE;
    while (count < 2 && count < (size_t)argc && argv[count][0] != '-') {
        words[count] = argv[count];
        count++;
    }
    if (count == 0) {
        if (argc > 0 && is_option(argv[0]))
            return unknown_option(cli, argv[0]);
        if (*want == ARGS_RUN)
            *want = ARGS_NOTHING;
        return CLI_OK;
    }
    cli->command = commands_find(words, count, &used);
    if (*want == ARGS_HELP && !cli->command && commands_is_group(words[0])) {
        cli->operands[0] = words[0];
        cli->operand_count = 1;
        return CLI_OK;
    }
    if (*want == ARGS_VERSION || (*want == ARGS_HELP && cli->command))
        return CLI_OK;
    if (!cli->command)
        return unknown_command(cli, words, count);
    return take_rest(cli, argc - (int)used, argv + used);
}
