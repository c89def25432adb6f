/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reply's state machine as one table: a row a state, a column an input; a cell of 0 changes nothing. The store
 * (store_claim.c, store_outbox.c) is the only caller that acts on it.
 */
#include "reply.h"

#include <string.h>

enum {
    NO = ADUAN__RECORD__REPLY_STATE__REPLY_STATE_NONE,
    READY = ADUAN__RECORD__REPLY_STATE__READY,
    SENDING = ADUAN__RECORD__REPLY_STATE__SENDING,
    ACCEPTED = ADUAN__RECORD__REPLY_STATE__ACCEPTED,
    SENT = ADUAN__RECORD__REPLY_STATE__SENT,
    DELIVERED = ADUAN__RECORD__REPLY_STATE__DELIVERED,
    FAILED = ADUAN__RECORD__REPLY_STATE__FAILED,
    STATE_END
};

enum { NUMBER_MIN = 7, SENDER_MAX = 20, BACKOFF_DOUBLINGS_MAX = 6 };

/* clang-format off */
static const unsigned char transitions[STATE_END][REPLY_IN_END] = {
    /* A READY reply that was tried before may still be proved taken, delivered or lost by news of that attempt;
     * a late refusal of it says nothing about the attempt to come. */
    [READY] = {
        [REPLY_IN_CLAIM] = SENDING,       [REPLY_IN_ACCEPTED] = ACCEPTED,     [REPLY_IN_EXHAUSTED] = FAILED,
        [REPLY_IN_SMSC_ACCEPTED] = SENT,  [REPLY_IN_DELIVERED] = DELIVERED,   [REPLY_IN_UNDELIVERED] = FAILED,
        [REPLY_IN_SMSC_REFUSED] = FAILED,
    },
    [SENDING] = {
        [REPLY_IN_CLAIM] = SENDING,       [REPLY_IN_ACCEPTED] = ACCEPTED,     [REPLY_IN_REJECTED] = READY,
        [REPLY_IN_RETRY] = READY,         [REPLY_IN_NOT_SENT] = READY,        [REPLY_IN_AMBIGUOUS] = SENDING,
        [REPLY_IN_HELD] = SENDING,        [REPLY_IN_EXHAUSTED] = FAILED,      [REPLY_IN_SMSC_ACCEPTED] = SENT,
        [REPLY_IN_DELIVERED] = DELIVERED, [REPLY_IN_UNDELIVERED] = FAILED,    [REPLY_IN_SMSC_REFUSED] = FAILED,
    },
    [ACCEPTED] = {
        [REPLY_IN_SMSC_ACCEPTED] = SENT,  [REPLY_IN_DELIVERED] = DELIVERED,   [REPLY_IN_UNDELIVERED] = FAILED,
        [REPLY_IN_SMSC_REFUSED] = FAILED,
    },
    /* SMSC_REFUSED after SENT is the second copy of a resend: the first one went through. */
    [SENT] = {
        [REPLY_IN_DELIVERED] = DELIVERED, [REPLY_IN_UNDELIVERED] = FAILED,
    },
    /* Evidence that it went out after all wins over our having given up. */
    [FAILED] = {
        [REPLY_IN_SMSC_ACCEPTED] = SENT,  [REPLY_IN_DELIVERED] = DELIVERED,
    },
};
/* clang-format on */

int reply_next(Aduan__Record__ReplyState state, enum reply_input input, Aduan__Record__ReplyState *next)
{
    if ((unsigned)state >= STATE_END || (unsigned)input >= REPLY_IN_END || transitions[state][input] == NO)
        return E_STATE;
    *next = (Aduan__Record__ReplyState)transitions[state][input];
    return OK;
}

const char *reply_state_name(Aduan__Record__ReplyState state)
{
    static const char *const names[STATE_END] = {
        [NO] = "?",      [READY] = "ready",         [SENDING] = "sending", [ACCEPTED] = "accepted",
        [SENT] = "sent", [DELIVERED] = "delivered", [FAILED] = "failed",
    };
    return (unsigned)state < STATE_END ? names[state] : "?";
}

enum reply_input reply_input_of_report(uint32_t status)
{
    switch (status) {
    case 1:
        return REPLY_IN_DELIVERED;
    case 2:
        return REPLY_IN_UNDELIVERED;
    case 4:
        return REPLY_IN_SMSC_BUFFERED;
    case 8:
        return REPLY_IN_SMSC_ACCEPTED;
    case 16:
        return REPLY_IN_SMSC_REFUSED;
    default:
        return REPLY_IN_END;
    }
}

uint64_t reply_backoff_ms(uint32_t attempts, uint32_t first_s)
{
    uint32_t doublings = attempts > 0 ? attempts - 1 : 0;
    if (doublings > BACKOFF_DOUBLINGS_MAX)
        doublings = BACKOFF_DOUBLINGS_MAX;
    return ((uint64_t)first_s * 1000) << doublings;
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

enum sender_kind reply_sender_kind(const void *sender, size_t len, uint32_t short_digits)
{
    const uint8_t *bytes = sender;
    size_t digits = 0, letters = 0, plus = 0;

    if (len == 0)
        return SENDER_NONE;
    if (len > SENDER_MAX)
        return SENDER_TOO_LONG;
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] < ' ' || bytes[i] > '~')
            return SENDER_TOO_LONG;
        digits += is_digit(bytes[i]);
        letters += is_letter(bytes[i]);
    }
    if (letters > 0)
        return SENDER_ALPHA;
    plus = bytes[0] == '+';
    if (digits == 0 || digits + plus != len)
        return SENDER_TOO_LONG;
    return len < NUMBER_MIN || (plus == 0 && digits <= short_digits) ? SENDER_SHORT : SENDER_NUMBER;
}

const char *sender_kind_reason(enum sender_kind kind)
{
    switch (kind) {
    case SENDER_NONE:
        return "no_sender";
    case SENDER_ALPHA:
        return "sender_alphanumeric";
    case SENDER_SHORT:
        return "sender_shortcode";
    case SENDER_TOO_LONG:
        return "bad_sender";
    case SENDER_NUMBER:
        break;
    }
    return NULL;
}
