/* SPDX-License-Identifier: BSD-2-Clause */
/* The words of a text and their numbers: the same word has the same number until the reader forgets. */
#include "words.h"

#include "word.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct word_reader *reader;

static int setup(void **state)
{
    (void)state;
    reader = word_reader_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    word_reader_free(reader);
    word_reader_free(NULL);
    return 0;
}

static struct text_words read_text(const char *text)
{
    struct text_words words;
    words_read(reader, text, strlen(text), &words);
    return words;
}

static void words_are_folded_and_know_their_place(void **state)
{
    (void)state;
    struct text_words words = read_text(" Jalan RUSAAAK, jum'at");
    assert_int_equal(words.count, 3);
    assert_true(words.valid);
    assert_string_equal(words.items[0].folded, "jalan");
    assert_int_equal(words.items[0].at, 1);
    assert_int_equal(words.items[0].span, 5);
    assert_string_equal(words.items[1].folded, "rusak");
    assert_int_equal(words.items[1].len, 5);
    assert_int_equal(words.items[1].span, 7);
    assert_int_equal(words.items[1].hash, word_hash("rusak", 5));
    assert_string_equal(words.items[2].folded, "jumat");
    assert_int_equal(read_text("").count, 0);
    assert_false(read_text("a \xff b").valid);
}

static void the_same_word_has_the_same_number(void **state)
{
    (void)state;
    struct text_words words = read_text("jalan rusak JALAN lubang");
    uint16_t road = words.items[0].number, broken = words.items[1].number;
    uint64_t era = words.era;
    assert_true(road > 0 && broken > 0 && road != broken);
    assert_int_equal(words.items[2].number, road);
    words = read_text("rusak jalan");
    assert_int_equal(words.items[0].number, broken);
    assert_int_equal(words.items[1].number, road);
    assert_true(words.era == era);
}

static void long_words_have_no_number(void **state)
{
    char text[160];
    (void)state;
    memset(text, 0, sizeof text);
    for (size_t i = 0; i < 25; i++)
        text[i] = (char)('a' + i % 3);
    struct text_words words = read_text(text);
    assert_int_equal(words.items[0].len, 25);
    assert_int_equal(words.items[0].number, 0);
    for (size_t i = 0; i < 100; i++)
        text[i] = (char)('a' + i % 3);
    words = read_text(text);
    assert_int_equal(words.count, 1);
    assert_int_equal(words.items[0].number, 0);
    assert_int_equal(words.items[0].len, 0);
    assert_int_equal(words.items[0].span, 100);
}

static void other_readers_have_other_eras(void **state)
{
    (void)state;
    struct word_reader *other = word_reader_new();
    struct text_words words;
    words_read(other, "jalan", 5, &words);
    assert_true(words.era != read_text("jalan").era);
    word_reader_free(other);
}

/* Each number stands for one word within an era, over many more words than are remembered. */
static void a_full_reader_begins_anew(void **state)
{
    char(*named)[16] = calloc(WORD_NUMBER_MAX + 1, sizeof *named), text[64];
    uint64_t era = read_text("").era, eras = 1;
    size_t unnumbered = 0;
    (void)state;
    for (unsigned i = 0; i < 60000; i++) {
        snprintf(text, sizeof text, "k%xk jalan l%xl", i, i % 700);
        struct text_words words = read_text(text);
        if (words.era != era) {
            memset(named, 0, (WORD_NUMBER_MAX + 1) * sizeof *named);
            era = words.era;
            eras++;
        }
        for (size_t k = 0; k < words.count; k++) {
            const struct text_word *word = &words.items[k];
            unnumbered += word->number == 0;
            if (word->number == 0)
                continue;
            if (named[word->number][0])
                assert_string_equal(named[word->number], word->folded);
            else
                strcpy(named[word->number], word->folded);
        }
    }
    assert_in_range(eras, 60000 / WORD_NUMBER_MAX, 60000 / (WORD_NUMBER_MAX - 701) + 2); /* 700 come again in each */
    assert_true(unnumbered < 3 * eras);
    free(named);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_folded_and_know_their_place),
        cmocka_unit_test(the_same_word_has_the_same_number),
        cmocka_unit_test(long_words_have_no_number),
        cmocka_unit_test(other_readers_have_other_eras),
        cmocka_unit_test(a_full_reader_begins_anew),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
