/* SPDX-License-Identifier: BSD-2-Clause */
/* What a store takes of the disk: rows that come in order leave full pages behind, and stay as long as they began. */
#include "support_outbox.h"

#include <sodium.h>

/* What a row takes of a page: LMDB's node header and its place in the page's list, to even bytes. */
static size_t node_bytes(const MDB_val *key, const MDB_val *val)
{
    return (8 + key->mv_size + val->mv_size + 1) / 2 * 2 + 2;
}

/* Of the leaves of a table, the share that rows take. */
static double filled(struct support *s, enum store_table table)
{
    struct store_txn txn;
    MDB_cursor *cursor;
    MDB_stat stat;
    MDB_val key, val;
    size_t bytes = 0;
    assert_int_equal(txn_begin(s->store, false, 0, &txn), OK);
    assert_int_equal(mdb_stat(txn.txn, s->store->table[table], &stat), 0);
    assert_int_equal(txn_cursor(&txn, table, &cursor), OK);
    while (cursor_get(s->store, cursor, &key, &val, MDB_NEXT) == OK)
        bytes += node_bytes(&key, &val);
    mdb_cursor_close(cursor);
    txn_abort(&txn);
    return (double)bytes / (double)(stat.ms_leaf_pages * (stat.ms_psize - 16));
}

static void tickets_and_replies_leave_full_pages(void **state)
{
    enum { TICKETS = 300, TEXT = 380 };
    struct support *s = *state;
    char text[TEXT + 1];
    for (uint32_t n = 1; n <= TICKETS; n++) {
        for (size_t i = 0; i < TEXT; i++)
            text[i] = (char)('!' + randombytes_uniform('~' - '!')); /* nothing that could be made shorter by much */
        text[TEXT] = '\0';
        support_sms(s, &(struct support_sms){.n = n, .text = text});
    }
    /* Seven or eight rows to a page: one less on each would be 0.85. */
    assert_true(filled(s, T_TICKET) > 0.91);
    assert_true(filled(s, T_REPLY) > 0.93);
}

static int write_receipt(void *ctx, const Reply *reply, const Aduan__Record__Ticket *ticket, char **text, size_t *len,
                         bool *ucs2, uint32_t *segments)
{
    (void)ctx;
    (void)reply;
    *len = (size_t)asprintf(text,
                            "Terima kasih. Laporan Anda diterima, nomor %llu, kategori kebersihan dan sampah (karena: "
                            "sampah menumpuk), diteruskan ke Dinas Lingkungan Hidup. Kota Pekalongan",
                            (unsigned long long)ticket->id);
    *ucs2 = false;
    *segments = 2;
    return OK;
}

static size_t reply_bytes(struct support *s, uint64_t slot)
{
    struct store_txn txn;
    uint8_t key[SLOT_BYTES];
    MDB_val val;
    put_be64(key, slot);
    assert_int_equal(txn_begin(s->store, false, 0, &txn), OK);
    assert_int_equal(txn_get(&txn, T_REPLY, key, sizeof key, &val), OK);
    txn_abort(&txn);
    return val.mv_size;
}

/* A row that grows splits its page, which was full, into two halves: a receipt must have its room from the start. */
static void a_receipt_never_outgrows_its_row(void **state)
{
    static const enum reply_input inputs[] = {REPLY_IN_ACCEPTED, REPLY_IN_SMSC_ACCEPTED, REPLY_IN_DELIVERED};
    struct support *s = *state;
    struct store_claim claim = claim_of(s, NULL);
    struct store_replies replies;
    struct fault fault;
    support_sms(s, &(struct support_sms){.n = 1});
    uint64_t slot = support_slot_of(s, 1, 0);
    size_t queued = reply_bytes(s, slot);
    claim.render = write_receipt;
    assert_int_equal(store_claim_replies(s->store, &claim, &replies, &fault), OK);
    assert_int_equal(replies.count, 1);
    store_replies_free(&replies);
    assert_true(reply_bytes(s, slot) <= queued);
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        assert_false(input(s, 1, inputs[i], 0, NULL));
        assert_true(reply_bytes(s, slot) <= queued);
    }
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {T(tickets_and_replies_leave_full_pages), T(a_receipt_never_outgrows_its_row)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
