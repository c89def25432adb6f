/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Decoders from the bytes of an SMS to UTF-8, then NFC. Each decoder appends code points to one buffer; U+FFFD stands
 * for what does not decode, and for U+0000, which later readers could not carry. All other text survives exactly.
 */
#include "text.h"

#include "gsm7.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

enum {
    REPLACEMENT = 0xFFFD,
    FIRST_COMBINING = 0x300, /* every text of code points below is in NFC already */
    COMBINING_RUN_MAX = 30,  /* Unicode's stream-safe limit; normalising longer runs costs quadratic time */
    CHARSET_NAME_MAX = 40,
    UTF8_BYTES_MAX = 4
};

struct buffer {
    uint8_t *data;
    size_t len, size;
    bool repaired;
};

/* Room for `more` bytes beyond len. */
static int buffer_reserve(struct buffer *buffer, size_t more)
{
    if (buffer->size - buffer->len >= more)
        return OK;
    size_t size = (buffer->len + more) * 2;
    uint8_t *data = realloc(buffer->data, size);
    if (!data)
        return E_MEMORY;
    buffer->data = data;
    buffer->size = size;
    return OK;
}

/* Appends one code point; there is room. */
static void put(struct buffer *buffer, uint32_t code_point)
{
    if (code_point == 0) {
        code_point = REPLACEMENT;
        buffer->repaired = true;
    }
    buffer->len += (size_t)utf8proc_encode_char((utf8proc_int32_t)code_point, buffer->data + buffer->len);
}

static void put_broken(struct buffer *buffer)
{
    buffer->repaired = true;
    put(buffer, REPLACEMENT);
}

/* --- UTF-8 ---------------------------------------------------------------------------------------------------- */

/* How long the sequence that `lead` opens claims to be. */
static size_t sequence_len(uint8_t lead)
{
    return lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
}

/* Bytes of a broken sequence that one U+FFFD replaces: its lead and the continuation bytes it claims, if there. */
static size_t broken_len(const uint8_t *body, size_t len)
{
    size_t claimed = sequence_len(body[0]), n = 1;
    while (n < claimed && n < len && (body[n] & 0xC0) == 0x80)
        n++;
    return n;
}

/* How many bytes from the start are ASCII other than NUL: most SMS are nothing else. */
static size_t ascii_len(const uint8_t *body, size_t len)
{
    size_t n = 0;
    while (n < len && body[n] - 1u < 0x7F)
        n++;
    return n;
}

struct utf8_census {
    size_t multibyte; /* well-formed sequences beyond ASCII */
    size_t broken;
};

static struct utf8_census utf8_count(const uint8_t *body, size_t len)
{
    struct utf8_census census = {0};
    for (size_t at = ascii_len(body, len); at < len;) {
        utf8proc_int32_t c;
        utf8proc_ssize_t used = utf8proc_iterate(body + at, (utf8proc_ssize_t)(len - at), &c);
        census.broken += used <= 0;
        census.multibyte += used > 1;
        at += used > 0 ? (size_t)used : broken_len(body + at, len - at);
    }
    return census;
}

static void utf8_decode(struct buffer *buffer, const uint8_t *body, size_t len)
{
    size_t plain = ascii_len(body, len);
    if (plain > 0)
        memcpy(buffer->data + buffer->len, body, plain);
    buffer->len += plain;
    for (size_t at = plain; at < len;) {
        utf8proc_int32_t c;
        utf8proc_ssize_t used = utf8proc_iterate(body + at, (utf8proc_ssize_t)(len - at), &c);
        if (used > 0) {
            put(buffer, (uint32_t)c);
            at += (size_t)used;
        } else {
            put_broken(buffer);
            at += broken_len(body + at, len - at);
        }
    }
}

/* --- single bytes --------------------------------------------------------------------------------------------- */

/* 0x80–0x9F of Windows-1252: phones that say Latin-1 mean this. 0 where it has no character. */
static const uint16_t windows_1252[32] = {0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                          0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
                                          0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                          0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

static void latin1_decode(struct buffer *buffer, const uint8_t *body, size_t len)
{
    for (size_t i = 0; i < len; i++)
        put(buffer, body[i] >= 0x80 && body[i] < 0xA0 ? windows_1252[body[i] - 0x80] : body[i]);
}

static void gsm7_decode(struct buffer *buffer, const uint8_t *septets, size_t len)
{
    enum { ESCAPE = 0x1B };
    for (size_t i = 0; i < len; i++) {
        uint32_t c = REPLACEMENT;
        if (septets[i] == ESCAPE && i + 1 < len) {
            i++;
            c = gsm7_code_point(septets[i], true);
            /* §6.2.1.1: a code that the extension table lacks shows as the one of the default alphabet. */
            if (c == REPLACEMENT) {
                c = gsm7_code_point(septets[i], false);
                buffer->repaired = true;
            }
        } else {
            c = gsm7_code_point(septets[i], false);
        }
        buffer->repaired = buffer->repaired || c == REPLACEMENT;
        put(buffer, c);
    }
}

/* --- UTF-16 --------------------------------------------------------------------------------------------------- */

static uint32_t unit_at(const uint8_t *body, size_t i, bool little)
{
    return little ? (uint32_t)(body[2 * i + 1] << 8 | body[2 * i]) : (uint32_t)(body[2 * i] << 8 | body[2 * i + 1]);
}

static void utf16_decode(struct buffer *buffer, const uint8_t *body, size_t len, bool little)
{
    size_t units = len / 2, i = 0;
    if (units > 0) {
        uint32_t first = unit_at(body, 0, little);
        if (first == 0xFFFE)
            little = !little;
        if (first == 0xFFFE || first == 0xFEFF)
            i = 1;
    }
    for (; i < units; i++) {
        uint32_t unit = unit_at(body, i, little);
        if ((unit & 0xF800) != 0xD800) {
            put(buffer, unit);
            continue;
        }
        uint32_t next = i + 1 < units ? unit_at(body, i + 1, little) : 0;
        if ((unit & 0xFC00) == 0xD800 && (next & 0xFC00) == 0xDC00) {
            put(buffer, 0x10000 + ((unit - 0xD800) << 10) + (next - 0xDC00));
            i++;
        } else {
            put_broken(buffer);
        }
    }
    if (len % 2)
        put_broken(buffer);
}

/* --- named charsets ------------------------------------------------------------------------------------------- */

enum charset { CHARSET_NONE, CHARSET_UTF8, CHARSET_GSM7, CHARSET_UTF16BE, CHARSET_UTF16LE, CHARSET_OTHER };

static const struct {
    const char *name;
    enum charset charset;
} charsets[] = {{"UTF-8", CHARSET_UTF8},       {"UTF8", CHARSET_UTF8},        {"US-ASCII", CHARSET_UTF8},
                {"ASCII", CHARSET_UTF8},       {"GSM", CHARSET_GSM7},         {"GSM-7", CHARSET_GSM7},
                {"GSM7", CHARSET_GSM7},        {"GSM-03.38", CHARSET_GSM7},   {"GSM0338", CHARSET_GSM7},
                {"UTF-16BE", CHARSET_UTF16BE}, {"UTF-16", CHARSET_UTF16BE},   {"UCS-2", CHARSET_UTF16BE},
                {"UCS-2BE", CHARSET_UTF16BE},  {"UTF-16LE", CHARSET_UTF16LE}, {"UCS-2LE", CHARSET_UTF16LE}};

/* name holds CHARSET_NAME_MAX bytes. What no charset name holds (iconv's own "//IGNORE" too) is no charset. */
static enum charset charset_find(const char *given, size_t len, char *name)
{
    if (len == 0 || len >= CHARSET_NAME_MAX)
        return CHARSET_NONE;
    for (size_t i = 0; i < len; i++) {
        if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:", given[i]) || !given[i])
            return CHARSET_NONE;
        name[i] = given[i];
    }
    name[len] = '\0';
    for (size_t i = 0; i < sizeof charsets / sizeof charsets[0]; i++)
        if (strcasecmp(charsets[i].name, name) == 0)
            return charsets[i].charset;
    return CHARSET_OTHER;
}

/* Appends what libc's converter yields. E_NOT_FOUND when it does not know the name. */
static int iconv_decode(struct buffer *buffer, const char *name, const uint8_t *body, size_t len)
{
    iconv_t converter = iconv_open("UTF-8", name);
    if (converter == (iconv_t)-1)
        return E_NOT_FOUND;
    char *in = (char *)(uintptr_t)body;
    int err = OK;
    for (bool more = true; more;) {
        char chunk[256], *chunk_end = chunk;
        size_t room = sizeof chunk;
        /* The last call, without input, flushes what the converter holds back. */
        more = len > 0;
        int cause =
            iconv(converter, more ? &in : NULL, more ? &len : NULL, &chunk_end, &room) == (size_t)-1 ? errno : 0;
        err = buffer_reserve(buffer, 3 * sizeof chunk + 2 * UTF8_BYTES_MAX);
        if (err != OK)
            break;
        utf8_decode(buffer, (uint8_t *)chunk, (size_t)(chunk_end - chunk));
        if (cause == EILSEQ || cause == EINVAL) {
            put_broken(buffer);
            in++;
            len--;
        }
    }
    iconv_close(converter);
    return err;
}

/* --- one body ------------------------------------------------------------------------------------------------- */

/* Bytes without a trustworthy name. Broken UTF-8 that is mostly UTF-8 keeps what is whole of it. */
static void guess_decode(struct buffer *buffer, const uint8_t *body, size_t len)
{
    struct utf8_census census = utf8_count(body, len);
    if (census.broken == 0 || census.multibyte > census.broken) {
        utf8_decode(buffer, body, len);
    } else {
        latin1_decode(buffer, body, len);
        buffer->repaired = true;
    }
}

static int named_decode(struct buffer *buffer, enum charset charset, const char *name, const uint8_t *body, size_t len)
{
    switch (charset) {
    case CHARSET_GSM7:
        gsm7_decode(buffer, body, len);
        return OK;
    case CHARSET_UTF16BE:
    case CHARSET_UTF16LE:
        utf16_decode(buffer, body, len, charset == CHARSET_UTF16LE);
        return OK;
    case CHARSET_OTHER:
        if (utf8_count(body, len).broken > 0) {
            int err = iconv_decode(buffer, name, body, len);
            if (err != E_NOT_FOUND)
                return err;
        }
        break;
    case CHARSET_NONE:
    case CHARSET_UTF8:
        break;
    }
    guess_decode(buffer, body, len);
    return OK;
}

static bool is_control(uint8_t byte)
{
    return (byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t') || byte == 0x7F;
}

/* 8-bit content: is it something a person wrote? Bytes of a picture or a SIM command hold control codes (a quarter of
 * random bytes are), prose none. */
static bool looks_binary(const uint8_t *body, size_t len, bool utf8)
{
    size_t control = 0;
    for (size_t i = 0; i < len; i++)
        control += is_control(body[i]) || (!utf8 && body[i] >= 0x80 && body[i] < 0xA0);
    return utf8 ? control * 2 > len : control * 10 > len || memchr(body, 0, len) != NULL;
}

/* White space, controls, invisible format characters, and what could not be read. */
static bool is_blank(utf8proc_int32_t c)
{
    if (c == REPLACEMENT)
        return true;
    switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
        return true;
    default:
        return false;
    }
}

struct census {
    bool blank, plain; /* plain: below FIRST_COMBINING throughout */
    size_t run;        /* the longest run of combining marks */
};

static struct census census_take(const struct buffer *buffer)
{
    struct census census = {.blank = true, .plain = true};
    size_t run = 0;
    for (size_t at = 0; at < buffer->len;) {
        utf8proc_int32_t c;
        if (buffer->data[at] > ' ' && buffer->data[at] < 0x7F) { /* what this is about is never ASCII, but for blanks */
            census.blank = false;
            run = 0;
            at++;
            continue;
        }
        at += (size_t)utf8proc_iterate(buffer->data + at, (utf8proc_ssize_t)(buffer->len - at), &c);
        census.blank = census.blank && is_blank(c);
        census.plain = census.plain && c < FIRST_COMBINING;
        run = c >= FIRST_COMBINING && utf8proc_get_property(c)->combining_class ? run + 1 : 0;
        census.run = run > census.run ? run : census.run;
    }
    return census;
}

/* Hands the buffer over as a text in NFC. */
static int finish(struct buffer *buffer, struct text *out)
{
    struct census census = census_take(buffer);
    buffer->data[buffer->len] = 0;
    struct text text = {
        .utf8 = (char *)buffer->data, .len = buffer->len, .repaired = buffer->repaired, .empty = census.blank};
    if (census.run > COMBINING_RUN_MAX) {
        text.repaired = true;
    } else if (!census.plain) {
        utf8proc_uint8_t *composed;
        utf8proc_ssize_t len =
            utf8proc_map(buffer->data, (utf8proc_ssize_t)buffer->len, &composed, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
        if (len < 0)
            return E_MEMORY;
        free(buffer->data);
        text.utf8 = (char *)composed;
        text.len = (size_t)len;
    }
    buffer->data = NULL;
    *out = text;
    return OK;
}

/* Every decoder but iconv's yields at most three bytes for each byte it reads. */
static int buffer_init(struct buffer *buffer, size_t body_len)
{
    return buffer_reserve(buffer, 3 * body_len + UTF8_BYTES_MAX);
}

int text_decode(int coding, const void *charset, size_t charset_len, const void *body, size_t body_len,
                struct text *out)
{
    struct buffer buffer = {0};
    char name[CHARSET_NAME_MAX];
    enum charset named = charset_find(charset, charset_len, name);
    bool binary = false;
    int err = buffer_init(&buffer, body_len);
    if (err != OK)
        goto out;
    if (coding == TEXT_CODING_UCS2) {
        utf16_decode(&buffer, body, body_len, named == CHARSET_UTF16LE);
    } else if (coding == TEXT_CODING_8BIT) {
        bool utf8 = utf8_count(body, body_len).broken == 0;
        binary = looks_binary(body, body_len, utf8);
        if (!binary && utf8)
            utf8_decode(&buffer, body, body_len);
        else if (!binary)
            latin1_decode(&buffer, body, body_len);
    } else {
        err = named_decode(&buffer, named, name, body, body_len);
        if (err != OK)
            goto out;
    }
    err = finish(&buffer, out);
    if (err != OK)
        goto out;
    out->binary = binary;
    out->empty = out->empty && !binary;
out:
    free(buffer.data);
    return err;
}

int text_from_gsm7(const uint8_t *septets, size_t len, struct text *out)
{
    struct buffer buffer = {0};
    int err = buffer_init(&buffer, len);
    if (err == OK) {
        gsm7_decode(&buffer, septets, len);
        err = finish(&buffer, out);
    }
    free(buffer.data);
    return err;
}

void text_done(struct text *text)
{
    if (!text)
        return;
    free(text->utf8);
    *text = (struct text){0};
}
