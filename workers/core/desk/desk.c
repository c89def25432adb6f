/* SPDX-License-Identifier: BSD-2-Clause */
/* The desk's decision. Reasons are tried from the outside in: to whom, from whom, then what. */
#include "desk.h"

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

static void open_ticket(struct verdict *verdict, const struct classification *found, const struct desk_sms *sms,
                        enum sender_kind kind)
{
    bool emergency = strcmp(found->urgency, "emergency") == 0;
    verdict->open_ticket = true;
    verdict->type = found->type;
    verdict->category = found->category;
    verdict->agency = found->agency;
    verdict->urgency = found->urgency;
    answer(verdict, kind, emergency ? "emergency" : sms->incomplete ? "received_incomplete" : "received");
}

int desk_decide(const struct config *config, struct rules *rules, const struct desk_sms *sms, struct verdict *out)
{
    struct verdict verdict = {.type = "", .category = "", .agency = "", .urgency = "", .language = config->language};
    struct classification found;
    enum sender_kind kind = reply_sender_kind(sms->sender, sms->sender_len, config->short_sender_digits);
    const char *reason = envelope_reason(config, sms, kind);
    if (reason) {
        refuse(&verdict, reason);
    } else if (sms->text->binary || sms->text->empty) {
        refuse(&verdict, sms->text->binary ? "binary" : "empty");
        answer(&verdict, kind, sms->text->binary ? "unreadable" : "empty");
    } else {
        int err = rules_classify(rules, sms->text->utf8, sms->text->len, &found);
        if (err != OK)
            return err;
        rules_explain(&found, verdict.why, sizeof verdict.why);
        if (found.language[0])
            verdict.language = found.language;
        if (found.refusal)
            refuse(&verdict, found.refusal);
        else
            open_ticket(&verdict, &found, sms, kind);
    }
    *out = verdict;
    return OK;
}
