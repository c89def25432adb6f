/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Small answers on their way. An asker's queue is short, since chunks go through it too; an answer that finds it full
 * waits here for a while, in one queue of bounded size for all. An asker who does not read goes without.
 */
#include "feed.h"

#include <stdlib.h>

enum { WAITING_MAX = 512, WAIT_MS = 5000, RETRY_MS = 2 };

struct answer {
    struct asker asker;
    zmq_msg_t body;
    uint64_t until_ms;
};

struct answers {
    struct answer items[WAITING_MAX];
    size_t count;
};

struct answers *answers_new(void)
{
    struct answers *answers = calloc(1, sizeof *answers);
    if (!answers)
        abort();
    return answers;
}

void answers_free(struct answers *answers)
{
    for (size_t i = 0; answers && i < answers->count; i++)
        zmq_msg_close(&answers->items[i].body);
    free(answers);
}

/* False: its queue is full; the body is still the caller's. What cannot be sent for another reason is dropped. */
static bool try_send(const struct asker *asker, zmq_msg_t *body)
{
    void *socket = asker->end->replay;
    if (zmq_send(socket, asker->routing, asker->routing_len, ZMQ_DONTWAIT | ZMQ_SNDMORE) < 0) {
        if (zmq_errno() == EAGAIN)
            return false;
        zmq_msg_close(body); /* it has gone */
        return true;
    }
    if (zmq_msg_send(body, socket, ZMQ_DONTWAIT) < 0)
        zmq_msg_close(body);
    return true;
}

void answers_send(struct worker *worker, const struct asker *asker, zmq_msg_t *body, uint64_t mono_ms)
{
    struct feed *feed = worker->role_state;
    struct answers *answers = feed->answers;
    if (try_send(asker, body))
        return;
    if (answers->count == WAITING_MAX) {
        zmq_msg_close(body);
        worker->errors++;
        return;
    }
    struct answer *answer = &answers->items[answers->count++];
    answer->asker = *asker;
    answer->until_ms = mono_ms + WAIT_MS;
    zmq_msg_init(&answer->body);
    zmq_msg_move(&answer->body, body);
    zmq_msg_close(body);
}

uint64_t answers_turn(struct worker *worker, uint64_t mono_ms)
{
    struct feed *feed = worker->role_state;
    struct answers *answers = feed->answers;
    size_t kept = 0;
    for (size_t i = 0; i < answers->count; i++) {
        struct answer *answer = &answers->items[i];
        if (try_send(&answer->asker, &answer->body))
            continue;
        if (mono_ms >= answer->until_ms) {
            zmq_msg_close(&answer->body);
            worker->errors++;
        } else if (kept++ != i) {
            struct answer *to = &answers->items[kept - 1];
            to->asker = answer->asker;
            to->until_ms = answer->until_ms;
            zmq_msg_init(&to->body);
            zmq_msg_move(&to->body, &answer->body);
            zmq_msg_close(&answer->body);
        }
    }
    answers->count = kept;
    return kept > 0 ? mono_ms + RETRY_MS : UINT64_MAX;
}
