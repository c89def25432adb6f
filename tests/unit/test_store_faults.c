/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * LMDB failing at every single call, one after the other, in each way an SMS can go: the verb reports it, nothing of
 * it has happened, and the same SMS goes in once the fault is over. This program's own mdb_* stand before the
 * library's and count down to the failure.
 */
#include "support_ingest.h"

#include <dlfcn.h>
#include <errno.h>

static unsigned calls, fail_at; /* fail_at 0: never */

static bool fails(void)
{
    return ++calls == fail_at;
}

#define REAL(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

int mdb_put(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data, unsigned flags)
{
    return fails() ? EIO : REAL(mdb_put)(txn, dbi, key, data, flags);
}

int mdb_get(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data)
{
    return fails() ? EIO : REAL(mdb_get)(txn, dbi, key, data);
}

int mdb_del(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data)
{
    return fails() ? EIO : REAL(mdb_del)(txn, dbi, key, data);
}

int mdb_stat(MDB_txn *txn, MDB_dbi dbi, MDB_stat *stat)
{
    return fails() ? EIO : REAL(mdb_stat)(txn, dbi, stat);
}

int mdb_cursor_open(MDB_txn *txn, MDB_dbi dbi, MDB_cursor **cursor)
{
    return fails() ? EIO : REAL(mdb_cursor_open)(txn, dbi, cursor);
}

int mdb_cursor_get(MDB_cursor *cursor, MDB_val *key, MDB_val *data, MDB_cursor_op op)
{
    return fails() ? EIO : REAL(mdb_cursor_get)(cursor, key, data, op);
}

int mdb_txn_begin(MDB_env *env, MDB_txn *parent, unsigned flags, MDB_txn **txn)
{
    return fails() ? EIO : REAL(mdb_txn_begin)(env, parent, flags, txn);
}

int mdb_dbi_open(MDB_txn *txn, const char *name, unsigned flags, MDB_dbi *dbi)
{
    return fails() ? EIO : REAL(mdb_dbi_open)(txn, name, flags, dbi);
}

int mdb_env_open(MDB_env *env, const char *path, unsigned flags, mdb_mode_t mode)
{
    return fails() ? EIO : REAL(mdb_env_open)(env, path, flags, mode);
}

int mdb_env_set_mapsize(MDB_env *env, size_t size)
{
    return fails() ? EIO : REAL(mdb_env_set_mapsize)(env, size);
}

static void fault_at(unsigned call)
{
    calls = 0;
    fail_at = call;
}

struct fixture {
    struct support s;
    struct desk desk;
};

static int open_fixture(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    fault_at(0);
    support_open(&f->s);
    *state = f;
    return 0;
}

static int close_fixture(void **state)
{
    struct fixture *f = *state;
    fault_at(0);
    assert_verified(&f->s);
    support_close(&f->s);
    free(f);
    return 0;
}

struct counts {
    uint64_t rows[T_END];
};

static struct counts count_all(struct support *s)
{
    struct counts counts;
    for (enum store_table table = 0; table < T_END; table++)
        counts.rows[table] = support_count(s, table);
    return counts;
}

/* Takes mo with every call failing in turn. */
static struct store_outcome ingest_through_faults(struct fixture *f, const struct mo *mo)
{
    struct store_outcome out;
    struct counts before = count_all(&f->s);
    for (unsigned call = 1;; call++) {
        struct fault fault = {0};
        fault_at(call);
        int err = ingest_one(&f->s, &f->desk, mo, &out, &fault);
        bool reached = calls >= call;
        fault_at(0);
        if (err == OK) {
            assert_false(reached);
            assert_true(call > 4);
            return out;
        }
        assert_true(reached);
        assert_int_equal(err, E_IO);
        assert_non_null(strstr(fault.text, "kernel log"));
        struct counts after = count_all(&f->s);
        assert_memory_equal(&before, &after, sizeof before);
    }
}

static void every_way_of_an_sms(void **state)
{
    struct fixture *f = *state;
    static const struct {
        struct mo mo;
        int kind;
        bool ticket;
    } rows[] = {
        {{.body = "Jalan berlubang"}, STORE_TICKET, true},
        {{.body = "Jalan berlubang", .number = "TELKOMSEL"}, STORE_TICKET, true},
        {{.body = " "}, STORE_NO_TICKET, false},
        {{.body = "promo"}, STORE_NO_TICKET, false},
        {{.body = "x", .quarantine = true}, STORE_QUARANTINED, false},
        {{.body = "satu", .part = 1, .total = 3}, STORE_PART, false},
        {{.body = "tiga", .part = 3, .total = 3}, STORE_PART, false},
        {{.body = "satu", .part = 1, .total = 3}, STORE_NO_TICKET, false},
        {{.body = "dua", .part = 2, .total = 3}, STORE_PART, true},
        {{.body = "lain", .part = 2, .total = 3}, STORE_PART, false},
        {{.body = "beda", .part = 2, .total = 3}, STORE_PART, true},
    };
    for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct mo mo = rows[i].mo;
        mo.n = i + 1;
        struct store_outcome out = ingest_through_faults(f, &mo);
        assert_int_equal(out.kind, rows[i].kind);
        assert_int_equal(out.ticket != 0, rows[i].ticket);
    }
    /* The reply of a uuid that came at two times is noticed late: after its message row. */
    ingest_through_faults(f, &(struct mo){.n = 1, .time_shift = 9, .body = "Jalan berlubang"});
}

static void a_set_that_expires_and_is_forgotten(void **state)
{
    struct fixture *f = *state;
    struct store_policy policy = desk_policy(&f->desk);
    ingest_ok(&f->s, &f->desk, &(struct mo){.n = 1, .part = 1, .total = 2, .body = "satu"});
    for (int round = 0; round < 2; round++) {
        f->s.now_us += 3600 * 1000000ull;
        struct counts before = count_all(&f->s);
        size_t done = 77;
        uint64_t next;
        for (unsigned call = 1; done == 77; call++) {
            struct fault fault = {0};
            fault_at(call);
            int err = store_parts_expire(f->s.store, &policy, f->s.now_us, 1, &done, &next, &fault);
            fault_at(0);
            if (err == OK)
                break;
            assert_int_equal(err, E_IO);
            struct counts after = count_all(&f->s);
            assert_memory_equal(&before, &after, sizeof before);
        }
        assert_int_equal(done, 1);
        assert_int_equal(support_count(&f->s, T_TICKET), 1);
        assert_int_equal(support_count(&f->s, T_PART), round == 0 ? 2 : 0);
    }
}

static int ignore_parked(void *ctx, const uint8_t *key, size_t key_len, const Aduan__Record__Quarantine *q,
                         const Aduan__Record__Message *message)
{
    (void)ctx;
    (void)key;
    (void)key_len;
    (void)q;
    (void)message;
    return 0;
}

static int read_figures(struct fixture *f)
{
    struct store_stats stats;
    return store_stats(f->s.store, &stats);
}

static int read_quarantine(struct fixture *f)
{
    return store_quarantined(f->s.store, ignore_parked, NULL);
}

static int read_message(struct fixture *f)
{
    Aduan__Record__Message *message;
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    support_key(1, key);
    int err = store_message_get(f->s.store, key, sizeof key, &message);
    if (err == OK)
        message_free(message);
    return err;
}

static int read_number(struct fixture *f)
{
    uint8_t id[SEAL_ID_BYTES], number[32];
    size_t len;
    seal_sender_id(f->s.seal, "+62812000", 9, id);
    return store_sender_number(f->s.store, id, number, &len);
}

static void verbs_that_read(void **state)
{
    struct fixture *f = *state;
    static int (*const verbs[])(struct fixture *) = {read_figures, read_quarantine, read_message, read_number};
    ingest_ok(&f->s, &f->desk, &(struct mo){.n = 1, .body = "halo"});
    ingest_ok(&f->s, &f->desk, &(struct mo){.n = 2, .body = "x", .quarantine = true});
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        unsigned call = 0;
        int err;
        do {
            fault_at(++call);
            err = verbs[i](f);
            assert_int_equal(err, calls >= call ? E_IO : OK);
            fault_at(0);
        } while (err != OK);
        assert_true(call > 2);
    }
}

static void opening_and_making(void **state)
{
    struct fixture *f = *state;
    char path[160];
    for (int round = 0; round < 2; round++) {
        unsigned call = 0;
        struct store_options options = support_options(&f->s);
        store_close(f->s.store);
        f->s.store = NULL;
        snprintf(path, sizeof path, "%s/data.mdb", f->s.path);
        while (f->s.store == NULL) {
            struct fault fault = {0};
            if (round == 0)
                unlink(path); /* a new one is made each time */
            fault_at(++call);
            int err = store_open(&options, &f->s.store, &fault);
            bool reached = calls >= call;
            fault_at(0);
            assert_int_equal(err, reached ? E_IO : OK);
            assert_int_equal(fault.code, err);
        }
        assert_true(call > T_END);
        ingest_ok(&f->s, &f->desk, &(struct mo){.n = 1, .body = "halo"});
        assert_int_equal(support_count(&f->s, T_TICKET), 1);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_fixture, close_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_way_of_an_sms),
        TEST(a_set_that_expires_and_is_forgotten),
        TEST(verbs_that_read),
        TEST(opening_and_making),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
