/* SPDX-License-Identifier: BSD-2-Clause */
/* A roster whose socket is this header: frames that it sends are kept, and a peer may be made deaf or dead. */
#ifndef SUPPORT_ROSTER_H
#define SUPPORT_ROSTER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dispatch.h"
#include "outbound.h"
#include "roster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SENT_MAX = 4096 };

struct sent {
    char to; /* the first byte of the routing id */
    enum frame_type type;
    ProtobufCMessage *body;
};

static struct stage {
    struct roster roster;
    struct sent sent[SENT_MAX];
    size_t sent_count;
    int answer[256]; /* what sending to a routing id gives, by its first byte */
    struct dispatch *dispatch;
    struct outbound *outbound;
    uint64_t now_ms;
    bool links_up;
} stage;

static int stage_send(void *ctx, const uint8_t *routing, size_t len, enum frame_type type, const ProtobufCMessage *body)
{
    (void)ctx;
    uint8_t *data;
    size_t data_len;
    assert_int_equal(len, 1);
    if (stage.answer[routing[0]] != FRAME_OK)
        return stage.answer[routing[0]];
    assert_true(stage.sent_count < SENT_MAX);
    assert_int_equal(frame_encode(body, &data, &data_len), FRAME_OK);
    struct sent *sent = &stage.sent[stage.sent_count++];
    *sent = (struct sent){.to = (char)routing[0], .type = type};
    assert_int_equal(frame_decode(type, data, data_len, &sent->body), FRAME_OK);
    free(data);
    return FRAME_OK;
}

static bool stage_links_up(void *ctx)
{
    (void)ctx;
    return stage.links_up;
}

static void stage_lost(void *ctx, struct peer *peer)
{
    (void)ctx;
    if (stage.dispatch)
        dispatch_lost(stage.dispatch, peer);
}

static bool stage_frame(void *ctx, struct peer *peer, const struct frame *frame)
{
    (void)ctx;
    if (frame->type == FRAME_ACK && stage.dispatch)
        dispatch_ack(stage.dispatch, peer, (const Aduan__Wire__Ack *)frame->body);
    else if (frame->type == FRAME_SUBMIT && stage.outbound)
        return outbound_submit(stage.outbound, &stage.roster, peer, (Aduan__Wire__Submit *)frame->body);
    else
        return false;
    return true;
}

static void stage_forget_sent(void)
{
    for (size_t i = 0; i < stage.sent_count; i++)
        frame_body_free(stage.sent[i].body);
    stage.sent_count = 0;
}

static void stage_open(void)
{
    static const uint8_t life[16] = "box's life 16 b";
    const struct roster_hooks hooks = {NULL, stage_send, stage_links_up, stage_lost, stage_frame};
    memset(&stage, 0, sizeof stage);
    stage.links_up = true;
    stage.now_ms = 1000;
    roster_init(&stage.roster, "classifier", "box1", life, &hooks);
}

static void stage_close(void)
{
    stage_forget_sent();
    dispatch_free(stage.dispatch);
    outbound_free(stage.outbound);
    roster_done(&stage.roster);
}

/* A frame from the peer whose routing id is `from`. */
static void stage_hear(char from, enum frame_type type, const ProtobufCMessage *body)
{
    struct frame frame = {.type = type, .routing = {(uint8_t)from}, .routing_len = 1};
    uint8_t *data;
    size_t len;
    assert_int_equal(frame_encode(body, &data, &len), FRAME_OK);
    assert_int_equal(frame_decode(type, data, len, &frame.body), FRAME_OK);
    free(data);
    roster_frame(&stage.roster, FRAME_OK, &frame, stage.now_ms);
    frame_done(&frame);
}

static void stage_hello_as(char from, const char *role, const char *name, char life, uint32_t credit)
{
    Aduan__Wire__Hello hello = ADUAN__WIRE__HELLO__INIT;
    uint8_t lives[16];
    memset(lives, life, sizeof lives);
    hello.role = (char *)role;
    hello.name = (char *)name;
    hello.life = (ProtobufCBinaryData){sizeof lives, lives};
    hello.credit = credit;
    stage_hear(from, FRAME_HELLO, &hello.base);
}

static struct peer *stage_peer(char from)
{
    for (size_t i = 0; i < stage.roster.count; i++)
        if (stage.roster.peers[i]->routing[0] == (uint8_t)from)
            return stage.roster.peers[i];
    return NULL;
}

/* How many frames of that type went to that peer; *last is the latest body. */
static size_t stage_sent(char to, enum frame_type type, ProtobufCMessage **last)
{
    size_t count = 0;
    for (size_t i = 0; i < stage.sent_count; i++)
        if (stage.sent[i].to == to && stage.sent[i].type == type) {
            count++;
            if (last)
                *last = stage.sent[i].body;
        }
    return count;
}

#endif
