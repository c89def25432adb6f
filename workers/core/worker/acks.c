/* SPDX-License-Identifier: BSD-2-Clause */
#include "acks.h"

#include "wire.pb-c.h"

#include <stdlib.h>
#include <string.h>

enum { ACKS_A_FRAME = 1024 };

void acks_add(struct acks *acks, const uint8_t uuid[UUID_BYTES])
{
    if (acks->count == acks->room) {
        acks->room = acks->room ? acks->room * 2 : 256;
        acks->uuids = realloc(acks->uuids, acks->room * sizeof *acks->uuids);
        if (!acks->uuids)
            abort();
    }
    memcpy(acks->uuids[acks->count++], uuid, UUID_BYTES);
}

static int send_last(struct acks *acks, struct channel *channel, size_t n)
{
    ProtobufCBinaryData uuids[ACKS_A_FRAME];
    Aduan__Wire__Ack ack = ADUAN__WIRE__ACK__INIT;
    for (size_t i = 0; i < n; i++)
        uuids[i] = (ProtobufCBinaryData){.data = acks->uuids[acks->count - n + i], .len = UUID_BYTES};
    ack.uuid = uuids;
    ack.n_uuid = n;
    int err = channel_send(channel, FRAME_ACK, &ack.base);
    if (err == OK)
        acks->count -= n;
    return err;
}

int acks_send(struct acks *acks, struct channel *channel)
{
    while (acks->count > 0) {
        int err = send_last(acks, channel, acks->count < ACKS_A_FRAME ? acks->count : ACKS_A_FRAME);
        if (err == E_AGAIN)
            return E_AGAIN;
        if (err) {
            acks_clear(acks);
            return E_GONE;
        }
    }
    return OK;
}

void acks_clear(struct acks *acks)
{
    acks->count = 0;
}

void acks_done(struct acks *acks)
{
    free(acks->uuids);
    *acks = (struct acks){0};
}
