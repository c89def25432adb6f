/* SPDX-License-Identifier: BSD-2-Clause */
/* UUIDs (RFC 9562) as 16 bytes: text form, and the name-based version 5 that reply ids are made of. */
#ifndef ADUAN_UUID_H
#define ADUAN_UUID_H

#include "err.h"

#include <stddef.h>
#include <stdint.h>

enum { UUID_BYTES = 16, UUID_TEXT_BYTES = 37 };

/* UUIDv5 of `name` in namespace `space` (SHA-1). */
void uuid_v5(const uint8_t space[UUID_BYTES], const void *name, size_t name_len, uint8_t out[UUID_BYTES]);
/* The id of the n-th reply to a message: UUIDv5(message uuid, decimal n). */
void uuid_reply(const uint8_t message[UUID_BYTES], uint32_t n, uint8_t out[UUID_BYTES]);
/* The uuid of the whole that a set of parts becomes: UUIDv5(uuid of the part that came first, "whole"). */
void uuid_whole(const uint8_t first_part[UUID_BYTES], uint8_t out[UUID_BYTES]);
/* Version 4, from the kernel's random bytes. */
void uuid_random(uint8_t out[UUID_BYTES]);
/* Lower case with dashes, NUL-terminated. Returns out. */
const char *uuid_format(const uint8_t id[UUID_BYTES], char out[UUID_TEXT_BYTES]);
/* E_INVALID for any other shape; upper case is accepted. */
MUST_CHECK int uuid_parse(const char *text, size_t len, uint8_t out[UUID_BYTES]);

#endif
