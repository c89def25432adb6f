/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON on stdout. Everything that --json prints has "v":1; proto/schema/ says what status, tickets, ticket show, tail,
 * verify, stats, quarantine list, message show and classify print. */
#include "clock.h"
#include "output.h"
#include "uuid.h"

#include <stdlib.h>
#include <string.h>

static int dump(json_t *document, size_t flags)
{
    int err = json_dumpf(document, stdout, flags);

    json_decref(document);
    return err || putchar('\n') == EOF || fflush(stdout) != 0 ? CLI_FAILED : CLI_OK;
}

int output_json(json_t *document)
{
    return dump(document, JSON_INDENT(2) | JSON_REAL_PRECISION(10));
}

int output_json_line(json_t *document)
{
    return dump(document, JSON_COMPACT | JSON_REAL_PRECISION(10));
}

json_t *json_text(const void *bytes, size_t len)
{
    const uint8_t *in = bytes;
    json_t *string = json_stringn(len ? bytes : "", len);
    char *latin;
    size_t used = 0;

    if (string)
        return string;
    latin = malloc(2 * len);
    if (!latin)
        abort();
    for (size_t i = 0; i < len; i++) {
        if (in[i] >= 0x80) {
            latin[used++] = (char)(0xC0 | in[i] >> 6);
            latin[used++] = (char)(0x80 | (in[i] & 0x3F));
        } else {
            latin[used++] = (char)in[i];
        }
    }
    string = json_stringn(latin, used);
    free(latin);
    return string;
}

json_t *json_time(uint64_t at_us)
{
    char iso[CLOCK_ISO_BYTES];

    return at_us ? json_string(clock_iso(at_us, iso)) : json_null();
}

json_t *json_hex(const void *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *in = bytes;
    char *hex = malloc(2 * len + 1);
    json_t *string;

    if (!hex)
        abort();
    for (size_t i = 0; i < len; i++) {
        hex[2 * i] = digits[in[i] >> 4];
        hex[2 * i + 1] = digits[in[i] & 15];
    }
    string = json_stringn(hex, 2 * len);
    free(hex);
    return string;
}

json_t *json_uuid(const void *bytes, size_t len)
{
    char text[UUID_TEXT_BYTES];

    return len == UUID_BYTES ? json_string(uuid_format(bytes, text)) : json_null();
}
