/* SPDX-License-Identifier: BSD-2-Clause */
/* What a process has given up, seen by itself and by another one of its user; directories that are open to others. */
#include "privileges.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { SOMEBODY = 65534 };

static int ended(pid_t pid)
{
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void it_is_given_up_for_good(void **unused)
{
    (void)unused;
    pid_t pid = fork();
    if (pid == 0) {
        struct rlimit core, back = {1 << 20, 1 << 20};
        privileges_drop();
        int bad = prctl(PR_GET_DUMPABLE) != 0 || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 || umask(0) != 077 ||
                  getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_cur != 0 || core.rlim_max != 0;
        if (geteuid() != 0) /* root may raise it again, and then there is still the other one */
            bad = bad || setrlimit(RLIMIT_CORE, &back) == 0;
        _exit(bad);
    }
    assert_int_equal(ended(pid), 0);
}

/* Opens the memory of `pid`, as a debugger of the same user would. The errno of what came of it. */
static int memory_of(pid_t pid)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
    int fd = open(path, O_RDONLY);
    int code = fd < 0 ? errno : 0;
    if (fd >= 0)
        close(fd);
    return code;
}

/* A process of SOMEBODY, with or without its privileges, that waits until its input ends. */
static pid_t somebody(bool drops, int *hold)
{
    int ready[2], wait[2];
    char byte = 0;
    assert_true(pipe(ready) == 0 && pipe(wait) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(wait[1]);
        if (setgid(SOMEBODY) != 0 || setuid(SOMEBODY) != 0)
            _exit(1);
        if (drops)
            privileges_drop();
        else
            prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); /* setuid has taken it */
        (void)!write(ready[1], "x", 1);
        (void)!read(wait[0], &byte, 1);
        _exit(0);
    }
    close(ready[1]);
    close(wait[0]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    *hold = wait[1];
    return pid;
}

static void another_process_of_the_user_cannot_look_inside(void **unused)
{
    (void)unused;
    if (geteuid() != 0) {
        print_message("skipped: only root can be somebody else\n");
        skip();
    }
    for (int drops = 0; drops <= 1; drops++) {
        int hold;
        pid_t target = somebody(drops, &hold), looker = fork();
        if (looker == 0) {
            if (setgid(SOMEBODY) != 0 || setuid(SOMEBODY) != 0)
                _exit(1);
            _exit(memory_of(target) != (drops ? EACCES : 0));
        }
        assert_int_equal(ended(looker), 0);
        close(hold);
        assert_int_equal(ended(target), 0);
    }
}

static void a_directory_is_private_or_refused(void **unused)
{
    (void)unused;
    char dir[] = "/tmp/aduan-test-XXXXXX", path[64];
    struct fault fault;
    assert_non_null(mkdtemp(dir));
    assert_int_equal(privileges_check_dir("run.dir", dir, &fault), OK);
    static const mode_t open_ones[] = {0701, 0702, 0704, 0710, 0720, 0740, 0777};
    for (size_t i = 0; i < sizeof open_ones / sizeof open_ones[0]; i++) {
        assert_int_equal(chmod(dir, open_ones[i]), 0);
        assert_int_equal(privileges_check_dir("run.dir", dir, &fault), E_IO);
        assert_non_null(strstr(fault.text, "run.dir /tmp/aduan-test-"));
        assert_non_null(strstr(fault.text, "chmod 0700"));
    }
    assert_int_equal(chmod(dir, 0500), 0);
    assert_int_equal(privileges_check_dir("run.dir", dir, &fault), OK);
    assert_int_equal(chmod(dir, 0700), 0);
    snprintf(path, sizeof path, "%s/file", dir);
    assert_int_equal(privileges_check_dir("run.dir", path, &fault), OK); /* not there */
    int fd = open(path, O_CREAT | O_WRONLY, 0644);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(privileges_check_dir("run.dir", path, &fault), OK); /* not a directory */
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_given_up_for_good),
        cmocka_unit_test(another_process_of_the_user_cannot_look_inside),
        cmocka_unit_test(a_directory_is_private_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
