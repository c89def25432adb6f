/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the files of incidents (store_incident*.c) and those that change tickets. */
#ifndef ADUAN_STORE_INCIDENT_PRIV_H
#define ADUAN_STORE_INCIDENT_PRIV_H

#include "store_incident.h"
#include "store_priv.h"

/* How many of the newest tickets of a key are kept and looked at. */
enum { INCIDENT_NEAR_ROWS = 8 };

/* --- store_incident.c: the machine's hand --- */

/* A ticket that has just got its class and is about to be put: joins the incident of the likest one, and is made known
 * to those that come after. Puts everything but the ticket itself. */
int incident_find(struct store_txn *txn, const struct store_joining *joining, const struct verdict *verdict,
                  Aduan__Record__Ticket *ticket);
/* Nothing finds it any more. */
int incident_forget(struct store_txn *txn, uint64_t ticket);

/* --- store_incident_member.c: who is in it --- */

/* A new one, not put; free with free_unpacked. */
int incident_new(struct store_txn *txn, Aduan__Record__Incident **out);
int incident_get(struct store_txn *txn, uint64_t id, Aduan__Record__Incident **out);
int incident_put(struct store_txn *txn, const Aduan__Record__Incident *incident);
/* The row, the counts and the event of a ticket that is in none; the caller puts both records. actor NULL: the line. */
int incident_enter(struct store_txn *txn, Aduan__Record__Incident *incident, Aduan__Record__Ticket *ticket,
                   const char *actor);
/* The opposite, of the incident that the ticket is in; puts that, or ends it. The caller puts the ticket. */
int incident_leave(struct store_txn *txn, Aduan__Record__Ticket *ticket, const char *actor);
/* What an incident counts of a ticket. */
struct incident_share {
    bool open, emergency;
};
struct incident_share incident_share(const Aduan__Record__Ticket *ticket);
/* The ticket has changed: its incident counts it as it is now. */
int incident_recount(struct store_txn *txn, const Aduan__Record__Ticket *ticket, struct incident_share before);
/* Its tickets above `after`, at most max. */
int incident_tickets(struct store_txn *txn, uint64_t id, uint64_t after, size_t max, uint64_t *tickets, size_t *count);

#endif
