/* SPDX-License-Identifier: BSD-2-Clause */
/* Whoever wants to know if a name lives probes its lock with a shared flock for an instant; the holder has it
 * exclusively. The file stays behind when the process goes: only the flock means anything. */
#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { TRIES = 1000, PATH_MAX_BYTES = 4096 };

static long holder(int fd)
{
    char text[32] = "";
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    return n > 0 ? strtol(text, NULL, 10) : 0;
}

/* True with the exclusive lock; false when somebody has it. */
static bool lock_exclusive(int fd)
{
    for (int i = 0; i < TRIES; i++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return true;
        if (flock(fd, LOCK_SH | LOCK_NB) != 0)
            return false;
        (void)flock(fd, LOCK_UN); /* only a probe was in the way */
        sched_yield();
    }
    return false;
}

int lock_take(const char *path, bool *busy, char *why, size_t why_size)
{
    char text[32];
    *busy = false;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        snprintf(why, why_size, "cannot open the lock %s: %s", path, strerror(errno));
        return -1;
    }
    if (!lock_exclusive(fd)) {
        *busy = true;
        snprintf(why, why_size, "process %ld already holds %s: stop it first, or give this box another name",
                 holder(fd), path);
        close(fd);
        return -1;
    }
    int len = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (pwrite(fd, text, (size_t)len, 0) != len || ftruncate(fd, len) != 0) {
        snprintf(why, why_size, "cannot write the lock %s: %s", path, strerror(errno));
        close(fd);
        return -1;
    }
    return fd;
}

int lock_endpoint(const char *endpoint, bool *busy, char *why, size_t why_size)
{
    static const char scheme[] = "ipc://";
    char path[PATH_MAX_BYTES];
    *busy = false;
    if (strncmp(endpoint, scheme, sizeof scheme - 1) != 0)
        return 0;
    if (snprintf(path, sizeof path, "%s.lock", endpoint + sizeof scheme - 1) >= (int)sizeof path) {
        snprintf(why, why_size, "the endpoint is too long: %.60s…", endpoint);
        return -1;
    }
    return lock_take(path, busy, why, why_size);
}
