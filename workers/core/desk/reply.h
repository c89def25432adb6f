/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reply's state machine, and who gets none. READY → SENDING → ACCEPTED → SENT → DELIVERED, or FAILED. Pure.
 * Inputs may come late, twice or out of order (a report overtakes its MT ack): a state never goes backwards, except
 * SENDING → READY, which only an unambiguous "not sent" may do (a lease that ran out: SENDING → SENDING).
 * FAILED is our own giving up or the network's refusal; a later DLR 8 or 1 is evidence that it went out after all and
 * wins: FAILED → SENT, FAILED → DELIVERED (the store keeps one exception: a DLR 8 that comes after DLR 2 "undelivered"
 * is only late). DELIVERED is final.
 */
#ifndef ADUAN_REPLY_H
#define ADUAN_REPLY_H

#include "err.h"
#include "record.pb-c.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum reply_input {
    REPLY_IN_CLAIM,         /* READY, or SENDING whose lease ran out → SENDING */
    REPLY_IN_ACCEPTED,      /* MT ack success or buffered */
    REPLY_IN_REJECTED,      /* MT ack failed: not taken; bearerbox forgets it */
    REPLY_IN_RETRY,         /* MT ack failed_tmp: not taken */
    REPLY_IN_NOT_SENT,      /* never written to bearerbox */
    REPLY_IN_AMBIGUOUS,     /* written, no MT ack: stays SENDING, due later */
    REPLY_IN_HELD,          /* bearerbox says that it has it: as above, and it is not silent about it */
    REPLY_IN_EXHAUSTED,     /* too many attempts */
    REPLY_IN_SMSC_ACCEPTED, /* DLR 8 */
    REPLY_IN_DELIVERED,     /* DLR 1 */
    REPLY_IN_UNDELIVERED,   /* DLR 2: the handset never got it */
    REPLY_IN_SMSC_REFUSED,  /* DLR 16 */
    REPLY_IN_SMSC_BUFFERED, /* DLR 4: says nothing new */
    REPLY_IN_END
};

/* The state after the input; E_STATE when the input changes nothing there (a late or repeated one). */
MUST_CHECK int reply_next(Aduan__Record__ReplyState state, enum reply_input input, Aduan__Record__ReplyState *next);
const char *reply_state_name(Aduan__Record__ReplyState state);
/* Kannel's dlr status bit → input; REPLY_IN_END for an unknown one. */
enum reply_input reply_input_of_report(uint32_t status);
/* Milliseconds to wait before attempt n+1 (n ≥ 1): first, 2·first, … 64·first. */
uint64_t reply_backoff_ms(uint32_t attempts, uint32_t first_s);

/* A sender as it came. */
enum sender_kind {
    SENDER_NUMBER,  /* a subscriber: digits, maybe a leading +, 7–20 characters, and more digits than a shortcode */
    SENDER_NONE,    /* empty */
    SENDER_ALPHA,   /* "TELKOMSEL" */
    SENDER_SHORT,   /* another shortcode: short_digits or fewer, or too short for a subscriber */
    SENDER_TOO_LONG /* more than 20 characters, or bytes that no number has */
};
enum sender_kind reply_sender_kind(const void *sender, size_t len, uint32_t short_digits);
const char *sender_kind_reason(enum sender_kind kind); /* "no_sender", "sender_alphanumeric",
                                                              "sender_shortcode", "bad_sender"; NULL for a number */

#endif
