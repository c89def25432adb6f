/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The endpoint that answers: one Request a message. What cannot be read is counted and not answered; what can be read
 * and is not right is refused with the reason. Answers are small and never wait.
 */
#include "feed.h"

#include <stdlib.h>
#include <string.h>

typedef Aduan__Feed__V1__Request Request;
typedef Aduan__Feed__V1__Response Response;
typedef Aduan__Feed__V1__Replay Replay;

#define REFUSED(code) ADUAN__FEED__V1__REFUSED__CODE__##code

enum { REQUESTS_A_TURN = 200, REQUEST_VERSION = 1, CREDIT_MAX = 1000 };

/* --- answers ------------------------------------------------------------------------------------------------ */

void requests_answer(struct worker *worker, const struct asker *asker, const Response *response)
{
    zmq_msg_t body;
    if (zmq_msg_init_size(&body, aduan__feed__v1__response__get_packed_size(response)))
        abort();
    aduan__feed__v1__response__pack(response, zmq_msg_data(&body));
    if (zmq_send(asker->end->replay, asker->routing, asker->routing_len, ZMQ_DONTWAIT | ZMQ_SNDMORE) < 0 ||
        zmq_msg_send(&body, asker->end->replay, ZMQ_DONTWAIT) < 0) {
        zmq_msg_close(&body);
        worker->errors++;
    }
}

static Response answer_to(const ProtobufCBinaryData *id)
{
    Response response = ADUAN__FEED__V1__RESPONSE__INIT;
    response.version = REQUEST_VERSION;
    response.id = *id;
    return response;
}

void requests_refuse(struct worker *worker, const struct asker *asker, const ProtobufCBinaryData *id,
                     Aduan__Feed__V1__Refused__Code code, const char *reason)
{
    Aduan__Feed__V1__Refused refused = ADUAN__FEED__V1__REFUSED__INIT;
    Response response = answer_to(id);
    refused.code = code;
    refused.reason = (char *)reason;
    response.what_case = ADUAN__FEED__V1__RESPONSE__WHAT_REFUSED;
    response.refused = &refused;
    worker->refused++;
    requests_answer(worker, asker, &response);
}

void requests_truncated(struct worker *worker, const struct asker *asker, const ProtobufCBinaryData *id)
{
    struct feed *feed = worker->role_state;
    Aduan__Feed__V1__Truncated truncated = ADUAN__FEED__V1__TRUNCATED__INIT;
    Response response = answer_to(id);
    truncated.epoch = (ProtobufCBinaryData){STORE_EPOCH_BYTES, feed->head.epoch};
    truncated.first = feed->head.first;
    truncated.last = feed->head.last;
    response.what_case = ADUAN__FEED__V1__RESPONSE__WHAT_TRUNCATED;
    response.truncated = &truncated;
    requests_answer(worker, asker, &response);
}

/* --- questions ---------------------------------------------------------------------------------------------- */

struct question {
    struct worker *worker;
    struct feed *feed;
    struct asker asker;
    const Request *request;
    uint64_t mono_ms;
};

static void refuse(const struct question *q, Aduan__Feed__V1__Refused__Code code, const char *reason)
{
    requests_refuse(q->worker, &q->asker, &q->request->id, code, reason);
}

static void ask_head(const struct question *q)
{
    Aduan__Feed__V1__Position position = ADUAN__FEED__V1__POSITION__INIT;
    Response response = answer_to(&q->request->id);
    position.epoch = (ProtobufCBinaryData){STORE_EPOCH_BYTES, q->feed->head.epoch};
    position.first = q->feed->head.first;
    position.last = q->feed->head.last;
    response.what_case = ADUAN__FEED__V1__RESPONSE__WHAT_HEAD;
    response.head = &position;
    requests_answer(q->worker, &q->asker, &response);
}

/* NULL, or why these topics are not to be had. */
static const char *check_topics(const struct question *q, const Replay *replay)
{
    if (replay->n_topic > FEED_TOPICS_MAX)
        return "at most 64 topics a replay";
    for (size_t i = 0; i < replay->n_topic; i++) {
        size_t len = strlen(replay->topic[i]);
        if (len > FEED_TOPIC_BYTES_MAX || !view_topic_allowed(&q->asker.view->view, replay->topic[i], len))
            return "a topic begins with v1.<view>. and ends in a dot";
    }
    return NULL;
}

/* Where it starts. OK, E_INVALID (what was asked for is not in this log), or an error of the store. */
static int find_start(const struct question *q, const Replay *replay, uint64_t *next)
{
    const struct store_head *head = &q->feed->head;
    if (replay->epoch.len > 0 && memcmp(replay->epoch.data, head->epoch, STORE_EPOCH_BYTES) != 0)
        return E_INVALID;
    switch (replay->from_case) {
    case ADUAN__FEED__V1__REPLAY__FROM_SINCE_US:
        return store_event_since(q->worker->store, replay->since_us, next);
    case ADUAN__FEED__V1__REPLAY__FROM_AFTER:
        if (replay->after > head->last || replay->after + 1 < head->first)
            return E_INVALID;
        *next = replay->after + 1;
        return OK;
    default:
        *next = head->first;
        return OK;
    }
}

static const char *malformed(const Replay *replay)
{
    if (replay->epoch.len != 0 && replay->epoch.len != STORE_EPOCH_BYTES)
        return "an epoch has 16 bytes";
    if (replay->credit < 1 || replay->credit > CREDIT_MAX)
        return "credit is 1 to 1000";
    return NULL;
}

static void begin_replay(const struct question *q, const Replay *replay)
{
    const struct store_head *head = &q->feed->head;
    struct replay_start start = {.asker = &q->asker,
                                 .id = &q->request->id,
                                 .until = replay->until == 0 || replay->until > head->last ? head->last : replay->until,
                                 .credit = replay->credit,
                                 .topics = replay->topic,
                                 .topic_count = replay->n_topic};
    int err = find_start(q, replay, &start.next);
    if (err == E_INVALID)
        requests_truncated(q->worker, &q->asker, &q->request->id);
    else if (err != OK)
        refuse(q, REFUSED(BUSY), "the store cannot be read now");
    else
        replay_begin(q->feed, &start, q->mono_ms);
}

static void ask_replay(const struct question *q)
{
    const Replay *replay = q->request->replay;
    bool same;
    size_t under_way = replay_count_of(q->feed, &q->asker, &q->request->id, &same);
    const char *reason = malformed(replay);
    if (reason) {
        refuse(q, REFUSED(MALFORMED), reason);
    } else if (same) {
        refuse(q, REFUSED(MALFORMED), "a replay of this id is under way");
    } else if ((reason = check_topics(q, replay))) {
        refuse(q, REFUSED(TOPIC), reason);
    } else if (under_way >= FEED_REPLAYS_A_KEY || q->feed->replay_count == FEED_REPLAYS_MAX) {
        refuse(q, REFUSED(TOO_MANY), "too many replays at once");
    } else {
        begin_replay(q, replay);
    }
}

static void dispatch(const struct question *q)
{
    const Request *request = q->request;
    if (request->version != REQUEST_VERSION) {
        refuse(q, REFUSED(VERSION), "this server speaks version 1");
        return;
    }
    switch (request->what_case) {
    case ADUAN__FEED__V1__REQUEST__WHAT_HEAD:
        ask_head(q);
        break;
    case ADUAN__FEED__V1__REQUEST__WHAT_REPLAY:
        ask_replay(q);
        break;
    case ADUAN__FEED__V1__REQUEST__WHAT_CREDIT:
        replay_credit(q->feed, &q->asker, &request->id, request->credit->chunks, q->mono_ms);
        break;
    case ADUAN__FEED__V1__REQUEST__WHAT_CANCEL:
        replay_cancel(q->feed, &q->asker, &request->id);
        break;
    default:
        refuse(q, REFUSED(MALFORMED), "nothing is asked that this server knows");
    }
}

/* --- reading ------------------------------------------------------------------------------------------------ */

/* Reads one whole multipart message. True when it is a routing id and one part more, which is in *body. */
static bool receive(struct feed_end *end, struct asker *asker, zmq_msg_t *body, bool *none)
{
    int parts = 0, len = zmq_recv(end->replay, asker->routing, sizeof asker->routing, ZMQ_DONTWAIT);
    bool more = true;
    *none = len < 0;
    if (*none)
        return false;
    asker->routing_len = (size_t)len;
    asker->end = end;
    while (more && zmq_msg_recv(body, end->replay, ZMQ_DONTWAIT) >= 0) {
        parts++;
        more = zmq_msg_more(body);
    }
    return parts == 1 && !more;
}

static void take(struct worker *worker, const struct asker *asker, zmq_msg_t *body, uint64_t mono_ms)
{
    Request *request = aduan__feed__v1__request__unpack(NULL, zmq_msg_size(body), zmq_msg_data(body));
    if (!request || request->id.len < 1 || request->id.len > CHUNK_ID_MAX) {
        worker->refused++;
    } else {
        struct question question = {worker, worker->role_state, *asker, request, mono_ms};
        dispatch(&question);
    }
    aduan__feed__v1__request__free_unpacked(request, NULL);
}

void requests_turn(struct worker *worker, struct feed_end *end, uint64_t mono_ms)
{
    struct feed *feed = worker->role_state;
    struct asker asker;
    zmq_msg_t body;
    bool none = !end->replay, looked = false;
    zmq_msg_init(&body);
    for (int i = 0; i < REQUESTS_A_TURN && !none; i++) {
        bool whole = receive(end, &asker, &body, &none);
        if (!none && !looked)
            looked = store_head(worker->store, &feed->head) == OK;
        if (whole && (asker.view = views_of(feed, end, &body)))
            take(worker, &asker, &body, mono_ms);
        else if (!none)
            worker->refused++;
    }
    zmq_msg_close(&body);
}
