/* SPDX-License-Identifier: BSD-2-Clause */
/* A trained model in the place of the running one, unless it is worse. */
#ifndef ADUAN_CLI_PROMOTE_H
#define ADUAN_CLI_PROMOTE_H

#include "cli.h"

/* Compares, tells, and puts `path` where desk.model points. The command has the options --tolerance and --force.
 * *told: the same as JSON (proto/schema/promotion.json), a new reference, when cli->json. CLI_NOT_ALLOWED: refused. */
MUST_CHECK int promote(struct cli *cli, const char *path, json_t **told);

#endif
