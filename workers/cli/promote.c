/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Promotion: the new and the running model on the same texts, which neither has learnt. There are two such parts. One
 * is what the training of each held out in turn, counted while it was trained and kept in its file; it is the same part
 * when both learnt from the same texts at the base. The other is the corrected tickets that no training may learn.
 */
#include "promote.h"

#include "compare.h"
#include "desk.h"
#include "learning.h"
#include "output.h"
#include "train.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TOLERANCE_POINTS = 3 };

struct candidate {
    const char *path;
    struct model *model;   /* the new one */
    struct model *running; /* NULL: there is none */
    double tolerance;
    struct comparison training, tickets;
    bool comparable;       /* their trainings are */
    struct corpus *corpus; /* held-out tickets; the comparison borrows its labels */
    size_t held_out;
};

static void candidate_done(struct candidate *candidate)
{
    comparison_done(&candidate->training);
    comparison_done(&candidate->tickets);
    model_close(candidate->model);
    model_close(candidate->running);
    corpus_free(candidate->corpus);
}

/* Where desk.model names a file that is not there yet, the shipped one is what the desk had. */
static void running_open(const struct cli *cli, struct candidate *candidate)
{
    struct fault fault = {0};

    if (desk_model_open(cli->config, &candidate->running, &fault) == E_NOT_FOUND)
        (void)!desk_model_shipped(&candidate->running, &fault);
    if (!candidate->running)
        cli_remark(cli, "there is no running model to compare with: %s", fault.text);
}

/* --- comparing --- */

static bool store_is_there(const struct config *config)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/data.mdb", config->store_dir);
    return access(path, F_OK) == 0;
}

static void compare_both(struct rules *rules, struct candidate *candidate)
{
    struct evaluation before, after;

    evaluate_model(candidate->corpus, rules, candidate->running, &before);
    evaluate_model(candidate->corpus, rules, candidate->model, &after);
    compare_evaluations(&before, &after, candidate->tolerance, &candidate->tickets);
    evaluation_done(&before);
    evaluation_done(&after);
}

static int compare_tickets(struct cli *cli, struct candidate *candidate)
{
    struct learning_tickets tickets = {.corpus = candidate->corpus = corpus_new(), .held_out = true};
    struct rules *rules = NULL;
    struct fault fault = {0};
    int code = CLI_OK;

    corpus_desk_heads(tickets.corpus);
    if (rules_load(cli->config->categories_path, cli->config->agencies_path, &rules, &fault) != OK)
        code = cli_fail_fault(cli, fault.code, &fault);
    tickets.rules = rules;
    if (code == CLI_OK)
        code = learning_add_tickets(cli, &tickets);
    if (code == CLI_OK && tickets.added > 0) {
        evaluate_prepare(tickets.corpus, candidate->running);
        evaluate_prepare(tickets.corpus, candidate->model);
        corpus_finish(tickets.corpus, 2);
        compare_both(rules, candidate);
    }
    candidate->held_out = tickets.added;
    rules_free(rules);
    return code;
}

/* --- telling --- */

static json_t *share_json(double share)
{
    return json_real(round(share * 10000) / 10000);
}

static void rows_json(const struct comparison *comparison, const char *part, json_t *rows)
{
    for (size_t i = 0; i < comparison->count; i++) {
        const struct compare_row *row = &comparison->rows[i];

        json_array_append_new(rows, json_pack("{s:s,s:s,s:o,s:s,s:I,s:o,s:o,s:b,s:b}", "part", part, "head", row->head,
                                              "label", *row->label ? json_string(row->label) : json_null(), "measure",
                                              row->measure, "texts", (json_int_t)row->texts, "before",
                                              share_json(row->before), "after", share_json(row->after), "judged",
                                              row->judged, "worse", row->worse));
    }
}

static json_t *candidate_json(const struct cli *cli, const struct candidate *candidate, bool promoted)
{
    json_t *rows = json_array();

    rows_json(&candidate->training, "training", rows);
    rows_json(&candidate->tickets, "tickets", rows);
    return json_pack("{s:i,s:s,s:o,s:b,s:b,s:s,s:o,s:b,s:I,s:o}", "v", 1, "model", model_id(candidate->model),
                     "running", candidate->running ? json_string(model_id(candidate->running)) : json_null(),
                     "promoted", promoted, "forced", cli_flag(cli, "force"), "file", cli->config->model_path,
                     "tolerance", share_json(candidate->tolerance), "trainings_comparable", candidate->comparable,
                     "held_out_tickets", (json_int_t)candidate->held_out, "rows", rows);
}

static void table_rows(struct table *table, const struct comparison *comparison, const char *part)
{
    for (size_t i = 0; i < comparison->count; i++) {
        const struct compare_row *row = &comparison->rows[i];

        if (!row->worse)
            continue;
        table_cell(table, PAINT_NONE, "%s", part);
        table_cell(table, PAINT_NONE, "%s", row->head);
        table_cell(table, PAINT_CYAN, "%s", *row->label ? row->label : "(all)");
        table_cell(table, PAINT_NONE, "%s", row->measure);
        table_cell(table, PAINT_NONE, "%llu", (unsigned long long)row->texts);
        table_cell(table, PAINT_NONE, "%.1f", 100 * row->before);
        table_cell(table, PAINT_RED, "%.1f", 100 * row->after);
    }
}

/* What has got worse, and nothing else. */
static void print_worse(const struct cli *cli, const struct candidate *candidate)
{
    static const char *const headers[] = {"HELD OUT BY", "HEAD", "CLASS", "MEASURE", "TEXTS", "RUNNING", "NEW"};
    static const enum align align[] = {LEFT, LEFT, LEFT, LEFT, RIGHT, RIGHT, RIGHT};
    struct table *table = table_new(7, headers, align);

    table_rows(table, &candidate->training, "training");
    table_rows(table, &candidate->tickets, "tickets");
    table_print(table, cli, stdout);
    table_free(table);
}

/* --- putting in place --- */

static int read_whole(const char *path, size_t len, void **out, struct fault *fault)
{
    FILE *in = fopen(path, "re");
    char *bytes = malloc(len + 1);

    if (!bytes)
        abort();
    size_t got = in ? fread(bytes, 1, len, in) : 0;
    if (in)
        fclose(in);
    if (got != len) {
        free(bytes);
        return fault_set(fault, E_IO, "cannot read %s to its end", path);
    }
    *out = bytes;
    return OK;
}

/* The one of before stays beside it under another name; what is there of before that one goes. */
static int keep_before(const char *target, struct fault *fault)
{
    char before[4096];

    if ((size_t)snprintf(before, sizeof before, "%s.before", target) >= sizeof before)
        return fault_set(fault, E_CONFIG, "desk.model has too long a path");
    if (access(target, F_OK) != 0)
        return OK;
    if ((unlink(before) != 0 && errno != ENOENT) || link(target, before) != 0)
        return fault_set(fault, E_IO, "the running model cannot be kept as %s: %m", before);
    return OK;
}

static int put_in_place(const struct cli *cli, const struct candidate *candidate)
{
    const char *target = cli->config->model_path;
    size_t len = model_bytes(candidate->model);
    struct fault fault = {0};
    void *bytes = NULL;
    int err = read_whole(candidate->path, len, &bytes, &fault);

    if (err == OK)
        err = keep_before(target, &fault);
    if (err == OK)
        err = train_save(target, bytes, len, &fault);
    free(bytes);
    return err == OK ? CLI_OK : cli_fail_fault(cli, err, &fault);
}

/* --- deciding --- */

static int judge(const struct cli *cli, const struct candidate *candidate)
{
    size_t worse = candidate->training.worse + candidate->tickets.worse;

    if (worse > 0 && !cli->json)
        print_worse(cli, candidate);
    if (worse > 0 && !cli_flag(cli, "force"))
        return cli_fail(cli, CLI_NOT_ALLOWED,
                        "not promoted: %zu figures fell by more than %.0f points. More texts of those classes help; "
                        "--force promotes it all the same",
                        worse, 100 * candidate->tolerance);
    if (candidate->running && !candidate->comparable && !cli_flag(cli, "force"))
        return cli_fail(cli, CLI_NOT_ALLOWED,
                        "not promoted: the running model learnt from other texts at the base, so that what they held "
                        "out cannot be compared; train it with the same --texts, or say --force");
    return CLI_OK;
}

static int compare(struct cli *cli, struct candidate *candidate)
{
    if (!candidate->running)
        return CLI_OK;
    candidate->comparable =
        compare_figures(candidate->running, candidate->model, candidate->tolerance, &candidate->training);
    return store_is_there(cli->config) ? compare_tickets(cli, candidate) : CLI_OK;
}

static void tell(const struct cli *cli, const struct candidate *candidate)
{
    printf("%s: model %s is in place", cli->config->model_path, model_id(candidate->model));
    if (candidate->running)
        printf(", %s was; compared on %zu figures of the training and %zu held-out tickets",
               model_id(candidate->running), candidate->training.count, candidate->held_out);
    puts("\nThe line takes it up with: aduan reload");
}

static int decide(struct cli *cli, struct candidate *candidate, json_t **told)
{
    int code = compare(cli, candidate);
    bool same = code == CLI_OK && candidate->running &&
                strcmp(model_id(candidate->running), model_id(candidate->model)) == 0 &&
                access(cli->config->model_path, F_OK) == 0;

    if (code != CLI_OK)
        return code;
    if (same)
        cli_remark(cli, "it is the running model already");
    code = judge(cli, candidate);
    if (code == CLI_OK && !same)
        code = put_in_place(cli, candidate);
    if (cli->json && (code == CLI_OK || code == CLI_NOT_ALLOWED))
        *told = candidate_json(cli, candidate, code == CLI_OK);
    else if (code == CLI_OK && !same)
        tell(cli, candidate);
    return code;
}

int promote(struct cli *cli, const char *path, json_t **told)
{
    struct candidate candidate = {.path = path};
    struct fault fault = {0};
    uint64_t points = 0;
    int code = cli_option_count(cli, "tolerance", 0, 100, TOLERANCE_POINTS, &points);

    if (code == CLI_OK)
        code = session_open(cli, NEED_CONFIG);
    if (code != CLI_OK)
        return code;
    candidate.tolerance = (double)points / 100;
    if (strcmp(cli->config->model_path, CONFIG_DEFAULT_MODEL) == 0)
        return cli_fail(cli, CLI_NOT_ALLOWED,
                        "desk.model names the shipped model, which an upgrade would bring back; let it name a file of "
                        "the desk's own, such as /var/lib/aduan/model.bin, and promote again");
    if (model_open(path, &candidate.model, &fault) != OK)
        return cli_fail_fault(cli, fault.code, &fault);
    running_open(cli, &candidate);
    code = decide(cli, &candidate, told);
    candidate_done(&candidate);
    return code;
}
