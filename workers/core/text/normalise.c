/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One folded word after another is looked up as it stands, then in the ways people disfigure words, the surest first:
 *   yg             the lexicon has it
 *   jalan2, jlnnya the "2" of reduplication, clitics
 *   s4ya           digits for letters
 *   rt02, 5rb      a word and a number run together
 *   sekalii        a letter doubled
 *   jalanrusak     two known words run together
 * What none of them explains stays as it is.
 */
#include "normalise.h"

#include "norm_memo.h"
#include "stem.h"
#include "word.h"

#include <stdlib.h>
#include <string.h>

enum {
    BLOCK_BYTES = 16 * 1024,
    JOIN_HALF_MIN = 3,
    JOIN_MIN = 7,
    BASE_MIN = 2,
    NEGATION_REACH = 2,
    KNOWN_BITS = 1 << 18
};

struct block {
    struct block *next;
    size_t used;
    char bytes[BLOCK_BYTES];
};

struct normaliser {
    const struct lexicon *lexicon;
    uint8_t known[KNOWN_BITS / 8]; /* by lexicon_bits(): most of what is tried for a disfigured word is no word */
    struct stemmer *stemmer;
    struct word_reader *reader;
    struct norm_memo *memo;
    struct norm_word *words;
    size_t count, room;
    struct block *blocks, *block; /* words that are not in the lexicon, for one text */
    /* the word at hand */
    uint32_t at, span;
};

static void *must(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

static struct block *block_new(void)
{
    struct block *block = must(malloc(sizeof *block));
    block->next = NULL;
    block->used = 0;
    return block;
}

struct normaliser *normaliser_new(const struct lexicon *lexicon)
{
    struct normaliser *normaliser = must(calloc(1, sizeof *normaliser));
    normaliser->lexicon = lexicon;
    lexicon_bits(lexicon, normaliser->known, KNOWN_BITS);
    normaliser->stemmer = stemmer_new();
    normaliser->reader = word_reader_new();
    normaliser->memo = norm_memo_new();
    normaliser->blocks = normaliser->block = block_new();
    return normaliser;
}

void normaliser_free(struct normaliser *normaliser)
{
    if (!normaliser)
        return;
    for (struct block *block = normaliser->blocks, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    stemmer_free(normaliser->stemmer);
    word_reader_free(normaliser->reader);
    norm_memo_free(normaliser->memo);
    free(normaliser->words);
    free(normaliser);
}

/* A copy that lives until the next text. */
static const char *keep(struct normaliser *normaliser, const char *text, size_t len)
{
    struct block *block = normaliser->block;
    if (len > BLOCK_BYTES - block->used) {
        if (!block->next)
            block->next = block_new();
        block = normaliser->block = block->next;
        block->used = 0;
    }
    char *copy = memcpy(block->bytes + block->used, text, len);
    block->used += len;
    return copy;
}

static void put(struct normaliser *normaliser, struct norm_word word)
{
    if (normaliser->count == normaliser->room) {
        normaliser->room = normaliser->room ? 2 * normaliser->room : 64;
        normaliser->words = must(realloc(normaliser->words, normaliser->room * sizeof *normaliser->words));
    }
    word.at = normaliser->at;
    word.span = normaliser->span;
    normaliser->words[normaliser->count++] = word;
}

static void put_meaning(struct normaliser *normaliser, const struct lexicon_meaning *meaning, size_t count)
{
    for (size_t i = 0; i < count; i++)
        put(normaliser, (struct norm_word){.text = meaning[i].text,
                                           .len = meaning[i].len,
                                           .stem = meaning[i].stem,
                                           .stem_len = meaning[i].stem_len});
}

static void put_number(struct normaliser *normaliser, const char *digits, size_t len)
{
    const char *text = keep(normaliser, digits, len);
    put(normaliser,
        (struct norm_word){.text = text, .stem = text, .len = (uint8_t)len, .stem_len = (uint8_t)len, .number = true});
}

static void put_unknown(struct normaliser *normaliser, const char *word, size_t len)
{
    size_t stem_len;
    const char *text = keep(normaliser, word, len);
    const char *stem = stemmer_stem(normaliser->stemmer, text, len, &stem_len);
    if (stem != text)
        stem = keep(normaliser, stem, stem_len);
    put(normaliser, (struct norm_word){.text = text, .stem = stem, .len = (uint8_t)len, .stem_len = (uint8_t)stem_len});
}

static size_t find(const struct normaliser *normaliser, const char *word, size_t len,
                   struct lexicon_meaning meaning[LEXICON_WORDS_MAX])
{
    uint32_t bit = word_hash(word, len) % KNOWN_BITS;
    return normaliser->known[bit / 8] >> bit % 8 & 1 ? lexicon_find(normaliser->lexicon, word, len, meaning) : 0;
}

static bool put_known(struct normaliser *normaliser, const char *word, size_t len)
{
    struct lexicon_meaning meaning[LEXICON_WORDS_MAX];
    size_t count = find(normaliser, word, len, meaning);
    put_meaning(normaliser, meaning, count);
    return count > 0;
}

/* --- disfigured words: each puts what it explains, and says whether it did --------------------------------------- */

struct shape {
    size_t letters, digits; /* letters: everything that is no digit */
    size_t digits_first;    /* digits at the beginning */
    size_t digits_last;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static struct shape shape_of(const char *word, size_t len)
{
    struct shape shape = {0};
    for (size_t i = 0; i < len; i++)
        shape.digits += is_digit(word[i]);
    shape.letters = len - shape.digits;
    while (shape.digits_first < len && is_digit(word[shape.digits_first]))
        shape.digits_first++;
    while (shape.digits_last < len && is_digit(word[len - 1 - shape.digits_last]))
        shape.digits_last++;
    return shape;
}

/* Without its endings: the "2" of reduplication always goes, clitics only from what is known without them. */
static bool put_base(struct normaliser *normaliser, const char *word, size_t len)
{
    static const char *const endings[] = {"nya", "lah", "kah", "pun", "ku", "mu"};
    if (len > BASE_MIN && word[len - 1] == '2' && !is_digit(word[len - 2]))
        return put_known(normaliser, word, len - 1) || put_base(normaliser, word, len - 1);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t n = strlen(endings[i]);
        if (len < n + BASE_MIN || memcmp(word + len - n, endings[i], n) != 0)
            continue;
        if (put_known(normaliser, word, len - n))
            return true;
        if (word[len - n - 1] == '2')
            return len - n - 1 >= BASE_MIN && put_known(normaliser, word, len - n - 1);
    }
    return false;
}

static bool put_leet(struct normaliser *normaliser, const char *word, size_t len, const struct shape *shape)
{
    static const char letters[] = "oizeasgtbg";
    char plain[WORD_BYTES_MAX];
    bool inside = shape->digits_first == 0 && shape->digits_last == 0 && shape->letters > shape->digits;
    for (size_t i = 0; i < len; i++)
        plain[i] = is_digit(word[i]) ? letters[word[i] - '0'] : word[i];
    if (put_known(normaliser, plain, len) || put_base(normaliser, plain, len))
        return true;
    if (inside)
        put_unknown(normaliser, plain, len);
    return inside;
}

static void put_word(struct normaliser *normaliser, const char *word, size_t len);

/* "rt02", "5rb", "jalan2" of a word that is not known. */
static bool put_word_and_number(struct normaliser *normaliser, const char *word, size_t len, const struct shape *shape)
{
    if (shape->digits_last > 0 && shape->digits_last == shape->digits) {
        size_t letters = len - shape->digits_last;
        put_word(normaliser, word, letters);
        if (shape->digits_last > 1 || word[letters] != '2')
            put_number(normaliser, word + letters, shape->digits_last);
        return true;
    }
    if (shape->digits_first > 0 && shape->digits_first == shape->digits) {
        put_number(normaliser, word, shape->digits_first);
        put_word(normaliser, word + shape->digits_first, len - shape->digits_first);
        return true;
    }
    return false;
}

/* "sekalii" → "sekali", when that is known. */
static bool put_single(struct normaliser *normaliser, const char *word, size_t len)
{
    char single[WORD_BYTES_MAX];
    size_t used = 0;
    for (size_t i = 0; i < len; i++)
        if (i == 0 || word[i] != word[i - 1])
            single[used++] = word[i];
    return used < len && (put_known(normaliser, single, used) || put_base(normaliser, single, used));
}

/* "jalanrusak": where both halves are known, the most even split. */
static bool put_joined(struct normaliser *normaliser, const char *word, size_t len)
{
    struct lexicon_meaning left[LEXICON_WORDS_MAX], right[LEXICON_WORDS_MAX];
    if (len < JOIN_MIN)
        return false;
    for (size_t off = 0; off < len; off++) {
        /* From the middle outwards, the longer first half before the shorter. */
        size_t at = off % 2 ? len / 2 - (off + 1) / 2 : len / 2 + off / 2;
        if (at < JOIN_HALF_MIN || at > len - JOIN_HALF_MIN)
            break;
        size_t left_count = find(normaliser, word, at, left);
        size_t right_count = left_count ? find(normaliser, word + at, len - at, right) : 0;
        if (!right_count)
            continue;
        put_meaning(normaliser, left, left_count);
        put_meaning(normaliser, right, right_count);
        return true;
    }
    return false;
}

static void put_word(struct normaliser *normaliser, const char *word, size_t len)
{
    if (put_known(normaliser, word, len) || put_base(normaliser, word, len))
        return;
    struct shape shape = shape_of(word, len);
    if (shape.letters == 0)
        put_number(normaliser, word, len);
    else if (shape.digits > 0 &&
             (put_leet(normaliser, word, len, &shape) || put_word_and_number(normaliser, word, len, &shape)))
        return;
    else if (!put_single(normaliser, word, len) && !put_joined(normaliser, word, len))
        put_unknown(normaliser, word, len);
}

/* --- negation --------------------------------------------------------------------------------------------------- */

static bool negates(const struct norm_word *word)
{
    static const char *const words[] = {"tidak", "bukan", "belum", "jangan", "tanpa", "not", "no"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strlen(words[i]) == word->len && memcmp(words[i], word->text, word->len) == 0)
            return true;
    return false;
}

/* A sentence or clause ends between two words. */
static bool pause_between(const char *text, const struct norm_word *before, const struct norm_word *after)
{
    for (size_t at = before->at + before->span; at < after->at; at++)
        if (strchr(".,;!?\n", text[at]) && text[at])
            return true;
    return false;
}

static void mark_negated(struct normaliser *normaliser, const char *text)
{
    size_t reach = 0;
    for (size_t i = 0; i < normaliser->count; i++) {
        struct norm_word *word = &normaliser->words[i];
        if (i > 0 && pause_between(text, word - 1, word))
            reach = 0;
        word->negated = reach > 0;
        reach -= reach > 0;
        if (negates(word))
            reach = NEGATION_REACH;
    }
}

/* --- a text ----------------------------------------------------------------------------------------------------- */

/* As it was read before, or for the first time. */
static void put_folded(struct normaliser *normaliser, const struct text_word *word)
{
    size_t count, first = normaliser->count;
    const struct norm_word *known = norm_memo_find(normaliser->memo, word->number, &count);
    for (size_t i = 0; i < count; i++)
        put(normaliser, known[i]);
    if (count > 0)
        return;
    put_word(normaliser, word->folded, word->len);
    norm_memo_add(normaliser->memo, word->number, normaliser->words + first, normaliser->count - first);
}

void normalise_words(struct normaliser *normaliser, const char *text, const struct text_words *words,
                     struct normalised *out)
{
    normaliser->count = 0;
    normaliser->block = normaliser->blocks;
    normaliser->block->used = 0;
    norm_memo_begin(normaliser->memo, words->era);
    for (size_t i = 0; i < words->count; i++) {
        const struct text_word *word = &words->items[i];
        normaliser->at = word->at;
        normaliser->span = word->span;
        if (word->len > 0)
            put_folded(normaliser, word);
    }
    mark_negated(normaliser, text);
    *out = (struct normalised){normaliser->words, normaliser->count, words->era};
}

void normalise(struct normaliser *normaliser, const char *text, size_t len, struct normalised *out)
{
    struct text_words words;
    words_read(normaliser->reader, text, len, &words);
    normalise_words(normaliser, text, &words, out);
}
