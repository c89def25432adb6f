/* SPDX-License-Identifier: BSD-2-Clause */
#include "store_watch.h"

#include "store_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

struct store_watch {
    int fd;
};

struct store_watch *store_watch_open(const struct store *store)
{
    char path[4096];
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    int len = snprintf(path, sizeof path, "%s/data.mdb", store->dir);
    if (fd < 0 || (size_t)len >= sizeof path || inotify_add_watch(fd, path, IN_MODIFY) < 0) {
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    struct store_watch *watch = malloc(sizeof *watch);
    if (!watch)
        abort();
    watch->fd = fd;
    return watch;
}

void store_watch_close(struct store_watch *watch)
{
    if (!watch)
        return;
    close(watch->fd);
    free(watch);
}

int store_watch_fd(const struct store_watch *watch)
{
    return watch->fd;
}

bool store_watch_clear(const struct store_watch *watch)
{
    char events[4096];
    bool any = false;
    /* Equal events that follow one another are one: there are never many. */
    while (watch && read(watch->fd, events, sizeof events) > 0)
        any = true;
    return any;
}
