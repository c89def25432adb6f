/* SPDX-License-Identifier: BSD-2-Clause */
/* The model and the places of a desk: where its configuration says, or, when that says nothing and this is a build
 * tree, those that were built along. */
#include "desk.h"

#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* bin/aduan has its files in share/aduan, in a build tree as where it is installed. */
static bool built_along(const char *name, char out[PATH_MAX])
{
    char self[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    if (len <= 0)
        return false;
    self[len] = '\0';
    *strrchr(self, '/') = '\0';
    return snprintf(out, PATH_MAX, "%s/../share/aduan/%s", self, name) < PATH_MAX && access(out, R_OK) == 0;
}

int desk_model_shipped(struct model **out, struct fault *fault)
{
    char along[PATH_MAX];
    return model_open(built_along("model.bin", along) ? along : CONFIG_DEFAULT_MODEL, out, fault);
}

int desk_model_open(const struct config *config, struct model **out, struct fault *fault)
{
    if (strcmp(config->model_path, CONFIG_DEFAULT_MODEL) == 0)
        return desk_model_shipped(out, fault);
    return model_open(config->model_path, out, fault);
}

int desk_places_open(const struct config *config, struct places **out, struct fault *fault)
{
    char along[PATH_MAX];
    struct places_files files = {
        .regencies = config->places_path, .districts = config->districts_path, .own = config->regency};
    if (strcmp(files.regencies, CONFIG_DEFAULT_PLACES) == 0 && built_along("places/regencies.tsv", along))
        files.regencies = along;
    return places_load(&files, out, fault);
}

_Static_assert((int)SEAL_WORD_KEY_BYTES == (int)MINHASH_KEY_BYTES, "words are hashed with that key");

void desk_compare(const struct config *config, const struct seal *seal, struct ensemble *ensemble)
{
    uint8_t key[SEAL_WORD_KEY_BYTES];
    if (!ensemble || !config->incidents)
        return;
    seal_word_key(seal, key);
    ensemble_compare_with(ensemble, key);
    sodium_memzero(key, sizeof key);
}
