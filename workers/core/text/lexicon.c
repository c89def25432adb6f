/* SPDX-License-Identifier: BSD-2-Clause */
/* The compiled lexicon: its layout, what makes it safe to read, and lookup. lexicon_make.c writes it. */
#include "lexicon_priv.h"

#include "word.h"

#include <string.h>

static bool text_inside(const struct lexicon_head *head, uint32_t at, uint32_t len)
{
    return at <= head->text_bytes && len <= head->text_bytes - at;
}

/* Every place that a lookup could reach is inside; the table has an empty bucket, so that every search ends. */
static bool sound(const struct lexicon *lexicon)
{
    const struct lexicon_head *head = lexicon->head;
    bool empty_bucket = false;
    for (uint32_t i = 0; i < head->word_count; i++) {
        const struct lexicon_word *word = &lexicon->words[i];
        if (word->len > WORD_BYTES_MAX || word->stem_len > WORD_BYTES_MAX ||
            !text_inside(head, word->text, word->len) || !text_inside(head, word->stem, word->stem_len))
            return false;
    }
    for (uint32_t i = 0; i < head->entry_count; i++) {
        const struct lexicon_entry *entry = &lexicon->entries[i];
        if (!text_inside(head, entry->text, entry->len) || entry->count == 0 || entry->count > LEXICON_WORDS_MAX ||
            entry->first_word > head->word_count || entry->count > head->word_count - entry->first_word)
            return false;
    }
    for (uint32_t i = 0; i < head->bucket_count; i++) {
        empty_bucket = empty_bucket || lexicon->buckets[i] == 0;
        if (lexicon->buckets[i] > head->entry_count)
            return false;
    }
    return empty_bucket;
}

int lexicon_open(const void *block, size_t bytes, struct lexicon *out)
{
    const struct lexicon_head *head = block;
    struct lexicon lexicon = {.head = head};
    if (bytes < sizeof *head || memcmp(head->magic, LEXICON_MAGIC, sizeof head->magic) != 0)
        return E_CORRUPT;
    if (head->bucket_count == 0 || head->bucket_count & (head->bucket_count - 1) ||
        bytes < lexicon_bytes(head->entry_count, head->word_count, head->bucket_count, head->text_bytes))
        return E_CORRUPT;
    lexicon.entries = (const struct lexicon_entry *)(head + 1);
    lexicon.words = (const struct lexicon_word *)(lexicon.entries + head->entry_count);
    lexicon.buckets = (const uint32_t *)(lexicon.words + head->word_count);
    lexicon.text = (const char *)(lexicon.buckets + head->bucket_count);
    if (!sound(&lexicon))
        return E_CORRUPT;
    *out = lexicon;
    return OK;
}

size_t lexicon_find(const struct lexicon *lexicon, const char *word, size_t len,
                    struct lexicon_meaning out[LEXICON_WORDS_MAX])
{
    uint32_t mask = lexicon->head->bucket_count - 1;
    for (uint32_t at = word_hash(word, len) & mask; lexicon->buckets[at]; at = (at + 1) & mask) {
        const struct lexicon_entry *entry = &lexicon->entries[lexicon->buckets[at] - 1];
        if (entry->len != len || memcmp(lexicon->text + entry->text, word, len) != 0)
            continue;
        for (size_t i = 0; i < entry->count; i++) {
            const struct lexicon_word *meaning = &lexicon->words[entry->first_word + i];
            out[i] = (struct lexicon_meaning){.text = lexicon->text + meaning->text,
                                              .len = meaning->len,
                                              .stem = lexicon->text + meaning->stem,
                                              .stem_len = meaning->stem_len};
        }
        return entry->count;
    }
    return 0;
}

void lexicon_bits(const struct lexicon *lexicon, uint8_t *bitmap, uint32_t bits)
{
    memset(bitmap, 0, bits / 8);
    for (uint32_t i = 0; i < lexicon->head->entry_count; i++) {
        const struct lexicon_entry *entry = &lexicon->entries[i];
        uint32_t bit = word_hash(lexicon->text + entry->text, entry->len) % bits;
        bitmap[bit / 8] |= (uint8_t)(1u << bit % 8);
    }
}

size_t lexicon_count(const struct lexicon *lexicon)
{
    return lexicon->head->entry_count;
}
