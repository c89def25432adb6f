/* SPDX-License-Identifier: BSD-2-Clause */
/* The writing thread: what is confirmed comes back durable, what cannot be written comes back too, old events go. */
#include "support_store.h"

#include "clock.h"
#include "log.h"
#include "store_feed.h"
#include "writer.h"

#include <poll.h>

enum { PATIENCE_MS = 20000 };

struct scene {
    struct support s;
    struct writer *writer;
};

static int setup(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    struct fault fault;
    log_open("test", "", LOG_LEVEL_ERROR);
    support_open(&scene->s);
    assert_int_equal(writer_start(scene->s.store, &scene->writer, &fault), OK);
    *state = scene;
    return 0;
}

static int teardown(void **state)
{
    struct scene *scene = *state;
    writer_stop(scene->writer);
    writer_stop(NULL);
    support_close(&scene->s);
    free(scene);
    return 0;
}

static struct confirmation confirmation(const char *cursor, uint64_t sequence)
{
    struct confirmation c = {.sequence = sequence, .err = 99};
    strcpy(c.view, "acme");
    snprintf(c.cursor, sizeof c.cursor, "%s", cursor);
    memset(c.epoch, 3, sizeof c.epoch);
    memcpy(c.ticket, &sequence, sizeof sequence);
    return c;
}

static struct confirmation next(struct scene *scene)
{
    struct confirmation c;
    while (!writer_next(scene->writer, &c))
        assert_int_equal(poll(&(struct pollfd){writer_fd(scene->writer), POLLIN, 0}, 1, PATIENCE_MS), 1);
    return c;
}

static void what_is_confirmed_is_kept(void **state)
{
    struct scene *scene = *state;
    for (uint64_t n = 1; n <= 20; n++) {
        struct confirmation c = confirmation("app", n);
        assert_true(writer_confirm(scene->writer, &c));
    }
    for (uint64_t n = 1; n <= 20; n++) {
        struct confirmation c = next(scene);
        uint64_t ticket;
        memcpy(&ticket, c.ticket, sizeof ticket);
        assert_true(c.err == OK && c.sequence == n && ticket == n);
    }
    struct store_cursor cursor = {.view = "acme", .name = "app"};
    assert_int_equal(store_cursor_get(scene->s.store, &cursor), OK);
    assert_true(cursor.sequence == 20 && cursor.epoch[5] == 3);
}

static void too_many_at_once_are_not_taken(void **state)
{
    struct scene *scene = *state;
    struct confirmation c = confirmation("app", 1);
    size_t taken = 0;
    struct store_txn txn = support_write(&scene->s); /* the one writer is busy */
    while (taken < 3 * WRITER_QUEUE && writer_confirm(scene->writer, &c))
        taken++;
    txn_abort(&txn);
    assert_true(taken >= WRITER_QUEUE && taken <= 2 * WRITER_QUEUE);
    for (size_t i = 0; i < taken; i++)
        assert_int_equal(next(scene).err, OK);
    assert_true(writer_confirm(scene->writer, &c));
    assert_int_equal(next(scene).err, OK);
}

static void what_cannot_be_written_comes_back(void **state)
{
    struct scene *scene = *state;
    struct confirmation c = confirmation("app", 1);
    log_threshold(LOG_LEVEL_ERROR);
    store_commit_hook = support_commit_fails;
    assert_true(writer_confirm(scene->writer, &c));
    int err = next(scene).err;
    store_commit_hook = mdb_txn_commit;
    assert_int_equal(err, E_BUSY);
    for (int i = 0; i < STORE_CURSORS_MAX + 1; i++) {
        char name[16];
        snprintf(name, sizeof name, "c%d", i);
        c = confirmation(name, 1);
        assert_true(writer_confirm(scene->writer, &c));
        err = next(scene).err;
        assert_int_equal(err, i < STORE_CURSORS_MAX ? OK : E_FULL);
    }
}

static void old_events_go(void **state)
{
    struct scene *scene = *state;
    static const uint64_t day_us = UINT64_C(86400000000);
    uint8_t key[STORE_KEY_MESSAGE_BYTES] = {0};
    struct store_head head;
    scene->s.now_us = clock_now_us() - 10 * day_us;
    for (int old = 1; old >= 0; old--) {
        struct store_txn txn = support_write(&scene->s);
        for (int i = 0; i < (old ? 2500 : 3); i++)
            support_event(&txn, EVENT_KIND(SMS_RECEIVED), 0, key);
        support_commit(&txn);
        scene->s.now_us = clock_now_us();
    }
    writer_keep_days(scene->writer, 9);
    uint64_t give_up = clock_mono_ms() + PATIENCE_MS;
    do {
        (void)poll(NULL, 0, 5);
        assert_int_equal(store_head(scene->s.store, &head), OK);
    } while (head.first < 2501 && clock_mono_ms() < give_up);
    assert_true(head.first == 2501 && head.last == 2503);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_confirmed_is_kept),
        TEST(too_many_at_once_are_not_taken),
        TEST(what_cannot_be_written_comes_back),
        TEST(old_events_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
