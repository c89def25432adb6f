/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of an SMS in the store as the line leads it there, for benchmarks: from the batch that a classifier commits
 * to the delivery report of its answer. Whatever fails ends the program with a sentence. */
#ifndef ADUAN_BENCH_LIVES_H
#define ADUAN_BENCH_LIVES_H

#include "desk_here.h"
#include "store_priv.h"
#include "uuid.h"

struct reading;

struct sms {
    Aduan__Wire__Sms wire;
    const struct reading *reading; /* what the desk makes of it */
    uint8_t uuid[UUID_BYTES];
    char sender[16];
    uint8_t likeness[LIKENESS_BYTES_MAX];
    size_t likeness_len;
};

/* How many problems the SMS report, each in its turn; 0: none is like another one. */
extern size_t lives_problems;

void core(int err, const char *what);

/* From now on SMS say what a file of texts says, one after the other: lines that begin with "#", then a header that
 * names a column "text", with tabs. Else all say the same. */
void lives_texts(const char *path);
/* `count` SMS of senders of their own, the first with number `first`; the caller frees the array with free(). Each
 * points into itself, so the array stays where it is. */
struct sms *lives_make(size_t first, size_t count);
/* One transaction: n SMS become tickets, each with a reply due. */
void lives_take_in(struct store *store, const struct sms *batch, size_t n);
/* Four transactions: their replies are claimed, accepted by bearerbox, accepted by the operator, delivered. */
void lives_answer(struct store *store, size_t n);

#endif
