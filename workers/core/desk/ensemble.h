/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a text means, by rules and model together. Hard rules stand; where none fired the model decides, and what the
 * rules found is part of what it has learnt from. Where it is not sure of the category, a person decides: the ticket
 * goes to the agency that takes what nobody else does, with the three best guesses. What is surely no report (spam, a
 * notice of a bank) has the category of nothing. Without a model the rules decide alone. The same text, rules and model
 * give the same reading.
 */
#ifndef ADUAN_ENSEMBLE_H
#define ADUAN_ENSEMBLE_H

#include "likeness.h"
#include "model.h"
#include "places.h"
#include "rules.h"

struct ensemble; /* one a thread */

/* Borrows both; model NULL: rules alone. Heads are known by their names: type, category, urgency, and of what is behind
 * them each flag; a model without one of the three leaves it to the rules. */
struct ensemble *ensemble_new(struct rules *rules, const struct model *model);
void ensemble_free(struct ensemble *ensemble);
/* From now on places are looked for too; borrows them. NULL: no more. */
void ensemble_use_places(struct ensemble *ensemble, const struct places *places);
/* From now on readings tell what a report can be compared by; the key is copied. */
void ensemble_compare_with(struct ensemble *ensemble, const uint8_t key[MINHASH_KEY_BYTES]);
/* NULL: none. */
const struct model *ensemble_model(const struct ensemble *ensemble);

enum understanding_by {
    BY_RULES,
    BY_MODEL,
    BY_HARD_RULE,
    BY_TYPE /* of the category: it is no report and has none */
};

struct understanding {
    struct classification found; /* what was decided, and the rules that fired */
    enum understanding_by category_by, type_by, urgency_by;
    bool unsure;                /* of the category: for a person */
    bool modelled;              /* the rest is there */
    struct prediction guesses;  /* by head of the model */
    struct places_found places; /* none where there are no places to look for */
    struct likeness likeness;   /* of .found.category; no words where nothing is compared */
};

/* text: NFC UTF-8. Strings are borrowed from the rules. E_MEMORY only. */
MUST_CHECK int ensemble_read(struct ensemble *ensemble, const char *text, size_t len, struct understanding *out);

/* Does the flag of this name ("kasar", "spam") apply to what was read? False without a model that knows it. */
bool understanding_flagged(const struct ensemble *ensemble, const struct understanding *reading, const char *flag);
/* "kasar,data_pribadi"; "" when there is none. Cut at whole names to size bytes with NUL. */
void understanding_flags(const struct ensemble *ensemble, const struct understanding *reading, char *out, size_t size);
/* The probabilities in short, for the record: "category:jalan=0.93,drainase=0.03,air=0.01;kasar:kasar=0.01". None
 * that rounds to 0. Cut at whole heads to size bytes with NUL; "" without a model. */
void understanding_guesses(const struct ensemble *ensemble, const struct understanding *reading, char *out,
                           size_t size);
/* Every rule that fired, whatever was decided, those that decided first: "category:jalan berlubang +2; type:pengaduan
 * mohon +1". Whole items only. */
void understanding_rules(const struct understanding *reading, char *out, size_t size);
/* Why, in one line for the ticket: the rules that decided, then what the model thinks of the category, or of the type
 * when that says that there is none. Whole items only. */
void understanding_explain(const struct ensemble *ensemble, const struct understanding *reading, char *out,
                           size_t size);
/* The words of the text read last that spoke most for (negative: against) a label of a head; at most max. */
size_t ensemble_why(struct ensemble *ensemble, size_t head, size_t label, struct spoke *out, size_t max);

#endif
