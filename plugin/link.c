/* SPDX-License-Identifier: BSD-2-Clause */
#include "link.h"
#include "fault_point.h"
#include "now.h"
#include "stream.h"
#include "tls.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BACKOFF_MIN_MS = 200,
    BACKOFF_MAX_MS = 10000,
    CONNECT_MS = 10000,   /* name, TCP and TLS together */
    STEADY_MS = 10000,    /* a link that lived so long starts its backoff anew */
    PROVE_MS = 1000,      /* one that was closed on us has to stand so long before it counts as up */
    HEARTBEAT_MS = 30000, /* as often as smsbox */
    LEAVE_MS = 5000,      /* bearerbox is shutting down: time to ack what we hold */
    FINISH_MS = 2000,     /* for bearerbox to read the last of it and close */
    RESOLVE_POLL_MS = 50,
    READS_A_ROUND = 16 /* then the other links have their turn */
};

struct link {
    uint32_t index, generation;
    const struct link_options *options;
    struct link_events events;
    SSL_CTX *tls;
    struct stream *stream;
    /* PROVING: connected and identified, and not trusted with anything before bearerbox has said something or has kept
     * us a while. One that does not want us (its TLS, box-deny-ip) takes the connection and closes it without a word.
     */
    enum { WAITING, CONNECTING, PROVING, UP, LEAVING } state;
    bool suspended, discarding, finishing;
    bool parse_pending; /* there was no room for an SMS */
    bool write_failed;
    bool heard;           /* a message of bearerbox's, on this connection */
    bool doubtful;        /* the last connection ended soon and without one */
    uint64_t deadline_ms; /* of all but UP */
    uint64_t beat_ms, up_ms;
    uint32_t backoff_ms, window, open_mt;
    uint64_t since_us, appended;
    uint64_t connects, garbage, unwanted, acks_dropped;
    char cause[256];
};

struct link *link_new(uint32_t index, const struct link_options *options, const struct link_events *events, char *why,
                      size_t why_size)
{
    struct link *link = calloc(1, sizeof *link);
    if (!link) {
        snprintf(why, why_size, "out of memory");
        return NULL;
    }
    *link = (struct link){.index = index,
                          .options = options,
                          .events = *events,
                          .state = WAITING,
                          .backoff_ms = BACKOFF_MIN_MS,
                          .since_us = now_wall_us()};
    if (options->tls && !(link->tls = tls_context(options->ca, options->cert, why, why_size))) {
        free(link);
        return NULL;
    }
    if (options->tls && !options->ca)
        journal(JOURNAL_WARNING, "link.unverified",
                "link=%s TLS without ca=: the line is encrypted, but anybody may pretend to be bearerbox",
                options->name);
    return link;
}

void link_free(struct link *link)
{
    if (!link)
        return;
    stream_free(link->stream);
    SSL_CTX_free(link->tls);
    free(link);
}

bool link_up(const struct link *link)
{
    return link->state == UP && !link->suspended;
}

static bool is_open(const struct link *link)
{
    return link->state == PROVING || link->state == UP || link->state == LEAVING;
}

const char *link_name(const struct link *link)
{
    return link->options->name;
}

/* --- connecting ---------------------------------------------------------------------------------------------- */

static void drop(struct link *link, uint64_t mono_ms, const char *why)
{
    bool was_up = link->state == UP || link->state == LEAVING;
    bool was_steady = was_up && mono_ms - link->up_ms >= STEADY_MS;
    uint64_t sent = link->stream ? stream_sent(link->stream) : 0;
    bool was_silent = strcmp(link->cause, why) == 0 && !was_up; /* the same cause again is not news */
    snprintf(link->cause, sizeof link->cause, "%s", why);
    if (was_steady)
        link->backoff_ms = BACKOFF_MIN_MS;
    if (was_up || link->state == PROVING)
        link->doubtful = !link->heard && !was_steady;
    journal(was_silent ? JOURNAL_DEBUG : JOURNAL_WARNING, "link.down", "link=%s %s; next try in %u ms",
            link->options->name, link->cause, link->backoff_ms);
    stream_free(link->stream);
    link->stream = NULL;
    link->state = WAITING;
    link->suspended = link->finishing = link->parse_pending = false;
    link->window = link->open_mt = 0;
    link->deadline_ms = mono_ms + link->backoff_ms;
    link->backoff_ms = link->backoff_ms * 2 > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : link->backoff_ms * 2;
    if (!was_up)
        return;
    link->since_us = now_wall_us();
    link->events.down(link->events.ctx, link->index, sent);
    link->events.changed(link->events.ctx, link->index);
}

static void start(struct link *link, uint64_t mono_ms)
{
    const struct link_options *options = link->options;
    struct stream_options to = {.host = options->host,
                                .port = options->port,
                                .tls = link->tls,
                                .tls_name = options->tls_name ? options->tls_name : options->host};
    link->state = CONNECTING;
    link->deadline_ms = mono_ms + CONNECT_MS;
    link->stream = stream_new(&to);
    if (!link->stream)
        drop(link, mono_ms, "out of memory");
}

static void up(struct link *link, uint64_t mono_ms)
{
    link->state = UP;
    link->up_ms = mono_ms;
    link->since_us = now_wall_us();
    link->cause[0] = '\0';
    journal(JOURNAL_INFO, "link.up", "link=%s %s:%s as \"%s\"%s", link->options->name, link->options->host,
            link->options->port, link->options->id, link->tls ? " over TLS" : "");
    link->events.changed(link->events.ctx, link->index);
}

static void opened(struct link *link, uint64_t mono_ms)
{
    link->generation++;
    link->connects++;
    link->appended = 0;
    link->heard = link->write_failed = false;
    link->beat_ms = mono_ms + HEARTBEAT_MS;
    /* First of all: a box that sends anything else first is anonymous and gets every route's traffic. */
    if (!kannel_pack_identify(stream_out(link->stream), link->options->id)) {
        drop(link, mono_ms, "out of memory");
        return;
    }
    link->appended = bytes_len(stream_out(link->stream));
    link->state = PROVING;
    link->deadline_ms = mono_ms + PROVE_MS;
    if (!link->doubtful)
        up(link, mono_ms);
}

static void connecting(struct link *link, uint64_t mono_ms)
{
    switch (stream_advance(link->stream)) {
    case STREAM_OPEN:
        opened(link, mono_ms);
        break;
    case STREAM_FAILED:
        drop(link, mono_ms, stream_cause(link->stream));
        break;
    default:
        if (mono_ms >= link->deadline_ms)
            drop(link, mono_ms, "no connection within 10 s");
        break;
    }
}

/* --- what bearerbox says ------------------------------------------------------------------------------------- */

static void admin(struct link *link, enum kannel_admin command, uint64_t mono_ms)
{
    switch (command) {
    case KANNEL_SUSPEND:
    case KANNEL_RESUME:
        link->suspended = command == KANNEL_SUSPEND;
        journal(JOURNAL_WARNING, link->suspended ? "link.suspended" : "link.resumed", "link=%s bearerbox asked so",
                link->options->name);
        break;
    case KANNEL_SHUTDOWN:
    case KANNEL_RESTART:
        /* bearerbox still takes our acks, and waits for us to close. */
        journal(JOURNAL_WARNING, "link.leaving", "link=%s bearerbox %s; %u messages are still to be acked",
                link->options->name, command == KANNEL_RESTART ? "restarts" : "shuts down", link->window);
        link->state = LEAVING;
        link->deadline_ms = mono_ms + LEAVE_MS;
        break;
    default:
        journal(JOURNAL_INFO, "link.admin", "link=%s an admin command that is no box's business", link->options->name);
        return;
    }
    link->events.changed(link->events.ctx, link->index);
}

static void unwanted(struct link *link, const struct kannel_msg *msg)
{
    link->unwanted++;
    journal(JOURNAL_WARNING, "link.unwanted", "link=%s %s; acked", link->options->name, msg->why);
    link->window++;
    (void)link_ack(link, link->generation, msg->uuid, msg->time);
}

/* False when the connection cannot go on. */
static bool take(struct link *link, const struct kannel_msg *msg, uint64_t mono_ms)
{
    switch (msg->kind) {
    case KANNEL_SMS:
        if (link->discarding)
            return true;
        link->window++;
        return link->events.sms(link->events.ctx, link->index, link->generation, &msg->sms);
    case KANNEL_REPORT:
        if (link->discarding)
            return true;
        link->window++;
        return link->events.report(link->events.ctx, link->index, link->generation, &msg->report);
    case KANNEL_UNWANTED:
        unwanted(link, msg);
        return true;
    case KANNEL_ACK:
        link->open_mt -= link->open_mt > 0;
        link->events.mt_ack(link->events.ctx, link->index, msg->uuid, msg->outcome);
        return true;
    case KANNEL_ADMIN:
        admin(link, msg->admin, mono_ms);
        return true;
    case KANNEL_HEARTBEAT:
        return true;
    default:
        link->unwanted++;
        journal(JOURNAL_WARNING, "link.unwanted", "link=%s %s", link->options->name, msg->why);
        return true;
    }
}

/*
 * When the box holds all that it may, an SMS stays where it is and the socket is not read: TCP holds bearerbox back.
 * MT acks and delivery reports wait behind the MO then, and still nothing waits in a circle:
 *
 *   - Room is made by workers' acks alone. A classifier acks what it has committed, a responder a report that it has
 *     committed; both do so whatever becomes of their MT, and their frames are always read.
 *   - Our acks are appended to memory and written as the kernel takes them: a bearerbox that does not read for a while
 *     stops neither workers nor the reading, which goes on as soon as there is room.
 *   - What bearerbox may have to say behind the MO is asked for by nobody who makes room: an MT ack that comes late
 *     leaves its reply in flight, and a responder that asks for it again is told what becomes of the first one.
 *
 * Heartbeats go out all the same. Without a worker there is no room for ever, and then bearerbox is to keep the rest.
 * A real one stops at its smsbox-max-pending, long before this.
 */

/* Takes the packets that are whole. A sentence when the connection must end, else NULL. */
static const char *parse(struct link *link, uint64_t mono_ms)
{
    struct bytes *in = stream_in(link->stream);
    link->parse_pending = false;
    while (bytes_len(in) >= 4) {
        const uint8_t *p = bytes_at(in);
        uint32_t len = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
        struct kannel_msg msg;
        if (len > KANNEL_PACKET_MAX) {
            link->garbage++;
            return "bearerbox sent a length that no message has";
        }
        if (bytes_len(in) - 4 < len)
            break;
        if (!link->discarding && kannel_is_sms(p + 4, len) && !link->events.room(link->events.ctx)) {
            link->parse_pending = true;
            break;
        }
        if (!kannel_unpack(p + 4, len, link->options->name, &msg)) {
            link->garbage++;
            return "bearerbox sent what is not a message of its protocol";
        }
        link->heard = true;
        if (link->state == PROVING)
            up(link, mono_ms);
        if (!take(link, &msg, mono_ms))
            return "out of memory";
        bytes_consume(in, 4 + len);
    }
    return NULL;
}

static void reading(struct link *link, uint64_t mono_ms)
{
    const char *why = parse(link, mono_ms);
    if (!why && link->parse_pending && link->write_failed)
        why = stream_cause(link->stream);
    for (int i = 0; !why && !link->parse_pending && i < READS_A_ROUND; i++) {
        if (!stream_read(link->stream))
            why = stream_cause(link->stream);
        else
            why = parse(link, mono_ms);
        if (!stream_has_more(link->stream))
            break; /* what comes now wakes poll() */
    }
    if (why)
        drop(link, mono_ms, why);
}

/* --- the round ----------------------------------------------------------------------------------------------- */

static void beat(struct link *link, uint64_t mono_ms)
{
    if (mono_ms < link->beat_ms)
        return;
    link->beat_ms = mono_ms + HEARTBEAT_MS;
    struct bytes *out = stream_out(link->stream);
    size_t before = bytes_len(out);
    if (kannel_pack_heartbeat(out, link->window))
        link->appended += bytes_len(out) - before;
}

/* Our side is closed first and bearerbox's after it has read everything: a plain close() with something unread here
 * would reset the connection, and our last acks with it. */
static void finish(struct link *link, uint64_t mono_ms)
{
    link->finishing = true;
    link->deadline_ms = mono_ms + FINISH_MS;
    stream_finish(link->stream);
}

static void leaving(struct link *link, uint64_t mono_ms)
{
    bool quiet = link->window == 0 && link->open_mt == 0 && bytes_len(stream_out(link->stream)) == 0;
    if (!link->finishing && (quiet || mono_ms >= link->deadline_ms))
        finish(link, mono_ms);
    else if (mono_ms >= link->deadline_ms)
        drop(link, mono_ms, "closed");
}

void link_finish(struct link *link, uint64_t mono_ms)
{
    link->discarding = true;
    if (link->state == CONNECTING || link->state == PROVING)
        drop(link, mono_ms, "closed");
    if (link->state != UP && link->state != LEAVING)
        return;
    link->state = LEAVING;
    finish(link, mono_ms);
}

bool link_is_closed(const struct link *link)
{
    return link->state == WAITING;
}

void link_work(struct link *link, uint64_t mono_ms)
{
    if (link->state == WAITING && !link->discarding && mono_ms >= link->deadline_ms)
        start(link, mono_ms);
    if (link->state == CONNECTING)
        connecting(link, mono_ms);
    if (is_open(link))
        reading(link, mono_ms);
    if (link->state == PROVING && mono_ms >= link->deadline_ms)
        up(link, mono_ms);
    if (link->state == UP || link->state == LEAVING)
        beat(link, mono_ms);
    if (link->state == LEAVING)
        leaving(link, mono_ms);
}

void link_flush(struct link *link)
{
    /* An error ends the connection when all that came before it has been read. */
    if (is_open(link) && bytes_len(stream_out(link->stream)) > 0)
        link->write_failed |= !stream_flush(link->stream);
    if (link->open_mt > 0 && bytes_len(stream_out(link->stream)) == 0)
        FAULT_POINT("mt_written");
}

int link_fd(const struct link *link)
{
    return link->stream ? stream_fd(link->stream) : -1;
}

short link_poll_events(const struct link *link)
{
    short events = link->parse_pending ? 0 : POLLIN;
    return (short)(events | (link->stream && stream_wants_write(link->stream) ? POLLOUT : 0));
}

uint64_t link_deadline(const struct link *link, uint64_t mono_ms)
{
    switch (link->state) {
    case WAITING:
        return link->deadline_ms;
    case CONNECTING:
        return stream_fd(link->stream) < 0 ? mono_ms + RESOLVE_POLL_MS : link->deadline_ms;
    case PROVING:
    case LEAVING:
        return link->deadline_ms;
    default:
        return stream_has_more(link->stream) && !link->parse_pending ? mono_ms : link->beat_ms;
    }
}

/* --- to bearerbox -------------------------------------------------------------------------------------------- */

bool link_ack(struct link *link, uint32_t generation, const uint8_t uuid[ID_BYTES], uint32_t time)
{
    if (generation != link->generation || (link->state != UP && link->state != LEAVING)) {
        link->acks_dropped++;
        return false;
    }
    struct bytes *out = stream_out(link->stream);
    size_t before = bytes_len(out);
    if (!kannel_pack_ack(out, uuid, time)) {
        link->acks_dropped++;
        return false;
    }
    link->appended += bytes_len(out) - before;
    link->window -= link->window > 0;
    return true;
}

/* A bearerbox that is killed while it writes an MT into its spool leaves a file without a message. It never sends that
 * one, never tells of it, cannot store another MT of that id beside it, and acks it all the same: with its next death
 * the reply would be gone. It removes what it holds under an id that is acked. */
static bool pack_submit(struct bytes *out, const Aduan__Wire__Mt *mt, const char *box_id)
{
    uint64_t now_s = now_wall_us() / 1000000;
    if (mt->maybe_written && !kannel_pack_ack(out, mt->reply_id.data, (uint32_t)now_s))
        return false;
    return kannel_pack_mt(out, mt, box_id, now_s);
}

bool link_submit(struct link *link, const Aduan__Wire__Mt *mt, uint64_t *end)
{
    if (!link_up(link))
        return false;
    struct bytes *out = stream_out(link->stream);
    size_t before = bytes_len(out);
    bool packed = pack_submit(out, mt, link->options->id);
    link->appended += bytes_len(out) - before;
    if (!packed)
        return false;
    link->open_mt++;
    *end = link->appended;
    return true;
}

void link_discard(struct link *link)
{
    link->discarding = true;
    link->parse_pending = false;
}

bool link_is_flushed(const struct link *link)
{
    return !link->stream || bytes_len(stream_out(link->stream)) == 0 || (link->state != UP && link->state != LEAVING);
}

void link_figures(const struct link *link, struct link_figures *out)
{
    *out = (struct link_figures){.up = link->state == UP,
                                 .since_us = link->since_us,
                                 .window = link->window,
                                 .cause = link->suspended ? "suspended by bearerbox" : link->cause,
                                 .connects = link->connects,
                                 .garbage = link->garbage,
                                 .unwanted = link->unwanted,
                                 .acks_dropped = link->acks_dropped};
}
