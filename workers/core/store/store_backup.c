/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies of the whole store: out of a running one (backup), and back into an empty place (restore). Both write beside
 * and rename at the end, so that what is called data.mdb is whole and on the disk. A restored store gets a new epoch
 * before anybody can open it: its events branch off from what subscribers have seen.
 */
#include "store_priv.h"

#include "uuid.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char data_name[] = "data.mdb", part_name[] = "data.mdb.part", staging_name[] = "restore.part";

/* A directory that a copy goes into. */
struct copy_dir {
    const char *path;
    int fd;
    bool made; /* by us: taken away again when nothing came of it */
};

static void path_join(const char *dir, const char *name, char **out)
{
    if (asprintf(out, "%s/%s", dir, name) < 0)
        abort();
}

static int os_fault(struct fault *fault, const char *doing, const char *path)
{
    int code = errno;
    char *text;
    if (asprintf(&text, "%s %s", doing, path) < 0)
        abort();
    int rc = store_fault(fault, code, text);
    free(text);
    return rc;
}

static bool holds_store(int dir_fd)
{
    struct stat st;
    return fstatat(dir_fd, data_name, &st, 0) == 0 && st.st_size > 0;
}

/* Makes or opens the directory and keeps everybody else out of it. */
static int place_open(const char *path, struct copy_dir *place, struct fault *fault)
{
    *place = (struct copy_dir){.path = path, .fd = -1};
    place->made = mkdir(path, 0700) == 0;
    if (!place->made && errno != EEXIST)
        return os_fault(fault, "cannot make the directory", path);
    place->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (place->fd < 0)
        return os_fault(fault, "cannot open the directory", path);
    int rc = OK;
    if (flock(place->fd, LOCK_EX | LOCK_NB) != 0)
        rc = fault_set(fault, E_BUSY, "somebody has a store open in %s; stop every process that uses it first", path);
    else if (holds_store(place->fd))
        rc =
            fault_set(fault, E_EXISTS, "%s already holds a store; name another directory, or move that one away", path);
    if (rc != OK) {
        close(place->fd);
        place->fd = -1; /* not ours to clean */
    }
    return rc;
}

/* Nothing that only looks like a store stays behind: without `keep` the place is as it was. */
static void place_close(struct copy_dir *place, bool keep)
{
    if (place->fd < 0)
        return;
    if (!keep)
        unlinkat(place->fd, data_name, 0);
    close(place->fd);
    if (place->made && !keep)
        rmdir(place->path);
}

/* Names become durable with their directory, and a new directory with its parent. */
static int place_sync(const struct copy_dir *place, struct fault *fault)
{
    int parent = openat(place->fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = parent >= 0 ? fsync(parent) : -1;
    if (parent >= 0)
        close(parent);
    if (rc == 0)
        rc = fsync(place->fd);
    return rc == 0 ? OK : os_fault(fault, "cannot sync the directory", place->path);
}

/* A compacted copy of a snapshot, on the disk when OK. */
static int copy_env(struct store *store, int dir_fd, const char *name, struct fault *fault)
{
    static const char doing[] = "cannot copy the store";
    int fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return os_fault(fault, "cannot write the copy", name);
    int code = mdb_env_copyfd2(store->env, fd, MDB_CP_COMPACT);
    if (code == MDB_SUCCESS && fsync(fd) != 0)
        code = errno;
    if (close(fd) != 0 && code == MDB_SUCCESS)
        code = errno;
    if (code == MDB_SUCCESS)
        return OK;
    unlinkat(dir_fd, name, 0);
    return store_fault(fault, code, doing);
}

/* What was written can be opened, with this key and by this version. The place is unlocked for it. */
static int check_copy(const struct store *store, const char *dst, struct fault *fault)
{
    MDB_envinfo info;
    struct store *copy;
    char *lock;
    mdb_env_info(store->env, &info);
    const struct store_options options = {
        .dir = dst, .map_bytes = info.me_mapsize, .seal = store->seal, .read_only = true};
    int rc = store_open(&options, &copy, fault);
    if (rc == OK)
        store_close(copy);
    path_join(dst, "lock.mdb", &lock);
    unlink(lock);
    free(lock);
    return rc;
}

int store_backup(struct store *store, const char *dst, struct fault *fault)
{
    struct copy_dir place;
    int rc = place_open(dst, &place, fault);
    if (rc == OK)
        rc = copy_env(store, place.fd, part_name, fault);
    if (rc == OK && renameat(place.fd, part_name, place.fd, data_name) != 0)
        rc = os_fault(fault, "cannot name the copy in", dst);
    if (rc == OK)
        rc = place_sync(&place, fault);
    if (rc == OK && flock(place.fd, LOCK_UN) != 0)
        rc = os_fault(fault, "cannot unlock the directory", dst);
    if (rc == OK)
        rc = check_copy(store, dst, fault);
    place_close(&place, rc == OK);
    return rc;
}

/* --- restore ------------------------------------------------------------------------------------------------ */

static int new_epoch(struct store *store, struct fault *fault)
{
    struct store_txn txn;
    uint8_t epoch[STORE_EPOCH_BYTES];
    int rc = txn_begin(store, true, 0, &txn);
    if (rc != OK)
        return txn_fault(store, fault, rc, "giving the restored store a new epoch");
    uuid_random(epoch);
    rc = txn_put(&txn, T_META, "epoch", strlen("epoch"), epoch, sizeof epoch);
    if (rc == OK)
        rc = txn_commit(&txn);
    else
        txn_abort(&txn);
    return rc == OK ? OK : txn_fault(store, fault, rc, "giving the restored store a new epoch");
}

/* The copy in its staging directory becomes a store of its own. */
static int stage(struct store *src, const char *staging, const struct store_options *options, struct fault *fault)
{
    struct store_options staged = *options;
    struct store *copy;
    int fd = open(staging, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return os_fault(fault, "cannot open the directory", staging);
    int rc = copy_env(src, fd, data_name, fault);
    close(fd);
    staged.dir = staging;
    staged.read_only = false;
    if (rc == OK)
        rc = store_open(&staged, &copy, fault);
    if (rc == OK) {
        rc = new_epoch(copy, fault);
        store_close(copy);
    }
    return rc;
}

static int move_in(const struct copy_dir *place, const char *staging, struct fault *fault)
{
    char *from;
    path_join(staging, data_name, &from);
    unlinkat(place->fd, "lock.mdb", 0); /* of an older life; nobody has it open */
    int rc = renameat(AT_FDCWD, from, place->fd, data_name);
    rc = rc == 0 ? OK : os_fault(fault, "cannot put the restored store into", place->path);
    free(from);
    return rc;
}

static void remove_staging(const char *staging)
{
    static const char *const names[] = {"data.mdb", "lock.mdb"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char *path;
        path_join(staging, names[i], &path);
        unlink(path);
        free(path);
    }
    rmdir(staging);
}

static int restore_into(struct store *src, const struct copy_dir *place, const struct store_options *options,
                        struct fault *fault)
{
    char *staging;
    path_join(place->path, staging_name, &staging);
    remove_staging(staging); /* of a restore that was killed */
    int rc = mkdir(staging, 0700) == 0 ? OK : os_fault(fault, "cannot make the directory", staging);
    if (rc == OK)
        rc = stage(src, staging, options, fault);
    if (rc == OK)
        rc = move_in(place, staging, fault);
    remove_staging(staging);
    free(staging);
    return rc == OK ? place_sync(place, fault) : rc;
}

int store_restore(const char *src, const char *dst, uint64_t map_bytes, const struct seal *seal, struct fault *fault)
{
    const struct store_options options = {.dir = src, .map_bytes = map_bytes, .seal = seal, .read_only = true};
    struct store *backup = NULL;
    struct copy_dir place;

    int rc = place_open(dst, &place, fault);
    if (rc == OK)
        rc = store_open(&options, &backup, fault);
    if (rc == OK)
        rc = restore_into(backup, &place, &options, fault);
    store_close(backup);
    place_close(&place, rc == OK);
    return rc;
}
