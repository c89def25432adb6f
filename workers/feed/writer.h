/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one part of aduan-feed that waits: a thread that writes to the store, since whoever writes waits for the store's
 * one writer and for the disk. It keeps what integrators confirm, many in one transaction, and takes old events from
 * the log, a few at a time. It has a store handle of its own; it touches no socket.
 */
#ifndef ADUAN_FEED_WRITER_H
#define ADUAN_FEED_WRITER_H

#include "store_integrator.h"

#define WRITER_THREAD_NAME "feed-writer"
enum { WRITER_QUEUE = 256, WRITER_TICKET_BYTES = 1024 };

struct writer;

/* A confirmation, and what its asker is to be told by: copied, never looked into. */
struct confirmation {
    char view[64], cursor[STORE_CURSOR_NAME_MAX + 1];
    uint8_t epoch[STORE_EPOCH_BYTES];
    uint64_t sequence;
    int err; /* when it comes back: OK, it is durable; E_FULL, too many cursors; E_BUSY, the store was not written */
    _Alignas(16) uint8_t ticket[WRITER_TICKET_BYTES];
};

/* E_IO. */
MUST_CHECK int writer_start(struct store *store, struct writer **out, struct fault *fault);
void writer_stop(struct writer *writer);
/* Readable when something has come back. */
int writer_fd(const struct writer *writer);
/* False: too many wait. */
bool writer_confirm(struct writer *writer, const struct confirmation *confirmation);
/* The next one that has come back. */
bool writer_next(struct writer *writer, struct confirmation *out);
/* How long events are kept; 0: for ever. */
void writer_keep_days(struct writer *writer, uint32_t days);

#endif
