/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A YAML document as a read-only tree with places. libyaml's loader resolves anchors; this copies its nodes once each
 * (an alias shares the node), so that a self-reference, a bomb of aliases, a deep nest, a key that is no scalar, a key
 * given twice or a NUL inside a text is refused here and no caller ever meets it.
 */
#include "yaml_doc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

/* NODES_MAX counts nodes as a walk would meet them: one behind ten aliases counts ten times. */
enum { DEPTH_MAX = 32, NODES_MAX = 1000000, NEAREST_MAX_CHARS = 63 };

struct yaml_node {
    const struct yaml_doc *doc;
    enum yaml_kind kind;
    size_t line, column; /* from 1 */
    char *text;
    size_t count;
    const struct yaml_node **keys;   /* mapping */
    const struct yaml_node **values; /* mapping and sequence */
    size_t weight;                   /* nodes below and with it, aliases counted each time */
    int height;                      /* levels below and with it */
    bool done;
};

struct yaml_doc {
    char *name;
    struct yaml_node *nodes; /* in libyaml's order */
    size_t node_count;
    const struct yaml_node *root;
};

/* A file is bounded, so what is asked for here is small: without it there is nothing to go on with. */
static void *must_alloc(size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size);
    if (!p)
        abort();
    return p;
}

/* --- building --------------------------------------------------------------------------------------------------- */

static int build(struct yaml_doc *doc, yaml_document_t *from, int id, int depth, struct fault *fault);

static int build_scalar(struct yaml_node *node, const yaml_node_t *from, struct fault *fault)
{
    const char *value = (const char *)from->data.scalar.value;
    size_t len = from->data.scalar.length;

    node->kind = YAML_SCALAR;
    if (memchr(value, 0, len))
        return yaml_fault(node, fault, "a text must not hold a NUL character");
    node->text = must_alloc(len + 1, 1);
    memcpy(node->text, value, len);
    return OK;
}

static int adopt(struct yaml_node *node, yaml_document_t *from, int id, int depth, const struct yaml_node **slot,
                 struct fault *fault)
{
    struct yaml_doc *doc = (struct yaml_doc *)node->doc;
    int err = build(doc, from, id, depth + 1, fault);
    if (err)
        return err;
    *slot = &doc->nodes[id - 1];
    node->weight += (*slot)->weight;
    if (node->height <= (*slot)->height)
        node->height = (*slot)->height + 1;
    if (depth + node->height > DEPTH_MAX)
        return yaml_fault(node, fault, "nested deeper than %d levels", DEPTH_MAX);
    if (node->weight > NODES_MAX)
        return yaml_fault(node, fault, "too many nodes: its aliases unfold to more than %d", NODES_MAX);
    return OK;
}

static int build_sequence(struct yaml_node *node, yaml_document_t *from, const yaml_node_t *source, int depth,
                          struct fault *fault)
{
    const yaml_node_item_t *items = source->data.sequence.items.start;

    node->kind = YAML_SEQUENCE;
    node->count = (size_t)(source->data.sequence.items.top - items);
    node->values = must_alloc(node->count, sizeof *node->values);
    for (size_t i = 0; i < node->count; i++) {
        int err = adopt(node, from, items[i], depth, &node->values[i], fault);
        if (err)
            return err;
    }
    return OK;
}

static int by_text_then_place(const void *a, const void *b)
{
    const struct yaml_node *x = *(const struct yaml_node *const *)a, *y = *(const struct yaml_node *const *)b;
    int order = strcmp(x->text, y->text);
    if (order)
        return order;
    return x->line != y->line ? (x->line > y->line) - (x->line < y->line)
                              : (x->column > y->column) - (x->column < y->column);
}

static int refuse_doubles(const struct yaml_node *mapping, struct fault *fault)
{
    int err = OK;
    const struct yaml_node **sorted = must_alloc(mapping->count, sizeof *sorted);

    if (mapping->count)
        memcpy(sorted, mapping->keys, mapping->count * sizeof *sorted);
    qsort(sorted, mapping->count, sizeof *sorted, by_text_then_place);
    for (size_t i = 1; i < mapping->count && !err; i++) {
        if (strcmp(sorted[i - 1]->text, sorted[i]->text) == 0)
            err = yaml_fault(sorted[i], fault, "key '%.80s' is given twice; the first is at line %zu", sorted[i]->text,
                             sorted[i - 1]->line);
    }
    free(sorted);
    return err;
}

static int build_mapping(struct yaml_node *node, yaml_document_t *from, const yaml_node_t *source, int depth,
                         struct fault *fault)
{
    const yaml_node_pair_t *pairs = source->data.mapping.pairs.start;

    node->kind = YAML_MAPPING;
    node->count = (size_t)(source->data.mapping.pairs.top - pairs);
    node->keys = must_alloc(node->count, sizeof *node->keys);
    node->values = must_alloc(node->count, sizeof *node->values);
    for (size_t i = 0; i < node->count; i++) {
        int err = adopt(node, from, pairs[i].key, depth, &node->keys[i], fault);
        if (err)
            return err;
        if (node->keys[i]->kind != YAML_SCALAR)
            return yaml_fault(node->keys[i], fault, "a key must be a plain word");
        err = adopt(node, from, pairs[i].value, depth, &node->values[i], fault);
        if (err)
            return err;
    }
    return refuse_doubles(node, fault);
}

static int build(struct yaml_doc *doc, yaml_document_t *from, int id, int depth, struct fault *fault)
{
    struct yaml_node *node = &doc->nodes[id - 1];
    const yaml_node_t *source = &from->nodes.start[id - 1];
    int err;

    if (node->done)
        return OK;
    node->doc = doc;
    node->line = source->start_mark.line + 1;
    node->column = source->start_mark.column + 1;
    if (node->weight)
        return yaml_fault(node, fault, "it holds an alias of itself");
    if (depth > DEPTH_MAX)
        return yaml_fault(node, fault, "nested deeper than %d levels", DEPTH_MAX);
    node->weight = 1;
    node->height = 1;
    if (source->type == YAML_SCALAR_NODE)
        err = build_scalar(node, source, fault);
    else if (source->type == YAML_SEQUENCE_NODE)
        err = build_sequence(node, from, source, depth, fault);
    else
        err = build_mapping(node, from, source, depth, fault);
    node->done = !err;
    return err;
}

/* --- parsing ---------------------------------------------------------------------------------------------------- */

static int parser_fault(const char *name, const char *data, const yaml_parser_t *parser, struct fault *fault)
{
    size_t line = parser->problem_mark.line + 1, column = parser->problem_mark.column + 1;
    const char *problem = parser->problem ? parser->problem : "it is not YAML";

    if (parser->error == YAML_MEMORY_ERROR)
        return fault_set(fault, E_MEMORY, "%s: not enough memory to read it", name);
    if (parser->error == YAML_READER_ERROR) {
        /* The reader has no mark, only the offset of the bytes that it refused. */
        line = column = 1;
        for (size_t i = 0; i < parser->problem_offset; i++) {
            column = data[i] == '\n' ? 1 : column + 1;
            line += data[i] == '\n';
        }
    }
    return fault_set(fault, E_CONFIG, "%s:%zu:%zu: %s", name, line, column, problem);
}

/* One document, and nothing behind it. */
static int load_only(yaml_parser_t *parser, yaml_document_t *document, const char *name, const char *data,
                     struct fault *fault)
{
    yaml_document_t second;
    const yaml_node_t *extra;
    int err = OK;

    if (!yaml_parser_load(parser, document))
        return parser_fault(name, data, parser, fault);
    if (!yaml_document_get_root_node(document))
        return OK;
    if (!yaml_parser_load(parser, &second)) {
        err = parser_fault(name, data, parser, fault);
    } else {
        extra = yaml_document_get_root_node(&second);
        if (extra)
            err = fault_set(fault, E_CONFIG, "%s:%zu:%zu: a second document begins here; one file holds one", name,
                            extra->start_mark.line + 1, extra->start_mark.column + 1);
        yaml_document_delete(&second);
    }
    if (err)
        yaml_document_delete(document);
    return err;
}

int yaml_doc_parse(const char *name, const char *data, size_t len, struct yaml_doc **out, struct fault *fault)
{
    yaml_parser_t parser;
    yaml_document_t document;
    struct yaml_doc *doc = NULL;
    int err;

    if (len > YAML_FILE_MAX_BYTES)
        return fault_set(fault, E_CONFIG, "%s: larger than %d bytes", name, YAML_FILE_MAX_BYTES);
    if (!yaml_parser_initialize(&parser))
        return fault_set(fault, E_MEMORY, "%s: not enough memory to read it", name);
    yaml_parser_set_input_string(&parser, (const unsigned char *)data, len);
    err = load_only(&parser, &document, name, data, fault);
    yaml_parser_delete(&parser);
    if (err)
        return err;

    doc = must_alloc(1, sizeof *doc);
    doc->name = must_alloc(strlen(name) + 1, 1);
    memcpy(doc->name, name, strlen(name));
    doc->node_count = (size_t)(document.nodes.top - document.nodes.start);
    doc->nodes = must_alloc(doc->node_count, sizeof *doc->nodes);
    if (doc->node_count) {
        err = build(doc, &document, 1, 1, fault);
        doc->root = &doc->nodes[0];
    }
    yaml_document_delete(&document);
    if (err) {
        yaml_doc_free(doc);
        return err;
    }
    *out = doc;
    return OK;
}

/* The whole file in fresh memory. A file that grows while it is read is read up to the limit and refused there. */
static int read_file(const char *path, char **out, size_t *out_len, struct fault *fault)
{
    struct stat st;
    char *data = NULL;
    size_t len = 0;
    ssize_t got;
    int fd, err = OK;

    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return fault_set(fault, errno == ENOENT ? E_NOT_FOUND : E_IO, "%s: cannot be opened: %s", path,
                         strerror(errno));
    if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
        err = fault_set(fault, E_IO, "%s: is not a regular file", path);
        goto out;
    }
    data = must_alloc(YAML_FILE_MAX_BYTES + 1, 1);
    while (len <= YAML_FILE_MAX_BYTES && (got = read(fd, data + len, YAML_FILE_MAX_BYTES + 1 - len)) != 0) {
        if (got < 0) {
            err = fault_set(fault, E_IO, "%s: cannot be read: %s", path, strerror(errno));
            goto out;
        }
        len += (size_t)got;
    }
    *out = data;
    *out_len = len;
    data = NULL;
out:
    free(data);
    close(fd);
    return err;
}

int yaml_doc_load(const char *path, struct yaml_doc **out, struct fault *fault)
{
    char *data = NULL;
    size_t len = 0;
    int err = read_file(path, &data, &len, fault);

    if (err)
        return err;
    err = yaml_doc_parse(path, data, len, out, fault);
    free(data);
    return err;
}

void yaml_doc_free(struct yaml_doc *doc)
{
    if (!doc)
        return;
    for (size_t i = 0; i < doc->node_count; i++) {
        free(doc->nodes[i].text);
        free(doc->nodes[i].keys);
        free(doc->nodes[i].values);
    }
    free(doc->nodes);
    free(doc->name);
    free(doc);
}

/* --- reading ---------------------------------------------------------------------------------------------------- */

const struct yaml_node *yaml_doc_root(const struct yaml_doc *doc)
{
    return doc->root;
}

enum yaml_kind yaml_node_kind(const struct yaml_node *node)
{
    return node->kind;
}

const char *yaml_node_text(const struct yaml_node *node)
{
    return node->text;
}

size_t yaml_node_count(const struct yaml_node *node)
{
    return node->count;
}

const struct yaml_node *yaml_node_item(const struct yaml_node *node, size_t i)
{
    return node->kind == YAML_SEQUENCE && i < node->count ? node->values[i] : NULL;
}

const struct yaml_node *yaml_node_key(const struct yaml_node *node, size_t i)
{
    return node->kind == YAML_MAPPING && i < node->count ? node->keys[i] : NULL;
}

const struct yaml_node *yaml_node_value(const struct yaml_node *node, size_t i)
{
    return node->kind == YAML_MAPPING && i < node->count ? node->values[i] : NULL;
}

const struct yaml_node *yaml_node_get(const struct yaml_node *mapping, const char *key)
{
    if (mapping->kind != YAML_MAPPING)
        return NULL;
    for (size_t i = 0; i < mapping->count; i++) {
        if (strcmp(mapping->keys[i]->text, key) == 0)
            return mapping->values[i];
    }
    return NULL;
}

/* --- saying what is wrong --------------------------------------------------------------------------------------- */

int yaml_fault(const struct yaml_node *node, struct fault *fault, const char *format, ...)
{
    struct fault detail;
    va_list args;

    va_start(args, format);
    vsnprintf(detail.text, sizeof detail.text, format, args);
    va_end(args);
    return fault_set(fault, E_CONFIG, "%s:%zu:%zu: %s", node->doc->name, node->line, node->column, detail.text);
}

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment: insert, delete, replace, swap of neighbours; each costs one. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t rows[3][NEAREST_MAX_CHARS + 1];
    size_t *before = rows[0], *last = rows[1], *now = rows[2];

    for (size_t j = 0; j <= b_len; j++)
        last[j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        now[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            bool same = lower(a[i - 1]) == lower(b[j - 1]);
            now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + !same);
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
                now[j] = least(now[j], before[j - 2] + 1);
        }
        size_t *oldest = before;
        before = last;
        last = now;
        now = oldest;
    }
    return last[b_len];
}

const char *yaml_nearest(const char *word, const char *const *names, size_t count)
{
    size_t len = strlen(word), best = 0;
    const char *nearest = NULL;

    if (len > NEAREST_MAX_CHARS)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        size_t name_len = strlen(names[i]);
        if (name_len > NEAREST_MAX_CHARS)
            continue;
        /* Near: about a third of the longer word may differ. */
        size_t d = distance(word, len, names[i], name_len), bound = (len > name_len ? len : name_len) / 3;
        if (d > (bound ? bound : 1) || d >= (len > name_len ? len : name_len) || (nearest && d >= best))
            continue;
        nearest = names[i];
        best = d;
    }
    return nearest;
}
