/* SPDX-License-Identifier: BSD-2-Clause */
/* What a process says of itself is bounded, and its rate follows from the last seconds. */
#include "figures.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void say(struct figures *f, uint64_t done, uint64_t at_ms)
{
    Aduan__Wire__Status status = ADUAN__WIRE__STATUS__INIT;

    status.done = done;
    status.state = ADUAN__WIRE__STATUS__STATE__RUNNING;
    figures_take(f, &status, at_ms);
}

static void the_rate_is_that_of_the_last_seconds(void **state)
{
    struct figures f = {0};

    (void)state;
    assert_true(figures_silent(&f, 1000));
    assert_true(figures_rate(&f, 1000) == 0);
    say(&f, 100, 1000);
    assert_true(figures_rate(&f, 1000) == 0);
    assert_true(f.served);
    say(&f, 600, 2000);
    assert_true(figures_rate(&f, 2000) == 500);
    for (unsigned i = 3; i < 20; i++)
        say(&f, 600 + i * 10, i * 1000);
    assert_int_equal(f.sample_count, FIGURES_SAMPLES);
    assert_true(figures_rate(&f, 19000) == 10);
    assert_false(figures_silent(&f, 19000 + FIGURES_SILENT_MS));
    assert_true(figures_silent(&f, 19001 + FIGURES_SILENT_MS));
    assert_true(figures_rate(&f, 19001 + FIGURES_SILENT_MS) == 0);
}

static void rest_is_not_counted_into_the_rate_of_what_follows(void **state)
{
    struct figures f = {0};

    (void)state;
    for (unsigned i = 0; i < 10; i++)
        say(&f, 50, 1000 + i * 3000);
    for (unsigned i = 1; i <= 8; i++)
        say(&f, 50 + i * 100, 28000 + i * 1000);
    assert_true(figures_rate(&f, 36000) == 100);
}

static void many_words_in_one_second_count_as_one(void **state)
{
    struct figures f = {0};

    (void)state;
    for (unsigned i = 0; i <= 100; i++)
        say(&f, i * 10, 1000 + i * 10);
    assert_true(f.sample_count <= 3);
    assert_true(figures_rate(&f, 2000) == 1000);
}

static void two_words_at_one_instant_divide_by_nothing(void **state)
{
    struct figures f = {0};

    (void)state;
    say(&f, 1, 1000);
    say(&f, 2, 1000);
    assert_true(figures_rate(&f, 1000) == 0);
}

static void a_count_that_falls_back_begins_anew(void **state)
{
    struct figures f = {0};

    (void)state;
    say(&f, 1000, 1000);
    say(&f, 5, 2000);
    say(&f, 15, 3000);
    assert_true(figures_rate(&f, 3000) == 10);
    figures_reset(&f);
    assert_false(f.heard);
}

static void links_and_texts_are_cut_to_their_places(void **state)
{
    static char longer[1000];
    Aduan__Wire__Link link = ADUAN__WIRE__LINK__INIT, *links[FIGURES_LINKS_MAX + 5];
    Aduan__Wire__Status status = ADUAN__WIRE__STATUS__INIT;
    struct figures f = {0};

    (void)state;
    memset(longer, 'x', sizeof longer - 1);
    longer[3] = '\n';
    longer[4] = (char)0xff;
    link.name = link.host = link.note = status.note = longer;
    link.port = 13001;
    link.up = true;
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
        links[i] = &link;
    Aduan__Wire__Counter counter = ADUAN__WIRE__COUNTER__INIT, *counters[FIGURES_COUNTERS_MAX + 5];
    counter.name = longer;
    counter.value = 77;
    for (size_t i = 0; i < sizeof counters / sizeof counters[0]; i++)
        counters[i] = &counter;
    status.counter = counters;
    status.n_counter = sizeof counters / sizeof counters[0];
    status.link = links;
    status.n_link = sizeof links / sizeof links[0];
    figures_take(&f, &status, 1);
    assert_int_equal(f.link_count, FIGURES_LINKS_MAX);
    assert_int_equal(strlen(f.links[0].name), sizeof f.links[0].name - 1);
    assert_int_equal(strlen(f.note), FIGURES_NOTE_BYTES - 1);
    assert_memory_equal(f.note, "xxx??x", 6);
    assert_int_equal(f.links[FIGURES_LINKS_MAX - 1].port, 13001);
    assert_false(f.served);
    assert_int_equal(f.counter_count, FIGURES_COUNTERS_MAX);
    assert_int_equal(strlen(f.counters[0].name), sizeof f.counters[0].name - 1);
    assert_int_equal(f.counters[FIGURES_COUNTERS_MAX - 1].value, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rate_is_that_of_the_last_seconds),
        cmocka_unit_test(rest_is_not_counted_into_the_rate_of_what_follows),
        cmocka_unit_test(many_words_in_one_second_count_as_one),
        cmocka_unit_test(two_words_at_one_instant_divide_by_nothing),
        cmocka_unit_test(a_count_that_falls_back_begins_anew),
        cmocka_unit_test(links_and_texts_are_cut_to_their_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
