/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the path of an ipc:// socket still leads to us: anybody's second bind replaces it without a word, and from
 * then on whoever connects speaks to somebody else. */
#ifndef ADUANBOX_BOUND_PATH_H
#define ADUANBOX_BOUND_PATH_H

#include <stdbool.h>
#include <sys/types.h>

struct bound_path {
    const char *path; /* NULL: no path, and nobody can take it */
    dev_t device;
    ino_t inode;
};

/* After the bind. The endpoint is borrowed. */
struct bound_path bound_path_of(const char *endpoint);
bool bound_path_is_ours(const struct bound_path *bound);

#endif
