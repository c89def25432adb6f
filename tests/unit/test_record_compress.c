/* SPDX-License-Identifier: BSD-2-Clause */
/* What is compressed comes back, whatever it was; what is not a frame is told; and old frames can be read for ever. */
#include "record_compress.h"

#include <pthread.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char words[] = "Terima kasih. Laporan Anda diterima, nomor 1000031, kategori jalan dan jembatan (karena: "
                            "jalan berlubang), diteruskan ke Dinas PUPR. Kota Uji";

/* First of all tests: a reader of a store has compressed nothing before. And for ever: these bytes were made with the
 * dictionary as it was in the beginning, and stores are full of their like. */
static void a_frame_of_the_first_day_can_be_read(void **state)
{
    static const uint8_t frame[] = {0x01, 0x00, 0x01, 0x0d, 0x01, 0x00, 0x13, 0x01, 0x03, 0x73, 0xe3, 0x03, 0xcb,
                                    0x9c, 0x95, 0xd8, 0xe3, 0x04, 0x21, 0x84, 0x31, 0x05, 0xfc, 0xb5, 0x56, 0x01,
                                    0x4e, 0x9b, 0x51, 0xad, 0x5a, 0xf9, 0x17, 0x8b, 0xa7, 0xf6, 0xb9, 0x22, 0x0a};
    uint8_t *plain = malloc(sizeof words - 1);
    (void)state;
    assert_int_equal(record_decompress(frame, sizeof frame, plain, sizeof words - 1), OK);
    assert_memory_equal(plain, words, sizeof words - 1);
    free(plain);
}

/* Whether it was compressed. Both buffers are exactly as long as they may be, so that the sanitizer sees a byte too
 * many. */
static bool goes_there_and_back(const uint8_t *plain, size_t len)
{
    uint8_t *out = malloc(record_compress_room(len)), *back = malloc(len + 1);
    size_t got = record_compress(plain, len, out);
    if (got > 0) {
        uint8_t *frame = malloc(got);
        memcpy(frame, out, got);
        assert_true(got < len);
        assert_int_equal(record_decompress(frame, got, back, len), OK);
        assert_memory_equal(back, plain, len);
        free(frame);
    }
    free(out);
    free(back);
    return got > 0;
}

static void every_length_comes_back(void **state)
{
    enum { MOST = 3000 };
    uint8_t text[MOST], noise[MOST];
    (void)state;
    randombytes_buf(noise, sizeof noise);
    for (size_t i = 0; i < MOST; i++)
        text[i] = (uint8_t)words[i % (sizeof words - 1)];
    for (size_t len = 0; len <= MOST; len++) {
        assert_true(goes_there_and_back(text, len) == (len >= RECORD_COMPRESS_MIN));
        assert_false(goes_there_and_back(noise, len));
    }
}

static void long_ones_come_back_too(void **state)
{
    size_t len = RECORD_PLAIN_MAX;
    uint8_t *text = malloc(len + 1);
    (void)state;
    memset(text, 'x', len + 1);
    assert_true(goes_there_and_back(text, len));
    assert_int_equal(record_compress(text, len + 1, NULL), 0);
    free(text);
}

static void another_length_is_told(void **state)
{
    uint8_t out[512], plain[sizeof words + 8];
    size_t len = sizeof words - 1, got = record_compress((const uint8_t *)words, len, out);
    (void)state;
    for (size_t wrong = 0; wrong < sizeof plain; wrong++)
        assert_int_equal(record_decompress(out, got, plain, wrong), wrong == len ? OK : E_CORRUPT);
}

/* A seal stands before it: this is about memory. */
static void damage_breaks_nothing(void **state)
{
    uint8_t out[512];
    size_t len = sizeof words - 1, got = record_compress((const uint8_t *)words, len, out);
    (void)state;
    for (size_t at = 0; at < 2 * got; at++)
        for (unsigned bit = 0; bit < 8; bit++) {
            size_t cut = at < got ? got : at - got;
            uint8_t *frame = malloc(cut + 1), *plain = malloc(len);
            memcpy(frame, out, cut);
            if (at < got)
                frame[at] ^= (uint8_t)(1u << bit);
            int err = record_decompress(frame, cut, plain, len);
            assert_true(err == OK || err == E_CORRUPT);
            free(frame);
            free(plain);
        }
}

static void *again_and_again(void *unused)
{
    (void)unused;
    for (int i = 0; i < 200; i++)
        if (!goes_there_and_back((const uint8_t *)words, 40 + (size_t)i % (sizeof words - 41)))
            abort();
    return NULL;
}

static void threads_do_not_meet(void **state)
{
    pthread_t threads[4];
    (void)state;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, again_and_again, NULL), 0);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_of_the_first_day_can_be_read),
        cmocka_unit_test(every_length_comes_back),
        cmocka_unit_test(long_ones_come_back_too),
        cmocka_unit_test(another_length_is_told),
        cmocka_unit_test(damage_breaks_nothing),
        cmocka_unit_test(threads_do_not_meet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
