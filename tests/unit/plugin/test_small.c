/* SPDX-License-Identifier: BSD-2-Clause */
/* The small rooms: buffers, the map of ids, UTF-16, locks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bound_path.h"
#include "bytes.h"
#include "idmap.h"
#include "lock.h"
#include "utf16.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* --- bytes --------------------------------------------------------------------------------------------------- */

static void bytes_come_out_as_they_went_in(void **state)
{
    (void)state;
    struct bytes bytes = {0};
    uint8_t in = 0, out = 0;
    for (int round = 0; round < 3000; round++) {
        uint8_t some[37];
        for (size_t i = 0; i < sizeof some; i++)
            some[i] = in++;
        assert_true(bytes_append(&bytes, some, sizeof some));
        size_t take = round % 2 ? sizeof some : 30;
        for (size_t i = 0; i < take; i++)
            assert_int_equal(bytes_at(&bytes)[i], out++);
        bytes_consume(&bytes, take);
    }
    assert_true(bytes_len(&bytes) == 1500 * 7);
    assert_true(bytes.capacity < 65536); /* the front is used again */
    bytes_consume(&bytes, bytes_len(&bytes));
    assert_int_equal(bytes.start, 0);
    bytes_done(&bytes);
}

static void bytes_refuse_what_cannot_be(void **state)
{
    (void)state;
    struct bytes bytes = {0};
    assert_true(bytes_append(&bytes, "abc", 3));
    assert_false(bytes_reserve(&bytes, SIZE_MAX / 2));
    assert_false(bytes_append(&bytes, "", SIZE_MAX - 1));
    assert_int_equal(bytes_len(&bytes), 3);
    assert_true(bytes_append(&bytes, NULL, 0));
    bytes_truncate(&bytes, 1);
    assert_int_equal(bytes_len(&bytes), 1);
    bytes_done(&bytes);
}

/* --- idmap --------------------------------------------------------------------------------------------------- */

static void ids_are_found_and_forgotten(void **state)
{
    (void)state;
    enum { NODES = 500 };
    static struct idmap_node nodes[NODES];
    struct idmap map;
    assert_true(idmap_init(&map, 10, 99)); /* few buckets: chains are walked */
    for (unsigned i = 0; i < NODES; i++) {
        memset(nodes[i].id, 0, ID_BYTES);
        memcpy(nodes[i].id + (i % 2 ? 0 : 12), &i, sizeof i);
        idmap_put(&map, &nodes[i]);
    }
    assert_int_equal(map.count, NODES);
    for (unsigned i = 0; i < NODES; i += 3)
        idmap_remove(&map, &nodes[i]);
    idmap_remove(&map, &nodes[0]); /* not there any more */
    for (unsigned i = 0; i < NODES; i++)
        assert_ptr_equal(idmap_find(&map, nodes[i].id), i % 3 ? &nodes[i] : NULL);
    idmap_done(&map);
}

/* --- utf16 --------------------------------------------------------------------------------------------------- */

static void convert(const char *text, const char *wanted_hex)
{
    char hex[256] = "";
    size_t len = strlen(text);
    for (size_t at = 0; at < len;) {
        uint8_t unit[4];
        size_t made = utf16be_next((const uint8_t *)text, len, &at, unit);
        for (size_t i = 0; i < made; i++)
            snprintf(hex + strlen(hex), sizeof hex - strlen(hex), "%02x", unit[i]);
    }
    assert_string_equal(hex, wanted_hex);
}

static void utf8_becomes_utf16(void **state)
{
    (void)state;
    convert("aé€😀", "006100e920acd83dde00");
    convert("\xED\xA0\x80", "fffdfffdfffd"); /* a surrogate */
    convert("\xC0\xAF", "fffdfffd");         /* overlong */
    convert("\xE0\x80\xAF", "fffdfffdfffd");
    convert("\xF0\x9F\x98", "fffd"); /* cut short */
    convert("\xF0\x8F\xBF\xBF", "fffdfffdfffdfffd");
    convert("\xF4\x90\x80\x80", "fffdfffdfffdfffd"); /* beyond Unicode */
    convert("\xF5", "fffd");
    convert("\x80z", "fffd007a");
    convert("\xF4\x8F\xBF\xBF", "dbffdfff");
    convert("\xED\x9F\xBF", "d7ff");
}

/* --- lock ---------------------------------------------------------------------------------------------------- */

static char dir[] = "/tmp/aduanbox-lock-XXXXXX";

static int make_dir(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/aduanbox-lock-XXXXXX");
    return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
    char path[128];
    (void)state;
    snprintf(path, sizeof path, "%s/a.lock", dir);
    unlink(path);
    return rmdir(dir);
}

static void a_lock_has_one_holder(void **state)
{
    (void)state;
    char path[128], endpoint[128], why[256], pid[32] = "";
    bool busy;
    snprintf(path, sizeof path, "%s/a.lock", dir);
    snprintf(endpoint, sizeof endpoint, "ipc://%s/a", dir);
    int fd = lock_take(path, &busy, why, sizeof why);
    assert_true(fd > 0);
    int read_fd = open(path, O_RDONLY);
    assert_true(read(read_fd, pid, sizeof pid - 1) > 0);
    assert_int_equal(atol(pid), getpid());
    assert_int_equal(lock_endpoint(endpoint, &busy, why, sizeof why), -1); /* the same file */
    assert_true(busy);
    assert_non_null(strstr(why, "already holds"));
    close(fd);
    assert_int_equal(flock(read_fd, LOCK_SH | LOCK_NB), 0); /* somebody asks whether the name lives, for too long */
    assert_int_equal(lock_take(path, &busy, why, sizeof why), -1);
    assert_true(busy);
    close(read_fd);
    fd = lock_endpoint(endpoint, &busy, why, sizeof why);
    assert_true(fd > 0);
    close(fd);
}

static void a_path_that_leads_elsewhere_is_noticed(void **state)
{
    (void)state;
    char endpoint[256];
    snprintf(endpoint, sizeof endpoint, "ipc://%s/box.in", dir);
    const char *path = endpoint + strlen("ipc://");
    close(open(path, O_CREAT | O_WRONLY, 0600));
    struct bound_path bound = bound_path_of(endpoint);
    assert_true(bound_path_is_ours(&bound));
    char other[300];
    snprintf(other, sizeof other, "%s.new", path);
    close(open(other, O_CREAT | O_WRONLY, 0600));
    assert_int_equal(rename(other, path), 0);
    assert_false(bound_path_is_ours(&bound));
    unlink(path);
    assert_false(bound_path_is_ours(&bound));
    bound = bound_path_of("tcp://127.0.0.1:1");
    assert_true(bound_path_is_ours(&bound));
    bound = bound_path_of("ipc:///nonexistent/box.in");
    assert_true(bound_path_is_ours(&bound));
}

static void a_lock_that_cannot_be_is_a_sentence(void **state)
{
    (void)state;
    static char endless[5000];
    char why[256];
    bool busy = true;
    assert_int_equal(lock_take("/nonexistent/a.lock", &busy, why, sizeof why), -1);
    assert_false(busy);
    assert_non_null(strstr(why, "No such file"));
    assert_int_equal(lock_take("/dev/full", &busy, why, sizeof why), -1);
    assert_non_null(strstr(why, "cannot write"));
    assert_int_equal(lock_endpoint("tcp://127.0.0.1:1", &busy, why, sizeof why), 0);
    memset(endless, 'x', sizeof endless - 1);
    memcpy(endless, "ipc://", 6);
    assert_int_equal(lock_endpoint(endless, &busy, why, sizeof why), -1);
    assert_non_null(strstr(why, "too long"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_come_out_as_they_went_in),
        cmocka_unit_test(bytes_refuse_what_cannot_be),
        cmocka_unit_test(ids_are_found_and_forgotten),
        cmocka_unit_test(utf8_becomes_utf16),
        cmocka_unit_test_setup_teardown(a_lock_has_one_holder, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(a_path_that_leads_elsewhere_is_noticed, make_dir, remove_dir),
        cmocka_unit_test(a_lock_that_cannot_be_is_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
