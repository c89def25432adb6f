/* SPDX-License-Identifier: BSD-2-Clause */
/* Is this a packed Msg that gwlib can unpack without a panic? Its own unpacker trusts every length it reads. */
#ifndef ADUANBOX_PACKET_H
#define ADUANBOX_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool packet_is_sound(const uint8_t *data, size_t len);

#endif
