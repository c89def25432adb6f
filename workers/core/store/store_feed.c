/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stretches of the event log with their tickets. What a read hands out lives in an arena that the next read takes
 * again: replays of millions of events allocate nothing. A ticket that several events of a stretch concern is decoded
 * once, or once closed and once opened; none is kept from one stretch to the next, since it may have changed.
 */
#include "store_feed.h"

#include "arena.h"
#include "record_fields.h"
#include "store_priv.h"

#include <stdlib.h>
#include <string.h>

typedef Aduan__Record__Event Event;
typedef Aduan__Record__Ticket Ticket;

enum {
    BLOCK_BYTES = 256 * 1024,
    ARENA_MAX_BYTES = 4 * 1024 * 1024, /* a stretch ends early behind it: tickets may have many notes */
    TICKET_SLOTS = 2048,               /* a power of two, twice the events of a stretch */
    NUMBER_BYTES = 32
};
_Static_assert(TICKET_SLOTS >= 2 * STORE_FEED_MAX, "the table of tickets never fills");

struct slot {
    uint64_t id; /* 0: free */
    const Ticket *ticket;
    bool opened;
};

struct store_feed {
    struct arena *arena;
    struct store_feed_item items[STORE_FEED_MAX];
    struct slot tickets[TICKET_SLOTS];
};

struct store_feed *store_feed_new(void)
{
    struct store_feed *feed = calloc(1, sizeof *feed);
    if (!feed)
        abort();
    feed->arena = arena_new(BLOCK_BYTES);
    return feed;
}

void store_feed_free(struct store_feed *feed)
{
    if (!feed)
        return;
    arena_free(feed->arena);
    free(feed);
}

/* --- one stretch -------------------------------------------------------------------------------------------- */

/* One read transaction. Tickets and replies are looked up through cursors: the next one is mostly on the page of the
 * last. */
struct reading {
    struct store_txn txn;
    MDB_cursor *events, *tickets, *replies;
};

static int find_ticket(struct reading *reading, struct store_feed *feed, uint64_t id, bool opened, const Ticket **out)
{
    size_t at = (size_t)(id * 0x9E3779B97F4A7C15u >> 53);
    while (feed->tickets[at].id != 0 && feed->tickets[at].id != id)
        at = (at + 1) % TICKET_SLOTS;
    if (feed->tickets[at].id == id && (feed->tickets[at].opened || !opened)) {
        *out = feed->tickets[at].ticket;
        return OK;
    }
    uint8_t key[8];
    MDB_val at_key = {sizeof key, key}, val;
    put_be64(key, id);
    Ticket *ticket = arena_take(feed->arena, sizeof *ticket);
    aduan__record__ticket__init(ticket);
    int err = cursor_get(reading->txn.store, reading->tickets, &at_key, &val, MDB_SET);
    if (err == OK)
        err = record_scan_row(reading->txn.store->seal, feed->arena, &at_key, &val, opened, &ticket->base);
    feed->tickets[at] = (struct slot){id, err == OK ? ticket : NULL, opened};
    *out = feed->tickets[at].ticket;
    return record_forgive(err);
}

static int find_number(struct reading *reading, struct store_feed *feed, const Ticket *ticket, const char **out)
{
    Aduan__Record__Identity identity = ADUAN__RECORD__IDENTITY__INIT;
    MDB_val key = {ticket->sender_id.len, ticket->sender_id.data}, val;
    int err = txn_get(&reading->txn, T_IDENTITY, key.mv_data, key.mv_size, &val);
    if (err == OK)
        err = record_scan_row(reading->txn.store->seal, feed->arena, &key, &val, true, &identity.base);
    if (err != OK)
        return record_forgive(err);
    if (identity.number.len == 0 || identity.number.len > NUMBER_BYTES)
        return OK;
    *out = arena_copy(feed->arena, identity.number.data, identity.number.len);
    return OK;
}

static int find_reply_id(struct reading *reading, struct store_feed *feed, Event *event)
{
    Aduan__Record__Reply reply = ADUAN__RECORD__REPLY__INIT;
    uint8_t slot[SLOT_BYTES];
    MDB_val key = {sizeof slot, slot}, val;
    put_be64(slot, event->reply);
    int err = cursor_get(reading->txn.store, reading->replies, &key, &val, MDB_SET);
    if (err == OK)
        err = record_scan_row(reading->txn.store->seal, feed->arena, &key, &val, false, &reply.base);
    if (err == OK)
        event->reply_id = reply.id;
    return record_forgive(err);
}

static int fill(struct reading *reading, struct store_feed *feed, const MDB_val *key, const MDB_val *val, unsigned open,
                struct store_feed_item *item)
{
    Event *event = arena_take(feed->arena, sizeof *event);
    aduan__record__event__init(event);
    int err = record_scan_row(reading->txn.store->seal, feed->arena, key, val, true, &event->base);
    if (err != OK)
        return err;
    *item = (struct store_feed_item){.event = event};
    event->sequence = get_be64(key->mv_data);
    bool opens = event->kind == EVENT_KIND(TICKET_OPENED), classifies = event->kind == EVENT_KIND(TICKET_CLASSIFIED);
    if (event->ticket != 0)
        err = find_ticket(reading, feed, event->ticket, opens || classifies || open & STORE_FEED_TEXTS, &item->ticket);
    if (item->ticket && classifies)
        event->detail = item->ticket->why;
    if (item->ticket)
        event->shortcode = item->ticket->shortcode;
    if (item->ticket && event->message_key.len == 0)
        event->message_key = item->ticket->message_key;
    if (err == OK && event->reply != 0)
        err = find_reply_id(reading, feed, event);
    if (err == OK && opens && open & STORE_FEED_NUMBERS && item->ticket && item->ticket->sender_id.len > 0)
        err = find_number(reading, feed, item->ticket, &item->number);
    return err;
}

int store_feed_read(struct store *store, struct store_feed *feed, uint64_t from, size_t max, unsigned open,
                    const struct store_feed_item **items, size_t *count)
{
    uint8_t start[8];
    struct reading reading = {.events = NULL};
    MDB_val key = {sizeof start, start}, val;
    size_t n = 0;

    arena_reset(feed->arena);
    memset(feed->tickets, 0, sizeof feed->tickets);
    put_be64(start, from);
    int rc = txn_begin(store, false, 0, &reading.txn);
    if (rc != OK)
        return rc;
    rc = txn_cursor(&reading.txn, T_TICKET, &reading.tickets);
    if (rc == OK)
        rc = txn_cursor(&reading.txn, T_REPLY, &reading.replies);
    if (rc == OK)
        rc = txn_cursor(&reading.txn, T_EVENT, &reading.events);
    if (rc == OK)
        rc = cursor_get(store, reading.events, &key, &val, MDB_SET_RANGE);
    while (rc == OK && n < max && n < STORE_FEED_MAX && arena_total(feed->arena) < ARENA_MAX_BYTES) {
        rc = fill(&reading, feed, &key, &val, open, &feed->items[n]);
        if (rc == OK) {
            n++;
            rc = cursor_get(store, reading.events, &key, &val, MDB_NEXT);
        }
    }
    mdb_cursor_close(reading.events);
    mdb_cursor_close(reading.tickets);
    mdb_cursor_close(reading.replies);
    txn_abort(&reading.txn);
    /* What was read before an error is handed out; the error comes again, with nothing before it, at the next read. */
    if (rc != OK && rc != E_NOT_FOUND && n == 0)
        return rc;
    *items = feed->items;
    *count = n;
    return OK;
}

/* --- by time ------------------------------------------------------------------------------------------------ */

/* A commit's time is taken before its turn at the one writer comes: this much out of order, at most. */
static const uint64_t commit_slack_us = 1000u * 1000u;

static int event_at(struct store_txn *txn, MDB_cursor *cursor, uint64_t sequence, uint64_t *at_us)
{
    uint8_t start[8];
    MDB_val key = {sizeof start, start}, val;
    ProtobufCMessage *record;
    put_be64(start, sequence);
    int rc = cursor_get(txn->store, cursor, &key, &val, MDB_SET_RANGE);
    if (rc == OK)
        rc = record_unpack(&aduan__record__event__descriptor, &val, &record);
    if (rc != OK)
        return rc;
    *at_us = ((const Event *)record)->at_us;
    protobuf_c_message_free_unpacked(record, NULL);
    return OK;
}

/* By halves to a second before it, then forwards one by one. */
static int search(struct store_txn *txn, MDB_cursor *cursor, uint64_t at_us, uint64_t low, uint64_t end, uint64_t *out)
{
    uint64_t early_us = at_us > commit_slack_us ? at_us - commit_slack_us : 0, found_us, high = end;
    int rc = OK;
    while (rc == OK && low < high) {
        uint64_t middle = low + (high - low) / 2;
        rc = event_at(txn, cursor, middle, &found_us);
        if (rc == OK && found_us < early_us)
            low = middle + 1;
        else
            high = middle;
    }
    while (rc == OK && low < end) {
        rc = event_at(txn, cursor, low, &found_us);
        if (rc == OK && found_us >= at_us)
            break;
        low++;
    }
    *out = low;
    return rc;
}

int store_event_since(struct store *store, uint64_t at_us, uint64_t *sequence)
{
    struct store_head head;
    struct store_txn txn;
    MDB_cursor *cursor = NULL;
    uint64_t found = 0;
    int rc = store_head(store, &head);
    if (rc == OK)
        rc = txn_begin(store, false, 0, &txn);
    if (rc != OK)
        return rc;
    rc = txn_cursor(&txn, T_EVENT, &cursor);
    if (rc == OK)
        rc = search(&txn, cursor, at_us, head.first, head.last + 1, &found);
    mdb_cursor_close(cursor);
    txn_abort(&txn);
    if (rc == OK)
        *sequence = found;
    return rc == E_NOT_FOUND ? E_AGAIN : rc; /* trimmed under us */
}

/* --- the end of history ------------------------------------------------------------------------------------- */

static int trim(struct store_txn *txn, uint64_t before_us, size_t max, size_t *trimmed)
{
    MDB_cursor *cursor = NULL;
    MDB_val key, val;
    ProtobufCMessage *record;
    int rc = txn_cursor(txn, T_EVENT, &cursor);
    *trimmed = 0;
    while (rc == OK && *trimmed < max) {
        rc = cursor_get(txn->store, cursor, &key, &val, MDB_FIRST);
        if (rc != OK || record_unpack(&aduan__record__event__descriptor, &val, &record) != OK)
            break;
        bool old = ((const Event *)record)->at_us < before_us;
        protobuf_c_message_free_unpacked(record, NULL);
        if (!old)
            break;
        rc = cursor_del(txn->store, cursor);
        *trimmed += rc == OK;
    }
    mdb_cursor_close(cursor);
    return rc == E_NOT_FOUND ? OK : rc;
}

static int first_is_old(struct store *store, uint64_t before_us, bool *old)
{
    struct store_txn txn;
    MDB_cursor *cursor = NULL;
    uint64_t at_us = UINT64_MAX;
    int rc = txn_begin(store, false, 0, &txn);
    if (rc != OK)
        return rc;
    rc = txn_cursor(&txn, T_EVENT, &cursor);
    if (rc == OK)
        rc = event_at(&txn, cursor, 0, &at_us);
    mdb_cursor_close(cursor);
    txn_abort(&txn);
    *old = rc == OK && at_us < before_us;
    return rc == E_NOT_FOUND ? OK : rc;
}

int store_events_trim(struct store *store, uint64_t before_us, size_t max, size_t *trimmed, struct fault *fault)
{
    static const char doing[] = "cannot trim the event log";
    struct store_txn txn;
    size_t n = 0;
    bool old;
    *trimmed = 0;
    int rc = first_is_old(store, before_us, &old);
    if (rc == OK && !old)
        return OK;
    if (rc == OK)
        rc = txn_begin(store, true, 0, &txn);
    if (rc != OK)
        return txn_fault(store, fault, rc, doing);
    rc = trim(&txn, before_us, max, &n);
    if (rc == OK)
        rc = txn_commit(&txn);
    txn_abort(&txn);
    if (rc != OK)
        return txn_fault(store, fault, rc, doing);
    *trimmed = n;
    return OK;
}
