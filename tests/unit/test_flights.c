/* SPDX-License-Identifier: BSD-2-Clause */
/* The responder's table of replies that are out, beside a plain array that says what must be in it. */
#include "../../workers/responder/flights.c"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { IDS = 3000 };

/* Few first bytes, so that many ids have the same home. */
static void make_id(uint32_t n, uint8_t id[UUID_BYTES])
{
    uint64_t crowded = n % 7 == 0 ? n : n % 50;
    memset(id, 0, UUID_BYTES);
    memcpy(id, &crowded, sizeof crowded);
    memcpy(id + 8, &n, sizeof n);
}

static void check(struct flights *flights, const bool *present)
{
    size_t count = 0;
    for (uint32_t n = 0; n < IDS; n++) {
        uint8_t id[UUID_BYTES];
        make_id(n, id);
        struct flight *flight = flights_find(flights, id);
        assert_int_equal(flight != NULL, present[n]);
        if (flight)
            assert_int_equal(flight->attempts, n);
        count += present[n];
    }
    assert_int_equal(flights->count, count);
}

static void finds_what_was_added_and_not_removed(void **state)
{
    (void)state;
    struct flights flights = {0};
    bool present[IDS] = {false};
    uint32_t random = 12345;
    check(&flights, present);
    for (int step = 0; step < 20000; step++) {
        uint8_t id[UUID_BYTES];
        random = random * 1664525 + 1013904223;
        uint32_t n = (random >> 8) % IDS;
        make_id(n, id);
        if (present[n])
            flights_remove(&flights, flights_find(&flights, id));
        else
            flights_add(&flights, id)->attempts = n;
        present[n] = !present[n];
        if (step % 1000 == 0)
            check(&flights, present);
    }
    check(&flights, present);
    flights_done(&flights);
}

static void adding_twice_is_the_same_flight(void **state)
{
    (void)state;
    struct flights flights = {0};
    uint8_t id[UUID_BYTES] = {5};
    flights_add(&flights, id)->attempts = 3;
    assert_int_equal(flights_add(&flights, id)->attempts, 3);
    assert_int_equal(flights.count, 1);
    flights_done(&flights);
}

static void a_walk_that_removes_meets_each_once_or_more(void **state)
{
    (void)state;
    struct flights flights = {0};
    bool present[IDS] = {false};
    struct flight *flight;
    for (uint32_t n = 0; n < IDS; n++) {
        uint8_t id[UUID_BYTES];
        make_id(n, id);
        flights_add(&flights, id)->attempts = n;
        present[n] = n % 3 != 0;
    }
    for (size_t i = 0; (flight = flights_at(&flights, &i));) {
        if (flight->attempts % 3 == 0)
            flights_remove(&flights, flight);
        else
            i++;
    }
    check(&flights, present);
    flights_done(&flights);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_was_added_and_not_removed),
        cmocka_unit_test(adding_twice_is_the_same_flight),
        cmocka_unit_test(a_walk_that_removes_meets_each_once_or_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
