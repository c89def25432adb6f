/* SPDX-License-Identifier: BSD-2-Clause */
/* Wanted counts and holds, and their file. */
#include "scale.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

enum { SCALE_FILE_VERSION = 1, SCALE_COUNT_MAX = 1000 };

static unsigned file_count(const struct config *config, enum role role)
{
    return role == ROLE_CLASSIFIER ? config->classifiers : config->responders;
}

void scale_init(struct scale *scale, const struct config *config)
{
    memset(scale, 0, sizeof *scale);
    for (enum role r = 0; r < ROLE_SCALED; r++)
        scale->count[r] = scale->file[r] = file_count(config, r);
}

bool scale_take_file(struct scale *scale, const struct config *config)
{
    bool changed = false;

    for (enum role r = 0; r < ROLE_SCALED; r++) {
        unsigned wanted = scale->count[r];
        if (scale->file[r] != file_count(config, r))
            wanted = scale->file[r] = file_count(config, r);
        if (wanted > config->workers_max)
            wanted = config->workers_max;
        changed |= wanted != scale->count[r];
        scale->count[r] = wanted;
    }
    return changed;
}

static size_t held_index(const struct scale *scale, const char *target)
{
    size_t i = 0;

    while (i < scale->held_count && strcmp(scale->held[i], target) != 0)
        i++;
    return i;
}

bool scale_is_held(const struct scale *scale, enum role role, const char *name)
{
    size_t none = scale->held_count;

    return held_index(scale, name) < none || held_index(scale, "all") < none ||
           (role < ROLE_END && held_index(scale, role_name(role)) < none);
}

int scale_hold(struct scale *scale, const char *target)
{
    if (held_index(scale, target) < scale->held_count)
        return E_EXISTS;
    if (scale->held_count == HELD_MAX || strlen(target) >= SLOT_NAME_BYTES)
        return E_FULL;
    strcpy(scale->held[scale->held_count++], target);
    return OK;
}

int scale_release(struct scale *scale, const char *target)
{
    size_t i = held_index(scale, target);

    if (strcmp(target, "all") == 0) {
        scale->held_count = 0;
        return OK;
    }
    if (i == scale->held_count)
        return E_NOT_FOUND;
    memmove(scale->held[i], scale->held[i + 1], (scale->held_count - i - 1) * sizeof scale->held[0]);
    scale->held_count--;
    return OK;
}

/* --- the file --------------------------------------------------------------------------------------------------- */

static json_t *to_json(const struct scale *scale, bool keep_held)
{
    json_t *count = json_object(), *file = json_object(), *held = json_array();

    for (enum role r = 0; r < ROLE_SCALED; r++) {
        json_object_set_new(count, role_name(r), json_integer(scale->count[r]));
        json_object_set_new(file, role_name(r), json_integer(scale->file[r]));
    }
    for (size_t i = 0; keep_held && i < scale->held_count; i++)
        json_array_append_new(held, json_string(scale->held[i]));
    return json_pack("{s:i, s:o, s:o, s:o}", "v", SCALE_FILE_VERSION, "count", count, "file", file, "held", held);
}

int scale_save(const struct scale *scale, const char *path, bool keep_held, struct fault *fault)
{
    json_t *json = to_json(scale, keep_held);
    char temporary[4096];
    int fd, err = OK;

    snprintf(temporary, sizeof temporary, "%s.new", path);
    fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || json_dumpfd(json, fd, JSON_INDENT(1)) || fsync(fd) || rename(temporary, path))
        err = fault_set(fault, E_IO, "%s: the wanted counts cannot be kept: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    json_decref(json);
    return err;
}

static bool read_counts(const json_t *object, unsigned out[ROLE_SCALED])
{
    for (enum role r = 0; r < ROLE_SCALED; r++) {
        const json_t *value = json_object_get(object, role_name(r));
        if (!json_is_integer(value) || json_integer_value(value) < 0 || json_integer_value(value) > SCALE_COUNT_MAX)
            return false;
        out[r] = (unsigned)json_integer_value(value);
    }
    return true;
}

static bool from_json(const json_t *json, struct scale *out)
{
    const json_t *held = json_object_get(json, "held"), *word;
    size_t i;

    memset(out, 0, sizeof *out);
    if (json_integer_value(json_object_get(json, "v")) != SCALE_FILE_VERSION || !json_is_array(held))
        return false;
    json_array_foreach(held, i, word)
    {
        if (!json_is_string(word) || scale_hold(out, json_string_value(word)))
            return false;
    }
    return read_counts(json_object_get(json, "count"), out->count) &&
           read_counts(json_object_get(json, "file"), out->file);
}

int scale_load(struct scale *scale, const char *path, const struct config *config, struct fault *fault)
{
    struct scale read;
    bool good;
    json_t *json;

    if (access(path, F_OK))
        return fault_set(fault, E_NOT_FOUND, "%s: there is none", path);
    json = json_load_file(path, 0, NULL);
    good = json && from_json(json, &read);
    json_decref(json);
    if (!good)
        return fault_set(fault, E_CORRUPT, "%s: not written by this program; the counts of aduan.yaml are taken", path);
    *scale = read;
    (void)scale_take_file(scale, config);
    return OK;
}
