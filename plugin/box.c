/* SPDX-License-Identifier: BSD-2-Clause */
/* The loop: one thread. Nothing here waits except poll() and pace(). */
#include "box.h"
#include "now.h"
#include "status.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

enum {
    FRAMES_A_ROUND = 512, /* from one socket; then the links have their turn */
    TICK_MS = 1000,
    GATHER_MS = 5, /* answers to the pings of a tick come within so long, if nothing is amiss */
    CLOSE_MS = 3000,
    ROUND_US = 250 /* from one round to the next, at least */
};

static void begin_drain(struct box *box, uint64_t mono_ms)
{
    journal(JOURNAL_INFO, "box.draining", "%zu messages at classifiers, %zu reports at responders",
            dispatch_outstanding(box->mo), dispatch_outstanding(box->reports));
    box->phase = BOX_DRAINING;
    box->phase_deadline_ms = mono_ms + (uint64_t)box->options->drain_seconds * 1000;
    box->links_changed = true;
    dispatch_forget_pending(box->mo);
    dispatch_forget_pending(box->reports);
    outbound_refuse_new(box->replies);
    for (size_t i = 0; i < box->link_count; i++)
        link_discard(box->links[i]);
}

/* Workers that are connected go on, but none that comes can find us: another life binds the path anew. */
static void watch_paths(struct box *box, uint64_t mono_ms)
{
    if (box->phase != BOX_RUNNING || (bound_path_is_ours(&box->paths[0]) && bound_path_is_ours(&box->paths[1])))
        return;
    journal(JOURNAL_ERROR, "box.path_stolen",
            "a socket of ours was stolen: somebody removed its path, or bound it too; ending, to be started again");
    box->robbed = true;
    begin_drain(box, mono_ms);
}

static void read_signals(struct box *box, uint64_t mono_ms)
{
    struct signalfd_siginfo info;
    while (read(box->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGHUP)
            journal(JOURNAL_INFO, "box.reload", "the box has no file to read again");
        else if (box->phase == BOX_RUNNING)
            begin_drain(box, mono_ms);
        else
            box->phase = BOX_DONE;
    }
}

static bool all_closed(const struct box *box)
{
    for (size_t i = 0; i < box->link_count; i++)
        if (!link_is_closed(box->links[i]))
            return false;
    return true;
}

static void advance_phase(struct box *box, uint64_t mono_ms)
{
    bool late = mono_ms >= box->phase_deadline_ms;
    bool quiet =
        dispatch_outstanding(box->mo) == 0 && dispatch_outstanding(box->reports) == 0 && outbound_idle(box->replies);
    for (size_t i = 0; i < box->link_count; i++)
        quiet = quiet && link_is_flushed(box->links[i]);
    if (box->phase == BOX_DRAINING && (quiet || late)) {
        if (!quiet)
            journal(JOURNAL_WARNING, "box.drain_cut",
                    "after %u s %zu messages are still at workers; bearerbox will send them again",
                    box->options->drain_seconds, dispatch_outstanding(box->mo) + dispatch_outstanding(box->reports));
        box->phase = BOX_CLOSING;
        box->phase_deadline_ms = mono_ms + CLOSE_MS;
        outbound_close(box->replies);
        for (size_t i = 0; i < box->link_count; i++)
            link_finish(box->links[i], mono_ms);
    } else if (box->phase == BOX_CLOSING && (all_closed(box) || late)) {
        box->phase = BOX_DONE;
    }
}

static void read_frames(void *socket, struct roster *roster, uint64_t mono_ms)
{
    struct frame frame;
    for (int i = 0; i < FRAMES_A_ROUND; i++) {
        int err = frame_recv(socket, true, &frame);
        if (err == FRAME_E_AGAIN || err == FRAME_E_SOCKET)
            return;
        roster_frame(roster, err, &frame, mono_ms);
        if (err == FRAME_OK)
            frame_done(&frame);
    }
}

/* aduand has nothing to say to a box; what it says all the same must not pile up. */
static void ignore_frames(void *socket)
{
    struct frame frame;
    for (int i = 0; socket && i < FRAMES_A_ROUND; i++) {
        int err = frame_recv(socket, false, &frame);
        if (err == FRAME_E_AGAIN || err == FRAME_E_SOCKET)
            return;
        if (err == FRAME_OK)
            frame_done(&frame);
    }
}

/* No worker owes anything: what comes from them now are pings. */
static bool at_rest(const struct box *box)
{
    return dispatch_outstanding(box->mo) == 0 && dispatch_outstanding(box->reports) == 0 &&
           outbound_idle(box->replies) && box->phase == BOX_RUNNING;
}

/* Each worker answers the tick's ping with its own, and each of those would wake us. At rest they are read together a
 * moment after the tick; a SUBMIT that comes in just this moment waits for it too. */
static bool gathers(const struct box *box, uint64_t mono_ms)
{
    return mono_ms < box->gather_ms && at_rest(box);
}

/* How long poll() may wait. */
static long patience(const struct box *box, uint64_t mono_ms)
{
    uint64_t until = box->tick_ms;
    if (roster_has_gone(&box->classifiers) || roster_has_gone(&box->responders))
        return 0;
    if (box->phase != BOX_RUNNING && box->phase_deadline_ms < until)
        until = box->phase_deadline_ms;
    if (gathers(box, mono_ms) && box->gather_ms < until)
        until = box->gather_ms;
    for (size_t i = 0; i < box->link_count; i++) {
        uint64_t wants = link_deadline(box->links[i], mono_ms);
        if (wants < until)
            until = wants;
    }
    return until > mono_ms ? (long)(until - mono_ms) : 0;
}

static void wait_for_events(struct box *box)
{
    zmq_pollitem_t items[3 + OPTIONS_LINKS_MAX] = {{.fd = box->signals, .events = ZMQ_POLLIN}};
    uint64_t now = now_mono_ms();
    int count = 1;
    if (!gathers(box, now)) {
        items[count++] = (zmq_pollitem_t){.socket = box->inbound, .events = ZMQ_POLLIN};
        items[count++] = (zmq_pollitem_t){.socket = box->outbound_socket, .events = ZMQ_POLLIN};
    }
    for (size_t i = 0; i < box->link_count; i++) {
        short events = link_poll_events(box->links[i]);
        /* A link that wants nothing is left out: poll() would report its end again and again. */
        if (link_fd(box->links[i]) < 0 || events == 0)
            continue;
        items[count++] = (zmq_pollitem_t){
            .fd = link_fd(box->links[i]),
            .events = (short)((events & POLLIN ? ZMQ_POLLIN : 0) | (events & POLLOUT ? ZMQ_POLLOUT : 0))};
    }
    (void)zmq_poll(items, count, patience(box, now));
}

/* Who comes right behind another waits a little for those who come behind him: a round for one SMS costs this process,
 * and each that hears of it, several times what the SMS does. Who comes after a pause is served at once. */
static void pace(struct box *box)
{
    uint64_t now_us = now_mono_us(), until_us = box->round_us + ROUND_US;
    if (now_us < until_us) {
        struct timespec rest = {.tv_nsec = (long)(until_us - now_us) * 1000};
        (void)nanosleep(&rest, NULL);
    }
    box->round_us = now_mono_us();
}

static void work(struct box *box)
{
    uint64_t now = now_mono_ms();
    bool tick = now >= box->tick_ms;
    read_signals(box, now);
    read_frames(box->inbound, &box->classifiers, now);
    read_frames(box->outbound_socket, &box->responders, now);
    for (size_t i = 0; i < box->link_count; i++)
        link_work(box->links[i], now);
    if (tick) {
        box->tick_ms = (now / TICK_MS + 1) * TICK_MS; /* the whole second: see clock.h of core */
        box->gather_ms = now + GATHER_MS;
        ignore_frames(box->status);
        watch_paths(box, now);
        roster_tick(&box->classifiers, now);
        roster_tick(&box->responders, now);
    } else if (box->links_changed) {
        roster_ping(&box->classifiers);
        roster_ping(&box->responders);
    }
    roster_sweep(&box->classifiers, now);
    roster_sweep(&box->responders, now);
    if (box->phase == BOX_RUNNING) {
        dispatch_pump(box->mo, &box->classifiers);
        dispatch_pump(box->reports, &box->responders);
    }
    outbound_pump(box->replies, &box->responders, now_wall_us());
    for (size_t i = 0; i < box->link_count; i++)
        link_flush(box->links[i]);
    advance_phase(box, now);
    status_send(box, tick, now);
    box->links_changed = false;
}

int box_run(struct box *box)
{
    journal(JOURNAL_INFO, "box.start", "version=%s links=%zu", ADUAN_VERSION, box->link_count);
    while (box->phase != BOX_DONE) {
        wait_for_events(box);
        pace(box);
        work(box);
    }
    status_send(box, true, now_mono_ms());
    journal(JOURNAL_INFO, "box.stop", "links=%zu", box->link_count);
    return box->robbed ? BOX_EXIT_FAILED : BOX_EXIT_OK;
}
