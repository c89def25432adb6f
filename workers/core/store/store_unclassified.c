/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tickets that were received in a peak: answered already, to be classified when there is time. A ticket stands in table
 * unclassified exactly while it has no class. Whoever classifies it claims it first, in a transaction of its own: then
 * classifiers do not do the same work twice, and a text that ends whoever reads it is known by its claims and given up
 * before it ends the desk. Only settling removes the row, so that a class is given once, whoever gives it.
 */
#include "kill_point.h"
#include "record_fields.h"
#include "store_incident_priv.h"
#include "store_ingest.h"
#include "ticket_places.h"

#include <stdlib.h>
#include <string.h>

typedef Aduan__Record__Ticket Ticket;

static const char given_up_why[] = "not classified: each classifier that read it ended";
static const char line_itself[] = "aduan"; /* the actor of what no person did */

/* A row of table unclassified. */
struct row {
    uint64_t ticket, opened_us, lease_us;
    uint32_t claims;
};

static int put_row(struct store_txn *txn, const struct row *row)
{
    uint8_t key[8], val[UNCLASSIFIED_ROW_BYTES];
    put_be64(key, row->ticket);
    put_be64(val, row->opened_us);
    put_be64(val + 8, row->lease_us);
    put_be32(val + 16, row->claims);
    return txn_put(txn, T_UNCLASSIFIED, key, sizeof key, val, sizeof val);
}

static int del_row(struct store_txn *txn, uint64_t ticket)
{
    uint8_t key[8];
    put_be64(key, ticket);
    return txn_del(txn, T_UNCLASSIFIED, key, sizeof key);
}

int unclassified_put(struct store_txn *txn, const Ticket *ticket)
{
    return put_row(txn, &(struct row){.ticket = ticket->id, .opened_us = ticket->opened_us});
}

static bool read_row(const MDB_val *key, const MDB_val *val, struct row *out)
{
    const uint8_t *bytes = val->mv_data;
    if (key->mv_size != 8 || val->mv_size != UNCLASSIFIED_ROW_BYTES)
        return false;
    *out = (struct row){get_be64(key->mv_data), get_be64(bytes), get_be64(bytes + 8), get_be32(bytes + 16)};
    return true;
}

/* --- claiming ----------------------------------------------------------------------------------------------- */

/* A lease that ends later than any we would give was taken before the clock was set back. */
static bool is_free(const struct row *row, const struct store_unclassified_claim *claim)
{
    return row->lease_us <= claim->now_us || row->lease_us > claim->now_us + claim->lease_us;
}

/* The rows to take: fresh ones together, one that was claimed before alone. */
static int choose(struct store_txn *txn, const struct store_unclassified_claim *claim, struct row *rows, size_t *count)
{
    MDB_cursor *cursor;
    MDB_val key, val;
    struct row row;
    size_t n = 0;
    int err = txn_cursor(txn, T_UNCLASSIFIED, &cursor);
    if (err != OK)
        return err;
    while (n < claim->max) {
        err = cursor_get(txn->store, cursor, &key, &val, MDB_NEXT);
        if (err != OK)
            break;
        if (!read_row(&key, &val, &row) || !is_free(&row, claim) || (row.claims > 0 && n > 0))
            continue;
        rows[n++] = row;
        if (row.claims > 0)
            break;
    }
    mdb_cursor_close(cursor);
    *count = n;
    return err == E_NOT_FOUND ? OK : err;
}

static bool none_to_take(struct store *store, const struct store_unclassified_claim *claim)
{
    struct store_unclassified_claim one = *claim;
    struct store_txn txn;
    struct row row;
    size_t count = 0;
    one.max = 1;
    if (txn_begin(store, false, claim->now_us, &txn) != OK)
        return false; /* no reader's slot is left: who writes needs none */
    int err = choose(&txn, &one, &row, &count);
    txn_abort(&txn);
    return err == OK && count == 0;
}

/* A row that leads to no ticket in want of a class is in nobody's interest: it goes, and verify has told of it. */
static int ticket_of(struct store_txn *txn, uint64_t id, Ticket **out)
{
    int err = txn_get_ticket(txn, id, out);
    if (err == OK && !(*out)->unclassified) {
        aduan__record__ticket__free_unpacked(*out, NULL);
        err = E_NOT_FOUND;
    }
    if (err != E_NOT_FOUND && err != E_CORRUPT)
        return err;
    err = del_row(txn, id);
    return err == OK || err == E_NOT_FOUND ? E_NOT_FOUND : err;
}

static int settle_one(struct store_txn *txn, const struct store_joining *joining, uint64_t id,
                      const struct verdict *verdict);

static int take(struct store_txn *txn, const struct store_unclassified_claim *claim, struct row *row,
                struct store_unclassified *out, size_t *count, size_t *given_up)
{
    static const struct store_joining no_joining;
    static const struct verdict none = {.open_ticket = true, .type = "", .category = "", .agency = "", .urgency = ""};
    Ticket *ticket;
    if (row->claims >= claim->claims_max) {
        (*given_up)++;
        int settled = settle_one(txn, &no_joining, row->ticket, &none);
        return settled == E_NOT_FOUND ? OK : settled;
    }
    int err = ticket_of(txn, row->ticket, &ticket);
    if (err != OK)
        return err == E_NOT_FOUND ? OK : err;
    struct store_unclassified *item = &out[*count];
    *item = (struct store_unclassified){.ticket = ticket->id, .len = ticket->text.len};
    item->text = record_alloc(item->len + 1);
    if (item->len > 0)
        memcpy(item->text, ticket->text.data, item->len);
    item->text[item->len] = '\0';
    aduan__record__ticket__free_unpacked(ticket, NULL);
    (*count)++;
    row->lease_us = claim->now_us + claim->lease_us;
    row->claims++;
    return put_row(txn, row);
}

void store_unclassified_done(struct store_unclassified *taken, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(taken[i].text);
}

int store_unclassified_claim(struct store *store, const struct store_unclassified_claim *claim,
                             struct store_unclassified *out, size_t *count, size_t *given_up, struct fault *fault)
{
    static const char doing[] = "taking tickets to classify";
    struct store_txn txn;
    size_t n = 0, taken = 0, lost = 0;
    *count = *given_up = 0;
    if (claim->max == 0 || none_to_take(store, claim))
        return OK;
    struct row *rows = record_alloc(claim->max * sizeof *rows);
    int err = txn_begin(store, true, claim->now_us, &txn);
    if (err == OK)
        err = choose(&txn, claim, rows, &n);
    for (size_t i = 0; i < n && err == OK; i++)
        err = take(&txn, claim, &rows[i], out, &taken, &lost);
    if (err == OK)
        err = txn_commit(&txn);
    else
        txn_abort(&txn);
    free(rows);
    if (err != OK) {
        store_unclassified_done(out, taken);
        return txn_fault(store, fault, err, doing);
    }
    *count = taken;
    *given_up = lost;
    return OK;
}

/* --- settling ----------------------------------------------------------------------------------------------- */

/* What people have set meanwhile stays. */
static void fill(Ticket *ticket, const struct verdict *verdict, bool gave_up)
{
    record_reseal(&ticket->base);
    record_set_string(&ticket->type, verdict->type);
    record_set_string(&ticket->category, verdict->category);
    if (*ticket->agency == '\0')
        record_set_string(&ticket->agency, verdict->agency);
    record_set_string(&ticket->urgency, verdict->urgency);
    record_set_string(&ticket->why, gave_up ? given_up_why : verdict->why);
    record_set_string(&ticket->model, gave_up ? "" : verdict->model);
    record_set_string(&ticket->guesses, gave_up ? "" : verdict->guesses);
    record_set_string(&ticket->flags, gave_up ? "" : verdict->flags);
    record_set_string(&ticket->rules, gave_up ? "" : verdict->rules);
    ticket_places_set(ticket, &verdict->places);
    if (verdict->language && *verdict->language)
        record_set_string(&ticket->language, verdict->language);
    ticket->unclassified = false;
}

/* It should have opened none, and nobody has worked on it. */
static int archive(struct store_txn *txn, Ticket *ticket, const struct verdict *verdict)
{
    const char *reason = verdict->reason ? verdict->reason : "not_wanted";
    const struct store_ticket_change change = {
        .verb = TICKET_ARCHIVE, .actor = line_itself, .text = reason, .text_len = strlen(reason)};
    struct fault fault;
    return txn_change_ticket(txn, ticket, &change, &fault);
}

/* E_NOT_FOUND: another one was quicker. */
static int settle_one(struct store_txn *txn, const struct store_joining *joining, uint64_t id,
                      const struct verdict *verdict)
{
    Ticket *ticket;
    int err = ticket_of(txn, id, &ticket);
    if (err != OK)
        return err;
    const struct incident_share before = incident_share(ticket);
    fill(ticket, verdict, verdict->language == NULL);
    ticket->opened_sequence = txn->next_sequence;
    err = txn_ticket_opened(txn, ticket);
    if (err == OK)
        err = incident_recount(txn, ticket, before);
    if (err == OK && verdict->open_ticket)
        err = incident_find(txn, joining, verdict, ticket);
    bool untouched = ticket->state == TICKET_STATE(RECEIVED) && ticket->n_note < STORE_TICKET_NOTES_MAX;
    if (err == OK && !verdict->open_ticket && untouched)
        err = archive(txn, ticket, verdict);
    else if (err == OK)
        err = txn_put_ticket(txn, ticket, ticket->state);
    aduan__record__ticket__free_unpacked(ticket, NULL);
    return err == OK ? del_row(txn, id) : err;
}

int store_unclassified_settle(struct store *store, const struct store_joining *joining,
                              const struct store_unclassified *taken, const struct verdict *verdicts, size_t n,
                              uint64_t now_us, size_t *settled, struct fault *fault)
{
    static const char doing[] = "saving what tickets are about";
    struct store_txn txn;
    size_t done = 0;
    int err = txn_begin(store, true, now_us, &txn);
    if (err != OK)
        return txn_fault(store, fault, err, doing);
    for (size_t i = 0; i < n && err == OK; i++) {
        err = settle_one(&txn, joining, taken[i].ticket, &verdicts[i]);
        done += err == OK;
        if (err == E_NOT_FOUND)
            err = OK;
    }
    KILL_POINT("store", "classified_uncommitted");
    if (err == OK)
        err = txn_commit(&txn);
    else
        txn_abort(&txn);
    if (err != OK)
        return txn_fault(store, fault, err, doing);
    *settled = done;
    return OK;
}
