/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rows of senders that are not indexed yet, in this process's memory: two open-addressed maps from tag to row, the
 * generation that is being indexed and what has come since. Other processes make such rows too; a transaction reads
 * those behind the last one known, which lie together. Must never happen here: an answer without a look at the row,
 * for what an aborted transaction made stays in the maps.
 */
#include "store_sender.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS_MIN = 1024 };

struct fresh {
    uint64_t from; /* the first row it can hold */
    size_t count, slots;
    struct sender_slot *slot; /* `slots` of them, a power of two */
};

struct senders {
    uint64_t from, to; /* as meta had them */
    uint64_t upto;     /* rows below are known */
    struct fresh older /* rows from, … to − 1 */, newer;
    struct sender_slot *sorted;
    size_t sorted_count;
};

uint32_t sender_tag(const uint8_t id[SEAL_ID_BYTES])
{
    return get_be32(id);
}

/* --- a map -------------------------------------------------------------------------------------------------- */

static struct sender_slot *slots_make(size_t n)
{
    struct sender_slot *slots = calloc(n, sizeof *slots);
    if (!slots)
        abort();
    return slots;
}

static void fresh_done(struct fresh *fresh)
{
    free(fresh->slot);
    *fresh = (struct fresh){0};
}

static void insert(struct fresh *fresh, struct sender_slot slot)
{
    size_t at = slot.tag & (fresh->slots - 1);
    while (fresh->slot[at].at != 0) {
        if (fresh->slot[at].tag == slot.tag && fresh->slot[at].at == slot.at)
            return;
        at = (at + 1) & (fresh->slots - 1);
    }
    fresh->slot[at] = slot;
    fresh->count++;
}

static void grow(struct fresh *fresh)
{
    struct fresh bigger = {.from = fresh->from, .slots = fresh->slots == 0 ? SLOTS_MIN : 2 * fresh->slots};
    bigger.slot = slots_make(bigger.slots);
    for (size_t i = 0; i < fresh->slots; i++) {
        if (fresh->slot[i].at != 0)
            insert(&bigger, fresh->slot[i]);
    }
    free(fresh->slot);
    *fresh = bigger;
}

static void fresh_add(struct fresh *fresh, uint32_t tag, uint64_t row)
{
    if (row < fresh->from || row - fresh->from >= UINT32_MAX)
        return;
    if (4 * fresh->count >= 3 * fresh->slots)
        grow(fresh);
    insert(fresh, (struct sender_slot){tag, (uint32_t)(row - fresh->from) + 1});
}

/* --- what is committed ---------------------------------------------------------------------------------------- */

/* The rows from, … below − 1. */
static int read_rows(struct store_txn *txn, struct fresh *fresh, uint64_t from, uint64_t below)
{
    uint8_t start[SENDER_ROW_BYTES];
    MDB_val key = {sizeof start, start}, val;
    MDB_cursor *cursor;
    if (from >= below)
        return MDB_SUCCESS;
    put_be64(start, from);
    int rc = mdb_cursor_open(txn->txn, txn->store->table[T_IDENTITY], &cursor);
    if (rc != MDB_SUCCESS)
        return rc;
    rc = mdb_cursor_get(cursor, &key, &val, MDB_SET_RANGE);
    while (rc == MDB_SUCCESS) {
        uint64_t row = key.mv_size < SENDER_ROW_BYTES ? 0 : get_be64(key.mv_data);
        if (row >= below)
            break;
        if (sender_row_identity(&key, &val))
            fresh_add(fresh, sender_tag(key.mv_data), row);
        rc = mdb_cursor_get(cursor, &key, &val, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    return rc == MDB_NOTFOUND ? MDB_SUCCESS : rc;
}

static void forget(struct senders *senders)
{
    fresh_done(&senders->older);
    fresh_done(&senders->newer);
    free(senders->sorted);
    *senders = (struct senders){0};
}

/* A generation has been closed: what was newer is what will be indexed. */
static int opened(struct store_txn *txn, struct senders *senders)
{
    int rc = read_rows(txn, &senders->newer, senders->upto, txn->senders_to);
    if (rc != MDB_SUCCESS)
        return rc;
    fresh_done(&senders->older);
    senders->older = senders->newer;
    senders->newer = (struct fresh){.from = txn->senders_to};
    senders->upto = senders->to = txn->senders_to;
    return MDB_SUCCESS;
}

static void indexed(struct senders *senders)
{
    fresh_done(&senders->older);
    free(senders->sorted);
    senders->sorted = NULL;
    senders->from = senders->to;
}

static int from_scratch(struct store_txn *txn, struct senders *senders)
{
    forget(senders);
    senders->older.from = txn->senders_from;
    senders->newer.from = txn->senders_to;
    int rc = read_rows(txn, &senders->older, txn->senders_from, txn->senders_to);
    if (rc != MDB_SUCCESS)
        return rc;
    senders->from = txn->senders_from;
    senders->to = senders->upto = txn->senders_to;
    return MDB_SUCCESS;
}

static int follow(struct store_txn *txn, struct senders *senders)
{
    uint64_t from = txn->senders_from, to = txn->senders_to;
    if (senders->from == from && senders->to == to)
        return MDB_SUCCESS;
    if (senders->from == from && senders->to == from && senders->upto <= to && from != 0)
        return opened(txn, senders);
    if (senders->to == from && from == to && senders->from < from && senders->from != 0) {
        indexed(senders);
        return MDB_SUCCESS;
    }
    return from_scratch(txn, senders);
}

int senders_refresh(struct store_txn *txn)
{
    struct store *store = txn->store;
    if (!store->senders)
        store->senders = calloc(1, sizeof *store->senders);
    if (!store->senders)
        abort();
    int rc = follow(txn, store->senders);
    if (rc == MDB_SUCCESS)
        rc = read_rows(txn, &store->senders->newer, store->senders->upto, txn->next_sender);
    if (rc == MDB_SUCCESS && store->senders->upto < txn->next_sender)
        store->senders->upto = txn->next_sender;
    if (rc != MDB_SUCCESS)
        forget(store->senders);
    return rc;
}

void senders_undo(struct store_txn *txn)
{
    struct senders *senders = txn->store->senders;
    if (senders && txn->next_sender > 0 && senders->upto > txn->senders_at_begin)
        senders->upto = txn->senders_at_begin;
}

void senders_free(struct senders *senders)
{
    if (senders)
        forget(senders);
    free(senders);
}

/* --- questions ---------------------------------------------------------------------------------------------- */

/* Slots of the newer map are counted first, then those of the older one. */
uint64_t senders_probe(const struct senders *senders, uint32_t tag, size_t *probe)
{
    const struct fresh *maps[] = {&senders->newer, &senders->older};
    for (size_t i = *probe >> 40; i < 2; i++, *probe = i << 40) {
        const struct fresh *map = maps[i];
        if (map->slots == 0)
            continue;
        for (;;) {
            const struct sender_slot *slot = &map->slot[(tag + (*probe & 0xffffffffff)) & (map->slots - 1)];
            if (slot->at == 0)
                break;
            ++*probe;
            if (slot->tag == tag)
                return map->from + slot->at - 1;
        }
    }
    return 0;
}

void senders_add(struct senders *senders, uint32_t tag, uint64_t row)
{
    fresh_add(&senders->newer, tag, row);
    if (senders->upto == row)
        senders->upto = row + 1;
}

static int by_tag(const void *a, const void *b)
{
    const struct sender_slot *x = a, *y = b;
    return (x->tag > y->tag) - (x->tag < y->tag);
}

const struct sender_slot *senders_sorted(struct senders *senders, size_t *count)
{
    const struct fresh *older = &senders->older;
    if (!senders->sorted) {
        senders->sorted = slots_make(older->count + 1);
        senders->sorted_count = 0;
        for (size_t i = 0; i < older->slots; i++) {
            if (older->slot[i].at != 0)
                senders->sorted[senders->sorted_count++] = older->slot[i];
        }
        qsort(senders->sorted, senders->sorted_count, sizeof *senders->sorted, by_tag);
    }
    *count = senders->sorted_count;
    return senders->sorted;
}
