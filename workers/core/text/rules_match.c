/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One text against all rules: its words are read once and looked up, phrases follow from their first word, patterns run
 * under limits. A rule counts once, where it fires first. Then each head decides; ties go to the label that comes
 * first.
 */
#include "rules_priv.h"

#include <stdlib.h>
#include <string.h>

static uint32_t vocabulary_word(struct rules *rules, const struct text_word *word)
{
    if (word->number == 0)
        return rules_word_find(rules, word);
    uint32_t *known = &rules->known[word->number];
    if (*known == 0)
        *known = rules_word_find(rules, word) + 2;
    return *known - 2;
}

static int tokens_read(struct rules *rules, const struct text_words *words)
{
    if (rules->era != words->era)
        memset(rules->known, 0, sizeof rules->known);
    rules->era = words->era;
    if (rules->token_size < words->count) {
        struct rules_token *tokens = reallocarray(rules->tokens, 2 * words->count, sizeof *tokens);
        if (!tokens)
            return E_MEMORY;
        rules->tokens = tokens;
        rules->token_size = 2 * words->count;
    }
    for (size_t i = 0; i < words->count; i++) {
        const struct text_word *word = &words->items[i];
        rules->tokens[i] = (struct rules_token){vocabulary_word(rules, word), word->at, word->span};
    }
    rules->token_count = words->count;
    return OK;
}

static void fire(struct rules *rules, struct rules_rule *rule, size_t at, size_t len)
{
    if (rule->fired_in == rules->text_number)
        return;
    rule->fired_in = rules->text_number;
    rule->at = at;
    rule->len = len;
    rules->labels[rule->label].score += rule->weight;
    rules->labels[rule->label].hard |= rule->weight >= RULES_HARD;
    rules->fired[rules->fired_count++] = rule;
}

static bool term_at(const struct rules *rules, const struct term *term, size_t token)
{
    if (term->count > rules->token_count - token)
        return false;
    for (size_t i = 1; i < term->count; i++)
        if (rules->tokens[token + i].word != term->words[i])
            return false;
    return true;
}

static void terms_match(struct rules *rules)
{
    for (size_t i = 0; i < rules->token_count; i++) {
        const struct rules_token *token = &rules->tokens[i];
        size_t count;
        if (token->word == RULES_NONE)
            continue;
        const struct term *terms = terms_of(rules->vocabulary, token->word, &count);
        for (size_t t = 0; t < count; t++) {
            if (!term_at(rules, &terms[t], i))
                continue;
            const struct rules_token *last = &rules->tokens[i + terms[t].count - 1];
            fire(rules, &rules->terms[terms[t].what], token->at, last->at + last->len - token->at);
        }
    }
}

static void patterns_match(struct rules *rules, const char *text, size_t len)
{
    uint64_t met = rules_needs_met(rules, text, len);
    for (size_t i = 0; i < rules->pattern_count; i++) {
        struct rules_rule *pattern = &rules->patterns[i];
        if (pattern->needs & ~met)
            continue;
        /* The words were read first: the text is known to be UTF-8. */
        int result =
            pcre2_match(pattern->code, (PCRE2_SPTR)text, len, 0, PCRE2_NO_UTF_CHECK, rules->match, rules->limits);
        if (result >= 0) {
            const PCRE2_SIZE *span = pcre2_get_ovector_pointer(rules->match);
            /* \K may put the start after the end. */
            fire(rules, pattern, span[0], span[1] > span[0] ? span[1] - span[0] : 0);
        } else if (result != PCRE2_ERROR_NOMATCH) {
            rules->limit_hits++;
        }
    }
}

/* --- decisions ------------------------------------------------------------------------------------------------ */

/* Of each head the label with the highest score above 0, or RULES_NONE. */
static void winners_find(struct rules *rules)
{
    uint32_t *w = rules->winners;
    for (int head = 0; head < HEAD_COUNT; head++)
        w[head] = RULES_NONE;
    for (uint32_t i = 0; i < rules->label_count; i++) {
        const struct rules_label *label = &rules->labels[i];
        uint32_t *best = &w[label->head];
        if (label->score > 0 && label->score >= label->threshold &&
            (*best == RULES_NONE || label->score > rules->labels[*best].score))
            *best = i;
    }
}

static bool agency_serves(const struct rules_label *agency, const char *category)
{
    if (!agency->only_for)
        return true;
    for (size_t i = 0; i < yaml_node_count(agency->only_for); i++)
        if (strcmp(yaml_node_text(yaml_node_item(agency->only_for, i)), category) == 0)
            return true;
    return false;
}

/* An agency whose own rules fired in this category, else the category's. */
static uint32_t agency_winner(const struct rules *rules, uint32_t category)
{
    uint32_t best = RULES_NONE;
    for (uint32_t i = 0; i < rules->label_count; i++) {
        const struct rules_label *label = &rules->labels[i];
        if (label->head == HEAD_AGENCY && label->score > 0 &&
            (label->score >= RULES_HARD || agency_serves(label, rules->labels[category].name)) &&
            (best == RULES_NONE || label->score > rules->labels[best].score))
            best = i;
    }
    return best == RULES_NONE ? rules->labels[category].agency : best;
}

/* Whatever speaks against it, a hard rule stands. */
static void harden(struct rules *rules)
{
    for (size_t i = 0; i < rules->label_count; i++)
        if (rules->labels[i].hard && rules->labels[i].score < RULES_HARD)
            rules->labels[i].score = RULES_HARD;
}

static void decide(struct rules *rules)
{
    uint32_t *w = rules->winners;
    harden(rules);
    winners_find(rules);
    const struct rules_label *urgency = w[HEAD_URGENCY] == RULES_NONE ? NULL : &rules->labels[w[HEAD_URGENCY]];
    if (urgency && urgency->implied_type != RULES_NONE)
        w[HEAD_TYPE] = urgency->implied_type;
    if (w[HEAD_TYPE] == RULES_NONE)
        w[HEAD_TYPE] = w[HEAD_CATEGORY] == RULES_NONE ? rules->default_type : rules->default_type_with_category;
    if (w[HEAD_CATEGORY] == RULES_NONE && urgency)
        w[HEAD_CATEGORY] = urgency->implied_category;
    if (w[HEAD_CATEGORY] == RULES_NONE)
        w[HEAD_CATEGORY] = rules->default_category;
    w[HEAD_AGENCY] = agency_winner(rules, w[HEAD_CATEGORY]);
}

/* --- the answer ----------------------------------------------------------------------------------------------- */

/* The order in which people want to hear why: what decided, head by head; then what lost; function words last. */
static unsigned rule_rank(const struct rules *rules, const struct rules_rule *rule)
{
    static const unsigned won[HEAD_COUNT] = {[HEAD_CATEGORY] = 0, [HEAD_AGENCY] = 1,  [HEAD_TYPE] = 2,
                                             [HEAD_URGENCY] = 3,  [HEAD_REFUSAL] = 4, [HEAD_LANGUAGE] = HEAD_COUNT + 1};
    enum rules_head head = rules->labels[rule->label].head;
    /* What is hard is never crowded out by what is not. */
    if (rule->weight <= -RULES_HARD)
        return HEAD_REFUSAL;
    if (head == HEAD_LANGUAGE || rules->winners[head] == rule->label)
        return won[head];
    return HEAD_COUNT;
}

static int rule_order(const void *left, const void *right)
{
    const struct rules_rule *a = *(struct rules_rule *const *)left, *b = *(struct rules_rule *const *)right;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    if (a->weight != b->weight)
        return a->weight > b->weight ? -1 : 1;
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    if (!a->code != !b->code)
        return a->code ? 1 : -1;
    if (a->label != b->label)
        return a->label < b->label ? -1 : 1;
    return a->number > b->number ? -1 : 1; /* equals change places: one order, whatever sorts */
}

/* Few rules fire of most texts; those are in order faster than a call of qsort is made ready. */
static void fired_sort(struct rules *rules)
{
    enum { FEW = 48 };
    if (rules->fired_count > FEW) {
        qsort(rules->fired, rules->fired_count, sizeof rules->fired[0], rule_order);
        return;
    }
    for (size_t i = 1; i < rules->fired_count; i++) {
        struct rules_rule *rule = rules->fired[i];
        size_t at = i;
        for (; at > 0 && rule_order(&rule, &rules->fired[at - 1]) < 0; at--)
            rules->fired[at] = rules->fired[at - 1];
        rules->fired[at] = rule;
    }
}

static void hits_list(struct rules *rules, struct classification *out)
{
    for (size_t i = 0; i < rules->fired_count; i++) {
        rules->fired[i]->rank = rule_rank(rules, rules->fired[i]);
        rules->fired[i]->number = i;
    }
    fired_sort(rules);
    out->hit_count = rules->fired_count < RULES_HITS_MAX ? rules->fired_count : RULES_HITS_MAX;
    for (size_t i = 0; i < out->hit_count; i++) {
        const struct rules_rule *rule = rules->fired[i];
        const struct rules_label *label = &rules->labels[rule->label];
        out->hits[i] = (struct rule_hit){.head = rules_head_names[label->head],
                                         .label = label->name,
                                         .rule = rule->written,
                                         .weight = rule->weight,
                                         .said = rule->said,
                                         .said_len = rule->said_len,
                                         .said_rule = rule->said_rule,
                                         .at = rule->at,
                                         .len = rule->len};
    }
}

static const char *label_name(const struct rules *rules, uint32_t label, const char *otherwise)
{
    return label == RULES_NONE ? otherwise : rules->labels[label].name;
}

/* The winners as a classification. Of its hits, which are most of its bytes, only those that there are. */
static void answer(struct rules *rules, struct classification *out)
{
    const uint32_t *w = rules->winners;
    const struct rules_label *category = &rules->labels[w[HEAD_CATEGORY]], *agency = &rules->labels[w[HEAD_AGENCY]];
    out->type = label_name(rules, w[HEAD_TYPE], "");
    out->category = category->name;
    out->agency = agency->name;
    out->urgency = label_name(rules, w[HEAD_URGENCY], "normal");
    out->language = label_name(rules, w[HEAD_LANGUAGE], "");
    out->refusal = label_name(rules, w[HEAD_REFUSAL], NULL);
    out->score = category->score > 0 ? category->score : 0;
    bool english = strcmp(out->language, "en") == 0;
    out->category_name = category->display[english];
    out->agency_name = agency->display[english];
    hits_list(rules, out);
}

int rules_classify_words(struct rules *rules, const char *text, size_t len, const struct text_words *words,
                         struct classification *out)
{
    int err = tokens_read(rules, words);
    if (err != OK)
        return err;
    rules->text_number++;
    rules->fired_count = 0;
    for (size_t i = 0; i < rules->label_count; i++) {
        rules->labels[i].score = 0;
        rules->labels[i].hard = false;
    }
    terms_match(rules);
    if (words->valid)
        patterns_match(rules, text, len);
    decide(rules);
    answer(rules, out);
    return OK;
}

int rules_classify(struct rules *rules, const char *text, size_t len, struct classification *out)
{
    struct text_words words;
    words_read(rules->reader, text, len, &words);
    return rules_classify_words(rules, text, len, &words, out);
}

/* --- decisions of others -------------------------------------------------------------------------------------- */

/* True when it changes the winner of the head. */
static bool take(struct rules *rules, enum rules_head head, const char *name)
{
    uint32_t label = name ? rules_label_find(rules, head, name) : RULES_NONE;
    if (label == RULES_NONE || rules->winners[head] == label)
        return false;
    rules->winners[head] = label;
    return true;
}

void rules_overrule(struct rules *rules, const char *category, const char *type, const char *urgency,
                    struct classification *out)
{
    bool new_category = take(rules, HEAD_CATEGORY, category), changed = take(rules, HEAD_TYPE, type) || new_category;
    if (urgency && strcmp(urgency, "normal") == 0) {
        changed = changed || rules->winners[HEAD_URGENCY] != RULES_NONE;
        rules->winners[HEAD_URGENCY] = RULES_NONE;
    } else {
        changed = take(rules, HEAD_URGENCY, urgency) || changed;
    }
    if (!changed)
        return;
    if (new_category)
        rules->winners[HEAD_AGENCY] = agency_winner(rules, rules->winners[HEAD_CATEGORY]);
    answer(rules, out);
}

const char *rules_default_category(const struct rules *rules)
{
    return rules->labels[rules->default_category].name;
}

void rules_to_fallback(const struct rules *rules, struct classification *found)
{
    const struct rules_label *agency = &rules->labels[rules->fallback_agency];
    found->agency = agency->name;
    found->agency_name = agency->display[strcmp(found->language, "en") == 0];
}
