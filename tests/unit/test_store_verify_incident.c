/* SPDX-License-Identifier: BSD-2-Clause */
/* Each promise about incidents, broken, and told of. */
#include "support_incident.h"

static const char hole[] = "jalan: jalan berlubang di jl. Hayam Wuruk depan pasar";

struct told {
    char ids[2000];
};

static void hear(void *ctx, const char *id, const char *sentence)
{
    struct told *told = ctx;
    size_t len = strlen(told->ids);
    assert_true(strlen(sentence) > 10);
    snprintf(told->ids + len, sizeof told->ids - len, "[%s]", id);
}

static void put_row(struct support *s, enum store_table table, const void *key, size_t len, bool there)
{
    struct store_txn txn = support_write(s);
    assert_int_equal(there ? txn_put(&txn, table, key, len, "", 0) : txn_del(&txn, table, key, len), OK);
    support_commit(&txn);
}

static void edit_ticket(struct support *s, uint64_t id, void (*change)(Aduan__Record__Ticket *ticket))
{
    struct store_txn txn = support_write(s);
    Aduan__Record__Ticket *ticket;
    assert_int_equal(txn_get_ticket(&txn, id, &ticket), OK);
    change(ticket);
    assert_int_equal(txn_put_ticket(&txn, ticket, ticket->state), OK);
    aduan__record__ticket__free_unpacked(ticket, NULL);
    support_commit(&txn);
}

static void edit_incident(struct support *s, uint64_t at, void (*change)(Aduan__Record__Incident *incident))
{
    struct store_txn txn = support_write(s);
    Aduan__Record__Incident *incident;
    uint8_t key[8];
    assert_int_equal(incident_get(&txn, 1, &incident), OK);
    change(incident);
    put_be64(key, at);
    assert_int_equal(txn_put_record(&txn, T_INCIDENT, key, sizeof key, &incident->base), OK);
    aduan__record__incident__free_unpacked(incident, NULL);
    support_commit(&txn);
}

static uint64_t first, second;

static void count_more(Aduan__Record__Incident *incident)
{
    incident->tickets++;
}
static void open_less(Aduan__Record__Incident *incident)
{
    incident->open--;
}
static void another_id(Aduan__Record__Incident *incident)
{
    incident->id = 9;
}
static void nothing_of_it(Aduan__Record__Incident *incident)
{
    incident->id = 7;
    incident->tickets = incident->open = 0;
}
static void names_another(Aduan__Record__Ticket *ticket)
{
    ticket->incident = 5;
}
static void is_apart(Aduan__Record__Ticket *ticket)
{
    ticket->apart = true;
}

static void a_wrong_count(struct support *s)
{
    edit_incident(s, 1, count_more);
}
static void a_wrong_share(struct support *s)
{
    edit_incident(s, 1, open_less);
}
static void a_wrong_key(struct support *s)
{
    edit_incident(s, 1, another_id);
}
static void an_empty_one(struct support *s)
{
    edit_incident(s, 7, nothing_of_it);
}
static void one_that_is_gone(struct support *s)
{
    uint8_t key[8];
    put_be64(key, 1);
    put_row(s, T_INCIDENT, key, sizeof key, false);
}
static void a_ticket_that_names_another(struct support *s)
{
    edit_ticket(s, second, names_another);
}
static void a_row_that_is_gone(struct support *s)
{
    uint8_t key[INCIDENT_TICKET_KEY_BYTES];
    put_be64(key, 1);
    put_be64(key + 8, second);
    put_row(s, T_INCIDENT_TICKET, key, sizeof key, false);
}
static void a_ticket_twice(struct support *s)
{
    uint8_t key[INCIDENT_TICKET_KEY_BYTES];
    put_be64(key, 4);
    put_be64(key + 8, second);
    put_row(s, T_INCIDENT_TICKET, key, sizeof key, true);
}
static void a_row_of_nothing_alike(struct support *s)
{
    uint8_t key[INCIDENT_NEAR_KEY_BYTES];
    put_be64(key, 12345);
    put_be64(key + 8, first);
    put_row(s, T_INCIDENT_NEAR, key, sizeof key, true);
}
static void one_apart_that_is_found(struct support *s)
{
    edit_ticket(s, second, is_apart);
}
static void a_likeness_that_is_none(struct support *s)
{
    uint8_t key[8];
    put_be64(key, second);
    put_row(s, T_INCIDENT_LIKE, key, sizeof key, true);
}
static void a_likeness_of_nobody(struct support *s)
{
    uint8_t key[8];
    put_be64(key, 9999999);
    put_row(s, T_INCIDENT_LIKE, key, sizeof key, true);
}
static void an_event_too_many(struct support *s)
{
    struct store_txn txn = support_write(s);
    Aduan__Record__Event event = ADUAN__RECORD__EVENT__INIT;
    Aduan__Record__Ticket *ticket;
    assert_int_equal(txn_get_ticket(&txn, first, &ticket), OK);
    event.kind = EVENT_KIND(INCIDENT_LEFT);
    event.ticket = first;
    event.message_key = ticket->message_key;
    assert_int_equal(txn_event(&txn, &event), OK);
    aduan__record__ticket__free_unpacked(ticket, NULL);
    support_commit(&txn);
}
static void a_number_given_again(struct support *s)
{
    struct store_txn txn = support_write(s);
    assert_int_equal(txn_del(&txn, T_META, "incidents", strlen("incidents")), OK);
    support_commit(&txn);
}

static void every_break_is_told(void **state)
{
    static const struct {
        void (*plant)(struct support *s);
        const char *id;
    } plants[] = {
        {a_wrong_count, "[incident.count]"},
        {a_wrong_share, "[incident.share]"},
        {a_wrong_key, "[incident.key]"},
        {an_empty_one, "[incident.empty]"},
        {one_that_is_gone, "[incident.missing]"},
        {a_ticket_that_names_another, "[incident_ticket.stray]"},
        {a_ticket_that_names_another, "[incident_ticket.missing]"},
        {a_row_that_is_gone, "[incident_ticket.missing]"},
        {a_row_that_is_gone, "[incident.count]"},
        {a_ticket_twice, "[incident.missing]"},
        {a_row_of_nothing_alike, "[incident_near.stray]"},
        {one_apart_that_is_found, "[ticket.findable]"},
        {a_likeness_that_is_none, "[ticket.likeness]"},
        {a_likeness_that_is_none, "[incident_near.stray]"},
        {a_likeness_of_nobody, "[incident_like.stray]"},
        {an_event_too_many, "[event.incident_count]"},
        {a_number_given_again, "[meta.incidents]"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof plants / sizeof *plants; i++) {
        struct support s;
        struct told told = {""};
        struct store_proof proof;
        support_open(&s);
        first = report(&s, 1, hole);
        second = report(&s, 2, "jalan: lubang besar depan pasar hayam wuruk");
        town_is_sound(&s);
        plants[i].plant(&s);
        assert_int_equal(store_verify(s.store, hear, &told, &proof), OK);
        if (!strstr(told.ids, plants[i].id))
            fail_msg("%s is not among %s", plants[i].id, told.ids);
        support_close(&s);
    }
}

static int open_reader(void **state)
{
    (void)state;
    reader_open();
    return 0;
}

static int close_reader(void **state)
{
    (void)state;
    reader_close();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_break_is_told)};
    return cmocka_run_group_tests(tests, open_reader, close_reader);
}
