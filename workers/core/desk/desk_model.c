/* SPDX-License-Identifier: BSD-2-Clause */
/* The model of a desk: where its configuration says, or, when that says nothing and this is a build tree, the one that
 * was built along. */
#include "desk.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

/* bin/aduan has its model in share/aduan/model.bin, in a build tree as where it is installed. */
static bool built_along(char out[PATH_MAX])
{
    static const char beside[] = "/../share/aduan/model.bin";
    ssize_t len = readlink("/proc/self/exe", out, PATH_MAX - sizeof beside);
    if (len <= 0)
        return false;
    out[len] = '\0';
    memcpy(strrchr(out, '/'), beside, sizeof beside);
    return access(out, R_OK) == 0;
}

int desk_model_shipped(struct model **out, struct fault *fault)
{
    char along[PATH_MAX];
    return model_open(built_along(along) ? along : CONFIG_DEFAULT_MODEL, out, fault);
}

int desk_model_open(const struct config *config, struct model **out, struct fault *fault)
{
    if (strcmp(config->model_path, CONFIG_DEFAULT_MODEL) == 0)
        return desk_model_shipped(out, fault);
    return model_open(config->model_path, out, fault);
}
