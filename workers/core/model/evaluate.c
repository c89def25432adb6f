/* SPDX-License-Identifier: BSD-2-Clause */
#include "evaluate.h"

#include <stdlib.h>
#include <string.h>

static void evaluation_init(const struct corpus *corpus, struct evaluation *out)
{
    *out = (struct evaluation){.corpus = corpus};
    for (size_t h = 0; h < corpus->head_count; h++)
        metrics_init(&out->heads[h], corpus->heads[h].flag ? 2 : corpus->heads[h].label_count);
}

void evaluation_done(struct evaluation *evaluation)
{
    for (size_t h = 0; evaluation->corpus && h < evaluation->corpus->head_count; h++)
        metrics_done(&evaluation->heads[h]);
    *evaluation = (struct evaluation){0};
}

const char *evaluation_class(const struct evaluation *evaluation, size_t head, size_t class_)
{
    const struct corpus_head *of = &evaluation->corpus->heads[head];
    if (of->flag)
        return class_ > 0 ? of->labels[0] : "-";
    return of->labels[class_];
}

/* label: of the answer's best, as the corpus numbers it; of a flag ignored. */
static void note(struct evaluation *evaluation, size_t head, int16_t truth, const struct model_answer *answer,
                 size_t label)
{
    bool flag = evaluation->corpus->heads[head].flag;
    struct metrics_answer one = {.truth = (size_t)truth,
                                 .said = flag ? answer->sure : label,
                                 .probability = answer->best[0].probability,
                                 .sure = answer->sure};
    if (truth < 0)
        return;
    one.came_true = flag ? truth == 1 : one.truth == one.said;
    metrics_add(&evaluation->heads[head], &one);
}

/* --- by folds ----------------------------------------------------------------------------------------------------- */

static void fold_answer(const struct train_scores *scores, const struct train_fit *fit, unsigned fold,
                        struct evaluation *out)
{
    const struct corpus *corpus = out->corpus;
    struct prediction prediction;
    for (size_t i = 0; i < corpus->count; i++) {
        const struct corpus_text *text = &corpus->texts[i];
        if (text->fold != fold)
            continue;
        train_answer(fit, scores->values + i * scores->outputs, &prediction);
        for (size_t h = 0; h < corpus->head_count; h++)
            note(out, h, text->label[h], &prediction.heads[h], prediction.heads[h].best[0].label);
    }
}

int evaluate_folds(const struct corpus *corpus, const struct train_recipe *recipe, struct evaluation *out,
                   struct fault *fault)
{
    struct train_scores scores;
    int err = train_folds(corpus, recipe, &scores, fault);
    if (err != OK)
        return err;
    evaluation_init(corpus, out);
    for (unsigned fold = 0; fold < corpus->folds; fold++) {
        struct train_fit *fit = train_fit_without(corpus, &scores, recipe->trust, fold);
        fold_answer(&scores, fit, fold, out);
        train_fit_free(fit);
    }
    free(scores.values);
    return OK;
}

/* --- by a model --------------------------------------------------------------------------------------------------- */

void evaluate_prepare(struct corpus *corpus, const struct model *model)
{
    for (size_t h = 0; h < model_head_count(model); h++) {
        struct model_head head = model_head(model, h);
        size_t own = corpus_head_find(corpus, head.name);
        if (own == SIZE_MAX || corpus->heads[own].flag || head.flag)
            continue;
        for (size_t k = 0; k < head.label_count; k++)
            corpus_label_add(corpus, own, model_label(model, h, k));
    }
}

/* The corpus's heads and labels as the model has them. */
struct map {
    size_t head[MODEL_HEADS_MAX]; /* the corpus's; SIZE_MAX: not asked for */
    size_t label[MODEL_OUTPUTS_MAX];
    size_t first[MODEL_HEADS_MAX]; /* of a head's labels in `label` */
};

static size_t label_find(const struct corpus_head *head, const char *label)
{
    for (size_t i = 0; i < head->label_count; i++)
        if (strcmp(head->labels[i], label) == 0)
            return i;
    abort(); /* evaluate_prepare() was left out */
}

static void map_make(const struct corpus *corpus, const struct model *model, struct map *out)
{
    size_t output = 0;
    for (size_t h = 0; h < model_head_count(model); h++) {
        struct model_head head = model_head(model, h);
        size_t own = corpus_head_find(corpus, head.name);
        bool alike = own != SIZE_MAX && corpus->heads[own].flag == head.flag;
        out->head[h] = alike ? own : SIZE_MAX;
        out->first[h] = output;
        for (size_t k = 0; k < head.label_count; k++, output++)
            out->label[output] = alike && !head.flag ? label_find(&corpus->heads[own], model_label(model, h, k)) : 0;
    }
}

void evaluate_model(const struct corpus *corpus, struct rules *rules, const struct model *model, struct evaluation *out)
{
    struct predictor *predictor = predictor_new(model);
    struct prediction prediction;
    struct map map;
    map_make(corpus, model, &map);
    evaluation_init(corpus, out);
    for (size_t i = 0; i < corpus->count; i++) {
        const struct corpus_text *text = &corpus->texts[i];
        struct classification found;
        bool with_rules = model_uses_rules(model);
        if (with_rules && rules_classify(rules, text->text, text->len, &found) != OK)
            abort();
        predictor_read(predictor, text->text, text->len, with_rules ? &found : NULL, &prediction);
        for (size_t h = 0; h < model_head_count(model); h++) {
            const struct model_answer *answer = &prediction.heads[h];
            if (map.head[h] != SIZE_MAX)
                note(out, map.head[h], text->label[map.head[h]], answer,
                     map.label[map.first[h] + answer->best[0].label]);
        }
    }
    predictor_free(predictor);
}
