/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules as a thing: their end, what can be asked of them, and how a decision is told to people. */
#include "rules_priv.h"

#include "strbuf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const rules_head_names[HEAD_COUNT] = {"category", "type", "urgency", "language", "refusal", "agency"};

#define ARROW " \xE2\x86\x90 "

static void rules_of_kind_free(struct rules_rule *rules, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        pcre2_code_free(rules[i].code);
        free(rules[i].said);
    }
    free(rules);
}

void rules_free(struct rules *rules)
{
    if (!rules)
        return;
    rules_of_kind_free(rules->terms, rules->term_count);
    rules_of_kind_free(rules->patterns, rules->pattern_count);
    terms_free(rules->vocabulary);
    needles_free(rules->needles);
    word_reader_free(rules->reader);
    free(rules->labels);
    free(rules->tokens);
    free(rules->fired);
    pcre2_match_data_free(rules->match);
    pcre2_match_context_free(rules->limits);
    yaml_doc_free(rules->categories_doc);
    yaml_doc_free(rules->agencies_doc);
    free(rules);
}

void *rules_grow(void *array, size_t count, size_t item_bytes)
{
    /* Doubling at powers of two: the place for item `count` exists after this. */
    if (count & (count - 1) || (count == 0 && array))
        return array;
    void *grown = realloc(array, (count ? 2 * count : 1) * item_bytes);
    if (!grown)
        abort();
    return grown;
}

/* Most differ in their first letter. */
static bool is(const char *one, const char *other)
{
    return one == other || (*one == *other && strcmp(one, other) == 0);
}

uint32_t rules_label_find(const struct rules *rules, enum rules_head head, const char *name)
{
    for (size_t i = 0; i < rules->label_count; i++)
        if (rules->labels[i].head == head && is(rules->labels[i].name, name))
            return (uint32_t)i;
    return RULES_NONE;
}

const char *rules_agency_name(const struct rules *rules, const char *agency_id)
{
    uint32_t i = rules_label_find(rules, HEAD_AGENCY, agency_id);
    return i == RULES_NONE ? NULL : rules->labels[i].display[0];
}

const char *rules_category_name(const struct rules *rules, const char *category, const char *language)
{
    uint32_t i = rules_label_find(rules, HEAD_CATEGORY, category);
    return i == RULES_NONE ? NULL : rules->labels[i].display[strcmp(language, "en") == 0];
}

bool rules_has_category(const struct rules *rules, const char *category)
{
    return rules_label_find(rules, HEAD_CATEGORY, category) != RULES_NONE;
}

const char *rules_category_agency(const struct rules *rules, const char *category)
{
    uint32_t i = rules_label_find(rules, HEAD_CATEGORY, category);
    return i == RULES_NONE ? NULL : rules->labels[rules->labels[i].agency].name;
}

const char *rules_type_urgency(const struct rules *rules, const char *type)
{
    uint32_t i = rules_label_find(rules, HEAD_TYPE, type);
    if (i == RULES_NONE)
        return NULL;
    for (size_t at = 0; at < rules->label_count; at++)
        if (rules->labels[at].head == HEAD_URGENCY && rules->labels[at].implied_type == i)
            return rules->labels[at].name;
    return "normal";
}

static const char *label_at(const struct rules *rules, enum rules_head head, size_t i)
{
    for (size_t at = 0; at < rules->label_count; at++)
        if (rules->labels[at].head == head && i-- == 0)
            return rules->labels[at].name;
    return NULL;
}

const char *rules_agency_at(const struct rules *rules, size_t i)
{
    return label_at(rules, HEAD_AGENCY, i);
}

const char *rules_category_at(const struct rules *rules, size_t i)
{
    return label_at(rules, HEAD_CATEGORY, i);
}

const char *rules_type_at(const struct rules *rules, size_t i)
{
    return label_at(rules, HEAD_TYPE, i);
}

uint64_t rules_limit_hits(const struct rules *rules)
{
    return rules->limit_hits;
}

/* Did this hit belong to what was decided? The words of a language decide nothing a person asks about. */
static bool hit_decided(const struct classification *found, const struct rule_hit *hit)
{
    const struct {
        const char *head, *label;
    } winners[] = {{"category", found->category},
                   {"agency", found->agency},
                   {"type", found->type},
                   {"urgency", found->urgency},
                   {"refusal", found->refusal ? found->refusal : ""}};
    for (size_t i = 0; i < sizeof winners / sizeof winners[0]; i++)
        if (is(hit->head, winners[i].head))
            return is(hit->label, winners[i].label);
    return false;
}

const struct rule_hit *rules_hard(const struct classification *found, const char *head)
{
    for (size_t i = 0; i < found->hit_count; i++) {
        const struct rule_hit *hit = &found->hits[i];
        if (hit->weight >= RULES_HARD && is(hit->head, head) && hit_decided(found, hit))
            return hit;
    }
    return NULL;
}

const struct rule_hit *rules_hard_against(const struct classification *found, const char *head, const char *label)
{
    for (size_t i = 0; i < found->hit_count; i++) {
        const struct rule_hit *hit = &found->hits[i];
        if (hit->weight <= -RULES_HARD && is(hit->head, head) && is(hit->label, label))
            return hit;
    }
    return NULL;
}

static void saying_make(const struct rules *rules, struct rules_rule *rule)
{
    const struct rules_label *label = &rules->labels[rule->label];
    int before = snprintf(NULL, 0, "%s:%s ", rules_head_names[label->head], label->name);
    int len =
        asprintf(&rule->said, "%s:%s %s %+g", rules_head_names[label->head], label->name, rule->written, rule->weight);
    if (len < 0)
        abort();
    rule->said_rule = (size_t)before;
    rule->said_len = (size_t)len;
}

void rules_sayings_make(struct rules *rules)
{
    for (size_t i = 0; i < rules->term_count; i++)
        saying_make(rules, &rules->terms[i]);
    for (size_t i = 0; i < rules->pattern_count; i++)
        saying_make(rules, &rules->patterns[i]);
}

void rules_explain(const struct classification *found, char *out, size_t size)
{
    const struct rule_hit *last = NULL;
    if (size == 0)
        return;
    struct strbuf buf = strbuf_over(out, size);
    for (size_t i = 0; i < found->hit_count; i++) {
        const struct rule_hit *hit = &found->hits[i];
        if (!hit_decided(found, hit))
            continue;
        bool same = last && is(last->head, hit->head);
        size_t before = buf.used;
        strbuf_add(&buf, last ? (same ? ", " : "; ") : "");
        strbuf_add(&buf, same ? "" : hit->label);
        strbuf_add(&buf, same ? "" : ARROW);
        strbuf_add_bytes(&buf, hit->said + hit->said_rule, hit->said_len - hit->said_rule);
        if (buf.full) {
            /* Whole items only: a cut one would lie about its weight. */
            strbuf_cut(&buf, before);
            return;
        }
        last = hit;
    }
}

void rules_reason(const char *why, const char *category, char *out, size_t size)
{
    size_t label = strlen(category);
    if (size == 0)
        return;
    out[0] = '\0';
    if (strncmp(why, category, label) != 0 || strncmp(why + label, ARROW, strlen(ARROW)) != 0)
        return;
    const char *item = why + label + strlen(ARROW);
    size_t word = strcspn(item, ",;");
    while (word > 0 && item[word - 1] != ' ')
        word--;
    /* The heaviest comes first; were it negative, this category would not have won by its rules. */
    if (word < 2 || item[word] != '+' || word > size)
        return;
    memcpy(out, item, word - 1);
    out[word - 1] = '\0';
}
