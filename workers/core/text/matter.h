/* SPDX-License-Identifier: BSD-2-Clause */
/* The words that tell what a report is about, apart from those that any report has: function words, greetings, thanks,
 * requests ("mohon segera diperbaiki"), who writes and when. */
#ifndef ADUAN_MATTER_H
#define ADUAN_MATTER_H

#include "normalise.h"

#include <stdbool.h>

/* False for a number, which is rarely the matter: a date, a house, a NIK. */
bool word_matters(const struct norm_word *word);

#endif
