/* SPDX-License-Identifier: BSD-2-Clause */
#include "bound_path.h"

#include <string.h>
#include <sys/stat.h>

struct bound_path bound_path_of(const char *endpoint)
{
    static const char scheme[] = "ipc://";
    struct bound_path bound = {0};
    struct stat found;
    if (strncmp(endpoint, scheme, sizeof scheme - 1) != 0 || stat(endpoint + sizeof scheme - 1, &found) != 0)
        return bound;
    bound = (struct bound_path){.path = endpoint + sizeof scheme - 1, .device = found.st_dev, .inode = found.st_ino};
    return bound;
}

bool bound_path_is_ours(const struct bound_path *bound)
{
    struct stat found;
    if (!bound->path)
        return true;
    return stat(bound->path, &found) == 0 && found.st_dev == bound->device && found.st_ino == bound->inode;
}
