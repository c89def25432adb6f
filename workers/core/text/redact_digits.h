/* SPDX-License-Identifier: BSD-2-Clause */
/* Digits as they stand in a text: groups, and what is between them. Of redact_number.c only. */
#ifndef ADUAN_REDACT_DIGITS_H
#define ADUAN_REDACT_DIGITS_H

#include "redact_priv.h"

/* What stands between a group and the one before it: a set. */
enum gap {
    GAP_SPACE = 1,
    GAP_DOT = 2,
    GAP_DASH = 4,
    GAP_SLASH = 8,
    GAP_COLON = 16,
    GAP_COMMA = 32,
    GAP_OTHER = 64, /* a bracket that closes, a plus; or more than one sign */
    GAP_OPEN = 128, /* a bracket opens */
    GAP_BREAK = 256 /* anything else: they have nothing to do with each other */
};

enum { GROUP_HEAD = 3, GROUP_VALUE_DIGITS = 9 };

/* "0812", "O8I2", "08xx", "delapan": digits without anything between. */
struct group {
    size_t from, to; /* tokens */
    unsigned digits; /* that can be read */
    unsigned masked; /* x and * where digits are hidden */
    uint32_t value;  /* of at most nine digits; UINT32_MAX beyond */
    char head[GROUP_HEAD];
    bool spelled; /* in words */
    unsigned gap;
    bool harmless; /* for redact_figures() to say */
};

/* All groups of the text; out has room for scan->tokens. */
size_t redact_groups(const struct scan *scan, struct group *out);

/* What the words before token t say that a number there is. */
enum about { ABOUT_NOTHING, ABOUT_PHONE, ABOUT_ID };
enum about redact_about(const struct scan *scan, size_t t);

/* Sets .harmless of each group of a run that is a date, a time, an amount, a ticket, a coordinate or part of a list. */
void redact_figures(const struct scan *scan, struct group *g, size_t n);

#endif
