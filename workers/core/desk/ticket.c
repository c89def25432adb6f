/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ticket's state machine as one table: a row a verb, a column a state. store_ticket.c is the only caller that
 * acts on it. A cell that is TICKET_STATE_NONE is a refusal. Nothing is closed that nobody has verified, and only
 * what is wrong for this desk is archived: what was answered is closed.
 */
#include "ticket.h"

#include <string.h>
#include <strings.h>

enum {
    NO = ADUAN__RECORD__TICKET_STATE__TICKET_STATE_NONE,
    RECEIVED = ADUAN__RECORD__TICKET_STATE__RECEIVED,
    VERIFIED = ADUAN__RECORD__TICKET_STATE__VERIFIED,
    ASSIGNED = ADUAN__RECORD__TICKET_STATE__ASSIGNED,
    IN_PROGRESS = ADUAN__RECORD__TICKET_STATE__IN_PROGRESS,
    ANSWERED = ADUAN__RECORD__TICKET_STATE__ANSWERED,
    CLOSED = ADUAN__RECORD__TICKET_STATE__CLOSED,
    HELD = ADUAN__RECORD__TICKET_STATE__HELD,
    ARCHIVED = ADUAN__RECORD__TICKET_STATE__ARCHIVED,
    REFUSED = ADUAN__RECORD__TICKET_STATE__REFUSED_BY_AGENCY,
    STATE_END
};

/* clang-format off */
static const unsigned char transitions[TICKET_VERB_END][STATE_END] = {
    [TICKET_VERIFY]  = {[RECEIVED] = VERIFIED, [REFUSED] = VERIFIED},
    [TICKET_ASSIGN]  = {[RECEIVED] = ASSIGNED, [VERIFIED] = ASSIGNED, [ASSIGNED] = ASSIGNED, [IN_PROGRESS] = ASSIGNED,
                        [ANSWERED] = ASSIGNED, [REFUSED] = ASSIGNED},
    [TICKET_START]   = {[ASSIGNED] = IN_PROGRESS, [ANSWERED] = IN_PROGRESS},
    [TICKET_ANSWER]  = {[RECEIVED] = ANSWERED, [VERIFIED] = ANSWERED, [ASSIGNED] = ANSWERED, [IN_PROGRESS] = ANSWERED,
                        [ANSWERED] = ANSWERED},
    [TICKET_CLOSE]   = {[VERIFIED] = CLOSED, [ASSIGNED] = CLOSED, [IN_PROGRESS] = CLOSED, [ANSWERED] = CLOSED},
    [TICKET_HOLD]    = {[RECEIVED] = HELD, [VERIFIED] = HELD, [ASSIGNED] = HELD, [IN_PROGRESS] = HELD},
    [TICKET_RESUME]  = {[HELD] = HELD}, /* to where it was held */
    [TICKET_ARCHIVE] = {[RECEIVED] = ARCHIVED, [VERIFIED] = ARCHIVED, [HELD] = ARCHIVED, [REFUSED] = ARCHIVED},
    [TICKET_REFUSE]  = {[ASSIGNED] = REFUSED, [IN_PROGRESS] = REFUSED},
    [TICKET_REOPEN]  = {[CLOSED] = VERIFIED, [ARCHIVED] = VERIFIED},
    [TICKET_NOTE]    = {[RECEIVED] = RECEIVED, [VERIFIED] = VERIFIED, [ASSIGNED] = ASSIGNED,
                        [IN_PROGRESS] = IN_PROGRESS, [ANSWERED] = ANSWERED, [CLOSED] = CLOSED, [HELD] = HELD,
                        [ARCHIVED] = ARCHIVED, [REFUSED] = REFUSED},
    [TICKET_CORRECT] = {[RECEIVED] = RECEIVED, [VERIFIED] = VERIFIED, [ASSIGNED] = ASSIGNED,
                        [IN_PROGRESS] = IN_PROGRESS, [ANSWERED] = ANSWERED, [CLOSED] = CLOSED, [HELD] = HELD,
                        [ARCHIVED] = ARCHIVED, [REFUSED] = REFUSED},
};

static const struct state_row {
    const char *name, *indonesian, *english;
} states[STATE_END] = {
    [NO]          = {"?", "?", "?"},
    [RECEIVED]    = {"received", "diterima", "received"},
    [VERIFIED]    = {"verified", "terverifikasi", "verified"},
    [ASSIGNED]    = {"assigned", "didisposisikan", "assigned to an agency"},
    [IN_PROGRESS] = {"in_progress", "diproses", "in progress"},
    [ANSWERED]    = {"answered", "dijawab", "answered"},
    [CLOSED]      = {"closed", "selesai", "closed"},
    [HELD]        = {"held", "ditunda", "on hold"},
    [ARCHIVED]    = {"archived", "diarsipkan", "archived"},
    [REFUSED]     = {"refused_by_agency", "bukan wewenang", "outside the agency's authority"},
};

static const char *const verbs[TICKET_VERB_END] = {
    [TICKET_VERIFY] = "verify", [TICKET_ASSIGN] = "assign", [TICKET_START] = "start",
    [TICKET_ANSWER] = "answer", [TICKET_CLOSE] = "close",   [TICKET_HOLD] = "hold",
    [TICKET_RESUME] = "resume", [TICKET_ARCHIVE] = "archive", [TICKET_REFUSE] = "refuse",
    [TICKET_REOPEN] = "reopen", [TICKET_NOTE] = "note",   [TICKET_CORRECT] = "correct",
};
/* clang-format on */

static const struct state_row *row_of(Aduan__Record__TicketState state)
{
    return &states[(unsigned)state < STATE_END ? (unsigned)state : NO];
}

int ticket_next(Aduan__Record__TicketState state, enum ticket_verb verb, Aduan__Record__TicketState held_from,
                Aduan__Record__TicketState *next)
{
    if ((unsigned)state >= STATE_END || (unsigned)verb >= TICKET_VERB_END)
        return E_STATE;
    unsigned after = transitions[verb][state];
    if (after == NO)
        return E_STATE;
    if (verb == TICKET_RESUME) {
        /* Whatever stands there, a held ticket finds its way back onto the desk. */
        bool known = (unsigned)held_from < STATE_END && transitions[TICKET_HOLD][held_from] == HELD;
        after = known ? (unsigned)held_from : RECEIVED;
    }
    *next = (Aduan__Record__TicketState)after;
    return OK;
}

const char *ticket_state_name(Aduan__Record__TicketState state)
{
    return row_of(state)->name;
}

const char *ticket_state_label(Aduan__Record__TicketState state, const char *language)
{
    const struct state_row *row = row_of(state);
    return language && strcmp(language, "en") == 0 ? row->english : row->indonesian;
}

Aduan__Record__TicketState ticket_state_parse(const char *name)
{
    for (unsigned i = RECEIVED; i < STATE_END; i++) {
        if (strcasecmp(name, states[i].name) == 0 || strcasecmp(name, states[i].indonesian) == 0)
            return (Aduan__Record__TicketState)i;
    }
    return ADUAN__RECORD__TICKET_STATE__TICKET_STATE_NONE;
}

const char *ticket_verb_name(enum ticket_verb verb)
{
    return (unsigned)verb < TICKET_VERB_END ? verbs[verb] : "?";
}

enum ticket_verb ticket_verb_parse(const char *name)
{
    unsigned i = 0;
    while (i < TICKET_VERB_END && strcasecmp(name, verbs[i]) != 0)
        i++;
    return (enum ticket_verb)i;
}

bool ticket_is_open(Aduan__Record__TicketState state)
{
    unsigned s = (unsigned)state;
    return s > NO && s < STATE_END && s != CLOSED && s != ARCHIVED;
}
