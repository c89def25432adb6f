/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of the outbox share: a pen that renders, one call to claim, one to tell what became of a reply. */
#ifndef ADUAN_TESTS_SUPPORT_OUTBOX_H
#define ADUAN_TESTS_SUPPORT_OUTBOX_H

#include "support_store.h"

typedef Aduan__Record__Reply Reply;

enum { LEASE_US = 30000000 };
static const uint8_t life[16] = {7, 7};

/* The render callback of these tests: counts, and answers what it is told to. */
struct pen {
    int calls;
    int rc;
    bool silent;     /* OK, but no text */
    uint64_t ticket; /* of the last call, 0: none */
    char words[64];
};

static inline int write_text(void *ctx, const Reply *reply, const Aduan__Record__Ticket *ticket, char **text,
                             size_t *len, bool *ucs2, uint32_t *segments)
{
    struct pen *pen = ctx;
    pen->calls++;
    pen->ticket = ticket ? ticket->id : 0;
    snprintf(pen->words, sizeof pen->words, "%.*s", (int)reply->words.len, (const char *)reply->words.data);
    if (pen->rc != OK || pen->silent)
        return pen->rc;
    *len = (size_t)asprintf(text, "%s %d", reply->template_, pen->calls);
    *ucs2 = pen->calls == 2;
    *segments = 3;
    return OK;
}

static inline struct store_claim claim_of(struct support *s, struct pen *pen)
{
    return (struct store_claim){.life = life,
                                .now_us = s->now_us,
                                .lease_us = LEASE_US,
                                .max = 10,
                                .attempts_max = 3,
                                .ctx = pen,
                                .render = write_text};
}

static inline struct store_replies claim(struct support *s, struct pen *pen)
{
    struct store_claim c = claim_of(s, pen);
    struct store_replies out;
    struct fault fault = {0};
    if (store_claim_replies(s->store, &c, &out, &fault) != OK)
        fail_msg("%s", fault.text);
    return out;
}

/* Claims and gives back nothing but the count. */
static inline size_t claim_count(struct support *s, struct pen *pen)
{
    struct store_replies replies = claim(s, pen);
    size_t count = replies.count;
    store_replies_free(&replies);
    return count;
}

static inline Reply *get(struct support *s, uint32_t sms, uint32_t n)
{
    Reply *reply = NULL;
    assert_int_equal(store_reply_get(s->store, support_slot_of(s, sms, n), &reply), OK);
    return reply;
}

static inline void check_state(struct support *s, uint32_t sms, Aduan__Record__ReplyState state, const char *cause)
{
    Reply *reply = get(s, sms, 0);
    assert_string_equal(reply_state_name(reply->state), reply_state_name(state));
    assert_string_equal(reply->cause, cause);
    aduan__record__reply__free_unpacked(reply, NULL);
}

/* Applies one input to the reply of an SMS; whether it was ignored. */
static inline bool input(struct support *s, uint32_t sms, enum reply_input what, uint64_t due_us, const char *cause)
{
    struct store_reply_input in = {.input = what, .due_us = due_us, .cause = cause};
    size_t ignored = 9;
    struct fault fault = {0};
    support_about(s, sms, &in);
    if (store_reply_inputs(s->store, &in, 1, s->now_us, &ignored, &fault) != OK)
        fail_msg("%s", fault.text);
    return ignored == 1;
}

static inline uint64_t next_due(struct support *s)
{
    uint64_t due = 1;
    assert_int_equal(store_next_due(s->store, &due), OK);
    return due;
}

static inline int setup(void **state)
{
    struct support *s = malloc(sizeof *s);
    support_open(s);
    *state = s;
    return 0;
}

static inline int teardown(void **state)
{
    support_close(*state);
    free(*state);
    return 0;
}

/* Puts the reply of an SMS as `change` leaves it, index and all. */
static inline void edit(struct support *s, uint32_t sms, void (*change)(Reply *reply))
{
    Reply *reply = get(s, sms, 0);
    uint64_t due = reply->due_us;
    change(reply);
    struct store_txn txn = support_write(s);
    assert_int_equal(txn_put_reply(&txn, reply, due), OK);
    support_commit(&txn);
    aduan__record__reply__free_unpacked(reply, NULL);
}

static inline Aduan__Record__Message message_of(uint8_t key[STORE_KEY_MESSAGE_BYTES],
                                                const uint8_t sender[SEAL_ID_BYTES])
{
    Aduan__Record__Message message = ADUAN__RECORD__MESSAGE__INIT;
    support_key(5, key);
    message.time = get_be32(key);
    message.uuid = support_bytes(key + 4, UUID_BYTES);
    message.sender_id = support_bytes(sender, SEAL_ID_BYTES);
    message.receiver = support_bytes(" 17\x01\xff"
                                     "08\0",
                                     8);
    return message;
}

#endif
