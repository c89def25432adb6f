/* SPDX-License-Identifier: BSD-2-Clause */
/* Words, phrases and patterns with their weights: from YAML to what rules_match.c runs. */
#include "rules_priv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WEIGHT_MAX = 100 };

static int weight_read(const struct yaml_node *node, double *out, struct fault *fault)
{
    const char *text = yaml_node_text(node);
    char *end;
    double weight = strtod(text, &end);
    if (end == text || *end || !isfinite(weight) || weight == 0 || fabs(weight) > WEIGHT_MAX)
        return yaml_fault(node, fault,
                          "expected a weight, a number from -%d to %d but not 0, with the rules that weigh so much; "
                          "found \"%s\"",
                          WEIGHT_MAX, WEIGHT_MAX, text);
    *out = weight;
    return OK;
}

/* What a rule shows to people must not hold the separators of an explanation. */
static int written_check(const struct yaml_node *node, struct fault *fault)
{
    const char *text = yaml_node_text(node);
    if (!text)
        return yaml_fault(node, fault, "expected a text, found a list or a mapping");
    if (strpbrk(text, ",;"))
        return yaml_fault(node, fault, "\"%s\" may not hold a comma or a semicolon", text);
    return OK;
}

static int term_load(struct rules *rules, struct rules_rule rule, bool phrase, struct fault *fault)
{
    size_t count = 0;
    struct word word;
    bool valid = true;
    int err = written_check(rule.node, fault);
    if (err != OK)
        return err;
    rule.written = yaml_node_text(rule.node);
    size_t len = strlen(rule.written);
    for (size_t at = 0; word_next(rule.written, len, &at, &word, &valid); count++)
        if (count == TERM_WORDS_MAX || !word.folded[0])
            return yaml_fault(rule.node, fault, "\"%s\" is too long: at most %d words of %d bytes", rule.written,
                              TERM_WORDS_MAX, WORD_BYTES_MAX);
    if (!phrase && count != 1)
        return yaml_fault(rule.node, fault, "\"%s\" is not one word; several words belong under phrases", rule.written);
    if (phrase && count < 2)
        return yaml_fault(rule.node, fault, "\"%s\" is not several words; one word belongs under words", rule.written);
    if (terms_add(rules->vocabulary, rule.written, len, (uint32_t)rules->term_count) != OK)
        return yaml_fault(rule.node, fault, "\"%s\" is not UTF-8", rule.written);
    rules->terms = rules_grow(rules->terms, rules->term_count, sizeof *rules->terms);
    rules->terms[rules->term_count++] = rule;
    return OK;
}

/* {weight: [term, …], …} */
static int term_groups_load(struct rules *rules, uint32_t label, const struct yaml_node *groups, bool phrases,
                            struct fault *fault)
{
    for (size_t i = 0; i < yaml_node_count(groups); i++) {
        const struct yaml_node *list = yaml_node_value(groups, i);
        struct rules_rule rule = {.label = label};
        int err = weight_read(yaml_node_key(groups, i), &rule.weight, fault);
        if (err != OK)
            return err;
        if (yaml_node_kind(list) != YAML_SEQUENCE)
            return yaml_fault(list, fault, "expected a list of %s", phrases ? "phrases" : "words");
        for (size_t k = 0; k < yaml_node_count(list); k++) {
            rule.node = yaml_node_item(list, k);
            err = term_load(rules, rule, phrases, fault);
            if (err != OK)
                return err;
        }
    }
    return OK;
}

static int pattern_load(struct rules *rules, struct rules_rule rule, const struct yaml_node *name, struct fault *fault)
{
    const char *pattern = yaml_node_text(rule.node);
    int code, err = written_check(name, fault);
    PCRE2_SIZE offset;
    uint32_t matches_empty = 0;
    if (err != OK)
        return err;
    if (!pattern)
        return yaml_fault(rule.node, fault, "expected a pattern, found a list or a mapping");
    rule.written = yaml_node_text(name);
    rule.code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                              PCRE2_UTF | PCRE2_UCP | PCRE2_CASELESS | PCRE2_DOTALL | PCRE2_NEVER_BACKSLASH_C, &code,
                              &offset, NULL);
    if (!rule.code) {
        PCRE2_UCHAR message[160];
        pcre2_get_error_message(code, message, sizeof message);
        return yaml_fault(rule.node, fault, "pattern \"%s\": %s (at its character %zu)", rule.written,
                          (const char *)message, (size_t)offset + 1);
    }
    rules->patterns = rules_grow(rules->patterns, rules->pattern_count, sizeof *rules->patterns);
    rules->patterns[rules->pattern_count++] = rule;
    pcre2_pattern_info(rule.code, PCRE2_INFO_MATCHEMPTY, &matches_empty);
    if (matches_empty)
        return yaml_fault(rule.node, fault, "pattern \"%s\" matches the empty text, that is, every text", rule.written);
    /* Where the system forbids writable code pages (a hardened unit) there is no JIT; matching works without. */
    pcre2_jit_compile(rule.code, PCRE2_JIT_COMPLETE);
    return OK;
}

/* {weight: {name: pattern, …}, …} */
static int pattern_groups_load(struct rules *rules, uint32_t label, const struct yaml_node *groups, struct fault *fault)
{
    for (size_t i = 0; i < yaml_node_count(groups); i++) {
        const struct yaml_node *list = yaml_node_value(groups, i);
        struct rules_rule rule = {.label = label};
        int err = weight_read(yaml_node_key(groups, i), &rule.weight, fault);
        if (err != OK)
            return err;
        if (yaml_node_kind(list) != YAML_MAPPING)
            return yaml_fault(list, fault, "expected a mapping from a name for people to a pattern");
        for (size_t k = 0; k < yaml_node_count(list); k++) {
            rule.node = yaml_node_value(list, k);
            err = pattern_load(rules, rule, yaml_node_key(list, k), fault);
            if (err != OK)
                return err;
        }
    }
    return OK;
}

int rules_terms_load(struct rules *rules, uint32_t label, const struct yaml_node *node, struct fault *fault)
{
    const struct yaml_node *words = yaml_node_get(node, "words"), *phrases = yaml_node_get(node, "phrases"),
                           *patterns = yaml_node_get(node, "patterns");
    int err = words ? term_groups_load(rules, label, words, false, fault) : OK;
    if (err == OK && phrases)
        err = term_groups_load(rules, label, phrases, true, fault);
    if (err == OK && patterns)
        err = pattern_groups_load(rules, label, patterns, fault);
    return err;
}

/* --- the index ------------------------------------------------------------------------------------------------ */

static bool same_words(const struct term *a, const struct term *b)
{
    return a->count == b->count && memcmp(a->words, b->words, a->count * sizeof *a->words) == 0;
}

/* Terms of the same words stand side by side, in the order in which they were read. */
static int check_doubles(const struct rules *rules, const struct term *terms, size_t count, struct fault *fault)
{
    for (size_t i = 1; i < count; i++)
        for (size_t k = i; k > 0 && same_words(&terms[k - 1], &terms[i]); k--) {
            const struct rules_rule *rule = &rules->terms[terms[i].what], *other = &rules->terms[terms[k - 1].what];
            if (rule->label == other->label)
                return yaml_fault(rule->node, fault, "%s \"%s\" has \"%s\" twice (the other time \"%s\")",
                                  rules_head_names[rules->labels[rule->label].head], rules->labels[rule->label].name,
                                  rule->written, other->written);
        }
    return OK;
}

int rules_terms_index(struct rules *rules, struct fault *fault)
{
    int err = OK;
    terms_index(rules->vocabulary);
    for (size_t word = 0; word < terms_word_count(rules->vocabulary) && err == OK; word++) {
        size_t count;
        const struct term *terms = terms_of(rules->vocabulary, (uint32_t)word, &count);
        err = check_doubles(rules, terms, count, fault);
    }
    return err;
}
