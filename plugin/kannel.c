/* SPDX-License-Identifier: BSD-2-Clause */
#include "kannel.h"
#include "packet.h"
#include "utf16.h"

#include <gw/msg.h>
#include <gw/sms.h>

#include <inttypes.h>
#include <stdio.h>

_Static_assert((int)PACKET_UUID_BYTES == (int)ID_BYTES && PACKET_UUID_TEXT == UUID_STR_LEN,
               "both count as Kannel does");
_Static_assert((int)PACKET_UNDEFINED == (int)MSG_PARAM_UNDEFINED, "both say undefined as Kannel does");
_Static_assert((int)PACKET_sms == (int)sms && (int)PACKET_ack == (int)ack, "types are numbered as Kannel's are");

/* --- from bearerbox ------------------------------------------------------------------------------------------ */

/* The wire's messages have no views: nobody writes into these bytes, or frees them. */
static ProtobufCBinaryData field(const void *data, size_t len)
{
    return (ProtobufCBinaryData){len, (uint8_t *)data};
}

static ProtobufCBinaryData field_of(struct packet_bytes value)
{
    return field(value.data, value.len);
}

/* Kannel's "undefined" is -1. */
static uint32_t seconds(int32_t value)
{
    return value == PACKET_UNDEFINED ? 0 : (uint32_t)value;
}

static void sms_from(const struct packet_sms *from, const char *link_name, struct kannel_msg *out)
{
    Aduan__Wire__Sms *to = &out->sms;
    aduan__wire__sms__init(to);
    to->uuid = field(out->uuid, ID_BYTES);
    to->time = out->time;
    to->sender = field_of(from->sender);
    to->receiver = field_of(from->receiver);
    to->body = field_of(from->msgdata);
    to->udh = field_of(from->udhdata);
    to->coding = from->coding;
    to->charset = field_of(from->charset);
    to->smsc_id = field_of(from->smsc_id);
    to->smsc_number = field_of(from->smsc_number);
    to->service = field_of(from->service);
    to->account = field_of(from->account);
    to->foreign_id = field_of(from->foreign_id);
    to->meta_data = field_of(from->meta_data);
    to->binfo = field_of(from->binfo);
    to->priority = from->priority;
    to->mclass = from->mclass;
    to->mwi = from->mwi;
    to->pid = from->pid;
    to->alt_dcs = from->alt_dcs;
    to->validity = from->validity;
    to->bearerbox = (char *)link_name;
}

/* The dlr_url that we give with an MT, and that its reports bring back: the reply's id, a dot, and its slot. */
enum { DLR_URL_BYTES = PACKET_UUID_TEXT + 1 + 20 };

static size_t dlr_url_format(const uint8_t reply_id[ID_BYTES], uint64_t slot, char out[DLR_URL_BYTES + 1])
{
    packet_uuid_format(reply_id, out);
    return PACKET_UUID_TEXT +
           (size_t)snprintf(out + PACKET_UUID_TEXT, DLR_URL_BYTES + 1 - PACKET_UUID_TEXT, ".%" PRIu64, slot);
}

static bool dlr_url_parse(struct packet_bytes url, uint8_t reply_id[ID_BYTES], uint64_t *slot)
{
    if (url.len <= PACKET_UUID_TEXT + 1 || url.len > DLR_URL_BYTES || url.data[PACKET_UUID_TEXT] != '.')
        return false;
    *slot = 0;
    for (size_t i = PACKET_UUID_TEXT + 1; i < url.len; i++) {
        uint64_t digit = (uint64_t)url.data[i] - '0';
        if (digit > 9 || *slot > (UINT64_MAX - digit) / 10)
            return false;
        *slot = *slot * 10 + digit;
    }
    return packet_uuid_parse((struct packet_bytes){url.data, PACKET_UUID_TEXT}, reply_id);
}

static void report_from(const struct packet_sms *from, uint64_t slot, struct kannel_msg *out)
{
    Aduan__Wire__Report *to = &out->report;
    aduan__wire__report__init(to);
    to->uuid = field(out->uuid, ID_BYTES);
    to->time = out->time;
    to->reply_id = field(out->reply_id, ID_BYTES);
    to->status = from->dlr_mask > 0 ? (uint32_t)from->dlr_mask : 0;
    to->slot = slot;
    to->smsc_id = field_of(from->smsc_id);
    to->text = field_of(from->msgdata);
}

static void take_sms(const struct packet_sms *from, const char *link_name, struct kannel_msg *out)
{
    uint64_t slot;
    memcpy(out->uuid, from->id, ID_BYTES);
    out->time = seconds(from->time);
    switch (from->sms_type) {
    case mo:
        out->kind = KANNEL_SMS;
        sms_from(from, link_name, out);
        break;
    case report_mo:
        if (dlr_url_parse(from->dlr_url, out->reply_id, &slot)) {
            out->kind = KANNEL_REPORT;
            report_from(from, slot, out);
            break;
        }
        out->kind = KANNEL_UNWANTED;
        out->why = "a delivery report of a message that this box did not send";
        break;
    default:
        out->kind = KANNEL_UNWANTED;
        out->why = "an sms that is neither from a phone nor a delivery report";
        break;
    }
}

static void take_ack(const struct packet_ack *from, struct kannel_msg *out)
{
    out->kind = KANNEL_ACK;
    memcpy(out->uuid, from->id, ID_BYTES);
    out->time = seconds(from->time);
    switch (from->nack) {
    case ack_success:
        out->outcome = ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_ACCEPTED;
        break;
    case ack_buffered:
        out->outcome = ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_BUFFERED;
        break;
    case ack_failed:
        out->outcome = ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_REJECTED;
        break;
    case ack_failed_tmp:
        out->outcome = ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_RETRY;
        break;
    default:
        out->outcome = ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_AMBIGUOUS;
        break;
    }
}

static void take_admin(const struct packet_admin *from, struct kannel_msg *out)
{
    out->kind = KANNEL_ADMIN;
    switch (from->command) {
    case cmd_shutdown:
        out->admin = KANNEL_SHUTDOWN;
        break;
    case cmd_suspend:
        out->admin = KANNEL_SUSPEND;
        break;
    case cmd_resume:
        out->admin = KANNEL_RESUME;
        break;
    case cmd_restart:
        out->admin = KANNEL_RESTART;
        break;
    default:
        out->admin = KANNEL_ADMIN_OTHER;
        break;
    }
}

bool kannel_unpack(const uint8_t *data, size_t len, const char *link_name, struct kannel_msg *out)
{
    struct packet packet;
    if (len > KANNEL_PACKET_MAX || !packet_unpack(data, len, &packet))
        return false;
    switch (packet.type) {
    case PACKET_sms:
        take_sms(&packet.sms, link_name, out);
        break;
    case PACKET_ack:
        take_ack(&packet.ack, out);
        break;
    case PACKET_admin:
        take_admin(&packet.admin, out);
        break;
    case PACKET_heartbeat:
        out->kind = KANNEL_HEARTBEAT;
        break;
    default:
        out->kind = KANNEL_OTHER;
        out->why = "a message that is no box's business";
        break;
    }
    return true;
}

bool kannel_is_sms(const uint8_t *data, size_t len)
{
    static const uint8_t type[] = {0, 0, 0, PACKET_sms};
    return len >= sizeof type && memcmp(data, type, sizeof type) == 0;
}

/* --- to bearerbox -------------------------------------------------------------------------------------------- */

/* An empty field is one that is not there. */
static struct packet_bytes view(ProtobufCBinaryData field)
{
    return (struct packet_bytes){field.len > 0 ? field.data : NULL, field.len};
}

static struct packet_bytes text(const char *value)
{
    return (struct packet_bytes){(const uint8_t *)value, strlen(value)};
}

/* Appends the text as UTF-16BE; false when memory is short. */
static bool ucs2(ProtobufCBinaryData utf8, struct bytes *out)
{
    for (size_t at = 0; at < utf8.len;) {
        uint8_t unit[4];
        size_t len = utf16be_next(utf8.data, utf8.len, &at, unit);
        if (!bytes_append(out, unit, len))
            return false;
    }
    return true;
}

bool kannel_pack_identify(struct bytes *out, const char *box_id)
{
    struct packet packet;
    packet_init(&packet, PACKET_admin);
    packet.admin.command = cmd_identify;
    packet.admin.boxc_id = text(box_id);
    return packet_pack(&packet, out);
}

bool kannel_pack_heartbeat(struct bytes *out, uint32_t load)
{
    struct packet packet;
    packet_init(&packet, PACKET_heartbeat);
    packet.heartbeat.load = (int32_t)load;
    return packet_pack(&packet, out);
}

bool kannel_pack_ack(struct bytes *out, const uint8_t uuid[ID_BYTES], uint32_t time)
{
    struct packet packet;
    packet_init(&packet, PACKET_ack);
    memcpy(packet.ack.id, uuid, ID_BYTES);
    packet.ack.time = (int32_t)time;
    packet.ack.nack = ack_success;
    return packet_pack(&packet, out);
}

bool kannel_pack_mt(struct bytes *out, const Aduan__Wire__Mt *mt, const char *box_id, uint64_t now_s)
{
    char dlr_url[DLR_URL_BYTES + 1];
    struct bytes utf16 = {0};
    struct packet packet;
    struct packet_sms *to = &packet.sms;
    packet_init(&packet, PACKET_sms);
    memcpy(to->id, mt->reply_id.data, ID_BYTES);
    to->sms_type = mt_reply;
    to->sender = view(mt->sender);
    to->receiver = view(mt->receiver);
    to->msgdata = mt->body.data ? (struct packet_bytes){mt->body.data, mt->body.len} : text("");
    /* Undefined is 7 bits to Kannel (fields_to_dcs), but it does not convert the text to count its septets. */
    int32_t seven_bits = mt->coding_unset ? DC_UNDEF : DC_7BIT;
    to->coding = mt->ucs2 ? DC_UCS2 : seven_bits;
    if (!mt->ucs2)
        to->charset = text("UTF-8");
    to->smsc_id = view(mt->smsc_id);
    to->service = view(mt->service);
    to->account = view(mt->account);
    to->boxc_id = text(box_id);
    to->time = (int32_t)now_s;
    if (mt->dlr_mask != 0) {
        size_t len = dlr_url_format(to->id, mt->slot, dlr_url);
        to->dlr_mask = (int32_t)mt->dlr_mask;
        to->dlr_url = (struct packet_bytes){(const uint8_t *)dlr_url, len};
    }
    if (mt->priority > 0)
        to->priority = mt->priority;
    if (mt->validity_minutes > 0)
        to->validity = (int32_t)(now_s + 60 * (uint64_t)mt->validity_minutes);
    bool fits = !mt->ucs2 || ucs2(mt->body, &utf16);
    if (mt->ucs2 && utf16.data)
        to->msgdata = (struct packet_bytes){bytes_at(&utf16), bytes_len(&utf16)};
    fits = fits && packet_pack(&packet, out);
    bytes_done(&utf16);
    return fits;
}
