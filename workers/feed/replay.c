/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Replays: each reads the log a stretch at a time, in a short read transaction that is over before anything is sent,
 * and sends a chunk when one is full. All of them share a few milliseconds a turn, one stretch each in their order, so
 * that neither live events nor another replay waits for a long one. While the line is busy a stretch is followed by a
 * rest of many times its length: history can wait, citizens should not, and it costs them even where a processor is
 * idle, by caches and hyperthreads. One whose asker does not read, or has given no credit, costs nothing but its place,
 * and that for a minute.
 */
#include "clock.h"
#include "feed.h"
#include "log.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    TURN_MS = 4,
    RETRY_MS = 2, /* an asker's queue is full */
    QUIET_LOOK_MS = 1000,
    QUIET_MAX_MS = 60 * 1000, /* without a chunk: ended */
    STRETCH_FULL = STORE_FEED_MAX,
    STRETCH_REDACTED = 200, /* redaction takes its time */
    SCAN_MAX = 50000,       /* events looked at between two chunks, be they empty: `through` moves */
    CREDIT_HELD_MAX = 1000,
    REST_FACTOR = 99 /* one part in 100 of the time, when the line is busy */
};

struct replay {
    struct asker asker;
    uint8_t id[CHUNK_ID_MAX];
    size_t id_len;
    uint64_t next, until; /* sequences */
    uint64_t scanned;     /* since the last chunk */
    uint32_t credit;
    uint64_t progress_ms, retry_ms;
    struct chunk chunk;
    bool waiting, waiting_last; /* `out` could not be sent yet; it is the last one */
    zmq_msg_t out;
    size_t topic_count;
    char topics[FEED_TOPICS_MAX][FEED_TOPIC_BYTES_MAX + 1];
};

enum step { STEP_GO_ON, STEP_WAIT, STEP_END };

/* --- the list ----------------------------------------------------------------------------------------------- */

static bool is_asker(const struct asker *a, const struct asker *b)
{
    return a->end == b->end && a->view == b->view && a->routing_len == b->routing_len &&
           memcmp(a->routing, b->routing, a->routing_len) == 0;
}

static bool has_id(const struct replay *replay, const ProtobufCBinaryData *id)
{
    return replay->id_len == id->len && memcmp(replay->id, id->data, id->len) == 0;
}

/* On ipc, where there are no keys, the limit is a connection's. */
static bool counts_for(const struct feed *feed, const struct replay *replay, const struct asker *asker)
{
    return asker->end == &feed->ipc ? is_asker(&replay->asker, asker) : replay->asker.view == asker->view;
}

size_t replay_count_of(const struct feed *feed, const struct asker *asker, const ProtobufCBinaryData *id, bool *same)
{
    size_t count = 0;
    *same = false;
    for (size_t i = 0; i < feed->replay_count; i++) {
        count += counts_for(feed, feed->replays[i], asker);
        *same |= is_asker(&feed->replays[i]->asker, asker) && has_id(feed->replays[i], id);
    }
    return count;
}

static struct replay *find(struct feed *feed, const struct asker *asker, const ProtobufCBinaryData *id, size_t *at)
{
    for (*at = 0; *at < feed->replay_count; ++*at) {
        if (is_asker(&feed->replays[*at]->asker, asker) && has_id(feed->replays[*at], id))
            return feed->replays[*at];
    }
    return NULL;
}

static void drop(struct feed *feed, size_t at)
{
    struct replay *replay = feed->replays[at];
    chunk_done(&replay->chunk);
    if (replay->waiting)
        zmq_msg_close(&replay->out);
    free(replay);
    feed->replays[at] = feed->replays[--feed->replay_count];
}

void replay_begin(struct feed *feed, const struct replay_start *start, uint64_t mono_ms)
{
    struct replay *replay = calloc(1, sizeof *replay);
    if (!replay)
        abort();
    replay->asker = *start->asker;
    replay->id_len = start->id->len;
    memcpy(replay->id, start->id->data, start->id->len);
    replay->next = start->next;
    replay->until = start->until;
    replay->credit = start->credit;
    replay->progress_ms = mono_ms;
    replay->topic_count = start->topic_count;
    for (size_t i = 0; i < start->topic_count; i++)
        snprintf(replay->topics[i], sizeof replay->topics[i], "%s", start->topics[i]);
    feed->replays[feed->replay_count++] = replay;
}

void replay_credit(struct feed *feed, const struct asker *asker, const ProtobufCBinaryData *id, uint32_t chunks,
                   uint64_t mono_ms)
{
    size_t at;
    struct replay *replay = find(feed, asker, id, &at);
    if (!replay)
        return; /* it has ended meanwhile */
    uint32_t room = CREDIT_HELD_MAX - replay->credit;
    replay->credit += chunks < room ? chunks : room;
    replay->progress_ms = mono_ms;
}

void replay_cancel(struct feed *feed, const struct asker *asker, const ProtobufCBinaryData *id)
{
    size_t at;
    if (find(feed, asker, id, &at))
        drop(feed, at);
}

void replay_revoked(struct worker *worker, const struct feed_view *view)
{
    struct feed *feed = worker->role_state;
    for (size_t i = feed->replay_count; i-- > 0;) {
        struct replay *replay = feed->replays[i];
        ProtobufCBinaryData id = {replay->id_len, replay->id};
        if (replay->asker.view != view)
            continue;
        requests_refuse(worker, &replay->asker, &id, ADUAN__FEED__V1__REFUSED__CODE__REVOKED, "this key is revoked");
        drop(feed, i);
    }
}

void replay_done(struct feed *feed)
{
    while (feed->replay_count > 0)
        drop(feed, feed->replay_count - 1);
}

/* --- sending ------------------------------------------------------------------------------------------------ */

static enum step send_waiting(struct worker *worker, struct replay *replay, uint64_t mono_ms)
{
    void *socket = replay->asker.end->replay;
    if (zmq_send(socket, replay->asker.routing, replay->asker.routing_len, ZMQ_DONTWAIT | ZMQ_SNDMORE) < 0) {
        replay->retry_ms = mono_ms + RETRY_MS;
        return zmq_errno() == EAGAIN ? STEP_WAIT : STEP_END;
    }
    replay->waiting = false;
    if (zmq_msg_send(&replay->out, socket, ZMQ_DONTWAIT) < 0) {
        zmq_msg_close(&replay->out);
        worker->errors++;
        return STEP_END;
    }
    replay->progress_ms = mono_ms;
    return replay->waiting_last ? STEP_END : STEP_GO_ON;
}

/* Everything before replay->next is in this chunk or one before it. */
static enum step send_chunk(struct worker *worker, struct replay *replay, bool last, uint64_t mono_ms)
{
    struct feed *feed = worker->role_state;
    struct chunk_end end = {.id = replay->id,
                            .id_len = replay->id_len,
                            .epoch = feed->head.epoch,
                            .through = replay->next - 1,
                            .last = last};
    chunk_finish(&replay->chunk, &end, &replay->out);
    replay->scanned = 0;
    replay->credit--;
    replay->waiting = true;
    replay->waiting_last = last;
    return send_waiting(worker, replay, mono_ms);
}

/* --- reading ------------------------------------------------------------------------------------------------ */

static bool wanted(const struct replay *replay, const struct view_event *event)
{
    bool match = replay->topic_count == 0;
    for (size_t i = 0; i < replay->topic_count && !match; i++)
        match = strncmp(event->topic, replay->topics[i], strlen(replay->topics[i])) == 0;
    return match;
}

/* False: the chunk is full, and the event is not in it. */
static bool add_item(struct feed *feed, struct replay *replay, const struct store_feed_item *item)
{
    struct view_event out;
    bool taken = true;
    if (!view_event_init(&replay->asker.view->view, feed->head.epoch, item->event, item->ticket, item->number, &out))
        return true;
    if (wanted(replay, &out))
        taken = chunk_add(&replay->chunk, &out.event);
    view_event_done(&out);
    return taken;
}

static enum step add_items(struct worker *worker, struct replay *replay, const struct store_feed_item *items,
                           size_t count, uint64_t mono_ms)
{
    struct feed *feed = worker->role_state;
    for (size_t i = 0; i < count; i++) {
        while (!add_item(feed, replay, &items[i])) {
            enum step step = send_chunk(worker, replay, false, mono_ms);
            if (step != STEP_GO_ON || replay->credit == 0)
                return step;
        }
        replay->next = items[i].event->sequence + 1;
        replay->scanned++;
    }
    return STEP_GO_ON;
}

static enum step truncated(struct worker *worker, struct replay *replay)
{
    struct feed *feed = worker->role_state;
    ProtobufCBinaryData id = {replay->id_len, replay->id};
    if (store_head(worker->store, &feed->head) == OK)
        requests_truncated(worker, &replay->asker, &id);
    return STEP_END;
}

static enum step read_on(struct worker *worker, struct replay *replay, uint64_t mono_ms)
{
    struct feed *feed = worker->role_state;
    const struct store_feed_item *items;
    enum view_tier tier = replay->asker.view->view.tier;
    uint64_t left = replay->until - replay->next + 1, max = tier == VIEW_PUBLIC ? STRETCH_REDACTED : STRETCH_FULL;
    size_t count;
    int err = store_feed_read(worker->store, feed->stretch, replay->next, left < max ? left : max,
                              views_opens(replay->asker.view), &items, &count);
    if (err != OK) {
        worker->errors++;
        log_error("feed.replay_failed", "cause=%s at=%llu view=%s", err_name(err), (unsigned long long)replay->next,
                  replay->asker.view->view.name);
        return STEP_END;
    }
    /* History may be trimmed under a slow replay: no hole goes by unsaid. */
    if (count == 0 || items[0].event->sequence != replay->next)
        return truncated(worker, replay);
    return add_items(worker, replay, items, count, mono_ms);
}

static enum step step(struct worker *worker, struct replay *replay, uint64_t mono_ms)
{
    enum step step = STEP_GO_ON;
    if (replay->waiting)
        step = send_waiting(worker, replay, mono_ms);
    if (step == STEP_GO_ON && replay->credit == 0)
        return STEP_WAIT;
    if (step == STEP_GO_ON && replay->next <= replay->until)
        step = read_on(worker, replay, mono_ms);
    if (step != STEP_GO_ON || replay->credit == 0)
        return step;
    bool last = replay->next > replay->until;
    return last || replay->scanned >= SCAN_MAX ? send_chunk(worker, replay, last, mono_ms) : STEP_GO_ON;
}

/* --- a turn ------------------------------------------------------------------------------------------------- */

static bool runnable(const struct replay *replay, uint64_t mono_ms)
{
    return replay->waiting ? mono_ms >= replay->retry_ms : replay->credit > 0;
}

static bool given_up(const struct replay *replay, uint64_t mono_ms)
{
    return mono_ms - replay->progress_ms >= QUIET_MAX_MS;
}

/* One step of the next one in order. False: none had anything to do. */
static bool step_next(struct worker *worker, uint64_t mono_ms)
{
    struct feed *feed = worker->role_state;
    for (size_t tried = 0; tried < feed->replay_count; tried++) {
        size_t at = feed->replay_turn++ % feed->replay_count;
        struct replay *replay = feed->replays[at];
        if (given_up(replay, mono_ms)) {
            drop(feed, at);
            return true;
        }
        if (!runnable(replay, mono_ms))
            continue;
        if (step(worker, replay, mono_ms) == STEP_END)
            drop(feed, at);
        return true;
    }
    return false;
}

static uint64_t mono_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* When the next one wants to be stepped again, with nothing to do now. */
static uint64_t next_retry(const struct feed *feed, uint64_t mono_ms)
{
    uint64_t next = mono_ms + QUIET_LOOK_MS;
    for (size_t i = 0; i < feed->replay_count; i++) {
        if (feed->replays[i]->waiting)
            next = mono_ms + RETRY_MS;
    }
    return next;
}

/* One step, and a rest. */
static uint64_t turn_pressed(struct worker *worker, uint64_t mono_ms)
{
    struct feed *feed = worker->role_state;
    uint64_t began = mono_us(), ended;
    if (began < feed->replay_us)
        return mono_ms + (feed->replay_us - began) / 1000 + 1;
    if (!step_next(worker, mono_ms))
        return next_retry(feed, mono_ms);
    ended = mono_us();
    feed->replay_us = ended + (ended - began) * REST_FACTOR;
    return mono_ms + (feed->replay_us - began) / 1000 + 1;
}

uint64_t replay_turn(struct worker *worker, uint64_t mono_ms)
{
    struct feed *feed = worker->role_state;
    uint64_t now = mono_ms;
    if (feed->replay_count == 0)
        return UINT64_MAX;
    if (feed->pressed)
        return turn_pressed(worker, mono_ms);
    while (now < mono_ms + TURN_MS) {
        if (!step_next(worker, now))
            return next_retry(feed, now);
        now = clock_mono_ms();
    }
    return now;
}
