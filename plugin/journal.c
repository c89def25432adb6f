/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines on stderr, one write(2) each so that lines of several processes never mix. */
#include "journal.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 2048, NAME_MAX_BYTES = 64 };

static char opened_name[NAME_MAX_BYTES + 1];
static bool to_journald;
static enum journal_level shown = JOURNAL_INFO;

static const struct {
    const char *word;
    enum journal_level level;
} levels[] = {{"error", JOURNAL_ERROR}, {"warning", JOURNAL_WARNING}, {"info", JOURNAL_INFO}, {"debug", JOURNAL_DEBUG}};

void journal_open(const char *name, enum journal_level threshold)
{
    snprintf(opened_name, sizeof opened_name, "%s", name);
    to_journald = getenv("JOURNAL_STREAM") != NULL;
    shown = threshold;
}

int journal_level_parse(const char *word)
{
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (strcmp(word, levels[i].word) == 0)
            return (int)levels[i].level;
    return -1;
}

/* snprintf's result, held inside what is left of the line. */
static size_t step(int written, size_t left)
{
    if (written < 0)
        return 0;
    return (size_t)written < left ? (size_t)written : left - 1;
}

static size_t prefix(char *line, size_t max, enum journal_level level)
{
    if (to_journald)
        return step(snprintf(line, max, "<%d>", (int)level), max);
    struct timespec now;
    struct tm parts;
    char at[32];
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &parts);
    strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%S", &parts);
    const char *word = "notice";
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (levels[i].level == level)
            word = levels[i].word;
    return step(snprintf(line, max, "%s.%03ldZ %s ", at, now.tv_nsec / 1000000, word), max);
}

void journal(enum journal_level level, const char *event_id, const char *format, ...)
{
    if (level > shown)
        return;
    char line[LINE_MAX_BYTES];
    size_t max = sizeof line - 1; /* the newline always fits */
    size_t len = prefix(line, max, level);
    len += step(
        snprintf(line + len, max - len, opened_name[0] ? "aduanbox[%s] %s " : "aduanbox%s %s ", opened_name, event_id),
        max - len);
    va_list args;
    va_start(args, format);
    len += step(vsnprintf(line + len, max - len, format, args), max - len);
    va_end(args);
    /* What a peer said may be quoted: it must not be able to forge a line or steer a terminal. */
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
            line[i] = '?';
    line[len++] = '\n';
    /* Nobody can be told that the log itself is gone. */
    ssize_t ignored = write(STDERR_FILENO, line, len);
    (void)ignored;
}
