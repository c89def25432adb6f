/* SPDX-License-Identifier: BSD-2-Clause */
/* The kinds of process and the names of their slots: "classifier.3" is the third place of a role that scales. */
#ifndef ADUAND_ROLES_H
#define ADUAND_ROLES_H

#include <stdbool.h>
#include <stddef.h>

/* First those that scale, then the one that has a slot but one process at most, then boxes, named by the configuration.
 */
enum role {
    ROLE_CLASSIFIER,
    ROLE_RESPONDER,
    ROLE_SCALED,
    ROLE_FEED = ROLE_SCALED,
    ROLE_SLOTTED,
    ROLE_BOX = ROLE_SLOTTED,
    ROLE_END
};

enum { SLOT_NAME_BYTES = 40 };

const char *role_name(enum role role);    /* "classifier", "responder", "feed", "box" */
const char *role_program(enum role role); /* "aduan-classifier", … */
/* The role of a word; ROLE_END when it is none. */
enum role role_parse(const char *word);
void slot_name(enum role role, unsigned number, char out[SLOT_NAME_BYTES]);
/* True for "classifier.3", "feed.1" (role with slots, number ≥ 1, no leading zero). */
bool slot_parse(const char *name, enum role *role, unsigned *number);

#endif
