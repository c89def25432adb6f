/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The control line: `aduan` asks, `aduand` answers. A REQ/ROUTER pair on run_dir/control with one JSON object each way:
 *   {"v":1,"verb":"scale","args":{"classifier":4}}  →  {"v":1,"ok":true,"result":{…}}
 *                                                   or {"v":1,"ok":false,"error":"a sentence","code":"busy"}
 * Verbs: status, scale, drain, resume, reload, stop, ping. Schemas: proto/schema/. The directory's mode (0700) is the
 * access control. This is the client; the server is in workers/supervisor.
 */
#ifndef ADUAN_CONTROL_H
#define ADUAN_CONTROL_H

#include "err.h"

#include <jansson.h>

enum { CONTROL_VERSION = 1, CONTROL_MAX_BYTES = 1024 * 1024 };

/* Asks once. args may be NULL (stolen otherwise). *result is a new reference. E_GONE: aduand does not answer. */
MUST_CHECK int control_call(const char *endpoint, const char *verb, json_t *args, int timeout_ms, json_t **result,
                            struct fault *fault);

#endif
