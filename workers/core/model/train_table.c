/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts as vectors: which features there are, how rare each is, and how much of each a text has. */
#include "train_priv.h"

#include <stdlib.h>
#include <string.h>

void *train_memory(size_t count, size_t bytes)
{
    void *memory = calloc(count ? count : 1, bytes);
    if (!memory)
        abort();
    return memory;
}

/* One feature of one text. */
struct entry {
    uint32_t id;
    uint8_t group, times;
};

struct entries {
    struct entry *items;
    size_t count, room;
    size_t *first; /* by text; text_count + 1 of them */
};

static int feature_order(const void *left, const void *right)
{
    const struct feature *a = left, *b = right;
    return a->id < b->id ? -1 : a->id > b->id;
}

/* Adds the features of one text, each once. */
static void entries_add(struct entries *entries, struct features *features)
{
    qsort(features->items, features->count, sizeof *features->items, feature_order);
    if (entries->room - entries->count < features->count) {
        entries->room = 2 * entries->room + features->count;
        entries->items = realloc(entries->items, entries->room * sizeof *entries->items);
        if (!entries->items)
            abort();
    }
    for (size_t i = 0; i < features->count; i++) {
        const struct feature *feature = &features->items[i];
        struct entry *last = entries->count > 0 ? &entries->items[entries->count - 1] : NULL;
        if (i > 0 && features->items[i - 1].id == feature->id)
            last->times += last->times < MODEL_COUNT_MAX;
        else
            entries->items[entries->count++] = (struct entry){.id = feature->id, .group = feature->group, .times = 1};
    }
}

static void entries_take(const struct train_table *table, const struct train_recipe *recipe,
                         const struct lexicon *lexicon, struct entries *out)
{
    struct normaliser *normaliser = normaliser_new(lexicon);
    struct features features = {0};
    out->first = train_memory(table->text_count + 1, sizeof *out->first);
    for (size_t i = 0; i < table->text_count; i++) {
        const struct corpus_text *text = table->texts[i];
        struct classification found;
        struct normalised words;
        normalise(normaliser, text->text, text->len, &words);
        if (recipe->rules && rules_classify(recipe->rules, text->text, text->len, &found) != OK)
            abort();
        features_take(&features, text->text, text->len, &words, recipe->rules ? &found : NULL);
        entries_add(out, &features);
        out->first[i + 1] = out->count;
    }
    features_done(&features);
    normaliser_free(normaliser);
}

/* --- which features count ----------------------------------------------------------------------------------------- */

struct counted {
    uint32_t id, texts;
};

static int id_order(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

/* The commonest first: their rows lie together. */
static int counted_order(const void *left, const void *right)
{
    const struct counted *a = left, *b = right;
    if (a->texts != b->texts)
        return a->texts > b->texts ? -1 : 1;
    return a->id < b->id ? -1 : a->id > b->id;
}

static uint32_t rarity_of(size_t texts, size_t all)
{
    double idf = log((1.0 + (double)all) / (1.0 + (double)texts)) + 1;
    double rarity = round(idf * idf * MODEL_RARITY_UNIT);
    return rarity < MODEL_RARITY_MAX ? (uint32_t)rarity : MODEL_RARITY_MAX;
}

static void features_choose(struct train_table *table, const struct entries *entries, unsigned feature_min)
{
    uint32_t *ids = train_memory(entries->count, sizeof *ids);
    struct counted *counted = train_memory(entries->count, sizeof *counted);
    size_t count = 0;
    for (size_t i = 0; i < entries->count; i++)
        ids[i] = entries->items[i].id;
    qsort(ids, entries->count, sizeof *ids, id_order);
    for (size_t i = 0, n; i < entries->count; i += n) {
        for (n = 1; i + n < entries->count && ids[i + n] == ids[i]; n++)
            ;
        if (n >= feature_min)
            counted[count++] = (struct counted){ids[i], (uint32_t)n};
    }
    free(ids);
    qsort(counted, count, sizeof *counted, counted_order);
    table->feature_count = count < MODEL_ROWS_MAX ? count : MODEL_ROWS_MAX;
    table->ids = train_memory(table->feature_count, sizeof *table->ids);
    table->rarities = train_memory(table->feature_count, sizeof *table->rarities);
    for (size_t i = 0; i < table->feature_count; i++) {
        table->ids[i] = counted[i].id;
        table->rarities[i] = rarity_of(counted[i].texts, table->text_count);
    }
    free(counted);
}

/* --- vectors ------------------------------------------------------------------------------------------------------ */

struct place {
    uint32_t id, feature;
};

static struct place *places_new(const struct train_table *table)
{
    struct place *places = train_memory(table->feature_count, sizeof *places);
    for (size_t i = 0; i < table->feature_count; i++)
        places[i] = (struct place){table->ids[i], (uint32_t)i};
    qsort(places, table->feature_count, sizeof *places, id_order);
    return places;
}

static int node_order(const void *left, const void *right)
{
    return ((const struct feature_node *)left)->index - ((const struct feature_node *)right)->index;
}

/* Entries and places are both by id. */
static struct feature_node *vector_make(const struct train_table *table, const struct place *places,
                                        const struct entry *entry, const struct entry *end,
                                        const struct train_recipe *recipe, struct feature_node *node)
{
    struct feature_node *first = node;
    double length2[FEATURE_GROUPS] = {0}, groups2 = 0;
    const struct place *place = places, *last = places + table->feature_count;
    uint8_t groups[MODEL_ROWS_MAX / 16];
    size_t n = 0;
    for (; entry < end; entry++) {
        while (place < last && place->id < entry->id)
            place++;
        if (place == last || place->id != entry->id || n == sizeof groups)
            continue;
        double count = (double)model_count_weight[recipe->counts ? entry->times : 1] / MODEL_COUNT_UNIT;
        double value = count * train_idf(table->rarities[place->feature]);
        *node++ = (struct feature_node){(int)place->feature + 1, value};
        length2[entry->group] += value * value;
        groups[n++] = entry->group;
    }
    for (size_t g = 0; g < FEATURE_GROUPS; g++)
        groups2 += length2[g] > 0 ? recipe->group_weight[g] * recipe->group_weight[g] : 0;
    for (size_t i = 0; i < n; i++)
        first[i].value *= recipe->group_weight[groups[i]] / sqrt(length2[groups[i]]) / sqrt(groups2);
    qsort(first, n, sizeof *first, node_order);
    node[0].index = node[1].index = -1;
    return node + 2;
}

static void vectors_make(struct train_table *table, const struct entries *entries, const struct train_recipe *recipe)
{
    struct place *places = places_new(table);
    table->nodes = train_memory(entries->count + 2 * table->text_count, sizeof *table->nodes);
    table->vectors = train_memory(table->text_count, sizeof(struct feature_node *));
    struct feature_node *node = table->nodes;
    for (size_t i = 0; i < table->text_count; i++) {
        table->vectors[i] = node;
        node = vector_make(table, places, &entries->items[entries->first[i]], &entries->items[entries->first[i + 1]],
                           recipe, node);
    }
    table->node_count = (size_t)(node - table->nodes);
    free(places);
}

void train_table_build(const struct corpus *corpus, unsigned without, const struct train_recipe *recipe,
                       const struct lexicon *lexicon, struct train_table *out)
{
    struct entries entries = {0};
    *out = (struct train_table){.texts = train_memory(corpus->count, sizeof(struct corpus_text *))};
    for (size_t i = 0; i < corpus->count; i++)
        if (corpus->texts[i].fold != without)
            out->texts[out->text_count++] = &corpus->texts[i];
    entries_take(out, recipe, lexicon, &entries);
    features_choose(out, &entries, recipe->feature_min);
    vectors_make(out, &entries, recipe);
    free(entries.items);
    free(entries.first);
}

void train_table_done(struct train_table *table)
{
    free(table->ids);
    free(table->rarities);
    free(table->texts);
    free(table->vectors);
    free(table->nodes);
}
