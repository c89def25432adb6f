/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What keeps numbers, identities and words inside: keyed hashes to find them by, and sealed boxes to rest in.
 * libsodium: BLAKE2b keyed (crypto_generichash) for ids, XChaCha20-Poly1305 for sealing; subkeys derived (crypto_kdf)
 * from the keys of the key file. Whoever has the store without the key file has no phone number and no word.
 *
 * A box: BE16 number of its key . 24 bytes nonce . ciphertext . 16 bytes tag. What it is bound to (its place) is not in
 * it: it opens only where it was put. Ids come from the look-up key, which stays when the sealing keys change.
 * A handle may be used by several threads. A key added to the file later is found by itself.
 */
#ifndef ADUAN_SEAL_H
#define ADUAN_SEAL_H

#include "err.h"
#include "key_file.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SEAL_KEY_BYTES = KEY_BYTES,
    SEAL_ID_BYTES = 16,
    SEAL_CHECK_BYTES = 16,
    SEAL_OVERHEAD_BYTES = 2 + 24 + 16,
    SEAL_VIEW_KEY_BYTES = 32,
    SEAL_WORD_KEY_BYTES = 16
};

struct seal;

/* E_KEY says what to do. */
MUST_CHECK int seal_open(const char *key_path, struct seal **out, struct fault *fault);
/* For tests: a seal from 32 bytes, which are the look-up key and key 1. */
MUST_CHECK int seal_from_bytes(const uint8_t key[SEAL_KEY_BYTES], struct seal **out);
void seal_close(struct seal *seal); /* wipes the keys */

/* The sender id of a number as it came (any bytes, len ≥ 1). */
void seal_id(const struct seal *seal, const void *number, size_t len, uint8_t out[SEAL_ID_BYTES]);
/* The same for the sender of an SMS: "+62812…" and "62812…" are one person, since operators and Kannel's drivers differ
 * in whether they put the plus there. Anything that is not a plus and digits is hashed as it came. */
void seal_sender_id(const struct seal *seal, const void *sender, size_t len, uint8_t out[SEAL_ID_BYTES]);
/* A value that tells whether this is the key file that a store was made with. */
void seal_check(const struct seal *seal, uint8_t out[SEAL_CHECK_BYTES]);
/* The key that the feed's view of this name hashes senders with: two views cannot tell that they see one citizen. */
void seal_view_key(const struct seal *seal, const char *name, uint8_t out[SEAL_VIEW_KEY_BYTES]);
/* The key that words of texts are hashed with, so that two texts can be compared and neither be read. Of the look-up
 * key: it stays when the sealing keys change. */
void seal_word_key(const struct seal *seal, uint8_t out[SEAL_WORD_KEY_BYTES]);

/* The number of the newest key there is. */
uint16_t seal_newest(const struct seal *seal);
/* True when a key of this number is there, or has come to the file since it was read. */
bool seal_has(const struct seal *seal, uint16_t key);

/* What a box is bound to. */
struct seal_place {
    const void *bytes;
    size_t len;
};

/* out holds len + SEAL_OVERHEAD_BYTES. E_KEY: there is no such key. */
MUST_CHECK int seal_wrap(const struct seal *seal, uint16_t key, struct seal_place place, const void *plain, size_t len,
                         uint8_t *out);
/* out holds len - SEAL_OVERHEAD_BYTES. E_CORRUPT: not what was sealed at this place. E_KEY: its key is not there. */
MUST_CHECK int seal_unwrap(const struct seal *seal, struct seal_place place, const uint8_t *box, size_t len, void *out);
/* The number of the key that a box says it was sealed with; 0: it is no box. */
uint16_t seal_key_of(const uint8_t *box, size_t len);

/* How often this process has sealed and opened anything, for tests and benches. */
struct seal_count {
    uint64_t sealed, opened;
};
struct seal_count seal_counts(const struct seal *seal);

#endif
