/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What becomes of one whole SMS: its verdict, then the message row with its fate, the ticket, the reply intent and the
 * events. The message row goes first and must be new: that is what makes a redelivery harmless.
 */
#include "store_ingest.h"

#include "record_fields.h"
#include "store_incident_priv.h"
#include "ticket_id.h"
#include "ticket_places.h"

#include <stdlib.h>
#include <string.h>

static char *borrowed(const char *text)
{
    return (char *)(text ? text : protobuf_c_empty_string);
}

void shortcode_text(const Aduan__Record__Message *message, char out[SHORTCODE_TEXT_BYTES])
{
    size_t kept = 0;
    for (size_t i = 0; i < message->receiver.len && kept < SHORTCODE_TEXT_BYTES - 1; i++) {
        uint8_t c = message->receiver.data[i];
        if (c > ' ' && c <= '~')
            out[kept++] = (char)c;
    }
    out[kept] = '\0';
}

/* Everything that is fixed before the first write of a whole. */
struct plan {
    const struct verdict *verdict;
    bool reply, joinable;
    char shortcode[SHORTCODE_TEXT_BYTES];
    uint8_t report[SEAL_ID_BYTES]; /* when joinable */
};

static struct desk_sms sms_of(const struct whole *whole)
{
    return (struct desk_sms){.sender = whole->sender->bytes,
                             .sender_len = whole->sender->len,
                             .receiver = whole->message->receiver.data,
                             .receiver_len = whole->message->receiver.len,
                             .text = whole->text,
                             .incomplete = whole->message->incomplete};
}

static int decide(const struct ingest *in, const struct whole *whole, struct verdict *out)
{
    const struct desk_sms sms = sms_of(whole);
    *out = (struct verdict){0};
    return in->policy->decide(in->policy->ctx, &sms, out);
}

/* The verdict without reading, where the policy has one; else the whole one. */
static int receive(const struct ingest *in, const struct whole *whole, struct verdict *out)
{
    const struct desk_sms sms = sms_of(whole);
    if (!in->policy->receive)
        return decide(in, whole, out);
    in->policy->receive(in->policy->ctx, &sms, out);
    return OK;
}

/* Most bodies are their text: 7-bit ones come to us in UTF-8. */
static bool is_text(const struct whole *whole)
{
    const ProtobufCBinaryData body = whole->message->body;
    return body.len > 0 && body.len == whole->text->len && memcmp(body.data, whole->text->utf8, body.len) == 0;
}

/* The message's fate and reasons, as the verdict has them. A ticket takes the text: it is sealed once. */
static void fill_message(struct ingest *in, struct whole *whole, struct plan *plan)
{
    Aduan__Record__Message *message = whole->message;
    const struct verdict *verdict = plan->verdict;
    const char *no_reply = verdict->no_reply_reason;
    if (verdict->reply_template)
        no_reply = sender_no_reply(in, whole->sender);
    else if (verdict->open_ticket && !no_reply)
        no_reply = "not_wanted";
    plan->reply = verdict->reply_template && !no_reply;
    message->no_reply_reason = borrowed(no_reply);
    if (verdict->open_ticket) {
        message->fate = MESSAGE_FATE(TICKET);
        message->text = (ProtobufCBinaryData){0};
        if (is_text(whole)) {
            message->body = (ProtobufCBinaryData){0};
            message->body_is_text = true;
        }
        message->ticket = ticket_id_make(in->txn.next_serial);
    } else {
        message->fate = MESSAGE_FATE(NO_TICKET);
        message->reason = borrowed(verdict->reason ? verdict->reason : "not_wanted");
    }
}

int ingest_received(struct ingest *in, const Aduan__Record__Message *message, const uint8_t *key)
{
    char shortcode[SHORTCODE_TEXT_BYTES];
    shortcode_text(message, shortcode);
    Aduan__Record__Event event = ADUAN__RECORD__EVENT__INIT;
    event.kind = EVENT_KIND(SMS_RECEIVED);
    event.ticket = message->ticket;
    if (message->fate != MESSAGE_FATE(TICKET))
        event.message_key = (ProtobufCBinaryData){STORE_KEY_MESSAGE_BYTES, (uint8_t *)key};
    event.shortcode = shortcode;
    event.detail = message->reason;
    event.actor = borrowed(in->retried_by);
    return txn_event(&in->txn, &event);
}

int txn_ticket_opened(struct store_txn *txn, const Aduan__Record__Ticket *ticket)
{
    Aduan__Record__Event event = ADUAN__RECORD__EVENT__INIT;
    event.kind = EVENT_KIND(TICKET_OPENED);
    event.ticket = ticket->id;
    event.shortcode = ticket->shortcode;
    event.state = ticket->state;
    int err = txn_event(txn, &event);
    event = event_of_ticket(ticket, EVENT_KIND(TICKET_CLASSIFIED));
    return err == OK ? txn_event(txn, &event) : err;
}

int ingest_replied(struct ingest *in, const struct whole *whole)
{
    return txn_put_record(&in->txn, T_MESSAGE, whole->key, STORE_KEY_MESSAGE_BYTES, &whole->message->base);
}

static int queue_reply(struct ingest *in, struct whole *whole, const struct plan *plan, Aduan__Record__Ticket *ticket)
{
    if (!plan->reply)
        return OK;
    const struct reply_intent intent = {.template_name = plan->verdict->reply_template,
                                        .language = plan->verdict->language};
    int err = txn_queue_reply(&in->txn, whole->message, ticket, &intent);
    if (err != OK)
        return err;
    sender_count_reply(in, whole->sender);
    if (!ticket)
        return ingest_replied(in, whole);
    ticket->told_us = in->txn.now_us;
    return OK;
}

static int open_ticket(struct ingest *in, struct whole *whole, struct plan *plan)
{
    const Aduan__Record__Message *message = whole->message;
    const struct verdict *verdict = plan->verdict;
    Aduan__Record__Ticket ticket = ADUAN__RECORD__TICKET__INIT;
    struct ticket_places places;
    ticket.version = RECORD_VERSION;
    ticket.id = message->ticket;
    ticket.state = TICKET_STATE(RECEIVED);
    ticket.opened_us = ticket.changed_us = in->txn.now_us;
    ticket.message_key = (ProtobufCBinaryData){STORE_KEY_MESSAGE_BYTES, (uint8_t *)whole->key};
    ticket.sender_id = message->sender_id;
    ticket.shortcode = plan->shortcode;
    ticket.type = borrowed(verdict->type);
    ticket.category = borrowed(verdict->category);
    ticket.agency = borrowed(verdict->agency);
    ticket.urgency = borrowed(verdict->urgency);
    ticket.language = borrowed(verdict->language);
    ticket.why = borrowed(verdict->why);
    ticket.model = borrowed(verdict->model);
    ticket.guesses = borrowed(verdict->guesses);
    ticket.flags = borrowed(verdict->flags);
    ticket.rules = borrowed(verdict->rules);
    ticket_places_borrow(&places, &verdict->places, &ticket);
    ticket.text = (ProtobufCBinaryData){whole->text->len, (uint8_t *)whole->text->utf8};
    ticket.incomplete = message->incomplete;
    ticket.unclassified = verdict->unread;
    if (plan->joinable)
        ticket.report = (ProtobufCBinaryData){sizeof plan->report, plan->report};
    in->txn.next_serial++;
    int err = verdict->unread ? unclassified_put(&in->txn, &ticket) : txn_ticket_opened(&in->txn, &ticket);
    if (err == OK && !verdict->unread)
        err = incident_find(&in->txn, &in->policy->joining, verdict, &ticket);
    if (err == OK)
        err = queue_reply(in, whole, plan, &ticket);
    if (err == OK)
        err = txn_put_ticket(&in->txn, &ticket, TICKET_STATE(TICKET_STATE_NONE));
    free(ticket.reply);
    return err;
}

/* As a resend, when it is one: E_NOT_FOUND when it is not. */
static int join(struct ingest *in, struct whole *whole, struct plan *plan, struct store_outcome *out)
{
    Aduan__Record__Ticket *ticket;
    plan->joinable = resend_key(in, whole, plan->verdict, plan->shortcode, plan->report);
    if (!plan->joinable)
        return E_NOT_FOUND;
    int err = resend_find(in, whole->message->sender_id.data, plan->report, &ticket);
    if (err != OK)
        return err;
    err = resend_join(in, whole, plan->verdict, ticket, out);
    aduan__record__ticket__free_unpacked(ticket, NULL);
    return err;
}

static int open_or_refuse(struct ingest *in, struct whole *whole, struct plan *plan, struct store_outcome *out)
{
    Aduan__Record__Message *message = whole->message;
    fill_message(in, whole, plan);
    bool ticket = message->fate == MESSAGE_FATE(TICKET);
    int err = txn_put_record_new(&in->txn, T_MESSAGE, whole->key, STORE_KEY_MESSAGE_BYTES, &message->base);
    /* The parts of a joined message have been announced each when it came; a reason is news all the same. */
    if (err == OK && (message->parts_total == 0 || !ticket))
        err = ingest_received(in, message, whole->key);
    if (err != OK)
        return err;
    err = ticket ? open_ticket(in, whole, plan) : queue_reply(in, whole, plan, NULL);
    if (err != OK)
        return err == E_EXISTS ? E_CORRUPT : err; /* the serials of meta are behind the tickets */
    *out = (struct store_outcome){
        .kind = ticket ? STORE_TICKET : STORE_NO_TICKET, .ticket = message->ticket, .repaired = message->text_repaired};
    return OK;
}

int ingest_whole(struct ingest *in, struct whole *whole, struct store_outcome *out)
{
    struct verdict asked;
    struct plan plan = {.verdict = whole->verdict};
    int err = OK;
    if (!plan.verdict) {
        err = receive(in, whole, &asked);
        plan.verdict = &asked;
    }
    if (err != OK)
        return err;
    Aduan__Record__Message *message = whole->message;
    shortcode_text(message, plan.shortcode);
    message->text = (ProtobufCBinaryData){whole->text->len, (uint8_t *)whole->text->utf8};
    message->text_repaired = message->text_repaired || whole->text->repaired;
    err = join(in, whole, &plan, out);
    if (err != E_NOT_FOUND)
        return err;
    if (plan.verdict->unread && !whole->later) {
        err = decide(in, whole, &asked);
        plan.verdict = &asked;
        if (err != OK)
            return err;
    }
    plan.joinable = plan.joinable && plan.verdict->open_ticket;
    return open_or_refuse(in, whole, &plan, out);
}
