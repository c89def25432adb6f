/* SPDX-License-Identifier: BSD-2-Clause */
/* Whoever waits for others' commits is woken by them, and by nothing else. */
#include "support_store.h"

#include "store_watch.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>

static int setup(void **state)
{
    static struct support s;
    support_open(&s);
    *state = &s;
    return 0;
}

static int teardown(void **state)
{
    support_close(*state);
    return 0;
}

static bool readable(const struct store_watch *watch)
{
    struct pollfd item = {.fd = store_watch_fd(watch), .events = POLLIN};
    return poll(&item, 1, 0) == 1;
}

static void a_commit_wakes(void **state)
{
    struct support *s = *state;
    struct store_watch *watch = store_watch_open(s->store);
    uint64_t due;
    assert_non_null(watch);
    assert_false(readable(watch));
    assert_false(store_watch_clear(watch));
    assert_int_equal(store_next_due(s->store, &due), OK);
    assert_false(readable(watch)); /* reading is nobody's news */
    support_sms(s, &(struct support_sms){.n = 1});
    assert_true(readable(watch));
    assert_true(store_watch_clear(watch));
    assert_false(readable(watch));
    assert_false(store_watch_clear(watch));
    store_watch_close(watch);
}

static void many_commits_are_cleared_at_once(void **state)
{
    struct support *s = *state;
    struct store_watch *watch = store_watch_open(s->store);
    for (uint32_t n = 1; n <= 300; n++)
        support_sms(s, &(struct support_sms){.n = n});
    assert_true(store_watch_clear(watch));
    assert_false(readable(watch));
    store_watch_close(watch);
}

static void without_a_descriptor_there_is_no_watch(void **state)
{
    struct support *s = *state;
    struct rlimit before, none;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    struct store_watch *watch = store_watch_open(s->store);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_null(watch);
    assert_false(store_watch_clear(NULL));
    store_watch_close(NULL);
}

static void without_a_file_there_is_no_watch(void **state)
{
    struct support *s = *state;
    struct store elsewhere = *s->store;
    elsewhere.dir = (char *)"/nowhere";
    assert_null(store_watch_open(&elsewhere));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_commit_wakes, setup, teardown),
        cmocka_unit_test_setup_teardown(many_commits_are_cleared_at_once, setup, teardown),
        cmocka_unit_test_setup_teardown(without_a_descriptor_there_is_no_watch, setup, teardown),
        cmocka_unit_test_setup_teardown(without_a_file_there_is_no_watch, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
