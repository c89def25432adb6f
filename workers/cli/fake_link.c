/* SPDX-License-Identifier: BSD-2-Clause */
/* The connection and its buffers. The lines are read and written in fake_line.c. */
#include "fake_link.h"

#include "fake_line.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { IN_MAX = 1024 * 1024, READ_BYTES = 16 * 1024 };

struct bytes {
    char *data;
    size_t len, room;
};

struct fake_link {
    int fd;
    struct bytes in, out;
    struct fake_parts *parts;
};

static void append(struct bytes *bytes, const void *data, size_t len)
{
    if (bytes->len + len > bytes->room) {
        bytes->room = 2 * (bytes->len + len);
        bytes->data = realloc(bytes->data, bytes->room);
        if (!bytes->data)
            abort();
    }
    memcpy(bytes->data + bytes->len, data, len);
    bytes->len += len;
}

static void consume(struct bytes *bytes, size_t len)
{
    memmove(bytes->data, bytes->data + len, bytes->len - len);
    bytes->len -= len;
}

/* Connects one address within the time; 0 or the errno. */
static int connect_within(int fd, const struct addrinfo *address, int timeout_ms)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};
    int cause = 0, ready;
    socklen_t len = sizeof cause;

    if (connect(fd, address->ai_addr, address->ai_addrlen) == 0)
        return 0;
    if (errno != EINPROGRESS)
        return errno;
    do
        ready = poll(&poll_fd, 1, timeout_ms);
    while (ready < 0 && errno == EINTR);
    if (ready == 0)
        return ETIMEDOUT;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &cause, &len) == 0 ? cause : errno;
}

int fake_link_open(const char *host, uint32_t port, int timeout_ms, struct fake_link **out, struct fault *fault)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
    char service[16];
    int fd = -1, cause = 0;

    snprintf(service, sizeof service, "%u", port);
    if (getaddrinfo(host, service, &hints, &list) != 0)
        return fault_set(fault, E_INVALID, "\"%s\" is no host that can be found", host);
    for (const struct addrinfo *address = list; address; address = address->ai_next) {
        fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        cause = fd < 0 ? errno : connect_within(fd, address, timeout_ms);
        if (cause == 0)
            break;
        if (fd >= 0)
            close(fd);
        fd = -1;
    }
    freeaddrinfo(list);
    if (fd < 0)
        return fault_set(fault, E_GONE,
                         "bearerbox's fake SMSC link does not listen at %s:%u (%s). Does bearerbox run, and has its "
                         "configuration a group = smsc with smsc = fake and port = %u?",
                         host, port, strerror(cause), port);
    *out = calloc(1, sizeof **out);
    if (!*out)
        abort();
    (*out)->fd = fd;
    (*out)->parts = fake_parts_new();
    return OK;
}

void fake_link_close(struct fake_link *link)
{
    if (!link)
        return;
    close(link->fd);
    fake_parts_free(link->parts);
    free(link->in.data);
    free(link->out.data);
    free(link);
}

int fake_link_fd(const struct fake_link *link)
{
    return link->fd;
}

short fake_link_events(const struct fake_link *link)
{
    return link->out.len ? POLLIN | POLLOUT : POLLIN;
}

bool fake_link_flushed(const struct fake_link *link)
{
    return link->out.len == 0;
}

int fake_link_send(struct fake_link *link, const char *from, const char *to, const char *text, size_t len)
{
    char *line;
    size_t line_len;
    int err = fake_line_make(from, to, text, len, &line, &line_len);

    if (err)
        return err;
    append(&link->out, line, line_len);
    free(line);
    return OK;
}

static int write_queued(struct fake_link *link)
{
    while (link->out.len) {
        ssize_t wrote = send(link->fd, link->out.data, link->out.len, MSG_NOSIGNAL);

        if (wrote < 0)
            return errno == EAGAIN || errno == EINTR ? OK : E_GONE;
        consume(&link->out, (size_t)wrote);
    }
    return OK;
}

int fake_link_work(struct fake_link *link)
{
    char chunk[READ_BYTES];

    if (write_queued(link) != OK)
        return E_GONE;
    while (link->in.len < IN_MAX) {
        ssize_t got = recv(link->fd, chunk, sizeof chunk, 0);

        if (got > 0)
            append(&link->in, chunk, (size_t)got);
        else if (got < 0 && errno == EINTR)
            continue;
        else
            return got < 0 && errno == EAGAIN ? OK : E_GONE;
    }
    return OK;
}

/* How long the SMS at the front of the buffer is: its line and the lines behind it that begin none, for a text with
 * line breaks comes as several. 0: not whole yet. */
static size_t front(const struct fake_link *link)
{
    const char *data = link->in.data;
    size_t end = 0;

    while (end < link->in.len) {
        const char *newline = memchr(data + end, '\n', link->in.len - end);
        size_t len;

        if (!newline)
            return 0;
        len = (size_t)(newline - data) - end;
        if (end > 0 && fake_line_begins(data + end, len))
            break;
        end += len + 1;
    }
    return end;
}

bool fake_link_next(struct fake_link *link, struct fake_sms *out)
{
    size_t len;

    while ((len = front(link))) {
        bool whole = fake_line_read(link->parts, link->in.data, len - 1, out);

        consume(&link->in, len);
        if (whole)
            return true;
    }
    return false;
}
