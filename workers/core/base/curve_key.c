/* SPDX-License-Identifier: BSD-2-Clause */
/* The key file holds the secret key in Z85 and a newline; the public one follows from it. */
#include "curve_key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

enum { TEXT_LEN = CURVE_KEY_TEXT_BYTES - 1, FILE_BYTES = TEXT_LEN + 1 };

static const char z85_letters[] =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

int curve_key_make(struct curve_key *out, struct fault *fault)
{
    struct curve_key key;
    if (zmq_curve_keypair(key.public_text, key.secret_text))
        return fault_set(fault, E_IO, "no CURVE key can be made: %s", zmq_strerror(zmq_errno()));
    *out = key;
    return OK;
}

void curve_key_wipe(struct curve_key *key)
{
    explicit_bzero(key, sizeof *key);
}

int curve_key_parse(const char *text, uint8_t out[CURVE_KEY_BYTES])
{
    uint8_t key[CURVE_KEY_BYTES];
    if (strlen(text) != TEXT_LEN || strspn(text, z85_letters) != TEXT_LEN || !zmq_z85_decode(key, text))
        return E_INVALID;
    memcpy(out, key, sizeof key);
    return OK;
}

const char *curve_key_format(const uint8_t key[CURVE_KEY_BYTES], char out[CURVE_KEY_TEXT_BYTES])
{
    return zmq_z85_encode(out, key, CURVE_KEY_BYTES);
}

/* --- the file ----------------------------------------------------------------------------------------------- */

int curve_key_create(const char *path, struct fault *fault)
{
    struct curve_key key;
    char line[FILE_BYTES];
    int err = curve_key_make(&key, fault);
    if (err != OK)
        return err;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST)
        err =
            fault_set(fault, E_EXISTS, "the key file %s exists; integrators know its public key, so it is kept", path);
    else if (fd < 0)
        err = fault_set(fault, E_KEY, "cannot make the key file %s: %s", path, strerror(errno));
    memcpy(line, key.secret_text, TEXT_LEN);
    line[TEXT_LEN] = '\n';
    if (fd >= 0 && (write(fd, line, sizeof line) != (ssize_t)sizeof line || fsync(fd))) {
        err = fault_set(fault, E_KEY, "cannot write the key file %s: %s", path, strerror(errno));
        unlink(path);
    }
    if (fd >= 0)
        close(fd);
    explicit_bzero(line, sizeof line);
    curve_key_wipe(&key);
    return err;
}

static int parse_file(const char *path, int fd, struct curve_key *out, struct fault *fault)
{
    struct stat st;
    char line[FILE_BYTES + 1];
    uint8_t bytes[CURVE_KEY_BYTES];
    struct curve_key key;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return fault_set(fault, E_KEY, "the key file %s is not a file", path);
    if (st.st_mode & (S_IRWXO | S_IWGRP))
        return fault_set(fault, E_KEY, "others may read or change the key file %s; run: chmod 0600 %s", path, path);
    ssize_t len = read(fd, line, sizeof line);
    bool good = len == FILE_BYTES && line[TEXT_LEN] == '\n';
    if (good) {
        memcpy(key.secret_text, line, TEXT_LEN);
        key.secret_text[TEXT_LEN] = '\0';
        good = curve_key_parse(key.secret_text, bytes) == OK && zmq_curve_public(key.public_text, key.secret_text) == 0;
    }
    if (good)
        *out = key;
    explicit_bzero(bytes, sizeof bytes);
    explicit_bzero(line, sizeof line);
    curve_key_wipe(&key);
    return good ? OK : fault_set(fault, E_KEY, "the key file %s does not hold a CURVE key in Z85 and a newline", path);
}

int curve_key_load(const char *path, struct curve_key *out, struct fault *fault)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return fault_set(fault, E_KEY, "the feed's key file %s is missing; make it with: aduan feed key --create",
                         path);
    if (fd < 0)
        return fault_set(fault, E_KEY, "cannot read the key file %s: %s", path, strerror(errno));
    int err = parse_file(path, fd, out, fault);
    close(fd);
    return err;
}
