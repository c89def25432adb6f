/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What keeps numbers and identities inside: keyed hashes to find them by, and sealed boxes to rest in.
 * libsodium: BLAKE2b keyed (crypto_generichash) for ids, XChaCha20-Poly1305 for sealing; subkeys derived
 * (crypto_kdf) from the 32-byte key file. Whoever has the store without the key file has no phone number.
 */
#ifndef ADUAN_SEAL_H
#define ADUAN_SEAL_H

#include "err.h"

#include <stddef.h>
#include <stdint.h>

enum {
    SEAL_KEY_BYTES = 32,
    SEAL_ID_BYTES = 16,
    SEAL_CHECK_BYTES = 16,
    SEAL_OVERHEAD_BYTES = 24 + 16,
    SEAL_VIEW_KEY_BYTES = 32
};

struct seal;

/* Writes a new key file, mode 0600, never over an existing one (E_EXISTS). */
MUST_CHECK int seal_key_create(const char *path, struct fault *fault);
/* Reads a key file (64 hex digits and a newline; refused when others may read it). E_KEY says what to do. */
MUST_CHECK int seal_open(const char *key_path, struct seal **out, struct fault *fault);
/* For tests: a seal from 32 bytes. */
MUST_CHECK int seal_from_bytes(const uint8_t key[SEAL_KEY_BYTES], struct seal **out);
void seal_close(struct seal *seal); /* wipes the keys */

/* The sender id of a number as it came (any bytes, len ≥ 1). */
void seal_id(const struct seal *seal, const void *number, size_t len, uint8_t out[SEAL_ID_BYTES]);
/* The same for the sender of an SMS: "+62812…" and "62812…" are one person, since operators and Kannel's drivers differ
 * in whether they put the plus there. Anything that is not a plus and digits is hashed as it came. */
void seal_sender_id(const struct seal *seal, const void *sender, size_t len, uint8_t out[SEAL_ID_BYTES]);
/* A value that tells whether this is the key that a store was made with. */
void seal_check(const struct seal *seal, uint8_t out[SEAL_CHECK_BYTES]);
/* The key that the feed's view of this name hashes senders with: two views cannot tell that they see one citizen. */
void seal_view_key(const struct seal *seal, const char *name, uint8_t out[SEAL_VIEW_KEY_BYTES]);
/* out holds len + SEAL_OVERHEAD_BYTES. */
void seal_wrap(const struct seal *seal, const void *plain, size_t len, uint8_t *out);
/* out holds len - SEAL_OVERHEAD_BYTES; E_CORRUPT when it was not sealed with this key. */
MUST_CHECK int seal_unwrap(const struct seal *seal, const uint8_t *sealed, size_t len, void *out);

#endif
