/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A YAML file as a tree with places: libyaml reads it, this gives file:line:column for every node and helps to say
 * what is wrong. Used by config, rules, agencies and templates. Anchors and aliases are allowed; tags are ignored;
 * a file above YAML_FILE_MAX_BYTES, nested too deep, or with a key twice is refused.
 */
#ifndef ADUAN_YAML_DOC_H
#define ADUAN_YAML_DOC_H

#include "err.h"

#include <stddef.h>

enum { YAML_FILE_MAX_BYTES = 4 * 1024 * 1024 };

struct yaml_doc;
struct yaml_node; /* borrowed from its document */

enum yaml_kind { YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING };

MUST_CHECK int yaml_doc_load(const char *path, struct yaml_doc **out, struct fault *fault);
/* From memory; `name` is what messages call it. */
MUST_CHECK int yaml_doc_parse(const char *name, const char *data, size_t len, struct yaml_doc **out,
                              struct fault *fault);
void yaml_doc_free(struct yaml_doc *doc);
/* NULL for an empty document. */
const struct yaml_node *yaml_doc_root(const struct yaml_doc *doc);

enum yaml_kind yaml_node_kind(const struct yaml_node *node);
/* The scalar's value, NUL-terminated, without NUL inside; NULL for another kind. */
const char *yaml_node_text(const struct yaml_node *node);
/* Items of a sequence, pairs of a mapping; 0 for a scalar. */
size_t yaml_node_count(const struct yaml_node *node);
const struct yaml_node *yaml_node_item(const struct yaml_node *node, size_t i);          /* sequence */
const struct yaml_node *yaml_node_key(const struct yaml_node *node, size_t i);           /* mapping */
const struct yaml_node *yaml_node_value(const struct yaml_node *node, size_t i);         /* mapping */
const struct yaml_node *yaml_node_get(const struct yaml_node *mapping, const char *key); /* NULL if absent */

/* "file:line:column: <message>" into the fault; returns E_CONFIG. */
int yaml_fault(const struct yaml_node *node, struct fault *fault, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The nearest of `names` to `word` by edit distance, NULL when none is near. */
const char *yaml_nearest(const char *word, const char *const *names, size_t count);

#endif
