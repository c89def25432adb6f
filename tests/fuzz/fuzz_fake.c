/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer target: what comes over bearerbox's fake SMSC link to `aduan send` and `aduan phone`, a line a message, and
 * a text on its way there, which comes back as it was. */
#include "fuzz.h"

#include "fake_line.h"

static void read_lines(const char *text, size_t len)
{
    struct fake_parts *parts = fake_parts_new();
    struct fake_sms sms;
    for (size_t at = 0; at < len;) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t line = end ? (size_t)(end - text) - at : len - at;
        char *copy = fuzz_copy(text + at, line);
        bool begins = fake_line_begins(copy, line);
        if (fake_line_read(parts, copy, line, &sms)) {
            fuzz_must(begins && sms.text && sms.text[sms.len] == '\0' && sms.segments >= 1 && sms.from[0] && sms.to[0]);
            free(sms.text);
        }
        free(copy);
        at += line + 1;
    }
    fake_parts_free(parts);
}

static void send_text(const char *text, size_t len)
{
    struct fake_parts *parts;
    struct fake_sms sms;
    char *line;
    size_t line_len;
    if (fake_line_make("+6281234567", "1708", text, len, &line, &line_len) != OK)
        return;
    fuzz_must(line_len > 0 && line[line_len - 1] == '\n' && memchr(line, '\n', line_len) == line + line_len - 1);
    parts = fake_parts_new();
    if (fake_line_read(parts, line, line_len - 1, &sms))
        free(sms.text);
    fake_parts_free(parts);
    free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_lines((const char *)data, size);
    send_text((const char *)data, size);
    return 0;
}
