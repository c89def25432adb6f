/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer target: messages of any number of parts at a socket of ours, read as frames. The first byte says whether a
 * routing id comes first; then come pieces, a part each. What is accepted can be sent, and arrives as it was. */
#include "fuzz.h"

#include "frame.h"

#include <zmq.h>

enum { PARTS_MAX = 8 };

static void open_pair(void *pair[2])
{
    static void *context, *sockets[2];
    if (!context) {
        context = zmq_ctx_new();
        for (int i = 0; i < 2; i++)
            sockets[i] = zmq_socket(context, ZMQ_PAIR);
        fuzz_must(zmq_bind(sockets[0], "inproc://parts") == 0 && zmq_connect(sockets[1], "inproc://parts") == 0);
    }
    pair[0] = sockets[0];
    pair[1] = sockets[1];
}

static bool send_parts(void *socket, struct fuzz_input *in)
{
    const uint8_t *part[PARTS_MAX];
    size_t len[PARTS_MAX], count = 0;
    while (count < PARTS_MAX && fuzz_piece(in, &part[count], &len[count]))
        count++;
    for (size_t i = 0; i < count; i++)
        fuzz_must(zmq_send(socket, part[i], len[i], ZMQ_DONTWAIT | (i + 1 < count ? ZMQ_SNDMORE : 0)) >= 0);
    return count > 0;
}

static void send_on(void *pair[2], bool router, const struct frame *frame)
{
    struct frame back;
    fuzz_must(frame_send(pair[0], NULL, 0, FRAME_TYPE_END, frame->body) == FRAME_E_TYPE);
    fuzz_must(frame_send(pair[0], router ? frame->routing : NULL, frame->routing_len, frame->type, frame->body) ==
              FRAME_OK);
    fuzz_must(frame_recv(pair[1], router, &back) == FRAME_OK && back.type == frame->type &&
              back.routing_len == frame->routing_len && memcmp(back.routing, frame->routing, frame->routing_len) == 0);
    frame_done(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    struct frame frame;
    void *pair[2];
    bool router = fuzz_byte(&in) & 1;
    open_pair(pair);
    if (!send_parts(pair[1], &in))
        return 0;
    int err = frame_recv(pair[0], router, &frame);
    fuzz_must(*frame_strerror(err) && *frame_type_name(frame.type) && err != FRAME_E_AGAIN);
    if (err == FRAME_OK)
        send_on(pair, router, &frame);
    frame_done(&frame);
    fuzz_must(frame_recv(pair[0], router, &frame) == FRAME_E_AGAIN); /* all of it was taken */
    return 0;
}
