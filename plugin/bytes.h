/* SPDX-License-Identifier: BSD-2-Clause */
/* A growing run of bytes, appended at the end and consumed at the front: the buffers of a stream. */
#ifndef ADUANBOX_BYTES_H
#define ADUANBOX_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
    uint8_t *data;
    size_t start, end, capacity; /* what is held: data[start] … data[end-1] */
};

void bytes_done(struct bytes *bytes);
size_t bytes_len(const struct bytes *bytes);
const uint8_t *bytes_at(const struct bytes *bytes);
/* Room for `extra` more behind the end; false when memory is short, and then nothing has changed. */
bool bytes_reserve(struct bytes *bytes, size_t extra);
bool bytes_append(struct bytes *bytes, const void *data, size_t len);
void bytes_consume(struct bytes *bytes, size_t len);
/* Forgets what was appended after there were `len` bytes. */
void bytes_truncate(struct bytes *bytes, size_t len);

#endif
