/* SPDX-License-Identifier: BSD-2-Clause */
/* The places of a text in its ticket: put there with it, sealed, replaced when it is classified later, and purged. */
#include "ticket_places.h"

#include "store_purge.h"
#include "support_storm.h"

static struct desk desk;
static const struct places_found found = {
    .places =
        {{.kind = PLACE_KOTA,
          .why = PLACE_WHY_NAME,
          .code = "33.75",
          .name = "Kota Rahasia",
          .at = 3,
          .len = 10,
          .score = 78},
         {.kind = PLACE_RT_RW, .why = PLACE_WHY_RT_RW, .code = "", .name = "", .at = 20, .len = 8, .rt = 3, .rw = 5}},
    .count = 2};

static int setup(void **state)
{
    struct support *s = malloc(sizeof *s);
    support_open(s);
    desk = (struct desk){0};
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    assert_verified(*state);
    support_close(*state);
    free(*state);
    return 0;
}

static int decides_with_places(void *ctx, const struct desk_sms *sms, struct verdict *out)
{
    int err = desk_decides(ctx, sms, out);
    out->places = found;
    return err;
}

static void assert_both(const Aduan__Record__Ticket *ticket)
{
    assert_int_equal(ticket->n_place, 2);
    const Aduan__Record__Place *kota = ticket->place[0], *rt = ticket->place[1];
    assert_string_equal(kota->kind, "kota");
    assert_string_equal(kota->why, "name");
    assert_string_equal(kota->code, "33.75");
    assert_string_equal(kota->name, "Kota Rahasia");
    assert_int_equal(kota->at, 3);
    assert_int_equal(kota->length, 10);
    assert_int_equal(kota->score, 78);
    assert_int_equal(kota->rt, 0);
    assert_string_equal(rt->kind, "rt_rw");
    assert_string_equal(rt->code, "");
    assert_int_equal(rt->rt, 3);
    assert_int_equal(rt->rw, 5);
}

/* "diam": it gets no reply, so that nothing waits. */
static uint64_t ingest(struct support *s)
{
    struct wire wire;
    struct store_outcome out = {0};
    struct fault fault = {0};
    struct store_policy policy = desk_policy(&desk);
    policy.decide = decides_with_places;
    wire_init(&wire, &(struct mo){.n = 1, .body = "diam Pekalongan, lubang"});
    struct store_item item = {.sms = &wire.sms};
    if (store_ingest(s->store, &policy, &item, 1, s->now_us, &out, &fault) != OK)
        fail_msg("%s", fault.text);
    return out.ticket;
}

static void a_ticket_keeps_its_places(void **state)
{
    struct support *s = *state;
    Aduan__Record__Ticket *ticket = ticket_of(s, ingest(s));
    assert_both(ticket);
    ticket_free(ticket);
}

static uint64_t long_ago(void *ctx, const char *category)
{
    (void)category;
    return ((const struct support *)ctx)->now_us + 1;
}

/* They say where the citizen is: what is purged has none left. */
static void a_purged_ticket_has_none(void **state)
{
    struct support *s = *state;
    uint64_t id = ingest(s);
    struct fault fault = {0};
    struct store_purge purge = {0};
    const struct store_retention retention = {.ctx = s, .before_us = long_ago};
    const struct store_ticket_change archive = {.verb = TICKET_ARCHIVE, .actor = "siti"};
    assert_int_equal(store_ticket_change(s->store, id, &archive, s->now_us, &fault), OK);
    s->now_us += 1000000;
    while (!purge.finished)
        if (store_purge_step(s->store, &retention, s->now_us, 100, &purge, &fault) != OK)
            fail_msg("%s", fault.text);
    Aduan__Record__Ticket *ticket = ticket_of(s, id);
    assert_true(ticket->purged_us > 0);
    assert_int_equal(ticket->n_place, 0);
    ticket_free(ticket);
}

static void what_is_classified_later_gets_them_then(void **state)
{
    struct support *s = *state;
    const struct verdict read = {.open_ticket = true,
                                 .type = "pengaduan",
                                 .category = "jalan",
                                 .agency = "dpupr",
                                 .urgency = "normal",
                                 .language = "id",
                                 .places = found};
    const struct store_unclassified_claim how = {.now_us = s->now_us, .lease_us = 1000000, .max = 1, .claims_max = 3};
    struct store_unclassified taken[1];
    struct fault fault = {0};
    size_t count = 0, given_up = 0, settled = 0;
    uint64_t id = storm_sms(s, &desk, &(struct mo){.n = 1, .body = "di Pekalongan, lubang"}, true).ticket;
    Aduan__Record__Ticket *ticket = ticket_of(s, id);
    assert_int_equal(ticket->n_place, 0);
    ticket_free(ticket);
    assert_int_equal(store_unclassified_claim(s->store, &how, taken, &count, &given_up, &fault), OK);
    assert_int_equal(count, 1);
    assert_int_equal(store_unclassified_settle(s->store, &no_joining, taken, &read, count, s->now_us, &settled, &fault),
                     OK);
    store_unclassified_done(taken, count);
    ticket = ticket_of(s, id);
    assert_both(ticket);
    /* once more, and without any: nothing is left of those before */
    ticket_places_set(ticket, &found);
    assert_both(ticket);
    ticket_places_set(ticket, &(struct places_found){.count = 0});
    assert_int_equal(ticket->n_place, 0);
    ticket_free(ticket);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_ticket_keeps_its_places, setup, teardown),
        cmocka_unit_test_setup_teardown(a_purged_ticket_has_none, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_classified_later_gets_them_then, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
