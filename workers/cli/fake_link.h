/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A citizen's end of bearerbox's fake SMSC link: one TCP connection, one line an SMS each way. What bearerbox splits
 * is put together again. Nothing blocks but fake_link_open(); the caller polls.
 * The line each way, after Kannel's gw/smsc/smsc_fake.c: "<sender> <receiver> <form> [<udh>] <body>\n".
 * To bearerbox: "text" raw, "ucs2" url-encoded UTF-16BE. From it: "text" raw, "ucs-2" and "data" url-encoded,
 * "udh <udh> data <body>" url-encoded for the parts of a long one, whose alphabet the line does not tell.
 */
#ifndef ADUAN_CLI_FAKE_LINK_H
#define ADUAN_CLI_FAKE_LINK_H

#include "err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fake_link;

enum { FAKE_NUMBER_BYTES = 32 };

struct fake_sms {
    char from[FAKE_NUMBER_BYTES], to[FAKE_NUMBER_BYTES];
    char *text; /* UTF-8, owned by the caller: free() */
    size_t len;
    uint32_t segments;
};

/* E_GONE with a sentence that says what may be missing; E_INVALID for a host that is none. */
MUST_CHECK int fake_link_open(const char *host, uint32_t port, int timeout_ms, struct fake_link **out,
                              struct fault *fault);
void fake_link_close(struct fake_link *link);
int fake_link_fd(const struct fake_link *link);
short fake_link_events(const struct fake_link *link); /* what to poll for */

/* Queues an SMS. E_INVALID: text is no UTF-8, or a number has a space in it. */
MUST_CHECK int fake_link_send(struct fake_link *link, const char *from, const char *to, const char *text, size_t len);
/* Writes what is queued, reads what is there. E_GONE: bearerbox closed the link. */
MUST_CHECK int fake_link_work(struct fake_link *link);
bool fake_link_flushed(const struct fake_link *link);
/* The next SMS that is whole. */
bool fake_link_next(struct fake_link *link, struct fake_sms *out);

#endif
