/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One worker's line to one aduanbox. A session is one DEALER with its own routing id and its own life in HELLO: when
 * the box falls silent the whole session is thrown away, socket and queued frames with it, and a new one says HELLO.
 * So nothing stale crosses from one session into the next, and the box, seeing a new life under a known name, knows
 * at once that what it had handed out is free again. For the same reason a socket is never connected twice: by itself
 * libzmq would go on with the box's next life, which knows nothing of the session, and whether a frame was lost to the
 * old one or refused by the new one could not be told. Never blocks; reads no clock but the one handed to tick().
 */
#include "channel.h"

#include "clock.h"
#include "uuid.h"
#include "wire.pb-c.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

enum {
    HELLO_FIRST_MS = 20, /* a line that is not connected yet is tried again soon, then less often */
    RECONNECT_NEVER = -1,
    RECV_ROUND_MAX = 4096, /* frames looked at in one call: a flood must not hold the worker's loop */
    BOX_NAME_BYTES = 64
};

struct channel {
    void *context, *socket;
    char *endpoint, *role, *name;
    uint8_t base_life[UUID_BYTES], life[UUID_BYTES], box_life[UUID_BYTES];
    uint32_t credit, session, generation;
    uint64_t refused;
    char box[BOX_NAME_BYTES];
    bool alive, links_up;
    bool heard;    /* something valid came since the last tick */
    bool rejected; /* the box said it does not know us */
    bool ticked;   /* tick_ms means something */
    bool fresh;    /* the socket was connected in this very tick */
    uint64_t tick_ms, heard_ms, hello_ms, ping_ms;
    uint64_t hello_wait_ms;
};

static char *copy_string(const char *text)
{
    char *copy = strdup(text);
    if (!copy)
        abort();
    return copy;
}

/* The life of the first session is the worker's own; later ones are derived from it. */
static void session_life(struct channel *channel)
{
    if (channel->session == 0) {
        memcpy(channel->life, channel->base_life, UUID_BYTES);
        return;
    }
    uuid_v5(channel->base_life, &channel->session, sizeof channel->session, channel->life);
}

/* A DEALER that keeps nothing for a box that is not there (IMMEDIATE) and nothing after its close (LINGER 0). */
static void *session_socket(struct channel *channel)
{
    void *socket = zmq_socket(channel->context, ZMQ_DEALER);
    if (!socket)
        return NULL;
    /* A routing id must not start with a zero byte. */
    uint8_t routing[1 + UUID_BYTES] = {'w'};
    uuid_random(routing + 1);
    int zero = 0, one = 1, never = RECONNECT_NEVER;
    int64_t largest = FRAME_BODY_MAX_BYTES;
    if (zmq_setsockopt(socket, ZMQ_ROUTING_ID, routing, sizeof routing) ||
        zmq_setsockopt(socket, ZMQ_LINGER, &zero, sizeof zero) ||
        zmq_setsockopt(socket, ZMQ_IMMEDIATE, &one, sizeof one) ||
        zmq_setsockopt(socket, ZMQ_RECONNECT_IVL, &never, sizeof never) ||
        zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &largest, sizeof largest) || zmq_connect(socket, channel->endpoint)) {
        zmq_close(socket);
        return NULL;
    }
    return socket;
}

static int connect_afresh(struct channel *channel)
{
    void *socket = session_socket(channel);
    if (!socket)
        return zmq_errno() == EINVAL ? E_INVALID : E_IO;
    if (channel->socket)
        zmq_close(channel->socket);
    channel->socket = socket;
    channel->fresh = true;
    return OK;
}

static int session_open(struct channel *channel)
{
    session_life(channel);
    int err = connect_afresh(channel);
    if (err == OK)
        channel->session++;
    return err;
}

int channel_open(void *zmq_context, const struct channel_options *options, struct channel **out)
{
    struct channel *channel = calloc(1, sizeof *channel);
    if (!channel)
        return E_MEMORY;
    channel->context = zmq_context;
    channel->endpoint = copy_string(options->endpoint);
    channel->role = copy_string(options->role);
    channel->name = copy_string(options->name);
    memcpy(channel->base_life, options->life, UUID_BYTES);
    channel->credit = options->credit;
    channel->hello_wait_ms = HELLO_FIRST_MS;
    int err = session_open(channel);
    if (err) {
        channel_close(channel);
        return err;
    }
    *out = channel;
    return OK;
}

void channel_close(struct channel *channel)
{
    if (!channel)
        return;
    if (channel->socket)
        zmq_close(channel->socket);
    free(channel->endpoint);
    free(channel->role);
    free(channel->name);
    free(channel);
}

void *channel_socket(struct channel *channel)
{
    return channel->socket;
}

bool channel_alive(const struct channel *channel)
{
    return channel->alive;
}

bool channel_links_up(const struct channel *channel)
{
    return channel->alive && channel->links_up;
}

const char *channel_box(const struct channel *channel)
{
    return channel->box;
}

uint32_t channel_generation(const struct channel *channel)
{
    return channel->generation;
}

uint64_t channel_refused(const struct channel *channel)
{
    return channel->refused;
}

static void on_welcome(struct channel *channel, const Aduan__Wire__Welcome *welcome)
{
    channel->links_up = welcome->links_up;
    if (channel->alive && memcmp(channel->box_life, welcome->life.data, UUID_BYTES) == 0)
        return; /* the answer to a HELLO that was said twice */
    memcpy(channel->box_life, welcome->life.data, UUID_BYTES);
    snprintf(channel->box, sizeof channel->box, "%s", welcome->box);
    channel->alive = true;
    channel->generation++;
}

/* The code crosses the wire unsigned. */
static bool says_unknown_peer(const Aduan__Wire__Refused *refused)
{
    return (int32_t)refused->code == FRAME_E_GONE || refused->code == (uint32_t)-FRAME_E_GONE;
}

/* True when the frame is the worker's business; everything else is finished here. */
static bool take(struct channel *channel, const struct frame *frame)
{
    switch (frame->type) {
    case FRAME_WELCOME:
        on_welcome(channel, (const Aduan__Wire__Welcome *)frame->body);
        break;
    case FRAME_PING:
        channel->links_up = ((const Aduan__Wire__Ping *)frame->body)->links_up;
        break;
    case FRAME_REFUSED:
        channel->refused++;
        if (channel->alive && says_unknown_peer((const Aduan__Wire__Refused *)frame->body))
            channel->rejected = true;
        break;
    case FRAME_BATCH:
    case FRAME_RESULTS:
    case FRAME_REPORTS:
    case FRAME_BYE:
        if (channel->alive) {
            channel->heard = true;
            return true;
        }
        channel->refused++;
        return false;
    default:
        channel->refused++;
        return false;
    }
    channel->heard = true;
    return false;
}

int channel_recv(struct channel *channel, struct frame *out)
{
    for (int round = 0; round < RECV_ROUND_MAX; round++) {
        struct frame frame;
        int err = frame_recv(channel->socket, false, &frame);
        if (err == FRAME_E_AGAIN)
            return E_AGAIN;
        if (err == FRAME_E_SOCKET)
            return E_IO;
        if (err) {
            channel->refused++;
            continue;
        }
        if (take(channel, &frame)) {
            *out = frame;
            return OK;
        }
        frame_done(&frame);
    }
    return E_AGAIN;
}

int channel_send(struct channel *channel, enum frame_type type, const ProtobufCMessage *body)
{
    if (!channel->alive)
        return E_GONE;
    switch (frame_send(channel->socket, NULL, 0, type, body)) {
    case FRAME_OK:
        return OK;
    case FRAME_E_AGAIN:
        return E_AGAIN;
    case FRAME_E_SIZE:
    case FRAME_E_BODY:
        return E_INVALID;
    case FRAME_E_MEMORY:
        return E_MEMORY;
    default:
        return E_GONE;
    }
}

static void say_hello(struct channel *channel, uint64_t now)
{
    Aduan__Wire__Hello hello = ADUAN__WIRE__HELLO__INIT;
    hello.role = channel->role;
    hello.name = channel->name;
    hello.pid = (uint32_t)getpid();
    hello.life = (ProtobufCBinaryData){.data = channel->life, .len = UUID_BYTES};
    hello.credit = channel->credit;
    if (frame_send(channel->socket, NULL, 0, FRAME_HELLO, &hello.base) == FRAME_OK) {
        channel->hello_ms = now + CHANNEL_PING_MS;
        channel->fresh = false;
        return;
    }
    /* Not connected yet; or nobody was there when it tried, and it does not try again. */
    if (!channel->fresh)
        (void)connect_afresh(channel);
    channel->fresh = false;
    channel->hello_ms = now + channel->hello_wait_ms;
    if (channel->hello_wait_ms < CHANNEL_PING_MS)
        channel->hello_wait_ms *= 2;
}

/* False when the line is gone: with IMMEDIATE a ping that cannot be queued has no box behind it. */
static bool say_ping(struct channel *channel, uint64_t now)
{
    Aduan__Wire__Ping ping = ADUAN__WIRE__PING__INIT;
    channel->ping_ms = clock_next_second_ms(now);
    return frame_send(channel->socket, NULL, 0, FRAME_PING, &ping.base) == FRAME_OK;
}

/* Also when this process itself stood still so long that the box must have given it up. */
static bool silent(const struct channel *channel, uint64_t now)
{
    return now - channel->heard_ms >= CHANNEL_SILENCE_MS || now - channel->tick_ms >= CHANNEL_SILENCE_MS;
}

static void lose(struct channel *channel, uint64_t now)
{
    channel->alive = false;
    channel->links_up = false;
    channel->rejected = false;
    channel->hello_ms = now;
    channel->hello_wait_ms = HELLO_FIRST_MS;
    /* Without a new socket the old one goes on, and the new life is said over it. */
    if (session_open(channel))
        channel->hello_wait_ms = CHANNEL_PING_MS;
}

uint64_t channel_tick(struct channel *channel, uint64_t mono_ms)
{
    if (!channel->ticked) {
        channel->ticked = true;
        channel->tick_ms = channel->heard_ms = channel->hello_ms = channel->ping_ms = mono_ms;
    }
    if (channel->heard) {
        channel->heard = false;
        channel->heard_ms = mono_ms;
    }
    if (channel->alive && (channel->rejected || silent(channel, mono_ms)))
        lose(channel, mono_ms);
    channel->tick_ms = mono_ms;
    if (channel->alive && clock_second_is_due(mono_ms, channel->ping_ms) && !say_ping(channel, mono_ms))
        lose(channel, mono_ms);
    if (!channel->alive && mono_ms >= channel->hello_ms)
        say_hello(channel, mono_ms);
    return channel->alive ? channel->ping_ms : channel->hello_ms;
}
