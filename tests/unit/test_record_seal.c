/* SPDX-License-Identifier: BSD-2-Clause */
/* Records at rest: what is secret is in the box and nowhere else, opens at its own place only, and goes on unopened. */
#include "record_seal.h"

#include "record.pb-c.h"
#include "record_fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef Aduan__Record__Message Message;
typedef Aduan__Record__Ticket Ticket;

static const uint8_t key_bytes[SEAL_KEY_BYTES] = {7};
static const struct record_place message_place = {&aduan__record__message__descriptor, "key", 3};
static const struct record_place ticket_place = {&aduan__record__ticket__descriptor, "key", 3};

static int open_seal(void **state)
{
    struct seal *seal;
    if (seal_from_bytes(key_bytes, &seal) != OK)
        return -1;
    *state = seal;
    return 0;
}

static int close_seal(void **state)
{
    seal_close(*state);
    return 0;
}

static ProtobufCBinaryData bytes(const char *text)
{
    return (ProtobufCBinaryData){strlen(text), (uint8_t *)text};
}

/* A value of exactly its size, so that the sanitizer sees a byte too many. */
static uint8_t *packed(const struct seal *seal, const struct record_place *place, const ProtobufCMessage *record,
                       size_t *len)
{
    struct record_packing packing;
    record_packing_init(&packing, record);
    uint8_t *value = malloc(packing.size);
    assert_int_equal(record_packing_write(&packing, seal, 1, place, value), OK);
    *len = packing.size;
    return value;
}

static ProtobufCMessage *opened(const struct seal *seal, const struct record_place *place, const uint8_t *value,
                                size_t len)
{
    uint8_t *whole = malloc(len + record_secret_len(place, value, len));
    memcpy(whole, value, len);
    assert_int_equal(record_open(seal, place, whole, &len), OK);
    ProtobufCMessage *record = protobuf_c_message_unpack(place->type, NULL, len, whole);
    assert_non_null(record);
    free(whole);
    return record;
}

static Message message(void)
{
    Message m = ADUAN__RECORD__MESSAGE__INIT;
    m.version = 1;
    m.uuid = bytes("0123456789abcdef");
    m.receiver = bytes("1708");
    m.body = bytes("rahasia body");
    m.udh = bytes("rahasia udh");
    m.meta_data = bytes("rahasia meta");
    m.text = bytes("rahasia text");
    m.sender = bytes("rahasia sender");
    m.reason = "blank";
    return m;
}

static void what_is_secret_is_in_the_box_only(void **state)
{
    const struct seal *seal = *state;
    const Message m = message();
    size_t len;
    uint8_t *value = packed(seal, &message_place, &m.base, &len);
    assert_null(memmem(value, len, "rahasia", 7));
    assert_non_null(memmem(value, len, "blank", 5));
    assert_true(record_is_sealed(&message_place, value, len));
    assert_int_equal(record_key_of(&message_place, value, len), 1);
    Message *back = (Message *)opened(seal, &message_place, value, len);
    assert_memory_equal(back->body.data, "rahasia body", 12);
    assert_memory_equal(back->udh.data, "rahasia udh", 11);
    assert_memory_equal(back->meta_data.data, "rahasia meta", 12);
    assert_memory_equal(back->text.data, "rahasia text", 12);
    assert_memory_equal(back->sender.data, "rahasia sender", 14);
    assert_memory_equal(back->receiver.data, "1708", 4);
    assert_string_equal(back->reason, "blank");
    assert_true(back->sealed.len > SEAL_OVERHEAD_BYTES);
    aduan__record__message__free_unpacked(back, NULL);
    free(value);
}

static void one_seal_an_opening_and_none_for_what_stays(void **state)
{
    struct seal *seal = *state;
    const Message m = message();
    size_t len, again_len;
    struct seal_count before = seal_counts(seal);
    uint8_t *value = packed(seal, &message_place, &m.base, &len);
    Message *closed = aduan__record__message__unpack(NULL, len, value);
    assert_int_equal(closed->body.len, 0);
    closed->ticket = 9;
    uint8_t *again = packed(seal, &message_place, &closed->base, &again_len);
    assert_int_equal(seal_counts(seal).sealed - before.sealed, 1);
    assert_int_equal(seal_counts(seal).opened - before.opened, 0);
    Message *back = (Message *)opened(seal, &message_place, again, again_len);
    assert_int_equal(back->ticket, 9);
    assert_memory_equal(back->text.data, "rahasia text", 12);
    /* opened, and written back as it was: the box is the same */
    uint8_t *third = packed(seal, &message_place, &back->base, &len);
    assert_int_equal(len, again_len);
    assert_memory_equal(third, again, len);
    assert_int_equal(seal_counts(seal).sealed - before.sealed, 1);
    /* changed */
    record_reseal(&back->base);
    record_set_bytes(&back->text, "lain", 4);
    free(third);
    third = packed(seal, &message_place, &back->base, &len);
    assert_int_equal(seal_counts(seal).sealed - before.sealed, 2);
    aduan__record__message__free_unpacked(back, NULL);
    back = (Message *)opened(seal, &message_place, third, len);
    assert_memory_equal(back->text.data, "lain", 4);
    assert_memory_equal(back->body.data, "rahasia body", 12);
    aduan__record__message__free_unpacked(back, NULL);
    aduan__record__message__free_unpacked(closed, NULL);
    free(value);
    free(again);
    free(third);
}

static void strings_and_lists_are_sealed_too(void **state)
{
    const struct seal *seal = *state;
    Ticket t = ADUAN__RECORD__TICKET__INIT;
    Aduan__Record__Note note = ADUAN__RECORD__NOTE__INIT, *notes[] = {&note, &note};
    Aduan__Record__Place place = ADUAN__RECORD__PLACE__INIT, *places[] = {&place};
    static char text[200];
    size_t len;
    memset(text, 'x', sizeof text);
    note.actor = "siti";
    place.kind = "rt_rw";
    place.name = "rahasia place";
    place.rt = 3;
    note.text = (ProtobufCBinaryData){sizeof text, (uint8_t *)text};
    t.version = 1;
    t.id = 1000015;
    t.why = "rahasia why";
    t.note = notes;
    t.n_note = 2;
    t.place = places;
    t.n_place = 1;
    uint8_t *value = packed(seal, &ticket_place, &t.base, &len);
    assert_null(memmem(value, len, "rahasia", 7));
    assert_null(memmem(value, len, "siti", 4));
    assert_null(memmem(value, len, "rt_rw", 5));
    assert_null(memmem(value, len, "xxxx", 4));
    Ticket *back = (Ticket *)opened(seal, &ticket_place, value, len);
    assert_int_equal(back->id, 1000015);
    assert_string_equal(back->why, "rahasia why");
    assert_int_equal(back->n_note, 2);
    assert_int_equal(back->note[1]->text.len, sizeof text);
    assert_int_equal(back->n_place, 1);
    assert_string_equal(back->place[0]->name, "rahasia place");
    assert_int_equal(back->place[0]->rt, 3);
    aduan__record__ticket__free_unpacked(back, NULL);
    assert_int_equal(t.n_note, 2); /* the record itself is as it was */
    assert_string_equal(t.why, "rahasia why");
    free(value);
}

static void without_secrets_there_is_no_box(void **state)
{
    const struct seal *seal = *state;
    Ticket t = ADUAN__RECORD__TICKET__INIT;
    Aduan__Record__Event event = ADUAN__RECORD__EVENT__INIT;
    const struct record_place event_place = {&aduan__record__event__descriptor, "key", 3};
    size_t len;
    t.version = event.version = 1;
    event.detail = "delivered";
    uint8_t *value = packed(seal, &ticket_place, &t.base, &len);
    assert_false(record_is_sealed(&ticket_place, value, len));
    assert_int_equal(record_secret_len(&ticket_place, value, len), 0);
    assert_int_equal(record_key_of(&ticket_place, value, len), 0);
    assert_int_equal(record_rekey(seal, 1, &ticket_place, value, len), OK);
    protobuf_c_message_free_unpacked(opened(seal, &ticket_place, value, len), NULL);
    free(value);
    value = packed(seal, &event_place, &event.base, &len);
    assert_non_null(memmem(value, len, "delivered", 9));
    assert_false(record_is_sealed(&event_place, value, len));
    record_reseal(&event.base); /* has no box to drop */
    free(value);
}

static void a_box_opens_in_its_own_place_only(void **state)
{
    const struct seal *seal = *state;
    const Message m = message();
    static const struct record_place others[] = {
        {&aduan__record__message__descriptor, "kez", 3},
        {&aduan__record__message__descriptor, "key0", 4},
        {&aduan__record__ticket__descriptor, "key", 3},
    };
    size_t len;
    uint8_t *value = packed(seal, &message_place, &m.base, &len);
    uint8_t *whole = malloc(2 * len);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        size_t whole_len = len;
        memcpy(whole, value, len);
        assert_int_equal(record_open(seal, &others[i], whole, &whole_len), E_CORRUPT);
        assert_int_equal(whole_len, len);
        assert_int_equal(record_rekey(seal, 1, &others[i], whole, len), E_CORRUPT);
        assert_memory_equal(whole, value, len);
    }
    free(whole);
    free(value);
}

/* Every byte changed, every length: an error or the same words, and never a byte outside. */
static void damage_is_seen(void **state)
{
    const struct seal *seal = *state;
    const Message m = message();
    size_t len;
    uint8_t *value = packed(seal, &message_place, &m.base, &len);
    for (size_t at = 0; at < 2 * len; at++) {
        size_t cut = at < len ? len : at - len, got = cut;
        size_t secret = 0;
        uint8_t *copy = malloc(cut + 1);
        memcpy(copy, value, cut);
        if (at < len)
            copy[at] ^= 0x55;
        secret = record_secret_len(&message_place, copy, cut);
        copy = realloc(copy, cut + secret + 1);
        int err = record_open(seal, &message_place, copy, &got);
        assert_true(err == OK || err == E_CORRUPT || err == E_KEY);
        if (err == OK && got > cut)
            assert_non_null(memmem(copy + cut, got - cut, "rahasia body", 12));
        free(copy);
    }
    free(value);
}

static void what_stands_behind_a_box_makes_it_none(void **state)
{
    const struct seal *seal = *state;
    const Message m = message();
    size_t len;
    uint8_t *value = packed(seal, &message_place, &m.base, &len);
    uint8_t *longer = malloc(2 * len);
    memcpy(longer, value, len);
    longer[len] = 1 << 3;
    longer[len + 1] = 1;
    size_t longer_len = len + 2;
    assert_true(record_is_sealed(&message_place, longer, longer_len));
    assert_int_equal(record_secret_len(&message_place, longer, longer_len), 0);
    assert_int_equal(record_open(seal, &message_place, longer, &longer_len), E_CORRUPT);
    free(longer);
    free(value);
}

static void a_key_that_is_not_there_is_said(void **state)
{
    const struct seal *seal = *state;
    const Message m = message();
    struct record_packing packing;
    size_t len;
    record_packing_init(&packing, &m.base);
    uint8_t *value = malloc(packing.size);
    assert_int_equal(record_packing_write(&packing, seal, 2, &message_place, value), E_KEY);
    free(value);
    value = packed(seal, &message_place, &m.base, &len);
    assert_int_equal(record_rekey(seal, 2, &message_place, value, len), E_KEY);
    uint8_t *before = malloc(len);
    memcpy(before, value, len);
    assert_int_equal(record_rekey(seal, 1, &message_place, value, len), OK);
    assert_memory_not_equal(before, value, len);
    Message *back = (Message *)opened(seal, &message_place, value, len);
    assert_memory_equal(back->text.data, "rahasia text", 12);
    aduan__record__message__free_unpacked(back, NULL);
    free(before);
    free(value);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_seal, close_seal)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_secret_is_in_the_box_only),      TEST(one_seal_an_opening_and_none_for_what_stays),
        TEST(strings_and_lists_are_sealed_too),       TEST(without_secrets_there_is_no_box),
        TEST(a_box_opens_in_its_own_place_only),      TEST(damage_is_seen),
        TEST(what_stands_behind_a_box_makes_it_none), TEST(a_key_that_is_not_there_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
