/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who is let in. libzmq asks at each CURVE handshake (ZAP, RFC 27), and is answered out of the store: a key that is not
 * there, or is revoked, gets no connection. While nobody answers nobody gets in.
 *
 * It is answered in the loop, not by a thread of its own: a store handle has one thread, and a turn is short, so a
 * handshake waits some milliseconds at most. Those who only pretend to shake hands never come this far.
 *
 * A revocation is seen at the next look at the integrators' generation, a few milliseconds after its commit: the view
 * is published no more, its replays end and its requests are refused. libzmq knows no way to close one connection of
 * many, so all subscribers on tcp are cut off: the others are back in a moment and ask for what they missed. A
 * connection to the other endpoint is left open, and refused whatever it asks.
 */
#include "feed.h"

#include "clock.h"
#include "log.h"
#include "store_integrator.h"

#include <stdlib.h>
#include <string.h>

enum { ZAP_PART_MAX = 256, HANDSHAKES_A_TURN = 64, STRANGER_LOG_MS = 1000, REFRESH_MS = 10 };
static const char zap_endpoint[] = "inproc://zeromq.zap.01";

int keys_open(struct worker *worker, struct fault *fault)
{
    struct feed *feed = worker->role_state;
    int zero = 0;
    if (!*worker->config->feed_publish)
        return OK;
    feed->zap = zmq_socket(worker->zmq, ZMQ_REP);
    if (!feed->zap || zmq_setsockopt(feed->zap, ZMQ_LINGER, &zero, sizeof zero) || zmq_bind(feed->zap, zap_endpoint))
        return fault_set(fault, E_IO, "cannot answer for keys: %s", zmq_strerror(zmq_errno()));
    return OK;
}

void keys_close(struct feed *feed)
{
    if (feed->zap)
        zmq_close(feed->zap);
}

/* --- the integrators ---------------------------------------------------------------------------------------- */

static struct feed_view *find(struct feed *feed, const char *user)
{
    for (size_t i = 1; i < feed->view_count; i++) {
        if (strcmp(feed->views[i]->user, user) == 0)
            return feed->views[i];
    }
    return NULL;
}

static void revoke(struct worker *worker, struct feed_view *view)
{
    view->revoked = true;
    before_free(view->before);
    view->before = NULL;
    replay_revoked(worker, view);
    sockets_part(worker->role_state);
    log_info("feed.revoked", "view=%s", view->view.name);
}

static int take_up(void *ctx, const uint8_t *key, const Aduan__Record__Integrator *integrator)
{
    struct worker *worker = ctx;
    struct feed *feed = worker->role_state;
    char user[CURVE_KEY_TEXT_BYTES];
    struct feed_view *view = find(feed, curve_key_format(key, user));
    int tier = view_tier_parse(integrator->tier);
    if (!view) {
        view = views_add(feed, worker->seal, integrator->name, tier < 0 ? VIEW_PUBLIC : (enum view_tier)tier,
                         integrator->agency);
        memcpy(view->user, user, sizeof view->user);
        view->rate = integrator->rate ? integrator->rate : FEED_REQUESTS_A_SECOND;
        view->revoked = integrator->revoked_us != 0 || tier < 0;
    } else if (integrator->revoked_us != 0 && !view->revoked) {
        revoke(worker, view);
    }
    return 0;
}

static void refresh(struct worker *worker)
{
    struct feed *feed = worker->role_state;
    uint64_t generation;
    feed->refresh_ms = clock_mono_ms() + REFRESH_MS;
    if (store_integrators_generation(worker->store, &generation) != OK || generation == feed->generation)
        return;
    if (store_integrators(worker->store, take_up, worker) == OK)
        feed->generation = generation;
}

/* --- handshakes --------------------------------------------------------------------------------------------- */

enum zap_part { ZAP_VERSION, ZAP_REQUEST, ZAP_DOMAIN, ZAP_ADDRESS, ZAP_ROUTING, ZAP_MECHANISM, ZAP_KEY, ZAP_PARTS };

struct handshake {
    uint8_t part[ZAP_PARTS][ZAP_PART_MAX + 1];
    size_t len[ZAP_PARTS];
    size_t parts;
};

/* False: nobody knocks. */
static bool receive(void *socket, struct handshake *handshake)
{
    int more = 1;
    size_t size = sizeof more;
    memset(handshake, 0, sizeof *handshake);
    for (handshake->parts = 0; more; handshake->parts++) {
        size_t at = handshake->parts < ZAP_PARTS ? handshake->parts : ZAP_PARTS - 1;
        int len = zmq_recv(socket, handshake->part[at], ZAP_PART_MAX, ZMQ_DONTWAIT);
        if (len < 0)
            return false;
        handshake->len[at] = (size_t)len < ZAP_PART_MAX ? (size_t)len : ZAP_PART_MAX;
        handshake->part[at][handshake->len[at]] = 0;
        zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &size);
    }
    return true;
}

static bool part_is(const struct handshake *handshake, enum zap_part part, const char *text)
{
    return handshake->len[part] == strlen(text) && memcmp(handshake->part[part], text, strlen(text)) == 0;
}

/* "200", "400" (not let in) or "300" (cannot be told now; the client tries again). */
static const char *judge(struct worker *worker, const struct handshake *handshake)
{
    Aduan__Record__Integrator *integrator;
    if (handshake->parts != ZAP_PARTS || !part_is(handshake, ZAP_VERSION, "1.0") ||
        !part_is(handshake, ZAP_DOMAIN, FEED_ZAP_DOMAIN) || !part_is(handshake, ZAP_MECHANISM, "CURVE") ||
        handshake->len[ZAP_KEY] != STORE_INTEGRATOR_KEY_BYTES)
        return "400";
    int err = store_integrator_get(worker->store, handshake->part[ZAP_KEY], &integrator);
    if (err != OK)
        return err == E_NOT_FOUND ? "400" : "300";
    bool revoked = integrator->revoked_us != 0;
    aduan__record__integrator__free_unpacked(integrator, NULL);
    return revoked ? "400" : "200";
}

static void answer(void *socket, const struct handshake *handshake, const char *status, const char *user)
{
    const char *reason = *status == '2' ? "" : "not registered";
    const struct {
        const void *data;
        size_t len;
    } parts[] = {{"1.0", 3},           {handshake->part[ZAP_REQUEST], handshake->len[ZAP_REQUEST]},
                 {status, 3},          {reason, strlen(reason)},
                 {user, strlen(user)}, {"", 0}};
    enum { PARTS = sizeof parts / sizeof parts[0] };
    for (size_t i = 0; i < PARTS; i++)
        zmq_send(socket, parts[i].data, parts[i].len, i + 1 < PARTS ? ZMQ_SNDMORE : 0);
}

static void turn_away(struct worker *worker, const struct handshake *handshake, const char *user, uint64_t mono_ms)
{
    struct feed *feed = worker->role_state;
    worker->refused++;
    if (mono_ms < feed->key_log_ms)
        return;
    feed->key_log_ms = mono_ms + STRANGER_LOG_MS;
    log_warning("feed.stranger", "address=%.64s key=\"%s\" is not registered, or revoked",
                (const char *)handshake->part[ZAP_ADDRESS], user);
}

void keys_turn(struct worker *worker, bool knocked, uint64_t mono_ms)
{
    struct feed *feed = worker->role_state;
    struct handshake handshake;
    if (!feed->zap)
        return;
    if (mono_ms >= feed->refresh_ms)
        refresh(worker);
    for (int i = 0; knocked && i < HANDSHAKES_A_TURN && receive(feed->zap, &handshake); i++) {
        char user[CURVE_KEY_TEXT_BYTES] = "";
        const char *status = judge(worker, &handshake);
        if (handshake.len[ZAP_KEY] == CURVE_KEY_BYTES)
            curve_key_format(handshake.part[ZAP_KEY], user);
        answer(feed->zap, &handshake, status, *status == '2' ? user : "");
        /* Its subscriptions may come before the next turn. */
        if (*status == '2' && !find(feed, user))
            refresh(worker);
        if (*status != '2')
            turn_away(worker, &handshake, user, mono_ms);
    }
}
