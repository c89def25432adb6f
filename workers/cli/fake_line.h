/* SPDX-License-Identifier: BSD-2-Clause */
/* One line of the fake SMSC's protocol ⇄ one SMS. Pure but for the parts of long ones that wait here. */
#ifndef ADUAN_CLI_FAKE_LINE_H
#define ADUAN_CLI_FAKE_LINE_H

#include "fake_link.h"

struct fake_parts;
struct fake_parts *fake_parts_new(void);
void fake_parts_free(struct fake_parts *parts);

/* The line of an MO with its line break, fresh (free()). E_INVALID as in fake_link_send(). */
MUST_CHECK int fake_line_make(const char *from, const char *to, const char *text, size_t len, char **line,
                              size_t *line_len);
/* True when this line begins an SMS rather than going on with the one before. */
bool fake_line_begins(const char *line, size_t len);
/* Reads a line; true when *out is a whole SMS (a line that is none, or one part of several, gives false). */
bool fake_line_read(struct fake_parts *parts, const char *line, size_t len, struct fake_sms *out);

#endif
