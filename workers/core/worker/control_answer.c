/* SPDX-License-Identifier: BSD-2-Clause */
/* The bytes of an answer, believed in nothing: checked before anybody reads a field of it. */
#include "control_answer.h"

#include "control.h"

#include <string.h>

/* The error of a word of err_name(); E_STATE for a word that is none of them. */
static enum err err_of(const char *word)
{
    for (int err = E_MEMORY; err >= E_GONE; err--) {
        if (strcmp(err_name(err), word) == 0)
            return (enum err)err;
    }
    return E_STATE;
}

static int read_object(json_t *answer, json_t **result, struct fault *fault)
{
    int version = 0, ok = 0;
    const char *error = "aduand refuses without a reason", *code = "state";
    json_t *inside = NULL;

    if (json_unpack(answer, "{s:i, s:b, s?o, s?s, s?s}", "v", &version, "ok", &ok, "result", &inside, "error", &error,
                    "code", &code))
        return fault_set(fault, E_INVALID, "aduand answers in a form unknown here");
    if (version != CONTROL_VERSION)
        return fault_set(fault, E_VERSION, "aduand speaks version %d of the control line, this program %d", version,
                         CONTROL_VERSION);
    if (!ok)
        return fault_set(fault, err_of(code), "%s", error);
    if (!json_is_object(inside))
        return fault_set(fault, E_INVALID, "aduand answers without a result");
    *result = json_incref(inside);
    return OK;
}

int control_answer_read(const void *bytes, size_t len, json_t **result, struct fault *fault)
{
    json_t *answer = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, NULL);
    int err;

    if (!answer)
        return fault_set(fault, E_INVALID, "aduand answers with something that is not JSON");
    err = read_object(answer, result, fault);
    json_decref(answer);
    return err;
}
