/* SPDX-License-Identifier: BSD-2-Clause */
/* bearerbox's answer to a store-status, read as it comes, however it is cut. Pure: knows no socket. */
#ifndef ADUAN_STORE_STATUS_PAGE_H
#define ADUAN_STORE_STATUS_PAGE_H

#include <stdbool.h>
#include <stddef.h>

enum { STORE_STATUS_LINE_MAX = 512 }; /* what is asked for stands at the front; the rest of a line is text */

/* Starts zeroed. */
struct store_status_page {
    enum { PAGE_STATUS_LINE, PAGE_HEADER, PAGE_TITLE, PAGE_ROWS } part;
    char line[STORE_STATUS_LINE_MAX + 1];
    size_t line_len;
};

/* One message of the store: its id, its type ("MT-REPLY", "DLR-MO", …), sender and receiver; all NUL-terminated, and
 * gone after the call. */
struct store_status_row {
    const char *id, *type, *sender, *receiver;
};
typedef void (*store_status_fn)(void *ctx, const struct store_status_row *row);

/* Takes the next bytes and hands out the rows that end in them. False: this is not bearerbox's answer. */
bool store_status_page_take(struct store_status_page *page, const char *bytes, size_t len, store_status_fn row,
                            void *ctx);
/* It may end here. */
bool store_status_page_whole(const struct store_status_page *page);

#endif
