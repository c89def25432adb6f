/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables: columns as wide as their widest cell; on a terminal the last one gives way. */
#include "output.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct cell {
    char *text;
    enum paint paint;
};

struct table {
    size_t columns, cells, room;
    const char *const *headers;
    const enum align *align;
    struct cell *cell;
};

struct table *table_new(size_t columns, const char *const *headers, const enum align *align)
{
    struct table *table = calloc(1, sizeof *table);

    if (!table)
        abort();
    table->columns = columns;
    table->headers = headers;
    table->align = align;
    return table;
}

void table_free(struct table *table)
{
    if (!table)
        return;
    for (size_t i = 0; i < table->cells; i++)
        free(table->cell[i].text);
    free(table->cell);
    free(table);
}

void table_cell(struct table *table, enum paint paint, const char *format, ...)
{
    char *text;
    va_list list;

    va_start(list, format);
    if (vasprintf(&text, format, list) < 0)
        abort();
    va_end(list);
    if (table->cells == table->room) {
        table->room = table->room ? 2 * table->room : 64;
        table->cell = realloc(table->cell, table->room * sizeof *table->cell);
        if (!table->cell)
            abort();
    }
    table->cell[table->cells++] = (struct cell){text, paint};
}

static void print_cell(const struct table *table, size_t column, const char *text, enum paint paint, size_t width,
                       const struct cli *cli, FILE *out)
{
    bool last = column + 1 == table->columns;
    char *shown = last ? output_cut(text, strlen(text), width) : NULL;
    size_t pad = width - (last ? 0 : output_width(text));

    if (!last && table->align[column] == RIGHT)
        fprintf(out, "%*s", (int)pad, "");
    fprintf(out, "%s%s%s", paint_on(cli, paint), last ? shown : text, paint_off(cli, paint));
    if (!last && table->align[column] == LEFT)
        fprintf(out, "%*s", (int)pad, "");
    fputs(last ? "\n" : "  ", out);
    free(shown);
}

/* The width of each column; the last one is what the terminal leaves it. */
static void measure(const struct table *table, const struct cli *cli, size_t *width)
{
    size_t terminal = output_terminal_columns(cli), before = 0, last = table->columns - 1;

    for (size_t column = 0; column < table->columns; column++)
        width[column] = output_width(table->headers[column]);
    for (size_t i = 0; i < table->cells; i++) {
        size_t wide = output_width(table->cell[i].text), column = i % table->columns;

        if (wide > width[column])
            width[column] = wide;
    }
    for (size_t column = 0; column < last; column++)
        before += width[column] + 2;
    if (terminal && before + width[last] > terminal)
        width[last] = terminal > before + 8 ? terminal - before : 8;
}

void table_print(const struct table *table, const struct cli *cli, FILE *out)
{
    size_t *width = calloc(table->columns, sizeof *width);

    if (!width)
        abort();
    measure(table, cli, width);
    for (size_t column = 0; column < table->columns; column++)
        print_cell(table, column, table->headers[column], PAINT_DIM, width[column], cli, out);
    for (size_t i = 0; i < table->cells; i++)
        print_cell(table, i % table->columns, table->cell[i].text, table->cell[i].paint, width[i % table->columns], cli,
                   out);
    free(width);
}
