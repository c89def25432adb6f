/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * categories.yaml and agencies.yaml as labels under heads. Every mapping is checked against a table of its keys, every
 * name against what it names; the first thing wrong ends the load with its place.
 */
#include "rules_priv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MATCH_LIMIT = 50000, DEPTH_LIMIT = 1000, HEAP_LIMIT_KIB = 2048 };

/* --- mappings against their keys ------------------------------------------------------------------------------ */

struct key {
    const char *name;
    enum yaml_kind kind;
    bool required;
};

static const char *const kind_names[] = {
    [YAML_SCALAR] = "a text", [YAML_SEQUENCE] = "a list", [YAML_MAPPING] = "a mapping"};

static int kind_check(const struct yaml_node *node, enum yaml_kind kind, const char *what, struct fault *fault)
{
    if (yaml_node_kind(node) == kind)
        return OK;
    return yaml_fault(node, fault, "%s: expected %s, found %s", what, kind_names[kind],
                      kind_names[yaml_node_kind(node)]);
}

/* keys ends with a name of NULL. */
static int keys_check(const struct yaml_node *node, const struct key *keys, const char *what, struct fault *fault)
{
    enum { KEYS_MAX = 16 };
    const char *names[KEYS_MAX];
    size_t count = 0;
    int err = kind_check(node, YAML_MAPPING, what, fault);
    while (keys[count].name) {
        names[count] = keys[count].name;
        count++;
    }
    for (size_t i = 0; err == OK && i < yaml_node_count(node); i++) {
        const char *name = yaml_node_text(yaml_node_key(node, i));
        size_t k = 0;
        while (k < count && strcmp(names[k], name) != 0)
            k++;
        if (k < count) {
            err = kind_check(yaml_node_value(node, i), keys[k].kind, name, fault);
            continue;
        }
        const char *nearest = yaml_nearest(name, names, count);
        return yaml_fault(yaml_node_key(node, i), fault, "%s has no key \"%s\"%s%s%s", what, name,
                          nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
    }
    for (size_t k = 0; err == OK && k < count; k++)
        if (keys[k].required && !yaml_node_get(node, keys[k].name))
            return yaml_fault(node, fault, "%s lacks the key \"%s\"", what, keys[k].name);
    return err;
}

#define TERM_KEYS                                                                                                      \
    {"words", YAML_MAPPING, false}, {"phrases", YAML_MAPPING, false},                                                  \
    {                                                                                                                  \
        "patterns", YAML_MAPPING, false                                                                                \
    }

static const struct key categories_keys[] = {{"defaults", YAML_MAPPING, true},  {"category", YAML_MAPPING, true},
                                             {"type", YAML_MAPPING, true},      {"urgency", YAML_MAPPING, false},
                                             {"language", YAML_MAPPING, false}, {"refusal", YAML_MAPPING, false},
                                             {NULL, YAML_SCALAR, false}};
static const struct key agencies_keys[] = {
    {"fallback", YAML_SCALAR, true}, {"agencies", YAML_MAPPING, true}, {NULL, YAML_SCALAR, false}};
static const struct key defaults_keys[] = {{"category", YAML_SCALAR, true},
                                           {"type", YAML_SCALAR, true},
                                           {"type_with_category", YAML_SCALAR, true},
                                           {NULL, YAML_SCALAR, false}};
static const struct key name_keys[] = {
    {"id", YAML_SCALAR, true}, {"en", YAML_SCALAR, true}, {NULL, YAML_SCALAR, false}};
static const struct key category_keys[] = {
    {"name", YAML_MAPPING, true}, {"agency", YAML_SCALAR, false}, TERM_KEYS, {NULL, YAML_SCALAR, false}};
static const struct key plain_keys[] = {TERM_KEYS, {NULL, YAML_SCALAR, false}};
static const struct key urgency_keys[] = {{"threshold", YAML_SCALAR, true},
                                          {"type", YAML_SCALAR, false},
                                          {"category", YAML_SCALAR, false},
                                          TERM_KEYS,
                                          {NULL, YAML_SCALAR, false}};
static const struct key type_keys[] = {{"threshold", YAML_SCALAR, false}, TERM_KEYS, {NULL, YAML_SCALAR, false}};
static const struct key refusal_keys[] = {{"threshold", YAML_SCALAR, true}, TERM_KEYS, {NULL, YAML_SCALAR, false}};
static const struct key agency_keys[] = {
    {"name", YAML_MAPPING, true}, {"categories", YAML_SEQUENCE, false}, TERM_KEYS, {NULL, YAML_SCALAR, false}};

/* What a head's labels hold, and which labels there may be: the program acts on those of three heads. */
static const struct {
    const struct key *keys;
    const char *const *allowed;
    size_t allowed_count;
} heads[HEAD_COUNT] = {
    [HEAD_CATEGORY] = {category_keys, NULL, 0},
    [HEAD_TYPE] = {type_keys, NULL, 0},
    [HEAD_URGENCY] = {urgency_keys, (const char *const[]){"emergency"}, 1},
    [HEAD_LANGUAGE] = {plain_keys, (const char *const[]){"id", "en"}, 2},
    [HEAD_REFUSAL] = {refusal_keys, (const char *const[]){"auto_reply"}, 1},
    [HEAD_AGENCY] = {agency_keys, NULL, 0},
};

/* --- labels --------------------------------------------------------------------------------------------------- */

static int label_allowed(enum rules_head head, const struct yaml_node *key, struct fault *fault)
{
    const char *name = yaml_node_text(key);
    if (!name[0] || strpbrk(name, ",; "))
        return yaml_fault(key, fault, "expected a label under %s: a word without spaces", rules_head_names[head]);
    if (!heads[head].allowed)
        return OK;
    for (size_t i = 0; i < heads[head].allowed_count; i++)
        if (strcmp(heads[head].allowed[i], name) == 0)
            return OK;
    const char *nearest = yaml_nearest(name, heads[head].allowed, heads[head].allowed_count);
    return yaml_fault(key, fault, "%s has no label \"%s\"; did you mean \"%s\"?", rules_head_names[head], name,
                      nearest ? nearest : heads[head].allowed[0]);
}

static int names_read(const struct yaml_node *node, struct rules_label *label, struct fault *fault)
{
    const struct yaml_node *names = yaml_node_get(node, "name");
    int err = names ? keys_check(names, name_keys, "name", fault) : OK;
    if (names && err == OK) {
        label->display[0] = yaml_node_text(yaml_node_get(names, "id"));
        label->display[1] = yaml_node_text(yaml_node_get(names, "en"));
    }
    return err;
}

static int threshold_read(const struct yaml_node *node, struct rules_label *label, struct fault *fault)
{
    const struct yaml_node *threshold = yaml_node_get(node, "threshold");
    if (!threshold)
        return OK;
    const char *text = yaml_node_text(threshold);
    char *end;
    label->threshold = strtod(text, &end);
    if (end == text || *end || !isfinite(label->threshold) || label->threshold <= 0)
        return yaml_fault(threshold, fault, "threshold: expected a number above 0, found \"%s\"", text);
    return OK;
}

/* One label without its rules. */
static int label_add(struct rules *rules, enum rules_head head, const struct yaml_node *key,
                     const struct yaml_node *node, struct fault *fault)
{
    struct rules_label label = {.head = head,
                                .name = yaml_node_text(key),
                                .node = node,
                                .agency = RULES_NONE,
                                .implied_type = RULES_NONE,
                                .implied_category = RULES_NONE};
    int err = label_allowed(head, key, fault);
    if (err == OK)
        err = keys_check(node, heads[head].keys, label.name, fault);
    if (err == OK)
        err = names_read(node, &label, fault);
    if (err == OK)
        err = threshold_read(node, &label, fault);
    if (err != OK)
        return err;
    label.only_for = yaml_node_get(node, "categories");
    rules->labels = rules_grow(rules->labels, rules->label_count, sizeof *rules->labels);
    rules->labels[rules->label_count++] = label;
    return OK;
}

static int head_load(struct rules *rules, enum rules_head head, const struct yaml_node *node, struct fault *fault)
{
    int err = OK;
    for (size_t i = 0; node && err == OK && i < yaml_node_count(node); i++)
        err = label_add(rules, head, yaml_node_key(node, i), yaml_node_value(node, i), fault);
    return err;
}

/* --- names that name labels ----------------------------------------------------------------------------------- */

/* node NULL: *out stays. */
static int resolve(const struct rules *rules, enum rules_head head, const struct yaml_node *node, uint32_t *out,
                   struct fault *fault)
{
    const char *name = node ? yaml_node_text(node) : NULL;
    if (!node)
        return OK;
    uint32_t found = name ? rules_label_find(rules, head, name) : RULES_NONE;
    if (found != RULES_NONE) {
        *out = found;
        return OK;
    }
    const char **names = rules_grow(NULL, 0, (rules->label_count + 1) * sizeof *names);
    size_t count = 0;
    for (size_t i = 0; i < rules->label_count; i++)
        if (rules->labels[i].head == head)
            names[count++] = rules->labels[i].name;
    const char *nearest = name ? yaml_nearest(name, names, count) : NULL;
    int err = yaml_fault(node, fault, "there is no %s \"%s\"%s%s%s", rules_head_names[head], name ? name : "",
                         nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
    free(names);
    return err;
}

static int label_resolve(struct rules *rules, struct rules_label *label, struct fault *fault)
{
    uint32_t ignored;
    int err = OK;
    if (label->head == HEAD_CATEGORY) {
        label->agency = rules->fallback_agency;
        err = resolve(rules, HEAD_AGENCY, yaml_node_get(label->node, "agency"), &label->agency, fault);
    } else if (label->head == HEAD_URGENCY) {
        err = resolve(rules, HEAD_TYPE, yaml_node_get(label->node, "type"), &label->implied_type, fault);
        if (err == OK)
            err =
                resolve(rules, HEAD_CATEGORY, yaml_node_get(label->node, "category"), &label->implied_category, fault);
    } else if (label->head == HEAD_AGENCY && label->only_for) {
        for (size_t i = 0; err == OK && i < yaml_node_count(label->only_for); i++)
            err = resolve(rules, HEAD_CATEGORY, yaml_node_item(label->only_for, i), &ignored, fault);
    }
    return err;
}

static int references_resolve(struct rules *rules, const struct yaml_node *categories, const struct yaml_node *agencies,
                              struct fault *fault)
{
    const struct yaml_node *defaults = yaml_node_get(categories, "defaults");
    int err = keys_check(defaults, defaults_keys, "defaults", fault);
    if (err == OK)
        err = resolve(rules, HEAD_AGENCY, yaml_node_get(agencies, "fallback"), &rules->fallback_agency, fault);
    if (err == OK)
        err = resolve(rules, HEAD_CATEGORY, yaml_node_get(defaults, "category"), &rules->default_category, fault);
    if (err == OK)
        err = resolve(rules, HEAD_TYPE, yaml_node_get(defaults, "type"), &rules->default_type, fault);
    if (err == OK)
        err = resolve(rules, HEAD_TYPE, yaml_node_get(defaults, "type_with_category"),
                      &rules->default_type_with_category, fault);
    for (size_t i = 0; err == OK && i < rules->label_count; i++)
        err = label_resolve(rules, &rules->labels[i], fault);
    return err;
}

/* --- the two files -------------------------------------------------------------------------------------------- */

static int doc_open(const char *path, const struct key *keys, const char *what, struct yaml_doc **doc,
                    const struct yaml_node **root, struct fault *fault)
{
    int err = yaml_doc_load(path, doc, fault);
    if (err != OK)
        return err;
    *root = yaml_doc_root(*doc);
    if (!*root)
        return fault_set(fault, E_CONFIG, "%s:1:1: %s is empty", path, what);
    return keys_check(*root, keys, what, fault);
}

static int labels_load(struct rules *rules, const struct yaml_node *categories, const struct yaml_node *agencies,
                       struct fault *fault)
{
    int err = head_load(rules, HEAD_AGENCY, yaml_node_get(agencies, "agencies"), fault);
    for (int head = 0; err == OK && head < HEAD_AGENCY; head++)
        err = head_load(rules, (enum rules_head)head, yaml_node_get(categories, rules_head_names[head]), fault);
    if (err == OK)
        err = references_resolve(rules, categories, agencies, fault);
    for (uint32_t i = 0; err == OK && i < rules->label_count; i++)
        err = rules_terms_load(rules, i, rules->labels[i].node, fault);
    if (err == OK)
        err = rules_terms_index(rules, fault);
    if (err != OK)
        return err;
    rules_needs_index(rules);
    rules_sayings_make(rules);
    return OK;
}

static void match_prepare(struct rules *rules)
{
    rules->reader = word_reader_new();
    rules->match = pcre2_match_data_create(1, NULL);
    rules->limits = pcre2_match_context_create(NULL);
    if (!rules->match || !rules->limits)
        abort();
    pcre2_set_match_limit(rules->limits, MATCH_LIMIT);
    pcre2_set_depth_limit(rules->limits, DEPTH_LIMIT);
    pcre2_set_heap_limit(rules->limits, HEAP_LIMIT_KIB);
    rules->fired = rules_grow(NULL, 0, (rules->term_count + rules->pattern_count + 1) * sizeof *rules->fired);
}

int rules_load(const char *categories_path, const char *agencies_path, struct rules **out, struct fault *fault)
{
    const struct yaml_node *categories, *agencies;
    struct rules *rules = rules_grow(NULL, 0, sizeof *rules);
    *rules = (struct rules){.vocabulary = terms_new()};
    int err = doc_open(agencies_path, agencies_keys, "agencies.yaml", &rules->agencies_doc, &agencies, fault);
    if (err == OK)
        err = doc_open(categories_path, categories_keys, "categories.yaml", &rules->categories_doc, &categories, fault);
    if (err == OK)
        err = labels_load(rules, categories, agencies, fault);
    if (err != OK) {
        rules_free(rules);
        return err;
    }
    match_prepare(rules);
    *out = rules;
    return OK;
}
