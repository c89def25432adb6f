/* SPDX-License-Identifier: BSD-2-Clause */
#include "record_compress.h"

#include "record_words.h"

#include <pthread.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

enum { LEVEL = 3, MAGIC_BYTES = 4, FRAME_FIRST = 2048 };
static const uint8_t magic[MAGIC_BYTES] = {0x28, 0xb5, 0x2f, 0xfd}; /* ZSTD_MAGICNUMBER, as it lies */

static pthread_once_t made = PTHREAD_ONCE_INIT;
static pthread_key_t contexts_key;
static ZSTD_CDict *to_write;
static ZSTD_DDict *to_read;

struct contexts {
    ZSTD_CCtx *write;
    ZSTD_DCtx *read;
};
static _Thread_local struct contexts *contexts;

static void contexts_free(void *ended)
{
    struct contexts *of = ended;
    ZSTD_freeCCtx(of->write);
    ZSTD_freeDCtx(of->read);
    free(of);
}

static void make(void)
{
    to_write = ZSTD_createCDict(record_words, record_words_len, LEVEL);
    to_read = ZSTD_createDDict(record_words, record_words_len);
    if (!to_write || !to_read || pthread_key_create(&contexts_key, contexts_free) != 0)
        abort();
}

static bool contexts_set_up(struct contexts *of)
{
    return of->write && of->read && !ZSTD_isError(ZSTD_CCtx_refCDict(of->write, to_write)) &&
           !ZSTD_isError(ZSTD_CCtx_setParameter(of->write, ZSTD_c_contentSizeFlag, 0));
}

/* Memory that runs out ends the process, as wherever records are packed. */
static struct contexts *mine(void)
{
    if (contexts)
        return contexts;
    pthread_once(&made, make);
    struct contexts *of = calloc(1, sizeof *of);
    if (!of)
        abort();
    *of = (struct contexts){ZSTD_createCCtx(), ZSTD_createDCtx()};
    if (!contexts_set_up(of) || pthread_setspecific(contexts_key, of) != 0)
        abort();
    return contexts = of;
}

size_t record_compress_room(size_t len)
{
    return ZSTD_compressBound(len);
}

size_t record_compress(const uint8_t *plain, size_t len, uint8_t *out)
{
    if (len < RECORD_COMPRESS_MIN || len > RECORD_PLAIN_MAX)
        return 0;
    size_t got = ZSTD_compress2(mine()->write, out, record_compress_room(len), plain, len);
    if (ZSTD_isError(got) || got <= MAGIC_BYTES || got - MAGIC_BYTES >= len)
        return 0;
    memmove(out, out + MAGIC_BYTES, got - MAGIC_BYTES);
    return got - MAGIC_BYTES;
}

int record_decompress(const uint8_t *frame, size_t len, uint8_t *plain, size_t plain_len)
{
    uint8_t first[FRAME_FIRST], *whole = first;
    const struct contexts *with = mine();
    if (MAGIC_BYTES + len > sizeof first && !(whole = malloc(MAGIC_BYTES + len)))
        return E_MEMORY;
    memcpy(whole, magic, MAGIC_BYTES);
    memcpy(whole + MAGIC_BYTES, frame, len);
    size_t got = ZSTD_decompress_usingDDict(with->read, plain, plain_len, whole, MAGIC_BYTES + len, to_read);
    sodium_memzero(whole, MAGIC_BYTES + len);
    if (whole != first)
        free(whole);
    return got == plain_len ? OK : E_CORRUPT;
}
