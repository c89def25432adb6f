/* SPDX-License-Identifier: BSD-2-Clause */
#include "metrics.h"

#include <math.h>
#include <stdlib.h>

void metrics_init(struct metrics *metrics, size_t classes)
{
    *metrics = (struct metrics){.classes = classes};
    metrics->confusion = calloc(classes * classes + 1, sizeof *metrics->confusion);
    if (!metrics->confusion)
        abort();
}

void metrics_done(struct metrics *metrics)
{
    free(metrics->confusion);
    *metrics = (struct metrics){0};
}

void metrics_add(struct metrics *metrics, const struct metrics_answer *answer)
{
    bool hit = answer->truth == answer->said;
    size_t bin = (size_t)(answer->probability * METRICS_BINS);
    struct metrics_bin *into = &metrics->bins[bin < METRICS_BINS ? bin : METRICS_BINS - 1];
    metrics->confusion[answer->truth * metrics->classes + answer->said]++;
    metrics->count++;
    metrics->hits += hit;
    metrics->sure += answer->sure;
    metrics->sure_hits += answer->sure && hit;
    into->count++;
    into->true_count += answer->came_true;
    into->probability += answer->probability;
}

uint64_t metrics_cell(const struct metrics *metrics, size_t truth, size_t said)
{
    return metrics->confusion[truth * metrics->classes + said];
}

uint64_t metrics_support(const struct metrics *metrics, size_t class_)
{
    uint64_t sum = 0;
    for (size_t said = 0; said < metrics->classes; said++)
        sum += metrics_cell(metrics, class_, said);
    return sum;
}

uint64_t metrics_said(const struct metrics *metrics, size_t class_)
{
    uint64_t sum = 0;
    for (size_t truth = 0; truth < metrics->classes; truth++)
        sum += metrics_cell(metrics, truth, class_);
    return sum;
}

static double share(uint64_t part, uint64_t all)
{
    return all > 0 ? (double)part / (double)all : 0;
}

double metrics_accuracy(const struct metrics *metrics)
{
    return share(metrics->hits, metrics->count);
}

double metrics_precision(const struct metrics *metrics, size_t class_)
{
    return share(metrics_cell(metrics, class_, class_), metrics_said(metrics, class_));
}

double metrics_recall(const struct metrics *metrics, size_t class_)
{
    return share(metrics_cell(metrics, class_, class_), metrics_support(metrics, class_));
}

double metrics_f1_of(uint64_t hits, uint64_t support, uint64_t said)
{
    return share(2 * hits, support + said);
}

double metrics_f1(const struct metrics *metrics, size_t class_)
{
    return metrics_f1_of(metrics_cell(metrics, class_, class_), metrics_support(metrics, class_),
                         metrics_said(metrics, class_));
}

double metrics_macro_f1(const struct metrics *metrics)
{
    double sum = 0;
    size_t there = 0;
    for (size_t i = 0; i < metrics->classes; i++) {
        if (metrics_support(metrics, i) + metrics_said(metrics, i) == 0)
            continue;
        sum += metrics_f1(metrics, i);
        there++;
    }
    return there > 0 ? sum / (double)there : 0;
}

double metrics_calibration_error(const struct metrics *metrics)
{
    double sum = 0;
    for (size_t i = 0; i < METRICS_BINS; i++)
        sum += fabs(metrics->bins[i].probability - (double)metrics->bins[i].true_count);
    return metrics->count > 0 ? sum / (double)metrics->count : 0;
}
