/* SPDX-License-Identifier: BSD-2-Clause */
#include "strbuf.h"

#include <math.h>
#include <string.h>

enum { NUMBER_BYTES = 32 };

struct strbuf strbuf_over(char *text, size_t size)
{
    text[0] = '\0';
    return (struct strbuf){.text = text, .size = size};
}

void strbuf_add_bytes(struct strbuf *buf, const char *text, size_t len)
{
    if (buf->full || len >= buf->size - buf->used) {
        buf->full = true;
        return;
    }
    memcpy(buf->text + buf->used, text, len);
    buf->used += len;
    buf->text[buf->used] = '\0';
}

/* Most are a word or a sign: shorter than what it takes to call for their length and for the copy. */
void strbuf_add(struct strbuf *buf, const char *text)
{
    char *at = buf->text + buf->used, *last = buf->text + buf->size - 1;
    if (buf->full)
        return;
    while (*text && at < last)
        *at++ = *text++;
    buf->full = *text != '\0';
    buf->used = buf->full ? buf->used : (size_t)(at - buf->text);
    buf->text[buf->used] = '\0';
}

static unsigned hundredths(double share)
{
    return share >= 1 ? 100 : share > 0 ? (unsigned)nearbyint(100 * share) : 0;
}

void strbuf_add_share(struct strbuf *buf, double share)
{
    unsigned n = hundredths(share);
    char digits[] = {(char)('0' + n / 100), '.', (char)('0' + n / 10 % 10), (char)('0' + n % 10)};
    strbuf_add_bytes(buf, digits, sizeof digits);
}

static size_t put_number(char *out, unsigned n)
{
    char digits[NUMBER_BYTES];
    size_t len = 0;
    do
        digits[len++] = (char)('0' + n % 10);
    while (n /= 10);
    for (size_t i = 0; i < len; i++)
        out[i] = digits[len - 1 - i];
    return len;
}

void strbuf_add_percent(struct strbuf *buf, double share)
{
    char digits[NUMBER_BYTES];
    strbuf_add_bytes(buf, digits, put_number(digits, hundredths(share)));
}

void strbuf_cut(struct strbuf *buf, size_t used)
{
    buf->used = used;
    buf->text[used] = '\0';
}
