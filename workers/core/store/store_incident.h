/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Incidents: tickets of one problem, so that one answer reaches all who reported it. The store joins a ticket to an
 * incident in the transaction that gives it its class (store_policy.joining); people join, split and answer with the
 * verbs here. An incident tells nobody of anybody: each of its tickets is answered under its own number, and what its
 * citizens see of it is that answer. It ends when its last ticket leaves it.
 */
#ifndef ADUAN_STORE_INCIDENT_H
#define ADUAN_STORE_INCIDENT_H

#include "store.h"

enum { STORE_INCIDENT_TICKETS_MAX = 10000 /* the next one of the problem opens another incident */ };

/* When tickets join by themselves, as configured. */
struct store_joining store_joining_of(const struct config *config);

/* E_NOT_FOUND: there is none, or no more. */
MUST_CHECK int store_incident_get(struct store *store, uint64_t id, Aduan__Record__Incident **out);
/* Its tickets above `after`, in the order they were opened, at most max. */
MUST_CHECK int store_incident_tickets(struct store *store, uint64_t id, uint64_t after, size_t max, uint64_t *tickets,
                                      size_t *count);

/* Incidents, the newest first, in short transactions: *before is the id below which the next call goes on, UINT64_MAX
 * at the beginning; at most max. *count 0: there are no more. */
MUST_CHECK int store_incidents(struct store *store, uint64_t *before, size_t max, Aduan__Record__Incident **out,
                               size_t *count);

/* Who asks, and for what. */
struct store_incident_change {
    uint64_t incident; /* 0, of a join only: a new one */
    const uint64_t *tickets;
    size_t count; /* at least 1 */
    const char *actor;
};
/* Takes the tickets into it, each out of the incident that it is in; one that is there already stays. *incident: which
 * one. E_NOT_FOUND, E_INVALID, E_FULL; then nothing has happened. */
MUST_CHECK int store_incident_join(struct store *store, const struct store_incident_change *change, uint64_t now_us,
                                   uint64_t *incident, struct fault *fault);
/* Takes them out of it; from then on nothing joins them, and they join nothing, unless a person says so. E_NOT_FOUND,
 * E_STATE: one of them is not in it. */
MUST_CHECK int store_incident_split(struct store *store, const struct store_incident_change *change, uint64_t now_us,
                                    struct fault *fault);

struct store_incident_answer {
    uint64_t incident;
    const char *actor, *text; /* as of TICKET_ANSWER */
    size_t text_len;
    bool close;      /* then closes each of them */
    bool unanswered; /* leaves out those that were answered before */
};
struct store_incident_told {
    size_t answered;    /* tickets */
    size_t sms;         /* replies queued: one a person */
    size_t same_person; /* answered without an SMS: their citizen has it with another of these tickets */
    size_t unreachable; /* no SMS reaches their sender; left as they are */
    size_t passed_over; /* in a state that nothing is answered in, or answered before */
};
/* One answer to all, in one transaction: what TICKET_ANSWER does to each ticket. E_NOT_FOUND, E_INVALID, E_STATE: there
 * is none to answer. */
MUST_CHECK int store_incident_reply(struct store *store, const struct store_incident_answer *answer, uint64_t now_us,
                                    struct store_incident_told *told, struct fault *fault);

#endif
