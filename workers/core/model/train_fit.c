/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From scores of texts that were not learnt from to probabilities, and to the probability from which an answer is to
 * be trusted. One of several labels: a softmax whose slope is fitted, over scores in which rare labels were given back
 * what learning from few texts cost them (logit adjustment). A flag: Platt's sigmoid, and the threshold with the best
 * mean F1 of "applies" and "does not"; where to miss it is dire, the best F of "applies" in which a miss counts twice.
 * A flag that is a label too (its twin) has that label's log odds for a score.
 */
#include "metrics.h"
#include "train_priv.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
    THRESHOLD_STEPS = 100,
    THRESHOLD_HALVES = 64, /* half-samples of the texts that a threshold is the mean of; bits of a number */
    DIRE_MISS = 2,         /* false alarms that a miss weighs as much as, where to miss is dire */
    ADJUST_STEPS = 10,     /* from no adjustment to the whole of it */
    ADJUST_MIN = 10        /* a label of fewer texts is taken to have so many */
};

/* Spam is a type and a flag. The types are learnt against one another, which tells it better than a flag alone does. */
static void find_twin(const struct corpus *corpus, const char *flag, struct model_head_record *out)
{
    for (size_t h = 0; h < corpus->head_count; h++) {
        const struct corpus_head *head = &corpus->heads[h];
        for (size_t k = 0; !head->flag && head->label_count > 1 && k < head->label_count; k++)
            if (strcmp(head->labels[k], flag) == 0) {
                out->twin_head = (uint32_t)h + 1;
                out->twin_label = (uint32_t)k;
            }
    }
}

void train_heads(const struct corpus *corpus, struct model_head_record out[MODEL_HEADS_MAX])
{
    uint32_t output = 0;
    memset(out, 0, MODEL_HEADS_MAX * sizeof *out);
    for (size_t h = 0; h < corpus->head_count; h++) {
        const struct corpus_head *head = &corpus->heads[h];
        strncpy(out[h].name, head->name, sizeof out[h].name - 1);
        out[h].first_output = output;
        out[h].output_count = (uint32_t)head->label_count;
        out[h].flag = head->flag;
        out[h].dire = head->dire;
        out[h].slope = 1;
        out[h].threshold = head->flag ? 0.5 : 0;
        output += out[h].output_count;
        if (head->flag)
            find_twin(corpus, head->name, &out[h]);
    }
}

/* The scores of one head for the texts whose label is known. */
struct sample {
    const double **scores;
    double *own; /* of a twin: what `scores` points to */
    const int16_t **labels;
    size_t count;
    size_t head;
};

static void adjusted_answer(const struct model_head_record *record, const double *adjustment, const double *scores,
                            struct model_answer *out)
{
    double adjusted[MODEL_OUTPUTS_MAX];
    for (size_t k = 0; k < record->output_count; k++)
        adjusted[k] = scores[k] + adjustment[k];
    model_answer(record, adjusted, out);
}

static int label_of(const struct sample *sample, size_t i)
{
    return sample->labels[i][sample->head];
}

static double twin_score(const struct train_fit *fit, const struct model_head_record *twin, const double *scores)
{
    const struct model_head_record *of = &fit->heads[twin->twin_head - 1];
    double adjusted[MODEL_OUTPUTS_MAX];
    for (size_t k = 0; k < of->output_count; k++)
        adjusted[k] = scores[of->first_output + k] + fit->adjustment[of->first_output + k];
    return model_log_odds(of, adjusted, twin->twin_label);
}

static void sample_take(const struct corpus *corpus, const struct train_scores *scores, const struct train_fit *fit,
                        size_t head, unsigned without, struct sample *out)
{
    const struct model_head_record *record = &fit->heads[head];
    *out = (struct sample){.scores = train_memory(corpus->count, sizeof(double *)),
                           .own = record->twin_head > 0 ? train_memory(corpus->count, sizeof(double)) : NULL,
                           .labels = train_memory(corpus->count, sizeof(int16_t *)),
                           .head = head};
    for (size_t i = 0; i < corpus->count; i++) {
        if (corpus->texts[i].label[head] < 0 || corpus->texts[i].fold == without)
            continue;
        const double *all = scores->values + i * scores->outputs;
        out->scores[out->count] = all + record->first_output;
        if (out->own) {
            out->own[out->count] = twin_score(fit, record, all);
            out->scores[out->count] = &out->own[out->count];
        }
        out->labels[out->count++] = corpus->texts[i].label;
    }
}

static void sample_done(struct sample *sample)
{
    free(sample->scores);
    free(sample->own);
    free(sample->labels);
}

/* --- one of several ----------------------------------------------------------------------------------------------- */

static size_t best_label(const double *scores, const double *adjustment, size_t labels)
{
    size_t best = 0;
    for (size_t k = 1; k < labels; k++)
        if (scores[k] + adjustment[k] > scores[best] + adjustment[best])
            best = k;
    return best;
}

/* Sum of −log p(right label). */
static double surprise(const struct sample *sample, const double *adjustment, size_t labels, double slope)
{
    double sum = 0;
    for (size_t i = 0; i < sample->count; i++) {
        const double *scores = sample->scores[i];
        size_t best = best_label(scores, adjustment, labels), right = (size_t)label_of(sample, i);
        double total = 0, top = scores[best] + adjustment[best];
        for (size_t k = 0; k < labels; k++)
            total += exp(slope * (scores[k] + adjustment[k] - top));
        sum += log(total) - slope * (scores[right] + adjustment[right] - top);
    }
    return sum;
}

/* The surprise is convex in the slope: a search that halves what is left. */
static double slope_fit(const struct sample *sample, const double *adjustment, size_t labels)
{
    double low = 0.01, high = 50;
    for (int step = 0; step < 60; step++) {
        double left = low + (high - low) / 3, right = high - (high - low) / 3;
        if (surprise(sample, adjustment, labels, left) < surprise(sample, adjustment, labels, right))
            high = right;
        else
            low = left;
    }
    return (low + high) / 2;
}

/* By label: −strength × log of its share of the texts, in units of the scores. A label of no text gets nothing. */
static void adjustment_of(const struct sample *sample, double slope, double strength, double *out, size_t labels)
{
    size_t count[MODEL_OUTPUTS_MAX] = {0};
    for (size_t i = 0; i < sample->count; i++)
        count[label_of(sample, i)]++;
    for (size_t k = 0; k < labels; k++) {
        double texts = (double)(count[k] > ADJUST_MIN ? count[k] : ADJUST_MIN);
        out[k] =
            count[k] > 0 && texts < (double)sample->count ? -strength * log(texts / (double)sample->count) / slope : 0;
    }
}

/* Accuracy and macro-F1 together: what a desk sees of all its texts, and of each of its labels. */
static double worth(const struct sample *sample, const double *adjustment, size_t labels)
{
    struct metrics metrics;
    metrics_init(&metrics, labels);
    for (size_t i = 0; i < sample->count; i++)
        metrics_add(&metrics, &(struct metrics_answer){.truth = (size_t)label_of(sample, i),
                                                       .said = best_label(sample->scores[i], adjustment, labels)});
    double sum = metrics_accuracy(&metrics) + metrics_macro_f1(&metrics);
    metrics_done(&metrics);
    return sum;
}

/* How much of the adjustment does best, each strength judged together with those beside it: one alone may be lucky. */
static void adjust(const struct sample *sample, double slope, double *adjustment, size_t labels)
{
    double worths[ADJUST_STEPS + 1], best = -1;
    int strength = 0;
    for (int step = 0; step <= ADJUST_STEPS; step++) {
        adjustment_of(sample, slope, (double)step / ADJUST_STEPS, adjustment, labels);
        worths[step] = worth(sample, adjustment, labels);
    }
    for (int step = 0; step <= ADJUST_STEPS; step++) {
        double before = worths[step > 0 ? step - 1 : 0], after = worths[step < ADJUST_STEPS ? step + 1 : step];
        if (before + worths[step] + after > best) {
            best = before + worths[step] + after;
            strength = step;
        }
    }
    adjustment_of(sample, slope, (double)strength / ADJUST_STEPS, adjustment, labels);
}

/* The lowest probability above which answers are right `trust` of the time; 1 where that is never so. */
static double trusted_from(const struct sample *sample, const struct model_head_record *record,
                           const double *adjustment, double trust)
{
    size_t all[THRESHOLD_STEPS] = {0}, right[THRESHOLD_STEPS] = {0}, all_above = 0, right_above = 0;
    double threshold = 1;
    for (size_t i = 0; i < sample->count; i++) {
        struct model_answer answer;
        adjusted_answer(record, adjustment, sample->scores[i], &answer);
        size_t step = (size_t)(answer.best[0].probability * THRESHOLD_STEPS);
        step = step < THRESHOLD_STEPS ? step : THRESHOLD_STEPS - 1;
        all[step]++;
        right[step] += answer.best[0].label == (size_t)label_of(sample, i);
    }
    for (size_t step = THRESHOLD_STEPS; step-- > 0;) {
        all_above += all[step];
        right_above += right[step];
        if (all_above > 0 && (double)right_above >= trust * (double)all_above)
            threshold = (double)step / THRESHOLD_STEPS;
    }
    return threshold;
}

/* --- flags -------------------------------------------------------------------------------------------------------- */

/* Platt's fit by Newton's method, with his targets that keep probabilities off 0 and 1. */
static void sigmoid_fit(const struct sample *sample, double *slope, double *shift)
{
    double with = 0, a = 1, b = 0;
    for (size_t i = 0; i < sample->count; i++)
        with += label_of(sample, i);
    double high = (with + 1) / (with + 2), low = 1 / ((double)sample->count - with + 2);
    for (int step = 0; step < 100; step++) {
        double ga = 0, gb = 0, aa = 1e-9, bb = 1e-9, ab = 0;
        for (size_t i = 0; i < sample->count; i++) {
            double score = sample->scores[i][0], p = 1 / (1 + exp(-(a * score + b)));
            double miss = p - (label_of(sample, i) ? high : low), w = p * (1 - p);
            ga += miss * score;
            gb += miss;
            aa += w * score * score;
            bb += w;
            ab += w * score;
        }
        double det = aa * bb - ab * ab;
        double da = (bb * ga - ab * gb) / det, db = (aa * gb - ab * ga) / det;
        /* Short steps: far from the end Newton's are too long. */
        a -= da > 1 ? 1 : da < -1 ? -1 : da;
        b -= db > 1 ? 1 : db < -1 ? -1 : db;
        if (!(fabs(da) + fabs(db) > 1e-9))
            break;
    }
    /* Scores that speak against their own label carry nothing. */
    *slope = a > 0 && isfinite(a) && isfinite(b) ? a : 0;
    *shift = isfinite(b) ? b : 0;
}

/* F-measure; a miss weighs as much as so many false alarms (beta squared). */
static double f_measure(double hits, double false_alarms, double misses, double miss_weight)
{
    double weighed = (1 + miss_weight) * hits;
    return hits > 0 ? weighed / (weighed + false_alarms + miss_weight * misses) : 0;
}

/* The texts of one half-sample: how many of each probability have the flag, and have it not. */
struct histogram {
    double with[THRESHOLD_STEPS + 1], without[THRESHOLD_STEPS + 1];
};

/* Steps that are as good as one another lie side by side: the middle of them, in steps. */
static double best_step(const struct histogram *texts, bool dire)
{
    double hits = texts->with[THRESHOLD_STEPS], alarms = texts->without[THRESHOLD_STEPS];
    double with_all = 0, without_all = 0, best = -1;
    size_t first = THRESHOLD_STEPS / 2, last = first;
    for (size_t step = 0; step <= THRESHOLD_STEPS; step++) {
        with_all += texts->with[step];
        without_all += texts->without[step];
    }
    for (size_t step = THRESHOLD_STEPS; step-- > 1;) {
        hits += texts->with[step];
        alarms += texts->without[step];
        double misses = with_all - hits;
        double worth = dire ? f_measure(hits, alarms, misses, DIRE_MISS)
                            : f_measure(hits, alarms, misses, 1) + f_measure(without_all - alarms, misses, alarms, 1);
        if (worth > best) {
            best = worth;
            first = step;
        }
        if (worth == best)
            last = step;
    }
    return (double)(first + last) / 2;
}

/* Steele, Lea and Flood's SplitMix64: which half-samples text i is in, a bit each. */
static uint64_t halves_of(size_t i)
{
    uint64_t bits = ((uint64_t)i + 1) * 0x9e3779b97f4a7c15;
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
    return bits ^ (bits >> 31);
}

/* The best threshold of all the texts is the best by a few of them; so: the mean of the best ones of many halves. */
static double flag_threshold(const struct sample *sample, const struct model_head_record *record, bool dire)
{
    struct histogram *halves = train_memory(THRESHOLD_HALVES, sizeof *halves);
    double sum = 0;
    for (size_t i = 0; i < sample->count; i++) {
        struct model_answer answer;
        model_answer(record, sample->scores[i], &answer);
        size_t step = (size_t)(answer.best[0].probability * THRESHOLD_STEPS);
        uint64_t in = halves_of(i);
        for (size_t half = 0; half < THRESHOLD_HALVES; half++, in >>= 1)
            if (in & 1)
                (label_of(sample, i) ? halves[half].with : halves[half].without)[step] += 1;
    }
    for (size_t half = 0; half < THRESHOLD_HALVES; half++)
        sum += best_step(&halves[half], dire);
    free(halves);
    return sum / THRESHOLD_HALVES / THRESHOLD_STEPS;
}

/* ------------------------------------------------------------------------------------------------------------------ */

static void labels_fit(const struct corpus *corpus, const struct train_scores *scores, double trust, unsigned without,
                       struct train_fit *fit, size_t head)
{
    struct model_head_record *record = &fit->heads[head];
    double *adjustment = fit->adjustment + record->first_output;
    struct sample sample;
    sample_take(corpus, scores, fit, head, without, &sample);
    record->slope = slope_fit(&sample, adjustment, record->output_count);
    adjust(&sample, record->slope, adjustment, record->output_count);
    record->slope = slope_fit(&sample, adjustment, record->output_count);
    record->threshold = trusted_from(&sample, record, adjustment, trust);
    sample_done(&sample);
}

static void flag_fit(const struct corpus *corpus, const struct train_scores *scores, unsigned without,
                     struct train_fit *fit, size_t head)
{
    struct model_head_record *record = &fit->heads[head];
    struct sample sample;
    sample_take(corpus, scores, fit, head, without, &sample);
    sigmoid_fit(&sample, &record->slope, &record->shift);
    record->threshold = flag_threshold(&sample, record, corpus->heads[head].dire);
    sample_done(&sample);
}

static struct train_fit *fit_new(const struct corpus *corpus, const struct train_scores *scores, double trust,
                                 unsigned without)
{
    struct train_fit *fit = train_memory(1, sizeof *fit);
    train_heads(corpus, fit->heads);
    fit->head_count = corpus->head_count;
    for (size_t h = 0; h < fit->head_count; h++)
        if (!fit->heads[h].flag)
            labels_fit(corpus, scores, trust, without, fit, h);
    for (size_t h = 0; h < fit->head_count; h++)
        if (fit->heads[h].flag) /* a twin needs the fit of its labels */
            flag_fit(corpus, scores, without, fit, h);
    return fit;
}

/* What the folds make of the texts at the base: models are compared by it. */
static void figures_count(const struct corpus *corpus, const struct train_scores *scores, struct train_fit *fit)
{
    struct prediction prediction;
    for (size_t i = 0; i < corpus->count; i++) {
        const struct corpus_text *text = &corpus->texts[i];
        if (text->origin != CORPUS_BASE)
            continue;
        train_answer(fit, scores->values + i * scores->outputs, &prediction);
        for (size_t h = 0; h < fit->head_count; h++) {
            const struct model_head_record *head = &fit->heads[h];
            const struct model_answer *answer = &prediction.heads[h];
            if (text->label[h] < 0)
                continue;
            struct model_figures *figures = &fit->figures[head->first_output];
            struct model_figures *truth = &figures[head->flag ? 0 : text->label[h]];
            struct model_figures *said = &figures[head->flag ? 0 : answer->best[0].label];
            bool is = !head->flag || text->label[h] == 1, says = !head->flag || answer->sure;
            truth->support += is;
            said->said += says;
            truth->hits += is && says && truth == said;
        }
    }
}

static void base_hash(const struct corpus *corpus, uint8_t out[MODEL_BASE_BYTES])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, MODEL_BASE_BYTES);
    for (size_t i = 0; i < corpus->count; i++) {
        const struct corpus_text *text = &corpus->texts[i];
        if (text->origin != CORPUS_BASE)
            continue;
        crypto_generichash_update(&state, (const uint8_t *)text->text, text->len + 1);
        for (size_t h = 0; h < corpus->head_count; h++) {
            const struct corpus_head *head = &corpus->heads[h];
            const char *label = text->label[h] < 0 ? "?"
                                : head->flag       ? &"-+"[text->label[h]]
                                                   : head->labels[text->label[h]];
            crypto_generichash_update(&state, (const uint8_t *)label, strlen(label) + 1);
        }
    }
    crypto_generichash_final(&state, out, MODEL_BASE_BYTES);
}

struct train_fit *train_fit_new(const struct corpus *corpus, const struct train_scores *scores, double trust)
{
    struct train_fit *fit = fit_new(corpus, scores, trust, CORPUS_FOLDS_MAX);
    fit->figures = train_memory(scores->outputs, sizeof *fit->figures);
    figures_count(corpus, scores, fit);
    base_hash(corpus, fit->base);
    return fit;
}

struct train_fit *train_fit_without(const struct corpus *corpus, const struct train_scores *scores, double trust,
                                    unsigned fold)
{
    return fit_new(corpus, scores, trust, fold);
}

void train_fit_free(struct train_fit *fit)
{
    if (fit)
        free(fit->figures);
    free(fit);
}

void train_answer(const struct train_fit *fit, const double *scores, struct prediction *out)
{
    for (size_t h = 0; h < fit->head_count; h++) {
        const struct model_head_record *record = &fit->heads[h];
        size_t first = record->first_output;
        if (record->twin_head > 0)
            model_answer(record, (double[1]){twin_score(fit, record, scores)}, &out->heads[h]);
        else
            adjusted_answer(record, fit->adjustment + first, scores + first, &out->heads[h]);
    }
}
