/* SPDX-License-Identifier: BSD-2-Clause */
#include "kill_point.h"

#ifdef ADUAN_FAULT_POINTS

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Whether this process is the one, where only one is to be struck. */
static bool is_ours(void)
{
    const char *path = getenv("ADUAN_FAULT_ONCE");
    if (!path)
        return true;
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

void kill_point(const char *role, const char *point)
{
    static unsigned passages;
    const char *order = getenv("ADUAN_FAULT");
    char here[128], *behind = NULL;
    int len = snprintf(here, sizeof here, "%s:%s:", role, point);
    if (!order || strncmp(order, here, (size_t)len) != 0)
        return;
    unsigned wanted = (unsigned)strtoul(order + len, &behind, 10);
    bool stop = strcmp(behind, ":stop") == 0;
    ++passages;
    if ((stop ? passages == wanted : passages >= wanted) && is_ours())
        kill(getpid(), stop ? SIGSTOP : SIGKILL);
}

void kill_point_text(const char *role, const char *point, const void *text, size_t len)
{
    const char *marked = getenv("ADUAN_FAULT_TEXT");
    if (marked && len > 0 && memmem(text, len, marked, strlen(marked)))
        kill_point(role, point);
}

#else

/* A translation unit must not be empty. */
typedef int kill_point_is_off;

#endif
