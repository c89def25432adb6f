/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer target: aduan.yaml from memory, through the YAML tree and the table of keys. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is let in can be used. */
static void use(const struct config *config)
{
    char endpoint[CONFIG_ENDPOINT_BYTES];
    if (config_endpoint(config, "control", endpoint) != OK || config->shortcode_count == 0 || config->box_count == 0 ||
        config->classifiers > config->workers_max || config->responders > config->workers_max)
        abort();
    (void)config_retention_days(config, "jalan");
    (void)config_retention_days(config, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config *config = NULL;
    struct fault fault = {0};
    int err = config_parse("fuzz.yaml", "/nonexistent", (const char *)data, size, &config, &fault);
    if (err == OK) {
        use(config);
        config_free(config);
    } else if (fault.text[0] == '\0' && err != E_MEMORY) {
        abort(); /* every refusal is a sentence */
    }
    return 0;
}
