/* SPDX-License-Identifier: BSD-2-Clause */
/* How the box is put together: what its modules ask of one another, and the order in which all of it opens. */
#include "box.h"
#include "fault_point.h"
#include "lock.h"
#include "now.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <zmq.h>

enum { SOCKET_HWM = 10000, LINGER_MS = 1000 };

/* MO and reports, each: several full windows of bearerbox's, and a batch for each of 32 classifiers. */
static const struct dispatch_limits held = {.messages = 16384, .bytes = 8 * 1024 * 1024};

/* --- what the modules ask of the box ------------------------------------------------------------------------- */

bool box_links_up(const struct box *box)
{
    for (size_t i = 0; i < box->link_count; i++)
        if (box->phase == BOX_RUNNING && link_up(box->links[i]))
            return true;
    return false;
}

static bool on_room(void *ctx)
{
    const struct box *box = ctx;
    return dispatch_has_room(box->mo) && dispatch_has_room(box->reports);
}

static bool on_sms(void *ctx, uint32_t link, uint32_t generation, const Aduan__Wire__Sms *sms)
{
    return dispatch_add_sms(((struct box *)ctx)->mo, link, generation, sms, now_wall_us());
}

static bool on_report(void *ctx, uint32_t link, uint32_t generation, const Aduan__Wire__Report *report)
{
    FAULT_POINT("report_received");
    return dispatch_add_report(((struct box *)ctx)->reports, link, generation, report, now_wall_us());
}

static void on_mt_ack(void *ctx, uint32_t link, const uint8_t reply_id[ID_BYTES], Aduan__Wire__SubmitOutcome outcome)
{
    outbound_mt_ack(((struct box *)ctx)->replies, link, reply_id, outcome);
}

static void on_link_changed(void *ctx, uint32_t link)
{
    (void)link;
    ((struct box *)ctx)->links_changed = true;
}

static void on_link_down(void *ctx, uint32_t link, uint64_t sent)
{
    struct box *box = ctx;
    dispatch_link_down(box->mo, link);
    dispatch_link_down(box->reports, link);
    outbound_link_down(box->replies, link, sent);
}

static bool on_ack(void *ctx, uint32_t link, uint32_t generation, const uint8_t uuid[ID_BYTES], uint32_t time)
{
    return link_ack(((struct box *)ctx)->links[link], generation, uuid, time);
}

static bool on_link_up(void *ctx, uint32_t link)
{
    return link_up(((struct box *)ctx)->links[link]);
}

static const char *on_link_name(void *ctx, uint32_t link)
{
    return link_name(((struct box *)ctx)->links[link]);
}

static bool on_submit(void *ctx, uint32_t link, const Aduan__Wire__Mt *mt, uint64_t *end)
{
    return link_submit(((struct box *)ctx)->links[link], mt, end);
}

static bool on_any_link_up(void *ctx)
{
    return box_links_up(ctx);
}

static int on_send_inbound(void *ctx, const uint8_t *routing, size_t len, enum frame_type type,
                           const ProtobufCMessage *body)
{
    return frame_send(((struct box *)ctx)->inbound, routing, len, type, body);
}

static int on_send_outbound(void *ctx, const uint8_t *routing, size_t len, enum frame_type type,
                            const ProtobufCMessage *body)
{
    return frame_send(((struct box *)ctx)->outbound_socket, routing, len, type, body);
}

static void on_classifier_lost(void *ctx, struct peer *peer)
{
    dispatch_lost(((struct box *)ctx)->mo, peer);
}

static void on_responder_lost(void *ctx, struct peer *peer)
{
    dispatch_lost(((struct box *)ctx)->reports, peer);
}

static bool on_classifier_frame(void *ctx, struct peer *peer, const struct frame *frame)
{
    if (frame->type != FRAME_ACK)
        return false;
    dispatch_ack(((struct box *)ctx)->mo, peer, (const Aduan__Wire__Ack *)frame->body);
    return true;
}

static bool on_responder_frame(void *ctx, struct peer *peer, const struct frame *frame)
{
    struct box *box = ctx;
    switch (frame->type) {
    case FRAME_ACK:
        dispatch_ack(box->reports, peer, (const Aduan__Wire__Ack *)frame->body);
        return true;
    case FRAME_SUBMIT:
        return outbound_submit(box->replies, &box->responders, peer, (Aduan__Wire__Submit *)frame->body);
    default:
        return false;
    }
}

/* --- opening ------------------------------------------------------------------------------------------------- */

static int open_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    /* Before libzmq and libc make threads: they inherit the mask. */
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        return -1;
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static int open_locks(struct box *box, const struct options *options, char *why, size_t why_size)
{
    bool busy = false;
    if (options->lock)
        box->locks[0] = lock_take(options->lock, &busy, why, why_size);
    if (!options->lock || box->locks[0] >= 0)
        box->locks[1] = lock_endpoint(options->inbound, &busy, why, why_size);
    if (box->locks[1] >= 0)
        box->locks[2] = lock_endpoint(options->outbound, &busy, why, why_size);
    if (box->locks[2] >= 0)
        return 0;
    return busy ? BOX_EXIT_BUSY : BOX_EXIT_FAILED;
}

static void *bind_router(struct box *box, const char *endpoint, char *why, size_t why_size)
{
    const int on = 1, hwm = SOCKET_HWM, linger = LINGER_MS;
    const int64_t largest = FRAME_BODY_MAX_BYTES;
    void *socket = zmq_socket(box->zmq, ZMQ_ROUTER);
    if (!socket)
        snprintf(why, why_size, "cannot make a socket: %s", zmq_strerror(errno));
    if (!socket)
        return NULL;
    if (zmq_setsockopt(socket, ZMQ_ROUTER_MANDATORY, &on, sizeof on) != 0 ||
        zmq_setsockopt(socket, ZMQ_SNDHWM, &hwm, sizeof hwm) != 0 ||
        zmq_setsockopt(socket, ZMQ_RCVHWM, &hwm, sizeof hwm) != 0 ||
        zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger) != 0 ||
        zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &largest, sizeof largest) != 0 || zmq_bind(socket, endpoint) != 0) {
        snprintf(why, why_size, "cannot bind %s: %s; does its directory exist, and is it yours?", endpoint,
                 zmq_strerror(errno));
        zmq_close(socket);
        return NULL;
    }
    return socket;
}

/* aduand may be away for as long as it likes: a few frames wait for it, the rest is dropped. */
static void *connect_status(struct box *box, const char *endpoint)
{
    const int hwm = 10, linger = 200;
    void *socket = zmq_socket(box->zmq, ZMQ_DEALER);
    if (!socket)
        return NULL;
    if (zmq_setsockopt(socket, ZMQ_SNDHWM, &hwm, sizeof hwm) != 0 ||
        zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger) != 0 || zmq_connect(socket, endpoint) != 0) {
        zmq_close(socket);
        return NULL;
    }
    return socket;
}

static int open_sockets(struct box *box, const struct options *options, char *why, size_t why_size)
{
    box->zmq = zmq_ctx_new();
    if (!box->zmq) {
        snprintf(why, why_size, "cannot start ZeroMQ: %s", zmq_strerror(errno));
        return BOX_EXIT_FAILED;
    }
    box->inbound = bind_router(box, options->inbound, why, why_size);
    if (box->inbound)
        box->outbound_socket = bind_router(box, options->outbound, why, why_size);
    if (!box->outbound_socket)
        return BOX_EXIT_FAILED;
    box->paths[0] = bound_path_of(options->inbound);
    box->paths[1] = bound_path_of(options->outbound);
    if (options->status && !(box->status = connect_status(box, options->status))) {
        snprintf(why, why_size, "--status %s is not an endpoint", options->status);
        return BOX_EXIT_FAILED;
    }
    return 0;
}

static bool open_tables(struct box *box)
{
    uint64_t seeds[3];
    if (getrandom(box->life, sizeof box->life, 0) != (ssize_t)sizeof box->life ||
        getrandom(seeds, sizeof seeds, 0) != (ssize_t)sizeof seeds)
        return false;
    const struct dispatch_hooks acks = {box, on_ack};
    const struct outbound_hooks out = {box, box->options->link_count, on_link_up, on_link_name, on_submit};
    const struct roster_hooks classifiers = {box, on_send_inbound, on_any_link_up, on_classifier_lost,
                                             on_classifier_frame};
    const struct roster_hooks responders = {box, on_send_outbound, on_any_link_up, on_responder_lost,
                                            on_responder_frame};
    box->mo = dispatch_new(&held, seeds[0], &acks);
    box->reports = dispatch_new(&held, seeds[1], &acks);
    box->replies = outbound_new(OUTBOUND_MEMORY, seeds[2], &out);
    roster_init(&box->classifiers, "classifier", box->options->name, box->life, &classifiers);
    roster_init(&box->responders, "responder", box->options->name, box->life, &responders);
    return box->mo && box->reports && box->replies;
}

int box_open(struct box *box, const struct options *options, char *why, size_t why_size)
{
    *box = (struct box){.options = options, .locks = {-1, -1, -1}, .told_state = -1, .started_us = now_wall_us()};
    box->signals = open_signals();
    if (box->signals < 0) {
        snprintf(why, why_size, "cannot take signals: %s", strerror(errno));
        return BOX_EXIT_FAILED;
    }
    int err = open_locks(box, options, why, why_size);
    if (err == 0)
        err = open_sockets(box, options, why, why_size);
    if (err != 0)
        return err;
    if (!open_tables(box)) {
        snprintf(why, why_size, "out of memory");
        return BOX_EXIT_FAILED;
    }
    const struct link_events events = {box, on_room, on_sms, on_report, on_mt_ack, on_link_changed, on_link_down};
    for (size_t i = 0; i < options->link_count; i++) {
        box->links[i] = link_new((uint32_t)i, &options->links[i], &events, why, why_size);
        if (!box->links[i])
            return BOX_EXIT_FAILED;
        box->link_count++;
    }
    return 0;
}

void box_close(struct box *box)
{
    for (size_t i = 0; i < box->link_count; i++)
        link_free(box->links[i]);
    dispatch_free(box->mo);
    dispatch_free(box->reports);
    outbound_free(box->replies);
    roster_done(&box->classifiers);
    roster_done(&box->responders);
    void *const sockets[] = {box->inbound, box->outbound_socket, box->status};
    for (size_t i = 0; i < sizeof sockets / sizeof sockets[0]; i++)
        if (sockets[i])
            zmq_close(sockets[i]);
    frame_status_forget(&box->told);
    if (box->zmq)
        zmq_ctx_term(box->zmq);
    if (box->signals >= 0)
        close(box->signals);
    /* locks[1] and [2] are 0 where nothing had to be locked. */
    for (size_t i = 0; i < sizeof box->locks / sizeof box->locks[0]; i++)
        if (box->locks[i] > 0)
            close(box->locks[i]);
}
