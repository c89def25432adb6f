/* SPDX-License-Identifier: BSD-2-Clause */
/* A trie of the strings, first with holes; needles_index() fills them with where a failed step goes on. Bytes that no
 * string has are one class: the table stays small enough for the caches. */
#include "needles.h"

#include <stdlib.h>
#include <string.h>

enum { STATES_MAX = 8192, LANES = 4 };

struct needles {
    uint8_t class[256]; /* of a byte; 0: in no string */
    uint32_t classes;
    /* The trie, while strings are added: by state and byte. */
    uint16_t (*child)[256];
    uint32_t state_count, state_room;
    uint64_t *ends; /* by state: what ends here */
    size_t longest; /* bytes of a string */
    uint32_t *next; /* by state and class: where the next state's row is, twice; odd: something ends there */
};

static void *must(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

static uint32_t state_add(struct needles *needles)
{
    if (needles->state_count == needles->state_room) {
        needles->state_room = needles->state_room ? 2 * needles->state_room : 64;
        needles->child = must(reallocarray(needles->child, needles->state_room, sizeof *needles->child));
        needles->ends = must(reallocarray(needles->ends, needles->state_room, sizeof *needles->ends));
    }
    memset(needles->child[needles->state_count], 0, sizeof *needles->child);
    needles->ends[needles->state_count] = 0;
    return needles->state_count++;
}

struct needles *needles_new(void)
{
    struct needles *needles = must(calloc(1, sizeof *needles));
    needles->classes = 1;
    state_add(needles);
    return needles;
}

void needles_free(struct needles *needles)
{
    if (!needles)
        return;
    free(needles->child);
    free(needles->ends);
    free(needles->next);
    free(needles);
}

bool needles_add(struct needles *needles, const char *text, size_t len, unsigned number)
{
    uint32_t state = 0;
    if (len > STATES_MAX - needles->state_count)
        return false;
    for (size_t i = 0; i < len; i++) {
        uint8_t byte = (uint8_t)text[i];
        if (needles->class[byte] == 0)
            needles->class[byte] = (uint8_t)needles->classes++;
        if (needles->child[state][byte] == 0) {
            uint32_t added = state_add(needles);
            needles->child[state][byte] = (uint16_t)added;
        }
        state = needles->child[state][byte];
    }
    needles->ends[state] |= UINT64_C(1) << number;
    needles->longest = len > needles->longest ? len : needles->longest;
    return true;
}

/* A state's row: where each class leads, by the trie, or else as from `otherwise`: the state of the longest end of what
 * was read that begins a string too. That one is nearer to the root, and its row is done. Rows are of states still. */
static void row_fill(struct needles *needles, uint32_t state, uint32_t *otherwise)
{
    const uint32_t classes = needles->classes;
    uint32_t *row = needles->next + (size_t)state * classes;
    const uint32_t *other = needles->next + (size_t)otherwise[state] * classes;
    if (state > 0)
        memcpy(row, other, classes * sizeof *row);
    for (unsigned byte = 0; byte < 256; byte++) {
        uint32_t child = needles->child[state][byte];
        if (child == 0)
            continue;
        otherwise[child] = state > 0 ? other[needles->class[byte]] : 0;
        row[needles->class[byte]] = child;
    }
    needles->ends[state] |= needles->ends[otherwise[state]];
}

static void rows_fill(struct needles *needles)
{
    uint32_t *otherwise = must(calloc(needles->state_count, sizeof *otherwise));
    uint32_t *queue = must(calloc(needles->state_count, sizeof *queue)), count = 1;
    for (uint32_t at = 0; at < count; at++) {
        uint32_t state = queue[at];
        row_fill(needles, state, otherwise);
        for (unsigned byte = 0; byte < 256; byte++)
            if (needles->child[state][byte])
                queue[count++] = needles->child[state][byte];
    }
    free(otherwise);
    free(queue);
}

void needles_index(struct needles *needles)
{
    size_t items = (size_t)needles->state_count * needles->classes;
    needles->next = must(calloc(items, sizeof *needles->next));
    rows_fill(needles);
    for (size_t i = 0; i < items; i++)
        needles->next[i] = 2 * needles->next[i] * needles->classes + (needles->ends[needles->next[i]] != 0);
    for (int c = 'A'; c <= 'Z'; c++)
        needles->class[c] = needles->class[c - 'A' + 'a'];
    free(needles->child);
    needles->child = NULL;
}

static inline uint32_t step(const struct needles *needles, uint32_t at, char c, uint64_t *found)
{
    at = needles->next[at / 2 + needles->class[(uint8_t)c]];
    if (at % 2)
        *found |= needles->ends[at / 2 / needles->classes];
    return at;
}

/* Every step waits for the one before it. So the text is read in parts, side by side, each as far into the next one as
 * a string can reach that begins in it. */
uint64_t needles_find(const struct needles *needles, const char *text, size_t len)
{
    uint64_t found = 0;
    uint32_t at[LANES] = {0};
    const char *lanes[LANES];
    size_t part = (len + LANES - 1) / LANES, steps = part + needles->longest;
    if (steps > len) {
        for (size_t i = 0; i < len; i++)
            at[0] = step(needles, at[0], text[i], &found);
        return found;
    }
    for (size_t lane = 0; lane < LANES; lane++)
        lanes[lane] = text + (lane * part < len - steps ? lane * part : len - steps);
    for (size_t i = 0; i < steps; i++)
        for (size_t lane = 0; lane < LANES; lane++)
            at[lane] = step(needles, at[lane], lanes[lane][i], &found);
    return found;
}
