/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer target: the command line of `aduan`, a word a line. What is let in is read on as its command reads it: the
 * commands that only ask aduand (nobody answers here), those that only print, and those that look something up in a
 * store that is empty. */
#include "fuzz.h"

#include "args.h"
#include "citizen.h"
#include "commands.h"
#include "message_key.h"
#include "when.h"

enum { WORDS_MAX = 24 };

static struct config *the_config(void)
{
    static struct config *config;
    char text[512];
    struct fault fault;
    if (config)
        return config;
    snprintf(text, sizeof text,
             "desk: {name: x, shortcodes: [1708]}\nrun: {dir: %s/none}\nsmoke: {port: 10000}\n"
             "boxes: [{name: box1, bearerboxes: [{name: m}]}]\n",
             fuzz_dir());
    fuzz_must(config_parse("fuzz.yaml", fuzz_dir(), text, strlen(text), &config, &fault) == OK);
    return config;
}

static struct seal *the_seal(void)
{
    static const uint8_t key[SEAL_KEY_BYTES] = {1};
    static struct seal *seal;
    if (!seal)
        fuzz_must(seal_from_bytes(key, &seal) == OK);
    return seal;
}

static struct store *the_store(void)
{
    static struct store *store;
    struct fault fault;
    char path[256];
    if (store)
        return store;
    snprintf(path, sizeof path, "%s/store", fuzz_dir());
    struct store_options options = {.dir = path, .map_bytes = 16 << 20, .seal = the_seal(), .create = true};
    fuzz_must(store_open(&options, &store, &fault) == OK);
    return store;
}

static void citizen(const struct cli *cli)
{
    struct citizen citizen;
    char number[FAKE_NUMBER_BYTES];
    if (citizen_read(cli, &citizen) != CLI_OK)
        return;
    fuzz_must(citizen.port > 0 && citizen.port < 65536 && citizen.timeout_s > 0 && *citizen.from);
    for (size_t i = 0; i < 12; i++) {
        citizen_number(&citizen, i, number);
        fuzz_must(strlen(number) == strlen(citizen.from));
    }
}

static bool is_any(int (*run)(struct cli *), int (*const *list)(struct cli *))
{
    while (*list && *list != run)
        list++;
    return *list != NULL;
}

static void use(struct cli *cli)
{
    static int (*const asks[])(struct cli *) = {cmd_scale, cmd_drain, cmd_resume, cmd_reload, cmd_stop, NULL};
    static int (*const prints[])(struct cli *) = {cmd_completion, cmd_help, cmd_config_reference, NULL};
    static int (*const looks[])(struct cli *) = {cmd_tickets,      cmd_ticket_change,   cmd_quarantine_show,
                                                 cmd_message_show, cmd_quarantine_list, NULL};
    int (*run)(struct cli *) = cli->command->run;
    cli->config = the_config();
    for (size_t i = 0; i < cli->operand_count; i++) {
        uint64_t at_us;
        uint8_t key[STORE_KEY_MESSAGE_BYTES];
        (void)when_parse(cli->operands[i], UINT64_C(1800000000000000), &at_us);
        (void)message_key(cli, cli->operands[i], key);
    }
    if (run == cmd_send || run == cmd_phone)
        citizen(cli);
    else if (is_any(run, asks))
        fuzz_must(run(cli) != CLI_OK);
    else if (is_any(run, prints))
        (void)run(cli);
    else if (is_any(run, looks)) {
        cli->seal = the_seal();
        cli->store = the_store();
        (void)run(cli);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cli cli = {.config_path = "none", .actor = "fuzz", .program = "aduan"};
    char *text = fuzz_text(data, size), *rest = text, *argv[WORDS_MAX + 2] = {"aduan"};
    int argc = 1;
    enum args_want want;
    for (char *word; argc <= WORDS_MAX && (word = strsep(&rest, "\n"));)
        argv[argc++] = word;
    if (args_parse(&cli, argc, argv, &want) == CLI_OK && want == ARGS_RUN) {
        fuzz_must(cli.command && cli.operand_count >= cli.command->operands_min &&
                  cli.operand_count <= cli.command->operands_max);
        use(&cli);
    }
    free(text);
    return 0;
}
