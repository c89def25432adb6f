/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tickets at rest: the ticket table and its two indexes, and the one function that changes a ticket's state
 * (store_ticket_change). store_list.c pages through them. What must never happen here: a transition without its
 * event, or an index that says another state than the ticket.
 */
#include "record_fields.h"
#include "store_incident_priv.h"
#include "store_priv.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

typedef Aduan__Record__Ticket Ticket;
typedef Aduan__Record__Message Message;

/* What a change does to a ticket in memory; `sentence` is filled when it may not be. */
struct step {
    const struct store_ticket_change *change;
    Aduan__Record__TicketState before, after;
};

static int index_state(struct store_txn *txn, const Ticket *ticket, Aduan__Record__TicketState before)
{
    uint8_t key[TICKET_STATE_KEY_BYTES];
    put_be64(key + 1, ticket->id);
    if (before != TICKET_STATE(TICKET_STATE_NONE) && before != ticket->state) {
        key[0] = (uint8_t)before;
        int rc = txn_del(txn, T_TICKET_BY_STATE, key, sizeof key);
        if (rc != OK && rc != E_NOT_FOUND) /* a row that was missing is missed no more */
            return rc;
    }
    key[0] = (uint8_t)ticket->state;
    return txn_put(txn, T_TICKET_BY_STATE, key, sizeof key, "", 0);
}

static int index_sender(struct store_txn *txn, const Ticket *ticket)
{
    uint8_t key[TICKET_SENDER_KEY_BYTES];
    if (ticket->sender_id.len != SEAL_ID_BYTES)
        return OK;
    memcpy(key, ticket->sender_id.data, SEAL_ID_BYTES);
    put_be64(key + SEAL_ID_BYTES, ticket->id);
    size_t len = ticket->report.len < REPORT_ROW_BYTES ? ticket->report.len : REPORT_ROW_BYTES;
    return txn_put(txn, T_TICKET_BY_SENDER, key, sizeof key, ticket->report.data, len);
}

int txn_put_ticket(struct store_txn *txn, Ticket *ticket, Aduan__Record__TicketState state_before)
{
    uint8_t key[8];
    put_be64(key, ticket->id);
    ticket->version = RECORD_VERSION;
    txn->tickets_open -= ticket_is_open(state_before) && txn->tickets_open > 0;
    txn->tickets_open += ticket_is_open(ticket->state);
    bool opened = state_before == TICKET_STATE(TICKET_STATE_NONE);
    int rc = (opened ? txn_put_record_last : txn_put_record)(txn, T_TICKET, key, sizeof key, &ticket->base);
    if (rc == OK)
        rc = index_state(txn, ticket, state_before);
    if (rc == OK && opened)
        rc = index_sender(txn, ticket);
    return rc;
}

int txn_get_ticket(struct store_txn *txn, uint64_t id, Ticket **out)
{
    ProtobufCMessage *record = NULL;
    uint8_t key[8];
    put_be64(key, id);
    int rc = txn_get_record(txn, T_TICKET, key, sizeof key, &aduan__record__ticket__descriptor, &record);
    *out = (Ticket *)record;
    return rc;
}

int store_ticket_get(struct store *store, uint64_t id, Ticket **out)
{
    struct store_txn txn;
    Ticket *ticket;
    int rc = txn_begin(store, false, 0, &txn);
    if (rc != OK)
        return rc;
    rc = txn_get_ticket(&txn, id, &ticket);
    txn_abort(&txn);
    if (rc == OK)
        *out = ticket;
    return rc;
}

/* --- what is asked for -------------------------------------------------------------------------------------- */

static bool is_text(const char *text, size_t len)
{
    const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)text;
    for (size_t at = 0; at < len;) {
        utf8proc_int32_t code;
        utf8proc_ssize_t n = utf8proc_iterate(bytes + at, (utf8proc_ssize_t)(len - at), &code);
        if (n <= 0 || code == 0)
            return false;
        at += (size_t)n;
    }
    return true;
}

static bool is_blank(const char *text, size_t len)
{
    size_t at = 0;
    while (at < len && strchr(" \t\r\n", text[at]))
        at++;
    return at == len;
}

/* Ids and names of people: short, and text. */
static bool is_name(const char *name)
{
    return name && *name != '\0' && strlen(name) <= STORE_NAME_MAX_BYTES && is_text(name, strlen(name));
}

int ticket_change_check(const struct store_ticket_change *change, struct fault *fault)
{
    size_t len = change->text ? change->text_len : 0;
    const char *verb = ticket_verb_name(change->verb);

    if ((unsigned)change->verb >= TICKET_VERB_END)
        return fault_set(fault, E_INVALID, "no such verb of a ticket");
    if (len > STORE_TICKET_TEXT_MAX_BYTES)
        return fault_set(fault, E_INVALID, "the text has %zu bytes; at most %d go onto a ticket", len,
                         STORE_TICKET_TEXT_MAX_BYTES);
    if (len > 0 && !is_text(change->text, len))
        return fault_set(fault, E_INVALID, "the text is not valid UTF-8 without NUL");
    bool blank = len == 0 || is_blank(change->text, len);
    if (blank && (change->verb == TICKET_NOTE || change->verb == TICKET_ANSWER))
        return fault_set(fault, E_INVALID, "%s needs a text", verb);
    if (blank && change->verb == TICKET_REFUSE)
        return fault_set(fault, E_INVALID, "refuse needs a reason: say whose matter it is");
    if (change->verb == TICKET_ASSIGN && !is_name(change->agency))
        return fault_set(fault, E_INVALID, "assign needs an agency");
    if (change->verb == TICKET_CORRECT && !change->category && !change->type)
        return fault_set(fault, E_INVALID, "correct needs a category or a type");
    if ((change->category && !is_name(change->category)) || (change->type && !is_name(change->type)))
        return fault_set(fault, E_INVALID, "a category or a type is a short name");
    if (!is_name(change->actor))
        return fault_set(fault, E_INVALID, "%s needs to say who does it", verb);
    return OK;
}

static int refuse_state(const Ticket *ticket, const char *verb, struct fault *fault)
{
    char allowed[160] = "";
    for (int v = 0; v < TICKET_VERB_END; v++) {
        Aduan__Record__TicketState next;
        if (ticket_next(ticket->state, (enum ticket_verb)v, ticket->held_from, &next) != OK)
            continue;
        if (*allowed)
            strcat(allowed, ", ");
        strcat(allowed, ticket_verb_name((enum ticket_verb)v));
    }
    return fault_set(fault, E_STATE, "ticket %" PRIu64 " is %s: %s is not allowed there; allowed: %s", ticket->id,
                     ticket_state_name(ticket->state), verb, allowed);
}

/* --- what is done ------------------------------------------------------------------------------------------- */

static void add_note(Ticket *ticket, const struct store_ticket_change *change, uint64_t now_us)
{
    Aduan__Record__Note *note = record_alloc(sizeof *note);
    aduan__record__note__init(note);
    note->at_us = now_us;
    record_set_string(&note->actor, change->actor);
    record_set_string(&note->verb, ticket_verb_name(change->verb));
    record_set_bytes(&note->text, change->text, change->text ? change->text_len : 0);
    record_reseal(&ticket->base);
    record_add_message(&ticket->note, &ticket->n_note, note);
}

/* The class as it was is kept with the event that changes it: whoever reads the log later sees it as it was then. */
static void correct(Ticket *ticket, const struct store_ticket_change *change, uint64_t sequence)
{
    Aduan__Record__Correction *before = record_alloc(sizeof *before);
    aduan__record__correction__init(before);
    before->sequence = sequence;
    record_set_string(&before->heads, !change->type ? "category" : !change->category ? "type" : "category,type");
    record_set_string(&before->type, ticket->type);
    record_set_string(&before->category, ticket->category);
    record_set_string(&before->urgency, ticket->urgency);
    record_add_message(&ticket->correction, &ticket->n_correction, before);
    if (change->category)
        record_set_string(&ticket->category, change->category);
    if (change->type)
        record_set_string(&ticket->type, change->type);
    if (change->urgency)
        record_set_string(&ticket->urgency, change->urgency);
}

static void note_refusal(Ticket *ticket)
{
    char *list;
    if (asprintf(&list, "%s%s%s", ticket->refused, *ticket->refused ? "," : "", ticket->agency) < 0)
        abort();
    record_set_string(&ticket->refused, list);
    free(list);
}

static void move(struct store_txn *txn, Ticket *ticket, const struct step *step)
{
    uint64_t now_us = txn->now_us;
    add_note(ticket, step->change, now_us);
    if (step->change->verb == TICKET_CORRECT)
        correct(ticket, step->change, txn->next_sequence);
    if (step->change->verb == TICKET_NOTE || step->change->verb == TICKET_CORRECT)
        return;
    if (step->change->verb == TICKET_REFUSE)
        note_refusal(ticket);
    ticket->state = step->after;
    ticket->changed_us = now_us;
    ticket->held_from = step->change->verb == TICKET_HOLD ? step->before : TICKET_STATE(TICKET_STATE_NONE);
    if (step->change->verb == TICKET_ASSIGN)
        record_set_string(&ticket->agency, step->change->agency);
}

Aduan__Record__Event event_of_ticket(const Aduan__Record__Ticket *ticket, Aduan__Record__Event__Kind kind)
{
    Aduan__Record__Event event = ADUAN__RECORD__EVENT__INIT;
    event.kind = kind;
    event.ticket = ticket->id;
    event.shortcode = ticket->shortcode;
    event.type = ticket->type;
    event.category = ticket->category;
    event.agency = ticket->agency;
    event.state = ticket->state;
    return event;
}

/* The text of a note stays on the ticket: an event never carries a person's words. */
static int put_event(struct store_txn *txn, const Ticket *ticket, const struct step *step,
                     Aduan__Record__Event__Kind kind)
{
    Aduan__Record__Event event = event_of_ticket(ticket, kind);
    event.state = step->after;
    event.state_before = step->before;
    event.actor = (char *)step->change->actor;
    event.detail = (char *)ticket_verb_name(step->change->verb);
    if (kind == EVENT_KIND(TICKET_CORRECTED))
        event.detail = ticket->correction[ticket->n_correction - 1]->heads;
    return txn_event(txn, &event);
}

static int put_events(struct store_txn *txn, const Ticket *ticket, const struct step *step)
{
    int rc = OK;
    if (step->change->verb == TICKET_ASSIGN)
        rc = put_event(txn, ticket, step, EVENT_KIND(TICKET_ASSIGNED));
    if (step->change->verb == TICKET_NOTE)
        rc = put_event(txn, ticket, step, EVENT_KIND(TICKET_NOTE));
    if (step->change->verb == TICKET_CORRECT)
        rc = put_event(txn, ticket, step, EVENT_KIND(TICKET_CORRECTED));
    if (rc == OK && step->after != step->before)
        rc = put_event(txn, ticket, step, EVENT_KIND(TICKET_STATE));
    return rc;
}

/* A sender that no SMS reaches gets none, however the words were meant. */
static bool reachable(const Message *message)
{
    return message->sender_id.len == SEAL_ID_BYTES && message->sender.len == 0 &&
           strncmp(message->no_reply_reason, "sender_", strlen("sender_")) != 0;
}

static int queue_answer(struct store_txn *txn, Ticket *ticket, const struct store_ticket_change *change,
                        struct fault *fault)
{
    ProtobufCMessage *record = NULL;
    const struct reply_intent intent = {.template_name = "staff",
                                        .language = ticket->language,
                                        .actor = change->actor,
                                        .text = change->text,
                                        .text_len = change->text_len};
    if (ticket->message_key.len == 0)
        return E_CORRUPT;
    int rc = txn_get_record(txn, T_MESSAGE, ticket->message_key.data, ticket->message_key.len,
                            &aduan__record__message__descriptor, &record);
    if (rc != OK)
        return rc == E_NOT_FOUND ? E_CORRUPT : rc;
    Message *message = (Message *)record;
    if (reachable(message)) {
        rc = txn_queue_reply(txn, message, ticket, &intent);
    } else {
        rc = fault_set(fault, E_STATE, "ticket %" PRIu64 " came from a sender that no SMS reaches (%s)", ticket->id,
                       *message->no_reply_reason ? message->no_reply_reason : "no number");
    }
    aduan__record__message__free_unpacked(message, NULL);
    return rc;
}

int txn_change_ticket(struct store_txn *txn, Ticket *ticket, const struct store_ticket_change *change,
                      struct fault *fault)
{
    struct step step = {.change = change, .before = ticket->state};
    if (ticket_next(ticket->state, change->verb, ticket->held_from, &step.after) != OK)
        return refuse_state(ticket, ticket_verb_name(change->verb), fault);
    if (ticket->n_note >= STORE_TICKET_NOTES_MAX)
        return fault_set(fault, E_FULL, "ticket %" PRIu64 " has %d notes already; open a new one for what follows",
                         ticket->id, STORE_TICKET_NOTES_MAX);
    if (change->verb == TICKET_CORRECT && ticket->unclassified)
        return fault_set(fault, E_STATE,
                         "ticket %" PRIu64 " has no class yet: it came in a peak; try again in a moment", ticket->id);
    const struct incident_share before = incident_share(ticket);
    bool other_category = change->verb == TICKET_CORRECT && change->category;
    other_category = other_category && strcmp(change->category, ticket->category) != 0;
    move(txn, ticket, &step);
    int rc = OK;
    if (change->verb == TICKET_ANSWER && !change->told)
        rc = queue_answer(txn, ticket, change, fault);
    if (rc == OK)
        rc = put_events(txn, ticket, &step);
    if (rc == OK)
        rc = incident_recount(txn, ticket, before);
    if (rc == OK && other_category) /* what was found by the wrong one */
        rc = incident_forget(txn, ticket->id);
    return rc == OK ? txn_put_ticket(txn, ticket, step.before) : rc;
}

int store_ticket_change(struct store *store, uint64_t id, const struct store_ticket_change *change, uint64_t now_us,
                        struct fault *fault)
{
    static const char doing[] = "changing a ticket";
    struct fault told = {0};
    struct store_txn txn;
    Ticket *ticket;

    int rc = ticket_change_check(change, fault);
    if (rc != OK)
        return rc;
    rc = txn_begin(store, true, now_us, &txn);
    if (rc != OK)
        return txn_fault(store, fault, rc, doing);
    rc = txn_get_ticket(&txn, id, &ticket);
    if (rc == E_NOT_FOUND)
        fault_set(&told, rc, "there is no ticket %" PRIu64, id);
    if (rc == OK) {
        rc = txn_change_ticket(&txn, ticket, change, &told);
        aduan__record__ticket__free_unpacked(ticket, NULL);
    }
    if (rc == OK)
        rc = txn_commit(&txn);
    else
        txn_abort(&txn);
    if (told.code != OK)
        return fault_set(fault, told.code, "%s", told.text);
    return rc == OK ? OK : txn_fault(store, fault, rc, doing);
}
