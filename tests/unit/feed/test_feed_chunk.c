/* SPDX-License-Identifier: BSD-2-Clause */
/* A chunk written by hand is what protobuf reads: whole, bounded, in order. */
#include "chunk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef Aduan__Feed__V1__Event Event;
typedef Aduan__Feed__V1__Response Response;

static const uint8_t id[CHUNK_ID_MAX] = "sixteen bytes id", epoch[CHUNK_EPOCH_BYTES] = "an epoch of this";

static bool add(struct chunk *chunk, uint64_t sequence, char *text)
{
    Event event = ADUAN__FEED__V1__EVENT__INIT;
    Aduan__Feed__V1__TicketOpened opened = ADUAN__FEED__V1__TICKET_OPENED__INIT;
    opened.text = text;
    event.sequence = sequence;
    event.what_case = ADUAN__FEED__V1__EVENT__WHAT_TICKET_OPENED;
    event.ticket_opened = &opened;
    return chunk_add(chunk, &event);
}

static Response *finish(struct chunk *chunk, size_t id_len, uint64_t through, bool last, size_t *bytes)
{
    const struct chunk_end end = {.id = id, .epoch = epoch, .id_len = id_len, .through = through, .last = last};
    zmq_msg_t message;
    chunk_finish(chunk, &end, &message);
    assert_null(chunk->bytes);
    *bytes = zmq_msg_size(&message);
    Response *response = aduan__feed__v1__response__unpack(NULL, *bytes, zmq_msg_data(&message));
    zmq_msg_close(&message);
    assert_non_null(response);
    assert_int_equal(response->version, 1);
    assert_int_equal(response->id.len, id_len);
    assert_memory_equal(response->id.data, id, id_len);
    assert_int_equal(response->what_case, ADUAN__FEED__V1__RESPONSE__WHAT_CHUNK);
    assert_memory_equal(response->chunk->epoch.data, epoch, sizeof epoch);
    assert_true(response->chunk->through == through && response->chunk->last == last);
    return response;
}

static void what_goes_in_comes_out(void **state)
{
    struct chunk chunk = {0};
    size_t bytes;
    (void)state;
    for (uint64_t n = 1; n <= 20; n++)
        assert_true(add(&chunk, n * 1000, "lampu mati"));
    Response *response = finish(&chunk, 16, UINT64_MAX, true, &bytes);
    assert_int_equal(response->chunk->n_event, 20);
    for (size_t n = 0; n < 20; n++) {
        assert_true(response->chunk->event[n]->sequence == (n + 1) * 1000);
        assert_string_equal(response->chunk->event[n]->ticket_opened->text, "lampu mati");
    }
    aduan__feed__v1__response__free_unpacked(response, NULL);
}

static void an_empty_one_moves_through(void **state)
{
    struct chunk chunk = {0};
    size_t bytes;
    (void)state;
    Response *response = finish(&chunk, 1, 7, false, &bytes);
    assert_int_equal(response->chunk->n_event, 0);
    aduan__feed__v1__response__free_unpacked(response, NULL);
    chunk_done(&chunk);
}

static void it_holds_a_thousand_events(void **state)
{
    struct chunk chunk = {0};
    size_t bytes;
    uint64_t n = 0;
    (void)state;
    while (add(&chunk, n + 1, ""))
        n++;
    assert_true(n == CHUNK_EVENTS);
    Response *response = finish(&chunk, 16, n, false, &bytes);
    assert_int_equal(response->chunk->n_event, CHUNK_EVENTS);
    aduan__feed__v1__response__free_unpacked(response, NULL);
}

static void it_holds_256_kib(void **state)
{
    struct chunk chunk = {0};
    char *text = malloc(3001);
    size_t bytes, n = 0;
    (void)state;
    memset(text, 'x', 3000);
    text[3000] = '\0';
    while (add(&chunk, n + 1, text))
        n++;
    assert_true(n > 80 && n < 90);
    Response *response = finish(&chunk, 16, n, true, &bytes);
    assert_true(bytes <= CHUNK_BYTES && bytes > CHUNK_BYTES - 4000);
    assert_int_equal(response->chunk->n_event, n);
    aduan__feed__v1__response__free_unpacked(response, NULL);
    free(text);
}

static void one_event_always_fits(void **state)
{
    struct chunk chunk = {0};
    char *text = malloc(400001);
    size_t bytes;
    (void)state;
    memset(text, 'x', 400000);
    text[400000] = '\0';
    assert_true(add(&chunk, 1, text));
    assert_false(add(&chunk, 2, text));
    assert_false(add(&chunk, 2, ""));
    Response *response = finish(&chunk, 16, 1, false, &bytes);
    assert_int_equal(response->chunk->n_event, 1);
    aduan__feed__v1__response__free_unpacked(response, NULL);
    assert_true(add(&chunk, 2, ""));
    chunk_done(&chunk);
    assert_null(chunk.bytes);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_in_comes_out),     cmocka_unit_test(an_empty_one_moves_through),
        cmocka_unit_test(it_holds_a_thousand_events), cmocka_unit_test(it_holds_256_kib),
        cmocka_unit_test(one_event_always_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
