/* SPDX-License-Identifier: BSD-2-Clause */
/* Integrators and cursors at rest: what may be registered, what revoking does, what is kept of a confirmation, and the
 * proof. */
#include "support_verify.h"

#include "store_integrator.h"

typedef Aduan__Record__Integrator Integrator;

static int setup(void **state)
{
    struct support *s = malloc(sizeof *s);
    support_open(s);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    support_close(*state);
    free(*state);
    return 0;
}

static void key_of(uint8_t n, uint8_t key[STORE_INTEGRATOR_KEY_BYTES])
{
    memset(key, n, STORE_INTEGRATOR_KEY_BYTES);
}

static int add(struct support *s, uint8_t n, const char *name, const char *tier, const char *agency,
               struct fault *fault)
{
    uint8_t key[STORE_INTEGRATOR_KEY_BYTES];
    Integrator integrator = ADUAN__RECORD__INTEGRATOR__INIT;
    key_of(n, key);
    integrator.name = (char *)name;
    integrator.tier = (char *)tier;
    integrator.agency = (char *)agency;
    integrator.rate = n;
    *fault = (struct fault){0};
    return store_integrator_add(s->store, key, &integrator, s->now_us, fault);
}

static uint64_t generation(struct support *s)
{
    uint64_t out;
    assert_int_equal(store_integrators_generation(s->store, &out), OK);
    return out;
}

struct seen {
    char names[256];
    int stop;
};

static int see(void *ctx, const uint8_t *key, const Integrator *integrator)
{
    struct seen *seen = ctx;
    size_t len = strlen(seen->names);
    snprintf(seen->names + len, sizeof seen->names - len, "%d:%s:%s%s ", key[0], integrator->name, integrator->tier,
             integrator->revoked_us ? ":revoked" : "");
    return seen->stop;
}

static void one_is_registered_found_and_revoked(void **state)
{
    struct support *s = *state;
    struct fault fault;
    struct seen seen = {0};
    uint8_t key[STORE_INTEGRATOR_KEY_BYTES];
    Integrator *found;
    assert_true(generation(s) == 0);
    assert_int_equal(add(s, 2, "acme", "public", "", &fault), OK);
    assert_int_equal(add(s, 1, "dpupr", "agency", "dpupr", &fault), OK);
    assert_true(generation(s) == 2);
    key_of(2, key);
    assert_int_equal(store_integrator_get(s->store, key, &found), OK);
    assert_string_equal(found->name, "acme");
    assert_true(found->added_us == s->now_us && found->revoked_us == 0 && found->rate == 2);
    aduan__record__integrator__free_unpacked(found, NULL);
    key_of(3, key);
    assert_int_equal(store_integrator_get(s->store, key, &found), E_NOT_FOUND);
    assert_int_equal(store_integrator_revoke(s->store, "acme", s->now_us + 5, &fault), OK);
    assert_true(generation(s) == 3);
    assert_int_equal(store_integrators(s->store, see, &seen), OK);
    assert_string_equal(seen.names, "1:dpupr:agency 2:acme:public:revoked ");
    seen = (struct seen){.stop = 1};
    assert_int_equal(store_integrators(s->store, see, &seen), OK);
    assert_string_equal(seen.names, "1:dpupr:agency ");
}

static void what_is_no_integrator_is_refused(void **state)
{
    static const struct {
        const char *name, *tier, *agency;
        int err;
        const char *sentence;
    } cases[] = {{"Acme", "public", "", E_INVALID, "no name for an integrator"},
                 {"", "public", "", E_INVALID, "no name for an integrator"},
                 {"full", "public", "", E_INVALID, "the desk's own"},
                 {"a23456789012345678901234567890123", "public", "", E_INVALID, "no name"},
                 {"new", "secret", "", E_INVALID, "it is public, agency or full"},
                 {"new", "agency", "", E_INVALID, "goes with an agency"},
                 {"new", "public", "dpupr", E_INVALID, "only that tier"},
                 {"new", "agency", "12345678901234567890123456789012345678901234567890123456789012345", E_INVALID,
                  "goes with an agency"},
                 {"acme", "public", "", E_EXISTS, "a name is given once"},
                 {"gone", "public", "", E_EXISTS, "a name is given once"},
                 {"acme-two", "public", "", E_EXISTS, "acme-two and acme begin alike"},
                 {"ac", "public", "", E_EXISTS, "ac and acme begin alike"}};
    struct support *s = *state;
    struct fault fault;
    assert_int_equal(add(s, 1, "acme", "public", "", &fault), OK);
    assert_int_equal(add(s, 2, "gone", "public", "", &fault), OK);
    assert_int_equal(store_integrator_revoke(s->store, "gone", s->now_us, &fault), OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int err = add(s, 9, cases[i].name, cases[i].tier, cases[i].agency, &fault);
        if (err != cases[i].err || !strstr(fault.text, cases[i].sentence))
            fail_msg("case %zu: %d \"%s\"", i, err, fault.text);
    }
    assert_int_equal(add(s, 2, "other", "public", "", &fault), E_EXISTS);
    assert_non_null(strstr(fault.text, "this key"));
    assert_int_equal(store_integrator_revoke(s->store, "gone", s->now_us, &fault), E_STATE);
    assert_int_equal(store_integrator_revoke(s->store, "nobody", s->now_us, &fault), E_NOT_FOUND);
    assert_true(generation(s) == 3);
}

static void there_is_an_end_to_integrators(void **state)
{
    struct support *s = *state;
    struct fault fault;
    struct store_txn txn = support_write(s);
    for (uint32_t n = 0; n < STORE_INTEGRATORS_MAX; n++) {
        Integrator integrator = ADUAN__RECORD__INTEGRATOR__INIT;
        uint8_t key[STORE_INTEGRATOR_KEY_BYTES] = {0};
        char name[16];
        snprintf(name, sizeof name, "i%04u", n);
        put_be32(key, n);
        integrator.version = RECORD_VERSION;
        integrator.name = name;
        integrator.tier = "public";
        assert_int_equal(txn_put_record(&txn, T_INTEGRATOR, key, sizeof key, &integrator.base), OK);
    }
    support_commit(&txn);
    assert_int_equal(add(s, 77, "late", "public", "", &fault), E_FULL);
}

/* --- cursors ------------------------------------------------------------------------------------------------ */

static struct store_cursor cursor_at(const char *view, const char *name, uint64_t sequence)
{
    struct store_cursor cursor = {.view = view, .name = name, .sequence = sequence};
    memset(cursor.epoch, 7, sizeof cursor.epoch);
    return cursor;
}

static void what_was_confirmed_last_is_kept(void **state)
{
    struct support *s = *state;
    struct fault fault = {0};
    struct store_cursor both[] = {cursor_at("acme", "app", 5), cursor_at("acme", "backup", 6)};
    struct store_cursor read = cursor_at("acme", "app", 0);
    assert_int_equal(store_cursor_get(s->store, &read), E_NOT_FOUND);
    assert_int_equal(store_cursors_confirm(s->store, both, 2, s->now_us, &fault), OK);
    assert_int_equal(store_cursor_get(s->store, &read), OK);
    assert_true(read.sequence == 5 && read.epoch[0] == 7);
    both[0].sequence = 3; /* back again: as he likes */
    both[1].sequence = 9;
    assert_int_equal(store_cursors_confirm(s->store, both, 2, s->now_us, &fault), OK);
    assert_int_equal(store_cursor_get(s->store, &read), OK);
    assert_true(read.sequence == 3);
    read = cursor_at("acm", "e", 0);
    assert_int_equal(store_cursor_get(s->store, &read), E_NOT_FOUND);
    read = cursor_at("other", "app", 0);
    assert_int_equal(store_cursor_get(s->store, &read), E_NOT_FOUND);
}

static void a_view_has_sixty_four_cursors(void **state)
{
    struct support *s = *state;
    struct fault fault = {0};
    struct store_cursor cursors[STORE_CURSORS_MAX + 2];
    char names[STORE_CURSORS_MAX + 2][16];
    for (size_t i = 0; i < STORE_CURSORS_MAX + 2; i++) {
        snprintf(names[i], sizeof names[i], "c%zu", i);
        cursors[i] = cursor_at(i == STORE_CURSORS_MAX + 1 ? "acme2" : "acme", names[i], 1);
    }
    assert_int_equal(store_cursors_confirm(s->store, cursors, STORE_CURSORS_MAX + 2, s->now_us, &fault), OK);
    assert_int_equal(cursors[STORE_CURSORS_MAX - 1].err, OK);
    assert_int_equal(cursors[STORE_CURSORS_MAX].err, E_FULL);
    assert_int_equal(cursors[STORE_CURSORS_MAX + 1].err, OK); /* another view */
    assert_int_equal(store_cursors_confirm(s->store, cursors, 1, s->now_us, &fault), OK);
    assert_int_equal(cursors[0].err, OK); /* one that is there already */
}

static void names_of_cursors(void **state)
{
    char longest[STORE_CURSOR_NAME_MAX + 2] = "";
    (void)state;
    memset(longest, 'x', STORE_CURSOR_NAME_MAX);
    assert_true(store_cursor_name_valid("app.1/x") && store_cursor_name_valid(longest));
    longest[STORE_CURSOR_NAME_MAX] = 'x';
    assert_false(store_cursor_name_valid(longest) || store_cursor_name_valid("") || store_cursor_name_valid("a b") ||
                 store_cursor_name_valid("\x7f") || store_cursor_name_valid("é"));
}

static void a_write_that_fails_changes_nothing(void **state)
{
    struct support *s = *state;
    struct fault fault;
    struct store_cursor cursor = cursor_at("acme", "app", 5);
    assert_int_equal(add(s, 1, "acme", "public", "", &fault), OK);
    store_commit_hook = support_commit_fails;
    assert_int_equal(add(s, 2, "two", "public", "", &fault), E_FULL);
    assert_int_equal(store_integrator_revoke(s->store, "acme", s->now_us, &fault), E_FULL);
    assert_int_equal(store_cursors_confirm(s->store, &cursor, 1, s->now_us, &fault), E_FULL);
    store_commit_hook = mdb_txn_commit;
    struct seen seen = {0};
    assert_int_equal(store_integrators(s->store, see, &seen), OK);
    assert_string_equal(seen.names, "1:acme:public ");
    assert_int_equal(store_cursor_get(s->store, &cursor), E_NOT_FOUND);
}

static void what_is_damaged_is_said_to_be(void **state)
{
    struct support *s = *state;
    struct fault fault;
    uint8_t key[STORE_INTEGRATOR_KEY_BYTES] = {1};
    Integrator *found;
    uint64_t out;
    struct store_cursor cursor = cursor_at("acme", "app", 0);
    Aduan__Record__Cursor row = ADUAN__RECORD__CURSOR__INIT;
    row.version = RECORD_VERSION;
    struct store_txn txn = support_write(s);
    assert_int_equal(txn_put(&txn, T_INTEGRATOR, key, sizeof key, "\xff", 1), OK);
    assert_int_equal(txn_put(&txn, T_META, "integrators", 11, "x", 1), OK);
    assert_int_equal(txn_put_record(&txn, T_CURSOR, "acme\0app", 8, &row.base), OK);
    support_commit(&txn);
    assert_int_equal(store_integrator_get(s->store, key, &found), E_CORRUPT);
    assert_int_equal(store_integrators(s->store, see, &(struct seen){0}), E_CORRUPT);
    assert_int_equal(store_integrators_generation(s->store, &out), E_CORRUPT);
    assert_int_equal(store_cursor_get(s->store, &cursor), E_CORRUPT);
    assert_int_equal(add(s, 5, "five", "public", "", &fault), E_CORRUPT);
    assert_int_equal(store_integrator_revoke(s->store, "acme", s->now_us, &fault), E_CORRUPT);
}

static void a_second_handle_is_the_same_store(void **state)
{
    struct support *s = *state;
    struct fault fault;
    struct store *other = store_share(s->store);
    struct store_cursor cursor = cursor_at("acme", "app", 4);
    assert_int_equal(store_cursors_confirm(other, &cursor, 1, s->now_us, &fault), OK);
    store_close(other);
    cursor.sequence = 0;
    assert_int_equal(store_cursor_get(s->store, &cursor), OK);
    assert_true(cursor.sequence == 4);
}

/* --- the proof ---------------------------------------------------------------------------------------------- */

static void put_cursor(struct store_txn *txn, const void *key, size_t len, const void *epoch, uint64_t sequence)
{
    Aduan__Record__Cursor row = ADUAN__RECORD__CURSOR__INIT;
    row.version = RECORD_VERSION;
    row.epoch = support_bytes(epoch, epoch ? STORE_EPOCH_BYTES : 0);
    row.sequence = sequence;
    assert_int_equal(txn_put_record(txn, T_CURSOR, key, len, &row.base), OK);
}

static void the_proof_sees_each_break(void **state)
{
    struct support *s = *state;
    struct fault fault;
    struct breaks breaks;
    static const uint8_t old[STORE_EPOCH_BYTES] = {1};
    assert_int_equal(add(s, 1, "acme", "public", "", &fault), OK);
    struct store_txn txn = support_write(s);
    put_cursor(&txn, "acme\0app", 8, s->store->epoch, 0);
    put_cursor(&txn, "acme\0old", 8, old, 99);
    support_commit(&txn);
    if (prove(s, &breaks).breaks != 0)
        fail_msg("%s", breaks.ids);
    txn = support_write(s);
    put_cursor(&txn, "acme\0a", 6, s->store->epoch, 1);
    put_cursor(&txn, "acme\0b", 6, NULL, 0);
    put_cursor(&txn, "acme", 4, old, 1);
    put_cursor(&txn, "acme\0", 5, old, 1);
    put_cursor(&txn, "A\0x", 3, old, 1);
    assert_int_equal(txn_put(&txn, T_CURSOR, "z\0z", 3, "\xff", 1), OK);
    for (uint8_t n = 2; n < 4; n++) {
        Integrator integrator = ADUAN__RECORD__INTEGRATOR__INIT;
        uint8_t key[STORE_INTEGRATOR_KEY_BYTES] = {n};
        integrator.version = RECORD_VERSION;
        integrator.name = n == 2 ? "acme" : "Bad";
        integrator.tier = "public";
        assert_int_equal(txn_put_record(&txn, T_INTEGRATOR, key, sizeof key, &integrator.base), OK);
    }
    support_commit(&txn);
    assert_true(prove(s, &breaks).breaks == 8);
    assert_string_equal(breaks.ids, "[integrator.name] [integrator.invalid] [cursor.key] [cursor.key] [cursor.key] "
                                    "[cursor.ahead] [cursor.epoch] [cursor.unreadable] ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_is_registered_found_and_revoked), TEST(what_is_no_integrator_is_refused),
        TEST(there_is_an_end_to_integrators),      TEST(what_was_confirmed_last_is_kept),
        TEST(a_view_has_sixty_four_cursors),       TEST(names_of_cursors),
        TEST(a_write_that_fails_changes_nothing),  TEST(what_is_damaged_is_said_to_be),
        TEST(a_second_handle_is_the_same_store),   TEST(the_proof_sees_each_break),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
