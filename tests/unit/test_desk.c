/* SPDX-License-Identifier: BSD-2-Clause */
/* One whole SMS in, one verdict out: every reason, in its order. */
#include "desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static char *shortcodes[] = {"1708", "0811"};
static const struct config config = {.shortcodes = shortcodes,
                                     .shortcode_count = 2,
                                     .language = "id",
                                     .short_sender_digits = 6,
                                     .smoke_sender = "6281200000001"};
static struct rules *rules;
static struct ensemble *ensemble;

static int load(void **state)
{
    (void)state;
    struct fault fault;
    int err = rules_load(ADUAN_ETC_DIR "/categories.yaml", ADUAN_ETC_DIR "/agencies.yaml", &rules, &fault);
    ensemble = ensemble_new(rules, NULL);
    return err;
}

static int unload(void **state)
{
    (void)state;
    ensemble_free(ensemble);
    rules_free(rules);
    return 0;
}

static struct verdict decide_text(const char *sender, const char *receiver, const struct text *text, bool incomplete)
{
    struct desk_sms sms = {.sender = (const uint8_t *)sender,
                           .sender_len = strlen(sender),
                           .receiver = (const uint8_t *)receiver,
                           .receiver_len = strlen(receiver),
                           .text = text,
                           .incomplete = incomplete};
    struct verdict verdict;
    assert_int_equal(desk_decide(&config, ensemble, &sms, &verdict), OK);
    /* A verdict is whole: a ticket or its reason, a reply or its reason. */
    assert_true(verdict.open_ticket == (verdict.reason == NULL));
    assert_true((verdict.reply_template == NULL) == (verdict.no_reply_reason != NULL));
    assert_non_null(verdict.type);
    assert_non_null(verdict.language);
    return verdict;
}

static struct verdict decide(const char *sender, const char *receiver, const char *body)
{
    struct text text = {.utf8 = (char *)(uintptr_t)body, .len = strlen(body), .empty = body[0] == '\0'};
    return decide_text(sender, receiver, &text, false);
}

#define CITIZEN "+6281234567890"

static void a_report_becomes_a_ticket(void **state)
{
    (void)state;
    struct verdict verdict =
        decide(CITIZEN, "1708", "Jalan berlubang di depan pasar Grogolan, Pekalongan. Mohon diperbaiki");
    assert_true(verdict.open_ticket);
    assert_string_equal(verdict.reply_template, "received");
    assert_string_equal(verdict.type, "pengaduan");
    assert_string_equal(verdict.category, "jalan");
    assert_string_equal(verdict.agency, "dpupr");
    assert_string_equal(verdict.urgency, "normal");
    assert_string_equal(verdict.language, "id");
    assert_non_null(strstr(verdict.why, "jalan \xE2\x86\x90 jalan berlubang +4"));
}

static void every_own_shortcode_is_answered(void **state)
{
    (void)state;
    assert_true(decide(CITIZEN, "0811", "sampah menumpuk").open_ticket);
}

static void refused(struct verdict verdict, const char *reason)
{
    assert_false(verdict.open_ticket);
    assert_string_equal(verdict.reason, reason);
    assert_null(verdict.reply_template);
    assert_string_equal(verdict.no_reply_reason, reason);
    assert_string_equal(verdict.category, "");
}

static void what_the_envelope_forbids(void **state)
{
    (void)state;
    refused(decide(CITIZEN, "1709", "jalan rusak"), "unknown_shortcode");
    refused(decide(CITIZEN, "17080", "jalan rusak"), "unknown_shortcode");
    refused(decide(CITIZEN, "", "jalan rusak"), "unknown_shortcode");
    refused(decide("", "1709", "jalan rusak"), "unknown_shortcode");
    refused(decide("", "1708", "jalan rusak"), "no_sender");
    refused(decide("123456789012345678901", "1708", "jalan rusak"), "bad_sender");
    refused(decide("08\x01", "1708", "jalan rusak"), "bad_sender");
    refused(decide("1708", "1708", "jalan rusak"), "own_shortcode");
    refused(decide("0811", "1708", "jalan rusak"), "own_shortcode");
    refused(decide("1708", "1708", ""), "own_shortcode");
    refused(decide("+1708", "1708", "jalan rusak"), "own_shortcode");
    assert_true(decide("+17080000", "1708", "jalan rusak").open_ticket);
}

static void senders_that_read_no_reply_still_open_a_ticket(void **state)
{
    (void)state;
    struct verdict verdict = decide("TELKOMSEL", "1708", "jalan rusak");
    assert_true(verdict.open_ticket);
    assert_string_equal(verdict.no_reply_reason, "sender_alphanumeric");
    verdict = decide("3636", "1708", "jalan rusak");
    assert_true(verdict.open_ticket);
    assert_string_equal(verdict.no_reply_reason, "sender_shortcode");
}

static void machines_get_neither_ticket_nor_reply(void **state)
{
    (void)state;
    struct verdict verdict = decide(CITIZEN, "1708", "Maaf, saya sedang menyetir. (pesan otomatis)");
    refused(verdict, "auto_reply");
    assert_non_null(strstr(verdict.why, "auto_reply \xE2\x86\x90 "));
}

static void empty_and_binary_are_told_so(void **state)
{
    (void)state;
    struct text binary = {.utf8 = "", .binary = true};
    struct verdict verdict = decide(CITIZEN, "1708", "");
    assert_string_equal(verdict.reason, "empty");
    assert_string_equal(verdict.reply_template, "empty");
    assert_string_equal(verdict.language, "id");
    verdict = decide_text(CITIZEN, "1708", &binary, false);
    assert_string_equal(verdict.reason, "binary");
    assert_string_equal(verdict.reply_template, "unreadable");
    verdict = decide_text("BANK", "1708", &binary, false);
    assert_string_equal(verdict.reason, "binary");
    assert_string_equal(verdict.no_reply_reason, "sender_alphanumeric");
}

static void emergencies_and_incomplete_sets_have_their_own_words(void **state)
{
    (void)state;
    struct text fire = {.utf8 = "tolong ada kebakaran di pasar sekarang"}, road = {.utf8 = "jalan rusak"};
    fire.len = strlen(fire.utf8);
    road.len = strlen(road.utf8);
    struct verdict verdict = decide_text(CITIZEN, "1708", &fire, false);
    assert_string_equal(verdict.reply_template, "emergency");
    assert_string_equal(verdict.urgency, "emergency");
    assert_string_equal(verdict.type, "darurat");
    assert_string_equal(decide_text(CITIZEN, "1708", &fire, true).reply_template, "emergency");
    assert_string_equal(decide_text(CITIZEN, "1708", &road, true).reply_template, "received_incomplete");
}

static void the_reply_is_in_the_citizens_language(void **state)
{
    (void)state;
    assert_string_equal(decide(CITIZEN, "1708", "The street light is broken, please fix it").language, "en");
    assert_string_equal(decide(CITIZEN, "1708", "xyzzy").language, "id");
}

static struct verdict receive(const char *sender, const char *receiver, const char *body)
{
    struct text text = {.utf8 = (char *)(uintptr_t)body, .len = strlen(body), .empty = body[0] == '\0'};
    struct desk_sms sms = {.sender = (const uint8_t *)sender,
                           .sender_len = strlen(sender),
                           .receiver = (const uint8_t *)receiver,
                           .receiver_len = strlen(receiver),
                           .text = &text};
    struct verdict verdict;
    desk_receive(&config, &sms, &verdict);
    return verdict;
}

static void what_is_received_unread_has_no_class_and_its_own_receipt(void **state)
{
    (void)state;
    struct verdict verdict = receive(CITIZEN, "1708", "tolong ada kebakaran di pasar sekarang");
    assert_true(verdict.open_ticket && verdict.unread && verdict.joinable);
    assert_string_equal(verdict.reply_template, "received_unread");
    assert_string_equal(verdict.category, "");
    assert_string_equal(receive("TELKOMSEL", "1708", "jalan rusak").no_reply_reason, "sender_alphanumeric");
    assert_string_equal(receive(CITIZEN, "1709", "jalan rusak").reason, "unknown_shortcode");
    verdict = receive(CITIZEN, "1708", "");
    assert_false(verdict.open_ticket || verdict.unread);
    assert_string_equal(verdict.reply_template, "empty");
}

static void received_and_then_read_is_decided(void **state)
{
    (void)state;
    static const char *const bodies[] = {"jalan rusak", "tolong ada kebakaran di pasar sekarang",
                                         "Ini adalah balasan otomatis", "xyzzy"};
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct text text = {.utf8 = (char *)(uintptr_t)bodies[i], .len = strlen(bodies[i])};
        struct desk_sms sms = {.sender = (const uint8_t *)CITIZEN,
                               .sender_len = strlen(CITIZEN),
                               .receiver = (const uint8_t *)"1708",
                               .receiver_len = 4,
                               .text = &text};
        struct verdict at_once = decide(CITIZEN, "1708", bodies[i]), verdict;
        desk_receive(&config, &sms, &verdict);
        assert_true(verdict.unread);
        assert_int_equal(desk_read(&config, ensemble, &sms, &verdict), OK);
        assert_false(verdict.unread);
        assert_int_equal(verdict.open_ticket, at_once.open_ticket);
        assert_string_equal(verdict.category, at_once.category);
        assert_string_equal(verdict.why, at_once.why);
        assert_string_equal(verdict.reply_template ? verdict.reply_template : verdict.no_reply_reason,
                            at_once.reply_template ? at_once.reply_template : at_once.no_reply_reason);
    }
}

static void what_was_received_is_classified_later(void **state)
{
    (void)state;
    static const char fire[] = "tolong ada kebakaran di pasar sekarang";
    struct verdict verdict;
    assert_int_equal(desk_classify(&config, ensemble, fire, strlen(fire), &verdict), OK);
    assert_true(verdict.open_ticket && !verdict.unread);
    assert_string_equal(verdict.urgency, "emergency");
    assert_null(verdict.reply_template);
}

static void who_says_the_same_joins_but_not_who_tries_the_line_out(void **state)
{
    (void)state;
    struct verdict a = decide(CITIZEN, "1708", "Jalan rusak!"), b = decide(CITIZEN, "1708", "JALAN  RUSAK");
    struct verdict c = receive(CITIZEN, "1708", "jalan rusakkk"), d = receive(CITIZEN, "1708", "jalan bagus");
    assert_true(a.joinable && b.joinable && c.joinable && d.joinable);
    assert_memory_equal(a.same, b.same, SAME_BYTES);
    assert_memory_equal(a.same, c.same, SAME_BYTES);
    assert_memory_not_equal(a.same, d.same, SAME_BYTES);
    assert_false(decide("6281200000001", "1708", "jalan rusak").joinable);
    assert_false(decide("+6281200000001", "1708", "jalan rusak").joinable);
    assert_true(decide("62812000000012", "1708", "jalan rusak").joinable);
}

static void a_verdict_has_the_places_of_the_text(void **state)
{
    (void)state;
    static const char text[] = "lampu mati di jl Seruni, kel. Medono, Pekalongan";
    const struct config with_places = {.language = "id",
                                       .places_path = ADUAN_ETC_DIR "/places/regencies.tsv",
                                       .districts_path = ADUAN_ETC_DIR "/places/pekalongan.tsv",
                                       .regency = "33.75"};
    struct places *places;
    struct fault fault;
    struct verdict verdict;
    assert_int_equal(desk_places_open(&with_places, &places, &fault), OK);
    ensemble_use_places(ensemble, places);
    assert_int_equal(desk_classify(&config, ensemble, text, strlen(text), &verdict), OK);
    assert_int_equal(verdict.places.count, 4);
    assert_int_equal(verdict.places.places[0].kind, PLACE_STREET);
    assert_string_equal(verdict.places.places[1].name, "Kelurahan Medono");
    assert_string_equal(verdict.places.places[2].code, "33.75");
    assert_string_equal(verdict.places.places[3].code, "33.26");
    ensemble_use_places(ensemble, NULL);
    assert_int_equal(desk_classify(&config, ensemble, text, strlen(text), &verdict), OK);
    assert_int_equal(verdict.places.count, 0);
    places_free(places);
}

/* Where a configuration names nothing it is the table that came with the program; where that is not either, it is said.
 */
static void places_that_are_not_there(void **state)
{
    (void)state;
    const struct config nowhere = {.places_path = CONFIG_DEFAULT_PLACES, .districts_path = "/nowhere/x.tsv"};
    struct places *places = NULL;
    struct fault fault = {0};
    assert_int_equal(desk_places_open(&nowhere, &places, &fault), E_IO);
    assert_null(places);
    assert_non_null(strstr(fault.text, "cannot read /"));
}

/* Runs behind the others: from here on what can be compared is told. */
static void what_may_join_an_incident(void **state)
{
    static const uint8_t key[SEAL_KEY_BYTES] = {5};
    static const struct {
        const char *sender, *body;
        bool joins;
    } texts[] = {
        {CITIZEN, "lubang besar di jalan depan pasar hayam wuruk", true},
        {CITIZEN, "ANONIM lubang besar di jalan depan pasar hayam wuruk", true},
        {CITIZEN, "RAHASIA lubang besar di jalan depan pasar hayam wuruk", false},
        {CITIZEN, "STATUS 1916449 lubang besar di jalan depan pasar", false},
        {CITIZEN, "lubang", false},
        {CITIZEN, "salut, apresiasi kepada petugas kebersihan alun alun kota", false},
        {CITIZEN, "Ini adalah balasan otomatis", false},
        {"+6281200000001", "lubang besar di jalan depan pasar hayam wuruk", false}, /* tries the line out */
    };
    struct config on = {.incidents = true}, off = {.incidents = false};
    struct seal *seal;
    (void)state;
    assert_int_equal(seal_from_bytes(key, &seal), OK);
    desk_compare(&off, seal, ensemble);
    desk_compare(&on, seal, NULL);
    assert_int_equal(decide(CITIZEN, "1708", texts[0].body).likeness_len, 0);
    desk_compare(&on, seal, ensemble);
    desk_compare(&on, seal, ensemble);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct verdict verdict = decide(texts[i].sender, "1708", texts[i].body);
        if ((verdict.likeness_len > 0) != texts[i].joins)
            fail_msg("%s", texts[i].body);
    }
    seal_close(seal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_becomes_a_ticket),
        cmocka_unit_test(every_own_shortcode_is_answered),
        cmocka_unit_test(what_the_envelope_forbids),
        cmocka_unit_test(senders_that_read_no_reply_still_open_a_ticket),
        cmocka_unit_test(machines_get_neither_ticket_nor_reply),
        cmocka_unit_test(empty_and_binary_are_told_so),
        cmocka_unit_test(emergencies_and_incomplete_sets_have_their_own_words),
        cmocka_unit_test(the_reply_is_in_the_citizens_language),
        cmocka_unit_test(what_is_received_unread_has_no_class_and_its_own_receipt),
        cmocka_unit_test(received_and_then_read_is_decided),
        cmocka_unit_test(what_was_received_is_classified_later),
        cmocka_unit_test(who_says_the_same_joins_but_not_who_tries_the_line_out),
        cmocka_unit_test(a_verdict_has_the_places_of_the_text),
        cmocka_unit_test(places_that_are_not_there),
        cmocka_unit_test(what_may_join_an_incident),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
