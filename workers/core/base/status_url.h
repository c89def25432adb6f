/* SPDX-License-Identifier: BSD-2-Clause */
/* Where bearerbox answers questions about its store: http://ADDRESS:PORT/PATH, the address a number, so that asking
 * never waits for a name server. */
#ifndef ADUAN_STATUS_URL_H
#define ADUAN_STATUS_URL_H

#include "err.h"

#include <sys/socket.h>

struct status_url {
    struct sockaddr_storage address;
    socklen_t address_len;
    const char *path; /* inside the url that was parsed; begins with '/' */
};

/* E_INVALID: something else. */
MUST_CHECK int status_url_parse(const char *url, struct status_url *out);

#endif
