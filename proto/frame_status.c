/* SPDX-License-Identifier: BSD-2-Clause */
#include "frame_status.h"

#include <stdlib.h>
#include <string.h>

void frame_status_forget(struct frame_status *last)
{
    free(last->told);
    *last = (struct frame_status){0};
}

int frame_status_tell(struct frame_status *last, void *socket, const Aduan__Wire__Status *status, uint64_t mono_ms)
{
    size_t len = aduan__wire__status__get_packed_size(status);
    uint8_t *packed = malloc(len + 1); /* never of no bytes */
    if (!packed)
        return FRAME_E_MEMORY;
    aduan__wire__status__pack(status, packed);
    bool same = last->told && last->len == len && memcmp(last->told, packed, len) == 0;
    if (same && mono_ms - last->at_ms < FRAME_STATUS_STILL_MS) {
        free(packed);
        return FRAME_OK;
    }
    frame_status_forget(last);
    int err = frame_send(socket, NULL, 0, FRAME_STATUS, &status->base);
    if (err == FRAME_OK)
        *last = (struct frame_status){packed, len, mono_ms};
    else
        free(packed);
    return err;
}
