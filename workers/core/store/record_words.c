/* SPDX-License-Identifier: BSD-2-Clause */
#include "record_words.h"

const uint8_t record_words[] = {
#include "record_words.inc" /* made by tests/bench/dictionary */
};
const size_t record_words_len = sizeof record_words;
