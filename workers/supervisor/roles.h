/* SPDX-License-Identifier: BSD-2-Clause */
/* The kinds of process and the names of their slots: "classifier.3" is the third place of a role that scales. */
#ifndef ADUAND_ROLES_H
#define ADUAND_ROLES_H

#include <stdbool.h>
#include <stddef.h>

enum role { ROLE_CLASSIFIER, ROLE_RESPONDER, ROLE_SCALED, ROLE_BOX = ROLE_SCALED, ROLE_END };

enum { SLOT_NAME_BYTES = 40 };

const char *role_name(enum role role);    /* "classifier", "responder", "box" */
const char *role_program(enum role role); /* "aduan-classifier", … */
/* The role of a word; ROLE_END when it is none. */
enum role role_parse(const char *word);
void slot_name(enum role role, unsigned number, char out[SLOT_NAME_BYTES]);
/* True for "classifier.3" (role that scales, number ≥ 1, no leading zero). */
bool slot_parse(const char *name, enum role *role, unsigned *number);

#endif
