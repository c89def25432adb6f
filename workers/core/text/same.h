/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether two texts say the same: the same words in the same order, as word.h folds them. Case, spacing, punctuation,
 * letters drawn out and marks do not count; numbers, spelling and order do. No guess about meaning: a false "the same"
 * would take a report away from somebody.
 */
#ifndef ADUAN_SAME_H
#define ADUAN_SAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SAME_BYTES = 16 };

/* Equal for texts that say the same, and in practice for no others. False: there is nothing in it to compare. */
bool same_text(const char *text, size_t len, uint8_t out[SAME_BYTES]);

#endif
