/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer target: aduan.yaml from memory, through the YAML tree and the table of keys. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config *config = NULL;
    struct fault fault = {0};
    int err = config_parse("fuzz.yaml", "/nonexistent", (const char *)data, size, &config, &fault);
    if (err == OK)
        config_free(config);
    else if (fault.text[0] == '\0' && err != E_MEMORY)
        abort(); /* every refusal is a sentence */
    return 0;
}
