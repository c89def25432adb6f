/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Taking due replies out of the outbox: READY, or SENDING whose lease ran out, becomes SENDING with a new lease before
 * anybody outside sees it. Its text is rendered at the first claim and never again: a resend has the same id and the
 * same text. A row that leads nowhere is taken out of the index, so that it never blocks the line; `verify` tells of
 * the record behind it.
 */
#include "arena.h"
#include "kill_point.h"
#include "record_fields.h"
#include "store_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef Aduan__Record__Reply Reply;

enum { ARENA_BLOCK_BYTES = 64 * 1024 };

static int row_at(struct store_txn *txn, MDB_cursor *cursor, MDB_cursor_op which, uint8_t key[DUE_REPLY_KEY_BYTES])
{
    MDB_val row, val;
    int rc = cursor_get(txn->store, cursor, &row, &val, which);
    if (rc != OK)
        return rc;
    if (row.mv_size != DUE_REPLY_KEY_BYTES)
        return E_CORRUPT;
    memcpy(key, row.mv_data, DUE_REPLY_KEY_BYTES);
    return OK;
}

/* A row of outbox_due that is due: the first one, or the last one when no reply can wait that long. E_NOT_FOUND. */
static int first_due(struct store_txn *txn, const struct store_claim *claim, uint8_t key[DUE_REPLY_KEY_BYTES])
{
    MDB_cursor *cursor = NULL;
    int rc = txn_cursor(txn, T_OUTBOX_DUE, &cursor);
    if (rc == OK)
        rc = row_at(txn, cursor, MDB_FIRST, key);
    if (rc == OK && get_be64(key) > claim->now_us) {
        rc = claim->wait_max_us > 0 ? row_at(txn, cursor, MDB_LAST, key) : E_NOT_FOUND;
        if (rc == OK && get_be64(key) <= claim->now_us + claim->wait_max_us)
            rc = E_NOT_FOUND;
    }
    mdb_cursor_close(cursor);
    return rc;
}

static int peek(struct store *store, const struct store_claim *claim)
{
    uint8_t key[DUE_REPLY_KEY_BYTES];
    struct store_txn txn;
    int rc = txn_begin(store, false, claim->now_us, &txn);
    if (rc != OK)
        return rc;
    rc = first_due(&txn, claim, key);
    txn_abort(&txn);
    return rc;
}

/* E_NOT_FOUND: whom it goes to cannot be known, now or later. */
static int unseal_receiver(struct store_txn *txn, struct arena *arena, const Reply *reply, struct store_reply *out)
{
    Aduan__Record__Identity identity = ADUAN__RECORD__IDENTITY__INIT;
    if (reply->sender_id.len != SEAL_ID_BYTES)
        return E_NOT_FOUND;
    int rc = txn_scan_record(txn, arena, T_IDENTITY, reply->sender_id.data, reply->sender_id.len, true, &identity.base);
    if (rc == E_CORRUPT)
        return E_NOT_FOUND;
    if (rc != OK)
        return rc;
    if (identity.number.len == 0 || identity.number.len > sizeof out->receiver)
        return E_NOT_FOUND;
    memcpy(out->receiver, identity.number.data, identity.number.len);
    out->receiver_len = identity.number.len;
    explicit_bzero(identity.number.data, identity.number.len);
    return OK;
}

/* The ticket that a reply speaks of, NULL when of none; E_STATE when it should be there and is not. */
static int ticket_of(struct store_txn *txn, struct arena *arena, const Reply *reply, const Aduan__Record__Ticket **out)
{
    uint8_t key[8];

    *out = NULL;
    if (reply->ticket == 0)
        return OK;
    put_be64(key, reply->ticket);
    Aduan__Record__Ticket *ticket = arena_take(arena, sizeof *ticket);
    aduan__record__ticket__init(ticket);
    int rc = txn_scan_record(txn, arena, T_TICKET, key, sizeof key, true, &ticket->base);
    *out = ticket;
    return rc == E_NOT_FOUND || rc == E_CORRUPT ? E_STATE : rc;
}

/* E_INVALID: the callback has no text for it. */
static int render(struct store_txn *txn, struct arena *arena, const struct store_claim *claim, Reply *reply)
{
    const Aduan__Record__Ticket *ticket;
    char *text = NULL;
    size_t len = 0;
    bool ucs2 = false;
    uint32_t segments = 0;

    int rc = ticket_of(txn, arena, reply, &ticket);
    if (rc != OK)
        return rc;
    rc = claim->render(claim->ctx, reply, ticket, &text, &len, &ucs2, &segments);
    if (rc == OK && len > 0) {
        reply->sealed = (ProtobufCBinaryData){0}; /* it has another secret now */
        reply->text = (ProtobufCBinaryData){len, (uint8_t *)arena_copy(arena, text, len)};
        reply->room = (ProtobufCBinaryData){0};
        reply->ucs2 = ucs2;
        reply->segments = segments;
    } else {
        rc = E_INVALID;
    }
    free(text);
    return rc;
}

static int fail(struct store_txn *txn, Reply *reply, const char *cause)
{
    uint64_t due_before = reply->due_us;
    reply->state = REPLY_STATE(FAILED);
    reply->changed_us = txn->now_us;
    reply->due_us = 0;
    reply->cause = (char *)cause;
    reply->holder_life = (ProtobufCBinaryData){0};
    int rc = txn_put_reply(txn, reply, due_before);
    return rc == OK ? txn_reply_event(txn, reply) : rc;
}

/* With what became of the last attempt, where it is known. */
static int give_up(struct store_txn *txn, struct arena *arena, Reply *reply)
{
    static const char word[] = "attempts";
    size_t len = strlen(reply->cause);
    if (len == 0)
        return fail(txn, reply, word);
    size_t room = strlen(word) + strlen(": ") + len + 1;
    char *cause = arena_take(arena, room);
    snprintf(cause, room, "%s: %s", word, reply->cause);
    return fail(txn, reply, cause);
}

/* *claimed tells whether the reply is SENDING now, or FAILED. */
static int claim_one(struct store_txn *txn, struct arena *arena, const struct store_claim *claim,
                     struct store_reply *item, bool *claimed)
{
    Reply *reply = item->reply;
    uint64_t due_before = reply->due_us;

    *claimed = false;
    item->was_sending = reply->state == REPLY_STATE(SENDING);
    bool asks = item->was_sending && claim->asks_first;
    if (!asks && reply->attempts >= claim->attempts_max)
        return give_up(txn, arena, reply);
    int rc = unseal_receiver(txn, arena, reply, item);
    if (rc == E_NOT_FOUND)
        return fail(txn, reply, "no_identity");
    if (rc == OK && reply->text.len == 0)
        rc = render(txn, arena, claim, reply);
    if (rc == E_INVALID || rc == E_STATE)
        return fail(txn, reply, rc == E_INVALID ? "template" : "no_ticket");
    if (rc == OK)
        rc = reply_next(reply->state, REPLY_IN_CLAIM, &reply->state);
    if (rc != OK)
        return rc;
    reply->due_us = claim->now_us + claim->lease_us;
    reply->changed_us = claim->now_us;
    reply->attempts += !asks;
    reply->claims++;
    reply->maybe_written |= item->was_sending;
    if (asks && reply->unknown_since_us == 0)
        reply->unknown_since_us = claim->now_us;
    reply->holder_life = (ProtobufCBinaryData){STORE_REPLY_ID_BYTES, (uint8_t *)claim->life};
    *claimed = true;
    return txn_put_reply(txn, reply, due_before);
}

/* The row says what the reply does not: the row goes, and a waiting reply gets the row that is its own. */
static int mend_row(struct store_txn *txn, const uint8_t key[DUE_REPLY_KEY_BYTES], Reply *reply)
{
    int rc = txn_del(txn, T_OUTBOX_DUE, key, DUE_REPLY_KEY_BYTES);
    if (rc != OK || reply == NULL)
        return rc;
    bool waits = reply->state == REPLY_STATE(READY) || reply->state == REPLY_STATE(SENDING);
    return waits && reply->due_us > 0 ? txn_put_reply(txn, reply, 0) : OK;
}

static int take(struct store_txn *txn, const struct store_claim *claim, const uint8_t key[DUE_REPLY_KEY_BYTES],
                struct store_replies *taken)
{
    struct store_reply *item = &taken->items[taken->count];
    uint64_t slot = get_be64(key + 8);
    Reply *reply = arena_take(taken->arena, sizeof *reply);
    bool claimed = false;

    int rc = txn_scan_reply(txn, taken->arena, slot, true, reply);
    if (rc == E_NOT_FOUND || rc == E_CORRUPT)
        return mend_row(txn, key, NULL);
    if (rc != OK)
        return rc;
    Aduan__Record__ReplyState next;
    item->reply = reply;
    if (reply->due_us != get_be64(key) || reply_next(reply->state, REPLY_IN_CLAIM, &next) != OK)
        rc = mend_row(txn, key, reply);
    else
        rc = claim_one(txn, taken->arena, claim, item, &claimed);
    if (claimed && rc == OK)
        taken->count++;
    else
        *item = (struct store_reply){0};
    return rc;
}

int store_claim_replies(struct store *store, const struct store_claim *claim, struct store_replies *out,
                        struct fault *fault)
{
    static const char doing[] = "claiming replies";
    struct store_replies taken = {0};
    uint8_t key[DUE_REPLY_KEY_BYTES];
    struct store_txn txn;

    if (claim->max == 0 || claim->lease_us == 0)
        return fault_set(fault, E_INVALID, "a claim needs a number of replies and a lease above zero");
    int rc = peek(store, claim);
    if (rc == E_NOT_FOUND) {
        *out = taken;
        return OK;
    }
    if (rc == OK)
        rc = txn_begin(store, true, claim->now_us, &txn);
    if (rc != OK)
        return txn_fault(store, fault, rc, doing);
    taken.arena = arena_new(ARENA_BLOCK_BYTES);
    taken.items = record_alloc(claim->max * sizeof *taken.items);
    memset(taken.items, 0, claim->max * sizeof *taken.items);
    if (claim->news_count > 0) {
        size_t ignored = 0;
        rc = txn_reply_inputs(&txn, claim->news, claim->news_count, &ignored);
        taken.told = true;
    }
    for (uint32_t i = 0; i < claim->max && rc == OK; i++) {
        rc = first_due(&txn, claim, key);
        if (rc == OK)
            rc = take(&txn, claim, key, &taken);
    }
    KILL_POINT("store", "claim_uncommitted");
    if (rc == OK || rc == E_NOT_FOUND)
        rc = txn_commit(&txn);
    else
        txn_abort(&txn);
    if (rc != OK) {
        store_replies_free(&taken);
        return txn_fault(store, fault, rc, doing);
    }
    *out = taken;
    return OK;
}

void store_replies_free(struct store_replies *replies)
{
    for (size_t i = 0; i < replies->count; i++)
        explicit_bzero(replies->items[i].receiver, sizeof replies->items[i].receiver);
    free(replies->items);
    arena_free(replies->arena);
    *replies = (struct store_replies){0};
}
