/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Integrators and their cursors at rest. A change of the integrators makes their generation grow in the same
 * transaction: the feed sees it at its next look, a few milliseconds later. What must never happen here: a name that
 * two keys have had.
 */
#include "store_integrator.h"

#include "record_fields.h"
#include "store_priv.h"
#include "view.h"

#include <inttypes.h>
#include <string.h>

typedef Aduan__Record__Integrator Integrator;
typedef Aduan__Record__Cursor Cursor;

enum { CURSOR_KEY_MAX = VIEW_NAME_MAX + 1 + STORE_CURSOR_NAME_MAX };
static const char generation_name[] = "integrators";

/* --- integrators -------------------------------------------------------------------------------------------- */

static int get_generation(struct store_txn *txn, uint64_t *out)
{
    MDB_val val;
    int rc = txn_get(txn, T_META, generation_name, strlen(generation_name), &val);
    if (rc == OK && val.mv_size != 8)
        return E_CORRUPT;
    *out = rc == OK ? get_be64(val.mv_data) : 0;
    return rc == E_NOT_FOUND ? OK : rc;
}

static int bump_generation(struct store_txn *txn)
{
    uint64_t generation = 0;
    uint8_t be[8];
    int rc = get_generation(txn, &generation);
    put_be64(be, generation + 1);
    return rc == OK ? txn_put(txn, T_META, generation_name, strlen(generation_name), be, sizeof be) : rc;
}

static int put(struct store_txn *txn, const uint8_t *key, Integrator *integrator)
{
    integrator->version = RECORD_VERSION;
    int rc = txn_put_record(txn, T_INTEGRATOR, key, STORE_INTEGRATOR_KEY_BYTES, &integrator->base);
    return rc == OK ? bump_generation(txn) : rc;
}

/* fn for each, inside the transaction; E_NOT_FOUND of a cursor's end is OK here. */
static int each(struct store_txn *txn, store_integrator_fn fn, void *ctx)
{
    MDB_cursor *cursor = NULL;
    MDB_val key, val;
    ProtobufCMessage *record;
    int rc = txn_cursor(txn, T_INTEGRATOR, &cursor);
    while (rc == OK && (rc = cursor_get(txn->store, cursor, &key, &val, MDB_NEXT)) == OK) {
        rc = key.mv_size == STORE_INTEGRATOR_KEY_BYTES
                 ? record_unpack(&aduan__record__integrator__descriptor, &val, &record)
                 : E_CORRUPT;
        if (rc != OK)
            break;
        int stop = fn(ctx, key.mv_data, (const Integrator *)record);
        protobuf_c_message_free_unpacked(record, NULL);
        if (stop)
            break;
    }
    mdb_cursor_close(cursor);
    return rc == E_NOT_FOUND ? OK : rc;
}

struct by_name {
    const char *name;
    uint8_t key[STORE_INTEGRATOR_KEY_BYTES];
    bool found;
    char near[VIEW_NAME_MAX + 1]; /* a name that begins with it, or that it begins with */
    uint64_t count;
};

static int look_for_name(void *ctx, const uint8_t *key, const Integrator *integrator)
{
    struct by_name *search = ctx;
    size_t own = strlen(search->name), other = strlen(integrator->name);
    search->count++;
    if (strncmp(integrator->name, search->name, own < other ? own : other) == 0)
        snprintf(search->near, sizeof search->near, "%s", integrator->name);
    if (strcmp(integrator->name, search->name) != 0)
        return 0;
    memcpy(search->key, key, sizeof search->key);
    return search->found = true;
}

static int check(const Integrator *integrator, struct fault *fault)
{
    int tier = view_tier_parse(integrator->tier);
    if (!view_name_valid(integrator->name) || strcmp(integrator->name, "full") == 0)
        return fault_set(
            fault, E_INVALID,
            "'%.40s' is no name for an integrator: 1 to %d small letters, digits, - and _, and not 'full', "
            "which is the desk's own",
            integrator->name, VIEW_NAME_MAX);
    if (tier < 0)
        return fault_set(fault, E_INVALID, "'%.40s' is no tier; it is public, agency or full", integrator->tier);
    if ((tier == VIEW_AGENCY) != (*integrator->agency != '\0') || strlen(integrator->agency) > STORE_NAME_MAX_BYTES)
        return fault_set(fault, E_INVALID, "tier agency goes with an agency's id, and only that tier");
    return OK;
}

static int add(struct store_txn *txn, const uint8_t *key, const Integrator *wanted, struct fault *fault)
{
    Integrator integrator = *wanted;
    struct by_name search = {.name = wanted->name};
    MDB_val val;
    int rc = each(txn, look_for_name, &search);
    if (rc == OK && search.found)
        return fault_set(fault, E_EXISTS, "there is or was an integrator called %s; a name is given once",
                         integrator.name);
    /* The topic b1.acme is the beginning of b1.acme-two: who subscribes to the one would hear of the other. */
    if (rc == OK && *search.near)
        return fault_set(fault, E_EXISTS, "%s and %s begin alike to the end of one of them; choose another name",
                         integrator.name, search.near);
    if (rc == OK && search.count >= STORE_INTEGRATORS_MAX)
        return fault_set(fault, E_FULL, "there are %d integrators already", STORE_INTEGRATORS_MAX);
    if (rc == OK)
        rc = txn_get(txn, T_INTEGRATOR, key, STORE_INTEGRATOR_KEY_BYTES, &val);
    if (rc == OK)
        return fault_set(fault, E_EXISTS, "this key is or was another integrator's");
    integrator.added_us = txn->now_us;
    integrator.revoked_us = 0;
    return rc == E_NOT_FOUND ? put(txn, key, &integrator) : rc;
}

/* Commits what went well; `told` is what there was to say about what did not, if anything. */
static int finish(struct store_txn *txn, int rc, const struct fault *told, struct fault *fault, const char *doing)
{
    if (rc == OK)
        rc = txn_commit(txn);
    txn_abort(txn);
    if (rc == OK)
        return OK;
    return told->text[0] ? fault_set(fault, rc, "%s", told->text) : txn_fault(txn->store, fault, rc, doing);
}

int store_integrator_add(struct store *store, const uint8_t key[STORE_INTEGRATOR_KEY_BYTES],
                         const Integrator *integrator, uint64_t now_us, struct fault *fault)
{
    static const char doing[] = "cannot add the integrator";
    struct store_txn txn;
    struct fault told = {0};
    int rc = check(integrator, fault);
    if (rc != OK)
        return rc;
    rc = txn_begin(store, true, now_us, &txn);
    if (rc != OK)
        return txn_fault(store, fault, rc, doing);
    return finish(&txn, add(&txn, key, integrator, &told), &told, fault, doing);
}

static int revoke(struct store_txn *txn, const char *name, struct fault *fault)
{
    struct by_name search = {.name = name};
    ProtobufCMessage *record;
    int rc = each(txn, look_for_name, &search);
    if (rc == OK && !search.found)
        return fault_set(fault, E_NOT_FOUND, "there is no integrator called %.40s; see: aduan integrator list", name);
    if (rc == OK)
        rc = txn_get_record(txn, T_INTEGRATOR, search.key, sizeof search.key, &aduan__record__integrator__descriptor,
                            &record);
    if (rc != OK)
        return rc;
    Integrator *integrator = (Integrator *)record;
    if (integrator->revoked_us != 0)
        rc = fault_set(fault, E_STATE, "%.40s is revoked already", name);
    integrator->revoked_us = txn->now_us;
    if (rc == OK)
        rc = put(txn, search.key, integrator);
    protobuf_c_message_free_unpacked(record, NULL);
    return rc;
}

int store_integrator_revoke(struct store *store, const char *name, uint64_t now_us, struct fault *fault)
{
    static const char doing[] = "cannot revoke the integrator";
    struct store_txn txn;
    struct fault told = {0};
    int rc = txn_begin(store, true, now_us, &txn);
    if (rc != OK)
        return txn_fault(store, fault, rc, doing);
    return finish(&txn, revoke(&txn, name, &told), &told, fault, doing);
}

int store_integrator_get(struct store *store, const uint8_t key[STORE_INTEGRATOR_KEY_BYTES], Integrator **out)
{
    ProtobufCMessage *record;
    struct store_txn txn;
    int rc = txn_begin(store, false, 0, &txn);
    if (rc != OK)
        return rc;
    rc = txn_get_record(&txn, T_INTEGRATOR, key, STORE_INTEGRATOR_KEY_BYTES, &aduan__record__integrator__descriptor,
                        &record);
    txn_abort(&txn);
    if (rc == OK)
        *out = (Integrator *)record;
    return rc;
}

int store_integrators(struct store *store, store_integrator_fn fn, void *ctx)
{
    struct store_txn txn;
    int rc = txn_begin(store, false, 0, &txn);
    if (rc != OK)
        return rc;
    rc = each(&txn, fn, ctx);
    txn_abort(&txn);
    return rc;
}

int store_integrators_generation(struct store *store, uint64_t *out)
{
    struct store_txn txn;
    uint64_t generation = 0;
    int rc = txn_begin(store, false, 0, &txn);
    if (rc != OK)
        return rc;
    rc = get_generation(&txn, &generation);
    txn_abort(&txn);
    if (rc == OK)
        *out = generation;
    return rc;
}

/* --- cursors ------------------------------------------------------------------------------------------------ */

bool store_cursor_name_valid(const char *name)
{
    size_t len = 0;
    while (name[len] > ' ' && name[len] <= '~')
        len++;
    return name[len] == '\0' && len >= 1 && len <= STORE_CURSOR_NAME_MAX;
}

static size_t cursor_key(const struct store_cursor *cursor, uint8_t key[CURSOR_KEY_MAX])
{
    size_t view_len = strlen(cursor->view), name_len = strlen(cursor->name);
    memcpy(key, cursor->view, view_len + 1);
    memcpy(key + view_len + 1, cursor->name, name_len);
    return view_len + 1 + name_len;
}

int store_cursor_get(struct store *store, struct store_cursor *cursor)
{
    uint8_t key[CURSOR_KEY_MAX];
    ProtobufCMessage *record;
    struct store_txn txn;
    int rc = txn_begin(store, false, 0, &txn);
    if (rc != OK)
        return rc;
    rc = txn_get_record(&txn, T_CURSOR, key, cursor_key(cursor, key), &aduan__record__cursor__descriptor, &record);
    txn_abort(&txn);
    if (rc != OK)
        return rc;
    const Cursor *row = (const Cursor *)record;
    if (row->epoch.len == STORE_EPOCH_BYTES) {
        memcpy(cursor->epoch, row->epoch.data, STORE_EPOCH_BYTES);
        cursor->sequence = row->sequence;
    } else {
        rc = E_CORRUPT;
    }
    protobuf_c_message_free_unpacked(record, NULL);
    return rc;
}

static int count_cursors(struct store_txn *txn, const char *view, size_t *out)
{
    MDB_cursor *cursor = NULL;
    size_t prefix = strlen(view) + 1;
    MDB_val key = {prefix, (void *)view}, val;
    *out = 0;
    int rc = txn_cursor(txn, T_CURSOR, &cursor);
    if (rc == OK)
        rc = cursor_get(txn->store, cursor, &key, &val, MDB_SET_RANGE);
    while (rc == OK && key.mv_size >= prefix && memcmp(key.mv_data, view, prefix) == 0) {
        ++*out;
        rc = cursor_get(txn->store, cursor, &key, &val, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    return rc == E_NOT_FOUND ? OK : rc;
}

static int confirm(struct store_txn *txn, struct store_cursor *cursor)
{
    uint8_t key[CURSOR_KEY_MAX];
    size_t len = cursor_key(cursor, key), count = 0;
    MDB_val val;
    int rc = txn_get(txn, T_CURSOR, key, len, &val);
    cursor->err = OK;
    if (rc == E_NOT_FOUND)
        rc = count_cursors(txn, cursor->view, &count);
    if (rc == OK && count >= STORE_CURSORS_MAX) {
        cursor->err = E_FULL;
        return OK;
    }
    Cursor row = ADUAN__RECORD__CURSOR__INIT;
    row.version = RECORD_VERSION;
    row.epoch = (ProtobufCBinaryData){STORE_EPOCH_BYTES, cursor->epoch};
    row.sequence = cursor->sequence;
    row.confirmed_us = txn->now_us;
    return rc == OK ? txn_put_record(txn, T_CURSOR, key, len, &row.base) : rc;
}

int store_cursors_confirm(struct store *store, struct store_cursor *cursors, size_t n, uint64_t now_us,
                          struct fault *fault)
{
    static const char doing[] = "cannot keep what was confirmed";
    struct store_txn txn;
    int rc = txn_begin(store, true, now_us, &txn);
    if (rc != OK)
        return txn_fault(store, fault, rc, doing);
    for (size_t i = 0; rc == OK && i < n; i++)
        rc = confirm(&txn, &cursors[i]);
    if (rc == OK)
        rc = txn_commit(&txn);
    txn_abort(&txn);
    return rc == OK ? OK : txn_fault(store, fault, rc, doing);
}
