/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The key file and what is made of it: subkeys for ids, for sealing and for the feed's views, and a check value. The
 * master key is forgotten as soon as they are derived; the subkeys live in guarded memory.
 */
#include "seal.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_FILE_BYTES = 2 * SEAL_KEY_BYTES + 1, SUBKEY_ID = 1, SUBKEY_SEAL = 2, SUBKEY_CHECK = 3, SUBKEY_VIEW = 4 };

static const char CONTEXT[crypto_kdf_CONTEXTBYTES] = {'a', 'd', 'u', 'a', 'n', '-', 'v', '1'};

_Static_assert(SEAL_KEY_BYTES == crypto_kdf_KEYBYTES, "the key file holds a kdf key");
_Static_assert(SEAL_CHECK_BYTES >= crypto_kdf_BYTES_MIN, "the check value is a subkey");
_Static_assert(SEAL_ID_BYTES >= crypto_generichash_BYTES_MIN, "ids are hashes");
_Static_assert(SEAL_OVERHEAD_BYTES ==
                   crypto_aead_xchacha20poly1305_ietf_NPUBBYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES,
               "a sealed box is nonce, ciphertext, tag");

struct seal {
    uint8_t id_key[crypto_generichash_KEYBYTES];
    uint8_t seal_key[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];
    uint8_t view_key[crypto_generichash_KEYBYTES];
    uint8_t check[SEAL_CHECK_BYTES];
};

int seal_from_bytes(const uint8_t key[SEAL_KEY_BYTES], struct seal **out)
{
    if (sodium_init() < 0)
        return E_IO;
    struct seal *seal = sodium_malloc(sizeof *seal);
    if (!seal)
        return E_MEMORY;
    crypto_kdf_derive_from_key(seal->id_key, sizeof seal->id_key, SUBKEY_ID, CONTEXT, key);
    crypto_kdf_derive_from_key(seal->seal_key, sizeof seal->seal_key, SUBKEY_SEAL, CONTEXT, key);
    crypto_kdf_derive_from_key(seal->view_key, sizeof seal->view_key, SUBKEY_VIEW, CONTEXT, key);
    crypto_kdf_derive_from_key(seal->check, sizeof seal->check, SUBKEY_CHECK, CONTEXT, key);
    sodium_mprotect_readonly(seal);
    *out = seal;
    return OK;
}

void seal_close(struct seal *seal)
{
    sodium_free(seal);
}

/* --- the key file ------------------------------------------------------------------------------------------- */

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

int seal_key_create(const char *path, struct fault *fault)
{
    if (sodium_init() < 0)
        return fault_set(fault, E_IO, "the kernel gives no random bytes");
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST)
        return fault_set(fault, E_EXISTS, "the key file %s exists; a store made with it needs it, so it is kept", path);
    if (fd < 0)
        return fault_set(fault, E_KEY, "cannot make the key file %s: %s", path, strerror(errno));
    uint8_t key[SEAL_KEY_BYTES];
    char hex[KEY_FILE_BYTES + 1];
    randombytes_buf(key, sizeof key);
    sodium_bin2hex(hex, sizeof hex, key, sizeof key);
    hex[KEY_FILE_BYTES - 1] = '\n';
    int rc = write_all(fd, hex, KEY_FILE_BYTES);
    int code = errno;
    sodium_memzero(key, sizeof key);
    sodium_memzero(hex, sizeof hex);
    close(fd);
    if (rc == 0)
        return OK;
    unlink(path);
    return fault_set(fault, E_KEY, "cannot write the key file %s: %s", path, strerror(code));
}

/* Reads up to one byte more than a key file has, so that a longer file is seen. */
static ssize_t read_key_file(int fd, char out[KEY_FILE_BYTES + 1])
{
    size_t len = 0;
    while (len < KEY_FILE_BYTES + 1) {
        ssize_t n = read(fd, out + len, KEY_FILE_BYTES + 1 - len);
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        len += (size_t)n;
    }
    return (ssize_t)len;
}

static int parse_key_file(const char *path, int fd, struct seal **out, struct fault *fault)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return fault_set(fault, E_KEY, "the key file %s is not a file", path);
    if (st.st_mode & (S_IRWXO | S_IWGRP))
        return fault_set(fault, E_KEY, "others may read or change the key file %s; run: chmod 0600 %s", path, path);
    char hex[KEY_FILE_BYTES + 1];
    uint8_t key[SEAL_KEY_BYTES];
    size_t key_len = 0;
    ssize_t len = read_key_file(fd, hex);
    bool good = len == KEY_FILE_BYTES && hex[KEY_FILE_BYTES - 1] == '\n' &&
                sodium_hex2bin(key, sizeof key, hex, KEY_FILE_BYTES - 1, NULL, &key_len, NULL) == 0 &&
                key_len == sizeof key;
    int err = good ? seal_from_bytes(key, out)
                   : fault_set(fault, E_KEY,
                               "the key file %s does not hold 64 hex digits and a newline; put back the right one, it "
                               "cannot be made again",
                               path);
    sodium_memzero(hex, sizeof hex);
    sodium_memzero(key, sizeof key);
    return err;
}

int seal_open(const char *key_path, struct seal **out, struct fault *fault)
{
    int fd = open(key_path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return fault_set(fault, E_KEY,
                         "the key file %s is missing; put back the one the store was made with, or for a new store "
                         "run: aduan key create",
                         key_path);
    if (fd < 0)
        return fault_set(fault, E_KEY, "cannot read the key file %s: %s", key_path, strerror(errno));
    int err = parse_key_file(key_path, fd, out, fault);
    close(fd);
    return err;
}

/* --- ids and boxes ------------------------------------------------------------------------------------------ */

void seal_id(const struct seal *seal, const void *number, size_t len, uint8_t out[SEAL_ID_BYTES])
{
    crypto_generichash(out, SEAL_ID_BYTES, number, len, seal->id_key, sizeof seal->id_key);
}

void seal_sender_id(const struct seal *seal, const void *sender, size_t len, uint8_t out[SEAL_ID_BYTES])
{
    const char *text = sender;
    size_t digits = 0;
    while (len > 1 && text[0] == '+' && 1 + digits < len && text[1 + digits] >= '0' && text[1 + digits] <= '9')
        digits++;
    bool plus = digits > 0 && 1 + digits == len;
    seal_id(seal, text + plus, len - plus, out);
}

void seal_check(const struct seal *seal, uint8_t out[SEAL_CHECK_BYTES])
{
    memcpy(out, seal->check, SEAL_CHECK_BYTES);
}

void seal_view_key(const struct seal *seal, const char *name, uint8_t out[SEAL_VIEW_KEY_BYTES])
{
    crypto_generichash(out, SEAL_VIEW_KEY_BYTES, (const uint8_t *)name, strlen(name), seal->view_key,
                       sizeof seal->view_key);
}

void seal_wrap(const struct seal *seal, const void *plain, size_t len, uint8_t *out)
{
    const size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
    randombytes_buf(out, nonce_bytes);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + nonce_bytes, NULL, plain, len, NULL, 0, NULL, out, seal->seal_key);
}

int seal_unwrap(const struct seal *seal, const uint8_t *sealed, size_t len, void *out)
{
    const size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
    if (len < SEAL_OVERHEAD_BYTES)
        return E_CORRUPT;
    int rc = crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed + nonce_bytes, len - nonce_bytes, NULL,
                                                        0, sealed, seal->seal_key);
    return rc == 0 ? OK : E_CORRUPT;
}
