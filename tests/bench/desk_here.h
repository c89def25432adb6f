/* SPDX-License-Identifier: BSD-2-Clause */
/* The desk of etc/aduan.yaml with the model of this build, for benches that want what the line makes of a text: its
 * verdict, with why, and its answer. Whatever fails ends the program with a sentence. */
#ifndef ADUAN_BENCH_DESK_HERE_H
#define ADUAN_BENCH_DESK_HERE_H

#include "desk.h"
#include "templates.h"
#include "text.h"

struct desk_here {
    struct config *config;
    struct rules *rules;
    struct model *model;
    struct places *places;
    struct ensemble *ensemble;
    struct templates *templates;
};

_Noreturn void die(const char *what, const char *why);

void desk_here_open(struct desk_here *out);
void desk_here_close(struct desk_here *desk);
/* *text is for text_done(); the verdict borrows from the desk until it reads the next one. */
void desk_here_read(struct desk_here *desk, const char *bytes, size_t len, struct text *text, struct verdict *verdict);
/* The answer to a ticket of this class, for free(); NULL: it gets none. */
char *desk_here_answer(const struct desk_here *desk, const struct verdict *verdict, uint64_t ticket, size_t *len);

#endif
