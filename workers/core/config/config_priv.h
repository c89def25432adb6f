/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the configuration share: config.c (tree to struct), config_value.c (one text to one value),
 * config_check.c (what only the whole can tell). Nobody else includes it. */
#ifndef ADUAN_CONFIG_PRIV_H
#define ADUAN_CONFIG_PRIV_H

#include "config.h"
#include "yaml_doc.h"

/* How a CONFIG_LIST or CONFIG_BOXES field lies in its struct: the count follows the pointer. */
struct config_items {
    void *items;
    size_t count;
};

/* Rows of one mapping: "" is the file's top with its sections, "boxes[]." an item of boxes. */
bool config_row_in(const struct config_row *row, const char *prefix);
/* sizeof an item of a CONFIG_BOXES row. */
size_t config_item_bytes(const struct config_row *row);

/* Reads `text` as the row's type into base + offset. On a refusal the fault says "expected …, found '…'". */
MUST_CHECK int config_value(const struct config_row *row, void *base, const char *text, const char *base_dir,
                            struct fault *fault);
/* "a whole number from 1 to 64": what the row expects, for refusals and for the reference. */
void config_expectation(const struct config_row *row, char *out, size_t size);
/* base_dir/path, or path when it is absolute; fresh. */
char *config_join(const char *base_dir, const char *path);
char *config_copy(const char *text);

/* Duplicates, names, limits that depend on each other; faults point into doc. */
MUST_CHECK int config_check(const struct config *config, const struct yaml_doc *doc, struct fault *fault);

/* Whether a text is a list of category=days; *bad: where it stops to be one. */
bool config_retention_valid(const char *text, size_t *bad);

#endif
