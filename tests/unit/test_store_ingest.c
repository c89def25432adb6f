/* SPDX-License-Identifier: BSD-2-Clause */
/* One SMS, one message row, one ticket or one stated reason, one reply; and nothing of it when the commit fails. */
#include "support_ingest.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

struct fixture {
    struct support s;
    struct desk desk;
    bool damaged; /* on purpose: not verified at the end */
};

static int open_fixture(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    support_open(&f->s);
    *state = f;
    return 0;
}

static int close_fixture(void **state)
{
    struct fixture *f = *state;
    store_commit_hook = mdb_txn_commit;
    if (!f->damaged)
        assert_verified(&f->s);
    support_close(&f->s);
    free(f);
    return 0;
}

static void an_sms_becomes_message_ticket_reply_identity_and_events(void **state)
{
    struct fixture *f = *state;
    struct store_outcome out = ingest_ok(&f->s, &f->desk, &(struct mo){.n = 1, .body = "Jalan berlubang"});
    assert_int_equal(out.kind, STORE_TICKET);
    assert_false(out.repaired);
    assert_int_equal(out.ticket, ticket_id_make(TICKET_SERIAL_FIRST));
    assert_string_equal(f->desk.sender, "+62812000");

    Aduan__Record__Message *message = message_of(&f->s, 1);
    assert_int_equal(message->fate, MESSAGE_FATE(TICKET));
    assert_int_equal(message->ticket, out.ticket);
    assert_bytes(message->text, "Jalan berlubang");
    assert_bytes(message->body, "Jalan berlubang");
    assert_bytes(message->smsc_id, "tsel");
    assert_string_equal(message->bearerbox, "main");
    assert_string_equal(message->no_reply_reason, "");
    assert_int_equal(message->committed_us, f->s.now_us);
    assert_int_equal(message->sender.len, 0);

    Aduan__Record__Ticket *ticket = ticket_of(&f->s, out.ticket);
    assert_int_equal(ticket->state, TICKET_STATE(RECEIVED));
    assert_string_equal(ticket->category, "jalan");
    assert_string_equal(ticket->urgency, "normal");
    assert_string_equal(ticket->shortcode, "1708");
    assert_string_equal(ticket->why, "jalan: 'berlubang'");
    assert_int_equal(ticket->n_reply, 1);
    assert_memory_equal(ticket->sender_id.data, message->sender_id.data, SEAL_ID_BYTES);

    Aduan__Record__Reply *reply;
    assert_true(ticket->reply[0] == support_slot_of(&f->s, 1, 0));
    assert_int_equal(store_reply_get(f->s.store, ticket->reply[0], &reply), OK);
    assert_int_equal(reply->state, REPLY_STATE(READY));
    assert_string_equal(reply->template_, "received");
    assert_int_equal(reply->ticket, out.ticket);

    uint8_t number[32];
    size_t len;
    assert_int_equal(store_sender_number(f->s.store, message->sender_id.data, number, &len), OK);
    assert_int_equal(len, 9);
    assert_memory_equal(number, "+62812000", 9);
    assert_string_equal(support_events(&f->s, 1).kinds, "ROCU");
    aduan__record__reply__free_unpacked(reply, NULL);
    ticket_free(ticket);
    message_free(message);
}

static void a_redelivery_changes_nothing(void **state)
{
    struct fixture *f = *state;
    const struct mo mo = {.n = 1, .body = "Jalan berlubang"};
    ingest_ok(&f->s, &f->desk, &mo);
    f->s.now_us += 1000;
    struct store_outcome out = ingest_ok(&f->s, &f->desk, &mo);
    assert_int_equal(out.kind, STORE_DUPLICATE);
    assert_int_equal(out.ticket, 0);
    assert_int_equal(support_count(&f->s, T_TICKET), 1);
    assert_int_equal(support_count(&f->s, T_REPLY), 1);
    assert_string_equal(support_events(&f->s, 1).kinds, "ROCU");
    /* Also when it comes back as a suspect to be parked, and within one batch. */
    out = ingest_ok(&f->s, &f->desk, &(struct mo){.n = 1, .body = "Jalan berlubang", .quarantine = true});
    assert_int_equal(out.kind, STORE_DUPLICATE);
    assert_int_equal(support_count(&f->s, T_QUARANTINE), 0);
    struct store_policy policy = desk_policy(&f->desk);
    struct wire wire[2];
    struct store_outcome outs[2];
    wire_init(&wire[0], &(struct mo){.n = 2, .body = "Lampu mati"});
    wire_init(&wire[1], &(struct mo){.n = 2, .body = "Lampu mati"});
    const struct store_item items[] = {{.sms = &wire[0].sms}, {.sms = &wire[1].sms}};
    assert_int_equal(store_ingest(f->s.store, &policy, items, 2, f->s.now_us, outs, NULL), OK);
    assert_int_equal(outs[0].kind, STORE_TICKET);
    assert_int_equal(outs[0].ticket, ticket_id_make(TICKET_SERIAL_FIRST + 1));
    assert_int_equal(outs[1].kind, STORE_DUPLICATE);
    assert_int_equal(store_ingest(f->s.store, &policy, NULL, 0, f->s.now_us, NULL, NULL), OK);
}

static void text_and_verdict_of_the_caller_are_taken(void **state)
{
    struct fixture *f = *state;
    struct wire wire;
    struct store_policy policy = desk_policy(&f->desk);
    struct store_outcome out;
    struct text text = {.utf8 = "decoded", .len = 7, .repaired = true};
    struct verdict verdict = {.open_ticket = true, .no_reply_reason = "sender_shortcode", .type = "pujian"};
    wire_init(&wire, &(struct mo){.n = 1, .body = "raw"});
    struct store_item item = {.sms = &wire.sms, .text = &text, .verdict = &verdict};
    assert_int_equal(store_ingest(f->s.store, &policy, &item, 1, f->s.now_us, &out, NULL), OK);
    assert_int_equal(f->desk.asked, 0);
    assert_true(out.repaired);
    Aduan__Record__Message *message = message_of(&f->s, 1);
    assert_bytes(message->text, "decoded");
    assert_bytes(message->body, "raw");
    assert_true(message->text_repaired);
    assert_string_equal(message->no_reply_reason, "sender_shortcode");
    message_free(message);
    assert_int_equal(support_count(&f->s, T_REPLY), 0);
    assert_string_equal(support_events(&f->s, 1).kinds, "ROC");
    item.verdict = NULL;
    wire_init(&wire, &(struct mo){.n = 2, .body = "raw"});
    assert_int_equal(store_ingest(f->s.store, &policy, &item, 1, f->s.now_us, &out, NULL), OK);
    assert_string_equal(f->desk.text, "decoded");
}

/* Messages that open no ticket, and tickets that get no reply. */
static void every_message_without_ticket_or_reply_has_its_reason(void **state)
{
    struct fixture *f = *state;
    static const struct {
        struct mo mo;
        enum { NO, YES } ticket;
        const char *reason, *no_reply, *kinds;
    } rows[] = {
        {{.body = "   "}, NO, "empty", "", "RU"},
        {{.body = ""}, NO, "empty", "", "RU"},
        {{.body = "promo murah"}, NO, "auto_reply", "auto_reply", "R"},
        {{.body = "bisu"}, NO, "not_wanted", "", "R"},
        {{.body = "diam saja"}, YES, "", "not_wanted", "ROC"},
        {{.body = "halo", .number = ""}, YES, "", "no_sender", "ROC"},
        {{.body = "halo", .number = "1234567890123456789012345678901234567890"}, YES, "", "bad_sender", "ROC"},
    };
    uint64_t from = 1;
    for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct mo mo = rows[i].mo;
        mo.n = i + 1;
        struct store_outcome out = ingest_ok(&f->s, &f->desk, &mo);
        Aduan__Record__Message *message = message_of(&f->s, mo.n);
        assert_int_equal(out.kind, rows[i].ticket ? STORE_TICKET : STORE_NO_TICKET);
        assert_int_equal(message->fate, rows[i].ticket ? MESSAGE_FATE(TICKET) : MESSAGE_FATE(NO_TICKET));
        assert_string_equal(message->reason, rows[i].reason);
        assert_string_equal(message->no_reply_reason, rows[i].no_reply);
        message_free(message);
        struct support_events events = support_events(&f->s, from);
        assert_string_equal(events.kinds, rows[i].kinds);
        from += events.count;
    }
}

static void a_sender_that_is_no_number_is_sealed_on_its_message(void **state)
{
    struct fixture *f = *state;
    char long_one[301];
    memset(long_one, 'x', 300);
    long_one[300] = '\0';
    const struct {
        const char *number;
        size_t sealed;
        bool has_id;
    } rows[] = {{"TELKOMSEL", 9, true},
                {"123456789012345678901", 21, true},
                {"1708", 0, true},
                {long_one, 255, false},
                {"", 0, false}};
    for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ingest_ok(&f->s, &f->desk, &(struct mo){.n = i + 1, .number = rows[i].number, .body = "halo"});
        Aduan__Record__Message *message = message_of(&f->s, i + 1);
        assert_int_equal(message->sender.len, rows[i].sealed);
        assert_int_equal(message->sender_id.len, rows[i].has_id ? SEAL_ID_BYTES : 0);
        if (rows[i].sealed)
            assert_memory_equal(message->sender.data, rows[i].number, rows[i].sealed);
        message_free(message);
    }
    assert_int_equal(support_count(&f->s, T_IDENTITY), 3);
}

static Aduan__Record__Identity *identity_of(struct support *s, const char *number)
{
    struct store_txn txn;
    uint8_t id[SEAL_ID_BYTES];
    ProtobufCMessage *record;
    seal_sender_id(s->seal, number, strlen(number), id);
    assert_int_equal(txn_begin(s->store, false, 0, &txn), OK);
    assert_int_equal(txn_get_record(&txn, T_IDENTITY, id, sizeof id, &aduan__record__identity__descriptor, &record),
                     OK);
    txn_abort(&txn);
    return (Aduan__Record__Identity *)record;
}

static void beyond_the_rate_a_ticket_opens_but_no_reply_goes(void **state)
{
    struct fixture *f = *state;
    uint64_t start = f->s.now_us;
    for (uint32_t n = 1; n <= 5; n++) {
        f->s.now_us = start + n * 1000000;
        assert_int_equal(ingest_ok(&f->s, &f->desk, &(struct mo){.n = n, .body = "lagi"}).kind, STORE_TICKET);
        Aduan__Record__Message *message = message_of(&f->s, n);
        assert_string_equal(message->no_reply_reason, n <= 3 ? "" : "rate_limited");
        message_free(message);
    }
    assert_int_equal(support_count(&f->s, T_REPLY), 3);
    assert_int_equal(support_count(&f->s, T_TICKET), 5);
    /* Somebody else is not limited, and the first reply leaves the window after a minute. */
    ingest_ok(&f->s, &f->desk, &(struct mo){.n = 6, .body = "halo", .number = "+62813"});
    f->s.now_us = start + 61 * 1000000;
    ingest_ok(&f->s, &f->desk, &(struct mo){.n = 7, .body = "lagi"});
    assert_int_equal(support_count(&f->s, T_REPLY), 5);
    Aduan__Record__Identity *identity = identity_of(&f->s, "+62812000");
    assert_int_equal(identity->messages, 6);
    assert_int_equal(identity->n_reply_us, 3);
    assert_int_equal(identity->first_us, start + 1000000);
    assert_int_equal(identity->last_us, f->s.now_us);
    aduan__record__identity__free_unpacked(identity, NULL);
}

static void a_damaged_identity_is_made_anew(void **state)
{
    struct fixture *f = *state;
    f->damaged = true;
    uint8_t id[SEAL_ID_BYTES], number[32];
    size_t len;
    seal_sender_id(f->s.seal, "+62812000", 9, id);
    Aduan__Record__Identity row = ADUAN__RECORD__IDENTITY__INIT;
    row.version = RECORD_VERSION;
    struct store_txn txn = support_write(&f->s);
    assert_int_equal(txn_put_record(&txn, T_IDENTITY, id, sizeof id, &row.base), OK);
    support_commit(&txn);
    assert_int_equal(store_sender_number(f->s.store, id, number, &len), E_CORRUPT);
    ingest_ok(&f->s, &f->desk, &(struct mo){.n = 1, .body = "halo"});
    assert_int_equal(store_sender_number(f->s.store, id, number, &len), OK);
    assert_int_equal(len, 9);
    /* A row of a newer version is not ours to replace. */
    row.version = RECORD_VERSION + 1;
    txn = support_write(&f->s);
    assert_int_equal(txn_put_record(&txn, T_IDENTITY, id, sizeof id, &row.base), OK);
    support_commit(&txn);
    struct store_outcome out;
    struct fault fault;
    assert_int_equal(ingest_one(&f->s, &f->desk, &(struct mo){.n = 2, .body = "halo"}, &out, &fault), E_VERSION);
    assert_non_null(strstr(fault.text, "upgrade"));
}

static void numbers_that_are_none_are_not_handed_out(void **state)
{
    struct fixture *f = *state;
    static const char longer[] = "a sender of more than thirty-two bytes";
    uint8_t id[SEAL_ID_BYTES] = {0}, number[32];
    size_t len;
    assert_int_equal(store_sender_number(f->s.store, id, number, &len), E_NOT_FOUND);
    ingest_ok(&f->s, &f->desk, &(struct mo){.n = 1, .body = "halo", .number = longer});
    seal_sender_id(f->s.seal, longer, strlen(longer), id);
    assert_int_equal(store_sender_number(f->s.store, id, number, &len), E_INVALID);
}

/* Its box goes from row to row as it is. */
static void a_sender_of_many_like_signs_can_be_read_for_ever(void **state)
{
    struct fixture *f = *state;
    static const char like[] = "777777777777777777777777777777777777777777777777777777777777";
    uint8_t id[SEAL_ID_BYTES], number[32];
    size_t len;
    seal_sender_id(f->s.seal, like, strlen(like), id);
    for (uint32_t n = 1; n <= 3; n++) {
        ingest_ok(&f->s, &f->desk, &(struct mo){.n = n, .body = "halo", .number = like});
        assert_int_equal(store_sender_number(f->s.store, id, number, &len), E_INVALID); /* too long, and no more */
    }
}

static void a_shortcode_is_text_whatever_the_receiver_was(void **state)
{
    struct fixture *f = *state;
    char receiver[] = "\x01"
                      "1\xff"
                      "7 0\n8\x7f-0123456789012345678901234567890";
    struct store_outcome out = ingest_ok(&f->s, &f->desk, &(struct mo){.n = 1, .receiver = receiver, .body = "halo"});
    Aduan__Record__Ticket *ticket = ticket_of(&f->s, out.ticket);
    assert_string_equal(ticket->shortcode, "1708-012345678901234567890123456");
    ticket_free(ticket);
}

static void a_poisonous_sms_is_parked_raw(void **state)
{
    struct fixture *f = *state;
    struct store_outcome out = ingest_ok(
        &f->s, &f->desk,
        &(struct mo){.n = 1, .body = "\xff\x00\x01", .body_len = 3, .quarantine = true, .total = 2, .part = 1});
    assert_int_equal(out.kind, STORE_QUARANTINED);
    assert_int_equal(f->desk.asked, 0);
    Aduan__Record__Message *message = message_of(&f->s, 1);
    assert_int_equal(message->fate, MESSAGE_FATE(NO_TICKET));
    assert_string_equal(message->reason, "quarantined");
    assert_int_equal(message->body.len, 3);
    assert_int_equal(message->text.len, 0);
    message_free(message);
    assert_int_equal(support_count(&f->s, T_QUARANTINE), 1);
    assert_int_equal(support_count(&f->s, T_IDENTITY), 0);
    assert_int_equal(support_count(&f->s, T_PART), 0);
    assert_string_equal(support_events(&f->s, 1).kinds, "Q");
    out = ingest_ok(&f->s, &f->desk, &(struct mo){.n = 2, .number = "", .quarantine = true});
    assert_int_equal(out.kind, STORE_QUARANTINED);
}

static void broken_input_is_stored_raw_and_marked(void **state)
{
    struct fixture *f = *state;
    static const struct mo rows[] = {
        {.body = "caf\xe9 rusak", .coding = 0},
        {.body = "\xd8\x3d", .body_len = 2, .coding = 2},
        {.body = "a\0b", .body_len = 3, .coding = 0},
        {.body = "halo", .udh = "\x05\x00\x03\x01\x02", .udh_len = 5},
        {.body = "halo", .udh = "\x05\x00\x03\x01\x02\x09", .udh_len = 6},
    };
    for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct mo mo = rows[i];
        mo.n = i + 1;
        struct store_outcome out = ingest_ok(&f->s, &f->desk, &mo);
        Aduan__Record__Message *message = message_of(&f->s, mo.n);
        assert_true(out.repaired);
        assert_true(message->text_repaired);
        assert_int_equal(message->body.len, mo.body_len ? mo.body_len : strlen(mo.body));
        assert_memory_equal(message->body.data, mo.body, message->body.len);
        message_free(message);
    }
    assert_int_equal(support_count(&f->s, T_PART), 0);
}

/* They are two SMS, though their replies share an id: the slot tells which is meant. */
static void one_uuid_at_two_times_is_two_sms(void **state)
{
    struct fixture *f = *state;
    ingest_ok(&f->s, &f->desk, &(struct mo){.n = 1, .body = "halo"});
    struct store_outcome out = ingest_ok(&f->s, &f->desk, &(struct mo){.n = 1, .time_shift = 5, .body = "halo"});
    assert_int_equal(out.kind, STORE_TICKET);
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    support_key(1, key);
    put_be32(key, get_be32(key) + 5);
    Aduan__Record__Message *message = message_at(&f->s, key);
    assert_string_equal(message->no_reply_reason, "");
    message_free(message);
    assert_int_equal(support_count(&f->s, T_REPLY), 2);
    assert_string_equal(support_events(&f->s, 1).kinds, "ROCUROCU");
}

static void assert_nothing(struct support *s)
{
    static const enum store_table tables[] = {T_MESSAGE, T_TICKET, T_REPLY, T_EVENT, T_IDENTITY, T_PART};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        assert_int_equal(support_count(s, tables[i]), 0);
}

static void a_failed_commit_leaves_nothing_and_a_retry_works(void **state)
{
    struct fixture *f = *state;
    struct store_outcome out = {.ticket = 77};
    struct fault fault = {0};
    const struct mo mo = {.n = 1, .body = "Jalan berlubang"};
    store_commit_hook = support_commit_fails;
    assert_int_equal(ingest_one(&f->s, &f->desk, &mo, &out, &fault), E_FULL);
    assert_non_null(strstr(fault.text, "disk is full"));
    assert_int_equal(out.ticket, 77);
    store_commit_hook = mdb_txn_commit;
    assert_nothing(&f->s);
    assert_int_equal(ingest_ok(&f->s, &f->desk, &mo).ticket, ticket_id_make(TICKET_SERIAL_FIRST));
    assert_string_equal(support_events(&f->s, 1).kinds, "ROCU");
}

static void one_bad_item_takes_its_batch_back(void **state)
{
    struct fixture *f = *state;
    struct store_policy policy = desk_policy(&f->desk);
    struct wire wire[2];
    struct store_outcome outs[2];
    struct fault fault = {0};
    wire_init(&wire[0], &(struct mo){.n = 1, .body = "halo"});
    wire_init(&wire[1], &(struct mo){.n = 2, .body = "halo"});
    wire[1].sms.uuid.len = 15;
    const struct store_item items[] = {{.sms = &wire[0].sms}, {.sms = &wire[1].sms}};
    assert_int_equal(store_ingest(f->s.store, &policy, items, 2, f->s.now_us, outs, &fault), E_INVALID);
    assert_nothing(&f->s);
    wire[1].sms.uuid.len = 16;
    f->desk.fails = E_MEMORY;
    assert_int_equal(store_ingest(f->s.store, &policy, items, 2, f->s.now_us, outs, &fault), E_MEMORY);
    assert_int_equal(fault.code, E_MEMORY);
    assert_nothing(&f->s);
}

static void a_full_map_is_refused_whole_and_what_was_there_stays(void **state)
{
    struct fixture *f = *state;
    struct fault fault = {0};
    struct store_outcome out;
    store_close(f->s.store);
    char command[160];
    snprintf(command, sizeof command, "rm -rf '%s'", f->s.path);
    assert_int_equal(system(command), 0);
    struct store_options options = support_options(&f->s);
    options.map_bytes = 256 << 10;
    assert_int_equal(store_open(&options, &f->s.store, &fault), OK);
    uint32_t n = 1;
    char body[1000];
    memset(body, 'x', sizeof body);
    while (ingest_one(&f->s, &f->desk, &(struct mo){.n = n, .body = body, .body_len = sizeof body}, &out, &fault) == OK)
        n++;
    assert_int_equal(fault.code, E_FULL);
    assert_non_null(strstr(fault.text, "store.map_bytes"));
    assert_true(n > 10);
    assert_int_equal(support_count(&f->s, T_MESSAGE), n - 1);
    assert_int_equal(support_count(&f->s, T_TICKET), n - 1);
    /* With a larger map the same SMS goes in. */
    store_close(f->s.store);
    options.map_bytes = SUPPORT_MAP_BYTES;
    assert_int_equal(store_open(&options, &f->s.store, &fault), OK);
    out = ingest_ok(&f->s, &f->desk, &(struct mo){.n = n, .body = body, .body_len = sizeof body});
    assert_int_equal(out.ticket, ticket_id_make(TICKET_SERIAL_FIRST + n - 1));
}

static uint64_t no_space(const char *path)
{
    (void)path;
    return 0;
}

static rlim_t file_bytes(const struct support *s)
{
    char path[4096];
    struct stat st;
    snprintf(path, sizeof path, "%s/data.mdb", s->path);
    assert_int_equal(stat(path, &st), 0);
    return (rlim_t)st.st_size;
}

/* The kernel itself cuts the write short, as a disk that fills up does: what LMDB has done by then is undone. */
static void a_disk_that_fills_up_in_a_write_is_survived(void **state)
{
    struct fixture *f = *state;
    struct rlimit before, limit;
    struct fault fault = {0};
    struct store_outcome out;
    char body[30000];
    memset(body, 'x', sizeof body);
    const struct mo mo = {.n = 2, .body = body, .body_len = sizeof body};
    ingest_ok(&f->s, &f->desk, &(struct mo){.n = 1, .body = "halo"});
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = file_bytes(&f->s) + (12 << 10); /* in the middle of what is to be appended */
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    int unknown = ingest_one(&f->s, &f->desk, &mo, &out, &fault);
    uint64_t (*disk_free)(const char *) = store_disk_free_hook;
    store_disk_free_hook = no_space;
    int full = ingest_one(&f->s, &f->desk, &mo, &out, &fault);
    store_disk_free_hook = disk_free;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(unknown, E_IO);
    assert_int_equal(full, E_FULL);
    assert_non_null(strstr(fault.text, "disk is full"));
    assert_int_equal(support_count(&f->s, T_MESSAGE), 1);
    assert_verified(&f->s);
    assert_int_equal(ingest_ok(&f->s, &f->desk, &mo).ticket, ticket_id_make(TICKET_SERIAL_FIRST + 1));
}

static void a_sequence_behind_its_events_is_noticed(void **state)
{
    struct fixture *f = *state;
    f->damaged = true;
    struct store_outcome out;
    struct fault fault;
    ingest_ok(&f->s, &f->desk, &(struct mo){.n = 1, .body = "halo"});
    struct store_txn txn = support_write(&f->s);
    txn.next_sequence = 1;
    support_commit(&txn);
    assert_int_equal(ingest_one(&f->s, &f->desk, &(struct mo){.n = 2, .body = "halo"}, &out, &fault), E_CORRUPT);
    assert_non_null(strstr(fault.text, "aduan verify"));
    assert_int_equal(support_count(&f->s, T_MESSAGE), 1);
}

static void a_store_for_reading_takes_nothing(void **state)
{
    struct fixture *f = *state;
    struct store_outcome out;
    struct fault fault;
    store_close(f->s.store);
    struct store_options options = support_options(&f->s);
    options.read_only = true;
    assert_int_equal(store_open(&options, &f->s.store, &fault), OK);
    assert_int_equal(ingest_one(&f->s, &f->desk, &(struct mo){.n = 1, .body = "halo"}, &out, &fault), E_STATE);
    assert_non_null(strstr(fault.text, "reading only"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_fixture, close_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_sms_becomes_message_ticket_reply_identity_and_events),
        TEST(a_redelivery_changes_nothing),
        TEST(text_and_verdict_of_the_caller_are_taken),
        TEST(every_message_without_ticket_or_reply_has_its_reason),
        TEST(a_sender_that_is_no_number_is_sealed_on_its_message),
        TEST(beyond_the_rate_a_ticket_opens_but_no_reply_goes),
        TEST(a_damaged_identity_is_made_anew),
        TEST(numbers_that_are_none_are_not_handed_out),
        TEST(a_sender_of_many_like_signs_can_be_read_for_ever),
        TEST(a_shortcode_is_text_whatever_the_receiver_was),
        TEST(a_poisonous_sms_is_parked_raw),
        TEST(broken_input_is_stored_raw_and_marked),
        TEST(one_uuid_at_two_times_is_two_sms),
        TEST(a_failed_commit_leaves_nothing_and_a_retry_works),
        TEST(one_bad_item_takes_its_batch_back),
        TEST(a_full_map_is_refused_whole_and_what_was_there_stays),
        TEST(a_disk_that_fills_up_in_a_write_is_survived),
        TEST(a_sequence_behind_its_events_is_noticed),
        TEST(a_store_for_reading_takes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
