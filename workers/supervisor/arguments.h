/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of each kind of process. */
#ifndef ADUAND_ARGUMENTS_H
#define ADUAND_ARGUMENTS_H

#include "config.h"
#include "roles.h"

/* A fresh NULL-terminated vector for this process; number is a box's place in the configuration. */
char **arguments_make(const struct config *config, const char *libexec_dir, enum role role, unsigned number,
                      const char *name);
void arguments_free(char **argv);

#endif
