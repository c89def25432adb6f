/* SPDX-License-Identifier: BSD-2-Clause */
/* From lexicon.tsv and the words of the training texts to the compiled lexicon. */
#include "lexicon_priv.h"

#include "lines.h"
#include "stem.h"
#include "word.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct spelling {
    char *text;
    char *standard; /* folded words with a space between; the text itself for a known word */
    size_t words;
};

struct lexicon_maker {
    struct spelling *spellings;
    size_t count, room;
};

static void *must(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

struct lexicon_maker *lexicon_maker_new(void)
{
    return must(calloc(1, sizeof(struct lexicon_maker)));
}

void lexicon_maker_free(struct lexicon_maker *maker)
{
    if (!maker)
        return;
    for (size_t i = 0; i < maker->count; i++) {
        free(maker->spellings[i].text);
        free(maker->spellings[i].standard);
    }
    free(maker->spellings);
    free(maker);
}

static void add(struct lexicon_maker *maker, const char *text, size_t len, const char *standard, size_t standard_len,
                size_t words)
{
    if (maker->count == maker->room) {
        maker->room = maker->room ? 2 * maker->room : 256;
        maker->spellings = must(realloc(maker->spellings, maker->room * sizeof *maker->spellings));
    }
    maker->spellings[maker->count++] = (struct spelling){
        .text = must(strndup(text, len)), .standard = must(strndup(standard, standard_len)), .words = words};
}

void lexicon_maker_know(struct lexicon_maker *maker, const char *word, size_t len)
{
    if (len > 0 && len <= WORD_BYTES_MAX)
        add(maker, word, len, word, len, 1);
}

/* The words of a column, folded, into out with a space between. How many; 0: none, or too long. */
static size_t fold_words(const char *text, size_t len, char *out, size_t size)
{
    struct word word;
    bool valid = true;
    size_t count = 0, used = 0;
    for (size_t at = 0; word_next(text, len, &at, &word, &valid);) {
        size_t n = strlen(word.folded);
        if (n == 0 || used + n + 2 > size)
            return 0;
        if (used > 0)
            out[used++] = ' ';
        memcpy(out + used, word.folded, n + 1);
        used += n;
        count++;
    }
    return valid ? count : 0;
}

static int line_read(void *ctx, char *line, const char *path, size_t number, struct fault *fault)
{
    struct lexicon_maker *maker = ctx;
    char spelling[WORD_BYTES_MAX + 2], standard[LEXICON_WORDS_MAX * (WORD_BYTES_MAX + 1) + 1];
    size_t first = strcspn(line, "\t"), second;
    if (line[first] != '\t')
        return fault_set(fault, E_CONFIG, "%s:%zu: expected a spelling, a tab and what it stands for", path, number);
    second = strcspn(line + first + 1, "\t");
    /* A spelling that is several words to word_next ("wr.wb") would never be asked for. */
    if (fold_words(line, first, spelling, sizeof spelling) != 1)
        return OK;
    size_t words = fold_words(line + first + 1, second, standard, sizeof standard);
    if (words == 0 || words > LEXICON_WORDS_MAX)
        return fault_set(fault, E_CONFIG, "%s:%zu: the standard form must be 1 to %d words of at most %d bytes", path,
                         number, LEXICON_WORDS_MAX, WORD_BYTES_MAX);
    add(maker, spelling, strlen(spelling), standard, strlen(standard), words);
    for (const char *word = standard; *word;) {
        size_t n = strcspn(word, " ");
        lexicon_maker_know(maker, word, n);
        word += n + (word[n] == ' ');
    }
    return OK;
}

int lexicon_maker_read(struct lexicon_maker *maker, const char *path, struct fault *fault)
{
    return lines_read(path, line_read, maker, fault);
}

/* --- compiling ------------------------------------------------------------------------------------------------ */

/* By text; what stands for something else comes before the same word as known, what was said first before later. */
struct order_key {
    const struct spelling *spelling;
    size_t number;
};

static int order(const void *left, const void *right)
{
    const struct order_key *a = left, *b = right;
    int texts = strcmp(a->spelling->text, b->spelling->text);
    bool a_known = strcmp(a->spelling->text, a->spelling->standard) == 0;
    bool b_known = strcmp(b->spelling->text, b->spelling->standard) == 0;
    if (texts != 0)
        return texts;
    if (a_known != b_known)
        return a_known ? 1 : -1;
    return a->number < b->number ? -1 : a->number > b->number;
}

static size_t sort_unique(const struct lexicon_maker *maker, struct order_key *keys)
{
    size_t unique = 0;
    for (size_t i = 0; i < maker->count; i++)
        keys[i] = (struct order_key){&maker->spellings[i], i};
    qsort(keys, maker->count, sizeof *keys, order);
    for (size_t i = 0; i < maker->count; i++)
        if (unique == 0 || strcmp(keys[unique - 1].spelling->text, keys[i].spelling->text) != 0)
            keys[unique++] = keys[i];
    return unique;
}

struct writer {
    struct stemmer *stemmer;
    struct lexicon_head *head;
    struct lexicon_entry *entries;
    struct lexicon_word *words;
    uint32_t *buckets;
    char *text;
};

static uint32_t put_text(struct writer *writer, const char *text, size_t len)
{
    uint32_t at = writer->head->text_bytes;
    memcpy(writer->text + at, text, len);
    writer->head->text_bytes += (uint32_t)len;
    return at;
}

static void put_word(struct writer *writer, const char *word, size_t len)
{
    size_t stem_len;
    const char *stem = stemmer_stem(writer->stemmer, word, len, &stem_len);
    struct lexicon_word *out = &writer->words[writer->head->word_count++];
    *out = (struct lexicon_word){.len = (uint8_t)len, .stem_len = (uint8_t)stem_len};
    out->text = put_text(writer, word, len);
    out->stem = put_text(writer, stem, stem_len);
}

static void put_entry(struct writer *writer, const struct spelling *spelling)
{
    size_t len = strlen(spelling->text);
    struct lexicon_entry *out = &writer->entries[writer->head->entry_count++];
    *out = (struct lexicon_entry){
        .first_word = writer->head->word_count, .len = (uint8_t)len, .count = (uint8_t)spelling->words};
    out->text = put_text(writer, spelling->text, len);
    for (const char *word = spelling->standard; *word;) {
        size_t n = strcspn(word, " ");
        put_word(writer, word, n);
        word += n + (word[n] == ' ');
    }
    uint32_t mask = writer->head->bucket_count - 1, at = word_hash(spelling->text, len) & mask;
    while (writer->buckets[at])
        at = (at + 1) & mask;
    writer->buckets[at] = writer->head->entry_count;
}

void lexicon_maker_compile(const struct lexicon_maker *maker, void **block, size_t *bytes)
{
    struct order_key *keys = must(calloc(maker->count + 1, sizeof *keys));
    size_t count = sort_unique(maker, keys), words = 0, text = 0, buckets = 8;
    for (size_t i = 0; i < count; i++) {
        words += keys[i].spelling->words;
        text += strlen(keys[i].spelling->text) + 2 * strlen(keys[i].spelling->standard);
    }
    while (buckets < 2 * count)
        buckets *= 2;
    *bytes = (lexicon_bytes(count, words, buckets, text) + 7) / 8 * 8;
    *block = must(calloc(1, *bytes));
    struct writer writer = {.head = *block, .stemmer = stemmer_new()};
    memcpy(writer.head->magic, LEXICON_MAGIC, sizeof writer.head->magic);
    writer.head->bucket_count = (uint32_t)buckets;
    writer.entries = (struct lexicon_entry *)(writer.head + 1);
    writer.words = (struct lexicon_word *)(writer.entries + count);
    writer.buckets = (uint32_t *)(writer.words + words);
    writer.text = (char *)(writer.buckets + buckets);
    for (size_t i = 0; i < count; i++)
        put_entry(&writer, keys[i].spelling);
    stemmer_free(writer.stemmer);
    free(keys);
}
