/* SPDX-License-Identifier: BSD-2-Clause */
/* A link whose bearerbox is this test: one socket, read and written as the test says, and a clock that it moves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "link.h"
#include "packet.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEARTBEAT_MS = 30000, PATIENCE_MS = 30000, BURST = 200, MO = 0 };

static struct stage {
    int listener, bearerbox;
    char port[8];
    struct link_options options;
    struct link *link;
    uint64_t now_ms;
    size_t room, taken, mt_acks; /* room: how many messages may still be taken */
    uint32_t generation;
    bool down;
} stage;

static bool on_room(void *ctx)
{
    (void)ctx;
    return stage.room > 0;
}

static bool on_sms(void *ctx, uint32_t link, uint32_t generation, const Aduan__Wire__Sms *sms)
{
    (void)ctx, (void)link;
    assert_true(stage.room > 0);
    assert_int_equal(sms->uuid.data[0], stage.taken & 0xFF);
    stage.generation = generation;
    stage.room--;
    stage.taken++;
    return true;
}

static bool on_report(void *ctx, uint32_t link, uint32_t generation, const Aduan__Wire__Report *report)
{
    (void)ctx, (void)link, (void)generation, (void)report;
    return true;
}

static void on_mt_ack(void *ctx, uint32_t link, const uint8_t id[ID_BYTES], Aduan__Wire__SubmitOutcome outcome)
{
    (void)ctx, (void)link, (void)id, (void)outcome;
    stage.mt_acks++;
}

static void on_changed(void *ctx, uint32_t link)
{
    (void)ctx, (void)link;
}

static void on_down(void *ctx, uint32_t link, uint64_t sent)
{
    (void)ctx, (void)link, (void)sent;
    stage.down = true;
}

/* What box.c does of one link in a round; with `wait` once its socket has something for it. */
static void turn(bool wait)
{
    struct pollfd item = {.fd = link_fd(stage.link), .events = link_poll_events(stage.link)};
    if (wait && item.fd >= 0)
        assert_true(item.events != 0 && poll(&item, 1, PATIENCE_MS) > 0);
    link_work(stage.link, stage.now_ms);
    link_flush(stage.link);
}

static int setup(void **state)
{
    (void)state;
    static const struct link_events events = {NULL, on_room, on_sms, on_report, on_mt_ack, on_changed, on_down};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    char why[256];
    stage = (struct stage){.now_ms = 1000, .room = SIZE_MAX};
    stage.listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(stage.listener, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(stage.listener, 1), 0);
    assert_int_equal(getsockname(stage.listener, (struct sockaddr *)&address, &len), 0);
    snprintf(stage.port, sizeof stage.port, "%u", ntohs(address.sin_port));
    stage.options = (struct link_options){.name = "main", .host = "127.0.0.1", .port = stage.port, .id = "aduan"};
    stage.link = link_new(0, &stage.options, &events, why, sizeof why);
    assert_non_null(stage.link);
    while (!link_up(stage.link))
        turn(true);
    stage.bearerbox = accept(stage.listener, NULL, NULL);
    return stage.bearerbox >= 0 ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    link_free(stage.link);
    close(stage.listener);
    if (stage.bearerbox >= 0)
        close(stage.bearerbox);
    return 0;
}

static void bearerbox_says(const struct bytes *bytes)
{
    assert_int_equal(send(stage.bearerbox, bytes_at(bytes), bytes_len(bytes), MSG_NOSIGNAL), bytes_len(bytes));
}

static void bearerbox_sends_sms(size_t count)
{
    struct bytes out = {0};
    for (size_t i = 0; i < count; i++) {
        struct packet packet;
        packet_init(&packet, PACKET_sms);
        packet.sms.id[0] = (uint8_t)i;
        packet.sms.sms_type = MO;
        assert_true(packet_pack(&packet, &out));
    }
    bearerbox_says(&out);
    bytes_done(&out);
}

/* The type of the next packet from the box, past those of type `but`. */
static enum packet_type bearerbox_hears(enum packet_type but)
{
    uint8_t data[1024];
    struct packet packet;
    do {
        uint32_t len;
        assert_int_equal(recv(stage.bearerbox, &len, sizeof len, MSG_WAITALL), sizeof len);
        len = ntohl(len);
        assert_true(len <= sizeof data);
        assert_int_equal(recv(stage.bearerbox, data, len, MSG_WAITALL), len);
        assert_true(packet_unpack(data, len, &packet));
    } while (packet.type == but);
    return packet.type;
}

/* --- the promises -------------------------------------------------------------------------------------------- */

static void nothing_is_read_without_room(void **state)
{
    (void)state;
    stage.room = BURST / 2;
    bearerbox_sends_sms(BURST);
    while (stage.taken < BURST / 2)
        turn(true);
    for (int i = 0; i < 3; i++)
        turn(false);
    assert_int_equal(stage.taken, BURST / 2);
    assert_false(link_poll_events(stage.link) & POLLIN);
    assert_true(link_deadline(stage.link, stage.now_ms) > stage.now_ms); /* and the box does not spin */
    stage.room = BURST;
    turn(false);
    while (stage.taken < BURST)
        turn(true);
    assert_true(link_poll_events(stage.link) & POLLIN);
}

static void what_is_behind_the_sms_comes_when_there_is_room(void **state)
{
    (void)state;
    const uint8_t id[ID_BYTES] = {1};
    struct bytes ack = {0};
    stage.room = 1;
    bearerbox_sends_sms(2);
    assert_true(kannel_pack_ack(&ack, id, 1));
    bearerbox_says(&ack);
    bytes_done(&ack);
    while (stage.taken < 1)
        turn(true);
    turn(false);
    assert_int_equal(stage.mt_acks, 0);
    stage.room = 1;
    turn(false);
    while (stage.mt_acks == 0)
        turn(true);
    assert_int_equal(stage.taken, 2);
}

static void acks_and_heartbeats_go_out_without_room(void **state)
{
    (void)state;
    const uint8_t id[ID_BYTES] = {0};
    stage.room = 1;
    bearerbox_sends_sms(2);
    while (stage.taken < 1)
        turn(true);
    assert_true(link_ack(stage.link, stage.generation, id, 1));
    turn(false);
    assert_int_equal(bearerbox_hears(PACKET_admin), PACKET_ack);
    assert_true(link_deadline(stage.link, stage.now_ms) <= stage.now_ms + HEARTBEAT_MS);
    for (int i = 0; i < 3; i++) {
        stage.now_ms += HEARTBEAT_MS;
        turn(false);
        assert_int_equal(bearerbox_hears(PACKET_admin), PACKET_heartbeat);
    }
    assert_int_equal(stage.taken, 1);
}

/* Nobody reads the end of a connection that is not read: what cannot be written any more says it. */
static void a_bearerbox_that_dies_meanwhile_is_noticed(void **state)
{
    (void)state;
    const struct linger at_once = {.l_onoff = 1};
    stage.room = 1;
    bearerbox_sends_sms(2);
    while (stage.taken < 1)
        turn(true);
    assert_int_equal(setsockopt(stage.bearerbox, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
    close(stage.bearerbox);
    stage.bearerbox = -1;
    for (int i = 0; i < 3 && !stage.down; i++) {
        stage.now_ms += HEARTBEAT_MS;
        turn(false);
    }
    assert_true(stage.down);
    assert_false(link_up(stage.link));
}

#define LINK(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LINK(nothing_is_read_without_room),
        LINK(what_is_behind_the_sms_comes_when_there_is_room),
        LINK(acks_and_heartbeats_go_out_without_room),
        LINK(a_bearerbox_that_dies_meanwhile_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
