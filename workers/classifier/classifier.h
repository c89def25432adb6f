/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside the classifier: what it holds between a box's BATCH and the ACK. */
#ifndef ADUAN_CLASSIFIER_H
#define ADUAN_CLASSIFIER_H

#include "acks.h"
#include "worker.h"

/* One SMS that is not committed yet. */
struct held {
    Aduan__Wire__Sms *sms;
    ProtobufCMessage *batch; /* which it is a part of; kept for it */
    size_t channel;
    uint64_t arrived_us;
};

struct batch_room; /* commit.c: the arrays a transaction is made ready in */

struct classifier {
    struct held *held; /* in the order they came */
    size_t count, room;
    struct acks *acks;  /* one a channel */
    size_t singly;      /* so many of the first are committed one by one, to find which of them the store refuses */
    unsigned failures;  /* of the store, in a row */
    uint64_t retry_ms;  /* no commit before */
    uint64_t done_ms;   /* when the last commit ended */
    uint64_t expire_ms; /* when to look for parts whose time is over */
    uint64_t later_ms;  /* when to look for tickets to classify */
    uint64_t cost_us;   /* what classifying one text took of late */
    struct batch_room *batch;
    char note[900];
};

extern const struct worker_role classifier_role;

/* Commits the first messages held, drops them from `held` and notes their acks. On an error nothing is dropped and
 * retry_ms says when to try again. */
void commit_held(struct worker *worker);
/* Delivers sets of parts whose time is over. */
void commit_expired_parts(struct worker *worker, uint64_t mono_ms);
void commit_done(struct classifier *classifier);

/* peak.c: answered first, classified later. */
/* This SMS has waited so long that its receipt goes before its class. */
bool peak_is_late(const struct worker *worker, const Aduan__Wire__Sms *sms, uint64_t now_us);
/* Remembers what one classification took. */
void peak_measure(struct classifier *classifier, uint64_t took_us);
/* Classifies some tickets that were received in a peak; returns at the latest after a moment. */
void peak_catch_up(struct worker *worker, uint64_t mono_ms);

/* Drops the first n messages. */
void held_drop(struct classifier *classifier, size_t n);

#endif
