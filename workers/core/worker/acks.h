/* SPDX-License-Identifier: BSD-2-Clause */
/* The uuids of one channel that are durable and not yet acked to its box. Grows as needed, never forgets one before
 * it is sent: an ack that is lost while the box lives would hold its credit for ever. */
#ifndef ADUAN_ACKS_H
#define ADUAN_ACKS_H

#include "channel.h"
#include "uuid.h"

struct acks {
    uint8_t (*uuids)[UUID_BYTES];
    size_t count, room;
};

void acks_add(struct acks *acks, const uint8_t uuid[UUID_BYTES]);
/* OK: none is left. E_AGAIN: the box does not keep up, ask again. E_GONE: it is lost, and so is their use. */
MUST_CHECK int acks_send(struct acks *acks, struct channel *channel);
void acks_clear(struct acks *acks);
void acks_done(struct acks *acks);

#endif
