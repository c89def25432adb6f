/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flock(2) on a file that may be unlinked by its holder while another one waits at it: whoever locks a file checks
 * that the name still leads to it. Probes take the lock shared, so that two of them never mistake each other for a
 * holder, who has it exclusively.
 */
#include "lockfile.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, TRIES = 1000 };

struct lockfile {
    int fd;
    char path[];
};

static bool make_path(const char *dir, const char *name, char out[PATH_BYTES])
{
    return snprintf(out, PATH_BYTES, "%s/%s.lock", dir, name) < PATH_BYTES && name[0] && !strchr(name, '/');
}

static pid_t read_pid(int fd)
{
    char text[32] = "";
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    long pid = n > 0 ? strtol(text, NULL, 10) : 0;
    return pid > 0 && pid <= INT32_MAX ? (pid_t)pid : 0;
}

/* The new pid goes over the old text before the rest is cut, so a reader never sees an empty file in between. */
static bool write_pid(int fd)
{
    char text[32];
    int len = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    return pwrite(fd, text, (size_t)len, 0) == len && ftruncate(fd, len) == 0;
}

static bool same_file(int fd, const char *path)
{
    struct stat held, named;
    return fstat(fd, &held) == 0 && stat(path, &named) == 0 && held.st_dev == named.st_dev &&
           held.st_ino == named.st_ino;
}

/* OK; E_BUSY: somebody holds it exclusively; E_AGAIN: only a probe was in the way. */
static int lock_exclusive(int fd)
{
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return OK;
    if (flock(fd, LOCK_SH | LOCK_NB) != 0)
        return E_BUSY;
    (void)flock(fd, LOCK_UN);
    return E_AGAIN;
}

/* One try: opens, locks, makes sure that the name still leads here. *fd is open on OK and on E_BUSY. */
static int try_take(const char *path, int *fd)
{
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (*fd < 0)
        return E_IO;
    int err = lock_exclusive(*fd);
    if (err == OK && !same_file(*fd, path))
        err = E_AGAIN;
    if (err == E_AGAIN)
        close(*fd);
    return err;
}

int lockfile_take(const char *dir, const char *name, struct lockfile **out, struct fault *fault)
{
    char path[PATH_BYTES];
    int fd = -1, err = E_AGAIN;
    if (!make_path(dir, name, path))
        return fault_set(fault, E_INVALID, "\"%s\" cannot name a lock in %s", name, dir);
    for (int i = 0; i < TRIES && err == E_AGAIN; i++) {
        err = try_take(path, &fd);
        if (err == E_AGAIN)
            sched_yield();
    }
    if (err == E_IO)
        return fault_set(fault, E_IO, "cannot open the lock %s: %s", path, strerror(errno));
    if (err == E_AGAIN)
        return fault_set(fault, E_BUSY, "the lock %s is fought over; try again", path);
    if (err == E_BUSY) {
        pid_t pid = read_pid(fd);
        close(fd);
        return fault_set(fault, E_BUSY, "%s already runs as process %ld (lock %s)", name, (long)pid, path);
    }
    struct lockfile *lock = malloc(sizeof *lock + strlen(path) + 1);
    if (!lock || !write_pid(fd)) {
        err = fault_set(fault, E_IO, "cannot write the lock %s: %s", path, strerror(errno));
        free(lock);
        close(fd);
        return err;
    }
    lock->fd = fd;
    strcpy(lock->path, path);
    *out = lock;
    return OK;
}

void lockfile_release(struct lockfile *lock)
{
    if (!lock)
        return;
    /* Unlinked while still locked: a newcomer that has opened it notices that the name leads elsewhere. */
    if (same_file(lock->fd, lock->path))
        unlink(lock->path);
    close(lock->fd);
    free(lock);
}

pid_t lockfile_holder(const char *dir, const char *name)
{
    char path[PATH_BYTES];
    pid_t pid = 0;
    if (!make_path(dir, name, path))
        return 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return 0;
    /* Between its flock and its pid a new holder is known to live but not by number: wait that instant out. */
    for (int i = 0; i < TRIES && pid == 0 && flock(fd, LOCK_SH | LOCK_NB) != 0; i++) {
        pid = read_pid(fd);
        if (pid == 0)
            sched_yield();
    }
    close(fd);
    return pid;
}
