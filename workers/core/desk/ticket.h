/* SPDX-License-Identifier: BSD-2-Clause */
/* The ticket's state machine: which verb is allowed in which state and where it leads. Pure. */
#ifndef ADUAN_TICKET_H
#define ADUAN_TICKET_H

#include "err.h"
#include "record.pb-c.h"

#include <stdbool.h>

enum ticket_verb {
    TICKET_VERIFY,
    TICKET_ASSIGN, /* to an agency; from received it also verifies */
    TICKET_START,  /* the agency works on it */
    TICKET_ANSWER, /* a person's reply goes out */
    TICKET_CLOSE,  /* not what nobody has verified yet */
    TICKET_HOLD,
    TICKET_RESUME, /* held → where it was (received, when that is unknown) */
    TICKET_ARCHIVE,
    TICKET_REFUSE,  /* the agency: not ours; the next verify or assign takes it up */
    TICKET_REOPEN,  /* closed or archived → verified */
    TICKET_NOTE,    /* no change of state */
    TICKET_CORRECT, /* its category or type; no change of state */
    TICKET_VERB_END
};

/* The state after `verb`, or E_STATE. held_from is where TICKET_RESUME goes back to. */
MUST_CHECK int ticket_next(Aduan__Record__TicketState state, enum ticket_verb verb,
                           Aduan__Record__TicketState held_from, Aduan__Record__TicketState *next);
/* "received", "in_progress", …; "?" for none. */
const char *ticket_state_name(Aduan__Record__TicketState state);
/* Indonesian, for replies and staff: "diterima", "didisposisikan", … */
const char *ticket_state_label(Aduan__Record__TicketState state, const char *language);
/* By either name; TICKET_STATE_NONE when there is none such. */
Aduan__Record__TicketState ticket_state_parse(const char *name);
const char *ticket_verb_name(enum ticket_verb verb);
/* TICKET_VERB_END when there is none such. */
enum ticket_verb ticket_verb_parse(const char *name);
bool ticket_is_open(Aduan__Record__TicketState state);

#endif
