/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster.h"
#include "journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REFUSALS_A_TICK = 10, TICK_LATE_MS = 2000 };

void roster_init(struct roster *roster, const char *role, const char *box, const uint8_t life[16],
                 const struct roster_hooks *hooks)
{
    *roster = (struct roster){
        .role = role, .box = box, .hooks = *hooks, .refusals_left = REFUSALS_A_TICK, .strangers_left = ROSTER_MAX};
    memcpy(roster->life, life, sizeof roster->life);
}

void roster_done(struct roster *roster)
{
    for (size_t i = 0; i < roster->count; i++)
        free(roster->peers[i]);
    roster->count = 0;
}

static struct peer *by_routing(const struct roster *roster, const uint8_t *routing, size_t len)
{
    for (size_t i = 0; i < roster->count; i++) {
        struct peer *peer = roster->peers[i];
        if (!peer->gone && peer->routing_len == len && memcmp(peer->routing, routing, len) == 0)
            return peer;
    }
    return NULL;
}

struct peer *roster_by_serial(const struct roster *roster, uint64_t serial)
{
    for (size_t i = 0; i < roster->count; i++)
        if (!roster->peers[i]->gone && roster->peers[i]->serial == serial)
            return roster->peers[i];
    return NULL;
}

int roster_send(struct roster *roster, struct peer *peer, enum frame_type type, const ProtobufCMessage *body)
{
    int err = roster->hooks.send(roster->hooks.ctx, peer->routing, peer->routing_len, type, body);
    peer->choked |= err == FRAME_E_AGAIN;
    peer->gone |= err == FRAME_E_GONE;
    return err;
}

static void refuse(struct roster *roster, struct peer *peer, int err, const char *reason)
{
    roster->refused++;
    if (roster->refusals_left == 0)
        return;
    roster->refusals_left--;
    journal(JOURNAL_WARNING, "frame.refused", "role=%s from=%s %s", roster->role, peer ? peer->name : "a stranger",
            reason);
    if (!peer)
        return;
    Aduan__Wire__Refused body = ADUAN__WIRE__REFUSED__INIT;
    body.code = (uint32_t)-err;
    body.reason = (char *)reason;
    (void)roster_send(roster, peer, FRAME_REFUSED, &body.base);
}

/* --- HELLO --------------------------------------------------------------------------------------------------- */

static void welcome(struct roster *roster, struct peer *peer)
{
    Aduan__Wire__Welcome body = ADUAN__WIRE__WELCOME__INIT;
    body.box = (char *)roster->box;
    body.life = (ProtobufCBinaryData){sizeof roster->life, roster->life};
    body.links_up = roster->hooks.links_up(roster->hooks.ctx);
    (void)roster_send(roster, peer, FRAME_WELCOME, &body.base);
}

/* Another life under this name is over, whatever its socket still says. */
static void bury_namesakes(struct roster *roster, const char *name, const struct peer *except)
{
    for (size_t i = 0; i < roster->count; i++)
        if (roster->peers[i] != except && strcmp(roster->peers[i]->name, name) == 0)
            roster->peers[i]->gone = true;
}

static struct peer *enrol(struct roster *roster, const struct frame *frame, const Aduan__Wire__Hello *hello)
{
    struct peer *peer = roster->count < ROSTER_MAX ? calloc(1, sizeof *peer) : NULL;
    if (!peer)
        return NULL;
    memcpy(peer->routing, frame->routing, frame->routing_len);
    peer->routing_len = frame->routing_len;
    snprintf(peer->name, sizeof peer->name, "%s", hello->name);
    memcpy(peer->life, hello->life.data, sizeof peer->life);
    peer->pid = hello->pid;
    peer->serial = ++roster->serial;
    TAILQ_INIT(&peer->jobs);
    roster->peers[roster->count++] = peer;
    journal(JOURNAL_INFO, "worker.hello", "%s pid=%u credit=%u", peer->name, peer->pid, hello->credit);
    return peer;
}

static void hello(struct roster *roster, struct peer *peer, const struct frame *frame, uint64_t mono_ms)
{
    const Aduan__Wire__Hello *said = (const Aduan__Wire__Hello *)frame->body;
    if (strcmp(said->role, roster->role) != 0) {
        refuse(roster, peer, FRAME_E_BODY, "a HELLO of another role: this socket is for another kind of worker");
        return;
    }
    if (peer && (memcmp(peer->life, said->life.data, sizeof peer->life) != 0 || strcmp(peer->name, said->name) != 0)) {
        peer->gone = true;
        peer = NULL;
    }
    bury_namesakes(roster, said->name, peer);
    if (!peer)
        peer = enrol(roster, frame, said);
    if (!peer) {
        refuse(roster, NULL, FRAME_E_MEMORY, "there are already as many workers as a box can hold");
        return;
    }
    peer->credit = said->credit;
    peer->heard_ms = mono_ms;
    peer->heard = true;
    peer->leaving = false;
    welcome(roster, peer);
}

/* It speaks our language without a HELLO: a worker of the time before we lived. Told so, it says HELLO at once. */
static void stranger(struct roster *roster, const struct frame *frame)
{
    refuse(roster, NULL, FRAME_E_GONE, "a frame before HELLO");
    if (roster->strangers_left == 0)
        return;
    roster->strangers_left--;
    Aduan__Wire__Refused body = ADUAN__WIRE__REFUSED__INIT;
    body.code = (uint32_t)-FRAME_E_GONE;
    body.reason = (char *)"this box does not know you: say HELLO";
    (void)roster->hooks.send(roster->hooks.ctx, frame->routing, frame->routing_len, FRAME_REFUSED, &body.base);
}

/* --- frames -------------------------------------------------------------------------------------------------- */

void roster_frame(struct roster *roster, int err, const struct frame *frame, uint64_t mono_ms)
{
    struct peer *peer = by_routing(roster, frame->routing, frame->routing_len);
    if (err != FRAME_OK) {
        refuse(roster, peer, err, frame_strerror(err));
        return;
    }
    if (frame->type == FRAME_HELLO) {
        hello(roster, peer, frame, mono_ms);
        return;
    }
    if (!peer) {
        stranger(roster, frame);
        return;
    }
    peer->heard_ms = mono_ms;
    peer->heard = true;
    if (frame->type == FRAME_PING)
        return;
    if (frame->type == FRAME_BYE) {
        if (!peer->leaving)
            peer->bye_ms = mono_ms;
        peer->leaving = true;
        return;
    }
    if (!roster->hooks.frame(roster->hooks.ctx, peer, frame))
        refuse(roster, peer, FRAME_E_TYPE, "a type of frame that this socket does not take");
}

/* --- time ---------------------------------------------------------------------------------------------------- */

void roster_ping(struct roster *roster)
{
    Aduan__Wire__Ping body = ADUAN__WIRE__PING__INIT;
    body.links_up = roster->hooks.links_up(roster->hooks.ctx);
    for (size_t i = 0; i < roster->count; i++)
        if (!roster->peers[i]->gone)
            (void)roster_send(roster, roster->peers[i], FRAME_PING, &body.base);
}

void roster_tick(struct roster *roster, uint64_t mono_ms)
{
    /* If we ourselves slept (stopped, swapped out), the workers' silence is ours. */
    uint64_t since = roster->ticked_ms > 0 ? mono_ms - roster->ticked_ms : 0;
    uint64_t slept = since > TICK_LATE_MS ? since : 0;
    roster->ticked_ms = mono_ms;
    roster->refusals_left = REFUSALS_A_TICK;
    roster->strangers_left = ROSTER_MAX;
    for (size_t i = 0; i < roster->count; i++) {
        struct peer *peer = roster->peers[i];
        peer->heard_ms += slept;
        if (mono_ms >= peer->heard_ms + ROSTER_SILENCE_MS)
            peer->gone = true;
    }
    roster_ping(roster);
}

static void forget(struct roster *roster, size_t at, const char *event_id, const char *cause)
{
    struct peer *peer = roster->peers[at];
    journal(peer->held > 0 ? JOURNAL_WARNING : JOURNAL_INFO, event_id, "%s pid=%u %s, held %u", peer->name, peer->pid,
            cause, peer->held);
    roster->hooks.lost(roster->hooks.ctx, peer);
    roster->peers[at] = roster->peers[--roster->count];
    free(peer);
}

bool roster_has_gone(const struct roster *roster)
{
    for (size_t i = 0; i < roster->count; i++)
        if (roster->peers[i]->gone)
            return true;
    return false;
}

void roster_sweep(struct roster *roster, uint64_t mono_ms)
{
    Aduan__Wire__Bye bye = ADUAN__WIRE__BYE__INIT;
    for (size_t i = 0; i < roster->count;) {
        struct peer *peer = roster->peers[i];
        peer->choked = false;
        bool done =
            peer->leaving && peer->held == 0 && (peer->submits_open == 0 || mono_ms >= peer->bye_ms + ROSTER_BYE_MS);
        if (done && !peer->gone && roster_send(roster, peer, FRAME_BYE, &bye.base) != FRAME_E_AGAIN) {
            forget(roster, i, "worker.bye", "has left");
        } else if (peer->gone) {
            roster->lost++;
            forget(roster, i, "worker.lost", "died or lives anew");
        } else {
            i++;
        }
    }
}
