/* SPDX-License-Identifier: BSD-2-Clause */
/* Open addressing with linear probing, at most half full; a removal moves later ones up, so there are no tombstones. */
#include "flights.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 1024 };

static size_t home(const struct flights *flights, const uint8_t id[UUID_BYTES])
{
    uint64_t hash;
    memcpy(&hash, id, sizeof hash);
    return (size_t)hash & (flights->room - 1);
}

/* The slot of that id, or the free one where it belongs. */
static struct flight *slot(struct flights *flights, const uint8_t id[UUID_BYTES])
{
    size_t i = home(flights, id);
    while (flights->slots[i].used && memcmp(flights->slots[i].id, id, UUID_BYTES) != 0)
        i = (i + 1) & (flights->room - 1);
    return &flights->slots[i];
}

static void grow(struct flights *flights)
{
    struct flights larger = {.room = flights->room ? flights->room * 2 : FIRST_ROOM, .count = flights->count};
    larger.slots = calloc(larger.room, sizeof *larger.slots);
    if (!larger.slots)
        abort();
    for (size_t i = 0; i < flights->room; i++) {
        if (flights->slots[i].used)
            *slot(&larger, flights->slots[i].id) = flights->slots[i];
    }
    free(flights->slots);
    *flights = larger;
}

struct flight *flights_add(struct flights *flights, const uint8_t id[UUID_BYTES])
{
    if (flights->count * 2 >= flights->room)
        grow(flights);
    struct flight *flight = slot(flights, id);
    if (!flight->used) {
        *flight = (struct flight){.used = true};
        memcpy(flight->id, id, UUID_BYTES);
        flights->count++;
    }
    return flight;
}

struct flight *flights_find(struct flights *flights, const uint8_t id[UUID_BYTES])
{
    if (flights->count == 0)
        return NULL;
    struct flight *flight = slot(flights, id);
    return flight->used ? flight : NULL;
}

void flights_remove(struct flights *flights, struct flight *flight)
{
    size_t mask = flights->room - 1, hole = (size_t)(flight - flights->slots);
    for (size_t i = (hole + 1) & mask; flights->slots[i].used; i = (i + 1) & mask) {
        /* One that is between its home and here may move up to the hole if its home is not behind the hole. */
        size_t from_home = (i - home(flights, flights->slots[i].id)) & mask;
        if (from_home >= ((i - hole) & mask)) {
            flights->slots[hole] = flights->slots[i];
            hole = i;
        }
    }
    flights->slots[hole].used = false;
    flights->count--;
}

struct flight *flights_at(struct flights *flights, size_t *i)
{
    while (*i < flights->room && !flights->slots[*i].used)
        (*i)++;
    return *i < flights->room ? &flights->slots[*i] : NULL;
}

void flights_done(struct flights *flights)
{
    free(flights->slots);
    *flights = (struct flights){0};
}
