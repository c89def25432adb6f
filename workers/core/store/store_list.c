/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lists of tickets, newest first. The keys of all three tables end in the ticket's id, so one walk downwards over a
 * prefix serves them all: ticket_by_sender or ticket_by_state when the filter names one, else the tickets themselves.
 * A page is read in short transactions and handed out between them: whoever prints slowly pins nothing.
 */
#include "record_fields.h"
#include "store_priv.h"

#include <stdlib.h>
#include <string.h>

typedef Aduan__Record__Ticket Ticket;

enum {
    PREFIX_MAX = SENDER_ROW_BYTES,
    ROWS_A_TXN = 4096, /* looked at */
    TICKETS_A_TXN = 64 /* handed out */
};

/* Clocks of several processes: a ticket may be opened this much before one with a lower id. */
static const uint64_t clock_slack_us = 3600u * 1000000u;

struct walk {
    struct store *store;
    const struct store_ticket_filter *filter;
    enum store_table table;
    uint8_t prefix[PREFIX_MAX];
    size_t prefix_len;
    uint64_t below; /* ids from here on have been looked at */
    bool ended;
    Ticket *found[TICKETS_A_TXN];
    size_t count;
};

static void choose_table(struct walk *walk)
{
    const struct store_ticket_filter *filter = walk->filter;
    walk->table = T_TICKET;
    if (filter->sender_id) {
        walk->table = T_TICKET_BY_SENDER;
        walk->prefix_len = SENDER_ROW_BYTES;
    } else if (filter->state != TICKET_STATE(TICKET_STATE_NONE)) {
        walk->table = T_TICKET_BY_STATE;
        walk->prefix_len = 1;
        walk->prefix[0] = (uint8_t)filter->state;
    }
}

static bool is(const char *wanted, const char *field)
{
    return wanted == NULL || strcmp(wanted, field) == 0;
}

static bool matches(const struct store_ticket_filter *filter, const Ticket *ticket)
{
    return (filter->state == TICKET_STATE(TICKET_STATE_NONE) || filter->state == ticket->state) &&
           (filter->incident == 0 || filter->incident == ticket->incident) &&
           (!filter->corrected || ticket->n_correction > 0 || *ticket->refused) &&
           is(filter->category, ticket->category) && is(filter->agency, ticket->agency) &&
           is(filter->type, ticket->type) && is(filter->shortcode, ticket->shortcode) &&
           ticket->opened_us >= filter->since_us && (filter->until_us == 0 || ticket->opened_us < filter->until_us);
}

/* The last row below walk->below, or one of a prefix before. */
static int seek(struct walk *walk, MDB_cursor *cursor, MDB_val *key, MDB_val *val)
{
    return cursor_seek_below(walk->store, cursor, walk->prefix, walk->prefix_len, walk->below, key, val);
}

static bool inside(const struct walk *walk, const MDB_val *key)
{
    return key->mv_size == walk->prefix_len + 8 && memcmp(key->mv_data, walk->prefix, walk->prefix_len) == 0;
}

/* Looks at one row: keeps its ticket when it matches. Only then is it opened. */
static int look(struct walk *walk, struct store_txn *txn, uint64_t id)
{
    ProtobufCMessage *record;
    uint8_t key[8];
    put_be64(key, id);
    int rc = txn_get_closed(txn, T_TICKET, key, sizeof key, &aduan__record__ticket__descriptor, &record);
    if (rc != OK)
        return rc == E_NOT_FOUND ? E_CORRUPT : rc;
    const Ticket *ticket = (const Ticket *)record;
    walk->below = id;
    if (ticket->opened_us + clock_slack_us < walk->filter->since_us)
        walk->ended = true;
    bool wanted = matches(walk->filter, ticket);
    protobuf_c_message_free_unpacked(record, NULL);
    if (!wanted)
        return OK;
    rc = txn_get_record(txn, T_TICKET, key, sizeof key, &aduan__record__ticket__descriptor, &record);
    if (rc == OK)
        walk->found[walk->count++] = (Ticket *)record;
    return rc;
}

static void drop_found(struct walk *walk)
{
    for (size_t i = 0; i < walk->count; i++)
        aduan__record__ticket__free_unpacked(walk->found[i], NULL);
    walk->count = 0;
}

/* Fills walk->found from one short transaction. */
static int read_some(struct walk *walk)
{
    MDB_cursor *cursor = NULL;
    MDB_val key, val;
    struct store_txn txn;

    int rc = txn_begin(walk->store, false, 0, &txn);
    if (rc != OK)
        return rc;
    if (walk->filter->sender_id)
        rc = txn_sender_row(&txn, walk->filter->sender_id, walk->prefix);
    if (rc == OK)
        rc = txn_cursor(&txn, walk->table, &cursor);
    if (rc == OK)
        rc = seek(walk, cursor, &key, &val);
    for (size_t rows = 0; rc == OK && rows < ROWS_A_TXN && walk->count < TICKETS_A_TXN && !walk->ended; rows++) {
        if (!inside(walk, &key)) {
            rc = E_NOT_FOUND;
            break;
        }
        rc = look(walk, &txn, get_be64((const uint8_t *)key.mv_data + walk->prefix_len));
        if (rc == OK)
            rc = cursor_get(walk->store, cursor, &key, &val, MDB_PREV);
    }
    mdb_cursor_close(cursor);
    txn_abort(&txn);
    if (rc == E_NOT_FOUND) {
        walk->ended = true;
        rc = OK;
    }
    if (rc != OK)
        drop_found(walk);
    return rc;
}

int store_tickets(struct store *store, const struct store_ticket_filter *filter, store_ticket_fn fn, void *ctx,
                  bool *more)
{
    struct walk walk = {.store = store, .filter = filter, .below = filter->after_id ? filter->after_id : UINT64_MAX};
    size_t given = 0;
    bool full = false, stopped = false;
    int rc = OK;

    choose_table(&walk);
    while (rc == OK && !walk.ended && !full && !stopped) {
        rc = read_some(&walk);
        for (size_t i = 0; i < walk.count && !stopped && !full; i++) {
            full = filter->limit > 0 && given == filter->limit; /* one beyond the page: there is more */
            if (!full) {
                stopped = fn(ctx, walk.found[i]) != 0;
                given++;
                full = stopped && i + 1 < walk.count;
            }
        }
        drop_found(&walk);
    }
    if (rc == OK && more)
        *more = full || (stopped && !walk.ended);
    return rc;
}
