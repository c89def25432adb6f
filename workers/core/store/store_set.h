/* SPDX-License-Identifier: BSD-2-Clause */
/* A set of parts at rest (store_set.c), for store_parts.c. */
#ifndef ADUAN_STORE_SET_H
#define ADUAN_STORE_SET_H

#include "store_ingest.h"

enum { PARTS_MAX = 255 };

/* A set's header in memory; `header` borrows the two keys beside it. */
struct set {
    uint8_t key[SET_KEY_BYTES];
    bool exists;
    uint64_t due_us; /* what part_due holds, 0 for nothing */
    Aduan__Record__PartSet header;
    uint8_t first_key[STORE_KEY_MESSAGE_BYTES], whole_key[STORE_KEY_MESSAGE_BYTES];
};

void set_key(const struct seal *seal, const struct sender *sender, ProtobufCBinaryData receiver,
             const struct udh_concat *concat, uint8_t out[SET_KEY_BYTES]);
void set_part_key(const struct set *set, uint8_t index, uint8_t out[PART_KEY_BYTES]);
/* Reads the header of set->key. A damaged one counts as none: the part in hand matters more. */
int set_read(struct ingest *in, struct set *set);
/* It has become a whole. */
bool set_finished(const struct set *set);
/* Puts the header and keeps part_due right. */
int set_write(struct ingest *in, struct set *set);
/* Drops the rows of all parts; the header stays. */
int set_wipe(struct ingest *in, const struct set *set);
/* Drops everything. */
int set_forget(struct ingest *in, const struct set *set);
/* Drops a row of part_due, if it is there. */
int set_due_del(struct ingest *in, uint64_t due_us, const uint8_t set_key_bytes[SET_KEY_BYTES]);

#endif
