/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a process that sees numbers and texts gives up before it opens anything: core dumps, debuggers of its own user,
 * rights through what it executes, and files for others. And the directories that nobody else may enter.
 */
#ifndef ADUAN_PRIVILEGES_H
#define ADUAN_PRIVILEGES_H

#include "err.h"

/* For good: no core dump (not even to a core_pattern that is a pipe) and no ptrace or /proc/PID/mem by another process
 * of this user, no setuid on exec, umask 077. First thing in main, in every program: exec makes a process dumpable. */
void privileges_drop(void);

/* OK, or E_IO with what to do: another user than the owner may enter the directory. `what` names it: "run.dir". A
 * directory that is not there is OK. */
MUST_CHECK int privileges_check_dir(const char *what, const char *dir, struct fault *fault);

#endif
