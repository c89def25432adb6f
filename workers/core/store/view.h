/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A view: what one integrator may see of the event log, and how it looks there (PROTOCOL.md, "Views and topics").
 * Turns a stored event and its ticket into a public one: tier, redaction, the sender's hash of this view, the topic.
 */
#ifndef ADUAN_VIEW_H
#define ADUAN_VIEW_H

#include "err.h"
#include "feed.pb-c.h"
#include "seal.h"
#include "store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum view_tier { VIEW_PUBLIC, VIEW_AGENCY, VIEW_FULL };
enum { VIEW_NAME_MAX = 32, VIEW_CATEGORY_MAX = 64, VIEW_TOPIC_MAX = 160, VIEW_LEVELS = 4 };

struct view {
    char name[VIEW_NAME_MAX + 1]; /* a-z, 0-9, '-' and '_' */
    enum view_tier tier;
    char agency[65]; /* VIEW_AGENCY */
    uint8_t key[32]; /* of this view's sender hashes: derived from the seal and the name */
};

/* "public", "agency", "full"; negative for another word. */
int view_tier_parse(const char *word);
const char *view_tier_name(enum view_tier tier);
bool view_name_valid(const char *name);
void view_init(struct view *view, const char *name, enum view_tier tier, const char *agency, const struct seal *seal);

/* One event as the view has it. Strings and bytes of `event` point into the arguments and into the struct itself, and
 * are valid as long as those: it is not to be copied. */
struct view_event {
    Aduan__Feed__V1__Event event;
    Aduan__Feed__V1__SmsReceived sms_received;
    Aduan__Feed__V1__TicketOpened ticket_opened;
    Aduan__Feed__V1__TicketClassified ticket_classified;
    Aduan__Feed__V1__TicketState ticket_state;
    Aduan__Feed__V1__TicketAssigned ticket_assigned;
    Aduan__Feed__V1__TicketNote ticket_note;
    Aduan__Feed__V1__ReplyProgress reply;
    Aduan__Feed__V1__SmsQuarantined sms_quarantined;
    Aduan__Feed__V1__TicketJoined ticket_joined;
    Aduan__Feed__V1__TicketCorrected ticket_corrected;
    Aduan__Feed__V1__IncidentChanged incident;
    char topic[VIEW_TOPIC_MAX];
    size_t level[VIEW_LEVELS];            /* length of the topic's prefix of each depth, its dot included */
    char category[VIEW_CATEGORY_MAX + 1]; /* as in the topic */
    uint8_t sender[16];
    char number[33];
    char *text; /* owned: the citizen's, as the tier may see it */
};

/* True: *out is filled (release with view_event_done()). False: the view does not see this event.
 * ticket: as it is now; NULL where the event has none. number: the sender's, for the full tier; NULL elsewhere or when
 * unknown. An event whose ticket cannot be read (event->ticket without `ticket`) is for the full tier only. `before` is
 * left empty. Exhausted memory aborts: an event left out would be a hole. */
bool view_event_init(const struct view *view, const uint8_t epoch[STORE_EPOCH_BYTES], const Aduan__Record__Event *event,
                     const Aduan__Record__Ticket *ticket, const char *number, struct view_event *out);
void view_event_done(struct view_event *event);
/* Whether an event of this topic matches a subscription prefix; and whether the prefix is one this view may have:
 * "v1.<name>." or longer, ending in a dot. (The beacon, "b1.<name>", is no event; whoever publishes it knows it.) */
bool view_topic_allowed(const struct view *view, const char *prefix, size_t len);

#endif
