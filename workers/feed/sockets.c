/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sockets and what bounds them: queues, message sizes, and how long somebody may take to shake hands. No
 * ZMQ_HEARTBEAT: libzmq aborts when one meets a full queue.
 */
#include "feed.h"

#include "log.h"

#include <errno.h>

enum {
    PUBLISH_QUEUE = 20000, /* parts, two an event: a subscriber that stands still costs this much and no more */
    REPLAY_QUEUE = 8,      /* chunks on their way to one asker */
    REQUEST_QUEUE = 100,   /* requests of one asker that wait */
    REQUEST_MAX_BYTES = 65536,
    HANDSHAKE_MS = 3000,
    LINGER_MS = 500,
    BACKLOG = 1024,
    REBIND_MS = 5,
    LET_GO_MS = 500, /* the old socket lets go of its port a moment after it is closed */
    REBIND_TAKEN_MS = 1000,
    KEEPALIVE_IDLE_S = 30,
    KEEPALIVE_EVERY_S = 10,
    KEEPALIVE_COUNT = 3
};

static int set(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof value);
}

static void *open_socket(void *context, int type, int send_queue)
{
    void *socket = zmq_socket(context, type);
    if (socket && (set(socket, ZMQ_SNDHWM, send_queue) || set(socket, ZMQ_RCVHWM, REQUEST_QUEUE) ||
                   set(socket, ZMQ_LINGER, LINGER_MS) || set(socket, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS) ||
                   set(socket, ZMQ_BACKLOG, BACKLOG) || set(socket, ZMQ_IPV6, 1) || set(socket, ZMQ_TCP_KEEPALIVE, 1) ||
                   set(socket, ZMQ_TCP_KEEPALIVE_IDLE, KEEPALIVE_IDLE_S) ||
                   set(socket, ZMQ_TCP_KEEPALIVE_INTVL, KEEPALIVE_EVERY_S) ||
                   set(socket, ZMQ_TCP_KEEPALIVE_CNT, KEEPALIVE_COUNT))) {
        zmq_close(socket);
        return NULL;
    }
    int64_t max = REQUEST_MAX_BYTES;
    if (socket)
        zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &max, sizeof max);
    return socket;
}

/* No key, no registered key, nobody who answers for keys: no connection. libzmq 4.3.4 honours ZMQ_ZAP_ENFORCE_DOMAIN;
 * its header shows the name to draft builds only. */
static int secure(void *socket, const struct curve_key *key)
{
    enum { ZAP_ENFORCE_DOMAIN = 93 };
    return set(socket, ZMQ_CURVE_SERVER, 1) ||
           zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, key->secret_text, CURVE_KEY_TEXT_BYTES) ||
           zmq_setsockopt(socket, ZMQ_ZAP_DOMAIN, FEED_ZAP_DOMAIN, sizeof FEED_ZAP_DOMAIN - 1) ||
           set(socket, ZAP_ENFORCE_DOMAIN, 1);
}

/* key NULL: the directory's mode says who may connect. */
static int open_publish(struct feed_end *end, void *context, const char *endpoint, const struct curve_key *key,
                        struct fault *fault)
{
    void *socket = open_socket(context, ZMQ_XPUB, PUBLISH_QUEUE);
    if (!socket || set(socket, ZMQ_XPUB_MANUAL, 1) || (key && secure(socket, key)) || zmq_bind(socket, endpoint)) {
        int code = zmq_errno();
        if (socket)
            zmq_close(socket);
        return fault_set(fault, code == EADDRINUSE ? E_BUSY : E_IO, "cannot publish at %s: %s", endpoint,
                         zmq_strerror(code));
    }
    end->publish = socket;
    return OK;
}

static int open_replay(struct feed_end *end, void *context, const char *endpoint, const struct curve_key *key,
                       struct fault *fault)
{
    end->replay = open_socket(context, ZMQ_ROUTER, REPLAY_QUEUE);
    if (!end->replay || set(end->replay, ZMQ_ROUTER_MANDATORY, 1) || (key && secure(end->replay, key)) ||
        zmq_bind(end->replay, endpoint))
        return fault_set(fault, E_IO, "cannot answer at %s: %s", endpoint, zmq_strerror(zmq_errno()));
    return OK;
}

static int open_tcp(struct worker *worker, struct fault *fault)
{
    struct feed *feed = worker->role_state;
    const struct config *config = worker->config;
    int err = curve_key_load(config->feed_key_path, &feed->key, fault);
    if (err == OK)
        err = open_publish(&feed->tcp, worker->zmq, config->feed_publish, &feed->key, fault);
    return err == OK ? open_replay(&feed->tcp, worker->zmq, config->feed_replay, &feed->key, fault) : err;
}

int sockets_open(struct worker *worker, struct fault *fault)
{
    struct feed *feed = worker->role_state;
    char publish[CONFIG_ENDPOINT_BYTES], replay[CONFIG_ENDPOINT_BYTES];
    int err = config_endpoint(worker->config, "feed.pub", publish);
    if (!err)
        err = config_endpoint(worker->config, "feed.replay", replay);
    if (err)
        return fault_set(fault, err, "run_dir %s is too long for a socket's path", worker->config->run_dir);
    err = open_publish(&feed->ipc, worker->zmq, publish, NULL, fault);
    if (err == OK)
        err = open_replay(&feed->ipc, worker->zmq, replay, NULL, fault);
    return err == OK && *worker->config->feed_publish ? open_tcp(worker, fault) : err;
}

void sockets_part(struct feed *feed)
{
    int zero = 0;
    if (!feed->tcp.publish)
        return;
    zmq_setsockopt(feed->tcp.publish, ZMQ_LINGER, &zero, sizeof zero);
    zmq_close(feed->tcp.publish);
    feed->tcp.publish = NULL;
    feed->parted = true;
}

uint64_t sockets_turn(struct worker *worker, uint64_t mono_ms)
{
    struct feed *feed = worker->role_state;
    struct fault fault;
    if (!feed->parted)
        return UINT64_MAX;
    int err = open_publish(&feed->tcp, worker->zmq, worker->config->feed_publish, &feed->key, &fault);
    feed->parted = err != OK;
    if (err == OK) {
        feed->parted_ms = 0;
        return UINT64_MAX;
    }
    if (feed->parted_ms == 0)
        feed->parted_ms = mono_ms;
    if (err == E_BUSY && mono_ms < feed->parted_ms + LET_GO_MS)
        return mono_ms + REBIND_MS;
    log_error("feed.not_published", "%s; retry in %d ms", fault.text, REBIND_TAKEN_MS);
    return mono_ms + REBIND_TAKEN_MS;
}

static void close_end(struct feed_end *end)
{
    if (end->publish)
        zmq_close(end->publish);
    if (end->replay)
        zmq_close(end->replay);
}

void sockets_close(struct feed *feed)
{
    close_end(&feed->tcp);
    close_end(&feed->ipc);
    curve_key_wipe(&feed->key);
}
