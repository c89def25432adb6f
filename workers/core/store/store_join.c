/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Joining the parts of a long SMS. Neighbours of one coding are joined as bytes and decoded afterwards, since the cut
 * may go through a UTF-16 pair or an escape sequence; what cannot be joined so is decoded apart. Pure.
 */
#include "store_ingest.h"

#include "record_fields.h"

#include <stdlib.h>
#include <string.h>

struct bytes {
    uint8_t *data;
    size_t len, size;
};

static void bytes_add(struct bytes *bytes, const void *data, size_t len)
{
    if (bytes->size - bytes->len < len || bytes->size == 0) {
        bytes->size = (bytes->len + len) * 2 + 16;
        uint8_t *grown = realloc(bytes->data, bytes->size);
        if (!grown)
            abort();
        bytes->data = grown;
    }
    if (len > 0)
        memcpy(bytes->data + bytes->len, data, len);
    bytes->len += len;
}

static bool same_bytes(ProtobufCBinaryData a, ProtobufCBinaryData b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* Undefined is treated as 7-bit by text_decode(). */
static int coding_of(const Aduan__Record__Message *message)
{
    return message->coding == TEXT_CODING_UNDEFINED ? TEXT_CODING_7BIT : message->coding;
}

/* May the bytes of b stand right behind those of a? An odd UCS-2 body would shift everything after it. */
static bool joins(const struct piece *a, const struct piece *b)
{
    return b->index == a->index + 1 && coding_of(a->message) == coding_of(b->message) &&
           same_bytes(a->message->charset, b->message->charset) &&
           !(coding_of(a->message) == TEXT_CODING_UCS2 && a->message->body.len % 2);
}

/* How many pieces from the first one on are one body. */
static size_t run_of(const struct piece *pieces, size_t n)
{
    size_t run = 1;
    while (run < n && joins(&pieces[run - 1], &pieces[run]))
        run++;
    return run;
}

struct joining {
    struct bytes text;
    bool repaired, binary;
};

/* text_decode() fails only where memory is exhausted, and what is decoded here is bounded by 255 parts. */
static struct text decode(int coding, ProtobufCBinaryData charset, const struct bytes *bytes)
{
    struct text text;
    if (text_decode(coding, charset.data, charset.len, bytes->data, bytes->len, &text) != OK)
        abort();
    return text;
}

static void add_run(struct joining *joining, const struct piece *pieces, size_t run, struct bytes *body)
{
    const Aduan__Record__Message *first = pieces[0].message;
    body->len = 0;
    for (size_t i = 0; i < run; i++)
        bytes_add(body, pieces[i].message->body.data, pieces[i].message->body.len);
    struct text text = decode(first->coding, first->charset, body);
    bytes_add(&joining->text, text.utf8, text.len);
    joining->repaired |= text.repaired;
    joining->binary |= text.binary;
    text_done(&text);
}

/* Runs may not be NFC across their seams: the sum goes through the decoder once more. */
static struct text finish(struct joining *joining)
{
    static uint8_t utf8[] = "UTF-8";
    struct text text = decode(TEXT_CODING_7BIT, (ProtobufCBinaryData){sizeof utf8 - 1, utf8}, &joining->text);
    text.repaired |= joining->repaired;
    text.binary = joining->binary;
    text.empty &= !joining->binary;
    return text;
}

/* Stands where a part is missing, apart from what is around it. */
static void add_gap(struct bytes *text)
{
    if (text->len > 0 && text->data[text->len - 1] != ' ')
        bytes_add(text, " ", 1);
    bytes_add(text, "[...]", 5);
}

struct joined pieces_join(const struct piece *pieces, size_t n, uint32_t total)
{
    struct joining joining = {0};
    struct bytes body = {0};
    uint32_t expected = 1;
    size_t runs = 0;
    bytes_add(&joining.text, "", 0);
    for (size_t i = 0; i < n; runs++) {
        size_t run = run_of(pieces + i, n - i);
        if (pieces[i].index != expected) {
            add_gap(&joining.text);
            bytes_add(&joining.text, " ", 1);
        }
        add_run(&joining, pieces + i, run, &body);
        i += run;
        expected = pieces[i - 1].index + 1u;
    }
    if (expected != total + 1)
        add_gap(&joining.text);
    struct joined joined = {.text = finish(&joining)};
    free(joining.text.data);
    if (runs == 1 && n == total) {
        joined.body = body.data;
        joined.body_len = body.len;
    } else {
        free(body.data);
    }
    return joined;
}

void joined_done(struct joined *joined)
{
    text_done(&joined->text);
    free(joined->body);
    *joined = (struct joined){0};
}
