/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An HTTP server that answers every request with the same words: what stock smsbox asks with get-url when there is no
 * application behind it at all. One thread, kept connections.
 *
 *   constant_http      prints {"port": N}
 */
#include "words.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 4096, REQUEST_MAX = 16384, EVENTS = 64 };

_Static_assert(sizeof WORDS - 1 == 141, "Content-Length; one segment");

static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 141\r\n"
                             "Connection: keep-alive\r\n\r\n" WORDS;

static struct connection {
    char request[REQUEST_MAX];
    size_t len;
} * connections[CONNECTIONS_MAX];

static _Noreturn void die(const char *what)
{
    perror(what);
    exit(1);
}

static void drop(int fd)
{
    free(connections[fd]);
    connections[fd] = NULL;
    close(fd);
}

/* A GET has no body: it ends with an empty line. */
static void serve(int fd)
{
    struct connection *c = connections[fd];
    ssize_t n = recv(fd, c->request + c->len, sizeof c->request - 1 - c->len, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        drop(fd);
        return;
    }
    c->len += (size_t)n;
    c->request[c->len] = '\0';
    for (char *end; (end = strstr(c->request, "\r\n\r\n")) != NULL;) {
        size_t used = (size_t)(end + 4 - c->request);
        memmove(c->request, end + 4, c->len - used + 1);
        c->len -= used;
        if (send(fd, answer, sizeof answer - 1, MSG_NOSIGNAL) < 0) {
            drop(fd);
            return;
        }
    }
    if (c->len == sizeof c->request - 1)
        drop(fd);
}

static void admit(int epoll, int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    if (fd < 0)
        return;
    if (fd >= CONNECTIONS_MAX || !(connections[fd] = calloc(1, sizeof *connections[fd])) ||
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0)
        close(fd);
}

int main(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[EVENTS];
    if (listener < 0 || epoll < 0 || bind(listener, (struct sockaddr *)&address, len) != 0 ||
        listen(listener, 1024) != 0 || getsockname(listener, (struct sockaddr *)&address, &len) != 0 ||
        epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) != 0)
        die("listen");
    printf("{\"port\": %u}\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        int n = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            if (events[i].data.fd == listener)
                admit(epoll, listener);
            else
                serve(events[i].data.fd);
        }
    }
}
