/* SPDX-License-Identifier: BSD-2-Clause */
/* A hash over the folded words, each ended by a NUL. What folds to nothing (a word longer than any known one) counts as
 * it stands, and so does a text without a word, such as one of emoji. */
#include "same.h"

#include "word.h"

#include <sodium.h>
#include <string.h>

static void add(crypto_generichash_state *state, const char *bytes, size_t len)
{
    crypto_generichash_update(state, (const uint8_t *)bytes, len);
    crypto_generichash_update(state, (const uint8_t *)"", 1);
}

static bool is_blank(char c)
{
    return c == '\0' || strchr(" \t\r\n", c);
}

/* Without the blanks around it; false when nothing else is there. */
static bool add_signs(crypto_generichash_state *state, const char *text, size_t len)
{
    while (len > 0 && is_blank(text[len - 1]))
        len--;
    while (len > 0 && is_blank(*text)) {
        text++;
        len--;
    }
    if (len > 0)
        add(state, text, len);
    return len > 0;
}

bool same_text(const char *text, size_t len, uint8_t out[SAME_BYTES])
{
    crypto_generichash_state state;
    struct word word;
    bool valid = true, any = false;
    crypto_generichash_init(&state, NULL, 0, SAME_BYTES);
    for (size_t at = 0; word_next(text, len, &at, &word, &valid); any = true) {
        if (word.folded[0])
            add(&state, word.folded, strlen(word.folded));
        else
            add(&state, text + word.at, word.len);
    }
    any = any || add_signs(&state, text, len);
    crypto_generichash_final(&state, out, SAME_BYTES);
    return any;
}
