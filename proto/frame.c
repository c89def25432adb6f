/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Header, bounds and bodies of frames, and their way through a ZeroMQ socket. Nothing here aborts, blocks or logs:
 * the plugin uses it too. What may arrive is said by two tables: the body of each type, and the bounds of each field.
 */
#include "frame.h"

#include "frame_memory.h"
#include "wire.pb-c.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

enum {
    MAGIC = 0xAD,
    ID_BYTES = 16,
    CREDIT_MAX = 100000,
    ITEMS_MAX = 100000,
    NAME_MAX_BYTES = 64,
    HOST_MAX_BYTES = 255,
    TEXT_MAX_BYTES = 1024,
    FIELD_NUMBER_MAX = (1 << 29) - 1,
    /* The dearest honest body is a Batch of SMS that hold a uuid and nothing else: 20 bytes on the wire become some
     * 450 in memory. */
    UNPACK_FACTOR = 32,
    UNPACK_BASE_BYTES = 64 * 1024,
    /* What most bodies take, so that they are one piece of memory. */
    FIRST_FACTOR = 4,
    FIRST_BASE_BYTES = 1024,
    FIRST_MAX_BYTES = 32 * 1024
};

static const struct {
    const char *name;
    const ProtobufCMessageDescriptor *body;
} types[FRAME_TYPE_END] = {
    [FRAME_HELLO] = {"hello", &aduan__wire__hello__descriptor},
    [FRAME_WELCOME] = {"welcome", &aduan__wire__welcome__descriptor},
    [FRAME_PING] = {"ping", &aduan__wire__ping__descriptor},
    [FRAME_BATCH] = {"batch", &aduan__wire__batch__descriptor},
    [FRAME_ACK] = {"ack", &aduan__wire__ack__descriptor},
    [FRAME_SUBMIT] = {"submit", &aduan__wire__submit__descriptor},
    [FRAME_RESULTS] = {"results", &aduan__wire__results__descriptor},
    [FRAME_REPORTS] = {"reports", &aduan__wire__reports__descriptor},
    [FRAME_BYE] = {"bye", &aduan__wire__bye__descriptor},
    [FRAME_REFUSED] = {"refused", &aduan__wire__refused__descriptor},
    [FRAME_STATUS] = {"status", &aduan__wire__status__descriptor},
};

/* Bounds by the name of the field, the same in every body. Strings not named here may have TEXT_MAX_BYTES. */
static const struct bound {
    const char *field;
    uint32_t min, max; /* bytes of a string or of bytes, or the value of a number */
} bounds[] = {
    {"uuid", ID_BYTES, ID_BYTES}, {"life", ID_BYTES, ID_BYTES},     {"reply_id", ID_BYTES, ID_BYTES},
    {"credit", 1, CREDIT_MAX},    {"role", 1, NAME_MAX_BYTES},      {"name", 1, NAME_MAX_BYTES},
    {"box", 1, NAME_MAX_BYTES},   {"bearerbox", 0, NAME_MAX_BYTES}, {"host", 0, HOST_MAX_BYTES},
};

static bool known(enum frame_type type)
{
    return type >= FRAME_HELLO && type < FRAME_TYPE_END;
}

const char *frame_type_name(enum frame_type type)
{
    return known(type) ? types[type].name : "?";
}

const char *frame_strerror(int err)
{
    switch (err) {
    case FRAME_OK:
        return "no error";
    case FRAME_E_SHAPE:
        return "not a header and a body";
    case FRAME_E_MAGIC:
        return "not a frame of Aduan";
    case FRAME_E_VERSION:
        return "a frame of another version of Aduan: run one version of every program";
    case FRAME_E_TYPE:
        return "an unknown type of frame, or a body of another type";
    case FRAME_E_SIZE:
        return "the body is larger than 8 MiB";
    case FRAME_E_BODY:
        return "the body is malformed or one of its fields is out of bounds";
    case FRAME_E_AGAIN:
        return "nothing can be sent or read right now";
    case FRAME_E_GONE:
        return "the peer is gone";
    case FRAME_E_MEMORY:
        return "out of memory";
    case FRAME_E_SOCKET:
        return "the socket failed";
    default:
        return "unknown frame error";
    }
}

void frame_header(enum frame_type type, uint8_t out[FRAME_HEADER_BYTES])
{
    out[0] = MAGIC;
    out[1] = FRAME_VERSION;
    out[2] = (uint8_t)type;
    out[3] = 0;
}

int frame_parse_header(const uint8_t *data, size_t len, enum frame_type *type)
{
    if (len != FRAME_HEADER_BYTES)
        return FRAME_E_SHAPE;
    if (data[0] != MAGIC)
        return FRAME_E_MAGIC;
    if (data[1] != FRAME_VERSION)
        return FRAME_E_VERSION;
    if (!known((enum frame_type)data[2]) || data[3] != 0)
        return FRAME_E_TYPE;
    *type = (enum frame_type)data[2];
    return FRAME_OK;
}

/* --- bounds of a body ---------------------------------------------------------------------------------------- */

static bool is_utf8(const uint8_t *s, size_t len)
{
    for (size_t i = 0; i < len;) {
        uint8_t c = s[i++];
        if (c < 0x80)
            continue;
        unsigned more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : 1;
        uint32_t cp = c & (0x3Fu >> more);
        if (c < 0xC2 || c > 0xF4 || len - i < more)
            return false;
        for (unsigned k = 0; k < more; k++, i++) {
            if ((s[i] & 0xC0) != 0x80)
                return false;
            cp = cp << 6 | (s[i] & 0x3Fu);
        }
        if ((more == 2 && cp < 0x800) || (more == 3 && cp < 0x10000) || cp > 0x10FFFF || (cp >= 0xD800 && cp < 0xE000))
            return false;
    }
    return true;
}

static const struct bound *bound_of(const char *field)
{
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++)
        if (bounds[i].field[0] == field[0] && strcmp(bounds[i].field, field) == 0)
            return &bounds[i];
    return NULL;
}

static bool body_in_bounds(const ProtobufCMessage *body);

static bool value_in_bounds(const ProtobufCFieldDescriptor *field, const struct bound *bound, const void *value)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_MESSAGE:
        return body_in_bounds(*(const ProtobufCMessage *const *)value);
    case PROTOBUF_C_TYPE_BYTES: {
        size_t len = ((const ProtobufCBinaryData *)value)->len;
        return !bound || (len >= bound->min && len <= bound->max);
    }
    case PROTOBUF_C_TYPE_STRING: {
        const char *text = *(const char *const *)value;
        size_t len = strnlen(text, TEXT_MAX_BYTES + 1);
        return len >= (bound ? bound->min : 0) && len <= (bound ? bound->max : TEXT_MAX_BYTES) &&
               is_utf8((const uint8_t *)text, len);
    }
    case PROTOBUF_C_TYPE_UINT32:
        return !bound || (*(const uint32_t *)value >= bound->min && *(const uint32_t *)value <= bound->max);
    default:
        return true;
    }
}

static size_t item_bytes(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    default:
        return sizeof(void *); /* strings and messages; the wire has no other repeated field */
    }
}

/* Fields of a later schema are let through; numbers that protobuf does not have (libprotobuf-c reads them, but writes
 * them so that nobody can read them) are not. */
static bool unknown_in_bounds(const ProtobufCMessage *body)
{
    for (unsigned i = 0; i < body->n_unknown_fields; i++)
        if (body->unknown_fields[i].tag == 0 || body->unknown_fields[i].tag > FIELD_NUMBER_MAX)
            return false;
    return true;
}

/* Asked of each field of each message: most are of a kind that nothing bounds, and their names are not looked at. */
static bool has_bounds(ProtobufCType type)
{
    return type == PROTOBUF_C_TYPE_BYTES || type == PROTOBUF_C_TYPE_STRING || type == PROTOBUF_C_TYPE_UINT32 ||
           type == PROTOBUF_C_TYPE_MESSAGE;
}

/* Wire bodies nest two levels at most: no body holds one of its own type. */
static bool body_in_bounds(const ProtobufCMessage *body)
{
    const ProtobufCMessageDescriptor *type = body->descriptor;
    if (!unknown_in_bounds(body))
        return false;
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        if (!has_bounds(field->type) && field->label != PROTOBUF_C_LABEL_REPEATED)
            continue;
        const struct bound *bound = bound_of(field->name);
        const uint8_t *member = (const uint8_t *)body + field->offset;
        size_t count = 1, step = 0;
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            count = *(const size_t *)((const uint8_t *)body + field->quantifier_offset);
            if (count > ITEMS_MAX)
                return false;
            step = item_bytes(field->type);
            member = *(const uint8_t *const *)member;
        }
        for (size_t k = 0; k < count; k++)
            if (!value_in_bounds(field, bound, member + k * step))
                return false;
    }
    return true;
}

/* --- bodies -------------------------------------------------------------------------------------------------- */

int frame_encode(const ProtobufCMessage *body, uint8_t **out, size_t *out_len)
{
    size_t len = protobuf_c_message_get_packed_size(body);
    if (len > FRAME_BODY_MAX_BYTES)
        return FRAME_E_SIZE;
    uint8_t *data = malloc(len + 1); /* an empty body has an address too */
    if (!data)
        return FRAME_E_MEMORY;
    protobuf_c_message_pack(body, data);
    *out = data;
    *out_len = len;
    return FRAME_OK;
}

/* Two bytes on the wire make a message of hundreds in memory, so a body that is small enough to be read is not yet
 * small enough to be unpacked: its memory is limited. */
static void *take_memory(void *data, size_t size)
{
    return frame_memory_take(data, size);
}

/* What is given back early (libprotobuf-c's own lists) goes with the rest. */
static void leave_memory(void *data, void *piece)
{
    (void)data;
    (void)piece;
}

/* NULL with *memory as it was: the caller drops it. A body is the first piece of its memory, and is found by that. */
static ProtobufCMessage *unpack(const ProtobufCMessageDescriptor *type, struct frame_memory *memory,
                                const uint8_t *data, size_t len)
{
    ProtobufCAllocator allocator = {take_memory, leave_memory, memory};
    ProtobufCMessage *body = protobuf_c_message_unpack(type, &allocator, len, data);
    return body && frame_memory_begins_with(memory, body) ? body : NULL;
}

int frame_decode(enum frame_type type, const uint8_t *data, size_t len, ProtobufCMessage **out)
{
    if (!known(type))
        return FRAME_E_TYPE;
    if (len > FRAME_BODY_MAX_BYTES)
        return FRAME_E_SIZE;
    size_t first = FIRST_FACTOR * len < FIRST_MAX_BYTES ? FIRST_FACTOR * len : FIRST_MAX_BYTES;
    struct frame_memory *memory = frame_memory_new(FIRST_BASE_BYTES + first, UNPACK_BASE_BYTES + UNPACK_FACTOR * len);
    if (!memory)
        return FRAME_E_MEMORY;
    errno = 0;
    ProtobufCMessage *body = unpack(types[type].body, memory, data, len);
    int err = FRAME_OK;
    if (!body)
        err = errno == ENOMEM && !frame_memory_exhausted(memory) ? FRAME_E_MEMORY : FRAME_E_BODY;
    else if (!body_in_bounds(body))
        err = FRAME_E_BODY;
    if (err == FRAME_OK)
        *out = body;
    else
        frame_memory_drop(memory);
    return err;
}

void frame_body_keep(ProtobufCMessage *body)
{
    frame_memory_keep(frame_memory_of(body));
}

void frame_body_free(ProtobufCMessage *body)
{
    if (body)
        frame_memory_drop(frame_memory_of(body));
}

/* --- sockets ------------------------------------------------------------------------------------------------- */

static int socket_err(void)
{
    switch (zmq_errno()) {
    case EAGAIN:
        return FRAME_E_AGAIN;
    case EHOSTUNREACH:
        return FRAME_E_GONE;
    default:
        return FRAME_E_SOCKET;
    }
}

/* libzmq returns EINTR even without blocking; in the middle of a message that must not be taken for an end. */
static int send_part(void *socket, zmq_msg_t *part, int flags)
{
    int rc;
    do
        rc = zmq_msg_send(part, socket, flags | ZMQ_DONTWAIT);
    while (rc < 0 && zmq_errno() == EINTR);
    return rc < 0 ? socket_err() : FRAME_OK;
}

static int recv_part(void *socket, zmq_msg_t *part)
{
    int rc;
    do
        rc = zmq_msg_recv(part, socket, ZMQ_DONTWAIT);
    while (rc < 0 && zmq_errno() == EINTR);
    return rc < 0 ? socket_err() : FRAME_OK;
}

static int part_copy(zmq_msg_t *part, const void *data, size_t len)
{
    if (zmq_msg_init_size(part, len) != 0)
        return FRAME_E_MEMORY;
    memcpy(zmq_msg_data(part), data, len);
    return FRAME_OK;
}

static void free_data(void *data, void *hint)
{
    (void)hint;
    free(data);
}

/* The body's own buffer travels: no second copy of up to 8 MiB. */
static int part_body(zmq_msg_t *part, const ProtobufCMessage *body)
{
    uint8_t *data;
    size_t len;
    int err = frame_encode(body, &data, &len);
    if (err == FRAME_OK && zmq_msg_init_data(part, data, len, free_data, NULL) != 0) {
        free(data);
        err = FRAME_E_MEMORY;
    }
    return err;
}

int frame_send(void *socket, const uint8_t *routing, size_t routing_len, enum frame_type type,
               const ProtobufCMessage *body)
{
    zmq_msg_t parts[3]; /* routing id, header, body */
    uint8_t header[FRAME_HEADER_BYTES];
    int first = routing ? 0 : 1, made = first, sent = first, err = FRAME_OK;

    if (!known(type) || body->descriptor != types[type].body)
        return FRAME_E_TYPE;
    if (!body_in_bounds(body))
        return FRAME_E_BODY; /* the other side would refuse it */
    frame_header(type, header);
    if (routing) {
        err = part_copy(&parts[0], routing, routing_len);
        made += err == FRAME_OK;
    }
    if (err == FRAME_OK) {
        err = part_copy(&parts[1], header, sizeof header);
        made += err == FRAME_OK;
    }
    if (err == FRAME_OK) {
        err = part_body(&parts[2], body);
        made += err == FRAME_OK;
    }
    /* libzmq decides at the first part whether the message fits; a peer that dies between the parts makes it roll
     * the whole message back, so an error here always means that nothing was sent. */
    for (; err == FRAME_OK && sent < 3; sent += err == FRAME_OK)
        err = send_part(socket, &parts[sent], sent < 2 ? ZMQ_SNDMORE : 0);
    for (; sent < made; sent++)
        zmq_msg_close(&parts[sent]);
    return err;
}

/* The parts of a message in the order of a ROUTER: 0 routing id, 1 header, 2 body. */
static int take_part(struct frame *out, unsigned place, zmq_msg_t *part)
{
    size_t len = zmq_msg_size(part);
    switch (place) {
    case 0:
        if (len > FRAME_ROUTING_MAX)
            return FRAME_E_SHAPE;
        memcpy(out->routing, zmq_msg_data(part), len);
        out->routing_len = len;
        return FRAME_OK;
    case 1:
        return frame_parse_header(zmq_msg_data(part), len, &out->type);
    case 2:
        return frame_decode(out->type, zmq_msg_data(part), len, &out->body);
    default:
        return FRAME_E_SHAPE;
    }
}

int frame_recv(void *socket, bool router, struct frame *out)
{
    int err = FRAME_OK;
    unsigned place = router ? 0 : 1;
    memset(out, 0, sizeof *out);
    for (bool more = true; more; place++) {
        zmq_msg_t part;
        zmq_msg_init(&part);
        int failed = recv_part(socket, &part);
        if (failed) {
            zmq_msg_close(&part);
            frame_done(out);
            return failed;
        }
        if (err == FRAME_OK)
            err = take_part(out, place, &part);
        more = zmq_msg_more(&part);
        zmq_msg_close(&part);
    }
    if (err == FRAME_OK && place != 3)
        err = FRAME_E_SHAPE;
    if (err != FRAME_OK)
        frame_done(out);
    return err;
}

void frame_done(struct frame *frame)
{
    if (!frame)
        return;
    frame_body_free(frame->body);
    frame->body = NULL;
}
