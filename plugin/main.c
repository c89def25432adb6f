/* SPDX-License-Identifier: BSD-2-Clause */
/* aduanbox: a Kannel box that hands SMS to Aduan's workers and their replies back. */
#include "box.h"
#include "options.h"
#include "privileges.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    static struct box box;
    struct options options;
    char why[512] = "";

    privileges_drop();
    if (options_parse(&options, argc, argv, why, sizeof why) != 0) {
        fprintf(stderr, "aduanbox: %s\n", why);
        options_done(&options);
        return BOX_EXIT_USAGE;
    }
    if (options.help || options.version) {
        fputs(options.help ? options_usage() : "aduanbox " ADUAN_VERSION "\n", stdout);
        options_done(&options);
        return BOX_EXIT_OK;
    }
    journal_open(options.name, options.log_level);
    int code = box_open(&box, &options, why, sizeof why);
    if (code == 0)
        code = box_run(&box);
    else
        journal(JOURNAL_ERROR, "box.refused", "%s", why);
    box_close(&box);
    options_done(&options);
    return code;
}
