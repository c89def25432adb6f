/* SPDX-License-Identifier: BSD-2-Clause */
#include "wake.h"

#include "clock.h"

#include <stdint.h>
#include <stdlib.h>
#include <zmq.h>

enum {
    WAKE_HEARD_MS = 3000, /* a beacon comes each second: so long after the last one the feed is taken to be there */
    WAKE_PATIENCE_MS = 1000,
    WAKE_ALONE_MS = 100,
    WAKE_GATHER_MS = 20, /* events come in batches: one read for many */
    WAKE_HWM = 100,      /* one is enough to wake */
};

struct wake {
    void *context, *socket;
    uint64_t heard_ms; /* 0: never */
};

struct wake *wake_new(const struct config *config)
{
    struct wake *wake = calloc(1, sizeof *wake);
    char endpoint[CONFIG_ENDPOINT_BYTES];

    if (!wake || config_endpoint(config, "feed.pub", endpoint) != OK || !(wake->context = zmq_ctx_new()) ||
        !(wake->socket = zmq_socket(wake->context, ZMQ_SUB)) ||
        zmq_setsockopt(wake->socket, ZMQ_LINGER, &(int){0}, sizeof(int)) ||
        zmq_setsockopt(wake->socket, ZMQ_RCVHWM, &(int){WAKE_HWM}, sizeof(int)) ||
        zmq_setsockopt(wake->socket, ZMQ_SUBSCRIBE, "v1.full.", 8) ||
        zmq_setsockopt(wake->socket, ZMQ_SUBSCRIBE, "b1.full", 7) || zmq_connect(wake->socket, endpoint)) {
        wake_free(wake);
        return NULL;
    }
    return wake;
}

void wake_free(struct wake *wake)
{
    if (!wake)
        return;
    if (wake->socket)
        zmq_close(wake->socket);
    if (wake->context)
        zmq_ctx_term(wake->context);
    free(wake);
}

bool wake_wait(struct wake *wake, int fd)
{
    zmq_pollitem_t items[] = {{.fd = fd, .events = ZMQ_POLLIN},
                              {.socket = wake ? wake->socket : NULL, .events = ZMQ_POLLIN}};
    bool heard = wake && wake->heard_ms && clock_mono_ms() - wake->heard_ms < WAKE_HEARD_MS;

    zmq_poll(items, wake ? 2 : 1, heard ? WAKE_PATIENCE_MS : WAKE_ALONE_MS);
    if (wake && items[1].revents) {
        wake->heard_ms = clock_mono_ms();
        zmq_poll(items, 1, WAKE_GATHER_MS);
        while (zmq_recv(wake->socket, NULL, 0, ZMQ_DONTWAIT) >= 0)
            ;
    }
    return items[0].revents != 0;
}
