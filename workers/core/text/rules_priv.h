/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules as loaded, shared by rules_*.c only. Strings are borrowed from the two YAML documents, which live along. */
#ifndef ADUAN_RULES_PRIV_H
#define ADUAN_RULES_PRIV_H

#define PCRE2_CODE_UNIT_WIDTH 8

#include "needles.h"
#include "rules.h"
#include "terms.h"
#include "word.h"
#include "words.h"
#include "yaml_doc.h"

#include <pcre2.h>

enum rules_head { HEAD_CATEGORY, HEAD_TYPE, HEAD_URGENCY, HEAD_LANGUAGE, HEAD_REFUSAL, HEAD_AGENCY, HEAD_COUNT };
extern const char *const rules_head_names[HEAD_COUNT];

/* No label, no word: where a place in one of the arrays is expected. */
#define RULES_NONE TERMS_NONE

struct rules_label {
    enum rules_head head;
    const char *name;
    const char *display[2]; /* for people, Indonesian and English; categories and agencies have them */
    const struct yaml_node *node;
    double threshold;                 /* a lower score does not win */
    uint32_t agency;                  /* a category's own agency */
    uint32_t implied_type;            /* urgency: what the ticket's type becomes */
    uint32_t implied_category;        /* urgency: its category when no rule of a category fired */
    const struct yaml_node *only_for; /* agency: the categories in which its rules count; NULL: all */
    double score;                     /* of the text at hand */
    bool hard;                        /* a rule of weight RULES_HARD fired for it */
};

/* A sequence of words (a term of the vocabulary, whose `what` is its place among the terms) or a pattern. */
struct rules_rule {
    uint32_t label;
    double weight;
    const char *written;
    char *said; /* as in struct rule_hit; owned */
    size_t said_len, said_rule;
    const struct yaml_node *node;
    pcre2_code *code;  /* of a pattern */
    uint64_t needs;    /* of a pattern: numbers of rules.needles without each of which it cannot match */
    size_t at, len;    /* where it fired first in the text at hand */
    uint64_t fired_in; /* the text it fired in last */
    unsigned rank;     /* how near to the decision, for the order of hits */
    size_t number;     /* its place among those that fired, before they are put in order */
};

struct rules_token {
    uint32_t word; /* place in the vocabulary or RULES_NONE */
    size_t at, len;
};

struct rules {
    struct yaml_doc *categories_doc, *agencies_doc;
    struct rules_label *labels;
    size_t label_count;
    struct rules_rule *terms, *patterns;
    size_t term_count, pattern_count;
    struct terms *vocabulary;
    struct needles *needles; /* what patterns need */
    uint32_t default_category, default_type, default_type_with_category, fallback_agency;
    pcre2_match_data *match;
    pcre2_match_context *limits;
    uint64_t limit_hits;
    struct word_reader *reader;
    /* what was found of words, by their numbers: place in the vocabulary or RULES_NONE, plus 2; 0: not looked up */
    uint64_t era;
    uint32_t known[WORD_NUMBER_MAX + 1];
    /* scratch of one classification */
    uint64_t text_number;
    struct rules_token *tokens;
    size_t token_count, token_size;
    struct rules_rule **fired; /* room for every rule */
    size_t fired_count;
    uint32_t winners[HEAD_COUNT];
};

/* The place of a word in the vocabulary, tried as it is, then without "2" and clitics ("lampu2nya" → "lampu");
 * or RULES_NONE. */
uint32_t rules_word_find(const struct rules *rules, const struct text_word *word);

/* The label of that name under a head, or RULES_NONE. */
uint32_t rules_label_find(const struct rules *rules, enum rules_head head, const char *name);

/* Reads `words`, `phrases` and `patterns` of one label into the rules. */
MUST_CHECK int rules_terms_load(struct rules *rules, uint32_t label, const struct yaml_node *node, struct fault *fault);
/* When all are read: makes the vocabulary ready; refuses a term given twice to one label. */
MUST_CHECK int rules_terms_index(struct rules *rules, struct fault *fault);

/* When all are read: how each is told when it has fired. */
void rules_sayings_make(struct rules *rules);

/* When all are read: which patterns can be ruled out by what a text does not hold. */
void rules_needs_index(struct rules *rules);
/* The needs that a text meets, to be compared with those of patterns. */
uint64_t rules_needs_met(const struct rules *rules, const char *text, size_t len);

/* Memory for what a configuration file of bounded size asks: exhausted memory aborts. */
void *rules_grow(void *array, size_t count, size_t item_bytes);

#endif
