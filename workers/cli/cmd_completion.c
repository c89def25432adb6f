/* SPDX-License-Identifier: BSD-2-Clause */
/* Completion scripts, made from the table of commands; the build installs what this prints. */
#include "args.h"
#include "commands.h"

#include <string.h>

static void print_options(const struct option_row *rows)
{
    for (; rows && rows->name; rows++)
        printf(" --%s", rows->name);
}

/* Words that may stand at the second place behind a group's first word. */
static void print_groups(void)
{
    size_t count;
    const struct command *commands = commands_all(&count);

    for (size_t i = 0; i < count; i++) {
        size_t len = strcspn(commands[i].words, " ");
        bool first = commands[i].words[len] == ' ';

        for (size_t j = 0; j < i; j++)
            first =
                first && !(strncmp(commands[j].words, commands[i].words, len) == 0 && commands[j].words[len] == ' ');
        if (!first)
            continue;
        printf("        %.*s) words=\"", (int)len, commands[i].words);
        for (size_t j = i; j < count; j++)
            if (strncmp(commands[j].words, commands[i].words, len) == 0 && commands[j].words[len] == ' ')
                printf(" %s", commands[j].words + len + 1);
        puts("\" ;;");
    }
}

static void print_firsts(void)
{
    size_t count;
    const struct command *commands = commands_all(&count);

    for (size_t i = 0; i < count; i++) {
        size_t len = strcspn(commands[i].words, " ");
        bool seen = false;

        for (size_t j = 0; j < i; j++)
            seen = seen || (strncmp(commands[j].words, commands[i].words, len) == 0 &&
                            (commands[j].words[len] == ' ' || !commands[j].words[len]));
        if (!seen)
            printf(" %.*s", (int)len, commands[i].words);
    }
}

static void print_bash(void)
{
    size_t count;
    const struct command *commands = commands_all(&count);

    fputs("# SPDX-License-Identifier: BSD-2-Clause\n"
          "# bash completion for aduan; made by: aduan completion bash\n"
          "_aduan() {\n"
          "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
          "    local first='' second='' words='' options='' i skip=''\n"
          "    COMPREPLY=()\n"
          "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
          "        if [ -n \"$skip\" ]; then skip=''; continue; fi\n"
          "        case ${COMP_WORDS[i]} in\n"
          "        --config | --as) skip=1 ;;\n"
          "        -*) ;;\n"
          "        *) if [ -z \"$first\" ]; then first=${COMP_WORDS[i]}\n"
          "           elif [ -z \"$second\" ]; then second=${COMP_WORDS[i]}; fi ;;\n"
          "        esac\n"
          "    done\n"
          "    case $previous in\n"
          "    --config) mapfile -t COMPREPLY < <(compgen -f -- \"$current\"); return ;;\n"
          "    --state) words='received verified assigned in_progress answered closed held archived"
          " refused_by_agency' ;;\n"
          "    esac\n"
          "    case \"$first $second\" in\n",
          stdout);
    for (size_t i = 0; i < count; i++) {
        if (!commands[i].options)
            continue;
        printf("    \"%s%s\"*) options=\"", commands[i].words, strchr(commands[i].words, ' ') ? "" : " ");
        print_options(commands[i].options);
        puts("\" ;;");
    }
    fputs("    esac\n"
          "    if [ -n \"$words\" ]; then :\n"
          "    elif [ -z \"$first\" ]; then words=\"",
          stdout);
    print_firsts();
    fputs("\"\n    elif [ -z \"$second\" ] || [ \"$first\" = scale ]; then\n        case $first in\n", stdout);
    print_groups();
    fputs("        scale) words='classifier= responder='; compopt -o nospace 2>/dev/null ;;\n"
          "        completion) words='bash zsh' ;;\n"
          "        backup | restore) mapfile -t COMPREPLY < <(compgen -d -- \"$current\"); return ;;\n"
          "        help) words=\"",
          stdout);
    print_firsts();
    fputs("\" ;;\n        esac\n    fi\n"
          "    case $current in\n"
          "    -*) mapfile -t COMPREPLY < <(compgen -W \"$options",
          stdout);
    print_options(args_global);
    fputs("\" -- \"$current\") ;;\n"
          "    *) mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\") ;;\n"
          "    esac\n"
          "}\n"
          "complete -F _aduan aduan\n",
          stdout);
}

int cmd_completion(struct cli *cli)
{
    const char *shell = cli->operands[0];

    if (strcmp(shell, "zsh") == 0)
        fputs("#compdef aduan\nautoload -U +X bashcompinit && bashcompinit\n", stdout);
    else if (strcmp(shell, "bash") != 0)
        return cli_fail(cli, CLI_USAGE, "there is completion for bash and zsh, not for \"%s\"", shell);
    print_bash();
    return CLI_OK;
}
