/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A byte stream to a server over TCP or TLS that never blocks: not in name resolution, not in connecting, not in the
 * handshake, not in writing. Made new for each connection; link.c is its only caller.
 */
#ifndef ADUANBOX_STREAM_H
#define ADUANBOX_STREAM_H

#include "bytes.h"

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

struct stream;

struct stream_options {
    const char *host, *port; /* must outlive the stream */
    SSL_CTX *tls;            /* NULL: plain TCP; not owned */
    const char *tls_name;
};

enum stream_progress { STREAM_FAILED = -1, STREAM_WAITING = 0, STREAM_OPEN = 1 };

/* Begins to connect. NULL when memory is short. */
struct stream *stream_new(const struct stream_options *options);
void stream_free(struct stream *stream);
/* Drives connecting and the handshake; call it whenever the fd is ready, and each tick. */
enum stream_progress stream_advance(struct stream *stream);
/* Why it failed or ended, never NULL. */
const char *stream_cause(const struct stream *stream);
/* -1 while there is nothing to poll (a name is being resolved). */
int stream_fd(const struct stream *stream);
bool stream_wants_write(const struct stream *stream);

/* Reads once, without blocking, into stream_in(). false: the stream has ended (see stream_cause). */
bool stream_read(struct stream *stream);
/* More may be read than poll() knows of. */
bool stream_has_more(const struct stream *stream);
struct bytes *stream_in(struct stream *stream);
/* What the caller appends here goes out with stream_flush(). */
struct bytes *stream_out(struct stream *stream);
bool stream_flush(struct stream *stream);
/* Says that no more will be written; what the server still sends can be read. */
void stream_finish(struct stream *stream);
/* Bytes handed to the kernel so far. */
uint64_t stream_sent(const struct stream *stream);

#endif
