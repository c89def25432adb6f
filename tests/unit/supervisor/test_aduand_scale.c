/* SPDX-License-Identifier: BSD-2-Clause */
/* An operator's counts and holds outlive aduand; a changed file wins over them. */
#include "scale.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct config config(unsigned classifiers, unsigned responders)
{
    return (struct config){.classifiers = classifiers, .responders = responders, .workers_max = 32};
}

static void a_changed_file_wins_and_an_unchanged_one_does_not(void **state)
{
    struct config c = config(1, 2);
    struct scale scale;

    (void)state;
    scale_init(&scale, &c);
    scale.count[ROLE_CLASSIFIER] = 4;
    assert_false(scale_take_file(&scale, &c));
    assert_int_equal(scale.count[ROLE_CLASSIFIER], 4);
    c = config(1, 3);
    assert_true(scale_take_file(&scale, &c));
    assert_int_equal(scale.count[ROLE_CLASSIFIER], 4);
    assert_int_equal(scale.count[ROLE_RESPONDER], 3);
    c.workers_max = 2;
    assert_true(scale_take_file(&scale, &c));
    assert_int_equal(scale.count[ROLE_CLASSIFIER], 2);
}

static void holds_go_by_name_by_role_and_by_all(void **state)
{
    struct scale scale = {0};
    char name[SLOT_NAME_BYTES + 1];

    (void)state;
    assert_int_equal(scale_hold(&scale, "classifier.2"), OK);
    assert_int_equal(scale_hold(&scale, "classifier.2"), E_EXISTS);
    assert_true(scale_is_held(&scale, ROLE_CLASSIFIER, "classifier.2"));
    assert_false(scale_is_held(&scale, ROLE_CLASSIFIER, "classifier.1"));
    assert_int_equal(scale_hold(&scale, "box"), OK);
    assert_true(scale_is_held(&scale, ROLE_BOX, "box1"));
    assert_int_equal(scale_release(&scale, "classifier"), E_NOT_FOUND);
    assert_int_equal(scale_release(&scale, "classifier.2"), OK);
    assert_false(scale_is_held(&scale, ROLE_CLASSIFIER, "classifier.2"));
    assert_int_equal(scale_hold(&scale, "all"), OK);
    assert_true(scale_is_held(&scale, ROLE_RESPONDER, "responder.1"));
    assert_true(scale_is_held(&scale, ROLE_END, "all"));
    assert_int_equal(scale_release(&scale, "all"), OK);
    assert_int_equal(scale.held_count, 0);
    for (int i = 0; i < HELD_MAX; i++) {
        snprintf(name, sizeof name, "classifier.%d", i + 1);
        assert_int_equal(scale_hold(&scale, name), OK);
    }
    assert_int_equal(scale_hold(&scale, "box"), E_FULL);
    scale.held_count = 0;
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_int_equal(scale_hold(&scale, name), E_FULL);
}

static void what_is_saved_is_loaded(void **state)
{
    char dir[] = "/tmp/aduan-scale.XXXXXX", path[64];
    struct config c = config(1, 1);
    struct scale scale, loaded;
    struct fault fault;

    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/fleet.json", dir);
    scale_init(&scale, &c);
    scale_init(&loaded, &c);
    assert_int_equal(scale_load(&loaded, path, &c, &fault), E_NOT_FOUND);
    scale.count[ROLE_CLASSIFIER] = 4;
    assert_int_equal(scale_hold(&scale, "responder"), OK);
    assert_int_equal(scale_save(&scale, path, true, &fault), OK);
    assert_int_equal(scale_load(&loaded, path, &c, &fault), OK);
    assert_int_equal(loaded.count[ROLE_CLASSIFIER], 4);
    assert_int_equal(loaded.count[ROLE_RESPONDER], 1);
    assert_true(scale_is_held(&loaded, ROLE_RESPONDER, "responder.1"));
    assert_int_equal(scale_save(&scale, path, false, &fault), OK);
    c = config(2, 1);
    assert_int_equal(scale_load(&loaded, path, &c, &fault), OK);
    assert_int_equal(loaded.held_count, 0);
    assert_int_equal(loaded.count[ROLE_CLASSIFIER], 2);
    assert_int_equal(scale_save(&scale, "/nowhere/at/all", true, &fault), E_IO);
    assert_int_equal(scale_save(&scale, dir, true, &fault), E_IO);
    unlink(path);
    snprintf(path, sizeof path, "%s.new", dir);
    unlink(path);
    rmdir(dir);
}

static void a_file_that_is_not_ours_changes_nothing(void **state)
{
    static const char *const texts[] = {
        "",
        "{",
        "[]",
        "{}",
        "{\"v\":2}",
        "{\"v\":1}",
        "{\"v\":1,\"held\":[1]}",
        "{\"v\":1,\"held\":[\"a\",\"a\"]}",
        "{\"v\":1,\"held\":[],\"count\":{\"classifier\":-1,\"responder\":1},\"file\":{}}",
        "{\"v\":1,\"held\":[],\"count\":{\"classifier\":1,\"responder\":1001},\"file\":{}}",
        "{\"v\":1,\"held\":[],\"count\":{\"classifier\":1,\"responder\":1},\"file\":{\"classifier\":\"1\"}}",
        "{\"v\":1,\"held\":[],\"count\":{\"classifier\":1}}"};
    char path[] = "/tmp/aduan-scale.XXXXXX";
    struct config c = config(3, 1);
    int fd = mkstemp(path);

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct scale scale;
        struct fault fault;
        assert_int_equal(ftruncate(fd, 0), 0);
        assert_int_equal(pwrite(fd, texts[i], strlen(texts[i]), 0), strlen(texts[i]));
        scale_init(&scale, &c);
        assert_int_equal(scale_load(&scale, path, &c, &fault), E_CORRUPT);
        assert_int_equal(scale.count[ROLE_CLASSIFIER], 3);
        assert_int_equal(scale.held_count, 0);
    }
    close(fd);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_changed_file_wins_and_an_unchanged_one_does_not),
        cmocka_unit_test(holds_go_by_name_by_role_and_by_all),
        cmocka_unit_test(what_is_saved_is_loaded),
        cmocka_unit_test(a_file_that_is_not_ours_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
