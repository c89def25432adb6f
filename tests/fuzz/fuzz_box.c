/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer target: what workers say to aduanbox, and what bearerbox does meanwhile. The input is a play: an actor's
 * byte, a byte of his, and for a frame a piece. A message is acked only when a worker has acked it. */
#include "fuzz.h"

#include "dispatch.h"
#include "outbound.h"
#include "roster.h"

enum { STEPS_MAX = 64, LINKS = 2, MESSAGES = 16 };

static struct stage {
    struct roster roster;
    struct dispatch *dispatch;
    struct outbound *outbound;
    bool acks_open;
    bool up[LINKS], deaf;
    uint64_t now_ms, written;
} stage;

static int on_send(void *ctx, const uint8_t *routing, size_t len, enum frame_type type, const ProtobufCMessage *body)
{
    (void)ctx, (void)routing, (void)len;
    uint8_t *data;
    size_t data_len;
    ProtobufCMessage *back;
    if (stage.deaf)
        return FRAME_E_AGAIN;
    fuzz_must(frame_encode(body, &data, &data_len) == FRAME_OK);
    fuzz_must(frame_decode(type, data, data_len, &back) == FRAME_OK); /* the worker can read it */
    frame_body_free(back);
    free(data);
    return FRAME_OK;
}

static bool links_up(void *ctx)
{
    (void)ctx;
    return stage.up[0] || stage.up[1];
}

static void on_lost(void *ctx, struct peer *peer)
{
    (void)ctx;
    dispatch_lost(stage.dispatch, peer);
}

static bool on_frame(void *ctx, struct peer *peer, const struct frame *frame)
{
    (void)ctx;
    if (frame->type == FRAME_ACK) {
        stage.acks_open = true;
        dispatch_ack(stage.dispatch, peer, (const Aduan__Wire__Ack *)frame->body);
        stage.acks_open = false;
    } else if (frame->type == FRAME_SUBMIT) {
        return outbound_submit(stage.outbound, &stage.roster, peer, (Aduan__Wire__Submit *)frame->body);
    } else {
        return false;
    }
    return true;
}

static bool on_ack(void *ctx, uint32_t link, uint32_t generation, const uint8_t uuid[ID_BYTES], uint32_t time)
{
    (void)ctx, (void)generation, (void)time;
    fuzz_must(stage.acks_open && link < LINKS && uuid[0] < MESSAGES);
    return stage.up[link];
}

static bool is_up(void *ctx, uint32_t link)
{
    (void)ctx;
    return stage.up[link];
}

static const char *link_name(void *ctx, uint32_t link)
{
    (void)ctx;
    return link == 0 ? "main" : "other";
}

static bool on_submit(void *ctx, uint32_t link, const Aduan__Wire__Mt *mt, uint64_t *end)
{
    (void)ctx;
    fuzz_must(stage.up[link] && mt->reply_id.len == ID_BYTES);
    *end = stage.written += 100;
    return true;
}

static void open_stage(void)
{
    static const uint8_t life[16] = "box's life 16 b";
    const struct roster_hooks roster = {NULL, on_send, links_up, on_lost, on_frame};
    const struct dispatch_hooks dispatch = {NULL, on_ack};
    const struct dispatch_limits limits = {.messages = MESSAGES, .bytes = 1024 * 1024};
    const struct outbound_hooks outbound = {NULL, LINKS, is_up, link_name, on_submit};
    memset(&stage, 0, sizeof stage);
    stage.up[0] = stage.up[1] = true;
    stage.now_ms = 1000;
    stage.dispatch = dispatch_new(&limits, 1, &dispatch);
    stage.outbound = outbound_new(64, 1, &outbound);
    fuzz_must(stage.dispatch && stage.outbound);
    roster_init(&stage.roster, "classifier", "box1", life, &roster);
}

static void close_stage(void)
{
    outbound_close(stage.outbound);
    outbound_pump(stage.outbound, &stage.roster, stage.now_ms * 1000);
    dispatch_free(stage.dispatch);
    outbound_free(stage.outbound);
    roster_done(&stage.roster);
}

static void hear(uint8_t who, struct fuzz_input *in)
{
    struct frame frame = {.routing = {(uint8_t)(who % 4)}, .routing_len = 1};
    const uint8_t *piece;
    size_t len;
    if (!fuzz_piece(in, &piece, &len) || len < FRAME_HEADER_BYTES)
        return;
    int err = frame_parse_header(piece, FRAME_HEADER_BYTES, &frame.type);
    if (err == FRAME_OK)
        err = frame_decode(frame.type, piece + FRAME_HEADER_BYTES, len - FRAME_HEADER_BYTES, &frame.body);
    roster_frame(&stage.roster, err, &frame, stage.now_ms);
    frame_done(&frame);
}

static void arrive(uint8_t which)
{
    uint8_t uuid[ID_BYTES] = {(uint8_t)(which % MESSAGES)};
    Aduan__Wire__Sms sms = ADUAN__WIRE__SMS__INIT;
    if (!dispatch_has_room(stage.dispatch))
        return;
    sms.uuid = (ProtobufCBinaryData){sizeof uuid, uuid};
    sms.bearerbox = (char *)"main";
    fuzz_must(dispatch_add_sms(stage.dispatch, which / MESSAGES % LINKS, 1, &sms, stage.now_ms * 1000));
}

/* What bearerbox's acks become. */
static const Aduan__Wire__SubmitOutcome outcomes[] = {
    ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_ACCEPTED, ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_BUFFERED,
    ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_REJECTED, ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_RETRY,
    ADUAN__WIRE__SUBMIT_OUTCOME__SUBMIT_AMBIGUOUS};
enum { OUTCOMES = sizeof outcomes / sizeof outcomes[0] };

static void step(uint8_t actor, uint8_t his, struct fuzz_input *in)
{
    uint8_t id[ID_BYTES];
    switch (actor % 8) {
    case 0:
    case 1:
        hear(his, in);
        break;
    case 2:
        arrive(his);
        break;
    case 3:
        stage.up[his % LINKS] = false;
        dispatch_link_down(stage.dispatch, his % LINKS);
        outbound_link_down(stage.outbound, his % LINKS, stage.written - his % 101);
        break;
    case 4:
        stage.up[his % LINKS] = true;
        roster_ping(&stage.roster);
        break;
    case 5:
        memset(id, his & 15, sizeof id);
        outbound_mt_ack(stage.outbound, his >> 7, id, outcomes[(his >> 4 & 7) % OUTCOMES]);
        break;
    case 6:
        stage.now_ms += (uint64_t)his * 100;
        roster_tick(&stage.roster, stage.now_ms);
        break;
    default:
        stage.deaf = his & 1;
        break;
    }
    dispatch_pump(stage.dispatch, &stage.roster);
    outbound_pump(stage.outbound, &stage.roster, stage.now_ms * 1000);
    roster_sweep(&stage.roster, stage.now_ms);
    fuzz_must(!roster_has_gone(&stage.roster));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    struct dispatch_figures figures;
    open_stage();
    for (int i = 0; i < STEPS_MAX && in.left > 0; i++) {
        uint8_t actor = fuzz_byte(&in);
        step(actor, fuzz_byte(&in), &in);
        dispatch_figures(stage.dispatch, &figures);
        fuzz_must(figures.backlog <= MESSAGES && dispatch_outstanding(stage.dispatch) <= figures.backlog);
    }
    close_stage();
    return 0;
}
