/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside aduan-feed: two ends (ipc and, when configured, tcp), each with a socket that publishes and one that answers;
 * the views that may be seen through them; the replays under way. One thread, which never waits: what has to (the
 * one writer of the store) is writer.h's.
 */
#ifndef ADUAN_FEED_H
#define ADUAN_FEED_H

#include "before.h"
#include "chunk.h"
#include "curve_key.h"
#include "frame.h"
#include "store_feed.h"
#include "view.h"
#include "worker.h"
#include "writer.h"

enum {
    FEED_ROUTING_MAX = FRAME_ROUTING_MAX,
    FEED_REPLAYS_MAX = 128,
    FEED_REPLAYS_A_KEY = 4,
    FEED_REQUESTS_A_SECOND = 50,
    FEED_TOPICS_MAX = 64, /* of one replay */
    FEED_TOPIC_BYTES_MAX = 255
};

/* What one integrator, or the programs of the desk, may see. Lives as long as the process: what points to it stays
 * good, and one that is revoked stays revoked. */
struct feed_view {
    struct view view;
    char user[CURVE_KEY_TEXT_BYTES]; /* its public key, which is the User-Id of its connections; "" on ipc */
    uint32_t rate;                   /* requests a second; 0: no limit */
    uint64_t rate_ms;                /* the second that is being counted */
    uint32_t rate_count;
    bool revoked;
    bool subscribed; /* somebody ever has: its events are made */
    struct before *before;
};

struct feed_end {
    void *publish, *replay; /* NULL: not configured */
};

/* Where answers to a request go. */
struct asker {
    struct feed_end *end;
    struct feed_view *view;
    uint8_t routing[FEED_ROUTING_MAX];
    size_t routing_len;
};

struct replay;

struct feed {
    struct feed_end ipc, tcp;
    struct curve_key key;              /* the server's own */
    bool parted;                       /* tcp.publish is to be opened again */
    uint64_t parted_ms;                /* since then it cannot be; 0: it can, or was not tried */
    void *zap;                         /* answers who is let in; NULL without tcp */
    uint64_t refresh_ms;               /* when to look at the integrators again */
    uint64_t generation;               /* of the integrators, as the views have them */
    uint64_t key_log_ms, noise_log_ms; /* a stranger, and one who disturbs, are told of once a second */
    const zmq_pollitem_t *polled;      /* what the last poll found, until the next */
    size_t polled_count;
    struct writer *writer;
    struct answers *answers;
    struct feed_view **views;
    size_t view_count;

    struct store_head head; /* as of the last look */
    uint64_t next;          /* the sequence to be published next */
    uint64_t look_ms, busy_until_ms, beacon_ms;
    uint64_t pressure_ms, pressure_last; /* when the log's growth was last judged, and where it ended then */
    bool pressed;                        /* the line is busy: replays hold back */
    struct store_feed *stretch;

    struct replay *replays[FEED_REPLAYS_MAX];
    size_t replay_count, replay_turn;
    uint64_t replay_us; /* not before, when pressed */
    char note[256];
};

extern const struct worker_role feed_role;

/* keys.c: before any tcp socket is opened. */
#define FEED_ZAP_DOMAIN "aduan.feed"
MUST_CHECK int keys_open(struct worker *worker, struct fault *fault);
/* Answers those that knock, and takes up who was added or revoked since. */
void keys_turn(struct worker *worker, bool knocked, uint64_t mono_ms);
void keys_close(struct feed *feed);

/* sockets.c */
MUST_CHECK int sockets_open(struct worker *worker, struct fault *fault);
/* Cuts every subscriber's connection on tcp; who still may connects anew. */
void sockets_part(struct feed *feed);
/* Listens again after that. Returns when to try next. */
uint64_t sockets_turn(struct worker *worker, uint64_t mono_ms);
void sockets_close(struct feed *feed);

/* views.c */
struct feed_view *views_add(struct feed *feed, const struct seal *seal, const char *name, enum view_tier tier,
                            const char *agency);
/* Whose connection this message came from; NULL: nobody's that may see anything. */
struct feed_view *views_of(struct feed *feed, const struct feed_end *end, zmq_msg_t *message);
void views_done(struct feed *feed);

/* False: this view has had its requests of this second. */
/* What store_feed_read() must open so that this view can tell what it may show. */
unsigned views_opens(const struct feed_view *view);
bool views_count_request(struct feed_view *view, uint64_t mono_ms);

/* publish.c */
/* Takes up subscriptions of this end; called often, see there. */
void publish_subscriptions(struct worker *worker, struct feed_end *end);
/* Publishes what has been committed, a stretch at a time. Returns when to look again. */
uint64_t publish_turn(struct worker *worker, uint64_t mono_ms);

/* answers.c: answers that wait for room at their asker. */
struct answers *answers_new(void);
void answers_free(struct answers *answers);
/* Takes the body. */
void answers_send(struct worker *worker, const struct asker *asker, zmq_msg_t *body, uint64_t mono_ms);
/* Tries again. Returns when to try next. */
uint64_t answers_turn(struct worker *worker, uint64_t mono_ms);

/* requests.c */
void requests_turn(struct worker *worker, struct feed_end *end, uint64_t mono_ms);
/* Packs and sends; an asker that does not read, or has gone, goes without. */
void requests_answer(struct worker *worker, const struct asker *asker, const Aduan__Feed__V1__Response *response);
void requests_refuse(struct worker *worker, const struct asker *asker, const ProtobufCBinaryData *id,
                     Aduan__Feed__V1__Refused__Code code, const char *reason);
void requests_truncated(struct worker *worker, const struct asker *asker, const ProtobufCBinaryData *id);

/* What the writer has kept is told to whom it is to be told. */
void requests_confirmed(struct worker *worker);

/* replay.c */
struct replay_start {
    const struct asker *asker;
    const ProtobufCBinaryData *id;
    uint64_t next, until;
    uint32_t credit;
    char *const *topics;
    size_t topic_count;
};
/* Ends those of a view that is revoked. */
void replay_revoked(struct worker *worker, const struct feed_view *view);
/* How many this asker has under way; *same: one of them has this id. */
size_t replay_count_of(const struct feed *feed, const struct asker *asker, const ProtobufCBinaryData *id, bool *same);
void replay_begin(struct feed *feed, const struct replay_start *start, uint64_t mono_ms);
void replay_credit(struct feed *feed, const struct asker *asker, const ProtobufCBinaryData *id, uint32_t chunks,
                   uint64_t mono_ms);
void replay_cancel(struct feed *feed, const struct asker *asker, const ProtobufCBinaryData *id);
/* Some milliseconds of work, shared among all replays. Returns when there is more to do. */
uint64_t replay_turn(struct worker *worker, uint64_t mono_ms);
void replay_done(struct feed *feed);

#endif
