/* SPDX-License-Identifier: BSD-2-Clause */
/* The key file and its refusals; ids that differ by key; boxes that open with their own key only. */
#include "seal.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <signal.h>

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

static void write_key(const char *content, mode_t mode)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static const char hex[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";

static void assert_refused(const char *why)
{
    struct seal *seal = NULL;
    struct fault fault = {0};
    assert_int_equal(seal_open(path, &seal, &fault), E_KEY);
    assert_null(seal);
    assert_int_equal(fault.code, E_KEY);
    if (!strstr(fault.text, why))
        fail_msg("'%s' does not say '%s'", fault.text, why);
}

static void a_key_file_is_made_once_and_opens(void **unused)
{
    (void)unused;
    struct fault fault = {0};
    struct seal *seal;
    struct stat st;
    assert_int_equal(seal_key_create(path, &fault), OK);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(st.st_size, 65);
    assert_int_equal(seal_key_create(path, &fault), E_EXISTS);
    assert_non_null(strstr(fault.text, path));
    assert_int_equal(seal_open(path, &seal, &fault), OK);
    seal_close(seal);
    seal_close(NULL);
}

static void a_file_with_a_key_is_that_key(void **unused)
{
    (void)unused;
    struct seal *from_file, *from_bytes;
    uint8_t key[SEAL_KEY_BYTES], a[SEAL_CHECK_BYTES], b[SEAL_CHECK_BYTES];
    struct fault fault;
    for (size_t i = 0; i < sizeof key; i++)
        key[i] = (uint8_t)i;
    write_key(hex, 0640);
    assert_int_equal(seal_open(path, &from_file, &fault), OK);
    assert_int_equal(seal_from_bytes(key, &from_bytes), OK);
    seal_check(from_file, a);
    seal_check(from_bytes, b);
    assert_memory_equal(a, b, sizeof a);
    seal_close(from_file);
    seal_close(from_bytes);
}

static void a_bad_key_file_is_refused_with_what_to_do(void **unused)
{
    (void)unused;
    char text[128];
    assert_refused("is missing");
    write_key(hex, 0604);
    assert_refused("chmod 0600");
    write_key(hex, 0620);
    assert_refused("chmod 0600");
    write_key("", 0600);
    assert_refused("64 hex digits");
    snprintf(text, sizeof text, "%.64s", hex);
    write_key(text, 0600);
    assert_refused("64 hex digits");
    snprintf(text, sizeof text, "%s\n", hex);
    write_key(text, 0600);
    assert_refused("64 hex digits");
    snprintf(text, sizeof text, "%.64sx", hex);
    write_key(text, 0600);
    assert_refused("64 hex digits");
    snprintf(text, sizeof text, "%.63sg\n", hex);
    write_key(text, 0600);
    assert_refused("64 hex digits");
    unlink(path);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_refused("not a file");
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(symlink(path, path), 0);
    assert_refused("cannot read");
}

static void a_key_that_cannot_be_written_leaves_no_file(void **unused)
{
    (void)unused;
    struct fault fault = {0};
    assert_int_equal(seal_key_create("/nowhere/key", &fault), E_KEY);
    assert_non_null(strstr(fault.text, "/nowhere/key"));
    struct rlimit before, none;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    int err = seal_key_create(path, &fault);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(err, E_KEY);
    assert_int_equal(access(path, F_OK), -1);
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

static void a_box_opens_with_its_key_and_unharmed_only(void **unused)
{
    (void)unused;
    struct seal *one = seal_of(1), *two = seal_of(2);
    uint8_t box[6 + SEAL_OVERHEAD_BYTES], again[sizeof box], plain[6];
    seal_wrap(one, "+62812", 6, box);
    seal_wrap(one, "+62812", 6, again);
    assert_memory_not_equal(box, again, sizeof box);
    assert_null(memmem(box, sizeof box, "62812", 5));
    assert_int_equal(seal_unwrap(one, box, sizeof box, plain), OK);
    assert_memory_equal(plain, "+62812", 6);
    assert_int_equal(seal_unwrap(two, box, sizeof box, plain), E_CORRUPT);
    for (size_t i = 0; i < sizeof box; i++) {
        box[i] ^= 0x10;
        assert_int_equal(seal_unwrap(one, box, sizeof box, plain), E_CORRUPT);
        box[i] ^= 0x10;
    }
    for (size_t len = 0; len < sizeof box; len++)
        assert_int_equal(seal_unwrap(one, box, len, plain), E_CORRUPT);
    seal_wrap(one, "", 0, box);
    assert_int_equal(seal_unwrap(one, box, SEAL_OVERHEAD_BYTES, plain), OK);
    seal_close(one);
    seal_close(two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_key_file_is_made_once_and_opens, remove_key),
        cmocka_unit_test_teardown(a_file_with_a_key_is_that_key, remove_key),
        cmocka_unit_test_teardown(a_bad_key_file_is_refused_with_what_to_do, remove_key),
        cmocka_unit_test_teardown(a_key_that_cannot_be_written_leaves_no_file, remove_key),
        cmocka_unit_test(an_id_depends_on_number_and_key),
        cmocka_unit_test(a_plus_before_digits_makes_no_other_person),
        cmocka_unit_test(a_box_opens_with_its_key_and_unharmed_only),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
