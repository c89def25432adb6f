/* SPDX-License-Identifier: BSD-2-Clause */
/* A store that ingest itself has filled, the proof over it, and the means to plant a break in it. The proof and what it
 * proves cannot drift apart. */
#ifndef ADUAN_TESTS_SUPPORT_VERIFY_H
#define ADUAN_TESTS_SUPPORT_VERIFY_H

#include "support_store.h"

#include "text.h"

typedef Aduan__Record__Message Message;
typedef Aduan__Record__Ticket Ticket;
typedef Aduan__Record__Reply Reply;
typedef Aduan__Record__PartSet PartSet;
typedef Aduan__Record__Part Part;
typedef Aduan__Record__Event Event;

/* --- a scene ------------------------------------------------------------------------------------------------ */

static inline int decide(void *ctx, const struct desk_sms *sms, struct verdict *out)
{
    (void)ctx;
    *out = (struct verdict){.open_ticket = !sms->text->empty,
                            .reason = sms->text->empty ? "empty" : NULL,
                            .reply_template = sms->text->empty ? "empty" : "received",
                            .type = "pengaduan",
                            .category = "jalan",
                            .agency = "dpupr",
                            .urgency = "normal",
                            .language = "id"};
    return OK;
}

static const struct store_policy policy = {.decide = decide,
                                           .part_wait_us = 1000000,
                                           .part_keep_us = 1000000000,
                                           .reply_rate = 2,
                                           .reply_rate_window_us = 3600000000u};

struct incoming {
    uint32_t n;
    const char *sender, *body;
    uint8_t reference, total, index; /* of a part */
    bool quarantine;
};

static inline void take(struct support *s, const struct incoming *in)
{
    Aduan__Wire__Sms sms = ADUAN__WIRE__SMS__INIT;
    uint8_t key[STORE_KEY_MESSAGE_BYTES], udh[] = {5, 0, 3, in->reference, in->total, in->index};
    struct store_item item = {.sms = &sms};
    struct store_outcome outcome;
    struct fault fault = {0};
    support_key(in->n, key);
    sms.uuid = support_bytes(key + 4, UUID_BYTES);
    sms.time = get_be32(key);
    sms.sender = support_bytes(in->sender, strlen(in->sender));
    sms.receiver = support_bytes("1708", 4);
    sms.body = support_bytes(in->body, strlen(in->body));
    sms.udh = support_bytes(udh, in->total ? sizeof udh : 0);
    sms.quarantine = in->quarantine;
    s->now_us += 1000;
    if (store_ingest(s->store, &policy, &item, 1, s->now_us, &outcome, &fault) != OK)
        fail_msg("%s", fault.text);
}

/* Which message of the scene is what. */
enum {
    PLAIN = 1, /* a ticket, its reply queued */
    ANSWERED,  /* a ticket with a reply of a person */
    LIMITED_1, /* three of one sender: the third is over the rate */
    LIMITED_2,
    LIMITED_3,
    EMPTY,    /* no ticket, but a reply */
    PARKED,   /* quarantined */
    JOINED_1, /* two parts of one message, and a late copy of the first */
    JOINED_2,
    COPY,
    WAITS, /* the first part of two */
    LAST
};

static inline uint64_t ticket_of(struct support *s, uint32_t n)
{
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    Message *message;
    support_key(n, key);
    assert_int_equal(store_message_get(s->store, key, sizeof key, &message), OK);
    uint64_t id = message->ticket;
    aduan__record__message__free_unpacked(message, NULL);
    return id;
}

static inline void fill(struct support *s)
{
    struct fault fault = {0};
    take(s, &(struct incoming){.n = PLAIN, .sender = "+6281000001", .body = "jalan rusak"});
    take(s, &(struct incoming){.n = ANSWERED, .sender = "+6281000002", .body = "lampu mati"});
    for (uint32_t n = LIMITED_1; n <= LIMITED_3; n++)
        take(s, &(struct incoming){.n = n, .sender = "+6281000003", .body = "sampah"});
    take(s, &(struct incoming){.n = EMPTY, .sender = "+6281000004", .body = " "});
    take(s, &(struct incoming){.n = PARKED, .sender = "+6281000005", .body = "boom", .quarantine = true});
    take(s, &(struct incoming){
                .n = JOINED_1, .sender = "+6281000006", .body = "a", .reference = 9, .total = 2, .index = 1});
    take(s, &(struct incoming){
                .n = JOINED_2, .sender = "+6281000006", .body = "b", .reference = 9, .total = 2, .index = 2});
    take(s,
         &(struct incoming){.n = COPY, .sender = "+6281000006", .body = "a", .reference = 9, .total = 2, .index = 1});
    take(s,
         &(struct incoming){.n = WAITS, .sender = "+6281000007", .body = "c", .reference = 1, .total = 2, .index = 1});
    struct store_ticket_change answer = {.verb = TICKET_ANSWER, .actor = "sari", .text = "Sudah", .text_len = 5};
    if (store_ticket_change(s->store, ticket_of(s, ANSWERED), &answer, s->now_us, &fault) != OK)
        fail_msg("%s", fault.text);
}

/* --- proving ------------------------------------------------------------------------------------------------ */

struct breaks {
    char ids[4000];
};

static inline void on_break(void *ctx, const char *id, const char *sentence)
{
    struct breaks *breaks = ctx;
    size_t len = strlen(breaks->ids);
    assert_true(strlen(sentence) > 10);
    assert_null(strstr(sentence, "+6281"));
    snprintf(breaks->ids + len, sizeof breaks->ids - len, "[%s] ", id);
}

static inline struct store_proof prove(struct support *s, struct breaks *breaks)
{
    struct store_proof proof;
    *breaks = (struct breaks){""};
    assert_int_equal(store_verify(s->store, on_break, breaks, &proof), OK);
    return proof;
}

static inline void clean(struct support *s)
{
    struct breaks breaks;
    struct store_proof proof = prove(s, &breaks);
    assert_string_equal(breaks.ids, "");
    assert_true(proof.breaks == 0);
}

static inline void reported(struct support *s, const char *id)
{
    struct breaks breaks;
    char want[64];
    struct store_proof proof = prove(s, &breaks);
    snprintf(want, sizeof want, "[%s]", id);
    if (strstr(breaks.ids, want) == NULL)
        fail_msg("%s is not among: %s", id, breaks.ids);
    assert_true(proof.breaks > 0);
    struct store_proof silent;
    assert_int_equal(store_verify(s->store, NULL, NULL, &silent), OK);
    assert_true(silent.breaks == proof.breaks);
}

/* --- planting ----------------------------------------------------------------------------------------------- */

static inline void put(struct support *s, enum store_table table, const void *key, size_t len, const void *val,
                       size_t val_len)
{
    struct store_txn txn = support_write(s);
    assert_int_equal(txn_put(&txn, table, key, len, val, val_len), OK);
    support_commit(&txn);
}

static inline void del(struct support *s, enum store_table table, const void *key, size_t len)
{
    struct store_txn txn = support_write(s);
    assert_int_equal(txn_del(&txn, table, key, len), OK);
    support_commit(&txn);
}

static inline void put_record(struct support *s, enum store_table table, const void *key, size_t len,
                              const ProtobufCMessage *record)
{
    struct store_txn txn = support_write(s);
    assert_int_equal(txn_put_record(&txn, table, key, len, record), OK);
    support_commit(&txn);
}

/* The first row of a table, or the next one after `skip` rows; its key and a copy of its value. */
struct row {
    uint8_t key[64];
    size_t key_len;
    uint8_t val[512];
    size_t val_len;
};

static inline struct row row_at(struct support *s, enum store_table table, size_t skip)
{
    struct row row = {0};
    struct store_txn txn;
    MDB_cursor *cursor;
    MDB_val key, val;
    uint8_t outer[TICKET_SENDER_KEY_BYTES];
    assert_int_equal(txn_begin(s->store, false, 0, &txn), OK);
    assert_int_equal(txn_cursor(&txn, table, &cursor), OK);
    for (size_t i = 0; i <= skip; i++) {
        do
            assert_int_equal(cursor_get(s->store, cursor, &key, &val, MDB_NEXT), OK);
        while (!support_is_row(&txn, table, &key, &val, outer));
    }
    assert_true(key.mv_size <= sizeof row.key && val.mv_size <= sizeof row.val);
    memcpy(row.key, key.mv_data, row.key_len = key.mv_size);
    memcpy(row.val, val.mv_data, row.val_len = val.mv_size);
    mdb_cursor_close(cursor);
    txn_abort(&txn);
    return row;
}

/* Changes a record in place; the indexes stay as they are. */
static inline void *get_record(struct support *s, enum store_table table, const void *key, size_t len,
                               const ProtobufCMessageDescriptor *type)
{
    struct store_txn txn;
    ProtobufCMessage *record;
    assert_int_equal(txn_begin(s->store, false, 0, &txn), OK);
    assert_int_equal(txn_get_record(&txn, table, key, len, type, &record), OK);
    txn_abort(&txn);
    return record;
}

#define EDIT(s, table, key, len, type, Type, field_change)                                                             \
    do {                                                                                                               \
        Type *r = get_record(s, table, key, len, &aduan__record__##type##__descriptor);                                \
        record_reseal(&r->base);                                                                                       \
        field_change;                                                                                                  \
        put_record(s, table, key, len, &r->base);                                                                      \
        aduan__record__##type##__free_unpacked(r, NULL);                                                               \
    } while (0)

/* The record of a row, put under another key too, and sealed for there. */
static inline void put_elsewhere(struct support *s, enum store_table table, const struct row *row,
                                 const ProtobufCMessageDescriptor *type, const uint8_t *key)
{
    ProtobufCMessage *record = get_record(s, table, row->key, row->key_len, type);
    record_reseal(record);
    put_record(s, table, key, row->key_len, record);
    protobuf_c_message_free_unpacked(record, NULL);
}

/* The same, left closed. */
static inline Aduan__Record__Identity *closed_identity(struct support *s, const struct row *row)
{
    struct store_txn txn;
    ProtobufCMessage *record;
    assert_int_equal(txn_begin(s->store, false, 0, &txn), OK);
    assert_int_equal(
        txn_get_closed(&txn, T_IDENTITY, row->key, row->key_len, &aduan__record__identity__descriptor, &record), OK);
    txn_abort(&txn);
    return (Aduan__Record__Identity *)record;
}

#define EDIT_BOX(s, row, box_change)                                                                                   \
    do {                                                                                                               \
        Aduan__Record__Identity *r = closed_identity(s, &(row));                                                       \
        box_change;                                                                                                    \
        put_record(s, T_IDENTITY, (row).key, (row).key_len, &r->base);                                                 \
        aduan__record__identity__free_unpacked(r, NULL);                                                               \
    } while (0)

#define EDIT_MESSAGE(n, change)                                                                                        \
    do {                                                                                                               \
        uint8_t k[STORE_KEY_MESSAGE_BYTES];                                                                            \
        support_key(n, k);                                                                                             \
        EDIT(s, T_MESSAGE, k, sizeof k, message, Message, change);                                                     \
    } while (0)

#define EDIT_TICKET(n, change)                                                                                         \
    do {                                                                                                               \
        uint8_t k[8];                                                                                                  \
        put_be64(k, ticket_of(s, n));                                                                                  \
        EDIT(s, T_TICKET, k, sizeof k, ticket, Ticket, change);                                                        \
    } while (0)

#define EDIT_REPLY(n, nth, change)                                                                                     \
    do {                                                                                                               \
        uint8_t edited[STORE_REPLY_ID_BYTES], k[SLOT_BYTES];                                                           \
        support_reply_id(n, nth, edited);                                                                              \
        support_slot(s, edited, k);                                                                                    \
        EDIT(s, T_REPLY, k, sizeof k, reply, Reply, change);                                                           \
    } while (0)

#define EDIT_EVENT(sequence, change)                                                                                   \
    do {                                                                                                               \
        uint8_t k[8];                                                                                                  \
        put_be64(k, sequence);                                                                                         \
        EDIT(s, T_EVENT, k, sizeof k, event, Event, change);                                                           \
    } while (0)

static inline void meta(struct support *s, const char *name, const void *val, size_t len)
{
    struct store_txn txn = {.store = s->store};
    assert_int_equal(mdb_txn_begin(s->store->env, NULL, 0, &txn.txn), 0);
    if (val)
        assert_int_equal(txn_put(&txn, T_META, name, strlen(name), val, len), OK);
    else
        assert_int_equal(txn_del(&txn, T_META, name, strlen(name)), OK);
    assert_int_equal(mdb_txn_commit(txn.txn), 0);
}

static inline void meta_number(struct support *s, const char *name, uint64_t number)
{
    uint8_t be[8];
    put_be64(be, number);
    meta(s, name, be, sizeof be);
}

/* --- tables of breaks --------------------------------------------------------------------------------------- */

struct plant {
    void (*plant)(struct support *s);
    const char *id;
};

/* Each in a store of its own. */
static inline void plant_all(const struct plant *plants, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct support s;
        support_open(&s);
        fill(&s);
        plants[i].plant(&s);
        reported(&s, plants[i].id);
        support_close(&s);
    }
}

#endif
