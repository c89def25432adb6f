/* SPDX-License-Identifier: BSD-2-Clause */
#include "inquiry.h"

#include "log.h"
#include "store_status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SETTLE_MS = 1000, POLL_MS = 10, READINGS = 2, ASKED_FIRST_ROOM = 256, KEY_DIGITS = 9 };

struct asked {
    uint8_t id[UUID_BYTES];
    uint64_t receiver; /* its last digits as a number: prefixes are written in many ways */
    bool held;
};

struct asked_list {
    struct asked *items;
    size_t count, room;
};

struct receiver_key {
    uint64_t receiver;
    size_t index; /* into round.items */
};

struct inquiry {
    inquiry_fn verdict;
    void *ctx;
    struct asked_list waiting, round; /* round: sorted by id */
    struct receiver_key *by_receiver; /* of the round, sorted */
    struct store_status *reading;
    unsigned readings_done;
    size_t box, link; /* whom we ask next */
    uint64_t not_before_ms;
    char silence[400]; /* empty: all told when asked last */
    uint64_t silent_ms;
};

/* Several boxes may have links to one bearerbox: it is asked once. */
static bool is_asked(const struct config *config, const struct config_bearerbox *link)
{
    for (size_t i = 0; i < config->box_count; i++) {
        for (size_t j = 0; j < config->boxes[i].bearerbox_count; j++) {
            const struct config_bearerbox *earlier = &config->boxes[i].bearerboxes[j];
            if (earlier == link)
                return *link->status_url;
            if (strcmp(earlier->status_url, link->status_url) == 0)
                return false;
        }
    }
    return false;
}

bool inquiry_possible(const struct config *config)
{
    for (size_t i = 0; i < config->box_count; i++) {
        for (size_t j = 0; j < config->boxes[i].bearerbox_count; j++) {
            if (is_asked(config, &config->boxes[i].bearerboxes[j]))
                return true;
        }
    }
    return false;
}

struct inquiry *inquiry_new(inquiry_fn verdict, void *ctx)
{
    struct inquiry *inquiry = calloc(1, sizeof *inquiry);
    if (!inquiry)
        abort();
    inquiry->verdict = verdict;
    inquiry->ctx = ctx;
    return inquiry;
}

void inquiry_free(struct inquiry *inquiry)
{
    if (!inquiry)
        return;
    store_status_free(inquiry->reading);
    free(inquiry->waiting.items);
    free(inquiry->round.items);
    free(inquiry->by_receiver);
    free(inquiry);
}

static uint64_t receiver_key(const void *number, size_t len)
{
    const char *digits = number;
    uint64_t key = 0, unit = 1;
    for (size_t i = len, taken = 0; i > 0 && taken < KEY_DIGITS; i--) {
        if (digits[i - 1] < '0' || digits[i - 1] > '9')
            continue;
        key += unit * (uint64_t)(digits[i - 1] - '0');
        unit *= 10;
        taken++;
    }
    return key;
}

void inquiry_ask(struct inquiry *inquiry, const uint8_t id[UUID_BYTES], const void *receiver, size_t len)
{
    struct asked_list *list = &inquiry->waiting;
    if (list->count == list->room) {
        list->room = list->room ? list->room * 2 : ASKED_FIRST_ROOM;
        list->items = realloc(list->items, list->room * sizeof *list->items);
        if (!list->items)
            abort();
    }
    struct asked *asked = &list->items[list->count++];
    *asked = (struct asked){.receiver = receiver_key(receiver, len)};
    memcpy(asked->id, id, UUID_BYTES);
}

/* --- a round ------------------------------------------------------------------------------------------------ */

static int by_id(const void *a, const void *b)
{
    return memcmp(((const struct asked *)a)->id, ((const struct asked *)b)->id, UUID_BYTES);
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = ((const struct receiver_key *)a)->receiver, y = ((const struct receiver_key *)b)->receiver;
    return (x > y) - (x < y);
}

static void begin_round(struct inquiry *inquiry)
{
    struct asked_list empty = inquiry->round;
    inquiry->round = inquiry->waiting;
    inquiry->waiting = (struct asked_list){.items = empty.items, .room = empty.room};
    qsort(inquiry->round.items, inquiry->round.count, sizeof *inquiry->round.items, by_id);
    inquiry->by_receiver = realloc(inquiry->by_receiver, inquiry->round.count * sizeof *inquiry->by_receiver);
    if (!inquiry->by_receiver)
        abort();
    for (size_t i = 0; i < inquiry->round.count; i++)
        inquiry->by_receiver[i] = (struct receiver_key){inquiry->round.items[i].receiver, i};
    qsort(inquiry->by_receiver, inquiry->round.count, sizeof *inquiry->by_receiver, by_number);
    inquiry->readings_done = 0;
    inquiry->box = inquiry->link = 0;
}

/* Everything of the round gets its verdict; the round is over before any of it is told, so that telling may ask. */
static void end_round(struct inquiry *inquiry, bool complete)
{
    struct asked_list told = inquiry->round;
    inquiry->round = (struct asked_list){0};
    store_status_free(inquiry->reading);
    inquiry->reading = NULL;
    for (size_t i = 0; i < told.count; i++) {
        enum inquiry_verdict absent = complete ? INQUIRY_ABSENT : INQUIRY_UNKNOWN;
        inquiry->verdict(inquiry->ctx, told.items[i].id, told.items[i].held ? INQUIRY_HELD : absent);
    }
    free(told.items);
}

static void mark_reports_to(struct inquiry *inquiry, const char *number)
{
    struct receiver_key key = {.receiver = receiver_key(number, strlen(number))};
    struct receiver_key *end = inquiry->by_receiver + inquiry->round.count;
    struct receiver_key *found = bsearch(&key, inquiry->by_receiver, inquiry->round.count, sizeof key, by_number);
    if (!found)
        return;
    while (found > inquiry->by_receiver && found[-1].receiver == key.receiver)
        found--;
    for (; found < end && found->receiver == key.receiver; found++)
        inquiry->round.items[found->index].held = true;
}

/* An MT has the reply's id; a report has one of its own, but the same citizen. */
static void on_row(void *ctx, const struct store_status_row *row)
{
    struct inquiry *inquiry = ctx;
    struct asked key, *found;
    if (strncmp(row->type, "DLR", 3) == 0) {
        mark_reports_to(inquiry, row->sender);
        mark_reports_to(inquiry, row->receiver);
    } else if (uuid_parse(row->id, strlen(row->id), key.id) == OK) {
        found = bsearch(&key, inquiry->round.items, inquiry->round.count, sizeof key, by_id);
        if (found)
            found->held = true;
    }
}

/* The next bearerbox that can be asked, from where we are; NULL: all have been. */
static const struct config_bearerbox *next_link(struct inquiry *inquiry, const struct config *config)
{
    for (; inquiry->box < config->box_count; inquiry->box++, inquiry->link = 0) {
        const struct config_box *box = &config->boxes[inquiry->box];
        for (; inquiry->link < box->bearerbox_count; inquiry->link++) {
            if (is_asked(config, &box->bearerboxes[inquiry->link]))
                return &box->bearerboxes[inquiry->link];
        }
    }
    return NULL;
}

static void unanswered(struct inquiry *inquiry, const struct config_bearerbox *link, const char *cause,
                       uint64_t mono_ms)
{
    if (!*inquiry->silence) /* logged once */
        log_warning("responder.store_status", "bearerbox=%s cannot tell what it holds: %s; %zu replies wait",
                    link->name, cause, inquiry->round.count);
    snprintf(inquiry->silence, sizeof inquiry->silence,
             "bearerbox %s cannot tell what it holds: %s; %zu replies that may have gone out wait for it, each at most "
             "replies.silence_s; see its status_url",
             link->name, cause, inquiry->round.count);
    inquiry->silent_ms = mono_ms;
    end_round(inquiry, false);
}

const char *inquiry_silence(const struct inquiry *inquiry, uint64_t mono_ms, uint64_t for_ms)
{
    return *inquiry->silence && mono_ms - inquiry->silent_ms <= for_ms ? inquiry->silence : NULL;
}

static bool is_open(const struct inquiry *inquiry)
{
    return inquiry->round.count > 0;
}

/* One step; false: it must wait. */
static bool step(struct inquiry *inquiry, const struct config *config, uint64_t mono_ms)
{
    const struct config_bearerbox *link = next_link(inquiry, config);
    if (!link) {
        inquiry->box = inquiry->link = 0;
        inquiry->not_before_ms = mono_ms + SETTLE_MS;
        if (++inquiry->readings_done == READINGS) {
            *inquiry->silence = '\0';
            inquiry->not_before_ms = 0;
            end_round(inquiry, true);
        }
        return true;
    }
    if (!inquiry->reading && !(inquiry->reading = store_status_new(link->status_url, mono_ms))) {
        unanswered(inquiry, link, "no connection", mono_ms);
        return true;
    }
    switch (store_status_work(inquiry->reading, mono_ms, on_row, inquiry)) {
    case STORE_STATUS_FAILED:
        unanswered(inquiry, link, store_status_cause(inquiry->reading), mono_ms);
        return true;
    case STORE_STATUS_DONE:
        store_status_free(inquiry->reading);
        inquiry->reading = NULL;
        inquiry->link++;
        return true;
    default:
        return false;
    }
}

uint64_t inquiry_work(struct inquiry *inquiry, const struct config *config, uint64_t mono_ms)
{
    bool waits = false;
    while (!waits) {
        if (!is_open(inquiry)) {
            if (inquiry->waiting.count == 0)
                return UINT64_MAX;
            begin_round(inquiry);
            inquiry->not_before_ms = 0;
        }
        waits = mono_ms < inquiry->not_before_ms || !step(inquiry, config, mono_ms);
    }
    return inquiry->not_before_ms > mono_ms ? inquiry->not_before_ms : mono_ms + POLL_MS;
}

void inquiry_abandon(struct inquiry *inquiry)
{
    if (is_open(inquiry))
        end_round(inquiry, false);
    if (inquiry->waiting.count > 0) {
        begin_round(inquiry);
        end_round(inquiry, false);
    }
}
