/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer target: what comes back on the control line, as `aduan` reads it. */
#include "fuzz.h"

#include "control_answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *result = NULL;
    struct fault fault = {0};
    void *bytes = fuzz_copy(data, size);
    int err = control_answer_read(bytes, size, &result, &fault);
    fuzz_must(err == OK ? json_is_object(result) : result == NULL);
    json_decref(result);
    free(bytes);
    return 0;
}
