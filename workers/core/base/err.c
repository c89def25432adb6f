/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of the errors and the fault's sentence. */
#include "err.h"

#include <stdarg.h>
#include <stdio.h>

const char *err_name(int err)
{
    static const char *const names[] = {"ok",    "memory", "invalid", "not_found", "exists",
                                        "state", "full",   "busy",    "version",   "corrupt",
                                        "io",    "again",  "key",     "config",    "gone"};
    if (err > 0 || err <= -(int)(sizeof names / sizeof names[0]))
        return "unknown";
    return names[-err];
}

int fault_set(struct fault *fault, enum err code, const char *format, ...)
{
    if (fault) {
        va_list args;
        va_start(args, format);
        fault->code = code;
        vsnprintf(fault->text, sizeof fault->text, format, args);
        va_end(args);
    }
    return code;
}
