/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Put before libc (LD_PRELOAD): a wall clock that can be moved and a disk whose fdatasync is slow or fails, both while
 * the process runs. FAULT_PRELOAD names a file of `struct orders`, mapped by everybody; a test writes it.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

struct orders {
    int64_t clock_ahead_s;
    int64_t sync_ms, sync_errno;
};

static const volatile struct orders *orders(void)
{
    static const struct orders none;
    static const volatile struct orders *mapped;
    if (mapped)
        return mapped;
    const char *path = getenv("FAULT_PRELOAD");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return &none;
    void *found = mmap(NULL, sizeof(struct orders), PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    mapped = found == MAP_FAILED ? &none : (const volatile struct orders *)found;
    return mapped;
}

int clock_gettime(clockid_t id, struct timespec *now)
{
    static int (*real)(clockid_t, struct timespec *);
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
    int rc = real(id, now);
    if (rc == 0 && id == CLOCK_REALTIME)
        now->tv_sec += orders()->clock_ahead_s;
    return rc;
}

int fdatasync(int fd)
{
    static int (*real)(int);
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "fdatasync");
    int64_t ms = orders()->sync_ms;
    if (ms > 0)
        nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
    if (orders()->sync_errno == 0)
        return real(fd);
    errno = (int)orders()->sync_errno;
    return -1;
}
