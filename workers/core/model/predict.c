/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One text through a model: normalise, find the rows that its features touch, add up. All sums are of whole numbers;
 * floating point comes in once a group and output, in a fixed order. A row belongs to the group of the first feature of
 * the stream that touches it, so the order of features is kept, however they are found.
 */
#include "model_priv.h"
#include "row_sum.h"
#include "unit_rows.h"
#include "word_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 64, IDS_BITS = 20 };

/* A row that the text touches. */
struct touched {
    uint32_t row;
    uint16_t rarity;
    uint8_t group;
};

/* A word of the text: its rows, and those of the pairs that it ends. */
struct read_word {
    struct word_rows rows;
    uint32_t pair[2]; /* ids of the features, with the word before and the one before that */
    bool paired[2];   /* the model may have them */
};

struct predictor {
    const struct model *model;
    struct normaliser *normaliser;
    struct normalised words;
    struct word_rows_memo *rows;
    struct read_word *read; /* by word */
    size_t read_room;
    struct feature_units units; /* of the text */
    struct unit_rows_memo *unit_rows;
    struct features around; /* of the text: its length and rules */
    struct features all;    /* for predictor_why() */
    /* By the end of an id, whether the model may have it: most pairs of words it has not, and this is smaller than its
     * slots by so much that it stays in a cache. */
    uint64_t ids[(1 << IDS_BITS) / 64];
    struct touched *touched;
    struct weighed_row *weighed; /* the same by group */
    size_t touched_count, touched_room;
    size_t group_count[FEATURE_GROUPS];
    uint8_t *times;                     /* by row: how often it came in this text */
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

/* Room for `count`; what was there is lost. */
static void *room_for(void *memory, size_t *room, size_t count, size_t bytes)
{
    if (memory && *room >= count)
        return memory;
    free(memory);
    *room = 2 * count + 64;
    return zeroed(*room, bytes);
}

static uint64_t *ids_word(struct predictor *predictor, uint32_t id)
{
    return &predictor->ids[id % (1u << IDS_BITS) / 64];
}

struct predictor *predictor_new(const struct model *model)
{
    struct predictor *predictor = zeroed(1, sizeof *predictor);
    predictor->model = model;
    predictor->normaliser = normaliser_new(&model->lexicon);
    predictor->rows = word_rows_new(model);
    predictor->unit_rows = unit_rows_new(model);
    for (uint32_t i = 0; i < model->file->slot_count; i++)
        if (model->slots[i].value != MODEL_EMPTY)
            *ids_word(predictor, model->slots[i].id) |= UINT64_C(1) << model->slots[i].id % 64;
    predictor->times = zeroed(model->file->row_count, 1);
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
    word_rows_free(predictor->rows);
    unit_rows_free(predictor->unit_rows);
    feature_units_done(&predictor->units);
    features_done(&predictor->around);
    features_done(&predictor->all);
    free(predictor->read);
    free(predictor->touched);
    free(predictor->weighed);
    free(predictor->times);
    for (size_t g = 0; g < FEATURE_GROUPS; g++)
        free(predictor->sums[g]);
    free(predictor->scores);
    free(predictor->spoken);
    free(predictor);
}

/* --- features to rows ------------------------------------------------------------------------------------------- */

/* The rows of each word, and the pairs it makes with the two before. */
static void look_up_words(struct predictor *predictor)
{
    const struct normalised *words = &predictor->words;
    predictor->read = room_for(predictor->read, &predictor->read_room, words->count, sizeof *predictor->read);
    word_rows_begin(predictor->rows, words->era);
    for (size_t i = 0; i < words->count; i++) {
        struct read_word *word = &predictor->read[i];
        word->rows = word_rows_of(predictor->rows, &words->words[i]);
        for (unsigned gap = 1; gap <= 2 && gap <= i; gap++) {
            word->pair[gap - 1] = feature_pair(word[-(ptrdiff_t)gap].rows.hash, word->rows.hash, gap);
            __builtin_prefetch(ids_word(predictor, word->pair[gap - 1]));
        }
    }
}

static void reserve_touched(struct predictor *predictor)
{
    size_t most = predictor->around.count + predictor->units.count * FEATURES_OF_UNIT;
    for (size_t i = 0; i < predictor->words.count; i++)
        most += predictor->read[i].rows.word + predictor->read[i].rows.inside + 3u;
    if (predictor->touched_room < most) {
        size_t room = predictor->touched_room;
        predictor->touched = room_for(predictor->touched, &room, most, sizeof *predictor->touched);
        predictor->weighed = room_for(predictor->weighed, &predictor->touched_room, most, sizeof *predictor->weighed);
    }
}

/* What touching a row asks for, out of the predictor: a store into `times` might change anything there, as far as a
 * compiler knows. */
struct touching {
    const int16_t *rows;
    size_t items; /* of a row */
    uint8_t *times;
    struct touched *next;
    size_t group_count[FEATURE_GROUPS];
};

static inline __attribute__((always_inline)) void touch(struct touching *touching, uint32_t value, unsigned group)
{
    uint32_t row = value >> MODEL_RARITY_BITS;
    uint8_t times = touching->times[row];
    if (times == 0) {
        *touching->next++ = (struct touched){.row = row, .rarity = value & MODEL_RARITY_MAX, .group = (uint8_t)group};
        touching->group_count[group]++;
        for (size_t i = 0; i < touching->items; i += LINE_BYTES / sizeof(int16_t))
            __builtin_prefetch(&touching->rows[row * touching->items + i]);
    }
    touching->times[row] = (uint8_t)(times + (times < MODEL_COUNT_MAX));
}

/* False: the model does not have it. Else its slot is on the way to the cache. */
static bool may_have(struct predictor *predictor, uint32_t id)
{
    bool may = *ids_word(predictor, id) >> id % 64 & 1;
    if (may)
        model_prefetch(predictor->model, id);
    return may;
}

static inline void touch_id(const struct model *model, struct touching *touching, uint32_t id, unsigned group)
{
    uint32_t value = model_value(model, id);
    if (value != MODEL_EMPTY)
        touch(touching, value, group);
}

static inline void touch_values(struct touching *touching, const uint32_t *values, size_t count, unsigned group)
{
    for (size_t i = 0; i < count; i++)
        touch(touching, values[i], group);
}

static inline void touch_units(const struct predictor *predictor, struct touching *touching)
{
    for (size_t i = FEATURE_UNITS_BEFORE; i < predictor->units.count; i++) {
        const uint32_t *values = unit_rows_of(predictor->unit_rows, &predictor->units.items[i]);
        for (unsigned k = 0; k < FEATURES_OF_UNIT; k++)
            if (values[k] != MODEL_EMPTY)
                touch(touching, values[k], k == 0 ? FEATURE_SHAPE : FEATURE_RUN);
    }
}

static void look_for_ids(struct predictor *predictor)
{
    for (size_t i = 0; i < predictor->words.count; i++)
        for (size_t gap = 0; gap < 2; gap++)
            predictor->read[i].paired[gap] = gap < i && may_have(predictor, predictor->read[i].pair[gap]);
    for (size_t i = 0; i < predictor->around.count; i++)
        (void)may_have(predictor, predictor->around.items[i].id);
}

static inline void touch_words(const struct predictor *predictor, struct touching *touching)
{
    const uint32_t *values = word_rows_values(predictor->rows);
    for (size_t i = 0; i < predictor->words.count; i++) {
        const struct read_word *word = &predictor->read[i];
        touch_values(touching, values + word->rows.first, word->rows.word, FEATURE_WORD);
        if (predictor->words.words[i].negated && word->rows.negated != MODEL_EMPTY)
            touch(touching, word->rows.negated, FEATURE_WORD);
        for (size_t gap = 0; gap < 2; gap++)
            if (word->paired[gap])
                touch_id(predictor->model, touching, word->pair[gap], FEATURE_PAIR);
        touch_values(touching, values + word->rows.first + word->rows.word, word->rows.inside, FEATURE_CHARS);
    }
}

static void touch_all(struct predictor *predictor)
{
    const struct model *model = predictor->model;
    reserve_touched(predictor);
    look_for_ids(predictor);
    struct touching touching = {
        .rows = model->rows, .items = model->file->row_items, .times = predictor->times, .next = predictor->touched};
    touch_words(predictor, &touching);
    touch_units(predictor, &touching);
    for (size_t i = 0; i < predictor->around.count; i++)
        touch_id(model, &touching, predictor->around.items[i].id, predictor->around.items[i].group);
    predictor->touched_count = (size_t)(touching.next - predictor->touched);
    memcpy(predictor->group_count, touching.group_count, sizeof predictor->group_count);
}

/* --- rows to scores --------------------------------------------------------------------------------------------- */

/* What was touched, group after group, with its weight; the square of the length of each group's features. */
static void weigh(struct predictor *predictor, uint64_t length2[FEATURE_GROUPS])
{
    const struct model *model = predictor->model;
    const int16_t *rows = model->rows;
    const size_t items = model->file->row_items;
    const bool counts = model->file->flags & MODEL_COUNTS;
    uint8_t *times = predictor->times; /* see struct touching */
    const struct touched *end = predictor->touched + predictor->touched_count;
    struct weighed_row *next[FEATURE_GROUPS] = {predictor->weighed};
    for (unsigned g = 1; g < FEATURE_GROUPS; g++)
        next[g] = next[g - 1] + predictor->group_count[g - 1];
    for (const struct touched *touched = predictor->touched; touched < end; touched++) {
        unsigned weight = model_count_weight[counts ? times[touched->row] : 1];
        times[touched->row] = 0;
        length2[touched->group] += (uint64_t)weight * weight * touched->rarity;
        *next[touched->group]++ = (struct weighed_row){&rows[(size_t)touched->row * items], (int32_t)weight};
    }
}

static void add_up(struct predictor *predictor)
{
    const struct model *model = predictor->model;
    const struct weighed_row *weighed = predictor->weighed;
    uint64_t length2[FEATURE_GROUPS] = {0};
    double groups2 = 0;
    weigh(predictor, length2);
    for (unsigned g = 0; g < FEATURE_GROUPS; g++) {
        row_sum(weighed, predictor->group_count[g], model->file->row_items, predictor->sums[g]);
        weighed += predictor->group_count[g];
        double weight = model->file->group_weight[g];
        predictor->group_scale[g] = 0;
        if (length2[g] == 0)
            continue;
        /* A weight is of a feature of count 1; the length is in units of both count and rarity. */
        predictor->group_scale[g] = weight * sqrt((double)MODEL_RARITY_UNIT) / sqrt((double)length2[g]);
        groups2 += weight * weight;
    }
    for (unsigned g = 0; g < FEATURE_GROUPS && groups2 > 0; g++)
        predictor->group_scale[g] /= sqrt(groups2);
    for (size_t k = 0; k < model->file->output_count; k++) {
        double score = 0;
        for (unsigned g = 0; g < FEATURE_GROUPS; g++)
            if (predictor->group_count[g] > 0) /* else it adds a zero */
                score += predictor->group_scale[g] * (double)predictor->sums[g][k];
        predictor->scores[k] = score * model->outputs[k].unit + model->outputs[k].bias;
    }
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
    for (size_t i = 0; i < head->output_count && !head->flag; i++)
        sum += exp(head->slope * (scores[i] - top));
    for (size_t i = 0; i < out->count; i++)
        out->best[i].probability = head->flag ? sigmoid(head->slope * top + head->shift)
                                              : exp(head->slope * (scores[out->best[i].label] - top)) / sum;
    out->sure = out->best[0].probability >= head->threshold;
}

double model_log_odds(const struct model_head_record *head, const double *scores, size_t label)
{
    double top = -INFINITY, sum = 0;
    for (size_t i = 0; i < head->output_count; i++)
        if (i != label && scores[i] > top)
            top = scores[i];
    for (size_t i = 0; i < head->output_count; i++)
        if (i != label)
            sum += exp(head->slope * (scores[i] - top));
    return head->slope * (scores[label] - top) - log(sum);
}

static void twins_score(struct predictor *predictor)
{
    const struct model_head_record *heads = predictor->model->heads;
    for (size_t i = 0; i < predictor->model->file->head_count; i++) {
        if (heads[i].twin_head == 0)
            continue;
        const struct model_head_record *of = &heads[heads[i].twin_head - 1];
        predictor->scores[heads[i].first_output] =
            model_log_odds(of, predictor->scores + of->first_output, heads[i].twin_label);
    }
}

static void find_rows(struct predictor *predictor, const char *text, size_t len, const struct classification *found)
{
    look_up_words(predictor);
    predictor->around.count = 0;
    feature_units_take(&predictor->units, text, len);
    features_aside(&predictor->around, len, found);
    touch_all(predictor);
}

void predictor_find(struct predictor *predictor, const char *text, size_t len, const struct text_words *words,
                    const struct classification *found)
{
    normalise_words(predictor->normaliser, text, words, &predictor->words);
    find_rows(predictor, text, len, found);
}

void predictor_say(struct predictor *predictor, struct prediction *out)
{
    add_up(predictor);
    twins_score(predictor);
    for (size_t i = 0; i < predictor->model->file->head_count; i++)
        model_answer(&predictor->model->heads[i], predictor->scores + predictor->model->heads[i].first_output,
                     &out->heads[i]);
}

void predictor_read_words(struct predictor *predictor, const char *text, size_t len, const struct text_words *words,
                          const struct classification *found, struct prediction *out)
{
    predictor_find(predictor, text, len, words, found);
    predictor_say(predictor, out);
}

void predictor_read(struct predictor *predictor, const char *text, size_t len, const struct classification *found,
                    struct prediction *out)
{
    normalise(predictor->normaliser, text, len, &predictor->words);
    find_rows(predictor, text, len, found);
    predictor_say(predictor, out);
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

static void count_row(struct predictor *predictor, uint32_t value)
{
    uint8_t *times = &predictor->times[value >> MODEL_RARITY_BITS];
    *times += *times < UINT8_MAX;
}

static void uncount_row(struct predictor *predictor, uint32_t value)
{
    predictor->times[value >> MODEL_RARITY_BITS] = 0;
}

/* Of all features of the text. */
static void each_row(struct predictor *predictor, void (*visit)(struct predictor *, uint32_t value))
{
    const struct features *const lists[] = {&predictor->all, &predictor->around};
    for (size_t list = 0; list < sizeof lists / sizeof *lists; list++)
        for (size_t i = 0; i < lists[list]->count; i++) {
            uint32_t value = model_value(predictor->model, lists[list]->items[i].id);
            if (value != MODEL_EMPTY)
                visit(predictor, value);
        }
    for (size_t i = FEATURE_UNITS_BEFORE; i < predictor->units.count; i++)
        for (unsigned k = 0; k < FEATURES_OF_UNIT; k++) {
            uint32_t value = unit_rows_of(predictor->unit_rows, &predictor->units.items[i])[k];
            if (value != MODEL_EMPTY)
                visit(predictor, value);
        }
}

static void speak(struct predictor *predictor, size_t output)
{
    const struct model *model = predictor->model;
    const struct features *all = &predictor->all;
    predictor->all.count = 0;
    features_of_words(&predictor->all, &predictor->words);
    each_row(predictor, count_row);
    for (size_t i = 0; i < all->count; i++) {
        const struct feature *feature = &all->items[i];
        uint32_t value = model_value(model, feature->id), row = value >> MODEL_RARITY_BITS;
        if (value == MODEL_EMPTY)
            continue;
        /* What came several times counts for each place a share. */
        predictor->spoken[feature->word] += predictor->group_scale[feature->group] * MODEL_COUNT_UNIT *
                                            model->rows[(size_t)row * model->file->row_items + output] *
                                            model->outputs[output].unit / predictor->times[row];
    }
    each_row(predictor, uncount_row);
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
    const struct model_head_record *heads = predictor->model->heads, *of = &heads[head];
    speak(predictor,
          of->twin_head > 0 ? heads[of->twin_head - 1].first_output + of->twin_label : of->first_output + label);
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
