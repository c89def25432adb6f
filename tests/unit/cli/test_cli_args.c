/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of commands, and the command line read against it. */
#include "args.h"
#include "citizen.h"
#include "commands.h"
#include "status.h"
#include "ticket_id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 12 };

static int parse(struct cli *cli, enum args_want *want, const char *line)
{
    static char copy[256];
    static char *argv[WORDS_MAX + 1];
    int argc = 1;

    memset(cli, 0, sizeof *cli);
    cli->config_path = "default";
    cli->color = true;
    snprintf(copy, sizeof copy, "%s", line);
    argv[0] = "aduan";
    for (char *word = strtok(copy, " "); word && argc < WORDS_MAX; word = strtok(NULL, " "))
        argv[argc++] = word;
    return args_parse(cli, argc, argv, want);
}

static void every_row_is_sound(void **state)
{
    size_t count, used;
    const struct command *rows = commands_all(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        const struct command *row = &rows[i];
        const char *words[2] = {row->words, NULL};
        char copy[64];
        size_t options = 0;

        snprintf(copy, sizeof copy, "%s", row->words);
        words[0] = strtok(copy, " ");
        words[1] = strtok(NULL, " ");
        assert_ptr_equal(commands_find(words, words[1] ? 2 : 1, &used), row);
        assert_non_null(row->run);
        assert_int_equal(row->help[strlen(row->help) - 1], '.');
        assert_non_null(row->examples[0]);
        assert_non_null(strstr(row->examples[0], row->words));
        assert_true(row->operands_min <= row->operands_max && row->operands_max <= CLI_OPERANDS_MAX);
        while (row->options && row->options[options].name)
            options++;
        assert_true(options <= CLI_OPTIONS_MAX);
    }
    assert_true(ticket_id_valid(1000015));
}

static void every_ticket_verb_has_a_row(void **state)
{
    size_t count;
    const struct command *rows = commands_all(&count);
    bool seen[TICKET_VERB_END] = {false};

    (void)state;
    for (size_t i = 0; i < count; i++)
        if (rows[i].run == cmd_ticket_change || rows[i].run == cmd_ticket_correct)
            seen[rows[i].detail] = true;
    for (int verb = 0; verb < TICKET_VERB_END; verb++)
        assert_true(seen[verb]);
}

static void options_stand_anywhere(void **state)
{
    struct cli cli;
    enum args_want want;

    (void)state;
    assert_int_equal(parse(&cli, &want, "--config a.yaml tickets --state held --json --as budi --limit=5"), CLI_OK);
    assert_int_equal(want, ARGS_RUN);
    assert_string_equal(cli.command->words, "tickets");
    assert_string_equal(cli.config_path, "a.yaml");
    assert_string_equal(cli.actor, "budi");
    assert_true(cli.json && cli.color);
    assert_string_equal(cli_option(&cli, "state"), "held");
    assert_string_equal(cli_option(&cli, "limit"), "5");
    assert_null(cli_option(&cli, "agency"));
    assert_int_equal(parse(&cli, &want, "tickets list --no-color"), CLI_OK);
    assert_string_equal(cli.command->words, "tickets");
    assert_false(cli.color);
    assert_int_equal(parse(&cli, &want, "ticket note 1 -- --json"), CLI_OK);
    assert_false(cli.json);
    assert_string_equal(cli.operands[1], "--json");
    assert_int_equal(parse(&cli, &want, "classify -"), CLI_OK);
    assert_string_equal(cli.operands[0], "-");
}

static void help_and_version(void **state)
{
    struct cli cli;
    enum args_want want;

    (void)state;
    assert_int_equal(parse(&cli, &want, ""), CLI_OK);
    assert_int_equal(want, ARGS_NOTHING);
    assert_int_equal(parse(&cli, &want, "--help"), CLI_OK);
    assert_int_equal(want, ARGS_HELP);
    assert_null(cli.command);
    assert_int_equal(parse(&cli, &want, "ticket -h"), CLI_OK);
    assert_string_equal(cli.operands[0], "ticket");
    assert_int_equal(parse(&cli, &want, "scale --help"), CLI_OK);
    assert_string_equal(cli.command->words, "scale");
    assert_int_equal(parse(&cli, &want, "--version"), CLI_OK);
    assert_int_equal(want, ARGS_VERSION);
}

static void wrong_lines_are_usage_errors(void **state)
{
    static const char *const lines[] = {
        "stauts",
        "ticket",
        "ticket shwo 1",
        "nothing like it",
        "tickets --stat held",
        "tickets --state",
        "tickets --json=1",
        "--jsn",
        "scale",
        "backup a b",
        "scale --wait=now a=1",
        "--config",
        "ticket reply 1",
        "help --markdown",
        "stauts --help",
    };
    struct cli cli;
    enum args_want want;

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        assert_int_equal(parse(&cli, &want, lines[i]), CLI_USAGE);
}

static void near_words_are_suggested(void **state)
{
    const char *words[2] = {"ticket", "shwo"};

    (void)state;
    assert_string_equal(commands_nearest(words, 2), "ticket show");
    words[0] = "stauts";
    assert_string_equal(commands_nearest(words, 1), "status");
    words[0] = "zzzzzzzzzzzz";
    assert_null(commands_nearest(words, 1));
    assert_true(commands_is_group("ticket"));
    assert_false(commands_is_group("status"));
    assert_false(commands_is_group("tick"));
}

static void counts_are_checked(void **state)
{
    struct cli cli;
    enum args_want want;
    uint64_t value;

    (void)state;
    assert_int_equal(parse(&cli, &want, "send x"), CLI_OK);
    assert_int_equal(cli_option_count(&cli, "timeout", 1, 60, 20, &value), CLI_OK);
    assert_int_equal(value, 20);
    assert_int_equal(parse(&cli, &want, "send x --timeout 60"), CLI_OK);
    assert_int_equal(cli_option_count(&cli, "timeout", 1, 60, 20, &value), CLI_OK);
    assert_int_equal(value, 60);
    for (int i = 0; i < 5; i++) {
        static const char *const bad[] = {"send x --timeout 61", "send x --timeout 0", "send x --timeout -1",
                                          "send x --timeout 2x", "send x --timeout 99999999999999999999"};

        assert_int_equal(parse(&cli, &want, bad[i]), CLI_OK);
        assert_int_equal(cli_option_count(&cli, "timeout", 1, 60, 20, &value), CLI_USAGE);
    }
}

static void errors_have_their_exit_codes(void **state)
{
    static const struct {
        int err;
        enum cli_exit code;
    } rows[] = {
        {OK, CLI_OK},
        {E_CONFIG, CLI_CONFIG},
        {E_GONE, CLI_NOT_RUNNING},
        {E_NOT_FOUND, CLI_NOT_FOUND},
        {E_STATE, CLI_NOT_ALLOWED},
        {E_EXISTS, CLI_NOT_ALLOWED},
        {E_BUSY, CLI_BUSY},
        {E_AGAIN, CLI_BUSY},
        {E_INVALID, CLI_USAGE},
        {E_FULL, CLI_STORE},
        {E_KEY, CLI_STORE},
        {E_VERSION, CLI_STORE},
        {E_CORRUPT, CLI_STORE},
        {E_IO, CLI_FAILED},
        {E_MEMORY, CLI_FAILED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(cli_exit_of(rows[i].err), rows[i].code);
}

static void citizens_are_numbered(void **state)
{
    struct citizen citizen = {.from = "+62819999"};
    char number[FAKE_NUMBER_BYTES];

    (void)state;
    citizen_number(&citizen, 0, number);
    assert_string_equal(number, "+62819999");
    citizen_number(&citizen, 1, number);
    assert_string_equal(number, "+62820000");
    citizen_number(&citizen, 12, number);
    assert_string_equal(number, "+62820011");
    citizen.from = "BANK";
    citizen_number(&citizen, 3, number);
    assert_string_equal(number, "BANK");
}

static const char ready_line[] =
    "{'v':1,'aduand':{'state':'ready'},'processes':[{'name':'box1','state':'running'},"
    "{'name':'classifier.1','state':'ready'}],'links':[{'name':'main','box':'box1','host':'h','port':1,'up':true}],"
    "'workers':{'classifier':{'wanted':1,'running':1}}}";

/* The line above with one piece replaced. */
static json_t *line_with(const char *what, const char *instead)
{
    char text[1024], out[1024];
    const char *at;

    snprintf(text, sizeof text, "%s", ready_line);
    if (what) {
        at = strstr(text, what);
        assert_non_null(at);
        snprintf(out, sizeof out, "%.*s%s%s", (int)(at - text), text, instead, at + strlen(what));
        memcpy(text, out, sizeof text);
    }
    for (char *c = text; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    json_t *status = json_loads(text, 0, NULL);
    assert_non_null(status);
    return status;
}

static void a_line_is_ready_when_all_of_it_is(void **state)
{
    static const struct {
        const char *what, *instead, *why;
    } rows[] = {
        {"'aduand':{'state':'ready'}", "'aduand':{'state':'starting'}", ""},
        {"'state':'running'", "'state':'degraded','note':'no link'", "box1 is degraded: no link"},
        {"'up':true", "'up':false,'note':'refused'", "the link main of box1 to h:1 is down: refused"},
        {"'running':1", "'running':0", ""},
        {"'links':[{'name':'main','box':'box1','host':'h','port':1,'up':true}]", "'links':[]", ""},
    };
    json_t *status = line_with(NULL, NULL);
    char why[128];

    (void)state;
    assert_true(status_ready(status));
    status_why_not(status, why, sizeof why);
    assert_string_equal(why, "");
    json_decref(status);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        status = line_with(rows[i].what, rows[i].instead);
        assert_false(status_ready(status));
        status_why_not(status, why, sizeof why);
        assert_string_equal(why, rows[i].why);
        json_decref(status);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_sound),           cmocka_unit_test(every_ticket_verb_has_a_row),
        cmocka_unit_test(options_stand_anywhere),       cmocka_unit_test(help_and_version),
        cmocka_unit_test(wrong_lines_are_usage_errors), cmocka_unit_test(near_words_are_suggested),
        cmocka_unit_test(counts_are_checked),           cmocka_unit_test(errors_have_their_exit_codes),
        cmocka_unit_test(citizens_are_numbered),        cmocka_unit_test(a_line_is_ready_when_all_of_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
