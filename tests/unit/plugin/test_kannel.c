/* SPDX-License-Identifier: BSD-2-Clause */
/* The box protocol: what is sound and what is garbage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kannel.h"

#include <stdlib.h>
#include <string.h>

enum { LEN_BYTES = 4 };

static const uint8_t *packet(const struct bytes *bytes)
{
    return bytes_at(bytes) + LEN_BYTES;
}

static size_t packet_len(const struct bytes *bytes)
{
    return bytes_len(bytes) - LEN_BYTES;
}

static ProtobufCBinaryData text(const char *value)
{
    return (ProtobufCBinaryData){strlen(value), (uint8_t *)value};
}

static void pack_reply(struct bytes *out)
{
    static uint8_t id[ID_BYTES] = {1, 2, 3};
    Aduan__Wire__Mt mt = ADUAN__WIRE__MT__INIT;
    mt.reply_id = (ProtobufCBinaryData){ID_BYTES, id};
    mt.sender = text("1708");
    mt.receiver = text("628123");
    mt.body = text("Terima kasih");
    mt.smsc_id = text("SMPP");
    mt.dlr_mask = 31;
    mt.slot = UINT64_MAX;
    mt.priority = 2;
    mt.validity_minutes = 60;
    assert_true(kannel_pack_mt(out, &mt, "aduan", 1700000000));
}

static void acks_go_round(void **state)
{
    (void)state;
    const uint8_t uuid[ID_BYTES] = {9, 8, 7};
    struct bytes out = {0};
    struct kannel_msg msg;
    assert_true(kannel_pack_ack(&out, uuid, 1234));
    assert_true(kannel_unpack(packet(&out), packet_len(&out), "main", &msg));
    assert_int_equal(msg.kind, KANNEL_ACK);
    assert_int_equal(msg.outcome, ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_ACCEPTED);
    assert_int_equal(msg.time, 1234);
    assert_memory_equal(msg.uuid, uuid, ID_BYTES);
    bytes_done(&out);
}

static void each_nack_has_its_outcome(void **state)
{
    (void)state;
    const Aduan__Wire__SubmitOutcome outcomes[] = {
        ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_ACCEPTED, ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_REJECTED,
        ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_RETRY, ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_BUFFERED,
        ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_AMBIGUOUS};
    const uint8_t uuid[ID_BYTES] = {0};
    struct bytes out = {0};
    struct kannel_msg msg;
    assert_true(kannel_pack_ack(&out, uuid, 1));
    for (uint8_t nack = 0; nack < 5; nack++) {
        out.data[out.start + LEN_BYTES + 7] = nack; /* after the type: the first field */
        assert_true(kannel_unpack(packet(&out), packet_len(&out), "main", &msg));
        assert_int_equal(msg.outcome, outcomes[nack]);
    }
    bytes_done(&out);
}

static void admin_commands_are_known(void **state)
{
    (void)state;
    const enum kannel_admin commands[] = {KANNEL_SHUTDOWN,    KANNEL_SUSPEND, KANNEL_RESUME,
                                          KANNEL_ADMIN_OTHER, KANNEL_RESTART, KANNEL_ADMIN_OTHER};
    struct bytes out = {0};
    struct kannel_msg msg;
    assert_true(kannel_pack_identify(&out, "aduan"));
    assert_int_equal(packet(&out)[7], 3); /* cmd_identify */
    for (uint8_t command = 0; command < 6; command++) {
        out.data[out.start + LEN_BYTES + 7] = command;
        assert_true(kannel_unpack(packet(&out), packet_len(&out), "main", &msg));
        assert_int_equal(msg.kind, KANNEL_ADMIN);
        assert_int_equal(msg.admin, commands[command]);
    }
    bytes_done(&out);
}

static void heartbeats_and_wdp(void **state)
{
    (void)state;
    struct bytes out = {0};
    struct kannel_msg msg;
    assert_true(kannel_pack_heartbeat(&out, 5));
    assert_true(kannel_unpack(packet(&out), packet_len(&out), "main", &msg));
    assert_int_equal(msg.kind, KANNEL_HEARTBEAT);
    const uint8_t wdp[] = {0, 0, 0, 4, 255, 255, 255, 255, 0, 0, 0, 1, 255, 255, 255, 255, 0, 0, 0, 1, 0, 0, 0, 0};
    assert_true(kannel_unpack(wdp, sizeof wdp, "main", &msg));
    assert_int_equal(msg.kind, KANNEL_OTHER);
    bytes_done(&out);
}

/* An MT is packed like any sms; its sms_type says what it is. */
static size_t sms_type_at(const struct bytes *out)
{
    static const uint8_t after_uuid[] = {0, 0, 0, 1}; /* mt_reply */
    for (size_t i = 0; i + 40 < packet_len(out); i++)
        if (memcmp(packet(out) + i, "01020300-0000-0000-0000-000000000000", 36) == 0) {
            assert_memory_equal(packet(out) + i + 36, after_uuid, 4);
            return LEN_BYTES + i + 39;
        }
    fail();
    return 0;
}

static void mo_report_and_the_unwanted(void **state)
{
    (void)state;
    struct bytes out = {0};
    struct kannel_msg msg;
    pack_reply(&out);
    size_t type_at = sms_type_at(&out);
    assert_true(kannel_unpack(packet(&out), packet_len(&out), "main", &msg));
    assert_int_equal(msg.kind, KANNEL_UNWANTED); /* an MT that comes back to a box */

    out.data[out.start + type_at] = 0; /* mo */
    assert_true(kannel_unpack(packet(&out), packet_len(&out), "main", &msg));
    assert_int_equal(msg.kind, KANNEL_SMS);
    assert_string_equal(msg.sms.bearerbox, "main");
    assert_memory_equal(msg.sms.body.data, "Terima kasih", 12);
    assert_int_equal(msg.sms.coding, 0);
    assert_int_equal(msg.sms.priority, 2);
    assert_int_equal(msg.sms.mclass, -1);
    assert_int_equal(msg.sms.time, 1700000000);
    assert_int_equal(msg.sms.validity, 1700003600);

    out.data[out.start + type_at] = 3; /* report_mo */
    assert_true(kannel_unpack(packet(&out), packet_len(&out), "main", &msg));
    assert_int_equal(msg.kind, KANNEL_REPORT);
    assert_int_equal(msg.report.status, 31);
    assert_int_equal(msg.report.reply_id.data[2], 3);
    assert_true(msg.report.slot == UINT64_MAX);
    assert_memory_equal(msg.report.smsc_id.data, "SMPP", 4);

    uint8_t *url = NULL; /* the second uuid in text is the dlr_url */
    for (size_t i = type_at; i + 36 <= bytes_len(&out); i++)
        if (memcmp(out.data + out.start + i, "01020300-", 9) == 0)
            url = out.data + out.start + i;
    assert_non_null(url);
    /* somebody else's report: not our id, no dot, no number, one above all */
    static const struct {
        size_t at;
        uint8_t byte;
    } others[] = {{0, 'z'}, {36, '-'}, {40, 'x'}, {37, '9'}};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        uint8_t before = url[others[i].at];
        url[others[i].at] = others[i].byte;
        assert_true(kannel_unpack(packet(&out), packet_len(&out), "main", &msg));
        assert_int_equal(msg.kind, KANNEL_UNWANTED);
        url[others[i].at] = before;
    }
    bytes_done(&out);
}

static void ucs2_is_utf16(void **state)
{
    (void)state;
    static uint8_t id[ID_BYTES];
    Aduan__Wire__Mt mt = ADUAN__WIRE__MT__INIT;
    struct bytes out = {0};
    const uint8_t wanted[] = {0xA9, 0x97, 0xD8, 0x3D, 0xDE, 0x00, 0xFF, 0xFD, 0x00, 'a', 0xFF, 0xFD};
    bool found = false;
    mt.reply_id = (ProtobufCBinaryData){ID_BYTES, id};
    mt.ucs2 = true;
    mt.body = text("\xEA\xA6\x97\xF0\x9F\x98\x80\xED"
                   "a\xE2\x82"); /* Javanese, an emoji, and two broken characters */
    assert_true(kannel_pack_mt(&out, &mt, "aduan", 1));
    for (size_t i = 0; i + sizeof wanted <= bytes_len(&out); i++)
        found |= memcmp(bytes_at(&out) + i, wanted, sizeof wanted) == 0;
    assert_true(found);
    bytes_done(&out);
}

/* What differs is one field, 0 (7 bits) or -1 (undefined); UCS-2 is always told. */
static void a_coding_that_need_not_be_told(void **state)
{
    (void)state;
    static uint8_t id[ID_BYTES];
    Aduan__Wire__Mt mt = ADUAN__WIRE__MT__INIT;
    struct bytes told[2] = {{0}, {0}}, unset[2] = {{0}, {0}};
    mt.reply_id = (ProtobufCBinaryData){ID_BYTES, id};
    mt.body = text("Terima kasih");
    for (int ucs2 = 0; ucs2 < 2; ucs2++) {
        mt.ucs2 = ucs2;
        mt.coding_unset = false;
        assert_true(kannel_pack_mt(&told[ucs2], &mt, "aduan", 1));
        mt.coding_unset = true;
        assert_true(kannel_pack_mt(&unset[ucs2], &mt, "aduan", 1));
        assert_int_equal(bytes_len(&told[ucs2]), bytes_len(&unset[ucs2]));
    }
    assert_memory_equal(bytes_at(&told[1]), bytes_at(&unset[1]), bytes_len(&told[1]));
    size_t differ = 0;
    for (size_t i = 0; i < bytes_len(&told[0]); i++) {
        if (bytes_at(&told[0])[i] == bytes_at(&unset[0])[i])
            continue;
        assert_int_equal(bytes_at(&told[0])[i], 0x00);
        assert_int_equal(bytes_at(&unset[0])[i], 0xFF);
        differ++;
    }
    assert_int_equal(differ, 4);
    for (int i = 0; i < 2; i++) {
        bytes_done(&told[i]);
        bytes_done(&unset[i]);
    }
}

/* Every truncation, every bit flip, and a lot of noise: refused or understood, never a panic. */
static void garbage_is_survived(void **state)
{
    (void)state;
    struct bytes out = {0};
    struct kannel_msg msg;
    uint32_t noise = 12345;
    pack_reply(&out);
    size_t len = packet_len(&out);
    for (size_t cut = 0; cut < len; cut++) {
        uint8_t *copy = malloc(cut ? cut : 1); /* its own, so that an over-read is seen */
        memcpy(copy, packet(&out), cut);
        assert_false(kannel_unpack(copy, cut, "main", &msg));
        free(copy);
    }
    for (size_t bit = 0; bit < len * 8; bit++) {
        uint8_t *copy = malloc(len);
        memcpy(copy, packet(&out), len);
        copy[bit / 8] ^= (uint8_t)(1 << (bit % 8));
        (void)kannel_unpack(copy, len, "main", &msg);
        free(copy);
    }
    for (int round = 0; round < 20000; round++) {
        uint8_t junk[64] = {0};
        for (size_t i = 4; i < sizeof junk; i++)
            junk[i] = (uint8_t)((noise = noise * 1103515245 + 12345) >> 16);
        junk[3] = (uint8_t)(round % 6);
        if (round % 3 == 0)
            memset(junk + 4, 0xFF, 20);
        (void)kannel_unpack(junk, (size_t)round % sizeof junk, "main", &msg);
    }
    bytes_done(&out);
}

static void too_long_is_garbage(void **state)
{
    (void)state;
    struct kannel_msg msg;
    uint8_t *large = calloc(1, KANNEL_PACKET_MAX + 1);
    assert_false(kannel_unpack(large, KANNEL_PACKET_MAX + 1, "main", &msg));
    free(large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(acks_go_round),
        cmocka_unit_test(each_nack_has_its_outcome),
        cmocka_unit_test(admin_commands_are_known),
        cmocka_unit_test(heartbeats_and_wdp),
        cmocka_unit_test(mo_report_and_the_unwanted),
        cmocka_unit_test(ucs2_is_utf16),
        cmocka_unit_test(a_coding_that_need_not_be_told),
        cmocka_unit_test(garbage_is_survived),
        cmocka_unit_test(too_long_is_garbage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
