/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules R1 … R8 of PROTOCOL.md, "Never miss". Every function returns 0 to go on; what is not 0 ends what it is in,
 * up to aduan_follow(), for which BROKEN and SILENT are reasons to connect anew. */
#include "aduan.h"

#include "feed.pb-c.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

enum {
    SILENCE_MS = 5000, /* a beacon comes each second (R6) */
    ANSWER_MS = 10000, /* a question unanswered so long is asked again, on a new connection */
    AGAIN_MS = 1000,   /* after TOO_MANY, BUSY, or a broken line */
    CREDIT = 4,        /* chunks of a replay under way */
    HWM = 20000,       /* events waiting here; more are dropped by ZeroMQ and come by replay */
    TOPIC_BYTES = 256,
    BODY_BYTES = 1 << 20, /* a chunk has at most 256 KiB */
};
enum { BROKEN = -100, SILENT = -101 };
typedef Aduan__Feed__V1__Event Event;
typedef ProtobufCBinaryData Bytes;
#define QUESTION(kind) ADUAN__FEED__V1__REQUEST__WHAT_##kind
#define ANSWER(kind) ADUAN__FEED__V1__RESPONSE__WHAT_##kind
#define REFUSED(code) ADUAN__FEED__V1__REFUSED__CODE__##code

struct feed {
    const struct aduan_options *options;
    aduan_handler *handler;
    void *arg, *context, *sub, *ask;
    Aduan__Feed__V1__Response *answer;            /* the last one */
    unsigned depth, quiet;                        /* levels of the topic; beacons since an event */
    bool placed;                                  /* epoch and last mean something */
    char beacon[TOPIC_BYTES], topic[TOPIC_BYTES]; /* beacon: its topic; topic: of the message that was read */
    uint8_t epoch[16], *body;
    uint64_t last, id;
    int64_t heard_ms;
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Reads a message of so many parts, the last one to body; waits for it until then. The bytes of body; 0, which no
 * message of ours has, for another number of parts or too long ones; SILENT, or for answers BROKEN: none in time. */
static int receive(struct feed *f, void *socket, int expected, int64_t deadline_ms)
{
    int more = 1, parts = 0, got = 0, left = (int)(deadline_ms - now_ms());
    left = left < 0 ? 0 : left; /* what waits here is read before a silence is judged */
    zmq_setsockopt(socket, ZMQ_RCVTIMEO, &left, sizeof left);
    for (size_t bytes = sizeof more; more; parts++) {
        bool is_topic = expected == 2 && parts == 0;
        got = is_topic ? zmq_recv(socket, f->topic, TOPIC_BYTES - 1, 0) : zmq_recv(socket, f->body, BODY_BYTES, 0);
        if (got < 0)
            return zmq_errno() == EINTR ? 0 : socket == f->sub ? SILENT : BROKEN;
        if (is_topic)
            f->topic[got < TOPIC_BYTES ? got : 0] = '\0';
        zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &bytes);
    }
    return parts == expected && got <= BODY_BYTES ? got : 0;
}

static int ask(struct feed *f, Aduan__Feed__V1__Request__WhatCase kind, void *what)
{
    uint8_t packed[4 * TOPIC_BYTES];
    Aduan__Feed__V1__Request request = ADUAN__FEED__V1__REQUEST__INIT;
    request.version = 1, request.what_case = kind, request.head = what;
    request.id = (Bytes){sizeof f->id, (uint8_t *)&f->id};
    return zmq_send(f->ask, packed, aduan__feed__v1__request__pack(&request, packed), ZMQ_DONTWAIT) < 0 ? BROKEN : 0;
}

/* The next answer to the last question; what is late, damaged or of a kind unknown is passed over. */
static int answer(struct feed *f)
{
    for (int64_t deadline = now_ms() + ANSWER_MS;;) {
        int bytes = receive(f, f->ask, 1, deadline);
        if (bytes < 0)
            return bytes;
        aduan__feed__v1__response__free_unpacked(f->answer, NULL);
        f->answer = aduan__feed__v1__response__unpack(NULL, (size_t)bytes, f->body);
        if (f->answer && f->answer->id.len == sizeof f->id && !memcmp(f->answer->id.data, &f->id, sizeof f->id) &&
            f->answer->what_case)
            return 0;
    }
}

static bool elsewhere(const struct feed *f, Bytes epoch)
{
    return !f->placed || epoch.len != 16 || memcmp(f->epoch, epoch.data, 16);
}

static int move(struct feed *f, Bytes epoch, uint64_t last)
{
    if (epoch.len != 16)
        return BROKEN;
    memcpy(f->epoch, epoch.data, 16);
    f->last = last, f->placed = true;
    return 0;
}

static int deliver(struct feed *f, const Event *e)
{
    struct aduan_event event = {{0}, e->sequence, e->at_us, e->ticket, 0, e->shortcode, e->category, e->sms_received};
    const ProtobufCFieldDescriptor *kind = protobuf_c_message_descriptor_get_field(e->base.descriptor, e->what_case);
    memcpy(event.epoch, f->epoch, 16);
    event.kind = kind ? kind->name : NULL;
    int rc = kind ? f->handler(f->arg, &event) : 0; /* R8: a kind that we do not know counts, and is skipped */
    f->last = rc ? f->last : e->sequence;
    return rc;
}

static int take_chunk(struct feed *f, const Aduan__Feed__V1__Chunk *chunk)
{
    Aduan__Feed__V1__Credit one = {PROTOBUF_C_MESSAGE_INIT(&aduan__feed__v1__credit__descriptor), 1};
    int rc = !f->placed ? move(f, chunk->epoch, 0) : elsewhere(f, chunk->epoch) ? BROKEN : 0;
    if (!rc && !chunk->last)
        rc = ask(f, QUESTION(CREDIT), &one);
    for (size_t i = 0; !rc && i < chunk->n_event; i++)
        if (chunk->event[i]->sequence > f->last)
            rc = deliver(f, chunk->event[i]);
    f->last = !rc && chunk->through > f->last ? chunk->through : f->last;
    return rc;
}

/* Everything behind the position, up to `until`, or with 0 to the end of the log. It answers Truncated in a new store
 * too, so it needs no Head. */
static int replay(struct feed *f, uint64_t until)
{
    for (int rc;;) {
        Aduan__Feed__V1__Replay wanted = ADUAN__FEED__V1__REPLAY__INIT;
        wanted.epoch = (Bytes){f->placed ? 16 : 0, f->epoch};
        wanted.from_case = ADUAN__FEED__V1__REPLAY__FROM_AFTER;
        wanted.after = f->last, wanted.until = until, wanted.credit = CREDIT;
        wanted.topic = (char *[]){(char *)f->options->topic}, wanted.n_topic = 1;
        f->id++;
        for (rc = ask(f, QUESTION(REPLAY), &wanted); !rc;) {
            if ((rc = answer(f)) || f->answer->what_case != ANSWER(CHUNK))
                break;
            if ((rc = take_chunk(f, f->answer->chunk)) || f->answer->chunk->last)
                return rc;
        }
        if (!rc && f->answer->what_case == ANSWER(TRUNCATED)) { /* R7; R1 */
            const char *why = elsewhere(f, f->answer->truncated->epoch) ? "a new store" : "history is gone";
            f->options->news(f->arg, f->placed ? why : "history does not begin at 1");
            rc = move(f, f->answer->truncated->epoch, f->answer->truncated->first - 1);
            until = 0;
        } else if (!rc && f->answer->what_case == ANSWER(REFUSED)) {
            const Aduan__Feed__V1__Refused *no = f->answer->refused;
            f->options->news(f->arg, no->reason);
            zmq_poll(NULL, 0, AGAIN_MS);
            rc = no->code == REFUSED(TOO_MANY) || no->code == REFUSED(BUSY) ? 0 : ADUAN_REFUSED;
        }
        if (rc)
            return rc;
    }
}

/* An event, or a beacon (e is NULL) with its last. */
static int take(struct feed *f, Bytes epoch, uint64_t sequence, const Event *e)
{
    int rc = 0;
    f->quiet = e ? 0 : f->quiet + 1;
    if (elsewhere(f, epoch) && ((rc = replay(f, 0)) || elsewhere(f, epoch))) /* R1; or a straggler of the old store */
        return rc;
    if (sequence <= f->last || (!e && f->quiet < 2)) /* R2; not yet R5 */
        return 0;
    f->quiet = 0;
    bool whole = e && e->n_before > f->depth && e->before[f->depth] <= f->last; /* R3, or else R4 or R5 */
    return whole ? deliver(f, e) : replay(f, sequence);
}

static int hear(struct feed *f)
{
    if (f->options->idle && !zmq_poll(&(zmq_pollitem_t){.socket = f->sub, .events = ZMQ_POLLIN}, 1, 0))
        f->options->idle(f->arg);
    int rc = receive(f, f->sub, 2, f->heard_ms + SILENCE_MS);
    if (rc <= 0)
        return rc; /* R6 */
    if (strcmp(f->topic, f->beacon)) {
        Event *e = strncmp(f->topic, "v1.", 3) ? NULL : aduan__feed__v1__event__unpack(NULL, (size_t)rc, f->body);
        rc = e && e->epoch.len == 16 ? take(f, e->epoch, e->sequence, e) : 0;
        aduan__feed__v1__event__free_unpacked(e, NULL);
        return rc;
    }
    Aduan__Feed__V1__Beacon *b = aduan__feed__v1__beacon__unpack(NULL, (size_t)rc, f->body);
    f->heard_ms = b ? now_ms() : f->heard_ms;
    rc = b && b->epoch.len == 16 ? take(f, b->epoch, b->last, NULL) : 0;
    aduan__feed__v1__beacon__free_unpacked(b, NULL);
    return rc;
}

static int dial(const struct feed *f, void *socket, const char *endpoint)
{
    const char *server = f->options->server_key, *secret = f->options->secret_key;
    char public_key[41];
    zmq_setsockopt(socket, ZMQ_LINGER, &(int){0}, sizeof(int));
    zmq_setsockopt(socket, ZMQ_RCVHWM, &(int){HWM}, sizeof(int));
    bool fine = !server || (secret && !zmq_curve_public(public_key, secret) &&
                            !zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, server, 41) &&
                            !zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, secret, 41) &&
                            !zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, public_key, 41));
    return fine && !zmq_connect(socket, endpoint) ? 0 : ADUAN_INVALID;
}

static int session(struct feed *f)
{
    f->sub = zmq_socket(f->context, ZMQ_SUB);
    f->ask = zmq_socket(f->context, ZMQ_DEALER);
    int rc = dial(f, f->sub, f->options->publish) ? ADUAN_INVALID : dial(f, f->ask, f->options->replay);
    zmq_setsockopt(f->sub, ZMQ_SUBSCRIBE, f->options->topic, strlen(f->options->topic));
    zmq_setsockopt(f->sub, ZMQ_SUBSCRIBE, f->beacon, strlen(f->beacon));
    rc = rc ? rc : replay(f, 0);
    for (f->heard_ms = now_ms(); !rc;)
        rc = hear(f);
    zmq_close(f->sub);
    zmq_close(f->ask);
    return rc;
}

int aduan_follow(const struct aduan_options *options, aduan_handler *handler, void *arg)
{
    size_t bytes = strlen(options->topic), view = strcspn(options->topic, ".");
    view += 1 + strcspn(options->topic + view + (options->topic[view] != 0), ".");
    if (strncmp(options->topic, "v1.", 3) || options->topic[bytes - 1] != '.' || view >= bytes || bytes >= TOPIC_BYTES)
        return ADUAN_INVALID;
    struct feed f = {.options = options, .handler = handler, .arg = arg, .body = malloc(BODY_BYTES)};
    f.context = zmq_ctx_new(), f.id = (uint64_t)now_ms() << 20;
    f.placed = options->has_position, f.last = f.placed ? options->sequence : 0;
    memcpy(f.epoch, options->epoch, 16);
    memcpy(f.beacon, options->topic, view);
    f.beacon[0] = 'b';
    for (const char *c = options->topic + view + 1; *c; c++)
        f.depth += *c == '.';
    int rc = ADUAN_INVALID;
    while (f.body && (rc = session(&f)) <= BROKEN) {
        options->news(arg, rc == SILENT ? "no beacon for 5 s: connecting anew" : "no answer: connecting anew");
        zmq_poll(NULL, 0, AGAIN_MS);
    }
    zmq_ctx_term(f.context);
    aduan__feed__v1__response__free_unpacked(f.answer, NULL);
    free(f.body);
    return rc;
}

const void *aduan_field(const struct aduan_event *event, const char *name, size_t *bytes)
{
    const ProtobufCMessage *what = event->what;
    const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field_by_name(what->descriptor, name);
    if (!field || (field->type != PROTOBUF_C_TYPE_STRING && field->type != PROTOBUF_C_TYPE_BYTES))
        return NULL;
    const void *at = (const char *)what + field->offset;
    const char *text = field->type == PROTOBUF_C_TYPE_STRING ? *(char *const *)at : NULL;
    *bytes = text ? strlen(text) : ((const Bytes *)at)->len;
    return text ? (const void *)text : ((const Bytes *)at)->data;
}
