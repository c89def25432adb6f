/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer target: bearerbox's answer to a store-status. The first byte says where the bytes are cut on their way; the
 * rows must be the same as in one piece. */
#include "fuzz.h"

#include "store_status_page.h"

struct tally {
    size_t rows, bytes;
};

static void on_row(void *ctx, const struct store_status_row *row)
{
    struct tally *tally = ctx;
    tally->rows++;
    tally->bytes += strlen(row->id) + strlen(row->type) + strlen(row->sender) + strlen(row->receiver);
}

static bool read_page(const char *text, size_t len, size_t step, struct tally *tally, bool *whole)
{
    struct store_status_page page = {0};
    bool good = true;
    *tally = (struct tally){0};
    for (size_t at = 0; good && at < len; at += step) {
        size_t some = len - at < step ? len - at : step;
        char *bytes = fuzz_copy(text + at, some);
        good = store_status_page_take(&page, bytes, some, on_row, tally);
        free(bytes);
    }
    *whole = store_status_page_whole(&page);
    return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tally once, cut;
    bool once_whole, cut_whole;
    if (size == 0)
        return 0;
    const char *text = (const char *)data + 1;
    bool good = read_page(text, size - 1, size, &once, &once_whole);
    fuzz_must(read_page(text, size - 1, (size_t)data[0] + 1, &cut, &cut_whole) == good);
    fuzz_must(once.rows == cut.rows && once.bytes == cut.bytes && (!good || once_whole == cut_whole));
    return 0;
}
