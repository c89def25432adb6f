/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer target: headers and bodies of frames. The first four bytes are the header, the rest the body; a body whose
 * header is refused is tried as the type that its third byte gives. */
#include "frame.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(enum frame_type type, const ProtobufCMessage *body)
{
    uint8_t *data;
    size_t len;
    ProtobufCMessage *back;
    if (frame_encode(body, &data, &len) != FRAME_OK || frame_decode(type, data, len, &back) != FRAME_OK)
        abort(); /* what was accepted must be accepted again */
    frame_body_free(back);
    free(data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum frame_type type = FRAME_TYPE_END;
    uint8_t header[FRAME_HEADER_BYTES];
    ProtobufCMessage *body = NULL;

    for (size_t len = 0; len < 6 && len <= size; len++)
        if (frame_parse_header(data, len, &type) == FRAME_OK) {
            frame_header(type, header);
            if (memcmp(header, data, sizeof header) != 0)
                abort();
        }
    if (size < FRAME_HEADER_BYTES)
        return 0;
    if (type == FRAME_TYPE_END)
        type = (enum frame_type)(data[2] % (FRAME_TYPE_END + 1));
    if (frame_decode(type, data + FRAME_HEADER_BYTES, size - FRAME_HEADER_BYTES, &body) == FRAME_OK) {
        round_trip(type, body);
        frame_body_free(body);
    }
    return 0;
}
