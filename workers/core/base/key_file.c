/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading and changing the key file. A change is written beside the file, synced and renamed over it, under a lock on
 * what is being written: whoever is killed half-way leaves the keys as they were.
 */
#include "key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    HEX_BYTES = 2 * KEY_BYTES,
    LINE_MAX_BYTES = sizeof "seal 65535 " + HEX_BYTES + 1,
    FILE_MAX_BYTES = (KEY_FILE_KEYS_MAX + 2) * LINE_MAX_BYTES
};

static const char header[] = "aduan keys 1\n";

void key_file_wipe(struct key_file *keys)
{
    sodium_memzero(keys, sizeof *keys);
}

/* --- text --------------------------------------------------------------------------------------------------- */

/* "NAME HEX\n" at *at, which moves behind it. */
static bool parse_line(const char **at, const char *name, uint8_t key[KEY_BYTES])
{
    size_t name_len = strlen(name), key_len = 0;
    const char *end = NULL;
    if (strncmp(*at, name, name_len) != 0 || strlen(*at) < name_len + HEX_BYTES + 1)
        return false;
    const char *hex = *at + name_len;
    if (sodium_hex2bin(key, KEY_BYTES, hex, HEX_BYTES, NULL, &key_len, &end) != 0 || key_len != KEY_BYTES ||
        hex[HEX_BYTES] != '\n')
        return false;
    *at = hex + HEX_BYTES + 1;
    return true;
}

static bool parse_seal(const char **at, struct key_file *keys)
{
    char name[32];
    unsigned id = 0, last = keys->count > 0 ? keys->seal[keys->count - 1].id : 0;
    if (keys->count == KEY_FILE_KEYS_MAX || sscanf(*at, "seal %5u ", &id) != 1 || id <= last || id > KEY_ID_MAX)
        return false;
    snprintf(name, sizeof name, "seal %u ", id);
    keys->seal[keys->count].id = (uint16_t)id;
    return parse_line(at, name, keys->seal[keys->count++].key);
}

static bool parse(const char *text, struct key_file *keys)
{
    keys->count = 0;
    if (strncmp(text, header, sizeof header - 1) != 0)
        return false;
    text += sizeof header - 1;
    bool good = parse_line(&text, "lookup ", keys->lookup);
    while (good && *text)
        good = parse_seal(&text, keys);
    return good && keys->count > 0;
}

static size_t add_line(char *text, size_t len, const char *name, const uint8_t key[KEY_BYTES])
{
    char hex[HEX_BYTES + 1];
    sodium_bin2hex(hex, sizeof hex, key, KEY_BYTES);
    len += (size_t)snprintf(text + len, FILE_MAX_BYTES - len, "%s %s\n", name, hex);
    sodium_memzero(hex, sizeof hex);
    return len;
}

static size_t print(const struct key_file *keys, char text[FILE_MAX_BYTES])
{
    char name[16];
    size_t len = (size_t)snprintf(text, FILE_MAX_BYTES, "%s", header);
    len = add_line(text, len, "lookup", keys->lookup);
    for (size_t i = 0; i < keys->count; i++) {
        snprintf(name, sizeof name, "seal %u", keys->seal[i].id);
        len = add_line(text, len, name, keys->seal[i].key);
    }
    return len;
}

/* --- reading ------------------------------------------------------------------------------------------------ */

static int check_mode(const char *path, int fd, struct fault *fault)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return fault_set(fault, E_KEY, "the key file %s is not a file", path);
    if (st.st_mode & (S_IRWXO | S_IRWXG))
        return fault_set(fault, E_KEY, "others may read or change the key file %s (mode %04o); run: chmod 0600 %s",
                         path, (unsigned)(st.st_mode & 07777), path);
    return OK;
}

/* Up to a byte more than a key file can have, so that a longer one is seen. *text ends in a NUL. */
static ssize_t read_all(int fd, char text[FILE_MAX_BYTES + 2])
{
    size_t len = 0;
    while (len <= FILE_MAX_BYTES) {
        ssize_t n = read(fd, text + len, FILE_MAX_BYTES + 1 - len);
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        len += (size_t)n;
    }
    text[len] = '\0';
    return (ssize_t)len;
}

static int read_keys(const char *path, int fd, struct key_file *out, struct fault *fault)
{
    char text[FILE_MAX_BYTES + 2];
    int err = check_mode(path, fd, fault);
    if (err != OK)
        return err;
    ssize_t len = read_all(fd, text);
    if (len <= 0 || len > FILE_MAX_BYTES || strlen(text) != (size_t)len || !parse(text, out)) {
        key_file_wipe(out);
        err = fault_set(fault, E_KEY,
                        "the key file %s does not hold a lookup key and its seal keys, a line each; put back the right "
                        "one, it cannot be made again",
                        path);
    }
    sodium_memzero(text, sizeof text);
    return err;
}

int key_file_read(const char *path, struct key_file *out, struct fault *fault)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return fault_set(fault, E_KEY,
                         "the key file %s is missing; put back the one the store was made with, or for a new store "
                         "run: aduan keygen",
                         path);
    if (fd < 0)
        return fault_set(fault, E_KEY, "cannot read the key file %s: %s", path, strerror(errno));
    int err = read_keys(path, fd, out, fault);
    close(fd);
    return err;
}

/* --- changing ----------------------------------------------------------------------------------------------- */

/* A file that is being written beside the one at `path`, and is locked. */
struct draft {
    const char *path;
    char *name;
    int fd;
};

static bool is_named(int fd, const char *name)
{
    struct stat ours, there;
    return fstat(fd, &ours) == 0 && stat(name, &there) == 0 && ours.st_dev == there.st_dev &&
           ours.st_ino == there.st_ino;
}

/* Whoever had the lock before may have renamed what we have open: then there is a new one to be made. */
static int draft_open(const char *path, struct draft *draft, struct fault *fault)
{
    *draft = (struct draft){.path = path, .fd = -1};
    if (asprintf(&draft->name, "%s.new", path) < 0)
        abort();
    for (;;) {
        draft->fd = open(draft->name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (draft->fd < 0 || flock(draft->fd, LOCK_EX) != 0)
            return fault_set(fault, E_KEY, "cannot write the key file %s: %s", draft->name, strerror(errno));
        if (is_named(draft->fd, draft->name))
            return OK;
        close(draft->fd);
    }
}

static void draft_close(struct draft *draft)
{
    if (draft->fd >= 0) {
        if (is_named(draft->fd, draft->name))
            unlink(draft->name);
        close(draft->fd);
    }
    free(draft->name);
}

static int write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, data, len);
        if (n < 0)
            return -1;
        data += n;
        len -= (size_t)n;
    }
    return fsync(fd);
}

static int sync_dir(const char *path)
{
    char *copy = strdup(path);
    if (!copy)
        abort();
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = fd < 0 ? -1 : fsync(fd);
    if (fd >= 0)
        close(fd);
    free(copy);
    return rc;
}

/* The new file is its owner's who has the old one: root may add a key for the service's user. */
static int keep_owner(const struct draft *draft)
{
    struct stat st;
    if (stat(draft->path, &st) != 0)
        return errno == ENOENT ? 0 : -1;
    return st.st_uid == geteuid() ? 0 : fchown(draft->fd, st.st_uid, st.st_gid);
}

static int draft_commit(struct draft *draft, const struct key_file *keys, struct fault *fault)
{
    char text[FILE_MAX_BYTES];
    size_t len = print(keys, text);
    int rc = ftruncate(draft->fd, 0);
    if (rc == 0)
        rc = fchmod(draft->fd, 0600);
    if (rc == 0)
        rc = keep_owner(draft);
    if (rc == 0)
        rc = write_all(draft->fd, text, len);
    int code = errno;
    sodium_memzero(text, sizeof text);
    if (rc == 0 && (rename(draft->name, draft->path) != 0 || sync_dir(draft->path) != 0)) {
        code = errno;
        rc = -1;
    }
    if (rc == 0)
        return OK;
    return fault_set(fault, E_KEY, "cannot write the key file %s: %s", draft->path, strerror(code));
}

static int ready(struct fault *fault)
{
    return sodium_init() < 0 ? fault_set(fault, E_IO, "the kernel gives no random bytes") : OK;
}

int key_file_create(const char *path, struct fault *fault)
{
    struct draft draft;
    struct key_file keys = {.count = 1};
    int err = ready(fault);
    if (err != OK)
        return err;
    err = draft_open(path, &draft, fault);
    if (err == OK && access(path, F_OK) == 0)
        err = fault_set(fault, E_EXISTS, "the key file %s exists; a store made with it needs it, so it is kept", path);
    if (err == OK) {
        keys.seal[0].id = 1;
        randombytes_buf(keys.lookup, sizeof keys.lookup);
        randombytes_buf(keys.seal[0].key, KEY_BYTES);
        err = draft_commit(&draft, &keys, fault);
    }
    key_file_wipe(&keys);
    draft_close(&draft);
    return err;
}

static int add(const char *path, struct key_file *keys, struct fault *fault)
{
    unsigned newest = keys->seal[keys->count - 1].id;
    if (keys->count == KEY_FILE_KEYS_MAX || newest == KEY_ID_MAX)
        return fault_set(fault, E_FULL, "the key file %s can take no other key; drop one that nothing is sealed with",
                         path);
    keys->seal[keys->count].id = (uint16_t)(newest + 1);
    randombytes_buf(keys->seal[keys->count++].key, KEY_BYTES);
    return OK;
}

static int drop(const char *path, struct key_file *keys, uint16_t id, struct fault *fault)
{
    size_t at = 0;
    while (at < keys->count && keys->seal[at].id != id)
        at++;
    if (at == keys->count)
        return fault_set(fault, E_NOT_FOUND, "the key file %s has no key %u", path, id);
    if (at == keys->count - 1)
        return fault_set(fault, E_STATE, "key %u is the newest of %s: values are sealed with it", id, path);
    memmove(&keys->seal[at], &keys->seal[at + 1], (keys->count - at - 1) * sizeof keys->seal[0]);
    keys->count--;
    return OK;
}

/* dropped 0: a key is added, and its number goes to *added. */
static int change(const char *path, uint16_t dropped, uint16_t *added, struct fault *fault)
{
    struct draft draft;
    struct key_file keys;
    int err = ready(fault);
    if (err != OK)
        return err;
    err = draft_open(path, &draft, fault);
    if (err == OK)
        err = key_file_read(path, &keys, fault);
    if (err == OK) {
        err = dropped ? drop(path, &keys, dropped, fault) : add(path, &keys, fault);
        if (err == OK)
            err = draft_commit(&draft, &keys, fault);
        if (err == OK && added)
            *added = keys.seal[keys.count - 1].id;
        key_file_wipe(&keys);
    }
    draft_close(&draft);
    return err;
}

int key_file_add(const char *path, uint16_t *id, struct fault *fault)
{
    return change(path, 0, id, fault);
}

int key_file_drop(const char *path, uint16_t id, struct fault *fault)
{
    if (id == 0)
        return fault_set(fault, E_NOT_FOUND, "the key file %s has no key 0", path);
    return change(path, id, NULL, fault);
}
