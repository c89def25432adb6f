/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading a record where it lies: the scalar fields of a protobuf message without an allocation, for those who read
 * millions of them (the feed's replays). Strings end in a NUL that is written over the byte behind them, which has been
 * read by then. Repeated fields and messages inside stay empty.
 */
#ifndef ADUAN_RECORD_SCAN_H
#define ADUAN_RECORD_SCAN_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

/* bytes: a packed message of len bytes, and one byte of room behind; changed by this, and to be kept as long as `out`,
 * which its type's init function has filled. False: it is damaged, or holds what record.proto does not. */
bool record_scan(uint8_t *bytes, size_t len, ProtobufCMessage *out);

#endif
