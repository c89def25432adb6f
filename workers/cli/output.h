/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What people and programs read on stdout: tables aligned by display width, colour when it is wanted, JSON.
 * What citizens wrote may hold control characters; output_clean() makes it harmless to a terminal.
 */
#ifndef ADUAN_CLI_OUTPUT_H
#define ADUAN_CLI_OUTPUT_H

#include "cli.h"

enum paint { PAINT_NONE, PAINT_BOLD, PAINT_DIM, PAINT_RED, PAINT_GREEN, PAINT_YELLOW, PAINT_CYAN };

/* The escape sequence that begins / ends a paint; "" without colour. */
const char *paint_on(const struct cli *cli, enum paint paint);
const char *paint_off(const struct cli *cli, enum paint paint);

/* Columns that a UTF-8 text takes on a terminal. */
size_t output_width(const char *utf8);
/* A copy (free()) without control, format and bidirectional characters; line breaks stay when `lines`, else they
 * become spaces. Bytes that are no UTF-8 become U+FFFD. */
char *output_clean(const void *bytes, size_t len, bool lines);
/* The same cut to `columns` with "…" when it is longer. */
char *output_cut(const void *bytes, size_t len, size_t columns);
/* The terminal's width, 0 when stdout is none. */
size_t output_terminal_columns(const struct cli *cli);

/* A table. Cells are copied. The last column may be cut to fit a terminal. */
struct table;
enum align { LEFT, RIGHT };
struct table *table_new(size_t columns, const char *const *headers, const enum align *align);
void table_cell(struct table *table, enum paint paint, const char *format, ...) __attribute__((format(printf, 3, 4)));
void table_print(const struct table *table, const struct cli *cli, FILE *out);
void table_free(struct table *table);

/* Prints one JSON document, or one line of a JSON stream, and gives it up. CLI_OK or CLI_FAILED. */
int output_json(json_t *document);
int output_json_line(json_t *document);
/* A JSON string of any bytes: as UTF-8 when they are, else each byte as its Latin-1 character. */
json_t *json_text(const void *bytes, size_t len);
/* ISO 8601 UTC of µs since 1970; null for 0. */
json_t *json_time(uint64_t at_us);
json_t *json_hex(const void *bytes, size_t len);
json_t *json_uuid(const void *bytes, size_t len);

/* "1.2 GiB"; out holds 32 bytes. */
const char *output_bytes(uint64_t bytes, char out[32]);
/* Local time "2026-11-21 19:36"; out holds 32 bytes. */
const char *output_time(uint64_t at_us, char out[32]);

#endif
