/* SPDX-License-Identifier: BSD-2-Clause */
/* The key of an SMS, as people type it. */
#ifndef ADUAN_CLI_MESSAGE_KEY_H
#define ADUAN_CLI_MESSAGE_KEY_H

#include "cli.h"
#include "store.h"

/* CLI_OK, or CLI_USAGE with a message. */
MUST_CHECK int message_key(const struct cli *cli, const char *hex, uint8_t key[STORE_KEY_MESSAGE_BYTES]);

#endif
