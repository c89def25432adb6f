/* SPDX-License-Identifier: BSD-2-Clause */
/* One line an event on stderr: "<level> aduanbox[name] event-id message", the form every program of Aduan writes.
 * Event ids are stable words that ops can alert on. Never a phone number, never a citizen's text. */
#ifndef ADUANBOX_JOURNAL_H
#define ADUANBOX_JOURNAL_H

enum journal_level { JOURNAL_ERROR = 3, JOURNAL_WARNING = 4, JOURNAL_INFO = 6, JOURNAL_DEBUG = 7 };

/* name: copied. Called once, before threads. */
void journal_open(const char *name, enum journal_level threshold);
/* "error", "warning", "info", "debug" → level; negative for another word. */
int journal_level_parse(const char *word);
void journal(enum journal_level level, const char *event_id, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
