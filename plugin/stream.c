/* SPDX-License-Identifier: BSD-2-Clause */
/* gwlib's Connection is not used: it blocks while connecting, hides how much it has sent, and buffers whatever length
 * a peer announces. */
#include "stream.h"
#include "tls.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ_BYTES = 64 * 1024, KEEPALIVE_IDLE_S = 10, KEEPALIVE_EVERY_S = 5, KEEPALIVE_TRIES = 3, UNACKED_MS = 60000 };

/* A lookup runs in a thread of libc, which owns this until it is done: it may outlive its stream. */
struct lookup {
    struct gaicb request;
    struct addrinfo hints;
};

struct stream {
    enum { RESOLVING, CONNECTING, HANDSHAKE, READY, ENDED } state;
    struct stream_options options;
    struct lookup *lookup;
    struct addrinfo *addresses, *next; /* addresses not tried yet */
    int fd;
    SSL *ssl;
    bool handshake_writes;
    bool more;
    struct bytes in, out;
    uint64_t sent;
    char cause[256];
};

static enum stream_progress fail(struct stream *stream, const char *what, const char *why)
{
    stream->state = ENDED;
    snprintf(stream->cause, sizeof stream->cause, "%s: %s", what, why);
    return STREAM_FAILED;
}

struct stream *stream_new(const struct stream_options *options)
{
    struct stream *stream = calloc(1, sizeof *stream);
    struct lookup *lookup = calloc(1, sizeof *lookup);
    if (!stream || !lookup) {
        free(stream);
        free(lookup);
        return NULL;
    }
    *stream = (struct stream){.options = *options, .lookup = lookup, .fd = -1};
    lookup->hints.ai_socktype = SOCK_STREAM;
    lookup->hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    /* An address needs no thread. */
    if (getaddrinfo(options->host, options->port, &lookup->hints, &stream->addresses) == 0) {
        stream->next = stream->addresses;
        stream->state = CONNECTING;
        return stream;
    }
    lookup->hints.ai_flags = AI_NUMERICSERV;
    lookup->request =
        (struct gaicb){.ar_name = options->host, .ar_service = options->port, .ar_request = &lookup->hints};
    struct gaicb *list[] = {&lookup->request};
    int err = getaddrinfo_a(GAI_NOWAIT, list, 1, NULL);
    if (err != 0)
        fail(stream, options->host, gai_strerror(err));
    return stream;
}

static void close_socket(struct stream *stream)
{
    SSL_free(stream->ssl);
    stream->ssl = NULL;
    if (stream->fd >= 0)
        close(stream->fd);
    stream->fd = -1;
}

void stream_free(struct stream *stream)
{
    if (!stream)
        return;
    close_socket(stream);
    if (stream->addresses)
        freeaddrinfo(stream->addresses);
    /* A lookup that cannot be cancelled is libc's for good: a leak of some bytes, never a use after free. */
    bool ours = stream->state != RESOLVING || gai_cancel(&stream->lookup->request) != EAI_NOTCANCELED;
    if (ours && !stream->addresses && stream->lookup->request.ar_result)
        freeaddrinfo(stream->lookup->request.ar_result);
    if (ours)
        free(stream->lookup);
    bytes_done(&stream->in);
    bytes_done(&stream->out);
    free(stream);
}

static void tune(int fd)
{
    /* Best effort: a link without them works, it only notices a dead peer later. */
    const struct {
        int level, name, value;
    } wanted[] = {{IPPROTO_TCP, TCP_NODELAY, 1},
                  {SOL_SOCKET, SO_KEEPALIVE, 1},
                  {IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S},
                  {IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_EVERY_S},
                  {IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_TRIES},
                  {IPPROTO_TCP, TCP_USER_TIMEOUT, UNACKED_MS}};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        (void)setsockopt(fd, wanted[i].level, wanted[i].name, &wanted[i].value, sizeof wanted[i].value);
}

/* Starts on the next address; false when there is none left. */
static bool connect_next(struct stream *stream)
{
    for (; stream->next; stream->next = stream->next->ai_next) {
        const struct addrinfo *to = stream->next;
        stream->fd = socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (stream->fd < 0) {
            fail(stream, "socket", strerror(errno));
            continue;
        }
        tune(stream->fd);
        if (connect(stream->fd, to->ai_addr, to->ai_addrlen) == 0 || errno == EINPROGRESS) {
            stream->next = to->ai_next;
            stream->state = CONNECTING;
            return true;
        }
        fail(stream, "connect", strerror(errno));
        close_socket(stream);
    }
    return false;
}

static enum stream_progress resolve(struct stream *stream)
{
    int err = gai_error(&stream->lookup->request);
    if (err == EAI_INPROGRESS)
        return STREAM_WAITING;
    if (err != 0)
        return fail(stream, stream->options.host, gai_strerror(err));
    stream->addresses = stream->next = stream->lookup->request.ar_result;
    stream->state = CONNECTING;
    return stream_advance(stream);
}

static enum stream_progress finish_connect(struct stream *stream)
{
    struct sockaddr_storage peer;
    socklen_t peer_len = sizeof peer, err_len = sizeof(int);
    int err = 0;
    if (stream->fd < 0 && !connect_next(stream))
        return STREAM_FAILED;
    if (getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &err, &err_len) == 0 && err == 0) {
        if (getpeername(stream->fd, (struct sockaddr *)&peer, &peer_len) != 0)
            return STREAM_WAITING;
        stream->state = stream->options.tls ? HANDSHAKE : READY;
        return stream_advance(stream);
    }
    close_socket(stream);
    fail(stream, "connect", strerror(err));
    return connect_next(stream) ? STREAM_WAITING : STREAM_FAILED;
}

static enum stream_progress handshake(struct stream *stream)
{
    if (!stream->ssl)
        stream->ssl = tls_client(stream->options.tls, stream->fd, stream->options.tls_name);
    if (!stream->ssl)
        return fail(stream, "TLS", "cannot be set up for this host");
    ERR_clear_error(); /* SSL_get_error() needs it so */
    int rc = SSL_do_handshake(stream->ssl);
    if (rc == 1) {
        stream->handshake_writes = false;
        stream->state = READY;
        return STREAM_OPEN;
    }
    int what = SSL_get_error(stream->ssl, rc);
    stream->handshake_writes = what == SSL_ERROR_WANT_WRITE;
    if (what == SSL_ERROR_WANT_READ || what == SSL_ERROR_WANT_WRITE)
        return STREAM_WAITING;
    tls_cause(stream->ssl, stream->cause, sizeof stream->cause);
    stream->state = ENDED;
    return STREAM_FAILED;
}

enum stream_progress stream_advance(struct stream *stream)
{
    switch (stream->state) {
    case RESOLVING:
        return resolve(stream);
    case CONNECTING:
        return finish_connect(stream);
    case HANDSHAKE:
        return handshake(stream);
    case READY:
        return STREAM_OPEN;
    default:
        return STREAM_FAILED;
    }
}

const char *stream_cause(const struct stream *stream)
{
    return stream->cause;
}

int stream_fd(const struct stream *stream)
{
    return stream->fd;
}

bool stream_wants_write(const struct stream *stream)
{
    return stream->state == CONNECTING || stream->handshake_writes ||
           (stream->state == READY && bytes_len(&stream->out) > 0);
}

/* --- an open stream ------------------------------------------------------------------------------------------ */

/* Bytes moved, 0 for "not now", -1 when the stream has ended. */
static ssize_t moved(struct stream *stream, ssize_t n, bool reading)
{
    if (n > 0)
        return n;
    if (stream->ssl) {
        int what = SSL_get_error(stream->ssl, (int)n);
        if (what == SSL_ERROR_WANT_READ || what == SSL_ERROR_WANT_WRITE)
            return 0;
        if (what == SSL_ERROR_ZERO_RETURN)
            fail(stream, "bearerbox", "closed the connection");
        else
            tls_cause(stream->ssl, stream->cause, sizeof stream->cause);
    } else {
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
            return 0;
        fail(stream, reading ? "read" : "write", n == 0 ? "bearerbox closed the connection" : strerror(errno));
    }
    stream->state = ENDED;
    return -1;
}

bool stream_read(struct stream *stream)
{
    stream->more = false;
    if (stream->state != READY)
        return false;
    if (!bytes_reserve(&stream->in, READ_BYTES)) {
        fail(stream, "read", "out of memory");
        return false;
    }
    uint8_t *to = stream->in.data + stream->in.end;
    ERR_clear_error();
    ssize_t n =
        moved(stream, stream->ssl ? SSL_read(stream->ssl, to, READ_BYTES) : recv(stream->fd, to, READ_BYTES, 0), true);
    if (n < 0)
        return false;
    stream->in.end += (size_t)n;
    stream->more = n == READ_BYTES || (stream->ssl && n > 0);
    return true;
}

bool stream_has_more(const struct stream *stream)
{
    return stream->more;
}

struct bytes *stream_in(struct stream *stream)
{
    return &stream->in;
}

struct bytes *stream_out(struct stream *stream)
{
    return &stream->out;
}

bool stream_flush(struct stream *stream)
{
    while (stream->state == READY && bytes_len(&stream->out) > 0) {
        size_t len = bytes_len(&stream->out);
        int some = len > READ_BYTES ? READ_BYTES : (int)len;
        const uint8_t *from = bytes_at(&stream->out);
        ERR_clear_error();
        ssize_t n =
            moved(stream,
                  stream->ssl ? SSL_write(stream->ssl, from, some) : send(stream->fd, from, (size_t)some, MSG_NOSIGNAL),
                  false);
        if (n < 0)
            return false;
        if (n == 0)
            return true;
        bytes_consume(&stream->out, (size_t)n);
        stream->sent += (uint64_t)n;
    }
    return stream->state == READY;
}

void stream_finish(struct stream *stream)
{
    if (stream->state != READY)
        return;
    ERR_clear_error();
    if (stream->ssl)
        (void)SSL_shutdown(stream->ssl);
    (void)shutdown(stream->fd, SHUT_WR);
}

uint64_t stream_sent(const struct stream *stream)
{
    return stream->sent;
}
