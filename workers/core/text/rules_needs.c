/* SPDX-License-Identifier: BSD-2-Clause */
/* Which patterns a text cannot match, told by one reading of it: most match few texts, and trying them is dear. */
#include "pattern_needs.h"
#include "rules_priv.h"

#include <string.h>

/* The letters beyond ASCII that are "k" and "s" to a pattern without case. Where one stands nothing is ruled out. */
static const char *const in_another_case[] = {"\xE2\x84\xAA", "\xC5\xBF"};
enum { ANOTHER_CASE = NEEDLES_NUMBERS_MAX - 1 };

/* Where there is no room for all strings the need is left out; those of it that were added do no harm. */
static bool need_add(struct rules *rules, const struct need *need, unsigned number)
{
    for (size_t i = 0; i < need->count; i++)
        if (!needles_add(rules->needles, need->strings[i], strlen(need->strings[i]), number))
            return false;
    return true;
}

void rules_needs_index(struct rules *rules)
{
    struct need needs[PATTERN_NEEDS_MAX];
    unsigned number = 0;
    rules->needles = needles_new();
    for (size_t i = 0; i < sizeof in_another_case / sizeof *in_another_case; i++)
        (void)needles_add(rules->needles, in_another_case[i], strlen(in_another_case[i]), ANOTHER_CASE);
    for (size_t p = 0; p < rules->pattern_count; p++) {
        struct rules_rule *pattern = &rules->patterns[p];
        size_t count = pattern_needs(yaml_node_text(pattern->node), needs);
        for (size_t i = 0; i < count && number < ANOTHER_CASE; i++)
            if (need_add(rules, &needs[i], number))
                pattern->needs |= UINT64_C(1) << number++;
    }
    needles_index(rules->needles);
}

uint64_t rules_needs_met(const struct rules *rules, const char *text, size_t len)
{
    uint64_t found = needles_find(rules->needles, text, len);
    return found & UINT64_C(1) << ANOTHER_CASE ? UINT64_MAX : found;
}
