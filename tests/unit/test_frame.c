/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames: headers, bounds of bodies, and their way through real ZeroMQ sockets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "frame.h"
#include "wire.pb-c.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

static uint8_t id16[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
#define BYTES(p, n) ((ProtobufCBinaryData){(n), (p)})

/* --- headers and names --------------------------------------------------------------------------------------- */

static void header_round_trip(void **state)
{
    (void)state;
    for (int t = FRAME_HELLO; t < FRAME_TYPE_END; t++) {
        uint8_t header[FRAME_HEADER_BYTES];
        enum frame_type back = FRAME_TYPE_END;
        frame_header((enum frame_type)t, header);
        assert_int_equal(frame_parse_header(header, sizeof header, &back), FRAME_OK);
        assert_int_equal(back, t);
        assert_string_not_equal(frame_type_name((enum frame_type)t), "?");
    }
    assert_string_equal(frame_type_name(FRAME_TYPE_END), "?");
    assert_string_equal(frame_type_name((enum frame_type)0), "?");
}

static void header_refusals(void **state)
{
    (void)state;
    enum frame_type type = FRAME_TYPE_END;
    static const struct {
        uint8_t data[6];
        size_t len;
        int err;
    } cases[] = {
        {{0xAD, 2, 1, 0}, 3, FRAME_E_SHAPE},
        {{0xAD, 2, 1, 0, 0}, 5, FRAME_E_SHAPE},
        {{0}, 0, FRAME_E_SHAPE},
        {{0xAC, 2, 1, 0}, 4, FRAME_E_MAGIC},
        {{0xAD, 1, 1, 0}, 4, FRAME_E_VERSION},
        {{0xAD, 0, 1, 0}, 4, FRAME_E_VERSION},
        {{0xAD, 2, 0, 0}, 4, FRAME_E_TYPE},
        {{0xAD, 2, 99, 0}, 4, FRAME_E_TYPE},
        {{0xAD, 2, 1, 7}, 4, FRAME_E_TYPE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(frame_parse_header(cases[i].data, cases[i].len, &type), cases[i].err);
    assert_int_equal(type, FRAME_TYPE_END);
}

static void every_error_has_a_sentence(void **state)
{
    (void)state;
    const char *other = frame_strerror(-99);
    for (int err = FRAME_OK; err >= FRAME_E_SOCKET; err--) {
        assert_non_null(frame_strerror(err));
        assert_string_not_equal(frame_strerror(err), other);
    }
}

/* --- bodies -------------------------------------------------------------------------------------------------- */

static int decode_of(enum frame_type type, const void *message)
{
    uint8_t *data;
    size_t len;
    ProtobufCMessage *back;
    assert_int_equal(frame_encode(message, &data, &len), FRAME_OK);
    int err = frame_decode(type, data, len, &back);
    if (err == FRAME_OK)
        frame_body_free(back);
    free(data);
    return err;
}

static Aduan__Wire__Hello a_hello(void)
{
    Aduan__Wire__Hello hello = ADUAN__WIRE__HELLO__INIT;
    hello.role = "classifier";
    hello.name = "classifier.1";
    hello.pid = 42;
    hello.life = BYTES(id16, 16);
    hello.credit = 512;
    return hello;
}

static void hello_bounds(void **state)
{
    (void)state;
    char name64[65], name65[66];
    memset(name64, 'n', 64), name64[64] = '\0';
    memset(name65, 'n', 65), name65[65] = '\0';
    Aduan__Wire__Hello h = a_hello();
    assert_int_equal(decode_of(FRAME_HELLO, &h), FRAME_OK);
    h.name = name64;
    assert_int_equal(decode_of(FRAME_HELLO, &h), FRAME_OK);
    h.name = name65;
    assert_int_equal(decode_of(FRAME_HELLO, &h), FRAME_E_BODY);
    h.name = "";
    assert_int_equal(decode_of(FRAME_HELLO, &h), FRAME_E_BODY);
    h = a_hello();
    h.life.len = 15;
    assert_int_equal(decode_of(FRAME_HELLO, &h), FRAME_E_BODY);
    h = a_hello();
    static const struct {
        uint32_t credit;
        int err;
    } credits[] = {{0, FRAME_E_BODY}, {1, FRAME_OK}, {100000, FRAME_OK}, {100001, FRAME_E_BODY}};
    for (size_t i = 0; i < 4; i++) {
        h.credit = credits[i].credit;
        assert_int_equal(decode_of(FRAME_HELLO, &h), credits[i].err);
    }
}

static void names_are_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int err;
    } cases[] = {
        {"kotak-é-世-😀", FRAME_OK},         {"\x80", FRAME_E_BODY},      /* a continuation alone */
        {"\xc1\xbf", FRAME_E_BODY},                                      /* overlong, 2 bytes */
        {"\xe0\x80\x80", FRAME_E_BODY},                                  /* overlong, 3 bytes */
        {"\xf0\x80\x80\x80", FRAME_E_BODY},                              /* overlong, 4 bytes */
        {"\xed\xa0\x80", FRAME_E_BODY},                                  /* a surrogate */
        {"\xf4\x90\x80\x80", FRAME_E_BODY},                              /* past U+10FFFF */
        {"\xf5\x80\x80\x80", FRAME_E_BODY}, {"a\xe4\xb8", FRAME_E_BODY}, /* cut short */
        {"a\xe4\xb8z", FRAME_E_BODY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Aduan__Wire__Hello h = a_hello();
        h.name = (char *)cases[i].name;
        assert_int_equal(decode_of(FRAME_HELLO, &h), cases[i].err);
    }
}

/* A body of `n` items, written by hand: field 1, wire type 2. */
static uint8_t *repeated_body(size_t n, const uint8_t *item, size_t item_len, size_t *len)
{
    uint8_t *data = malloc(n * (item_len + 2) + 1);
    *len = 0;
    for (size_t i = 0; i < n; i++) {
        data[(*len)++] = 0x0a;
        data[(*len)++] = (uint8_t)item_len;
        memcpy(data + *len, item, item_len);
        *len += item_len;
    }
    return data;
}

static int decode_items(enum frame_type type, size_t n, const uint8_t *item, size_t item_len)
{
    size_t len;
    uint8_t *data = repeated_body(n, item, item_len, &len);
    ProtobufCMessage *back;
    int err = frame_decode(type, data, len, &back);
    if (err == FRAME_OK)
        frame_body_free(back);
    free(data);
    return err;
}

static void a_kept_body_stays_whole(void **state)
{
    (void)state;
    enum { ITEMS = 3000 }; /* more than one block of memory */
    size_t len;
    uint8_t *data = repeated_body(ITEMS, id16, 16, &len);
    ProtobufCMessage *body;
    assert_int_equal(frame_decode(FRAME_ACK, data, len, &body), FRAME_OK);
    free(data);
    frame_body_keep(body);
    frame_body_free(body);
    const Aduan__Wire__Ack *ack = (const Aduan__Wire__Ack *)body;
    assert_int_equal(ack->n_uuid, ITEMS);
    for (size_t i = 0; i < ITEMS; i++)
        assert_memory_equal(ack->uuid[i].data, id16, 16);
    frame_body_free(body);
    frame_body_free(NULL);
}

static void counts_are_bounded(void **state)
{
    (void)state;
    uint8_t sms[18] = {0x0a, 16};
    assert_int_equal(decode_items(FRAME_ACK, 100000, id16, 16), FRAME_OK);
    assert_int_equal(decode_items(FRAME_ACK, 100001, id16, 16), FRAME_E_BODY);
    assert_int_equal(decode_items(FRAME_ACK, 1, id16, 15), FRAME_E_BODY);
    /* the dearest honest batch: nothing but uuids */
    assert_int_equal(decode_items(FRAME_BATCH, 100000, sms, sizeof sms), FRAME_OK);
    assert_int_equal(decode_items(FRAME_BATCH, 100001, sms, sizeof sms), FRAME_E_BODY);
    assert_int_equal(decode_items(FRAME_RESULTS, 100000, sms, sizeof sms), FRAME_OK);
    assert_int_equal(decode_items(FRAME_REPORTS, 1, sms, sizeof sms), FRAME_E_BODY); /* no reply_id */
    /* two bytes an item: would be hundreds in memory */
    assert_int_equal(decode_items(FRAME_BATCH, 4000000, id16, 0), FRAME_E_BODY);
}

static void bodies_are_bounded(void **state)
{
    (void)state;
    uint8_t *big = calloc(1, FRAME_BODY_MAX_BYTES + 1), *data;
    size_t len;
    ProtobufCMessage *back;
    Aduan__Wire__Sms sms = ADUAN__WIRE__SMS__INIT, *list[] = {&sms};
    Aduan__Wire__Batch batch = ADUAN__WIRE__BATCH__INIT;
    assert_int_equal(frame_decode(FRAME_PING, big, FRAME_BODY_MAX_BYTES + 1, &back), FRAME_E_SIZE);
    sms.uuid = BYTES(id16, 16);
    sms.body = BYTES(big, FRAME_BODY_MAX_BYTES);
    batch.n_sms = 1;
    batch.sms = list;
    assert_int_equal(frame_encode(&batch.base, &data, &len), FRAME_E_SIZE);
    sms.body.len = FRAME_BODY_MAX_BYTES - 64;
    assert_int_equal(decode_of(FRAME_BATCH, &batch), FRAME_OK);
    free(big);
    assert_int_equal(frame_decode(FRAME_TYPE_END, id16, 0, &back), FRAME_E_TYPE);
    assert_int_equal(frame_decode(FRAME_HELLO, id16, 16, &back), FRAME_E_BODY);
}

static void fields_of_a_later_schema(void **state)
{
    (void)state;
    static const uint8_t later[] = {0x98, 0x06, 0x01}; /* field 99 */
    static const uint8_t number_0[] = {0x00, 0x01};
    static const uint8_t number_2_29[] = {0x80, 0x80, 0x80, 0x80, 0x10, 0x01}; /* one past the last */
    ProtobufCMessage *body;
    assert_int_equal(frame_decode(FRAME_PING, later, sizeof later, &body), FRAME_OK);
    frame_body_free(body);
    assert_int_equal(frame_decode(FRAME_PING, number_0, sizeof number_0, &body), FRAME_E_BODY);
    assert_int_equal(frame_decode(FRAME_PING, number_2_29, sizeof number_2_29, &body), FRAME_E_BODY);
}

static void status_bounds(void **state)
{
    (void)state;
    char *note = malloc(1026);
    memset(note, 'x', 1025), note[1025] = '\0';
    Aduan__Wire__Link link = ADUAN__WIRE__LINK__INIT, *links[] = {&link};
    Aduan__Wire__Status s = ADUAN__WIRE__STATUS__INIT;
    s.role = "box";
    s.name = "box1";
    s.n_link = 1;
    s.link = links;
    link.name = "main";
    assert_int_equal(decode_of(FRAME_STATUS, &s), FRAME_OK);
    s.note = note;
    assert_int_equal(decode_of(FRAME_STATUS, &s), FRAME_E_BODY);
    s.note = note + 1;
    assert_int_equal(decode_of(FRAME_STATUS, &s), FRAME_OK);
    link.name = "";
    assert_int_equal(decode_of(FRAME_STATUS, &s), FRAME_E_BODY);
    free(note);
}

/* --- sockets ------------------------------------------------------------------------------------------------- */

struct pair {
    void *ctx, *router, *dealer;
    char dir[64], endpoint[96];
};

static void *open_socket(void *ctx, int type)
{
    void *socket = zmq_socket(ctx, type);
    int zero = 0, one = 1;
    zmq_setsockopt(socket, ZMQ_LINGER, &zero, sizeof zero);
    if (type == ZMQ_ROUTER)
        zmq_setsockopt(socket, ZMQ_ROUTER_MANDATORY, &one, sizeof one);
    return socket;
}

static int pair_setup(void **state)
{
    struct pair *p = calloc(1, sizeof *p);
    strcpy(p->dir, "/tmp/aduan-frame-XXXXXX");
    if (!mkdtemp(p->dir))
        return -1;
    snprintf(p->endpoint, sizeof p->endpoint, "ipc://%s/s", p->dir);
    p->ctx = zmq_ctx_new();
    p->router = open_socket(p->ctx, ZMQ_ROUTER);
    p->dealer = open_socket(p->ctx, ZMQ_DEALER);
    zmq_setsockopt(p->dealer, ZMQ_ROUTING_ID, "worker", 6);
    *state = p;
    return zmq_bind(p->router, p->endpoint) || zmq_connect(p->dealer, p->endpoint);
}

static int pair_teardown(void **state)
{
    struct pair *p = *state;
    if (p->dealer)
        zmq_close(p->dealer);
    zmq_close(p->router);
    zmq_ctx_term(p->ctx);
    unlink(p->endpoint + strlen("ipc://"));
    rmdir(p->dir);
    free(p);
    return 0;
}

static void wait_readable(void *socket)
{
    zmq_pollitem_t item = {socket, 0, ZMQ_POLLIN, 0};
    assert_int_equal(zmq_poll(&item, 1, 10000), 1);
}

static int next_frame(void *socket, bool router, struct frame *f)
{
    wait_readable(socket);
    return frame_recv(socket, router, f);
}

static void send_parts(void *socket, size_t n, const char *const *parts, const size_t *lens)
{
    for (size_t i = 0; i < n; i++)
        assert_int_equal(zmq_send(socket, parts[i], lens[i], i + 1 < n ? ZMQ_SNDMORE : 0), lens[i]);
}

static void there_and_back(void **state)
{
    struct pair *p = *state;
    struct frame f;
    Aduan__Wire__Hello hello = a_hello();
    assert_int_equal(frame_recv(p->router, true, &f), FRAME_E_AGAIN);
    assert_int_equal(frame_send(p->dealer, NULL, 0, FRAME_HELLO, &hello.base), FRAME_OK);
    assert_int_equal(next_frame(p->router, true, &f), FRAME_OK);
    assert_int_equal(f.type, FRAME_HELLO);
    assert_int_equal(f.routing_len, 6);
    assert_memory_equal(f.routing, "worker", 6);
    Aduan__Wire__Hello *got = (Aduan__Wire__Hello *)f.body;
    assert_string_equal(got->name, "classifier.1");
    assert_int_equal(got->credit, 512);

    Aduan__Wire__Ping ping = ADUAN__WIRE__PING__INIT; /* an empty body is a part too */
    struct frame back;
    assert_int_equal(frame_send(p->router, f.routing, f.routing_len, FRAME_PING, &ping.base), FRAME_OK);
    assert_int_equal(next_frame(p->dealer, false, &back), FRAME_OK);
    assert_int_equal(back.type, FRAME_PING);
    assert_int_equal(back.routing_len, 0);
    frame_done(&back);
    frame_done(&f);
    frame_done(&f); /* harmless twice, and on nothing */
    frame_done(NULL);
}

static void refusals_are_drained(void **state)
{
    struct pair *p = *state;
    static const struct {
        size_t n;
        const char *parts[5];
        size_t lens[5];
        int err;
    } cases[] = {
        {1, {"x"}, {1}, FRAME_E_SHAPE},
        {1, {""}, {0}, FRAME_E_SHAPE},
        {1, {"\xad\x02\x03\x00"}, {4}, FRAME_E_SHAPE}, /* a header alone */
        {3, {"\xad\x02\x03\x00", "", ""}, {4, 0, 0}, FRAME_E_SHAPE},
        {5, {"\xad\x02\x03\x00", "", "a", "b", "c"}, {4, 0, 1, 1, 1}, FRAME_E_SHAPE},
        {3, {"", "\xad\x02\x03\x00", ""}, {0, 4, 0}, FRAME_E_SHAPE}, /* what a REQ socket sends */
        {2, {"GET ", "/"}, {4, 1}, FRAME_E_MAGIC},
        {2, {"\xad\x01\x03\x00", ""}, {4, 0}, FRAME_E_VERSION},
        {2, {"\xad\x02\x63\x00", ""}, {4, 0}, FRAME_E_TYPE},
        {2, {"\xad\x02\x01\x00", "\xff\xff\xff"}, {4, 3}, FRAME_E_BODY},
        {2, {"\xad\x02\x01\x00", ""}, {4, 0}, FRAME_E_BODY}, /* a HELLO without a life */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct frame f;
        send_parts(p->dealer, cases[i].n, cases[i].parts, cases[i].lens);
        assert_int_equal(next_frame(p->router, true, &f), cases[i].err);
        assert_int_equal(f.routing_len, 6);
        assert_memory_equal(f.routing, "worker", 6);
        assert_null(f.body);
        /* the very next message is read from its beginning */
        Aduan__Wire__Bye bye = ADUAN__WIRE__BYE__INIT;
        assert_int_equal(frame_send(p->dealer, NULL, 0, FRAME_BYE, &bye.base), FRAME_OK);
        assert_int_equal(next_frame(p->router, true, &f), FRAME_OK);
        assert_int_equal(f.type, FRAME_BYE);
        frame_done(&f);
    }
}

static void too_large_a_body(void **state)
{
    struct pair *p = *state;
    struct frame f;
    char *big = calloc(1, FRAME_BODY_MAX_BYTES + 1);
    send_parts(p->dealer, 2, (const char *const[]){"\xad\x02\x04\x00", big},
               (const size_t[]){4, FRAME_BODY_MAX_BYTES + 1});
    assert_int_equal(next_frame(p->router, true, &f), FRAME_E_SIZE);
    free(big);
}

static void what_may_not_be_sent(void **state)
{
    struct pair *p = *state;
    Aduan__Wire__Ping ping = ADUAN__WIRE__PING__INIT;
    Aduan__Wire__Hello hello = a_hello();
    assert_int_equal(frame_send(p->dealer, NULL, 0, FRAME_HELLO, &ping.base), FRAME_E_TYPE);
    assert_int_equal(frame_send(p->dealer, NULL, 0, FRAME_TYPE_END, &ping.base), FRAME_E_TYPE);
    hello.credit = 0;
    assert_int_equal(frame_send(p->dealer, NULL, 0, FRAME_HELLO, &hello.base), FRAME_E_BODY);
    uint8_t *big = calloc(1, FRAME_BODY_MAX_BYTES);
    Aduan__Wire__Mt mt = ADUAN__WIRE__MT__INIT, *list[] = {&mt};
    Aduan__Wire__Submit submit = ADUAN__WIRE__SUBMIT__INIT;
    mt.reply_id = BYTES(id16, 16);
    mt.body = BYTES(big, FRAME_BODY_MAX_BYTES);
    submit.n_mt = 1;
    submit.mt = list;
    assert_int_equal(frame_send(p->router, id16, 3, FRAME_SUBMIT, &submit.base), FRAME_E_SIZE);
    free(big);
}

static void gone_and_full_peers(void **state)
{
    struct pair *p = *state;
    struct frame f;
    Aduan__Wire__Ping ping = ADUAN__WIRE__PING__INIT;
    Aduan__Wire__Hello hello = a_hello();
    assert_int_equal(frame_send(p->router, id16, 16, FRAME_PING, &ping.base), FRAME_E_GONE);
    assert_int_equal(frame_send(p->dealer, NULL, 0, FRAME_HELLO, &hello.base), FRAME_OK);
    assert_int_equal(next_frame(p->router, true, &f), FRAME_OK);
    frame_done(&f);
    /* nobody reads: the pipe, the kernel's buffers and the peer's queue fill, then it would block */
    int err = FRAME_OK, sent = 0;
    uint8_t *body = calloc(1, 1000000);
    Aduan__Wire__Sms sms = ADUAN__WIRE__SMS__INIT, *list[] = {&sms};
    Aduan__Wire__Batch batch = ADUAN__WIRE__BATCH__INIT;
    sms.uuid = BYTES(id16, 16);
    sms.body = BYTES(body, 1000);
    batch.n_sms = 1;
    batch.sms = list;
    for (; err == FRAME_OK && sent < 100000; sent += err == FRAME_OK)
        err = frame_send(p->router, (const uint8_t *)"worker", 6, FRAME_BATCH, &batch.base);
    assert_int_equal(err, FRAME_E_AGAIN);
    /* what was accepted arrives whole, and nothing more */
    for (int i = 0; i < sent; i++) {
        assert_int_equal(next_frame(p->dealer, false, &f), FRAME_OK);
        assert_int_equal(((Aduan__Wire__Batch *)f.body)->sms[0]->body.len, 1000);
        frame_done(&f);
    }
    assert_int_equal(frame_recv(p->dealer, false, &f), FRAME_E_AGAIN);
    free(body);
    /* a DEALER without a peer has nowhere to send to */
    void *lonely = open_socket(p->ctx, ZMQ_DEALER);
    assert_int_equal(frame_send(lonely, NULL, 0, FRAME_PING, &ping.base), FRAME_E_AGAIN);
    zmq_close(lonely);
    zmq_close(p->dealer);
    p->dealer = NULL;
    /* a ROUTER whose pipe is full learns that its peer has gone only as it reads */
    do {
        assert_int_equal(frame_recv(p->router, true, &f), FRAME_E_AGAIN);
        err = frame_send(p->router, (const uint8_t *)"worker", 6, FRAME_PING, &ping.base);
    } while (err == FRAME_OK || err == FRAME_E_AGAIN);
    assert_int_equal(err, FRAME_E_GONE);
}

static void sockets_of_the_wrong_kind(void **state)
{
    struct pair *p = *state;
    struct frame f;
    Aduan__Wire__Ping ping = ADUAN__WIRE__PING__INIT;
    void *pull = open_socket(p->ctx, ZMQ_PULL), *push = open_socket(p->ctx, ZMQ_PUSH);
    assert_int_equal(frame_send(pull, NULL, 0, FRAME_PING, &ping.base), FRAME_E_SOCKET);
    assert_int_equal(frame_recv(push, false, &f), FRAME_E_SOCKET);
    zmq_close(pull);
    zmq_close(push);
}

static void inproc_too(void **state)
{
    struct pair *p = *state;
    struct frame f;
    Aduan__Wire__Bye bye = ADUAN__WIRE__BYE__INIT;
    void *router = open_socket(p->ctx, ZMQ_ROUTER), *dealer = open_socket(p->ctx, ZMQ_DEALER);
    assert_int_equal(zmq_bind(router, "inproc://x"), 0);
    assert_int_equal(zmq_connect(dealer, "inproc://x"), 0);
    assert_int_equal(frame_send(dealer, NULL, 0, FRAME_BYE, &bye.base), FRAME_OK);
    assert_int_equal(next_frame(router, true, &f), FRAME_OK);
    assert_true(f.routing_len > 0); /* libzmq's own, for who gives none */
    frame_done(&f);
    zmq_close(router);
    zmq_close(dealer);
}

#define SOCKET_TEST(f) cmocka_unit_test_setup_teardown(f, pair_setup, pair_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(header_round_trip),
        cmocka_unit_test(header_refusals),
        cmocka_unit_test(every_error_has_a_sentence),
        cmocka_unit_test(hello_bounds),
        cmocka_unit_test(names_are_utf8),
        cmocka_unit_test(a_kept_body_stays_whole),
        cmocka_unit_test(counts_are_bounded),
        cmocka_unit_test(bodies_are_bounded),
        cmocka_unit_test(fields_of_a_later_schema),
        cmocka_unit_test(status_bounds),
        SOCKET_TEST(there_and_back),
        SOCKET_TEST(refusals_are_drained),
        SOCKET_TEST(too_large_a_body),
        SOCKET_TEST(what_may_not_be_sent),
        SOCKET_TEST(gone_and_full_peers),
        SOCKET_TEST(sockets_of_the_wrong_kind),
        SOCKET_TEST(inproc_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
