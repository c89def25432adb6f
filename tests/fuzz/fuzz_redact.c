/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer target: a citizen's text, whatever it is. What comes out is UTF-8 where the text was, bounded, says
 * whether it was changed, and has nothing left to find. */
#include "redact.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { GROWTH = 6 };

static bool is_utf8(const char *text, size_t len)
{
    for (size_t at = 0; at < len;) {
        utf8proc_int32_t cp;
        utf8proc_ssize_t n = utf8proc_iterate((const uint8_t *)text + at, (utf8proc_ssize_t)(len - at), &cp);
        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct redaction once, twice;
    char *text = malloc(size > 0 ? size : 1); /* exactly as long, so that a read beyond is seen */
    if (!text)
        return 0;
    memcpy(text, data, size);
    if (redact(text, size, &once) != OK)
        abort();
    if (once.text[once.len] != '\0' || once.len > size * GROWTH)
        abort();
    if (is_utf8(text, size) && !is_utf8(once.text, once.len))
        abort();
    bool changed = once.len != size || memcmp(once.text, text, size) != 0;
    if (changed != redaction_any(&once))
        abort();
    if (redact(once.text, once.len, &twice) != OK || redaction_any(&twice))
        abort();
    redaction_done(&twice);
    redaction_done(&once);
    free(text);
    return 0;
}
