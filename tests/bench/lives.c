/* SPDX-License-Identifier: BSD-2-Clause */
#include "lives.h"

#include "clock.h"
#include "desk_here.h"
#include "record_fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void core(int err, const char *what)
{
    if (err != OK)
        die(what, err_name(err));
}

static const char body[] = "Jalan berlubang di depan pasar Grogolan, Pekalongan. Mohon diperbaiki";

size_t lives_problems = 1;

/* As of the body, in one of many streets. */
static size_t likeness_of(size_t problem, uint8_t *out)
{
    static const uint8_t key[MINHASH_KEY_BYTES] = {1};
    static const char *const words[] = {"jalan", "lubang", "parah", "motor", "jatuh", "malam"};
    struct likeness likeness = {.category = minhash_member(key, 'c', "jalan", 5), .name_count = 2};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        minhash_add(&likeness.words, minhash_member(key, 'w', words[i], strlen(words[i])));
    for (uint8_t i = 0; i < 2; i++) {
        const size_t name[2] = {problem, i};
        likeness.names[i] = (struct likeness_name){i, i == 0, minhash_member(key, 'n', name, sizeof name)};
    }
    return likeness_pack(&likeness, out);
}

struct sms *lives_make(size_t first, size_t count)
{
    struct sms *all = record_alloc(count * sizeof *all);
    for (size_t i = 0; i < count; i++) {
        struct sms *sms = &all[i];
        aduan__wire__sms__init(&sms->wire);
        uuid_random(sms->uuid);
        snprintf(sms->sender, sizeof sms->sender, "+6281%09u", (unsigned)((first + i) % 1000000000));
        sms->wire.uuid = (ProtobufCBinaryData){UUID_BYTES, sms->uuid};
        sms->wire.time = 1800000000u + (uint32_t)((first + i) / 5000);
        sms->wire.sender = (ProtobufCBinaryData){strlen(sms->sender), (uint8_t *)sms->sender};
        sms->wire.receiver = (ProtobufCBinaryData){4, (uint8_t *)"1708"};
        sms->wire.body = (ProtobufCBinaryData){sizeof body - 1, (uint8_t *)body};
        sms->wire.smsc_id = (ProtobufCBinaryData){4, (uint8_t *)"tsel"};
        sms->wire.bearerbox = "main";
        sms->likeness_len = lives_problems > 0 ? likeness_of((first + i) % lives_problems, sms->likeness) : 0;
    }
    return all;
}

/* What the desk of this build makes of the body: each row is as large as the line's. */
static struct reading {
    struct desk_here desk;
    struct text text;
    struct verdict verdict;
} * read_body(void)
{
    static struct reading *reading;
    if (!reading) {
        reading = record_alloc(sizeof *reading);
        desk_here_open(&reading->desk);
        desk_here_read(&reading->desk, body, sizeof body - 1, &reading->text, &reading->verdict);
    }
    return reading;
}

/* As the classifier brings it: decoded and decided before the transaction. */
static int never_asked(void *ctx, const struct desk_sms *sms, struct verdict *out)
{
    (void)ctx;
    (void)sms;
    (void)out;
    return E_STATE;
}

void lives_take_in(struct store *store, const struct sms *batch, size_t n)
{
    const struct store_policy policy = {
        .decide = never_asked,
        .reply_rate = 10,
        .reply_rate_window_us = 3600000000u,
        .joining = {.window_us = 72ull * 3600000000u, .bounds = {.same_place = 20, .no_place = 75}}};
    struct reading *reading = read_body();
    struct verdict *verdicts = record_alloc(n * sizeof *verdicts);
    struct store_item *items = record_alloc(n * sizeof *items);
    struct store_outcome *outcomes = record_alloc(n * sizeof *outcomes);
    struct fault fault;
    for (size_t i = 0; i < n; i++) {
        verdicts[i] = reading->verdict;
        memcpy(verdicts[i].likeness, batch[i].likeness, verdicts[i].likeness_len = batch[i].likeness_len);
        items[i] = (struct store_item){.sms = &batch[i].wire, .text = &reading->text, .verdict = &verdicts[i]};
    }
    if (store_ingest(store, &policy, items, n, clock_now_us(), outcomes, &fault) != OK)
        die("store_ingest", fault.text);
    free(verdicts);
    free(items);
    free(outcomes);
}

static int render(void *ctx, const Aduan__Record__Reply *reply, const Aduan__Record__Ticket *ticket, char **text,
                  size_t *len, bool *ucs2, uint32_t *segments)
{
    const struct reading *reading = read_body();
    (void)ctx;
    (void)reply;
    *text = desk_here_answer(&reading->desk, &reading->verdict, ticket->id, len);
    *ucs2 = false;
    *segments = 1;
    return OK;
}

/* From READY to DELIVERED. */
void lives_answer(struct store *store, size_t n)
{
    static const enum reply_input inputs[] = {REPLY_IN_ACCEPTED, REPLY_IN_SMSC_ACCEPTED, REPLY_IN_DELIVERED};
    static const uint8_t holder_life[UUID_BYTES] = {7};
    const struct store_claim claim = {.life = holder_life,
                                      .now_us = clock_now_us(),
                                      .lease_us = 30000000,
                                      .max = (uint32_t)n,
                                      .attempts_max = 8,
                                      .render = render};
    struct store_replies replies;
    struct fault fault;
    if (store_claim_replies(store, &claim, &replies, &fault) != OK || replies.count != n)
        die("store_claim_replies", fault.text);
    struct store_reply_input *news = record_alloc(n * sizeof *news);
    for (size_t k = 0; k < sizeof inputs / sizeof inputs[0]; k++) {
        for (size_t i = 0; i < n; i++) {
            news[i] = (struct store_reply_input){.input = inputs[k]};
            news[i].slot = replies.items[i].reply->slot;
            memcpy(news[i].id, replies.items[i].reply->id.data, UUID_BYTES);
        }
        if (store_reply_inputs(store, news, n, clock_now_us(), NULL, &fault) != OK)
            die("store_reply_inputs", fault.text);
    }
    free(news);
    store_replies_free(&replies);
}
