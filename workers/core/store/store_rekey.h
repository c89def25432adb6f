/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sealing everything anew with another key, on a live line: first every writer is told (one commit), then the values
 * at rest follow in batches, a write transaction each. How far it has come rests in the store: whoever is killed, or
 * another one, goes on from there.
 */
#ifndef ADUAN_STORE_REKEY_H
#define ADUAN_STORE_REKEY_H

#include "store.h"

struct store_rekey {
    uint16_t key;       /* that all is sealed with, or is to be */
    bool going_on;      /* false: everything is sealed with it */
    uint64_t looked_at; /* values of this pass, those before a kill included */
    uint64_t resealed;
    uint64_t unopened; /* left as they were: damaged, or sealed with a key that is not there */
    uint64_t total;    /* values there are now */
};

MUST_CHECK int store_rekey_state(struct store *store, struct store_rekey *out);
/* From this commit on every process seals with `key`, and a pass begins. A pass that goes on to another key begins
 * again. E_KEY: the key file has no such key. */
MUST_CHECK int store_rekey_begin(struct store *store, uint16_t key, struct fault *fault);
/* The next `max` values. *out: the state after it. No write transaction when no pass goes on. */
MUST_CHECK int store_rekey_step(struct store *store, size_t max, struct store_rekey *out, struct fault *fault);
/* What is sealed with which key: a walk through everything, in one snapshot. */
MUST_CHECK int store_sealed_counts(struct store *store, struct store_key_counts *out);
void store_key_count_add(struct store_key_counts *counts, uint16_t key);

#endif
