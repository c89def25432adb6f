/* SPDX-License-Identifier: BSD-2-Clause */
/* Who writes to whom over which link: the options that `send` and `phone` share, with their defaults. */
#ifndef ADUAN_CLI_CITIZEN_H
#define ADUAN_CLI_CITIZEN_H

#include "cli.h"
#include "fake_link.h"

struct citizen {
    const char *from, *to, *host;
    uint32_t port;
    uint64_t timeout_s;
};

MUST_CHECK int citizen_read(const struct cli *cli, struct citizen *out);
/* The i-th number from citizen->from on: its trailing digits counted up, as many as there are. */
void citizen_number(const struct citizen *citizen, size_t i, char out[FAKE_NUMBER_BYTES]);

#endif
