/* SPDX-License-Identifier: BSD-2-Clause */
#include "kannel.h"
#include "own.h"
#include "packet.h"
#include "utf16.h"

#include <gw/msg.h>
#include <gw/sms.h>

void kannel_init(void)
{
    gwlib_init();
    log_set_output_level(GW_WARNING);
}

void kannel_done(void)
{
    gwlib_shutdown();
}

/* --- from bearerbox ------------------------------------------------------------------------------------------ */

static bool copy_field(ProtobufCBinaryData *field, const Octstr *value)
{
    return own_bytes(field, value ? octstr_get_cstr(value) : NULL, value ? (size_t)octstr_len(value) : 0);
}

/* Kannel's "undefined" is -1; a time before 1970 or beyond 2106 is none either. */
static uint32_t seconds(long value)
{
    return value > 0 ? (uint32_t)value : 0;
}

static Aduan__Wire__Sms *sms_from(const Msg *msg, const char *link_name)
{
    const struct sms *from = &msg->sms;
    Aduan__Wire__Sms *to = own_sms();
    if (!to)
        return NULL;
    to->time = seconds(from->time);
    to->coding = (int32_t)from->coding;
    to->priority = (int32_t)from->priority;
    to->mclass = (int32_t)from->mclass;
    to->mwi = (int32_t)from->mwi;
    to->pid = (int32_t)from->pid;
    to->alt_dcs = (int32_t)from->alt_dcs;
    to->validity = (int32_t)from->validity;
    if (own_bytes(&to->uuid, from->id, ID_BYTES) && copy_field(&to->sender, from->sender) &&
        copy_field(&to->receiver, from->receiver) && copy_field(&to->body, from->msgdata) &&
        copy_field(&to->udh, from->udhdata) && copy_field(&to->charset, from->charset) &&
        copy_field(&to->smsc_id, from->smsc_id) && copy_field(&to->smsc_number, from->smsc_number) &&
        copy_field(&to->service, from->service) && copy_field(&to->account, from->account) &&
        copy_field(&to->foreign_id, from->foreign_id) && copy_field(&to->meta_data, from->meta_data) &&
        copy_field(&to->binfo, from->binfo) && own_string(&to->bearerbox, link_name))
        return to;
    aduan__wire__sms__free_unpacked(to, NULL);
    return NULL;
}

static Aduan__Wire__Report *report_from(const Msg *msg, const uint8_t reply_id[ID_BYTES])
{
    const struct sms *from = &msg->sms;
    Aduan__Wire__Report *to = own_report();
    if (!to)
        return NULL;
    to->time = seconds(from->time);
    to->status = from->dlr_mask > 0 ? (uint32_t)from->dlr_mask : 0;
    if (own_bytes(&to->uuid, from->id, ID_BYTES) && own_bytes(&to->reply_id, reply_id, ID_BYTES) &&
        copy_field(&to->smsc_id, from->smsc_id) && copy_field(&to->text, from->msgdata))
        return to;
    aduan__wire__report__free_unpacked(to, NULL);
    return NULL;
}

/* A report's dlr_url is the reply id we gave with the MT. */
static bool reply_id_of(const Msg *msg, uint8_t reply_id[ID_BYTES])
{
    uuid_t id;
    if (octstr_len(msg->sms.dlr_url) != UUID_STR_LEN || uuid_parse(octstr_get_cstr(msg->sms.dlr_url), id) != 0)
        return false;
    memcpy(reply_id, id, ID_BYTES);
    return true;
}

static int take_sms(const Msg *msg, const char *link_name, struct kannel_msg *out)
{
    uint8_t reply_id[ID_BYTES];
    memcpy(out->uuid, msg->sms.id, ID_BYTES);
    out->time = seconds(msg->sms.time);
    switch (msg->sms.sms_type) {
    case mo:
        out->kind = KANNEL_SMS;
        out->sms = sms_from(msg, link_name);
        return out->sms ? 0 : KANNEL_MEMORY;
    case report_mo:
        if (!reply_id_of(msg, reply_id)) {
            out->kind = KANNEL_UNWANTED;
            out->why = "a delivery report of a message that this box did not send";
            return 0;
        }
        out->kind = KANNEL_REPORT;
        out->report = report_from(msg, reply_id);
        return out->report ? 0 : KANNEL_MEMORY;
    default:
        out->kind = KANNEL_UNWANTED;
        out->why = "an sms that is neither from a phone nor a delivery report";
        return 0;
    }
}

static void take_ack(const Msg *msg, struct kannel_msg *out)
{
    out->kind = KANNEL_ACK;
    memcpy(out->uuid, msg->ack.id, ID_BYTES);
    out->time = seconds(msg->ack.time);
    switch (msg->ack.nack) {
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

static void take_admin(const Msg *msg, struct kannel_msg *out)
{
    out->kind = KANNEL_ADMIN;
    switch (msg->admin.command) {
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

int kannel_unpack(const uint8_t *data, size_t len, const char *link_name, struct kannel_msg *out)
{
    *out = (struct kannel_msg){.kind = KANNEL_OTHER, .why = "a message that is no box's business"};
    if (len > KANNEL_PACKET_MAX || !packet_is_sound(data, len))
        return KANNEL_GARBAGE;
    Octstr *packed = octstr_create_from_data((const char *)data, (long)len);
    Msg *msg = msg_unpack(packed);
    octstr_destroy(packed);
    if (!msg)
        return KANNEL_GARBAGE;
    int err = 0;
    switch (msg_type(msg)) {
    case sms:
        err = take_sms(msg, link_name, out);
        break;
    case ack:
        take_ack(msg, out);
        break;
    case admin:
        take_admin(msg, out);
        break;
    case heartbeat:
        out->kind = KANNEL_HEARTBEAT;
        break;
    default:
        break;
    }
    msg_destroy(msg);
    return err;
}

/* --- to bearerbox -------------------------------------------------------------------------------------------- */

static bool put(struct bytes *out, Msg *msg)
{
    Octstr *packed = msg_pack(msg);
    uint32_t len = (uint32_t)octstr_len(packed);
    const uint8_t head[4] = {(uint8_t)(len >> 24), (uint8_t)(len >> 16), (uint8_t)(len >> 8), (uint8_t)len};
    bool fits = bytes_reserve(out, sizeof head + len);
    if (fits) {
        (void)bytes_append(out, head, sizeof head);
        (void)bytes_append(out, octstr_get_cstr(packed), len);
    }
    octstr_destroy(packed);
    msg_destroy(msg);
    return fits;
}

static Octstr *octets(ProtobufCBinaryData field)
{
    return field.len > 0 ? octstr_create_from_data((const char *)field.data, (long)field.len) : NULL;
}

static Octstr *ucs2(ProtobufCBinaryData utf8)
{
    Octstr *text = octstr_create("");
    for (size_t at = 0; at < utf8.len;) {
        uint8_t unit[4];
        size_t len = utf16be_next(utf8.data, utf8.len, &at, unit);
        octstr_append_data(text, (const char *)unit, (long)len);
    }
    return text;
}

bool kannel_pack_identify(struct bytes *out, const char *box_id)
{
    Msg *msg = msg_create(admin);
    msg->admin.command = cmd_identify;
    msg->admin.boxc_id = octstr_create(box_id);
    return put(out, msg);
}

bool kannel_pack_heartbeat(struct bytes *out, uint32_t load)
{
    Msg *msg = msg_create(heartbeat);
    msg->heartbeat.load = (long)load;
    return put(out, msg);
}

bool kannel_pack_ack(struct bytes *out, const uint8_t uuid[ID_BYTES], uint32_t time)
{
    Msg *msg = msg_create(ack);
    memcpy(msg->ack.id, uuid, ID_BYTES);
    msg->ack.time = (long)time;
    msg->ack.nack = ack_success;
    return put(out, msg);
}

bool kannel_pack_mt(struct bytes *out, const Aduan__Wire__Mt *mt, const char *box_id, uint64_t now_s)
{
    char reply_id[UUID_STR_LEN + 1];
    Msg *msg = msg_create(sms);
    struct sms *to = &msg->sms;
    memcpy(to->id, mt->reply_id.data, ID_BYTES);
    uuid_unparse(to->id, reply_id);
    to->sms_type = mt_reply;
    to->sender = octets(mt->sender);
    to->receiver = octets(mt->receiver);
    to->msgdata = mt->ucs2 ? ucs2(mt->body) : octstr_create_from_data((const char *)mt->body.data, (long)mt->body.len);
    to->coding = mt->ucs2 ? DC_UCS2 : DC_7BIT;
    to->charset = mt->ucs2 ? NULL : octstr_create("UTF-8");
    to->smsc_id = octets(mt->smsc_id);
    to->service = octets(mt->service);
    to->account = octets(mt->account);
    to->boxc_id = octstr_create(box_id);
    to->time = (long)now_s;
    if (mt->dlr_mask != 0) {
        to->dlr_mask = (long)mt->dlr_mask;
        to->dlr_url = octstr_create(reply_id);
    }
    if (mt->priority > 0)
        to->priority = mt->priority;
    if (mt->validity_minutes > 0)
        to->validity = (long)(now_s + 60 * (uint64_t)mt->validity_minutes);
    return put(out, msg);
}
