/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One question to aduand and its answer. The socket's file is tried first, so that "not running" and "not allowed"
 * are said at once instead of after the timeout. What comes back is read by control_answer.c.
 */
#include "control.h"

#include "control_answer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <zmq.h>

/* Is somebody listening on this ipc endpoint? Other transports are believed. */
static int probe(const char *endpoint, struct fault *fault)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = endpoint + strlen("ipc://");
    int fd, err = OK;

    if (strncmp(endpoint, "ipc://", strlen("ipc://")) != 0)
        return OK;
    if (strlen(path) >= sizeof address.sun_path)
        return fault_set(fault, E_INVALID, "%s: the path is too long for a socket", path);
    memcpy(address.sun_path, path, strlen(path));
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return fault_set(fault, E_IO, "no socket to be had: %s", strerror(errno));
    if (connect(fd, (const struct sockaddr *)&address, sizeof address)) {
        if (errno == EACCES || errno == EPERM)
            err = fault_set(fault, E_GONE, "you may not speak to aduand at %s: be root or its user", path);
        else
            err = fault_set(fault, E_GONE, "aduand is not running: nobody listens at %s", path);
    }
    close(fd);
    return err;
}

static char *question(const char *verb, json_t *args)
{
    json_t *object = json_pack("{s:i, s:s}", "v", CONTROL_VERSION, "verb", verb);
    char *text;

    if (!object)
        abort(); /* memory, or a verb that is not UTF-8: a bug of the caller */
    if (args)
        json_object_set(object, "args", args);
    text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    return text;
}

static int read_message(zmq_msg_t *message, json_t **result, struct fault *fault)
{
    if (zmq_msg_more(message))
        return fault_set(fault, E_INVALID, "aduand answers in more than one part");
    return control_answer_read(zmq_msg_data(message), zmq_msg_size(message), result, fault);
}

static int receive(void *socket, int timeout_ms, zmq_msg_t *message, struct fault *fault)
{
    zmq_pollitem_t item = {socket, 0, ZMQ_POLLIN, 0};

    if (zmq_poll(&item, 1, timeout_ms) != 1)
        return fault_set(fault, E_GONE, "aduand does not answer within %d ms", timeout_ms);
    if (zmq_msg_recv(message, socket, ZMQ_DONTWAIT) < 0)
        return fault_set(fault, E_IO, "the answer cannot be read: %s", zmq_strerror(zmq_errno()));
    return OK;
}

static int ask(void *socket, const char *endpoint, const char *text, int timeout_ms, json_t **result,
               struct fault *fault)
{
    int linger = 0, err;
    int64_t most = CONTROL_MAX_BYTES;
    zmq_msg_t message;

    zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger);
    zmq_setsockopt(socket, ZMQ_SNDTIMEO, &timeout_ms, sizeof timeout_ms);
    zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &most, sizeof most);
    if (zmq_connect(socket, endpoint))
        return fault_set(fault, E_INVALID, "%s: %s", endpoint, zmq_strerror(zmq_errno()));
    if (zmq_send(socket, text, strlen(text), 0) < 0)
        return fault_set(fault, E_GONE, "aduand takes no question within %d ms", timeout_ms);
    zmq_msg_init(&message);
    err = receive(socket, timeout_ms, &message, fault);
    if (!err)
        err = read_message(&message, result, fault);
    zmq_msg_close(&message);
    return err;
}

int control_call(const char *endpoint, const char *verb, json_t *args, int timeout_ms, json_t **result,
                 struct fault *fault)
{
    char *text = question(verb, args);
    void *context = NULL, *socket = NULL;
    int err;

    json_decref(args);
    if (strlen(text) > CONTROL_MAX_BYTES) {
        err = fault_set(fault, E_INVALID, "the question is larger than %d bytes", CONTROL_MAX_BYTES);
        goto out;
    }
    err = probe(endpoint, fault);
    if (err)
        goto out;
    context = zmq_ctx_new();
    socket = context ? zmq_socket(context, ZMQ_REQ) : NULL;
    if (!socket) {
        err = fault_set(fault, E_IO, "no socket to be had: %s", zmq_strerror(zmq_errno()));
        goto out;
    }
    err = ask(socket, endpoint, text, timeout_ms, result, fault);
out:
    if (socket)
        zmq_close(socket);
    if (context)
        zmq_ctx_term(context);
    free(text);
    return err;
}
