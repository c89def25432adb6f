/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A store that the verbs have filled is proved clean; each break that is planted in it is reported by its id.
 * The scene is made by ingest itself, so the proof and what it proves cannot drift apart.
 */
#include "support_store.h"

#include "text.h"

typedef Aduan__Record__Message Message;
typedef Aduan__Record__Ticket Ticket;
typedef Aduan__Record__Reply Reply;
typedef Aduan__Record__PartSet PartSet;
typedef Aduan__Record__Part Part;
typedef Aduan__Record__Event Event;

/* --- a scene ------------------------------------------------------------------------------------------------ */

static int decide(void *ctx, const struct desk_sms *sms, struct verdict *out)
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

static void take(struct support *s, const struct incoming *in)
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

static uint64_t ticket_of(struct support *s, uint32_t n)
{
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    Message *message;
    support_key(n, key);
    assert_int_equal(store_message_get(s->store, key, sizeof key, &message), OK);
    uint64_t id = message->ticket;
    aduan__record__message__free_unpacked(message, NULL);
    return id;
}

static void fill(struct support *s)
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

static int setup(void **state)
{
    struct support *s = malloc(sizeof *s);
    support_open(s);
    fill(s);
    *state = s;
    return 0;
}

static int setup_empty(void **state)
{
    struct support *s = malloc(sizeof *s);
    support_open(s);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    support_close(*state);
    free(*state);
    return 0;
}

/* --- proving ------------------------------------------------------------------------------------------------ */

struct breaks {
    char ids[4000];
};

static void on_break(void *ctx, const char *id, const char *sentence)
{
    struct breaks *breaks = ctx;
    size_t len = strlen(breaks->ids);
    assert_true(strlen(sentence) > 10);
    assert_null(strstr(sentence, "+6281"));
    snprintf(breaks->ids + len, sizeof breaks->ids - len, "[%s] ", id);
}

static struct store_proof prove(struct support *s, struct breaks *breaks)
{
    struct store_proof proof;
    *breaks = (struct breaks){""};
    assert_int_equal(store_verify(s->store, on_break, breaks, &proof), OK);
    return proof;
}

static void clean(struct support *s)
{
    struct breaks breaks;
    struct store_proof proof = prove(s, &breaks);
    assert_string_equal(breaks.ids, "");
    assert_true(proof.breaks == 0);
}

static void reported(struct support *s, const char *id)
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

static void put(struct support *s, enum store_table table, const void *key, size_t len, const void *val, size_t val_len)
{
    struct store_txn txn = support_write(s);
    assert_int_equal(txn_put(&txn, table, key, len, val, val_len), OK);
    support_commit(&txn);
}

static void del(struct support *s, enum store_table table, const void *key, size_t len)
{
    struct store_txn txn = support_write(s);
    assert_int_equal(txn_del(&txn, table, key, len), OK);
    support_commit(&txn);
}

static void put_record(struct support *s, enum store_table table, const void *key, size_t len,
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

static struct row row_at(struct support *s, enum store_table table, size_t skip)
{
    struct row row = {0};
    struct store_txn txn;
    MDB_cursor *cursor;
    MDB_val key, val;
    assert_int_equal(txn_begin(s->store, false, 0, &txn), OK);
    assert_int_equal(txn_cursor(&txn, table, &cursor), OK);
    for (size_t i = 0; i <= skip; i++)
        assert_int_equal(cursor_get(s->store, cursor, &key, &val, MDB_NEXT), OK);
    assert_true(key.mv_size <= sizeof row.key && val.mv_size <= sizeof row.val);
    memcpy(row.key, key.mv_data, row.key_len = key.mv_size);
    memcpy(row.val, val.mv_data, row.val_len = val.mv_size);
    mdb_cursor_close(cursor);
    txn_abort(&txn);
    return row;
}

/* Changes a record in place; the indexes stay as they are. */
static void *get_record(struct support *s, enum store_table table, const void *key, size_t len,
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
        field_change;                                                                                                  \
        put_record(s, table, key, len, &r->base);                                                                      \
        aduan__record__##type##__free_unpacked(r, NULL);                                                               \
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
        uint8_t k[STORE_REPLY_ID_BYTES];                                                                               \
        support_reply_id(n, nth, k);                                                                                   \
        EDIT(s, T_OUTBOX, k, sizeof k, reply, Reply, change);                                                          \
    } while (0)

#define EDIT_EVENT(sequence, change)                                                                                   \
    do {                                                                                                               \
        uint8_t k[8];                                                                                                  \
        put_be64(k, sequence);                                                                                         \
        EDIT(s, T_EVENT, k, sizeof k, event, Event, change);                                                           \
    } while (0)

static void meta(struct support *s, const char *name, const void *val, size_t len)
{
    struct store_txn txn = {.store = s->store};
    assert_int_equal(mdb_txn_begin(s->store->env, NULL, 0, &txn.txn), 0);
    if (val)
        assert_int_equal(txn_put(&txn, T_META, name, strlen(name), val, len), OK);
    else
        assert_int_equal(txn_del(&txn, T_META, name, strlen(name)), OK);
    assert_int_equal(mdb_txn_commit(txn.txn), 0);
}

static void meta_number(struct support *s, const char *name, uint64_t number)
{
    uint8_t be[8];
    put_be64(be, number);
    meta(s, name, be, sizeof be);
}

/* --- the breaks --------------------------------------------------------------------------------------------- */

static void meta_gone(struct support *s)
{
    meta(s, "epoch", NULL, 0);
}
static void meta_cut(struct support *s)
{
    meta(s, "version", "x", 1);
}
static void meta_other_version(struct support *s)
{
    meta(s, "version", "\0\0\0\x09", 4);
}
static void meta_serial(struct support *s)
{
    meta_number(s, "next_serial", TICKET_SERIAL_FIRST);
}
static void meta_sequence(struct support *s)
{
    meta_number(s, "next_sequence", 99999);
}
static void meta_parts(struct support *s)
{
    meta_number(s, "parts_waiting", 5);
}

static void message_unreadable(struct support *s)
{
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    support_key(EMPTY, key);
    put(s, T_MESSAGE, key, sizeof key, "\xff", 1);
}
static void message_newer(struct support *s)
{
    EDIT_MESSAGE(EMPTY, r->version = 2);
}
static void message_odd_key(struct support *s)
{
    put(s, T_MESSAGE, "odd", 3, "", 0);
}
static void message_other_time(struct support *s)
{
    EDIT_MESSAGE(PLAIN, r->time++);
}
static void message_other_uuid(struct support *s)
{
    EDIT_MESSAGE(PLAIN, r->uuid.data[0]++);
}
static void message_short_uuid(struct support *s)
{
    EDIT_MESSAGE(EMPTY, r->uuid.len = 3);
}
static void message_fateless(struct support *s)
{
    EDIT_MESSAGE(PLAIN, r->fate = MESSAGE_FATE(FATE_NONE));
}
static void message_two_fates(struct support *s)
{
    EDIT_MESSAGE(EMPTY, r->ticket = ticket_of(s, PLAIN));
}
static void message_other_ticket(struct support *s)
{
    EDIT_MESSAGE(PLAIN, r->ticket = ticket_of(s, ANSWERED));
}
static void message_lost_ticket(struct support *s)
{
    EDIT_MESSAGE(PLAIN, r->ticket = 7);
}
static void message_without_reason(struct support *s)
{
    EDIT_MESSAGE(EMPTY, record_set_string(&r->reason, NULL));
}
static void message_lost_whole(struct support *s)
{
    EDIT_MESSAGE(JOINED_1, r->whole.data[0]++);
}
static void message_whole_empty(struct support *s)
{
    EDIT_MESSAGE(JOINED_1, record_set_bytes(&r->whole, NULL, 0));
}
static void message_whole_is_none(struct support *s)
{
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    support_key(PLAIN, key);
    EDIT_MESSAGE(JOINED_1, record_set_bytes(&r->whole, key, sizeof key));
}
static void message_part_uncounted(struct support *s)
{
    EDIT_MESSAGE(JOINED_1, r->fate = MESSAGE_FATE(NO_TICKET); record_set_string(&r->reason, "x"));
}
static void message_waits_without_header(struct support *s)
{
    EDIT_MESSAGE(WAITS, record_set_bytes(&r->udh, NULL, 0));
}
static void message_waits_elsewhere(struct support *s)
{
    EDIT_MESSAGE(WAITS, r->udh.data[3]++);
}
static void message_unknown_sender(struct support *s)
{
    EDIT_MESSAGE(PLAIN, r->sender_id.data[0]++);
}
static void message_odd_sender(struct support *s)
{
    EDIT_MESSAGE(PLAIN, r->sender_id.len = 5);
}
static void message_not_parked(struct support *s)
{
    struct row row = row_at(s, T_QUARANTINE, 0);
    del(s, T_QUARANTINE, row.key, row.key_len);
}
static void parked_without_message(struct support *s)
{
    struct row row = row_at(s, T_QUARANTINE, 0);
    row.key[0]++;
    put(s, T_QUARANTINE, row.key, row.key_len, row.val, row.val_len);
}
static void parked_other_message(struct support *s)
{
    struct row row = row_at(s, T_QUARANTINE, 0);
    support_key(PLAIN, row.key);
    put(s, T_QUARANTINE, row.key, row.key_len, row.val, row.val_len);
}
static void identity_gone(struct support *s)
{
    struct row row = row_at(s, T_IDENTITY, 0);
    del(s, T_IDENTITY, row.key, row.key_len);
}
static void identity_moved(struct support *s)
{
    struct row row = row_at(s, T_IDENTITY, 0);
    row.key[0] ^= 1;
    put(s, T_IDENTITY, row.key, row.key_len, row.val, row.val_len);
}
static void identity_broken_seal(struct support *s)
{
    struct row row = row_at(s, T_IDENTITY, 0);
    EDIT(s, T_IDENTITY, row.key, row.key_len, identity, Aduan__Record__Identity, r->sealed_number.data[30]++);
}
static void identity_no_seal(struct support *s)
{
    struct row row = row_at(s, T_IDENTITY, 0);
    EDIT(s, T_IDENTITY, row.key, row.key_len, identity, Aduan__Record__Identity, r->sealed_number.len = 3);
}
static void identity_long_seal(struct support *s)
{
    static uint8_t bytes[400];
    struct row row = row_at(s, T_IDENTITY, 0);
    EDIT(s, T_IDENTITY, row.key, row.key_len, identity, Aduan__Record__Identity,
         record_set_bytes(&r->sealed_number, bytes, sizeof bytes));
}

/* part: the finished set and the waiting one, in an order that the keys decide: a header, then its rows. */
static struct row set_row(struct support *s, bool finished)
{
    for (size_t skip = 0;; skip++) {
        struct row row = row_at(s, T_PART, skip);
        if (row.key_len != SET_KEY_BYTES)
            continue;
        PartSet *set = get_record(s, T_PART, row.key, row.key_len, &aduan__record__part_set__descriptor);
        bool is = set->whole.len > 0;
        aduan__record__part_set__free_unpacked(set, NULL);
        if (is == finished)
            return row;
    }
}
static struct row part_row(struct support *s, bool finished)
{
    struct row row = set_row(s, finished);
    row.key[row.key_len++] = 1;
    return row;
}
static void part_lost(struct support *s)
{
    struct row row = part_row(s, false);
    del(s, T_PART, row.key, row.key_len);
}
static void part_of_no_set(struct support *s)
{
    struct row row = set_row(s, false);
    del(s, T_PART, row.key, row.key_len);
}
static void part_unreadable(struct support *s)
{
    struct row row = part_row(s, false);
    put(s, T_PART, row.key, row.key_len, "\xff", 1);
}
static void part_set_unreadable(struct support *s)
{
    struct row row = set_row(s, false);
    put(s, T_PART, row.key, row.key_len, "\xff", 1);
}
static void part_odd_key(struct support *s)
{
    put(s, T_PART, "odd", 3, "", 0);
}
static void part_other_count(struct support *s)
{
    struct row row = set_row(s, false);
    EDIT(s, T_PART, row.key, row.key_len, part_set, PartSet, r->have = 2);
}
static void part_other_time(struct support *s)
{
    struct row row = set_row(s, false);
    EDIT(s, T_PART, row.key, row.key_len, part_set, PartSet, r->deadline_us++);
}
static void part_lost_whole(struct support *s)
{
    struct row row = set_row(s, true);
    EDIT(s, T_PART, row.key, row.key_len, part_set, PartSet, r->whole.data[0]++);
}
static void part_lost_message(struct support *s)
{
    struct row row = part_row(s, false);
    EDIT(s, T_PART, row.key, row.key_len, part, Part, r->message_key.data[0]++);
}
static void part_does_not_wait(struct support *s)
{
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    struct row row = part_row(s, false);
    support_key(PLAIN, key);
    EDIT(s, T_PART, row.key, row.key_len, part, Part, record_set_bytes(&r->message_key, key, sizeof key));
}
static void part_not_joined(struct support *s)
{
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    struct row row = part_row(s, true);
    support_key(WAITS, key);
    EDIT(s, T_PART, row.key, row.key_len, part, Part, record_set_bytes(&r->message_key, key, sizeof key));
}
static void part_joined_by_another(struct support *s)
{
    EDIT_MESSAGE(JOINED_1, r->whole.data[0]++);
}
static void part_joined_by_none(struct support *s)
{
    EDIT_MESSAGE(JOINED_1, record_set_bytes(&r->whole, NULL, 0));
}
static void part_due_stray(struct support *s)
{
    struct row row = row_at(s, T_PART_DUE, 0);
    row.key[0]++;
    put(s, T_PART_DUE, row.key, row.key_len, "", 0);
}
static void part_due_of_no_set(struct support *s)
{
    struct row row = row_at(s, T_PART_DUE, 0);
    row.key[20]++;
    put(s, T_PART_DUE, row.key, row.key_len, "", 0);
}
static void part_not_counted(struct support *s)
{
    EDIT_MESSAGE(WAITS, r->fate = MESSAGE_FATE(NO_TICKET); record_set_string(&r->reason, "x"));
}

static void ticket_lost(struct support *s)
{
    uint8_t key[8];
    put_be64(key, ticket_of(s, PLAIN));
    del(s, T_TICKET, key, sizeof key);
}
static void ticket_other_id(struct support *s)
{
    EDIT_TICKET(PLAIN, r->id++);
}
static void ticket_wrong_digit(struct support *s)
{
    uint8_t key[8];
    struct row row = row_at(s, T_TICKET, 0);
    put_be64(key, get_be64(row.key) / 10 * 10 + (get_be64(row.key) + 1) % 10);
    put(s, T_TICKET, key, sizeof key, row.val, row.val_len);
}
static void ticket_stateless(struct support *s)
{
    EDIT_TICKET(PLAIN, r->state = 0);
}
static void ticket_other_state(struct support *s)
{
    EDIT_TICKET(PLAIN, r->state = TICKET_STATE(CLOSED));
}
static void ticket_other_sender(struct support *s)
{
    EDIT_TICKET(PLAIN, r->sender_id.data[0]++);
}
static void ticket_no_sender(struct support *s)
{
    EDIT_TICKET(PLAIN, record_set_bytes(&r->sender_id, NULL, 0));
}
static void ticket_lost_message(struct support *s)
{
    EDIT_TICKET(PLAIN, r->message_key.data[0]++);
}
static void ticket_other_message(struct support *s)
{
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    support_key(EMPTY, key);
    EDIT_TICKET(PLAIN, record_set_bytes(&r->message_key, key, sizeof key));
}
static void ticket_lost_reply(struct support *s)
{
    uint8_t id[STORE_REPLY_ID_BYTES];
    support_reply_id(PLAIN, 0, id);
    del(s, T_OUTBOX, id, sizeof id);
}
static void ticket_replyless(struct support *s)
{
    EDIT_TICKET(PLAIN, free(r->reply[0].data); r->n_reply = 0);
}
static void ticket_reason_lost(struct support *s)
{
    EDIT_MESSAGE(LIMITED_3, record_set_string(&r->no_reply_reason, NULL));
}
static void ticket_reason_too_many(struct support *s)
{
    EDIT_MESSAGE(PLAIN, record_set_string(&r->no_reply_reason, "whim"));
}
static void ticket_two_automatic(struct support *s)
{
    EDIT_REPLY(ANSWERED, 1, record_set_string(&r->actor, NULL));
}
static void ticket_reply_of_another(struct support *s)
{
    EDIT_REPLY(PLAIN, 0, r->ticket = ticket_of(s, ANSWERED));
}
static void ticket_reply_uncounted(struct support *s)
{
    EDIT_TICKET(ANSWERED, r->replies = 1);
}
static void ticket_reply_id_made_up(struct support *s)
{
    uint8_t id[STORE_REPLY_ID_BYTES];
    support_reply_id(EMPTY, 0, id);
    EDIT_TICKET(PLAIN, record_set_bytes(&r->reply[0], id, sizeof id));
}
static void ticket_state_stray(struct support *s)
{
    struct row row = row_at(s, T_TICKET_BY_STATE, 0);
    row.key[0] = TICKET_STATE(HELD);
    put(s, T_TICKET_BY_STATE, row.key, row.key_len, "", 0);
}
static void ticket_state_of_none(struct support *s)
{
    struct row row = row_at(s, T_TICKET_BY_STATE, 0);
    row.key[3]++;
    put(s, T_TICKET_BY_STATE, row.key, row.key_len, "", 0);
}
static void ticket_sender_stray(struct support *s)
{
    struct row row = row_at(s, T_TICKET_BY_SENDER, 0);
    row.key[0]++;
    put(s, T_TICKET_BY_SENDER, row.key, row.key_len, "", 0);
}
static void ticket_sender_of_none(struct support *s)
{
    struct row row = row_at(s, T_TICKET_BY_SENDER, 0);
    row.key[18]++;
    put(s, T_TICKET_BY_SENDER, row.key, row.key_len, "", 0);
}

static void reply_stateless(struct support *s)
{
    EDIT_REPLY(PLAIN, 0, r->state = 0);
}
static void reply_sent_empty(struct support *s)
{
    EDIT_REPLY(PLAIN, 0, r->state = REPLY_STATE(SENT));
}
static void reply_other_due(struct support *s)
{
    EDIT_REPLY(PLAIN, 0, r->due_us++);
}
static void reply_due_but_done(struct support *s)
{
    EDIT_REPLY(PLAIN, 0, r->state = REPLY_STATE(FAILED));
}
static void reply_due_of_none(struct support *s)
{
    struct row row = row_at(s, T_OUTBOX_DUE, 0);
    row.key[12]++;
    put(s, T_OUTBOX_DUE, row.key, row.key_len, "", 0);
}
static void reply_due_twice(struct support *s)
{
    struct row row = row_at(s, T_OUTBOX_DUE, 0);
    row.key[0]++;
    put(s, T_OUTBOX_DUE, row.key, row.key_len, "", 0);
}
static void reply_due_odd(struct support *s)
{
    put(s, T_OUTBOX_DUE, "odd", 3, "", 0);
}
static void reply_other_key(struct support *s)
{
    EDIT_REPLY(PLAIN, 0, r->id.data[0]++);
}
static void reply_lost_ticket(struct support *s)
{
    EDIT_REPLY(PLAIN, 0, r->ticket = 7);
}
static void reply_lost_message(struct support *s)
{
    EDIT_REPLY(EMPTY, 0, r->message_key.data[0]++);
}
static void reply_no_message(struct support *s)
{
    EDIT_REPLY(PLAIN, 0, record_set_bytes(&r->message_key, NULL, 0));
}
static void reply_of_no_ticket(struct support *s)
{
    EDIT_REPLY(PLAIN, 0, r->ticket = 0);
}
static void reply_id_made_up(struct support *s)
{
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    support_key(COPY, key);
    EDIT_REPLY(EMPTY, 0, record_set_bytes(&r->message_key, key, sizeof key));
}
static void reply_unknown_receiver(struct support *s)
{
    EDIT_REPLY(PLAIN, 0, r->sender_id.data[0]++);
}
static void reply_extra(struct support *s)
{
    struct row row = row_at(s, T_OUTBOX, 0);
    row.key[0]++;
    put(s, T_OUTBOX, row.key, row.key_len, row.val, row.val_len);
}

static void event_unreadable(struct support *s)
{
    uint8_t key[8];
    put_be64(key, 2);
    put(s, T_EVENT, key, sizeof key, "\xff", 1);
}
static void event_lost(struct support *s)
{
    uint8_t key[8];
    put_be64(key, 2);
    del(s, T_EVENT, key, sizeof key);
}
static void event_other_sequence(struct support *s)
{
    EDIT_EVENT(2, r->sequence = 1);
}
static void event_kindless(struct support *s)
{
    EDIT_EVENT(3, r->kind = 0);
}
static void event_of_no_message(struct support *s)
{
    EDIT_EVENT(3, record_set_bytes(&r->message_key, NULL, 0));
}
static void event_lost_message(struct support *s)
{
    EDIT_EVENT(3, r->message_key.data[0]++);
}
static void event_lost_ticket(struct support *s)
{
    EDIT_EVENT(2, r->ticket = 5);
}
static void event_beyond_tickets(struct support *s)
{
    EDIT_EVENT(2, r->ticket = ticket_id_make(TICKET_SERIAL_FIRST + 1000));
}
static void event_lost_reply(struct support *s)
{
    EDIT_EVENT(4, r->reply_id.data[0]++);
}
static void event_odd_reply(struct support *s)
{
    EDIT_EVENT(4, r->reply_id.len = 3);
}
static void append_event(struct support *s, uint64_t copy_of)
{
    uint8_t key[8];
    put_be64(key, copy_of);
    Event *event = get_record(s, T_EVENT, key, sizeof key, &aduan__record__event__descriptor);
    struct store_txn txn = support_write(s);
    assert_int_equal(txn_event(&txn, event), OK);
    support_commit(&txn);
    aduan__record__event__free_unpacked(event, NULL);
}
static void event_opens_again(struct support *s)
{
    for (int i = 0; i < 4; i++)
        append_event(s, 2);
}
static void event_queues_again(struct support *s)
{
    append_event(s, 4);
}
static void event_receives_again(struct support *s)
{
    append_event(s, 1);
}
static void event_parks_again(struct support *s)
{
    for (uint64_t sequence = 1;; sequence++) {
        uint8_t key[8];
        put_be64(key, sequence);
        Event *event = get_record(s, T_EVENT, key, sizeof key, &aduan__record__event__descriptor);
        bool parked = event->kind == EVENT_KIND(SMS_QUARANTINED);
        aduan__record__event__free_unpacked(event, NULL);
        if (parked) {
            append_event(s, sequence);
            return;
        }
    }
}
static void event_never_opened(struct support *s)
{
    EDIT_EVENT(2, r->kind = EVENT_KIND(TICKET_NOTE));
}
static void event_never_queued(struct support *s)
{
    EDIT_EVENT(4, r->kind = EVENT_KIND(TICKET_NOTE));
}

static const struct plant {
    void (*plant)(struct support *s);
    const char *id;
} plants[] = {
    {meta_gone, "meta.missing"},
    {meta_cut, "meta.missing"},
    {meta_other_version, "meta.version"},
    {meta_serial, "meta.next_serial"},
    {meta_sequence, "meta.next_sequence"},
    {meta_parts, "meta.parts_waiting"},
    {message_unreadable, "message.unreadable"},
    {message_newer, "message.unreadable"},
    {message_odd_key, "message.unreadable"},
    {message_other_time, "message.key"},
    {message_other_uuid, "message.key"},
    {message_other_uuid, "ticket.reply_id"},
    {message_short_uuid, "message.key"},
    {message_fateless, "message.no_fate"},
    {message_two_fates, "message.two_fates"},
    {message_other_ticket, "message.ticket_points_elsewhere"},
    {message_other_ticket, "ticket.message_points_elsewhere"},
    {message_lost_ticket, "message.ticket_missing"},
    {message_without_reason, "message.no_reason"},
    {message_lost_whole, "message.whole_missing"},
    {message_whole_empty, "message.whole_missing"},
    {message_whole_is_none, "message.whole_has_no_parts"},
    {message_part_uncounted, "message.parts_count"},
    {message_waits_without_header, "message.part_not_in_set"},
    {message_waits_elsewhere, "message.part_not_in_set"},
    {message_unknown_sender, "message.identity_missing"},
    {message_odd_sender, "message.identity_missing"},
    {message_not_parked, "message.quarantine_missing"},
    {parked_without_message, "quarantine.stray"},
    {parked_other_message, "quarantine.stray"},
    {identity_gone, "message.identity_missing"},
    {identity_moved, "identity.key"},
    {identity_broken_seal, "identity.sealed"},
    {identity_no_seal, "identity.sealed"},
    {identity_long_seal, "identity.sealed"},
    {part_lost, "message.part_not_in_set"},
    {part_lost, "part.have"},
    {part_of_no_set, "part.set_missing"},
    {part_unreadable, "part.unreadable"},
    {part_set_unreadable, "part.unreadable"},
    {part_odd_key, "part.unreadable"},
    {part_other_count, "part.have"},
    {part_other_time, "part_due.missing"},
    {part_other_time, "part_due.stray"},
    {part_lost_whole, "part.whole_missing"},
    {part_lost_message, "part.message_missing"},
    {part_does_not_wait, "part.message_fate"},
    {part_not_joined, "part.message_fate"},
    {part_joined_by_another, "part.message_fate"},
    {part_joined_by_none, "part.message_fate"},
    {part_due_stray, "part_due.stray"},
    {part_due_of_no_set, "part_due.stray"},
    {part_not_counted, "part.waiting_count"},
    {ticket_lost, "message.ticket_missing"},
    {ticket_lost, "ticket.gap"},
    {ticket_lost, "ticket_by_state.stray"},
    {ticket_lost, "ticket_by_sender.stray"},
    {ticket_lost, "reply.ticket_missing"},
    {ticket_lost, "event.ticket_missing"},
    {ticket_other_id, "ticket.key"},
    {ticket_wrong_digit, "ticket.check_digit"},
    {ticket_stateless, "ticket.state"},
    {ticket_other_state, "ticket.state_row_missing"},
    {ticket_other_state, "ticket_by_state.stray"},
    {ticket_other_sender, "ticket.sender_row_missing"},
    {ticket_other_sender, "ticket.sender"},
    {ticket_other_sender, "ticket_by_sender.stray"},
    {ticket_no_sender, "ticket.sender"},
    {ticket_lost_message, "ticket.message_missing"},
    {ticket_other_message, "ticket.message_points_elsewhere"},
    {ticket_lost_reply, "ticket.reply_missing"},
    {ticket_lost_reply, "event.reply_missing"},
    {ticket_lost_reply, "outbox_due.stray"},
    {ticket_replyless, "ticket.no_reply"},
    {ticket_replyless, "reply.orphan"},
    {ticket_reason_lost, "ticket.no_reply"},
    {ticket_reason_too_many, "ticket.reply_and_reason"},
    {ticket_two_automatic, "ticket.two_replies"},
    {ticket_reply_of_another, "ticket.reply_points_elsewhere"},
    {ticket_reply_of_another, "reply.orphan"},
    {ticket_reply_uncounted, "ticket.reply_id"},
    {ticket_reply_id_made_up, "ticket.reply_id"},
    {ticket_state_stray, "ticket_by_state.stray"},
    {ticket_state_of_none, "ticket_by_state.stray"},
    {ticket_sender_stray, "ticket_by_sender.stray"},
    {ticket_sender_of_none, "ticket_by_sender.stray"},
    {reply_stateless, "reply.state"},
    {reply_sent_empty, "reply.no_text"},
    {reply_other_due, "outbox_due.missing"},
    {reply_other_due, "outbox_due.stray"},
    {reply_due_but_done, "outbox_due.stray"},
    {reply_due_of_none, "outbox_due.stray"},
    {reply_due_twice, "outbox_due.stray"},
    {reply_due_odd, "outbox_due.unreadable"},
    {reply_other_key, "reply.key"},
    {reply_lost_ticket, "reply.ticket_missing"},
    {reply_lost_message, "reply.message_missing"},
    {reply_no_message, "reply.message_missing"},
    {reply_of_no_ticket, "reply.orphan"},
    {reply_id_made_up, "reply.id"},
    {reply_unknown_receiver, "reply.identity_missing"},
    {reply_extra, "reply.not_queued"},
    {event_unreadable, "event.unreadable"},
    {event_unreadable, "event.gap"},
    {event_lost, "event.gap"},
    {event_lost, "ticket.not_opened"},
    {event_other_sequence, "event.key"},
    {event_kindless, "event.kind"},
    {event_of_no_message, "event.message_missing"},
    {event_lost_message, "event.message_missing"},
    {event_lost_ticket, "event.ticket_missing"},
    {event_lost_ticket, "ticket.not_opened"},
    {event_beyond_tickets, "event.ticket_missing"},
    {event_lost_reply, "event.reply_missing"},
    {event_lost_reply, "reply.not_queued"},
    {event_odd_reply, "reply.not_queued"},
    {event_opens_again, "event.opened_twice"},
    {event_queues_again, "event.queued_twice"},
    {event_receives_again, "event.received_count"},
    {event_parks_again, "event.quarantined_count"},
    {event_never_opened, "ticket.not_opened"},
    {event_never_queued, "reply.not_queued"},
};

/* --- tests -------------------------------------------------------------------------------------------------- */

static void what_the_verbs_made_is_clean_and_counted(void **state)
{
    struct support *s = *state;
    struct breaks breaks;
    struct store_proof proof = prove(s, &breaks);
    assert_string_equal(breaks.ids, "");
    assert_int_equal(proof.messages, LAST - 1 + 1); /* and the whole */
    assert_int_equal(proof.wholes, 1);
    assert_int_equal(proof.parts, 3);
    assert_int_equal(proof.tickets, 6);
    assert_int_equal(proof.no_ticket, 3);
    assert_int_equal(proof.quarantined, 1);
    assert_int_equal(proof.replies, 7); /* 5 tickets, one of them twice; the empty one */
    assert_int_equal(proof.replies_open, 7);
    assert_int_equal(proof.tickets_without_reply, 1);
    assert_int_equal(proof.identities, 6);
    assert_int_equal(proof.events, support_count(s, T_EVENT));
    assert_int_equal(proof.breaks, 0);
}

static void an_empty_store_is_clean(void **state)
{
    clean(*state);
}

static int render(void *ctx, const Reply *reply, const Ticket *ticket, char **text, size_t *len, bool *ucs2,
                  uint32_t *segments)
{
    (void)ctx;
    (void)ticket;
    if (strcmp(reply->template_, "empty") == 0)
        return E_NOT_FOUND;
    *text = strdup("Terima kasih");
    *len = strlen(*text);
    *ucs2 = false;
    *segments = 1;
    return OK;
}

static void it_stays_clean_through_delivery_and_time(void **state)
{
    struct support *s = *state;
    struct store_replies replies;
    struct fault fault = {0};
    const struct store_claim claim = {.holder = "responder.1",
                                      .life = (const uint8_t[16]){1},
                                      .now_us = s->now_us,
                                      .lease_us = 1000,
                                      .max = 100,
                                      .attempts_max = 5,
                                      .render = render};
    assert_int_equal(store_claim_replies(s->store, &claim, &replies, &fault), OK);
    assert_int_equal(replies.count, 6); /* the empty one has failed */
    clean(s);
    static const enum reply_input inputs[] = {REPLY_IN_ACCEPTED, REPLY_IN_DELIVERED, REPLY_IN_REJECTED,
                                              REPLY_IN_RETRY,    REPLY_IN_AMBIGUOUS, REPLY_IN_SMSC_ACCEPTED};
    for (size_t i = 0; i < replies.count; i++) {
        struct store_reply_input in = {.input = inputs[i], .due_us = s->now_us + 50};
        memcpy(in.id, replies.items[i].reply->id.data, sizeof in.id);
        assert_int_equal(store_reply_inputs(s->store, &in, 1, s->now_us, NULL, &fault), OK);
    }
    store_replies_free(&replies);
    struct breaks breaks;
    struct store_proof proof = prove(s, &breaks);
    assert_string_equal(breaks.ids, "");
    assert_int_equal(proof.replies_open, 3);
    assert_int_equal(proof.replies_sent, 1);
    assert_int_equal(proof.replies_delivered, 1);
    assert_int_equal(proof.replies_failed, 2);
    /* the waiting set is delivered as what there is, then both are forgotten */
    size_t done;
    uint64_t next;
    s->now_us += 2000000;
    assert_int_equal(store_parts_expire(s->store, &policy, s->now_us, 10, &done, &next, &fault), OK);
    assert_int_equal(done, 1);
    clean(s);
    s->now_us += 2000000000;
    assert_int_equal(store_parts_expire(s->store, &policy, s->now_us, 10, &done, &next, &fault), OK);
    assert_int_equal(done, 2);
    assert_int_equal(support_count(s, T_PART), 0);
    clean(s);
}

/* Odd senders, sets of theirs, a reference used again, and one uuid at two times. */
static void odd_messages_are_clean_too(void **state)
{
    struct support *s = *state;
    uint32_t n = LAST;
    char longest[200];
    memset(longest, 'x', sizeof longest);
    longest[199] = '\0';
    const char *const senders[] = {"", "TELKOMSEL", "123456789012345678901", "1708", "\xff\xfe", longest};
    for (size_t i = 0; i < sizeof senders / sizeof senders[0]; i++) {
        take(s, &(struct incoming){.n = n++, .sender = senders[i], .body = "halo"});
        take(s,
             &(struct incoming){.n = n++, .sender = senders[i], .body = "a", .reference = 3, .total = 2, .index = 1});
        clean(s);
        take(s,
             &(struct incoming){.n = n++, .sender = senders[i], .body = "b", .reference = 3, .total = 2, .index = 2});
        take(s,
             &(struct incoming){.n = n++, .sender = senders[i], .body = "c", .reference = 3, .total = 2, .index = 1});
        clean(s);
        take(s, &(struct incoming){
                    .n = n++, .sender = senders[i], .body = "x", .total = 1, .index = 2}); /* a header that lies */
        take(s, &(struct incoming){.n = n++, .sender = senders[i], .body = "q", .quarantine = true});
        clean(s);
    }
}

static void each_break_is_reported_by_its_id(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof plants / sizeof plants[0]; i++) {
        struct support s;
        support_open(&s);
        fill(&s);
        plants[i].plant(&s);
        reported(&s, plants[i].id);
        support_close(&s);
    }
}

static void history_may_begin_later(void **state)
{
    struct support *s = *state;
    uint8_t key[8];
    for (uint64_t sequence = 1; sequence <= 6; sequence++) {
        put_be64(key, sequence);
        del(s, T_EVENT, key, sizeof key);
    }
    clean(s);
}

static void a_table_that_cannot_be_read_is_an_error(void **state)
{
    struct support *s = *state;
    struct store_proof proof = {.messages = 77};
    MDB_dbi table = s->store->table[T_TICKET];
    s->store->table[T_TICKET] = 99;
    assert_int_not_equal(store_verify(s->store, NULL, NULL, &proof), OK);
    s->store->table[T_TICKET] = table;
    assert_int_equal(proof.messages, 77);
    table = s->store->table[T_PART];
    s->store->table[T_PART] = 99;
    assert_int_not_equal(store_verify(s->store, NULL, NULL, &proof), OK);
    s->store->table[T_PART] = table;
}

/* Ids beyond 1024 make the list of ids grow. */
static void many_replies_are_compared(void **state)
{
    struct support *s = *state;
    struct store_txn txn = support_write(s);
    for (uint32_t n = 1; n <= 1500; n++)
        support_take(&txn, &(struct support_sms){.n = n});
    support_commit(&txn);
    clean(s);
    reply_extra(s);
    reported(s, "reply.not_queued");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define T_EMPTY(f) cmocka_unit_test_setup_teardown(f, setup_empty, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(what_the_verbs_made_is_clean_and_counted),        T_EMPTY(an_empty_store_is_clean),
        T(it_stays_clean_through_delivery_and_time),        T(odd_messages_are_clean_too),
        cmocka_unit_test(each_break_is_reported_by_its_id), T(history_may_begin_later),
        T(a_table_that_cannot_be_read_is_an_error),         T_EMPTY(many_replies_are_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
