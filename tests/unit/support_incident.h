/* SPDX-License-Identifier: BSD-2-Clause */
/* Citizens who report problems of one town, into a store whose desk reads them as the real one does. The category is
 * the text's first word, and no part of it: "jalan: lubang besar …". A "!" before it makes an emergency. */
#ifndef ADUAN_TESTS_SUPPORT_INCIDENT_H
#define ADUAN_TESTS_SUPPORT_INCIDENT_H

#include "store_incident_priv.h"
#include "support_likeness.h"
#include "support_storm.h"

static const uint64_t hour_us = 3600ull * 1000000;

static inline void town_reads(const char *text, size_t len, struct verdict *out)
{
    static char category[16];
    const char *colon = memchr(text, ':', len);
    bool emergency = len > 0 && *text == '!';
    if (!colon)
        fail_msg("no category: %.*s", (int)len, text);
    snprintf(category, sizeof category, "%.*s", (int)(colon - text - emergency), text + emergency);
    out->open_ticket = true;
    out->unread = false;
    out->reply_template = "received";
    out->type = emergency ? "darurat" : "pengaduan";
    out->category = category;
    out->agency = "dpupr";
    out->urgency = emergency ? "emergency" : "normal";
    out->language = "id";
    struct likeness likeness = liken(category, colon + 1);
    out->likeness_len = likeness.words.count > 0 ? likeness_pack(&likeness, out->likeness) : 0;
}

static inline int town_decides(void *ctx, const struct desk_sms *sms, struct verdict *out)
{
    (void)ctx;
    town_reads(sms->text->utf8, sms->text->len, out);
    return OK;
}

static inline struct store_policy town_policy(void)
{
    return (struct store_policy){.decide = town_decides,
                                 .receive = storm_receives,
                                 .part_wait_us = 600 * 1000000ull,
                                 .part_keep_us = 3600 * 1000000ull,
                                 .reply_rate = 1000,
                                 .reply_rate_window_us = 60 * 1000000ull,
                                 .joining = {.window_us = 72 * hour_us, .bounds = likeness_bounds}};
}

/* One citizen's report; its ticket. n makes the number and the uuid. later: it waits for its class. */
static inline uint64_t town_sms(struct support *s, uint32_t n, const char *number, const char *text, bool later)
{
    struct store_policy policy = town_policy();
    struct store_outcome out = {0};
    struct fault fault = {0};
    struct wire wire;
    char own[32];
    snprintf(own, sizeof own, "+62813%08u", n);
    const struct mo mo = {.n = n, .number = number ? number : own, .body = text};
    wire_init(&wire, &mo);
    const struct store_item item = {.sms = &wire.sms, .later = later};
    policy.later = later;
    s->now_us += 1000000;
    if (store_ingest(s->store, &policy, &item, 1, s->now_us, &out, &fault) != OK)
        fail_msg("%s", fault.text);
    return out.ticket;
}

static inline uint64_t report(struct support *s, uint32_t n, const char *text)
{
    return town_sms(s, n, NULL, text, false);
}

static inline Aduan__Record__Ticket *ticket_now(struct support *s, uint64_t id)
{
    Aduan__Record__Ticket *ticket;
    assert_int_equal(store_ticket_get(s->store, id, &ticket), OK);
    return ticket;
}

/* The incident that a ticket names; 0: none. */
static inline uint64_t incident_of(struct support *s, uint64_t ticket)
{
    Aduan__Record__Ticket *now = ticket_now(s, ticket);
    uint64_t incident = now->incident;
    aduan__record__ticket__free_unpacked(now, NULL);
    return incident;
}

static inline void check_incident_counts(struct support *s, uint64_t id, unsigned tickets, unsigned open,
                                         unsigned emergencies)
{
    Aduan__Record__Incident *incident;
    uint64_t listed[64];
    size_t count;
    assert_int_equal(store_incident_get(s->store, id, &incident), OK);
    assert_int_equal(incident->tickets, tickets);
    assert_int_equal(incident->open, open);
    assert_int_equal(incident->emergencies, emergencies);
    aduan__record__incident__free_unpacked(incident, NULL);
    assert_int_equal(store_incident_tickets(s->store, id, 0, 64, listed, &count), OK);
    assert_int_equal(count, tickets);
}

static inline void town_broken(void *ctx, const char *id, const char *sentence)
{
    (void)ctx;
    fail_msg("%s: %s", id, sentence);
}

static inline struct store_proof town_is_sound(struct support *s)
{
    struct store_proof proof;
    assert_int_equal(store_verify(s->store, town_broken, NULL, &proof), OK);
    return proof;
}

static inline void change_ticket(struct support *s, uint64_t id, enum ticket_verb verb)
{
    const struct store_ticket_change change = {
        .verb = verb, .actor = "sari", .agency = "dlh", .text = "ya", .text_len = 2, .category = "sampah"};
    struct fault fault = {0};
    s->now_us += 1000000;
    if (store_ticket_change(s->store, id, &change, s->now_us, &fault) != OK)
        fail_msg("%s", fault.text);
}

static inline int town_setup(void **state)
{
    struct support *s = malloc(sizeof *s);
    reader_open();
    support_open(s);
    *state = s;
    return 0;
}

static inline int town_teardown(void **state)
{
    support_close(*state);
    free(*state);
    reader_close();
    return 0;
}

#endif
