/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Proof of the sets of parts: headers and rows share one table and are told apart by the length of their keys. Every
 * row belongs to a set and leads to a message that says the same; every set stands in part_due under its time.
 */
#include "store_verify.h"

#include "record_fields.h"

#include <inttypes.h>
#include <string.h>

typedef Aduan__Record__Message Message;
typedef Aduan__Record__PartSet PartSet;
typedef Aduan__Record__Part Part;

/* The set whose rows come next: they follow their header in the order of keys. */
struct parts {
    uint8_t key[SET_KEY_BYTES];
    PartSet *set; /* NULL: none, or one that could not be read */
    uint64_t rows;
    uint64_t waiting; /* rows of unfinished sets, over all */
};

static void set_ends(struct verify *v, struct parts *parts)
{
    if (parts->set && parts->set->whole.len == 0 && parts->set->have != parts->rows)
        verify_broken(v, "part.have", "a set of parts counts %u and holds %" PRIu64, parts->set->have, parts->rows);
    verify_done(parts->set);
    parts->set = NULL;
    parts->rows = 0;
}

static void set_begins(struct verify *v, struct parts *parts, const uint8_t *key, MDB_val *val)
{
    ProtobufCMessage *record = NULL;
    uint8_t due[DUE_SET_KEY_BYTES];

    set_ends(v, parts);
    memcpy(parts->key, key, SET_KEY_BYTES);
    if (record_unpack(&aduan__record__part_set__descriptor, val, &record) != OK) {
        verify_broken(v, "part.unreadable", "the header of a set of parts is not what was written");
        return;
    }
    PartSet *set = parts->set = (PartSet *)record;
    bool finished = set->whole.len > 0;
    put_be64(due, finished ? set->forget_us : set->deadline_us);
    memcpy(due + 8, key, SET_KEY_BYTES);
    if (verify_has(v, T_PART_DUE, due, sizeof due))
        v->set_rows++;
    else
        verify_broken(v, "part_due.missing", "a set of parts is not in the index under its time");
    if (finished && !verify_has(v, T_MESSAGE, set->whole.data, set->whole.len))
        verify_broken(v, "part.whole_missing", "a finished set of parts became message %s, which is not there",
                      verify_name(set->whole.data, set->whole.len));
}

static void check_part(struct verify *v, struct parts *parts, const Part *part)
{
    const PartSet *set = parts->set;
    Message *message =
        verify_get(v, T_MESSAGE, part->message_key.data, part->message_key.len, &aduan__record__message__descriptor);
    const char *name = verify_name(part->message_key.data, part->message_key.len);
    bool finished = set->whole.len > 0;

    if (message == NULL)
        verify_broken(v, "part.message_missing", "a set of parts holds message %s, which is not there", name);
    else if (!finished && message->fate != MESSAGE_FATE(PART_WAITING))
        verify_broken(v, "part.message_fate", "message %s is in an open set of parts and does not wait", name);
    else if (finished && (message->fate != MESSAGE_FATE(PART_JOINED) || message->whole.len != set->whole.len ||
                          memcmp(message->whole.data, set->whole.data, set->whole.len) != 0))
        verify_broken(v, "part.message_fate", "message %s is in a finished set of parts and was not joined by it",
                      name);
    parts->waiting += !finished;
    verify_done(message);
}

static void row(struct verify *v, struct parts *parts, const uint8_t *key, MDB_val *val)
{
    ProtobufCMessage *record = NULL;
    if (memcmp(parts->key, key, SET_KEY_BYTES) != 0) {
        verify_broken(v, "part.set_missing", "a part belongs to a set that is not there");
        return;
    }
    parts->rows++;
    if (record_unpack(&aduan__record__part__descriptor, val, &record) != OK)
        verify_broken(v, "part.unreadable", "a part is not what was written");
    else if (parts->set)
        check_part(v, parts, (Part *)record);
    verify_done(record);
}

static void walk_parts(struct verify *v, struct parts *parts)
{
    MDB_cursor *cursor = NULL;
    MDB_val key, val;
    int rc = txn_cursor(&v->txn, T_PART, &cursor);
    if (rc == OK)
        rc = cursor_get(v->txn.store, cursor, &key, &val, MDB_FIRST);
    while (rc == OK && v->rc == OK) {
        if (key.mv_size == SET_KEY_BYTES)
            set_begins(v, parts, key.mv_data, &val);
        else if (key.mv_size == PART_KEY_BYTES)
            row(v, parts, key.mv_data, &val);
        else
            verify_broken(v, "part.unreadable", "a row of table part has a key of another length");
        rc = cursor_get(v->txn.store, cursor, &key, &val, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    set_ends(v, parts);
    if (v->rc == OK && rc != E_NOT_FOUND)
        v->rc = rc;
}

static void check_due(struct verify *v, const uint8_t *key)
{
    PartSet *set = verify_get(v, T_PART, key + 8, SET_KEY_BYTES, &aduan__record__part_set__descriptor);
    if (set == NULL || get_be64(key) != (set->whole.len > 0 ? set->forget_us : set->deadline_us))
        verify_broken(v, "part_due.stray", "the index of sets has a row that no set stands behind");
    verify_done(set);
}

void verify_parts(struct verify *v)
{
    struct parts parts = {.set = NULL};
    if (v->rc == OK)
        walk_parts(v, &parts);
    if (verify_count(v, T_PART_DUE) != v->set_rows)
        verify_rows(v, T_PART_DUE, DUE_SET_KEY_BYTES, check_due);
    if (parts.waiting != v->waiting_parts)
        verify_broken(v, "part.waiting_count", "%" PRIu64 " messages wait for their set; the sets hold %" PRIu64,
                      v->waiting_parts, parts.waiting);
    if (v->parts_waiting != v->waiting_parts)
        verify_broken(v, "meta.parts_waiting", "meta counts %" PRIu64 " waiting parts; there are %" PRIu64,
                      v->parts_waiting, v->waiting_parts);
}
