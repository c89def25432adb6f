/* SPDX-License-Identifier: BSD-2-Clause */
/* Opening: what is made, what is refused and with which words, several processes; transactions and records. */
#include "support_store.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>

static int open_fixture(void **state)
{
    struct support *s = calloc(1, sizeof *s);
    support_open(s);
    *state = s;
    return 0;
}

static uint64_t (*real_disk_free)(const char *path);

static int close_fixture(void **state)
{
    store_commit_hook = mdb_txn_commit;
    store_disk_free_hook = real_disk_free;
    support_close(*state);
    free(*state);
    return 0;
}

static void shut(struct support *s)
{
    store_close(s->store);
    s->store = NULL;
}

static void open_again(struct support *s)
{
    struct store_options options = support_options(s);
    struct fault fault;
    if (store_open(&options, &s->store, &fault) != OK)
        fail_msg("%s", fault.text);
}

static void assert_refused(const struct store_options *options, int err, const char *words)
{
    struct store *store = NULL;
    struct fault fault = {0};
    assert_int_equal(store_open(options, &store, &fault), err);
    assert_null(store);
    assert_int_equal(fault.code, err);
    if (!strstr(fault.text, words))
        fail_msg("'%s' does not say '%s'", fault.text, words);
}

static void write_file(const char *path, const void *data, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, len), (ssize_t)len);
    close(fd);
}

static const char *data_path(const struct support *s)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/data.mdb", s->path);
    return path;
}

/* --- what is made ------------------------------------------------------------------------------------------- */

static void a_new_store_is_private_and_keeps_its_epoch(void **state)
{
    struct support *s = *state;
    struct stat st;
    uint8_t epoch[STORE_EPOCH_BYTES], zero[STORE_EPOCH_BYTES] = {0};
    assert_int_equal(stat(s->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(stat(data_path(s), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    memcpy(epoch, s->store->epoch, sizeof epoch);
    assert_memory_not_equal(epoch, zero, sizeof epoch);
    shut(s);
    open_again(s);
    assert_memory_equal(epoch, s->store->epoch, sizeof epoch);
    store_close(NULL);
}

static void counters_begin_where_they_should_and_are_kept(void **state)
{
    struct support *s = *state;
    struct store_txn txn = support_write(s);
    assert_int_equal(txn.next_serial, TICKET_SERIAL_FIRST);
    assert_int_equal(txn.next_sequence, 1);
    assert_int_equal(txn.parts_waiting, 0);
    txn.next_serial += 5;
    support_commit(&txn);
    txn = support_write(s);
    txn.next_serial += 5;
    txn_abort(&txn);
    txn_abort(&txn);
    shut(s);
    open_again(s);
    txn = support_write(s);
    assert_int_equal(txn.next_serial, TICKET_SERIAL_FIRST + 5);
    txn_abort(&txn);
}

static void creation_is_all_or_nothing(void **state)
{
    struct support *s = *state;
    struct store_options options = support_options(s);
    shut(s);
    assert_int_equal(unlink(data_path(s)), 0);
    store_commit_hook = support_commit_fails;
    assert_refused(&options, E_FULL, "disk is full");
    store_commit_hook = mdb_txn_commit;
    options.create = false;
    assert_refused(&options, E_NOT_FOUND, "holds no store");
    open_again(s);
}

/* --- what is refused ---------------------------------------------------------------------------------------- */

static void where_no_store_is_none_is_made_unasked(void **state)
{
    struct support *s = *state;
    struct store_options options = support_options(s);
    char path[128];
    shut(s);
    assert_int_equal(unlink(data_path(s)), 0);
    options.create = false;
    assert_refused(&options, E_NOT_FOUND, "holds no store");
    options.create = true;
    options.read_only = true;
    assert_refused(&options, E_NOT_FOUND, "holds no store");
    assert_int_equal(access(data_path(s), F_OK), -1);
    options.read_only = false;
    snprintf(path, sizeof path, "%s/a/b", s->dir);
    options.dir = path;
    assert_refused(&options, E_NOT_FOUND, "does not exist");
    options.create = false;
    assert_refused(&options, E_NOT_FOUND, "does not exist");
    snprintf(path, sizeof path, "%s/file", s->dir);
    write_file(path, "x", 1);
    assert_refused(&options, E_NOT_FOUND, "is not a directory");
    char long_path[5000];
    memset(long_path, 'x', sizeof long_path);
    long_path[0] = '/';
    long_path[sizeof long_path - 1] = '\0';
    options.dir = long_path;
    assert_refused(&options, E_IO, "cannot open the store directory");
}

static void a_file_that_is_no_store_is_left_alone(void **state)
{
    struct support *s = *state;
    struct store_options options = support_options(s);
    char junk[8192];
    shut(s);
    memset(junk, 'j', sizeof junk);
    write_file(data_path(s), junk, sizeof junk);
    assert_refused(&options, E_CORRUPT, "not a store");
    write_file(data_path(s), "short", 5);
    assert_refused(&options, E_CORRUPT, "not a store");
    assert_int_equal(unlink(data_path(s)), 0);
    assert_int_equal(mkdir(data_path(s), 0700), 0);
    assert_refused(&options, E_CORRUPT, "is not a file");
    assert_int_equal(rmdir(data_path(s)), 0);
    assert_int_equal(symlink("data.mdb", data_path(s)), 0);
    assert_refused(&options, E_IO, "cannot open");
}

static void another_programs_lmdb_is_left_alone(void **state)
{
    struct support *s = *state;
    struct store_options options = support_options(s);
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;
    shut(s);
    assert_int_equal(unlink(data_path(s)), 0);
    assert_int_equal(mdb_env_create(&env), 0);
    mdb_env_set_maxdbs(env, 2);
    assert_int_equal(mdb_env_open(env, s->path, 0, 0600), 0);
    assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, "theirs", MDB_CREATE, &dbi), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
    assert_refused(&options, E_CORRUPT, "another program");
    options.read_only = true;
    assert_refused(&options, E_CORRUPT, "another program");
}

static void set_meta(struct support *s, const char *name, const void *val, size_t len)
{
    struct store_txn txn = support_write(s);
    assert_int_equal(txn_put(&txn, T_META, name, strlen(name), val, len), OK);
    support_commit(&txn);
}

static void versions_and_keys_are_checked(void **state)
{
    struct support *s = *state;
    struct store_options options = support_options(s);
    static const uint8_t other_key[SEAL_KEY_BYTES] = {9};
    struct seal *other;
    assert_int_equal(seal_from_bytes(other_key, &other), OK);
    shut(s);
    options.seal = other;
    assert_refused(&options, E_KEY, "not the one");
    options.seal = NULL;
    assert_refused(&options, E_KEY, "without its key");
    seal_close(other);
    options.seal = s->seal;
    open_again(s);
    set_meta(s, "version", "\0\0\0\x01", 4);
    shut(s);
    assert_refused(&options, E_VERSION, "move it away");
}

static void a_newer_version_is_refused(void **state)
{
    struct support *s = *state;
    struct store_options options = support_options(s);
    set_meta(s, "version", "\0\0\0\x06", 4);
    shut(s);
    assert_refused(&options, E_VERSION, "newer Aduan");
    options.read_only = true;
    assert_refused(&options, E_VERSION, "upgrade");
}

static void a_damaged_meta_is_refused(void **state)
{
    struct support *s = *state;
    struct store_options options = support_options(s);
    static const struct {
        const char *name, *val;
        size_t len;
    } rows[] = {{"version", "\0\0\0\1\1", 5}, {"key_check", "x", 1}, {"epoch", "", 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct store_txn txn = support_write(s);
        MDB_val val;
        uint8_t before[32];
        assert_int_equal(txn_get(&txn, T_META, rows[i].name, strlen(rows[i].name), &val), OK);
        size_t len = val.mv_size;
        memcpy(before, val.mv_data, len);
        assert_int_equal(txn_put(&txn, T_META, rows[i].name, strlen(rows[i].name), rows[i].val, rows[i].len), OK);
        support_commit(&txn);
        shut(s);
        assert_refused(&options, E_CORRUPT, "restore a backup");
        /* Put right by hand, behind the store's back. */
        MDB_env *env;
        MDB_txn *raw;
        MDB_dbi dbi;
        MDB_val key = {strlen(rows[i].name), (void *)rows[i].name}, good = {len, before};
        assert_int_equal(mdb_env_create(&env), 0);
        mdb_env_set_maxdbs(env, T_END);
        assert_int_equal(mdb_env_open(env, s->path, 0, 0600), 0);
        assert_int_equal(mdb_txn_begin(env, NULL, 0, &raw), 0);
        assert_int_equal(mdb_dbi_open(raw, "meta", 0, &dbi), 0);
        assert_int_equal(mdb_put(raw, dbi, &key, &good, 0), 0);
        assert_int_equal(mdb_txn_commit(raw), 0);
        mdb_env_close(env);
        open_again(s);
    }
    /* Counters are looked at by each write. */
    set_meta(s, "next_serial", "short", 5);
    struct store_txn txn;
    assert_int_equal(txn_begin(s->store, true, 0, &txn), E_CORRUPT);
    txn_abort(&txn);
}

static void a_key_that_is_not_there_ends_writing(void **state)
{
    struct support *s = *state;
    struct store_txn txn;
    struct fault fault;
    set_meta(s, "seal_key", "\0\x07", 2);
    assert_int_equal(txn_begin(s->store, true, 0, &txn), E_KEY);
    assert_int_equal(txn_fault(s->store, &fault, E_KEY, "writing"), E_KEY);
    assert_non_null(strstr(fault.text, "put back the key file"));
    struct store_txn raw = {.store = s->store};
    assert_int_equal(mdb_txn_begin(s->store->env, NULL, 0, &raw.txn), 0);
    assert_int_equal(txn_put(&raw, T_META, "seal_key", 8, "x", 1), OK);
    assert_int_equal(mdb_txn_commit(raw.txn), 0);
    assert_int_equal(txn_begin(s->store, true, 0, &txn), E_CORRUPT);
}

static void a_missing_table_is_damage(void **state)
{
    struct support *s = *state;
    struct store_options options = support_options(s);
    struct store_txn txn = support_write(s);
    assert_int_equal(mdb_drop(txn.txn, s->store->table[T_QUARANTINE], 1), 0);
    support_commit(&txn);
    shut(s);
    assert_refused(&options, E_CORRUPT, "restore a backup");
}

static void fill(struct support *s, size_t rows)
{
    struct store_txn txn = support_write(s);
    uint8_t key[STORE_KEY_MESSAGE_BYTES], val[1500] = {1};
    for (uint32_t i = 0; i < rows; i++) {
        support_key(i, key);
        assert_int_equal(txn_put(&txn, T_MESSAGE, key, sizeof key, val, sizeof val), OK);
    }
    support_commit(&txn);
}

static void a_map_smaller_than_the_data_is_refused(void **state)
{
    struct support *s = *state;
    struct store_options options = support_options(s);
    fill(s, 2000);
    shut(s);
    options.map_bytes = 1 << 20;
    assert_refused(&options, E_FULL, "store.map_bytes");
    options.map_bytes = SUPPORT_MAP_BYTES - 1; /* rounded up to pages */
    struct fault fault;
    assert_int_equal(store_open(&options, &s->store, &fault), OK);
}

static void a_file_cut_short_is_damage_and_no_crash(void **state)
{
    struct support *s = *state;
    struct store_options options = support_options(s);
    struct stat st;
    fill(s, 2000);
    shut(s);
    assert_int_equal(stat(data_path(s), &st), 0);
    assert_int_equal(truncate(data_path(s), 8192), 0);
    assert_refused(&options, E_CORRUPT, "restore a backup");
    assert_int_equal(truncate(data_path(s), 8192), 0);
    options.read_only = true;
    assert_refused(&options, E_CORRUPT, "restore a backup");
}

static uint64_t disk_is_full(const char *path)
{
    assert_non_null(path);
    return 4096;
}

static void a_full_disk_at_start_is_said(void **state)
{
    struct support *s = *state;
    struct store_options options = support_options(s);
    assert_true(store_disk_free_hook(s->path) > 4096);
    assert_true(store_disk_free_hook("/nowhere") == UINT64_MAX);
    shut(s);
    store_disk_free_hook = disk_is_full;
    assert_refused(&options, E_FULL, "free some space");
    options.read_only = true; /* looking is allowed */
    struct fault fault;
    assert_int_equal(store_open(&options, &s->store, &fault), OK);
}

static void a_store_being_restored_is_not_opened(void **state)
{
    struct support *s = *state;
    struct store_options options = support_options(s);
    shut(s);
    int fd = open(s->path, O_RDONLY | O_DIRECTORY);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_refused(&options, E_BUSY, "being restored");
    close(fd);
    open_again(s);
    fd = open(s->path, O_RDONLY | O_DIRECTORY);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), -1);
    close(fd);
}

/* --- several processes -------------------------------------------------------------------------------------- */

/* Runs fn in a child that has opened nothing yet; its exit code. */
static int in_child(int (*fn)(struct support *s), struct support *s)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(fn(s));
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static int take_serials(struct support *s)
{
    struct store_options options = support_options(s);
    struct fault fault;
    struct store *store;
    if (store_open(&options, &store, &fault) != OK)
        return 1;
    for (int i = 0; i < 20; i++) {
        struct store_txn txn;
        if (txn_begin(store, true, 1, &txn) != OK)
            return 2;
        txn.next_serial++;
        if (txn_commit(&txn) != OK)
            return 3;
    }
    store_close(store);
    return 0;
}

static void two_processes_make_and_use_one_store(void **state)
{
    struct support *s = *state;
    pid_t pids[4];
    shut(s);
    assert_int_equal(unlink(data_path(s)), 0);
    for (size_t i = 0; i < 4; i++) {
        pids[i] = fork();
        assert_true(pids[i] >= 0);
        if (pids[i] == 0)
            _exit(take_serials(s));
    }
    for (size_t i = 0; i < 4; i++) {
        int status;
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    open_again(s);
    struct store_txn txn = support_write(s);
    assert_int_equal(txn.next_serial, TICKET_SERIAL_FIRST + 80);
    txn_abort(&txn);
}

static int read_beside(struct support *s)
{
    struct store_options options = support_options(s);
    struct fault fault;
    struct store *store;
    struct store_txn txn, write;
    options.read_only = true;
    if (store_open(&options, &store, &fault) != OK)
        return 1;
    if (txn_begin(store, false, 0, &txn) != OK || txn_commit(&txn) != OK)
        return 2;
    if (txn_begin(store, true, 0, &write) != E_STATE)
        return 3;
    store_reader_check(store);
    store_close(store);
    return 0;
}

static void reading_beside_an_open_store_works(void **state)
{
    struct support *s = *state;
    struct store_txn txn;
    int ready[2];
    shut(s);
    assert_int_equal(pipe(ready), 0);
    pid_t reader = fork(); /* first fork, then open */
    assert_true(reader >= 0);
    if (reader == 0) {
        char go;
        _exit(read(ready[0], &go, 1) == 1 ? read_beside(s) : 9);
    }
    open_again(s);
    txn = support_write(s); /* a writer does not hold readers up */
    assert_int_equal(write(ready[1], "g", 1), 1);
    int status;
    assert_int_equal(waitpid(reader, &status, 0), reader);
    assert_int_equal(status, 0);
    txn_abort(&txn);
    close(ready[0]);
    close(ready[1]);
}

static int open_unprivileged(struct support *s)
{
    struct store_options options = support_options(s);
    struct fault fault = {0};
    struct store *store;
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
        return 9;
    if (store_open(&options, &store, &fault) != E_IO || !strstr(fault.text, "owner"))
        return 1;
    return 0;
}

static void a_directory_that_is_open_to_others_is_refused(void **state)
{
    struct support *s = *state;
    struct store_options options = support_options(s);
    shut(s);
    assert_int_equal(chmod(s->path, 0710), 0);
    assert_refused(&options, E_IO, "chmod 0700");
    options.read_only = true; /* a copy, on a disk for copies */
    assert_int_equal(store_open(&options, &s->store, NULL), OK);
}

static void a_directory_of_somebody_else_is_said(void **state)
{
    struct support *s = *state;
    shut(s);
    assert_int_equal(chmod(s->dir, 0755), 0);
    assert_int_equal(chmod(s->path, 0), 0); /* also for its owner */
    int code = in_child(open_unprivileged, s);
    assert_int_equal(chmod(s->path, 0700), 0);
    assert_int_equal(code, 0);
    /* Ours, but its files are not. */
    if (geteuid() == 0)
        assert_int_equal(chown(s->path, 65534, 65534), 0);
    assert_int_equal(chmod(data_path(s), 0), 0);
    assert_int_equal(in_child(open_unprivileged, s), 0);
}

/* --- transactions and records ------------------------------------------------------------------------------- */

static void keys_are_big_endian(void **state)
{
    (void)state;
    uint8_t be[8];
    put_be64(be, 0x0102030405060708u);
    assert_memory_equal(be, "\1\2\3\4\5\6\7\10", 8);
    assert_true(get_be64(be) == 0x0102030405060708u);
    put_be16(be, 0xfffe);
    assert_memory_equal(be, "\xff\xfe", 2);
}

static void rows_and_their_errors(void **state)
{
    struct support *s = *state;
    struct store_txn txn = support_write(s);
    MDB_val val;
    uint64_t count;
    assert_int_equal(txn_get(&txn, T_PART, "k", 1, &val), E_NOT_FOUND);
    assert_int_equal(txn_del(&txn, T_PART, "k", 1), E_NOT_FOUND);
    assert_int_equal(txn_put_new(&txn, T_PART, "k", 1, "one", 3), OK);
    assert_int_equal(txn_put_new(&txn, T_PART, "k", 1, "two", 3), E_EXISTS);
    assert_int_equal(txn_get(&txn, T_PART, "k", 1, &val), OK);
    assert_memory_equal(val.mv_data, "one", 3);
    assert_int_equal(txn_put(&txn, T_PART, "k", 1, "two!", 4), OK);
    assert_int_equal(txn_count(&txn, T_PART, &count), OK);
    assert_int_equal(count, 1);
    assert_int_equal(txn_put(&txn, T_PART, "", 0, "x", 1), E_IO); /* LMDB has no empty keys */
    support_commit(&txn);
    assert_int_equal(txn_begin(s->store, false, 0, &txn), OK);
    assert_int_equal(txn_get(&txn, T_PART, "k", 1, &val), OK);
    assert_int_equal(val.mv_size, 4);
    assert_int_equal(txn_put(&txn, T_PART, "k", 1, "x", 1), E_IO);
    assert_int_equal(txn_commit(&txn), OK);
}

static void records_are_checked_when_read(void **state)
{
    struct support *s = *state;
    struct store_txn txn = support_write(s);
    Aduan__Record__Part part = ADUAN__RECORD__PART__INIT;
    ProtobufCMessage *record = NULL;
    const ProtobufCMessageDescriptor *type = &aduan__record__part__descriptor;
    part.version = RECORD_VERSION;
    part.body_hash = support_bytes("hash", 4);
    assert_int_equal(txn_get_record(&txn, T_PART, "k", 1, type, &record), E_NOT_FOUND);
    assert_int_equal(txn_put_record_new(&txn, T_PART, "k", 1, &part.base), OK);
    assert_int_equal(txn_put_record_new(&txn, T_PART, "k", 1, &part.base), E_EXISTS);
    assert_int_equal(txn_get_record(&txn, T_PART, "k", 1, type, &record), OK);
    assert_memory_equal(((Aduan__Record__Part *)record)->body_hash.data, "hash", 4);
    protobuf_c_message_free_unpacked(record, NULL);
    part.version = RECORD_VERSION + 1;
    assert_int_equal(txn_put_record(&txn, T_PART, "k", 1, &part.base), OK);
    assert_int_equal(txn_get_record(&txn, T_PART, "k", 1, type, &record), E_VERSION);
    part.version = 0;
    assert_int_equal(txn_put_record(&txn, T_PART, "k", 1, &part.base), OK);
    assert_int_equal(txn_get_record(&txn, T_PART, "k", 1, type, &record), E_CORRUPT);
    assert_int_equal(txn_put(&txn, T_PART, "k", 1, "\xff\xff", 2), OK);
    assert_int_equal(txn_get_record(&txn, T_PART, "k", 1, type, &record), E_CORRUPT);
    txn_abort(&txn);
}

static void events_are_numbered_without_holes(void **state)
{
    struct support *s = *state;
    for (uint64_t round = 0; round < 3; round++) {
        struct store_txn txn = support_write(s);
        Aduan__Record__Event event = ADUAN__RECORD__EVENT__INIT;
        event.kind = EVENT_KIND(TICKET_NOTE);
        assert_int_equal(txn_event(&txn, &event), OK);
        assert_int_equal(event.sequence, round == 2 ? 3 : 1 + 2 * round);
        assert_int_equal(event.at_us, s->now_us);
        assert_int_equal(txn_event(&txn, &event), OK);
        if (round == 1)
            txn_abort(&txn); /* as if it had never been */
        else
            support_commit(&txn);
    }
    assert_int_equal(support_count(s, T_EVENT), 4);
    assert_string_equal(support_events(s, 1).kinds, "NNNN");
}

static int commit_fails_without_word(MDB_txn *txn)
{
    mdb_txn_abort(txn);
    return EIO;
}

static void a_commit_that_fails_is_told(void **state)
{
    struct support *s = *state;
    struct fault fault = {0};
    struct store_txn txn = support_write(s);
    txn.next_serial++;
    store_commit_hook = commit_fails_without_word;
    int err = txn_commit(&txn);
    assert_int_equal(err, E_IO);
    assert_int_equal(txn_fault(s->store, &fault, err, "cannot save"), E_IO);
    assert_string_equal(fault.text, "cannot save: the disk reports an error; look at the kernel log before anything "
                                    "else");
    store_commit_hook = mdb_txn_commit;
    txn = support_write(s);
    assert_int_equal(txn.next_serial, TICKET_SERIAL_FIRST);
    txn_abort(&txn);
}

static void every_error_has_its_sentence(void **state)
{
    struct support *s = *state;
    static const struct {
        int code, err;
        const char *words;
    } rows[] = {{ENOSPC, E_FULL, "disk is full"},
                {MDB_MAP_FULL, E_FULL, "store.map_bytes"},
                {MDB_CORRUPTED, E_CORRUPT, "restore"},
                {MDB_MAP_RESIZED, E_CONFIG, "store.map_bytes"},
                {MDB_READERS_FULL, E_BUSY, "readers"},
                {EDQUOT, E_FULL, "quota"},
                {MDB_VERSION_MISMATCH, E_VERSION, "liblmdb"},
                {EXDEV, E_IO, "Invalid cross-device link"}};
    struct fault fault;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(store_fault(&fault, rows[i].code, "doing it"), rows[i].err);
        assert_int_equal(fault.code, rows[i].err);
        assert_ptr_equal(strstr(fault.text, "doing it: "), fault.text);
        assert_non_null(strstr(fault.text, rows[i].words));
    }
    s->store->lmdb_code = 0;
    assert_int_equal(txn_fault(s->store, &fault, E_VERSION, "doing it"), E_VERSION);
    assert_non_null(strstr(fault.text, "upgrade"));
    assert_int_equal(txn_fault(s->store, &fault, E_MEMORY, "doing it"), E_MEMORY);
    assert_string_equal(fault.text, "doing it: memory");
    /* A code that is left over from another failure is not taken for the cause. */
    s->store->lmdb_code = MDB_NOTFOUND;
    txn_fault(s->store, &fault, E_CORRUPT, "doing it");
    assert_non_null(strstr(fault.text, "aduan verify"));
}

static void readers_beyond_the_last_slot_are_refused(void **state)
{
    struct support *s = *state;
    static struct store_txn txns[513];
    MDB_envinfo info;
    assert_int_equal(mdb_env_info(s->store->env, &info), 0);
    assert_int_equal(info.me_maxreaders, 512);
    for (size_t i = 0; i < 512; i++)
        assert_int_equal(txn_begin(s->store, false, 0, &txns[i]), OK);
    assert_int_equal(txn_begin(s->store, false, 0, &txns[512]), E_BUSY);
    for (size_t i = 0; i < 513; i++)
        txn_abort(&txns[i]);
    assert_int_equal(txn_begin(s->store, false, 0, &txns[0]), OK);
    txn_abort(&txns[0]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_fixture, close_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_store_is_private_and_keeps_its_epoch),
        TEST(counters_begin_where_they_should_and_are_kept),
        TEST(creation_is_all_or_nothing),
        TEST(where_no_store_is_none_is_made_unasked),
        TEST(a_file_that_is_no_store_is_left_alone),
        TEST(another_programs_lmdb_is_left_alone),
        TEST(versions_and_keys_are_checked),
        TEST(a_newer_version_is_refused),
        TEST(a_damaged_meta_is_refused),
        TEST(a_key_that_is_not_there_ends_writing),
        TEST(a_missing_table_is_damage),
        TEST(a_map_smaller_than_the_data_is_refused),
        TEST(a_file_cut_short_is_damage_and_no_crash),
        TEST(a_full_disk_at_start_is_said),
        TEST(a_store_being_restored_is_not_opened),
        TEST(two_processes_make_and_use_one_store),
        TEST(reading_beside_an_open_store_works),
        TEST(a_directory_that_is_open_to_others_is_refused),
        TEST(a_directory_of_somebody_else_is_said),
        TEST(keys_are_big_endian),
        TEST(rows_and_their_errors),
        TEST(records_are_checked_when_read),
        TEST(events_are_numbered_without_holes),
        TEST(a_commit_that_fails_is_told),
        TEST(every_error_has_its_sentence),
        TEST(readers_beyond_the_last_slot_are_refused),
    };
    real_disk_free = store_disk_free_hook;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
