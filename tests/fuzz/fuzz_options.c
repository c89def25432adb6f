/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer target: the command line of aduanbox, a word a line. */
#include "fuzz.h"

#include "options.h"

enum { WORDS_MAX = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size), *rest = text, *argv[WORDS_MAX + 2] = {"aduanbox"}, why[512] = "";
    struct options options;
    int argc = 1;
    for (char *word; argc <= WORDS_MAX && (word = strsep(&rest, "\n"));)
        argv[argc++] = word;
    if (options_parse(&options, argc, argv, why, sizeof why) != 0)
        fuzz_must(why[0] != '\0'); /* every refusal is a sentence */
    else if (!options.help && !options.version)
        fuzz_must(options.name && options.link_count > 0 && options.links[0].host && options.links[0].id);
    options_done(&options);
    free(text);
    return 0;
}
