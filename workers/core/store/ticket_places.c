/* SPDX-License-Identifier: BSD-2-Clause */
#include "ticket_places.h"

#include "record_fields.h"

#include <stdlib.h>

typedef Aduan__Record__Place Place;

/* Strings are the finder's. */
static Place borrowed(const struct place *place)
{
    Place record = ADUAN__RECORD__PLACE__INIT;
    record.kind = (char *)place_kind_name(place->kind);
    record.code = (char *)place->code;
    record.name = (char *)place->name;
    record.at = place->at;
    record.length = place->len;
    record.score = place->score;
    record.why = (char *)place_why_name(place->why);
    record.rt = place->rt;
    record.rw = place->rw;
    return record;
}

void ticket_places_borrow(struct ticket_places *room, const struct places_found *found, Aduan__Record__Ticket *ticket)
{
    for (size_t i = 0; i < found->count; i++) {
        room->places[i] = borrowed(&found->places[i]);
        room->list[i] = &room->places[i];
    }
    ticket->n_place = found->count;
    ticket->place = found->count > 0 ? room->list : NULL;
}

static Place *copied(const struct place *found)
{
    const Place from = borrowed(found);
    Place *place = record_alloc(sizeof *place);
    aduan__record__place__init(place);
    record_set_string(&place->kind, from.kind);
    record_set_string(&place->code, from.code);
    record_set_string(&place->name, from.name);
    record_set_string(&place->why, from.why);
    place->at = from.at;
    place->length = from.length;
    place->score = from.score;
    place->rt = from.rt;
    place->rw = from.rw;
    return place;
}

void ticket_places_set(Aduan__Record__Ticket *ticket, const struct places_found *found)
{
    for (size_t i = 0; i < ticket->n_place; i++)
        aduan__record__place__free_unpacked(ticket->place[i], NULL);
    free(ticket->place);
    ticket->place = NULL;
    ticket->n_place = 0;
    for (size_t i = 0; i < found->count; i++)
        record_add_message(&ticket->place, &ticket->n_place, copied(&found->places[i]));
}
