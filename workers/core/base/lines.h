/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of lines that people edit: empty ones and those that begin with # say nothing. */
#ifndef ADUAN_LINES_H
#define ADUAN_LINES_H

#include "err.h"

#include <stddef.h>

/* One line, writable, without its end; `number` from 1. Any error ends the reading and is handed on. */
typedef int (*lines_fn)(void *ctx, char *line, const char *path, size_t number, struct fault *fault);

/* E_IO: the file cannot be read. */
MUST_CHECK int lines_read(const char *path, lines_fn fn, void *ctx, struct fault *fault);

#endif
