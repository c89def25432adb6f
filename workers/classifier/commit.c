/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From held messages to durable ones. What takes time and no lock (decoding, deciding) is done before the
 * transaction; nothing of it outlives the commit, since a reload may replace the rules it borrows from.
 *
 * When the store refuses:
 *   scarcity (full, busy, I/O)  everything stays held and unacked, status says why, and it is tried again with backoff
 *   a batch it cannot take      its messages go one by one, so that one of them cannot hold up the others
 *   one message it cannot take  is parked raw in quarantine, as one that kills classifiers would be
 *   even that fails             it goes behind the others, and all wait as in scarcity
 */
#include "classifier.h"

#include "clock.h"
#include "kill_point.h"
#include "log.h"
#include "store_incident.h"
#include "udh.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    UNDERSTAND_MS = 250,
    RETRY_FIRST_MS = 250,
    RETRY_MAX_MS = 4000,
    EXPIRE_EVERY_MS = 1000,
    EXPIRE_RETRY_MS = 5000,
    EXPIRE_SETS_MAX = 64
};

struct batch_room {
    struct store_item *items;
    struct text *texts;
    struct verdict *verdicts;
    struct store_outcome *outcomes;
    bool *known;
    size_t room;
};

static void *allocate(size_t n, size_t size)
{
    void *memory = calloc(n, size);
    if (!memory)
        abort();
    return memory;
}

void commit_done(struct classifier *classifier)
{
    struct batch_room *batch = classifier->batch;
    if (!batch)
        return;
    free(batch->items);
    free(batch->texts);
    free(batch->verdicts);
    free(batch->outcomes);
    free(batch->known);
    free(batch);
    classifier->batch = NULL;
}

static struct batch_room *room_for(struct classifier *classifier, size_t n)
{
    if (classifier->batch && classifier->batch->room >= n)
        return classifier->batch;
    commit_done(classifier);
    struct batch_room *batch = allocate(1, sizeof *batch);
    *batch = (struct batch_room){.items = allocate(n, sizeof *batch->items),
                                 .texts = allocate(n, sizeof *batch->texts),
                                 .verdicts = allocate(n, sizeof *batch->verdicts),
                                 .outcomes = allocate(n, sizeof *batch->outcomes),
                                 .known = allocate(n, sizeof *batch->known),
                                 .room = n};
    classifier->batch = batch;
    return batch;
}

static int decide(void *ctx, const struct desk_sms *sms, struct verdict *out)
{
    const struct worker *worker = ctx;
    return desk_decide(worker->config, worker->ensemble, sms, out);
}

static void receive(void *ctx, const struct desk_sms *sms, struct verdict *out)
{
    const struct worker *worker = ctx;
    desk_receive(worker->config, sms, out);
}

static struct store_policy policy(struct worker *worker)
{
    const struct config *config = worker->config;
    return (struct store_policy){.ctx = worker,
                                 .decide = decide,
                                 .receive = receive,
                                 .resend_window_us = (uint64_t)config->resend_window_s * 1000000,
                                 .reminder_us = (uint64_t)config->reply_reminder_s * 1000000,
                                 .part_wait_us = (uint64_t)config->part_wait_s * 1000000,
                                 .part_keep_us = (uint64_t)config->part_keep_s * 1000000,
                                 .reply_rate = config->reply_rate,
                                 .reply_rate_window_us = (uint64_t)config->reply_rate_window_s * 1000000,
                                 .joining = store_joining_of(config)};
}

/* Parts are understood when they are together; a quarantined message is not looked into. */
static bool is_whole(const Aduan__Wire__Sms *sms)
{
    struct udh_concat concat;
    return !sms->quarantine && udh_parse_concat(sms->udh.data, sms->udh.len, &concat) <= 0;
}

static struct desk_sms desk_sms_of(const Aduan__Wire__Sms *sms, const struct text *text)
{
    return (struct desk_sms){.sender = sms->sender.data,
                             .sender_len = sms->sender.len,
                             .receiver = sms->receiver.data,
                             .receiver_len = sms->receiver.len,
                             .text = text};
}

/* What costs little: the text, and everything but its class. The store would do the same inside the transaction;
 * whatever cannot be done here is left to it. */
static void take_up(struct worker *worker, const Aduan__Wire__Sms *sms, struct store_item *item, struct text *text,
                    struct verdict *verdict)
{
    *item = (struct store_item){.sms = sms};
    *text = (struct text){0};
    if (!is_whole(sms))
        return;
    KILL_POINT("classifier", "understand");
    KILL_POINT_TEXT("classifier", "poison", sms->body.data, sms->body.len);
    if (text_decode(sms->coding, sms->charset.data, sms->charset.len, sms->body.data, sms->body.len, text) != OK)
        return;
    item->text = text;
    const struct desk_sms whole = desk_sms_of(sms, text);
    desk_receive(worker->config, &whole, verdict);
    item->verdict = verdict;
}

/* What may cost much: the class, of what joins no ticket. */
static void understand(struct worker *worker, struct store_item *item, struct verdict *verdict)
{
    const Aduan__Wire__Sms *sms = item->sms;
    const struct desk_sms whole = desk_sms_of(sms, item->text);
    uint64_t start_us = clock_mono_us();
    KILL_POINT_TEXT("classifier", "class", sms->body.data, sms->body.len);
    if (desk_read(worker->config, worker->ensemble, &whole, verdict) != OK)
        item->verdict = NULL;
    peak_measure(worker->role_state, clock_mono_us() - start_us);
}

/* Makes the first of n held messages ready; how many. Fewer when classifying takes long: those that are ready do not
 * wait for the others. An SMS that waits too long already is only received. */
static size_t make_ready(struct worker *worker, struct batch_room *batch, size_t n, struct store_policy *how)
{
    struct classifier *classifier = worker->role_state;
    uint64_t until_ms = clock_mono_ms() + UNDERSTAND_MS;
    for (size_t i = 0; i < n; i++)
        take_up(worker, classifier->held[i].sms, &batch->items[i], &batch->texts[i], &batch->verdicts[i]);
    store_resends_known(worker->store, how, batch->items, n, clock_now_us(), batch->known);
    size_t ready = 0;
    while (ready < n && (ready == 0 || clock_mono_ms() < until_ms)) {
        struct store_item *item = &batch->items[ready];
        bool late = peak_is_late(worker, item->sms, clock_now_us());
        how->later = how->later || late;
        if (item->verdict && item->verdict->unread) {
            item->later = late;
            if (!late && !batch->known[ready])
                understand(worker, item, &batch->verdicts[ready]);
        }
        ready++;
    }
    for (size_t i = ready; i < n; i++)
        text_done(&batch->texts[i]);
    return ready;
}

static bool is_about_the_messages(int err)
{
    return err == E_INVALID || err == E_CORRUPT || err == E_STATE;
}

static void back_off(struct worker *worker, int err, const struct fault *fault)
{
    struct classifier *classifier = worker->role_state;
    unsigned doublings = classifier->failures < 8 ? classifier->failures : 8;
    uint64_t wait = (uint64_t)RETRY_FIRST_MS << doublings;
    wait = wait < RETRY_MAX_MS ? wait : RETRY_MAX_MS;
    classifier->failures++;
    classifier->retry_ms = clock_mono_ms() + wait;
    snprintf(classifier->note, sizeof classifier->note, "the store does not commit: %s", fault->text);
    worker->degraded = classifier->note;
    worker->errors++;
    log_error("classifier.commit_failed", "cause=%s held=%zu retry_ms=%llu %s; nothing of it is acked", err_name(err),
              classifier->count, (unsigned long long)wait, fault->text);
}

static void refused_alone(struct worker *worker, int err, const struct fault *fault)
{
    struct classifier *classifier = worker->role_state;
    struct held first = classifier->held[0];
    char uuid[UUID_TEXT_BYTES];
    uuid_format(first.sms->uuid.data, uuid);
    if (!first.sms->quarantine) {
        log_error("classifier.message_refused", "id=%s cause=%s %s; it is parked in quarantine", uuid, err_name(err),
                  fault->text);
        first.sms->quarantine = 1;
        worker->errors++;
        return;
    }
    for (size_t i = 1; i < classifier->count; i++)
        classifier->held[i - 1] = classifier->held[i];
    classifier->held[classifier->count - 1] = first;
    back_off(worker, err, fault);
}

static void on_failure(struct worker *worker, int err, const struct fault *fault, size_t n)
{
    struct classifier *classifier = worker->role_state;
    if (err == E_MEMORY) {
        log_error("classifier.no_memory", "held=%zu %s; the boxes keep what is not acked", classifier->count,
                  fault->text);
        abort();
    }
    if (!is_about_the_messages(err)) {
        back_off(worker, err, fault);
    } else if (n > 1) {
        log_warning("classifier.batch_refused", "cause=%s messages=%zu %s; they are committed one by one",
                    err_name(err), n, fault->text);
        classifier->singly = n;
    } else {
        refused_alone(worker, err, fault);
    }
}

static void on_success(struct worker *worker, const struct batch_room *batch, size_t n)
{
    struct classifier *classifier = worker->role_state;
    for (size_t i = 0; i < n; i++) {
        const struct held *held = &classifier->held[i];
        char uuid[UUID_TEXT_BYTES];
        if (batch->outcomes[i].kind == STORE_QUARANTINED)
            log_warning("classifier.quarantined", "id=%s deaths=%u; see aduan status",
                        uuid_format(held->sms->uuid.data, uuid), held->sms->deaths);
        acks_add(&classifier->acks[held->channel], held->sms->uuid.data);
    }
    if (classifier->failures > 0)
        log_info("classifier.commits_again", "failures=%u held=%zu", classifier->failures, classifier->count);
    worker->done += n;
    worker->degraded = NULL;
    classifier->failures = 0;
    classifier->retry_ms = 0;
    classifier->done_ms = clock_mono_ms();
    classifier->singly -= classifier->singly > 0;
    held_drop(classifier, n);
}

void commit_held(struct worker *worker)
{
    struct classifier *classifier = worker->role_state;
    size_t n = classifier->count < worker->config->batch_max ? classifier->count : worker->config->batch_max;
    if (classifier->singly > 0)
        n = 1;
    struct batch_room *batch = room_for(classifier, n);
    struct store_policy how = policy(worker);
    struct fault fault = {0};
    n = make_ready(worker, batch, n, &how);
    KILL_POINT("classifier", "before_commit");
    int err = store_ingest(worker->store, &how, batch->items, n, clock_now_us(), batch->outcomes, &fault);
    for (size_t i = 0; i < n; i++)
        text_done(&batch->texts[i]);
    if (err) {
        on_failure(worker, err, &fault, n);
        return;
    }
    KILL_POINT("classifier", "after_commit");
    on_success(worker, batch, n);
}

void commit_expired_parts(struct worker *worker, uint64_t mono_ms)
{
    struct classifier *classifier = worker->role_state;
    struct store_policy how = policy(worker);
    struct fault fault = {0};
    size_t done = 0;
    uint64_t next_us = 0;
    int err = store_parts_expire(worker->store, &how, clock_now_us(), EXPIRE_SETS_MAX, &done, &next_us, &fault);
    if (err) {
        worker->errors++;
        log_error("classifier.parts_not_expired", "cause=%s retry_ms=%d %s", err_name(err), EXPIRE_RETRY_MS,
                  fault.text);
        classifier->expire_ms = mono_ms + EXPIRE_RETRY_MS;
    } else if (done < EXPIRE_SETS_MAX) {
        classifier->expire_ms = mono_ms + EXPIRE_EVERY_MS;
    }
}
