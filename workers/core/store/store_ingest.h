/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between the files of ingest: the sender (store_identity.c), the whole SMS that becomes a ticket or gets its reason
 * (store_whole.c), sets of parts (store_parts.c) and their joining (store_join.c). Included by those only.
 */
#ifndef ADUAN_STORE_INGEST_H
#define ADUAN_STORE_INGEST_H

#include "store_priv.h"
#include "udh.h"

enum {
    SENDER_ID_MAX = 64,                                       /* longer senders get no identity row */
    SENDER_KEPT_MAX = 255,                                    /* bytes kept of a sender that is no number */
    SENDER_BOX_MAX = SENDER_ID_MAX + 2 + SEAL_OVERHEAD_BYTES, /* of an identity */
    SENDER_NUMBER_MAX = 32,                                   /* what a reply can be sent to */
    REPLY_RATE_MAX = 1000,
    SHORTCODE_TEXT_BYTES = 33
};

/* One transaction of ingest. */
struct ingest {
    struct store_txn txn;
    const struct store_policy *policy;
    const char *retried_by; /* who let it out of quarantine; NULL: it came from the network */
};

/* One SMS, whatever it is: rows, events and outcome. The uuid has been looked at. */
int ingest_take(struct ingest *in, const struct store_item *item, struct store_outcome *out);

/* Who sent an SMS, and what the identity row says of them. Nothing here is on the heap. */
struct sender {
    const uint8_t *bytes; /* in clear, as it came; borrowed */
    size_t len;
    uint8_t id[SEAL_ID_BYTES]; /* zero when len is 0 */
    bool has_row;              /* an identity row exists or is to be made */
    bool is_new;               /* it is to be made */
    uint64_t first_us, messages;
    uint8_t box[SENDER_BOX_MAX]; /* as the row has it */
    size_t box_len;              /* 0: the number is to be sealed */
    size_t replies;              /* inside the window */
    uint64_t reply_us[REPLY_RATE_MAX];
};

/* Reads the identity; a new one is prepared. bytes are borrowed as long as the sender is used. */
int sender_read(struct ingest *in, const void *bytes, size_t len, struct sender *out);
/* Writes it back with what has been counted. */
int sender_write(struct ingest *in, const struct sender *sender);
/* Why no automatic reply may go to it now; NULL when one may. */
const char *sender_no_reply(const struct ingest *in, const struct sender *sender);
void sender_count_reply(const struct ingest *in, struct sender *sender);
/* The number of a stored message's sender, at most SENDER_KEPT_MAX bytes; *len = 0 when there is none. */
int sender_of_message(struct ingest *in, const Aduan__Record__Message *message, uint8_t *out, size_t *len);

/* One whole SMS on its way in. The message holds all that came; ingest_whole adds its text and fate. */
struct whole {
    Aduan__Record__Message *message; /* its fields are borrowed */
    const uint8_t *key;
    const struct text *text;
    const struct verdict *verdict; /* NULL: receive() and decide() are asked */
    bool later;                    /* an unread verdict is enough */
    struct sender *sender;         /* counts the reply; the caller writes it */
};

/* Message row, ticket, reply intent and events. E_EXISTS when its key is there, and nothing has happened. */
int ingest_whole(struct ingest *in, struct whole *whole, struct store_outcome *out);
/* The message of a whole again, now with the slot of the reply that it got itself. */
int ingest_replied(struct ingest *in, const struct whole *whole);

/* Resends (store_resend.c). False: this SMS joins nothing, and nothing joins its ticket. */
bool resend_key(const struct ingest *in, const struct whole *whole, const struct verdict *verdict,
                const char *shortcode, uint8_t out[SEAL_ID_BYTES]);
/* The open ticket of the sender that says it, to be free'd; E_NOT_FOUND. */
int resend_find(struct ingest *in, const uint8_t sender_id[SEAL_ID_BYTES], const uint8_t report[SEAL_ID_BYTES],
                Aduan__Record__Ticket **out);
/* Message row, events, reminder and the ticket's count. E_EXISTS as in ingest_whole(). */
int resend_join(struct ingest *in, struct whole *whole, const struct verdict *verdict, Aduan__Record__Ticket *ticket,
                struct store_outcome *out);
/* Puts the row of a ticket that is to be classified later (store_unclassified.c). */
int unclassified_put(struct store_txn *txn, const Aduan__Record__Ticket *ticket);

/* SMS_RECEIVED of a message that is put. */
int ingest_received(struct ingest *in, const Aduan__Record__Message *message, const uint8_t *key);
/* A receiver is bytes from the network, a shortcode text: what no shortcode has is left out. */
void shortcode_text(const Aduan__Record__Message *message, char out[SHORTCODE_TEXT_BYTES]);

/* One part: waits, is known as a copy, or completes its set. E_EXISTS as above. */
int parts_take(struct ingest *in, Aduan__Record__Message *message, const uint8_t *key, const struct udh_concat *concat,
               struct sender *sender, struct store_outcome *out);

/* A part of a set that is being joined. */
struct piece {
    uint8_t index;
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    Aduan__Record__Message *message;
    bool owned; /* message is free'd with the piece */
};

/* What parts became: the text, and the raw bytes where they make sense as one body. */
struct joined {
    struct text text;
    uint8_t *body;
    size_t body_len;
};

/* Joins pieces in the order given; where an index is missing a visible mark stands. n ≥ 1. */
struct joined pieces_join(const struct piece *pieces, size_t n, uint32_t total);
void joined_done(struct joined *joined);

#endif
