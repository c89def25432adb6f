/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One line an event on stderr. Under systemd ($JOURNAL_STREAM): "<6>program[name] event-id key=value … message", which
 * journald reads as its priority; elsewhere the time and the level's word stand in front instead of "<6>".
 * Programs log, libraries return. Event ids are stable words ("worker.lost") that ops can alert on.
 * Never a phone number, never a citizen's text.
 */
#ifndef ADUAN_LOG_H
#define ADUAN_LOG_H

enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARNING = 4, LOG_LEVEL_INFO = 6, LOG_LEVEL_DEBUG = 7 };

/* program: static string ("aduan-classifier"); name: copied ("classifier.3"). Called once, before threads. */
void log_open(const char *program, const char *name, enum log_level threshold);
void log_threshold(enum log_level threshold);
/* "error", "warning", "info", "debug" → level; negative for another word. */
int log_level_parse(const char *word);
void log_event(enum log_level level, const char *event_id, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define log_error(...) log_event(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_event(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...) log_event(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_event(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
