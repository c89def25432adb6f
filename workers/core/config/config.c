/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * aduan.yaml into struct config, by the table in config_rows.c and nothing else: a mapping's keys are looked up under
 * a prefix ("" for the file, "boxes[]." for an item), values are read by their row, what is absent takes its default.
 * A half-filled struct is never handed out.
 */
#include "config_priv.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAMES_MAX = 64, KEY_BYTES = 128 };

struct reading {
    const char *base_dir;
    struct fault *fault;
};

static int read_mapping(struct reading *r, const struct yaml_node *node, const char *prefix, const char *section,
                        void *base);

static bool has_prefix(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static void *must_alloc(size_t n, size_t size)
{
    void *p = calloc(n, size);
    if (!p)
        abort();
    return p;
}

/* --- refusals --------------------------------------------------------------------------------------------------- */

/* The words that may stand in this mapping: "shortcodes" in desk, "desk" at the top. Returns how many. */
static size_t words_of(const char *prefix, const char *section, char words[NAMES_MAX][KEY_BYTES])
{
    size_t count, used = 0, skip = strlen(prefix) + strlen(section);
    const struct config_row *rows = config_rows(&count);
    char full[KEY_BYTES];

    snprintf(full, sizeof full, "%s%s", prefix, section);
    for (size_t i = 0; i < count; i++) {
        if (!config_row_in(&rows[i], prefix) || !has_prefix(rows[i].key, full))
            continue;
        size_t len = strcspn(rows[i].key + skip, ".");
        if (used && strncmp(words[used - 1], rows[i].key + skip, len) == 0 && words[used - 1][len] == '\0')
            continue;
        snprintf(words[used++], KEY_BYTES, "%.*s", (int)len, rows[i].key + skip);
    }
    return used;
}

/* "desk", "boxes[].bearerboxes[]", "the file" */
static void where_of(const char *prefix, const char *section, char out[KEY_BYTES])
{
    int len = snprintf(out, KEY_BYTES, "%s%s", prefix, section);

    if (len == 0)
        snprintf(out, KEY_BYTES, "the file");
    else
        out[len - 1] = '\0';
}

static int unknown_key(struct reading *r, const struct yaml_node *key, const char *prefix, const char *section)
{
    char words[NAMES_MAX][KEY_BYTES], where[KEY_BYTES], known[512] = "";
    const char *names[NAMES_MAX], *nearest;
    size_t count = words_of(prefix, section, words), used = 0;

    where_of(prefix, section, where);
    for (size_t i = 0; i < count; i++)
        names[i] = words[i];
    nearest = yaml_nearest(yaml_node_text(key), names, count);
    if (nearest)
        return yaml_fault(key, r->fault, "unknown key '%.80s' in %s; did you mean '%s'?", yaml_node_text(key), where,
                          nearest);
    for (size_t i = 0; i < count && used < sizeof known; i++)
        used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "", names[i]);
    return yaml_fault(key, r->fault, "unknown key '%.80s' in %s; known here: %s", yaml_node_text(key), where, known);
}

static int ill_typed(struct reading *r, const struct yaml_node *node, const char *key, const char *expected)
{
    static const char *const kinds[] = {[YAML_SEQUENCE] = "a list", [YAML_MAPPING] = "a mapping"};

    if (yaml_node_kind(node) == YAML_SCALAR)
        return yaml_fault(node, r->fault, "%s: expected %s, found '%.80s'", key, expected, yaml_node_text(node));
    return yaml_fault(node, r->fault, "%s: expected %s, found %s", key, expected, kinds[yaml_node_kind(node)]);
}

/* --- reading ---------------------------------------------------------------------------------------------------- */

static int read_list(struct reading *r, const struct config_row *row, const struct yaml_node *node, void *base)
{
    struct config_items *list = (struct config_items *)((char *)base + row->offset);
    size_t count = yaml_node_count(node);
    char expected[192], **texts;

    config_expectation(row, expected, sizeof expected);
    if (yaml_node_kind(node) != YAML_SEQUENCE)
        return ill_typed(r, node, row->key, expected);
    if (count < row->min || count > row->max)
        return yaml_fault(node, r->fault, "%s: expected %llu to %llu items, found %zu", row->key,
                          (unsigned long long)row->min, (unsigned long long)row->max, count);
    list->items = texts = must_alloc(count, sizeof *texts);
    for (size_t i = 0; i < count; i++) {
        const char *text = yaml_node_text(yaml_node_item(node, i));
        if (!text)
            return ill_typed(r, yaml_node_item(node, i), row->key, expected);
        texts[list->count++] = config_copy(text);
    }
    return OK;
}

static int read_items(struct reading *r, const struct config_row *row, const struct yaml_node *node, void *base)
{
    struct config_items *list = (struct config_items *)((char *)base + row->offset);
    size_t count = yaml_node_count(node), size = config_item_bytes(row);
    char prefix[KEY_BYTES];

    if (yaml_node_kind(node) != YAML_SEQUENCE)
        return ill_typed(r, node, row->key, "a list of mappings");
    if (count < row->min || count > row->max)
        return yaml_fault(node, r->fault, "%s: expected %llu to %llu items, found %zu", row->key,
                          (unsigned long long)row->min, (unsigned long long)row->max, count);
    snprintf(prefix, sizeof prefix, "%s[].", row->key);
    list->items = must_alloc(count, size);
    for (size_t i = 0; i < count; i++) {
        list->count = i + 1;
        int err = read_mapping(r, yaml_node_item(node, i), prefix, "", (char *)list->items + i * size);
        if (err)
            return err;
    }
    return OK;
}

static int read_row(struct reading *r, const struct config_row *row, const struct yaml_node *node, void *base)
{
    struct fault why;
    char expected[192];

    if (row->type == CONFIG_LIST)
        return read_list(r, row, node, base);
    if (row->type == CONFIG_BOXES)
        return read_items(r, row, node, base);
    if (yaml_node_kind(node) != YAML_SCALAR) {
        config_expectation(row, expected, sizeof expected);
        return ill_typed(r, node, row->key, expected);
    }
    if (config_value(row, base, yaml_node_text(node), r->base_dir, &why))
        return yaml_fault(node, r->fault, "%s: %s", row->key, why.text);
    return OK;
}

/* Finds what `key` names under prefix + section: a row, or (section "" only) a section of rows. */
static const struct config_row *find_row(const char *full, const char *prefix, bool *is_section)
{
    size_t count, len = strlen(full);
    const struct config_row *rows = config_rows(&count);

    for (size_t i = 0; i < count; i++) {
        if (!config_row_in(&rows[i], prefix) || strncmp(rows[i].key, full, len) != 0)
            continue;
        *is_section = rows[i].key[len] == '.';
        if (*is_section || rows[i].key[len] == '\0')
            return &rows[i];
    }
    return NULL;
}

static int read_key(struct reading *r, const struct yaml_node *key, const struct yaml_node *value, const char *prefix,
                    const char *section, void *base)
{
    char full[KEY_BYTES], deeper[KEY_BYTES];
    bool is_section;
    const struct config_row *row = NULL;

    /* A dot in a key would reach into a section past its mapping. */
    if (!strchr(yaml_node_text(key), '.') && *yaml_node_text(key) &&
        snprintf(full, sizeof full, "%s%s%s", prefix, section, yaml_node_text(key)) < (int)sizeof full)
        row = find_row(full, prefix, &is_section);
    if (!row)
        return unknown_key(r, key, prefix, section);
    if (!is_section)
        return read_row(r, row, value, base);
    snprintf(deeper, sizeof deeper, "%.64s.", yaml_node_text(key));
    return read_mapping(r, value, prefix, deeper, base);
}

static bool is_written(const struct yaml_node *mapping, const char *path)
{
    size_t len = strcspn(path, ".");
    char word[KEY_BYTES];
    const struct yaml_node *found;

    snprintf(word, sizeof word, "%.*s", (int)len, path);
    found = yaml_node_get(mapping, word);
    return found && (path[len] == '\0' || is_written(found, path + len + 1));
}

static int take_defaults(struct reading *r, const struct yaml_node *mapping, const char *prefix, void *base)
{
    size_t count;
    const struct config_row *rows = config_rows(&count);

    for (size_t i = 0; i < count; i++) {
        if (!config_row_in(&rows[i], prefix) || is_written(mapping, rows[i].key + strlen(prefix)))
            continue;
        if (!rows[i].fallback)
            return yaml_fault(mapping, r->fault, "%s is missing. %s", rows[i].key, rows[i].help);
        if (config_value(&rows[i], base, rows[i].fallback, r->base_dir, NULL))
            abort(); /* the table refuses its own default */
    }
    return OK;
}

/* section: "" or "desk." below the prefix. */
static int read_mapping(struct reading *r, const struct yaml_node *node, const char *prefix, const char *section,
                        void *base)
{
    char where[KEY_BYTES];

    /* "desk:" with nothing behind it is an empty mapping. */
    if (yaml_node_kind(node) != YAML_MAPPING && !(*section && yaml_node_text(node) && !*yaml_node_text(node))) {
        where_of(prefix, section, where);
        return ill_typed(r, node, where, "a mapping of keys");
    }
    for (size_t i = 0; i < yaml_node_count(node); i++) {
        int err = read_key(r, yaml_node_key(node, i), yaml_node_value(node, i), prefix, section, base);
        if (err)
            return err;
    }
    return *section ? OK : take_defaults(r, node, prefix, base);
}

/* --- the whole -------------------------------------------------------------------------------------------------- */

static int read_document(const struct yaml_doc *doc, const char *name, const char *base_dir, struct config **out,
                         struct fault *fault)
{
    struct reading r = {base_dir, fault};
    struct config *config;
    int err;

    if (!yaml_doc_root(doc))
        return fault_set(fault, E_CONFIG, "%s:1:1: the file is empty: desk and boxes must be there", name);
    config = must_alloc(1, sizeof *config);
    config->path = config_join(base_dir, name);
    err = read_mapping(&r, yaml_doc_root(doc), "", "", config);
    if (!err)
        err = config_check(config, doc, fault);
    if (err) {
        config_free(config);
        return err;
    }
    *out = config;
    return OK;
}

int config_parse(const char *name, const char *base_dir, const char *data, size_t len, struct config **out,
                 struct fault *fault)
{
    struct yaml_doc *doc;
    int err = yaml_doc_parse(name, data, len, &doc, fault);

    if (err)
        return err;
    err = read_document(doc, name, base_dir, out, fault);
    yaml_doc_free(doc);
    return err;
}

int config_load(const char *path, struct config **out, struct fault *fault)
{
    char *here = get_current_dir_name(), *absolute = config_join(here ? here : "", path);
    char *slash = strrchr(absolute, '/');
    struct yaml_doc *doc;
    int err = yaml_doc_load(path, &doc, fault);

    if (!err) {
        char *dir = slash == absolute ? config_copy("/") : strndup(absolute, (size_t)(slash - absolute));
        err = read_document(doc, absolute, dir, out, fault);
        free(dir);
        yaml_doc_free(doc);
    }
    free(absolute);
    free(here);
    return err;
}

static void free_rows(const char *prefix, void *base)
{
    size_t count;
    const struct config_row *rows = config_rows(&count);
    char deeper[KEY_BYTES];

    for (size_t i = 0; i < count; i++) {
        void *field = (char *)base + rows[i].offset;
        struct config_items *list = field;
        if (!config_row_in(&rows[i], prefix))
            continue;
        if (rows[i].type == CONFIG_TEXT || rows[i].type == CONFIG_PATH)
            free(*(char **)field);
        if (rows[i].type != CONFIG_LIST && rows[i].type != CONFIG_BOXES)
            continue;
        snprintf(deeper, sizeof deeper, "%s[].", rows[i].key);
        for (size_t j = 0; j < list->count; j++) {
            if (rows[i].type == CONFIG_LIST)
                free(((char **)list->items)[j]);
            else
                free_rows(deeper, (char *)list->items + j * config_item_bytes(&rows[i]));
        }
        free(list->items);
    }
}

void config_free(struct config *config)
{
    if (!config)
        return;
    free_rows("", config);
    free(config->path);
    free(config);
}

int config_endpoint(const struct config *config, const char *socket_name, char out[CONFIG_ENDPOINT_BYTES])
{
    enum { SUN_PATH_BYTES = 108 }; /* of struct sockaddr_un, the NUL included */

    if (strlen(config->run_dir) + 1 + strlen(socket_name) >= SUN_PATH_BYTES)
        return E_INVALID;
    int len = snprintf(out, CONFIG_ENDPOINT_BYTES, "ipc://%s/%s", config->run_dir, socket_name);
    return len < CONFIG_ENDPOINT_BYTES ? OK : E_INVALID;
}
