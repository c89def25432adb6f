/* SPDX-License-Identifier: BSD-2-Clause */
/* SMS on their way into a store: a builder of wire messages and a small desk that decides by the first word. */
#ifndef ADUAN_TESTS_SUPPORT_INGEST_H
#define ADUAN_TESTS_SUPPORT_INGEST_H

#include "support_store.h"

enum { DESK_TEXT_MAX = 40000 };

/* What the desk was asked last. */
struct desk {
    unsigned asked;
    char text[DESK_TEXT_MAX + 1];
    size_t text_len;
    char sender[256];
    bool incomplete, binary;
    int fails; /* decide() returns this */
};

struct mo {
    uint32_t n; /* makes uuid and time */
    uint32_t time_shift;
    const char *number; /* NULL: "+62812000" */
    const char *receiver;
    const void *body;
    size_t body_len; /* 0: body is a string */
    int coding;
    const char *charset;
    uint8_t part, total, reference; /* total > 0: with a concatenation header */
    const void *udh;
    size_t udh_len;
    bool quarantine;
};

/* A wire message and what it borrows. */
struct wire {
    Aduan__Wire__Sms sms;
    uint8_t uuid[UUID_BYTES], udh[6];
};

static inline void wire_init(struct wire *wire, const struct mo *mo)
{
    aduan__wire__sms__init(&wire->sms);
    const char *number = mo->number ? mo->number : "+62812000";
    const char *receiver = mo->receiver ? mo->receiver : "1708";
    support_uuid(mo->n, wire->uuid);
    wire->sms.uuid = support_bytes(wire->uuid, UUID_BYTES);
    wire->sms.time = 1800000000u + mo->n + mo->time_shift;
    wire->sms.sender = support_bytes(number, strlen(number));
    wire->sms.receiver = support_bytes(receiver, strlen(receiver));
    if (mo->body)
        wire->sms.body = support_bytes(mo->body, mo->body_len ? mo->body_len : strlen(mo->body));
    if (mo->charset)
        wire->sms.charset = support_bytes(mo->charset, strlen(mo->charset));
    wire->sms.coding = mo->coding;
    wire->sms.smsc_id = support_bytes("tsel", 4);
    wire->sms.bearerbox = "main";
    wire->sms.quarantine = mo->quarantine;
    wire->sms.deaths = mo->quarantine ? 3 : 0;
    if (mo->udh) {
        wire->sms.udh = support_bytes(mo->udh, mo->udh_len);
    } else if (mo->total) {
        memcpy(wire->udh, (const uint8_t[]){5, 0, 3, mo->reference, mo->total, mo->part}, 6);
        wire->sms.udh = support_bytes(wire->udh, 6);
    }
}

static inline int desk_decides(void *ctx, const struct desk_sms *sms, struct verdict *out)
{
    struct desk *desk = ctx;
    desk->asked++;
    assert_true(sms->text->len <= DESK_TEXT_MAX);
    memcpy(desk->text, sms->text->utf8, sms->text->len);
    desk->text[desk->text_len = sms->text->len] = '\0';
    snprintf(desk->sender, sizeof desk->sender, "%.*s", (int)sms->sender_len, (const char *)sms->sender);
    desk->incomplete = sms->incomplete;
    desk->binary = sms->text->binary;
    out->language = "id";
    if (sms->text->empty) {
        out->reason = "empty";
        out->reply_template = "empty";
    } else if (strncmp(desk->text, "promo", 5) == 0) {
        out->reason = "auto_reply";
        out->no_reply_reason = "auto_reply";
    } else if (strncmp(desk->text, "bisu", 4) != 0) { /* "bisu" (mute) leaves everything to the store */
        out->open_ticket = true;
        if (strncmp(desk->text, "diam", 4) != 0)
            out->reply_template = "received";
        out->type = "pengaduan";
        out->category = "jalan";
        out->agency = "dpupr";
        out->urgency = "normal";
        strcpy(out->why, "jalan: 'berlubang'");
    }
    return desk->fails;
}

static inline struct store_policy desk_policy(struct desk *desk)
{
    return (struct store_policy){.ctx = desk,
                                 .decide = desk_decides,
                                 .part_wait_us = 600 * 1000000ull,
                                 .part_keep_us = 3600 * 1000000ull,
                                 .reply_rate = 3,
                                 .reply_rate_window_us = 60 * 1000000ull};
}

/* One SMS in a batch of its own. */
static inline int ingest_one(struct support *s, struct desk *desk, const struct mo *mo, struct store_outcome *out,
                             struct fault *fault)
{
    struct wire wire;
    struct store_policy policy = desk_policy(desk);
    wire_init(&wire, mo);
    struct store_item item = {.sms = &wire.sms};
    return store_ingest(s->store, &policy, &item, 1, s->now_us, out, fault);
}

static inline struct store_outcome ingest_ok(struct support *s, struct desk *desk, const struct mo *mo)
{
    struct store_outcome out = {0};
    struct fault fault = {0};
    if (ingest_one(s, desk, mo, &out, &fault) != OK)
        fail_msg("%s", fault.text);
    return out;
}

static inline Aduan__Record__Message *message_at(struct support *s, const uint8_t *key)
{
    Aduan__Record__Message *message;
    assert_int_equal(store_message_get(s->store, key, STORE_KEY_MESSAGE_BYTES, &message), OK);
    return message;
}

/* The message row of mo n. */
static inline Aduan__Record__Message *message_of(struct support *s, uint32_t n)
{
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    support_key(n, key);
    return message_at(s, key);
}

static inline void message_free(Aduan__Record__Message *message)
{
    aduan__record__message__free_unpacked(message, NULL);
}

static inline Aduan__Record__Ticket *ticket_of(struct support *s, uint64_t id)
{
    Aduan__Record__Ticket *ticket;
    assert_int_equal(store_ticket_get(s->store, id, &ticket), OK);
    return ticket;
}

static inline void ticket_free(Aduan__Record__Ticket *ticket)
{
    aduan__record__ticket__free_unpacked(ticket, NULL);
}

static inline void print_break(void *ctx, const char *id, const char *sentence)
{
    (void)ctx;
    print_error("%s: %s\n", id, sentence);
}

/* Every promise holds. */
static inline void assert_verified(struct support *s)
{
    struct store_proof proof;
    assert_int_equal(store_verify(s->store, print_break, NULL, &proof), OK);
    assert_int_equal(proof.breaks, 0);
}

#define assert_bytes(field, expected)                                                                                  \
    do {                                                                                                               \
        assert_int_equal((field).len, strlen(expected));                                                               \
        assert_memory_equal((field).data, expected, strlen(expected));                                                 \
    } while (0)

#endif
