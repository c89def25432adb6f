/* SPDX-License-Identifier: BSD-2-Clause */
/* What a reply would say and cost, rendered as the responder will render it. */
#ifndef ADUAN_CLI_PREVIEW_H
#define ADUAN_CLI_PREVIEW_H

#include "cli.h"
#include "gsm7.h"
#include "rules.h"

struct preview {
    char *text; /* owned */
    size_t len;
    struct sms_cost cost;
};

/* What it is a reply to; ticket may be NULL, words (what a person wrote) too. */
struct preview_of {
    const char *template_name, *language;
    const Aduan__Record__Ticket *ticket;
    const char *words;
};

MUST_CHECK int preview_reply(const struct config *config, const struct rules *rules, const struct preview_of *of,
                             struct preview *out, struct fault *fault);
void preview_done(struct preview *preview);
/* "2 segments, GSM-7" or "1 segment, UCS-2 because of U+2026 at byte 14"; out holds 96 bytes. */
const char *preview_cost(const struct sms_cost *cost, char out[96]);

#endif
