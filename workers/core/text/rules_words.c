/* SPDX-License-Identifier: BSD-2-Clause */
/* The vocabulary of the rules: "Jalan2nya", once folded, meets "jalan". */
#include "rules_priv.h"

#include <string.h>

enum { STEM_BYTES_MIN = 3 };

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

uint32_t rules_word_find(const struct rules *rules, const struct text_word *word)
{
    uint32_t found = terms_word_hashed(rules->vocabulary, word->folded, word->len, word->hash);
    if (found != RULES_NONE || word->len == 0)
        return found;
    char stem[WORD_BYTES_MAX + 1];
    memcpy(stem, word->folded, word->len + 1u);
    while (found == RULES_NONE && strip_ending(stem))
        found = terms_word(rules->vocabulary, stem, strlen(stem));
    return found;
}
