/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer target: what a telco fills. The first byte chooses coding and charset; the rest is a body, a user data
 * header, and the number of a ticket as a citizen types it. */
#include "gsm7.h"
#include "text.h"
#include "ticket_id.h"
#include "udh.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever came in, what comes out is UTF-8. */
static void must_be_utf8(const struct text *text)
{
    for (size_t at = 0; at < text->len;) {
        utf8proc_int32_t code_point;
        utf8proc_ssize_t n =
            utf8proc_iterate((const uint8_t *)text->utf8 + at, (utf8proc_ssize_t)(text->len - at), &code_point);
        if (n <= 0)
            abort();
        at += (size_t)n;
    }
    if (text->utf8[text->len] != '\0')
        abort();
}

static void must_cost_something(const struct text *text)
{
    struct sms_cost cost;
    sms_cost(text->utf8, text->len, &cost);
    if (cost.segments == 0 || cost.ucs2 != (cost.first_offender != 0))
        abort();
}

static void decode(const uint8_t *data, size_t size, uint8_t choice)
{
    static const char *const charsets[] = {"", "UTF-8", "GSM-7", "ISO-8859-1", "UTF-16BE", "WINDOWS-1252", "no such"};
    const char *charset = charsets[choice / 4 % 7];
    struct text text;
    if (text_decode((int)(choice % 4) - 1, charset, strlen(charset), data, size, &text) != OK)
        return;
    must_be_utf8(&text);
    must_cost_something(&text);
    text_done(&text);
}

static void join(const uint8_t *data, size_t size)
{
    struct udh_concat concat = {0};
    if (udh_parse_concat(data, size, &concat) == 1 &&
        (concat.total < 2 || concat.index < 1 || concat.index > concat.total))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    decode(data + 1, size - 1, data[0]);
    join(data + 1, size - 1);
    uint64_t id = ticket_id_parse((const char *)data + 1, size - 1);
    if (id && !ticket_id_valid(id))
        abort();
    return 0;
}
