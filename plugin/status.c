/* SPDX-License-Identifier: BSD-2-Clause */
#include "status.h"
#include "frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { COUNTERS = 24 };

struct figures {
    struct dispatch_figures mo, reports;
    struct outbound_figures replies;
    struct link_figures links[OPTIONS_LINKS_MAX];
    uint64_t connects, garbage, unwanted;
    bool any_up, any_cause;
};

static void collect(const struct box *box, struct figures *out)
{
    *out = (struct figures){0};
    dispatch_figures(box->mo, &out->mo);
    dispatch_figures(box->reports, &out->reports);
    outbound_figures(box->replies, &out->replies);
    for (size_t i = 0; i < box->link_count; i++) {
        struct link_figures *link = &out->links[i];
        link_figures(box->links[i], link);
        out->connects += link->connects;
        out->garbage += link->garbage;
        out->unwanted += link->unwanted;
        out->any_up |= link->up;
        out->any_cause |= link->cause[0] != '\0';
    }
}

/* A sentence when something that the box needs is missing, else NULL. */
static const char *missing(const struct box *box, const struct figures *figures)
{
    if (!figures->any_up)
        return "no bearerbox can be reached: see its links";
    if (box->classifiers.count == 0)
        return "no classifier is connected: messages wait in bearerbox";
    if (box->responders.count == 0)
        return "no responder is connected: replies and delivery reports wait";
    return NULL;
}

static Aduan__Wire__Status__State state_of(struct box *box, const struct figures *figures, const char *note)
{
    if (box->phase == BOX_DONE)
        return ADUAN__WIRE__STATUS__STATE__DRAINED;
    if (box->phase != BOX_RUNNING)
        return ADUAN__WIRE__STATUS__STATE__DRAINING;
    box->has_started |= figures->any_up || figures->any_cause;
    if (!box->has_started)
        return ADUAN__WIRE__STATUS__STATE__STARTING;
    if (note)
        return ADUAN__WIRE__STATUS__STATE__DEGRADED;
    return figures->mo.taken > 0 ? ADUAN__WIRE__STATUS__STATE__RUNNING : ADUAN__WIRE__STATUS__STATE__READY;
}

static size_t count(const struct box *box, const struct figures *figures, Aduan__Wire__Counter *counters)
{
    const uint64_t *outcomes = figures->replies.outcomes;
    const struct {
        const char *name;
        uint64_t value;
    } all[] = {
        {"mo", figures->mo.taken},
        {"mo_acked", figures->mo.acked},
        {"mo_redelivered", figures->mo.redelivered},
        {"dlr", figures->reports.taken},
        {"dlr_acked", figures->reports.acked},
        {"mt", figures->replies.submitted},
        {"mt_repeated", figures->replies.repeated},
        {"mt_accepted", outcomes[ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_ACCEPTED]},
        {"mt_buffered", outcomes[ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_BUFFERED]},
        {"mt_rejected", outcomes[ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_REJECTED]},
        {"mt_retry", outcomes[ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_RETRY]},
        {"mt_not_sent", outcomes[ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_NOT_SENT]},
        {"mt_ambiguous", outcomes[ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_AMBIGUOUS]},
        {"mt_in_flight", figures->replies.in_flight},
        {"mt_queued", figures->replies.queued},
        {"redispatched", figures->mo.redispatched + figures->reports.redispatched},
        {"quarantined", figures->mo.quarantined},
        {"dlr_given_up", figures->reports.given_up},
        {"workers_lost", box->classifiers.lost + box->responders.lost},
        {"classifiers", box->classifiers.count},
        {"responders", box->responders.count},
        {"refused_frames", box->classifiers.refused + box->responders.refused},
        {"bearerbox_connects", figures->connects},
        {"bearerbox_refused", figures->garbage + figures->unwanted},
    };
    _Static_assert(sizeof all / sizeof all[0] == COUNTERS, "COUNTERS");
    for (size_t i = 0; i < COUNTERS; i++) {
        aduan__wire__counter__init(&counters[i]);
        counters[i].name = (char *)all[i].name;
        counters[i].value = all[i].value;
    }
    return COUNTERS;
}

static size_t list_links(const struct box *box, const struct figures *figures, Aduan__Wire__Link *links)
{
    for (size_t i = 0; i < box->link_count; i++) {
        const struct link_options *options = &box->options->links[i];
        aduan__wire__link__init(&links[i]);
        links[i].name = options->name;
        links[i].host = options->host;
        links[i].port = (uint32_t)strtoul(options->port, NULL, 10);
        links[i].up = figures->links[i].up;
        links[i].since_us = figures->links[i].since_us;
        links[i].window = figures->links[i].window;
        links[i].note = (char *)figures->links[i].cause;
    }
    return box->link_count;
}

void status_send(struct box *box, bool due, uint64_t now_ms)
{
    struct figures figures;
    if (!box->status)
        return;
    collect(box, &figures);
    const char *note = missing(box, &figures);
    Aduan__Wire__Status__State state = state_of(box, &figures, note);
    if (!due && !box->links_changed && (int)state == box->told_state)
        return;

    Aduan__Wire__Counter counters[COUNTERS], *counter_list[COUNTERS];
    Aduan__Wire__Link links[OPTIONS_LINKS_MAX], *link_list[OPTIONS_LINKS_MAX];
    Aduan__Wire__Status status = ADUAN__WIRE__STATUS__INIT;
    status.role = "box";
    status.name = (char *)box->options->name;
    status.pid = (uint32_t)getpid();
    status.state = state;
    status.started_us = box->started_us;
    status.done = figures.mo.acked;
    status.refused = box->classifiers.refused + box->responders.refused + figures.unwanted;
    status.errors = figures.garbage + figures.mo.redispatched + figures.reports.redispatched;
    status.backlog = figures.mo.backlog;
    status.oldest_us = figures.mo.oldest_us;
    if (state == ADUAN__WIRE__STATUS__STATE__DEGRADED)
        status.note = (char *)note;
    status.config_generation = 1;
    status.n_counter = count(box, &figures, counters);
    status.counter = counter_list;
    for (size_t i = 0; i < status.n_counter; i++)
        counter_list[i] = &counters[i];
    status.n_link = list_links(box, &figures, links);
    status.link = link_list;
    for (size_t i = 0; i < status.n_link; i++)
        link_list[i] = &links[i];
    (void)frame_status_tell(&box->told, box->status, &status, now_ms);
    box->told_state = (int)state;
}
