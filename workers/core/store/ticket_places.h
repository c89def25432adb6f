/* SPDX-License-Identifier: BSD-2-Clause */
/* The places of a verdict on their way into a ticket's record. */
#ifndef ADUAN_TICKET_PLACES_H
#define ADUAN_TICKET_PLACES_H

#include "places.h"
#include "record.pb-c.h"

/* What a record that is packed at once borrows; it may not be free'd. */
struct ticket_places {
    Aduan__Record__Place places[PLACES_MAX], *list[PLACES_MAX];
};
void ticket_places_borrow(struct ticket_places *room, const struct places_found *found, Aduan__Record__Ticket *ticket);
/* Replaces those of an unpacked record by copies. */
void ticket_places_set(Aduan__Record__Ticket *ticket, const struct places_found *found);

#endif
