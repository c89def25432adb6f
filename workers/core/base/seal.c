/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is made of the key file: subkeys for ids, for the feed's views, for words, a check value, and one sealing key a
 * number. Master keys are forgotten as soon as they are derived; the subkeys live in guarded memory.
 */
#include "seal.h"

#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
    SUBKEY_ID = 1,
    SUBKEY_SEAL = 2,
    SUBKEY_CHECK = 3,
    SUBKEY_VIEW = 4,
    SUBKEY_WORD = 5,
    NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    KEY_ID_BYTES = 2
};

static const char CONTEXT[crypto_kdf_CONTEXTBYTES] = {'a', 'd', 'u', 'a', 'n', '-', 'v', '1'};

_Static_assert(SEAL_KEY_BYTES == crypto_kdf_KEYBYTES, "the key file holds kdf keys");
_Static_assert(SEAL_CHECK_BYTES >= crypto_kdf_BYTES_MIN, "the check value is a subkey");
_Static_assert(SEAL_ID_BYTES >= crypto_generichash_BYTES_MIN, "ids are hashes");
_Static_assert(SEAL_OVERHEAD_BYTES == KEY_ID_BYTES + NONCE_BYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES,
               "a box is key number, nonce, ciphertext, tag");

struct ring_key {
    uint16_t id;
    uint8_t bytes[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];
};

/* In guarded memory. */
struct secrets {
    uint8_t id_key[crypto_generichash_KEYBYTES];
    uint8_t view_key[crypto_generichash_KEYBYTES];
    uint8_t word_key[SEAL_WORD_KEY_BYTES];
    uint8_t check[SEAL_CHECK_BYTES];
    struct ring_key ring[KEY_FILE_KEYS_MAX];
};

/* What a reader finds through `const`: keys are only ever added to the ring, behind `count`. */
struct seal {
    struct secrets *secrets;
    char *path; /* NULL: not from a file */
    struct state {
        pthread_mutex_t adding;
        atomic_size_t count; /* of the ring */
        atomic_uint newest;
        atomic_uint_fast64_t sealed, opened;
    } * state;
};

/* --- keys --------------------------------------------------------------------------------------------------- */

static const struct ring_key *find_key(const struct seal *seal, uint16_t id)
{
    size_t count = atomic_load(&seal->state->count);
    for (size_t i = count; i > 0; i--)
        if (seal->secrets->ring[i - 1].id == id)
            return &seal->secrets->ring[i - 1];
    return NULL;
}

/* Takes what the ring does not have yet. A process that has seen sixteen keys come takes the next one after a restart.
 */
static void take_keys(const struct seal *seal, const struct key_file *keys)
{
    struct secrets *secrets = seal->secrets;
    pthread_mutex_lock(&seal->state->adding);
    sodium_mprotect_readwrite(secrets);
    for (size_t i = 0; i < keys->count; i++) {
        size_t count = atomic_load(&seal->state->count);
        if (find_key(seal, keys->seal[i].id) || count == KEY_FILE_KEYS_MAX)
            continue;
        secrets->ring[count].id = keys->seal[i].id;
        crypto_kdf_derive_from_key(secrets->ring[count].bytes, sizeof secrets->ring[count].bytes, SUBKEY_SEAL, CONTEXT,
                                   keys->seal[i].key);
        atomic_store(&seal->state->count, count + 1);
    }
    sodium_mprotect_readonly(secrets);
    uint16_t last = keys->seal[keys->count - 1].id;
    if (find_key(seal, last))
        atomic_store(&seal->state->newest, last);
    pthread_mutex_unlock(&seal->state->adding);
}

static void check_value(const uint8_t lookup[KEY_BYTES], uint8_t out[SEAL_CHECK_BYTES])
{
    crypto_kdf_derive_from_key(out, SEAL_CHECK_BYTES, SUBKEY_CHECK, CONTEXT, lookup);
}

static int from_keys(const struct key_file *keys, const char *path, struct seal **out)
{
    if (sodium_init() < 0)
        return E_IO;
    struct seal *seal = calloc(1, sizeof *seal);
    if (seal)
        seal->state = calloc(1, sizeof *seal->state);
    if (seal && seal->state)
        seal->secrets = sodium_malloc(sizeof *seal->secrets);
    if (seal && seal->secrets && path)
        seal->path = strdup(path);
    if (!seal || !seal->secrets || (path && !seal->path)) {
        seal_close(seal);
        return E_MEMORY;
    }
    pthread_mutex_init(&seal->state->adding, NULL);
    crypto_kdf_derive_from_key(seal->secrets->id_key, sizeof seal->secrets->id_key, SUBKEY_ID, CONTEXT, keys->lookup);
    crypto_kdf_derive_from_key(seal->secrets->view_key, sizeof seal->secrets->view_key, SUBKEY_VIEW, CONTEXT,
                               keys->lookup);
    crypto_kdf_derive_from_key(seal->secrets->word_key, sizeof seal->secrets->word_key, SUBKEY_WORD, CONTEXT,
                               keys->lookup);
    check_value(keys->lookup, seal->secrets->check);
    take_keys(seal, keys);
    *out = seal;
    return OK;
}

int seal_from_bytes(const uint8_t key[SEAL_KEY_BYTES], struct seal **out)
{
    struct key_file keys = {.count = 1, .seal[0].id = 1};
    memcpy(keys.lookup, key, KEY_BYTES);
    memcpy(keys.seal[0].key, key, KEY_BYTES);
    int err = from_keys(&keys, NULL, out);
    key_file_wipe(&keys);
    return err;
}

int seal_open(const char *key_path, struct seal **out, struct fault *fault)
{
    struct key_file keys;
    int err = key_file_read(key_path, &keys, fault);
    if (err != OK)
        return err;
    err = from_keys(&keys, key_path, out);
    key_file_wipe(&keys);
    return err == OK ? OK : fault_set(fault, err, "no guarded memory for the keys; raise the limit of locked memory");
}

void seal_close(struct seal *seal)
{
    if (!seal)
        return;
    sodium_free(seal->secrets);
    free(seal->path);
    free(seal->state);
    free(seal);
}

/* Reads the file again. Keys of another store's file are not taken. */
static void look_again(const struct seal *seal)
{
    struct key_file keys;
    uint8_t check[SEAL_CHECK_BYTES];
    if (!seal->path || key_file_read(seal->path, &keys, NULL) != OK)
        return;
    check_value(keys.lookup, check);
    if (sodium_memcmp(check, seal->secrets->check, sizeof check) == 0)
        take_keys(seal, &keys);
    key_file_wipe(&keys);
}

static const struct ring_key *get_key(const struct seal *seal, uint16_t id)
{
    const struct ring_key *key = find_key(seal, id);
    if (key || id == 0)
        return key;
    look_again(seal);
    return find_key(seal, id);
}

uint16_t seal_newest(const struct seal *seal)
{
    return (uint16_t)atomic_load(&seal->state->newest);
}

bool seal_has(const struct seal *seal, uint16_t key)
{
    return get_key(seal, key) != NULL;
}

/* --- ids ---------------------------------------------------------------------------------------------------- */

void seal_id(const struct seal *seal, const void *number, size_t len, uint8_t out[SEAL_ID_BYTES])
{
    crypto_generichash(out, SEAL_ID_BYTES, number, len, seal->secrets->id_key, sizeof seal->secrets->id_key);
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
    memcpy(out, seal->secrets->check, SEAL_CHECK_BYTES);
}

void seal_view_key(const struct seal *seal, const char *name, uint8_t out[SEAL_VIEW_KEY_BYTES])
{
    crypto_generichash(out, SEAL_VIEW_KEY_BYTES, (const uint8_t *)name, strlen(name), seal->secrets->view_key,
                       sizeof seal->secrets->view_key);
}

void seal_word_key(const struct seal *seal, uint8_t out[SEAL_WORD_KEY_BYTES])
{
    memcpy(out, seal->secrets->word_key, SEAL_WORD_KEY_BYTES);
}

/* --- boxes -------------------------------------------------------------------------------------------------- */

uint16_t seal_key_of(const uint8_t *box, size_t len)
{
    return len < SEAL_OVERHEAD_BYTES ? 0 : (uint16_t)(box[0] << 8 | box[1]);
}

/* Random bytes for nonces, drawn many at a time: each draw is a system call. A nonce is never given twice, and so a
 * child forgets what its parent has drawn. */
static _Thread_local struct {
    uint8_t bytes[64 * NONCE_BYTES];
    size_t left;
} pool;

static void forget_pool(void)
{
    pool.left = 0;
}

static void watch_forks(void)
{
    if (pthread_atfork(NULL, NULL, forget_pool) != 0)
        abort();
}

static void draw_nonce(uint8_t out[NONCE_BYTES])
{
    static pthread_once_t watched = PTHREAD_ONCE_INIT;
    if (pool.left == 0) {
        pthread_once(&watched, watch_forks);
        randombytes_buf(pool.bytes, sizeof pool.bytes);
        pool.left = sizeof pool.bytes;
    }
    pool.left -= NONCE_BYTES;
    memcpy(out, pool.bytes + pool.left, NONCE_BYTES);
}

int seal_wrap(const struct seal *seal, uint16_t key, struct seal_place place, const void *plain, size_t len,
              uint8_t *out)
{
    const struct ring_key *with = get_key(seal, key);
    if (!with)
        return E_KEY;
    uint8_t *nonce = out + KEY_ID_BYTES;
    out[0] = (uint8_t)(key >> 8);
    out[1] = (uint8_t)key;
    draw_nonce(nonce);
    crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + NONCE_BYTES, NULL, plain, len, place.bytes, place.len, NULL,
                                               nonce, with->bytes);
    atomic_fetch_add_explicit(&seal->state->sealed, 1, memory_order_relaxed);
    return OK;
}

int seal_unwrap(const struct seal *seal, struct seal_place place, const uint8_t *box, size_t len, void *out)
{
    uint16_t id = seal_key_of(box, len);
    if (id == 0)
        return E_CORRUPT;
    const struct ring_key *with = get_key(seal, id);
    if (!with)
        return E_KEY;
    const uint8_t *nonce = box + KEY_ID_BYTES, *cipher = nonce + NONCE_BYTES;
    int rc = crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, cipher, len - (size_t)(cipher - box),
                                                        place.bytes, place.len, nonce, with->bytes);
    atomic_fetch_add_explicit(&seal->state->opened, 1, memory_order_relaxed);
    return rc == 0 ? OK : E_CORRUPT;
}

struct seal_count seal_counts(const struct seal *seal)
{
    return (struct seal_count){atomic_load(&seal->state->sealed), atomic_load(&seal->state->opened)};
}
