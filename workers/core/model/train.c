/* SPDX-License-Identifier: BSD-2-Clause */
/* The course of a training: lexicon, table, one learning a label, and the bytes of a model. */
#include "train_priv.h"

#include "word.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct train_recipe train_recipe_default(void)
{
    return (struct train_recipe){.group_weight = {[FEATURE_WORD] = 1,
                                                  [FEATURE_PAIR] = 1,
                                                  [FEATURE_CHARS] = 1,
                                                  [FEATURE_SHAPE] = 0.25,
                                                  [FEATURE_RUN] = 0.25,
                                                  [FEATURE_RULE] = 0.5},
                                 .counts = true,
                                 .feature_min = 2,
                                 .word_min = 3,
                                 .log_ratio = 0.4,
                                 .smoothing = 0.1,
                                 .cost = 0.3,
                                 .balance = 0.3,
                                 .trust = 0.8};
}

/* --- the lexicon -------------------------------------------------------------------------------------------------- */

struct seen {
    char word[WORD_BYTES_MAX + 1];
};

static int seen_order(const void *left, const void *right)
{
    return strcmp(((const struct seen *)left)->word, ((const struct seen *)right)->word);
}

static bool all_letters(const char *word)
{
    for (; *word; word++)
        if (*word >= '0' && *word <= '9')
            return false;
    return true;
}

/* Words that are written often enough are known, so that what is run together can be taken apart. They stand in the
 * model as they are: none comes from a ticket. */
static void words_know(const struct corpus *corpus, unsigned without, unsigned word_min, struct lexicon_maker *maker)
{
    struct seen *seen = NULL;
    size_t count = 0, room = 0;
    struct word word;
    bool valid = true;
    for (size_t i = 0; i < corpus->count; i++) {
        const struct corpus_text *text = &corpus->texts[i];
        if (text->fold == without || text->origin == CORPUS_TICKET)
            continue;
        for (size_t at = 0; word_next(text->text, text->len, &at, &word, &valid);) {
            if (!word.folded[0] || !word.folded[1] || !all_letters(word.folded))
                continue;
            if (count == room) {
                room = room ? 2 * room : 4096;
                seen = realloc(seen, room * sizeof *seen);
                if (!seen)
                    abort();
            }
            strcpy(seen[count++].word, word.folded);
        }
    }
    if (count > 0)
        qsort(seen, count, sizeof *seen, seen_order);
    for (size_t i = 0, n; i < count; i += n) {
        for (n = 1; i + n < count && strcmp(seen[i + n].word, seen[i].word) == 0; n++)
            ;
        if (n >= word_min)
            lexicon_maker_know(maker, seen[i].word, strlen(seen[i].word));
    }
    free(seen);
}

static int lexicon_make(const struct corpus *corpus, unsigned without, const struct train_recipe *recipe, void **block,
                        size_t *bytes, struct fault *fault)
{
    struct lexicon_maker *maker = lexicon_maker_new();
    int err = recipe->lexicon_path ? lexicon_maker_read(maker, recipe->lexicon_path, fault) : OK;
    if (err == OK) {
        words_know(corpus, without, recipe->word_min, maker);
        lexicon_maker_compile(maker, block, bytes);
    }
    lexicon_maker_free(maker);
    return err;
}

/* --- the bytes ---------------------------------------------------------------------------------------------------- */

static size_t aligned(size_t bytes)
{
    return (bytes + MODEL_ALIGN - 1) / MODEL_ALIGN * MODEL_ALIGN;
}

static struct model_file plan(const struct corpus *corpus, const struct train_recipe *recipe,
                              const struct train_fit *fit, const struct train_table *table, size_t lexicon_bytes)
{
    struct model_file file = {.magic = MODEL_MAGIC,
                              .version = MODEL_VERSION,
                              .features_version = FEATURES_VERSION,
                              .flags = (recipe->counts ? MODEL_COUNTS : 0) | (recipe->rules ? MODEL_RULES : 0),
                              .head_count = (uint32_t)corpus->head_count,
                              .slot_count = 2,
                              .row_count = (uint32_t)table->feature_count,
                              .lexicon_bytes = lexicon_bytes};
    for (size_t h = 0; h < corpus->head_count; h++)
        file.output_count += (uint32_t)corpus->heads[h].label_count;
    while (file.slot_count < 2 * file.row_count)
        file.slot_count *= 2;
    file.row_items = (file.output_count + MODEL_ROW_MULTIPLE - 1) / MODEL_ROW_MULTIPLE * MODEL_ROW_MULTIPLE;
    file.heads_at = aligned(sizeof file);
    file.outputs_at = aligned(file.heads_at + file.head_count * sizeof(struct model_head_record));
    file.lexicon_at = aligned(file.outputs_at + file.output_count * sizeof(struct model_output_record));
    file.slots_at = aligned(file.lexicon_at + lexicon_bytes);
    file.rows_at = aligned(file.slots_at + file.slot_count * sizeof(struct model_slot));
    file.bytes = aligned(file.rows_at + (size_t)file.row_count * file.row_items * sizeof(int16_t));
    memcpy(file.group_weight, recipe->group_weight, sizeof file.group_weight);
    if (fit)
        memcpy(file.base, fit->base, sizeof file.base);
    return file;
}

static void outputs_fit(const struct train_fit *fit, const struct model_file *file, struct model_output_record *records)
{
    for (size_t i = 0; i < file->output_count; i++) {
        records[i].bias += fit->adjustment[i];
        if (fit->figures)
            records[i].figures = fit->figures[i];
    }
}

static void slots_write(const struct train_table *table, const struct model_file *file, struct model_slot *slots)
{
    for (size_t i = 0; i < file->slot_count; i++)
        slots[i].value = MODEL_EMPTY;
    for (size_t row = 0; row < table->feature_count; row++) {
        uint32_t at = model_slot_of(table->ids[row], file->slot_count);
        while (slots[at].value != MODEL_EMPTY)
            at = (at + 1) & (file->slot_count - 1);
        slots[at] = (struct model_slot){table->ids[row], (uint32_t)row << MODEL_RARITY_BITS | table->rarities[row]};
    }
}

/* Weights as whole numbers of the output's unit. */
static void output_write(const struct train_table *table, const struct model_file *file, const double *weights,
                         size_t output, struct model_output_record *record, int16_t *rows)
{
    double most = 0;
    for (size_t f = 0; f < table->feature_count; f++) {
        double weight = fabs(weights[f] * train_idf(table->rarities[f]));
        most = weight > most ? weight : most;
    }
    record->unit = most > 0 ? most / MODEL_WEIGHT_MAX : 1;
    for (size_t f = 0; f < table->feature_count; f++)
        rows[f * file->row_items + output] = (int16_t)lround(weights[f] * train_idf(table->rarities[f]) / record->unit);
}

/* The flag that is this label too; SIZE_MAX: none is. */
static size_t twin_of(const struct model_head_record *heads, size_t count, size_t head, size_t label)
{
    for (size_t h = 0; h < count; h++)
        if (heads[h].twin_head == head + 1 && heads[h].twin_label == label)
            return h;
    return SIZE_MAX;
}

/* 1: the text has the label, 0: it has it not, -1: nobody said. Who set the flag alone has said it of its twin. */
static int8_t truth(const struct corpus *corpus, const struct corpus_text *text, size_t head, size_t label, size_t twin)
{
    int16_t wanted = corpus->heads[head].flag ? 1 : (int16_t)label, is = text->label[head];
    if (is >= 0)
        return is == wanted;
    if (is == CORPUS_DENIED(wanted))
        return 0;
    return twin != SIZE_MAX && text->label[twin] >= 0 ? text->label[twin] == 1 : -1;
}

static void outputs_learn(const struct corpus *corpus, const struct train_recipe *recipe,
                          const struct train_table *table, const struct model_file *file, char *base)
{
    struct model_output_record *records = (void *)(base + file->outputs_at);
    const struct model_head_record *heads = (void *)(base + file->heads_at);
    double *weights = train_memory(table->feature_count, sizeof *weights);
    int8_t *labels = train_memory(table->text_count, sizeof *labels);
    size_t output = 0;
    for (size_t h = 0; h < corpus->head_count; h++) {
        const struct corpus_head *head = &corpus->heads[h];
        for (size_t k = 0; k < head->label_count; k++, output++) {
            strncpy(records[output].label, head->labels[k], sizeof records[output].label - 1);
            records[output].unit = 1;
            if (heads[h].twin_head > 0)
                continue;
            size_t twin = twin_of(heads, corpus->head_count, h, k);
            for (size_t i = 0; i < table->text_count; i++)
                labels[i] = truth(corpus, table->texts[i], h, k, twin);
            train_learn(table, labels, recipe, weights, &records[output].bias);
            output_write(table, file, weights, output, &records[output], (int16_t *)(base + file->rows_at));
        }
    }
    free(weights);
    free(labels);
}

static int make(const struct corpus *corpus, unsigned without, const struct train_recipe *recipe,
                const struct train_fit *fit, void **bytes, size_t *len, struct fault *fault)
{
    struct lexicon lexicon;
    struct train_table table;
    void *block;
    size_t block_bytes;
    int err = lexicon_make(corpus, without, recipe, &block, &block_bytes, fault);
    if (err != OK)
        return err;
    if (lexicon_open(block, block_bytes, &lexicon) != OK)
        abort();
    train_table_build(corpus, without, recipe, &lexicon, &table);
    struct model_file file = plan(corpus, recipe, fit, &table, block_bytes);
    if (file.bytes > MODEL_BYTES_MAX) {
        err = fault_set(fault, E_FULL, "the model would have %llu bytes, more than %d: learn from fewer texts",
                        (unsigned long long)file.bytes, MODEL_BYTES_MAX);
    } else {
        char *base = train_memory(file.bytes, 1);
        if (fit)
            memcpy(base + file.heads_at, fit->heads, file.head_count * sizeof fit->heads[0]);
        else
            train_heads(corpus, (void *)(base + file.heads_at));
        memcpy(base + file.lexicon_at, block, block_bytes);
        slots_write(&table, &file, (void *)(base + file.slots_at));
        outputs_learn(corpus, recipe, &table, &file, base);
        if (fit)
            outputs_fit(fit, &file, (void *)(base + file.outputs_at));
        memcpy(base, &file, sizeof file);
        model_hash((void *)base, file.bytes, ((struct model_file *)base)->hash);
        *bytes = base;
        *len = file.bytes;
    }
    train_table_done(&table);
    free(block);
    return err;
}

int train_model(const struct corpus *corpus, const struct train_recipe *recipe, const struct train_fit *fit,
                void **bytes, size_t *len, struct fault *fault)
{
    return make(corpus, CORPUS_FOLDS_MAX, recipe, fit, bytes, len, fault);
}

/* --- folds -------------------------------------------------------------------------------------------------------- */

static void fold_score(const struct corpus *corpus, unsigned fold, const struct train_recipe *recipe,
                       const struct model *model, struct train_scores *out)
{
    struct predictor *predictor = predictor_new(model);
    struct prediction prediction;
    for (size_t i = 0; i < corpus->count; i++) {
        const struct corpus_text *text = &corpus->texts[i];
        struct classification found;
        if (text->fold != fold)
            continue;
        if (recipe->rules && rules_classify(recipe->rules, text->text, text->len, &found) != OK)
            abort();
        predictor_read(predictor, text->text, text->len, recipe->rules ? &found : NULL, &prediction);
        double *scores = out->values + i * out->outputs;
        for (size_t h = 0; h < corpus->head_count; h++) {
            predictor_scores(predictor, h, scores);
            scores += corpus->heads[h].label_count;
        }
    }
    predictor_free(predictor);
}

int train_folds(const struct corpus *corpus, const struct train_recipe *recipe, struct train_scores *out,
                struct fault *fault)
{
    struct train_scores scores = {0};
    int err = OK;
    for (size_t h = 0; h < corpus->head_count; h++)
        scores.outputs += corpus->heads[h].label_count;
    scores.values = train_memory(corpus->count * scores.outputs, sizeof *scores.values);
    for (unsigned fold = 0; fold < corpus->folds && err == OK; fold++) {
        struct model *model = NULL;
        void *bytes = NULL;
        size_t len;
        err = make(corpus, fold, recipe, NULL, &bytes, &len, fault);
        if (err == OK)
            err = model_from_memory("the model of a fold", bytes, len, &model, fault);
        if (err == OK)
            fold_score(corpus, fold, recipe, model, &scores);
        model_close(model);
        free(bytes);
    }
    if (err != OK)
        free(scores.values);
    else
        *out = scores;
    return err;
}

int train_save(const char *path, const void *bytes, size_t len, struct fault *fault)
{
    char *beside = NULL;
    int err = OK;
    if (asprintf(&beside, "%s.new", path) < 0)
        abort();
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    for (size_t done = 0; fd >= 0 && done < len && err == OK;) {
        ssize_t n = write(fd, (const char *)bytes + done, len - done);
        if (n > 0)
            done += (size_t)n;
        else if (n < 0 && errno != EINTR)
            err = fault_set(fault, E_IO, "cannot write %s: %m", beside);
    }
    if (fd < 0 || (err == OK && (fsync(fd) != 0 || rename(beside, path) != 0)))
        err = fault_set(fault, E_IO, "cannot write the model %s: %m", path);
    if (fd >= 0)
        close(fd);
    if (err != OK && fd >= 0)
        unlink(beside);
    free(beside);
    return err;
}
