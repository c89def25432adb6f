/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer target: a file of reply templates. What is let in must render, for every name; templates_load() reads
 * directories, so each input goes through one. */
#include "fuzz.h"

#include "templates.h"

enum { SEGMENTS_MAX = 4 };

static void put(const uint8_t *data, size_t size)
{
    char path[160];
    snprintf(path, sizeof path, "%s/id.yaml", fuzz_dir());
    FILE *file = fopen(path, "w");
    if (!file || fwrite(data, 1, size, file) != size || fclose(file) != 0)
        abort();
}

static void render_all(const struct templates *templates)
{
    static const char *const names[] = {"received", "received_incomplete", "received_unread", "reminder", "emergency",
                                        "empty",    "unreadable"};
    static const struct template_fields fields = {"Kota Pekalongan", "1000013",  "jalan",      "DPUPR",
                                                  "jalan",           "diterima", "21-11-2026", "jawaban"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char *text = NULL;
        size_t len = 0;
        struct sms_cost cost = {0};
        if (templates_render(templates, names[i], "id", &fields, &text, &len, &cost) != OK || text[len] != '\0' ||
            cost.segments == 0)
            abort();
        free(text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct templates *templates = NULL;
    struct fault fault = {0};
    put(data, size);
    if (templates_load(fuzz_dir(), SEGMENTS_MAX, &templates, &fault) == OK)
        render_all(templates);
    else if (fault.text[0] == '\0')
        abort(); /* every refusal is a sentence */
    templates_free(templates);
    return 0;
}
