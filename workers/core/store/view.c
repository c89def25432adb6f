/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a stored event to what one view publishes: may it be seen, as what, under which topic. The feed server calls it
 * for each event and each view, live and in replays. A field that a tier may not see is never filled, rather than
 * filled and removed. Callers hold the records; only the citizen's text is a copy.
 */
#include "view.h"

#include "asked.h"
#include "redact.h"
#include "text.h"
#include "ticket.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

typedef Aduan__Record__Event Event;
typedef Aduan__Record__Ticket Ticket;

#define KIND(name) ADUAN__RECORD__EVENT__KIND__##name
#define WHAT(name) ADUAN__FEED__V1__EVENT__WHAT_##name

enum { SCHEMA_VERSION = 1, SHORTCODE_MAX = 32, PRINTABLE_FIRST = 0x20, PRINTABLE_LAST = 0x7e };

_Static_assert(SEAL_VIEW_KEY_BYTES == sizeof((struct view *)0)->key, "a view has a key of the seal");
_Static_assert(sizeof "v1." + VIEW_NAME_MAX + sizeof "." + SHORTCODE_MAX + sizeof ".ticket_classified." +
                       VIEW_CATEGORY_MAX + sizeof "." <=
                   VIEW_TOPIC_MAX,
               "the longest topic fits");

/* --- the view itself ---------------------------------------------------------------------------------------- */

static const char *const tier_names[] = {
    [VIEW_PUBLIC] = "public",
    [VIEW_AGENCY] = "agency",
    [VIEW_FULL] = "full",
};

int view_tier_parse(const char *word)
{
    for (int i = VIEW_PUBLIC; i <= VIEW_FULL; i++)
        if (strcmp(word, tier_names[i]) == 0)
            return i;
    return E_INVALID;
}

const char *view_tier_name(enum view_tier tier)
{
    return tier_names[tier];
}

bool view_name_valid(const char *name)
{
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_");
    return len > 0 && len <= VIEW_NAME_MAX && name[len] == '\0';
}

void view_init(struct view *view, const char *name, enum view_tier tier, const char *agency, const struct seal *seal)
{
    *view = (struct view){.tier = tier};
    snprintf(view->name, sizeof view->name, "%s", name);
    snprintf(view->agency, sizeof view->agency, "%s", agency ? agency : "");
    seal_view_key(seal, view->name, view->key);
}

/* --- who sees what ------------------------------------------------------------------------------------------ */

/* The citizen asked to be hidden, or the report. */
static bool asks_for_silence(const char *text, size_t len)
{
    enum asked asked = asked_by(text, len);
    return asked == ASKED_ANONYMOUS || asked == ASKED_CONFIDENTIAL;
}

/* Only that there is such a ticket, and of what sort, is for this view: its citizen wants it so, or what it
 * said is purged, and with it whether the citizen did. */
static bool only_figures(const struct view *view, const Ticket *ticket)
{
    return view->tier == VIEW_PUBLIC && ticket &&
           (ticket->purged_us != 0 || asks_for_silence((const char *)ticket->text.data, ticket->text.len));
}

/* Written while the ticket had no class: whoever reads it later must see it as it was seen then. */
static bool is_early(const Event *event, const Ticket *ticket)
{
    return ticket->unclassified || event->sequence < ticket->opened_sequence;
}

/* Whose the ticket was when the event was written, as far as the log tells. */
static const char *agency_of(const Event *event, const Ticket *ticket)
{
    return *event->agency || is_early(event, ticket) ? event->agency : ticket->agency;
}

/* The ticket's class when the event was written, where a person has corrected it since; NULL: it is as it was. */
static const Aduan__Record__Correction *corrected_since(const Event *event, const Ticket *ticket)
{
    for (size_t i = 0; ticket && i < ticket->n_correction; i++)
        if (ticket->correction[i]->sequence > event->sequence)
            return ticket->correction[i];
    return NULL;
}

static const char *category_of(const Event *event, const Ticket *ticket)
{
    const Aduan__Record__Correction *then = corrected_since(event, ticket);
    if (*event->category || !ticket || is_early(event, ticket))
        return event->category;
    return then ? then->category : ticket->category;
}

static const char *urgency_of(const Event *event, const Ticket *ticket)
{
    const Aduan__Record__Correction *then = corrected_since(event, ticket);
    return then ? then->urgency : ticket ? ticket->urgency : "";
}

static bool visible(const struct view *view, const Event *event, const Ticket *ticket)
{
    if (view->tier == VIEW_FULL)
        return true;
    if (event->ticket != 0 && !ticket)
        return false;
    if (view->tier == VIEW_AGENCY)
        return ticket && *view->agency && strcmp(agency_of(event, ticket), view->agency) == 0;
    return !ticket || ticket->state != ADUAN__RECORD__TICKET_STATE__HELD; /* moderation holds it */
}

/* --- strings ------------------------------------------------------------------------------------------------ */

/* What a protobuf string may hold: UTF-8, and no NUL, which would end it. */
static bool clean(const void *data, size_t len)
{
    const uint8_t *bytes = data;
    for (size_t at = 0; at < len;) {
        utf8proc_int32_t code_point = bytes[at];
        utf8proc_ssize_t n = 1;
        if (code_point >= 0x80)
            n = utf8proc_iterate(bytes + at, (utf8proc_ssize_t)(len - at), &code_point);
        if (n <= 0 || code_point == 0)
            return false;
        at += (size_t)n;
    }
    return true;
}

/* A cause may quote what a telco wrote; a receiver would refuse the whole event for one broken byte. */
static char *words(const char *string)
{
    return (char *)(clean(string, strlen(string)) ? string : "");
}

static char *either(const char *first, const char *second)
{
    return words(*first ? first : second);
}

static char *copied(const void *data, size_t len)
{
    char *copy = malloc(len + 1);
    if (!copy)
        abort();
    if (len > 0)
        memcpy(copy, data, len);
    copy[len] = '\0';
    return copy;
}

/* The citizen's text: owned, UTF-8, ends in a NUL. The length is in *len. */
static char *text_of(const Ticket *ticket, size_t *len)
{
    struct text repaired;
    *len = ticket->text.len;
    if (clean(ticket->text.data, ticket->text.len))
        return copied(ticket->text.data, ticket->text.len);
    if (text_decode(TEXT_CODING_7BIT, "UTF-8", strlen("UTF-8"), ticket->text.data, ticket->text.len, &repaired) != OK)
        abort();
    *len = repaired.len;
    return repaired.utf8;
}

/* --- what: one function a kind ------------------------------------------------------------------------------ */

struct source {
    const struct view *view;
    const Event *event;
    const Ticket *ticket; /* NULL: none */
    const char *number;
    bool figures;
};

/* Causes and reasons of rules quote what a citizen or a telco wrote. */
static char *inside_only(const struct source *from)
{
    return from->view->tier == VIEW_PUBLIC ? "" : words(from->event->detail);
}

static void fill_received(const struct source *from, struct view_event *out)
{
    aduan__feed__v1__sms_received__init(&out->sms_received);
    out->sms_received.reason = words(from->event->detail);
    out->event.sms_received = &out->sms_received;
}

static void fill_text(const struct source *from, struct view_event *out)
{
    struct redaction redaction;
    size_t len;
    out->text = text_of(from->ticket, &len);
    if (from->view->tier == VIEW_PUBLIC) {
        if (redact(out->text, len, &redaction) != OK)
            abort();
        free(out->text);
        out->text = redaction.text; /* now ours */
        out->ticket_opened.redacted = redaction_any(&redaction);
    }
    out->ticket_opened.text = out->text;
}

static void fill_sender(const struct source *from, struct view_event *out)
{
    const ProtobufCBinaryData *id = &from->ticket->sender_id;
    if (id->len > 0) {
        crypto_generichash(out->sender, sizeof out->sender, id->data, id->len, from->view->key, sizeof from->view->key);
        out->ticket_opened.sender = (ProtobufCBinaryData){sizeof out->sender, out->sender};
    }
    if (from->view->tier != VIEW_FULL || !from->number)
        return;
    snprintf(out->number, sizeof out->number, "%s", from->number);
    for (char *c = out->number; *c; c++)
        if (*c < PRINTABLE_FIRST || *c > PRINTABLE_LAST)
            *c = '?';
    out->ticket_opened.number = out->number;
}

static void fill_opened(const struct source *from, struct view_event *out)
{
    aduan__feed__v1__ticket_opened__init(&out->ticket_opened);
    if (from->figures) {
        out->ticket_opened.redacted = true;
    } else if (from->ticket) {
        fill_text(from, out);
        fill_sender(from, out);
    }
    out->event.ticket_opened = &out->ticket_opened;
}

static void fill_classified(const struct source *from, struct view_event *out)
{
    Aduan__Feed__V1__TicketClassified *what = &out->ticket_classified;
    const Ticket *ticket = from->ticket;
    aduan__feed__v1__ticket_classified__init(what);
    what->type = either(from->event->type, ticket ? ticket->type : "");
    what->category = either(from->event->category, ticket ? ticket->category : "");
    what->agency = either(from->event->agency, ticket ? ticket->agency : "");
    what->urgency = words(urgency_of(from->event, ticket));
    what->why = inside_only(from);
    out->event.ticket_classified = what;
}

static void fill_state(const struct source *from, struct view_event *out)
{
    aduan__feed__v1__ticket_state__init(&out->ticket_state);
    out->ticket_state.before = (char *)ticket_state_name(from->event->state_before);
    out->ticket_state.after = (char *)ticket_state_name(from->event->state);
    out->event.ticket_state = &out->ticket_state;
}

static void fill_assigned(const struct source *from, struct view_event *out)
{
    aduan__feed__v1__ticket_assigned__init(&out->ticket_assigned);
    out->ticket_assigned.agency = words(from->event->agency);
    out->event.ticket_assigned = &out->ticket_assigned;
}

static void fill_note(const struct source *from, struct view_event *out)
{
    (void)from;
    aduan__feed__v1__ticket_note__init(&out->ticket_note);
    out->event.ticket_note = &out->ticket_note;
}

/* Every reply event is the same message, and so the same pointer of the union. */
static void fill_reply(const struct source *from, struct view_event *out)
{
    aduan__feed__v1__reply_progress__init(&out->reply);
    if (!from->figures)
        out->reply.reply_id = from->event->reply_id;
    out->reply.cause = inside_only(from);
    out->event.reply_queued = &out->reply;
}

static void fill_quarantined(const struct source *from, struct view_event *out)
{
    aduan__feed__v1__sms_quarantined__init(&out->sms_quarantined);
    out->sms_quarantined.reason = words(from->event->detail);
    out->event.sms_quarantined = &out->sms_quarantined;
}

static void fill_joined(const struct source *from, struct view_event *out)
{
    aduan__feed__v1__ticket_joined__init(&out->ticket_joined);
    out->ticket_joined.messages = from->event->messages;
    out->event.ticket_joined = &out->ticket_joined;
}

static void fill_corrected(const struct source *from, struct view_event *out)
{
    Aduan__Feed__V1__TicketCorrected *what = &out->ticket_corrected;
    const Ticket *ticket = from->ticket;
    aduan__feed__v1__ticket_corrected__init(what);
    what->type = words(from->event->type);
    what->category = words(from->event->category);
    what->urgency = words(urgency_of(from->event, ticket));
    for (size_t i = 0; ticket && i < ticket->n_correction; i++)
        if (ticket->correction[i]->sequence == from->event->sequence) {
            what->type_before = words(ticket->correction[i]->type);
            what->category_before = words(ticket->correction[i]->category);
        }
    out->event.ticket_corrected = what;
}

/* Joined and left are the same message, and so the same pointer of the union. Which incident an unseen ticket is in
 * would tell what it says. */
static void fill_incident(const struct source *from, struct view_event *out)
{
    aduan__feed__v1__incident_changed__init(&out->incident);
    if (!from->figures) {
        out->incident.incident = from->event->incident;
        out->incident.tickets = from->event->tickets;
    }
    out->event.incident_joined = &out->incident;
}

static const struct kind_row {
    const char *name;
    Aduan__Feed__V1__Event__WhatCase what;
    void (*fill)(const struct source *from, struct view_event *out);
} kinds[] = {
    [KIND(SMS_RECEIVED)] = {"sms_received", WHAT(SMS_RECEIVED), fill_received},
    [KIND(TICKET_OPENED)] = {"ticket_opened", WHAT(TICKET_OPENED), fill_opened},
    [KIND(TICKET_CLASSIFIED)] = {"ticket_classified", WHAT(TICKET_CLASSIFIED), fill_classified},
    [KIND(TICKET_STATE)] = {"ticket_state", WHAT(TICKET_STATE), fill_state},
    [KIND(TICKET_ASSIGNED)] = {"ticket_assigned", WHAT(TICKET_ASSIGNED), fill_assigned},
    [KIND(TICKET_NOTE)] = {"ticket_note", WHAT(TICKET_NOTE), fill_note},
    [KIND(REPLY_QUEUED)] = {"reply_queued", WHAT(REPLY_QUEUED), fill_reply},
    [KIND(REPLY_ACCEPTED)] = {"reply_accepted", WHAT(REPLY_ACCEPTED), fill_reply},
    [KIND(REPLY_SENT)] = {"reply_sent", WHAT(REPLY_SENT), fill_reply},
    [KIND(REPLY_DELIVERED)] = {"reply_delivered", WHAT(REPLY_DELIVERED), fill_reply},
    [KIND(REPLY_FAILED)] = {"reply_failed", WHAT(REPLY_FAILED), fill_reply},
    [KIND(SMS_QUARANTINED)] = {"sms_quarantined", WHAT(SMS_QUARANTINED), fill_quarantined},
    [KIND(TICKET_JOINED)] = {"ticket_joined", WHAT(TICKET_JOINED), fill_joined},
    [KIND(TICKET_CORRECTED)] = {"ticket_corrected", WHAT(TICKET_CORRECTED), fill_corrected},
    [KIND(INCIDENT_JOINED)] = {"incident_joined", WHAT(INCIDENT_JOINED), fill_incident},
    [KIND(INCIDENT_LEFT)] = {"incident_left", WHAT(INCIDENT_LEFT), fill_incident},
};

/* NULL: a kind that this program does not know. */
static const struct kind_row *kind_of(const Event *event)
{
    size_t kind = (size_t)event->kind;
    return kind < sizeof kinds / sizeof *kinds && kinds[kind].name ? &kinds[kind] : NULL;
}

/* --- topics ------------------------------------------------------------------------------------------------- */

static bool topic_char(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '+' ||
           c == '-';
}

/* One level of a topic: at most max characters, never empty, never a dot inside. */
static void level_of(const char *string, size_t max, char *out)
{
    size_t len = 0;
    for (; string[len] && len < max; len++)
        out[len] = topic_char(string[len]) ? string[len] : '_';
    if (len == 0)
        out[len++] = '-';
    out[len] = '\0';
}

/* Copies a level and its dot; the length of the topic then. No printf here: replays make millions of these. */
static size_t add_level(char *topic, size_t len, const char *level)
{
    size_t level_len = strlen(level);
    memcpy(topic + len, level, level_len);
    topic[len + level_len] = '.';
    return len + level_len + 1;
}

static void fill_topic(const struct view *view, const char *name, struct view_event *out)
{
    char shortcode[SHORTCODE_MAX + 1];
    level_of(out->event.shortcode, SHORTCODE_MAX, shortcode);
    const char *const levels[VIEW_LEVELS] = {view->name, shortcode, name, out->category};
    size_t len = add_level(out->topic, 0, "v1");
    for (int i = 0; i < VIEW_LEVELS; i++)
        out->level[i] = len = add_level(out->topic, len, levels[i]);
    out->topic[len] = '\0';
}

bool view_topic_allowed(const struct view *view, const char *prefix, size_t len)
{
    char own[sizeof "v1.." + VIEW_NAME_MAX];
    size_t own_len = (size_t)snprintf(own, sizeof own, "v1.%s.", view->name);
    return len >= own_len && memcmp(prefix, own, own_len) == 0 && prefix[len - 1] == '.';
}

/* --- one event ---------------------------------------------------------------------------------------------- */

bool view_event_init(const struct view *view, const uint8_t epoch[STORE_EPOCH_BYTES], const Event *event,
                     const Ticket *ticket, const char *number, struct view_event *out)
{
    const bool figures = only_figures(view, ticket);
    const struct source from = {.view = view, .event = event, .ticket = ticket, .number = number, .figures = figures};
    const struct kind_row *kind = kind_of(event);
    if (!kind || !visible(view, event, ticket))
        return false;
    out->text = NULL;
    level_of(category_of(event, ticket), VIEW_CATEGORY_MAX, out->category);
    aduan__feed__v1__event__init(&out->event);
    out->event.schema_version = SCHEMA_VERSION;
    out->event.epoch = (ProtobufCBinaryData){STORE_EPOCH_BYTES, (uint8_t *)epoch};
    out->event.sequence = event->sequence;
    out->event.at_us = event->at_us;
    out->event.ticket = figures ? 0 : event->ticket;
    out->event.shortcode = words(event->shortcode);
    out->event.category = out->category;
    out->event.what_case = kind->what;
    kind->fill(&from, out);
    fill_topic(view, kind->name, out);
    return true;
}

void view_event_done(struct view_event *event)
{
    free(event->text);
    event->text = NULL;
}
