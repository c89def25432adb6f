/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Identities: one row a sender, found by keyed hash, with the sealed number and the automatic replies of the last
 * while. The number in clear lives only in the memory of a call.
 */
#include "store_ingest.h"

#include <string.h>

static void sender_new(struct ingest *in, struct sender *sender)
{
    sender->first_us = in->txn.now_us;
    sender->messages = 0;
    sender->replies = 0;
    sender->box_len = 0;
}

/* Replies that have left the window are forgotten here. */
static void sender_load(struct ingest *in, const Aduan__Record__Identity *row, struct sender *sender)
{
    uint64_t window = in->policy->reply_rate_window_us;
    sender->first_us = row->first_us;
    sender->messages = row->messages;
    sender->replies = 0;
    for (size_t i = 0; i < row->n_reply_us && sender->replies < REPLY_RATE_MAX; i++) {
        /* One from beyond the window ahead of us was counted before the clock was set back. */
        if (row->reply_us[i] + window > in->txn.now_us && row->reply_us[i] <= in->txn.now_us + window)
            sender->reply_us[sender->replies++] = row->reply_us[i];
    }
    sender->box_len = row->sealed.len;
    memcpy(sender->box, row->sealed.data, row->sealed.len);
}

int sender_read(struct ingest *in, const void *bytes, size_t len, struct sender *out)
{
    out->bytes = bytes;
    out->len = len;
    out->has_row = len > 0 && len <= SENDER_ID_MAX;
    out->is_new = false;
    memset(out->id, 0, sizeof out->id);
    if (len > 0)
        seal_sender_id(in->txn.store->seal, bytes, len, out->id);
    if (!out->has_row)
        return OK;
    ProtobufCMessage *record;
    int err =
        txn_get_closed(&in->txn, T_IDENTITY, out->id, SEAL_ID_BYTES, &aduan__record__identity__descriptor, &record);
    if (err == OK) {
        Aduan__Record__Identity *row = (Aduan__Record__Identity *)record;
        if (row->sealed.len > SEAL_OVERHEAD_BYTES && row->sealed.len <= sizeof out->box)
            sender_load(in, row, out);
        else
            err = E_CORRUPT;
        aduan__record__identity__free_unpacked(row, NULL);
    }
    /* A damaged row is made anew from the number in hand: a message matters more than the counts in it. */
    if (err == E_NOT_FOUND || err == E_CORRUPT) {
        out->is_new = err == E_NOT_FOUND;
        sender_new(in, out);
        err = OK;
    }
    return err;
}

int sender_write(struct ingest *in, const struct sender *sender)
{
    if (!sender->has_row)
        return OK;
    in->txn.identities += sender->is_new;
    Aduan__Record__Identity row = ADUAN__RECORD__IDENTITY__INIT;
    row.version = RECORD_VERSION;
    if (sender->box_len > 0)
        row.sealed = (ProtobufCBinaryData){sender->box_len, (uint8_t *)sender->box};
    else
        row.number = (ProtobufCBinaryData){sender->len, (uint8_t *)sender->bytes};
    row.first_us = sender->first_us;
    row.last_us = in->txn.now_us;
    row.messages = sender->messages;
    row.n_reply_us = sender->replies;
    row.reply_us = (uint64_t *)sender->reply_us;
    return txn_put_record(&in->txn, T_IDENTITY, sender->id, SEAL_ID_BYTES, &row.base);
}

const char *sender_no_reply(const struct ingest *in, const struct sender *sender)
{
    if (sender->len == 0)
        return "no_sender";
    if (sender->len > SENDER_NUMBER_MAX)
        return "bad_sender";
    return sender->replies >= in->policy->reply_rate || sender->replies >= REPLY_RATE_MAX ? "rate_limited" : NULL;
}

void sender_count_reply(const struct ingest *in, struct sender *sender)
{
    sender->reply_us[sender->replies++] = in->txn.now_us;
}

static int identity_number(struct store_txn *txn, const uint8_t *sender_id, uint8_t *out, size_t max, size_t *len)
{
    ProtobufCMessage *record;
    int err = txn_get_record(txn, T_IDENTITY, sender_id, SEAL_ID_BYTES, &aduan__record__identity__descriptor, &record);
    if (err != OK)
        return err;
    Aduan__Record__Identity *row = (Aduan__Record__Identity *)record;
    if (row->number.len == 0)
        err = E_CORRUPT;
    else if (row->number.len > max)
        err = E_INVALID;
    if (err == OK) {
        memcpy(out, row->number.data, row->number.len);
        *len = row->number.len;
        explicit_bzero(row->number.data, row->number.len);
    }
    aduan__record__identity__free_unpacked(row, NULL);
    return err;
}

int sender_of_message(struct ingest *in, const Aduan__Record__Message *message, uint8_t *out, size_t *len)
{
    *len = 0;
    int err = OK;
    if (message->sender.len > 0 && message->sender.len <= SENDER_KEPT_MAX) {
        memcpy(out, message->sender.data, message->sender.len);
        *len = message->sender.len;
    } else if (message->sender_id.len == SEAL_ID_BYTES) {
        err = identity_number(&in->txn, message->sender_id.data, out, SENDER_KEPT_MAX, len);
    }
    /* Without its number a set is still delivered. */
    return err == E_NOT_FOUND || err == E_CORRUPT ? OK : err;
}

int store_sender_number(struct store *store, const uint8_t sender_id[SEAL_ID_BYTES], uint8_t out[32], size_t *len)
{
    struct store_txn txn;
    int err = txn_begin(store, false, 0, &txn);
    if (err != OK)
        return err;
    err = identity_number(&txn, sender_id, out, SENDER_NUMBER_MAX, len);
    txn_abort(&txn);
    return err;
}
