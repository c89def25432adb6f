/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The key file: one key for look-ups, which never changes, and the keys that values are sealed with, each with its
 * number. A new one is added, everything is sealed anew with it, and then the old one may go.
 *
 *     aduan keys 1
 *     lookup 64 hex digits
 *     seal 1 64 hex digits
 *     seal 2 64 hex digits
 *
 * Numbers grow; the last key is the newest. The file is for its owner alone, and changes as a whole (rename).
 */
#ifndef ADUAN_KEY_FILE_H
#define ADUAN_KEY_FILE_H

#include "err.h"

#include <stddef.h>
#include <stdint.h>

enum { KEY_BYTES = 32, KEY_FILE_KEYS_MAX = 16, KEY_ID_MAX = 65535 };

struct key_file {
    uint8_t lookup[KEY_BYTES];
    size_t count; /* ≥ 1 */
    struct {
        uint16_t id; /* 1 to KEY_ID_MAX, ascending */
        uint8_t key[KEY_BYTES];
    } seal[KEY_FILE_KEYS_MAX];
};

/* E_KEY, with what to do: missing, open to others, or not a key file. */
MUST_CHECK int key_file_read(const char *path, struct key_file *out, struct fault *fault);
void key_file_wipe(struct key_file *keys);
/* A new file, mode 0600, with key 1; never over an existing one (E_EXISTS). */
MUST_CHECK int key_file_create(const char *path, struct fault *fault);
/* One more key, the newest from now on. E_FULL when there are KEY_FILE_KEYS_MAX. */
MUST_CHECK int key_file_add(const char *path, uint16_t *id, struct fault *fault);
/* Takes a key out for good. E_NOT_FOUND, E_STATE: it is the newest one. Whether anything is sealed with it is the
 * caller's to know. */
MUST_CHECK int key_file_drop(const char *path, uint16_t id, struct fault *fault);

#endif
