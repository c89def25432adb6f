/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The endpoint that answers: one Request a message. What cannot be read is counted and not answered; what can be read
 * and is not right is refused with the reason. Answers are small and never wait.
 */
#include "clock.h"
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
    answers_send(worker, asker, &body, clock_mono_ms());
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
            return "a topic begins with v1.<view>., this key's own view, and ends in a dot";
    }
    return NULL;
}

static bool in_this_log(const struct store_head *head, const uint8_t *epoch, uint64_t sequence)
{
    return memcmp(epoch, head->epoch, STORE_EPOCH_BYTES) == 0 && sequence <= head->last && sequence + 1 >= head->first;
}

/* A name that nothing was confirmed under starts at the first event held. */
static int find_cursor(const struct question *q, const char *name, uint64_t *next)
{
    struct store_cursor cursor = {.view = q->asker.view->view.name, .name = name};
    int err = store_cursor_get(q->worker->store, &cursor);
    *next = q->feed->head.first;
    if (err != OK)
        return err == E_NOT_FOUND ? OK : err;
    *next = cursor.sequence + 1;
    return in_this_log(&q->feed->head, cursor.epoch, cursor.sequence) ? OK : E_INVALID;
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
        *next = replay->after + 1;
        return in_this_log(head, head->epoch, replay->after) ? OK : E_INVALID;
    case ADUAN__FEED__V1__REPLAY__FROM_CURSOR:
        return find_cursor(q, replay->cursor, next);
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
    if (replay->from_case == ADUAN__FEED__V1__REPLAY__FROM_CURSOR && !store_cursor_name_valid(replay->cursor))
        return "a cursor's name is 1 to 64 printable characters of ASCII";
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

/* --- confirming --------------------------------------------------------------------------------------------- */

struct ticket {
    struct asker asker;
    uint8_t id[CHUNK_ID_MAX];
    size_t id_len;
};
_Static_assert(sizeof(struct ticket) <= WRITER_TICKET_BYTES, "the writer can carry it");

static void ask_confirm(const struct question *q)
{
    const Aduan__Feed__V1__Confirm *confirm = q->request->confirm;
    struct confirmation confirmation = {.sequence = confirm->sequence};
    struct ticket ticket = {.asker = q->asker, .id_len = q->request->id.len};
    if (!store_cursor_name_valid(confirm->cursor)) {
        refuse(q, REFUSED(MALFORMED), "a cursor's name is 1 to 64 printable characters of ASCII");
        return;
    }
    if (confirm->epoch.len != STORE_EPOCH_BYTES) {
        refuse(q, REFUSED(MALFORMED), "an epoch has 16 bytes");
        return;
    }
    if (memcmp(confirm->epoch.data, q->feed->head.epoch, STORE_EPOCH_BYTES) != 0 ||
        confirm->sequence > q->feed->head.last) {
        requests_truncated(q->worker, &q->asker, &q->request->id);
        return;
    }
    snprintf(confirmation.view, sizeof confirmation.view, "%s", q->asker.view->view.name);
    snprintf(confirmation.cursor, sizeof confirmation.cursor, "%s", confirm->cursor);
    memcpy(confirmation.epoch, confirm->epoch.data, STORE_EPOCH_BYTES);
    memcpy(ticket.id, q->request->id.data, ticket.id_len);
    memcpy(confirmation.ticket, &ticket, sizeof ticket);
    if (!writer_confirm(q->feed->writer, &confirmation))
        refuse(q, REFUSED(BUSY), "too many confirmations wait for the store");
}

static void tell_confirmed(struct worker *worker, struct confirmation *confirmation)
{
    struct ticket ticket;
    memcpy(&ticket, confirmation->ticket, sizeof ticket);
    ProtobufCBinaryData id = {ticket.id_len, ticket.id};
    if (confirmation->err == E_FULL) {
        requests_refuse(worker, &ticket.asker, &id, REFUSED(TOO_MANY), "a key has 64 cursors at most");
    } else if (confirmation->err != OK) {
        requests_refuse(worker, &ticket.asker, &id, REFUSED(BUSY), "the store cannot be written now");
    } else {
        Aduan__Feed__V1__Confirmed confirmed = ADUAN__FEED__V1__CONFIRMED__INIT;
        Response response = answer_to(&id);
        confirmed.cursor = confirmation->cursor;
        confirmed.sequence = confirmation->sequence;
        response.what_case = ADUAN__FEED__V1__RESPONSE__WHAT_CONFIRMED;
        response.confirmed = &confirmed;
        requests_answer(worker, &ticket.asker, &response);
    }
}

void requests_confirmed(struct worker *worker)
{
    struct feed *feed = worker->role_state;
    struct confirmation confirmation;
    while (writer_next(feed->writer, &confirmation))
        tell_confirmed(worker, &confirmation);
}

/* --- dispatch ----------------------------------------------------------------------------------------------- */

/* Credit and Cancel belong to a replay that was counted when it was asked for. */
static bool counted(const Request *request)
{
    return request->what_case != ADUAN__FEED__V1__REQUEST__WHAT_CREDIT &&
           request->what_case != ADUAN__FEED__V1__REQUEST__WHAT_CANCEL;
}

/* A routing id of one's own choice might be one that another asker had a moment ago: on tcp it could be answered with
 * what was meant for him. libzmq's own begin with a zero byte. */
static bool chose_routing_id(const struct question *q)
{
    return q->asker.end == &q->feed->tcp && (q->asker.routing_len != 5 || q->asker.routing[0] != 0);
}

static bool admitted(const struct question *q)
{
    if (q->asker.view->revoked)
        refuse(q, REFUSED(REVOKED), "this key is revoked");
    else if (q->request->version != REQUEST_VERSION)
        refuse(q, REFUSED(VERSION), "this server speaks version 1");
    else if (chose_routing_id(q))
        refuse(q, REFUSED(MALFORMED), "do not set a routing id");
    else if (counted(q->request) && !views_count_request(q->asker.view, q->mono_ms))
        refuse(q, REFUSED(TOO_MANY), "too many requests a second");
    else
        return true;
    return false;
}

static void dispatch(const struct question *q)
{
    const Request *request = q->request;
    if (!admitted(q))
        return;
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
    case ADUAN__FEED__V1__REQUEST__WHAT_CONFIRM:
        ask_confirm(q);
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
    struct feed *feed = worker->role_state;
    Request *request = aduan__feed__v1__request__unpack(NULL, zmq_msg_size(body), zmq_msg_data(body));
    if (!request || request->id.len < 1 || request->id.len > CHUNK_ID_MAX) {
        worker->refused++;
    } else {
        struct question question = {worker, feed, *asker, request, mono_ms};
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
