/* SPDX-License-Identifier: BSD-2-Clause */
/* Words, phrases and patterns with their weights: from YAML to what rules_match.c runs. */
#include "rules_priv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WEIGHT_MAX = 100, PHRASE_WORDS_MAX = 12 };

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

/* The place of a word in the vocabulary under construction (unsorted), adding it. Sorted and made unique later. */
static uint32_t word_add(struct rules *rules, const char *word)
{
    rules->words = rules_grow(rules->words, rules->word_count, sizeof *rules->words);
    rules->words[rules->word_count] = strdup(word);
    if (!rules->words[rules->word_count])
        abort();
    return (uint32_t)rules->word_count++;
}

static int term_load(struct rules *rules, struct rules_rule rule, bool phrase, struct fault *fault)
{
    uint32_t words[PHRASE_WORDS_MAX];
    size_t count = 0;
    struct word word;
    bool valid = true;
    int err = written_check(rule.node, fault);
    if (err != OK)
        return err;
    rule.written = yaml_node_text(rule.node);
    for (size_t at = 0, len = strlen(rule.written); word_next(rule.written, len, &at, &word, &valid);) {
        if (count == PHRASE_WORDS_MAX || !word.folded[0])
            return yaml_fault(rule.node, fault, "\"%s\" is too long: at most %d words of %d bytes", rule.written,
                              PHRASE_WORDS_MAX, WORD_BYTES_MAX);
        words[count++] = word_add(rules, word.folded);
    }
    if (!phrase && count != 1)
        return yaml_fault(rule.node, fault, "\"%s\" is not one word; several words belong under phrases", rule.written);
    if (phrase && count < 2)
        return yaml_fault(rule.node, fault, "\"%s\" is not several words; one word belongs under words", rule.written);
    rule.words = rules_grow(NULL, 0, count * sizeof *words);
    memcpy(rule.words, words, count * sizeof *words);
    rule.word_count = count;
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

struct spelling {
    char *word;
    uint32_t was;
};

static int spelling_order(const void *left, const void *right)
{
    return strcmp(((const struct spelling *)left)->word, ((const struct spelling *)right)->word);
}

/* Sorts the vocabulary, drops doubles, and gives the terms their words' new places. */
static void vocabulary_sort(struct rules *rules)
{
    size_t count = rules->word_count, unique = 0;
    struct spelling *spellings = rules_grow(NULL, 0, (count + 1) * sizeof *spellings);
    uint32_t *now = rules_grow(NULL, 0, (count + 1) * sizeof *now);
    for (size_t i = 0; i < count; i++)
        spellings[i] = (struct spelling){rules->words[i], (uint32_t)i};
    qsort(spellings, count, sizeof *spellings, spelling_order);
    for (size_t i = 0; i < count; i++) {
        if (unique > 0 && strcmp(rules->words[unique - 1], spellings[i].word) == 0)
            free(spellings[i].word);
        else
            rules->words[unique++] = spellings[i].word;
        now[spellings[i].was] = (uint32_t)unique - 1;
    }
    rules->word_count = unique;
    for (size_t i = 0; i < rules->term_count; i++)
        for (size_t k = 0; k < rules->terms[i].word_count; k++)
            rules->terms[i].words[k] = now[rules->terms[i].words[k]];
    free(spellings);
    free(now);
}

/* By words, then label: what is said twice comes together. */
static int term_order(const void *left, const void *right)
{
    const struct rules_rule *a = left, *b = right;
    for (size_t i = 0; i < a->word_count && i < b->word_count; i++)
        if (a->words[i] != b->words[i])
            return a->words[i] < b->words[i] ? -1 : 1;
    if (a->word_count != b->word_count)
        return a->word_count < b->word_count ? -1 : 1;
    return a->label == b->label ? 0 : a->label < b->label ? -1 : 1;
}

int rules_terms_index(struct rules *rules, struct fault *fault)
{
    vocabulary_sort(rules);
    if (rules->term_count > 0)
        qsort(rules->terms, rules->term_count, sizeof *rules->terms, term_order);
    for (size_t i = 1; i < rules->term_count; i++) {
        const struct rules_rule *rule = &rules->terms[i];
        if (term_order(rule - 1, rule) == 0)
            return yaml_fault(rule->node, fault, "%s \"%s\" has \"%s\" twice (the other time \"%s\")",
                              rules_head_names[rules->labels[rule->label].head], rules->labels[rule->label].name,
                              rule->written, (rule - 1)->written);
    }
    rules->first_term = rules_grow(NULL, 0, (rules->word_count + 1) * sizeof *rules->first_term);
    for (size_t word = 0, term = 0; word <= rules->word_count; word++) {
        while (term < rules->term_count && rules->terms[term].words[0] < word)
            term++;
        rules->first_term[word] = term;
    }
    return OK;
}
