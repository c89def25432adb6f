/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The other side of the feed, for tests/bench/feed. One line of JSON each.
 *
 *   feed_peer walk STORE_DIR           a raw LMDB cursor over the event table, every value touched: events/s
 *   feed_peer replay ENDPOINT [TOPIC]  one replay of everything; every event's sequence is looked at: events/s
 *   feed_peer follow ENDPOINT [RATE]   subscribes to v1.full. until its standard input ends; RATE events a second at
 *                                      most: a first line when it has begun, a last one with how many came
 */
#include "clock.h"
#include "feed.pb-c.h"

#include <inttypes.h>
#include <lmdb.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

enum { CREDIT = 16, TABLES = 32 };

static _Noreturn void die(const char *what, const char *why)
{
    fprintf(stderr, "feed_peer: %s: %s\n", what, why);
    exit(1);
}

/* --- walk --------------------------------------------------------------------------------------------------- */

static void lmdb(int rc, const char *what)
{
    if (rc != MDB_SUCCESS)
        die(what, mdb_strerror(rc));
}

static int walk(const char *dir)
{
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi table;
    MDB_cursor *cursor;
    MDB_val key, val;
    uint64_t events = 0, sum = 0;
    int rc;
    lmdb(mdb_env_create(&env), "mdb_env_create");
    lmdb(mdb_env_set_maxdbs(env, TABLES), "mdb_env_set_maxdbs");
    lmdb(mdb_env_open(env, dir, MDB_RDONLY, 0600), dir);
    uint64_t began = clock_now_us();
    lmdb(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn), "mdb_txn_begin");
    lmdb(mdb_dbi_open(txn, "event", 0, &table), "mdb_dbi_open");
    lmdb(mdb_cursor_open(txn, table, &cursor), "mdb_cursor_open");
    while ((rc = mdb_cursor_get(cursor, &key, &val, MDB_NEXT)) == MDB_SUCCESS) {
        const uint8_t *bytes = val.mv_data;
        for (size_t i = 0; i < val.mv_size; i += 64)
            sum += bytes[i];
        events++;
    }
    double seconds = (double)(clock_now_us() - began) / 1e6;
    if (rc != MDB_NOTFOUND)
        lmdb(rc, "mdb_cursor_get");
    printf("{\"events\":%" PRIu64 ",\"seconds\":%.4f,\"events_per_s\":%.0f,\"sum\":%" PRIu64 "}\n", events, seconds,
           (double)events / seconds, sum);
    mdb_cursor_close(cursor);
    mdb_txn_abort(txn);
    mdb_env_close(env);
    return 0;
}

/* --- replay ------------------------------------------------------------------------------------------------- */

/* Just enough of Protocol Buffers: the next field of [*at, end). */
struct field {
    unsigned number;
    uint64_t value; /* of a varint; the length of bytes */
    const uint8_t *bytes;
};

static uint64_t varint(const uint8_t **at, const uint8_t *end)
{
    uint64_t value = 0;
    for (unsigned shift = 0; *at < end && shift < 64; shift += 7) {
        uint8_t byte = *(*at)++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
    die("chunk", "a varint that does not end");
}

static bool next_field(const uint8_t **at, const uint8_t *end, struct field *out)
{
    if (*at == end)
        return false;
    uint64_t tag = varint(at, end);
    out->number = (unsigned)(tag >> 3);
    out->value = varint(at, end);
    out->bytes = NULL;
    if ((tag & 7) == 2) {
        if (out->value > (uint64_t)(end - *at))
            die("chunk", "bytes beyond its end");
        out->bytes = *at;
        *at += out->value;
    } else if ((tag & 7) != 0) {
        die("chunk", "a wire type that is not of this schema");
    }
    return true;
}

struct replay {
    uint64_t events, chunks, bytes, sequence;
    bool last;
};

static void read_event(struct replay *replay, const uint8_t *at, const uint8_t *end)
{
    struct field field;
    while (next_field(&at, end, &field)) {
        if (field.number != 3)
            continue;
        if (field.value <= replay->sequence)
            die("replay", "an event out of order");
        replay->sequence = field.value;
        replay->events++;
        return;
    }
    die("replay", "an event without a sequence");
}

static void read_chunk(struct replay *replay, const uint8_t *at, const uint8_t *end)
{
    struct field field;
    while (next_field(&at, end, &field)) {
        if (field.number == 2)
            read_event(replay, field.bytes, field.bytes + field.value);
        else if (field.number == 4)
            replay->last = field.value != 0;
    }
    replay->chunks++;
}

static void read_response(struct replay *replay, const uint8_t *at, const uint8_t *end)
{
    struct field field;
    bool chunk = false;
    replay->bytes += (size_t)(end - at);
    while (next_field(&at, end, &field)) {
        if (field.number != 4)
            continue;
        chunk = true;
        read_chunk(replay, field.bytes, field.bytes + field.value);
    }
    if (!chunk)
        die("replay", "refused or truncated");
}

static void ask(void *socket, const Aduan__Feed__V1__Request *request)
{
    uint8_t bytes[1024];
    size_t len = aduan__feed__v1__request__pack(request, bytes);
    if (zmq_send(socket, bytes, len, 0) < 0)
        die("send", zmq_strerror(zmq_errno()));
}

static void *open_socket(void *context, int type, const char *endpoint)
{
    int zero = 0;
    void *socket = zmq_socket(context, type);
    if (!socket || zmq_setsockopt(socket, ZMQ_LINGER, &zero, sizeof zero) || zmq_connect(socket, endpoint))
        die(endpoint, zmq_strerror(zmq_errno()));
    return socket;
}

static int replay(const char *endpoint, char *topic)
{
    void *context = zmq_ctx_new(), *socket = open_socket(context, ZMQ_DEALER, endpoint);
    Aduan__Feed__V1__Request request = ADUAN__FEED__V1__REQUEST__INIT;
    Aduan__Feed__V1__Replay everything = ADUAN__FEED__V1__REPLAY__INIT;
    Aduan__Feed__V1__Credit credit = ADUAN__FEED__V1__CREDIT__INIT;
    struct replay got = {0};
    zmq_msg_t message;
    request.version = 1;
    request.id = (ProtobufCBinaryData){1, (uint8_t *)"r"};
    request.what_case = ADUAN__FEED__V1__REQUEST__WHAT_REPLAY;
    request.replay = &everything;
    everything.credit = CREDIT;
    everything.n_topic = topic ? 1 : 0;
    everything.topic = &topic;
    uint64_t began = clock_now_us();
    ask(socket, &request);
    request.what_case = ADUAN__FEED__V1__REQUEST__WHAT_CREDIT;
    request.credit = &credit;
    credit.chunks = CREDIT / 2;
    zmq_msg_init(&message);
    while (!got.last) {
        if (zmq_msg_recv(&message, socket, 0) < 0)
            die("recv", zmq_strerror(zmq_errno()));
        const uint8_t *bytes = zmq_msg_data(&message);
        read_response(&got, bytes, bytes + zmq_msg_size(&message));
        if (got.chunks % (CREDIT / 2) == 0 && !got.last)
            ask(socket, &request);
    }
    double seconds = (double)(clock_now_us() - began) / 1e6;
    printf("{\"events\":%" PRIu64 ",\"chunks\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"seconds\":%.4f,"
           "\"events_per_s\":%.0f}\n",
           got.events, got.chunks, got.bytes, seconds, (double)got.events / seconds);
    zmq_msg_close(&message);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}

/* --- follow ------------------------------------------------------------------------------------------------- */

static int follow(const char *endpoint, double rate)
{
    void *context = zmq_ctx_new(), *socket = open_socket(context, ZMQ_SUB, endpoint);
    uint64_t events = 0, began = clock_mono_ms();
    zmq_msg_t message;
    zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "v1.full.", 8);
    zmq_msg_init(&message);
    printf("{\"events\":0}\n"); /* it is there */
    fflush(stdout);
    for (;;) {
        double due_ms = rate > 0 ? (double)events * 1000 / rate - (double)(clock_mono_ms() - began) : 0;
        zmq_pollitem_t items[] = {{.fd = STDIN_FILENO, .events = ZMQ_POLLIN}, {.socket = socket, .events = ZMQ_POLLIN}};
        if (zmq_poll(items, due_ms > 0 ? 1 : 2, due_ms > 0 ? (long)due_ms + 1 : -1) < 0 || items[0].revents)
            break;
        while (due_ms <= 0 && zmq_msg_recv(&message, socket, ZMQ_DONTWAIT) >= 0) {
            events += !zmq_msg_more(&message);
            if (rate > 0 && !zmq_msg_more(&message))
                break;
        }
    }
    printf("{\"events\":%" PRIu64 "}\n", events);
    zmq_msg_close(&message);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "walk") == 0)
        return walk(argv[2]);
    if (argc >= 3 && strcmp(argv[1], "replay") == 0)
        return replay(argv[2], argc > 3 ? argv[3] : NULL);
    if (argc >= 3 && strcmp(argv[1], "follow") == 0)
        return follow(argv[2], argc > 3 ? atof(argv[3]) : 0);
    fprintf(stderr, "usage: feed_peer walk STORE_DIR | replay ENDPOINT [TOPIC] | follow ENDPOINT [RATE]\n");
    return 2;
}
