/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kannel's box protocol ⇄ our wire messages. kannel.c and packet.c are the only files that see Kannel's headers;
 * nothing of them shows here. A packet is a 4-byte big-endian length and a packed Msg.
 */
#ifndef ADUANBOX_KANNEL_H
#define ADUANBOX_KANNEL_H

#include "bytes.h"
#include "idmap.h"
#include "wire.pb-c.h"

/* SMPP's largest payload is 64 KiB; a length beyond this is not bearerbox speaking. */
enum { KANNEL_PACKET_MAX = 1024 * 1024 };

enum kannel_kind {
    KANNEL_SMS,
    KANNEL_REPORT,
    KANNEL_UNWANTED, /* an sms that is nobody's here: only ack it */
    KANNEL_ACK,
    KANNEL_ADMIN,
    KANNEL_HEARTBEAT,
    KANNEL_OTHER
};

enum kannel_admin { KANNEL_SHUTDOWN, KANNEL_SUSPEND, KANNEL_RESUME, KANNEL_RESTART, KANNEL_ADMIN_OTHER };

/* `sms` and `report` own nothing: their fields lie in the packet and in here, so it must not be copied. */
struct kannel_msg {
    enum kannel_kind kind;
    uint8_t uuid[ID_BYTES];     /* SMS, REPORT, UNWANTED, ACK */
    uint8_t reply_id[ID_BYTES]; /* REPORT */
    uint32_t time;
    enum kannel_admin admin;
    Aduan__Wire__SubmitOutcome outcome; /* ACK */
    union {
        Aduan__Wire__Sms sms;
        Aduan__Wire__Report report;
    };
    const char *why; /* UNWANTED, OTHER: a static sentence */
};

/* One packed Msg, without its length; *out lives as long as data and link_name. False: not a sound Msg. */
bool kannel_unpack(const uint8_t *data, size_t len, const char *link_name, struct kannel_msg *out);

/* Whether it says that it is an SMS or a report; nothing else of it is looked at. */
bool kannel_is_sms(const uint8_t *data, size_t len);

/* Each appends one packet with its length; false when memory is short, and then nothing has changed. */
bool kannel_pack_identify(struct bytes *out, const char *box_id);
bool kannel_pack_heartbeat(struct bytes *out, uint32_t load);
bool kannel_pack_ack(struct bytes *out, const uint8_t uuid[ID_BYTES], uint32_t time);
bool kannel_pack_mt(struct bytes *out, const Aduan__Wire__Mt *mt, const char *box_id, uint64_t now_s);

#endif
