/* SPDX-License-Identifier: BSD-2-Clause */
/* Retention: what goes, what stays, what is not touched yet, and a proof that is clean at every step. */
#include "store_purge.h"

#include "store_feed.h"
#include "support_ingest.h"

static const uint64_t day_us = 86400ull * 1000000;

struct fixture {
    struct support s;
    struct desk desk;
    bool damaged; /* the proof is not clean */
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
    support_close(&f->s);
    free(f);
    return 0;
}

/* Days by category; the rest, and SMS without a ticket, by `days`. */
struct keep {
    uint64_t now_us;
    uint32_t days, darurat;
};

static uint64_t before_us(void *ctx, const char *category)
{
    const struct keep *keep = ctx;
    uint32_t days = category && strcmp(category, "darurat") == 0 ? keep->darurat : keep->days;
    return days ? keep->now_us - days * day_us : 0;
}

static struct store_purge purge(struct fixture *f, const struct keep *keep, size_t max, bool dry_run)
{
    const struct store_retention retention = {(void *)keep, before_us};
    struct store_purge run = {.dry_run = dry_run};
    struct fault fault = {0};
    for (size_t steps = 0; !run.finished; steps++) {
        assert_true(steps < 10000);
        if (store_purge_step(f->s.store, &retention, keep->now_us, max, &run, &fault) != OK)
            fail_msg("%s", fault.text);
        if (!f->damaged)
            assert_verified(&f->s);
    }
    return run;
}

static void close_ticket(struct support *s, uint64_t id)
{
    static const enum ticket_verb verbs[] = {TICKET_VERIFY, TICKET_NOTE, TICKET_CLOSE};
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        const struct store_ticket_change change = {
            .verb = verbs[i], .actor = "siti", .text = "catatan rahasia", .text_len = 15};
        assert_int_equal(store_ticket_change(s->store, id, &change, s->now_us, NULL), OK);
    }
}

static void settle_reply(struct support *s, uint32_t n)
{
    uint64_t slot = support_slot_of(s, n, 0);
    struct store_txn txn = support_write(s);
    Aduan__Record__Reply *reply;
    assert_int_equal(txn_get_reply(&txn, slot, &reply), OK);
    uint64_t due_us = reply->due_us;
    reply->state = REPLY_STATE(DELIVERED);
    reply->due_us = 0;
    record_set_bytes(&reply->text, "balasan rahasia", 15);
    assert_int_equal(txn_put_reply(&txn, reply, due_us), OK);
    aduan__record__reply__free_unpacked(reply, NULL);
    support_commit(&txn);
}

static uint64_t answered(struct fixture *f, uint32_t n, const char *number)
{
    uint64_t id = ingest_ok(&f->s, &f->desk, &(struct mo){.n = n, .number = number, .body = "jalan rusak"}).ticket;
    assert_true(id != 0);
    settle_reply(&f->s, n);
    return id;
}

static void a_closed_ticket_loses_its_words_and_keeps_its_figures(void **state)
{
    struct fixture *f = *state;
    uint64_t id = answered(f, 1, "+6281"), open = answered(f, 2, "+6282");
    close_ticket(&f->s, id);
    Aduan__Record__Ticket *before = ticket_of(&f->s, id);
    uint64_t events = support_count(&f->s, T_EVENT);
    struct keep keep = {f->s.now_us + 29 * day_us, 30, 30};
    struct store_purge run = purge(f, &keep, 100, false);
    assert_true(run.tickets + run.messages + run.replies + run.identities == 0);

    keep.now_us = f->s.now_us + 31 * day_us;
    run = purge(f, &keep, 100, true);
    assert_true(run.tickets == 1 && run.messages == 1 && run.replies == 1);
    Aduan__Record__Ticket *ticket = ticket_of(&f->s, id);
    assert_int_equal(ticket->purged_us, 0);
    aduan__record__ticket__free_unpacked(ticket, NULL);

    run = purge(f, &keep, 1, false);
    assert_true(run.tickets == 1 && run.messages == 1 && run.replies == 1 && run.identities == 1);
    ticket = ticket_of(&f->s, id);
    assert_int_equal(ticket->purged_us, keep.now_us);
    assert_true(ticket->text.len == 0 && ticket->n_note == 0 && ticket->sender_id.len == 0 && *ticket->why == '\0');
    assert_string_equal(ticket->category, before->category);
    assert_true(ticket->opened_us == before->opened_us && ticket->state == TICKET_STATE(CLOSED));
    assert_int_equal(ticket->n_reply, 1);
    Aduan__Record__Message *message = message_of(&f->s, 1);
    assert_true(message->body.len == 0 && message->text.len == 0 && message->sender_id.len == 0);
    assert_int_equal(message->ticket, id);
    assert_int_equal(support_count(&f->s, T_EVENT), events);
    assert_int_equal(support_count(&f->s, T_IDENTITY), 1);
    assert_int_equal(support_count(&f->s, T_TICKET_BY_SENDER), 1);
    aduan__record__message__free_unpacked(message, NULL);
    aduan__record__ticket__free_unpacked(ticket, NULL);
    aduan__record__ticket__free_unpacked(before, NULL);
    ticket = ticket_of(&f->s, open);
    assert_true(ticket->purged_us == 0 && ticket->text.len > 0);
    aduan__record__ticket__free_unpacked(ticket, NULL);
    run = purge(f, &keep, 100, false);
    assert_true(run.tickets + run.messages + run.replies + run.identities == 0);
}

static void each_category_has_its_days(void **state)
{
    struct fixture *f = *state;
    uint64_t one = answered(f, 1, "+6281"), two = answered(f, 2, "+6282");
    struct store_txn txn = support_write(&f->s);
    Aduan__Record__Ticket *ticket = ticket_of(&f->s, two);
    record_set_string(&ticket->category, "darurat");
    assert_int_equal(txn_put_ticket(&txn, ticket, ticket->state), OK);
    support_commit(&txn);
    aduan__record__ticket__free_unpacked(ticket, NULL);
    close_ticket(&f->s, one);
    close_ticket(&f->s, two);
    struct keep keep = {f->s.now_us + 100 * day_us, 0, 30};
    assert_int_equal(purge(f, &keep, 3, false).tickets, 1);
    ticket = ticket_of(&f->s, two);
    assert_true(ticket->purged_us != 0);
    aduan__record__ticket__free_unpacked(ticket, NULL);
    keep.days = 90;
    assert_int_equal(purge(f, &keep, 3, false).tickets, 1);
}

static void sms_without_a_ticket_go_and_quarantined_ones(void **state)
{
    struct fixture *f = *state;
    ingest_ok(&f->s, &f->desk, &(struct mo){.n = 1, .number = "+6281", .body = "promo rahasia"});
    ingest_ok(&f->s, &f->desk, &(struct mo){.n = 2, .number = "+6282", .body = "racun", .quarantine = true});
    struct keep keep = {f->s.now_us + 31 * day_us, 30, 30};
    struct store_purge run = purge(f, &keep, 1, false);
    assert_true(run.messages == 2 && run.tickets == 0 && run.identities == 1);
    assert_int_equal(support_count(&f->s, T_IDENTITY), 0);
    assert_int_equal(support_count(&f->s, T_QUARANTINE), 1);
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    struct store_outcome out;
    struct fault fault;
    const struct store_policy policy = desk_policy(&f->desk);
    support_key(2, key);
    assert_int_equal(store_quarantine_retry(f->s.store, &policy, key, sizeof key, "siti", keep.now_us, &out, &fault),
                     E_STATE);
    assert_non_null(strstr(fault.text, "purged"));
}

static void a_reply_on_its_way_holds_everything_of_its_sender(void **state)
{
    struct fixture *f = *state;
    uint64_t id = ingest_ok(&f->s, &f->desk, &(struct mo){.n = 1, .body = "jalan rusak"}).ticket;
    close_ticket(&f->s, id);
    struct keep keep = {f->s.now_us + 31 * day_us, 30, 30};
    struct store_purge run = purge(f, &keep, 2, false);
    assert_true(run.held == 1 && run.tickets == 0 && run.messages == 0 && run.identities == 0);
    settle_reply(&f->s, 1);
    run = purge(f, &keep, 2, false);
    assert_true(run.held == 0 && run.tickets == 1 && run.identities == 1);
}

static void parts_go_with_their_whole(void **state)
{
    struct fixture *f = *state;
    struct store_outcome out = {0};
    for (uint8_t i = 1; i <= 2; i++)
        out = ingest_ok(&f->s, &f->desk,
                        &(struct mo){.n = i, .number = "+6281", .body = "jalan ", .part = i, .total = 2});
    assert_true(out.ticket != 0);
    Aduan__Record__Ticket *ticket = ticket_of(&f->s, out.ticket);
    struct store_txn txn = support_write(&f->s);
    Aduan__Record__Reply *reply;
    assert_int_equal(txn_get_reply(&txn, ticket->reply[0], &reply), OK);
    uint64_t due_us = reply->due_us;
    reply->state = REPLY_STATE(FAILED);
    reply->due_us = 0;
    assert_int_equal(txn_put_reply(&txn, reply, due_us), OK);
    support_commit(&txn);
    aduan__record__reply__free_unpacked(reply, NULL);
    aduan__record__ticket__free_unpacked(ticket, NULL);
    close_ticket(&f->s, out.ticket);
    struct keep keep = {f->s.now_us + 31 * day_us, 30, 30};
    struct store_purge run = purge(f, &keep, 1, false);
    assert_true(run.tickets == 1 && run.messages == 3 && run.identities == 1);
}

static void resends_go_with_their_ticket(void **state)
{
    struct fixture *f = *state;
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    Aduan__Record__Message resent = ADUAN__RECORD__MESSAGE__INIT;
    f->damaged = true; /* nothing else tells of it here */
    uint64_t id = answered(f, 1, "+6281");
    close_ticket(&f->s, id);
    resent.version = RECORD_VERSION;
    resent.fate = MESSAGE_FATE(RESENT);
    resent.ticket = id;
    resent.body = support_bytes("jalan rusak", 11);
    support_key(2, key);
    struct store_txn txn = support_write(&f->s);
    assert_int_equal(txn_put_record(&txn, T_MESSAGE, key, sizeof key, &resent.base), OK);
    support_commit(&txn);
    struct keep keep = {f->s.now_us + 29 * day_us, 30, 30};
    assert_int_equal(purge(f, &keep, 1, false).messages, 0);
    keep.now_us += 2 * day_us;
    assert_int_equal(purge(f, &keep, 1, false).messages, 2);
    Aduan__Record__Message *message = message_of(&f->s, 2);
    assert_true(message->body.len == 0 && message->purged_us == keep.now_us);
    message_free(message);
}

static void what_cannot_be_read_is_passed_over(void **state)
{
    struct fixture *f = *state;
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    f->damaged = true;
    uint64_t id = answered(f, 1, "+6281"), gone = answered(f, 2, "+6282");
    close_ticket(&f->s, id);
    close_ticket(&f->s, gone);
    struct store_txn txn = support_write(&f->s);
    put_be64(key, id);
    assert_int_equal(txn_put(&txn, T_TICKET, key, 8, "\xff", 1), OK);
    support_key(2, key);
    assert_int_equal(txn_del(&txn, T_MESSAGE, key, sizeof key), OK);
    support_key(7, key);
    assert_int_equal(txn_put(&txn, T_MESSAGE, key, sizeof key, "\xff", 1), OK);
    assert_int_equal(txn_put(&txn, T_IDENTITY, "0123456789abcdef", 16, "\xff", 1), OK);
    assert_int_equal(txn_put(&txn, T_IDENTITY, "short", 5, "", 0), OK);
    support_commit(&txn);
    struct keep keep = {f->s.now_us + 31 * day_us, 30, 30};
    assert_int_equal(purge(f, &keep, 3, false).tickets, 1);
}

static int purge_fails(struct fixture *f, bool dry_run)
{
    struct keep keep = {f->s.now_us + 31 * day_us, 30, 30};
    const struct store_retention retention = {&keep, before_us};
    struct store_purge run = {.dry_run = dry_run};
    struct fault fault;
    int err = OK;
    while (err == OK && !run.finished)
        err = store_purge_step(f->s.store, &retention, keep.now_us, 1, &run, &fault);
    return err;
}

/* A row of a newer version: whose it is, and what must be done about it, is not known here. */
static void put_newer(struct fixture *f, enum store_table table, const void *key, size_t len)
{
    struct store_txn txn = support_write(&f->s);
    assert_int_equal(txn_put(&txn, table, key, len, "\x08\x02", 2), OK);
    support_commit(&txn);
}

static void a_newer_record_ends_it_untouched(void **state)
{
    struct fixture *f = *state;
    uint8_t ticket_key[8], key[STORE_KEY_MESSAGE_BYTES], id[SEAL_ID_BYTES] = {1};
    f->damaged = true;
    uint64_t ticket = answered(f, 1, "+6281");
    close_ticket(&f->s, ticket);
    put_newer(f, T_IDENTITY, id, sizeof id);
    assert_int_equal(purge_fails(f, true), E_VERSION);
    /* what it points at: the message, a reply, the whole of a part */
    support_key(1, key);
    put_newer(f, T_MESSAGE, key, sizeof key);
    assert_int_equal(purge_fails(f, true), E_VERSION);
    struct store_txn txn = support_write(&f->s);
    Aduan__Record__Message part = ADUAN__RECORD__MESSAGE__INIT;
    part.version = RECORD_VERSION;
    part.fate = MESSAGE_FATE(PART_JOINED);
    part.whole = support_bytes(key, sizeof key);
    uint8_t part_key[STORE_KEY_MESSAGE_BYTES] = {0};
    assert_int_equal(txn_put_record(&txn, T_MESSAGE, part_key, sizeof part_key, &part.base), OK);
    put_be64(ticket_key, ticket);
    assert_int_equal(txn_del(&txn, T_TICKET, ticket_key, sizeof ticket_key), OK);
    support_commit(&txn);
    assert_int_equal(purge_fails(f, true), E_VERSION);
    put_newer(f, T_TICKET, ticket_key, sizeof ticket_key);
    assert_int_equal(purge_fails(f, true), E_VERSION);
    assert_int_equal(purge_fails(f, false), E_VERSION);
}

static void a_newer_reply_ends_it_untouched(void **state)
{
    struct fixture *f = *state;
    uint8_t slot_key[SLOT_BYTES];
    f->damaged = true;
    close_ticket(&f->s, answered(f, 1, "+6281"));
    put_be64(slot_key, support_slot_of(&f->s, 1, 0));
    put_newer(f, T_REPLY, slot_key, sizeof slot_key);
    assert_int_equal(purge_fails(f, false), E_VERSION);
    /* one that is only damaged holds nothing up; nor one that is nowhere */
    struct store_txn txn = support_write(&f->s);
    assert_int_equal(txn_put(&txn, T_REPLY, slot_key, sizeof slot_key, "\xff", 1), OK);
    support_commit(&txn);
    Aduan__Record__Ticket *ticket = ticket_of(&f->s, ticket_id_make(TICKET_SERIAL_FIRST));
    record_add_number(&ticket->reply, &ticket->n_reply, UINT64_MAX);
    record_set_bytes(&ticket->sender_id, "short", 5);
    txn = support_write(&f->s);
    assert_int_equal(txn_put_ticket(&txn, ticket, ticket->state), OK);
    support_commit(&txn);
    aduan__record__ticket__free_unpacked(ticket, NULL);
    assert_int_equal(purge_fails(f, false), OK);
}

static void what_is_only_read_is_only_counted(void **state)
{
    struct fixture *f = *state;
    close_ticket(&f->s, answered(f, 1, "+6281"));
    store_close(f->s.store);
    struct store_options options = support_options(&f->s);
    options.read_only = true;
    assert_int_equal(store_open(&options, &f->s.store, NULL), OK);
    assert_int_equal(purge_fails(f, true), OK);
    assert_int_equal(purge_fails(f, false), E_STATE);
}

static void a_failed_commit_moves_nothing(void **state)
{
    struct fixture *f = *state;
    close_ticket(&f->s, answered(f, 1, "+6281"));
    struct keep keep = {f->s.now_us + 31 * day_us, 30, 30};
    const struct store_retention retention = {&keep, before_us};
    struct store_purge run = {0};
    struct fault fault;
    store_commit_hook = support_commit_fails;
    assert_int_equal(store_purge_step(f->s.store, &retention, keep.now_us, 100, &run, &fault), E_FULL);
    store_commit_hook = mdb_txn_commit;
    assert_true(run.tickets == 0 && run.last_len == 0);
    assert_int_equal(purge(f, &keep, 100, false).tickets, 1);
}

/* Its words said that nobody outside is to see it; they are gone, and it stays so. */
static void a_purged_ticket_is_not_public(void **state)
{
    struct fixture *f = *state;
    close_ticket(&f->s, answered(f, 1, "+6281"));
    struct keep keep = {f->s.now_us + 31 * day_us, 30, 30};
    purge(f, &keep, 100, false);
    struct store_feed *feed = store_feed_new();
    const struct store_feed_item *items;
    size_t count;
    assert_int_equal(store_feed_read(f->s.store, feed, 1, 100, true, &items, &count), OK);
    assert_true(count > 4);
    for (size_t i = 0; i < count; i++) {
        if (items[i].ticket)
            assert_true(items[i].ticket->purged_us != 0 && items[i].ticket->text.len == 0);
        assert_null(items[i].number);
    }
    store_feed_free(feed);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_fixture, close_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_closed_ticket_loses_its_words_and_keeps_its_figures),
        TEST(each_category_has_its_days),
        TEST(sms_without_a_ticket_go_and_quarantined_ones),
        TEST(a_reply_on_its_way_holds_everything_of_its_sender),
        TEST(parts_go_with_their_whole),
        TEST(resends_go_with_their_ticket),
        TEST(what_cannot_be_read_is_passed_over),
        TEST(a_newer_record_ends_it_untouched),
        TEST(a_newer_reply_ends_it_untouched),
        TEST(what_is_only_read_is_only_counted),
        TEST(a_failed_commit_moves_nothing),
        TEST(a_purged_ticket_is_not_public),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
