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

struct reading {
    struct text text;
    struct verdict verdict;
};

/* What the desk of this build makes of the texts: each row is as long as the line's. */
static struct {
    struct desk_here desk;
    struct reading **readings;
    size_t count;
} known;

static const struct desk_here *desk(void)
{
    if (!known.desk.config)
        desk_here_open(&known.desk);
    return &known.desk;
}

/* One that opens no ticket, or gets no answer, is left out. */
static void read_text(const char *text, size_t len)
{
    struct reading *reading = record_alloc(sizeof *reading);
    desk();
    desk_here_read(&known.desk, text, len, &reading->text, &reading->verdict);
    if (!reading->verdict.open_ticket || !reading->verdict.reply_template) {
        text_done(&reading->text);
        free(reading);
        return;
    }
    known.readings = realloc(known.readings, (known.count + 1) * sizeof(struct reading *));
    if (!known.readings)
        abort();
    known.readings[known.count++] = reading;
}

/* Which column of a header is called "text". */
static size_t text_column(char *header, const char *path)
{
    size_t column = 0;
    header[strcspn(header, "\n")] = '\0';
    for (char *name; (name = strsep(&header, "\t")) != NULL; column++)
        if (strcmp(name, "text") == 0)
            return column;
    die("no column \"text\" in", path);
}

void lives_texts(const char *path)
{
    enum { LINE_MAX_BYTES = 65536 };
    static char line[LINE_MAX_BYTES];
    FILE *in = fopen(path, "r");
    if (!in)
        die("cannot read", path);
    while (fgets(line, sizeof line, in) && *line == '#') {
    }
    size_t column = text_column(line, path);
    while (fgets(line, sizeof line, in)) {
        char *at = line, *text = NULL;
        line[strcspn(line, "\n")] = '\0';
        for (size_t i = 0; i <= column && at; i++)
            text = strsep(&at, "\t");
        if (text)
            read_text(text, strlen(text));
    }
    fclose(in);
    if (known.count == 0)
        die("no text that opens a ticket in", path);
}

static const struct reading *reading_of(size_t number)
{
    if (known.count == 0)
        read_text(body, sizeof body - 1);
    return known.readings[number % known.count];
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
        sms->reading = reading_of(first + i);
        sms->wire.body = (ProtobufCBinaryData){sms->reading->text.len, (uint8_t *)sms->reading->text.utf8};
        sms->wire.smsc_id = (ProtobufCBinaryData){4, (uint8_t *)"tsel"};
        sms->wire.bearerbox = "main";
        sms->likeness_len = lives_problems > 0 ? likeness_of((first + i) % lives_problems, sms->likeness) : 0;
    }
    return all;
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
    struct verdict *verdicts = record_alloc(n * sizeof *verdicts);
    struct store_item *items = record_alloc(n * sizeof *items);
    struct store_outcome *outcomes = record_alloc(n * sizeof *outcomes);
    struct fault fault;
    for (size_t i = 0; i < n; i++) {
        const struct reading *reading = batch[i].reading;
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
    struct verdict verdict = {.reply_template = reply->template_,
                              .category = ticket->category,
                              .agency = ticket->agency,
                              .language = reply->language};
    (void)ctx;
    snprintf(verdict.why, sizeof verdict.why, "%s", ticket->why);
    *text = desk_here_answer(desk(), &verdict, ticket->id, len);
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
