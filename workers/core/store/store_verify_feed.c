/* SPDX-License-Identifier: BSD-2-Clause */
/* Proof of what belongs to the feed: integrators whose names are theirs alone, and cursors that stand where the log can
 * be. A cursor of another epoch is no break: its owner will be told that history begins anew. */
#include "store_verify.h"

#include "store_integrator.h"
#include "view.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void keep_name(struct verify *v, const char *name)
{
    if (v->names_count % 64 == 0) {
        v->names = reallocarray(v->names, v->names_count + 64, sizeof *v->names);
        if (!v->names)
            abort();
    }
    snprintf(v->names[v->names_count++], sizeof *v->names, "%s", name);
}

static void check_integrator(struct verify *v, const uint8_t *key, const ProtobufCMessage *record)
{
    const Aduan__Record__Integrator *integrator = (const Aduan__Record__Integrator *)record;
    (void)key;
    if (!view_name_valid(integrator->name) || view_tier_parse(integrator->tier) < 0) {
        verify_broken(v, "integrator.invalid", "an integrator has a name or a tier that is none");
        return;
    }
    for (size_t i = 0; i < v->names_count; i++) {
        if (strcmp(v->names[i], integrator->name) == 0)
            verify_broken(v, "integrator.name", "two keys have the name %s", integrator->name);
    }
    keep_name(v, integrator->name);
}

static void check_cursor(struct verify *v, const MDB_val *key, const Aduan__Record__Cursor *cursor)
{
    const char *view = key->mv_data, *gap = memchr(view, '\0', key->mv_size);
    if (!gap || !view_name_valid(view) || gap + 1 == view + key->mv_size)
        verify_broken(v, "cursor.key", "a cursor rests under a key that is none");
    else if (cursor->epoch.len != STORE_EPOCH_BYTES)
        verify_broken(v, "cursor.epoch", "a cursor of %s has no epoch", view);
    else if (memcmp(cursor->epoch.data, v->txn.store->epoch, STORE_EPOCH_BYTES) == 0 &&
             cursor->sequence >= v->next_sequence)
        verify_broken(v, "cursor.ahead", "a cursor of %s stands at %" PRIu64 ", where the log has not come yet", view,
                      cursor->sequence);
}

/* Its keys are of any length, so that verify_walk() is of no use. */
static void check_cursors(struct verify *v)
{
    MDB_cursor *cursor = NULL;
    MDB_val key, val;
    ProtobufCMessage *record;
    if (v->rc == OK)
        v->rc = txn_cursor(&v->txn, T_CURSOR, &cursor);
    while (v->rc == OK && (v->rc = cursor_get(v->txn.store, cursor, &key, &val, MDB_NEXT)) == OK) {
        if (record_unpack(&aduan__record__cursor__descriptor, &val, &record) != OK) {
            verify_broken(v, "cursor.unreadable", "a row of table cursor has a record that is not what was written");
            continue;
        }
        check_cursor(v, &key, (const Aduan__Record__Cursor *)record);
        verify_done(record);
    }
    mdb_cursor_close(cursor);
    if (v->rc == E_NOT_FOUND)
        v->rc = OK;
}

void verify_feed(struct verify *v)
{
    verify_walk(v, T_INTEGRATOR, STORE_INTEGRATOR_KEY_BYTES, &aduan__record__integrator__descriptor, check_integrator);
    check_cursors(v);
    free(v->names);
}
