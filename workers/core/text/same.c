/* SPDX-License-Identifier: BSD-2-Clause */
/* A hash over the folded words, each ended by a NUL. What folds to nothing (a word longer than any known one) counts as
 * it stands, and so does a text without a word, such as one of emoji. */
#include "same.h"

#include "word.h"

#include <sodium.h>
#include <string.h>

/* What is to be hashed, many words at once: each call of the hash costs as much as a long word. */
struct hashing {
    crypto_generichash_state state;
    uint8_t room[512];
    size_t used;
};

static void flush(struct hashing *hashing)
{
    crypto_generichash_update(&hashing->state, hashing->room, hashing->used);
    hashing->used = 0;
}

static void add(struct hashing *hashing, const char *bytes, size_t len)
{
    if (len >= sizeof hashing->room - hashing->used)
        flush(hashing);
    if (len >= sizeof hashing->room) {
        crypto_generichash_update(&hashing->state, (const uint8_t *)bytes, len);
    } else {
        memcpy(hashing->room + hashing->used, bytes, len);
        hashing->used += len;
    }
    hashing->room[hashing->used++] = '\0';
}

static bool is_blank(char c)
{
    return c == '\0' || strchr(" \t\r\n", c);
}

/* Without the blanks around it; false when nothing else is there. */
static bool add_signs(struct hashing *hashing, const char *text, size_t len)
{
    while (len > 0 && is_blank(text[len - 1]))
        len--;
    while (len > 0 && is_blank(*text)) {
        text++;
        len--;
    }
    if (len > 0)
        add(hashing, text, len);
    return len > 0;
}

bool same_text(const char *text, size_t len, uint8_t out[SAME_BYTES])
{
    struct hashing hashing;
    struct word_span word;
    char folded[WORD_BYTES_MAX + 1];
    bool valid = true, any = false;
    hashing.used = 0;
    crypto_generichash_init(&hashing.state, NULL, 0, SAME_BYTES);
    for (size_t at = 0; word_next_to(text, len, &at, folded, &word, &valid); any = true) {
        if (word.folded_len > 0)
            add(&hashing, folded, word.folded_len);
        else
            add(&hashing, text + word.at, word.len);
    }
    any = any || add_signs(&hashing, text, len);
    flush(&hashing);
    crypto_generichash_final(&hashing.state, out, SAME_BYTES);
    return any;
}
