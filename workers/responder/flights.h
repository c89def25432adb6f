/* SPDX-License-Identifier: BSD-2-Clause */
/* The replies that are with a box and have no result yet, by id. Ids are name-based hashes, so their first bytes are
 * all the hashing there is. Pointers into it are good until the next add or remove. */
#ifndef ADUAN_FLIGHTS_H
#define ADUAN_FLIGHTS_H

#include "uuid.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct flight {
    uint8_t id[UUID_BYTES];
    uint64_t slot; /* where the store has the reply */
    bool used;
    size_t channel;
    uint32_t attempts; /* claims of this reply so far, this one included */
    uint32_t renewals; /* of its lease */
    uint64_t renew_ms; /* when the lease wants to be renewed */
    uint64_t since_us;
    uint64_t claim;            /* its number */
    uint64_t write_until_us;   /* no box writes it later */
    uint64_t unknown_since_us; /* bearerbox is asked about it since, and has not said that it has it */
};

struct flights {
    struct flight *slots;
    size_t room; /* a power of two, or 0 */
    size_t count;
};

/* The flight of that id, a fresh one (all zero but for the id) when there is none. Never NULL. */
struct flight *flights_add(struct flights *flights, const uint8_t id[UUID_BYTES]);
/* NULL when there is none. */
struct flight *flights_find(struct flights *flights, const uint8_t id[UUID_BYTES]);
void flights_remove(struct flights *flights, struct flight *flight);
/* Walks all of them: for (i = 0; (f = flights_at(x, &i)); i++). After a removal of f the same i is looked at again. */
struct flight *flights_at(struct flights *flights, size_t *i);
void flights_done(struct flights *flights);

#endif
