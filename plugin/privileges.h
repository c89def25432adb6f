/* SPDX-License-Identifier: BSD-2-Clause */
/* What aduanbox gives up before it opens anything. */
#ifndef ADUAN_BOX_PRIVILEGES_H
#define ADUAN_BOX_PRIVILEGES_H

/* For good: no core dump with texts in it, no ptrace by another process of this user, no setuid on exec, umask 077. */
void privileges_drop(void);

#endif
