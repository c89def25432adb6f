/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Out of quarantine: a parked SMS is taken in again from its stored bytes, as if it came now, in one transaction. Its
 * row there goes and its message gets the fate it should have had. If it kills whoever tries, nothing has changed.
 */
#include "store_ingest.h"

#include <string.h>

/* As it came; bytes are borrowed from the message. */
static Aduan__Wire__Sms sms_of(const Aduan__Record__Message *message)
{
    Aduan__Wire__Sms sms = ADUAN__WIRE__SMS__INIT;
    sms.uuid = message->uuid;
    sms.time = message->time;
    sms.sender = message->sender;
    sms.receiver = message->receiver;
    sms.body = message->body;
    sms.udh = message->udh;
    sms.coding = message->coding;
    sms.charset = message->charset;
    sms.smsc_id = message->smsc_id;
    sms.service = message->service;
    sms.account = message->account;
    sms.meta_data = message->meta_data;
    sms.priority = message->priority;
    sms.bearerbox = message->bearerbox;
    return sms;
}

static int retry(struct ingest *in, const uint8_t *key, const Aduan__Record__Message *message,
                 struct store_outcome *out)
{
    int err = txn_del(&in->txn, T_QUARANTINE, key, STORE_KEY_MESSAGE_BYTES);
    if (err == OK)
        err = txn_del(&in->txn, T_MESSAGE, key, STORE_KEY_MESSAGE_BYTES);
    if (err != OK)
        return err;
    const Aduan__Wire__Sms sms = sms_of(message);
    return ingest_take(in, &(struct store_item){.sms = &sms}, out);
}

static int find_and_retry(struct ingest *in, const uint8_t *key, struct store_outcome *out)
{
    ProtobufCMessage *row = NULL, *message = NULL;
    int err = txn_get_record(&in->txn, T_QUARANTINE, key, STORE_KEY_MESSAGE_BYTES,
                             &aduan__record__quarantine__descriptor, &row);
    if (err == OK)
        err = txn_get_record(&in->txn, T_MESSAGE, key, STORE_KEY_MESSAGE_BYTES, &aduan__record__message__descriptor,
                             &message);
    if (err == OK && ((const Aduan__Record__Message *)message)->purged_us != 0)
        err = E_GONE;
    if (err == OK)
        err = retry(in, key, (const Aduan__Record__Message *)message, out);
    aduan__record__quarantine__free_unpacked((Aduan__Record__Quarantine *)row, NULL);
    aduan__record__message__free_unpacked((Aduan__Record__Message *)message, NULL);
    return err;
}

int store_quarantine_retry(struct store *store, const struct store_policy *policy, const uint8_t *key, size_t key_len,
                           const char *actor, uint64_t now_us, struct store_outcome *outcome, struct fault *fault)
{
    static const char doing[] = "cannot take the SMS out of quarantine";
    struct ingest in = {.policy = policy, .retried_by = actor};
    struct store_outcome taken;
    if (key_len != STORE_KEY_MESSAGE_BYTES || !actor || !*actor)
        return fault_set(fault, E_INVALID, "a retry needs the key of a message and who asks for it");
    int err = txn_begin(store, true, now_us, &in.txn);
    if (err != OK)
        return txn_fault(store, fault, err, doing);
    err = find_and_retry(&in, key, &taken);
    if (err == OK)
        err = txn_commit(&in.txn);
    else
        txn_abort(&in.txn);
    if (err == E_GONE)
        return fault_set(fault, E_STATE, "this SMS was purged: nothing of it is left that could be read again");
    if (err == E_NOT_FOUND)
        return fault_set(fault, E_NOT_FOUND, "the quarantine holds no such SMS");
    if (err != OK)
        return txn_fault(store, fault, err, doing);
    *outcome = taken;
    return OK;
}
