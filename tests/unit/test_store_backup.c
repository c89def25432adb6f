/* SPDX-License-Identifier: BSD-2-Clause */
/* A copy of a running store holds the same; a restored one goes on from there under a new epoch. */
#include "support_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* The n-th call of these fails with EIO; 0: none. They stand in front of libc's for everything linked here. */
static int fail_fsync, fail_renameat;

int fsync(int fd)
{
    if (fail_fsync > 0 && --fail_fsync == 0) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_fsync, fd);
}

int renameat(int old_dir, const char *old_path, int new_dir, const char *new_path)
{
    if (fail_renameat > 0 && --fail_renameat == 0) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_renameat2, old_dir, old_path, new_dir, new_path, 0);
}

static int setup(void **state)
{
    struct support *s = malloc(sizeof *s);
    support_open(s);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    support_close(*state);
    free(*state);
    return 0;
}

/* A path beside the store; eight of them live at a time. */
static const char *beside(const struct support *s, const char *name)
{
    static char paths[8][128];
    static int next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", s->dir, name);
    return path;
}

static bool exists(const char *dir, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return access(path, F_OK) == 0;
}

static struct store *open_at(const struct support *s, const char *dir)
{
    struct store_options options = support_options(s);
    struct store *store = NULL;
    struct fault fault = {0};
    options.dir = dir;
    options.create = false;
    if (store_open(&options, &store, &fault) != OK)
        fail_msg("%s", fault.text);
    return store;
}

static void must(int rc, const struct fault *fault)
{
    if (rc != OK)
        fail_msg("%s", fault->text);
}

static void a_backup_of_a_running_store_holds_the_same(void **state)
{
    struct support *s = *state;
    struct fault fault = {0};
    struct stat st;
    uint64_t id = 0;
    for (uint32_t n = 1; n <= 50; n++)
        id = support_sms(s, &(struct support_sms){.n = n});
    const char *dst = beside(s, "backup");
    must(store_backup(s->store, dst, &fault), &fault);
    assert_int_equal(stat(dst, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_false(exists(dst, "lock.mdb"));
    assert_false(exists(dst, "data.mdb.part"));

    support_sms(s, &(struct support_sms){.n = 99}); /* not in the copy */
    struct store *copy = open_at(s, dst);
    struct store_head head;
    Aduan__Record__Ticket *ticket;
    assert_int_equal(store_head(copy, &head), OK);
    assert_int_equal(head.last, 150);
    assert_memory_equal(head.epoch, s->store->epoch, STORE_EPOCH_BYTES);
    assert_int_equal(store_ticket_get(copy, id, &ticket), OK);
    aduan__record__ticket__free_unpacked(ticket, NULL);
    store_close(copy);
}

static void a_backup_goes_nowhere_twice(void **state)
{
    struct support *s = *state;
    struct fault fault = {0};
    const char *dst = beside(s, "backup");
    must(store_backup(s->store, dst, &fault), &fault);
    assert_int_equal(store_backup(s->store, dst, &fault), E_EXISTS);
    assert_non_null(strstr(fault.text, "already holds a store"));
    assert_true(exists(dst, "data.mdb"));
    /* onto the running store itself */
    assert_int_equal(store_backup(s->store, s->path, &fault), E_BUSY);
    /* an empty directory will do */
    const char *empty = beside(s, "empty");
    assert_int_equal(mkdir(empty, 0700), 0);
    must(store_backup(s->store, empty, &fault), &fault);
}

static void a_place_that_cannot_be_is_named(void **state)
{
    struct support *s = *state;
    struct fault fault = {0};
    assert_int_equal(store_backup(s->store, beside(s, "no/such"), &fault), E_IO);
    assert_non_null(strstr(fault.text, "no/such"));
    const char *file = beside(s, "file");
    close(open(file, O_CREAT | O_WRONLY, 0600));
    assert_int_equal(store_backup(s->store, file, &fault), E_IO);
    assert_non_null(strstr(fault.text, file));
    /* names that are taken by directories */
    const char *dst = beside(s, "taken");
    assert_int_equal(mkdir(dst, 0700), 0);
    assert_int_equal(mkdir(beside(s, "taken/data.mdb.part"), 0700), 0);
    assert_int_equal(store_backup(s->store, dst, &fault), E_IO);
    dst = beside(s, "taken2");
    assert_int_equal(mkdir(dst, 0700), 0);
    assert_int_equal(mkdir(beside(s, "taken2/data.mdb"), 0700), 0);
    assert_int_not_equal(store_backup(s->store, dst, &fault), OK);
}

static void a_restored_store_goes_on_under_a_new_epoch(void **state)
{
    struct support *s = *state;
    struct fault fault = {0};
    struct store_head before, after;
    uint64_t id = support_sms(s, &(struct support_sms){.n = 1});
    const char *backup = beside(s, "backup"), *dst = beside(s, "restored");
    must(store_backup(s->store, backup, &fault), &fault);
    must(store_restore(backup, dst, SUPPORT_MAP_BYTES, s->seal, &fault), &fault);
    assert_false(exists(dst, "restore.part"));
    struct store *restored = open_at(s, dst);
    assert_int_equal(store_head(s->store, &before), OK);
    assert_int_equal(store_head(restored, &after), OK);
    assert_true(before.last == after.last);
    assert_memory_not_equal(before.epoch, after.epoch, STORE_EPOCH_BYTES);
    struct store_ticket_change verify = {.verb = TICKET_VERIFY, .actor = "sari"};
    must(store_ticket_change(restored, id, &verify, s->now_us, &fault), &fault);
    store_close(restored);
}

static void a_restore_keeps_off_what_lives(void **state)
{
    struct support *s = *state;
    struct fault fault = {0};
    const char *backup = beside(s, "backup");
    must(store_backup(s->store, backup, &fault), &fault);
    assert_int_equal(store_restore(backup, s->path, SUPPORT_MAP_BYTES, s->seal, &fault), E_BUSY);
    assert_non_null(strstr(fault.text, "stop every process"));
    store_close(s->store);
    assert_int_equal(store_restore(backup, s->path, SUPPORT_MAP_BYTES, s->seal, &fault), E_EXISTS);
    assert_int_equal(store_restore(backup, backup, SUPPORT_MAP_BYTES, s->seal, &fault), E_EXISTS);
    /* an old lock file without a store is in nobody's way */
    assert_int_equal(unlink(beside(s, "store/data.mdb")), 0);
    must(store_restore(backup, s->path, SUPPORT_MAP_BYTES, s->seal, &fault), &fault);
    s->store = open_at(s, s->path);
}

static void what_is_no_backup_of_ours_is_refused(void **state)
{
    struct support *s = *state;
    struct fault fault = {0};
    struct seal *other;
    static const uint8_t key[SEAL_KEY_BYTES] = {9};
    const char *backup = beside(s, "backup"), *dst = beside(s, "restored");
    must(store_backup(s->store, backup, &fault), &fault);
    assert_int_equal(seal_from_bytes(key, &other), OK);
    assert_int_equal(store_restore(backup, dst, SUPPORT_MAP_BYTES, other, &fault), E_KEY);
    assert_int_equal(access(dst, F_OK), -1); /* nothing is left behind */
    seal_close(other);
    assert_int_equal(store_restore(beside(s, "none"), dst, SUPPORT_MAP_BYTES, s->seal, &fault), E_NOT_FOUND);
    assert_int_equal(access(dst, F_OK), -1);
    /* of a newer version */
    struct store *copy = open_at(s, backup);
    struct store_txn txn = {.store = copy};
    assert_int_equal(mdb_txn_begin(copy->env, NULL, 0, &txn.txn), 0);
    assert_int_equal(txn_put(&txn, T_META, "version", 7, "\0\0\0\x09", 4), OK);
    assert_int_equal(mdb_txn_commit(txn.txn), 0);
    assert_int_equal(store_restore(backup, dst, SUPPORT_MAP_BYTES, s->seal, &fault), E_VERSION);
    assert_int_equal(access(dst, F_OK), -1);
    /* a copy that could not be opened again is no backup */
    assert_int_equal(store_backup(copy, dst, &fault), E_VERSION);
    assert_int_equal(access(dst, F_OK), -1);
    store_close(copy);
}

static void a_disk_that_fails_leaves_nothing_behind(void **state)
{
    struct support *s = *state;
    struct fault fault = {0};
    const char *backup = beside(s, "backup"), *dst = beside(s, "restored");
    for (int n = 1; n <= 3; n++) {
        fail_fsync = n;
        assert_int_equal(store_backup(s->store, backup, &fault), E_IO);
        assert_int_equal(access(backup, F_OK), -1);
    }
    fail_renameat = 1;
    assert_int_equal(store_backup(s->store, backup, &fault), E_IO);
    assert_false(exists(backup, "data.mdb"));
    must(store_backup(s->store, backup, &fault), &fault);
    for (int n = 1; n <= 3; n++) {
        fail_fsync = n;
        assert_int_equal(store_restore(backup, dst, SUPPORT_MAP_BYTES, s->seal, &fault), E_IO);
        assert_int_equal(access(dst, F_OK), -1);
    }
    fail_renameat = 1;
    assert_int_equal(store_restore(backup, dst, SUPPORT_MAP_BYTES, s->seal, &fault), E_IO);
    assert_int_equal(access(dst, F_OK), -1);
    must(store_restore(backup, dst, SUPPORT_MAP_BYTES, s->seal, &fault), &fault);
    fail_fsync = fail_renameat = 0;
}

static void a_store_whose_pages_cannot_be_read_is_not_copied(void **state)
{
    struct support *s = *state;
    struct fault fault = {0};
    const char *dst = beside(s, "backup");
    /* every reader slot is taken: the snapshot for the copy cannot begin */
    static MDB_txn *readers[2000];
    size_t n = 0;
    while (n < 2000 && mdb_txn_begin(s->store->env, NULL, MDB_RDONLY, &readers[n]) == 0)
        n++;
    assert_true(n < 2000);
    assert_int_equal(store_backup(s->store, dst, &fault), E_BUSY);
    assert_int_equal(access(dst, F_OK), -1);
    while (n > 0)
        mdb_txn_abort(readers[--n]);
    must(store_backup(s->store, dst, &fault), &fault);
}

static void a_map_too_small_for_the_backup_is_told(void **state)
{
    struct support *s = *state;
    struct fault fault = {0};
    static char big[4 << 20];
    struct store_txn txn = support_write(s);
    assert_int_equal(txn_put(&txn, T_META, "big", 3, big, sizeof big), OK);
    support_commit(&txn);
    const char *backup = beside(s, "backup"), *dst = beside(s, "restored");
    must(store_backup(s->store, backup, &fault), &fault);
    assert_int_equal(store_restore(backup, dst, 1 << 20, s->seal, &fault), E_FULL);
    assert_non_null(strstr(fault.text, "map_bytes"));
}

static void a_failed_commit_leaves_no_store(void **state)
{
    struct support *s = *state;
    struct fault fault = {0};
    const char *backup = beside(s, "backup"), *dst = beside(s, "restored");
    must(store_backup(s->store, backup, &fault), &fault);
    store_commit_hook = support_commit_fails;
    assert_int_equal(store_restore(backup, dst, SUPPORT_MAP_BYTES, s->seal, &fault), E_FULL);
    store_commit_hook = mdb_txn_commit;
    assert_int_equal(access(dst, F_OK), -1);
    must(store_restore(backup, dst, SUPPORT_MAP_BYTES, s->seal, &fault), &fault);
}

static void a_killed_restore_is_in_nobodys_way(void **state)
{
    struct support *s = *state;
    struct fault fault = {0};
    const char *backup = beside(s, "backup"), *dst = beside(s, "restored");
    must(store_backup(s->store, backup, &fault), &fault);
    assert_int_equal(mkdir(dst, 0700), 0);
    assert_int_equal(mkdir(beside(s, "restored/restore.part"), 0700), 0);
    close(open(beside(s, "restored/restore.part/data.mdb"), O_CREAT | O_WRONLY, 0600));
    must(store_restore(backup, dst, SUPPORT_MAP_BYTES, s->seal, &fault), &fault);
    /* but what is not ours is not removed */
    dst = beside(s, "restored2");
    assert_int_equal(mkdir(dst, 0700), 0);
    close(open(beside(s, "restored2/restore.part"), O_CREAT | O_WRONLY, 0600));
    assert_int_equal(store_restore(backup, dst, SUPPORT_MAP_BYTES, s->seal, &fault), E_IO);
    assert_true(exists(dst, "restore.part"));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_backup_of_a_running_store_holds_the_same),
        T(a_backup_goes_nowhere_twice),
        T(a_place_that_cannot_be_is_named),
        T(a_restored_store_goes_on_under_a_new_epoch),
        T(a_restore_keeps_off_what_lives),
        T(what_is_no_backup_of_ours_is_refused),
        T(a_disk_that_fails_leaves_nothing_behind),
        T(a_store_whose_pages_cannot_be_read_is_not_copied),
        T(a_map_too_small_for_the_backup_is_told),
        T(a_failed_commit_leaves_no_store),
        T(a_killed_restore_is_in_nobodys_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
