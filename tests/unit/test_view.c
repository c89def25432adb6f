/* SPDX-License-Identifier: BSD-2-Clause */
/* Every kind of event in every tier; what public never carries; hashes that no two views share; topics. */
#include "view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KIND(name) ADUAN__RECORD__EVENT__KIND__##name
#define STATE(name) ADUAN__RECORD__TICKET_STATE__##name
#define WHAT(name) ADUAN__FEED__V1__EVENT__WHAT_##name

static const uint8_t key[SEAL_KEY_BYTES] = "0123456789abcdef0123456789abcde";
static const uint8_t epoch[STORE_EPOCH_BYTES] = "epoch-of-a-store";
static uint8_t sender[] = "sender-id-of-one", reply_id[] = "reply-id-sixteen";
static const char number[] = "+6281325778104";
static char words[] = "Nama saya Turmudi, NIK 3375014506820003, lampu mati";

static struct seal *seal;
static struct view public, other, own_agency, full;

static int open_seal(void **unused)
{
    (void)unused;
    if (seal_from_bytes(key, &seal) != OK)
        return -1;
    view_init(&public, "acme", VIEW_PUBLIC, NULL, seal);
    view_init(&other, "radio", VIEW_PUBLIC, NULL, seal);
    view_init(&own_agency, "dpupr", VIEW_AGENCY, "dpupr", seal);
    view_init(&full, "full", VIEW_FULL, NULL, seal);
    return 0;
}

static int close_seal(void **unused)
{
    (void)unused;
    seal_close(seal);
    return 0;
}

static Aduan__Record__Ticket a_ticket(void)
{
    Aduan__Record__Ticket ticket = ADUAN__RECORD__TICKET__INIT;
    ticket.id = 1000015;
    ticket.state = STATE(ASSIGNED);
    ticket.sender_id = (ProtobufCBinaryData){sizeof sender - 1, sender};
    ticket.shortcode = "1708";
    ticket.type = "pengaduan";
    ticket.category = "penerangan";
    ticket.agency = "dpupr";
    ticket.urgency = "normal";
    ticket.why = "lampu mati";
    ticket.text = (ProtobufCBinaryData){strlen(words), (uint8_t *)words};
    return ticket;
}

static Aduan__Record__Event an_event(Aduan__Record__Event__Kind kind)
{
    Aduan__Record__Event event = ADUAN__RECORD__EVENT__INIT;
    event.sequence = 42;
    event.at_us = 1795289760000000;
    event.kind = kind;
    event.ticket = 1000015;
    event.shortcode = "1708";
    return event;
}

/* --- tiers and names ------------------------------------------------------------------------------------------ */

static void tiers_have_names(void **unused)
{
    (void)unused;
    for (int tier = VIEW_PUBLIC; tier <= VIEW_FULL; tier++)
        assert_int_equal(view_tier_parse(view_tier_name((enum view_tier)tier)), tier);
    assert_true(view_tier_parse("Public") < 0);
    assert_true(view_tier_parse("") < 0);
}

static void names_are_what_a_topic_can_hold(void **unused)
{
    (void)unused;
    assert_true(view_name_valid("acme-2_x"));
    assert_true(view_name_valid("0123456789012345678901234567890a"));
    assert_false(view_name_valid("0123456789012345678901234567890ab"));
    assert_false(view_name_valid(""));
    assert_false(view_name_valid("Acme"));
    assert_false(view_name_valid("a.b"));
    assert_false(view_name_valid("a b"));
}

/* --- every kind ------------------------------------------------------------------------------------------------ */

static const struct row {
    Aduan__Record__Event__Kind kind;
    Aduan__Feed__V1__Event__WhatCase what;
    const char *name;
} rows[] = {
    {KIND(SMS_RECEIVED), WHAT(SMS_RECEIVED), "sms_received"},
    {KIND(TICKET_OPENED), WHAT(TICKET_OPENED), "ticket_opened"},
    {KIND(TICKET_CLASSIFIED), WHAT(TICKET_CLASSIFIED), "ticket_classified"},
    {KIND(TICKET_STATE), WHAT(TICKET_STATE), "ticket_state"},
    {KIND(TICKET_ASSIGNED), WHAT(TICKET_ASSIGNED), "ticket_assigned"},
    {KIND(TICKET_NOTE), WHAT(TICKET_NOTE), "ticket_note"},
    {KIND(REPLY_QUEUED), WHAT(REPLY_QUEUED), "reply_queued"},
    {KIND(REPLY_ACCEPTED), WHAT(REPLY_ACCEPTED), "reply_accepted"},
    {KIND(REPLY_SENT), WHAT(REPLY_SENT), "reply_sent"},
    {KIND(REPLY_DELIVERED), WHAT(REPLY_DELIVERED), "reply_delivered"},
    {KIND(REPLY_FAILED), WHAT(REPLY_FAILED), "reply_failed"},
    {KIND(SMS_QUARANTINED), WHAT(SMS_QUARANTINED), "sms_quarantined"},
    {KIND(TICKET_JOINED), WHAT(TICKET_JOINED), "ticket_joined"},
    {KIND(TICKET_CORRECTED), WHAT(TICKET_CORRECTED), "ticket_corrected"},
    {KIND(INCIDENT_JOINED), WHAT(INCIDENT_JOINED), "incident_joined"},
    {KIND(INCIDENT_LEFT), WHAT(INCIDENT_LEFT), "incident_left"},
};
enum { ROWS = sizeof rows / sizeof *rows };

/* Whether these bytes are anywhere in what would go out. */
static bool carries(const struct view_event *out, const char *secret)
{
    uint8_t packed[4096];
    size_t len = aduan__feed__v1__event__get_packed_size(&out->event);
    assert_true(len <= sizeof packed);
    aduan__feed__v1__event__pack(&out->event, packed);
    return memmem(packed, len, secret, strlen(secret)) || strstr(out->topic, secret);
}

static void check_frame(const struct view *view, const struct row *row, const struct view_event *out)
{
    char topic[VIEW_TOPIC_MAX];
    snprintf(topic, sizeof topic, "v1.%s.1708.%s.penerangan.", view->name, row->name);
    assert_string_equal(out->topic, topic);
    assert_int_equal(out->event.what_case, row->what);
    assert_int_equal(out->event.schema_version, 1);
    assert_int_equal(out->event.sequence, 42);
    assert_int_equal(out->event.at_us, 1795289760000000);
    assert_int_equal(out->event.ticket, 1000015);
    assert_string_equal(out->event.category, "penerangan");
    assert_int_equal(out->event.n_before, 0);
    assert_memory_equal(out->event.epoch.data, epoch, sizeof epoch);
}

static void every_kind_is_known_by_every_tier(void **unused)
{
    (void)unused;
    const struct view *views[] = {&public, &own_agency, &full};
    Aduan__Record__Ticket ticket = a_ticket();
    for (size_t i = 0; i < (size_t)3 * ROWS; i++) {
        const struct row *row = &rows[i / 3];
        Aduan__Record__Event event = an_event(row->kind);
        struct view_event out;
        event.detail = "rahasia dapur";
        event.reply_id = (ProtobufCBinaryData){sizeof reply_id - 1, reply_id};
        assert_true(view_event_init(views[i % 3], epoch, &event, &ticket, number, &out));
        check_frame(views[i % 3], row, &out);
        uint8_t packed[4096];
        size_t len = aduan__feed__v1__event__pack(&out.event, packed);
        Aduan__Feed__V1__Event *read = aduan__feed__v1__event__unpack(NULL, len, packed);
        assert_non_null(read);
        assert_int_equal(read->what_case, row->what);
        aduan__feed__v1__event__free_unpacked(read, NULL);
        view_event_done(&out);
    }
}

static void public_never_carries_a_person(void **unused)
{
    (void)unused;
    const char *secrets[] = {
        number, "81325778104", "Turmudi", "3375014506820003", "quoted by the telco", (const char *)sender};
    Aduan__Record__Ticket ticket = a_ticket();
    for (size_t i = 0; i < ROWS; i++) {
        bool reason = rows[i].kind == KIND(SMS_RECEIVED) || rows[i].kind == KIND(SMS_QUARANTINED);
        Aduan__Record__Event event = an_event(rows[i].kind);
        struct view_event out;
        event.detail = reason ? "sender_blocked" : "quoted by the telco";
        event.actor = "staff quoted by the telco";
        assert_true(view_event_init(&public, epoch, &event, &ticket, number, &out));
        for (size_t s = 0; s < sizeof secrets / sizeof *secrets; s++)
            if (carries(&out, secrets[s]))
                fail_msg("%s has %s", rows[i].name, secrets[s]);
        view_event_done(&out);
    }
}

static void a_kind_of_tomorrow_is_not_seen(void **unused)
{
    (void)unused;
    struct view_event out;
    Aduan__Record__Event event = an_event(KIND(KIND_NONE));
    assert_false(view_event_init(&full, epoch, &event, NULL, NULL, &out));
    event.kind = (Aduan__Record__Event__Kind)99;
    assert_false(view_event_init(&full, epoch, &event, NULL, NULL, &out));
    event.kind = (Aduan__Record__Event__Kind)-1;
    assert_false(view_event_init(&full, epoch, &event, NULL, NULL, &out));
}

/* --- what each kind says ---------------------------------------------------------------------------------------- */

static void an_opened_ticket_by_tier(void **unused)
{
    (void)unused;
    Aduan__Record__Ticket ticket = a_ticket();
    Aduan__Record__Event event = an_event(KIND(TICKET_OPENED));
    struct view_event out;
    assert_true(view_event_init(&public, epoch, &event, &ticket, number, &out));
    assert_string_equal(out.ticket_opened.text, "Nama saya […], NIK […], lampu mati");
    assert_true(out.ticket_opened.redacted);
    assert_string_equal(out.ticket_opened.number, "");
    view_event_done(&out);
    assert_true(view_event_init(&own_agency, epoch, &event, &ticket, number, &out));
    assert_string_equal(out.ticket_opened.text, words);
    assert_false(out.ticket_opened.redacted);
    assert_string_equal(out.ticket_opened.number, "");
    view_event_done(&out);
    assert_true(view_event_init(&full, epoch, &event, &ticket, number, &out));
    assert_string_equal(out.ticket_opened.text, words);
    assert_string_equal(out.ticket_opened.number, number);
    view_event_done(&out);
    assert_true(view_event_init(&full, epoch, &event, &ticket, NULL, &out));
    assert_string_equal(out.ticket_opened.number, "");
    view_event_done(&out);
}

static void a_harmless_text_says_that_nothing_was_replaced(void **unused)
{
    (void)unused;
    Aduan__Record__Ticket ticket = a_ticket();
    Aduan__Record__Event event = an_event(KIND(TICKET_OPENED));
    struct view_event out;
    char harmless[] = "lampu mati di jl Kartini no 12";
    ticket.text = (ProtobufCBinaryData){strlen(harmless), (uint8_t *)harmless};
    assert_true(view_event_init(&public, epoch, &event, &ticket, number, &out));
    assert_string_equal(out.ticket_opened.text, harmless);
    assert_false(out.ticket_opened.redacted);
    view_event_done(&out);
}

static void causes_are_for_those_inside(void **unused)
{
    (void)unused;
    Aduan__Record__Ticket ticket = a_ticket();
    Aduan__Record__Event event = an_event(KIND(TICKET_CLASSIFIED));
    struct view_event out;
    event.detail = "lampu mati";
    event.category = "jalan";
    assert_true(view_event_init(&public, epoch, &event, &ticket, NULL, &out));
    assert_string_equal(out.ticket_classified.why, "");
    assert_string_equal(out.ticket_classified.type, "pengaduan");
    assert_string_equal(out.ticket_classified.category, "jalan");
    assert_string_equal(out.ticket_classified.agency, "dpupr");
    assert_string_equal(out.ticket_classified.urgency, "normal");
    view_event_done(&out);
    assert_true(view_event_init(&own_agency, epoch, &event, &ticket, NULL, &out));
    assert_string_equal(out.ticket_classified.why, "lampu mati");
    view_event_done(&out);
    event.kind = KIND(REPLY_FAILED);
    assert_true(view_event_init(&full, epoch, &event, &ticket, NULL, &out));
    assert_string_equal(out.event.reply_failed->cause, "lampu mati");
    view_event_done(&out);
}

static void an_event_of_a_ticket_without_a_class_stays_as_it_was_seen(void **unused)
{
    (void)unused;
    Aduan__Record__Ticket ticket = a_ticket();
    Aduan__Record__Event event = an_event(KIND(REPLY_SENT));
    struct view_event out;
    ticket.opened_sequence = event.sequence + 1; /* classified later than this */
    assert_true(view_event_init(&full, epoch, &event, &ticket, NULL, &out));
    assert_string_equal(out.category, "-");
    view_event_done(&out);
    assert_false(view_event_init(&own_agency, epoch, &event, &ticket, NULL, &out)); /* it was nobody's then */
    ticket.opened_sequence = event.sequence;
    assert_true(view_event_init(&own_agency, epoch, &event, &ticket, NULL, &out));
    assert_string_equal(out.category, ticket.category);
    view_event_done(&out);
    ticket.unclassified = true;
    assert_false(view_event_init(&own_agency, epoch, &event, &ticket, NULL, &out));
}

static void a_resend_says_how_many_they_are(void **unused)
{
    (void)unused;
    Aduan__Record__Ticket ticket = a_ticket();
    Aduan__Record__Event event = an_event(KIND(TICKET_JOINED));
    struct view_event out;
    event.messages = 7;
    assert_true(view_event_init(&public, epoch, &event, &ticket, number, &out));
    assert_int_equal(out.ticket_joined.messages, 7);
    view_event_done(&out);
}

static void a_correction_moves_only_what_comes_behind_it(void **unused)
{
    (void)unused;
    Aduan__Record__Ticket ticket = a_ticket();
    Aduan__Record__Correction first = ADUAN__RECORD__CORRECTION__INIT, second = ADUAN__RECORD__CORRECTION__INIT;
    Aduan__Record__Correction *corrections[] = {&first, &second};
    Aduan__Record__Event opened = an_event(KIND(TICKET_OPENED)), classified = an_event(KIND(TICKET_CLASSIFIED));
    Aduan__Record__Event corrected = an_event(KIND(TICKET_CORRECTED));
    struct view_event out;
    first.sequence = 50, first.category = "jalan", first.type = "darurat", first.urgency = "emergency";
    second.sequence = 60, second.category = "listrik", second.type = "pengaduan", second.urgency = "normal";
    ticket.n_correction = 2;
    ticket.correction = corrections;
    assert_true(view_event_init(&full, epoch, &opened, &ticket, NULL, &out));
    assert_string_equal(out.topic, "v1.full.1708.ticket_opened.jalan.");
    view_event_done(&out);
    opened.sequence = 55; /* what says nothing of its category, between the two */
    assert_true(view_event_init(&full, epoch, &opened, &ticket, NULL, &out));
    assert_string_equal(out.category, "listrik");
    view_event_done(&out);
    opened.sequence = 61;
    assert_true(view_event_init(&full, epoch, &opened, &ticket, NULL, &out));
    assert_string_equal(out.category, "penerangan");
    view_event_done(&out);
    classified.category = "jalan";
    assert_true(view_event_init(&public, epoch, &classified, &ticket, NULL, &out));
    assert_string_equal(out.ticket_classified.urgency, "emergency");
    view_event_done(&out);
    corrected.sequence = 50;
    corrected.type = "pengaduan", corrected.category = "listrik";
    assert_true(view_event_init(&public, epoch, &corrected, &ticket, NULL, &out));
    assert_string_equal(out.topic, "v1.acme.1708.ticket_corrected.listrik.");
    assert_string_equal(out.ticket_corrected.category, "listrik");
    assert_string_equal(out.ticket_corrected.category_before, "jalan");
    assert_string_equal(out.ticket_corrected.type_before, "darurat");
    assert_string_equal(out.ticket_corrected.urgency, "normal");
    view_event_done(&out);
}

static void a_state_has_its_name(void **unused)
{
    (void)unused;
    Aduan__Record__Ticket ticket = a_ticket();
    Aduan__Record__Event event = an_event(KIND(TICKET_STATE));
    struct view_event out;
    event.state_before = STATE(ASSIGNED);
    event.state = STATE(REFUSED_BY_AGENCY);
    assert_true(view_event_init(&public, epoch, &event, &ticket, NULL, &out));
    assert_string_equal(out.ticket_state.before, "assigned");
    assert_string_equal(out.ticket_state.after, "refused_by_agency");
    view_event_done(&out);
}

static void an_event_without_a_ticket_is_whole(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < ROWS; i++) {
        Aduan__Record__Event event = an_event(rows[i].kind);
        struct view_event out;
        event.ticket = 0;
        assert_true(view_event_init(&public, epoch, &event, NULL, NULL, &out));
        assert_string_equal(out.event.category, "-");
        view_event_done(&out);
        assert_false(view_event_init(&own_agency, epoch, &event, NULL, NULL, &out));
    }
}

/* --- who sees it ----------------------------------------------------------------------------------------------- */

static bool sees(const struct view *view, const Aduan__Record__Event *event, const Aduan__Record__Ticket *ticket)
{
    struct view_event out;
    bool seen = view_event_init(view, epoch, event, ticket, NULL, &out);
    if (seen)
        view_event_done(&out);
    return seen;
}

static void held_tickets_are_not_public(void **unused)
{
    (void)unused;
    Aduan__Record__Ticket ticket = a_ticket();
    ticket.state = STATE(HELD);
    for (size_t i = 0; i < ROWS; i++) {
        Aduan__Record__Event event = an_event(rows[i].kind);
        assert_false(sees(&public, &event, &ticket));
        assert_true(sees(&own_agency, &event, &ticket));
        assert_true(sees(&full, &event, &ticket));
    }
}

/* What is left of a ticket that asked for silence is figures; others see it whole. */
static void check_silence(const struct view *view, const Aduan__Record__Ticket *ticket, bool silent)
{
    for (size_t i = 0; i < ROWS; i++) {
        Aduan__Record__Event event = an_event(rows[i].kind);
        struct view_event out;
        event.reply_id = (ProtobufCBinaryData){16, (uint8_t *)"a reply's own id"};
        event.incident = 7;
        event.tickets = 3;
        assert_true(view_event_init(view, epoch, &event, ticket, NULL, &out));
        assert_string_equal(out.event.category, "penerangan");
        assert_true(out.event.ticket == (silent ? 0 : ticket->id));
        if (rows[i].kind == KIND(TICKET_OPENED)) {
            assert_true(out.ticket_opened.sender.len == (silent ? 0u : 16u));
            assert_true((*out.ticket_opened.text == '\0') == (silent || ticket->text.len == 0));
            assert_true(out.ticket_opened.redacted == silent);
        } else if (rows[i].kind == KIND(TICKET_CLASSIFIED)) {
            assert_string_equal(out.ticket_classified.type, "pengaduan");
        } else if (rows[i].kind == KIND(REPLY_SENT)) {
            assert_true(out.reply.reply_id.len == (silent ? 0u : 16u));
        } else if (rows[i].kind == KIND(INCIDENT_JOINED) || rows[i].kind == KIND(INCIDENT_LEFT)) {
            assert_true(out.incident.incident == (silent ? 0u : 7u));
            assert_true(out.incident.tickets == (silent ? 0u : 3u));
        }
        view_event_done(&out);
    }
}

static void who_asks_for_silence_gets_it(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        bool silent;
    } texts[] = {
        {"RAHASIA pungli di loket 3", true},
        {"bdg Anonim: jalan rusak", true},
        {"  anonim", true},
        {"\"RAHASIA\"", true},
        {"rahasiakan", false},
        {"ini bukan rahasia", false},
        {"", false},
        {"12 # 13", false},
    };
    Aduan__Record__Ticket ticket = a_ticket();
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        ticket.text = (ProtobufCBinaryData){strlen(texts[i].text), (uint8_t *)texts[i].text};
        check_silence(&public, &ticket, texts[i].silent);
        check_silence(&own_agency, &ticket, false);
        check_silence(&full, &ticket, false);
    }
    ticket.text = (ProtobufCBinaryData){9, (uint8_t *)"a\0anonim\0"};
    check_silence(&public, &ticket, true);
}

static void an_agency_sees_its_own(void **unused)
{
    (void)unused;
    Aduan__Record__Ticket ticket = a_ticket();
    Aduan__Record__Event event = an_event(KIND(REPLY_SENT));
    struct view nobody;
    assert_true(sees(&own_agency, &event, &ticket));
    event.agency = "dinsos"; /* whose it was then */
    assert_false(sees(&own_agency, &event, &ticket));
    ticket.agency = "dinsos";
    event.agency = "dpupr";
    assert_true(sees(&own_agency, &event, &ticket));
    event.agency = "";
    assert_false(sees(&own_agency, &event, &ticket));
    ticket.agency = "";
    view_init(&nobody, "nobody", VIEW_AGENCY, NULL, seal);
    assert_false(sees(&nobody, &event, &ticket));
}

static void a_ticket_that_cannot_be_read_is_for_full_only(void **unused)
{
    (void)unused;
    Aduan__Record__Event event = an_event(KIND(TICKET_OPENED));
    event.agency = "dpupr";
    assert_false(sees(&public, &event, NULL));
    assert_false(sees(&own_agency, &event, NULL));
    assert_true(sees(&full, &event, NULL));
}

/* --- hashes ------------------------------------------------------------------------------------------------------ */

static void hash_in(const struct view *view, const Aduan__Record__Ticket *ticket, uint8_t out[16])
{
    Aduan__Record__Event event = an_event(KIND(TICKET_OPENED));
    struct view_event seen;
    assert_true(view_event_init(view, epoch, &event, ticket, number, &seen));
    assert_int_equal(seen.ticket_opened.sender.len, 16);
    memcpy(out, seen.ticket_opened.sender.data, 16);
    view_event_done(&seen);
}

static void a_citizen_is_one_in_a_view_and_another_in_the_next(void **unused)
{
    (void)unused;
    Aduan__Record__Ticket ticket = a_ticket(), second = a_ticket();
    uint8_t here[16], again[16], there[16], neighbour[16];
    uint8_t someone[] = "sender-id-of-two";
    second.sender_id = (ProtobufCBinaryData){sizeof someone - 1, someone};
    hash_in(&public, &ticket, here);
    hash_in(&public, &ticket, again);
    hash_in(&other, &ticket, there);
    hash_in(&public, &second, neighbour);
    assert_memory_equal(here, again, 16);
    assert_memory_not_equal(here, there, 16);
    assert_memory_not_equal(here, neighbour, 16);
    assert_memory_not_equal(here, sender, 16);
}

static void the_hash_hangs_on_the_seal(void **unused)
{
    (void)unused;
    static const uint8_t another[SEAL_KEY_BYTES] = "another desk has another key 32";
    Aduan__Record__Ticket ticket = a_ticket();
    uint8_t here[16], there[16];
    struct seal *their_seal;
    struct view theirs;
    assert_int_equal(seal_from_bytes(another, &their_seal), OK);
    view_init(&theirs, "acme", VIEW_PUBLIC, NULL, their_seal);
    hash_in(&public, &ticket, here);
    hash_in(&theirs, &ticket, there);
    assert_memory_not_equal(here, there, 16);
    seal_close(their_seal);
}

static void nobody_has_no_hash(void **unused)
{
    (void)unused;
    Aduan__Record__Ticket ticket = a_ticket();
    Aduan__Record__Event event = an_event(KIND(TICKET_OPENED));
    struct view_event out;
    ticket.sender_id = (ProtobufCBinaryData){0};
    assert_true(view_event_init(&public, epoch, &event, &ticket, NULL, &out));
    assert_int_equal(out.ticket_opened.sender.len, 0);
    view_event_done(&out);
}

/* --- strings that a receiver can read ---------------------------------------------------------------------------- */

static void broken_bytes_never_leave(void **unused)
{
    (void)unused;
    Aduan__Record__Ticket ticket = a_ticket();
    Aduan__Record__Event event = an_event(KIND(TICKET_OPENED));
    struct view_event out;
    ticket.text = (ProtobufCBinaryData){10, (uint8_t *)"lam\xff"
                                                       "pu \0ok"};
    assert_true(view_event_init(&full, epoch, &event, &ticket, "+62\x80\n8", &out));
    assert_string_equal(out.ticket_opened.text, "lam\xc3\xbfpu \xef\xbf\xbdok");
    assert_string_equal(out.ticket_opened.number, "+62??8");
    view_event_done(&out);
    event.kind = KIND(REPLY_FAILED);
    event.detail = "smsc said \xc3";
    assert_true(view_event_init(&full, epoch, &event, &ticket, NULL, &out));
    assert_string_equal(out.event.reply_failed->cause, "");
    view_event_done(&out);
    event.detail = "ditolak – café";
    assert_true(view_event_init(&full, epoch, &event, &ticket, NULL, &out));
    assert_string_equal(out.event.reply_failed->cause, "ditolak – café");
    view_event_done(&out);
}

/* --- topics --------------------------------------------------------------------------------------------------------
 */

static void a_level_of_a_topic_ends_in_a_dot(void **unused)
{
    (void)unused;
    Aduan__Record__Ticket ticket = a_ticket();
    Aduan__Record__Event event = an_event(KIND(TICKET_OPENED));
    const char *levels[] = {"v1.acme.", "v1.acme.1708.", "v1.acme.1708.ticket_opened.",
                            "v1.acme.1708.ticket_opened.penerangan."};
    struct view_event out;
    assert_true(view_event_init(&public, epoch, &event, &ticket, NULL, &out));
    for (int i = 0; i < VIEW_LEVELS; i++) {
        assert_int_equal(out.level[i], strlen(levels[i]));
        assert_memory_equal(out.topic, levels[i], out.level[i]);
        assert_true(view_topic_allowed(&public, out.topic, out.level[i]));
        assert_false(view_topic_allowed(&public, out.topic, out.level[i] - 1));
        assert_false(view_topic_allowed(&other, out.topic, out.level[i]));
    }
    view_event_done(&out);
}

static void no_word_breaks_the_grammar(void **unused)
{
    (void)unused;
    Aduan__Record__Ticket ticket = a_ticket();
    Aduan__Record__Event event = an_event(KIND(TICKET_OPENED));
    struct view_event out;
    event.shortcode = "+62 8.1/x";
    event.category = "jalan.raya ü-1";
    assert_true(view_event_init(&public, epoch, &event, &ticket, NULL, &out));
    assert_string_equal(out.topic, "v1.acme.+62_8_1_x.ticket_opened.jalan_raya___-1.");
    assert_string_equal(out.event.category, "jalan_raya___-1");
    assert_string_equal(out.event.shortcode, "+62 8.1/x");
    view_event_done(&out);
    event.shortcode = event.category = ticket.category = "";
    assert_true(view_event_init(&public, epoch, &event, &ticket, NULL, &out));
    assert_string_equal(out.topic, "v1.acme.-.ticket_opened.-.");
    view_event_done(&out);
}

static void the_longest_topic_fits(void **unused)
{
    (void)unused;
    char longest[300];
    struct view view;
    struct view_event out;
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    view_init(&view, longest, VIEW_FULL, longest, seal);
    Aduan__Record__Event event = an_event(KIND(TICKET_CLASSIFIED));
    event.shortcode = event.category = longest;
    assert_true(view_event_init(&view, epoch, &event, NULL, longest, &out));
    assert_int_equal(strlen(out.topic), out.level[VIEW_LEVELS - 1]);
    assert_int_equal(out.topic[strlen(out.topic) - 1], '.');
    assert_int_equal(strlen(out.event.category), VIEW_CATEGORY_MAX);
    view_event_done(&out);
}

static void a_view_may_have_what_is_below_it(void **unused)
{
    (void)unused;
    static const struct {
        const char *prefix;
        bool allowed;
    } prefixes[] = {
        {"v1.acme.", true},
        {"v1.acme.1708.", true},
        {"v1.acme.1708.reply_sent.-.", true},
        {"v1.acme", false},
        {"v1.acme.1708", false},
        {"v1.acmetoo.", false},
        {"v1.", false},
        {"", false},
        {"v1.radio.", false},
        {"v2.acme.", false},
        {"b1.acme", false},
    };
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        assert_int_equal(view_topic_allowed(&public, prefixes[i].prefix, strlen(prefixes[i].prefix)),
                         prefixes[i].allowed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiers_have_names),
        cmocka_unit_test(names_are_what_a_topic_can_hold),
        cmocka_unit_test(every_kind_is_known_by_every_tier),
        cmocka_unit_test(public_never_carries_a_person),
        cmocka_unit_test(a_kind_of_tomorrow_is_not_seen),
        cmocka_unit_test(an_opened_ticket_by_tier),
        cmocka_unit_test(a_harmless_text_says_that_nothing_was_replaced),
        cmocka_unit_test(causes_are_for_those_inside),
        cmocka_unit_test(an_event_of_a_ticket_without_a_class_stays_as_it_was_seen),
        cmocka_unit_test(a_resend_says_how_many_they_are),
        cmocka_unit_test(a_correction_moves_only_what_comes_behind_it),
        cmocka_unit_test(a_state_has_its_name),
        cmocka_unit_test(an_event_without_a_ticket_is_whole),
        cmocka_unit_test(held_tickets_are_not_public),
        cmocka_unit_test(who_asks_for_silence_gets_it),
        cmocka_unit_test(an_agency_sees_its_own),
        cmocka_unit_test(a_ticket_that_cannot_be_read_is_for_full_only),
        cmocka_unit_test(a_citizen_is_one_in_a_view_and_another_in_the_next),
        cmocka_unit_test(the_hash_hangs_on_the_seal),
        cmocka_unit_test(nobody_has_no_hash),
        cmocka_unit_test(broken_bytes_never_leave),
        cmocka_unit_test(a_level_of_a_topic_ends_in_a_dot),
        cmocka_unit_test(no_word_breaks_the_grammar),
        cmocka_unit_test(the_longest_topic_fits),
        cmocka_unit_test(a_view_may_have_what_is_below_it),
    };
    return cmocka_run_group_tests(tests, open_seal, close_seal);
}
