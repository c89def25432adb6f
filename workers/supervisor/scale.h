/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How many of each role are wanted, and what is held back (drained). An operator's `scale` outlives aduand in
 * run_dir/fleet.json, beside the file's figures it was set against: when the file's figure changes, the file wins.
 */
#ifndef ADUAND_SCALE_H
#define ADUAND_SCALE_H

#include "config.h"
#include "roles.h"

enum { HELD_MAX = 64 };

struct scale {
    unsigned count[ROLE_SCALED];          /* wanted */
    unsigned file[ROLE_SCALED];           /* what aduan.yaml said when count was last taken from it or set against it */
    char held[HELD_MAX][SLOT_NAME_BYTES]; /* "all", roles or process names */
    size_t held_count;
};

void scale_init(struct scale *scale, const struct config *config);
/* Where the file's figure differs from the one known, it is taken. Returns true when something changed. */
bool scale_take_file(struct scale *scale, const struct config *config);
/* Is this process held back, by its name, its role (ROLE_END: not asked) or "all"? */
bool scale_is_held(const struct scale *scale, enum role role, const char *name);
/* E_EXISTS: held already; E_FULL: too many. */
MUST_CHECK int scale_hold(struct scale *scale, const char *target);
/* "all" releases everything. E_NOT_FOUND: it is not held by that word. */
MUST_CHECK int scale_release(struct scale *scale, const char *target);

/* Atomic and durable. keep_held: false on a clean stop, after which everything is to run again. */
MUST_CHECK int scale_save(const struct scale *scale, const char *path, bool keep_held, struct fault *fault);
/* E_NOT_FOUND: no file, scale untouched. E_CORRUPT: not ours, scale untouched. Then takes what the config changed. */
MUST_CHECK int scale_load(struct scale *scale, const char *path, const struct config *config, struct fault *fault);

#endif
