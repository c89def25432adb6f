/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a text must hold for a PCRE2 pattern to match it: sets of strings, of each of which one is in every such text.
 * Most texts hold none of some set, and the pattern need not be tried. What is not understood of a pattern asks for
 * nothing, so that it is tried always.
 */
#ifndef ADUAN_PATTERN_NEEDS_H
#define ADUAN_PATTERN_NEEDS_H

#include <stddef.h>

enum { NEED_STRINGS_MAX = 96, NEED_STRING_BYTES = 20, PATTERN_NEEDS_MAX = 4 };

struct need {
    size_t count;
    char strings[NEED_STRINGS_MAX][NEED_STRING_BYTES]; /* printable ASCII, letters small; none is empty */
};

/* pattern: one that PCRE2 compiles with the options of rules (caseless; without PCRE2_EXTENDED or PCRE2_LITERAL).
 * Strings are to be compared without regard to the case of a to z. A text with the Kelvin sign or the long s may match
 * without them: those are "k" and "s" in another case. How many sets were written to out; 0: it must always be tried.
 */
size_t pattern_needs(const char *pattern, struct need out[PATTERN_NEEDS_MAX]);

#endif
