/* SPDX-License-Identifier: BSD-2-Clause */
/* A small desk to learn from: roads against waste, and a flag. Every text is written once; what varies is the place,
 * so that folds have something in common. */
#ifndef ADUAN_TEST_SUPPORT_MODEL_H
#define ADUAN_TEST_SUPPORT_MODEL_H

#include "train.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SMALL_HEADS = 2 };

static const char *const small_roads[] = {"jalan berlubang di", "aspal jalan rusak parah di", "lubang besar di jalan",
                                          "jalan amblas dekat"};
static const char *const small_waste[] = {"sampah menumpuk di", "bau sampah busuk di", "truk sampah tidak datang ke",
                                          "bak sampah penuh di"};
static const char *const small_places[] = {"pasar lama",    "kampung baru", "depan sekolah", "jembatan merah",
                                           "terminal kota", "gang mawar",   "alun alun",     "stasiun"};

/* Heads "category" (jalan, sampah) and the flag "kasar" (who writes "bodoh"). */
static inline struct corpus *small_corpus(unsigned folds)
{
    struct corpus *corpus = corpus_new();
    corpus_head_add(corpus, "category", NULL);
    corpus_head_add(corpus, "kasar", "kasar");
    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k < sizeof small_places / sizeof small_places[0]; k++) {
            char text[128];
            const char *rude = (i + k) % 3 == 0 ? " dasar bodoh" : "";
            snprintf(text, sizeof text, "%s %s%s", small_roads[i], small_places[k], rude);
            corpus_add(corpus, text, strlen(text), (const char *const[]){"jalan", rude});
            snprintf(text, sizeof text, "%s %s%s", small_waste[i], small_places[k], rude);
            corpus_add(corpus, text, strlen(text), (const char *const[]){"sampah", rude});
        }
    corpus_finish(corpus, folds);
    return corpus;
}

/* Learnt as the shipped one is, probabilities and all. free() the bytes. */
static inline void small_model(const struct train_recipe *recipe, void **bytes, size_t *len)
{
    struct fault fault = {0};
    struct corpus *corpus = small_corpus(4);
    struct train_scores scores;
    if (train_folds(corpus, recipe, &scores, &fault) != OK)
        abort();
    struct train_fit *fit = train_fit_new(corpus, &scores, recipe->trust);
    if (train_model(corpus, recipe, fit, bytes, len, &fault) != OK)
        abort();
    train_fit_free(fit);
    free(scores.values);
    corpus_free(corpus);
}

#endif
