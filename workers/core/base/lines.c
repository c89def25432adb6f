/* SPDX-License-Identifier: BSD-2-Clause */
#include "lines.h"

#include <stdio.h>
#include <stdlib.h>

int lines_read(const char *path, lines_fn fn, void *ctx, struct fault *fault)
{
    FILE *in = fopen(path, "re");
    char *line = NULL;
    size_t size = 0, number = 0;
    ssize_t len;
    int err = OK;
    if (!in)
        return fault_set(fault, E_IO, "cannot read %s: %m", path);
    while (err == OK && (len = getline(&line, &size, in)) >= 0) {
        number++;
        while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
            line[--len] = '\0';
        if (len > 0 && line[0] != '#')
            err = fn(ctx, line, path, number, fault);
    }
    if (err == OK && ferror(in))
        err = fault_set(fault, E_IO, "cannot read %s: %m", path);
    free(line);
    fclose(in);
    return err;
}
