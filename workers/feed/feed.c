/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The feed's role in the worker skeleton. Each turn: who is let in, what is asked, what is new, and some replaying.
 * Nothing it sends is its own memory: after kill -9 the next life goes on with what is committed from then on, and
 * subscribers close the gap by asking.
 */
#include "feed.h"

#include "log.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { NICE = 15, DESCRIPTORS_WANTED = 12000 };

/* Each connection is a descriptor, and so is each that only pretends to be one, for the seconds it is given to shake
 * hands. When there are no more, who is there goes on and who is new waits until some of those are thrown out. */
static void raise_descriptor_limit(bool tcp)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    if (tcp && limit.rlim_max < DESCRIPTORS_WANTED)
        log_warning("feed.few_descriptors",
                    "limit=%llu: so many connections at once keep integrators waiting; raise it to %d, as with "
                    "LimitNOFILE= in the unit or ulimit -Hn",
                    (unsigned long long)limit.rlim_max, DESCRIPTORS_WANTED);
}

static void lower(const char *tid)
{
    char path[64], name[32] = "";
    snprintf(path, sizeof path, "/proc/self/task/%.16s/comm", tid);
    FILE *file = fopen(path, "re");
    bool known = file && fgets(name, sizeof name, file);
    if (file)
        fclose(file);
    if (known && strncmp(name, WRITER_THREAD_NAME, strlen(WRITER_THREAD_NAME)) != 0)
        (void)setpriority(PRIO_PROCESS, (id_t)strtoul(tid, NULL, 10), NICE);
}

/* Citizens come first: where processors are short, the feed takes what the line leaves it. Not so its writer, which
 * holds the store's one writer lock for a moment, and must get through with it. */
static void lower_priority(void)
{
    DIR *dir = opendir("/proc/self/task");
    struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        if (entry->d_name[0] != '.')
            lower(entry->d_name);
    }
    if (dir)
        closedir(dir);
}

static void stop(struct worker *worker)
{
    struct feed *feed = worker->role_state;
    writer_stop(feed->writer);
    replay_done(feed);
    sockets_close(feed);
    keys_close(feed);
    views_done(feed);
    store_feed_free(feed->stretch);
    answers_free(feed->answers);
    free(feed);
}

static int start(struct worker *worker, struct fault *fault)
{
    struct feed *feed = calloc(1, sizeof *feed);
    if (!feed)
        abort();
    worker->role_state = feed;
    feed->stretch = store_feed_new();
    feed->answers = answers_new();
    raise_descriptor_limit(*worker->config->feed_publish);
    views_add(feed, worker->seal, "full", VIEW_FULL, NULL);
    int err = store_head(worker->store, &feed->head);
    feed->next = feed->head.last + 1;
    feed->pressure_last = feed->head.last;
    if (err != OK)
        err = fault_set(fault, err, "the event log cannot be read");
    if (err == OK)
        err = writer_start(worker->store, &feed->writer, fault);
    if (err == OK)
        err = keys_open(worker, fault);
    if (err == OK)
        err = sockets_open(worker, fault);
    lower_priority();
    if (err == OK)
        writer_keep_days(feed->writer, worker->config->event_keep_days);
    else
        stop(worker);
    return err;
}

static size_t poll_items(struct worker *worker, zmq_pollitem_t *items, size_t max)
{
    struct feed *feed = worker->role_state;
    void *const sockets[] = {feed->ipc.publish, feed->ipc.replay, feed->tcp.publish, feed->tcp.replay, feed->zap};
    size_t count = 0;
    items[count++] = (zmq_pollitem_t){.fd = writer_fd(feed->writer), .events = ZMQ_POLLIN};
    for (size_t i = 0; i < sizeof sockets / sizeof sockets[0]; i++) {
        if (sockets[i] && count < max)
            items[count++] = (zmq_pollitem_t){.socket = sockets[i], .events = ZMQ_POLLIN};
    }
    feed->polled = items;
    feed->polled_count = count;
    return count;
}

/* What the last poll said. Asking a socket that has nothing costs a system call. NULL: the writer. */
static bool readable(const struct feed *feed, const void *socket)
{
    for (size_t i = 0; i < feed->polled_count; i++) {
        if (feed->polled[i].socket == socket)
            return feed->polled[i].revents & ZMQ_POLLIN;
    }
    return false;
}

static uint64_t work(struct worker *worker, uint64_t mono_ms)
{
    struct feed *feed = worker->role_state;
    struct feed_end *const ends[] = {&feed->ipc, &feed->tcp};
    keys_turn(worker, readable(feed, feed->zap), mono_ms);
    if (readable(feed, NULL))
        requests_confirmed(worker);
    for (size_t i = 0; i < 2; i++) {
        if (ends[i]->publish && readable(feed, ends[i]->publish))
            publish_subscriptions(worker, ends[i]);
        if (ends[i]->replay && readable(feed, ends[i]->replay))
            requests_turn(worker, ends[i], mono_ms);
    }
    uint64_t parted = sockets_turn(worker, mono_ms), next = publish_turn(worker, mono_ms);
    uint64_t replay = replay_turn(worker, mono_ms), answers = answers_turn(worker, mono_ms);
    next = next < replay ? next : replay;
    next = next < parted ? next : parted;
    return next < answers ? next : answers;
}

static void reloaded(struct worker *worker)
{
    struct feed *feed = worker->role_state;
    writer_keep_days(feed->writer, worker->config->event_keep_days);
}

static bool idle(const struct worker *worker)
{
    (void)worker;
    return true; /* what it has not sent is in the log */
}

const struct worker_role feed_role = {.program = "aduan-feed",
                                      .role = "feed",
                                      .start = start,
                                      .poll_items = poll_items,
                                      .work = work,
                                      .reloaded = reloaded,
                                      .idle = idle,
                                      .stop = stop};
