/* SPDX-License-Identifier: BSD-2-Clause */
/* A core dump of a box holds the SMS of the last seconds. */
#include "privileges.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

void privileges_drop(void)
{
    const struct rlimit none = {0, 0};
    umask(077);
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* a core_pattern that is a pipe heeds this, not the limit */
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}
