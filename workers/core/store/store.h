/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store: the desk's memory, one LMDB environment shared by every process. Its verbs are the domain's; nobody
 * outside store*.c knows LMDB. One verb = at most one write transaction, durable (fdatasync) when it returns OK;
 * on any error nothing of it happened. Verbs that write block for the one writer lock; none touches the network.
 * Records are protobuf (record.proto); what a verb hands out as `Aduan__Record__X *` is owned by the caller and
 * free'd with aduan__record__x__free_unpacked(x, NULL).
 * A store handle belongs to one thread; a process opens one.
 */
#ifndef ADUAN_STORE_H
#define ADUAN_STORE_H

#include "desk.h"
#include "err.h"
#include "record.pb-c.h"
#include "reply.h"
#include "seal.h"
#include "ticket.h"
#include "wire.pb-c.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { STORE_VERSION = 5, STORE_KEY_MESSAGE_BYTES = 20, STORE_REPLY_ID_BYTES = 16, STORE_EPOCH_BYTES = 16 };

struct store;

struct store_options {
    const char *dir;
    uint64_t map_bytes;      /* as in every other process */
    const struct seal *seal; /* borrowed, outlives the store; its check value must be the store's (E_KEY) */
    bool create;             /* make it when the directory holds none */
    bool read_only;
};

/* E_KEY, E_VERSION, E_FULL, E_NOT_FOUND, E_IO: the fault is a sentence that says what to do. */
MUST_CHECK int store_open(const struct store_options *options, struct store **out, struct fault *fault);
void store_close(struct store *store);
/* A second handle on the same environment, for another thread; it is closed before the first one. */
struct store *store_share(struct store *store);
/* Frees reader slots of dead processes. Cheap; call on a timer. */
void store_reader_check(struct store *store);

/* --- ingest (classifier) ------------------------------------------------------------------------------------ */

/* When a ticket joins an incident (store_incident.h). */
struct store_joining {
    uint64_t window_us; /* since the likest ticket of it was opened; 0: none joins */
    struct likeness_bounds bounds;
};

/* How whole messages are understood, and the times that matter. Borrowed during the call. */
struct store_policy {
    void *ctx;
    /* Decides about one whole SMS; called inside the transaction unless the item brings its verdict along. */
    int (*decide)(void *ctx, const struct desk_sms *sms, struct verdict *out);
    /* Decides what can be decided without reading the text (verdict.unread says that this is not all). NULL: decide()
     * is asked for everything. */
    void (*receive)(void *ctx, const struct desk_sms *sms, struct verdict *out);
    bool later; /* what comes together from parts is left unclassified, as an item with `later` is */
    uint64_t part_wait_us, part_keep_us;
    uint64_t
        resend_window_us; /* an SMS joins an open ticket of its sender that says the same and is not older; 0: none */
    uint64_t reminder_us; /* between two automatic replies about one ticket */
    uint32_t reply_rate;  /* automatic replies to one sender … */
    uint64_t reply_rate_window_us; /* … inside this; beyond: no_reply_reason "rate_limited" */
    struct store_joining joining;
};

struct store_item {
    const Aduan__Wire__Sms *sms;
    const struct text *text;       /* decoded already; NULL: the store decodes. Ignored for parts. */
    const struct verdict *verdict; /* of that text; NULL: the store asks decide(). Ignored for parts. */
    bool later; /* an unread verdict is enough: the ticket is classified later. Otherwise decide() is asked for one that
                   joins no ticket. */
};

struct store_outcome {
    enum { STORE_DUPLICATE, STORE_TICKET, STORE_NO_TICKET, STORE_PART, STORE_QUARANTINED, STORE_RESENT } kind;
    uint64_t ticket; /* 0 unless this SMS opened or joined one (a part may have completed its set) */
    bool repaired;
};

/* Commits a batch: message rows, parts, tickets, reply intents, identities and events, in one transaction.
 * A uuid+time already there is STORE_DUPLICATE and changes nothing. sms->quarantine parks it raw, undecoded.
 * Messages are taken in the order given. outcomes has n places and is written on OK only.
 * E_INVALID: a uuid of another length than 16, which the caller refuses beforehand; E_FULL, E_IO: try again. */
MUST_CHECK int store_ingest(struct store *store, const struct store_policy *policy, const struct store_item *items,
                            size_t n, uint64_t now_us, struct store_outcome *outcomes, struct fault *fault);
/* Which of these items, whose verdicts are unread, will probably join a ticket: they need not be classified. Read only,
 * and only advice: store_ingest() decides. known has n places; nothing that goes wrong here matters. */
void store_resends_known(struct store *store, const struct store_policy *policy, const struct store_item *items,
                         size_t n, uint64_t now_us, bool *known);
/* Delivers sets whose deadline has passed as what there is, and forgets finished ones; at most `max` sets.
 * *next_us: when to call again (0: nothing waits). A cheap read when nothing is due. */
MUST_CHECK int store_parts_expire(struct store *store, const struct store_policy *policy, uint64_t now_us, size_t max,
                                  size_t *done, uint64_t *next_us, struct fault *fault);

/* --- classified later (classifier) -------------------------------------------------------------------------- */

/* A ticket whose text is to be classified. */
struct store_unclassified {
    uint64_t ticket;
    char *text; /* NFC UTF-8, owned */
    size_t len;
};
struct store_unclassified_claim {
    uint64_t now_us, lease_us;
    size_t max;
    uint32_t claims_max; /* what has been claimed so often, and never settled, is given up: it ended who read it */
};
/* Takes tickets to classify, the oldest first, which nobody else gets before the lease is over. One that was claimed
 * before comes alone. *given_up: so many tickets were opened without a class. No write transaction when there is none
 * to take. out has claim->max places, of which *count are filled. */
MUST_CHECK int store_unclassified_claim(struct store *store, const struct store_unclassified_claim *claim,
                                        struct store_unclassified *out, size_t *count, size_t *given_up,
                                        struct fault *fault);
void store_unclassified_done(struct store_unclassified *taken, size_t count); /* frees the texts */
/* Gives them their class: TICKET_OPENED and TICKET_CLASSIFIED, or the archive when the verdict opens none. What another
 * one has settled meanwhile stays as it is. joining: as of the policy. */
MUST_CHECK int store_unclassified_settle(struct store *store, const struct store_joining *joining,
                                         const struct store_unclassified *taken, const struct verdict *verdicts,
                                         size_t n, uint64_t now_us, size_t *settled, struct fault *fault);

/* The SMS that joined a ticket, oldest first, at most max of the newest; keys are STORE_KEY_MESSAGE_BYTES long. */
MUST_CHECK int store_ticket_resent(struct store *store, uint64_t ticket, size_t max,
                                   uint8_t (*keys)[STORE_KEY_MESSAGE_BYTES], size_t *count);

/* --- outbox (responder) ------------------------------------------------------------------------------------- */

/* What an MT ack or a delivery report says of a reply. */
struct store_reply_input {
    uint8_t id[STORE_REPLY_ID_BYTES];
    uint64_t slot; /* Reply.slot; a reply of another id there is not meant */
    enum reply_input input;
    uint64_t due_us;   /* for RETRY, NOT_SENT, AMBIGUOUS: when to take it up again */
    uint64_t claim;    /* for these and REJECTED: the Reply.claims it is about; of another one it is no news. 0: any */
    const char *cause; /* may be NULL */
};

struct store_claim {
    const uint8_t *life; /* the responder's, 16 bytes */
    uint64_t now_us, lease_us;
    uint32_t max;
    uint32_t attempts_max; /* a reply claimed more often becomes FAILED "attempts" */
    /* Whoever claims a SENDING reply asks what became of it before it is sent again: asking is no attempt. */
    bool asks_first;
    /* No reply waits longer than this. One that is due later was queued before the clock was set back: it is due now.
     * 0: the clock is never set back. */
    uint64_t wait_max_us;
    /* Applied first, as by store_reply_inputs(), when there is a claim to make: one transaction for both. */
    const struct store_reply_input *news;
    size_t news_count;
    void *ctx;
    /* Fills text (malloc'ed), ucs2, segments of a reply that has none yet; called inside the transaction with its
     * ticket (NULL: none; what is repeated in it is not read). An error makes that reply FAILED "template", and the
     * rest goes on. */
    int (*render)(void *ctx, const Aduan__Record__Reply *reply, const Aduan__Record__Ticket *ticket, char **text,
                  size_t *len, bool *ucs2, uint32_t *segments);
};

/* A claimed reply with its unsealed receiver. Nothing of it is free'd one by one; `holder_life` is the claim's. */
struct store_reply {
    Aduan__Record__Reply *reply;
    bool was_sending; /* an earlier claim of it had no result: it may have gone out */
    uint8_t receiver[32];
    size_t receiver_len;
};
struct store_replies {
    struct store_reply *items;
    size_t count;
    struct arena *arena; /* what the replies rest in */
    bool told;           /* the claim's news is applied */
};

/* Moves due replies to SENDING and hands them out. No write transaction when nothing is due. E_INVALID, E_CORRUPT,
 * E_STATE, with news: it may be the news that cannot be applied. */
MUST_CHECK int store_claim_replies(struct store *store, const struct store_claim *claim, struct store_replies *out,
                                   struct fault *fault);
void store_replies_free(struct store_replies *replies);
/* *due_us: the earliest due reply, 0 when the outbox has none. Read only. */
MUST_CHECK int store_next_due(struct store *store, uint64_t *due_us);

/* Applies MT acks and delivery reports, in order, in one transaction. Unknown ids and inputs that change nothing are
 * counted in *ignored (may be NULL), not errors. */
MUST_CHECK int store_reply_inputs(struct store *store, const struct store_reply_input *inputs, size_t n,
                                  uint64_t now_us, size_t *ignored, struct fault *fault);
/* E_NOT_FOUND. */
MUST_CHECK int store_reply_get(struct store *store, uint64_t slot, Aduan__Record__Reply **out);

/* --- tickets (staff) ---------------------------------------------------------------------------------------- */

enum { STORE_TICKET_TEXT_MAX_BYTES = 4096, STORE_TICKET_NOTES_MAX = 1000, STORE_NAME_MAX_BYTES = 64 };

struct store_ticket_change {
    enum ticket_verb verb;
    const char *actor;  /* who did it; needed */
    const char *agency; /* TICKET_ASSIGN needs one */
    /* TICKET_CORRECT needs one of the first two; NULL leaves what there is */
    const char *category, *type, *urgency;
    bool told;        /* TICKET_ANSWER: the citizen has this answer with another ticket; no SMS goes out */
    const char *text; /* UTF-8. TICKET_NOTE, TICKET_ANSWER (what the citizen is sent) and TICKET_REFUSE (the reason)
                         need one; the others may say why, or NULL */
    size_t text_len;
};

MUST_CHECK int store_ticket_get(struct store *store, uint64_t id, Aduan__Record__Ticket **out);
/* One transition, its note, its event and, for TICKET_ANSWER, its reply (template "staff"), in one transaction.
 * E_NOT_FOUND, E_INVALID, E_STATE (names the state and the verbs allowed there; or nobody can be answered). */
MUST_CHECK int store_ticket_change(struct store *store, uint64_t id, const struct store_ticket_change *change,
                                   uint64_t now_us, struct fault *fault);

struct store_ticket_filter {
    Aduan__Record__TicketState state;                 /* NONE: any */
    const char *category, *agency, *type, *shortcode; /* NULL: any */
    const uint8_t *sender_id;                         /* NULL: any; 16 bytes */
    uint64_t since_us, until_us;                      /* opened in [since, until); 0: open end */
    uint64_t after_id;                                /* paging: only ids below it (newest first); 0: from the newest */
    size_t limit;                                     /* 0: all */
    uint64_t incident;                                /* 0: any */
    bool corrected;                                   /* only those that a person corrected or an agency refused */
};
typedef int (*store_ticket_fn)(void *ctx, const Aduan__Record__Ticket *ticket); /* non-zero stops */
/* Newest first. *more: there is another page after the last one handed out. */
MUST_CHECK int store_tickets(struct store *store, const struct store_ticket_filter *filter, store_ticket_fn fn,
                             void *ctx, bool *more);

/* The message of a key; the number of a sender id (unsealed; for those entitled: out holds 32 bytes). */
MUST_CHECK int store_message_get(struct store *store, const uint8_t *key, size_t key_len, Aduan__Record__Message **out);
MUST_CHECK int store_sender_number(struct store *store, const uint8_t sender_id[SEAL_ID_BYTES], uint8_t out[32],
                                   size_t *len);

/* --- events (feed, tail) ------------------------------------------------------------------------------------ */

struct store_head {
    uint8_t epoch[STORE_EPOCH_BYTES];
    uint64_t first, last; /* sequences held; last = first - 1 when there is none */
};
MUST_CHECK int store_head(struct store *store, struct store_head *out);
typedef int (*store_event_fn)(void *ctx, const Aduan__Record__Event *event); /* non-zero stops */
/* Events with sequence ≥ from, at most max; a short read transaction. */
MUST_CHECK int store_events(struct store *store, uint64_t from, size_t max, store_event_fn fn, void *ctx);

/* --- quarantine, figures, proof, copies --------------------------------------------------------------------- */

typedef int (*store_quarantine_fn)(void *ctx, const uint8_t *key, size_t key_len, const Aduan__Record__Quarantine *q,
                                   const Aduan__Record__Message *message);
MUST_CHECK int store_quarantined(struct store *store, store_quarantine_fn fn, void *ctx);
/* Takes one in again from its stored bytes, as if it came now; actor: who asks. E_NOT_FOUND: it is not parked. */
MUST_CHECK int store_quarantine_retry(struct store *store, const struct store_policy *policy, const uint8_t *key,
                                      size_t key_len, const char *actor, uint64_t now_us, struct store_outcome *outcome,
                                      struct fault *fault);

struct store_stats {
    uint64_t messages, parts_waiting, tickets, replies, replies_due, events, identities, quarantined;
    uint64_t tickets_open;
    uint64_t resent, unclassified;
    uint64_t oldest_due_us, oldest_unclassified_us; /* 0: none */
    uint64_t map_bytes, used_bytes, disk_free_bytes;
    uint32_t readers, readers_max;
    uint32_t version;
};
MUST_CHECK int store_stats(struct store *store, struct store_stats *out);

/* Sealed values, by the number of their key. */
struct store_key_counts {
    size_t n;
    struct {
        uint16_t key;
        uint64_t values;
    } by[KEY_FILE_KEYS_MAX]; /* ascending */
    uint64_t other;          /* of more keys than a key file can hold: damaged ones */
};

/* Walks everything in one read snapshot and proves the promises. Each break is one call of `broken` (may be NULL)
 * with a stable id ("message.no_fate", "outbox.due_missing", "event.gap", …) and a sentence. */
struct store_proof {
    uint64_t messages, wholes, parts, tickets, replies, events, identities, quarantined;
    uint64_t no_ticket; /* messages with a stated reason */
    uint64_t resent, tickets_unclassified, reminders;
    uint64_t incidents, incident_tickets;
    uint64_t replies_open, replies_sent, replies_delivered, replies_failed, tickets_without_reply;
    struct store_key_counts sealed; /* by the key they are sealed with */
    uint64_t breaks;
};
typedef void (*store_broken_fn)(void *ctx, const char *id, const char *sentence);
MUST_CHECK int store_verify(struct store *store, store_broken_fn broken, void *ctx, struct store_proof *out);

/* A compacted copy of a running store into a new directory dst (E_EXISTS when it holds one), fsynced. */
MUST_CHECK int store_backup(struct store *store, const char *dst, struct fault *fault);
/* Copies a backup back: dst must hold no store and nobody may have it open. Gives the restored store a new epoch,
 * since its event sequence branches off from what subscribers may have seen. */
MUST_CHECK int store_restore(const char *src, const char *dst, uint64_t map_bytes, const struct seal *seal,
                             struct fault *fault);

#endif
