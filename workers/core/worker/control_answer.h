/* SPDX-License-Identifier: BSD-2-Clause */
/* What aduand answers on the control line, read out of its bytes. Pure: knows no socket. */
#ifndef ADUAN_CONTROL_ANSWER_H
#define ADUAN_CONTROL_ANSWER_H

#include "err.h"

#include <jansson.h>

/* A whole answer. OK: *result is a new reference to its result, an object. E_INVALID: it is no answer; E_VERSION;
 * any other error: aduand refuses, and the fault has its sentence. */
MUST_CHECK int control_answer_read(const void *bytes, size_t len, json_t **result, struct fault *fault);

#endif
