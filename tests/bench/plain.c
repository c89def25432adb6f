/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Plain liblinear, as a textbook has it and untuned: lower case, TF-IDF (1 + ln tf, smoothed idf) of words 1–2 and
 * characters 3–5 inside words, unit length, L2-regularised L2-loss SVM, C = 1, one against the rest. Nothing of the
 * classifier's own code is in it.
 */
#include "learner.h"

#include <ctype.h>
#include <linear.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 1 << 23, GRAM_MIN = 3, GRAM_MAX = 5 };

/* All features ever seen, in an open hash table by 64-bit hash. */
static struct slot {
    uint64_t hash;
    int number; /* from 1; 0: free */
    int texts;
} * slots;
static int feature_count;

struct counted {
    struct slot *slot;
    int times;
};

struct bag {
    struct counted *items;
    size_t count, room;
};

static uint64_t hash_of(const char *bytes, size_t len, uint64_t hash)
{
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (uint8_t)bytes[i]) * 1099511628211u;
    return hash ^ hash >> 31;
}

/* learn: unknown features are added; otherwise they are left out. */
static void put(struct bag *bag, uint64_t hash, bool learn)
{
    size_t at = hash & (SLOTS - 1);
    while (slots[at].number && slots[at].hash != hash)
        at = (at + 1) & (SLOTS - 1);
    if (!slots[at].number) {
        if (!learn)
            return;
        if (feature_count == SLOTS / 2)
            learner_die("plain liblinear", "too many features");
        slots[at] = (struct slot){.hash = hash, .number = ++feature_count};
    }
    if (bag->count == bag->room) {
        bag->room = bag->room ? 2 * bag->room : 1024;
        bag->items = realloc(bag->items, bag->room * sizeof *bag->items);
    }
    bag->items[bag->count++] = (struct counted){&slots[at], 1};
}

static bool in_word(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

static void take(struct bag *bag, const struct learner_text *text, bool learn)
{
    char word[256] = " ";
    uint64_t before = 0;
    bag->count = 0;
    for (size_t i = 0; i < text->len;) {
        size_t len = 1;
        while (i < text->len && !in_word(text->text[i]))
            i++;
        while (i < text->len && in_word(text->text[i]) && len < sizeof word - 2)
            word[len++] = (char)tolower((unsigned char)text->text[i++]);
        if (len == 1)
            continue;
        word[len++] = ' ';
        uint64_t hash = hash_of(word, len, 14695981039346656037u);
        put(bag, hash, learn);
        if (before)
            put(bag, before * 31 ^ hash, learn);
        before = hash;
        for (size_t start = 0; start < len; start++)
            for (size_t n = GRAM_MIN; n <= GRAM_MAX && start + n <= len; n++)
                put(bag, hash_of(word + start, n, 88172645463325252u), learn);
    }
}

static int by_number(const void *left, const void *right)
{
    return ((const struct counted *)left)->slot->number - ((const struct counted *)right)->slot->number;
}

/* Equal ones together, with how often they came. */
static void gather(struct bag *bag)
{
    size_t kept = 0;
    qsort(bag->items, bag->count, sizeof *bag->items, by_number);
    for (size_t i = 0; i < bag->count; i++) {
        if (kept > 0 && bag->items[kept - 1].slot == bag->items[i].slot)
            bag->items[kept - 1].times++;
        else
            bag->items[kept++] = bag->items[i];
    }
    bag->count = kept;
}

static struct feature_node *vector_new(const struct bag *bag, size_t texts)
{
    struct feature_node *nodes = calloc(bag->count + 1, sizeof *nodes);
    double length2 = 0;
    for (size_t i = 0; i < bag->count; i++) {
        const struct counted *item = &bag->items[i];
        double idf = log((1.0 + (double)texts) / (1.0 + item->slot->texts)) + 1;
        nodes[i] = (struct feature_node){item->slot->number, (1 + log(item->times)) * idf};
        length2 += nodes[i].value * nodes[i].value;
    }
    for (size_t i = 0; i < bag->count; i++)
        nodes[i].value /= sqrt(length2);
    nodes[bag->count].index = -1;
    return nodes;
}

static int label_number(char **labels, int *count, const char *label)
{
    for (int i = 0; i < *count; i++)
        if (strcmp(labels[i], label) == 0)
            return i;
    labels[*count] = (char *)label;
    return (*count)++;
}

static void silent(const char *text)
{
    (void)text;
}

void plain_run(const struct learner_texts *train_texts, const struct learner_texts *test, FILE *out)
{
    size_t n = train_texts->count;
    struct bag bag = {0};
    struct feature_node **vectors = calloc(n, sizeof *vectors);
    double *targets = calloc(n, sizeof *targets);
    char **labels = calloc(n + 1, sizeof *labels);
    int label_count = 0;
    slots = calloc(SLOTS, sizeof *slots);
    for (size_t i = 0; i < n; i++) {
        take(&bag, &train_texts->items[i], true);
        gather(&bag);
        for (size_t k = 0; k < bag.count; k++)
            bag.items[k].slot->texts++;
        targets[i] = label_number(labels, &label_count, train_texts->items[i].label);
    }
    for (size_t i = 0; i < n; i++) {
        take(&bag, &train_texts->items[i], false);
        gather(&bag);
        vectors[i] = vector_new(&bag, n);
    }
    struct problem problem = {.l = (int)n, .n = feature_count, .y = targets, .x = vectors, .bias = -1};
    struct parameter parameter = {.solver_type = L2R_L2LOSS_SVC_DUAL, .eps = 0.1, .C = 1};
    srand(1);
    set_print_string_function(silent);
    struct model *model = train(&problem, &parameter);
    for (size_t i = 0; i < test->count; i++) {
        take(&bag, &test->items[i], false);
        gather(&bag);
        struct feature_node *vector = vector_new(&bag, n);
        fprintf(out, "%s\n", labels[(int)predict(model, vector)]);
        free(vector);
    }
    free_and_destroy_model(&model);
}
