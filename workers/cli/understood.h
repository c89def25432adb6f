/* SPDX-License-Identifier: BSD-2-Clause */
/* One text as the desk understands it, for `aduan classify`: all of it in one piece, as JSON and in a clerk's words. */
#ifndef ADUAN_CLI_UNDERSTOOD_H
#define ADUAN_CLI_UNDERSTOOD_H

#include "cli.h"
#include "desk.h"

/* What texts are read with. */
struct reader {
    struct rules *rules;
    struct model *model;   /* NULL: the rules decide alone, which has been remarked on */
    struct places *places; /* NULL: none are looked for, likewise */
    struct ensemble *ensemble;
};
MUST_CHECK int reader_open(const struct cli *cli, struct reader *out, struct fault *fault);
void reader_close(struct reader *reader);

struct understood {
    struct text text;
    struct understanding reading; /* only of a text that can be read: neither binary nor empty */
    struct verdict verdict;
};
/* The sender, the shortcode and "incomplete" are those of the command's options. Strings are the reader's. */
MUST_CHECK int understand(const struct cli *cli, struct reader *reader, const char *bytes, size_t len,
                          struct understood *out);
void understood_done(struct understood *understood);

/* What every form of JSON has; proto/schema/classification.json. */
json_t *understood_json(const struct reader *reader, const struct understood *understood);
/* In the desk's language: what was decided, by what, and why. Right after understand(). */
void understood_explain(const struct cli *cli, struct reader *reader, const struct understood *understood, FILE *out);

/* `aduan classify --batch`: one text a line. */
int classify_batch(const struct cli *cli, struct reader *reader, const char *path);

#endif
