/* SPDX-License-Identifier: BSD-2-Clause */
/* record_scan() against protobuf-c itself: the same fields, the same refusals, on whole records and on broken ones. */
#include "record_fields.h"
#include "record_scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef Aduan__Record__Event Event;
typedef Aduan__Record__Ticket Ticket;

static ProtobufCBinaryData bytes_of(const char *text)
{
    return (ProtobufCBinaryData){strlen(text), (uint8_t *)text};
}

static Event full_event(void)
{
    Event event = ADUAN__RECORD__EVENT__INIT;
    event.version = 1;
    event.sequence = UINT64_MAX;
    event.at_us = 1800000000000000u;
    event.kind = EVENT_KIND(REPLY_FAILED);
    event.ticket = 10000150;
    event.message_key = bytes_of("01234567890123456789");
    event.reply_id = bytes_of("0123456789abcdef");
    event.shortcode = "1708";
    event.type = "pengaduan";
    event.category = "";
    event.agency = "dpupr";
    event.state = TICKET_STATE(ASSIGNED);
    event.state_before = TICKET_STATE(VERIFIED);
    event.actor = "sari";
    event.detail = "jalan ← berlubang";
    return event;
}

static uint8_t *packed(const ProtobufCMessage *message, size_t *len)
{
    *len = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = malloc(*len + 1);
    protobuf_c_message_pack(message, bytes);
    bytes[*len] = 0xee;
    return bytes;
}

static void assert_same_bytes(const ProtobufCBinaryData *a, const ProtobufCBinaryData *b)
{
    assert_int_equal(a->len, b->len);
    assert_true(a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static void assert_same_event(const Event *a, const Event *b)
{
    assert_true(a->version == b->version && a->sequence == b->sequence && a->at_us == b->at_us && a->kind == b->kind);
    assert_true(a->ticket == b->ticket && a->state == b->state && a->state_before == b->state_before);
    assert_same_bytes(&a->message_key, &b->message_key);
    assert_same_bytes(&a->reply_id, &b->reply_id);
    assert_string_equal(a->shortcode, b->shortcode);
    assert_string_equal(a->type, b->type);
    assert_string_equal(a->category, b->category);
    assert_string_equal(a->agency, b->agency);
    assert_string_equal(a->actor, b->actor);
    assert_string_equal(a->detail, b->detail);
}

static void an_event_is_read_as_it_was_written(void **state)
{
    Event event = full_event(), found = ADUAN__RECORD__EVENT__INIT, none = ADUAN__RECORD__EVENT__INIT;
    size_t len;
    (void)state;
    uint8_t *bytes = packed(&event.base, &len);
    assert_true(record_scan(bytes, len, &found.base));
    assert_same_event(&found, &event);
    free(bytes);
    aduan__record__event__init(&found);
    assert_true(record_scan((uint8_t[]){0}, 0, &found.base));
    assert_same_event(&found, &none);
}

static void a_ticket_is_read_without_what_repeats(void **state)
{
    Ticket ticket = ADUAN__RECORD__TICKET__INIT, found = ADUAN__RECORD__TICKET__INIT;
    Aduan__Record__Note note = ADUAN__RECORD__NOTE__INIT, *notes[] = {&note, &note};
    uint64_t replies[] = {1, UINT64_MAX};
    size_t len;
    (void)state;
    note.actor = "sari";
    ticket.version = 1;
    ticket.id = 10000150;
    ticket.category = "jalan";
    ticket.text = bytes_of("lampu\0mati");
    ticket.incomplete = true;
    ticket.n_note = 2;
    ticket.note = notes;
    ticket.n_reply = 2;
    ticket.reply = replies;
    ticket.language = "id";
    ticket.replies = 300;
    uint8_t *bytes = packed(&ticket.base, &len);
    assert_true(record_scan(bytes, len, &found.base));
    assert_true(found.id == ticket.id && found.incomplete && found.replies == 300);
    assert_true(found.n_note == 0 && found.n_reply == 0);
    assert_string_equal(found.category, "jalan");
    assert_string_equal(found.language, "id");
    assert_same_bytes(&found.text, &ticket.text);
    free(bytes);
}

/* Whatever is read must be what protobuf-c reads of the same bytes; a refusal there may be one here, and never a crash.
 */
static void check_broken(const uint8_t *broken, size_t len)
{
    uint8_t *copy = malloc(len + 1);
    Event found = ADUAN__RECORD__EVENT__INIT;
    memcpy(copy, broken, len);
    bool good = record_scan(copy, len, &found.base);
    Event *theirs = aduan__record__event__unpack(NULL, len, broken);
    if (good && theirs)
        assert_same_event(&found, theirs);
    aduan__record__event__free_unpacked(theirs, NULL);
    free(copy);
}

static void broken_bytes_are_no_crash(void **state)
{
    Event event = full_event();
    size_t len;
    unsigned seed = 7;
    (void)state;
    uint8_t *bytes = packed(&event.base, &len);
    for (size_t cut = 0; cut < len; cut++)
        check_broken(bytes, cut);
    for (int i = 0; i < 20000; i++) {
        uint8_t *broken = malloc(len);
        memcpy(broken, bytes, len);
        for (int k = 0; k < 3; k++)
            broken[(size_t)rand_r(&seed) % len] = (uint8_t)rand_r(&seed);
        check_broken(broken, len);
        free(broken);
    }
    free(bytes);
}

static void what_is_not_of_the_schema(void **state)
{
    Event found = ADUAN__RECORD__EVENT__INIT;
    uint8_t unknown[] = {0xa0, 0x06, 5, 0xaa, 0x06, 1, 'x', 0x08, 1, 0}, fixed[] = {0x0d, 1, 2, 3, 4, 0},
            varint_string[] = {0x40, 5, 0}, bytes_number[] = {0x0a, 1, 'x', 0}, endless[] = {0x08, 0xff, 0xff, 0},
            tag_only[] = {0x88, 0}, too_long[] = {0x42, 9, 'x', 0};
    (void)state;
    assert_true(record_scan(unknown, sizeof unknown - 1, &found.base) && found.version == 1);
    assert_false(record_scan(fixed, sizeof fixed - 1, &found.base));
    assert_false(record_scan(varint_string, sizeof varint_string - 1, &found.base));
    assert_false(record_scan(bytes_number, sizeof bytes_number - 1, &found.base));
    assert_false(record_scan(endless, sizeof endless - 1, &found.base));
    assert_false(record_scan(tag_only, sizeof tag_only - 1, &found.base));
    assert_false(record_scan(too_long, sizeof too_long - 1, &found.base));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_is_read_as_it_was_written),
        cmocka_unit_test(a_ticket_is_read_without_what_repeats),
        cmocka_unit_test(broken_bytes_are_no_crash),
        cmocka_unit_test(what_is_not_of_the_schema),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
