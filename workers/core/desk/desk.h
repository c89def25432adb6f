/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The desk: what becomes of one whole SMS. Given who wrote what to whom it decides ticket or no ticket, its class and
 * route, and which reply, each with a reason. Pure but for the rules and the model it is given; the store calls it
 * inside a transaction when parts have come together, the classifier before the transaction for a message that is
 * whole.
 */
#ifndef ADUAN_DESK_H
#define ADUAN_DESK_H

#include "config.h"
#include "ensemble.h"
#include "likeness.h"
#include "places.h"
#include "reply.h"
#include "same.h"
#include "seal.h"
#include "text.h"

/* One whole SMS as the desk sees it. All borrowed. */
struct desk_sms {
    const uint8_t *sender;
    size_t sender_len;
    const uint8_t *receiver;
    size_t receiver_len;
    const struct text *text;
    bool incomplete; /* some parts never came */
};

/* What to do. Strings are borrowed from the rules or static, except those that are inside. */
struct verdict {
    bool open_ticket;
    const char *reason;          /* why no ticket: "unknown_shortcode", "own_shortcode", "no_sender", "bad_sender",
                                    "auto_reply", "binary", "empty"; NULL with a ticket */
    const char *reply_template;  /* NULL: no reply */
    const char *no_reply_reason; /* "sender_alphanumeric", "sender_shortcode", or the reason above; NULL with a reply */
    const char *type, *category, *agency, *urgency; /* "" without a ticket */
    const char *language;                           /* of the reply */
    bool unread;                                    /* open_ticket, with no class yet: the text was not looked into */
    bool joinable;            /* open_ticket, and another SMS of this sender that says the same may join it */
    uint8_t same[SAME_BYTES]; /* what it says, when joinable */
    char why[512];
    /* "" where no model was asked */
    char model[MODEL_ID_BYTES];
    char guesses[512]; /* as understanding_guesses() has them */
    char flags[64];    /* as understanding_flags() has them */
    char rules[512];   /* as understanding_rules() has them */
    struct places_found places;
    /* What other reports find it by, as likeness_pack() has it; 0 bytes: it joins no incident by itself. */
    uint8_t likeness[LIKENESS_BYTES_MAX];
    size_t likeness_len;
};

/* The model that desk.model names; where it names none, the one that came with the program. As model_open(). */
MUST_CHECK int desk_model_open(const struct config *config, struct model **out, struct fault *fault);
/* The one that came with the program, whatever desk.model says. */
MUST_CHECK int desk_model_shipped(struct model **out, struct fault *fault);

/* The places that desk.places, desk.districts and desk.regency name, the first one where it names none as with the
 * model. As places_load(). */
MUST_CHECK int desk_places_open(const struct config *config, struct places **out, struct fault *fault);

/* From now on its readings tell what joins reports of one problem, if the desk has incidents; ensemble NULL: nothing.
 */
void desk_compare(const struct config *config, const struct seal *seal, struct ensemble *ensemble);

/* E_MEMORY only. */
MUST_CHECK int desk_decide(const struct config *config, struct ensemble *ensemble, const struct desk_sms *sms,
                           struct verdict *out);
/* The same without rules and model, in a fraction of the time: whatever the envelope and the kind of the text decide is
 * decided, and what remains opens a ticket that is unread, with the receipt for it. */
void desk_receive(const struct config *config, const struct desk_sms *sms, struct verdict *out);
/* The rest of desk_decide(), for the verdict of desk_receive() that is unread. E_MEMORY only, and nothing has changed.
 */
MUST_CHECK int desk_read(const struct config *config, struct ensemble *ensemble, const struct desk_sms *sms,
                         struct verdict *verdict);
/* The class of what desk_receive() let in: a ticket, or the reason why it should have been none. No reply comes of it.
 * E_MEMORY only. */
MUST_CHECK int desk_classify(const struct config *config, struct ensemble *ensemble, const char *text, size_t len,
                             struct verdict *out);

#endif
