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
    LINE_MAX_BYTES = 512,           /* what is asked for stands at the front; the rest of a line is text */
    READ_A_ROUND = 4 * 1024 * 1024, /* then heartbeats have their turn */
    FIELDS = 5
};

struct store_status {
    int fd;
    char request[REQUEST_MAX];
    size_t request_len, request_sent;
    char line[LINE_MAX_BYTES + 1];
    size_t line_len;
    enum { STATUS_LINE, HEADER, TITLE, ROWS } part;
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

/* [id] [type] [time] [sender] [receiver] … */
static bool split(char *line, const char *fields[FIELDS])
{
    for (size_t i = 0; i < FIELDS; i++) {
        if (*line != '[')
            return false;
        fields[i] = ++line;
        line = strchr(line, ']');
        if (!line)
            return false;
        *line++ = '\0';
        line += *line == ' ';
    }
    return true;
}

/* False: this is not bearerbox's answer. */
static bool take_line(struct store_status *status, store_status_fn row, void *ctx)
{
    const char *fields[FIELDS];
    char *line = status->line;
    switch (status->part) {
    case STATUS_LINE:
        status->part = HEADER;
        return strncmp(line, "HTTP/1.", 7) == 0 && strstr(line, " 200 ");
    case HEADER:
        if (*line == '\0')
            status->part = TITLE;
        return true;
    case TITLE:
        status->part = ROWS;
        return strncmp(line, "[SMS ID]", 8) == 0; /* "Denied" comes with 200, too */
    default:
        if (*line == '\0')
            return true;
        if (!split(line, fields))
            return false;
        row(ctx, &(struct store_status_row){fields[0], fields[1], fields[3], fields[4]});
        return true;
    }
}

static bool take_bytes(struct store_status *status, const char *bytes, size_t len, store_status_fn row, void *ctx)
{
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] != '\n') {
            if (status->line_len < LINE_MAX_BYTES)
                status->line[status->line_len++] = bytes[i];
            continue;
        }
        if (status->line_len > 0 && status->line[status->line_len - 1] == '\r')
            status->line_len--;
        status->line[status->line_len] = '\0';
        status->line_len = 0;
        if (!take_line(status, row, ctx))
            return false;
    }
    return true;
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
            return status->part == ROWS && status->line_len == 0 ? STORE_STATUS_DONE
                                                                 : failed(status, "the answer breaks off");
        status->heard_ms = mono_ms;
        total += (size_t)n;
        if (!take_bytes(status, bytes, (size_t)n, row, ctx))
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
