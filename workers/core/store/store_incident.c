/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which incident a new ticket belongs to, decided inside the transaction that gives it its class: classifiers side by
 * side, redeliveries and deaths cannot make two incidents of one problem, nor one ticket a member twice. The work is
 * bounded: under each of a few keys the newest tickets are looked at, and a key keeps no more of them.
 * Nothing here can keep a ticket from being opened, answered and told of: what cannot be read is joined by nobody.
 */
#include "likeness.h"
#include "record_fields.h"
#include "store_incident_priv.h"

#include <stdlib.h>
#include <string.h>

typedef Aduan__Record__Ticket Ticket;
typedef Aduan__Record__Incident Incident;

enum { SURE_PERCENT = 90, CANDIDATES_MAX = 48 };

/* Two emergencies hours apart are two, be they in one place: yesterday's accident is over. */
static const uint64_t emergency_window_us = 6ull * 3600 * 1000000;

struct store_joining store_joining_of(const struct config *config)
{
    return (struct store_joining){
        .window_us = config->incidents ? (uint64_t)config->incident_window_h * 3600 * 1000000 : 0,
        .bounds = {.same_place = config->incident_similarity, .no_place = config->incident_similarity_no_place}};
}

/* The search for the likest ticket. */
struct search {
    struct store_txn *txn;
    const struct store_joining *joining;
    const Ticket *ticket;
    struct likeness own;
    uint64_t seen[CANDIDATES_MAX];
    size_t seen_count;
    Ticket *best; /* left closed */
    unsigned similarity;
};

static void near_key(uint64_t near, uint64_t ticket, uint8_t out[INCIDENT_NEAR_KEY_BYTES])
{
    put_be64(out, near);
    put_be64(out + 8, ticket);
}

/* --- looking ------------------------------------------------------------------------------------------------ */

static bool is_recent(const struct search *search, const Ticket *other)
{
    uint64_t window_us = search->joining->window_us;
    bool emergency = incident_share(search->ticket).emergency || incident_share(other).emergency;
    if (emergency && window_us > emergency_window_us)
        window_us = emergency_window_us;
    return search->txn->now_us < other->opened_us + window_us; /* a clock that was set back makes it younger */
}

/* What moderation holds is shown to nobody, and whose problem is solved has another one now. */
static bool may_be_joined(const Ticket *other)
{
    return ticket_is_open(other->state) && other->state != TICKET_STATE(HELD) && !other->apart;
}

static bool has_room(struct search *search, const Ticket *other)
{
    Incident *incident;
    if (other->incident == 0)
        return true;
    if (incident_get(search->txn, other->incident, &incident) != OK)
        return false;
    bool room = incident->tickets < STORE_INCIDENT_TICKETS_MAX;
    aduan__record__incident__free_unpacked(incident, NULL);
    return room;
}

/* Of a ticket that is to be found; E_NOT_FOUND. */
static int get_likeness(struct store_txn *txn, uint64_t ticket, struct likeness *out)
{
    uint8_t key[8];
    MDB_val val;
    put_be64(key, ticket);
    int err = txn_get(txn, T_INCIDENT_LIKE, key, sizeof key, &val);
    return err == OK ? likeness_unpack(val.mv_data, val.mv_size, out) : err;
}

static bool is_no_failure(int err)
{
    return err == OK || err == E_NOT_FOUND || err == E_CORRUPT || err == E_VERSION;
}

static bool seen_before(struct search *search, uint64_t id)
{
    for (size_t i = 0; i < search->seen_count; i++)
        if (search->seen[i] == id)
            return true;
    if (search->seen_count < CANDIDATES_MAX)
        search->seen[search->seen_count++] = id;
    return false;
}

/* One ticket that has a key in common. */
static int look_at(struct search *search, uint64_t id)
{
    ProtobufCMessage *record;
    struct likeness theirs;
    uint8_t key[8];
    put_be64(key, id);
    if (id == search->ticket->id || seen_before(search, id))
        return OK;
    int err = get_likeness(search->txn, id, &theirs);
    if (err != OK)
        return is_no_failure(err) ? OK : err;
    unsigned similarity = likeness_compare(&search->own, &theirs, &search->joining->bounds);
    if (similarity <= search->similarity)
        return OK;
    err = txn_get_closed(search->txn, T_TICKET, key, sizeof key, &aduan__record__ticket__descriptor, &record);
    if (err != OK)
        return is_no_failure(err) ? OK : err;
    Ticket *other = (Ticket *)record, *worse = other;
    if (may_be_joined(other) && is_recent(search, other) && has_room(search, other)) {
        worse = search->best;
        search->best = other;
        search->similarity = similarity;
    }
    if (worse)
        aduan__record__ticket__free_unpacked(worse, NULL);
    return OK;
}

/* The newest tickets of a key; those beyond what is kept go, so that a key of a busy place stays short. */
static int look_under(struct search *search, MDB_cursor *cursor, uint64_t near)
{
    MDB_val key, val;
    size_t rows = 0;
    uint8_t prefix[8];
    put_be64(prefix, near);
    int err = cursor_seek_below(search->txn->store, cursor, prefix, sizeof prefix, UINT64_MAX, &key, &val);
    while (err == OK && key.mv_size == INCIDENT_NEAR_KEY_BYTES && get_be64(key.mv_data) == near &&
           search->similarity < SURE_PERCENT) {
        if (++rows > INCIDENT_NEAR_ROWS)
            return cursor_del(search->txn->store, cursor);
        err = look_at(search, get_be64((const uint8_t *)key.mv_data + 8));
        if (err == OK)
            err = cursor_get(search->txn->store, cursor, &key, &val, MDB_PREV);
    }
    return err == E_NOT_FOUND ? OK : err;
}

static int look(struct search *search)
{
    uint64_t keys[LIKENESS_ASK_MAX];
    size_t count = likeness_ask(&search->own, keys);
    MDB_cursor *cursor = NULL;
    int err = txn_cursor(search->txn, T_INCIDENT_NEAR, &cursor);
    for (size_t i = 0; err == OK && i < count; i++)
        err = look_under(search, cursor, keys[i]);
    mdb_cursor_close(cursor);
    return err;
}

/* --- joining ------------------------------------------------------------------------------------------------ */

/* The first two make the incident. */
static int found_with(struct store_txn *txn, Ticket *other, Incident **out)
{
    uint8_t key[8];
    int err = incident_new(txn, out);
    if (err != OK)
        return err;
    (*out)->opened_us = txn->now_us;
    err = incident_enter(txn, *out, other, NULL);
    put_be64(key, other->id);
    if (err == OK)
        err = txn_put_record(txn, T_TICKET, key, sizeof key, &other->base);
    if (err != OK)
        aduan__record__incident__free_unpacked(*out, NULL);
    return err;
}

static int join(struct store_txn *txn, Ticket *ticket, Ticket *other)
{
    Incident *incident;
    int err = other->incident ? incident_get(txn, other->incident, &incident) : found_with(txn, other, &incident);
    if (err != OK)
        return err;
    err = incident_enter(txn, incident, ticket, NULL);
    if (err == OK)
        err = incident_put(txn, incident);
    aduan__record__incident__free_unpacked(incident, NULL);
    return err;
}

/* stood_in: a ticket that says the same; the newer one takes its place, so that a flood of one problem is one row. */
static int make_known(struct store_txn *txn, const struct verdict *verdict, const struct likeness *own, uint64_t ticket,
                      uint64_t stood_in)
{
    uint64_t keys[LIKENESS_NEAR_MAX];
    uint8_t key[INCIDENT_NEAR_KEY_BYTES];
    size_t count = likeness_near(own, keys);
    put_be64(key, ticket);
    int err = txn_put(txn, T_INCIDENT_LIKE, key, 8, verdict->likeness, verdict->likeness_len);
    for (size_t i = 0; err == OK && i < count; i++) {
        if (stood_in) {
            near_key(keys[i], stood_in, key);
            err = txn_del(txn, T_INCIDENT_NEAR, key, sizeof key);
        }
        near_key(keys[i], ticket, key);
        if (err == OK || err == E_NOT_FOUND)
            err = txn_put(txn, T_INCIDENT_NEAR, key, sizeof key, "", 0);
    }
    return err;
}

int incident_find(struct store_txn *txn, const struct store_joining *joining, const struct verdict *verdict,
                  Ticket *ticket)
{
    struct search search = {.txn = txn, .joining = joining, .ticket = ticket};
    if (verdict->likeness_len == 0 || joining->window_us == 0 || ticket->apart)
        return OK;
    int err = likeness_unpack(verdict->likeness, verdict->likeness_len, &search.own);
    if (err == OK && ticket->incident == 0)
        err = look(&search);
    if (err == OK && search.best)
        err = join(txn, ticket, search.best);
    uint64_t stood_in = search.best && search.similarity >= SURE_PERCENT ? search.best->id : 0;
    if (search.best)
        aduan__record__ticket__free_unpacked(search.best, NULL);
    return err == OK ? make_known(txn, verdict, &search.own, ticket->id, stood_in) : err;
}

int incident_forget(struct store_txn *txn, uint64_t ticket)
{
    struct likeness own;
    uint64_t keys[LIKENESS_NEAR_MAX];
    uint8_t key[INCIDENT_NEAR_KEY_BYTES];
    int err = get_likeness(txn, ticket, &own);
    if (!is_no_failure(err))
        return err;
    size_t count = err == OK ? likeness_near(&own, keys) : 0;
    for (size_t i = 0; i < count; i++) {
        near_key(keys[i], ticket, key);
        err = txn_del(txn, T_INCIDENT_NEAR, key, sizeof key);
        if (err != OK && err != E_NOT_FOUND) /* newer ones may have taken its place */
            return err;
    }
    put_be64(key, ticket);
    err = txn_del(txn, T_INCIDENT_LIKE, key, 8);
    return err == E_NOT_FOUND ? OK : err;
}
