/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines on stderr, one write(2) each so that lines of several processes never mix. */
#include "log.h"
#include "clock.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 2048, NAME_MAX_BYTES = 64 };

static const char *opened_program = "aduan";
static char opened_name[NAME_MAX_BYTES];
static bool to_journal;
static atomic_int shown = LOG_LEVEL_INFO;

static const struct {
    const char *word;
    enum log_level level;
} levels[] = {
    {"error", LOG_LEVEL_ERROR}, {"warning", LOG_LEVEL_WARNING}, {"info", LOG_LEVEL_INFO}, {"debug", LOG_LEVEL_DEBUG}};

void log_open(const char *program, const char *name, enum log_level threshold)
{
    opened_program = program;
    snprintf(opened_name, sizeof opened_name, "%s", name ? name : "");
    to_journal = getenv("JOURNAL_STREAM") != NULL;
    log_threshold(threshold);
}

void log_threshold(enum log_level threshold)
{
    atomic_store(&shown, (int)threshold);
}

int log_level_parse(const char *word)
{
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (strcmp(word, levels[i].word) == 0)
            return (int)levels[i].level;
    return -1;
}

static const char *level_word(enum log_level level)
{
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (level == levels[i].level)
            return levels[i].word;
    return "notice";
}

/* snprintf's result, held inside what is left of the line. */
static size_t step(int written, size_t left)
{
    if (written < 0)
        return 0;
    return (size_t)written < left ? (size_t)written : left - 1;
}

void log_event(enum log_level level, const char *event_id, const char *format, ...)
{
    if ((int)level > atomic_load(&shown))
        return;
    char line[LINE_MAX_BYTES], iso[CLOCK_ISO_BYTES];
    size_t len = 0, max = sizeof line - 1; /* the newline always fits */
    if (to_journal)
        len += step(snprintf(line, max, "<%d>", (int)level), max);
    else
        len += step(snprintf(line, max, "%s %s ", clock_iso(clock_now_us(), iso), level_word(level)), max);
    len += step(snprintf(line + len, max - len, opened_name[0] ? "%s[%s] %s " : "%s%s %s ", opened_program, opened_name,
                         event_id),
                max - len);
    va_list args;
    va_start(args, format);
    len += step(vsnprintf(line + len, max - len, format, args), max - len);
    va_end(args);
    /* What a peer or a file said may be quoted in a message: it must not be able to forge a line or steer a
     * terminal. */
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
            line[i] = '?';
    line[len++] = '\n';
    /* Nobody can be told that the log itself is gone. */
    ssize_t ignored = write(STDERR_FILENO, line, len);
    (void)ignored;
}
