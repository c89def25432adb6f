/* SPDX-License-Identifier: BSD-2-Clause */
/* Changing fields of an unpacked record in place, so that free_unpacked(record, NULL) still frees all of it. Small
 * sizes only (what is already in a record, or bounded by the caller): memory that runs out aborts. */
#ifndef ADUAN_RECORD_FIELDS_H
#define ADUAN_RECORD_FIELDS_H

#include "record.pb-c.h"

#include <stddef.h>

/* The schema's constants by their own names: REPLY_STATE(READY), EVENT_KIND(TICKET_NOTE), … */
#define REPLY_STATE(name) ADUAN__RECORD__REPLY_STATE__##name
#define TICKET_STATE(name) ADUAN__RECORD__TICKET_STATE__##name
#define EVENT_KIND(name) ADUAN__RECORD__EVENT__KIND__##name
#define MESSAGE_FATE(name) ADUAN__RECORD__MESSAGE__FATE__##name

/* Replaces a string field by a copy of value (NULL: empty). */
void record_set_string(char **field, const char *value);
/* Replaces a bytes field by a copy. */
void record_set_bytes(ProtobufCBinaryData *field, const void *data, size_t len);
/* Appends to `repeated uint64`. */
void record_add_number(uint64_t **list, size_t *count, uint64_t number);
/* Appends to a repeated message; takes the message. */
void record_add_message(void *list, size_t *count, void *message);
/* malloc that aborts. */
void *record_alloc(size_t size);

#endif
