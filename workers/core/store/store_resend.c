/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Resends: an SMS that says the same as an open ticket of its sender on the same shortcode joins that ticket instead of
 * opening another. Whether it does is decided inside the transaction that stores it, so that classifiers side by side,
 * redeliveries and deaths cannot make two tickets of one report. A citizen is reminded of the number now and then.
 * Must never happen here: a text or a number in clear in a key.
 */
#include "record_fields.h"
#include "store_ingest.h"

#include <stdlib.h>
#include <string.h>

typedef Aduan__Record__Ticket Ticket;
typedef Aduan__Record__Message Message;

/* Of one sender: whoever has opened more within the window is no citizen in a storm. */
enum { TICKETS_COMPARED_MAX = 1000 };

static void report_key(const struct seal *seal, const uint8_t sender_id[SEAL_ID_BYTES], const char *shortcode,
                       const uint8_t same[SAME_BYTES], uint8_t out[SEAL_ID_BYTES])
{
    uint8_t all[SEAL_ID_BYTES + SAME_BYTES + SHORTCODE_TEXT_BYTES];
    size_t len = strlen(shortcode);
    memcpy(all, sender_id, SEAL_ID_BYTES);
    memcpy(all + SEAL_ID_BYTES, same, SAME_BYTES);
    memcpy(all + SEAL_ID_BYTES + SAME_BYTES, shortcode, len);
    seal_id(seal, all, SEAL_ID_BYTES + SAME_BYTES + len, out);
}

bool resend_key(const struct ingest *in, const struct whole *whole, const struct verdict *verdict,
                const char *shortcode, uint8_t out[SEAL_ID_BYTES])
{
    bool joinable = in->policy->resend_window_us > 0 && verdict->open_ticket && verdict->joinable &&
                    whole->message->sender_id.len == SEAL_ID_BYTES;
    if (joinable)
        report_key(in->txn.store->seal, whole->message->sender_id.data, shortcode, verdict->same, out);
    return joinable;
}

/* What a row of ticket_by_sender leads to. */
enum said { SAID_ELSE, SAID_IT, SAID_LONG_AGO };

/* A row holds enough to tell most others apart. A ticket that cannot be read is joined by nobody. A clock that was set
 * back makes a ticket younger. */
static int said_by(struct store_txn *txn, const struct store_policy *policy, uint64_t id, const MDB_val *row,
                   const uint8_t report[SEAL_ID_BYTES], enum said *out)
{
    ProtobufCMessage *record;
    uint8_t key[8];
    *out = SAID_ELSE;
    if (row->mv_size != REPORT_ROW_BYTES || memcmp(row->mv_data, report, REPORT_ROW_BYTES) != 0)
        return OK;
    put_be64(key, id);
    int err = txn_get_closed(txn, T_TICKET, key, sizeof key, &aduan__record__ticket__descriptor, &record);
    if (err != OK)
        return err == E_NOT_FOUND || err == E_CORRUPT ? OK : err;
    const Ticket *ticket = (const Ticket *)record;
    if (ticket->report.len == SEAL_ID_BYTES && memcmp(ticket->report.data, report, SEAL_ID_BYTES) == 0)
        *out = txn->now_us < ticket->opened_us + policy->resend_window_us ? SAID_IT : SAID_LONG_AGO;
    protobuf_c_message_free_unpacked(record, NULL);
    return OK;
}

/* The newest ticket of the sender that says it, while that is not older than the window. */
static int look_up(struct store_txn *txn, const struct store_policy *policy, const uint8_t sender_id[SEAL_ID_BYTES],
                   const uint8_t report[SEAL_ID_BYTES], uint64_t *ticket)
{
    MDB_cursor *cursor = NULL;
    MDB_val key, val;
    enum said said = SAID_ELSE;
    uint8_t row[SENDER_ROW_BYTES];
    int err = txn_sender_row(txn, sender_id, row);
    if (err == OK)
        err = txn_cursor(txn, T_TICKET_BY_SENDER, &cursor);
    if (err == OK)
        err = cursor_seek_below(txn->store, cursor, row, sizeof row, UINT64_MAX, &key, &val);
    for (size_t rows = 0; err == OK && rows < TICKETS_COMPARED_MAX; rows++) {
        if (key.mv_size != TICKET_SENDER_ROW_BYTES || memcmp(key.mv_data, row, sizeof row) != 0)
            break;
        *ticket = get_be64((const uint8_t *)key.mv_data + sizeof row);
        err = said_by(txn, policy, *ticket, &val, report, &said);
        if (err != OK || said != SAID_ELSE)
            break;
        err = cursor_get(txn->store, cursor, &key, &val, MDB_PREV);
    }
    mdb_cursor_close(cursor);
    return err == OK && said != SAID_IT ? E_NOT_FOUND : err;
}

int resend_find(struct ingest *in, const uint8_t sender_id[SEAL_ID_BYTES], const uint8_t report[SEAL_ID_BYTES],
                Ticket **out)
{
    uint64_t id;
    Ticket *ticket;
    int err = look_up(&in->txn, in->policy, sender_id, report, &id);
    if (err == OK)
        err = txn_get_ticket(&in->txn, id, &ticket);
    if (err != OK)
        return err == E_CORRUPT ? E_NOT_FOUND : err; /* a ticket that cannot be read is joined by nobody */
    if (ticket_is_open(ticket->state)) {
        *out = ticket;
        return OK;
    }
    aduan__record__ticket__free_unpacked(ticket, NULL);
    return E_NOT_FOUND;
}

/* Why this resend is not answered; NULL when the citizen is to be reminded. */
static const char *no_reminder(const struct ingest *in, const struct whole *whole, const struct verdict *verdict,
                               const Ticket *ticket)
{
    if (!verdict->reply_template)
        return verdict->no_reply_reason ? verdict->no_reply_reason : "not_wanted";
    if (ticket->told_us > 0 && in->txn.now_us < ticket->told_us + in->policy->reminder_us)
        return "answered_already";
    return sender_no_reply(in, whole->sender);
}

static int put_resent_row(struct store_txn *txn, uint64_t ticket, const uint8_t *message_key)
{
    uint8_t key[RESENT_KEY_BYTES];
    put_be64(key, ticket);
    memcpy(key + 8, message_key, STORE_KEY_MESSAGE_BYTES);
    return txn_put(txn, T_RESENT, key, sizeof key, "", 0);
}

static int joined_event(struct ingest *in, const struct whole *whole, const Ticket *ticket)
{
    Aduan__Record__Event event = event_of_ticket(ticket, EVENT_KIND(TICKET_JOINED));
    event.message_key = (ProtobufCBinaryData){STORE_KEY_MESSAGE_BYTES, (uint8_t *)whole->key};
    event.messages = ticket->resends + 1;
    return txn_event(&in->txn, &event);
}

static int remind(struct ingest *in, struct whole *whole, Ticket *ticket)
{
    const struct reply_intent intent = {.template_name = "reminder",
                                        .language = ticket->language,
                                        .interval_s = (uint32_t)(in->policy->reminder_us / 1000000)};
    int err = txn_queue_reply(&in->txn, whole->message, ticket, &intent);
    if (err != OK)
        return err;
    sender_count_reply(in, whole->sender);
    ticket->told_us = in->txn.now_us;
    return ingest_replied(in, whole);
}

int resend_join(struct ingest *in, struct whole *whole, const struct verdict *verdict, Ticket *ticket,
                struct store_outcome *out)
{
    Message *message = whole->message;
    const char *reason = no_reminder(in, whole, verdict, ticket);
    message->fate = MESSAGE_FATE(RESENT);
    message->ticket = ticket->id;
    message->reason = "resent";
    message->no_reply_reason = (char *)(reason ? reason : protobuf_c_empty_string);
    ticket->resends++;
    int err = txn_put_record_new(&in->txn, T_MESSAGE, whole->key, STORE_KEY_MESSAGE_BYTES, &message->base);
    if (err == OK && message->parts_total == 0) /* parts have been announced each when it came */
        err = ingest_received(in, message, whole->key);
    if (err == OK)
        err = put_resent_row(&in->txn, ticket->id, whole->key);
    if (err == OK)
        err = joined_event(in, whole, ticket);
    if (err == OK && !reason)
        err = remind(in, whole, ticket);
    if (err == OK)
        err = txn_put_ticket(&in->txn, ticket, ticket->state);
    *out = (struct store_outcome){.kind = STORE_RESENT, .ticket = message->ticket, .repaired = message->text_repaired};
    return err;
}

/* --- looking ------------------------------------------------------------------------------------------------ */

static bool known_one(struct store_txn *txn, const struct store_policy *policy, const struct store_item *item)
{
    const Aduan__Wire__Sms *sms = item->sms;
    const Message message = {.receiver = sms->receiver};
    uint8_t sender_id[SEAL_ID_BYTES], key[SEAL_ID_BYTES];
    char shortcode[SHORTCODE_TEXT_BYTES];
    uint64_t ticket;
    if (!item->verdict || !item->verdict->joinable || sms->sender.len == 0)
        return false;
    shortcode_text(&message, shortcode);
    seal_sender_id(txn->store->seal, sms->sender.data, sms->sender.len, sender_id);
    report_key(txn->store->seal, sender_id, shortcode, item->verdict->same, key);
    return look_up(txn, policy, sender_id, key, &ticket) == OK;
}

void store_resends_known(struct store *store, const struct store_policy *policy, const struct store_item *items,
                         size_t n, uint64_t now_us, bool *known)
{
    struct store_txn txn;
    memset(known, 0, n * sizeof *known);
    if (policy->resend_window_us == 0 || txn_begin(store, false, now_us, &txn) != OK)
        return;
    for (size_t i = 0; i < n; i++)
        known[i] = known_one(&txn, policy, &items[i]);
    txn_abort(&txn);
}

/* From the ticket's last row backwards: how many there are to hand out. */
static int last_rows(struct store *store, MDB_cursor *cursor, uint64_t ticket, size_t max,
                     uint8_t (*keys)[STORE_KEY_MESSAGE_BYTES], size_t *count)
{
    MDB_val key, val;
    size_t found = 0;
    int err = cursor_seek_below(store, cursor, "", 0, ticket + 1, &key, &val);
    while (err == OK && found < max && key.mv_size == RESENT_KEY_BYTES && get_be64(key.mv_data) == ticket) {
        memcpy(keys[max - ++found], (const uint8_t *)key.mv_data + 8, STORE_KEY_MESSAGE_BYTES);
        err = cursor_get(store, cursor, &key, &val, MDB_PREV);
    }
    memmove(keys, keys + max - found, found * sizeof *keys);
    *count = found;
    return err == E_NOT_FOUND ? OK : err;
}

int store_ticket_resent(struct store *store, uint64_t ticket, size_t max, uint8_t (*keys)[STORE_KEY_MESSAGE_BYTES],
                        size_t *count)
{
    struct store_txn txn;
    MDB_cursor *cursor = NULL;
    *count = 0;
    int err = txn_begin(store, false, 0, &txn);
    if (err != OK)
        return err;
    err = txn_cursor(&txn, T_RESENT, &cursor);
    if (err == OK)
        err = last_rows(store, cursor, ticket, max, keys, count);
    mdb_cursor_close(cursor);
    txn_abort(&txn);
    return err;
}
