/* SPDX-License-Identifier: BSD-2-Clause */
/* What a citizen meant to write: the ways in which words are disfigured, negation, and where each word stood; and the
 * compiled lexicon that all of it is read from. */
#include "lexicon_priv.h"
#include "normalise.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char entries[] = "# a comment\n"
                              "yg\tyang\tother columns\n"
                              "tdk\ttidak\n"
                              "gak\ttidak\n"
                              "jln\tjalan\r\n"
                              "tsb\ttersebut\n"
                              "aswrwb\tassalamualaikum warahmatullahi\n"
                              "wr.wb\tpassed over\n"
                              "skrg\tsekarang\n";
static const char *const known[] = {"jalan", "rusak", "lampu", "mati", "sekali", "saya", "rt", "bagus", "perbaikan"};

static char path[64];
static void *block;
static size_t block_bytes;
static struct lexicon lexicon;
static struct normaliser *normaliser;

static void put(const char *text)
{
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

static int setup(void **state)
{
    (void)state;
    strcpy(path, "/tmp/aduan-lexicon.XXXXXX");
    int fd = mkstemp(path);
    if (fd < 0)
        return -1;
    close(fd);
    put(entries);
    struct fault fault;
    struct lexicon_maker *maker = lexicon_maker_new();
    if (lexicon_maker_read(maker, path, &fault) != OK)
        return -1;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        lexicon_maker_know(maker, known[i], strlen(known[i]));
    lexicon_maker_compile(maker, &block, &block_bytes);
    lexicon_maker_free(maker);
    if (lexicon_open(block, block_bytes, &lexicon) != OK)
        return -1;
    normaliser = normaliser_new(&lexicon);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    normaliser_free(normaliser);
    normaliser_free(NULL);
    lexicon_maker_free(NULL);
    free(block);
    return unlink(path);
}

/* The words with a space between, a "!" before what is negated. */
static const char *read_as(const char *text)
{
    static char out[4096];
    struct normalised words;
    size_t used = 0;
    normalise(normaliser, text, strlen(text), &words);
    out[0] = '\0';
    for (size_t i = 0; i < words.count; i++)
        used += (size_t)snprintf(out + used, sizeof out - used, "%s%s%.*s", i ? " " : "",
                                 words.words[i].negated ? "!" : "", words.words[i].len, words.words[i].text);
    return out;
}

static void words_are_read_as_they_were_meant(void **state)
{
    static const struct {
        const char *written, *meant;
    } cases[] = {
        {"YG tsb", "yang tersebut"},
        {"aswrwb", "assalamualaikum warahmatullahi"},
        {"jalan2 jlnnya", "jalan jalan"},
        {"jln2nya", "jalan"},
        {"s4ya ru5ak", "saya rusak"},
        {"b4gu5nya", "bagus"},
        {"k0r8p", "korbp"},
        {"rt02 5rb 3x 12", "rt 02 5 rb 3 x 12"},
        {"xyz2", "xyz"},
        {"xyz22", "xyz 22"},
        {"a1b2", "a1b2"},
        {"sekalii rusakk", "sekali rusak"},
        {"jalanrusak lampumati", "jalan rusak lampu mati"},
        {"lampuzzz", "lampuz"},
        {"", ""},
        {"... !!", ""},
        {"\xff\xfejalan", "jalan"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(read_as(cases[i].written), cases[i].meant);
}

static void negation_reaches_two_words_and_no_further_than_a_pause(void **state)
{
    (void)state;
    assert_string_equal(read_as("gak rusak sekali jalan"), "tidak !rusak !sekali jalan");
    assert_string_equal(read_as("tdk, rusak"), "tidak rusak");
    assert_string_equal(read_as("tidak rusak. lampu mati"), "tidak !rusak lampu mati");
}

static void every_word_knows_its_place_and_its_stem(void **state)
{
    static const char text[] = "Mohon PERBAIKANNYA di rt02";
    struct normalised words;
    (void)state;
    normalise(normaliser, text, strlen(text), &words);
    assert_int_equal(words.count, 5);
    assert_int_equal(words.words[1].at, 6);
    assert_int_equal(words.words[1].span, 12);
    assert_memory_equal(words.words[1].text, "perbaikan", 9);
    assert_memory_equal(words.words[1].stem, "baik", 4);
    assert_int_equal(words.words[1].stem_len, 4);
    assert_true(words.words[4].number);
    assert_int_equal(words.words[3].at, words.words[4].at);
}

static void long_texts_and_long_words_are_read_to_their_end(void **state)
{
    char *text = malloc(60001);
    struct normalised words;
    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < 6000; i++)
        snprintf(text + i * 10, 11, "kata%05zu ", i);
    normalise(normaliser, text, 60000, &words);
    assert_int_equal(words.count, 12000);
    memset(text, 'a', 100);
    for (size_t i = 0; i < 100; i++)
        text[i] = (char)('a' + i % 7);
    text[100] = '\0';
    assert_string_equal(read_as(text), "");
    free(text);
}

/* --- the lexicon ------------------------------------------------------------------------------------------------ */

static void the_lexicon_finds_what_it_was_given(void **state)
{
    struct lexicon_meaning meaning[LEXICON_WORDS_MAX];
    (void)state;
    assert_int_equal(lexicon_find(&lexicon, "gak", 3, meaning), 1);
    assert_memory_equal(meaning[0].text, "tidak", 5);
    assert_int_equal(lexicon_find(&lexicon, "aswrwb", 6, meaning), 2);
    assert_int_equal(lexicon_find(&lexicon, "wr", 2, meaning), 0);
    /* The seven spellings, what they stand for, and what is known besides. */
    assert_int_equal(lexicon_count(&lexicon), 7 + 7 + 8);
}

static void lexicon_lines_that_are_wrong_are_refused_with_their_place(void **state)
{
    static const struct {
        const char *text, *complaint;
    } cases[] = {{"yg\tyang\nyang saja\n", ":2: expected a spelling, a tab"},
                 {"yg\t\n", ":1: the standard form must be 1 to 8 words"},
                 {"yg\ta b c d e f g h i\n", ":1: the standard form must be 1 to 8 words"}};
    struct fault fault;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct lexicon_maker *maker = lexicon_maker_new();
        put(cases[i].text);
        assert_int_equal(lexicon_maker_read(maker, path, &fault), E_CONFIG);
        assert_non_null(strstr(fault.text, cases[i].complaint));
        lexicon_maker_free(maker);
    }
    struct lexicon_maker *maker = lexicon_maker_new();
    assert_int_equal(lexicon_maker_read(maker, "/nowhere/lexicon.tsv", &fault), E_IO);
    lexicon_maker_free(maker);
}

static void the_same_input_gives_the_same_lexicon(void **state)
{
    struct fault fault;
    struct lexicon_maker *maker = lexicon_maker_new();
    void *again;
    size_t bytes;
    (void)state;
    put(entries);
    assert_int_equal(lexicon_maker_read(maker, path, &fault), OK);
    for (size_t i = sizeof known / sizeof known[0]; i-- > 0;)
        lexicon_maker_know(maker, known[i], strlen(known[i]));
    lexicon_maker_know(maker, "", 0);
    lexicon_maker_compile(maker, &again, &bytes);
    lexicon_maker_free(maker);
    assert_int_equal(bytes, block_bytes);
    assert_memory_equal(again, block, bytes);
    free(again);
}

static void a_lexicon_that_would_lead_astray_is_refused(void **state)
{
    struct lexicon other;
    uint8_t *copy = malloc(block_bytes);
    (void)state;
    assert_non_null(copy);
    struct lexicon_head *head = (void *)copy;
    struct lexicon_entry *entry = (void *)(head + 1);
    const struct lexicon_head *good = block;
#define BROKEN(change)                                                                                                 \
    do {                                                                                                               \
        memcpy(copy, block, block_bytes);                                                                              \
        change;                                                                                                        \
        assert_int_equal(lexicon_open(copy, block_bytes, &other), E_CORRUPT);                                          \
    } while (0)
    BROKEN(head->magic[0] = 'x');
    BROKEN(head->bucket_count = 0);
    BROKEN(head->bucket_count = 3);
    BROKEN(head->entry_count = UINT32_MAX);
    BROKEN(entry->text = head->text_bytes + 1);
    BROKEN(entry->len = 255; entry->text = head->text_bytes - 1);
    BROKEN(entry->count = 0);
    BROKEN(entry->count = LEXICON_WORDS_MAX + 1);
    BROKEN(entry->first_word = head->word_count + 1);
    BROKEN(entry->first_word = head->word_count; entry->count = 1);
    struct lexicon_word *word = (void *)(entry + good->entry_count);
    BROKEN(word->text = UINT32_MAX);
    BROKEN(word->stem = UINT32_MAX);
    uint32_t *buckets = (void *)(word + good->word_count);
    BROKEN(buckets[0] = good->entry_count + 1);
    BROKEN(for (uint32_t i = 0; i < good->bucket_count; i++) buckets[i] = 1);
    assert_int_equal(lexicon_open(block, sizeof *head - 1, &other), E_CORRUPT);
    memcpy(copy, block, block_bytes);
    assert_int_equal(lexicon_open(copy, block_bytes, &other), OK);
    free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_read_as_they_were_meant),
        cmocka_unit_test(negation_reaches_two_words_and_no_further_than_a_pause),
        cmocka_unit_test(every_word_knows_its_place_and_its_stem),
        cmocka_unit_test(long_texts_and_long_words_are_read_to_their_end),
        cmocka_unit_test(the_lexicon_finds_what_it_was_given),
        cmocka_unit_test(lexicon_lines_that_are_wrong_are_refused_with_their_place),
        cmocka_unit_test(the_same_input_gives_the_same_lexicon),
        cmocka_unit_test(a_lexicon_that_would_lead_astray_is_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
