/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Columns are taken a few at a time, so that their sums stay in registers while all rows pass. Where the processor
 * multiplies and adds pairs of small numbers at once, two rows are one step.
 */
#include "row_sum.h"

#include "model_priv.h"

enum { WIDE = 4 * MODEL_ROW_MULTIPLE, ROWS_AT_ONCE = 1024 };
_Static_assert((int64_t)ROWS_AT_ONCE *MODEL_WEIGHT_MAX *UINT8_MAX <= INT32_MAX, "a sum of so many does not overflow");
_Static_assert(ROWS_AT_ONCE % 2 == 0, "rows go two by two");

#ifdef __SSE2__
#include <emmintrin.h>

/* Two rows at a time: their columns side by side, multiplied with their weights side by side. */
static inline __attribute__((always_inline)) void columns_sum(const struct weighed_row *rows, size_t count, size_t from,
                                                              unsigned eights, int64_t *sums)
{
    __m128i sum[2 * WIDE / MODEL_ROW_MULTIPLE];
    int32_t part[WIDE];
    for (unsigned k = 0; k < 2 * eights; k++)
        sum[k] = _mm_setzero_si128();
    for (size_t i = 0; i < count; i += 2) {
        const struct weighed_row *one = &rows[i], *other = i + 1 < count ? one + 1 : one;
        const __m128i weights = _mm_set1_epi32(one->weight | (i + 1 < count ? other->weight << 16 : 0));
        for (unsigned k = 0; k < eights; k++) {
            size_t at = from + (size_t)k * MODEL_ROW_MULTIPLE;
            __m128i a = _mm_loadu_si128((const void *)(one->row + at)),
                    b = _mm_loadu_si128((const void *)(other->row + at));
            __m128i low = _mm_madd_epi16(_mm_unpacklo_epi16(a, b), weights),
                    high = _mm_madd_epi16(_mm_unpackhi_epi16(a, b), weights);
            sum[2 * k] = _mm_add_epi32(sum[2 * k], low);
            sum[2 * k + 1] = _mm_add_epi32(sum[2 * k + 1], high);
        }
    }
    for (unsigned k = 0; k < 2 * eights; k++)
        _mm_storeu_si128((void *)(part + 4 * (size_t)k), sum[k]);
    for (unsigned k = 0; k < eights * MODEL_ROW_MULTIPLE; k++)
        sums[from + k] += part[k];
}
#else
static inline void columns_sum(const struct weighed_row *rows, size_t count, size_t from, unsigned eights,
                               int64_t *sums)
{
    int32_t part[WIDE] = {0};
    for (size_t i = 0; i < count; i++)
        for (unsigned k = 0; k < eights * MODEL_ROW_MULTIPLE; k++)
            part[k] += rows[i].row[from + k] * rows[i].weight;
    for (unsigned k = 0; k < eights * MODEL_ROW_MULTIPLE; k++)
        sums[from + k] += part[k];
}
#endif

static void some_sum(const struct weighed_row *rows, size_t count, size_t items, int64_t *sums)
{
    size_t from = 0;
    for (; from + WIDE <= items; from += WIDE)
        columns_sum(rows, count, from, WIDE / MODEL_ROW_MULTIPLE, sums);
    for (; from < items; from += MODEL_ROW_MULTIPLE)
        columns_sum(rows, count, from, 1, sums);
}

void row_sum(const struct weighed_row *rows, size_t count, size_t items, int64_t *sums)
{
    for (size_t i = 0; i < items; i++)
        sums[i] = 0;
    for (size_t at = 0; at < count; at += ROWS_AT_ONCE)
        some_sum(rows + at, count - at < ROWS_AT_ONCE ? count - at : ROWS_AT_ONCE, items, sums);
}
