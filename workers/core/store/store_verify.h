/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside store_verify*.c: one proof, its snapshot and what the walks share. */
#ifndef ADUAN_STORE_VERIFY_H
#define ADUAN_STORE_VERIFY_H

#include "store_priv.h"

struct verify {
    struct store_txn txn; /* one snapshot for all walks */
    store_broken_fn broken;
    void *ctx;
    struct store_proof proof;
    int rc; /* the first error of the store itself: ends everything */

    uint64_t next_serial, next_sequence, parts_waiting, identities, tickets_open; /* as meta has them */
    uint64_t identity_rows;                                                       /* read or not */
    uint64_t sender_row;   /* of the identity that is being looked at */
    uint64_t indexed_rows; /* rows of sender_index that it wants */

    /* messages and parts */
    uint64_t waiting_parts, joined_parts; /* of fate PART_WAITING, PART_JOINED */
    uint64_t joined_want;                 /* the sum of parts_have */
    uint64_t announced;                   /* messages that have an SMS_RECEIVED event */
    uint64_t set_rows;                    /* sets found in part_due */

    /* tickets and replies */
    uint64_t expected_serial, open_tickets;
    uint64_t state_rows, sender_rows, due_rows; /* index rows found where a record wants them */
    uint64_t unclassified_rows, resent_rows;    /* the same */
    uint64_t resends_want;                      /* the sum of Ticket.resends */

    /* incidents */
    uint64_t incident_rows, like_rows, near_rows; /* index rows as above */
    uint64_t incident_last;

    /* events */
    bool history_whole; /* the log begins with 1 */
    uint64_t expected_sequence, received_events, quarantined_events, queued_events;
    uint64_t retried_events; /* SMS_RECEIVED with an actor: out of quarantine */
    uint8_t *opened;         /* TICKET_OPENED events: 2 bits a serial */
    uint8_t *classified;     /* TICKET_CLASSIFIED events, the same way */
    uint64_t opened_serials;
    uint64_t joined_events;
    uint64_t entered_events, left_events; /* of incidents */

    /* integrators */
    char (*names)[64];
    size_t names_count;
};

/* The way from a sender_id to v->sender_row; of each identity, whether it can be read or not. */
void verify_sender(struct verify *v, const uint8_t id[SEAL_ID_BYTES]);
/* One break: counted, and told. The sentence holds ids only, never a number or a text. */
void verify_broken(struct verify *v, const char *id, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* fn for every record of a table whose rows are keyed by key_len bytes; what cannot be read is a break of its own.
 * fn owns nothing. Stops at an error of the store. */
typedef void (*verify_fn)(struct verify *v, const uint8_t *key, const ProtobufCMessage *record);
void verify_walk(struct verify *v, enum store_table table, size_t key_len, const ProtobufCMessageDescriptor *type,
                 verify_fn fn);
/* The same for an index, whose rows have no value. */
typedef void (*verify_row_fn)(struct verify *v, const uint8_t *key);
void verify_rows(struct verify *v, enum store_table table, size_t key_len, verify_row_fn fn);
/* A record, or NULL. Free with protobuf_c_message_free_unpacked (which accepts no NULL: verify_done does). */
void *verify_get(struct verify *v, enum store_table table, const void *key, size_t key_len,
                 const ProtobufCMessageDescriptor *type);
/* The ticket of an id, or NULL. */
Aduan__Record__Ticket *verify_ticket(struct verify *v, uint64_t id);
/* The reply of a slot, or NULL. */
Aduan__Record__Reply *verify_reply(struct verify *v, uint64_t slot);
void verify_done(void *record);
bool verify_has(struct verify *v, enum store_table table, const void *key, size_t key_len);
uint64_t verify_count(struct verify *v, enum store_table table);
/* A name for a message in a sentence: its uuid. Borrowed until the next call but three. */
const char *verify_name(const void *key, size_t len);

void verify_messages(struct verify *v); /* messages, quarantine, identities */
/* Resends and tickets received in a peak (store_verify_storm.c): of one message of fate RESENT, of one ticket, of a
 * reminder among the replies of its ticket (before: the automatic reply in front of it, NULL for none). */
void verify_resent(struct verify *v, const uint8_t *key, const Aduan__Record__Message *message);
void verify_storm_of(struct verify *v, const Aduan__Record__Ticket *ticket);
void verify_reminder(struct verify *v, const Aduan__Record__Ticket *ticket, const Aduan__Record__Reply *reply,
                     uint64_t before_us);
void verify_storm(struct verify *v); /* after messages and tickets: their tables */
/* Incidents (store_verify_incident.c): of one ticket; after the tickets, their tables. */
void verify_incident_of(struct verify *v, const Aduan__Record__Ticket *ticket);
void verify_incidents(struct verify *v);
void verify_parts(struct verify *v);
void verify_tickets(struct verify *v);
void verify_replies(struct verify *v);
void verify_feed(struct verify *v);   /* integrators and cursors */
void verify_events(struct verify *v); /* after the others: compares with what they have counted */

#endif
