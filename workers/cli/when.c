/* SPDX-License-Identifier: BSD-2-Clause */
#include "when.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct {
    char letter;
    uint64_t seconds;
} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', UINT64_C(604800)}};

static int parse_span(const char *text, uint64_t *span_us)
{
    char *end;
    uint64_t count = strtoull(text, &end, 10);

    if (text[0] < '0' || text[0] > '9' || !*end || end[1] || count > 100000)
        return E_INVALID;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (units[i].letter == *end) {
            *span_us = count * units[i].seconds * 1000000;
            return OK;
        }
    }
    return E_INVALID;
}

static int parse_date(const char *text, uint64_t *at_us)
{
    static const char *const formats[] = {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M",
                                          "%Y-%m-%d"};

    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        struct tm tm = {.tm_isdst = -1};
        const char *end = strptime(text, formats[i], &tm);
        time_t seconds;

        if (!end || (strcmp(end, "") != 0 && strcmp(end, "Z") != 0))
            continue;
        seconds = *end ? timegm(&tm) : mktime(&tm);
        if (seconds < 0)
            return E_INVALID;
        *at_us = (uint64_t)seconds * 1000000;
        return OK;
    }
    return E_INVALID;
}

int when_parse(const char *text, uint64_t now_us, uint64_t *at_us)
{
    uint64_t span_us;

    if (parse_span(text, &span_us) == OK) {
        *at_us = span_us < now_us ? now_us - span_us : 0;
        return OK;
    }
    return parse_date(text, at_us);
}
