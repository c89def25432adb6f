/* SPDX-License-Identifier: BSD-2-Clause */
/* What aduand says of the line (proto/schema/status.json), how it is shown, and what may be read from it. */
#ifndef ADUAN_CLI_STATUS_H
#define ADUAN_CLI_STATUS_H

#include "cli.h"

/* Asks aduand; args may be NULL (stolen otherwise). CLI_OK or an exit code, with the message printed. */
MUST_CHECK int line_ask(const struct cli *cli, const char *verb, json_t *args, json_t **result);
/* Asks for the status without a message on failure: OK, or an error with its fault. */
MUST_CHECK int line_status(const struct cli *cli, json_t **status, struct fault *fault);
/* What can be seen without aduand: who holds a lock in run_dir, and the store; "aduand" says not_running. */
json_t *line_status_offline(struct cli *cli);

/* Everything that should run runs, and every link is up. */
bool status_ready(const json_t *status);
/* Why it is not ready, for a message: a process or link and its note. "" when nothing stands out. */
void status_why_not(const json_t *status, char *out, size_t size);
void status_print(const struct cli *cli, const json_t *status, FILE *out);

/* Asks five times a second until `done` says so. CLI_OK; CLI_FAILED at the timeout, CLI_NOT_RUNNING when aduand goes,
 * neither with a message. *last: the last status, a new reference or NULL. */
typedef bool (*status_fn)(const json_t *status, const void *ctx);
MUST_CHECK int line_wait(const struct cli *cli, status_fn done, const void *ctx, uint64_t timeout_s, json_t **last);

#endif
