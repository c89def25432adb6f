/* SPDX-License-Identifier: BSD-2-Clause */
/* What a worker tells aduand about itself. One way and never waited for: a worker lives well without aduand. */
#include "clock.h"
#include "worker_priv.h"

#include <unistd.h>
#include <zmq.h>

enum {
    STATUS_LINGER_MS = 200, /* for the last word only */
    STATUS_QUEUE_FRAMES = 8,
    START_GRACE_MS = 5000 /* a box may take this long to answer before its absence is a complaint */
};

int worker_status_open(struct worker_run *run, struct fault *fault)
{
    char endpoint[CONFIG_ENDPOINT_BYTES];
    int err = config_endpoint(run->worker.config, "status", endpoint);
    if (err)
        return fault_set(fault, err, "run_dir %s is too long for a socket's path", run->worker.config->run_dir);
    int zero = 0, one = 1, queue = STATUS_QUEUE_FRAMES;
    run->status_socket = zmq_socket(run->zmq, ZMQ_DEALER);
    if (!run->status_socket || zmq_setsockopt(run->status_socket, ZMQ_LINGER, &zero, sizeof zero) ||
        zmq_setsockopt(run->status_socket, ZMQ_IMMEDIATE, &one, sizeof one) ||
        zmq_setsockopt(run->status_socket, ZMQ_SNDHWM, &queue, sizeof queue) ||
        zmq_connect(run->status_socket, endpoint))
        return fault_set(fault, E_IO, "status socket %s: %s", endpoint, zmq_strerror(zmq_errno()));
    return OK;
}

static size_t boxes_alive(const struct worker *worker)
{
    size_t alive = 0;
    for (size_t i = 0; i < worker->channel_count; i++)
        alive += channel_alive(worker->channels[i]);
    return alive;
}

static Aduan__Wire__Status__State state_now(struct worker_run *run, uint64_t mono_ms, const char **note)
{
    const struct worker *worker = &run->worker;
    if (worker->draining)
        return ADUAN__WIRE__STATUS__STATE__DRAINING;
    if (worker->degraded) {
        *note = worker->degraded;
        return ADUAN__WIRE__STATUS__STATE__DEGRADED;
    }
    if (worker->channel_count > 0 && boxes_alive(worker) == 0) {
        if (!run->ever_alive && mono_ms - run->started_ms < START_GRACE_MS)
            return ADUAN__WIRE__STATUS__STATE__STARTING;
        *note = "no aduanbox answers";
        return ADUAN__WIRE__STATUS__STATE__DEGRADED;
    }
    run->ever_alive = true;
    if (worker->lacks) {
        *note = worker->lacks;
        return ADUAN__WIRE__STATUS__STATE__DEGRADED;
    }
    return worker->done || worker->backlog ? ADUAN__WIRE__STATUS__STATE__RUNNING : ADUAN__WIRE__STATUS__STATE__READY;
}

static void tell(struct worker_run *run, Aduan__Wire__Status__State state, const char *note, uint64_t mono_ms)
{
    const struct worker *worker = &run->worker;
    Aduan__Wire__Status status = ADUAN__WIRE__STATUS__INIT;
    status.role = (char *)run->role->role;
    status.name = (char *)worker->name;
    status.pid = (uint32_t)getpid();
    status.state = state;
    status.started_us = run->started_us;
    status.done = worker->done;
    status.refused = worker->refused;
    for (size_t i = 0; i < worker->channel_count; i++)
        status.refused += channel_refused(worker->channels[i]);
    status.errors = worker->errors;
    status.backlog = worker->backlog;
    status.oldest_us = worker->oldest_us;
    status.note = (char *)note;
    status.config_generation = run->config_generation;
    status.reloads = run->reloads;
    status.reload_refused = run->reload_refused;
    (void)frame_status_tell(&run->told, run->status_socket, &status, mono_ms);
    run->state = state;
    run->first_job_told = worker->done > 0;
}

/* aduand has nothing to say on this line; what it says all the same is read, so that it cannot pile up. */
static void drop_answers(void *socket)
{
    struct frame frame;
    int err;
    while ((err = frame_recv(socket, false, &frame)) != FRAME_E_AGAIN && err != FRAME_E_SOCKET) {
        if (err == FRAME_OK)
            frame_done(&frame);
    }
}

uint64_t worker_status_tick(struct worker_run *run, uint64_t mono_ms)
{
    const char *note = "";
    Aduan__Wire__Status__State state = state_now(run, mono_ms, &note);
    /* aduand takes a life without a job for a broken service: the first one is told as soon as it is done. */
    bool first_job = run->worker.done > 0 && !run->first_job_told;
    if (clock_second_is_due(mono_ms, run->status_ms) || state != run->state || first_job) {
        drop_answers(run->status_socket);
        tell(run, state, note, mono_ms);
        run->status_ms = clock_next_second_ms(mono_ms);
    }
    return run->status_ms;
}

void worker_status_close(struct worker_run *run)
{
    if (!run->status_socket)
        return;
    int linger = STATUS_LINGER_MS;
    zmq_setsockopt(run->status_socket, ZMQ_LINGER, &linger, sizeof linger);
    if (run->drained)
        tell(run, ADUAN__WIRE__STATUS__STATE__DRAINED, "", clock_mono_ms());
    zmq_close(run->status_socket);
    frame_status_forget(&run->told);
}
