/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Words and figures put together in memory of a given size, without printf: what is said of each SMS is made here, and
 * printf of a probability costs as much as finding it. When something does not fit, nothing of it is added.
 */
#ifndef ADUAN_STRBUF_H
#define ADUAN_STRBUF_H

#include <stdbool.h>
#include <stddef.h>

struct strbuf {
    char *text; /* always ends with NUL */
    size_t size, used;
    bool full; /* something did not fit */
};

/* size ≥ 1. What is there is overwritten. */
struct strbuf strbuf_over(char *text, size_t size);
void strbuf_add(struct strbuf *buf, const char *text);
void strbuf_add_bytes(struct strbuf *buf, const char *text, size_t len); /* without a NUL among them */
/* A share of one with two decimals, "0.07"; out of 0 … 1 it is the nearer of the two. */
void strbuf_add_share(struct strbuf *buf, double share);
/* The same in percent, "7". */
void strbuf_add_percent(struct strbuf *buf, double share);
/* Takes back what was added since `used` was so much. */
void strbuf_cut(struct strbuf *buf, size_t used);

#endif
