/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside the store: tables, keys and transactions. Included by store*.c and their tests only.
 * Keys are big-endian, so the order of keys is the order of time. No DUPSORT, no NOSYNC, no WRITEMAP.
 *
 *   message           BE32(time) uuid                          BE64(row)
 *   message_row       BE64(row)                                Message
 *   part              set key                                  PartSet
 *   part              set key, index                           Part
 *   part_due          BE64(due_us) set key                     (empty): the set's deadline_us, then its forget_us
 *   ticket            BE64(id)                                 Ticket
 *   ticket_by_state   state (1 byte) BE64(id)                  (empty)
 *   reply             BE64(slot)                               Reply
 *   outbox_due        BE64(due_us) BE64(slot)                  (empty): READY and SENDING replies
 *   event             BE64(sequence)                           Event
 *   sender            BE64(row)                                sender_id Identity
 *   sender            BE64(row) BE64(ticket)                   Ticket.report's first 8 bytes, or (empty)
 *   sender_index      sender_id's first 8 bytes, BE40(row)     (empty)
 *   quarantine        message key                              Quarantine
 *   integrator        CURVE public key, 32 bytes               Integrator
 *   cursor            view name, 0, cursor name                Cursor
 *   resent            BE64(ticket) message key                 (empty): SMS that joined the ticket
 *   unclassified      BE64(ticket)                             BE64(opened_us) BE64(lease_us) BE32(claims)
 *   incident          BE64(id)                                 Incident
 *   incident_ticket   BE64(id) BE64(ticket)                    (empty)
 *   incident_like     BE64(ticket)                             as likeness_pack() has it
 *   incident_near     likeness_near() BE64(ticket)             (empty)
 *   meta              name                                     see below
 *
 * row = 1, 2, 3, … in the order of arrival: the uuids of one second lie anywhere, and messages that come together fill
 * whole pages. Outside store_message.c T_MESSAGE is a table like the others: message key to Message.
 * Senders rest in the order of their first SMS, see store_sender.c: outside of it T_IDENTITY is a table of sender_id to
 * Identity, and T_TICKET_BY_SENDER one of sender_id BE64(ticket) to the report's 8 bytes. Only cursors see rows.
 * slot = the sequence of the reply's REPLY_QUEUED event. Reply ids are hashes and would lie anywhere; the replies that
 * are being worked on lie together, so that a batch of them touches few pages. No table leads from an id to its slot:
 * whoever has the one has the other, out in the network too (Mt.slot of wire.proto).
 * set key = sender_id, 8 bytes of the keyed hash of the receiver, BE16(reference), total.
 * Message, Ticket, Reply and Identity rest with their secret fields sealed: see record_seal.h.
 * meta: "version" BE32, "epoch" 16 bytes, "key_check" 16 bytes, "next_serial" BE64, "next_sequence" BE64,
 *       "parts_waiting" BE64 (messages of fate PART_WAITING), "identities" BE64 (rows of Identity), "tickets_open"
 * BE64, "integrators" BE64 (grows with each change of that table; missing: 0), "seal_key" BE16: the number of the key
 * that writes seal with; every writer reads it in its transaction, so that behind the commit which changes it nothing
 * is sealed with an older one. "next_sender" BE64: the row of the next sender. "senders_from", "senders_to" BE64:
 * senders of rows below the first are in sender_index; those from there to below the second are being put there, and
 * are there when the first 4 bytes of their sender_id are below "senders_tag" BE64. "rekey": how far the sealing anew
 * has come, see store_rekey.c. "incidents" BE64: the id given last (missing: 0).
 */
#ifndef ADUAN_STORE_PRIV_H
#define ADUAN_STORE_PRIV_H

#include "record_seal.h"
#include "store.h"

#include <lmdb.h>

struct arena;

enum store_table {
    T_META,
    T_MESSAGE,
    T_MESSAGE_ROW,
    T_PART,
    T_PART_DUE,
    T_TICKET,
    T_TICKET_BY_SENDER,
    T_TICKET_BY_STATE,
    T_REPLY,
    T_OUTBOX_DUE,
    T_EVENT,
    T_IDENTITY,
    T_SENDER_INDEX,
    T_QUARANTINE,
    T_INTEGRATOR,
    T_CURSOR,
    T_RESENT,
    T_UNCLASSIFIED,
    T_INCIDENT,
    T_INCIDENT_TICKET,
    T_INCIDENT_LIKE,
    T_INCIDENT_NEAR,
    T_END
};

enum {
    RECORD_VERSION = 1,
    SET_KEY_BYTES = SEAL_ID_BYTES + 8 + 2 + 1,
    PART_KEY_BYTES = SET_KEY_BYTES + 1,
    TICKET_STATE_KEY_BYTES = 1 + 8,
    TICKET_SENDER_KEY_BYTES = SEAL_ID_BYTES + 8,
    SENDER_ROW_BYTES = 8,
    TICKET_SENDER_ROW_BYTES = SENDER_ROW_BYTES + 8,
    DUE_REPLY_KEY_BYTES = 8 + 8,
    DUE_SET_KEY_BYTES = 8 + SET_KEY_BYTES,
    SLOT_BYTES = 8,
    REPORT_ROW_BYTES = 8,
    ROW_BYTES = 8,
    RESENT_KEY_BYTES = 8 + STORE_KEY_MESSAGE_BYTES,
    UNCLASSIFIED_ROW_BYTES = 8 + 8 + 4,
    INCIDENT_TICKET_KEY_BYTES = 8 + 8,
    INCIDENT_NEAR_KEY_BYTES = 8 + 8
};

struct senders;

struct store {
    MDB_env *env;
    MDB_dbi table[T_END];
    const struct seal *seal;
    uint8_t epoch[STORE_EPOCH_BYTES];
    bool read_only;
    bool shared; /* of another handle's environment: see store_share() */
    char *dir;
    int dir_lock; /* fd of the directory with a shared flock while the store is open; restore takes it exclusively */
    struct senders *senders; /* NULL: not asked for yet */
    int lmdb_code;           /* LMDB's word for the last failure, for txn_fault() */
};

enum { TXN_COUNTERS = 9 };

/* One transaction. A write transaction caches the counters of meta and writes back at commit what has changed. */
struct store_txn {
    struct store *store;
    MDB_txn *txn;
    bool write;
    uint64_t next_serial, next_sequence, parts_waiting, identities, tickets_open; /* of a write transaction */
    /* Of a write transaction, and of another once it has asked for a sender; next_sender is 0 before. */
    uint64_t next_sender, senders_from, senders_to, senders_tag;
    uint64_t senders_at_begin;            /* next_sender as it is at rest */
    uint64_t read_counters[TXN_COUNTERS]; /* of a write transaction: all these as they are at rest */
    uint8_t sender_id[SEAL_ID_BYTES];     /* the sender asked for last, once `sender_known` */
    uint64_t sender_row;                  /* its row, 0: none */
    bool sender_known;
    uint64_t last_row; /* of message_row, once `rows_known` */
    bool rows_known;
    uint16_t seal_key; /* what a write transaction seals with */
    uint64_t now_us;
};

/* The last step of every write: mdb_txn_commit. A test's replacement aborts the txn and returns an LMDB code. */
extern int (*store_commit_hook)(MDB_txn *txn);
/* With less than this the disk is full. */
enum { STORE_DISK_FREE_MIN_BYTES = 1 << 20 };
/* Bytes free for us on the file system of a path; a test replaces it to have a full disk. */
extern uint64_t (*store_disk_free_hook)(const char *path);

const char *store_table_name(enum store_table table);
int txn_begin(struct store *store, bool write, uint64_t now_us, struct store_txn *out);
/* Commits (write: durable when OK). The txn is over whatever it returns. */
int txn_commit(struct store_txn *txn);
void txn_abort(struct store_txn *txn); /* accepts a txn that is over */
/* LMDB's code → enum err, with a sentence in the fault that says what to do (full disk, full map, …). */
int store_fault(struct fault *fault, int lmdb_code, const char *doing);
/* `err`, which is not LMDB's, for txn_fault() to tell. */
int store_own_fault(struct store *store, int err);
/* The same for what a txn_* helper returned: `err` comes back, with a sentence made from LMDB's last code. */
int txn_fault(struct store *store, struct fault *fault, int err, const char *doing);

/* OK, E_NOT_FOUND, or an error. val points into the map, valid until the next write or the end of the txn. */
int txn_get(struct store_txn *txn, enum store_table table, const void *key, size_t key_len, MDB_val *val);
int txn_put(struct store_txn *txn, enum store_table table, const void *key, size_t key_len, const void *val,
            size_t len);
/* E_EXISTS instead of overwriting. */
int txn_put_new(struct store_txn *txn, enum store_table table, const void *key, size_t key_len, const void *val,
                size_t len);
/* A number of meta. E_CORRUPT: it is not there. */
int txn_meta_number(struct store_txn *txn, const char *name, uint64_t *out);
/* T_MESSAGE (store_message.c), with LMDB's codes. What a row of its index leads to: a row that is missing has no bytes,
 * which no reader takes for a message. */
int message_row_of(MDB_txn *txn, const struct store *store, MDB_val *val);
int message_row_put(struct store_txn *txn, MDB_val *key, MDB_val *val, unsigned flags);
int message_row_del(struct store_txn *txn, MDB_val *key);
/* T_IDENTITY and T_TICKET_BY_SENDER (store_sender.c), with LMDB's codes. */
int sender_get(struct store_txn *txn, enum store_table table, MDB_val *key, MDB_val *val);
int sender_put(struct store_txn *txn, enum store_table table, MDB_val *key, MDB_val *val, unsigned flags);
int sender_del(struct store_txn *txn, enum store_table table, MDB_val *key);
int sender_row_of(struct store_txn *txn, const uint8_t id[SEAL_ID_BYTES], uint8_t out[SENDER_ROW_BYTES]);
int sender_id_of(struct store_txn *txn, const uint8_t row[SENDER_ROW_BYTES], uint8_t out[SEAL_ID_BYTES]);
/* Puts into sender_index what is due: the last step of who takes SMS in. */
int sender_index_some(struct store_txn *txn);
int sender_indexed(struct store_txn *txn, const uint8_t id[SEAL_ID_BYTES], uint64_t row, bool *due, bool *there);
/* A row that a cursor has found becomes sender_id and record; false: a row of another kind, left as it is. */
bool sender_row_identity(MDB_val *key, MDB_val *val);
/* What a process remembers of rows: of a transaction that has failed, and for good (NULL is accepted). */
void senders_undo(struct store_txn *txn);
void senders_free(struct senders *senders);
/* So many senders are indexed together. A test makes it smaller. */
extern uint64_t store_senders_a_generation;
/* next_sender and what follows it, in a transaction that does not write. */
int txn_sender_numbers(struct store_txn *txn);
/* Where the rows of a sender begin, for a cursor on T_TICKET_BY_SENDER: BE64(row) BE64(ticket). E_NOT_FOUND. */
int txn_sender_row(struct store_txn *txn, const uint8_t id[SEAL_ID_BYTES], uint8_t out[SENDER_ROW_BYTES]);
/* Whose row it is. E_NOT_FOUND. */
int txn_sender_id(struct store_txn *txn, const uint8_t row[SENDER_ROW_BYTES], uint8_t out[SEAL_ID_BYTES]);
int txn_index_senders(struct store_txn *txn);
/* due: sender_index should have it; there: it has. */
int txn_sender_indexed(struct store_txn *txn, const uint8_t id[SEAL_ID_BYTES], uint64_t row, bool *due, bool *there);
/* Entries of a table; T_IDENTITY and T_TICKET_BY_SENDER: of both. */
int txn_count(struct store_txn *txn, enum store_table table, uint64_t *out);
int txn_cursor(struct store_txn *txn, enum store_table table, MDB_cursor **out);
/* OK, E_NOT_FOUND at the end, or an error. */
int cursor_get(struct store *store, MDB_cursor *cursor, MDB_val *key, MDB_val *val, MDB_cursor_op op);
/* The last row below prefix ‖ BE64(below), which may be one of another prefix; prefix_len ≤ SEAL_ID_BYTES. */
int cursor_seek_below(struct store *store, MDB_cursor *cursor, const void *prefix, size_t prefix_len, uint64_t below,
                      MDB_val *key, MDB_val *val);
int cursor_del(struct store *store, MDB_cursor *cursor);
int txn_del(struct store_txn *txn, enum store_table table, const void *key, size_t key_len); /* E_NOT_FOUND */
/* Packs a record into the table (reserving space in the map, no copy), sealing what is to be sealed unless the record
 * has its box still (record_seal.h). The caller has set .version. */
int txn_put_record(struct store_txn *txn, enum store_table table, const void *key, size_t key_len,
                   const ProtobufCMessage *record);
/* The same, of a key that should be the last: pages that only grow at their end are left full. */
int txn_put_record_last(struct store_txn *txn, enum store_table table, const void *key, size_t key_len,
                        const ProtobufCMessage *record);
/* The same, E_EXISTS instead of overwriting. */
int txn_put_record_new(struct store_txn *txn, enum store_table table, const void *key, size_t key_len,
                       const ProtobufCMessage *record);
/* Opens, unpacks and checks .version: E_NOT_FOUND, E_CORRUPT, E_VERSION, E_KEY. Free with the record's free_unpacked.
 */
int txn_get_record(struct store_txn *txn, enum store_table table, const void *key, size_t key_len,
                   const ProtobufCMessageDescriptor *type, ProtobufCMessage **out);
/* The same, left closed: its secret fields are empty, and it is written back with the box it has. */
int txn_get_closed(struct store_txn *txn, enum store_table table, const void *key, size_t key_len,
                   const ProtobufCMessageDescriptor *type, ProtobufCMessage **out);
/* Reads a row without an allocation for each field: a copy of it in the arena, opened or left closed. record: as its
 * type's init function made it; its fields point into the copy, and what is repeated in it stays empty. Nothing of it
 * is to be free'd. Errors as of txn_get_record(). */
int record_scan_row(const struct seal *seal, struct arena *arena, const MDB_val *key, const MDB_val *val, bool opened,
                    ProtobufCMessage *record);
int txn_scan_record(struct store_txn *txn, struct arena *arena, enum store_table table, const void *key, size_t key_len,
                    bool opened, ProtobufCMessage *record);
/* Where a record that cannot be read is as good as missing (`aduan verify` tells of it): OK for those errors. */
int record_forgive(int err);
/* A value in hand, closed or opened. */
int record_unpack(const ProtobufCMessageDescriptor *type, const MDB_val *val, ProtobufCMessage **out);
int record_unpack_opened(const struct seal *seal, const ProtobufCMessageDescriptor *type, const MDB_val *key,
                         const MDB_val *val, ProtobufCMessage **out);

void put_be16(uint8_t *out, uint16_t v);
void put_be32(uint8_t *out, uint32_t v);
void put_be64(uint8_t *out, uint64_t v);
uint32_t get_be32(const uint8_t *in);
uint64_t get_be64(const uint8_t *in);

/* Writes the event under the next sequence (event->sequence, at_us and version are set here). */
int txn_event(struct store_txn *txn, Aduan__Record__Event *event);
/* Puts a ticket, keeping ticket_by_state right: state_before is what the index holds now (NONE: a new ticket, whose
 * ticket_by_sender row is made too). */
int txn_put_ticket(struct store_txn *txn, Aduan__Record__Ticket *ticket, Aduan__Record__TicketState state_before);
/* The reply of a slot scanned into the arena; E_CORRUPT: another one's rests there. */
int txn_scan_reply(struct store_txn *txn, struct arena *arena, uint64_t slot, bool opened, Aduan__Record__Reply *out);
/* The reply of a slot, or what txn_get_record() says of it; left closed: as by txn_get_closed(). Free with
 * free_unpacked. */
int txn_get_reply(struct store_txn *txn, uint64_t slot, Aduan__Record__Reply **out);
int txn_get_reply_closed(struct store_txn *txn, uint64_t slot, Aduan__Record__Reply **out);
/* Puts a reply, keeping outbox_due right: due_before is what the index holds now, 0 for none. READY and SENDING
 * replies are in the index under reply->due_us, others are not. One without a slot is new: it gets the next event's
 * sequence, and the caller writes that event. */
int txn_put_reply(struct store_txn *txn, Aduan__Record__Reply *reply, uint64_t due_before);
/* Makes a READY reply to `message` about `ticket` and its REPLY_QUEUED event, due now; its id is
 * uuid_reply(message uuid, ticket->replies), and ticket->replies and ticket->reply grow (the caller puts the ticket,
 * and frees ticket->reply, which is malloc'ed). A reminder, and an answer to a message that opened no ticket (ticket
 * NULL), has n = 0, and message->reply is its slot (the caller puts the message again).
 * It goes back the way the message came, to message->sender_id. */
struct reply_intent {
    const char *template_name, *language;
    const char *actor; /* NULL: the line itself */
    const char *text;  /* a person's words for the template's {text}; NULL for none. Rendered at the claim. */
    size_t text_len;
    uint32_t interval_s; /* of a reminder, which answers the SMS that resent: its id is the first of that message */
};
int txn_queue_reply(struct store_txn *txn, Aduan__Record__Message *message, Aduan__Record__Ticket *ticket,
                    const struct reply_intent *intent);
/* E_INVALID: this change can be made of no ticket. */
int ticket_change_check(const struct store_ticket_change *change, struct fault *fault);
/* A change as in store_ticket_change(), of a ticket in memory, in a transaction that is on. */
int txn_change_ticket(struct store_txn *txn, Aduan__Record__Ticket *ticket, const struct store_ticket_change *change,
                      struct fault *fault);
int txn_get_ticket(struct store_txn *txn, uint64_t id, Aduan__Record__Ticket **out);
/* An event that tells of a ticket as it is; borrows from it. */
Aduan__Record__Event event_of_ticket(const Aduan__Record__Ticket *ticket, Aduan__Record__Event__Kind kind);
/* TICKET_OPENED and TICKET_CLASSIFIED, which follow one another. */
int txn_ticket_opened(struct store_txn *txn, const Aduan__Record__Ticket *ticket);
/* The event of the state a reply has just come to; READY and SENDING have none. */
int txn_reply_event(struct store_txn *txn, const Aduan__Record__Reply *reply);
/* As store_reply_inputs() does, in a transaction of the caller's. E_INVALID: an input that no news can be. */
int txn_reply_inputs(struct store_txn *txn, const struct store_reply_input *inputs, size_t n, size_t *ignored);

#endif
