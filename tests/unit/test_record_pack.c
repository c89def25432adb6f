/* SPDX-License-Identifier: BSD-2-Clause */
/* Records are packed byte for byte as protobuf-c packs them, whatever is in them. */
#include "record_pack.h"

#include "record.pb-c.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const ProtobufCMessageDescriptor *const types[] = {
    &aduan__record__message__descriptor,    &aduan__record__part_set__descriptor,
    &aduan__record__part__descriptor,       &aduan__record__ticket__descriptor,
    &aduan__record__reply__descriptor,      &aduan__record__event__descriptor,
    &aduan__record__incident__descriptor,   &aduan__record__identity__descriptor,
    &aduan__record__quarantine__descriptor, &aduan__record__integrator__descriptor,
    &aduan__record__cursor__descriptor,
};

static char letters[5001];
static uint64_t numbers[40];

static void same_bytes(const ProtobufCMessage *record)
{
    size_t len = protobuf_c_message_get_packed_size(record);
    uint8_t *expected = malloc(len + 1);
    struct record_bytes bytes;
    protobuf_c_message_pack(record, expected);
    record_bytes_init(&bytes);
    record_pack(&bytes, record, UINT64_MAX);
    assert_int_equal(bytes.len, len);
    assert_memory_equal(bytes.data, expected, len);
    record_bytes_done(&bytes);
    free(expected);
}

/* A member set to something of about that size. */
static void fill(const ProtobufCFieldDescriptor *field, ProtobufCMessage *record, unsigned size)
{
    static Aduan__Record__Note note;
    static Aduan__Record__Correction correction;
    static Aduan__Record__Place place;
    static ProtobufCMessage *list[3];
    void *member = (char *)record + field->offset;
    uint64_t number = size == 0 ? 0 : (1ull << (size % 64)) + size;
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        aduan__record__note__init(&note);
        note.actor = "sari";
        note.at_us = number;
        aduan__record__correction__init(&correction);
        aduan__record__place__init(&place);
        place.score = 99;
        const ProtobufCMessageDescriptor *type = field->descriptor;
        ProtobufCMessage *one = type == note.base.descriptor         ? &note.base
                                : type == correction.base.descriptor ? &correction.base
                                                                     : &place.base;
        size_t count = size % 4;
        list[0] = list[1] = list[2] = one;
        const void *items = field->type == PROTOBUF_C_TYPE_MESSAGE ? (const void *)list : numbers;
        memcpy(member, &items, sizeof items);
        memcpy((char *)record + field->quantifier_offset, &count, sizeof count);
        return;
    }
    switch (field->type) {
    case PROTOBUF_C_TYPE_UINT64:
        memcpy(member, &number, 8);
        return;
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_SINT32:
        memcpy(member, &(uint32_t){(uint32_t)(number * 2654435761u)}, 4);
        return;
    case PROTOBUF_C_TYPE_ENUM:
        memcpy(member, &(uint32_t){size % 10}, 4);
        return;
    case PROTOBUF_C_TYPE_BOOL:
        memcpy(member, &(protobuf_c_boolean){size & 1}, sizeof(protobuf_c_boolean));
        return;
    case PROTOBUF_C_TYPE_STRING:
        memcpy(member, &(char *){letters + sizeof letters - 1 - size}, sizeof(char *));
        return;
    case PROTOBUF_C_TYPE_BYTES:
        memcpy(member, &(ProtobufCBinaryData){size, (uint8_t *)letters}, sizeof(ProtobufCBinaryData));
        return;
    default:
        fail_msg("field %s is of a kind that record_pack() does not know", field->name);
    }
}

static void every_field_of_every_record(void **state)
{
    (void)state;
    static const unsigned sizes[] = {0, 1, 7, 63, 127, 128, 300, 5000};
    union {
        max_align_t align;
        char bytes[1024];
    } room;
    ProtobufCMessage *record = (ProtobufCMessage *)(void *)room.bytes;
    for (size_t t = 0; t < sizeof types / sizeof types[0]; t++) {
        assert_true(types[t]->sizeof_message <= sizeof room && types[t]->n_fields <= 64);
        for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
            types[t]->message_init(record);
            same_bytes(record);
            for (unsigned i = 0; i < types[t]->n_fields; i++) {
                fill(&types[t]->fields[i], record, sizes[s]);
                same_bytes(record); /* one after the other, until all are there */
            }
        }
    }
}

static void a_part_of_the_fields(void **state)
{
    (void)state;
    Aduan__Record__Note note = ADUAN__RECORD__NOTE__INIT;
    struct record_bytes bytes;
    note.at_us = 1;
    note.actor = "a";
    note.verb = "b";
    record_bytes_init(&bytes);
    record_pack(&bytes, &note.base, 1 << 1);
    assert_int_equal(bytes.len, 3);
    assert_memory_equal(bytes.data,
                        "\x12\x01"
                        "a",
                        3);
    record_pack(&bytes, &note.base, 1 << 2); /* appends */
    assert_int_equal(bytes.len, 6);
    record_bytes_done(&bytes);
    assert_int_equal(bytes.len, 0);
}

static int fill_constants(void **state)
{
    (void)state;
    memset(letters, 'x', sizeof letters - 1);
    for (size_t i = 0; i < 40; i++)
        numbers[i] = 1ull << (i * 63 / 39);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_of_every_record),
        cmocka_unit_test(a_part_of_the_fields),
    };
    return cmocka_run_group_tests(tests, fill_constants, NULL);
}
