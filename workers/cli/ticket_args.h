/* SPDX-License-Identifier: BSD-2-Clause */
/* What commands about tickets and incidents take from the command line, and say in the same words. */
#ifndef ADUAN_CLI_TICKET_ARGS_H
#define ADUAN_CLI_TICKET_ARGS_H

#include "cli.h"
#include "rules.h"

/* CLI_OK, or an exit code with the message printed. */

/* A ticket's number as people write it. */
MUST_CHECK int ticket_arg_id(const struct cli *cli, const char *text, uint64_t *id);
/* An incident's number. */
MUST_CHECK int incident_arg_id(const struct cli *cli, const char *text, uint64_t *id);
/* A text a person typed: valid UTF-8 and, when it must be there, something in it. */
MUST_CHECK int ticket_arg_text(const struct cli *cli, const char *text, bool must);
/* The ticket, to be free'd. */
MUST_CHECK int ticket_arg_get(const struct cli *cli, uint64_t id, Aduan__Record__Ticket **out);
/* Says what the SMS with a person's words about this ticket will be and cost, before it is queued. */
MUST_CHECK int ticket_tell_cost(const struct cli *cli, const struct rules *rules, uint64_t id, const char *words);

#endif
