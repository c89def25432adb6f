/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Does bearerbox still have these replies? Asked of the store-status of every bearerbox that has a status_url, before a
 * reply whose fate is unknown is handed over again: one that still waits for its SMSC, or whose delivery report still
 * waits for us, must not go out twice.
 *
 * The store is read twice, SETTLE_MS apart. bearerbox removes an MT before it saves the report on it, and reads its
 * store directory by directory, so one reading can miss both; and what a dead box had written may not be read yet.
 *
 *   ask ──▶ waiting ──▶ first reading ──▶ second reading ──▶ held, absent, or unknown (some bearerbox did not answer)
 *
 * Never blocks. One round at a time; those who ask meanwhile are in the next one.
 */
#ifndef ADUAN_INQUIRY_H
#define ADUAN_INQUIRY_H

#include "config.h"
#include "uuid.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct inquiry;

enum inquiry_verdict { INQUIRY_HELD, INQUIRY_ABSENT, INQUIRY_UNKNOWN };
typedef void (*inquiry_fn)(void *ctx, const uint8_t id[UUID_BYTES], enum inquiry_verdict verdict);

/* Some bearerbox can be asked. */
bool inquiry_possible(const struct config *config);

struct inquiry *inquiry_new(inquiry_fn verdict, void *ctx);
void inquiry_free(struct inquiry *inquiry);
/* receiver: whom the reply goes to. */
void inquiry_ask(struct inquiry *inquiry, const uint8_t id[UUID_BYTES], const void *receiver, size_t len);
/* Goes on as far as it can; gives verdicts. Returns when it wants to be called again, UINT64_MAX: nothing is asked. */
uint64_t inquiry_work(struct inquiry *inquiry, const struct config *config, uint64_t mono_ms);
/* A sentence about the bearerbox that did not tell when it was asked last, not longer than for_ms ago; else NULL. */
const char *inquiry_silence(const struct inquiry *inquiry, uint64_t mono_ms, uint64_t for_ms);
/* INQUIRY_UNKNOWN for all that is open. */
void inquiry_abandon(struct inquiry *inquiry);

#endif
