/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two queues under one lock, and an eventfd. Each commit costs the whole line a disk's sync, so there are at most a
 * few a second: confirmations gather meanwhile, and after trimming the pause is ten times as long as it took.
 */
#include "writer.h"

#include "clock.h"
#include "log.h"
#include "store_feed.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    COMMIT_EVERY_MS = 200,
    TRIM_LOOK_MS = 1000,
    TRIM_EVENTS = 1000,
    TRIM_PAUSE_FACTOR = 10,
    TRIM_PAUSE_MAX_MS = 10 * 1000
};
static const uint64_t day_us = UINT64_C(86400) * 1000 * 1000;

struct queue {
    struct confirmation items[WRITER_QUEUE];
    size_t first, count;
};

struct writer {
    struct store *store;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    int fd;
    /* under the lock */
    bool stopping;
    uint32_t keep_days;
    struct queue in, out;
    /* the thread's own */
    uint64_t commit_ms, trim_ms; /* not before */
    bool trim_failed;
    struct confirmation batch[WRITER_QUEUE];
    struct store_cursor cursors[WRITER_QUEUE];
};

static bool push(struct queue *queue, const struct confirmation *item)
{
    if (queue->count == WRITER_QUEUE)
        return false;
    queue->items[(queue->first + queue->count++) % WRITER_QUEUE] = *item;
    return true;
}

static bool pop(struct queue *queue, struct confirmation *out)
{
    if (queue->count == 0)
        return false;
    *out = queue->items[queue->first];
    queue->first = (queue->first + 1) % WRITER_QUEUE;
    queue->count--;
    return true;
}

/* --- the thread --------------------------------------------------------------------------------------------- */

static void wait_until(struct writer *writer, uint64_t mono_ms)
{
    struct timespec until = {.tv_sec = (time_t)(mono_ms / 1000), .tv_nsec = (long)(mono_ms % 1000) * 1000000};
    pthread_cond_timedwait(&writer->wake, &writer->lock, &until);
}

/* Waits for work; false: it is over. *count: confirmations taken into the batch, *days: as of now. */
static bool take_work(struct writer *writer, size_t *count, uint32_t *days)
{
    *count = 0;
    pthread_mutex_lock(&writer->lock);
    for (;;) {
        uint64_t now = clock_mono_ms(), next = writer->trim_ms;
        bool waiting = writer->in.count > 0 && writer->out.count < WRITER_QUEUE;
        if (writer->stopping || (waiting && now >= writer->commit_ms) || now >= writer->trim_ms)
            break;
        if (waiting && writer->commit_ms < next)
            next = writer->commit_ms;
        wait_until(writer, next);
    }
    /* What will have to be told must find room. */
    while (writer->out.count + *count < WRITER_QUEUE && pop(&writer->in, &writer->batch[*count]))
        ++*count;
    *days = writer->keep_days;
    bool go_on = !writer->stopping || *count > 0;
    pthread_mutex_unlock(&writer->lock);
    return go_on;
}

static void commit(struct writer *writer, size_t count)
{
    struct fault fault = {0};
    for (size_t i = 0; i < count; i++) {
        writer->cursors[i] = (struct store_cursor){
            .view = writer->batch[i].view, .name = writer->batch[i].cursor, .sequence = writer->batch[i].sequence};
        memcpy(writer->cursors[i].epoch, writer->batch[i].epoch, STORE_EPOCH_BYTES);
    }
    int err = store_cursors_confirm(writer->store, writer->cursors, count, clock_now_us(), &fault);
    if (err != OK)
        log_error("feed.confirm_failed", "cause=%s confirmations=%zu %s", err_name(err), count, fault.text);
    pthread_mutex_lock(&writer->lock);
    for (size_t i = 0; i < count; i++) {
        writer->batch[i].err = err != OK ? E_BUSY : writer->cursors[i].err;
        if (!push(&writer->out, &writer->batch[i]))
            abort();
    }
    pthread_mutex_unlock(&writer->lock);
    (void)eventfd_write(writer->fd, 1);
    writer->commit_ms = clock_mono_ms() + COMMIT_EVERY_MS;
}

static void trim(struct writer *writer, uint32_t days)
{
    struct fault fault = {0};
    size_t trimmed = 0;
    uint64_t began = clock_mono_ms(), pause = TRIM_LOOK_MS;
    int err = days == 0
                  ? OK
                  : store_events_trim(writer->store, clock_now_us() - days * day_us, TRIM_EVENTS, &trimmed, &fault);
    uint64_t took = clock_mono_ms() - began;
    if (err != OK && !writer->trim_failed)
        log_error("feed.trim_failed", "cause=%s %s", err_name(err), fault.text);
    writer->trim_failed = err != OK;
    if (trimmed == TRIM_EVENTS)
        pause = took * TRIM_PAUSE_FACTOR < TRIM_PAUSE_MAX_MS ? took * TRIM_PAUSE_FACTOR : TRIM_PAUSE_MAX_MS;
    writer->trim_ms = began + took + pause;
}

static void *run(void *arg)
{
    struct writer *writer = arg;
    size_t count;
    uint32_t days;
    while (take_work(writer, &count, &days)) {
        if (count > 0)
            commit(writer, count);
        if (clock_mono_ms() >= writer->trim_ms)
            trim(writer, days);
    }
    return NULL;
}

/* --- the loop's side ---------------------------------------------------------------------------------------- */

int writer_start(struct store *store, struct writer **out, struct fault *fault)
{
    struct writer *writer = calloc(1, sizeof *writer);
    pthread_condattr_t attributes;
    if (!writer)
        abort();
    writer->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (writer->fd < 0) {
        free(writer);
        return fault_set(fault, E_IO, "eventfd: %s", strerror(errno));
    }
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&writer->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&writer->lock, NULL);
    writer->store = store_share(store);
    int code = pthread_create(&writer->thread, NULL, run, writer);
    if (code) {
        store_close(writer->store);
        close(writer->fd);
        free(writer);
        return fault_set(fault, E_IO, "pthread_create: %s", strerror(code));
    }
    pthread_setname_np(writer->thread, WRITER_THREAD_NAME);
    *out = writer;
    return OK;
}

void writer_stop(struct writer *writer)
{
    if (!writer)
        return;
    pthread_mutex_lock(&writer->lock);
    writer->stopping = true;
    pthread_cond_signal(&writer->wake);
    pthread_mutex_unlock(&writer->lock);
    pthread_join(writer->thread, NULL);
    pthread_cond_destroy(&writer->wake);
    pthread_mutex_destroy(&writer->lock);
    store_close(writer->store);
    close(writer->fd);
    free(writer);
}

int writer_fd(const struct writer *writer)
{
    return writer->fd;
}

bool writer_confirm(struct writer *writer, const struct confirmation *confirmation)
{
    pthread_mutex_lock(&writer->lock);
    bool taken = push(&writer->in, confirmation);
    pthread_cond_signal(&writer->wake);
    pthread_mutex_unlock(&writer->lock);
    return taken;
}

bool writer_next(struct writer *writer, struct confirmation *out)
{
    eventfd_t ignored;
    pthread_mutex_lock(&writer->lock);
    bool found = pop(&writer->out, out);
    if (!found)
        (void)eventfd_read(writer->fd, &ignored);
    else if (writer->out.count == WRITER_QUEUE - 1)
        pthread_cond_signal(&writer->wake); /* there is room again */
    pthread_mutex_unlock(&writer->lock);
    return found;
}

void writer_keep_days(struct writer *writer, uint32_t days)
{
    pthread_mutex_lock(&writer->lock);
    writer->keep_days = days;
    pthread_mutex_unlock(&writer->lock);
}
