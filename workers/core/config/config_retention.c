/* SPDX-License-Identifier: BSD-2-Clause */
/* How long what citizens wrote is kept, by category: "jalan=365 darurat=3650", and retention.days for the rest. */
#include "config_priv.h"

#include <stdlib.h>
#include <string.h>

enum { DAYS_MAX = 36500 };
static const char gaps[] = ", \t\n";

/* One "category=days" at *at, which moves behind it. False at the end, or where it is none: *good tells. */
static bool next_item(const char **at, const char **name, size_t *name_len, uint32_t *days, bool *good)
{
    *at += strspn(*at, gaps);
    if (!**at)
        return false;
    size_t len = strcspn(*at, gaps);
    const char *is = memchr(*at, '=', len);
    char *end = NULL;
    unsigned long value = is ? strtoul(is + 1, &end, 10) : 0;
    *good = is && is > *at && is[1] >= '0' && is[1] <= '9' && end == *at + len && value <= DAYS_MAX;
    if (!*good)
        return false;
    *name = *at;
    *name_len = (size_t)(is - *at);
    *days = (uint32_t)value;
    *at += len;
    return true;
}

bool config_retention_valid(const char *text, size_t *bad)
{
    const char *at = text, *name;
    size_t name_len;
    uint32_t days;
    bool good = true;

    while (next_item(&at, &name, &name_len, &days, &good))
        ;
    *bad = (size_t)(at - text);
    return good;
}

uint32_t config_retention_days(const struct config *config, const char *category)
{
    const char *at = config->retention_categories, *name;
    size_t name_len;
    uint32_t days;
    bool good = true;

    while (category && next_item(&at, &name, &name_len, &days, &good))
        if (strlen(category) == name_len && memcmp(category, name, name_len) == 0)
            return days;
    return config->retention_days;
}
