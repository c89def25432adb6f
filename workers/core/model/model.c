/* SPDX-License-Identifier: BSD-2-Clause */
/* A model's file: mapped, checked so that no reading of a text can leave it, and asked for its names. */
#include "model_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* round(64 × (1 + ln n)) */
const uint8_t model_count_weight[MODEL_COUNT_MAX + 1] = {0,   64,  108, 134, 153, 167, 179, 189, 197,
                                                         205, 211, 217, 223, 228, 233, 237, 241};

void model_hash(const struct model_file *file, size_t bytes, uint8_t out[MODEL_HASH_BYTES])
{
    size_t from = offsetof(struct model_file, hash) + MODEL_HASH_BYTES;
    crypto_generichash(out, MODEL_HASH_BYTES, (const uint8_t *)file + from, bytes - from, NULL, 0);
}

/* --- checks ----------------------------------------------------------------------------------------------------- */

static bool inside(const struct model *model, uint64_t at, uint64_t count, uint64_t item_bytes)
{
    return at % MODEL_ALIGN == 0 && at <= model->bytes && count * item_bytes <= model->bytes - at;
}

static bool named(const char *name)
{
    return name[0] && memchr(name, '\0', MODEL_NAME_BYTES);
}

/* Neither endless nor so large that sums of it are. False for what is no number. */
static bool bounded(double x)
{
    return fabs(x) <= 1e9;
}

static bool twin_sound(const struct model *model, const struct model_head_record *head)
{
    if (head->twin_head == 0)
        return true;
    if (!head->flag || head->twin_head > model->file->head_count)
        return false;
    const struct model_head_record *of = &model->heads[head->twin_head - 1];
    return !of->flag && of->output_count > 1 && head->twin_label < of->output_count;
}

static bool heads_sound(const struct model *model)
{
    uint32_t outputs = 0;
    for (uint32_t i = 0; i < model->file->head_count; i++) {
        const struct model_head_record *head = &model->heads[i];
        if (!named(head->name) || head->first_output != outputs || head->output_count == 0 ||
            head->output_count > model->file->output_count - outputs || (head->flag && head->output_count != 1) ||
            !bounded(head->slope) || head->slope < 0 || !bounded(head->shift) || !bounded(head->threshold) ||
            !twin_sound(model, head))
            return false;
        outputs += head->output_count;
    }
    for (uint32_t i = 0; i < outputs; i++) {
        const struct model_output_record *output = &model->outputs[i];
        if (!named(output->label) || !bounded(output->unit) || !bounded(output->bias) ||
            output->figures.hits > output->figures.support || output->figures.hits > output->figures.said)
            return false;
    }
    return outputs == model->file->output_count;
}

static bool slots_sound(const struct model *model)
{
    bool empty = false;
    for (uint32_t i = 0; i < model->file->slot_count; i++) {
        uint32_t value = model->slots[i].value;
        empty = empty || value == MODEL_EMPTY;
        if (value != MODEL_EMPTY && value >> MODEL_RARITY_BITS >= model->file->row_count)
            return false;
    }
    return empty;
}

static bool weights_sound(const struct model *model)
{
    size_t count = (size_t)model->file->row_count * model->file->row_items;
    int16_t low = 0, high = 0;
    for (size_t i = 0; i < count; i++) {
        low = model->rows[i] < low ? model->rows[i] : low;
        high = model->rows[i] > high ? model->rows[i] : high;
    }
    return low >= -MODEL_WEIGHT_MAX && high <= MODEL_WEIGHT_MAX;
}

static bool counts_sound(const struct model_file *file)
{
    return file->head_count <= MODEL_HEADS_MAX && file->output_count > 0 && file->output_count <= MODEL_OUTPUTS_MAX &&
           file->slot_count > 0 && (file->slot_count & (file->slot_count - 1)) == 0 &&
           file->row_count <= MODEL_ROWS_MAX && file->row_items >= file->output_count &&
           file->row_items < file->output_count + MODEL_ROW_MULTIPLE && file->row_items % MODEL_ROW_MULTIPLE == 0;
}

static bool sound(struct model *model)
{
    const struct model_file *file = model->file;
    const char *base = (const char *)file;
    if (!counts_sound(file) || !inside(model, file->heads_at, file->head_count, sizeof *model->heads) ||
        !inside(model, file->outputs_at, file->output_count, sizeof *model->outputs) ||
        !inside(model, file->lexicon_at, 1, file->lexicon_bytes) ||
        !inside(model, file->slots_at, file->slot_count, sizeof *model->slots) ||
        !inside(model, file->rows_at, (uint64_t)file->row_count * file->row_items, sizeof *model->rows))
        return false;
    model->heads = (const void *)(base + file->heads_at);
    model->outputs = (const void *)(base + file->outputs_at);
    model->slots = (const void *)(base + file->slots_at);
    model->rows = (const void *)(base + file->rows_at);
    for (size_t i = 0; i < FEATURE_GROUPS; i++)
        if (!bounded(file->group_weight[i]))
            return false;
    return lexicon_open(base + file->lexicon_at, file->lexicon_bytes, &model->lexicon) == OK && heads_sound(model) &&
           slots_sound(model) && weights_sound(model);
}

static int check(struct model *model, const char *name, struct fault *fault)
{
    const struct model_file *file = model->file;
    uint8_t hash[MODEL_HASH_BYTES];
    if (model->bytes < sizeof *file || memcmp(file->magic, MODEL_MAGIC, sizeof file->magic) != 0)
        return fault_set(fault, E_CORRUPT, "%s is no model; aduan train writes one", name);
    if (file->version != MODEL_VERSION || file->features_version != FEATURES_VERSION)
        return fault_set(fault, E_VERSION,
                         "%s is of version %u.%u, this program reads %d.%d; train it again with aduan train", name,
                         file->version, file->features_version, MODEL_VERSION, FEATURES_VERSION);
    if (file->bytes != model->bytes)
        return fault_set(fault, E_CORRUPT, "%s has %zu bytes where its head says %llu", name, model->bytes,
                         (unsigned long long)file->bytes);
    model_hash(file, model->bytes, hash);
    if (memcmp(hash, file->hash, sizeof hash) != 0)
        return fault_set(fault, E_CORRUPT, "%s is not as it was written: its hash differs", name);
    if (!sound(model))
        return fault_set(fault, E_CORRUPT, "%s contradicts itself", name);
    sodium_bin2hex(model->id, sizeof model->id, file->hash, (sizeof model->id - 1) / 2);
    return OK;
}

/* --- opening ---------------------------------------------------------------------------------------------------- */

static struct model *model_new(const void *bytes, size_t len, void *map)
{
    struct model *model = calloc(1, sizeof *model);
    if (!model)
        abort();
    model->file = bytes;
    model->bytes = len;
    model->map = map;
    return model;
}

int model_from_memory(const char *name, const void *bytes, size_t len, struct model **out, struct fault *fault)
{
    struct model *model = model_new(bytes, len, NULL);
    int err = check(model, name, fault);
    if (err != OK)
        model_close(model);
    else
        *out = model;
    return err;
}

int model_open(const char *path, struct model **out, struct fault *fault)
{
    struct stat stat;
    struct model *model = NULL;
    int err, fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &stat) != 0) {
        err = fault_set(fault, errno == ENOENT ? E_NOT_FOUND : E_IO, "cannot read the model %s: %m", path);
        goto out;
    }
    if (stat.st_size < (off_t)sizeof(struct model_file) || stat.st_size > MODEL_BYTES_MAX) {
        err = fault_set(fault, E_CORRUPT, "%s has %lld bytes: no model is so small or so large", path,
                        (long long)stat.st_size);
        goto out;
    }
    void *map = mmap(NULL, (size_t)stat.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED) {
        err = fault_set(fault, E_IO, "cannot map the model %s: %m", path);
        goto out;
    }
    model = model_new(map, (size_t)stat.st_size, map);
    err = check(model, path, fault);
    if (err != OK)
        model_close(model);
    else
        *out = model;
out:
    if (fd >= 0)
        close(fd);
    return err;
}

void model_close(struct model *model)
{
    if (!model)
        return;
    if (model->map)
        munmap(model->map, model->bytes);
    free(model);
}

/* --- what can be asked ------------------------------------------------------------------------------------------ */

const char *model_id(const struct model *model)
{
    return model->id;
}

size_t model_bytes(const struct model *model)
{
    return model->bytes;
}

bool model_uses_rules(const struct model *model)
{
    return model->file->flags & MODEL_RULES;
}

size_t model_head_count(const struct model *model)
{
    return model->file->head_count;
}

struct model_head model_head(const struct model *model, size_t head)
{
    const struct model_head_record *record = &model->heads[head];
    return (struct model_head){.name = record->name,
                               .flag = record->flag,
                               .dire = record->dire,
                               .label_count = record->output_count,
                               .threshold = record->threshold};
}

const char *model_label(const struct model *model, size_t head, size_t label)
{
    return model->outputs[model->heads[head].first_output + label].label;
}

size_t model_head_find(const struct model *model, const char *name)
{
    for (size_t i = 0; i < model->file->head_count; i++)
        if (strcmp(model->heads[i].name, name) == 0)
            return i;
    return SIZE_MAX;
}

size_t model_label_find(const struct model *model, size_t head, const char *label)
{
    for (size_t i = 0; i < model->heads[head].output_count; i++)
        if (strcmp(model_label(model, head, i), label) == 0)
            return i;
    return SIZE_MAX;
}

struct model_figures model_figures(const struct model *model, size_t head, size_t label)
{
    return model->outputs[model->heads[head].first_output + label].figures;
}

const uint8_t *model_base(const struct model *model)
{
    return model->file->base;
}
