/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer target: categories.yaml and agencies.yaml, one piece each. What is let in classifies a text, and no pattern
 * is ruled out that matches it. */
#include "fuzz.h"

#include "rules_priv.h"

static const char text[] = "Jalan berlubang di depan pasar, mohon segera diperbaiki. Thanks, auto reply 0812";

static void rule_out(struct rules *rules)
{
    uint64_t met = rules_needs_met(rules, text, sizeof text - 1);
    for (size_t i = 0; i < rules->pattern_count; i++)
        if (rules->patterns[i].needs & ~met)
            fuzz_must(pcre2_match(rules->patterns[i].code, (PCRE2_SPTR)text, sizeof text - 1, 0, 0, rules->match,
                                  rules->limits) < 0);
}

static void classify(struct rules *rules)
{
    struct classification found;
    char why[512], reason[128];
    fuzz_must(rules_classify(rules, text, sizeof text - 1, &found) == OK);
    fuzz_must(found.category && found.type && found.agency && rules_has_category(rules, found.category));
    fuzz_must(rules_agency_name(rules, found.agency) != NULL && found.hit_count <= RULES_HITS_MAX);
    rules_explain(&found, why, sizeof why);
    rules_reason(why, found.category, reason, sizeof reason);
    rules_overrule(rules, "jalan", "pengaduan", "emergency", &found);
    rules_to_fallback(rules, &found);
    fuzz_must(rules_agency_at(rules, 0) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    const uint8_t *categories;
    size_t len;
    struct rules *rules;
    struct fault fault = {0};
    if (!fuzz_piece(&in, &categories, &len))
        return 0;
    if (rules_load(fuzz_file(0, categories, len), fuzz_file(1, in.at, in.left), &rules, &fault) == OK) {
        classify(rules);
        rule_out(rules);
        rules_free(rules);
    } else {
        fuzz_must(fault.text[0] != '\0');
    }
    return 0;
}
