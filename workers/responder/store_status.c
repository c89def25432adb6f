/* SPDX-License-Identifier: BSD-2-Clause */
#include "store_status.h"

#include "status_url.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    SILENCE_MS = 10000,
    REQUEST_MAX = 1024,
    READ_A_ROUND = 4 * 1024 * 1024 /* then heartbeats have their turn */
};

struct store_status {
    int fd;
    char request[REQUEST_MAX];
    size_t request_len, request_sent;
    struct store_status_page page;
    uint64_t heard_ms;
    const char *cause;
};

struct store_status *store_status_new(const char *url, uint64_t mono_ms)
{
    struct status_url to;
    if (status_url_parse(url, &to) != OK)
        return NULL;
    struct store_status *status = calloc(1, sizeof *status);
    if (!status)
        abort();
    status->heard_ms = mono_ms;
    int len = snprintf(status->request, sizeof status->request,
                       "GET %s HTTP/1.0\r\nHost: bearerbox\r\nConnection: close\r\n\r\n", to.path);
    status->fd = socket(to.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bool begun =
        len < (int)sizeof status->request && status->fd >= 0 &&
        (connect(status->fd, (const struct sockaddr *)&to.address, to.address_len) == 0 || errno == EINPROGRESS);
    if (!begun) {
        store_status_free(status);
        return NULL;
    }
    status->request_len = (size_t)len;
    return status;
}

void store_status_free(struct store_status *status)
{
    if (!status)
        return;
    if (status->fd >= 0)
        close(status->fd);
    explicit_bzero(status->request, sizeof status->request); /* it has the password */
    free(status);
}

const char *store_status_cause(const struct store_status *status)
{
    return status->cause ? status->cause : "no cause";
}

static enum store_status_progress failed(struct store_status *status, const char *cause)
{
    status->cause = cause;
    return STORE_STATUS_FAILED;
}

static enum store_status_progress send_request(struct store_status *status)
{
    while (status->request_sent < status->request_len) {
        ssize_t n = send(status->fd, status->request + status->request_sent, status->request_len - status->request_sent,
                         MSG_NOSIGNAL);
        if (n < 0)
            return errno == EAGAIN || errno == ENOTCONN ? STORE_STATUS_WAITING : failed(status, strerror(errno));
        status->request_sent += (size_t)n;
    }
    return STORE_STATUS_DONE;
}

static enum store_status_progress receive(struct store_status *status, uint64_t mono_ms, store_status_fn row, void *ctx)
{
    char bytes[65536];
    for (size_t total = 0; total < READ_A_ROUND;) {
        ssize_t n = recv(status->fd, bytes, sizeof bytes, 0);
        if (n < 0)
            return errno == EAGAIN ? STORE_STATUS_WAITING : failed(status, strerror(errno));
        if (n == 0)
            return store_status_page_whole(&status->page) ? STORE_STATUS_DONE : failed(status, "the answer breaks off");
        status->heard_ms = mono_ms;
        total += (size_t)n;
        if (!store_status_page_take(&status->page, bytes, (size_t)n, row, ctx))
            return failed(status, "that is no store-status; is the password right?");
    }
    return STORE_STATUS_WAITING;
}

enum store_status_progress store_status_work(struct store_status *status, uint64_t mono_ms, store_status_fn row,
                                             void *ctx)
{
    struct pollfd ready = {.fd = status->fd, .events = POLLOUT};
    enum store_status_progress progress = STORE_STATUS_WAITING;
    if (status->request_sent == status->request_len)
        progress = STORE_STATUS_DONE;
    else if (poll(&ready, 1, 0) == 1)
        progress = send_request(status);
    if (progress == STORE_STATUS_DONE)
        progress = receive(status, mono_ms, row, ctx);
    if (progress == STORE_STATUS_WAITING && mono_ms > status->heard_ms + SILENCE_MS)
        return failed(status, "no answer in time");
    return progress;
}
