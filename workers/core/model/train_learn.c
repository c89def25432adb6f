/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One label against the rest. Features are first scaled by how unevenly the label spreads over them (the log-count
 * ratio of NB-SVM), then a linear SVM is trained; both end in one weight a feature, so that prediction stays linear.
 */
#include "train_priv.h"

#include <stdlib.h>
#include <string.h>

/* What liblinear is asked to learn from, and how much the label's texts weigh. */
struct task {
    struct feature_node *nodes;
    struct feature_node **vectors;
    double *targets;
    size_t count, with;
};

static void silent(const char *text)
{
    (void)text;
}

/* By feature: |log of the odds that a text with the label has it, over those of one without| ^ power. */
static double *ratios_new(const struct train_table *table, const int8_t *labels, const struct train_recipe *recipe)
{
    size_t count[2] = {0};
    double *with = train_memory(table->feature_count, sizeof *with);
    double *without = train_memory(table->feature_count, sizeof *without);
    for (size_t i = 0; i < table->text_count; i++) {
        if (labels[i] < 0)
            continue;
        unsigned weight = table->texts[i]->weight;
        count[labels[i]] += weight;
        for (const struct feature_node *node = table->vectors[i]; node->index > 0; node++)
            (labels[i] ? with : without)[node->index - 1] += weight;
    }
    double alpha = recipe->smoothing;
    double all_with = (double)count[1] + 2 * alpha, all_without = (double)count[0] + 2 * alpha;
    for (size_t f = 0; f < table->feature_count; f++) {
        double ratio = log((with[f] + alpha) / all_with) - log((without[f] + alpha) / all_without);
        with[f] = recipe->log_ratio > 0 ? pow(fabs(ratio), recipe->log_ratio) : 1;
    }
    free(without);
    return with;
}

/* Scaled copies of the vectors, with the bias as one more feature. A text that weighs more is there more often. */
static void task_make(const struct train_table *table, const int8_t *labels, const double *ratios, struct task *out)
{
    size_t examples = 0;
    for (size_t i = 0; i < table->text_count; i++)
        examples += table->texts[i]->weight;
    *out = (struct task){.nodes = train_memory(table->node_count, sizeof *out->nodes),
                         .vectors = train_memory(examples, sizeof(struct feature_node *)),
                         .targets = train_memory(examples, sizeof *out->targets)};
    struct feature_node *node = out->nodes;
    for (size_t i = 0; i < table->text_count; i++) {
        if (labels[i] < 0)
            continue;
        for (unsigned times = table->texts[i]->weight; times > 0; times--) {
            out->targets[out->count] = labels[i] ? 1 : -1;
            out->vectors[out->count++] = node;
            out->with += labels[i] == 1;
        }
        for (const struct feature_node *from = table->vectors[i]; from->index > 0; from++)
            *node++ = (struct feature_node){from->index, from->value * ratios[from->index - 1]};
        *node++ = (struct feature_node){(int)table->feature_count + 1, 1};
        (node++)->index = -1;
    }
}

static void task_done(struct task *task)
{
    free(task->nodes);
    free(task->vectors);
    free(task->targets);
}

void train_learn(const struct train_table *table, const int8_t *labels, const struct train_recipe *recipe,
                 double *weights, double *bias)
{
    struct task task;
    double *ratios = ratios_new(table, labels, recipe);
    task_make(table, labels, ratios, &task);
    memset(weights, 0, table->feature_count * sizeof *weights);
    /* Nothing to tell apart: always the one answer there is. */
    *bias = task.with > 0 ? 1 : -1;
    if (task.with > 0 && task.with < task.count) {
        int sides[2] = {1, -1};
        double side_weights[2] = {pow((double)(task.count - task.with) / (double)task.with, recipe->balance), 1};
        struct problem problem = {
            .l = (int)task.count, .n = (int)table->feature_count + 1, .y = task.targets, .x = task.vectors, .bias = 1};
        struct parameter parameter = {.solver_type = L2R_L2LOSS_SVC_DUAL,
                                      .eps = 0.1,
                                      .C = recipe->cost,
                                      .nr_weight = 2,
                                      .weight_label = sides,
                                      .weight = side_weights};
        srand(1); /* liblinear shuffles by it */
        set_print_string_function(silent);
        struct linear_model *linear = train(&problem, &parameter);
        double sign = linear->label[0] == 1 ? 1 : -1;
        for (size_t f = 0; f < table->feature_count; f++)
            weights[f] = sign * linear->w[f] * ratios[f];
        *bias = sign * linear->w[table->feature_count];
        free_and_destroy_model(&linear);
    }
    free(ratios);
    task_done(&task);
}
