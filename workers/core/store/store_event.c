/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading the event log: where it begins and ends, and a stretch of it. The feed and `aduan tail` call it often and
 * from where they stopped; the callback runs between short transactions, so a slow subscriber pins no page.
 */
#include "record_fields.h"
#include "store_priv.h"

#include <string.h>

typedef Aduan__Record__Event Event;

enum { EVENTS_A_TXN = 256 };

static int end_of_log(struct store *store, MDB_cursor *cursor, MDB_cursor_op op, uint64_t *sequence)
{
    MDB_val key, val;
    int rc = cursor_get(store, cursor, &key, &val, op);
    if (rc == OK)
        *sequence = get_be64(key.mv_data);
    return rc;
}

/* With no event held, the next one is the first: [next, next - 1]. */
static int empty_log(struct store_txn *txn, struct store_head *head)
{
    MDB_val val;
    int rc = txn_get(txn, T_META, "next_sequence", strlen("next_sequence"), &val);
    if (rc != OK || val.mv_size != 8)
        return rc == OK || rc == E_NOT_FOUND ? E_CORRUPT : rc;
    head->first = get_be64(val.mv_data);
    head->last = head->first - 1;
    return OK;
}

static int epoch_of(struct store_txn *txn, struct store_head *head)
{
    MDB_val val;
    int rc = txn_get(txn, T_META, "epoch", strlen("epoch"), &val);
    if (rc != OK || val.mv_size != STORE_EPOCH_BYTES)
        return rc == OK || rc == E_NOT_FOUND ? E_CORRUPT : rc;
    memcpy(head->epoch, val.mv_data, STORE_EPOCH_BYTES);
    return OK;
}

int store_head(struct store *store, struct store_head *out)
{
    struct store_head head;
    struct store_txn txn;
    MDB_cursor *cursor = NULL;

    int rc = txn_begin(store, false, 0, &txn);
    if (rc != OK)
        return rc;
    rc = epoch_of(&txn, &head);
    if (rc == OK)
        rc = txn_cursor(&txn, T_EVENT, &cursor);
    if (rc == OK)
        rc = end_of_log(store, cursor, MDB_FIRST, &head.first);
    if (rc == OK)
        rc = end_of_log(store, cursor, MDB_LAST, &head.last);
    else if (rc == E_NOT_FOUND)
        rc = empty_log(&txn, &head);
    mdb_cursor_close(cursor);
    txn_abort(&txn);
    if (rc == OK)
        *out = head;
    return rc;
}

/* What rests with the ticket or the reply alone. */
static int add_of_ticket(struct store_txn *txn, Event *event)
{
    Aduan__Record__Ticket *ticket;
    if (event->ticket == 0)
        return OK;
    int rc = txn_get_ticket(txn, event->ticket, &ticket);
    if (rc != OK)
        return record_forgive(rc);
    if (event->kind == EVENT_KIND(TICKET_CLASSIFIED))
        record_set_string(&event->detail, ticket->why);
    record_set_string(&event->shortcode, ticket->shortcode);
    if (event->message_key.len == 0)
        record_set_bytes(&event->message_key, ticket->message_key.data, ticket->message_key.len);
    aduan__record__ticket__free_unpacked(ticket, NULL);
    return OK;
}

static int add_of_reply(struct store_txn *txn, Event *event)
{
    Aduan__Record__Reply *reply;
    if (event->reply == 0)
        return OK;
    int rc = txn_get_reply_closed(txn, event->reply, &reply);
    if (rc != OK)
        return record_forgive(rc);
    record_set_bytes(&event->reply_id, reply->id.data, reply->id.len);
    aduan__record__reply__free_unpacked(reply, NULL);
    return OK;
}

/* Up to n events from *from on; *from moves behind the last one read. */
static int read_some(struct store *store, uint64_t *from, size_t n, Event **events, size_t *count)
{
    uint8_t start[8];
    struct store_txn txn;
    MDB_cursor *cursor = NULL;
    MDB_val key = {sizeof start, start}, val;
    ProtobufCMessage *record;

    *count = 0;
    put_be64(start, *from);
    int rc = txn_begin(store, false, 0, &txn);
    if (rc != OK)
        return rc;
    rc = txn_cursor(&txn, T_EVENT, &cursor);
    if (rc == OK)
        rc = cursor_get(store, cursor, &key, &val, MDB_SET_RANGE);
    while (rc == OK && *count < n) {
        rc = record_unpack(&aduan__record__event__descriptor, &val, &record);
        if (rc != OK)
            break;
        events[(*count)++] = (Event *)record;
        Event *event = (Event *)record;
        event->sequence = get_be64(key.mv_data);
        *from = event->sequence + 1;
        rc = add_of_ticket(&txn, event);
        if (rc == OK)
            rc = add_of_reply(&txn, event);
        if (rc == OK)
            rc = cursor_get(store, cursor, &key, &val, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    txn_abort(&txn);
    return rc;
}

int store_events(struct store *store, uint64_t from, size_t max, store_event_fn fn, void *ctx)
{
    Event *events[EVENTS_A_TXN];
    bool stopped = false;
    int rc = OK;

    while (rc == OK && max > 0 && !stopped) {
        size_t count, want = max < EVENTS_A_TXN ? max : EVENTS_A_TXN;
        rc = read_some(store, &from, want, events, &count);
        max -= count;
        for (size_t i = 0; i < count; i++) {
            stopped = stopped || fn(ctx, events[i]) != 0;
            aduan__record__event__free_unpacked(events[i], NULL);
        }
    }
    return stopped || rc == E_NOT_FOUND ? OK : rc;
}
