/* SPDX-License-Identifier: BSD-2-Clause */
#include "compare.h"

#include <stdlib.h>
#include <string.h>

void comparison_done(struct comparison *comparison)
{
    free(comparison->rows);
    *comparison = (struct comparison){0};
}

static void add(struct comparison *comparison, struct compare_row row, double tolerance)
{
    if (comparison->count == comparison->room) {
        comparison->room = comparison->room ? 2 * comparison->room : 64;
        comparison->rows = realloc(comparison->rows, comparison->room * sizeof *comparison->rows);
        if (!comparison->rows)
            abort();
    }
    row.judged = row.texts >= COMPARE_MIN;
    double fall = row.before - row.after, last_bit = 1e-9; /* what fell by the tolerance has not fallen by more */
    row.worse = row.judged && fall > tolerance + last_bit && fall * (double)row.texts > 1 + last_bit;
    comparison->worse += row.worse;
    comparison->rows[comparison->count++] = row;
}

static double share(uint64_t part, uint64_t all)
{
    return all > 0 ? (double)part / (double)all : 0;
}

/* One class, by its counts in both. */
static void add_class(struct comparison *out, const char *head, const char *label, bool dire,
                      struct model_figures before, struct model_figures after, double tolerance)
{
    struct compare_row row = {.head = head, .label = label, .measure = "F1", .texts = before.support};
    row.before = metrics_f1_of(before.hits, before.support, before.said);
    row.after = metrics_f1_of(after.hits, after.support, after.said);
    add(out, row, tolerance);
    if (!dire)
        return;
    row.measure = "recall";
    row.before = share(before.hits, before.support);
    row.after = share(after.hits, after.support);
    add(out, row, tolerance);
}

/* --- figures of the training -------------------------------------------------------------------------------------- */

static bool has_figures(const struct model *model)
{
    for (size_t h = 0; h < model_head_count(model); h++)
        for (size_t k = 0; k < model_head(model, h).label_count; k++)
            if (model_figures(model, h, k).support > 0)
                return true;
    return false;
}

static struct model_figures figures_of(const struct model *model, size_t head, const char *label)
{
    size_t place = head == SIZE_MAX ? SIZE_MAX : model_label_find(model, head, label);
    return place == SIZE_MAX ? (struct model_figures){0} : model_figures(model, head, place);
}

bool compare_figures(const struct model *before, const struct model *after, double tolerance, struct comparison *out)
{
    if (!has_figures(before) || memcmp(model_base(before), model_base(after), MODEL_BASE_BYTES) != 0)
        return false;
    for (size_t h = 0; h < model_head_count(before); h++) {
        struct model_head head = model_head(before, h);
        size_t other = model_head_find(after, head.name);
        struct model_figures all[2] = {{0}};
        for (size_t k = 0; k < head.label_count; k++) {
            const char *label = model_label(before, h, k);
            struct model_figures was = model_figures(before, h, k), is = figures_of(after, other, label);
            is.support = was.support; /* the same texts, even where the class has gone */
            add_class(out, head.name, label, head.dire, was, is, tolerance);
            all[0].support += was.support, all[0].hits += was.hits;
            all[1].support += is.support, all[1].hits += is.hits;
        }
        if (!head.flag)
            add(out,
                (struct compare_row){.head = head.name,
                                     .label = "",
                                     .measure = "accuracy",
                                     .texts = all[0].support,
                                     .before = share(all[0].hits, all[0].support),
                                     .after = share(all[1].hits, all[1].support)},
                tolerance);
    }
    return true;
}

/* --- one corpus --------------------------------------------------------------------------------------------------- */

static struct model_figures counted(const struct metrics *metrics, size_t class_, uint64_t support)
{
    if (metrics->count == 0) /* the model has no such head */
        return (struct model_figures){.support = (uint32_t)support};
    return (struct model_figures){.support = (uint32_t)metrics_support(metrics, class_),
                                  .said = (uint32_t)metrics_said(metrics, class_),
                                  .hits = (uint32_t)metrics_cell(metrics, class_, class_)};
}

void compare_evaluations(const struct evaluation *before, const struct evaluation *after, double tolerance,
                         struct comparison *out)
{
    for (size_t h = 0; h < before->corpus->head_count; h++) {
        const struct corpus_head *head = &before->corpus->heads[h];
        const struct metrics *was = &before->heads[h], *is = &after->heads[h];
        for (size_t k = head->flag ? 1 : 0; k < was->classes; k++) {
            uint64_t texts = metrics_support(was, k);
            if (texts > 0)
                add_class(out, head->name, evaluation_class(before, h, k), head->dire, counted(was, k, texts),
                          counted(is, k, texts), tolerance);
        }
        if (!head->flag && was->count > 0)
            add(out,
                (struct compare_row){.head = head->name,
                                     .label = "",
                                     .measure = "accuracy",
                                     .texts = was->count,
                                     .before = metrics_accuracy(was),
                                     .after = metrics_accuracy(is)},
                tolerance);
    }
}
