/* SPDX-License-Identifier: BSD-2-Clause */
/* aduan-feed: publishes the committed event log to integrators, and replays it on request. */
#include "feed.h"

int main(int argc, char **argv)
{
    return worker_main(&feed_role, argc, argv);
}
