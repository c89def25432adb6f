/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Five walks: tickets with their message and replies; messages that opened none, with their reply; resends whose ticket
 * is purged; parts whose whole is; identities that nothing is left of. What must never happen here: a record without
 * its words whose number stays, an index row to a sender who is gone, or a hole in the events.
 */
#include "store_purge.h"

#include "kill_point.h"
#include "record_fields.h"
#include "store_incident_priv.h"
#include "store_priv.h"

#include <string.h>

typedef Aduan__Record__Message Message;
typedef Aduan__Record__Ticket Ticket;
typedef Aduan__Record__Reply Reply;

/* An incomplete set waits no longer (parts.wait_s): until then its parts need their sender. */
static const uint64_t part_wait_max_us = 604800u * 1000000ull;

struct run {
    struct store_txn txn;
    const struct store_retention *retention;
    struct store_purge *purge;
};

static uint64_t before_us(const struct run *run, const char *category)
{
    return run->retention->before_us(run->retention->ctx, category);
}

static bool waits(const Reply *reply)
{
    return reply->state == REPLY_STATE(READY) || reply->state == REPLY_STATE(SENDING);
}

/* --- one record --------------------------------------------------------------------------------------------- */

static int purge_message(struct run *run, const void *key, size_t key_len, Message *message)
{
    run->purge->messages++;
    if (run->purge->dry_run)
        return OK;
    record_reseal(&message->base); /* left closed: there is nothing to seal */
    record_set_bytes(&message->sender_id, NULL, 0);
    message->purged_us = run->txn.now_us;
    return txn_put_record(&run->txn, T_MESSAGE, key, key_len, &message->base);
}

static int purge_reply(struct run *run, Reply *reply)
{
    run->purge->replies++;
    if (run->purge->dry_run)
        return OK;
    record_reseal(&reply->base);
    record_set_bytes(&reply->sender_id, NULL, 0);
    reply->purged_us = run->txn.now_us;
    return txn_put_reply(&run->txn, reply, 0);
}

/* E_BUSY: it is on its way. One that is not there, or cannot be read, is `aduan verify`'s to tell. */
static int look_at_reply(struct run *run, uint64_t slot, bool purge)
{
    Reply *reply;
    int rc = txn_get_reply_closed(&run->txn, slot, &reply);
    if (rc != OK)
        return rc == E_NOT_FOUND || rc == E_CORRUPT ? OK : rc;
    if (waits(reply))
        rc = E_BUSY;
    else if (purge && reply->purged_us == 0)
        rc = purge_reply(run, reply);
    aduan__record__reply__free_unpacked(reply, NULL);
    return rc;
}

static int del_sender_row(struct run *run, const Ticket *ticket)
{
    uint8_t key[TICKET_SENDER_KEY_BYTES];
    if (ticket->sender_id.len != SEAL_ID_BYTES)
        return OK;
    memcpy(key, ticket->sender_id.data, SEAL_ID_BYTES);
    put_be64(key + SEAL_ID_BYTES, ticket->id);
    int rc = txn_del(&run->txn, T_TICKET_BY_SENDER, key, sizeof key);
    return rc == E_NOT_FOUND ? OK : rc;
}

/* --- tickets ------------------------------------------------------------------------------------------------ */

static bool ended(const struct run *run, const Ticket *ticket)
{
    bool over = ticket->state == TICKET_STATE(CLOSED) || ticket->state == TICKET_STATE(ARCHIVED);
    return over && ticket->purged_us == 0 && ticket->changed_us < before_us(run, ticket->category);
}

static int message_of(struct run *run, const Ticket *ticket)
{
    ProtobufCMessage *record;
    ProtobufCBinaryData key = ticket->message_key;
    int rc = txn_get_closed(&run->txn, T_MESSAGE, key.data, key.len, &aduan__record__message__descriptor, &record);
    if (rc != OK)
        return rc == E_NOT_FOUND || rc == E_CORRUPT ? OK : rc;
    rc = purge_message(run, key.data, key.len, (Message *)record);
    protobuf_c_message_free_unpacked(record, NULL);
    return rc;
}

static int purge_ticket(struct run *run, Ticket *ticket)
{
    run->purge->tickets++;
    int rc = message_of(run, ticket);
    for (size_t i = 0; rc == OK && i < ticket->n_reply; i++)
        rc = look_at_reply(run, ticket->reply[i], true);
    if (rc != OK || run->purge->dry_run)
        return rc;
    rc = del_sender_row(run, ticket);
    if (rc == OK)
        rc = incident_forget(&run->txn, ticket->id);
    record_reseal(&ticket->base);
    record_set_bytes(&ticket->sender_id, NULL, 0);
    ticket->purged_us = run->txn.now_us;
    return rc == OK ? txn_put_ticket(&run->txn, ticket, ticket->state) : rc;
}

static int look_at_ticket(struct run *run, const MDB_val *key, const MDB_val *val)
{
    ProtobufCMessage *record;
    (void)key;
    int rc = record_unpack(&aduan__record__ticket__descriptor, val, &record);
    if (rc != OK)
        return rc == E_CORRUPT ? OK : rc;
    Ticket *ticket = (Ticket *)record;
    if (ended(run, ticket)) {
        for (size_t i = 0; rc == OK && i < ticket->n_reply; i++)
            rc = look_at_reply(run, ticket->reply[i], false);
        if (rc == OK)
            rc = purge_ticket(run, ticket);
    }
    aduan__record__ticket__free_unpacked(ticket, NULL);
    return rc;
}

/* --- messages without a ticket, parts ----------------------------------------------------------------------- */

static int look_at_message(struct run *run, const MDB_val *key, const MDB_val *val)
{
    ProtobufCMessage *record;
    int rc = record_unpack(&aduan__record__message__descriptor, val, &record);
    if (rc != OK)
        return rc == E_CORRUPT ? OK : rc;
    Message *message = (Message *)record;
    bool over = message->fate == MESSAGE_FATE(NO_TICKET) && message->purged_us == 0 &&
                message->committed_us < before_us(run, NULL);
    if (over && message->reply != 0)
        rc = look_at_reply(run, message->reply, true);
    if (over && rc == OK)
        rc = purge_message(run, key->mv_data, key->mv_size, message);
    aduan__record__message__free_unpacked(message, NULL);
    return rc;
}

static int ticket_is_over(struct run *run, const Message *resent, bool *over)
{
    ProtobufCMessage *record;
    uint8_t key[8];
    put_be64(key, resent->ticket);
    *over = false;
    int rc = txn_get_closed(&run->txn, T_TICKET, key, sizeof key, &aduan__record__ticket__descriptor, &record);
    if (rc != OK)
        return rc == E_NOT_FOUND || rc == E_CORRUPT ? OK : rc;
    *over = ((const Ticket *)record)->purged_us != 0;
    protobuf_c_message_free_unpacked(record, NULL);
    return OK;
}

static int whole_is_over(struct run *run, const Message *part, bool *over)
{
    ProtobufCMessage *record;
    *over = false;
    int rc = txn_get_closed(&run->txn, T_MESSAGE, part->whole.data, part->whole.len,
                            &aduan__record__message__descriptor, &record);
    if (rc != OK)
        return rc == E_NOT_FOUND || rc == E_CORRUPT ? OK : rc;
    *over = ((const Message *)record)->purged_us != 0;
    protobuf_c_message_free_unpacked(record, NULL);
    return OK;
}

/* A message that goes with another record: `is_over` tells whether that one is purged. In a dry run it never is. */
static int look_at_follower(struct run *run, const MDB_val *key, const MDB_val *val, Aduan__Record__Message__Fate fate,
                            int (*is_over)(struct run *run, const Message *message, bool *over))
{
    ProtobufCMessage *record;
    bool over = false;
    int rc = record_unpack(&aduan__record__message__descriptor, val, &record);
    if (rc != OK)
        return rc == E_CORRUPT ? OK : rc;
    Message *message = (Message *)record;
    if (message->fate == fate && message->purged_us == 0)
        rc = is_over(run, message, &over);
    if (rc == OK && over)
        rc = purge_message(run, key->mv_data, key->mv_size, message);
    aduan__record__message__free_unpacked(message, NULL);
    return rc;
}

static int look_at_resent(struct run *run, const MDB_val *key, const MDB_val *val)
{
    return look_at_follower(run, key, val, MESSAGE_FATE(RESENT), ticket_is_over);
}

static int look_at_part(struct run *run, const MDB_val *key, const MDB_val *val)
{
    return look_at_follower(run, key, val, MESSAGE_FATE(PART_JOINED), whole_is_over);
}

/* --- identities --------------------------------------------------------------------------------------------- */

static int has_ticket(struct run *run, const MDB_val *row, bool *has)
{
    MDB_cursor *cursor = NULL;
    uint8_t start[TICKET_SENDER_ROW_BYTES] = {0};
    MDB_val key = {sizeof start, start}, val;
    memcpy(start, row->mv_data, SENDER_ROW_BYTES);
    int rc = txn_cursor(&run->txn, T_TICKET_BY_SENDER, &cursor);
    if (rc == OK)
        rc = cursor_get(run->txn.store, cursor, &key, &val, MDB_SET_RANGE);
    *has = rc == OK && key.mv_size == sizeof start && memcmp(key.mv_data, row->mv_data, SENDER_ROW_BYTES) == 0;
    mdb_cursor_close(cursor);
    return rc == E_NOT_FOUND ? OK : rc;
}

/* When nothing has come from it since SMS without a ticket are kept, only a ticket can need it. A dry run counts those
 * that have none now. */
static int look_at_identity(struct run *run, const MDB_val *key, const MDB_val *val)
{
    ProtobufCMessage *record;
    bool needed = true;
    uint8_t id[SEAL_ID_BYTES];
    MDB_val whose = *key, identity = *val;
    if (!sender_row_identity(&whose, &identity) || run->purge->held > 0)
        return OK;
    memcpy(id, whose.mv_data, sizeof id);
    int rc = record_unpack(&aduan__record__identity__descriptor, &identity, &record);
    if (rc != OK)
        return rc == E_CORRUPT ? OK : rc;
    uint64_t last_us = ((const Aduan__Record__Identity *)record)->last_us;
    protobuf_c_message_free_unpacked(record, NULL);
    if (last_us < before_us(run, NULL) && last_us + part_wait_max_us < run->txn.now_us)
        rc = has_ticket(run, key, &needed);
    if (rc != OK || needed)
        return rc;
    run->purge->identities++;
    if (run->purge->dry_run)
        return OK;
    run->txn.identities -= run->txn.identities > 0;
    return txn_del(&run->txn, T_IDENTITY, id, sizeof id);
}

/* --- the walk ----------------------------------------------------------------------------------------------- */

static const struct phase {
    enum store_table table;
    int (*look)(struct run *run, const MDB_val *key, const MDB_val *val);
} phases[STORE_PURGE_PHASES] = {
    {T_TICKET, look_at_ticket}, {T_MESSAGE, look_at_message},   {T_MESSAGE, look_at_resent},
    {T_MESSAGE, look_at_part},  {T_IDENTITY, look_at_identity},
};

/* The row behind the last one looked at. A write moves rows, so each is looked for anew. */
static int next_row(struct run *run, MDB_cursor *cursor, MDB_val *key, MDB_val *val)
{
    struct store_purge *purge = run->purge;
    *key = (MDB_val){purge->last_len, purge->last};
    int rc = cursor_get(run->txn.store, cursor, key, val, purge->last_len > 0 ? MDB_SET_RANGE : MDB_FIRST);
    if (rc == OK && key->mv_size == purge->last_len && memcmp(key->mv_data, purge->last, purge->last_len) == 0)
        rc = cursor_get(run->txn.store, cursor, key, val, MDB_NEXT);
    if (rc != OK)
        return rc;
    if (key->mv_size > STORE_PURGE_KEY_MAX)
        return E_CORRUPT;
    memcpy(purge->last, key->mv_data, key->mv_size);
    purge->last_len = key->mv_size;
    key->mv_data = purge->last;
    return OK;
}

static int walk(struct run *run, size_t *left)
{
    const struct phase *phase = &phases[run->purge->phase];
    MDB_cursor *cursor = NULL;
    MDB_val key, val;
    int rc = txn_cursor(&run->txn, phase->table, &cursor);
    while (rc == OK && *left > 0) {
        rc = next_row(run, cursor, &key, &val);
        if (rc != OK)
            break;
        (*left)--;
        run->purge->looked_at++;
        rc = phase->look(run, &key, &val);
        if (rc == E_BUSY) {
            run->purge->held++;
            rc = OK;
        }
    }
    mdb_cursor_close(cursor);
    return rc;
}

static int walk_phases(struct run *run, size_t max)
{
    int rc = OK;
    while (rc == OK && max > 0 && !run->purge->finished) {
        rc = walk(run, &max);
        if (rc != E_NOT_FOUND)
            continue;
        rc = OK;
        run->purge->last_len = 0;
        run->purge->finished = ++run->purge->phase == STORE_PURGE_PHASES;
    }
    return rc;
}

int store_purge_step(struct store *store, const struct store_retention *retention, uint64_t now_us, size_t max,
                     struct store_purge *purge, struct fault *fault)
{
    static const char doing[] = "purging";
    struct store_purge moved = *purge;
    struct run run = {.retention = retention, .purge = &moved};
    int rc = txn_begin(store, !purge->dry_run, now_us, &run.txn);
    if (rc != OK)
        return txn_fault(store, fault, rc, doing);
    rc = walk_phases(&run, max);
    KILL_POINT("store", "purge_uncommitted");
    if (rc == OK && !purge->dry_run)
        rc = txn_commit(&run.txn);
    else
        txn_abort(&run.txn);
    if (rc != OK)
        return txn_fault(store, fault, rc, doing);
    *purge = moved;
    return OK;
}
