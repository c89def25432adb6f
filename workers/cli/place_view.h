/* SPDX-License-Identifier: BSD-2-Clause */
/* Places as JSON and as a line for people: of a text just read, and of a ticket. */
#ifndef ADUAN_CLI_PLACE_VIEW_H
#define ADUAN_CLI_PLACE_VIEW_H

#include "cli.h"
#include "places.h"
#include "record.pb-c.h"

/* Either form of a place. Strings are borrowed; "" is none. */
struct place_shown {
    const char *kind, *code, *name, *why;
    uint32_t at, len, score, rt, rw;
};
struct place_shown place_found(const struct place *place);
struct place_shown place_kept(const Aduan__Record__Place *place);

/* One of `places` in proto/schema/classification.json and ticket.json. text: what `at` counts in. */
json_t *place_json(const struct place_shown *place, const void *text, size_t len);
/* "Kota Pekalongan (33.75)"; of what is in no table the words of the text. free(). */
char *place_label(const struct place_shown *place, const void *text, size_t len);

#endif
