/* SPDX-License-Identifier: BSD-2-Clause */
/* One text as one typed value, and the words for what was expected. No place is known here: config.c adds it. */
#include "config_priv.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *unit;
    unsigned shift;
} units[] = {{"TiB", 40}, {"GiB", 30}, {"MiB", 20}, {"KiB", 10}};

char *config_copy(const char *text)
{
    char *copy = strdup(text);
    if (!copy)
        abort();
    return copy;
}

char *config_join(const char *base_dir, const char *path)
{
    char *joined;

    if (path[0] == '/')
        return config_copy(path);
    if (asprintf(&joined, "%s/%s", base_dir, path) < 0)
        abort();
    return joined;
}

static const char *format_bytes(uint64_t bytes, char *out, size_t size)
{
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (bytes >> units[i].shift && bytes % ((uint64_t)1 << units[i].shift) == 0) {
            snprintf(out, size, "%llu %s", (unsigned long long)(bytes >> units[i].shift), units[i].unit);
            return out;
        }
    }
    snprintf(out, size, "%llu", (unsigned long long)bytes);
    return out;
}

/* "id|en" → "id, en" */
static void choice_words(const char *choices, char *out, size_t size)
{
    size_t used = 0;

    for (const char *c = choices; *c && used + 3 < size; c++) {
        out[used++] = *c == '|' ? ',' : *c;
        if (*c == '|')
            out[used++] = ' ';
    }
    out[used] = '\0';
}

void config_expectation(const struct config_row *row, char *out, size_t size)
{
    char words[128], least[32], most[32];

    if (row->choices) {
        choice_words(row->choices, words, sizeof words);
        snprintf(out, size, "one of %s", words);
        return;
    }
    switch (row->type) {
    case CONFIG_COUNT:
        snprintf(out, size, "a whole number from %llu to %llu", (unsigned long long)row->min,
                 (unsigned long long)row->max);
        break;
    case CONFIG_BYTES:
        snprintf(out, size, "a size from %s to %s", format_bytes(row->min, least, sizeof least),
                 format_bytes(row->max, most, sizeof most));
        break;
    case CONFIG_BOOL:
        snprintf(out, size, "yes or no");
        break;
    case CONFIG_PATH:
        snprintf(out, size, "a path");
        break;
    case CONFIG_LIST:
        snprintf(out, size, "a list such as [1708, 1709]");
        break;
    case CONFIG_BOXES:
        snprintf(out, size, "a list of mappings");
        break;
    default:
        snprintf(out, size, "a text of %llu to %llu bytes", (unsigned long long)row->min, (unsigned long long)row->max);
    }
}

static int refuse(const struct config_row *row, const char *text, struct fault *fault)
{
    char expected[192];

    config_expectation(row, expected, sizeof expected);
    return fault_set(fault, E_CONFIG, "expected %s, found '%.80s'", expected, text);
}

/* Leading decimal digits, at most 18 of them, so that it cannot overflow. NULL when there are none or too many. */
static const char *digits(const char *text, uint64_t *out)
{
    const char *p = text;
    uint64_t value = 0;

    while (isdigit((unsigned char)*p) && p - text < 19)
        value = value * 10 + (uint64_t)(*p++ - '0');
    if (p == text || p - text > 18)
        return NULL;
    *out = value;
    return p;
}

static int read_count(const struct config_row *row, uint32_t *out, const char *text, struct fault *fault)
{
    uint64_t value;
    const char *end = digits(text, &value);

    if (!end || *end || value < row->min || value > row->max)
        return refuse(row, text, fault);
    *out = (uint32_t)value;
    return OK;
}

static int read_bytes(const struct config_row *row, uint64_t *out, const char *text, struct fault *fault)
{
    uint64_t value = 0;
    unsigned shift = 0;
    const char *end = digits(text, &value);

    if (end && *end) {
        end += strspn(end, " ");
        size_t i = 0;
        while (i < sizeof units / sizeof units[0] && strcasecmp(end, units[i].unit) != 0)
            i++;
        if (i == sizeof units / sizeof units[0])
            end = NULL;
        else
            shift = units[i].shift;
    }
    if (!end)
        return fault_set(fault, E_CONFIG, "expected a size such as 512 MiB or 16 GiB, found '%.80s'", text);
    if (value > row->max >> shift || value << shift < row->min)
        return refuse(row, text, fault);
    *out = value << shift;
    return OK;
}

static int read_bool(const struct config_row *row, bool *out, const char *text, struct fault *fault)
{
    static const char *const words[] = {"no", "yes", "false", "true", "off", "on"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcasecmp(text, words[i]) == 0) {
            *out = i % 2;
            return OK;
        }
    }
    return refuse(row, text, fault);
}

/* The index of `text` among the choices, -1 when it is none. */
static int choice_index(const char *choices, const char *text)
{
    size_t len = strlen(text);
    int index = 0;

    for (const char *c = choices; c; index++) {
        const char *end = strchrnul(c, '|');
        if ((size_t)(end - c) == len && strncmp(c, text, len) == 0)
            return index;
        c = *end ? end + 1 : NULL;
    }
    return -1;
}

static int read_choice(const struct config_row *row, uint32_t *out, const char *text, struct fault *fault)
{
    int index = choice_index(row->choices, text);

    if (index < 0)
        return refuse(row, text, fault);
    *out = (uint32_t)index;
    return OK;
}

static bool has_control(const char *text)
{
    for (; *text; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return true;
    }
    return false;
}

static int read_text(const struct config_row *row, char **out, const char *text, struct fault *fault)
{
    size_t len = strlen(text);

    if (row->choices && choice_index(row->choices, text) < 0)
        return refuse(row, text, fault);
    if (len < row->min || len > row->max)
        return refuse(row, text, fault);
    if (has_control(text))
        return fault_set(fault, E_CONFIG, "expected a text without control characters");
    *out = config_copy(text);
    return OK;
}

static int read_path(const struct config_row *row, char **out, const char *text, const char *base_dir,
                     struct fault *fault)
{
    if (!*text && row->fallback && !*row->fallback) {
        *out = NULL;
        return OK;
    }
    if (!*text || has_control(text))
        return refuse(row, text, fault);
    *out = config_join(base_dir, text);
    return OK;
}

int config_value(const struct config_row *row, void *base, const char *text, const char *base_dir, struct fault *fault)
{
    void *field = (char *)base + row->offset;

    switch (row->type) {
    case CONFIG_TEXT:
        return read_text(row, field, text, fault);
    case CONFIG_PATH:
        return read_path(row, field, text, base_dir, fault);
    case CONFIG_COUNT:
        return read_count(row, field, text, fault);
    case CONFIG_BYTES:
        return read_bytes(row, field, text, fault);
    case CONFIG_BOOL:
        return read_bool(row, field, text, fault);
    case CONFIG_CHOICE:
        return read_choice(row, field, text, fault);
    default:
        return refuse(row, text, fault);
    }
}
