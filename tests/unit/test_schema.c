/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Properties of every message of every schema, for random instances made from the descriptors: encode → decode is the
 * identity; what is cut off or flipped is refused or decodes to something that is stable, and takes memory in
 * proportion to its bytes. The seed is fixed, so a failure repeats; ADUAN_TEST_SEED sets another.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "feed.pb-c.h"
#include "frame.h"
#include "record.pb-c.h"
#include "wire.pb-c.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INSTANCES = 60, FLIPS = 400, MEMORY_BASE = 8192 };

static const ProtobufCMessageDescriptor *const schemas[] = {
    &aduan__wire__hello__descriptor,
    &aduan__wire__welcome__descriptor,
    &aduan__wire__ping__descriptor,
    &aduan__wire__sms__descriptor,
    &aduan__wire__batch__descriptor,
    &aduan__wire__ack__descriptor,
    &aduan__wire__mt__descriptor,
    &aduan__wire__submit__descriptor,
    &aduan__wire__submit_result__descriptor,
    &aduan__wire__results__descriptor,
    &aduan__wire__report__descriptor,
    &aduan__wire__reports__descriptor,
    &aduan__wire__bye__descriptor,
    &aduan__wire__refused__descriptor,
    &aduan__wire__status__descriptor,
    &aduan__wire__link__descriptor,
    &aduan__wire__counter__descriptor,
    &aduan__record__message__descriptor,
    &aduan__record__part_set__descriptor,
    &aduan__record__part__descriptor,
    &aduan__record__ticket__descriptor,
    &aduan__record__note__descriptor,
    &aduan__record__correction__descriptor,
    &aduan__record__reply__descriptor,
    &aduan__record__event__descriptor,
    &aduan__record__incident__descriptor,
    &aduan__record__identity__descriptor,
    &aduan__record__quarantine__descriptor,
    &aduan__feed__v1__event__descriptor,
    &aduan__feed__v1__sms_received__descriptor,
    &aduan__feed__v1__ticket_opened__descriptor,
    &aduan__feed__v1__ticket_classified__descriptor,
    &aduan__feed__v1__ticket_state__descriptor,
    &aduan__feed__v1__ticket_assigned__descriptor,
    &aduan__feed__v1__ticket_note__descriptor,
    &aduan__feed__v1__ticket_joined__descriptor,
    &aduan__feed__v1__ticket_corrected__descriptor,
    &aduan__feed__v1__incident_changed__descriptor,
    &aduan__feed__v1__reply_progress__descriptor,
    &aduan__feed__v1__sms_quarantined__descriptor,
};
enum { SCHEMAS = sizeof schemas / sizeof schemas[0] };

static const struct {
    enum frame_type type;
    const ProtobufCMessageDescriptor *body;
} frames[] = {
    {FRAME_HELLO, &aduan__wire__hello__descriptor},     {FRAME_WELCOME, &aduan__wire__welcome__descriptor},
    {FRAME_PING, &aduan__wire__ping__descriptor},       {FRAME_BATCH, &aduan__wire__batch__descriptor},
    {FRAME_ACK, &aduan__wire__ack__descriptor},         {FRAME_SUBMIT, &aduan__wire__submit__descriptor},
    {FRAME_RESULTS, &aduan__wire__results__descriptor}, {FRAME_REPORTS, &aduan__wire__reports__descriptor},
    {FRAME_BYE, &aduan__wire__bye__descriptor},         {FRAME_REFUSED, &aduan__wire__refused__descriptor},
    {FRAME_STATUS, &aduan__wire__status__descriptor},
};

/* --- a seeded generator (splitmix64) ------------------------------------------------------------------------- */

static uint64_t seed = 20261121;

static uint64_t draw(void)
{
    uint64_t z = seed += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static size_t below(size_t n)
{
    return (size_t)(draw() % n);
}

/* Small numbers, large ones and the edges of varints are equally likely. */
static uint64_t draw_number(void)
{
    static const uint64_t edges[] = {0, 1, 127, 128, 16383, 16384, INT32_MAX, UINT32_MAX, INT64_MAX, UINT64_MAX};
    return below(2) ? edges[below(sizeof edges / sizeof edges[0])] : draw() >> below(64);
}

static char *draw_string(bool named)
{
    static const char *const pieces[] = {"a", "classifier.1", "é", "世", "😀", " ", "_"};
    char *out = calloc(1, 256);
    for (size_t n = below(8) + named, k = 0; k < n; k++)
        if (strlen(out) < 48)
            strcat(out, pieces[below(sizeof pieces / sizeof pieces[0])]);
    return out;
}

static bool is_id(const char *name)
{
    return strcmp(name, "uuid") == 0 || strcmp(name, "life") == 0 || strcmp(name, "reply_id") == 0;
}

static bool is_name(const char *name)
{
    return strcmp(name, "name") == 0 || strcmp(name, "role") == 0 || strcmp(name, "box") == 0;
}

static ProtobufCMessage *draw_message(const ProtobufCMessageDescriptor *type);

/* Keeps what a frame demands (ids of 16 bytes, names, credit), so that the same instances go through frame_decode(). */
static void draw_value(const ProtobufCFieldDescriptor *field, void *at)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        *(char **)at = draw_string(is_name(field->name));
        break;
    case PROTOBUF_C_TYPE_BYTES: {
        ProtobufCBinaryData *bytes = at;
        bytes->len = is_id(field->name) ? 16 : below(3) ? below(24) : below(400);
        bytes->data = bytes->len ? malloc(bytes->len) : NULL;
        for (size_t i = 0; i < bytes->len; i++)
            bytes->data[i] = (uint8_t)draw();
        break;
    }
    case PROTOBUF_C_TYPE_MESSAGE:
        *(ProtobufCMessage **)at = draw_message(field->descriptor);
        break;
    case PROTOBUF_C_TYPE_BOOL:
        *(protobuf_c_boolean *)at = (protobuf_c_boolean)below(2);
        break;
    case PROTOBUF_C_TYPE_UINT64:
        *(uint64_t *)at = draw_number();
        break;
    default: /* uint32, sint32, enum: 4 bytes each */
        *(uint32_t *)at = strcmp(field->name, "credit") == 0 ? 1 + (uint32_t)below(100000) : (uint32_t)draw_number();
    }
}

static size_t value_bytes(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_UINT64:
        return sizeof(uint64_t);
    case PROTOBUF_C_TYPE_BOOL:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_ENUM:
        return sizeof(uint32_t);
    default:
        fail_msg("a type of field that this test does not know yet: %d", (int)type);
        return 0;
    }
}

static ProtobufCMessage *draw_message(const ProtobufCMessageDescriptor *type)
{
    ProtobufCMessage *message = calloc(1, type->sizeof_message);
    protobuf_c_message_init(type, message);
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        uint8_t *at = (uint8_t *)message + field->offset;
        uint8_t *quantifier = (uint8_t *)message + field->quantifier_offset;
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            size_t n = below(5), step = value_bytes(field->type);
            uint8_t *items = n ? calloc(n, step) : NULL;
            for (size_t k = 0; k < n; k++)
                draw_value(field, items + k * step);
            *(uint8_t **)at = items;
            *(size_t *)quantifier = n;
        } else if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
            if (*(uint32_t *)quantifier == 0 && below(4) == 0) {
                *(uint32_t *)quantifier = field->id;
                draw_value(field, at);
            }
        } else {
            draw_value(field, at);
        }
    }
    return message;
}

static uint8_t *pack(const ProtobufCMessage *message, size_t *len)
{
    *len = protobuf_c_message_get_packed_size(message);
    uint8_t *data = malloc(*len + 1); /* exact but for the empty one: ASan sees any over-read */
    data = realloc(data, *len ? *len : 1);
    assert_int_equal(protobuf_c_message_pack(message, data), *len);
    return data;
}

/* --- equality, field by field ---------------------------------------------------------------------------------- */

static bool same(const ProtobufCMessage *a, const ProtobufCMessage *b);

static bool same_value(const ProtobufCFieldDescriptor *field, const void *a, const void *b)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        return strcmp(*(char *const *)a, *(char *const *)b) == 0;
    case PROTOBUF_C_TYPE_BYTES: {
        const ProtobufCBinaryData *x = a, *y = b;
        return x->len == y->len && (x->len == 0 || memcmp(x->data, y->data, x->len) == 0);
    }
    case PROTOBUF_C_TYPE_MESSAGE:
        return same(*(ProtobufCMessage *const *)a, *(ProtobufCMessage *const *)b);
    default:
        return memcmp(a, b, value_bytes(field->type)) == 0;
    }
}

static bool same(const ProtobufCMessage *a, const ProtobufCMessage *b)
{
    const ProtobufCMessageDescriptor *type = a->descriptor;
    if (b->descriptor != type)
        return false;
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        const uint8_t *x = (const uint8_t *)a + field->offset, *y = (const uint8_t *)b + field->offset;
        const uint8_t *qx = (const uint8_t *)a + field->quantifier_offset;
        const uint8_t *qy = (const uint8_t *)b + field->quantifier_offset;
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            size_t n = *(const size_t *)qx, step = value_bytes(field->type);
            if (n != *(const size_t *)qy)
                return false;
            for (size_t k = 0; k < n; k++)
                if (!same_value(field, *(const uint8_t *const *)x + k * step, *(const uint8_t *const *)y + k * step))
                    return false;
        } else if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
            if (*(const uint32_t *)qx != *(const uint32_t *)qy)
                return false;
            if (*(const uint32_t *)qx == field->id && !same_value(field, x, y))
                return false;
        } else if (!same_value(field, x, y)) {
            return false;
        }
    }
    return true;
}

/* --- decoding with an eye on memory ---------------------------------------------------------------------------- */

static void *counted_alloc(void *sum, size_t size)
{
    *(size_t *)sum += size;
    return malloc(size);
}

static void counted_free(void *sum, void *memory)
{
    (void)sum;
    free(memory);
}

static size_t largest_message(void)
{
    size_t largest = 0;
    for (size_t i = 0; i < SCHEMAS; i++)
        largest = schemas[i]->sizeof_message > largest ? schemas[i]->sizeof_message : largest;
    return largest;
}

static ProtobufCMessage *unpack(const ProtobufCMessageDescriptor *type, const uint8_t *data, size_t len)
{
    size_t taken = 0;
    ProtobufCAllocator allocator = {counted_alloc, counted_free, &taken};
    ProtobufCMessage *message = protobuf_c_message_unpack(type, &allocator, len, data);
    /* Two bytes open an empty inner message; nothing may cost more than that. */
    assert_true(taken <= MEMORY_BASE + len * largest_message());
    return message;
}

/* libprotobuf-c reads field numbers that protobuf does not have (0, 2^29 and above) as unknown fields, and writes them
 * so that nobody can read them. frame_decode() refuses them; a record is never written anew with them. */
static bool impossible_number(const ProtobufCMessage *message)
{
    for (unsigned i = 0; i < message->n_unknown_fields; i++)
        if (message->unknown_fields[i].tag == 0 || message->unknown_fields[i].tag >= 1u << 29)
            return true;
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        const uint8_t *at = (const uint8_t *)message + field->offset;
        const uint8_t *quantifier = (const uint8_t *)message + field->quantifier_offset;
        bool one = (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) && *(const uint32_t *)quantifier == field->id;
        size_t n = field->label == PROTOBUF_C_LABEL_REPEATED ? *(const size_t *)quantifier : one;
        if (field->type != PROTOBUF_C_TYPE_MESSAGE || n == 0)
            continue;
        ProtobufCMessage *const *items = one ? (ProtobufCMessage *const *)at : *(ProtobufCMessage *const *const *)at;
        for (size_t k = 0; k < n; k++)
            if (impossible_number(items[k]))
                return true;
    }
    return false;
}

/* Refused, or something that survives another round unchanged. */
static void refused_or_stable(const ProtobufCMessageDescriptor *type, const uint8_t *data, size_t len)
{
    ProtobufCMessage *first = unpack(type, data, len), *second;
    uint8_t *again;
    size_t again_len;
    if (!first || impossible_number(first)) {
        protobuf_c_message_free_unpacked(first, NULL);
        return;
    }
    again = pack(first, &again_len);
    second = unpack(type, again, again_len);
    assert_non_null(second);
    assert_true(same(first, second));
    protobuf_c_message_free_unpacked(first, NULL);
    protobuf_c_message_free_unpacked(second, NULL);
    free(again);
}

static void frame_refused_or_valid(enum frame_type type, const uint8_t *data, size_t len)
{
    ProtobufCMessage *body = NULL;
    if (frame_decode(type, data, len, &body) != FRAME_OK) {
        assert_null(body);
        return;
    }
    uint8_t *again;
    size_t again_len;
    ProtobufCMessage *second;
    assert_int_equal(frame_encode(body, &again, &again_len), FRAME_OK);
    assert_int_equal(frame_decode(type, again, again_len, &second), FRAME_OK);
    assert_true(same(body, second));
    frame_body_free(body);
    frame_body_free(second);
    free(again);
}

/* --- properties ------------------------------------------------------------------------------------------------ */

static void encode_decode_is_the_identity(void **state)
{
    (void)state;
    for (size_t s = 0; s < SCHEMAS; s++) {
        for (int i = 0; i < INSTANCES; i++) {
            size_t len;
            ProtobufCMessage *message = draw_message(schemas[s]);
            uint8_t *data = pack(message, &len);
            ProtobufCMessage *back = unpack(schemas[s], data, len);
            assert_non_null(back);
            assert_true(same(message, back));
            assert_int_equal(back->n_unknown_fields, 0);
            protobuf_c_message_free_unpacked(message, NULL);
            protobuf_c_message_free_unpacked(back, NULL);
            free(data);
        }
    }
}

/* The comparison itself must be able to fail: two instances that differ in one field are not the same. */
static void the_comparison_can_fail(void **state)
{
    (void)state;
    for (size_t s = 0; s < SCHEMAS; s++) {
        if (schemas[s]->n_fields == 0)
            continue;
        ProtobufCMessage *a = draw_message(schemas[s]);
        bool differed = false;
        for (int i = 0; i < 200 && !differed; i++) {
            ProtobufCMessage *b = draw_message(schemas[s]);
            differed = !same(a, b);
            protobuf_c_message_free_unpacked(b, NULL);
        }
        protobuf_c_message_free_unpacked(a, NULL);
        assert_true(differed);
    }
}

static void every_frame_body_is_accepted(void **state)
{
    (void)state;
    for (size_t f = 0; f < sizeof frames / sizeof frames[0]; f++) {
        for (int i = 0; i < INSTANCES; i++) {
            size_t len;
            uint8_t *data;
            ProtobufCMessage *message = draw_message(frames[f].body), *back;
            assert_int_equal(frame_encode(message, &data, &len), FRAME_OK);
            assert_int_equal(frame_decode(frames[f].type, data, len, &back), FRAME_OK);
            assert_true(same(message, back));
            frame_body_free(back);
            protobuf_c_message_free_unpacked(message, NULL);
            free(data);
        }
    }
    assert_int_equal(sizeof frames / sizeof frames[0], FRAME_TYPE_END - FRAME_HELLO);
}

/* A copy of exactly `len` bytes, so that reading one more is seen. */
static uint8_t *exact_copy(const uint8_t *data, size_t len)
{
    uint8_t *copy = malloc(len ? len : 1);
    memcpy(copy, data, len);
    return copy;
}

static void truncations(void **state)
{
    (void)state;
    for (size_t s = 0; s < SCHEMAS; s++) {
        size_t len;
        ProtobufCMessage *message = draw_message(schemas[s]);
        uint8_t *data = pack(message, &len);
        for (size_t cut = 0; cut < len; cut++) {
            uint8_t *copy = exact_copy(data, cut);
            refused_or_stable(schemas[s], copy, cut);
            for (size_t f = 0; f < sizeof frames / sizeof frames[0]; f++)
                if (frames[f].body == schemas[s])
                    frame_refused_or_valid(frames[f].type, copy, cut);
            free(copy);
        }
        protobuf_c_message_free_unpacked(message, NULL);
        free(data);
    }
}

static void bit_flips(void **state)
{
    (void)state;
    for (size_t s = 0; s < SCHEMAS; s++) {
        size_t len;
        ProtobufCMessage *message = draw_message(schemas[s]);
        uint8_t *data = pack(message, &len);
        for (size_t i = 0; len > 0 && i < FLIPS; i++) {
            uint8_t *copy = exact_copy(data, len);
            for (size_t n = 1 + below(3); n > 0; n--)
                copy[below(len)] ^= (uint8_t)(1u << below(8));
            refused_or_stable(schemas[s], copy, len);
            for (size_t f = 0; f < sizeof frames / sizeof frames[0]; f++)
                if (frames[f].body == schemas[s])
                    frame_refused_or_valid(frames[f].type, copy, len);
            free(copy);
        }
        protobuf_c_message_free_unpacked(message, NULL);
        free(data);
    }
}

static void random_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < 4000; i++) {
        size_t len = below(120);
        uint8_t *data = malloc(len + 1);
        for (size_t k = 0; k < len; k++)
            data[k] = (uint8_t)draw();
        refused_or_stable(schemas[i % SCHEMAS], data, len);
        frame_refused_or_valid(frames[i % (sizeof frames / sizeof frames[0])].type, data, len);
        free(data);
    }
}

/* Bodies whose lengths lie: a few bytes that claim gigabytes. */
static void lengths_that_lie(void **state)
{
    (void)state;
    static const uint8_t claims[][12] = {
        {0x0a, 0xff, 0xff, 0xff, 0xff, 0x07},
        {0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f},
        {0x0a, 0x80, 0x80, 0x80, 0x80, 0x80},
        {0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01},
        {0x0a, 0x7f},
        {0x0a},
        {0x0b},
        {0x00},
        {0x07},
    };
    for (size_t c = 0; c < sizeof claims / sizeof claims[0]; c++)
        for (size_t len = 0; len <= sizeof claims[c]; len++) {
            uint8_t *copy = exact_copy(claims[c], len);
            for (size_t s = 0; s < SCHEMAS; s++)
                refused_or_stable(schemas[s], copy, len);
            for (size_t f = 0; f < sizeof frames / sizeof frames[0]; f++)
                frame_refused_or_valid(frames[f].type, copy, len);
            free(copy);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encode_decode_is_the_identity),
        cmocka_unit_test(the_comparison_can_fail),
        cmocka_unit_test(every_frame_body_is_accepted),
        cmocka_unit_test(truncations),
        cmocka_unit_test(bit_flips),
        cmocka_unit_test(random_bytes),
        cmocka_unit_test(lengths_that_lie),
    };
    const char *given = getenv("ADUAN_TEST_SEED");
    if (given)
        seed = strtoull(given, NULL, 10);
    print_message("seed %llu\n", (unsigned long long)seed);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
