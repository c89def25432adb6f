/* SPDX-License-Identifier: BSD-2-Clause */
/* Giving up what is not needed. Nothing here can fail where the kernel is one that Aduan runs on. */
#include "privileges.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

void privileges_drop(void)
{
    const struct rlimit none = {0, 0};
    umask(077);
    setrlimit(RLIMIT_CORE, &none); /* the programs that are executed from here inherit this, and no_new_privs */
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

int privileges_check_dir(const char *what, const char *dir, struct fault *fault)
{
    struct stat st;
    if (stat(dir, &st) != 0 || !S_ISDIR(st.st_mode) || (st.st_mode & (S_IRWXG | S_IRWXO)) == 0)
        return OK; /* what it is not is told by who opens it */
    return fault_set(fault, E_IO,
                     "others may enter %s %s (mode %04o); look at what they left there, then run: chmod 0700 %s", what,
                     dir, (unsigned)(st.st_mode & 07777), dir);
}
