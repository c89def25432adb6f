/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One text through a model: normalise, take features, find their rows, add up. All sums are of whole numbers; floating
 * point comes in once a group and output, in a fixed order.
 */
#include "model_priv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FLUSH_EVERY = 1024, PREFETCH_AHEAD = 16 };
_Static_assert((int64_t)FLUSH_EVERY *MODEL_WEIGHT_MAX * 241 <= INT32_MAX, "a sum of so many does not overflow");

/* A row that the text touches. */
struct touched {
    uint32_t row;
    uint16_t rarity;
    uint8_t group;
};

struct predictor {
    const struct model *model;
    struct normaliser *normaliser;
    struct normalised words;
    struct features features;
    struct touched *touched;
    size_t touched_count, touched_room;
    uint8_t *times;                     /* by row: how often it came in this text */
    int32_t *part;                      /* by output: the sum of at most FLUSH_EVERY rows */
    int64_t *sums[FEATURE_GROUPS];      /* by output */
    double group_scale[FEATURE_GROUPS]; /* what a sum of the group is multiplied with, for the text read last */
    double *scores;                     /* by output */
    double *spoken;                     /* by word, for predictor_why() */
    size_t spoken_room;
};

static void *zeroed(size_t count, size_t bytes)
{
    void *memory = calloc(count ? count : 1, bytes);
    if (!memory)
        abort();
    return memory;
}

struct predictor *predictor_new(const struct model *model)
{
    struct predictor *predictor = zeroed(1, sizeof *predictor);
    predictor->model = model;
    predictor->normaliser = normaliser_new(&model->lexicon);
    predictor->times = zeroed(model->file->row_count, 1);
    predictor->part = zeroed(model->file->row_items, sizeof *predictor->part);
    for (size_t g = 0; g < FEATURE_GROUPS; g++)
        predictor->sums[g] = zeroed(model->file->row_items, sizeof *predictor->sums[g]);
    predictor->scores = zeroed(model->file->output_count, sizeof *predictor->scores);
    return predictor;
}

void predictor_free(struct predictor *predictor)
{
    if (!predictor)
        return;
    normaliser_free(predictor->normaliser);
    features_done(&predictor->features);
    free(predictor->touched);
    free(predictor->times);
    free(predictor->part);
    for (size_t g = 0; g < FEATURE_GROUPS; g++)
        free(predictor->sums[g]);
    free(predictor->scores);
    free(predictor->spoken);
    free(predictor);
}

/* --- features to rows ------------------------------------------------------------------------------------------- */

static uint32_t slot_value(const struct model *model, uint32_t id)
{
    uint32_t mask = model->file->slot_count - 1;
    uint32_t at = model_slot_of(id, model->file->slot_count);
    while (model->slots[at].value != MODEL_EMPTY && model->slots[at].id != id)
        at = (at + 1) & mask;
    return model->slots[at].value;
}

static void prefetch_slot(const struct predictor *predictor, size_t i)
{
    if (i < predictor->features.count)
        __builtin_prefetch(&predictor->model->slots[model_slot_of(predictor->features.items[i].id,
                                                                  predictor->model->file->slot_count)]);
}

static void touch(struct predictor *predictor)
{
    const struct features *features = &predictor->features;
    if (predictor->touched_room < features->count) {
        free(predictor->touched);
        predictor->touched_room = 2 * features->count;
        predictor->touched = zeroed(predictor->touched_room, sizeof *predictor->touched);
    }
    predictor->touched_count = 0;
    for (size_t i = 0; i < PREFETCH_AHEAD; i++)
        prefetch_slot(predictor, i);
    for (size_t i = 0; i < features->count; i++) {
        prefetch_slot(predictor, i + PREFETCH_AHEAD);
        uint32_t value = slot_value(predictor->model, features->items[i].id);
        if (value == MODEL_EMPTY)
            continue;
        uint32_t row = value >> MODEL_RARITY_BITS;
        if (predictor->times[row] == 0)
            predictor->touched[predictor->touched_count++] =
                (struct touched){.row = row, .rarity = value & MODEL_RARITY_MAX, .group = features->items[i].group};
        predictor->times[row] += predictor->times[row] < MODEL_COUNT_MAX;
    }
}

/* --- rows to scores --------------------------------------------------------------------------------------------- */

static void flush(struct predictor *predictor, int64_t *sums)
{
    for (size_t i = 0; i < predictor->model->file->row_items; i++) {
        sums[i] += predictor->part[i];
        predictor->part[i] = 0;
    }
}

static inline void add_row(int32_t *restrict part, const int16_t *restrict row, size_t items, int32_t times)
{
    for (size_t i = 0; i < items; i += MODEL_ROW_MULTIPLE)
        for (size_t k = 0; k < MODEL_ROW_MULTIPLE; k++)
            part[i + k] += row[i + k] * times;
}

static unsigned weight_of(const struct predictor *predictor, uint32_t row)
{
    unsigned times = predictor->model->file->flags & MODEL_COUNTS ? predictor->times[row] : 1;
    return model_count_weight[times];
}

/* Adds up the rows of one group; returns the square of the length of its features. */
static uint64_t add_group(struct predictor *predictor, unsigned group)
{
    const struct model *model = predictor->model;
    size_t items = model->file->row_items, added = 0;
    uint64_t length2 = 0;
    memset(predictor->sums[group], 0, items * sizeof *predictor->sums[group]);
    for (size_t i = 0; i < predictor->touched_count; i++) {
        const struct touched *touched = &predictor->touched[i];
        if (i + PREFETCH_AHEAD < predictor->touched_count)
            __builtin_prefetch(&model->rows[(size_t)predictor->touched[i + PREFETCH_AHEAD].row * items]);
        if (touched->group != group)
            continue;
        unsigned weight = weight_of(predictor, touched->row);
        add_row(predictor->part, &model->rows[(size_t)touched->row * items], items, (int32_t)weight);
        length2 += (uint64_t)weight * weight * touched->rarity;
        if (++added % FLUSH_EVERY == 0)
            flush(predictor, predictor->sums[group]);
    }
    flush(predictor, predictor->sums[group]);
    return length2;
}

static void add_up(struct predictor *predictor)
{
    const struct model *model = predictor->model;
    double groups2 = 0;
    for (unsigned g = 0; g < FEATURE_GROUPS; g++) {
        uint64_t length2 = add_group(predictor, g);
        double weight = model->file->group_weight[g];
        predictor->group_scale[g] = 0;
        if (length2 == 0)
            continue;
        /* A weight is of a feature of count 1; the length is in units of both count and rarity. */
        predictor->group_scale[g] = weight * sqrt((double)MODEL_RARITY_UNIT) / sqrt((double)length2);
        groups2 += weight * weight;
    }
    for (unsigned g = 0; g < FEATURE_GROUPS && groups2 > 0; g++)
        predictor->group_scale[g] /= sqrt(groups2);
    for (size_t k = 0; k < model->file->output_count; k++) {
        double score = 0;
        for (unsigned g = 0; g < FEATURE_GROUPS; g++)
            score += predictor->group_scale[g] * (double)predictor->sums[g][k];
        predictor->scores[k] = score * model->outputs[k].unit + model->outputs[k].bias;
    }
    for (size_t i = 0; i < predictor->touched_count; i++)
        predictor->times[predictor->touched[i].row] = 0;
}

/* --- scores to answers ------------------------------------------------------------------------------------------ */

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

/* The best few by score, an earlier label before a later one. */
static void rank(const double *scores, size_t count, struct model_answer *out)
{
    out->count = 0;
    for (size_t label = 0; label < count; label++) {
        size_t at = out->count;
        while (at > 0 && scores[label] > scores[out->best[at - 1].label])
            at--;
        if (at == MODEL_GUESSES)
            continue;
        out->count += out->count < MODEL_GUESSES;
        memmove(&out->best[at + 1], &out->best[at], (out->count - 1 - at) * sizeof out->best[0]);
        out->best[at].label = label;
    }
}

void model_answer(const struct model_head_record *head, const double *scores, struct model_answer *out)
{
    double sum = 0;
    rank(scores, head->output_count, out);
    double top = scores[out->best[0].label];
    for (size_t i = 0; i < head->output_count; i++)
        sum += exp(head->slope * (scores[i] - top));
    for (size_t i = 0; i < out->count; i++)
        out->best[i].probability = head->flag ? sigmoid(head->slope * top + head->shift)
                                              : exp(head->slope * (scores[out->best[i].label] - top)) / sum;
    out->sure = out->best[0].probability >= head->threshold;
}

void predictor_read(struct predictor *predictor, const char *text, size_t len, const struct classification *found,
                    struct prediction *out)
{
    normalise(predictor->normaliser, text, len, &predictor->words);
    features_take(&predictor->features, text, len, &predictor->words, found);
    touch(predictor);
    add_up(predictor);
    for (size_t i = 0; i < predictor->model->file->head_count; i++)
        model_answer(&predictor->model->heads[i], predictor->scores + predictor->model->heads[i].first_output,
                     &out->heads[i]);
}

void predictor_scores(const struct predictor *predictor, size_t head, double *scores)
{
    const struct model_head_record *record = &predictor->model->heads[head];
    memcpy(scores, predictor->scores + record->first_output, record->output_count * sizeof *scores);
}

const struct normalised *predictor_words(const struct predictor *predictor)
{
    return &predictor->words;
}

/* --- why -------------------------------------------------------------------------------------------------------- */

static void speak(struct predictor *predictor, size_t output)
{
    const struct model *model = predictor->model;
    for (size_t i = 0; i < predictor->features.count; i++) {
        const struct feature *feature = &predictor->features.items[i];
        uint32_t value = slot_value(model, feature->id);
        if (value != MODEL_EMPTY)
            predictor->times[value >> MODEL_RARITY_BITS] += predictor->times[value >> MODEL_RARITY_BITS] < UINT8_MAX;
    }
    for (size_t i = 0; i < predictor->features.count; i++) {
        const struct feature *feature = &predictor->features.items[i];
        uint32_t value = slot_value(model, feature->id);
        if (value == MODEL_EMPTY || feature->word == FEATURE_NO_WORD)
            continue;
        uint32_t row = value >> MODEL_RARITY_BITS;
        /* What came several times counts for each place a share. */
        predictor->spoken[feature->word] += predictor->group_scale[feature->group] * MODEL_COUNT_UNIT *
                                            model->rows[(size_t)row * model->file->row_items + output] *
                                            model->outputs[output].unit / predictor->times[row];
    }
    for (size_t i = 0; i < predictor->features.count; i++) {
        uint32_t value = slot_value(model, predictor->features.items[i].id);
        if (value != MODEL_EMPTY)
            predictor->times[value >> MODEL_RARITY_BITS] = 0;
    }
}

size_t predictor_why(struct predictor *predictor, size_t head, size_t label, struct spoke *out, size_t max)
{
    size_t words = predictor->words.count, count = 0;
    if (predictor->spoken_room < words) {
        free(predictor->spoken);
        predictor->spoken_room = 2 * words;
        predictor->spoken = zeroed(predictor->spoken_room, sizeof *predictor->spoken);
    }
    for (size_t i = 0; i < words; i++)
        predictor->spoken[i] = 0;
    speak(predictor, predictor->model->heads[head].first_output + label);
    for (size_t i = 0; i < words; i++) {
        const struct norm_word *word = &predictor->words.words[i];
        struct spoke spoke = {.at = word->at, .len = word->span, .weight = predictor->spoken[i]};
        /* One word of the text may have become several. */
        while (i + 1 < words && word[1].at == word->at) {
            spoke.weight += predictor->spoken[++i];
            word++;
        }
        size_t at = count;
        while (at > 0 && fabs(spoke.weight) > fabs(out[at - 1].weight))
            at--;
        if (at == max)
            continue;
        count += count < max;
        memmove(&out[at + 1], &out[at], (count - 1 - at) * sizeof *out);
        out[at] = spoke;
    }
    return count;
}
