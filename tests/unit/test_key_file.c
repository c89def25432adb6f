/* SPDX-License-Identifier: BSD-2-Clause */
/* The key file: made once, refused when it is open to others or not what was written, changed as a whole. */
#include "key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[] = "/tmp/aduan-test-XXXXXX";
static char path[64], draft[64];

#define HEX "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static int make_dir(void **unused)
{
    (void)unused;
    if (!mkdtemp(dir))
        return -1;
    snprintf(path, sizeof path, "%s/key", dir);
    snprintf(draft, sizeof draft, "%s/key.new", dir);
    return 0;
}

static int remove_dir(void **unused)
{
    (void)unused;
    return rmdir(dir);
}

static int remove_key(void **unused)
{
    (void)unused;
    unlink(path);
    return 0;
}

static void write_key(const char *content, size_t len, mode_t mode)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(content, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void assert_refused(const char *why)
{
    struct key_file keys;
    struct fault fault = {0};
    assert_int_equal(key_file_read(path, &keys, &fault), E_KEY);
    if (!strstr(fault.text, why) || !strstr(fault.text, path))
        fail_msg("'%s' does not say '%s'", fault.text, why);
}

static void it_is_made_once_for_its_owner_alone(void **unused)
{
    (void)unused;
    struct fault fault = {0};
    struct key_file keys, again;
    struct stat st;
    mode_t mask = umask(0);
    assert_int_equal(key_file_create(path, &fault), OK);
    umask(mask);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(access(draft, F_OK), -1);
    assert_int_equal(key_file_read(path, &keys, &fault), OK);
    assert_int_equal(keys.count, 1);
    assert_int_equal(keys.seal[0].id, 1);
    assert_memory_not_equal(keys.lookup, keys.seal[0].key, KEY_BYTES);
    assert_int_equal(key_file_create(path, &fault), E_EXISTS);
    assert_non_null(strstr(fault.text, path));
    assert_int_equal(key_file_read(path, &again, &fault), OK);
    assert_memory_equal(keys.lookup, again.lookup, KEY_BYTES);
    assert_int_equal(access(draft, F_OK), -1);
}

static void it_says_what_its_keys_are(void **unused)
{
    (void)unused;
    static const char text[] = "aduan keys 1\nlookup " HEX "\nseal 7 " HEX "\nseal 300 " HEX "\n";
    struct key_file keys;
    write_key(text, sizeof text - 1, 0400);
    assert_int_equal(key_file_read(path, &keys, NULL), OK);
    assert_int_equal(keys.count, 2);
    assert_int_equal(keys.seal[0].id, 7);
    assert_int_equal(keys.seal[1].id, 300);
    for (size_t i = 0; i < KEY_BYTES; i++)
        assert_true(keys.lookup[i] == i && keys.seal[1].key[i] == i);
}

static void one_that_is_open_to_others_is_refused(void **unused)
{
    (void)unused;
    static const mode_t modes[] = {0604, 0602, 0640, 0620, 0610, 0601};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        write_key("x", 1, modes[i]);
        assert_refused("chmod 0600");
    }
}

static void one_that_is_no_key_file_is_refused(void **unused)
{
    (void)unused;
    static const char *const texts[] = {
        "",
        HEX "\n", /* as it was before texts were sealed */
        "aduan keys 2\nlookup " HEX "\nseal 1 " HEX "\n",
        "aduan keys 1\n",
        "aduan keys 1\nlookup " HEX "\n",
        "aduan keys 1\nlookup " HEX,
        "aduan keys 1\nlookup " HEX "0\nseal 1 " HEX "\n",
        "aduan keys 1\nlookup " HEX "\nseal 1 " HEX,
        "aduan keys 1\nlookup " HEX "\nseal 1 x" HEX "\n",
        "aduan keys 1\nlookup " HEX "\nseal 0 " HEX "\n",
        "aduan keys 1\nlookup " HEX "\nseal 65536 " HEX "\n",
        "aduan keys 1\nlookup " HEX "\nseal 01 " HEX "\n",
        "aduan keys 1\nlookup " HEX "\nseal 2 " HEX "\nseal 2 " HEX "\n",
        "aduan keys 1\nlookup " HEX "\nseal 2 " HEX "\nseal 1 " HEX "\n",
        "aduan keys 1\nlookup " HEX "\nseal 1 " HEX "\nmore\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        write_key(texts[i], strlen(texts[i]), 0600);
        assert_refused("put back the right one");
    }
    char many[4096];
    int len = snprintf(many, sizeof many, "aduan keys 1\nlookup " HEX "\n");
    for (int id = 1; id <= KEY_FILE_KEYS_MAX + 1; id++)
        len += snprintf(many + len, sizeof many - (size_t)len, "seal %d " HEX "\n", id);
    write_key(many, (size_t)len, 0600);
    assert_refused("put back the right one");
    static char zeros[8192];
    write_key(zeros, sizeof zeros, 0600);
    assert_refused("put back the right one");
    write_key(zeros, 200, 0600);
    assert_refused("put back the right one");
    unlink(path);
    assert_refused("aduan keygen");
    assert_int_equal(mkdir(path, 0700), 0);
    assert_refused("not a file");
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(symlink(path, path), 0);
    assert_refused("cannot read");
}

static void keys_are_added_and_dropped(void **unused)
{
    (void)unused;
    struct fault fault = {0};
    struct key_file first, keys;
    uint16_t id = 0;
    assert_int_equal(key_file_create(path, &fault), OK);
    assert_int_equal(key_file_read(path, &first, &fault), OK);
    for (unsigned n = 2; n <= KEY_FILE_KEYS_MAX; n++) {
        assert_int_equal(key_file_add(path, &id, &fault), OK);
        assert_int_equal(id, n);
    }
    assert_int_equal(key_file_add(path, &id, &fault), E_FULL);
    assert_int_equal(key_file_drop(path, 0, &fault), E_NOT_FOUND);
    assert_int_equal(key_file_drop(path, 99, &fault), E_NOT_FOUND);
    assert_int_equal(key_file_drop(path, KEY_FILE_KEYS_MAX, &fault), E_STATE);
    assert_int_equal(key_file_drop(path, 2, &fault), OK);
    assert_int_equal(key_file_read(path, &keys, &fault), OK);
    assert_int_equal(keys.count, KEY_FILE_KEYS_MAX - 1);
    assert_int_equal(keys.seal[1].id, 3);
    assert_memory_equal(keys.lookup, first.lookup, KEY_BYTES);
    assert_memory_equal(keys.seal[0].key, first.seal[0].key, KEY_BYTES);
    assert_int_equal(key_file_add(path, &id, &fault), OK);
    assert_int_equal(id, KEY_FILE_KEYS_MAX + 1);
    static const char last[] = "aduan keys 1\nlookup " HEX "\nseal 65535 " HEX "\n";
    write_key(last, sizeof last - 1, 0600);
    assert_int_equal(key_file_add(path, &id, &fault), E_FULL);
}

/* Two that add at once both succeed, one after the other. */
static void changes_wait_for_one_another(void **unused)
{
    (void)unused;
    enum { CHILDREN = 4, ADDED = 3 };
    struct fault fault;
    struct key_file keys;
    pid_t pids[CHILDREN];
    assert_int_equal(key_file_create(path, &fault), OK);
    for (int i = 0; i < CHILDREN; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            int err = OK;
            uint16_t id;
            for (int n = 0; n < ADDED && err == OK; n++)
                err = key_file_add(path, &id, NULL);
            _exit(err == OK ? 0 : 1);
        }
    }
    for (int i = 0; i < CHILDREN; i++) {
        int status;
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(key_file_read(path, &keys, &fault), OK);
    assert_int_equal(keys.count, 1 + CHILDREN * ADDED);
    assert_int_equal(access(draft, F_OK), -1);
}

static void what_cannot_be_written_leaves_what_was(void **unused)
{
    (void)unused;
    struct fault fault = {0};
    uint16_t id;
    assert_int_equal(key_file_create("/nowhere/key", &fault), E_KEY);
    assert_non_null(strstr(fault.text, "/nowhere/key"));
    assert_int_equal(key_file_add(path, &id, &fault), E_KEY);
    assert_non_null(strstr(fault.text, "is missing"));
    assert_int_equal(symlink("/etc/passwd", draft), 0); /* planted */
    assert_int_equal(key_file_create(path, &fault), E_KEY);
    assert_non_null(strstr(fault.text, draft));
    assert_int_equal(key_file_create("/proc/key", &fault), E_KEY);
    assert_int_equal(unlink(draft), 0);
    struct rlimit before, none;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    int err = key_file_create(path, &fault);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(err, E_KEY);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(key_file_create(path, &fault), OK);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    err = key_file_add(path, &id, &fault);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(err, E_KEY);
    struct key_file keys;
    assert_int_equal(key_file_read(path, &keys, &fault), OK);
    assert_int_equal(keys.count, 1);
    assert_int_equal(access(draft, F_OK), -1);
}

/* Root may add a key for the service's user; that user may not read root's own. */
static void the_owner_stays(void **unused)
{
    (void)unused;
    enum { SOMEBODY = 65534 };
    struct fault fault = {0};
    struct stat st;
    uint16_t id;
    if (geteuid() != 0) {
        print_message("skipped: only root may give files away\n");
        skip();
    }
    assert_int_equal(key_file_create(path, &fault), OK);
    assert_int_equal(chown(path, SOMEBODY, SOMEBODY), 0);
    assert_int_equal(key_file_add(path, &id, &fault), OK);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_uid, SOMEBODY);
    assert_int_equal(st.st_gid, SOMEBODY);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(chmod(dir, 0755), 0);
    assert_int_equal(chown(path, 1, 1), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct key_file keys;
        _exit(setuid(SOMEBODY) != 0 || key_file_read(path, &keys, &fault) != E_KEY);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

#define TEST(name) cmocka_unit_test_teardown(name, remove_key)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_is_made_once_for_its_owner_alone),
        TEST(it_says_what_its_keys_are),
        TEST(one_that_is_open_to_others_is_refused),
        TEST(one_that_is_no_key_file_is_refused),
        TEST(keys_are_added_and_dropped),
        TEST(changes_wait_for_one_another),
        TEST(what_cannot_be_written_leaves_what_was),
        TEST(the_owner_stays),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
