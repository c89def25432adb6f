/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opening and closing the store: the directory, the LMDB environment with its tables, and the checks of meta that
 * keep a wrong key, a newer version or another program's file from being touched.
 * Must never happen here: a store half made (creation is one transaction), or a new one where none was asked for.
 *
 * Flags. MDB_NOTLS: a read transaction belongs to its handle, not to its thread, so that a callback may call a second
 * reading verb. Not MDB_NOMEMINIT: pages would carry what malloc had in them, numbers in clear for example, to disk.
 */
#include "store_priv.h"

#include "privileges.h"
#include "ticket_id.h"
#include "uuid.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READERS_MAX = 512 };

static const char *const table_names[T_END] = {
    [T_META] = "meta",
    [T_MESSAGE] = "message",
    [T_MESSAGE_ROW] = "message_row",
    [T_PART] = "part",
    [T_PART_DUE] = "part_due",
    [T_TICKET] = "ticket",
    [T_TICKET_BY_SENDER] = "ticket_by_sender",
    [T_TICKET_BY_STATE] = "ticket_by_state",
    [T_REPLY] = "reply",
    [T_OUTBOX_DUE] = "outbox_due",
    [T_EVENT] = "event",
    [T_IDENTITY] = "identity",
    [T_SENDER_INDEX] = "sender_index",
    [T_QUARANTINE] = "quarantine",
    [T_INTEGRATOR] = "integrator",
    [T_CURSOR] = "cursor",
    [T_RESENT] = "resent",
    [T_UNCLASSIFIED] = "unclassified",
    [T_INCIDENT] = "incident",
    [T_INCIDENT_TICKET] = "incident_ticket",
    [T_INCIDENT_LIKE] = "incident_like",
    [T_INCIDENT_NEAR] = "incident_near",
};

const char *store_table_name(enum store_table table)
{
    return table_names[table];
}

/* As LMDB knows it. */
static const char *database_of(enum store_table table)
{
    return table == T_IDENTITY || table == T_TICKET_BY_SENDER ? "sender" : table_names[table];
}

/* --- the directory ------------------------------------------------------------------------------------------ */

static int no_store(const char *dir, struct fault *fault)
{
    return fault_set(fault, E_NOT_FOUND, "%s holds no store; check store.dir, or start aduand once: it makes the store",
                     dir);
}

static int dir_fault(const char *dir, struct fault *fault)
{
    switch (errno) {
    case ENOENT:
        return fault_set(fault, E_NOT_FOUND, "the store directory %s does not exist; check store.dir, or make it", dir);
    case ENOTDIR:
        return fault_set(fault, E_NOT_FOUND, "%s is not a directory; check store.dir", dir);
    default: {
        char doing[512];
        int code = errno;
        snprintf(doing, sizeof doing, "cannot open the store directory %s", dir);
        return store_fault(fault, code, doing);
    }
    }
}

/* Opens (and makes) the directory, and holds it against a restore. */
static int open_dir(struct store *store, bool create, struct fault *fault)
{
    if (create && mkdir(store->dir, 0700) != 0 && errno != EEXIST)
        return dir_fault(store->dir, fault);
    store->dir_lock = open(store->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (store->dir_lock < 0)
        return dir_fault(store->dir, fault);
    if (!store->read_only && privileges_check_dir("the store", store->dir, fault) != OK)
        return E_IO;
    if (flock(store->dir_lock, LOCK_SH | LOCK_NB) != 0)
        return fault_set(fault, E_BUSY, "the store %s is being restored; start again when that has ended", store->dir);
    return OK;
}

/* LMDB takes an empty or missing file for a store to be made: only where we are asked to. */
static int check_file(struct store *store, bool create, struct fault *fault)
{
    struct stat st;
    if (fstatat(store->dir_lock, "data.mdb", &st, 0) != 0) {
        if (errno != ENOENT)
            return dir_fault(store->dir, fault);
        st.st_mode = S_IFREG;
        st.st_size = 0;
    }
    if (!S_ISREG(st.st_mode))
        return fault_set(fault, E_CORRUPT, "%s/data.mdb is not a file; move it away, or point store.dir elsewhere",
                         store->dir);
    if (st.st_size == 0 && !create)
        return no_store(store->dir, fault);
    return OK;
}

static int check_disk(struct store *store, struct fault *fault)
{
    if (store_disk_free_hook(store->dir) >= STORE_DISK_FREE_MIN_BYTES)
        return OK;
    return fault_set(fault, E_FULL, "the disk of the store %s is full; free some space, then start again", store->dir);
}

/* --- the environment ---------------------------------------------------------------------------------------- */

/* A file cut short would end us by SIGBUS where its pages are missing; as a hole they are zero, which LMDB refuses.
 * fallocate never shrinks, so another process may write meanwhile. */
static void fill_short_file(struct store *store, const MDB_envinfo *info, const MDB_stat *stat)
{
    int fd = openat(store->dir_lock, "data.mdb", O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return;
    struct stat st;
    off_t want = (off_t)(info->me_last_pgno + 1) * stat->ms_psize;
    if (fstat(fd, &st) == 0 && st.st_size < want)
        (void)!fallocate(fd, 0, st.st_size, want - st.st_size);
    close(fd);
}

static int open_env(struct store *store, const struct store_options *options, struct fault *fault)
{
    char doing[512];
    snprintf(doing, sizeof doing, "cannot open the store %s", store->dir);
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t map = (options->map_bytes + page - 1) / page * page;
    int rc = mdb_env_create(&store->env);
    if (rc == MDB_SUCCESS)
        rc = mdb_env_set_maxdbs(store->env, T_END);
    if (rc == MDB_SUCCESS)
        rc = mdb_env_set_maxreaders(store->env, READERS_MAX);
    if (rc == MDB_SUCCESS)
        rc = mdb_env_set_mapsize(store->env, map);
    if (rc == MDB_SUCCESS)
        rc = mdb_env_open(store->env, store->dir, MDB_NOTLS | (options->read_only ? MDB_RDONLY : 0), 0600);
    if (rc != MDB_SUCCESS)
        return store_fault(fault, rc, doing);
    MDB_envinfo info;
    MDB_stat stat;
    mdb_env_info(store->env, &info);
    mdb_env_stat(store->env, &stat);
    if (info.me_mapsize > map)
        return fault_set(fault, E_FULL,
                         "the store %s holds more than store.map_bytes (%llu) allows; set it to at least %llu",
                         store->dir, (unsigned long long)map, (unsigned long long)info.me_mapsize);
    fill_short_file(store, &info, &stat);
    return OK;
}

/* --- meta --------------------------------------------------------------------------------------------------- */

static int meta_get(struct store_txn *txn, const char *name, size_t len, MDB_val *val)
{
    int err = txn_get(txn, T_META, name, strlen(name), val);
    if (err == E_NOT_FOUND || (err == OK && val->mv_size != len))
        return E_CORRUPT;
    return err;
}

static int check_version(struct store_txn *txn, struct fault *fault)
{
    MDB_val val;
    int err = meta_get(txn, "version", 4, &val);
    if (err != OK)
        return err;
    uint32_t version = get_be32(val.mv_data);
    if (version > STORE_VERSION)
        return fault_set(fault, E_VERSION,
                         "the store %s was written by a newer Aduan (store version %u, this one knows %u); upgrade "
                         "Aduan, or restore a backup of the older version",
                         txn->store->dir, version, (unsigned)STORE_VERSION);
    if (version < STORE_VERSION)
        return fault_set(fault, E_VERSION,
                         "the store %s is of version %u, which Aduan wrote before version %u, and is not taken over; "
                         "move it away, and start aduand: it makes a new one",
                         txn->store->dir, version, (unsigned)STORE_VERSION);
    return OK;
}

static int check_key(struct store_txn *txn, struct fault *fault)
{
    MDB_val val;
    int err = meta_get(txn, "key_check", SEAL_CHECK_BYTES, &val);
    if (err != OK)
        return err;
    uint8_t ours[SEAL_CHECK_BYTES];
    seal_check(txn->store->seal, ours);
    if (memcmp(ours, val.mv_data, sizeof ours) == 0)
        return OK;
    return fault_set(fault, E_KEY,
                     "the key file is not the one that the store %s was made with; put the right one at store.key",
                     txn->store->dir);
}

static int read_meta(struct store_txn *txn, struct fault *fault)
{
    MDB_val val;
    int err = check_version(txn, fault);
    if (err == OK)
        err = check_key(txn, fault);
    if (err == OK)
        err = meta_get(txn, "epoch", STORE_EPOCH_BYTES, &val);
    if (err == OK)
        memcpy(txn->store->epoch, val.mv_data, STORE_EPOCH_BYTES);
    return err;
}

static int write_meta(struct store_txn *txn)
{
    uint8_t version[4], serial[8], one[8], zero[8] = {0}, epoch[STORE_EPOCH_BYTES], check[SEAL_CHECK_BYTES], key[2];
    put_be32(version, STORE_VERSION);
    put_be64(serial, TICKET_SERIAL_FIRST);
    put_be64(one, 1);
    uuid_random(epoch);
    seal_check(txn->store->seal, check);
    put_be16(key, seal_newest(txn->store->seal));
    const struct {
        const char *name;
        const void *val;
        size_t len;
    } rows[] = {{"version", version, sizeof version}, {"epoch", epoch, sizeof epoch},
                {"key_check", check, sizeof check},   {"next_serial", serial, sizeof serial},
                {"next_sequence", one, sizeof one},   {"parts_waiting", zero, sizeof zero},
                {"identities", zero, sizeof zero},    {"tickets_open", zero, sizeof zero},
                {"next_sender", one, sizeof one},     {"senders_from", one, sizeof one},
                {"senders_to", one, sizeof one},      {"senders_tag", zero, sizeof zero},
                {"seal_key", key, sizeof key}};
    int err = OK;
    for (size_t i = 0; err == OK && i < sizeof rows / sizeof rows[0]; i++)
        err = txn_put(txn, T_META, rows[i].name, strlen(rows[i].name), rows[i].val, rows[i].len);
    return err;
}

/* --- tables ------------------------------------------------------------------------------------------------- */

static int open_table(struct store_txn *txn, enum store_table table, unsigned flags)
{
    int rc = mdb_dbi_open(txn->txn, database_of(table), flags, &txn->store->table[table]);
    txn->store->lmdb_code = rc;
    if (rc == MDB_SUCCESS)
        return OK;
    if (rc == MDB_NOTFOUND)
        return E_NOT_FOUND;
    return store_fault(NULL, rc, "");
}

/* An LMDB file of another program has rows but not our meta. */
static int is_empty(struct store_txn *txn, struct fault *fault)
{
    MDB_dbi main_table;
    MDB_stat stat = {0};
    int rc = mdb_dbi_open(txn->txn, NULL, 0, &main_table);
    if (rc == MDB_SUCCESS)
        rc = mdb_stat(txn->txn, main_table, &stat);
    if (rc != MDB_SUCCESS)
        return store_fault(fault, rc, txn->store->dir);
    if (stat.ms_entries == 0)
        return OK;
    return fault_set(fault, E_CORRUPT, "%s/data.mdb belongs to another program; point store.dir elsewhere",
                     txn->store->dir);
}

/* In one transaction: either there is a whole store afterwards, or there is what was before. */
static int open_tables(struct store_txn *txn, bool create, struct fault *fault)
{
    int err = open_table(txn, T_META, 0);
    bool fresh = err == E_NOT_FOUND;
    if (fresh) {
        err = is_empty(txn, fault);
        if (err == OK && !create)
            err = no_store(txn->store->dir, fault);
        if (err == OK)
            err = open_table(txn, T_META, MDB_CREATE);
        if (err == OK)
            err = write_meta(txn);
    }
    if (err == OK)
        err = read_meta(txn, fault);
    if (err != OK)
        return err;
    for (enum store_table table = T_META + 1; err == OK && table < T_END; table++)
        err = open_table(txn, table, fresh ? MDB_CREATE : 0);
    return err == E_NOT_FOUND ? E_CORRUPT : err;
}

/* The transaction here is not txn_begin()'s: the counters are not there yet. */
static int open_meta(struct store *store, bool create, struct fault *fault)
{
    struct store_txn txn = {.store = store};
    struct fault told = {0};
    char doing[512];
    snprintf(doing, sizeof doing, "cannot read the store %s", store->dir);
    int rc = mdb_txn_begin(store->env, NULL, create ? 0 : MDB_RDONLY, &txn.txn);
    if (rc != MDB_SUCCESS)
        return store_fault(fault, rc, doing);
    int err = open_tables(&txn, create, &told);
    if (err == OK) {
        rc = create ? store_commit_hook(txn.txn) : mdb_txn_commit(txn.txn);
        return rc == MDB_SUCCESS ? OK : store_fault(fault, rc, doing);
    }
    txn_abort(&txn);
    if (told.code != OK)
        return fault_set(fault, told.code, "%s", told.text);
    return txn_fault(store, fault, err, doing);
}

/* --- open and close ----------------------------------------------------------------------------------------- */

int store_open(const struct store_options *options, struct store **out, struct fault *fault)
{
    if (!options->seal)
        return fault_set(fault, E_KEY, "the store %s cannot be opened without its key file; see store.key",
                         options->dir);
    bool create = options->create && !options->read_only;
    struct store *store = calloc(1, sizeof *store);
    if (!store)
        abort();
    store->dir = strdup(options->dir);
    if (!store->dir)
        abort();
    store->dir_lock = -1;
    store->seal = options->seal;
    store->read_only = options->read_only;
    int err = open_dir(store, create, fault);
    if (err == OK)
        err = check_file(store, create, fault);
    if (err == OK && !options->read_only)
        err = check_disk(store, fault);
    if (err == OK)
        err = open_env(store, options, fault);
    if (err == OK)
        err = open_meta(store, create, fault);
    if (err != OK) {
        store_close(store);
        return err;
    }
    *out = store;
    return OK;
}

struct store *store_share(struct store *store)
{
    struct store *shared = malloc(sizeof *shared);
    if (!shared)
        abort();
    *shared = *store;
    shared->shared = true;
    shared->senders = NULL;
    return shared;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    senders_free(store->senders);
    if (store->shared) {
        free(store);
        return;
    }
    if (store->env)
        mdb_env_close(store->env);
    if (store->dir_lock >= 0)
        close(store->dir_lock);
    free(store->dir);
    free(store);
}

void store_reader_check(struct store *store)
{
    int dead;
    mdb_reader_check(store->env, &dead);
}
