/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who is in an incident. Three records say it, and only here are they written: the ticket names its incident, a row of
 * table incident_ticket lists the ticket, the incident counts it. What must never happen here: an incident without
 * tickets, or one of these without the other two.
 */
#include "record_fields.h"
#include "store_incident_priv.h"

#include <stdlib.h>
#include <string.h>

typedef Aduan__Record__Ticket Ticket;
typedef Aduan__Record__Incident Incident;

static const char counter_name[] = "incidents";

int incident_new(struct store_txn *txn, Incident **out)
{
    uint8_t be[8];
    MDB_val val;
    int err = txn_get(txn, T_META, counter_name, strlen(counter_name), &val);
    if (err == OK && val.mv_size != sizeof be)
        return E_CORRUPT;
    if (err != OK && err != E_NOT_FOUND)
        return err;
    uint64_t id = (err == OK ? get_be64(val.mv_data) : 0) + 1;
    put_be64(be, id);
    err = txn_put(txn, T_META, counter_name, strlen(counter_name), be, sizeof be);
    if (err != OK)
        return err;
    Incident *incident = record_alloc(sizeof *incident);
    aduan__record__incident__init(incident);
    incident->version = RECORD_VERSION;
    incident->id = id;
    incident->opened_us = incident->changed_us = txn->now_us;
    *out = incident;
    return OK;
}

int incident_get(struct store_txn *txn, uint64_t id, Incident **out)
{
    ProtobufCMessage *record;
    uint8_t key[8];
    put_be64(key, id);
    int err = txn_get_record(txn, T_INCIDENT, key, sizeof key, &aduan__record__incident__descriptor, &record);
    if (err == OK)
        *out = (Incident *)record;
    return err;
}

int incident_put(struct store_txn *txn, const Incident *incident)
{
    uint8_t key[8];
    put_be64(key, incident->id);
    return txn_put_record(txn, T_INCIDENT, key, sizeof key, &incident->base);
}

struct incident_share incident_share(const Ticket *ticket)
{
    return (struct incident_share){ticket_is_open(ticket->state), strcmp(ticket->urgency, "emergency") == 0};
}

static void member_key(uint64_t incident, uint64_t ticket, uint8_t out[INCIDENT_TICKET_KEY_BYTES])
{
    put_be64(out, incident);
    put_be64(out + 8, ticket);
}

static int put_event(struct store_txn *txn, Aduan__Record__Event__Kind kind, const Incident *incident,
                     const Ticket *ticket, const char *actor)
{
    Aduan__Record__Event event = event_of_ticket(ticket, kind);
    event.actor = (char *)(actor ? actor : protobuf_c_empty_string);
    event.incident = incident->id;
    event.tickets = incident->tickets;
    return txn_event(txn, &event);
}

int incident_enter(struct store_txn *txn, Incident *incident, Ticket *ticket, const char *actor)
{
    uint8_t key[INCIDENT_TICKET_KEY_BYTES];
    struct incident_share share = incident_share(ticket);
    member_key(incident->id, ticket->id, key);
    int err = txn_put(txn, T_INCIDENT_TICKET, key, sizeof key, "", 0);
    if (err != OK)
        return err;
    ticket->incident = incident->id;
    incident->changed_us = txn->now_us;
    incident->tickets++;
    incident->open += share.open;
    incident->emergencies += share.emergency;
    return put_event(txn, EVENT_KIND(INCIDENT_JOINED), incident, ticket, actor);
}

static int put_or_end(struct store_txn *txn, const Incident *incident)
{
    uint8_t key[8];
    if (incident->tickets > 0)
        return incident_put(txn, incident);
    put_be64(key, incident->id);
    return txn_del(txn, T_INCIDENT, key, sizeof key);
}

int incident_leave(struct store_txn *txn, Ticket *ticket, const char *actor)
{
    uint8_t key[INCIDENT_TICKET_KEY_BYTES];
    struct incident_share share = incident_share(ticket);
    Incident *incident;
    int err = incident_get(txn, ticket->incident, &incident);
    if (err != OK)
        return err == E_NOT_FOUND ? E_CORRUPT : err;
    member_key(incident->id, ticket->id, key);
    err = txn_del(txn, T_INCIDENT_TICKET, key, sizeof key);
    if (err == E_NOT_FOUND || incident->tickets == 0)
        err = E_CORRUPT;
    incident->changed_us = txn->now_us;
    incident->tickets--;
    incident->open -= share.open;
    incident->emergencies -= share.emergency;
    ticket->incident = 0;
    if (err == OK)
        err = put_or_end(txn, incident);
    if (err == OK)
        err = put_event(txn, EVENT_KIND(INCIDENT_LEFT), incident, ticket, actor);
    aduan__record__incident__free_unpacked(incident, NULL);
    return err;
}

int incident_recount(struct store_txn *txn, const Ticket *ticket, struct incident_share before)
{
    struct incident_share now = incident_share(ticket);
    Incident *incident;
    if (ticket->incident == 0 || (now.open == before.open && now.emergency == before.emergency))
        return OK;
    int err = incident_get(txn, ticket->incident, &incident);
    if (err != OK)
        return err == E_NOT_FOUND ? OK : err; /* aduan verify tells of it; the ticket is to be worked on all the same */
    incident->open += (uint32_t)now.open - (uint32_t)before.open;
    incident->emergencies += (uint32_t)now.emergency - (uint32_t)before.emergency;
    err = incident_put(txn, incident);
    aduan__record__incident__free_unpacked(incident, NULL);
    return err;
}

int incident_tickets(struct store_txn *txn, uint64_t id, uint64_t after, size_t max, uint64_t *tickets, size_t *count)
{
    uint8_t start[INCIDENT_TICKET_KEY_BYTES];
    MDB_cursor *cursor = NULL;
    member_key(id, after + 1, start);
    MDB_val key = {sizeof start, start}, val;
    size_t n = 0;
    int err = txn_cursor(txn, T_INCIDENT_TICKET, &cursor);
    if (err == OK)
        err = cursor_get(txn->store, cursor, &key, &val, MDB_SET_RANGE);
    while (err == OK && n < max && key.mv_size == sizeof start && get_be64(key.mv_data) == id) {
        tickets[n++] = get_be64((const uint8_t *)key.mv_data + 8);
        err = cursor_get(txn->store, cursor, &key, &val, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    if (err != OK && err != E_NOT_FOUND)
        return err;
    *count = n;
    return OK;
}
