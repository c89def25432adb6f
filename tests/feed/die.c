/* SPDX-License-Identifier: BSD-2-Clause */
/* Put before libc (LD_PRELOAD): the process dies, as by kill -9, at its DIE_AT-th write to or rename of a file whose
 * path begins with DIE_PATH. DIE_HOW: "before" it is done, when "half" of a write is (a rename knows no half: before
 * it), or "after" it, before the program knows. */
#include <dlfcn.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool watched(const char *path)
{
    const char *prefix = getenv("DIE_PATH");
    return prefix && strncmp(path, prefix, strlen(prefix)) == 0;
}

/* Whether this is the moment. */
static bool is_due(void)
{
    static int calls;
    const char *at = getenv("DIE_AT");
    return at && __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST) == atoi(at);
}

static bool how(const char *word)
{
    const char *wanted = getenv("DIE_HOW");
    return wanted && strcmp(wanted, word) == 0;
}

static void die(void)
{
    for (;;)
        kill(getpid(), SIGKILL);
}

ssize_t write(int fd, const void *data, size_t bytes)
{
    static ssize_t (*real)(int, const void *, size_t);
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "write");
    char link[64], path[PATH_MAX] = "";
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    if (readlink(link, path, sizeof path - 1) < 0 || !watched(path) || !is_due())
        return real(fd, data, bytes);
    if (!how("before"))
        real(fd, data, how("half") ? bytes / 2 : bytes);
    die();
    return -1;
}

int rename(const char *from, const char *to)
{
    static int (*real)(const char *, const char *);
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "rename");
    if (!watched(to) || !is_due())
        return real(from, to);
    if (how("after"))
        real(from, to);
    die();
    return -1;
}
