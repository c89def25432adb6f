/* SPDX-License-Identifier: BSD-2-Clause */
/* The server's end of the control line: REQ's envelope, one JSON question, one JSON answer. What has another shape is
 * read to its end, counted and dropped; what has the shape but is no question is answered with why. Never blocks. */
#include "control.h"
#include "supervisor.h"

#include <stdlib.h>
#include <string.h>
#include <zmq.h>

/* So many questions in a row before the loop looks elsewhere. */
enum { ENVELOPE_PARTS = 3, TURN_QUESTIONS = 32 };

struct letter {
    zmq_msg_t parts[ENVELOPE_PARTS]; /* who, nothing, question */
    size_t count;                    /* of the parts that came; those beyond are dropped */
};

/* False when nothing waits. */
static bool letter_recv(void *socket, struct letter *letter)
{
    int more = 1;

    letter->count = 0;
    while (more) {
        zmq_msg_t extra, *part = letter->count < ENVELOPE_PARTS ? &letter->parts[letter->count] : &extra;
        zmq_msg_init(part);
        if (zmq_msg_recv(part, socket, ZMQ_DONTWAIT) < 0) {
            zmq_msg_close(part);
            break;
        }
        more = zmq_msg_more(part);
        if (part == &extra)
            zmq_msg_close(&extra);
        letter->count++;
    }
    return letter->count > 0;
}

static void letter_done(struct letter *letter)
{
    for (size_t i = 0; i < letter->count && i < ENVELOPE_PARTS; i++)
        zmq_msg_close(&letter->parts[i]);
}

static json_t *answer_text(struct supervisor *s, zmq_msg_t *body)
{
    json_t *question = json_loadb(zmq_msg_data(body), zmq_msg_size(body), JSON_REJECT_DUPLICATES, NULL);
    json_t *answer = verbs_answer(s, question);

    s->refused += question == NULL;
    json_decref(question);
    return answer;
}

static void letter_answer(struct supervisor *s, struct letter *letter)
{
    json_t *answer = answer_text(s, &letter->parts[2]);
    char *text = json_dumps(answer, JSON_COMPACT);

    if (!text)
        abort(); /* memory; all texts in it have passed jansson's UTF-8 check */
    /* An asker who has left meanwhile is no fault of ours. */
    if (zmq_msg_send(&letter->parts[0], s->control, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0 &&
        zmq_send(s->control, "", 0, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0)
        (void)zmq_send(s->control, text, strlen(text), ZMQ_DONTWAIT);
    free(text);
    json_decref(answer);
}

void control_server_run(struct supervisor *s)
{
    struct letter letter;

    for (int turn = 0; turn < TURN_QUESTIONS && letter_recv(s->control, &letter); turn++) {
        if (letter.count == ENVELOPE_PARTS && zmq_msg_size(&letter.parts[1]) == 0)
            letter_answer(s, &letter);
        else
            s->refused++;
        letter_done(&letter);
    }
}
