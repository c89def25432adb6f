/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model's file: head, heads, outputs, lexicon, slots, rows; little-endian, each part aligned to 64 bytes.
 * A row holds the weights of one feature for every output. Slots find the row of a feature, by linear probing from its
 * id, and know how rare it is.
 */
#ifndef ADUAN_MODEL_PRIV_H
#define ADUAN_MODEL_PRIV_H

#include "model.h"

#define MODEL_MAGIC "ADUANMOD"
enum { MODEL_VERSION = 4, MODEL_ALIGN = 64, MODEL_HASH_BYTES = 32, MODEL_NAME_BYTES = 96 };

enum model_flags { MODEL_COUNTS = 1, MODEL_RULES = 2 }; /* COUNTS: a feature that comes twice weighs more */

struct model_file {
    char magic[8];
    uint32_t version, features_version;
    uint8_t hash[MODEL_HASH_BYTES]; /* of everything behind it */
    uint64_t bytes;
    uint32_t flags;
    uint32_t head_count, output_count;
    uint32_t slot_count;           /* a power of two */
    uint32_t row_count, row_items; /* weights in a row: the outputs, and zeros to fill it */
    uint64_t heads_at, outputs_at, lexicon_at, lexicon_bytes, slots_at, rows_at;
    double group_weight[FEATURE_GROUPS];
    uint8_t base[MODEL_BASE_BYTES]; /* of the texts that the figures are of */
};

struct model_head_record {
    char name[MODEL_NAME_BYTES];
    uint32_t first_output, output_count;
    uint32_t flag, dire;
    /* Of a flag that is a label of another head too (spam is a type): 1 + that head, and which of its labels. Then its
     * score is the label's log odds among the others, and its own weights are 0. 0: it has weights of its own. */
    uint32_t twin_head, twin_label;
    /* one of several: softmax(slope × score); a flag: sigmoid(slope × score + shift) */
    double slope, shift;
    double threshold;
};

struct model_output_record {
    char label[MODEL_NAME_BYTES];
    double unit; /* of its weights: a weight of 1 counts so much */
    double bias;
    struct model_figures figures;
    uint32_t reserved;
};

struct model_slot {
    uint32_t id;
    uint32_t value; /* row << MODEL_RARITY_BITS | rarity, or MODEL_EMPTY */
};

struct model {
    char id[MODEL_ID_BYTES];
    void *map; /* NULL: borrowed memory */
    size_t bytes;
    const struct model_file *file;
    const struct model_head_record *heads;
    const struct model_output_record *outputs;
    const struct model_slot *slots;
    const int16_t *rows;
    struct lexicon lexicon;
};

/* The rarity of a feature is the square of its idf in 1/MODEL_RARITY_UNIT. */
enum {
    MODEL_RARITY_BITS = 12,
    MODEL_RARITY_UNIT = 32,
    MODEL_RARITY_MAX = (1 << MODEL_RARITY_BITS) - 1,
    MODEL_ROWS_MAX = (1 << (32 - MODEL_RARITY_BITS)) - 1,
    MODEL_ROW_MULTIPLE = 8,
    MODEL_WEIGHT_MAX = 8191,
    MODEL_COUNT_UNIT = 64,
    MODEL_COUNT_MAX = 16
};
#define MODEL_EMPTY UINT32_MAX
/* How much a feature that comes n times counts, in 1/MODEL_COUNT_UNIT: 1 + ln n. */
extern const uint8_t model_count_weight[MODEL_COUNT_MAX + 1];

static inline uint32_t model_slot_of(uint32_t id, uint32_t slot_count)
{
    return id & (slot_count - 1);
}

static inline void model_prefetch(const struct model *model, uint32_t id)
{
    __builtin_prefetch(&model->slots[model_slot_of(id, model->file->slot_count)]);
}

/* The value of a feature's slot; MODEL_EMPTY: the model does not have it. */
static inline uint32_t model_value(const struct model *model, uint32_t id)
{
    uint32_t mask = model->file->slot_count - 1;
    uint32_t at = model_slot_of(id, model->file->slot_count);
    while (model->slots[at].value != MODEL_EMPTY && model->slots[at].id != id)
        at = (at + 1) & mask;
    return model->slots[at].value;
}

/* The two halves of predictor_read_words(), for who measures them: up to the rows that the text touches; their sums and
 * what the heads say. */
void predictor_find(struct predictor *predictor, const char *text, size_t len, const struct text_words *words,
                    const struct classification *found);
void predictor_say(struct predictor *predictor, struct prediction *out);
/* What a head says, given the scores of its labels. */
void model_answer(const struct model_head_record *head, const double *scores, struct model_answer *out);
/* ln(p / (1 - p)) of one of a head's labels, of which there are two at least. */
double model_log_odds(const struct model_head_record *head, const double *scores, size_t label);
/* The hash of a model whose bytes lie here. */
void model_hash(const struct model_file *file, size_t bytes, uint8_t out[MODEL_HASH_BYTES]);

#endif
