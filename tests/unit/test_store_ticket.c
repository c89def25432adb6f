/* SPDX-License-Identifier: BSD-2-Clause */
/* What staff do to tickets, and the lists they read. */
#include "support_store.h"

typedef Aduan__Record__Ticket Ticket;

static int setup(void **state)
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

static struct store_ticket_change verb(enum ticket_verb what, const char *text)
{
    return (struct store_ticket_change){
        .verb = what, .actor = "sari", .agency = "dlh", .text = text, .text_len = text ? strlen(text) : 0};
}

static void change(struct support *s, uint64_t id, enum ticket_verb what, const char *text)
{
    struct store_ticket_change c = verb(what, text);
    struct fault fault = {0};
    s->now_us += 1000;
    if (store_ticket_change(s->store, id, &c, s->now_us, &fault) != OK)
        fail_msg("%s", fault.text);
}

static struct fault refused(struct support *s, uint64_t id, struct store_ticket_change c, int err)
{
    struct fault fault = {0};
    uint64_t events = support_count(s, T_EVENT);
    assert_int_equal(store_ticket_change(s->store, id, &c, s->now_us, &fault), err);
    assert_int_equal(fault.code, err);
    assert_true(support_count(s, T_EVENT) == events);
    return fault;
}

static Ticket *get(struct support *s, uint64_t id)
{
    Ticket *ticket = NULL;
    assert_int_equal(store_ticket_get(s->store, id, &ticket), OK);
    return ticket;
}

static void check_state(struct support *s, uint64_t id, const char *name)
{
    Ticket *ticket = get(s, id);
    uint8_t key[TICKET_STATE_KEY_BYTES];
    struct store_txn txn;
    MDB_val val;
    assert_string_equal(ticket_state_name(ticket->state), name);
    key[0] = (uint8_t)ticket->state;
    put_be64(key + 1, id);
    assert_int_equal(txn_begin(s->store, false, 0, &txn), OK);
    assert_int_equal(txn_get(&txn, T_TICKET_BY_STATE, key, sizeof key, &val), OK);
    txn_abort(&txn);
    aduan__record__ticket__free_unpacked(ticket, NULL);
}

/* --- changes ------------------------------------------------------------------------------------------------ */

static void from_received_to_closed(void **state)
{
    struct support *s = *state;
    uint64_t id = support_sms(s, &(struct support_sms){.n = 1});
    change(s, id, TICKET_VERIFY, NULL);
    check_state(s, id, "verified");
    change(s, id, TICKET_ASSIGN, "tolong dicek");
    check_state(s, id, "assigned");
    change(s, id, TICKET_START, NULL);
    change(s, id, TICKET_NOTE, "petugas di lokasi");
    check_state(s, id, "in_progress");
    change(s, id, TICKET_ANSWER, "Sudah diperbaiki, terima kasih.");
    check_state(s, id, "answered");
    change(s, id, TICKET_CLOSE, NULL);
    check_state(s, id, "closed");

    Ticket *ticket = get(s, id);
    assert_string_equal(ticket->agency, "dlh");
    assert_true(ticket->changed_us == s->now_us);
    assert_int_equal(ticket->n_note, 6);
    assert_string_equal(ticket->note[0]->verb, "verify");
    assert_int_equal(ticket->note[0]->text.len, 0);
    assert_string_equal(ticket->note[1]->actor, "sari");
    assert_memory_equal(ticket->note[1]->text.data, "tolong dicek", 12);
    assert_memory_equal(ticket->note[3]->text.data, "petugas di lokasi", 17);
    assert_int_equal(ticket->n_reply, 2);
    assert_int_equal(ticket->replies, 2);
    aduan__record__ticket__free_unpacked(ticket, NULL);
    /* received, opened, queued; state; assigned + state; state; note; queued + state; state */
    assert_string_equal(support_events(s, 1).kinds, "ROUSASSNUSS");
    assert_int_equal(support_count(s, T_TICKET_BY_STATE), 1);
    assert_int_equal(support_count(s, T_TICKET_BY_SENDER), 1);
}

static int keep_event(void *ctx, const Aduan__Record__Event *event)
{
    Aduan__Record__Event *out = ctx;
    char *agency = strdup(event->agency), *detail = strdup(event->detail), *actor = strdup(event->actor);
    *out = *event;
    out->agency = agency;
    out->detail = detail;
    out->actor = actor;
    return 0;
}

static void events_tell_before_and_after_and_never_the_words(void **state)
{
    struct support *s = *state;
    Aduan__Record__Event event;
    uint64_t id = support_sms(s, &(struct support_sms){.n = 1});
    change(s, id, TICKET_ASSIGN, "nomor saya 0812");
    for (uint64_t sequence = 4; sequence <= 5; sequence++) {
        assert_int_equal(store_events(s->store, sequence, 1, keep_event, &event), OK);
        assert_int_equal(event.kind, sequence == 4 ? EVENT_KIND(TICKET_ASSIGNED) : EVENT_KIND(TICKET_STATE));
        assert_int_equal(event.state_before, TICKET_STATE(RECEIVED));
        assert_int_equal(event.state, TICKET_STATE(ASSIGNED));
        assert_true(event.ticket == id && event.at_us == s->now_us);
        assert_string_equal(event.agency, "dlh");
        assert_string_equal(event.detail, "assign");
        assert_string_equal(event.actor, "sari");
        free(event.agency);
        free(event.detail);
        free(event.actor);
    }
}

static void assigning_again_is_no_change_of_state(void **state)
{
    struct support *s = *state;
    uint64_t id = support_sms(s, &(struct support_sms){.n = 1});
    change(s, id, TICKET_ASSIGN, NULL);
    change(s, id, TICKET_ASSIGN, NULL);
    assert_string_equal(support_events(s, 4).kinds, "ASA");
}

static void correct(struct support *s, uint64_t id, const char *category, const char *type, const char *urgency)
{
    struct store_ticket_change c = verb(TICKET_CORRECT, NULL);
    struct fault fault = {0};
    c.category = category;
    c.type = type;
    c.urgency = urgency;
    s->now_us += 1000;
    if (store_ticket_change(s->store, id, &c, s->now_us, &fault) != OK)
        fail_msg("%s", fault.text);
}

static void a_correction_keeps_what_was_before(void **state)
{
    struct support *s = *state;
    Aduan__Record__Event event;
    uint64_t id = support_sms(s, &(struct support_sms){.n = 1});
    Ticket *ticket = get(s, id);
    char was[64], type_was[64];
    snprintf(was, sizeof was, "%s", ticket->category);
    snprintf(type_was, sizeof type_was, "%s", ticket->type);
    assert_int_equal(ticket->n_correction, 0);
    aduan__record__ticket__free_unpacked(ticket, NULL);
    correct(s, id, "sampah", NULL, NULL);
    correct(s, id, "sampah", "darurat", "emergency");
    correct(s, id, NULL, "pengaduan", "normal");
    assert_string_equal(support_events(s, 4).kinds, "KKK");
    check_state(s, id, "received");
    ticket = get(s, id);
    assert_string_equal(ticket->category, "sampah");
    assert_string_equal(ticket->type, "pengaduan");
    assert_string_equal(ticket->urgency, "normal");
    assert_int_equal(ticket->n_correction, 3);
    assert_string_equal(ticket->correction[0]->heads, "category");
    assert_string_equal(ticket->correction[0]->category, was);
    assert_string_equal(ticket->correction[0]->type, type_was);
    assert_int_equal(ticket->correction[0]->sequence, 4);
    assert_string_equal(ticket->correction[1]->heads, "category,type");
    assert_string_equal(ticket->correction[1]->category, "sampah");
    assert_string_equal(ticket->correction[2]->heads, "type");
    assert_string_equal(ticket->correction[2]->type, "darurat");
    assert_string_equal(ticket->correction[2]->urgency, "emergency");
    assert_int_equal(ticket->n_note, 3);
    assert_string_equal(ticket->note[2]->verb, "correct");
    aduan__record__ticket__free_unpacked(ticket, NULL);
    assert_int_equal(store_events(s->store, 5, 1, keep_event, &event), OK);
    assert_int_equal(event.kind, EVENT_KIND(TICKET_CORRECTED));
    assert_string_equal(event.detail, "category,type");
    assert_string_equal(event.actor, "sari");
    free(event.agency);
    free(event.detail);
    free(event.actor);
}

static void what_a_correction_needs(void **state)
{
    struct support *s = *state;
    static char long_name[STORE_NAME_MAX_BYTES + 2];
    uint64_t id = support_sms(s, &(struct support_sms){.n = 1});
    struct store_ticket_change c = verb(TICKET_CORRECT, NULL);
    assert_non_null(strstr(refused(s, id, c, E_INVALID).text, "a category or a type"));
    memset(long_name, 'a', sizeof long_name - 1);
    c.category = long_name;
    refused(s, id, c, E_INVALID);
    c.category = NULL;
    c.type = "";
    refused(s, id, c, E_INVALID);
    /* What came in a peak and waits has nothing that could be corrected. */
    Ticket *ticket = get(s, id);
    ticket->unclassified = true;
    struct store_txn txn = support_write(s);
    assert_int_equal(txn_put_ticket(&txn, ticket, ticket->state), OK);
    support_commit(&txn);
    aduan__record__ticket__free_unpacked(ticket, NULL);
    c.type = "informasi";
    assert_non_null(strstr(refused(s, id, c, E_STATE).text, "has no class yet"));
}

static int count_ticket(void *ctx, const Ticket *ticket)
{
    uint64_t *ids = ctx;
    ids[++ids[0]] = ticket->id;
    return 0;
}

static void refusals_and_corrections_can_be_listed(void **state)
{
    struct support *s = *state;
    uint64_t ids[4], found[5] = {0};
    bool more;
    for (uint32_t i = 0; i < 4; i++)
        ids[i] = support_sms(s, &(struct support_sms){.n = i + 1});
    correct(s, ids[1], "sampah", NULL, NULL);
    change(s, ids[2], TICKET_ASSIGN, NULL);
    change(s, ids[2], TICKET_REFUSE, "bukan kami");
    change(s, ids[2], TICKET_ASSIGN, NULL);
    change(s, ids[2], TICKET_REFUSE, "tetap bukan");
    change(s, ids[3], TICKET_ASSIGN, NULL);
    Ticket *ticket = get(s, ids[2]);
    assert_string_equal(ticket->refused, "dlh,dlh");
    aduan__record__ticket__free_unpacked(ticket, NULL);
    struct store_ticket_filter filter = {.corrected = true};
    assert_int_equal(store_tickets(s->store, &filter, count_ticket, found, &more), OK);
    assert_int_equal(found[0], 2);
    assert_true(found[1] == ids[2] && found[2] == ids[1]);
}

static void an_answer_becomes_a_reply_with_the_persons_words(void **state)
{
    struct support *s = *state;
    Aduan__Record__Reply *reply;
    uint64_t id = support_sms(s, &(struct support_sms){.n = 1});
    change(s, id, TICKET_ANSWER, "Terima kasih");
    assert_int_equal(store_reply_get(s->store, support_slot_of(s, 1, 1), &reply), OK);
    assert_string_equal(reply->template_, "staff");
    assert_string_equal(reply->language, "id");
    assert_string_equal(reply->actor, "sari");
    assert_memory_equal(reply->words.data, "Terima kasih", 12);
    assert_int_equal(reply->text.len, 0);
    assert_true(reply->ticket == id && reply->due_us == s->now_us);
    aduan__record__reply__free_unpacked(reply, NULL);
}

static void held_and_resumed(void **state)
{
    struct support *s = *state;
    uint64_t id = support_sms(s, &(struct support_sms){.n = 1});
    change(s, id, TICKET_VERIFY, NULL);
    change(s, id, TICKET_HOLD, "menunggu data");
    check_state(s, id, "held");
    change(s, id, TICKET_NOTE, "masih menunggu");
    change(s, id, TICKET_RESUME, NULL);
    check_state(s, id, "verified");
    Ticket *ticket = get(s, id);
    assert_int_equal(ticket->held_from, TICKET_STATE(TICKET_STATE_NONE));
    aduan__record__ticket__free_unpacked(ticket, NULL);
}

static void a_refusal_names_the_state_and_what_is_allowed(void **state)
{
    struct support *s = *state;
    uint64_t id = support_sms(s, &(struct support_sms){.n = 1});
    struct fault fault = refused(s, id, verb(TICKET_CLOSE, NULL), E_STATE);
    char want[200];
    snprintf(want, sizeof want,
             "ticket %llu is received: close is not allowed there; allowed: verify, assign, answer, hold, archive, "
             "note, correct",
             (unsigned long long)id);
    assert_string_equal(fault.text, want);
    fault = refused(s, id + 1, verb(TICKET_CLOSE, NULL), E_NOT_FOUND);
    assert_non_null(strstr(fault.text, "there is no ticket"));
    Ticket *none;
    assert_int_equal(store_ticket_get(s->store, id + 1, &none), E_NOT_FOUND);
    check_state(s, id, "received");
}

static void what_a_change_needs(void **state)
{
    struct support *s = *state;
    static char long_text[STORE_TICKET_TEXT_MAX_BYTES + 1];
    uint64_t id = support_sms(s, &(struct support_sms){.n = 1});
    change(s, id, TICKET_ASSIGN, NULL);
    refused(s, id, verb(TICKET_NOTE, NULL), E_INVALID);
    refused(s, id, verb(TICKET_NOTE, " \t\r\n"), E_INVALID);
    refused(s, id, verb(TICKET_ANSWER, ""), E_INVALID);
    struct fault fault = refused(s, id, verb(TICKET_REFUSE, NULL), E_INVALID);
    assert_non_null(strstr(fault.text, "needs a reason"));
    refused(s, id, verb(TICKET_VERB_END, "x"), E_INVALID);
    refused(s, id, verb(TICKET_NOTE, "\xff\xfe"), E_INVALID);
    struct store_ticket_change c = verb(TICKET_NOTE, "a");
    c.text = "a\0b";
    c.text_len = 3;
    refused(s, id, c, E_INVALID);
    memset(long_text, 'a', sizeof long_text);
    c.text = long_text;
    c.text_len = sizeof long_text;
    refused(s, id, c, E_INVALID);
    static const char *const bad_names[] = {NULL, "", "\xff", long_text};
    long_text[STORE_NAME_MAX_BYTES + 1] = '\0';
    for (size_t i = 0; i < 4; i++) {
        c = verb(TICKET_ASSIGN, NULL);
        c.agency = bad_names[i];
        refused(s, id, c, E_INVALID);
        c = verb(TICKET_START, NULL);
        c.actor = bad_names[i];
        refused(s, id, c, E_INVALID);
    }
    change(s, id, TICKET_REFUSE, "urusan provinsi");
    check_state(s, id, "refused_by_agency");
}

static void who_cannot_be_reached_is_not_answered(void **state)
{
    struct support *s = *state;
    uint64_t id = support_sms(s, &(struct support_sms){.n = 1, .no_reply = "sender_alphanumeric"});
    struct fault fault = refused(s, id, verb(TICKET_ANSWER, "Halo"), E_STATE);
    assert_non_null(strstr(fault.text, "sender_alphanumeric"));
    /* the same by a sealed sender, or by none */
    for (uint32_t n = 2; n <= 3; n++) {
        uint8_t key[STORE_KEY_MESSAGE_BYTES];
        Aduan__Record__Message *message;
        id = support_sms(s, &(struct support_sms){.n = n});
        support_key(n, key);
        struct store_txn txn = support_write(s);
        assert_int_equal(txn_get_record(&txn, T_MESSAGE, key, sizeof key, &aduan__record__message__descriptor,
                                        (ProtobufCMessage **)&message),
                         OK);
        if (n == 2)
            record_reseal(&message->base), record_set_bytes(&message->sender, "x", 1);
        else
            record_set_bytes(&message->sender_id, NULL, 0);
        assert_int_equal(txn_put_record(&txn, T_MESSAGE, key, sizeof key, &message->base), OK);
        support_commit(&txn);
        aduan__record__message__free_unpacked(message, NULL);
        fault = refused(s, id, verb(TICKET_ANSWER, "Halo"), E_STATE);
        assert_non_null(strstr(fault.text, "no number"));
    }
}

static void a_damaged_ticket_is_told(void **state)
{
    struct support *s = *state;
    uint8_t key[STORE_KEY_MESSAGE_BYTES], id_key[8];
    uint64_t id = support_sms(s, &(struct support_sms){.n = 1});
    support_key(1, key);
    struct store_txn txn = support_write(s);
    assert_int_equal(txn_put(&txn, T_MESSAGE, key, sizeof key, "\x08\x09", 2), OK);
    support_commit(&txn);
    refused(s, id, verb(TICKET_ANSWER, "Halo"), E_VERSION);
    txn = support_write(s);
    assert_int_equal(txn_del(&txn, T_MESSAGE, key, sizeof key), OK);
    support_commit(&txn);
    refused(s, id, verb(TICKET_ANSWER, "Halo"), E_CORRUPT);
    Ticket *ticket = get(s, id);
    record_set_bytes(&ticket->message_key, NULL, 0);
    txn = support_write(s);
    assert_int_equal(txn_put_ticket(&txn, ticket, ticket->state), OK);
    support_commit(&txn);
    aduan__record__ticket__free_unpacked(ticket, NULL);
    refused(s, id, verb(TICKET_ANSWER, "Halo"), E_CORRUPT);
    put_be64(id_key, id);
    txn = support_write(s);
    assert_int_equal(txn_put(&txn, T_TICKET, id_key, sizeof id_key, "\xff", 1), OK);
    support_commit(&txn);
    refused(s, id, verb(TICKET_NOTE, "x"), E_CORRUPT);
}

static void a_ticket_has_only_so_many_notes(void **state)
{
    struct support *s = *state;
    uint64_t id = support_sms(s, &(struct support_sms){.n = 1});
    Ticket *ticket = get(s, id);
    for (int i = 0; i < STORE_TICKET_NOTES_MAX; i++) {
        Aduan__Record__Note *note = record_alloc(sizeof *note);
        aduan__record__note__init(note);
        record_add_message(&ticket->note, &ticket->n_note, note);
    }
    record_reseal(&ticket->base);
    struct store_txn txn = support_write(s);
    assert_int_equal(txn_put_ticket(&txn, ticket, ticket->state), OK);
    support_commit(&txn);
    aduan__record__ticket__free_unpacked(ticket, NULL);
    refused(s, id, verb(TICKET_NOTE, "one more"), E_FULL);
}

static void a_failed_commit_changes_nothing(void **state)
{
    struct support *s = *state;
    uint64_t id = support_sms(s, &(struct support_sms){.n = 1});
    store_commit_hook = support_commit_fails;
    refused(s, id, verb(TICKET_VERIFY, NULL), E_FULL);
    store_commit_hook = mdb_txn_commit;
    check_state(s, id, "received");
}

static void a_store_that_is_only_read_changes_nothing(void **state)
{
    struct support *s = *state;
    uint64_t id = support_sms(s, &(struct support_sms){.n = 1});
    store_close(s->store);
    struct store_options options = support_options(s);
    options.read_only = true;
    assert_int_equal(store_open(&options, &s->store, NULL), OK);
    refused(s, id, verb(TICKET_VERIFY, NULL), E_STATE);
}

static void an_index_row_that_was_missing_is_missed_no_more(void **state)
{
    struct support *s = *state;
    uint8_t key[TICKET_STATE_KEY_BYTES] = {TICKET_STATE(RECEIVED)};
    uint64_t id = support_sms(s, &(struct support_sms){.n = 1});
    put_be64(key + 1, id);
    struct store_txn txn = support_write(s);
    assert_int_equal(txn_del(&txn, T_TICKET_BY_STATE, key, sizeof key), OK);
    support_commit(&txn);
    change(s, id, TICKET_VERIFY, NULL);
    check_state(s, id, "verified");
}

static void a_ticket_without_a_sender_has_no_sender_row(void **state)
{
    struct support *s = *state;
    Ticket ticket = ADUAN__RECORD__TICKET__INIT;
    ticket.id = 5;
    ticket.state = TICKET_STATE(RECEIVED);
    struct store_txn txn = support_write(s);
    assert_int_equal(txn_put_ticket(&txn, &ticket, TICKET_STATE(TICKET_STATE_NONE)), OK);
    support_commit(&txn);
    assert_int_equal(support_count(s, T_TICKET_BY_SENDER), 0);
    assert_int_equal(support_count(s, T_TICKET_BY_STATE), 1);
}

/* --- lists -------------------------------------------------------------------------------------------------- */

struct page {
    uint64_t ids[400];
    size_t count, stop_at;
    bool more;
};

static int add(void *ctx, const Ticket *ticket)
{
    struct page *page = ctx;
    page->ids[page->count++] = ticket->id;
    return page->count == page->stop_at;
}

static struct page list(struct support *s, struct store_ticket_filter filter)
{
    struct page page = {0};
    assert_int_equal(store_tickets(s->store, &filter, add, &page, &page.more), OK);
    return page;
}

enum { MANY = 200 };

/* Tickets 1 … MANY, a second apart; every tenth of one sender, every fourth verified. */
static void fill(struct support *s, uint64_t ids[MANY + 1])
{
    struct store_txn txn = support_write(s);
    for (uint32_t n = 1; n <= MANY; n++) {
        txn.now_us = support_t0 + n * 1000000ull;
        ids[n] = support_take(&txn, &(struct support_sms){.n = n,
                                                          .number = n % 10 == 0 ? "+62811" : NULL,
                                                          .category = n % 2 ? "jalan" : "sampah",
                                                          .agency = n % 3 ? "dpupr" : "dlh",
                                                          .type = n % 5 ? "pengaduan" : "aspirasi",
                                                          .shortcode = n % 7 ? "1708" : "112"});
    }
    support_commit(&txn);
    for (uint32_t n = 4; n <= MANY; n += 4)
        change(s, ids[n], TICKET_VERIFY, NULL);
}

static void newest_first_by_every_filter(void **state)
{
    struct support *s = *state;
    uint64_t ids[MANY + 1];
    uint8_t sender[SEAL_ID_BYTES];
    fill(s, ids);
    struct page page = list(s, (struct store_ticket_filter){0});
    assert_int_equal(page.count, MANY);
    assert_false(page.more);
    for (uint32_t i = 0; i < MANY; i++)
        assert_true(page.ids[i] == ids[MANY - i]);
    assert_int_equal(list(s, (struct store_ticket_filter){.category = "sampah"}).count, 100);
    assert_int_equal(list(s, (struct store_ticket_filter){.agency = "dlh"}).count, 66);
    assert_int_equal(list(s, (struct store_ticket_filter){.type = "aspirasi"}).count, 40);
    assert_int_equal(list(s, (struct store_ticket_filter){.shortcode = "112"}).count, 28);
    assert_int_equal(list(s, (struct store_ticket_filter){.shortcode = "11"}).count, 0);
    page = list(s, (struct store_ticket_filter){.state = TICKET_STATE(VERIFIED)});
    assert_int_equal(page.count, 50);
    assert_true(page.ids[0] == ids[200] && page.ids[49] == ids[4]);
    assert_int_equal(list(s, (struct store_ticket_filter){.state = TICKET_STATE(RECEIVED)}).count, 150);
    assert_int_equal(list(s, (struct store_ticket_filter){.state = TICKET_STATE(CLOSED)}).count, 0);
    seal_sender_id(s->seal, "+62811", 6, sender);
    page = list(s, (struct store_ticket_filter){.sender_id = sender});
    assert_int_equal(page.count, 20);
    assert_true(page.ids[0] == ids[200] && page.ids[19] == ids[10]);
    page = list(s, (struct store_ticket_filter){.sender_id = sender, .state = TICKET_STATE(VERIFIED)});
    assert_int_equal(page.count, 10);
    seal_sender_id(s->seal, "+62999", 6, sender);
    assert_int_equal(list(s, (struct store_ticket_filter){.sender_id = sender}).count, 0);
    page = list(s, (struct store_ticket_filter){.since_us = support_t0 + 50000000, .until_us = support_t0 + 60000000});
    assert_int_equal(page.count, 10);
    assert_true(page.ids[0] == ids[59] && page.ids[9] == ids[50]);
    memset(sender, 0xff, sizeof sender);
    assert_int_equal(list(s, (struct store_ticket_filter){.sender_id = sender}).count, 0);
    memset(sender, 0, sizeof sender);
    assert_int_equal(list(s, (struct store_ticket_filter){.sender_id = sender}).count, 0);
}

static void pages_join_without_hole_or_double(void **state)
{
    struct support *s = *state;
    uint64_t ids[MANY + 1];
    fill(s, ids);
    struct store_ticket_filter filter = {.limit = 7, .state = TICKET_STATE(RECEIVED)};
    size_t total = 0;
    uint64_t last = UINT64_MAX;
    struct page page;
    do {
        page = list(s, filter);
        for (size_t i = 0; i < page.count; i++) {
            assert_true(page.ids[i] < last);
            last = page.ids[i];
        }
        total += page.count;
        filter.after_id = last;
    } while (page.more);
    assert_int_equal(total, 150);
    filter = (struct store_ticket_filter){.limit = MANY};
    assert_false(list(s, filter).more);
    filter.limit = MANY - 1;
    assert_true(list(s, filter).more);
    filter.limit = 64; /* as many as one transaction hands out */
    page = list(s, filter);
    assert_int_equal(page.count, 64);
    assert_true(page.more);
    filter.after_id = ids[1];
    page = list(s, filter);
    assert_int_equal(page.count, 0);
    assert_false(page.more);
}

static void whoever_has_enough_stops(void **state)
{
    struct support *s = *state;
    uint64_t ids[MANY + 1];
    fill(s, ids);
    struct page page = {.stop_at = 3};
    struct store_ticket_filter filter = {0};
    assert_int_equal(store_tickets(s->store, &filter, add, &page, &page.more), OK);
    assert_int_equal(page.count, 3);
    assert_true(page.more);
    page = (struct page){.stop_at = 2};
    filter.after_id = ids[3];
    assert_int_equal(store_tickets(s->store, &filter, add, &page, NULL), OK);
    assert_int_equal(page.count, 2);
}

static void old_tickets_are_not_even_read(void **state)
{
    struct support *s = *state;
    uint64_t old = support_sms(s, &(struct support_sms){.n = 1});
    uint8_t key[8];
    support_sms(s, &(struct support_sms){.n = 2});
    s->now_us += 3600u * 3000000ull;
    support_sms(s, &(struct support_sms){.n = 3});
    put_be64(key, old);
    struct store_txn txn = support_write(s);
    assert_int_equal(txn_put(&txn, T_TICKET, key, sizeof key, "\xff", 1), OK);
    support_commit(&txn);
    assert_int_equal(list(s, (struct store_ticket_filter){.since_us = s->now_us}).count, 1);
    struct page page = {0};
    struct store_ticket_filter filter = {0};
    assert_int_equal(store_tickets(s->store, &filter, add, &page, &page.more), E_CORRUPT);
    txn = support_write(s);
    assert_int_equal(txn_del(&txn, T_TICKET, key, sizeof key), OK);
    support_commit(&txn);
    filter.state = TICKET_STATE(RECEIVED);
    assert_int_equal(store_tickets(s->store, &filter, add, &page, &page.more), E_CORRUPT);
}

static void an_empty_store_lists_nothing(void **state)
{
    struct page page = list(*state, (struct store_ticket_filter){.limit = 5});
    assert_int_equal(page.count, 0);
    assert_false(page.more);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(from_received_to_closed),
        T(events_tell_before_and_after_and_never_the_words),
        T(assigning_again_is_no_change_of_state),
        T(a_correction_keeps_what_was_before),
        T(what_a_correction_needs),
        T(refusals_and_corrections_can_be_listed),
        T(an_answer_becomes_a_reply_with_the_persons_words),
        T(held_and_resumed),
        T(a_refusal_names_the_state_and_what_is_allowed),
        T(what_a_change_needs),
        T(who_cannot_be_reached_is_not_answered),
        T(a_damaged_ticket_is_told),
        T(a_ticket_has_only_so_many_notes),
        T(a_failed_commit_changes_nothing),
        T(a_store_that_is_only_read_changes_nothing),
        T(an_index_row_that_was_missing_is_missed_no_more),
        T(a_ticket_without_a_sender_has_no_sender_row),
        T(newest_first_by_every_filter),
        T(pages_join_without_hole_or_double),
        T(whoever_has_enough_stops),
        T(old_tickets_are_not_even_read),
        T(an_empty_store_lists_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
