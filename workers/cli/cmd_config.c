/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said about configuration before anything starts: check, reference, key, what replies cost. */
#include "commands.h"
#include "desk.h"
#include "output.h"
#include "rules.h"
#include "templates.h"

#include <stdlib.h>
#include <string.h>

/* "file:line:column: message" → its pieces for --json; what has no place is the message alone. */
static json_t *problem_json(const char *text)
{
    json_t *object = json_object();
    unsigned line, column;
    int used = 0;
    size_t at = 0;

    for (const char *colon = strchr(text, ':'); colon; colon = strchr(colon + 1, ':')) {
        if (sscanf(colon, ":%u:%u: %n", &line, &column, &used) == 2 && used) {
            json_object_set_new(object, "file", json_text(text, (size_t)(colon - text)));
            json_object_set_new(object, "line", json_integer(line));
            json_object_set_new(object, "column", json_integer(column));
            at = (size_t)(colon - text) + (size_t)used;
            break;
        }
    }
    json_object_set_new(object, "message", json_text(text + at, strlen(text + at)));
    return object;
}

struct check {
    const struct cli *cli;
    json_t *problems;
};

/* Notes a refusal; in either form every file is looked at, so that one run shows all there is. */
static void refuse(struct check *check, const struct fault *fault, int err)
{
    const char *text = fault->text[0] ? fault->text : err_name(err);

    json_array_append_new(check->problems, problem_json(text));
    if (!check->cli->json)
        fprintf(stderr, "%s\n", text);
}

static void check_files(struct check *check, const struct config *config)
{
    struct fault fault = {0};
    struct rules *rules = NULL;
    struct templates *templates = NULL;
    struct model *model = NULL;
    struct places *places = NULL;
    int err = rules_load(config->categories_path, config->agencies_path, &rules, &fault);

    if (err)
        refuse(check, &fault, err);
    rules_free(rules);
    fault = (struct fault){0};
    err = templates_load(config->replies_dir, config->reply_segments_max, &templates, &fault);
    if (err)
        refuse(check, &fault, err);
    templates_free(templates);
    fault = (struct fault){0};
    err = desk_model_open(config, &model, &fault);
    if (err)
        refuse(check, &fault, err);
    model_close(model);
    fault = (struct fault){0};
    err = desk_places_open(config, &places, &fault);
    if (err)
        refuse(check, &fault, err);
    places_free(places);
}

int cmd_config_check(struct cli *cli)
{
    const char *path = cli->operand_count ? cli->operands[0] : cli->config_path;
    struct check check = {cli, json_array()};
    struct config *config = NULL;
    struct fault fault = {0};
    bool ok;
    int code = CLI_OK, err = config_load(path, &config, &fault);

    if (err)
        refuse(&check, &fault, err);
    else
        check_files(&check, config);
    ok = json_array_size(check.problems) == 0;
    if (cli->json)
        code = output_json(json_pack("{s:i,s:b,s:s,s:O}", "v", 1, "ok", ok, "file", path, "problems", check.problems));
    else if (ok)
        printf("%s and the files it names are well\n", path);
    config_free(config);
    json_decref(check.problems);
    return ok ? code : CLI_CONFIG;
}

static const char *const type_names[] = {
    [CONFIG_TEXT] = "text", [CONFIG_PATH] = "path",     [CONFIG_COUNT] = "number", [CONFIG_BYTES] = "bytes",
    [CONFIG_BOOL] = "bool", [CONFIG_CHOICE] = "choice", [CONFIG_LIST] = "list",    [CONFIG_BOXES] = "boxes",
};

static int reference_json(void)
{
    size_t count;
    const struct config_row *rows = config_rows(&count);
    json_t *keys = json_array();

    for (size_t i = 0; i < count; i++) {
        const struct config_row *row = &rows[i];
        json_t *key = json_object();

        json_object_set_new(key, "key", json_string(row->key));
        json_object_set_new(key, "type", json_string(type_names[row->type]));
        json_object_set_new(key, "default", row->fallback ? json_string(row->fallback) : json_null());
        json_object_set_new(key, "choices", row->choices ? json_string(row->choices) : json_null());
        json_object_set_new(key, "live", json_boolean(row->live));
        json_object_set_new(key, "help", json_string(row->help));
        if (row->type == CONFIG_COUNT || row->type == CONFIG_BYTES) {
            json_object_set_new(key, "min", json_integer((json_int_t)row->min));
            json_object_set_new(key, "max", json_integer((json_int_t)row->max));
        }
        json_array_append_new(keys, key);
    }
    return output_json(json_pack("{s:i,s:o}", "v", 1, "keys", keys));
}

int cmd_config_reference(struct cli *cli)
{
    if (cli_flag(cli, "markdown") && cli_flag(cli, "mdoc"))
        return cli_fail(cli, CLI_USAGE, "--markdown and --mdoc exclude each other");
    if (cli->json)
        return reference_json();
    if (cli_flag(cli, "mdoc"))
        config_reference_mdoc(stdout);
    else
        config_reference_markdown(stdout);
    return CLI_OK;
}

/* The lint's lines as they are; with --json each is a string of an array. */
static int lint_json(const struct templates *templates, int *warned)
{
    char *text = NULL, *rest;
    size_t len;
    json_t *lines = json_array();
    FILE *memory = open_memstream(&text, &len);

    if (!memory)
        abort();
    *warned = templates_lint(templates, memory);
    if (fclose(memory) != 0)
        abort();
    rest = text;
    for (char *line; (line = strsep(&rest, "\n"));)
        if (*line)
            json_array_append_new(lines, json_text(line, strlen(line)));
    free(text);
    return output_json(json_pack("{s:i,s:b,s:i,s:o}", "v", 1, "ok", *warned == 0, "warned", *warned, "lines", lines));
}

int cmd_replies_lint(struct cli *cli)
{
    struct templates *templates;
    struct fault fault = {0};
    int warned, code = CLI_OK;
    int err = templates_load(cli->config->replies_dir, cli->config->reply_segments_max, &templates, &fault);

    if (err)
        return cli_fail_fault(cli, err, &fault);
    if (cli->json)
        code = lint_json(templates, &warned);
    else
        warned = templates_lint(templates, stdout);
    templates_free(templates);
    return code == CLI_OK && warned ? CLI_FAILED : code;
}
