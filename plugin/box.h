/* SPDX-License-Identifier: BSD-2-Clause */
/* The box itself: its sockets, its links, and the one loop in which all of it happens. */
#ifndef ADUANBOX_BOX_H
#define ADUANBOX_BOX_H

#include "bound_path.h"
#include "dispatch.h"
#include "frame_status.h"
#include "link.h"
#include "options.h"
#include "outbound.h"
#include "roster.h"

enum { BOX_EXIT_OK = 0, BOX_EXIT_FAILED = 1, BOX_EXIT_USAGE = 2, BOX_EXIT_BUSY = 75 };

struct box {
    const struct options *options;
    uint8_t life[16];
    uint64_t started_us;
    int locks[3], signals;
    struct bound_path paths[2]; /* of inbound and outbound */
    bool robbed;                /* one of them leads elsewhere now */
    void *zmq, *inbound, *outbound_socket, *status;
    struct link *links[OPTIONS_LINKS_MAX];
    size_t link_count;
    struct roster classifiers, responders;
    struct dispatch *mo, *reports;
    struct outbound *replies;
    enum { BOX_RUNNING, BOX_DRAINING, BOX_CLOSING, BOX_DONE } phase;
    uint64_t phase_deadline_ms, tick_ms, gather_ms, round_us;
    bool links_changed;
    /* status.c's: what aduand was told last */
    int told_state;
    struct frame_status told;
    bool has_started;
};

/* Opens everything. 0 or an exit code, with a sentence in `why`; box_close() in any case. */
int box_open(struct box *box, const struct options *options, char *why, size_t why_size);
/* The whole life; returns the exit code. */
int box_run(struct box *box);
void box_close(struct box *box);
/* At least one link can be written to, and new MT are welcome. */
bool box_links_up(const struct box *box);

#endif
