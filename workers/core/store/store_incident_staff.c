/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What people do with incidents: look, join, split, answer all at once. Each is one transaction: whoever is killed in
 * the middle has done nothing, and nobody gets an answer twice. An answer to the largest incident there may be holds
 * the writers' lock for well under a second.
 */
#include "record_fields.h"
#include "store_incident_priv.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

typedef Aduan__Record__Ticket Ticket;
typedef Aduan__Record__Incident Incident;

/* --- looking ------------------------------------------------------------------------------------------------ */

int store_incident_get(struct store *store, uint64_t id, Incident **out)
{
    struct store_txn txn;
    int err = txn_begin(store, false, 0, &txn);
    if (err != OK)
        return err;
    err = incident_get(&txn, id, out);
    txn_abort(&txn);
    return err;
}

int store_incident_tickets(struct store *store, uint64_t id, uint64_t after, size_t max, uint64_t *tickets,
                           size_t *count)
{
    struct store_txn txn;
    *count = 0;
    int err = txn_begin(store, false, 0, &txn);
    if (err != OK)
        return err;
    err = incident_tickets(&txn, id, after, max, tickets, count);
    txn_abort(&txn);
    return err;
}

/* The rows below *before, downwards. */
static int read_some(struct store *store, MDB_cursor *cursor, uint64_t before, size_t max, Incident **out,
                     size_t *count)
{
    MDB_val key, val;
    int err = cursor_seek_below(store, cursor, "", 0, before, &key, &val);
    while (err == OK && *count < max) {
        ProtobufCMessage *record;
        err = record_unpack(&aduan__record__incident__descriptor, &val, &record);
        if (err != OK)
            return err;
        out[(*count)++] = (Incident *)record;
        err = cursor_get(store, cursor, &key, &val, MDB_PREV);
    }
    return err == E_NOT_FOUND ? OK : err;
}

int store_incidents(struct store *store, uint64_t *before, size_t max, Incident **out, size_t *count)
{
    struct store_txn txn;
    MDB_cursor *cursor = NULL;
    size_t n = 0;
    *count = 0;
    int err = txn_begin(store, false, 0, &txn);
    if (err != OK)
        return err;
    err = txn_cursor(&txn, T_INCIDENT, &cursor);
    if (err == OK)
        err = read_some(store, cursor, *before, max, out, &n);
    mdb_cursor_close(cursor);
    txn_abort(&txn);
    for (size_t i = 0; err != OK && i < n; i++)
        aduan__record__incident__free_unpacked(out[i], NULL);
    if (err != OK)
        return err;
    if (n > 0)
        *before = out[n - 1]->id;
    *count = n;
    return OK;
}

/* --- joining and splitting ---------------------------------------------------------------------------------- */

static int no_incident(uint64_t id, struct fault *fault)
{
    return fault_set(fault, E_NOT_FOUND, "there is no incident %" PRIu64, id);
}

static int get_ticket(struct store_txn *txn, uint64_t id, Ticket **out, struct fault *fault)
{
    int err = txn_get_ticket(txn, id, out);
    return err == E_NOT_FOUND ? fault_set(fault, err, "there is no ticket %" PRIu64, id) : err;
}

static int check_change(const struct store_incident_change *change, struct fault *fault)
{
    bool named = change->actor && *change->actor && strlen(change->actor) <= STORE_NAME_MAX_BYTES;
    if (change->count == 0)
        return fault_set(fault, E_INVALID, "it needs a ticket");
    return named ? OK : fault_set(fault, E_INVALID, "it needs to say who does it");
}

/* The incident is put after each: a ticket that leaves another one may end that. */
static int join_one(struct store_txn *txn, uint64_t incident_id, uint64_t id, const char *actor, struct fault *fault)
{
    Incident *incident;
    Ticket *ticket;
    int err = get_ticket(txn, id, &ticket, fault);
    if (err != OK)
        return err;
    if (ticket->incident == incident_id) {
        aduan__record__ticket__free_unpacked(ticket, NULL);
        return OK;
    }
    if (ticket->incident)
        err = incident_leave(txn, ticket, actor);
    if (err == OK)
        err = incident_get(txn, incident_id, &incident);
    if (err == OK) {
        err = incident->tickets < STORE_INCIDENT_TICKETS_MAX
                  ? incident_enter(txn, incident, ticket, actor)
                  : fault_set(fault, E_FULL, "incident %" PRIu64 " has %d tickets already; begin another one",
                              incident_id, STORE_INCIDENT_TICKETS_MAX);
        if (err == OK)
            err = incident_put(txn, incident);
        aduan__record__incident__free_unpacked(incident, NULL);
    }
    if (err == OK)
        err = txn_put_ticket(txn, ticket, ticket->state);
    aduan__record__ticket__free_unpacked(ticket, NULL);
    return err;
}

/* The incident that is asked for is there when this returns OK; a new one has no ticket yet. */
static int find_or_make(struct store_txn *txn, uint64_t asked, uint64_t *id, struct fault *fault)
{
    Incident *incident;
    int err = asked ? incident_get(txn, asked, &incident) : incident_new(txn, &incident);
    if (err != OK)
        return err == E_NOT_FOUND ? no_incident(asked, fault) : err;
    if (!asked)
        err = incident_put(txn, incident);
    *id = incident->id;
    aduan__record__incident__free_unpacked(incident, NULL);
    return err;
}

static int end(struct store_txn *txn, int err, const char *doing, const struct fault *told, struct fault *fault)
{
    if (err == OK)
        err = txn_commit(txn);
    else
        txn_abort(txn);
    if (err != OK && told->code != OK)
        return fault_set(fault, told->code, "%s", told->text);
    return err == OK ? OK : txn_fault(txn->store, fault, err, doing);
}

int store_incident_join(struct store *store, const struct store_incident_change *change, uint64_t now_us,
                        uint64_t *incident, struct fault *fault)
{
    static const char doing[] = "joining tickets";
    struct fault told = {0};
    struct store_txn txn;
    uint64_t id = 0;
    int err = check_change(change, fault);
    if (err != OK)
        return err;
    err = txn_begin(store, true, now_us, &txn);
    if (err != OK)
        return txn_fault(store, fault, err, doing);
    err = find_or_make(&txn, change->incident, &id, &told);
    for (size_t i = 0; err == OK && i < change->count; i++)
        err = join_one(&txn, id, change->tickets[i], change->actor, &told);
    err = end(&txn, err, doing, &told, fault);
    if (err == OK)
        *incident = id;
    return err;
}

static int split_one(struct store_txn *txn, uint64_t incident, uint64_t id, const char *actor, struct fault *fault)
{
    Ticket *ticket;
    int err = get_ticket(txn, id, &ticket, fault);
    if (err != OK)
        return err;
    if (ticket->incident != incident)
        err = fault_set(fault, E_STATE, "ticket %" PRIu64 " is not in incident %" PRIu64, id, incident);
    if (err == OK)
        err = incident_leave(txn, ticket, actor);
    if (err == OK)
        err = incident_forget(txn, ticket->id);
    ticket->apart = true;
    if (err == OK)
        err = txn_put_ticket(txn, ticket, ticket->state);
    aduan__record__ticket__free_unpacked(ticket, NULL);
    return err;
}

int store_incident_split(struct store *store, const struct store_incident_change *change, uint64_t now_us,
                         struct fault *fault)
{
    static const char doing[] = "splitting tickets off";
    struct fault told = {0};
    struct store_txn txn;
    uint64_t id;
    int err = check_change(change, fault);
    if (err == OK && change->incident == 0)
        err = no_incident(0, fault);
    if (err != OK)
        return err;
    err = txn_begin(store, true, now_us, &txn);
    if (err != OK)
        return txn_fault(store, fault, err, doing);
    err = find_or_make(&txn, change->incident, &id, &told);
    for (size_t i = 0; err == OK && i < change->count; i++)
        err = split_one(&txn, id, change->tickets[i], change->actor, &told);
    return end(&txn, err, doing, &told, fault);
}

/* --- one answer to all -------------------------------------------------------------------------------------- */

struct answering {
    struct store_txn *txn;
    const struct store_incident_answer *answer;
    struct store_incident_told told;
    uint8_t (*people)[SEAL_ID_BYTES]; /* who has it, in the order of the ids */
    size_t people_count;
};

/* Where a person stands among those who have the answer, or would. */
static bool has_it(const struct answering *a, const uint8_t *person, size_t *at)
{
    size_t low = 0, high = a->people_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(a->people[middle], person, SEAL_ID_BYTES);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *at = low;
    return false;
}

static void remember(struct answering *a, const uint8_t *person, size_t at)
{
    memmove(a->people[at + 1], a->people[at], (a->people_count - at) * sizeof *a->people);
    memcpy(a->people[at], person, SEAL_ID_BYTES);
    a->people_count++;
}

static bool takes_an_answer(const struct answering *a, const Ticket *ticket)
{
    Aduan__Record__TicketState next;
    size_t notes = 1 + a->answer->close;
    return ticket_next(ticket->state, TICKET_ANSWER, ticket->held_from, &next) == OK &&
           ticket->n_note + notes <= STORE_TICKET_NOTES_MAX &&
           !(a->answer->unanswered && ticket->state == TICKET_STATE(ANSWERED));
}

static int close_one(struct answering *a, Ticket *ticket)
{
    const struct store_ticket_change change = {.verb = TICKET_CLOSE, .actor = a->answer->actor};
    struct fault fault = {0};
    return a->answer->close ? txn_change_ticket(a->txn, ticket, &change, &fault) : OK;
}

static int answer_one(struct answering *a, Ticket *ticket)
{
    struct store_ticket_change change = {
        .verb = TICKET_ANSWER, .actor = a->answer->actor, .text = a->answer->text, .text_len = a->answer->text_len};
    struct fault fault = {0};
    size_t at = 0;
    bool known = ticket->sender_id.len == SEAL_ID_BYTES;
    change.told = known && has_it(a, ticket->sender_id.data, &at);
    int err = txn_change_ticket(a->txn, ticket, &change, &fault);
    if (err == E_STATE) { /* nothing of it was put: no SMS reaches that sender */
        a->told.unreachable++;
        return OK;
    }
    if (err != OK)
        return err;
    a->told.answered++;
    a->told.same_person += change.told;
    a->told.sms += !change.told;
    if (known && !change.told)
        remember(a, ticket->sender_id.data, at);
    return close_one(a, ticket);
}

static int answer_all(struct answering *a, const uint64_t *tickets, size_t count)
{
    int err = OK;
    for (size_t i = 0; err == OK && i < count; i++) {
        Ticket *ticket;
        err = txn_get_ticket(a->txn, tickets[i], &ticket);
        if (err != OK)
            return err == E_NOT_FOUND ? E_CORRUPT : err;
        if (takes_an_answer(a, ticket))
            err = answer_one(a, ticket);
        else
            a->told.passed_over++;
        aduan__record__ticket__free_unpacked(ticket, NULL);
    }
    return err;
}

/* The incident is read when its tickets have been written: they count in it. */
static int note_answer(struct answering *a)
{
    Incident *incident;
    int err = incident_get(a->txn, a->answer->incident, &incident);
    if (err != OK)
        return err;
    incident->answers++;
    incident->answered_us = a->txn->now_us;
    err = incident_put(a->txn, incident);
    aduan__record__incident__free_unpacked(incident, NULL);
    return err;
}

static int answer_incident(struct answering *a, struct fault *fault)
{
    uint64_t id = a->answer->incident, *tickets = record_alloc(STORE_INCIDENT_TICKETS_MAX * sizeof *tickets);
    size_t count;
    int err = incident_tickets(a->txn, id, 0, STORE_INCIDENT_TICKETS_MAX, tickets, &count);
    if (err == OK && count == 0)
        err = no_incident(id, fault);
    if (err == OK) {
        a->people = record_alloc(count * sizeof *a->people);
        err = answer_all(a, tickets, count);
    }
    if (err == OK && a->told.answered == 0)
        err = fault_set(fault, E_STATE,
                        "no ticket of incident %" PRIu64
                        " can be answered: %zu of senders that no SMS reaches, %zu on hold, ended or answered before",
                        id, a->told.unreachable, a->told.passed_over);
    free(tickets);
    free(a->people);
    return err == OK ? note_answer(a) : err;
}

int store_incident_reply(struct store *store, const struct store_incident_answer *answer, uint64_t now_us,
                         struct store_incident_told *told, struct fault *fault)
{
    static const char doing[] = "answering an incident";
    const struct store_ticket_change change = {
        .verb = TICKET_ANSWER, .actor = answer->actor, .text = answer->text, .text_len = answer->text_len};
    struct fault told_fault = {0};
    struct store_txn txn;
    int err = ticket_change_check(&change, fault);
    if (err != OK)
        return err;
    err = txn_begin(store, true, now_us, &txn);
    if (err != OK)
        return txn_fault(store, fault, err, doing);
    struct answering answering = {.txn = &txn, .answer = answer};
    err = answer_incident(&answering, &told_fault);
    err = end(&txn, err, doing, &told_fault, fault);
    if (err == OK)
        *told = answering.told;
    return err;
}
