/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading the event log for the feed: a stretch of it, each event with the ticket it concerns as that is now, taken in
 * one short read transaction and kept outside the store. Whoever sends slowly holds no page of it.
 * The stretch owns what it hands out; the next read replaces it.
 */
#ifndef ADUAN_STORE_FEED_H
#define ADUAN_STORE_FEED_H

#include "store.h"

struct store_feed;

struct store_feed_item {
    const Aduan__Record__Event *event;
    const Aduan__Record__Ticket *ticket; /* NULL: the event has none, or it cannot be read */
    const char *number;                  /* the sender's, of TICKET_OPENED events when asked for; else NULL */
};

enum { STORE_FEED_MAX = 1000 /* events of one stretch */ };

/* What is opened for a read besides the tickets of TICKET_OPENED and TICKET_CLASSIFIED events, which always are. */
enum {
    STORE_FEED_NUMBERS = 1, /* senders' numbers, for TICKET_OPENED */
    STORE_FEED_TEXTS = 2    /* the ticket of every event: else its texts are empty */
};

struct store_feed *store_feed_new(void);
void store_feed_free(struct store_feed *feed);

/* Events with sequence ≥ from, at most `max` (≤ STORE_FEED_MAX) and at most a few MiB of them. OK with none: the log
 * ends before `from`. *items is valid until the next read. */
MUST_CHECK int store_feed_read(struct store *store, struct store_feed *feed, uint64_t from, size_t max, unsigned open,
                               const struct store_feed_item **items, size_t *count);

/* The first sequence whose event, or a later one, was committed at or after at_us; last + 1 when there is none. */
MUST_CHECK int store_event_since(struct store *store, uint64_t at_us, uint64_t *sequence);

/* Takes events from the front of the log that were committed before at_us, at most `max`, in one transaction.
 * *trimmed: how many. No write transaction when there is none. */
MUST_CHECK int store_events_trim(struct store *store, uint64_t before_us, size_t max, size_t *trimmed,
                                 struct fault *fault);

#endif
