/* SPDX-License-Identifier: BSD-2-Clause */
/* `aduan evaluate`: how well the labelled texts are told apart, by folds or by a model there is. */
#include "commands.h"
#include "evaluated.h"
#include "learning.h"
#include "output.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { EVALUATE_FOLDS = 5, TAKEN_FOR = 2 };

/* --- for a person --- */

/* "drainase 5, air 2": what texts of this class were mostly taken for. */
static void taken_for(const struct evaluation *evaluation, size_t head, size_t truth, char *out, size_t size)
{
    const struct metrics *metrics = &evaluation->heads[head];
    size_t told[TAKEN_FOR];
    size_t used = 0;

    out[0] = '\0';
    for (size_t n = 0; n < TAKEN_FOR; n++) {
        uint64_t most = 0;

        for (size_t said = 0; said < metrics->classes; said++) {
            uint64_t cell = metrics_cell(metrics, truth, said);

            if (said == truth || cell <= most || (n > 0 && told[0] == said))
                continue;
            most = cell;
            told[n] = said;
        }
        if (most == 0 || used >= size)
            return;
        used += (size_t)snprintf(out + used, size - used, "%s%s %llu", n ? ", " : "",
                                 evaluation_class(evaluation, head, told[n]), (unsigned long long)most);
    }
}

static void print_classes(const struct cli *cli, const struct evaluation *evaluation, size_t head, FILE *out)
{
    static const char *const headers[] = {"LABEL", "TEXTS", "PRECISION", "RECALL", "F1", "MOSTLY TAKEN FOR"};
    static const enum align align[] = {LEFT, RIGHT, RIGHT, RIGHT, RIGHT, LEFT};
    const struct metrics *metrics = &evaluation->heads[head];
    struct table *table = table_new(6, headers, align);

    for (size_t i = evaluation->corpus->heads[head].flag ? 1 : 0; i < metrics->classes; i++) {
        double f1 = metrics_f1(metrics, i);
        char taken[160];

        taken_for(evaluation, head, i, taken, sizeof taken);
        table_cell(table, PAINT_CYAN, "%s", evaluation_class(evaluation, head, i));
        table_cell(table, PAINT_NONE, "%llu", (unsigned long long)metrics_support(metrics, i));
        table_cell(table, PAINT_NONE, "%.3f", metrics_precision(metrics, i));
        table_cell(table, PAINT_NONE, "%.3f", metrics_recall(metrics, i));
        table_cell(table, f1 < 0.6 ? PAINT_YELLOW : PAINT_NONE, "%.3f", f1);
        table_cell(table, PAINT_NONE, "%s", taken);
    }
    table_print(table, cli, out);
    table_free(table);
}

static void print_head(const struct cli *cli, const struct evaluation *evaluation, size_t head, FILE *out)
{
    const struct corpus_head *of = &evaluation->corpus->heads[head];
    const struct metrics *metrics = &evaluation->heads[head];

    fprintf(out, "\n%s%s%s: %s, %llu texts\n", paint_on(cli, PAINT_BOLD), of->name, paint_off(cli, PAINT_BOLD),
            of->flag ? "applies or does not" : "one of several", (unsigned long long)metrics->count);
    fprintf(out, "  right in %.1f %% (accuracy), mean F1 of its classes %.3f (macro-F1)\n",
            100 * metrics_accuracy(metrics), metrics_macro_f1(metrics));
    fprintf(out, "  its probabilities are off by %.1f points in the mean (expected calibration error)\n",
            100 * metrics_calibration_error(metrics));
    if (!of->flag && metrics->sure > 0)
        fprintf(out, "  sure of %.1f %%, and right in %.1f %% of those%s\n",
                100 * (double)metrics->sure / (double)metrics->count,
                100 * (double)metrics->sure_hits / (double)metrics->sure,
                strcmp(of->name, "category") == 0 ? "; the rest goes to a person" : "");
    print_classes(cli, evaluation, head, out);
}

void evaluated_print(const struct cli *cli, const struct evaluated *evaluated, FILE *out)
{
    const struct evaluation *evaluation = evaluated->evaluation;

    if (evaluated->model)
        fprintf(out, "%zu texts read by model %s: true of texts it has not learnt, too good of those it has\n",
                evaluated->texts, model_id(evaluated->model));
    else
        fprintf(out, "%zu texts in %u folds (seed %llu), each read by a model that has not learnt it\n",
                evaluated->texts, evaluated->folds, (unsigned long long)evaluated->seed);
    for (size_t head = 0; head < evaluation->corpus->head_count; head++)
        if (evaluation->heads[head].count > 0)
            print_head(cli, evaluation, head, out);
}

/* --- for a program --- */

/* Four digits tell all that there is to tell. */
static json_t *share_json(double share)
{
    return json_real(round(share * 10000) / 10000);
}

static json_t *classes_json(const struct evaluation *evaluation, size_t head)
{
    const struct metrics *metrics = &evaluation->heads[head];
    json_t *classes = json_array();

    for (size_t i = 0; i < metrics->classes; i++)
        json_array_append_new(
            classes, json_pack("{s:s,s:I,s:I,s:o,s:o,s:o}", "label", evaluation_class(evaluation, head, i), "texts",
                               (json_int_t)metrics_support(metrics, i), "said", (json_int_t)metrics_said(metrics, i),
                               "precision", share_json(metrics_precision(metrics, i)), "recall",
                               share_json(metrics_recall(metrics, i)), "f1", share_json(metrics_f1(metrics, i))));
    return classes;
}

static json_t *confusion_json(const struct metrics *metrics)
{
    json_t *rows = json_array();

    for (size_t truth = 0; truth < metrics->classes; truth++) {
        json_t *row = json_array();

        for (size_t said = 0; said < metrics->classes; said++)
            json_array_append_new(row, json_integer((json_int_t)metrics_cell(metrics, truth, said)));
        json_array_append_new(rows, row);
    }
    return rows;
}

static json_t *calibration_json(const struct metrics *metrics)
{
    json_t *bins = json_array();

    for (size_t i = 0; i < METRICS_BINS; i++) {
        const struct metrics_bin *bin = &metrics->bins[i];
        double count = bin->count > 0 ? (double)bin->count : 1;

        json_array_append_new(bins,
                              json_pack("{s:o,s:o,s:I,s:o,s:o}", "from", share_json((double)i / METRICS_BINS), "to",
                                        share_json((double)(i + 1) / METRICS_BINS), "texts", (json_int_t)bin->count,
                                        "probability", share_json(bin->probability / count), "came_true",
                                        share_json((double)bin->true_count / count)));
    }
    return bins;
}

static json_t *head_json(const struct evaluation *evaluation, size_t head)
{
    const struct metrics *metrics = &evaluation->heads[head];
    double sure = metrics->sure > 0 ? (double)metrics->sure : 1;

    return json_pack("{s:s,s:b,s:I,s:o,s:o,s:o,s:I,s:o,s:o,s:o,s:o}", "head", evaluation->corpus->heads[head].name,
                     "flag", evaluation->corpus->heads[head].flag, "texts", (json_int_t)metrics->count, "accuracy",
                     share_json(metrics_accuracy(metrics)), "macro_f1", share_json(metrics_macro_f1(metrics)),
                     "calibration_error", share_json(metrics_calibration_error(metrics)), "sure",
                     (json_int_t)metrics->sure, "sure_accuracy", share_json((double)metrics->sure_hits / sure),
                     "classes", classes_json(evaluation, head), "confusion", confusion_json(metrics), "calibration",
                     calibration_json(metrics));
}

json_t *evaluated_json(const struct evaluated *evaluated)
{
    const struct evaluation *evaluation = evaluated->evaluation;
    json_t *heads = json_array();

    for (size_t head = 0; head < evaluation->corpus->head_count; head++)
        if (evaluation->heads[head].count > 0)
            json_array_append_new(heads, head_json(evaluation, head));
    return json_pack("{s:i,s:I,s:o,s:o,s:o,s:o}", "v", 1, "texts", (json_int_t)evaluated->texts, "model",
                     evaluated->model ? json_string(model_id(evaluated->model)) : json_null(), "folds",
                     evaluated->model ? json_null() : json_integer(evaluated->folds), "seed",
                     evaluated->model ? json_null() : json_integer((json_int_t)evaluated->seed), "heads", heads);
}

/* --- the command --- */

static int show(const struct cli *cli, const struct evaluated *evaluated)
{
    const char *picture = cli_option(cli, "svg");
    struct fault fault = {0};
    int err = picture ? evaluated_svg(evaluated, picture, &fault) : OK;

    if (err != OK)
        return cli_fail_fault(cli, err, &fault);
    if (cli->json)
        return output_json(evaluated_json(evaluated));
    evaluated_print(cli, evaluated, stdout);
    return CLI_OK;
}

static int measure(const struct cli *cli, const struct learning *learning, struct evaluated *evaluated)
{
    struct evaluation evaluation;
    struct fault fault = {0};

    if (evaluated->model) {
        evaluate_model(learning->corpus, learning->recipe.rules, evaluated->model, &evaluation);
    } else {
        int err = evaluate_folds(learning->corpus, &learning->recipe, &evaluation, &fault);
        if (err != OK)
            return cli_fail_fault(cli, err, &fault);
    }
    evaluated->evaluation = &evaluation;
    evaluated->texts = learning->corpus->count;
    int code = show(cli, evaluated);
    evaluation_done(&evaluation);
    return code;
}

int cmd_evaluate(struct cli *cli)
{
    const char *path = cli_option(cli, "model");
    struct learning learning;
    struct model *model = NULL;
    struct fault fault = {0};
    uint64_t folds = 0, seed = 0;
    int code = cli_option_count(cli, "folds", 2, CORPUS_FOLDS_MAX, EVALUATE_FOLDS, &folds);

    if (code == CLI_OK)
        code = cli_option_count(cli, "seed", 0, UINT32_MAX, 0, &seed);
    if (code == CLI_OK && path && (cli_option(cli, "folds") || cli_option(cli, "seed")))
        code = cli_fail(cli, CLI_USAGE, "--model reads every text once: it goes without --folds and --seed");
    if (code == CLI_OK && path && model_open(path, &model, &fault) != OK)
        code = cli_fail_fault(cli, fault.code, &fault);
    if (code != CLI_OK)
        return code;
    code = learning_open(cli, (unsigned)folds, seed, model, &learning);
    if (code == CLI_OK) {
        struct evaluated evaluated = {.model = model, .folds = (unsigned)folds, .seed = seed};

        code = measure(cli, &learning, &evaluated);
        learning_close(&learning);
    }
    model_close(model);
    return code;
}
