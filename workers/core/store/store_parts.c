/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parts of long SMS: taken one by one, known when they come twice, delivered as one whole message when all are there or
 * their time has passed. The bodies stay in their message rows, so a crash between two parts loses nothing.
 */
#include "store_ingest.h"
#include "store_set.h"

#include "record_fields.h"
#include "uuid.h"

#include <stdlib.h>
#include <string.h>

/* The pieces of a set that are to become one message. */
struct pieces {
    struct piece items[PARTS_MAX];
    size_t count;
    size_t owned; /* how many came from the store: they wait there */
};

/* --- gathering ---------------------------------------------------------------------------------------------- */

static void pieces_free(struct pieces *pieces)
{
    for (size_t i = 0; i < pieces->count; i++) {
        Aduan__Record__Message *message = pieces->items[i].message;
        if (!pieces->items[i].owned)
            continue;
        message->whole = (ProtobufCBinaryData){0}; /* borrowed */
        aduan__record__message__free_unpacked(message, NULL);
    }
    free(pieces);
}

/* The message of one part row. E_NOT_FOUND: that part is lost, the others are not. */
static int piece_read(struct ingest *in, const struct set *set, uint8_t index, const struct piece *fresh,
                      struct piece *out)
{
    uint8_t key[PART_KEY_BYTES];
    ProtobufCMessage *record;
    set_part_key(set, index, key);
    int err = txn_get_record(&in->txn, T_PART, key, sizeof key, &aduan__record__part__descriptor, &record);
    if (err != OK)
        return err;
    Aduan__Record__Part *row = (Aduan__Record__Part *)record;
    ProtobufCBinaryData at = row->message_key;
    if (at.len != STORE_KEY_MESSAGE_BYTES) {
        err = E_CORRUPT;
    } else if (fresh && memcmp(at.data, fresh->key, at.len) == 0) {
        *out = *fresh;
    } else {
        err = txn_get_record(&in->txn, T_MESSAGE, at.data, at.len, &aduan__record__message__descriptor, &record);
        *out = (struct piece){.index = index, .owned = true};
        if (err == OK)
            out->message = (Aduan__Record__Message *)record;
        memcpy(out->key, at.data, at.len);
    }
    aduan__record__part__free_unpacked(row, NULL);
    return err;
}

static int pieces_gather(struct ingest *in, const struct set *set, const struct piece *fresh, struct pieces **out)
{
    struct pieces *pieces = record_alloc(sizeof *pieces);
    pieces->count = pieces->owned = 0;
    unsigned total = set->key[SET_KEY_BYTES - 1];
    for (unsigned index = 1; index <= total; index++) {
        struct piece *piece = &pieces->items[pieces->count];
        int err = piece_read(in, set, (uint8_t)index, fresh, piece);
        if (err == E_NOT_FOUND || err == E_CORRUPT)
            continue;
        if (err != OK) {
            pieces_free(pieces);
            return err;
        }
        pieces->count++;
        pieces->owned += piece->owned;
    }
    *out = pieces;
    return OK;
}

/* --- delivering --------------------------------------------------------------------------------------------- */

static const struct piece *first_piece(const struct set *set, const struct pieces *pieces)
{
    for (size_t i = 0; i < pieces->count; i++)
        if (memcmp(pieces->items[i].key, set->first_key, STORE_KEY_MESSAGE_BYTES) == 0)
            return &pieces->items[i];
    return &pieces->items[0];
}

/* The whole takes everything but its body and its own marks from the part that came first. */
static void whole_message(const struct piece *first, const struct set *set, const struct pieces *pieces,
                          const struct joined *joined, uint8_t uuid[UUID_BYTES], Aduan__Record__Message *out)
{
    uuid_whole(first->message->uuid.data, uuid);
    *out = *first->message;
    out->uuid = (ProtobufCBinaryData){UUID_BYTES, uuid};
    out->body = (ProtobufCBinaryData){joined->body_len, joined->body};
    out->udh = (ProtobufCBinaryData){0};
    out->sealed = (ProtobufCBinaryData){0}; /* the part's */
    out->text_repaired = false;
    out->parts_total = set->header.total;
    out->parts_have = (uint32_t)pieces->count;
    out->incomplete = pieces->count < set->header.total;
}

static int pieces_joined(struct ingest *in, struct pieces *pieces, const uint8_t *whole_key)
{
    int err = OK;
    for (size_t i = 0; err == OK && i < pieces->count; i++) {
        Aduan__Record__Message *message = pieces->items[i].message;
        free(pieces->items[i].owned ? message->whole.data : NULL);
        message->fate = MESSAGE_FATE(PART_JOINED);
        message->whole = (ProtobufCBinaryData){STORE_KEY_MESSAGE_BYTES, (uint8_t *)whole_key};
        err = txn_put_record(&in->txn, T_MESSAGE, pieces->items[i].key, STORE_KEY_MESSAGE_BYTES, &message->base);
    }
    in->txn.parts_waiting -= pieces->owned < in->txn.parts_waiting ? pieces->owned : in->txn.parts_waiting;
    return err;
}

static int deliver_pieces(struct ingest *in, struct set *set, struct pieces *pieces, struct sender *sender,
                          struct store_outcome *out)
{
    const struct piece *first = first_piece(set, pieces);
    uint8_t uuid[UUID_BYTES];
    Aduan__Record__Message message;
    struct joined joined = pieces_join(pieces->items, pieces->count, set->header.total);
    whole_message(first, set, pieces, &joined, uuid, &message);
    put_be32(set->whole_key, message.time);
    memcpy(set->whole_key + 4, uuid, UUID_BYTES);
    message.committed_us = in->txn.now_us;
    struct whole whole = {
        .message = &message, .key = set->whole_key, .text = &joined.text, .sender = sender, .later = in->policy->later};
    int err = ingest_whole(in, &whole, out);
    joined_done(&joined);
    if (err == OK)
        err = pieces_joined(in, pieces, set->whole_key);
    return err == E_EXISTS ? E_CORRUPT : err; /* a whole without its set's header */
}

/* Makes one message of the parts that are there; with none the set stays unfinished. sender: NULL when it is to be
 * found from the first part. */
static int set_deliver(struct ingest *in, struct set *set, const struct piece *fresh, struct sender *sender,
                       struct store_outcome *out)
{
    struct pieces *pieces;
    int err = pieces_gather(in, set, fresh, &pieces);
    if (err != OK)
        return err;
    uint8_t number[SENDER_KEPT_MAX];
    size_t len = 0;
    struct sender found;
    if (pieces->count == 0)
        goto out;
    if (!sender) {
        err = sender_of_message(in, first_piece(set, pieces)->message, number, &len);
        if (err == OK)
            err = sender_read(in, number, len, &found);
    }
    if (err == OK)
        err = deliver_pieces(in, set, pieces, sender ? sender : &found, out);
    if (err == OK && !sender)
        err = sender_write(in, &found);
    if (err == OK) {
        set->header.whole = (ProtobufCBinaryData){STORE_KEY_MESSAGE_BYTES, set->whole_key};
        set->header.forget_us = in->txn.now_us + in->policy->part_keep_us;
    }
out:
    pieces_free(pieces);
    return err;
}

/* --- taking ------------------------------------------------------------------------------------------------- */

enum arrival { NEW_SET, NEXT_PART, COPY, REUSED };

/* What a part is to its set. A reference comes round again after 256 long messages of one phone. */
static int classify(struct ingest *in, const struct set *set, uint8_t index, const uint8_t hash[SEAL_ID_BYTES],
                    enum arrival *out)
{
    uint8_t key[PART_KEY_BYTES];
    ProtobufCMessage *record;
    *out = NEW_SET;
    if (!set->exists)
        return OK;
    set_part_key(set, index, key);
    int err = txn_get_record(&in->txn, T_PART, key, sizeof key, &aduan__record__part__descriptor, &record);
    if (err == E_NOT_FOUND || err == E_CORRUPT) {
        *out = set_finished(set) ? NEW_SET : NEXT_PART;
        return OK;
    }
    if (err != OK)
        return err;
    Aduan__Record__Part *row = (Aduan__Record__Part *)record;
    bool copy = row->body_hash.len == SEAL_ID_BYTES && memcmp(row->body_hash.data, hash, SEAL_ID_BYTES) == 0;
    aduan__record__part__free_unpacked(row, NULL);
    *out = copy ? COPY : set_finished(set) ? NEW_SET : REUSED;
    return OK;
}

static int take_copy(struct ingest *in, Aduan__Record__Message *message, const uint8_t *key, const struct set *set,
                     struct store_outcome *out)
{
    message->fate = MESSAGE_FATE(NO_TICKET);
    message->reason = "duplicate_part";
    message->whole = set->header.whole;
    *out = (struct store_outcome){.kind = STORE_NO_TICKET, .repaired = message->text_repaired};
    int err = txn_put_record(&in->txn, T_MESSAGE, key, STORE_KEY_MESSAGE_BYTES, &message->base);
    return err == OK ? ingest_received(in, message, key) : err;
}

static int begin_set(struct ingest *in, struct set *set, const uint8_t *key, uint8_t total)
{
    int err = set->exists ? set_wipe(in, set) : OK;
    aduan__record__part_set__init(&set->header);
    memcpy(set->first_key, key, sizeof set->first_key);
    set->header.first_key = (ProtobufCBinaryData){sizeof set->first_key, set->first_key};
    set->header.first_us = in->txn.now_us;
    set->header.deadline_us = in->txn.now_us + in->policy->part_wait_us;
    set->header.total = total;
    return err;
}

static int put_part(struct ingest *in, const struct set *set, const struct piece *fresh,
                    const uint8_t hash[SEAL_ID_BYTES])
{
    uint8_t key[PART_KEY_BYTES];
    Aduan__Record__Part row = ADUAN__RECORD__PART__INIT;
    row.version = RECORD_VERSION;
    row.message_key = (ProtobufCBinaryData){STORE_KEY_MESSAGE_BYTES, (uint8_t *)fresh->key};
    row.body_hash = (ProtobufCBinaryData){SEAL_ID_BYTES, (uint8_t *)hash};
    set_part_key(set, fresh->index, key);
    return txn_put_record(&in->txn, T_PART, key, sizeof key, &row.base);
}

/* The fresh message's row is written once: as waiting, or as joined by the delivery that it completes. */
static int take_part(struct ingest *in, struct set *set, const struct piece *fresh, const uint8_t hash[SEAL_ID_BYTES],
                     struct sender *sender, struct store_outcome *out)
{
    struct store_outcome whole = {0};
    set->header.have++;
    int err = put_part(in, set, fresh, hash);
    if (err == OK)
        err = ingest_received(in, fresh->message, fresh->key);
    if (err != OK)
        return err;
    if (set->header.have >= set->header.total) {
        err = set_deliver(in, set, fresh, sender, &whole);
    } else {
        fresh->message->fate = MESSAGE_FATE(PART_WAITING);
        err = txn_put_record(&in->txn, T_MESSAGE, fresh->key, STORE_KEY_MESSAGE_BYTES, &fresh->message->base);
        in->txn.parts_waiting++;
    }
    if (err == OK)
        err = set_write(in, set);
    out->kind = STORE_PART;
    if (whole.ticket) {
        out->ticket = whole.ticket;
        out->repaired = whole.repaired;
    }
    return err;
}

int parts_take(struct ingest *in, Aduan__Record__Message *message, const uint8_t *key, const struct udh_concat *concat,
               struct sender *sender, struct store_outcome *out)
{
    struct set set;
    struct piece fresh = {.index = concat->index, .message = message};
    uint8_t hash[SEAL_ID_BYTES];
    MDB_val there;
    enum arrival arrival;
    int err = txn_get(&in->txn, T_MESSAGE, key, STORE_KEY_MESSAGE_BYTES, &there);
    if (err != E_NOT_FOUND)
        return err == OK ? E_EXISTS : err;
    memcpy(fresh.key, key, sizeof fresh.key);
    set_key(in->txn.store->seal, sender, message->receiver, concat, set.key);
    seal_id(in->txn.store->seal, message->body.data, message->body.len, hash);
    err = set_read(in, &set);
    if (err == OK)
        err = classify(in, &set, concat->index, hash, &arrival);
    if (err != OK)
        return err;
    *out = (struct store_outcome){0};
    if (arrival == COPY)
        return take_copy(in, message, key, &set, out);
    if (arrival == REUSED)
        err = set_deliver(in, &set, NULL, sender, out);
    if (err == OK && arrival != NEXT_PART)
        err = begin_set(in, &set, key, concat->total);
    return err == OK ? take_part(in, &set, &fresh, hash, sender, out) : err;
}

/* --- time --------------------------------------------------------------------------------------------------- */

/* The earliest row of part_due; *due_us = 0 when there is none. */
static int due_first(struct store_txn *txn, uint64_t *due_us, uint8_t set_key_bytes[SET_KEY_BYTES])
{
    MDB_cursor *cursor;
    MDB_val key, val;
    *due_us = 0;
    int err = txn_cursor(txn, T_PART_DUE, &cursor);
    if (err != OK)
        return err;
    err = cursor_get(txn->store, cursor, &key, &val, MDB_FIRST);
    if (err == OK) {
        *due_us = get_be64(key.mv_data);
        memcpy(set_key_bytes, (const uint8_t *)key.mv_data + 8, SET_KEY_BYTES);
    }
    mdb_cursor_close(cursor);
    return err == E_NOT_FOUND ? OK : err;
}

static int set_expire(struct ingest *in, uint64_t due_us, struct set *set)
{
    struct store_outcome ignored;
    int err = set_read(in, set);
    if (err != OK)
        return err;
    if (!set->exists || set->due_us != due_us) /* a row of the index that points nowhere */
        return set_due_del(in, due_us, set->key);
    if (set_finished(set))
        return set_forget(in, set);
    err = set_deliver(in, set, NULL, NULL, &ignored);
    if (err != OK)
        return err;
    return set_finished(set) ? set_write(in, set) : set_forget(in, set);
}

/* The cheap look: read only. */
static int due_peek(struct store *store, uint64_t *due_us)
{
    struct store_txn txn;
    uint8_t key[SET_KEY_BYTES];
    int err = txn_begin(store, false, 0, &txn);
    if (err == OK)
        err = due_first(&txn, due_us, key);
    txn_abort(&txn);
    return err;
}

static int expire_due(struct ingest *in, size_t max, size_t *done, uint64_t *next_us)
{
    struct set set;
    size_t taken = 0;
    uint64_t due_us;
    int err;
    for (;;) {
        err = due_first(&in->txn, &due_us, set.key);
        if (err != OK || due_us == 0 || due_us > in->txn.now_us || taken == max)
            break;
        err = set_expire(in, due_us, &set);
        if (err != OK)
            break;
        taken++;
    }
    if (err == OK)
        err = txn_commit(&in->txn);
    if (err != OK)
        return err;
    *done = taken;
    *next_us = due_us;
    return OK;
}

int store_parts_expire(struct store *store, const struct store_policy *policy, uint64_t now_us, size_t max,
                       size_t *done, uint64_t *next_us, struct fault *fault)
{
    static const char doing[] = "cannot deliver incomplete SMS";
    struct ingest in = {.policy = policy};
    uint64_t due_us;
    int err = due_peek(store, &due_us);
    if (err != OK)
        return txn_fault(store, fault, err, doing);
    if (due_us == 0 || due_us > now_us) {
        *done = 0;
        *next_us = due_us;
        return OK;
    }
    err = txn_begin(store, true, now_us, &in.txn);
    if (err == OK)
        err = expire_due(&in, max, done, next_us);
    txn_abort(&in.txn);
    return err == OK ? OK : txn_fault(store, fault, err, doing);
}
