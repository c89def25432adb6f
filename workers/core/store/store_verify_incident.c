/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Proof of the incidents: each counts the tickets that its rows list and that name it, none is empty, the log tells of
 * each who joined and left, and what tickets are found by leads to tickets that are like that. (That a row is missing
 * is no break: newer tickets take the places of older ones.)
 */
#include "store_verify.h"

#include "likeness.h"
#include "record_fields.h"
#include "store_incident_priv.h"

#include <inttypes.h>
#include <string.h>

typedef Aduan__Record__Ticket Ticket;
typedef Aduan__Record__Incident Incident;

/* What a ticket is found by; E_NOT_FOUND. */
static int likeness_at(struct verify *v, uint64_t ticket, struct likeness *out)
{
    uint8_t key[8];
    MDB_val val;
    put_be64(key, ticket);
    if (!verify_has(v, T_INCIDENT_LIKE, key, sizeof key))
        return E_NOT_FOUND;
    int err = txn_get(&v->txn, T_INCIDENT_LIKE, key, sizeof key, &val);
    return err == OK ? likeness_unpack(val.mv_data, val.mv_size, out) : err;
}

/* --- tickets ------------------------------------------------------------------------------------------------ */

static void check_likeness(struct verify *v, const Ticket *ticket)
{
    uint64_t near[LIKENESS_NEAR_MAX];
    uint8_t key[INCIDENT_NEAR_KEY_BYTES];
    struct likeness own;
    int err = likeness_at(v, ticket->id, &own);
    if (err == E_NOT_FOUND)
        return;
    v->like_rows++;
    if (ticket->apart || ticket->purged_us != 0)
        verify_broken(v, "ticket.findable", "ticket %" PRIu64 " is to be found by nothing, yet its likeness is kept",
                      ticket->id);
    if (err != OK) {
        verify_broken(v, "ticket.likeness", "the likeness of ticket %" PRIu64 " is not what was written", ticket->id);
        return;
    }
    size_t count = likeness_near(&own, near);
    for (size_t i = 0; i < count; i++) {
        put_be64(key, near[i]);
        put_be64(key + 8, ticket->id);
        v->near_rows += verify_has(v, T_INCIDENT_NEAR, key, sizeof key);
    }
}

void verify_incident_of(struct verify *v, const Ticket *ticket)
{
    uint8_t key[INCIDENT_TICKET_KEY_BYTES];
    check_likeness(v, ticket);
    if (ticket->incident == 0)
        return;
    v->proof.incident_tickets++;
    put_be64(key, ticket->incident);
    put_be64(key + 8, ticket->id);
    if (!verify_has(v, T_INCIDENT_TICKET, key, sizeof key))
        verify_broken(v, "incident_ticket.missing", "ticket %" PRIu64 " names incident %" PRIu64 ", which lacks it",
                      ticket->id, ticket->incident);
}

/* --- incidents ---------------------------------------------------------------------------------------------- */

struct counted {
    uint32_t tickets, open, emergencies;
};

/* Its rows, and what their tickets are. */
static struct counted count_rows(struct verify *v, uint64_t id)
{
    struct counted counted = {0};
    uint64_t after = 0, ticket_id;
    size_t n = 1;
    while (v->rc == OK) {
        v->rc = incident_tickets(&v->txn, id, after, 1, &ticket_id, &n);
        if (v->rc != OK || n == 0)
            break;
        after = ticket_id;
        counted.tickets++;
        v->incident_rows++;
        Ticket *ticket = verify_ticket(v, ticket_id);
        if (ticket == NULL || ticket->incident != id)
            verify_broken(v, "incident_ticket.stray",
                          "incident %" PRIu64 " lists ticket %" PRIu64 ", which does not name it", id, ticket_id);
        const struct incident_share share = ticket ? incident_share(ticket) : (struct incident_share){false, false};
        counted.open += share.open;
        counted.emergencies += share.emergency;
        verify_done(ticket);
    }
    return counted;
}

static void check_incident(struct verify *v, const uint8_t *key, const ProtobufCMessage *record)
{
    const Incident *incident = (const Incident *)record;
    uint64_t id = get_be64(key);
    struct counted counted = count_rows(v, id);
    v->proof.incidents++;
    v->incident_last = id;
    if (incident->id != id)
        verify_broken(v, "incident.key", "incident %" PRIu64 " rests under the key of %" PRIu64, incident->id, id);
    if (counted.tickets == 0)
        verify_broken(v, "incident.empty", "incident %" PRIu64 " has no tickets", id);
    if (incident->tickets != counted.tickets)
        verify_broken(v, "incident.count", "incident %" PRIu64 " counts %" PRIu32 " tickets; it has %" PRIu32, id,
                      incident->tickets, counted.tickets);
    if (incident->open != counted.open || incident->emergencies != counted.emergencies)
        verify_broken(v, "incident.share",
                      "incident %" PRIu64 " counts %" PRIu32 " open tickets and %" PRIu32
                      " emergencies; there are %" PRIu32 " and %" PRIu32,
                      id, incident->open, incident->emergencies, counted.open, counted.emergencies);
}

static void check_row(struct verify *v, const uint8_t *key)
{
    if (!verify_has(v, T_INCIDENT, key, 8))
        verify_broken(v, "incident.missing",
                      "ticket %" PRIu64 " is listed for incident %" PRIu64 ", which is not there", get_be64(key + 8),
                      get_be64(key));
}

static void check_near_row(struct verify *v, const uint8_t *key)
{
    uint64_t near[LIKENESS_NEAR_MAX];
    struct likeness own;
    size_t count = likeness_at(v, get_be64(key + 8), &own) == OK ? likeness_near(&own, near) : 0, i = 0;
    while (i < count && near[i] != get_be64(key))
        i++;
    if (i == count)
        verify_broken(v, "incident_near.stray", "ticket %" PRIu64 " is found by what it is not like",
                      get_be64(key + 8));
}

static void check_like_row(struct verify *v, const uint8_t *key)
{
    if (!verify_has(v, T_TICKET, key, 8))
        verify_broken(v, "incident_like.stray", "ticket %" PRIu64 " is to be found, and is not there", get_be64(key));
}

static void check_counter(struct verify *v)
{
    MDB_val val;
    int err = txn_get(&v->txn, T_META, "incidents", strlen("incidents"), &val);
    uint64_t last = err == OK && val.mv_size == 8 ? get_be64(val.mv_data) : 0;
    if (v->incident_last > last)
        verify_broken(v, "meta.incidents", "the last incident was %" PRIu64 "; there is a number %" PRIu64, last,
                      v->incident_last);
}

void verify_incidents(struct verify *v)
{
    verify_walk(v, T_INCIDENT, 8, &aduan__record__incident__descriptor, check_incident);
    check_counter(v);
    if (verify_count(v, T_INCIDENT_TICKET) != v->incident_rows)
        verify_rows(v, T_INCIDENT_TICKET, INCIDENT_TICKET_KEY_BYTES, check_row);
    if (verify_count(v, T_INCIDENT_LIKE) != v->like_rows)
        verify_rows(v, T_INCIDENT_LIKE, 8, check_like_row);
    if (verify_count(v, T_INCIDENT_NEAR) != v->near_rows)
        verify_rows(v, T_INCIDENT_NEAR, INCIDENT_NEAR_KEY_BYTES, check_near_row);
}
