/* SPDX-License-Identifier: BSD-2-Clause */
/* Sealing anew: in batches, beside writers, going on where it was; and what each operation of the line costs. */
#include "store_rekey.h"

#include "support_verify.h"

enum { TICKETS = 20 };

/* A store whose keys are in a file, so that there can be more of them. */
struct keyed {
    struct support s;
    char key_path[96];
};

/* A ticket, of which the log says what it is about. */
static void put_sms(struct support *s, uint32_t n)
{
    struct store_txn txn = support_write(s);
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    uint64_t ticket = support_take(&txn, &(struct support_sms){.n = n});
    support_key(n, key);
    support_event(&txn, EVENT_KIND(TICKET_CLASSIFIED), ticket, key);
    support_commit(&txn);
}

static void reopen(struct keyed *k)
{
    struct fault fault = {0};
    store_close(k->s.store);
    seal_close(k->s.seal);
    assert_int_equal(seal_open(k->key_path, &k->s.seal, &fault), OK);
    struct store_options options = support_options(&k->s);
    if (store_open(&options, &k->s.store, &fault) != OK)
        fail_msg("%s", fault.text);
}

static int open_keyed(void **state)
{
    struct keyed *k = calloc(1, sizeof *k);
    support_open(&k->s);
    snprintf(k->key_path, sizeof k->key_path, "%s/store.key", k->s.dir);
    store_close(k->s.store);
    seal_close(k->s.seal);
    k->s.store = NULL;
    k->s.seal = NULL;
    char command[160];
    snprintf(command, sizeof command, "rm -rf '%s'", k->s.path);
    assert_int_equal(system(command), 0);
    assert_int_equal(key_file_create(k->key_path, NULL), OK);
    reopen(k);
    for (uint32_t n = 1; n <= TICKETS; n++)
        put_sms(&k->s, n);
    *state = k;
    return 0;
}

static int close_keyed(void **state)
{
    struct keyed *k = *state;
    store_commit_hook = mdb_txn_commit;
    support_close(&k->s);
    free(k);
    return 0;
}

static uint16_t add_key(struct keyed *k)
{
    uint16_t id = 0;
    assert_int_equal(key_file_add(k->key_path, &id, NULL), OK);
    return id;
}

static uint64_t sealed_with(struct keyed *k, uint16_t key)
{
    struct store_key_counts counts;
    assert_int_equal(store_sealed_counts(k->s.store, &counts), OK);
    for (size_t i = 0; i < counts.n; i++)
        if (counts.by[i].key == key)
            return counts.by[i].values;
    return 0;
}

static void print_break(void *ctx, const char *id, const char *sentence)
{
    (void)ctx;
    print_error("%s: %s\n", id, sentence);
}

static void assert_verified(struct support *s)
{
    struct store_proof proof;
    assert_int_equal(store_verify(s->store, print_break, NULL, &proof), OK);
    assert_int_equal(proof.breaks, 0);
}

static struct store_rekey step(struct keyed *k, size_t max)
{
    struct store_rekey state;
    struct fault fault = {0};
    if (store_rekey_step(k->s.store, max, &state, &fault) != OK)
        fail_msg("%s", fault.text);
    return state;
}

static struct store_rekey finish(struct keyed *k)
{
    struct store_rekey state = step(k, 7);
    while (state.going_on)
        state = step(k, 7);
    return state;
}

static void everything_is_sealed_anew_in_batches(void **state)
{
    struct keyed *k = *state;
    struct store_rekey rekey;
    struct fault fault;
    uint64_t all = sealed_with(k, 1);
    assert_true(all >= 2 * TICKETS); /* a message, a ticket */
    assert_int_equal(store_rekey_state(k->s.store, &rekey), OK);
    assert_true(rekey.key == 1 && !rekey.going_on);
    uint16_t key = add_key(k);
    assert_int_equal(store_rekey_begin(k->s.store, key, &fault), OK);
    rekey = step(k, 7);
    assert_true(rekey.going_on && rekey.key == key && rekey.looked_at == 7 && rekey.resealed == 7);
    assert_int_equal(sealed_with(k, key), 7);
    rekey = finish(k);
    assert_int_equal(rekey.resealed, all);
    assert_int_equal(rekey.unopened, 0);
    assert_int_equal(rekey.looked_at, rekey.total);
    assert_int_equal(sealed_with(k, key), all);
    assert_int_equal(sealed_with(k, 1), 0);
    assert_int_equal(store_rekey_state(k->s.store, &rekey), OK);
    assert_false(rekey.going_on);
    assert_verified(&k->s);
    /* the old key may go */
    assert_int_equal(key_file_drop(k->key_path, 1, &fault), OK);
    reopen(k);
    assert_verified(&k->s);
    put_sms(&k->s, TICKETS + 1);
    assert_verified(&k->s);
}

static void another_handle_goes_on_where_it_was(void **state)
{
    struct keyed *k = *state;
    struct fault fault;
    uint64_t all = sealed_with(k, 1);
    uint16_t key = add_key(k);
    assert_int_equal(store_rekey_begin(k->s.store, key, &fault), OK);
    step(k, 11);
    store_commit_hook = support_commit_fails; /* as good as killed */
    struct store_rekey rekey;
    assert_int_equal(store_rekey_step(k->s.store, 5, &rekey, &fault), E_FULL);
    store_commit_hook = mdb_txn_commit;
    reopen(k);
    assert_int_equal(store_rekey_state(k->s.store, &rekey), OK);
    assert_true(rekey.going_on && rekey.looked_at == 11 && rekey.resealed == 11);
    rekey = finish(k);
    assert_true(rekey.looked_at == rekey.total && rekey.resealed == all);
    assert_int_equal(sealed_with(k, 1), 0);
}

/* Whoever writes meanwhile seals with the new key, wherever the pass is, and nothing is left behind it. */
static void writers_follow_at_once(void **state)
{
    struct keyed *k = *state;
    struct fault fault;
    uint16_t key = add_key(k);
    uint64_t old = sealed_with(k, 1);
    assert_int_equal(seal_newest(k->s.seal), 1); /* this process has not looked at the file again */
    assert_int_equal(store_rekey_begin(k->s.store, key, &fault), OK);
    step(k, 30);
    for (uint32_t n = 0; n < 10; n++)
        put_sms(&k->s, 1000 + n);
    assert_true(sealed_with(k, 1) <= old - 30);
    finish(k);
    assert_int_equal(sealed_with(k, 1), 0);
    assert_verified(&k->s);
    /* and where no pass is, one that comes later than the last row */
    put_sms(&k->s, 2000);
    assert_int_equal(sealed_with(k, 1), 0);
}

static void a_pass_to_another_key_begins_again(void **state)
{
    struct keyed *k = *state;
    struct fault fault;
    uint16_t two = add_key(k), three;
    assert_int_equal(store_rekey_begin(k->s.store, two, &fault), OK);
    step(k, 30);
    three = add_key(k);
    assert_int_equal(store_rekey_begin(k->s.store, three, &fault), OK);
    struct store_rekey rekey = finish(k);
    assert_int_equal(rekey.key, three);
    assert_true(sealed_with(k, 1) == 0 && sealed_with(k, two) == 0);
    assert_verified(&k->s);
}

static void what_does_not_open_is_counted_and_left(void **state)
{
    struct keyed *k = *state;
    struct support *s = &k->s;
    struct fault fault;
    struct row row = row_at(s, T_IDENTITY, 3);
    EDIT_BOX(s, row, r->sealed.data[30]++);
    uint16_t key = add_key(k);
    assert_int_equal(store_rekey_begin(s->store, key, &fault), OK);
    struct store_rekey rekey = finish(k);
    assert_int_equal(rekey.unopened, 1);
    assert_int_equal(sealed_with(k, 1), 1);
}

static void keep_sentence(void *ctx, const char *id, const char *sentence)
{
    if (strcmp(id, "identity.sealed") == 0)
        snprintf(ctx, 256, "%s", sentence);
}

static void a_key_that_went_too_early_is_said(void **state)
{
    struct keyed *k = *state;
    struct fault fault;
    struct store_proof proof;
    char sentence[256] = "";
    assert_int_equal(store_rekey_begin(k->s.store, add_key(k), &fault), OK);
    assert_int_equal(key_file_drop(k->key_path, 1, &fault), OK);
    reopen(k);
    assert_int_equal(store_verify(k->s.store, keep_sentence, sentence, &proof), OK);
    assert_true(proof.breaks > 0);
    assert_non_null(strstr(sentence, "sealed with key 1"));
    assert_true(finish(k).unopened > 0);
}

static void what_cannot_begin_is_said(void **state)
{
    struct keyed *k = *state;
    struct fault fault;
    struct store_rekey rekey;
    assert_int_equal(store_rekey_begin(k->s.store, 9, &fault), E_KEY);
    assert_non_null(strstr(fault.text, "no key 9"));
    assert_false(step(k, 10).going_on); /* nothing to do */
    store_commit_hook = support_commit_fails;
    assert_int_equal(store_rekey_begin(k->s.store, 1, &fault), E_FULL);
    store_commit_hook = mdb_txn_commit;
    meta(&k->s, "rekey", "short", 5);
    assert_int_equal(store_rekey_state(k->s.store, &rekey), E_CORRUPT);
    assert_int_equal(store_rekey_step(k->s.store, 1, &rekey, &fault), E_CORRUPT);
    static const char beyond[25] = {[24] = 99};
    meta(&k->s, "rekey", beyond, sizeof beyond);
    assert_int_equal(store_rekey_state(k->s.store, &rekey), E_CORRUPT);
    meta(&k->s, "rekey", NULL, 0);
    meta(&k->s, "seal_key", "x", 1);
    assert_int_equal(store_rekey_state(k->s.store, &rekey), E_CORRUPT);
    assert_int_equal(store_rekey_begin(k->s.store, 1, &fault), E_CORRUPT);
}

static void a_row_that_went_meanwhile_is_passed_over(void **state)
{
    struct keyed *k = *state;
    struct fault fault;
    assert_int_equal(store_rekey_begin(k->s.store, add_key(k), &fault), OK);
    struct row last = row_at(&k->s, T_IDENTITY, 4);
    step(k, 5);
    struct store_txn txn = support_write(&k->s);
    assert_int_equal(txn_del(&txn, T_IDENTITY, last.key, last.key_len), OK);
    txn.identities--;
    support_commit(&txn);
    struct store_rekey rekey = finish(k);
    assert_int_equal(rekey.unopened, 0);
    assert_int_equal(rekey.looked_at, rekey.total + 1);
    assert_int_equal(sealed_with(k, 1), 0);
    meta(&k->s, "seal_key", NULL, 0);
    assert_int_equal(store_rekey_state(k->s.store, &rekey), E_NOT_FOUND);
}

static void a_row_that_is_none_ends_it(void **state)
{
    struct keyed *k = *state;
    struct fault fault;
    struct store_rekey rekey;
    uint8_t long_key[RECORD_KEY_MAX + 1] = {0};
    struct store_txn txn = support_write(&k->s);
    assert_int_equal(txn_put(&txn, T_IDENTITY, long_key, sizeof long_key, "", 0), OK);
    support_commit(&txn);
    assert_int_equal(store_rekey_begin(k->s.store, add_key(k), &fault), OK);
    int err = OK;
    do
        err = store_rekey_step(k->s.store, 7, &rekey, &fault);
    while (err == OK && rekey.going_on);
    assert_int_equal(err, E_CORRUPT);
    assert_non_null(strstr(fault.text, "sealing anew"));
}

static void a_store_that_is_only_read_stays_as_it_is(void **state)
{
    struct keyed *k = *state;
    struct fault fault;
    struct store_rekey rekey;
    uint16_t key = add_key(k);
    assert_int_equal(store_rekey_begin(k->s.store, key, &fault), OK);
    store_close(k->s.store);
    struct store_options options = support_options(&k->s);
    options.read_only = true;
    assert_int_equal(store_open(&options, &k->s.store, NULL), OK);
    assert_int_equal(store_rekey_begin(k->s.store, key, &fault), E_STATE);
    assert_int_equal(store_rekey_step(k->s.store, 7, &rekey, &fault), E_STATE);
    assert_int_equal(store_rekey_state(k->s.store, &rekey), OK);
    assert_true(rekey.going_on && rekey.looked_at == 0);
}

static void more_keys_than_there_can_be_are_counted_together(void **state)
{
    struct store_key_counts counts = {0};
    (void)state;
    for (uint16_t key = 100; key > 100 - KEY_FILE_KEYS_MAX; key--)
        store_key_count_add(&counts, key);
    store_key_count_add(&counts, 100);
    store_key_count_add(&counts, 3);
    store_key_count_add(&counts, 300);
    assert_int_equal(counts.n, KEY_FILE_KEYS_MAX);
    assert_int_equal(counts.other, 2);
    assert_int_equal(counts.by[0].key, 100 - KEY_FILE_KEYS_MAX + 1);
    assert_int_equal(counts.by[KEY_FILE_KEYS_MAX - 1].values, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_keyed, close_keyed)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(everything_is_sealed_anew_in_batches),
        TEST(another_handle_goes_on_where_it_was),
        TEST(writers_follow_at_once),
        TEST(a_pass_to_another_key_begins_again),
        TEST(what_does_not_open_is_counted_and_left),
        TEST(a_key_that_went_too_early_is_said),
        TEST(what_cannot_begin_is_said),
        TEST(a_row_that_went_meanwhile_is_passed_over),
        TEST(a_row_that_is_none_ends_it),
        TEST(a_store_that_is_only_read_stays_as_it_is),
        cmocka_unit_test(more_keys_than_there_can_be_are_counted_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
