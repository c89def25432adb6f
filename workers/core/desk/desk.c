/* SPDX-License-Identifier: BSD-2-Clause */
/* The desk's decision. Reasons are tried from the outside in: to whom, from whom, then what. */
#include "desk.h"

#include "asked.h"

#include <string.h>

static bool is_own_shortcode(const struct config *config, const uint8_t *number, size_t len)
{
    for (size_t i = 0; i < config->shortcode_count; i++)
        if (strlen(config->shortcodes[i]) == len && memcmp(config->shortcodes[i], number, len) == 0)
            return true;
    return false;
}

/* A network may add the + of an international number to ours as sender, or leave it out. */
static bool is_ourselves(const struct config *config, const uint8_t *sender, size_t len)
{
    size_t plus = len > 0 && sender[0] == '+';
    for (size_t i = 0; i < config->shortcode_count; i++) {
        const char *code = config->shortcodes[i] + (config->shortcodes[i][0] == '+');
        if (strlen(code) == len - plus && memcmp(code, sender + plus, len - plus) == 0)
            return true;
    }
    return false;
}

/* Why the envelope alone forbids a ticket, or NULL. */
static const char *envelope_reason(const struct config *config, const struct desk_sms *sms, enum sender_kind kind)
{
    if (sms->receiver_len == 0 || !is_own_shortcode(config, sms->receiver, sms->receiver_len))
        return "unknown_shortcode";
    if (kind == SENDER_NONE)
        return "no_sender";
    /* Our own number as sender is a loop, or a forgery that would start one. */
    if (is_ourselves(config, sms->sender, sms->sender_len))
        return "own_shortcode";
    if (kind == SENDER_TOO_LONG)
        return "bad_sender";
    return NULL;
}

static void refuse(struct verdict *verdict, const char *reason)
{
    verdict->open_ticket = false;
    verdict->reason = reason;
    verdict->reply_template = NULL;
    verdict->no_reply_reason = reason;
}

/* A reply, unless the sender is none that can read one. */
static void answer(struct verdict *verdict, enum sender_kind kind, const char *template_name)
{
    verdict->no_reply_reason = sender_kind_reason(kind);
    verdict->reply_template = verdict->no_reply_reason ? NULL : template_name;
}

static void open_ticket(struct verdict *verdict, const struct classification *found)
{
    verdict->open_ticket = true;
    verdict->type = found->type;
    verdict->category = found->category;
    verdict->agency = found->agency;
    verdict->urgency = found->urgency;
}

static const char *receipt(const struct verdict *verdict, bool incomplete)
{
    if (strcmp(verdict->urgency, "emergency") == 0)
        return "emergency";
    return incomplete ? "received_incomplete" : "received";
}

static enum sender_kind kind_of(const struct config *config, const struct desk_sms *sms)
{
    return reply_sender_kind(sms->sender, sms->sender_len, config->short_sender_digits);
}

/* Whoever tries the line out wants an answer each time, whatever they write. */
static bool is_trying_out(const struct config *config, const struct desk_sms *sms)
{
    const char *own = config->smoke_sender + (config->smoke_sender[0] == '+');
    size_t plus = sms->sender_len > 0 && sms->sender[0] == '+';
    return strlen(own) == sms->sender_len - plus && memcmp(own, sms->sender + plus, strlen(own)) == 0;
}

/* Everything but the class. False: the text is to be read. */
static bool receive(const struct config *config, const struct desk_sms *sms, struct verdict *verdict)
{
    enum sender_kind kind = kind_of(config, sms);
    const char *reason = envelope_reason(config, sms, kind);
    *verdict = (struct verdict){.type = "", .category = "", .agency = "", .urgency = "", .language = config->language};
    if (reason) {
        refuse(verdict, reason);
    } else if (sms->text->binary || sms->text->empty) {
        refuse(verdict, sms->text->binary ? "binary" : "empty");
        answer(verdict, kind, sms->text->binary ? "unreadable" : "empty");
    } else {
        verdict->joinable = !is_trying_out(config, sms) && same_text(sms->text->utf8, sms->text->len, verdict->same);
        return false;
    }
    return true;
}

void desk_receive(const struct config *config, const struct desk_sms *sms, struct verdict *out)
{
    if (receive(config, sms, out))
        return;
    out->open_ticket = true;
    out->unread = true;
    answer(out, kind_of(config, sms), "received_unread");
}

static void tell(const struct ensemble *ensemble, const struct understanding *reading, struct verdict *verdict)
{
    understanding_explain(ensemble, reading, verdict->why, sizeof verdict->why);
    understanding_rules(reading, verdict->rules, sizeof verdict->rules);
    verdict->places = reading->places;
    if (!reading->modelled)
        return;
    memcpy(verdict->model, model_id(ensemble_model(ensemble)), sizeof verdict->model);
    understanding_guesses(ensemble, reading, verdict->guesses, sizeof verdict->guesses);
    understanding_flags(ensemble, reading, verdict->flags, sizeof verdict->flags);
}

/* Praise has no problem, spam no reporter, and what moderation looks at is looked at before anybody is told of it. A
 * confidential report is answered by itself: in an incident its reporter would be one of a list. Of an anonymous one
 * only the name is to be hidden, and an incident shows none. */
static bool may_join(const struct ensemble *ensemble, const struct understanding *reading, const char *text, size_t len)
{
    static const char *const moderated[] = {"spam", "sara", "hoaks"}, *const types[] = {"spam", "pujian"};
    enum asked asked = asked_by(text, len);
    for (size_t i = 0; i < sizeof moderated / sizeof *moderated; i++)
        if (understanding_flagged(ensemble, reading, moderated[i]))
            return false;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(reading->found.type, types[i]) == 0)
            return false;
    return !reading->found.refusal && asked != ASKED_CONFIDENTIAL && asked != ASKED_COMMAND;
}

/* What rules and model say of the text, onto a verdict that has nothing of it yet, and has still nothing after an
 * error. */
static int classify(struct ensemble *ensemble, const char *text, size_t len, struct verdict *verdict)
{
    struct understanding reading;
    int err = ensemble_read(ensemble, text, len, &reading);
    if (err != OK)
        return err;
    tell(ensemble, &reading, verdict);
    if (reading.likeness.words.count > 0 && may_join(ensemble, &reading, text, len))
        verdict->likeness_len = likeness_pack(&reading.likeness, verdict->likeness);
    if (reading.found.language[0])
        verdict->language = reading.found.language;
    if (reading.found.refusal)
        refuse(verdict, reading.found.refusal);
    else
        open_ticket(verdict, &reading.found);
    return OK;
}

int desk_classify(const struct config *config, struct ensemble *ensemble, const char *text, size_t len,
                  struct verdict *out)
{
    struct verdict verdict = {.type = "", .category = "", .agency = "", .urgency = "", .language = config->language};
    int err = classify(ensemble, text, len, &verdict);
    if (err == OK)
        *out = verdict;
    return err;
}

int desk_read(const struct config *config, struct ensemble *ensemble, const struct desk_sms *sms,
              struct verdict *verdict)
{
    int err = classify(ensemble, sms->text->utf8, sms->text->len, verdict);
    if (err != OK)
        return err;
    verdict->unread = false;
    if (is_trying_out(config, sms)) /* nobody waits for an answer to it beside them who report a problem */
        verdict->likeness_len = 0;
    if (verdict->open_ticket)
        answer(verdict, kind_of(config, sms), receipt(verdict, sms->incomplete));
    return OK;
}

int desk_decide(const struct config *config, struct ensemble *ensemble, const struct desk_sms *sms, struct verdict *out)
{
    struct verdict verdict;
    if (!receive(config, sms, &verdict)) {
        int err = desk_read(config, ensemble, sms, &verdict);
        if (err != OK)
            return err;
    }
    *out = verdict;
    return OK;
}
