/* SPDX-License-Identifier: BSD-2-Clause */
/* The errors of core, and the fault: an error with the sentence a person reads. Every module uses both. */
#ifndef ADUAN_ERR_H
#define ADUAN_ERR_H

#include <stddef.h>

#define MUST_CHECK __attribute__((warn_unused_result))

enum err {
    OK = 0,
    E_MEMORY = -1,
    E_INVALID = -2, /* an argument or an input is wrong */
    E_NOT_FOUND = -3,
    E_EXISTS = -4,
    E_STATE = -5,   /* not allowed in the state the thing is in */
    E_FULL = -6,    /* disk or map full */
    E_BUSY = -7,    /* somebody else holds it */
    E_VERSION = -8, /* written by a newer version */
    E_CORRUPT = -9, /* at rest, and not what we wrote */
    E_IO = -10,
    E_AGAIN = -11,  /* not now */
    E_KEY = -12,    /* key file missing, unreadable or another store's */
    E_CONFIG = -13, /* a configuration file is wrong; the fault has file:line:column */
    E_GONE = -14    /* the peer is gone */
};

/* A word for logs: "full", "not_found". Never NULL. */
const char *err_name(int err);

/* What went wrong, where, and what to do: one sentence or two, no newline at the end. */
struct fault {
    enum err code;
    char text[768];
};

/* Fills *fault (NULL is allowed) and returns `code`, so that `return fault_set(…)` is the whole error path. */
int fault_set(struct fault *fault, enum err code, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
