/* SPDX-License-Identifier: BSD-2-Clause */
/* libaduan: a subscriber of Aduan's public feed that misses nothing: every event of a topic, in order, once.
 *
 * An event is done when the handler returned 0. To have each exactly once over your own kill -9, keep epoch and
 * sequence in the same write as what you made of the event (one line, one transaction, one file renamed into place),
 * and say at the start where your own output ends. There are no globals: each thread may follow one. */
#ifndef ADUAN_H
#define ADUAN_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct aduan_event { /* yours until the handler returns, with all that it points to: copy what you keep */
    uint8_t epoch[16];
    uint64_t sequence, at_us, ticket;        /* at_us: of the commit, since 1970; ticket 0: it concerns none */
    const char *kind, *shortcode, *category; /* kind: its name in topics; never NULL */
    const void *what;                        /* for aduan_field() */
};
struct aduan_options {                   /* yours, and what it points to; it must stay until aduan_follow() returns */
    const char *publish, *replay;        /* endpoints, ipc or tcp */
    const char *topic;                   /* "v1.<view>." or more levels of it, cut behind a dot */
    const char *server_key, *secret_key; /* CURVE, Z85; both NULL on ipc */
    bool has_position;                   /* epoch and sequence are set: all is done up to there; else from the first */
    uint8_t epoch[16];
    uint64_t sequence;
    void (*news)(void *arg, const char *text); /* told what the operator ought to know; not NULL */
    void (*idle)(void *arg); /* NULL, or called when nothing waits: a moment to write down what was gathered */
};

enum { ADUAN_REFUSED = -1, ADUAN_INVALID = -2 };
/* Calls handler for each event, and blocks. Returns the handler's answer when it is not 0 (let it be positive); or
 * ADUAN_REFUSED when the desk says no and will tomorrow (a topic outside the view, a revoked key; news has the reason),
 * ADUAN_INVALID for options that cannot be. A broken line is no end: it connects anew. */
typedef int aduan_handler(void *arg, const struct aduan_event *event);
int aduan_follow(const struct aduan_options *options, aduan_handler *handler, void *arg);

/* A field of the event's kind by its name in feed.proto: text, with a NUL behind it, or bytes; NULL: it has none. */
const void *aduan_field(const struct aduan_event *event, const char *name, size_t *bytes);
#endif
