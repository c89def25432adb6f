/* SPDX-License-Identifier: BSD-2-Clause */
/* UUID version 5 (SHA-1 from libcrypto) and version 4 (getrandom), and their text form. */
#include "uuid.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static void stamp(uint8_t id[UUID_BYTES], uint8_t version)
{
    id[6] = (uint8_t)((id[6] & 0x0f) | (version << 4));
    id[8] = (uint8_t)((id[8] & 0x3f) | 0x80);
}

void uuid_v5(const uint8_t space[UUID_BYTES], const void *name, size_t name_len, uint8_t out[UUID_BYTES])
{
    /* Kept: finding SHA-1 in libcrypto's providers takes longer than using it. */
    static _Thread_local EVP_MD_CTX *ctx;
    uint8_t digest[EVP_MAX_MD_SIZE];
    if (!ctx)
        ctx = EVP_MD_CTX_new();
    const EVP_MD *sha1 = ctx && EVP_MD_CTX_get0_md(ctx) ? NULL : EVP_sha1(); /* NULL: as the last time */
    /* An id that cannot be computed cannot be replaced by another one: exhausted memory and a libcrypto without SHA-1
     * end the process. */
    if (!ctx || !EVP_DigestInit_ex(ctx, sha1, NULL) || !EVP_DigestUpdate(ctx, space, UUID_BYTES) ||
        !EVP_DigestUpdate(ctx, name, name_len) || !EVP_DigestFinal_ex(ctx, digest, NULL))
        abort();
    memcpy(out, digest, UUID_BYTES);
    stamp(out, 5);
}

void uuid_reply(const uint8_t message[UUID_BYTES], uint32_t n, uint8_t out[UUID_BYTES])
{
    char name[16];
    int len = snprintf(name, sizeof name, "%u", (unsigned)n);
    uuid_v5(message, name, (size_t)len, out);
}

void uuid_whole(const uint8_t first_part[UUID_BYTES], uint8_t out[UUID_BYTES])
{
    uuid_v5(first_part, "whole", strlen("whole"), out);
}

void uuid_random(uint8_t out[UUID_BYTES])
{
    /* Up to 256 bytes come whole once the kernel's pool is ready, which is long before us. */
    if (getrandom(out, UUID_BYTES, 0) != UUID_BYTES)
        abort();
    stamp(out, 4);
}

static bool dash_before(size_t byte)
{
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

const char *uuid_format(const uint8_t id[UUID_BYTES], char out[UUID_TEXT_BYTES])
{
    static const char hex[] = "0123456789abcdef";
    char *at = out;
    for (size_t i = 0; i < UUID_BYTES; i++) {
        if (dash_before(i))
            *at++ = '-';
        *at++ = hex[id[i] >> 4];
        *at++ = hex[id[i] & 15];
    }
    *at = '\0';
    return out;
}

static int nibble(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

int uuid_parse(const char *text, size_t len, uint8_t out[UUID_BYTES])
{
    uint8_t id[UUID_BYTES];
    if (len != UUID_TEXT_BYTES - 1)
        return E_INVALID;
    for (size_t i = 0; i < UUID_BYTES; i++) {
        if (dash_before(i) && *text++ != '-')
            return E_INVALID;
        int high = nibble(text[0]), low = nibble(text[1]);
        if (high < 0 || low < 0)
            return E_INVALID;
        id[i] = (uint8_t)(high << 4 | low);
        text += 2;
    }
    memcpy(out, id, UUID_BYTES);
    return OK;
}
