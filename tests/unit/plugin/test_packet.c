/* SPDX-License-Identifier: BSD-2-Clause */
/* A packet says byte for byte what Kannel's own gwlib says, both ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "packet.h"

#include <stdlib.h>
#include <string.h>

/* Behind the standard headers: it poisons malloc. */
#include <gw/msg.h>

static const uint8_t uuid[PACKET_UUID_BYTES] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 16, 15, 14};

static int setup(void **state)
{
    (void)state;
    gwlib_init();
    log_set_output_level(GW_PANIC);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    gwlib_shutdown();
    return 0;
}

static struct packet_bytes text(const char *value)
{
    return (struct packet_bytes){(const uint8_t *)value, strlen(value)};
}

/* Packs with both and compares; gwlib's is behind a length of four bytes in ours. */
static void same(const struct packet *ours, Msg *theirs)
{
    struct bytes out = {0};
    Octstr *packed = msg_pack(theirs);
    size_t len = (size_t)octstr_len(packed);
    assert_true(packet_pack(ours, &out));
    assert_int_equal(bytes_len(&out), 4 + len);
    assert_int_equal(bytes_at(&out)[3] | bytes_at(&out)[2] << 8, len);
    assert_memory_equal(bytes_at(&out) + 4, octstr_get_cstr(packed), len);
    bytes_done(&out);
    octstr_destroy(packed);
    msg_destroy(theirs);
}

static Msg *gwlib_sms(void)
{
    Msg *msg = msg_create(sms);
    memcpy(msg->sms.id, uuid, sizeof uuid);
    return msg;
}

static void nothing_but_its_id(void **state)
{
    (void)state;
    struct packet ours;
    packet_init(&ours, PACKET_sms);
    memcpy(ours.sms.id, uuid, sizeof uuid);
    same(&ours, gwlib_sms());
}

static void every_field_of_an_sms(void **state)
{
    (void)state;
    struct packet ours;
    Msg *msg = gwlib_sms();
    long number = -2;
    packet_init(&ours, PACKET_sms);
    memcpy(ours.sms.id, uuid, sizeof uuid);
    struct packet_sms *to = &ours.sms;
    struct sms *from = &msg->sms;
#define INTEGER(name) to->name = (int32_t)(from->name = number++);
#define OCTSTR(name)                                                                                                   \
    to->name = text(#name);                                                                                            \
    from->name = octstr_create(#name);
#define UUID(name)
#define VOID(name)
#define MSG(type, fields) MSG_##type(fields)
#define MSG_heartbeat(fields)
#define MSG_admin(fields)
#define MSG_sms(fields) fields
#define MSG_ack(fields)
#define MSG_wdp_datagram(fields)
#include <gw/msg-decl.h>
    octstr_destroy(from->udhdata);
    from->udhdata = octstr_create(""); /* there, and empty */
    to->udhdata = text("");
    same(&ours, msg);
}

static void the_other_types(void **state)
{
    (void)state;
    struct packet ours;
    Msg *msg = msg_create(ack);
    packet_init(&ours, PACKET_ack);
    memcpy(ours.ack.id, uuid, sizeof uuid);
    memcpy(msg->ack.id, uuid, sizeof uuid);
    msg->ack.nack = ours.ack.nack = ack_buffered;
    msg->ack.time = ours.ack.time = 1700000000;
    same(&ours, msg);

    msg = msg_create(admin);
    packet_init(&ours, PACKET_admin);
    msg->admin.command = ours.admin.command = cmd_identify;
    msg->admin.boxc_id = octstr_create("aduan");
    ours.admin.boxc_id = text("aduan");
    same(&ours, msg);

    msg = msg_create(heartbeat);
    packet_init(&ours, PACKET_heartbeat);
    msg->heartbeat.load = ours.heartbeat.load = 77;
    same(&ours, msg);

    msg = msg_create(wdp_datagram);
    packet_init(&ours, PACKET_wdp_datagram);
    msg->wdp_datagram.source_port = ours.wdp_datagram.source_port = 9;
    same(&ours, msg);
}

static void what_gwlib_packs_is_read(void **state)
{
    (void)state;
    struct packet read;
    Msg *msg = gwlib_sms();
    msg->sms.sender = octstr_create("628123");
    msg->sms.msgdata = octstr_create_from_data("\0a\377", 3);
    msg->sms.priority = 3;
    Octstr *packed = msg_pack(msg);
    assert_true(packet_unpack((const uint8_t *)octstr_get_cstr(packed), (size_t)octstr_len(packed), &read));
    assert_int_equal(read.type, PACKET_sms);
    assert_memory_equal(read.sms.id, uuid, sizeof uuid);
    assert_int_equal(read.sms.sender.len, 6);
    assert_memory_equal(read.sms.sender.data, "628123", 6);
    assert_int_equal(read.sms.msgdata.len, 3);
    assert_memory_equal(read.sms.msgdata.data, "\0a\377", 3);
    assert_int_equal(read.sms.priority, 3);
    assert_int_equal(read.sms.coding, PACKET_UNDEFINED);
    assert_null(read.sms.receiver.data);
    octstr_destroy(packed);
    msg_destroy(msg);
}

static void uuids_in_text(void **state)
{
    (void)state;
    char formatted[PACKET_UUID_TEXT];
    uint8_t back[PACKET_UUID_BYTES];
    packet_uuid_format(uuid, formatted);
    assert_memory_equal(formatted, "01234567-89ab-cdef-100f-0e0000000000", PACKET_UUID_TEXT);
    assert_true(packet_uuid_parse(text("01234567-89AB-cdef-100f-0e0000000000"), back));
    assert_memory_equal(back, uuid, sizeof uuid);
    assert_false(packet_uuid_parse(text("01234567-89ab-cdef-100f-0e000000000"), back));
    assert_false(packet_uuid_parse(text("01234567-89ab-cdef-100f.0e0000000000"), back));
    assert_false(packet_uuid_parse(text("01234567-89ab-cdef-100f-0e000000000g"), back));
    assert_false(packet_uuid_parse(text("g1234567-89ab-cdef-100f-0e0000000000"), back));
    assert_false(packet_uuid_parse((struct packet_bytes){0}, back));
}

static void what_is_no_msg(void **state)
{
    (void)state;
    struct packet read;
    const uint8_t unknown[] = {0, 0, 0, 99}, negative[] = {255, 255, 255, 255};
    const uint8_t below[] = {0, 0, 0, 1, 0, 0, 0, 0, 255, 255, 255, 254}; /* a length of -2 */
    assert_false(packet_unpack(unknown, 0, &read));
    assert_false(packet_unpack(unknown, 3, &read));
    assert_false(packet_unpack(unknown, sizeof unknown, &read));
    assert_false(packet_unpack(negative, sizeof negative, &read));
    assert_false(packet_unpack(below, sizeof below, &read));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_but_its_id), cmocka_unit_test(every_field_of_an_sms),
        cmocka_unit_test(the_other_types),    cmocka_unit_test(what_gwlib_packs_is_read),
        cmocka_unit_test(uuids_in_text),      cmocka_unit_test(what_is_no_msg),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
