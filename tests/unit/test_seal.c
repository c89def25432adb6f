/* SPDX-License-Identifier: BSD-2-Clause */
/* Ids that differ by key; boxes that open with their own key and at their own place only; keys that come later. */
#include "seal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[] = "/tmp/aduan-test-XXXXXX";
static char path[64];

static int make_dir(void **unused)
{
    (void)unused;
    if (!mkdtemp(dir))
        return -1;
    snprintf(path, sizeof path, "%s/key", dir);
    return 0;
}

static int remove_dir(void **unused)
{
    (void)unused;
    unlink(path);
    return rmdir(dir);
}

static int remove_key(void **unused)
{
    (void)unused;
    unlink(path);
    return 0;
}

static struct seal *seal_of(uint8_t first)
{
    uint8_t key[SEAL_KEY_BYTES] = {first};
    struct seal *seal;
    assert_int_equal(seal_from_bytes(key, &seal), OK);
    return seal;
}

static void an_id_depends_on_number_and_key(void **unused)
{
    (void)unused;
    struct seal *one = seal_of(1), *two = seal_of(2);
    uint8_t a[SEAL_ID_BYTES], b[SEAL_ID_BYTES], c[SEAL_ID_BYTES], d[SEAL_ID_BYTES];
    seal_id(one, "+62812", 6, a);
    seal_id(one, "+62812", 6, b);
    seal_id(one, "+62813", 6, c);
    seal_id(two, "+62812", 6, d);
    assert_memory_equal(a, b, sizeof a);
    assert_memory_not_equal(a, c, sizeof a);
    assert_memory_not_equal(a, d, sizeof a);
    uint8_t check_one[SEAL_CHECK_BYTES], check_two[SEAL_CHECK_BYTES];
    seal_check(one, check_one);
    seal_check(two, check_two);
    assert_memory_not_equal(check_one, check_two, sizeof check_one);
    seal_close(one);
    seal_close(two);
}

static void a_plus_before_digits_makes_no_other_person(void **unused)
{
    (void)unused;
    struct seal *seal = seal_of(1);
    uint8_t plain[SEAL_ID_BYTES], other[SEAL_ID_BYTES];
    seal_sender_id(seal, "62812", 5, plain);
    seal_sender_id(seal, "+62812", 6, other);
    assert_memory_equal(plain, other, sizeof plain);
    static const char *const strangers[] = {"++62812", "+62812 ", "+", "+6281a", "TELKOMSEL"};
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
        seal_sender_id(seal, strangers[i], strlen(strangers[i]), other);
        seal_id(seal, strangers[i], strlen(strangers[i]), plain);
        assert_memory_equal(plain, other, sizeof plain);
    }
    seal_close(seal);
}

static const struct seal_place here = {"M1", 2}, there = {"M2", 2};

static void a_box_opens_with_its_key_at_its_place_and_unharmed_only(void **unused)
{
    (void)unused;
    struct seal *one = seal_of(1), *two = seal_of(2);
    uint8_t box[6 + SEAL_OVERHEAD_BYTES], again[sizeof box], plain[6];
    assert_int_equal(seal_wrap(one, 1, here, "+62812", 6, box), OK);
    assert_int_equal(seal_wrap(one, 1, here, "+62812", 6, again), OK);
    assert_memory_not_equal(box, again, sizeof box);
    assert_null(memmem(box, sizeof box, "62812", 5));
    assert_int_equal(seal_key_of(box, sizeof box), 1);
    assert_int_equal(seal_unwrap(one, here, box, sizeof box, plain), OK);
    assert_memory_equal(plain, "+62812", 6);
    assert_int_equal(seal_unwrap(two, here, box, sizeof box, plain), E_CORRUPT);
    assert_int_equal(seal_unwrap(one, there, box, sizeof box, plain), E_CORRUPT);
    assert_int_equal(seal_unwrap(one, (struct seal_place){"M", 1}, box, sizeof box, plain), E_CORRUPT);
    for (size_t i = 0; i < sizeof box; i++) {
        box[i] ^= 0x10;
        assert_int_equal(seal_unwrap(one, here, box, sizeof box, plain), i < 2 ? E_KEY : E_CORRUPT);
        box[i] ^= 0x10;
    }
    for (size_t len = 0; len < sizeof box; len++)
        assert_int_equal(seal_unwrap(one, here, box, len, plain), E_CORRUPT);
    box[0] = box[1] = 0;
    assert_int_equal(seal_unwrap(one, here, box, sizeof box, plain), E_CORRUPT);
    assert_int_equal(seal_wrap(one, 1, here, "", 0, box), OK);
    assert_int_equal(seal_unwrap(one, here, box, SEAL_OVERHEAD_BYTES, plain), OK);
    assert_int_equal(seal_wrap(one, 2, here, "", 0, box), E_KEY);
    assert_int_equal(seal_counts(one).sealed, 3);
    assert_int_equal(seal_counts(two).sealed, 0);
    assert_true(seal_counts(one).opened > 2);
    seal_close(one);
    seal_close(two);
    seal_close(NULL);
}

static int by_box(const void *a, const void *b)
{
    return memcmp(a, b, SEAL_OVERHEAD_BYTES);
}

/* More than are drawn at a time, and after a fork on both sides of it. */
static void no_two_boxes_have_one_nonce(void **unused)
{
    (void)unused;
    enum { BEFORE = 100, EACH = 200, ALL = BEFORE + 2 * EACH };
    static uint8_t bytes[ALL * SEAL_OVERHEAD_BYTES];
    uint8_t(*boxes)[SEAL_OVERHEAD_BYTES] = (void *)bytes, *mine = bytes + BEFORE * SEAL_OVERHEAD_BYTES;
    const size_t each = EACH * SEAL_OVERHEAD_BYTES;
    struct seal *seal = seal_of(1);
    int ends[2], status;
    for (size_t i = 0; i < BEFORE; i++)
        assert_int_equal(seal_wrap(seal, 1, here, "", 0, boxes[i]), OK);
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    for (size_t i = BEFORE; i < BEFORE + EACH; i++)
        assert_int_equal(seal_wrap(seal, 1, here, "", 0, boxes[i]), OK);
    if (child == 0)
        _exit(write(ends[1], mine, each) != (ssize_t)each);
    close(ends[1]);
    size_t have = 0;
    for (ssize_t n; (n = read(ends[0], mine + each + have, each - have)) > 0;)
        have += (size_t)n;
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(have, each);
    qsort(boxes, ALL, sizeof boxes[0], by_box);
    for (size_t i = 1; i < ALL; i++)
        assert_int_not_equal(by_box(boxes[i - 1], boxes[i]), 0);
    seal_close(seal);
}

static void a_key_that_is_added_is_found_and_ids_stay(void **unused)
{
    (void)unused;
    struct seal *before, *after;
    struct fault fault;
    uint8_t a[SEAL_ID_BYTES], b[SEAL_ID_BYTES], box[3 + SEAL_OVERHEAD_BYTES], plain[3];
    uint16_t added = 0;
    assert_int_equal(key_file_create(path, &fault), OK);
    assert_int_equal(seal_open(path, &before, &fault), OK);
    assert_int_equal(seal_newest(before), 1);
    assert_false(seal_has(before, 2));
    assert_int_equal(key_file_add(path, &added, &fault), OK);
    assert_int_equal(added, 2);
    assert_int_equal(seal_open(path, &after, &fault), OK);
    assert_int_equal(seal_newest(after), 2);
    assert_int_equal(seal_wrap(after, 2, here, "abc", 3, box), OK);
    assert_int_equal(seal_newest(before), 1);
    assert_int_equal(seal_unwrap(before, here, box, sizeof box, plain), OK);
    assert_memory_equal(plain, "abc", 3);
    assert_int_equal(seal_newest(before), 2);
    seal_sender_id(before, "62812", 5, a);
    seal_sender_id(after, "62812", 5, b);
    assert_memory_equal(a, b, sizeof a);
    /* what was read stays; whoever opens the file anew does not have it */
    assert_int_equal(seal_wrap(after, 1, here, "abc", 3, box), OK);
    assert_int_equal(key_file_drop(path, 1, &fault), OK);
    assert_int_equal(seal_unwrap(before, here, box, sizeof box, plain), OK);
    seal_close(after);
    assert_int_equal(seal_open(path, &after, &fault), OK);
    assert_int_equal(seal_unwrap(after, here, box, sizeof box, plain), E_KEY);
    seal_close(after);
    /* another store's file gives nothing */
    assert_int_equal(unlink(path), 0);
    assert_false(seal_has(before, 7));
    assert_int_equal(key_file_create(path, &fault), OK);
    assert_int_equal(key_file_add(path, &added, &fault), OK);
    assert_int_equal(key_file_add(path, &added, &fault), OK);
    assert_false(seal_has(before, 3));
    seal_close(before);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(seal_open(path, &before, &fault), E_KEY);
}

static void the_seventeenth_key_comes_with_a_restart(void **unused)
{
    (void)unused;
    struct seal *old, *fresh;
    struct fault fault;
    uint16_t added = 0;
    assert_int_equal(key_file_create(path, &fault), OK);
    assert_int_equal(seal_open(path, &old, &fault), OK);
    for (uint16_t id = 2; id <= KEY_FILE_KEYS_MAX; id++)
        assert_int_equal(key_file_add(path, &added, &fault), OK);
    assert_true(seal_has(old, KEY_FILE_KEYS_MAX));
    assert_int_equal(key_file_drop(path, 1, &fault), OK);
    assert_int_equal(key_file_add(path, &added, &fault), OK);
    assert_int_equal(added, KEY_FILE_KEYS_MAX + 1);
    assert_false(seal_has(old, added));
    assert_int_equal(seal_newest(old), KEY_FILE_KEYS_MAX);
    assert_int_equal(seal_open(path, &fresh, &fault), OK);
    assert_true(seal_has(fresh, added));
    seal_close(old);
    seal_close(fresh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_depends_on_number_and_key),
        cmocka_unit_test(a_plus_before_digits_makes_no_other_person),
        cmocka_unit_test(a_box_opens_with_its_key_at_its_place_and_unharmed_only),
        cmocka_unit_test(no_two_boxes_have_one_nonce),
        cmocka_unit_test_teardown(a_key_that_is_added_is_found_and_ids_stay, remove_key),
        cmocka_unit_test_teardown(the_seventeenth_key_comes_with_a_restart, remove_key),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
