/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Publishing: the log is looked at every few milliseconds, and what is new goes out once for each view that somebody
 * has subscribed to. Nobody is waited for: XPUB drops what a full queue cannot take, and its subscriber finds the gap.
 *
 * Subscriptions are installed by hand (ZMQ_XPUB_MANUAL), since who may have one depends on his key. libzmq keeps the
 * pipe that a subscription came from apart from its text, in a queue of its own, and two things can part them:
 * - A message that is no subscription (an XSUB may send one) takes a pipe from that queue without having put one there:
 *   what is read after it, until nothing is left to read, would be given to somebody else. It is not installed; its
 *   owner hears no beacon and connects anew.
 * - A pipe that has gone may be followed by another at the same address. Between two of our reads libzmq must not have
 *   had the time for that: the queue is emptied after each few sends, not only once a turn.
 */
#include "clock.h"
#include "feed.h"
#include "log.h"

#include <stdlib.h>
#include <string.h>

enum {
    LOOK_BUSY_MS = 50, /* each look costs the line something, whatever it finds */
    LOOK_IDLE_MS = 15,
    LOOK_ALONE_MS = 500, /* nobody has subscribed */
    BUSY_MS = 1000,
    EVENTS_BETWEEN_READS = 64,
    NOISE_LOG_MS = 1000,
    PRESSURE_EVERY_MS = 100,
    PRESSURE_EVENTS_A_SECOND = 1000
};

/* --- subscriptions ------------------------------------------------------------------------------------------ */

static bool is_beacon(const struct view *view, const char *prefix, size_t len)
{
    size_t name_len = strlen(view->name);
    return len == 3 + name_len && memcmp(prefix, "b1.", 3) == 0 && memcmp(prefix + 3, view->name, name_len) == 0;
}

static bool may_have(const struct feed_view *view, const char *prefix, size_t len)
{
    return view && !view->revoked &&
           (view_topic_allowed(&view->view, prefix, len) || is_beacon(&view->view, prefix, len));
}

static void subscribe(struct worker *worker, struct feed_end *end, struct feed_view *view, const char *prefix,
                      size_t len)
{
    struct feed *feed = worker->role_state;
    if (!may_have(view, prefix, len)) {
        worker->refused++;
        return;
    }
    if (zmq_setsockopt(end->publish, ZMQ_SUBSCRIBE, prefix, len))
        return;
    if (view->subscribed)
        return;
    view->subscribed = true;
    feed->look_ms = 0;
    view->before = before_new(feed->next == 1);
    log_info("feed.view_followed", "view=%s from=%llu", view->view.name, (unsigned long long)feed->next);
}

static void noise(struct worker *worker, const struct feed_view *view)
{
    struct feed *feed = worker->role_state;
    uint64_t now = clock_mono_ms();
    worker->refused++;
    if (now < feed->noise_log_ms)
        return;
    feed->noise_log_ms = now + NOISE_LOG_MS;
    log_warning("feed.noise", "view=%s sends what is no subscription, and keeps others from subscribing; revoke it",
                view ? view->view.name : "?");
}

void publish_subscriptions(struct worker *worker, struct feed_end *end)
{
    struct feed *feed = worker->role_state;
    bool parted = false;
    zmq_msg_t message;
    zmq_msg_init(&message);
    while (end->publish && zmq_msg_recv(&message, end->publish, ZMQ_DONTWAIT) >= 0) {
        const char *data = zmq_msg_data(&message);
        size_t len = zmq_msg_size(&message);
        if (len == 0 || (data[0] != 0 && data[0] != 1) || zmq_msg_more(&message)) {
            noise(worker, views_of(feed, end, &message));
            parted = true;
        } else if (parted) {
            worker->refused++;
        } else if (data[0] == 1) {
            subscribe(worker, end, views_of(feed, end, &message), data + 1, len - 1);
        } else {
            zmq_setsockopt(end->publish, ZMQ_UNSUBSCRIBE, data + 1, len - 1);
        }
    }
    zmq_msg_close(&message);
}

/* --- events ------------------------------------------------------------------------------------------------- */

static void send_parts(void *socket, const char *topic, size_t topic_len, zmq_msg_t *body)
{
    if (!socket || zmq_send(socket, topic, topic_len, ZMQ_DONTWAIT | ZMQ_SNDMORE) < 0 ||
        zmq_msg_send(body, socket, ZMQ_DONTWAIT) < 0)
        zmq_msg_close(body);
}

static void *socket_of(struct feed *feed, const struct feed_view *view)
{
    return view == feed->views[0] ? feed->ipc.publish : feed->tcp.publish;
}

static void publish_to(struct feed *feed, struct feed_view *view, const struct store_feed_item *item)
{
    struct view_event out;
    uint64_t before[BEFORE_LEVELS];
    zmq_msg_t body;
    if (!view_event_init(&view->view, feed->head.epoch, item->event, item->ticket, item->number, &out))
        return;
    before_next(view->before, out.topic, out.level, item->event->sequence, before);
    out.event.n_before = BEFORE_LEVELS;
    out.event.before = before;
    if (zmq_msg_init_size(&body, aduan__feed__v1__event__get_packed_size(&out.event)))
        abort();
    aduan__feed__v1__event__pack(&out.event, zmq_msg_data(&body));
    send_parts(socket_of(feed, view), out.topic, strlen(out.topic), &body);
    view_event_done(&out);
}

static void publish_item(struct feed *feed, const struct store_feed_item *item)
{
    for (size_t i = 0; i < feed->view_count; i++) {
        if (feed->views[i]->subscribed && !feed->views[i]->revoked)
            publish_to(feed, feed->views[i], item);
    }
}

static bool anybody(const struct feed *feed, unsigned *open)
{
    bool any = false;
    *open = 0;
    for (size_t i = 0; i < feed->view_count; i++) {
        const struct feed_view *view = feed->views[i];
        if (!view->subscribed || view->revoked)
            continue;
        any = true;
        *open |= views_opens(view);
    }
    return any;
}

static int publish_stretch(struct worker *worker)
{
    struct feed *feed = worker->role_state;
    const struct store_feed_item *items;
    size_t count;
    unsigned open;
    if (!anybody(feed, &open)) {
        worker->done += feed->head.last + 1 - feed->next;
        feed->next = feed->head.last + 1;
        return OK;
    }
    int err = store_feed_read(worker->store, feed->stretch, feed->next, STORE_FEED_MAX, open, &items, &count);
    for (size_t i = 0; err == OK && i < count; i++) {
        if (i % EVENTS_BETWEEN_READS == 0) {
            publish_subscriptions(worker, &feed->ipc);
            publish_subscriptions(worker, &feed->tcp);
        }
        publish_item(feed, &items[i]);
        feed->next = items[i].event->sequence + 1;
        worker->done++;
    }
    return err;
}

/* --- beacons ------------------------------------------------------------------------------------------------ */

static void beacon_to(struct feed *feed, const struct feed_view *view)
{
    Aduan__Feed__V1__Beacon beacon = ADUAN__FEED__V1__BEACON__INIT;
    char topic[VIEW_TOPIC_MAX];
    zmq_msg_t body;
    beacon.schema_version = 1;
    beacon.epoch = (ProtobufCBinaryData){STORE_EPOCH_BYTES, feed->head.epoch};
    beacon.first = feed->head.first;
    beacon.last = feed->head.last;
    beacon.at_us = clock_now_us();
    int len = snprintf(topic, sizeof topic, "b1.%s", view->view.name);
    if (zmq_msg_init_size(&body, aduan__feed__v1__beacon__get_packed_size(&beacon)))
        abort();
    aduan__feed__v1__beacon__pack(&beacon, zmq_msg_data(&body));
    send_parts(socket_of(feed, view), topic, (size_t)len, &body);
}

static void beacons(struct feed *feed, uint64_t mono_ms)
{
    if (!clock_second_is_due(mono_ms, feed->beacon_ms))
        return;
    for (size_t i = 0; i < feed->view_count; i++) {
        if (feed->views[i]->subscribed && !feed->views[i]->revoked)
            beacon_to(feed, feed->views[i]);
    }
    feed->beacon_ms = clock_next_second_ms(mono_ms);
}

/* --- a turn ------------------------------------------------------------------------------------------------- */

static void note_store(struct worker *worker, int err)
{
    struct feed *feed = worker->role_state;
    if (err != OK && !worker->degraded) {
        snprintf(feed->note, sizeof feed->note, "the event log cannot be read (%s); try: aduan verify", err_name(err));
        log_error("feed.store_failed", "cause=%s at=%llu", err_name(err), (unsigned long long)feed->next);
        worker->degraded = feed->note;
        worker->errors++;
    } else if (err == OK && worker->degraded) {
        log_info("feed.store_well", "at=%llu", (unsigned long long)feed->next);
        worker->degraded = NULL;
    }
}

/* When nobody listens every other look is that of the whole second, when this process wakes anyway. */
static uint64_t look_again_ms(const struct feed *feed, uint64_t mono_ms)
{
    unsigned open;
    if (!anybody(feed, &open) && feed->replay_count == 0)
        return (mono_ms / LOOK_ALONE_MS + 1) * LOOK_ALONE_MS + CLOCK_SECOND_AFTER_MS;
    return mono_ms + (mono_ms < feed->busy_until_ms ? LOOK_BUSY_MS : LOOK_IDLE_MS);
}

/* A thousand events a second are a busy line. */
static void judge_pressure(struct feed *feed, uint64_t mono_ms)
{
    uint64_t passed = mono_ms - feed->pressure_ms;
    if (passed < PRESSURE_EVERY_MS)
        return;
    feed->pressed = (feed->head.last - feed->pressure_last) * 1000 >= passed * PRESSURE_EVENTS_A_SECOND;
    feed->pressure_ms = mono_ms;
    feed->pressure_last = feed->head.last;
}

uint64_t publish_turn(struct worker *worker, uint64_t mono_ms)
{
    struct feed *feed = worker->role_state;
    if (mono_ms >= feed->look_ms) {
        int err = store_head(worker->store, &feed->head);
        if (err == OK && feed->head.last >= feed->next) {
            err = publish_stretch(worker);
            feed->busy_until_ms = mono_ms + BUSY_MS;
        }
        note_store(worker, err);
        judge_pressure(feed, mono_ms);
        bool more = err == OK && feed->head.last >= feed->next;
        feed->look_ms = more ? 0 : look_again_ms(feed, mono_ms);
        worker->backlog = more ? (uint32_t)(feed->head.last + 1 - feed->next) : 0;
    }
    beacons(feed, mono_ms);
    return feed->look_ms < feed->beacon_ms ? feed->look_ms : feed->beacon_ms;
}
