/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The classifier's role: holds what the boxes dispatch, has it committed in batches, and acks only what is committed.
 * Whatever is held and not committed can be lost at any moment without harm: its box still has it outstanding.
 * A commit starts when the batch is full, batch_ms after the one before, or when nothing more can come: a message on an
 * idle line does not wait for company.
 */
#include "classifier.h"

#include "clock.h"

#include <stdlib.h>
#include <string.h>

enum { IDLE_MS = 1000, ACK_RETRY_MS = 5, HELD_FIRST_ROOM = 1024 };

static uint32_t credit(const struct config *config)
{
    return config->credit;
}

static int start(struct worker *worker, struct fault *fault)
{
    struct classifier *classifier = calloc(1, sizeof *classifier);
    if (classifier)
        classifier->acks = calloc(worker->channel_count, sizeof *classifier->acks);
    if (!classifier || !classifier->acks) {
        free(classifier);
        return fault_set(fault, E_MEMORY, "out of memory");
    }
    worker->role_state = classifier;
    return OK;
}

static void hold(struct classifier *classifier, size_t channel, ProtobufCMessage *batch, Aduan__Wire__Sms *sms,
                 uint64_t now_us)
{
    if (classifier->count == classifier->room) {
        classifier->room = classifier->room ? classifier->room * 2 : HELD_FIRST_ROOM;
        classifier->held = realloc(classifier->held, classifier->room * sizeof *classifier->held);
        if (!classifier->held)
            abort();
    }
    frame_body_keep(batch);
    classifier->held[classifier->count++] =
        (struct held){.sms = sms, .batch = batch, .channel = channel, .arrived_us = now_us};
}

void held_drop(struct classifier *classifier, size_t n)
{
    for (size_t i = 0; i < n; i++)
        frame_body_free(classifier->held[i].batch);
    classifier->count -= n;
    if (classifier->count > 0)
        memmove(classifier->held, classifier->held + n, classifier->count * sizeof *classifier->held);
}

static void on_frame(struct worker *worker, size_t channel, const struct frame *frame)
{
    struct classifier *classifier = worker->role_state;
    if (frame->type == FRAME_BATCH) {
        const Aduan__Wire__Batch *batch = (const Aduan__Wire__Batch *)frame->body;
        uint64_t now_us = clock_now_us();
        for (size_t i = 0; i < batch->n_sms; i++)
            hold(classifier, channel, frame->body, batch->sms[i], now_us);
    } else if (frame->type != FRAME_BYE) {
        worker->refused++;
    }
}

/* They come again, here or at another classifier; what may have been committed of them is known by its uuid then. */
static void on_box_lost(struct worker *worker, size_t channel)
{
    struct classifier *classifier = worker->role_state;
    size_t kept = 0;
    for (size_t i = 0; i < classifier->count; i++) {
        if (classifier->held[i].channel == channel)
            frame_body_free(classifier->held[i].batch);
        else
            classifier->held[kept++] = classifier->held[i];
    }
    classifier->count = kept;
    classifier->singly = 0;
    acks_clear(&classifier->acks[channel]);
}

/* When the next commit is due; UINT64_MAX: nothing is held. */
static uint64_t commit_due_ms(const struct worker *worker)
{
    const struct classifier *classifier = worker->role_state;
    const struct config *config = worker->config;
    if (classifier->count == 0)
        return UINT64_MAX;
    bool full = classifier->count >= config->batch_max || classifier->count >= config->credit;
    uint64_t due = classifier->done_ms + config->batch_ms;
    bool alone = classifier->held[0].sms->deaths > 0; /* a suspect is dispatched alone: no company will come */
    if (full || alone || worker->draining || classifier->singly > 0)
        due = 0;
    return due > classifier->retry_ms ? due : classifier->retry_ms;
}

/* True when a box does not keep up with its acks. */
static bool send_acks(struct worker *worker)
{
    struct classifier *classifier = worker->role_state;
    bool again = false;
    for (size_t i = 0; i < worker->channel_count; i++)
        again |= acks_send(&classifier->acks[i], worker->channels[i]) == E_AGAIN;
    return again;
}

static uint64_t work(struct worker *worker, uint64_t mono_ms)
{
    struct classifier *classifier = worker->role_state;
    if (mono_ms >= commit_due_ms(worker))
        commit_held(worker);
    if (mono_ms >= classifier->expire_ms && !worker->draining)
        commit_expired_parts(worker, mono_ms);
    if (classifier->count == 0 && !worker->draining && clock_second_is_due(mono_ms, classifier->later_ms))
        peak_catch_up(worker, mono_ms);
    uint64_t next = mono_ms + (send_acks(worker) ? ACK_RETRY_MS : IDLE_MS);
    uint64_t commit = commit_due_ms(worker);
    next = classifier->later_ms < next && !worker->draining && classifier->count == 0 ? classifier->later_ms : next;
    worker->backlog = (uint32_t)classifier->count;
    worker->oldest_us = classifier->count > 0 ? classifier->held[0].arrived_us : 0;
    return commit < next ? commit : next;
}

static bool idle(const struct worker *worker)
{
    const struct classifier *classifier = worker->role_state;
    for (size_t i = 0; i < worker->channel_count; i++) {
        if (classifier->acks[i].count > 0)
            return false;
    }
    return classifier->count == 0;
}

static void stop(struct worker *worker)
{
    struct classifier *classifier = worker->role_state;
    held_drop(classifier, classifier->count);
    for (size_t i = 0; i < worker->channel_count; i++)
        acks_done(&classifier->acks[i]);
    commit_done(classifier);
    free(classifier->acks);
    free(classifier->held);
    free(classifier);
}

const struct worker_role classifier_role = {.program = "aduan-classifier",
                                            .role = "classifier",
                                            .socket_suffix = ".in",
                                            .reads_texts = true,
                                            .credit = credit,
                                            .start = start,
                                            .frame = on_frame,
                                            .work = work,
                                            .box_lost = on_box_lost,
                                            .idle = idle,
                                            .stop = stop};
