/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ingest: a batch of SMS becomes message rows, parts, tickets, reply intents, identities and events in one
 * transaction. Called by the classifier, which acks only what this has committed. Nothing that a citizen or a telco
 * can write makes a batch fail: what cannot be understood is stored raw with its reason.
 */
#include "store_ingest.h"

#include "kill_point.h"
#include "record_fields.h"
#include "uuid.h"

#include <stdlib.h>
#include <string.h>

/* One SMS as it is being taken in. Large: one at a time, on the stack. */
struct arrival {
    const Aduan__Wire__Sms *sms;
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    Aduan__Record__Message message; /* borrows from sms and from here */
    struct sender sender;
};

/* The sender as it came, kept with the message itself. */
static void keep_sender(struct arrival *a)
{
    a->message.sender = a->sms->sender;
    if (a->message.sender.len > SENDER_KEPT_MAX)
        a->message.sender.len = SENDER_KEPT_MAX;
}

static void fill_message(struct arrival *a, uint64_t now_us)
{
    const Aduan__Wire__Sms *sms = a->sms;
    Aduan__Record__Message *m = &a->message;
    aduan__record__message__init(m);
    m->version = RECORD_VERSION;
    m->uuid = sms->uuid;
    m->time = sms->time;
    m->committed_us = now_us;
    m->receiver = sms->receiver;
    m->body = sms->body;
    m->udh = sms->udh;
    m->coding = sms->coding;
    m->charset = sms->charset;
    m->smsc_id = sms->smsc_id;
    m->service = sms->service;
    m->account = sms->account;
    m->meta_data = sms->meta_data;
    m->priority = sms->priority;
    m->bearerbox = sms->bearerbox;
    put_be32(a->key, sms->time);
    memcpy(a->key + 4, sms->uuid.data, UUID_BYTES);
}

static int fill_sender(struct ingest *in, struct arrival *a)
{
    ProtobufCBinaryData bytes = a->sms->sender;
    int err = sender_read(in, bytes.data, bytes.len, &a->sender);
    if (err != OK)
        return err;
    a->sender.messages++;
    if (a->sender.has_row)
        a->message.sender_id = (ProtobufCBinaryData){SEAL_ID_BYTES, a->sender.id};
    enum sender_kind kind = reply_sender_kind(bytes.data, bytes.len, 0);
    if (kind != SENDER_NUMBER && kind != SENDER_SHORT)
        keep_sender(a);
    return OK;
}

/* Raw, with nothing looked at: reading it may be what killed its classifiers. */
static int park(struct ingest *in, struct arrival *a, struct store_outcome *out)
{
    Aduan__Record__Quarantine row = ADUAN__RECORD__QUARANTINE__INIT;
    row.version = RECORD_VERSION;
    row.at_us = in->txn.now_us;
    row.deaths = a->sms->deaths;
    keep_sender(a);
    a->message.fate = MESSAGE_FATE(NO_TICKET);
    a->message.reason = "quarantined";
    char shortcode[SHORTCODE_TEXT_BYTES];
    shortcode_text(&a->message, shortcode);
    Aduan__Record__Event event = ADUAN__RECORD__EVENT__INIT;
    event.kind = EVENT_KIND(SMS_QUARANTINED);
    event.message_key = (ProtobufCBinaryData){sizeof a->key, a->key};
    event.shortcode = shortcode;
    event.detail = a->message.reason;
    int err = txn_put_record_new(&in->txn, T_MESSAGE, a->key, sizeof a->key, &a->message.base);
    if (err == OK)
        err = txn_put_record(&in->txn, T_QUARANTINE, a->key, sizeof a->key, &row.base);
    if (err == OK)
        err = txn_event(&in->txn, &event);
    *out = (struct store_outcome){.kind = STORE_QUARANTINED};
    return err;
}

static int take_whole(struct ingest *in, struct arrival *a, const struct store_item *item, struct store_outcome *out)
{
    struct text decoded = {0};
    struct whole whole = {
        .message = &a->message, .key = a->key, .text = item->text, .sender = &a->sender, .later = item->later};
    int err = OK;
    if (item->text) {
        whole.verdict = item->verdict;
    } else {
        const Aduan__Wire__Sms *sms = a->sms;
        err = text_decode(sms->coding, sms->charset.data, sms->charset.len, sms->body.data, sms->body.len, &decoded);
        whole.text = &decoded;
    }
    if (err == OK)
        err = ingest_whole(in, &whole, out);
    text_done(&decoded);
    return err;
}

static int take_understood(struct ingest *in, struct arrival *a, const struct store_item *item,
                           struct store_outcome *out)
{
    struct udh_concat concat;
    int is_part = udh_parse_concat(a->sms->udh.data, a->sms->udh.len, &concat);
    int err = fill_sender(in, a);
    if (err != OK)
        return err;
    /* A header that lies says nothing about its set: the SMS is taken as a whole, and marked. */
    a->message.text_repaired = is_part < 0;
    if (is_part > 0)
        err = parts_take(in, &a->message, a->key, &concat, &a->sender, out);
    else
        err = take_whole(in, a, item, out);
    return err == OK ? sender_write(in, &a->sender) : err;
}

int ingest_take(struct ingest *in, const struct store_item *item, struct store_outcome *out)
{
    struct arrival a;
    a.sms = item->sms;
    if (a.sms->uuid.len != UUID_BYTES)
        return E_INVALID;
    fill_message(&a, in->txn.now_us);
    int err = a.sms->quarantine ? park(in, &a, out) : take_understood(in, &a, item, out);
    if (err != E_EXISTS)
        return err;
    *out = (struct store_outcome){.kind = STORE_DUPLICATE};
    return OK;
}

int store_ingest(struct store *store, const struct store_policy *policy, const struct store_item *items, size_t n,
                 uint64_t now_us, struct store_outcome *outcomes, struct fault *fault)
{
    static const char doing[] = "cannot save a batch of SMS";
    struct ingest in = {.policy = policy};
    int err = txn_begin(store, true, now_us, &in.txn);
    if (err != OK)
        return txn_fault(store, fault, err, doing);
    struct store_outcome *taken = record_alloc(n * sizeof *taken);
    for (size_t i = 0; err == OK && i < n; i++)
        err = ingest_take(&in, &items[i], &taken[i]);
    if (err == OK)
        err = txn_index_senders(&in.txn);
    KILL_POINT("store", "ingest_uncommitted");
    if (err == OK)
        err = txn_commit(&in.txn);
    else
        txn_abort(&in.txn);
    if (err == OK && n > 0)
        memcpy(outcomes, taken, n * sizeof *taken);
    free(taken);
    return err == OK ? OK : txn_fault(store, fault, err, doing);
}
