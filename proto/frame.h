/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames of the internal wire: a 4-byte header frame, then one protobuf body frame.
 * Header: 0xAD, FRAME_VERSION, enum frame_type, 0. Every ZeroMQ socket of Aduan speaks them
 * (ROUTER sockets with the peer's routing id in front). Called by the plugin and by core.
 * Nothing here trusts its input: whatever arrives is decoded or refused, never assumed.
 */
#ifndef ADUAN_PROTO_FRAME_H
#define ADUAN_PROTO_FRAME_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FRAME_VERSION = 2, FRAME_HEADER_BYTES = 4, FRAME_BODY_MAX_BYTES = 8 * 1024 * 1024, FRAME_ROUTING_MAX = 255 };

enum frame_type {
    FRAME_HELLO = 1,
    FRAME_WELCOME,
    FRAME_PING,
    FRAME_BATCH,
    FRAME_ACK,
    FRAME_SUBMIT,
    FRAME_RESULTS,
    FRAME_REPORTS,
    FRAME_BYE,
    FRAME_REFUSED,
    FRAME_STATUS,
    FRAME_TYPE_END
};

enum frame_err {
    FRAME_OK = 0,
    FRAME_E_SHAPE = -1,   /* wrong number of ZeroMQ parts, or a header of another length */
    FRAME_E_MAGIC = -2,   /* not ours */
    FRAME_E_VERSION = -3, /* ours, of another version */
    FRAME_E_TYPE = -4,    /* no such type */
    FRAME_E_SIZE = -5,    /* body above FRAME_BODY_MAX_BYTES */
    FRAME_E_BODY = -6,    /* not a valid protobuf body of this type, or a field out of its bounds */
    FRAME_E_AGAIN = -7,   /* socket would block (also: nothing to read) */
    FRAME_E_GONE = -8,    /* ROUTER: no such peer */
    FRAME_E_MEMORY = -9,
    FRAME_E_SOCKET = -10 /* any other zmq error; zmq_errno() tells */
};

/* A received frame. `body` is owned by the frame; `routing` is empty unless the socket is a ROUTER. */
struct frame {
    enum frame_type type;
    ProtobufCMessage *body;
    uint8_t routing[FRAME_ROUTING_MAX];
    size_t routing_len;
};

/* A sentence for people, never NULL. */
const char *frame_strerror(int err);
/* "hello", "batch", …; "?" for an unknown one. */
const char *frame_type_name(enum frame_type type);

/* Writes the 4-byte header of `type`. */
void frame_header(enum frame_type type, uint8_t out[FRAME_HEADER_BYTES]);
/* Reads a header; *type is written on FRAME_OK only. */
int frame_parse_header(const uint8_t *data, size_t len, enum frame_type *type);

/* Packs `body` into a fresh buffer the caller frees with free(). FRAME_E_SIZE, FRAME_E_MEMORY. */
int frame_encode(const ProtobufCMessage *body, uint8_t **out, size_t *out_len);
/* Unpacks and checks bounds (uuids of 16 bytes, counts, sizes). Free with frame_body_free(). */
int frame_decode(enum frame_type type, const uint8_t *data, size_t len, ProtobufCMessage **out);
/* For who keeps a part of a decoded body longer than its frame: one more frame_body_free() is needed. A body is one
 * piece of memory with all that it holds; nothing of it can be freed alone. One thread. */
void frame_body_keep(ProtobufCMessage *body);
void frame_body_free(ProtobufCMessage *body); /* accepts NULL */

/* Sends without blocking. routing may be NULL (DEALER). 0, FRAME_E_AGAIN (nothing was sent), FRAME_E_GONE, …
 * A body that frame_decode() would refuse is FRAME_E_BODY here already. A ROUTER learns that a peer whose pipe is full
 * has gone only as it reads: who sends must receive too, or sees FRAME_E_AGAIN for ever. */
int frame_send(void *socket, const uint8_t *routing, size_t routing_len, enum frame_type type,
               const ProtobufCMessage *body);
/* Receives one frame without blocking. router: the socket puts a routing id in front.
 * On a refusal the whole multipart message has been read and dropped, and out->routing still tells who sent it.
 * A refused frame needs no frame_done(); an accepted one does. */
int frame_recv(void *socket, bool router, struct frame *out);
void frame_done(struct frame *frame);

#endif
