/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How much store_ingest costs over LMDB itself. Each round takes the same messages into a fresh store, batch by batch,
 * and then puts the very rows that came of it into a second environment with plain mdb_put, in the same order and the
 * same batches. Prints one line of JSON; "ratio" is the store's rate over raw LMDB's in the same round.
 *
 *   store [--messages 20000] [--batch 256] [--rounds 3] [--dir /var/tmp]
 */
#include "clock.h"
#include "record_fields.h"
#include "store_priv.h"
#include "uuid.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROUNDS_MAX = 99, MAP_BYTES_A_MESSAGE = 8192 };

static struct options {
    size_t messages, batch, rounds;
    const char *dir;
} options = {20000, 256, 3, "/var/tmp"};

struct sms {
    Aduan__Wire__Sms wire;
    uint8_t uuid[UUID_BYTES];
    char sender[16];
};

/* A row as it came to rest in the store. */
struct row {
    enum store_table table;
    size_t key_len, len;
    uint8_t *bytes; /* key, then value */
};

struct rows {
    struct row *items;
    size_t count, room;
};

static _Noreturn void die(const char *what, const char *why)
{
    fprintf(stderr, "store bench: %s: %s\n", what, why);
    exit(1);
}

static void lmdb(int rc, const char *what)
{
    if (rc != MDB_SUCCESS)
        die(what, mdb_strerror(rc));
}

static void core(int err, const char *what)
{
    if (err != OK)
        die(what, err_name(err));
}

/* --- input -------------------------------------------------------------------------------------------------- */

static const char body[] =
    "Jalan berlubang di depan pasar Grogolan, Pekalongan. Mohon diperbaiki, sudah ada dua korban "
    "jatuh minggu ini. Terima kasih.";

static struct sms *make_messages(void)
{
    struct sms *all = record_alloc(options.messages * sizeof *all);
    for (size_t i = 0; i < options.messages; i++) {
        struct sms *sms = &all[i];
        aduan__wire__sms__init(&sms->wire);
        uuid_random(sms->uuid);
        snprintf(sms->sender, sizeof sms->sender, "+6281%09u", (unsigned)i % 1000000000);
        sms->wire.uuid = (ProtobufCBinaryData){UUID_BYTES, sms->uuid};
        sms->wire.time = 1800000000u + (uint32_t)(i / 5000);
        sms->wire.sender = (ProtobufCBinaryData){strlen(sms->sender), (uint8_t *)sms->sender};
        sms->wire.receiver = (ProtobufCBinaryData){4, (uint8_t *)"1708"};
        sms->wire.body = (ProtobufCBinaryData){sizeof body - 1, (uint8_t *)body};
        sms->wire.smsc_id = (ProtobufCBinaryData){4, (uint8_t *)"tsel"};
        sms->wire.bearerbox = "main";
    }
    return all;
}

/* As the classifier brings it: decoded and decided before the transaction. */
static int never_asked(void *ctx, const struct desk_sms *sms, struct verdict *out)
{
    (void)ctx;
    (void)sms;
    (void)out;
    return E_STATE;
}

/* --- the store ---------------------------------------------------------------------------------------------- */

static double run_store(struct store *store, const struct sms *all)
{
    const struct store_policy policy = {.decide = never_asked, .reply_rate = 10, .reply_rate_window_us = 3600000000u};
    const struct text text = {.utf8 = (char *)body, .len = sizeof body - 1};
    struct verdict verdict = {.open_ticket = true,
                              .reply_template = "received",
                              .type = "pengaduan",
                              .category = "jalan",
                              .agency = "dpupr",
                              .urgency = "normal",
                              .language = "id",
                              .why = "jalan: 'jalan berlubang' (phrase, 3.0)"};
    struct store_item *items = record_alloc(options.batch * sizeof *items);
    struct store_outcome *outcomes = record_alloc(options.batch * sizeof *outcomes);
    struct fault fault;
    uint64_t start = clock_now_us();
    for (size_t at = 0; at < options.messages; at += options.batch) {
        size_t n = options.messages - at < options.batch ? options.messages - at : options.batch;
        for (size_t i = 0; i < n; i++)
            items[i] = (struct store_item){.sms = &all[at + i].wire, .text = &text, .verdict = &verdict};
        if (store_ingest(store, &policy, items, n, clock_now_us(), outcomes, &fault) != OK)
            die("store_ingest", fault.text);
    }
    double seconds = (double)(clock_now_us() - start) / 1e6;
    free(items);
    free(outcomes);
    return (double)options.messages / seconds;
}

/* --- its rows ----------------------------------------------------------------------------------------------- */

static void add_row(struct rows *rows, enum store_table table, const void *key, size_t key_len, const MDB_val *val)
{
    if (rows->count == rows->room) {
        rows->room = rows->room * 2 + 1024;
        rows->items = realloc(rows->items, rows->room * sizeof *rows->items);
        if (!rows->items)
            abort();
    }
    struct row row = {table, key_len, val->mv_size, record_alloc(key_len + val->mv_size)};
    memcpy(row.bytes, key, key_len);
    if (row.len > 0)
        memcpy(row.bytes + key_len, val->mv_data, row.len);
    rows->items[rows->count++] = row;
}

static void copy_row(struct store_txn *txn, struct rows *rows, enum store_table table, const void *key, size_t key_len)
{
    MDB_val val;
    core(txn_get(txn, table, key, key_len, &val), "reading a row back");
    add_row(rows, table, key, key_len, &val);
}

/* All that one message left behind. */
static void copy_message(struct store_txn *txn, const struct sms *sms, uint64_t *sequence, struct rows *rows)
{
    uint8_t key[64], sender[SEAL_ID_BYTES], reply_id[UUID_BYTES], be[8];
    ProtobufCMessage *record;
    put_be32(key, sms->wire.time);
    memcpy(key + 4, sms->uuid, UUID_BYTES);
    copy_row(txn, rows, T_MESSAGE, key, STORE_KEY_MESSAGE_BYTES);
    for (int i = 0; i < 4; i++) {
        put_be64(be, (*sequence)++);
        copy_row(txn, rows, T_EVENT, be, sizeof be);
    }
    core(txn_get_record(txn, T_MESSAGE, key, STORE_KEY_MESSAGE_BYTES, &aduan__record__message__descriptor, &record),
         "message");
    Aduan__Record__Message *message = (Aduan__Record__Message *)record;
    memcpy(sender, message->sender_id.data, sizeof sender);
    put_be64(be, message->ticket);
    aduan__record__message__free_unpacked(message, NULL);
    copy_row(txn, rows, T_TICKET, be, sizeof be);
    memcpy(key, sender, sizeof sender);
    memcpy(key + sizeof sender, be, sizeof be);
    copy_row(txn, rows, T_TICKET_BY_SENDER, key, sizeof sender + sizeof be);
    key[0] = TICKET_STATE(RECEIVED);
    memcpy(key + 1, be, sizeof be);
    copy_row(txn, rows, T_TICKET_BY_STATE, key, 1 + sizeof be);
    uuid_reply(sms->uuid, 0, reply_id);
    copy_row(txn, rows, T_OUTBOX, reply_id, sizeof reply_id);
    core(txn_get_record(txn, T_OUTBOX, reply_id, sizeof reply_id, &aduan__record__reply__descriptor, &record), "reply");
    put_be64(key, ((Aduan__Record__Reply *)record)->due_us);
    protobuf_c_message_free_unpacked(record, NULL);
    memcpy(key + 8, reply_id, sizeof reply_id);
    copy_row(txn, rows, T_OUTBOX_DUE, key, DUE_REPLY_KEY_BYTES);
    copy_row(txn, rows, T_IDENTITY, sender, sizeof sender);
}

static void copy_rows(struct store *store, const struct sms *all, struct rows *rows)
{
    struct store_txn txn;
    uint64_t sequence = 1;
    core(txn_begin(store, false, 0, &txn), "reading back");
    for (size_t i = 0; i < options.messages; i++)
        copy_message(&txn, &all[i], &sequence, rows);
    txn_abort(&txn);
}

/* --- raw LMDB ----------------------------------------------------------------------------------------------- */

static double run_raw(const char *dir, const struct rows *rows, uint64_t map_bytes)
{
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi tables[T_END];
    char name[16];
    lmdb(mdb_env_create(&env), "mdb_env_create");
    lmdb(mdb_env_set_maxdbs(env, T_END), "maxdbs");
    lmdb(mdb_env_set_mapsize(env, map_bytes), "mapsize");
    lmdb(mdb_env_open(env, dir, MDB_NOTLS, 0600), "mdb_env_open");
    lmdb(mdb_txn_begin(env, NULL, 0, &txn), "begin");
    for (int i = 0; i < T_END; i++) {
        snprintf(name, sizeof name, "t%d", i);
        lmdb(mdb_dbi_open(txn, name, MDB_CREATE, &tables[i]), "open");
    }
    lmdb(mdb_txn_commit(txn), "commit");
    size_t a_batch = rows->count / options.messages * options.batch;
    uint64_t start = clock_now_us();
    for (size_t at = 0; at < rows->count; at += a_batch) {
        lmdb(mdb_txn_begin(env, NULL, 0, &txn), "begin");
        for (size_t i = at; i < rows->count && i < at + a_batch; i++) {
            const struct row *row = &rows->items[i];
            MDB_val key = {row->key_len, row->bytes}, val = {row->len, row->bytes + row->key_len};
            lmdb(mdb_put(txn, tables[row->table], &key, &val, row->table == T_EVENT ? MDB_APPEND : 0), "put");
        }
        lmdb(mdb_txn_commit(txn), "commit");
    }
    double seconds = (double)(clock_now_us() - start) / 1e6;
    mdb_env_close(env);
    return (double)options.messages / seconds;
}

/* --- rounds ------------------------------------------------------------------------------------------------- */

struct result {
    double store, raw, ratio;
    size_t puts;
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
    struct rows rows = {0};
    struct result result;
    if (store_open(&open_options, &store, &fault) != OK)
        die("store_open", fault.text);
    result.store = run_store(store, all);
    copy_rows(store, all, &rows);
    store_close(store);
    result.raw = run_raw(theirs, &rows, open_options.map_bytes);
    result.ratio = result.store / result.raw;
    result.puts = rows.count / options.messages;
    for (size_t i = 0; i < rows.count; i++)
        free(rows.items[i].bytes);
    free(rows.items);
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
    struct sms *all = make_messages();
    for (size_t i = 0; i < options.rounds; i++)
        results[i] = run_round(dir, seal, all);
    qsort(results, options.rounds, sizeof results[0], by_ratio);
    const struct result *median = &results[options.rounds / 2];
    printf("{\"bench\": \"store\", \"messages\": %zu, \"batch\": %zu, \"rounds\": %zu, \"puts_per_message\": %zu, "
           "\"store_ingest_per_s\": %.0f, \"raw_lmdb_per_s\": %.0f, \"ratio\": %.3f, \"ratio_min\": %.3f, "
           "\"ratio_max\": %.3f}\n",
           options.messages, options.batch, options.rounds, median->puts, median->store, median->raw, median->ratio,
           results[0].ratio, results[options.rounds - 1].ratio);
    free(all);
    seal_close(seal);
    rmdir(dir);
    return 0;
}
