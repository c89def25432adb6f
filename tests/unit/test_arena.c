/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory of a batch: aligned, apart, and taken again after a reset. */
#include "arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void pieces_are_aligned_and_apart(void **state)
{
    (void)state;
    struct arena *arena = arena_new(256);
    uint8_t *pieces[64];
    for (size_t i = 0; i < 64; i++) { /* the last ones are larger than a block */
        pieces[i] = arena_take(arena, i * 7);
        assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
        memset(pieces[i], (int)i, i * 7);
    }
    for (size_t i = 0; i < 64; i++)
        for (size_t k = 0; k < i * 7; k++)
            assert_int_equal(pieces[i][k], i);
    arena_free(arena);
    arena_free(NULL);
}

static void a_copy_ends_in_nul(void **state)
{
    (void)state;
    struct arena *arena = arena_new(64);
    assert_string_equal(arena_copy(arena, "jalan rusak", 5), "jalan");
    assert_string_equal(arena_copy(arena, NULL, 0), "");
    arena_free(arena);
}

static void a_reset_takes_the_first_block_again(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1024);
    void *first = arena_take(arena, 100);
    assert_int_equal(arena_total(arena), 112);
    (void)arena_take(arena, 5000);
    (void)arena_take(arena, 1000);
    arena_reset(arena);
    assert_int_equal(arena_total(arena), 0);
    assert_ptr_equal(arena_take(arena, 100), first);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_aligned_and_apart),
        cmocka_unit_test(a_copy_ends_in_nul),
        cmocka_unit_test(a_reset_takes_the_first_block_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
