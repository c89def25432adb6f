/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which rows of a model the units of a text touch (feature.h): there are few sorts of units, and most runs of three of
 * them were in another text before. One thread. Values are as in model_priv.h.
 */
#ifndef ADUAN_UNIT_ROWS_H
#define ADUAN_UNIT_ROWS_H

#include "model_priv.h"

struct unit_rows_memo;
/* Borrows the model. */
struct unit_rows_memo *unit_rows_new(const struct model *model);
void unit_rows_free(struct unit_rows_memo *memo);
/* The values of features_of_unit(), until the next call. */
const uint32_t *unit_rows_of(struct unit_rows_memo *memo, const uint16_t *unit);

#endif
