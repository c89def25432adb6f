/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer target: a packet of Kannel's box protocol, as bearerbox sends it, and a reply's text on its way there. What
 * is read can be written, and is read as the same again. */
#include "fuzz.h"

#include "frame.h"
#include "kannel.h"
#include "packet.h"

static void round_trip(const uint8_t *data, size_t size)
{
    struct packet packet, back;
    struct bytes once = {0}, twice = {0};
    if (!packet_unpack(data, size, &packet))
        return;
    fuzz_must(packet_pack(&packet, &once));
    fuzz_must(packet_unpack(bytes_at(&once) + 4, bytes_len(&once) - 4, &back) && back.type == packet.type);
    fuzz_must(packet_pack(&back, &twice) && bytes_len(&twice) == bytes_len(&once) &&
              memcmp(bytes_at(&once), bytes_at(&twice), bytes_len(&once)) == 0);
    bytes_done(&once);
    bytes_done(&twice);
}

/* What is understood can be handed to a worker: its fields lie inside the packet, or this sees it. */
static void can_be_packed(const ProtobufCMessage *message)
{
    uint8_t *packed;
    size_t len;
    fuzz_must(frame_encode(message, &packed, &len) == FRAME_OK);
    free(packed);
}

static void from_bearerbox(const uint8_t *data, size_t size)
{
    struct kannel_msg msg;
    if (!kannel_unpack(data, size, "main", &msg))
        return;
    if (msg.kind == KANNEL_SMS) {
        fuzz_must(msg.sms.uuid.len == ID_BYTES);
        can_be_packed(&msg.sms.base);
    } else if (msg.kind == KANNEL_REPORT) {
        fuzz_must(msg.report.reply_id.len == ID_BYTES);
        can_be_packed(&msg.report.base);
    }
    if (msg.kind == KANNEL_UNWANTED || msg.kind == KANNEL_OTHER)
        fuzz_must(msg.why != NULL);
}

static void to_bearerbox(uint8_t *data, size_t size)
{
    static uint8_t id[ID_BYTES] = {1};
    Aduan__Wire__Mt mt = ADUAN__WIRE__MT__INIT;
    struct packet packet;
    mt.reply_id = (ProtobufCBinaryData){sizeof id, id};
    mt.sender = mt.receiver = (ProtobufCBinaryData){size < 8 ? size : 8, data};
    mt.body = (ProtobufCBinaryData){size, data};
    mt.dlr_mask = 31;
    mt.validity_minutes = 5;
    for (int ucs2 = 0; ucs2 < 2; ucs2++) {
        struct bytes out = {0};
        mt.ucs2 = ucs2;
        fuzz_must(kannel_pack_mt(&out, &mt, "aduan", 1800000000) &&
                  packet_unpack(bytes_at(&out) + 4, bytes_len(&out) - 4, &packet) && packet.type == PACKET_sms);
        fuzz_must(ucs2 ? packet.sms.msgdata.len % 2 == 0 : packet.sms.msgdata.len == size);
        bytes_done(&out);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *bytes = fuzz_copy(data, size);
    from_bearerbox(bytes, size);
    round_trip(bytes, size);
    to_bearerbox(bytes, size);
    free(bytes);
    return 0;
}
