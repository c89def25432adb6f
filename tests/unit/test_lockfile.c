/* SPDX-License-Identifier: BSD-2-Clause */
/* One living process a name: held, probed, left behind by a killed process, fought over by many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lockfile.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fcntl.h>

static char dir[] = "/tmp/aduan-lock-XXXXXX";

static int make_dir(void **state)
{
    (void)state;
    return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
    (void)state;
    return rmdir(dir); /* fails when a test has left a lock behind */
}

static char *path_of(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s.lock", dir, name);
    return path;
}

static void taken_once(void **state)
{
    (void)state;
    struct lockfile *lock = NULL, *second = NULL;
    struct fault fault = {0};
    char pid[32];
    assert_int_equal(lockfile_holder(dir, "box1"), 0);
    assert_int_equal(lockfile_take(dir, "box1", &lock, NULL), OK);
    assert_int_equal(lockfile_holder(dir, "box1"), getpid());
    assert_int_equal(lockfile_take(dir, "box1", &second, &fault), E_BUSY);
    snprintf(pid, sizeof pid, "process %ld ", (long)getpid());
    assert_non_null(strstr(fault.text, pid));
    assert_null(second);
    lockfile_release(lock);
    assert_int_equal(access(path_of("box1"), F_OK), -1);
    assert_int_equal(lockfile_holder(dir, "box1"), 0);
    lockfile_release(NULL);
}

/* A child takes the lock, says so, and waits to be killed. */
static pid_t holder_child(const char *name)
{
    int said[2];
    char byte;
    assert_int_equal(pipe(said), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct lockfile *lock;
        if (lockfile_take(dir, name, &lock, NULL) != OK)
            _exit(1);
        if (write(said[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    close(said[1]);
    assert_int_equal(read(said[0], &byte, 1), 1);
    close(said[0]);
    return pid;
}

static void the_kernel_drops_it(void **state)
{
    (void)state;
    struct lockfile *lock;
    pid_t pid = holder_child("worker");
    assert_int_equal(lockfile_holder(dir, "worker"), pid);
    assert_int_equal(lockfile_take(dir, "worker", &lock, NULL), E_BUSY);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    assert_int_equal(access(path_of("worker"), F_OK), 0); /* the file stays, and means nothing */
    assert_int_equal(lockfile_holder(dir, "worker"), 0);
    assert_int_equal(lockfile_take(dir, "worker", &lock, NULL), OK);
    assert_int_equal(lockfile_holder(dir, "worker"), getpid());
    lockfile_release(lock);
}

/* Somebody who merely looks must not keep anyone from starting; one who looks for ever is told apart from a holder. */
static void probes_are_not_holders(void **state)
{
    (void)state;
    struct lockfile *lock;
    struct fault fault;
    int fd = open(path_of("p"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(flock(fd, LOCK_SH), 0);
    assert_int_equal(lockfile_holder(dir, "p"), 0);
    assert_int_equal(lockfile_take(dir, "p", &lock, &fault), E_BUSY);
    assert_non_null(strstr(fault.text, "fought over"));
    close(fd);
    assert_int_equal(lockfile_take(dir, "p", &lock, NULL), OK);
    lockfile_release(lock);
}

/* A holder that has not written its pid, or something else, yet lives; its number is unknown. */
static void no_pid_inside(void **state)
{
    (void)state;
    struct lockfile *lock;
    static const char *const contents[] = {"", "not a number", "-5", "99999999999999"};
    for (size_t i = 0; i < 4; i++) {
        int fd = open(path_of("q"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        assert_int_equal(flock(fd, LOCK_EX), 0);
        assert_int_equal(write(fd, contents[i], strlen(contents[i])), strlen(contents[i]));
        assert_int_equal(lockfile_holder(dir, "q"), 0);
        assert_int_equal(lockfile_take(dir, "q", &lock, NULL), E_BUSY);
        close(fd);
    }
    unlink(path_of("q"));
}

static void names_and_places(void **state)
{
    (void)state;
    struct lockfile *lock;
    struct fault fault;
    char *name = malloc(5000);
    memset(name, 'n', 4999), name[4999] = '\0';
    assert_int_equal(lockfile_take(dir, "../x", &lock, &fault), E_INVALID);
    assert_int_equal(lockfile_take(dir, "", &lock, &fault), E_INVALID);
    assert_int_equal(lockfile_take(dir, name, &lock, &fault), E_INVALID);
    assert_int_equal(lockfile_holder(dir, "a/b"), 0);
    assert_int_equal(lockfile_take("/nonexistent", "x", &lock, &fault), E_IO);
    assert_non_null(strstr(fault.text, "/nonexistent/x.lock"));
    assert_int_equal(symlink("/etc/passwd", path_of("link")), 0);
    assert_int_equal(lockfile_take(dir, "link", &lock, &fault), E_IO); /* never through a link */
    unlink(path_of("link"));
    free(name);
}

/* An unlinked lock is somebody's old one: releasing it must not remove the new file of that name. */
static void release_leaves_strangers_alone(void **state)
{
    (void)state;
    struct lockfile *old, *new;
    assert_int_equal(lockfile_take(dir, "r", &old, NULL), OK);
    unlink(path_of("r"));
    assert_int_equal(lockfile_take(dir, "r", &new, NULL), OK);
    lockfile_release(old);
    assert_int_equal(lockfile_holder(dir, "r"), getpid());
    lockfile_release(new);
}

/* Children take and release one lock while others probe it: never two holders at a time, never a lost lock. */
static void never_two_holders(void **state)
{
    (void)state;
    enum { CHILDREN = 4, ROUNDS = 300 };
    char witness[256];
    snprintf(witness, sizeof witness, "%s/witness", dir);
    for (int i = 0; i < CHILDREN; i++) {
        if (fork() != 0)
            continue;
        for (int taken = 0; taken < ROUNDS;) {
            struct lockfile *lock;
            (void)lockfile_holder(dir, "s");
            if (lockfile_take(dir, "s", &lock, NULL) != OK)
                continue;
            int fd = open(witness, O_CREAT | O_EXCL | O_CLOEXEC, 0600); /* fails when another one is inside */
            if (fd < 0 || close(fd) != 0 || unlink(witness) != 0)
                _exit(1);
            lockfile_release(lock);
            taken++;
        }
        _exit(0);
    }
    for (int i = 0; i < CHILDREN; i++) {
        int status = -1;
        wait(&status);
        assert_int_equal(status, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(taken_once),
        cmocka_unit_test(the_kernel_drops_it),
        cmocka_unit_test(probes_are_not_holders),
        cmocka_unit_test(no_pid_inside),
        cmocka_unit_test(names_and_places),
        cmocka_unit_test(release_leaves_strangers_alone),
        cmocka_unit_test(never_two_holders),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
