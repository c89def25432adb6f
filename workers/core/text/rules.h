/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first classifier: words, phrases and PCRE2 patterns with weights, from categories.yaml; routing to agencies from
 * agencies.yaml. Every decision can say which rules fired and where. Immutable once loaded; one thread.
 * Formats: the heads of etc/categories.yaml and etc/agencies.yaml.
 */
#ifndef ADUAN_RULES_H
#define ADUAN_RULES_H

#include "err.h"
#include "words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rules;

/* One rule that fired. Strings are borrowed from the rules. */
struct rule_hit {
    const char *head;  /* "category", "type", "urgency", "language", "refusal", "agency" */
    const char *label; /* "jalan" */
    const char *rule;  /* the word or phrase as written, the name of a pattern: words that people understand */
    double weight;
    const char *said; /* "category:jalan berlubang +2" */
    size_t said_len;
    size_t said_rule; /* where "berlubang +2" begins in it */
    size_t at, len;   /* bytes in the text given */
};

enum {
    RULES_HITS_MAX = 32,
    RULES_HARD = 100 /* a rule of this weight is hard: what it says stands, whatever a model thinks */
};

/* Strings are borrowed from the rules and live as long as they. */
struct classification {
    const char *type;                     /* "pengaduan" … */
    const char *category;                 /* "jalan" …, "lainnya" when nothing fired */
    const char *category_name;            /* for people, in the language of the text */
    const char *agency;                   /* id in agencies.yaml */
    const char *agency_name;              /* for people, in the language of the text */
    const char *urgency;                  /* "normal" or "emergency" */
    const char *language;                 /* "id" or "en"; "" when the text does not tell */
    const char *refusal;                  /* NULL, or "auto_reply": a known auto-responder wrote this */
    double score;                         /* of the category; 0 when nothing fired */
    struct rule_hit hits[RULES_HITS_MAX]; /* those that decided first */
    size_t hit_count;
};

MUST_CHECK int rules_load(const char *categories_path, const char *agencies_path, struct rules **out,
                          struct fault *fault);
void rules_free(struct rules *rules);
/* text: NFC UTF-8, may hold NUL. Bounded time: PCRE2 match and depth limits; a pattern that hits its limit is skipped
 * and counted. E_MEMORY only. */
MUST_CHECK int rules_classify(struct rules *rules, const char *text, size_t len, struct classification *out);
/* The same of the text whose words these are. */
MUST_CHECK int rules_classify_words(struct rules *rules, const char *text, size_t len, const struct text_words *words,
                                    struct classification *out);
/* Decides the text classified last anew, with what somebody who knows better says of it: a category, a type, an
 * urgency; NULL leaves a head as the rules had it. The agency and the names follow from the category. A label that the
 * rules do not have is not taken, and leaves its head as it was. */
void rules_overrule(struct rules *rules, const char *category, const char *type, const char *urgency,
                    struct classification *out);
/* The same classification handed to the agency that takes what nobody else does, for a person to read. */
void rules_to_fallback(const struct rules *rules, struct classification *found);
/* The hard rule that decided this head; NULL: none did. */
const struct rule_hit *rules_hard(const struct classification *found, const char *head);
/* The rule of weight -RULES_HARD that fired against this label of a head; NULL: none did. */
const struct rule_hit *rules_hard_against(const struct classification *found, const char *head, const char *label);
/* "jalan ← berlubang +2, jalan +1; pengaduan ← mohon +1": for Ticket.why. Writes at most size bytes with NUL. */
void rules_explain(const struct classification *classification, char *out, size_t size);
/* From such an explanation the words that weighed most for this category, for the citizen: "jalan berlubang". Empty
 * when no rule decided it, or when size bytes do not hold them and their NUL. */
void rules_reason(const char *why, const char *category, char *out, size_t size);
/* NULL when there is no such agency. */
const char *rules_agency_name(const struct rules *rules, const char *agency_id);
/* What a text is of when nothing says more: "lainnya". */
const char *rules_default_category(const struct rules *rules);
/* A category's name for people; language "en", anything else is Indonesian. NULL when there is no such category. */
const char *rules_category_name(const struct rules *rules, const char *category, const char *language);
/* True when categories.yaml has it. */
bool rules_has_category(const struct rules *rules, const char *category);
/* The agency that takes what is of this category and names no other; NULL when there is no such category. */
const char *rules_category_agency(const struct rules *rules, const char *category);
/* "emergency" for the type that goes with it, else "normal"; NULL when there is no such type. */
const char *rules_type_urgency(const struct rules *rules, const char *type);
/* Enumerate them; NULL past the end. */
const char *rules_agency_at(const struct rules *rules, size_t i);
const char *rules_category_at(const struct rules *rules, size_t i);
const char *rules_type_at(const struct rules *rules, size_t i);
/* How often a pattern was given up at its match limit since the load. */
uint64_t rules_limit_hits(const struct rules *rules);

#endif
