/* SPDX-License-Identifier: BSD-2-Clause */
#include "corpus.h"

#include "word.h"

#include <stdlib.h>
#include <string.h>

static void *must(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

struct corpus *corpus_new(void)
{
    return must(calloc(1, sizeof(struct corpus)));
}

void corpus_free(struct corpus *corpus)
{
    if (!corpus)
        return;
    for (size_t h = 0; h < corpus->head_count; h++) {
        for (size_t i = 0; i < corpus->heads[h].label_count; i++)
            free(corpus->heads[h].labels[i]);
        free(corpus->heads[h].labels);
        free(corpus->heads[h].name);
    }
    for (size_t i = 0; i < corpus->count; i++)
        free(corpus->texts[i].text);
    free(corpus->texts);
    free(corpus);
}

/* The place of a label, added at the end when it is new. */
static int16_t label_place(struct corpus_head *head, const char *label)
{
    for (size_t i = 0; i < head->label_count; i++)
        if (strcmp(head->labels[i], label) == 0)
            return (int16_t)i;
    head->labels = must(realloc(head->labels, (head->label_count + 1) * sizeof *head->labels));
    head->labels[head->label_count] = must(strdup(label));
    return (int16_t)head->label_count++;
}

void corpus_head_add(struct corpus *corpus, const char *name, const char *label)
{
    if (corpus->head_count == MODEL_HEADS_MAX)
        abort();
    struct corpus_head *head = &corpus->heads[corpus->head_count++];
    head->name = must(strdup(name));
    head->flag = label != NULL;
    if (label)
        label_place(head, label);
}

void corpus_head_dire(struct corpus *corpus)
{
    corpus->heads[corpus->head_count - 1].dire = true;
}

void corpus_add(struct corpus *corpus, const char *text, size_t len, const char *const *labels)
{
    if (corpus->count == corpus->room) {
        corpus->room = corpus->room ? 2 * corpus->room : 1024;
        corpus->texts = must(realloc(corpus->texts, corpus->room * sizeof *corpus->texts));
    }
    struct corpus_text *out = &corpus->texts[corpus->count++];
    *out = (struct corpus_text){.text = must(malloc(len + 1)),
                                .len = len,
                                .origin = corpus->origin,
                                .weight = corpus->weight > 0 ? corpus->weight : 1};
    memcpy(out->text, text, len);
    out->text[len] = '\0';
    for (size_t h = 0; h < corpus->head_count; h++) {
        if (!labels[h])
            out->label[h] = CORPUS_UNKNOWN;
        else
            out->label[h] = corpus->heads[h].flag ? labels[h][0] != '\0' : label_place(&corpus->heads[h], labels[h]);
    }
}

void corpus_deny(struct corpus *corpus, size_t head, const char *label)
{
    int16_t place = label_place(&corpus->heads[head], label);
    corpus->texts[corpus->count - 1].label[head] = CORPUS_DENIED(place);
}

void corpus_label_add(struct corpus *corpus, size_t head, const char *label)
{
    label_place(&corpus->heads[head], label);
}

size_t corpus_head_find(const struct corpus *corpus, const char *name)
{
    for (size_t h = 0; h < corpus->head_count; h++)
        if (strcmp(corpus->heads[h].name, name) == 0)
            return h;
    return SIZE_MAX;
}

/* --- labels in order ---------------------------------------------------------------------------------------------- */

static int label_order(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static void labels_sort(struct corpus *corpus, size_t h)
{
    struct corpus_head *head = &corpus->heads[h];
    if (head->flag || head->label_count == 0)
        return;
    char **before = must(malloc(head->label_count * sizeof *before));
    int16_t *now = must(malloc(head->label_count * sizeof *now));
    memcpy(before, head->labels, head->label_count * sizeof *before);
    qsort(head->labels, head->label_count, sizeof *head->labels, label_order);
    for (size_t i = 0; i < head->label_count; i++)
        for (size_t k = 0; k < head->label_count; k++)
            if (head->labels[k] == before[i])
                now[i] = (int16_t)k;
    for (size_t i = 0; i < corpus->count; i++) {
        int16_t *label = &corpus->texts[i].label[h];
        if (*label >= 0)
            *label = now[*label];
        else if (*label != CORPUS_UNKNOWN)
            *label = CORPUS_DENIED(now[CORPUS_DENIED(*label)]);
    }
    free(before);
    free(now);
}

/* --- folds -------------------------------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t hash, uint64_t more)
{
    hash = (hash ^ more) * 0x9E3779B97F4A7C15ull;
    return hash ^ hash >> 32;
}

/* MinHash of three words in a row: two texts share it with the probability of the share they have in common. Digits
 * count as one, so that a form filled in twice is the same form. */
static uint64_t likeness(const struct corpus_text *text)
{
    struct word word;
    uint64_t last[3] = {0}, least = UINT64_MAX;
    bool valid = true;
    for (size_t at = 0; word_next(text->text, text->len, &at, &word, &valid);) {
        uint64_t hash = 1;
        for (const char *c = word.folded; *c; c++)
            hash = mix(hash, *c >= '0' && *c <= '9' ? '0' : (uint8_t)*c);
        last[2] = last[1];
        last[1] = last[0];
        last[0] = hash;
        uint64_t shingle = mix(mix(last[0], last[1]), last[2]);
        least = shingle < least ? shingle : least;
    }
    return least;
}

struct dealt {
    uint64_t stratum, likeness;
    uint64_t place; /* of the likeness, as the seed has it */
    size_t text;
    bool base;
};

static int deal_order(const void *left, const void *right)
{
    const struct dealt *a = left, *b = right;
    if (a->base != b->base)
        return a->base ? -1 : 1;
    if (a->stratum != b->stratum)
        return a->stratum < b->stratum ? -1 : 1;
    if (a->place != b->place)
        return a->place < b->place ? -1 : 1;
    return a->text < b->text ? -1 : 1;
}

static int likeness_order(const void *left, const void *right)
{
    const struct dealt *a = left, *b = right;
    if (a->likeness != b->likeness)
        return a->likeness < b->likeness ? -1 : 1;
    if (a->base != b->base)
        return a->base ? -1 : 1;
    return a->text < b->text ? -1 : 1;
}

static struct dealt dealt_of(const struct corpus *corpus, size_t i)
{
    const struct corpus_text *text = &corpus->texts[i];
    struct dealt dealt = {
        .stratum = 1 + corpus->seed, .likeness = likeness(text), .text = i, .base = text->origin == CORPUS_BASE};
    dealt.place = corpus->seed > 0 ? mix(dealt.likeness, corpus->seed) : dealt.likeness;
    for (size_t h = 0; h < corpus->head_count; h++)
        dealt.stratum = mix(dealt.stratum, (uint64_t)(text->label[h] + 2));
    return dealt;
}

/*
 * What is alike takes the labels of the first of its kind, so that it stays together. The texts at the base are dealt
 * first: what else there is never changes their folds, and what is like one of them goes to its fold.
 */
static void folds_deal(struct corpus *corpus)
{
    struct dealt *dealt = must(malloc((corpus->count + 1) * sizeof *dealt));
    for (size_t i = 0; i < corpus->count; i++)
        dealt[i] = dealt_of(corpus, i);
    qsort(dealt, corpus->count, sizeof *dealt, likeness_order);
    for (size_t i = 1; i < corpus->count; i++)
        if (dealt[i].likeness == dealt[i - 1].likeness) {
            dealt[i].stratum = dealt[i - 1].stratum;
            dealt[i].base = dealt[i - 1].base;
        }
    qsort(dealt, corpus->count, sizeof *dealt, deal_order);
    unsigned fold = 0;
    for (size_t i = 0; i < corpus->count; i++) {
        if (i > 0 && dealt[i].likeness != dealt[i - 1].likeness)
            fold = (fold + 1) % corpus->folds;
        corpus->texts[dealt[i].text].fold = fold;
    }
    free(dealt);
}

void corpus_finish(struct corpus *corpus, unsigned folds)
{
    if (folds < 2 || folds > CORPUS_FOLDS_MAX)
        abort();
    corpus->folds = folds;
    for (size_t h = 0; h < corpus->head_count; h++)
        labels_sort(corpus, h);
    folds_deal(corpus);
}
