/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How much the store costs over LMDB itself. Each round takes the same messages into a fresh store, batch by batch,
 * while every mdb_put, mdb_del and commit that comes of it is written down (-Wl,--wrap); then a second environment is
 * given exactly those, keys and lengths and order and commits alike, with nothing around them. Prints one line of JSON;
 * "ratio" is the store's rate over raw LMDB's in the same round, cpu_us are per message.
 *
 *   store [--messages 20000] [--batch 256] [--rounds 3] [--dir /var/tmp] [--whole-life] [--problems 1]
 *
 * By default a message is taken in. With --whole-life its reply is claimed, accepted, sent and delivered too, each of
 * which is a transaction of its own for the whole batch. The SMS report --problems problems, each in its turn, and so
 * join as many incidents; 0: what a desk without incidents costs.
 */
#include "clock.h"
#include "lives.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROUNDS_MAX = 99, MAP_BYTES_A_MESSAGE = 16384, VALUE_MAX = 65536 };

static struct options {
    size_t messages, batch, rounds;
    const char *dir;
    bool whole_life;
} options = {.messages = 20000, .batch = 256, .rounds = 3, .dir = "/var/tmp"};

static void lmdb(int rc, const char *what)
{
    if (rc != MDB_SUCCESS)
        die(what, mdb_strerror(rc));
}

/* --- what the store asks of LMDB ------------------------------------------------------------------------------ */

struct step {
    enum { STEP_PUT, STEP_DEL, STEP_COMMIT } what;
    MDB_dbi table;
    unsigned flags;
    size_t key_at, key_len, len;
};

static struct recording {
    bool on;
    struct step *steps;
    size_t count, room;
    uint8_t *keys;
    size_t keys_len, keys_room;
} recording;

int __real_mdb_put(MDB_txn *txn, MDB_dbi table, MDB_val *key, MDB_val *val, unsigned flags);
int __real_mdb_del(MDB_txn *txn, MDB_dbi table, MDB_val *key, MDB_val *val);
int __real_mdb_txn_commit(MDB_txn *txn);
int __wrap_mdb_put(MDB_txn *txn, MDB_dbi table, MDB_val *key, MDB_val *val, unsigned flags);
int __wrap_mdb_del(MDB_txn *txn, MDB_dbi table, MDB_val *key, MDB_val *val);
int __wrap_mdb_txn_commit(MDB_txn *txn);

static void grow(void *list, size_t *room, size_t need, size_t size)
{
    void *memory;
    if (need <= *room)
        return;
    *room = need * 2 + 4096;
    memcpy(&memory, list, sizeof memory);
    memory = realloc(memory, *room * size);
    if (!memory)
        abort();
    memcpy(list, &memory, sizeof memory);
}

static void record(struct step step, const MDB_val *key)
{
    struct recording *r = &recording;
    if (!r->on)
        return;
    grow(&r->steps, &r->room, r->count + 1, sizeof *r->steps);
    step.key_at = r->keys_len;
    step.key_len = key ? key->mv_size : 0;
    grow(&r->keys, &r->keys_room, r->keys_len + step.key_len, 1);
    if (key)
        memcpy(r->keys + r->keys_len, key->mv_data, key->mv_size);
    r->keys_len += step.key_len;
    r->steps[r->count++] = step;
}

int __wrap_mdb_put(MDB_txn *txn, MDB_dbi table, MDB_val *key, MDB_val *val, unsigned flags)
{
    /* Reserved or copied, the value fills the same place. */
    record((struct step){.what = STEP_PUT, .table = table, .flags = flags & MDB_APPEND, .len = val->mv_size}, key);
    return __real_mdb_put(txn, table, key, val, flags);
}

int __wrap_mdb_del(MDB_txn *txn, MDB_dbi table, MDB_val *key, MDB_val *val)
{
    record((struct step){.what = STEP_DEL, .table = table}, key);
    return __real_mdb_del(txn, table, key, val);
}

int __wrap_mdb_txn_commit(MDB_txn *txn)
{
    if (recording.count > 0 && recording.steps[recording.count - 1].what != STEP_COMMIT)
        record((struct step){.what = STEP_COMMIT}, NULL);
    return __real_mdb_txn_commit(txn);
}

/* --- the store ---------------------------------------------------------------------------------------------- */

struct cost {
    double per_s, cpu_us;
};

static double cpu_seconds(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static struct cost cost_since(uint64_t start_us, double cpu)
{
    return (struct cost){.per_s = (double)options.messages * 1e6 / (double)(clock_now_us() - start_us),
                         .cpu_us = (cpu_seconds() - cpu) * 1e6 / (double)options.messages};
}

static struct cost run_store(struct store *store, const struct sms *all)
{
    double cpu = cpu_seconds();
    uint64_t start = clock_now_us();
    for (size_t at = 0; at < options.messages; at += options.batch) {
        size_t n = options.messages - at < options.batch ? options.messages - at : options.batch;
        lives_take_in(store, all + at, n);
        if (options.whole_life)
            lives_answer(store, n);
    }
    return cost_since(start, cpu);
}

/* --- raw LMDB ----------------------------------------------------------------------------------------------- */

static MDB_env *raw_open(const char *dir, uint64_t map_bytes)
{
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi table;
    char name[16];
    lmdb(mdb_env_create(&env), "mdb_env_create");
    lmdb(mdb_env_set_maxdbs(env, T_END), "maxdbs");
    lmdb(mdb_env_set_mapsize(env, map_bytes), "mapsize");
    lmdb(mdb_env_open(env, dir, MDB_NOTLS, 0600), "mdb_env_open");
    lmdb(mdb_txn_begin(env, NULL, 0, &txn), "begin");
    /* LMDB numbers tables in the order they are opened: these have the numbers of the store's. */
    for (int i = 0; i < T_END; i++) {
        snprintf(name, sizeof name, "t%d", i);
        lmdb(mdb_dbi_open(txn, name, MDB_CREATE, &table), "open");
    }
    lmdb(mdb_txn_commit(txn), "commit");
    return env;
}

static void raw_step(MDB_txn *txn, const struct step *step)
{
    static uint8_t value[VALUE_MAX];
    MDB_val key = {step->key_len, recording.keys + step->key_at}, val = {step->len, value};
    if (step->what == STEP_PUT)
        lmdb(mdb_put(txn, step->table, &key, &val, step->flags), "put");
    else
        (void)mdb_del(txn, step->table, &key, NULL); /* the store too finds some gone */
}

static struct cost run_raw(const char *dir, uint64_t map_bytes)
{
    MDB_env *env = raw_open(dir, map_bytes);
    MDB_txn *txn = NULL;
    double cpu = cpu_seconds();
    uint64_t start = clock_now_us();
    for (size_t i = 0; i < recording.count; i++) {
        const struct step *step = &recording.steps[i];
        if (!txn)
            lmdb(mdb_txn_begin(env, NULL, 0, &txn), "begin");
        if (step->what != STEP_COMMIT) {
            raw_step(txn, step);
            continue;
        }
        lmdb(mdb_txn_commit(txn), "commit");
        txn = NULL;
    }
    struct cost cost = cost_since(start, cpu);
    mdb_env_close(env);
    return cost;
}

/* --- rounds ------------------------------------------------------------------------------------------------- */

struct result {
    struct cost store, raw;
    double ratio;
    size_t steps;
};

static void make_dir(char *out, size_t size, const char *parent, const char *name)
{
    snprintf(out, size, "%s/%s", parent, name);
    if (mkdir(out, 0700) != 0)
        die(out, strerror(errno));
}

static void remove_env(const char *dir)
{
    static const char *const files[] = {"data.mdb", "lock.mdb"};
    char path[4096];
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, files[i]);
        unlink(path);
    }
    rmdir(dir);
}

static struct result run_round(const char *dir, const struct seal *seal, const struct sms *all)
{
    char ours[2048], theirs[2048];
    make_dir(ours, sizeof ours, dir, "store");
    make_dir(theirs, sizeof theirs, dir, "raw");
    const struct store_options open_options = {
        .dir = ours, .map_bytes = (64 << 20) + options.messages * MAP_BYTES_A_MESSAGE, .seal = seal, .create = true};
    struct store *store;
    struct fault fault;
    struct result result;
    if (store_open(&open_options, &store, &fault) != OK)
        die("store_open", fault.text);
    recording.count = recording.keys_len = 0;
    recording.on = true;
    result.store = run_store(store, all);
    recording.on = false;
    store_close(store);
    result.raw = run_raw(theirs, open_options.map_bytes);
    result.ratio = result.store.per_s / result.raw.per_s;
    result.steps = recording.count / options.messages;
    remove_env(ours);
    remove_env(theirs);
    return result;
}

static int by_ratio(const void *a, const void *b)
{
    double x = ((const struct result *)a)->ratio, y = ((const struct result *)b)->ratio;
    return (x > y) - (x < y);
}

static void parse(int argc, char **argv)
{
    static const struct option names[] = {{"messages", required_argument, NULL, 'm'},
                                          {"batch", required_argument, NULL, 'b'},
                                          {"rounds", required_argument, NULL, 'r'},
                                          {"dir", required_argument, NULL, 'd'},
                                          {"whole-life", no_argument, NULL, 'w'},
                                          {"problems", required_argument, NULL, 'p'},
                                          {0}};
    for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
        if (c == 'm')
            options.messages = strtoul(optarg, NULL, 10);
        else if (c == 'b')
            options.batch = strtoul(optarg, NULL, 10);
        else if (c == 'r')
            options.rounds = strtoul(optarg, NULL, 10);
        else if (c == 'd')
            options.dir = optarg;
        else if (c == 'w')
            options.whole_life = true;
        else if (c == 'p')
            lives_problems = strtoul(optarg, NULL, 10);
        else
            exit(2);
    }
    if (options.messages == 0 || options.batch == 0 || options.rounds == 0 || options.rounds > ROUNDS_MAX)
        die("arguments", "--messages, --batch and --rounds (at most 99) are numbers from 1 on");
}

int main(int argc, char **argv)
{
    static const uint8_t key[SEAL_KEY_BYTES] = {1};
    struct result results[ROUNDS_MAX];
    struct seal *seal;
    char dir[1024];
    parse(argc, argv);
    snprintf(dir, sizeof dir, "%s/aduan-bench-XXXXXX", options.dir);
    if (!mkdtemp(dir))
        die(dir, strerror(errno));
    core(seal_from_bytes(key, &seal), "seal");
    struct sms *all = lives_make(0, options.messages);
    for (size_t i = 0; i < options.rounds; i++)
        results[i] = run_round(dir, seal, all);
    qsort(results, options.rounds, sizeof results[0], by_ratio);
    const struct result *median = &results[options.rounds / 2];
    const struct seal_count crypto = seal_counts(seal);
    double taken = (double)options.messages * (double)options.rounds;
    printf("{\"bench\": \"store\", \"messages\": %zu, \"batch\": %zu, \"rounds\": %zu, \"puts_per_message\": %zu, "
           "\"store_per_s\": %.0f, \"raw_lmdb_per_s\": %.0f, \"store_cpu_us\": %.2f, \"raw_cpu_us\": %.2f, "
           "\"ratio\": %.3f, \"ratio_min\": %.3f, \"ratio_max\": %.3f, \"seals_per_message\": %.2f, "
           "\"opens_per_message\": %.2f}\n",
           options.messages, options.batch, options.rounds, median->steps, median->store.per_s, median->raw.per_s,
           median->store.cpu_us, median->raw.cpu_us, median->ratio, results[0].ratio, results[options.rounds - 1].ratio,
           (double)crypto.sealed / taken, (double)crypto.opened / taken);
    free(all);
    seal_close(seal);
    rmdir(dir);
    return 0;
}
