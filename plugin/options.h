/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of aduanbox. aduand writes it from aduan.yaml; a person may too. */
#ifndef ADUANBOX_OPTIONS_H
#define ADUANBOX_OPTIONS_H

#include "journal.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OPTIONS_LINKS_MAX = 16, OPTIONS_NAME_MAX = 64 };

/* One bearerbox, from name=…,host=…,port=…,id=…[,tls=yes][,ca=FILE][,cert=FILE][,tls-name=NAME]. */
struct link_options {
    char *name, *host, *port, *id, *ca, *cert, *tls_name; /* the last three may be NULL */
    bool tls;
    char *memory; /* the others point into it */
};

struct options {
    const char *name, *inbound, *outbound, *status, *lock; /* status and lock may be NULL; all from argv */
    struct link_options links[OPTIONS_LINKS_MAX];
    size_t link_count;
    enum journal_level log_level;
    uint32_t drain_seconds;
    bool help, version;
};

/* 0, or -1 with a sentence that says what to write instead. */
int options_parse(struct options *options, int argc, char **argv, char *why, size_t why_size);
void options_done(struct options *options);
const char *options_usage(void);

#endif
