/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The skeleton of a worker: ready → run → drain → exit. It owns signals (signalfd), the instance lock, configuration,
 * seal, store, the channels to every box, the poll loop, and the status frames to aduand. A role supplies its verbs.
 * SIGTERM, SIGINT: drain. SIGHUP: reload. A second SIGTERM: exit at once. One thread.
 * Arguments: --config FILE, --name classifier.1 (the instance; its lock is run_dir/<name>.lock, with the pid inside).
 */
#ifndef ADUAN_WORKER_H
#define ADUAN_WORKER_H

#include "channel.h"
#include "config.h"
#include "ensemble.h"
#include "rules.h"
#include "seal.h"
#include "store.h"
#include "templates.h"

#include <zmq.h>

struct worker {
    /* owned by the skeleton, read by the role */
    const char *role, *name;
    uint8_t life[16];
    struct config *config;
    struct seal *seal;
    struct store *store;
    struct rules *rules;
    struct model *model;       /* NULL: there is none, or the role reads no texts */
    struct places *places;     /* as the model */
    struct ensemble *ensemble; /* of all three */
    struct templates *templates;
    struct channel **channels;
    size_t channel_count; /* 0 of a role that has no business with boxes */
    void *zmq;            /* context, for sockets of the role's own */
    bool draining;
    /* figures the role keeps, sent to aduand */
    uint64_t done, refused, errors;
    uint32_t backlog;
    uint64_t oldest_us;
    const char *degraded; /* a sentence, NULL when well */
    const char *lacks;    /* what it does without since it was loaded, NULL: nothing; the skeleton's */
    void *role_state;
};

struct worker_role {
    const char *program;       /* "aduan-classifier" */
    const char *role;          /* "classifier" */
    const char *socket_suffix; /* ".in" or ".out": which socket of each box; NULL: no channels, nor what serves them */
    bool reads_texts;          /* it needs the model and the places */
    uint32_t (*credit)(const struct config *config);
    int (*start)(struct worker *worker, struct fault *fault);
    /* One frame from a box (not owned; a message taken out of its lists, NULL left behind, is the role's). */
    void (*frame)(struct worker *worker, size_t channel, const struct frame *frame);
    /* What wakes work() beside boxes, signals and time; NULL: nothing. Fills at most max, returns how many. */
    size_t (*poll_items)(struct worker *worker, zmq_pollitem_t *items, size_t max);
    /* After each poll; returns the monotonic ms when it wants to run again at the latest. */
    uint64_t (*work)(struct worker *worker, uint64_t mono_ms);
    /* The box of this channel died or lives anew: what was outstanding there will not be answered. */
    void (*box_lost)(struct worker *worker, size_t channel);
    /* Configuration, rules and templates have just been swapped. */
    void (*reloaded)(struct worker *worker);
    bool (*idle)(const struct worker *worker); /* nothing held: a drain may end */
    void (*stop)(struct worker *worker);
};

/* The whole life. Returns the exit code: 0 drained, 1 could not start or run (logged), 2 usage, 75 another instance
 * of that name lives (lock held). */
int worker_main(const struct worker_role *role, int argc, char **argv);

#endif
