/* SPDX-License-Identifier: BSD-2-Clause */
/* CURVE keys: the file, its mode, and what is no key. */
#include "curve_key.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[64], path[96];

static int setup(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/aduan-curve-XXXXXX");
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/feed.key", dir);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    unlink(path);
    rmdir(path);
    return rmdir(dir);
}

static void write_file(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    assert_int_equal(chmod(path, 0600), 0);
}

static void a_key_is_made_once_and_read_back(void **state)
{
    struct curve_key key, again;
    struct fault fault = {0};
    struct stat st;
    (void)state;
    assert_int_equal(curve_key_create(path, &fault), OK);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(curve_key_load(path, &key, &fault), OK);
    assert_int_equal(strlen(key.public_text), 40);
    assert_int_equal(curve_key_create(path, &fault), E_EXISTS);
    assert_int_equal(curve_key_load(path, &again, &fault), OK);
    assert_string_equal(key.public_text, again.public_text);
    curve_key_wipe(&key);
    assert_true(key.secret_text[0] == '\0');
}

static void what_is_no_key_file_is_refused(void **state)
{
    struct curve_key key;
    struct fault fault = {0};
    static const char *const bad[] = {"", "short\n", "0123456789012345678901234567890123456789",
                                      "01234567890123456789012345678901234567890\n",
                                      "0123456789 12345678901234567890123456789\n"};
    (void)state;
    assert_int_equal(curve_key_load(path, &key, &fault), E_KEY);
    assert_non_null(strstr(fault.text, "--create"));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        write_file(bad[i]);
        assert_int_equal(curve_key_load(path, &key, &fault), E_KEY);
        assert_non_null(strstr(fault.text, "does not hold"));
    }
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(curve_key_load(path, &key, &fault), E_KEY);
    assert_non_null(strstr(fault.text, "chmod 0600"));
    unlink(path);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(curve_key_load(path, &key, &fault), E_KEY);
    assert_non_null(strstr(fault.text, "is not a file"));
    assert_int_equal(curve_key_load("/proc/self/mem/x", &key, &fault), E_KEY);
    assert_int_equal(curve_key_create("/proc/none/x", &fault), E_KEY);
}

static void a_file_that_cannot_be_written_is_not_left(void **state)
{
    struct rlimit none = {0, RLIM_INFINITY}, before;
    struct fault fault = {0};
    (void)state;
    getrlimit(RLIMIT_FSIZE, &before);
    none.rlim_max = before.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    int err = curve_key_create(path, &fault);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(err, E_KEY);
    assert_int_not_equal(access(path, F_OK), 0);
}

static void keys_as_text(void **state)
{
    struct curve_key key;
    uint8_t bytes[CURVE_KEY_BYTES];
    char text[CURVE_KEY_TEXT_BYTES];
    (void)state;
    assert_int_equal(curve_key_make(&key, NULL), OK);
    assert_int_equal(curve_key_parse(key.public_text, bytes), OK);
    assert_string_equal(curve_key_format(bytes, text), key.public_text);
    assert_int_equal(curve_key_parse("", bytes), E_INVALID);
    assert_int_equal(curve_key_parse("012345678901234567890123456789012345678", bytes), E_INVALID);
    assert_int_equal(curve_key_parse("01234567890123456789012345678901234567~9", bytes), E_INVALID);
    assert_int_equal(curve_key_parse("########################################", bytes), E_INVALID);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_key_is_made_once_and_read_back),
        TEST(what_is_no_key_file_is_refused),
        TEST(a_file_that_cannot_be_written_is_not_left),
        TEST(keys_as_text),
    };
    signal(SIGXFSZ, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
