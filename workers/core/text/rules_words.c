/* SPDX-License-Identifier: BSD-2-Clause */
/* The vocabulary of the rules: "Jalan2nya", once folded, meets "jalan". */
#include "rules_priv.h"

#include <string.h>

enum { STEM_BYTES_MIN = 3 };

static uint32_t find_exact(const struct rules *rules, const char *word)
{
    size_t low = 0, high = rules->word_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(word, rules->words[middle]);
        if (order == 0)
            return (uint32_t)middle;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return RULES_NONE;
}

/* Takes one ending off: the clitics of Indonesian and the "2" of reduplication. */
static bool strip_ending(char *word)
{
    static const char *const endings[] = {"nya", "lah", "kah", "pun", "ku", "mu", "2"};
    size_t len = strlen(word);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t n = strlen(endings[i]);
        if (len >= n + STEM_BYTES_MIN && memcmp(word + len - n, endings[i], n) == 0) {
            word[len - n] = '\0';
            return true;
        }
    }
    return false;
}

uint32_t rules_word_find(const struct rules *rules, const char *folded)
{
    uint32_t found = find_exact(rules, folded);
    if (found != RULES_NONE || !folded[0])
        return found;
    char stem[WORD_BYTES_MAX + 1];
    strcpy(stem, folded);
    while (found == RULES_NONE && strip_ending(stem))
        found = find_exact(rules, stem);
    return found;
}
