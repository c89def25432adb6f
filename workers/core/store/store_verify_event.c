/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Proof of the event log: sequences without a hole, known kinds, and that it tells of everything exactly once. What it
 * must tell of is compared without a table in memory: two bits a ticket; a reply rests under the sequence of the event
 * that tells that it was queued.
 */
#include "store_verify.h"

#include "record_fields.h"
#include "ticket_id.h"
#include "uuid.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

typedef Aduan__Record__Event Event;

static uint64_t opened_index(uint64_t ticket)
{
    return ticket / 10 - TICKET_SERIAL_FIRST;
}

static unsigned count_of(const uint8_t *counts, uint64_t index)
{
    return counts[index / 4] >> (index % 4 * 2) & 3;
}

/* Ids beyond the tickets there are have been told of already as missing. */
static void note_once(struct verify *v, uint64_t sequence, const Event *event, uint8_t *counts, const char *id,
                      const char *does)
{
    uint64_t index = opened_index(event->ticket);
    if (event->ticket / 10 < TICKET_SERIAL_FIRST || index >= v->opened_serials)
        return;
    unsigned seen = count_of(counts, index);
    if (seen > 0)
        verify_broken(v, id, "event %" PRIu64 " %s ticket %" PRIu64 " a second time", sequence, does, event->ticket);
    if (seen < 3)
        counts[index / 4] = (uint8_t)(counts[index / 4] + (1u << (index % 4 * 2)));
}

static void note_queued(struct verify *v, uint64_t sequence, const Event *event)
{
    v->queued_events++;
    if (event->reply != sequence)
        verify_broken(v, "event.queued",
                      "event %" PRIu64 " tells that reply %" PRIu64 " was queued, and is not its event", sequence,
                      event->reply);
}

static void check_kind(struct verify *v, uint64_t sequence, const Event *event)
{
    switch (event->kind) {
    case EVENT_KIND(SMS_RECEIVED):
        v->received_events++;
        v->retried_events += *event->actor != '\0';
        break;
    case EVENT_KIND(SMS_QUARANTINED):
        v->quarantined_events++;
        break;
    case EVENT_KIND(TICKET_OPENED):
        note_once(v, sequence, event, v->opened, "event.opened_twice", "opens");
        break;
    case EVENT_KIND(TICKET_CLASSIFIED):
        note_once(v, sequence, event, v->classified, "event.classified_twice", "classifies");
        break;
    case EVENT_KIND(TICKET_JOINED):
        v->joined_events++;
        break;
    case EVENT_KIND(INCIDENT_JOINED):
        v->entered_events++;
        break;
    case EVENT_KIND(INCIDENT_LEFT):
        v->left_events++;
        break;
    case EVENT_KIND(REPLY_QUEUED):
        note_queued(v, sequence, event);
        break;
    case EVENT_KIND(TICKET_STATE):
    case EVENT_KIND(TICKET_ASSIGNED):
    case EVENT_KIND(TICKET_NOTE):
    case EVENT_KIND(TICKET_CORRECTED):
    case EVENT_KIND(REPLY_ACCEPTED):
    case EVENT_KIND(REPLY_SENT):
    case EVENT_KIND(REPLY_DELIVERED):
    case EVENT_KIND(REPLY_FAILED):
        break;
    default:
        verify_broken(v, "event.kind", "event %" PRIu64 " is of no known kind", sequence);
    }
}

static void check_references(struct verify *v, uint64_t sequence, const Event *event)
{
    uint8_t ticket[8], slot[SLOT_BYTES];
    put_be64(ticket, event->ticket);
    bool keyed = event->message_key.len > 0 || event->ticket == 0; /* else its ticket's, which is looked at elsewhere */
    if (keyed && !verify_has(v, T_MESSAGE, event->message_key.data, event->message_key.len))
        verify_broken(v, "event.message_missing", "event %" PRIu64 " names message %s, which is not there", sequence,
                      verify_name(event->message_key.data, event->message_key.len));
    if (event->ticket != 0 && !verify_has(v, T_TICKET, ticket, sizeof ticket))
        verify_broken(v, "event.ticket_missing", "event %" PRIu64 " names ticket %" PRIu64 ", which is not there",
                      sequence, event->ticket);
    if (event->reply == 0)
        return;
    put_be64(slot, event->reply);
    if (!verify_has(v, T_REPLY, slot, sizeof slot))
        verify_broken(v, "event.reply_missing", "event %" PRIu64 " names a reply that is not there", sequence);
}

static void check_event(struct verify *v, const uint8_t *key, const ProtobufCMessage *record)
{
    const Event *event = (const Event *)record;
    uint64_t sequence = get_be64(key);
    if (v->proof.events == 0) {
        v->history_whole = sequence == 1;
        v->expected_sequence = sequence;
    }
    v->proof.events++;
    if (sequence != v->expected_sequence)
        verify_broken(v, "event.gap", "event %" PRIu64 " follows where %" PRIu64 " was to come", sequence,
                      v->expected_sequence);
    v->expected_sequence = sequence + 1;
    check_kind(v, sequence, event);
    check_references(v, sequence, event);
}

/* --- what the log must tell of ------------------------------------------------------------------------------ */

/* A ticket is opened and classified once, in the log too, unless it still waits for its class. */
static void check_told(struct verify *v, uint64_t id, bool opened, bool classified)
{
    uint8_t key[8];
    put_be64(key, id);
    Aduan__Record__Ticket *ticket = verify_get(v, T_TICKET, key, sizeof key, &aduan__record__ticket__descriptor);
    if (!ticket)
        return;
    if (!opened && !ticket->unclassified)
        verify_broken(v, "ticket.not_opened", "no event tells that ticket %" PRIu64 " was opened", id);
    if (!classified && !ticket->unclassified)
        verify_broken(v, "ticket.not_classified", "no event tells what ticket %" PRIu64 " is about", id);
    if ((opened || classified) && ticket->unclassified)
        verify_broken(v, "ticket.told_early", "events tell of ticket %" PRIu64 ", which is not classified yet", id);
    verify_done(ticket);
}

static void check_opened(struct verify *v)
{
    uint64_t told = 0;
    for (uint64_t i = 0; i < v->opened_serials; i++) {
        bool opened = count_of(v->opened, i) > 0, classified = count_of(v->classified, i) > 0;
        told += opened && classified;
        if (!opened || !classified)
            check_told(v, ticket_id_make(TICKET_SERIAL_FIRST + i), opened, classified);
    }
    if (told + v->proof.tickets_unclassified > v->proof.tickets) /* rare: which ones is asked only then */
        for (uint64_t i = 0; i < v->opened_serials; i++)
            if (count_of(v->opened, i) > 0 && count_of(v->classified, i) > 0)
                check_told(v, ticket_id_make(TICKET_SERIAL_FIRST + i), true, true);
}

/* Whether an event of that sequence tells that a reply was queued. */
static bool tells_queued(struct verify *v, uint64_t sequence)
{
    uint8_t key[8];
    put_be64(key, sequence);
    Event *event = verify_get(v, T_EVENT, key, sizeof key, &aduan__record__event__descriptor);
    bool queued = event && event->kind == EVENT_KIND(REPLY_QUEUED);
    verify_done(event);
    return queued;
}

static void check_queued(struct verify *v, const uint8_t *key, const ProtobufCMessage *record)
{
    const Aduan__Record__Reply *reply = (const Aduan__Record__Reply *)record;
    char name[UUID_TEXT_BYTES];
    if (reply->id.len == STORE_REPLY_ID_BYTES && !tells_queued(v, get_be64(key)))
        verify_broken(v, "reply.not_queued", "no event tells that reply %s was queued",
                      uuid_format(reply->id.data, name));
}

void verify_events(struct verify *v)
{
    v->opened_serials = v->proof.tickets;
    v->opened = calloc(1, v->opened_serials / 4 + 1);
    v->classified = calloc(1, v->opened_serials / 4 + 1);
    if (v->opened == NULL || v->classified == NULL)
        abort();
    v->expected_sequence = v->next_sequence; /* of a log that holds none */
    v->history_whole = v->next_sequence == 1;
    verify_walk(v, T_EVENT, 8, &aduan__record__event__descriptor, check_event);
    if (v->expected_sequence != v->next_sequence)
        verify_broken(v, "meta.next_sequence", "the next event would be %" PRIu64 "; it should be %" PRIu64,
                      v->next_sequence, v->expected_sequence);
    if (v->rc != OK || !v->history_whole)
        return; /* what came before history begins cannot be asked for */
    check_opened(v);
    if (v->queued_events != v->proof.replies) /* rare: which ones is asked only then */
        verify_walk(v, T_REPLY, SLOT_BYTES, &aduan__record__reply__descriptor, check_queued);
    if (v->received_events != v->announced)
        verify_broken(v, "event.received_count", "%" PRIu64 " events tell of SMS received; there are %" PRIu64,
                      v->received_events, v->announced);
    if (v->joined_events != v->proof.resent)
        verify_broken(v, "event.joined_count",
                      "%" PRIu64 " events tell of SMS that joined a ticket; there are %" PRIu64, v->joined_events,
                      v->proof.resent);
    if (v->entered_events - v->left_events != v->proof.incident_tickets)
        verify_broken(v, "event.incident_count",
                      "events tell that %" PRIu64 " tickets joined incidents and %" PRIu64 " left; %" PRIu64
                      " are in one",
                      v->entered_events, v->left_events, v->proof.incident_tickets);
    if (v->quarantined_events != v->proof.quarantined + v->retried_events)
        verify_broken(v, "event.quarantined_count",
                      "%" PRIu64 " events tell of quarantined SMS; there are %" PRIu64 ", and %" PRIu64 " were let out",
                      v->quarantined_events, v->proof.quarantined, v->retried_events);
}
