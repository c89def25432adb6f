/* SPDX-License-Identifier: BSD-2-Clause */
/* The HTTP head is read as far as it says whether this is an answer; then comes a title, then a row a message. */
#include "store_status_page.h"

#include <string.h>

enum { FIELDS = 5 };

/* [id] [type] [time] [sender] [receiver] … */
static bool split(char *line, const char *fields[FIELDS])
{
    for (size_t i = 0; i < FIELDS; i++) {
        if (*line != '[')
            return false;
        fields[i] = ++line;
        line = strchr(line, ']');
        if (!line)
            return false;
        *line++ = '\0';
        line += *line == ' ';
    }
    return true;
}

/* False: this is not bearerbox's answer. */
static bool take_line(struct store_status_page *page, store_status_fn row, void *ctx)
{
    const char *fields[FIELDS];
    char *line = page->line;
    switch (page->part) {
    case PAGE_STATUS_LINE:
        page->part = PAGE_HEADER;
        return strncmp(line, "HTTP/1.", 7) == 0 && strstr(line, " 200 ");
    case PAGE_HEADER:
        if (*line == '\0')
            page->part = PAGE_TITLE;
        return true;
    case PAGE_TITLE:
        page->part = PAGE_ROWS;
        return strncmp(line, "[SMS ID]", 8) == 0; /* "Denied" comes with 200, too */
    default:
        if (*line == '\0')
            return true;
        if (!split(line, fields))
            return false;
        row(ctx, &(struct store_status_row){fields[0], fields[1], fields[3], fields[4]});
        return true;
    }
}

bool store_status_page_take(struct store_status_page *page, const char *bytes, size_t len, store_status_fn row,
                            void *ctx)
{
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] != '\n') {
            if (page->line_len < STORE_STATUS_LINE_MAX)
                page->line[page->line_len++] = bytes[i];
            continue;
        }
        if (page->line_len > 0 && page->line[page->line_len - 1] == '\r')
            page->line_len--;
        page->line[page->line_len] = '\0';
        page->line_len = 0;
        if (!take_line(page, row, ctx))
            return false;
    }
    return true;
}

bool store_status_page_whole(const struct store_status_page *page)
{
    return page->part == PAGE_ROWS && page->line_len == 0;
}
