/* SPDX-License-Identifier: BSD-2-Clause */
/* --help, `aduan help` and the manual page. Everything said here comes from the table of commands, so that it cannot
 * say what is not so. */
#include "help.h"

#include "args.h"
#include "commands.h"

#include <string.h>

static const char *const audiences[AUDIENCE_END] = {
    [FOR_OPERATORS] = "Running the line",
    [FOR_STAFF] = "Working on tickets",
    [FOR_TRIALS] = "Trying things out",
};

enum { HELP_COLUMNS = 96 };

/* The first sentence of a command's help. */
static int summary_len(const char *help)
{
    const char *end = strstr(help, ". ");
    size_t len = strlen(help);

    if (end)
        return (int)(end - help);
    return (int)(len && help[len - 1] == '.' ? len - 1 : len);
}

static void usage_line(const struct command *command, FILE *out)
{
    fprintf(out, "aduan %s%s%s%s", command->words, *command->operands ? " " : "", command->operands,
            command->options ? " [options]" : "");
}

/* Wrapped at spaces, every line behind `indent` columns. */
static void paragraph(const char *text, int indent, FILE *out)
{
    int column = 0;

    while (*text) {
        int word = (int)strcspn(text, " ");

        if (column && column + 1 + word > HELP_COLUMNS - indent) {
            fputc('\n', out);
            column = 0;
        }
        column += fprintf(out, "%*s%.*s", column ? 1 : indent, column ? " " : "", word, text) - (column ? 0 : indent);
        text += word;
        text += *text == ' ';
    }
    fputc('\n', out);
}

static void options(const struct option_row *rows, FILE *out)
{
    for (; rows && rows->name; rows++) {
        char left[64];

        snprintf(left, sizeof left, "--%s%s%s", rows->name, rows->value ? " " : "", rows->value ? rows->value : "");
        fprintf(out, "  %-20s %s\n", left, rows->help);
    }
}

static void command_help(const struct command *command, FILE *out)
{
    fputs("usage: ", out);
    usage_line(command, out);
    fputs("\n\n", out);
    paragraph(command->help, 0, out);
    if (command->options) {
        fputs("\noptions:\n", out);
        options(command->options, out);
    }
    fputs("\nglobal options:\n", out);
    options(args_global, out);
    fputs(command->examples[1] ? "\nexamples:\n" : "\nexample:\n", out);
    for (size_t i = 0; i < 3 && command->examples[i]; i++)
        fprintf(out, "  %s\n", command->examples[i]);
}

/* The commands of an audience, or those of a group of any audience. */
static void list(enum audience audience, const char *group, FILE *out)
{
    size_t count;
    const struct command *commands = commands_all(&count);

    for (size_t i = 0; i < count; i++) {
        char left[64];
        size_t len = group ? strlen(group) : 0;

        if (group ? strncmp(commands[i].words, group, len) != 0 || commands[i].words[len] != ' '
                  : commands[i].audience != audience)
            continue;
        snprintf(left, sizeof left, "%s%s%s", commands[i].words, *commands[i].operands ? " " : "",
                 commands[i].operands);
        fprintf(out, "  %-31s %.*s\n", left, summary_len(commands[i].help), commands[i].help);
    }
}

static void exits(FILE *out)
{
    size_t count;
    const struct cli_exit_row *rows = cli_exits(&count);

    fputs("\nExit codes\n", out);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "  %-3d %s\n", rows[i].code, rows[i].meaning);
}

static void program_help(FILE *out)
{
    fputs("aduan: the citizens' SMS desk, from the command line\n\n"
          "usage: aduan [global options] COMMAND [operands] [options]\n",
          out);
    for (int audience = 0; audience < AUDIENCE_END; audience++) {
        fprintf(out, "\n%s\n", audiences[audience]);
        list(audience, NULL, out);
    }
    fputs("\nGlobal options\n", out);
    options(args_global, out);
    exits(out);
    fputs("\nA first look:  aduan config check,  aduan status,  aduan send \"Jalan berlubang di depan pasar\"\n"
          "More about a command:  aduan help COMMAND\n",
          out);
}

void help_print(const struct cli *cli, FILE *out)
{
    if (cli->command) {
        command_help(cli->command, out);
    } else if (cli->operand_count > 0) {
        fprintf(out, "aduan %s …\n", cli->operands[0]);
        list(AUDIENCE_END, cli->operands[0], out);
        fprintf(out, "\nMore about one:  aduan help %s COMMAND\n", cli->operands[0]);
    } else {
        program_help(out);
    }
}

/* mdoc: a dot or an apostrophe at the start of a line, and a backslash anywhere, would be roff's. */
static void mdoc_text(const char *text, size_t len, FILE *out)
{
    if (len && (*text == '.' || *text == '\''))
        fputs("\\&", out);
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\\')
            fputs("\\e", out);
        else
            fputc(text[i], out);
    }
}

/* Running text: a new line for each sentence, as mdoc wants it, and where one would be too long. */
static void mdoc_prose(const char *text, FILE *out)
{
    enum { MDOC_COLUMNS = 78 };
    size_t column = 0;

    while (*text) {
        size_t word = strcspn(text, " ");
        bool ends = word && text[word - 1] == '.' && text[word];

        if (column && column + 1 + word > MDOC_COLUMNS) {
            fputc('\n', out);
            column = 0;
        }
        if (column)
            fputc(' ', out);
        mdoc_text(text, word, out);
        column = ends ? 0 : column + 1 + word;
        if (ends)
            fputc('\n', out);
        text += word + (text[word] == ' ');
    }
}

static void mdoc_options(const struct option_row *rows, FILE *out)
{
    fputs(".Bl -tag -width Ds\n", out);
    for (; rows->name; rows++) {
        fprintf(out, ".It Fl \\&-%s", rows->name);
        if (rows->value)
            fprintf(out, " Ar %s", rows->value);
        fputc('\n', out);
        mdoc_prose(rows->help, out);
        fputs(".\n", out);
    }
    fputs(".El\n", out);
}

static void mdoc_command(const struct command *command, FILE *out)
{
    fprintf(out, ".It Cm %s", command->words);
    if (*command->operands)
        fprintf(out, " Ar %s", command->operands);
    fputc('\n', out);
    mdoc_prose(command->help, out);
    fputc('\n', out);
    if (command->options)
        mdoc_options(command->options, out);
    fputs(".Bd -literal -offset indent\n", out);
    for (size_t i = 0; i < 3 && command->examples[i]; i++) {
        mdoc_text(command->examples[i], strlen(command->examples[i]), out);
        fputc('\n', out);
    }
    fputs(".Ed\n", out);
}

static void mdoc_page(FILE *out)
{
    size_t count;
    const struct command *commands = commands_all(&count);
    const struct cli_exit_row *rows;

    fputs(".\\\" SPDX-License-Identifier: BSD-2-Clause\n"
          ".\\\" Made by: aduan help --mdoc\n"
          ".Dd November 21, 2026\n.Dt ADUAN 1\n.Os\n"
          ".Sh NAME\n.Nm aduan\n.Nd the citizens' SMS desk, from the command line\n"
          ".Sh SYNOPSIS\n.Nm\n.Op Ar global options\n.Ar command\n.Op Ar operands\n.Op Ar options\n"
          ".Sh DESCRIPTION\n.Nm\n"
          "runs the line that turns an SMS to a shortcode into a ticket and its answer.\n"
          "Data is printed on standard output, everything else on standard error.\n"
          ".Pp\nGlobal options, which may stand anywhere:\n",
          out);
    mdoc_options(args_global, out);
    for (int audience = 0; audience < AUDIENCE_END; audience++) {
        fprintf(out, ".Ss %s\n.Bl -tag -width Ds\n", audiences[audience]);
        for (size_t i = 0; i < count; i++)
            if (commands[i].audience == (enum audience)audience)
                mdoc_command(&commands[i], out);
        fputs(".El\n", out);
    }
    fputs(".Sh ENVIRONMENT\n.Bl -tag -width ADUAN_CONFIG\n"
          ".It Ev ADUAN_CONFIG\nConfiguration to use when\n.Fl \\&-config\nis not given.\n"
          ".It Ev NO_COLOR\nWhen set and not empty, no colours.\n.El\n"
          ".Sh EXIT STATUS\n.Bl -tag -width Ds\n",
          out);
    rows = cli_exits(&count);
    for (size_t i = 0; i < count; i++)
        fprintf(out, ".It %d\n%s.\n", rows[i].code, rows[i].meaning);
    fputs(".El\n.Sh SEE ALSO\n.Xr aduan.yaml 5 ,\n.Xr aduand 8\n", out);
}

int cmd_help(struct cli *cli)
{
    struct cli asked = {.program = cli->program};
    size_t used = 0;

    if (cli_flag(cli, "mdoc")) {
        mdoc_page(stdout);
        return CLI_OK;
    }
    if (cli->operand_count > 0) {
        asked.command = commands_find(cli->operands, cli->operand_count, &used);
        if (!asked.command && !commands_is_group(cli->operands[0])) {
            const char *near = commands_nearest(cli->operands, cli->operand_count);

            return cli_fail(cli, CLI_USAGE, "there is no command \"%s\"%s%s%s", cli->operands[0],
                            near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
        }
        asked.operands[0] = cli->operands[0];
        asked.operand_count = 1;
    }
    help_print(&asked, stdout);
    return CLI_OK;
}
