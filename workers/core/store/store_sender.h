/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside store_sender*.c: which rows a sender may have (store_sender_fresh.c), for store_sender.c to look at.
 */
#ifndef ADUAN_STORE_SENDER_H
#define ADUAN_STORE_SENDER_H

#include "store_priv.h"

/* The first bytes of a sender_id: the order in which senders are indexed. */
uint32_t sender_tag(const uint8_t id[SEAL_ID_BYTES]);

/* Before any question: what has been committed since is read. LMDB's code. */
int senders_refresh(struct store_txn *txn);
/* The next row that may be the sender's, 0 at the end; *probe begins as 0. Only its row tells whether it is. */
uint64_t senders_probe(const struct senders *senders, uint32_t tag, size_t *probe);
/* A row that this transaction has just made. */
void senders_add(struct senders *senders, uint32_t tag, uint64_t row);
/* The generation that is being indexed, in the order of tags; *count rows' worth. Borrowed until the next refresh. */
struct sender_slot {
    uint32_t tag;
    uint32_t at; /* 1 + rows behind the generation's first; 0: free */
};
const struct sender_slot *senders_sorted(struct senders *senders, size_t *count);

#endif
