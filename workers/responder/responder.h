/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside the responder: the replies that are out, and the news of replies that is not committed yet. */
#ifndef ADUAN_RESPONDER_H
#define ADUAN_RESPONDER_H

#include "acks.h"
#include "flights.h"
#include "inquiry.h"
#include "store_watch.h"
#include "worker.h"

/* One thing that is asked of the store. */
struct backoff {
    unsigned failures; /* in a row */
    uint64_t retry_ms; /* not asked before */
    char note[900];
};

struct responder {
    struct flights flights;

    /* news.c: applied in this order, in one transaction */
    struct store_reply_input *news;
    size_t news_count, news_room;
    uint64_t news_ms;         /* when the first of them came */
    bool news_apart;          /* a claim could not take them along: they go by themselves */
    struct acks *uncommitted; /* one a channel: reports whose news is among them */
    struct acks *acks;        /* one a channel: reports that are durable */

    struct inquiry *inquiry; /* submit.c: about those whose fate is unknown */

    struct store_watch *watch; /* NULL: there is none, and the outbox is looked at on a timer */
    unsigned looks;            /* since the watch woke us */
    uint64_t commit_ms;        /* no commit of news before */
    uint64_t renew_ms;         /* when to look over the leases */
    uint64_t oldest_us;

    /* Apart: to claim is to read, for which the store may have no slot while it can still be written. */
    struct backoff claims, commits;
};

extern const struct worker_role responder_role;

enum { RESPONDER_NOT_SENT_WAIT_MS = 1000, RESPONDER_IDLE_MS = 1000 /* with nothing to do */ };

/* What the store refused is tried again later; status says why. `backoff` is the responder's claims or commits. Aborts
 * when memory is out. */
void responder_back_off(struct worker *worker, struct backoff *backoff, int err, const struct fault *fault,
                        const char *doing);
void responder_store_well(struct worker *worker, struct backoff *backoff);

/* render.c: store_claim.render; ctx is the worker. */
int responder_render(void *ctx, const Aduan__Record__Reply *reply, const Aduan__Record__Ticket *ticket, char **text,
                     size_t *len, bool *ucs2, uint32_t *segments);

/* submit.c: claims what is due and there is room for, and submits it. Returns when to look again. */
uint64_t submit_due(struct worker *worker, uint64_t mono_ms);
/* What bearerbox's store says of a reply that was claimed for the question only; inquiry_fn, ctx is the worker. */
void submit_verdict(void *ctx, const uint8_t id[UUID_BYTES], enum inquiry_verdict verdict);

/* news.c */
/* Which reply, and the claim that the news is about; claim 0: news that is true of all (see store_reply_input). */
struct news_of {
    const uint8_t *id;
    uint64_t slot, claim;
};
void news_add(struct worker *worker, const struct news_of *of, enum reply_input input, uint64_t wait_ms,
              const char *cause);
void news_results(struct worker *worker, const Aduan__Wire__Results *results);
void news_reports(struct worker *worker, size_t channel, const Aduan__Wire__Reports *reports);
/* Everything that is out at this channel will have no result from it. */
void news_channel_lost(struct worker *worker, size_t channel);
/* Keeps the leases of what is out longer than expected. */
void news_renew_leases(struct worker *worker, uint64_t mono_ms);
/* Whether an error is about the news itself, so that trying the same again helps nothing. */
bool news_is_refused(int err);
/* The first `count` news are durable, and with them all that reports have told: these can be acked. */
void news_committed(struct worker *worker, size_t count);
/* Commits when due. Returns when it is due next, UINT64_MAX when nothing waits. */
uint64_t news_commit(struct worker *worker, uint64_t mono_ms);

#endif
