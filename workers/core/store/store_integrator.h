/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who may see the feed, and what each has confirmed. An integrator is its CURVE public key; it is never removed, only
 * revoked, and its name never goes to another key: what was sent to a name was for that key alone.
 */
#ifndef ADUAN_STORE_INTEGRATOR_H
#define ADUAN_STORE_INTEGRATOR_H

#include "store.h"

enum {
    STORE_INTEGRATOR_KEY_BYTES = 32,
    STORE_INTEGRATORS_MAX = 1024,
    STORE_CURSORS_MAX = 64, /* of one view */
    STORE_CURSOR_NAME_MAX = 64
};

/* E_INVALID (a name, tier or agency that is none), E_EXISTS (name or key), E_FULL. */
MUST_CHECK int store_integrator_add(struct store *store, const uint8_t key[STORE_INTEGRATOR_KEY_BYTES],
                                    const Aduan__Record__Integrator *integrator, uint64_t now_us, struct fault *fault);
/* By name. E_NOT_FOUND, E_STATE: it is revoked already. */
MUST_CHECK int store_integrator_revoke(struct store *store, const char *name, uint64_t now_us, struct fault *fault);
/* E_NOT_FOUND. */
MUST_CHECK int store_integrator_get(struct store *store, const uint8_t key[STORE_INTEGRATOR_KEY_BYTES],
                                    Aduan__Record__Integrator **out);
typedef int (*store_integrator_fn)(void *ctx, const uint8_t key[STORE_INTEGRATOR_KEY_BYTES],
                                   const Aduan__Record__Integrator *integrator); /* non-zero stops */
MUST_CHECK int store_integrators(struct store *store, store_integrator_fn fn, void *ctx);
/* Another number whenever one was added or revoked. */
MUST_CHECK int store_integrators_generation(struct store *store, uint64_t *out);

bool store_cursor_name_valid(const char *name); /* 1 to 64 printable characters of ASCII */
struct store_cursor {
    const char *view, *name;
    uint8_t epoch[STORE_EPOCH_BYTES];
    uint64_t sequence;
    int err; /* of a confirmation: OK, or E_FULL: the view has its 64 */
};
/* Fills epoch and sequence; E_NOT_FOUND: nothing was ever confirmed under this name. */
MUST_CHECK int store_cursor_get(struct store *store, struct store_cursor *cursor);
/* All of them in one transaction; durable when it returns OK. Names are valid. */
MUST_CHECK int store_cursors_confirm(struct store *store, struct store_cursor *cursors, size_t n, uint64_t now_us,
                                     struct fault *fault);

#endif
